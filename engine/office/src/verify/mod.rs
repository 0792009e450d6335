//! Verification: recomputes the office from its log, its rows and its files, and names the first
//! fact that disagrees (law 8).
//!
//! ```text
//! log        each record's hash, one after the other; the head             (the store's check)
//! events     postings sum to zero; files, rows and lines that they name    `mod`, `lines`
//! chains     each account: places, balances, the bank's closings           `lines`
//! books      ledger = chains = open payouts                                `books`
//! documents  the read models say what the log says                         `documents`
//! people     rows about people are what the log committed to               `people`
//! reading    archived bytes read today as they were booked                 `reading`
//! ```

mod books;
mod documents;
mod lines;
mod people;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::ledger::imbalance;
use kantor_engine::{
    AccountId, CustomerAccountId, CustomerId, Digest, Event, Recorded, Snapshot, StatementBooking,
};
use kantor_model::{Moment, Money};
use kantor_store::{Head, View, check_file, check_log};

use self::documents::Touches;
pub use self::reading::{Difference, Reading, Reread, verify_reading};
use crate::read_model::Keys;

/// How many rows are held in memory at once.
const PAGE: usize = 2_000;

/// The first fact that disagrees with the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fact}: {what}")]
pub struct Disagreement {
    /// Which fact: `event 17`, `line 2/5`, `file 3f…`, `order 4`, `balance of account 1`.
    pub fact: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Where the log stands.
    pub head: Head,
    /// Bank lines recomputed.
    pub lines: u64,
    /// Files whose bytes were read.
    pub files: u64,
    /// Read models recomputed.
    pub documents: u64,
    /// Every account with its booked and its provisional balance.
    pub balances: Vec<(String, Money, Money)>,
}

fn wrong(fact: impl Into<String>, what: impl ToString) -> Disagreement {
    Disagreement {
        fact: fact.into(),
        what: what.to_string(),
    }
}

/// Recomputes an office as it stands in a picture of the store.
pub fn verify(view: &dyn View, now: Moment) -> Result<Verified, Disagreement> {
    let head = check_log(view).map_err(|fault| wrong(format!("event {}", fault.seq), &fault))?;
    let mut checker = Checker::default();
    let mut after = 0;
    while after < head.seq {
        let records = view
            .records(after, PAGE)
            .map_err(|fault| wrong("log", fault))?;
        if records.is_empty() {
            return Err(wrong(format!("event {}", after + 1), "it is missing"));
        }
        for record in &records {
            let recorded = kantor_store::codec::decode(record)
                .map_err(|error| wrong(format!("event {}", record.seq), error))?;
            checker.event(view, record.seq, record.moment, &recorded)?;
            after = record.seq;
        }
    }
    checker.chains(view)?;
    checker.books()?;
    checker.documents(view)?;
    checker.people(view, now)?;
    Ok(Verified {
        head,
        lines: checker.lines,
        files: checker.files.len() as u64,
        documents: checker.compared,
        balances: checker.balances(),
    })
}

/// The office as the log tells it, and what was compared with it so far.
#[derive(Default)]
struct Checker {
    state: Snapshot,
    keys: Keys,
    touches: Touches,
    bookings: BTreeMap<AccountId, Vec<StatementBooking>>,
    profiles: BTreeMap<CustomerId, Digest>,
    accounts: BTreeMap<CustomerAccountId, (CustomerId, Digest)>,
    files: BTreeSet<Digest>,
    lines: u64,
    compared: u64,
}

impl Checker {
    fn event(
        &mut self,
        view: &dyn View,
        seq: u64,
        moment: Moment,
        recorded: &Recorded,
    ) -> Result<(), Disagreement> {
        if let Some((currency, sum)) = imbalance(&recorded.postings).first() {
            let what = format!("its postings in {currency} sum to {sum} minor units, not to zero");
            return Err(wrong(format!("event {seq}"), what));
        }
        match &recorded.event {
            Event::CustomerRegistered { customer, profile } => {
                self.profiles.insert(*customer, *profile);
            }
            Event::CustomerAccountAdded {
                account,
                customer,
                number,
                ..
            } => {
                self.accounts.insert(*account, (*customer, *number));
            }
            Event::StatementBooked { booking, .. } => {
                self.file(view, seq, &booking.file, None)?;
                self.booking(view, seq, booking)?;
            }
            Event::StatementArchived { file, .. } => self.file(view, seq, file, None)?,
            Event::BatchWritten { file, .. } => {
                self.file(view, seq, &file.digest, Some(file.length))?;
            }
            Event::PayoutPaid { payout, line } => self.payment(view, seq, *payout, *line)?,
            Event::ReceiptAllocated { line, amount, .. } => {
                self.amount_of_line(view, seq, *line, *amount)?;
            }
            _ => {}
        }
        kantor_engine::apply(&mut self.state, recorded);
        let mut keys = Keys::default();
        keys.add(&self.state, recorded);
        self.touches.add(seq, moment, &keys);
        self.keys.join(keys);
        Ok(())
    }

    /// A file's bytes are those of its hash, and as many as everybody says.
    fn file(
        &mut self,
        view: &dyn View,
        seq: u64,
        file: &Digest,
        length: Option<u64>,
    ) -> Result<(), Disagreement> {
        let fact = || format!("file {file} (of event {seq})");
        if !self.files.insert(*file) {
            return Ok(());
        }
        let found = check_file(view, file).map_err(|error| wrong(fact(), error))?;
        let recorded = view.file(file).map_err(|fault| wrong(fact(), fault))?;
        let recorded = recorded.map(|info| info.length);
        for said in [length, recorded].into_iter().flatten() {
            if said != found.length {
                let what = format!("it has {} bytes, not {said}", found.length);
                return Err(wrong(fact(), what));
            }
        }
        Ok(())
    }

    fn balances(&self) -> Vec<(String, Money, Money)> {
        self.state
            .accounts
            .values()
            .map(|account| {
                let currency = account.currency();
                let booked = Money::new(account.proved_balance, currency);
                let provisional = account.balance.saturating_sub(account.proved_balance);
                (
                    account.iban.grouped(),
                    booked,
                    Money::new(provisional, currency),
                )
            })
            .collect()
    }
}
