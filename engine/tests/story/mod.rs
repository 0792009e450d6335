//! One story while it is played: the office, the names that the story gives things, and what
//! changed since the last `then`.

mod acts;
mod asks;
mod paper;
mod payouts;
mod reasons;
mod rules;
mod show;
mod views;

use kantor_engine::{AccountId, CustomerAccountId, CustomerId, LineId, Snapshot};
use kantor_model::Moment;

use crate::fixture::{Paper, TestOffice};

/// A story while it is played.
pub(crate) struct Story {
    office: TestOffice,
    names: Names,
    /// Statements in the order in which they were loaded.
    papers: Vec<Paper>,
    /// What the acts since the last `then` were answered.
    told: Vec<Row>,
    /// The state and the length of the log at the last `then`.
    before: (Snapshot, usize),
}

/// One line of a `then`: what it is about, and what about it.
pub(crate) type Row = (String, String);

/// What the story calls things that the office only numbers.
#[derive(Default)]
pub(crate) struct Names {
    accounts: Vec<String>,
    customers: Vec<String>,
    customer_accounts: Vec<(String, CustomerId)>,
}

impl Names {
    fn account(&self, name: &str) -> AccountId {
        AccountId(number(&self.accounts, |known| known == name, name))
    }

    fn customer(&self, name: &str) -> CustomerId {
        CustomerId(number(&self.customers, |known| known == name, name))
    }

    fn customer_account(&self, name: &str) -> CustomerAccountId {
        CustomerAccountId(number(
            &self.customer_accounts,
            |known| known.0 == name,
            name,
        ))
    }

    /// `mpln/3`.
    fn line(&self, text: &str) -> LineId {
        let (account, ordinal) = text.split_once('/').expect("a line is written mpln/3");
        LineId {
            account: self.account(account),
            ordinal: ordinal.parse().expect("a number"),
        }
    }

    fn of_account(&self, id: AccountId) -> &str {
        &self.accounts[usize::try_from(id.0 - 1).expect("few")]
    }

    fn of_customer(&self, id: CustomerId) -> &str {
        &self.customers[usize::try_from(id.0 - 1).expect("few")]
    }

    fn of_customer_account(&self, id: CustomerAccountId) -> &str {
        &self.customer_accounts[usize::try_from(id.0 - 1).expect("few")].0
    }

    fn of_line(&self, line: LineId) -> String {
        format!("{}/{}", self.of_account(line.account), line.ordinal)
    }
}

fn number<T>(all: &[T], is_it: impl Fn(&T) -> bool, name: &str) -> u64 {
    let at = all.iter().position(is_it);
    at.unwrap_or_else(|| panic!("the story has no `{name}`")) as u64 + 1
}

impl Story {
    pub(crate) fn new() -> Story {
        let monday: Moment = "2026-11-16T08:00:00Z".parse().expect("a moment");
        Story {
            office: TestOffice::new(monday),
            names: Names::default(),
            papers: Vec::new(),
            told: Vec::new(),
            before: (Snapshot::new(), 0),
        }
    }

    /// Plays acts that must succeed and are not told.
    pub(crate) fn given(&mut self, block: &[&str]) {
        let told = std::mem::take(&mut self.told);
        self.play(block);
        let refused = self.told.iter().find(|row| row.0 == "refused");
        assert!(refused.is_none(), "what is given is refused: {refused:?}");
        self.told = told;
        self.remember();
    }

    pub(crate) fn when(&mut self, block: &[&str]) {
        self.nothing_is_untold();
        self.play(block);
    }

    /// Everything that changed since the last `then`.
    pub(crate) fn then(&mut self) -> Vec<String> {
        let mut rows = std::mem::take(&mut self.told);
        rows.extend(show::changes(self));
        self.remember();
        show::aligned(&rows)
    }

    /// A `when` without its `then` proves nothing.
    pub(crate) fn nothing_is_untold(&self) {
        let untold = self.told.len() + self.office.log.len() - self.before.1;
        assert_eq!(untold, 0, "a `when` is without its `then`");
    }

    fn remember(&mut self) {
        self.before = (self.office.state.clone(), self.office.log.len());
    }

    fn play(&mut self, block: &[&str]) {
        let mut lines = block.iter().map(|line| line.trim()).peekable();
        while let Some(act) = lines.next() {
            let mut rows = Vec::new();
            if act.starts_with("statement") {
                // The lines of a statement begin with their day.
                while let Some(row) =
                    lines.next_if(|row| row.starts_with(|c: char| c.is_ascii_digit() || c == '?'))
                {
                    rows.push(row);
                }
            }
            self.perform(act, &rows);
        }
    }
}
