//! The unit of work: everything that one decided command writes, together or not at all.

use kantor_engine::Digest;
use kantor_model::Moment;

use crate::document::DocumentChange;
use crate::entries::{Booking, Withdrawal};
use crate::error::Unfit;
use crate::log::NewRecord;
use crate::side::SideChange;

/// The longest kind, state or key that a store takes, in bytes of UTF-8.
pub const TEXT_BYTES_MAX: usize = 255;

/// The longest body of a record, document, side row, answer or entry, in bytes. Bigger things
/// are files: [`crate::Store::stage_file`].
pub const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Everything that one command writes. Records first, then in this order: documents, withdrawals,
/// bookings, entries and files kept, side changes, and the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitOfWork {
    /// The position of the log on which the command was decided. A log that has moved refuses it.
    pub after: u64,
    /// When it happens; never before the head's moment.
    pub moment: Moment,
    /// The events. May be empty: a unit without records leaves the head where it is.
    pub records: Vec<NewRecord>,
    /// Changes of read models.
    pub documents: Vec<DocumentChange>,
    /// Unproved ends of account chains, taken back before anything is booked.
    pub withdrawals: Vec<Withdrawal>,
    /// Uploaded entries that get their place in a chain.
    pub bookings: Vec<Booking>,
    /// Uploaded entries that the records refer to without booking them: kept from now on.
    pub rows: Vec<Digest>,
    /// Uploaded files that the records refer to: kept from now on.
    pub files: Vec<Digest>,
    /// Changes of side rows.
    pub sides: Vec<SideChange>,
    /// What the command is answered, kept under its idempotency key.
    pub answer: Option<NewAnswer>,
}

impl UnitOfWork {
    /// An empty unit, decided on the log at that position.
    pub fn new(after: u64, moment: Moment) -> UnitOfWork {
        UnitOfWork {
            after,
            moment,
            records: Vec::new(),
            documents: Vec::new(),
            withdrawals: Vec::new(),
            bookings: Vec::new(),
            rows: Vec::new(),
            files: Vec::new(),
            sides: Vec::new(),
            answer: None,
        }
    }
}

/// An answer about to be kept.
///
/// Keys that begin with the time (UUID version 7) keep their index small and warm;
/// any other text works too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAnswer {
    /// The idempotency key. One office has one room of keys: prefix it when callers share them.
    pub key: String,
    /// Who asked what: [`crate::fingerprint`].
    pub fingerprint: Digest,
    /// The answer, in the caller's form.
    pub body: Vec<u8>,
}

/// The first answer that was given under an idempotency key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Who asked what. The same key with another fingerprint is a mistake of the asker.
    pub fingerprint: Digest,
    /// The head of the log after the command.
    pub seq: u64,
    /// When it was answered.
    pub moment: Moment,
    /// The answer, in the caller's form.
    pub body: Vec<u8>,
}

/// A text that every store can hold: no U+0000, which PostgreSQL refuses, and not too long.
pub(crate) fn fit_text(what: &'static str, text: &str) -> Result<(), Unfit> {
    if text.contains('\0') {
        return Err(Unfit::Nul { what });
    }
    fit_length(what, text.len(), TEXT_BYTES_MAX)
}

/// A body that every store can hold.
pub(crate) fn fit_body(what: &'static str, body: &[u8]) -> Result<(), Unfit> {
    fit_length(what, body.len(), BODY_BYTES_MAX)
}

fn fit_length(what: &'static str, length: usize, limit: usize) -> Result<(), Unfit> {
    if length <= limit {
        return Ok(());
    }
    Err(Unfit::TooLong {
        what,
        length,
        limit,
    })
}
