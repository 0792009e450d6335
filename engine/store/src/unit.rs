//! The unit of work: everything that one decided command writes, together or not at all.

use kantor_engine::Digest;
use kantor_model::Moment;

use crate::document::{Document, DocumentChange};
use crate::entries::{Booking, Withdrawal};
use crate::error::{AppendError, Unfit};
use crate::log::{Head, NewRecord};
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

    /// Refuses what was not decided on this head, and what no store can hold, before anything of
    /// the unit is written.
    pub(crate) fn check(&self, head: &Head) -> Result<(), AppendError> {
        if self.after != head.seq {
            return Err(AppendError::HeadMoved {
                head: head.seq,
                decided: self.after,
            });
        }
        if self.moment < head.moment {
            return Err(AppendError::TimeRunsBack {
                head: head.moment,
                given: self.moment,
            });
        }
        for record in &self.records {
            fit_text("kind of a record", &record.kind)?;
            fit_body("body of a record", &record.body)?;
        }
        for change in &self.documents {
            if let DocumentChange::Put(document) = change {
                fit_document(document)?;
            }
        }
        self.answer.as_ref().map_or(Ok(()), fit_answer)?;
        Ok(())
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

impl NewAnswer {
    /// An answer that was kept elsewhere.
    pub(crate) fn again(key: &str, kept: &Answer) -> NewAnswer {
        NewAnswer {
            key: key.to_owned(),
            fingerprint: kept.fingerprint,
            body: kept.body.clone(),
        }
    }

    /// Why it is not kept: its key has this answer already.
    pub(crate) fn refused(&self, first: Option<Digest>) -> AppendError {
        let key = self.key.clone();
        match first {
            Some(first) if first == self.fingerprint => AppendError::Answered { key },
            Some(_) | None => AppendError::KeyReused { key },
        }
    }
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

/// A document that every store can hold.
pub(crate) fn fit_document(document: &Document) -> Result<(), Unfit> {
    fit_text("kind of a document", &document.kind)?;
    fit_text("state of a document", &document.state)?;
    fit_body("body of a document", &document.body)
}

/// An answer that every store can hold.
pub(crate) fn fit_answer(answer: &NewAnswer) -> Result<(), Unfit> {
    fit_text("idempotency key", &answer.key)?;
    fit_body("body of an answer", &answer.body)
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
