//! What a runtime must never hand to the core, and is told when it does. Stories cannot tell these:
//! their office is handed what it needs.

#[allow(dead_code)] // each test uses its own part of them
mod fixture;
#[allow(dead_code)]
mod town;

use kantor_engine::{
    AccountId, Actor, Answer, Command, CustomerId, Digest, LineId, OrderId, Refusal,
    StatementOutcome, StatementToBook,
};
use kantor_model::{Currency, Money};

use fixture::Paper;
use town::{Town, staff};

const ACCOUNT: AccountId = AccountId(1);

/// A town whose first account has had two lines, and the statement of both.
fn town() -> (Town, Paper) {
    let mut town = Town::new();
    town.bank_line(
        ACCOUNT,
        500,
        kantor_engine::matching::Payer::NotGiven,
        "one",
    );
    town.bank_line(
        ACCOUNT,
        700,
        kantor_engine::matching::Payer::NotGiven,
        "two",
    );
    let paper = town.print(ACCOUNT, 0, 2, true);
    town.load(&paper);
    (town, paper)
}

fn check(town: &mut Town, command: &Command, refusal: &str) {
    let answer = town.office.act(&staff(), command);
    let code = answer.as_ref().map_err(Refusal::code);
    assert_eq!(code, Err(refusal), "{command:?}");
}

fn statement(paper: &Paper, chain_before: (u64, i64)) -> StatementToBook {
    StatementToBook {
        facts: paper.facts(),
        lines: paper.lines.clone(),
        marks: paper.marks.clone(),
        chain_before,
        chain: Vec::new(),
    }
}

#[test]
fn a_chain_that_ends_elsewhere_than_the_account_is_refused() {
    let (mut town, paper) = town();
    for (before, balance) in [
        (0, 1_000_000),
        (1, 1_000_500),
        (2, 1_000_000),
        (u64::MAX, 0),
    ] {
        let command = Command::BookStatement(Box::new(statement(&paper, (before, balance))));
        check(&mut town, &command, "chain_moved");
    }
}

#[test]
fn a_statement_is_not_booked_by_a_tail_that_cannot_tell_whether_it_is_known() {
    let (mut town, paper) = town();
    let command = Command::BookStatement(Box::new(statement(&paper, (2, 1_001_200))));
    check(&mut town, &command, "chain_too_short");
    let known = StatementOutcome::Known { lines: 2 };
    assert_eq!(town.load(&paper), known, "with the whole chain it is");
}

#[test]
fn a_line_in_another_currency_than_its_account_is_refused() {
    let (mut town, _) = town();
    let command = Command::BookLine {
        line: LineId {
            account: ACCOUNT,
            ordinal: 1,
        },
        amount: Money::new(500, Currency::EUR),
        ledger_account: "fees".to_owned(),
        reason: "because".to_owned(),
    };
    check(&mut town, &command, "line_differs");
}

#[test]
fn nobody_and_nowhere_are_refused() {
    let (mut town, paper) = town();
    let command = Command::AddCustomerAccount {
        customer: CustomerId(9),
        currency: Currency::PLN,
        bank: None,
        number: Digest::of(b"number"),
    };
    check(&mut town, &command, "no_customer");
    let nowhere = Paper {
        account: AccountId(9),
        ..paper
    };
    let answer = town.office.import(&staff(), &nowhere);
    assert_eq!(answer.map_err(|refusal| refusal.code()), Err("no_account"));
    let command = Command::ExpireOrder { order: OrderId(9) };
    let answer = town.office.act(&Actor::System, &command);
    assert_eq!(
        answer.map_err(|refusal| refusal.code()),
        Err::<Answer, _>("no_order")
    );
}
