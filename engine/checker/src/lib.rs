//! The independent checker (law 8): reckons an office again from its immutable facts, by other code
//! than made them, and names the first fact that disagrees.
//!
//! ```text
//! log        each record's hash, one after the other; the head                     `log`
//! files      bytes against their hash; statements read again and held against
//!            the kept rows, line by line                                           `files`, `reading`
//! events     each against what was true before it: lives, terms, matches,
//!            payouts, batches, human acts, and the postings that it must have       `events` ...
//! rest       what must be true of an order when an act is over                     `rest`
//! books      the ledger against chains, questions, orders and payouts              `books`
//! people     rows about people against the commitments in the log                  `people`
//! documents  the read models against all of that                                   `documents`
//! ```
//!
//! It shares the vocabulary (`kantor-model`) and the pure readers of bank files (`kantor-parsers`)
//! with the rest, and nothing else: not the engine's decisions, not its state, not the codec of the
//! store. Its tables are written from the design, so that a mistake in the engine is not made twice.
//! An event that it does not know is a disagreement.
//!
//! Rows and events are read in pages. What is kept in memory is what the office is now: its orders,
//! payouts, batches, and one small entry a bank line.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

mod agreed;
mod archive;
mod back;
mod batches;
mod books;
mod calendar;
mod chain;
mod desk;
mod digest;
mod events;
mod explained;
mod files;
mod form;
mod found;
mod judge;
mod judged;
mod kinds;
mod life;
mod line_events;
mod lines;
mod log;
mod memory;
mod nobodys;
mod office;
mod orders;

mod parts;
mod payers;
mod payout_events;
mod payouts;
mod people;
mod position;
mod reading;
mod reference;
mod report;
mod rest;
mod rows;
mod rules;
mod sent;
mod setup;
mod sums;
mod terms;
mod transfers;
mod undone;
mod values;
mod withdrawn;

pub use archive::{Archive, Document, Fault, Head, Record, Row, Segment, Side};
pub use digest::Digest;
pub use events::KINDS;
pub use memory::Memory;
pub use office::{Checked, check};
pub use reference::{Referent, order_reference, payout_reference, references_in};

/// The first fact that disagrees with the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fact}: {what}")]
pub struct Disagreement {
    /// Which fact: `event 17`, `line 2/5`, `file 3f…`, `order 4`, `balance of account 1`.
    pub fact: String,
    /// What is wrong with it.
    pub what: String,
}

pub(crate) type Checks<T = ()> = Result<T, Disagreement>;

pub(crate) fn wrong(fact: impl Into<String>, what: impl ToString) -> Disagreement {
    Disagreement {
        fact: fact.into(),
        what: what.to_string(),
    }
}

/// Nothing, or the fact that disagrees.
pub(crate) fn must(
    is_so: bool,
    fact: impl FnOnce() -> String,
    what: impl FnOnce() -> String,
) -> Checks {
    if is_so {
        Ok(())
    } else {
        Err(wrong(fact(), what()))
    }
}
