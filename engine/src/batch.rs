//! The life of a batch: payouts of one account, and the one file written from them.

use kantor_model::{Date, Moment};

use crate::bank_answer::FileName;
use crate::{AccountId, BatchId, Digest, PayoutId};

/// Where a batch is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BatchState {
    /// Payouts are being chosen.
    Open,
    /// Its payouts do not change any more.
    Fixed,
    /// Somebody with the right said that it may go.
    Approved,
    /// Its file is written and archived; the same bytes ever after.
    Written,
    /// The bank's lines have closed every payout.
    Closed,
    /// Never to be sent; its payouts are due again.
    Voided,
}

impl BatchState {
    /// Every state.
    pub const ALL: [BatchState; 6] = [
        BatchState::Open,
        BatchState::Fixed,
        BatchState::Approved,
        BatchState::Written,
        BatchState::Closed,
        BatchState::Voided,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            BatchState::Open => "Open",
            BatchState::Fixed => "Fixed",
            BatchState::Approved => "Approved",
            BatchState::Written => "Written",
            BatchState::Closed => "Closed",
            BatchState::Voided => "Voided",
        }
    }
}

/// What can happen to a batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BatchStep {
    /// Its payouts are settled.
    Fix,
    /// Approved.
    Approve,
    /// The file was written and archived.
    Write,
    /// Every payout is paid.
    Close,
    /// The bank rejected it, or two people attest that it was not sent.
    Void,
    /// A line that showed one of its payouts leaving is not confirmed: it is awaited again.
    Await,
}

impl BatchStep {
    /// Every step.
    pub const ALL: [BatchStep; 6] = [
        BatchStep::Fix,
        BatchStep::Approve,
        BatchStep::Write,
        BatchStep::Close,
        BatchStep::Void,
        BatchStep::Await,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            BatchStep::Fix => "Fix",
            BatchStep::Approve => "Approve",
            BatchStep::Write => "Write",
            BatchStep::Close => "Close",
            BatchStep::Void => "Void",
            BatchStep::Await => "Await",
        }
    }
}

/// The table of a batch's life: the state that follows, or `None` where the step cannot be.
pub const fn next_batch_state(state: BatchState, step: BatchStep) -> Option<BatchState> {
    use BatchState as S;
    use BatchStep as E;
    match (state, step) {
        (S::Open, E::Fix) => Some(S::Fixed),
        (S::Fixed, E::Approve) => Some(S::Approved),
        (S::Approved, E::Write) => Some(S::Written),
        (S::Written, E::Close) => Some(S::Closed),
        (S::Closed, E::Await) => Some(S::Written),
        // Paid by hand before the file was written.
        (S::Fixed | S::Approved, E::Close) => Some(S::Closed),
        (S::Open | S::Fixed | S::Approved | S::Written, E::Void) => Some(S::Voided),
        // A second file for the same payouts would pay twice (law 4).
        (S::Written, E::Write) => None,
        (S::Fixed | S::Approved | S::Written | S::Closed | S::Voided, E::Fix) => None,
        (S::Open | S::Approved | S::Written | S::Closed | S::Voided, E::Approve) => None,
        (S::Open | S::Fixed | S::Closed | S::Voided, E::Write) => None,
        (S::Open | S::Closed | S::Voided, E::Close) => None,
        (S::Closed | S::Voided, E::Void) => None,
        (S::Open | S::Fixed | S::Approved | S::Written | S::Voided, E::Await) => None,
    }
}

/// The transfer file of a batch.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TransferFile {
    /// The SHA-256 of its bytes, which are archived.
    pub digest: Digest,
    /// How many bytes.
    pub length: u64,
    /// The format, `elixir0`.
    pub format: String,
    /// The pack that wrote it, with its version: `mbank 0.1.0`.
    pub written_by: String,
}

/// A batch as it stands now.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PayoutBatch {
    /// Its number.
    pub batch: BatchId,
    /// The office account that pays.
    pub account: AccountId,
    /// The day on which the bank is to act.
    pub date: Date,
    /// Its payouts, in the order in which they are written.
    pub payouts: Vec<PayoutId>,
    /// Where it is in its life.
    pub state: BatchState,
    /// Its file, once written.
    pub file: Option<TransferFile>,
    /// Who fixed it; another one approves where the policy wants four eyes.
    pub made_by: crate::Actor,
    /// The file that was shown to the approver, and who made it: nothing else may be written.
    pub proposed: Option<(TransferFile, crate::Actor)>,
    /// By which names the bank may speak of its file.
    pub names: Vec<FileName>,
    /// The moment after which somebody is asked what became of it, while payouts of it are open.
    pub awaited: Option<Moment>,
    /// A payout that the bank's own lines have shown leaving from its file: the file was sent.
    pub seen: Option<PayoutId>,
}
