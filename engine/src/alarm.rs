//! Alarms: what must never happen, has happened, and waits for a person to say what was done.

use std::fmt;

use crate::{BatchId, LineId, OrderId, PayoutId};

/// The number of an alarm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AlarmId(
    /// The number; the first one is 1.
    pub u64,
);

impl fmt::Display for AlarmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an alarm is about (alarm). It is open until a person closes it with a reason; closing it
/// moves no money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)] // the fields are named after the things of `ids`
pub enum Alarm {
    /// A payout left a second time, or left though it was not owed any more: claim it back.
    PaidTwice { payout: PayoutId, line: LineId },
    /// A payout left that stands in no file: ask who paid by hand.
    PaidWithoutFile { payout: PayoutId, line: LineId },
    /// A payout left from a file that two people had declared unsent: find out who sent it.
    PaidFromVoidFile {
        payout: PayoutId,
        line: LineId,
        batch: BatchId,
    },
    /// The bank answers that it carries out a file that was declared void: its payouts leave from it.
    VoidFileAccepted { batch: BatchId },
    /// The bank took money back from an order whose payout is on its way or has left.
    ReversedTooLate {
        order: OrderId,
        receipt: LineId,
        line: LineId,
    },
}

impl Alarm {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Alarm::PaidTwice { .. } => "paid_twice",
            Alarm::PaidWithoutFile { .. } => "paid_without_file",
            Alarm::PaidFromVoidFile { .. } => "paid_from_void_file",
            Alarm::VoidFileAccepted { .. } => "void_file_accepted",
            Alarm::ReversedTooLate { .. } => "reversed_too_late",
        }
    }

    /// The bank line that raised it, where it was one.
    pub const fn line(&self) -> Option<LineId> {
        match self {
            Alarm::VoidFileAccepted { .. } => None,
            Alarm::PaidTwice { line, .. }
            | Alarm::PaidWithoutFile { line, .. }
            | Alarm::PaidFromVoidFile { line, .. }
            | Alarm::ReversedTooLate { line, .. } => Some(*line),
        }
    }

    /// The lines that it names have other places from now on.
    pub(crate) fn follow(&mut self, moved: impl Fn(LineId) -> LineId) {
        match self {
            Alarm::PaidTwice { line, .. }
            | Alarm::PaidWithoutFile { line, .. }
            | Alarm::PaidFromVoidFile { line, .. } => *line = moved(*line),
            Alarm::ReversedTooLate { receipt, line, .. } => {
                *receipt = moved(*receipt);
                *line = moved(*line);
            }
            Alarm::VoidFileAccepted { .. } => {}
        }
    }

    /// The payout that it is about.
    pub const fn payout(&self) -> Option<PayoutId> {
        match self {
            Alarm::PaidTwice { payout, .. }
            | Alarm::PaidWithoutFile { payout, .. }
            | Alarm::PaidFromVoidFile { payout, .. } => Some(*payout),
            Alarm::ReversedTooLate { .. } | Alarm::VoidFileAccepted { .. } => None,
        }
    }
}
