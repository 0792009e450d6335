//! What the host lends to a call, as safe Rust for the pack: where bytes come from, where records
//! go, where the written file goes.
#![allow(unsafe_code)] // calls functions of the host

use std::marker::PhantomData;

use kantor_model::{
    Complaint, EntryView, Flow, PartView, Severity, StatementFoot, StatementHead, StatementSink,
};

use kantor_parsers::{ByteSource, SourceError};

use crate::abi::{self, Bytes};
use crate::from_abi::Misfit;
use crate::growing::taken;
use crate::pack::Hints;
use crate::to_abi;

/// The host could not give more bytes, by a fault of its own; it knows what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the rest of the file could not be read by the program that opened it; load the file again"
)]
pub struct SourceFailed;

/// The bytes of one file, pulled from the host piece by piece, and what a person knows of it.
pub struct Source<'call> {
    lent: abi::Source,
    hints: Hints<'call>,
    /// What is left of the last piece; the host keeps it until the next pull.
    rest: &'call [u8],
    ended: bool,
}

impl<'call> Source<'call> {
    /// # Safety
    /// `lent` keeps what the header promises of a source until the call returns.
    pub(crate) unsafe fn new(lent: *const abi::Source) -> Result<Source<'call>, Misfit> {
        // SAFETY: the caller's promise is passed on.
        unsafe {
            let lent = taken(lent)?;
            let hints = Hints {
                account: lent.account.read("the account of a source")?,
                charset: lent.charset.read("the code page of a source")?,
                lenient: lent.flags & abi::LENIENT != 0,
            };
            Ok(Source::of(lent, hints))
        }
    }

    /// # Safety
    /// As [`Source::new`].
    pub(crate) unsafe fn of(lent: abi::Source, hints: Hints<'call>) -> Source<'call> {
        Source {
            lent,
            hints,
            rest: &[],
            ended: false,
        }
    }

    /// What a person knows better than the file.
    pub fn hints(&self) -> Hints<'call> {
        self.hints
    }

    /// The next piece of the file, which may end anywhere; empty at the end, and ever after.
    ///
    /// # Errors
    /// [`SourceFailed`]: stop, and return the same.
    pub fn piece(&mut self) -> Result<&[u8], SourceFailed> {
        if self.rest.is_empty() {
            self.refill()?;
        }
        Ok(std::mem::take(&mut self.rest))
    }

    /// Pulls, and forgets what was left of the piece before, which is gone then.
    fn refill(&mut self) -> Result<(), SourceFailed> {
        self.rest = &[];
        if self.ended {
            return Ok(());
        }
        let pull = self.lent.pull.ok_or(SourceFailed)?;
        let mut piece = Bytes::of(&[]);
        // SAFETY: the host's function with the host's context, as the header says. What it lends
        // lives until the next pull, which happens here only, after the old rest is forgotten.
        self.rest = unsafe {
            if pull(self.lent.context, &raw mut piece) != abi::OK {
                return Err(SourceFailed);
            }
            piece.read("a pulled piece").map_err(|_| SourceFailed)?
        };
        self.ended = self.rest.is_empty();
        Ok(())
    }
}

/// So that the readers of kantor-parsers can read from the host.
impl ByteSource for Source<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        if self.rest.is_empty() {
            self.refill().map_err(|failed| SourceError {
                reason: failed.to_string(),
            })?;
        }
        let count = self.rest.len().min(into.len());
        if let (Some(to), Some((now, later))) =
            (into.get_mut(..count), self.rest.split_at_checked(count))
        {
            to.copy_from_slice(now);
            self.rest = later;
        }
        Ok(count)
    }
}

fn flow(answer: i32) -> Flow {
    if answer == abi::CONTINUE {
        Flow::Continue
    } else {
        Flow::Stop
    }
}

/// Lends records to the host's sink. Once the host said stop, nothing is passed on.
pub(crate) struct HostSink {
    lent: abi::StatementSink,
    stopped: bool,
    /// A fact was too long to cross; its complaint is given.
    pub(crate) unreadable: bool,
}

impl HostSink {
    /// # Safety
    /// `lent` keeps what the header promises of a statement sink until the call returns.
    pub(crate) unsafe fn new(lent: *const abi::StatementSink) -> Result<HostSink, Misfit> {
        Ok(HostSink {
            // SAFETY: the caller's promise is passed on.
            lent: unsafe { taken(lent) }?,
            stopped: false,
            unreadable: false,
        })
    }

    fn give<T>(
        &mut self,
        function: Option<unsafe extern "C" fn(*mut std::ffi::c_void, *const T) -> i32>,
        value: &T,
    ) -> Flow {
        let (Some(function), false) = (function, self.stopped) else {
            return Flow::Stop;
        };
        // SAFETY: the host's function with the host's context; `value` outlives the call.
        let answer = flow(unsafe { function(self.lent.context, value) });
        self.stopped = answer == Flow::Stop;
        answer
    }

    /// Facts are never cut: one that is too long for the wall ends the reading.
    fn too_long(&mut self, place: kantor_model::Place, what: &str) -> Flow {
        self.unreadable = true;
        let _ = self.complaint(Complaint {
            place,
            code: "text-too-long".into(),
            severity: Severity::Fatal,
            message: format!(
                "{what} is longer than {} bytes, which no bank writes; the file is damaged or is not \
                 a statement: download it again",
                abi::TEXT_MAX
            ),
            excerpt: String::new(),
        });
        self.stopped = true;
        Flow::Stop
    }
}

fn longest<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> usize {
    texts.into_iter().flatten().map(str::len).max().unwrap_or(0)
}

impl StatementSink for HostSink {
    fn begin(&mut self, head: StatementHead) -> Flow {
        let texts = [
            head.bank.as_deref(),
            head.account.as_ref().map(|account| account.as_str()),
            head.number.as_deref(),
        ];
        if longest(texts) > abi::TEXT_MAX / 3 {
            return self.too_long(head.place, "the account or the number of this statement");
        }
        to_abi::head(&head, |lent| self.give(self.lent.begin, lent))
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        if self.lent.part.is_none() && !self.stopped {
            return Flow::Continue;
        }
        let texts = [
            part.bank_reference,
            part.customer_reference,
            part.counterparty.name,
            part.counterparty.account,
            part.counterparty.bank,
            part.remittance,
            part.return_reason,
        ];
        if longest(texts) > abi::TEXT_MAX / 3 {
            return self.too_long(part.place, "a text of this part of an entry");
        }
        to_abi::part(part, |lent| self.give(self.lent.part, lent))
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        let texts = [
            entry.transaction_code,
            entry.bank_reference,
            entry.customer_reference,
            entry.counterparty.name,
            entry.counterparty.account,
            entry.counterparty.bank,
            entry.remittance,
            entry.return_reason,
        ];
        // A zero character becomes three bytes on the way.
        if longest(texts) > abi::TEXT_MAX / 3 {
            return self.too_long(entry.place, "a text of this entry");
        }
        to_abi::entry(entry, |lent| self.give(self.lent.entry, lent))
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        to_abi::foot(&foot, |lent| self.give(self.lent.end, lent))
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        to_abi::complaint(&complaint, |lent| self.give(self.lent.complaint, lent))
    }
}

/// Where a written file goes, piece by piece.
pub struct Output<'call> {
    lent: abi::ByteSink,
    stopped: bool,
    /// It lives no longer than the call that it is lent to.
    call: PhantomData<&'call abi::ByteSink>,
}

impl Output<'_> {
    /// # Safety
    /// `lent` keeps what the header promises of a byte sink until the call returns.
    pub(crate) unsafe fn new(lent: *const abi::ByteSink) -> Result<Self, Misfit> {
        Ok(Output {
            // SAFETY: the caller's promise is passed on.
            lent: unsafe { taken(lent) }?,
            stopped: false,
            call: PhantomData,
        })
    }

    /// The next bytes of the file, any number of them.
    pub fn push(&mut self, bytes: &[u8]) -> Flow {
        for piece in bytes.chunks(abi::PIECE_MAX) {
            let (Some(push), false) = (self.lent.push, self.stopped) else {
                return Flow::Stop;
            };
            let piece = Bytes::of(piece);
            // SAFETY: the host's function with the host's context; `piece` outlives the call.
            self.stopped = flow(unsafe { push(self.lent.context, &raw const piece) }) == Flow::Stop;
        }
        if self.stopped {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }

    /// Something that was written differently from what was asked, or cannot be.
    pub fn complaint(&mut self, complaint: &Complaint) -> Flow {
        let (Some(function), false) = (self.lent.complaint, self.stopped) else {
            return Flow::Stop;
        };
        let context = self.lent.context;
        let answer = to_abi::complaint(complaint, |lent| {
            // SAFETY: the host's function with the host's context; `lent` outlives the call.
            flow(unsafe { function(context, lent) })
        });
        self.stopped = answer == Flow::Stop;
        answer
    }
}
