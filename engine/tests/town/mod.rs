//! A small town for random lives: three customers, staff who do anything at any time, and banks
//! that know the truth and print any part of it as a statement.

pub(crate) mod deeds;
pub(crate) mod money;
mod payouts;

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::chain::Marks;
use kantor_engine::matching::{LineFacts, LinePart, Payer};
use kantor_engine::rates::RateLine;
use kantor_engine::{
    AccountId, Actor, Answer, Command, CustomerId, Digest, Policy, StatementOutcome, chain, due,
};
use kantor_model::{Buy, Currency, Format, Iban, Mid, Money, Rate, Sell, SortCode};

use crate::fixture::{Paper, TestOffice};

/// What really happened on one account, in the bank's own books.
#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) opening: i64,
    pub(crate) lines: Vec<LineFacts>,
    balances: BTreeSet<i64>,
}

impl Truth {
    fn balance_after(&self, lines: usize) -> i64 {
        let moved: i64 = self.lines[..lines]
            .iter()
            .map(|line| line.amount.minor())
            .sum();
        self.opening + moved
    }
}

pub(crate) struct Town {
    pub(crate) office: TestOffice,
    pub(crate) banks: BTreeMap<AccountId, Truth>,
    /// Every statement that was ever printed.
    pub(crate) papers: Vec<Paper>,
    printed: u64,
}

/// What the bank marks a line with.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) reversal: bool,
    pub(crate) returned: Option<String>,
    pub(crate) parts: Vec<LinePart>,
}

pub(crate) fn staff() -> Actor {
    Actor::Staff("cashier".to_owned())
}

impl Town {
    /// The usual office: PLN at two banks, EUR at one; each customer with an account of each.
    pub(crate) fn new() -> Town {
        let mut office = TestOffice::new("2026-11-16T08:00:00Z".parse().expect("a moment"));
        let mut act = |command: Command| {
            office
                .act(&Actor::System, &command)
                .expect("an office is set up");
        };
        act(Command::OpenOffice {
            name: "Kantor".to_owned(),
            policy: Policy::initial(),
        });
        for currency in [Currency::PLN, Currency::EUR] {
            act(Command::DefineCurrency { currency });
        }
        let day = "2026-11-16".parse().expect("a day");
        for (number, sort_code, minor, currency) in [
            (1, "11400000", 1_000_000, Currency::PLN),
            (2, "11400000", 500_000, Currency::EUR),
            (3, "10200003", 200_000, Currency::PLN),
        ] {
            let sort_code = SortCode::parse(sort_code).expect("eight digits");
            act(Command::OpenAccount {
                iban: Iban::polish(sort_code, &format!("{number:016}")).expect("sixteen digits"),
                name: format!("account {number}"),
                fallback: number > 1,
                opening: Money::new(minor, currency),
                opened_on: day,
                last_statement: None,
            });
        }
        let (base, quote) = (Currency::EUR, Currency::PLN);
        let line = RateLine::new(
            Rate::<Buy>::parse("4.3000", base, quote).expect("a rate"),
            Rate::<Sell>::parse("4.4000", base, quote).expect("a rate"),
            Rate::<Mid>::parse("4.3500", base, quote).expect("a rate"),
        );
        act(Command::PublishRates {
            source: "the office".to_owned(),
            lines: vec![line.expect("buy ≤ mid ≤ sell")],
        });
        for customer in 1..=3 {
            act(Command::RegisterCustomer {
                profile: Digest::of(b"profile"),
            });
            for currency in [Currency::PLN, Currency::EUR] {
                act(Command::AddCustomerAccount {
                    customer: CustomerId(customer),
                    currency,
                    bank: Some("mbank".to_owned()),
                    number: Digest::of(b"number"),
                });
            }
        }
        let truth = |opening| Truth {
            opening,
            balances: BTreeSet::from([opening]),
            ..Truth::default()
        };
        let banks = BTreeMap::from([
            (AccountId(1), truth(1_000_000)),
            (AccountId(2), truth(500_000)),
            (AccountId(3), truth(200_000)),
        ]);
        Town {
            office,
            banks,
            papers: Vec::new(),
            printed: 0,
        }
    }

    /// A movement in the bank's books. Balances never come back here: a fee before it sees to that,
    /// so that every statement has one place. Balances that come back are a law of their own.
    pub(crate) fn bank_line(&mut self, account: AccountId, minor: i64, payer: Payer, text: &str) {
        self.marked_line(account, minor, payer, text, Said::default());
    }

    pub(crate) fn marked_line(
        &mut self,
        account: AccountId,
        minor: i64,
        payer: Payer,
        text: &str,
        marks: Said,
    ) {
        let mut fee = 0;
        let truth = &self.banks[&account];
        let balance = truth.balance_after(truth.lines.len());
        let taken = |minor: i64| truth.balances.contains(&(balance + minor));
        while taken(minor - fee) || (fee != 0 && taken(-fee)) || fee == minor {
            fee += 1;
        }
        if fee != 0 {
            self.push_line(account, -fee, Payer::NotGiven, "fee", Said::default());
        }
        self.push_line(account, minor, payer, text, marks);
    }

    fn push_line(&mut self, account: AccountId, minor: i64, payer: Payer, text: &str, marks: Said) {
        self.printed += 1;
        let number = self.printed.to_string();
        let currency = self.office.state.accounts.get(&account).unwrap().currency();
        let now = self.office.now;
        let truth = self.banks.get_mut(&account).expect("an account");
        truth.lines.push(LineFacts {
            amount: Money::new(minor, currency),
            booked_on: Some(now.warsaw_date()),
            booked_at: Some(now),
            text: text.to_owned(),
            payer,
            code: None,
            virtual_account: None,
            reversal: marks.reversal,
            returned: marks.returned,
            parts: marks.parts,
            evidence: chain::evidence([text, &number]),
        });
        let balance = truth.balance_after(truth.lines.len());
        truth.balances.insert(balance);
    }

    /// The bank prints a part of the truth, with or without the balance after it.
    pub(crate) fn print(
        &mut self,
        account: AccountId,
        from: usize,
        to: usize,
        closing: bool,
    ) -> Paper {
        let truth = &self.banks[&account];
        let to = to.min(truth.lines.len());
        let from = from.min(to);
        let lines = truth.lines[from..to].to_vec();
        let paper = Paper {
            account,
            // A table: its closing balance is that of the moment.
            format: Format::Csv,
            closing_on: lines.last().and_then(|line| line.booked_on),
            marks: vec![Marks::default(); lines.len()],
            file: Digest::of(format!("{account} {from} {to} {closing}").as_bytes()),
            number: None,
            opening: Some(truth.balance_after(from)),
            closing: closing.then(|| truth.balance_after(to)),
            lines,
        };
        self.papers.push(paper.clone());
        paper
    }

    /// Loads a statement; the books never know anything but the truth.
    pub(crate) fn load(&mut self, paper: &Paper) -> StatementOutcome {
        let answer = self.office.import(&staff(), paper);
        let Ok(Answer::Statement(outcome)) = answer else {
            panic!("a true statement was answered {answer:?}");
        };
        if let StatementOutcome::Booked { lines, .. } = &outcome {
            for line in lines {
                let is_open = self.office.state.questions.get(&line.line);
                assert_eq!(is_open, line.question.as_ref(), "what was told of {line:?}");
            }
        }
        outcome
    }

    /// What holds at every moment, besides the books.
    pub(crate) fn check(&self) {
        for (account, truth) in &self.banks {
            let kept = self
                .office
                .lines
                .get(account)
                .map_or(&[][..], Vec::as_slice);
            assert!(
                kept.len() <= truth.lines.len(),
                "account {account} has lines of nowhere"
            );
            for (kept, truth) in kept.iter().zip(&truth.lines) {
                assert_eq!(kept.facts.evidence, truth.evidence, "account {account}");
            }
        }
        let now = self.office.now;
        let listed: Vec<Command> = due(&self.office.state, now);
        let waiting = self
            .office
            .state
            .orders
            .iter()
            .filter(|(_, order)| order.waits_until().is_some_and(|until| now > until));
        let waiting: BTreeSet<_> = waiting.map(|(id, _)| *id).collect();
        let silent = self
            .office
            .state
            .batches
            .iter()
            .filter(|(_, batch)| batch.awaited.is_some_and(|until| now > until));
        let silent: BTreeSet<_> = silent.map(|(id, _)| *id).collect();
        let (mut orders, mut batches) = (BTreeSet::new(), BTreeSet::new());
        for command in &listed {
            match command {
                Command::ExpireOrder { order } => {
                    orders.insert(*order);
                }
                Command::AskAboutBatch { batch } => {
                    batches.insert(*batch);
                }
                // What is due once a day is not due for an order.
                _ => {}
            }
        }
        assert_eq!((orders, batches), (waiting, silent), "what is due");
    }
}
