//! Samples of what matching says of lines, and of the desk of suspense.

use kantor_engine::chain::ChainChange;
use kantor_engine::ledger::LedgerAccount;
use kantor_engine::matching::{
    Evidence, Explained, Explanation, LineRule, LineRules, Nearest, Question, Rule, RuleDoes, Way,
};
use kantor_engine::{AccountId, CustomerId, Digest, Event, OrderId, PayoutId, StatementId};
use kantor_model::Currency;

use super::{day, line, pln};

/// What the desk of suspense does.
pub(super) fn suspense() -> Vec<Event> {
    let assigned = |owner: Option<&str>| Event::LineAssigned {
        line: line(12),
        owner: owner.map(str::to_owned),
    };
    let paired = |evidence, reason: Option<&str>| Event::OwnTransferPaired {
        debit: line(12),
        credit: line(13),
        amount: pln(500),
        evidence,
        reason: reason.map(str::to_owned),
    };
    let rule = |way, does, code: Option<&str>| LineRule {
        name: "fees".to_owned(),
        account: code.map(|_| AccountId(2)),
        way,
        code: code.map(str::to_owned),
        words: vec!["prowizja".to_owned()],
        most: code.map(|_| pln(10_000)),
        ledger_account: "bank-fees".to_owned(),
        does,
    };
    vec![
        assigned(Some("anna")),
        assigned(None),
        Event::LineRefunded {
            line: line(12),
            payout: PayoutId(4),
            amount: pln(500),
            reason: "nobody's".to_owned(),
        },
        Event::LineClassified {
            line: line(12),
            rule: "fees".to_owned(),
            rules_version: 1,
            account: LedgerAccount::Named("bank-fees".to_owned()),
            amount: pln(-500),
            booked_on: Some(day()),
        },
        paired(vec![Evidence::Mirror], None),
        paired(Vec::new(), Some("seen")),
        Event::OwnTransferUnpaired {
            debit: line(12),
            credit: line(13),
            reason: "not the same".to_owned(),
        },
        Event::ImportUndone {
            file: Digest::of(b"file"),
            reason: "the wrong file".to_owned(),
        },
        Event::StatementUndone {
            statement: StatementId(4),
            account: AccountId(2),
            change: ChainChange {
                keeps: 2,
                cut: 1,
                withdrawn: vec![3],
                net: -500,
                proved_through: 2,
                proved_balance: 10_000,
                ..ChainChange::default()
            },
            questions: vec![(2, Question::NotProvedYet)],
        },
        Event::LineRulesSet {
            rules: LineRules {
                version: 1,
                rules: vec![
                    rule(Way::Out, RuleDoes::Book, Some("S073")),
                    rule(Way::In, RuleDoes::Propose, None),
                ],
            },
        },
    ]
}

pub(super) fn evidence() -> Vec<Evidence> {
    vec![
        Evidence::Reference(OrderId(15)),
        Evidence::PayoutReference(PayoutId(4)),
        Evidence::VirtualAccount,
        Evidence::PayerAccount(CustomerId(7)),
        Evidence::AmountExact,
        Evidence::InTime,
        Evidence::OnlyCandidate,
        Evidence::ExactSum(2),
        Evidence::Mirror,
    ]
}

pub(super) fn explained(order: OrderId) -> Event {
    let failed = vec![
        Evidence::NoReference,
        Evidence::UnknownReference,
        Evidence::AlmostReference(order),
        Evidence::PayerHidden,
        Evidence::PayerUnknown,
        Evidence::PayerIsAnother(CustomerId(8)),
        Evidence::AmountBelow(pln(1)),
        Evidence::AmountAbove(pln(1)),
        Evidence::OtherCurrency(Currency::EUR),
        Evidence::LateBySeconds(60),
        Evidence::LateByDays(1),
        Evidence::EarlyBySeconds(60),
        Evidence::EarlyByDays(1),
        Evidence::TimeUnknown,
        Evidence::AfterEnd,
        Evidence::HasItsMoney,
        Evidence::AlsoAnotherLine,
        Evidence::TooMany(65),
    ];
    let why = Explanation {
        rule: Some(Rule::Reference),
        version: 2,
        evidence: evidence(),
        rivals: vec![order, OrderId(19)],
        nearest: vec![Nearest { order, failed }],
    };
    let bare = Explanation {
        rule: None,
        version: 2,
        evidence: Vec::new(),
        rivals: Vec::new(),
        nearest: Vec::new(),
    };
    let lines = [(11, Some(day()), why), (12, None, bare)];
    let explain = |(ordinal, booked_on, why)| Explained {
        ordinal,
        amount: pln(44_000),
        booked_on,
        why,
    };
    Event::LinesExplained {
        account: AccountId(2),
        lines: lines.map(explain).to_vec(),
    }
}
