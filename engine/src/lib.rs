//! The pure core of an exchange office: commands in, events out.
//!
//! ```text
//! Command ──decide(seen, now)──▶ events + postings ──apply──▶ Snapshot
//! Snapshot ──due(now)──▶ commands that time alone asks for
//! ```
//!
//! A decision reads a [`Snapshot`] and a [`kantor_model::Moment`] that are handed to it, and
//! returns what happened, or a [`Refusal`] that says why nothing did. This crate has no file, no
//! clock, no randomness, no printing and no floating point, and knows nothing of bank formats,
//! databases, pages or windows.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::wildcard_enum_match_arm
    )
)]

pub mod access;
pub mod alarm;
mod apply;
pub mod bank_answer;
pub mod batch;
pub mod books;
pub mod calendar;
pub mod chain;
mod command;
mod decide;
mod event;
mod ids;
pub mod ledger;
pub mod matching;
pub mod order;
mod pairing;
pub mod payout;
pub mod payout_rules;
pub mod policy;
pub mod position;
pub mod rates;
pub mod receipt;
mod reference;
mod refusal;
mod snapshot;
mod tables;
mod touched;
pub mod tree;

pub use apply::apply;
pub use command::{Answer, Command, LineOutcome, StatementOutcome, StatementToBook, WantedBatch};
pub use decide::{Outcome, WhatIf, decide, due, what_if};
pub use event::{Actor, Event, NotBooked, Recorded, StatementBooking, StatementFacts};
pub use ids::{
    AccountId, BatchId, CoverDealId, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    PayoutId, RateVersion, StatementId,
};
pub use pairing::{Candidate, PairedBy, pair};
pub use policy::{CustomerClass, DateOnly, Policy, Provisional};
pub use reference::{Reference, Referent, each_reference, find_references};
pub use refusal::Refusal;
pub use snapshot::{
    BookedStatement, CustomerAccount, LastNumbers, OfficeAccount, Settled, Snapshot, WaitingKey,
};
pub use tables::life_tables;
pub use touched::Touched;
