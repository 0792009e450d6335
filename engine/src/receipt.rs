//! The life of a receipt: a bank line allocated to an order.

use kantor_model::{Date, Money};

use crate::matching::{Rule, Verdict};
use crate::order::HeldReason;
use crate::{LineId, OrderId};

/// Where a receipt is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReceiptState {
    /// The line is this order's money.
    Allocated,
    /// A person took it back, with a reason; the line is a question again.
    Released,
    /// The bank took the money back.
    Reversed,
}

impl ReceiptState {
    /// Every state.
    pub const ALL: [ReceiptState; 3] = [
        ReceiptState::Allocated,
        ReceiptState::Released,
        ReceiptState::Reversed,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            ReceiptState::Allocated => "Allocated",
            ReceiptState::Released => "Released",
            ReceiptState::Reversed => "Reversed",
        }
    }
}

/// What can happen to a receipt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReceiptStep {
    /// The line is allocated again, to this or another order.
    Allocate,
    /// Undone by a person, with a reason.
    Release,
    /// Undone by the bank.
    Reverse,
}

impl ReceiptStep {
    /// Every step.
    pub const ALL: [ReceiptStep; 3] = [
        ReceiptStep::Allocate,
        ReceiptStep::Release,
        ReceiptStep::Reverse,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            ReceiptStep::Allocate => "Allocate",
            ReceiptStep::Release => "Release",
            ReceiptStep::Reverse => "Reverse",
        }
    }
}

/// The table of a receipt's life: the state that follows, or `None` where the step cannot be.
pub const fn next_receipt_state(state: ReceiptState, step: ReceiptStep) -> Option<ReceiptState> {
    use ReceiptState as S;
    use ReceiptStep as E;
    match (state, step) {
        (S::Released, E::Allocate) => Some(S::Allocated),
        (S::Allocated, E::Release) => Some(S::Released),
        (S::Allocated, E::Reverse) => Some(S::Reversed),
        // Each minor unit of a line serves one order (law 3).
        (S::Allocated, E::Allocate) => None,
        (S::Released, E::Release | E::Reverse) => None,
        // Money that the bank took back cannot serve anybody.
        (S::Reversed, E::Allocate | E::Release | E::Reverse) => None,
    }
}

/// A bank line, or a share of it, allocated to an order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Receipt {
    /// The bank line.
    pub line: LineId,
    /// Whose money it is.
    pub order: OrderId,
    /// How much of the line, positive.
    pub amount: Money,
    /// The day on which the bank booked the line.
    pub booked_on: Option<Date>,
    /// Where it is in its life.
    pub state: ReceiptState,
    /// How sure the match was.
    pub verdict: Verdict,
    /// By which rule.
    pub rule: Rule,
    /// The first test that it failed when it came; consent to a new rate heals what was late.
    pub failed: Option<HeldReason>,
}
