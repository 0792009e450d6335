//! The life of a payout: money owed out, with its identity before any file exists (law 4).

use kantor_model::Money;

use crate::{AccountId, BatchId, CustomerAccountId, LineId, OrderId, PayoutId, Reference};

/// What a payout is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PayoutKind {
    /// The customer's side of the exchange.
    Exchange,
    /// His own money back.
    Refund,
    /// What came more than agreed, back to the paying account; the exchange goes on without it.
    Difference,
}

impl PayoutKind {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            PayoutKind::Exchange => "exchange",
            PayoutKind::Refund => "refund",
            PayoutKind::Difference => "difference",
        }
    }
}

/// Who is paid. The account's number itself is personal data and lives outside the log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Payee {
    /// An account of the customer's own.
    CustomerAccount(CustomerAccountId),
    /// The account from which a bank line came: where refunds go.
    PayerOf(LineId),
}

/// Where a payout is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PayoutState {
    /// Owed; in no batch.
    Due,
    /// In a batch that is fixed.
    InBatch,
    /// Its batch is approved.
    Approved,
    /// Its transfer file is written.
    Exported,
    /// The bank said that it took it.
    Accepted,
    /// Nobody knows whether the bank has it; somebody is asked until it is resolved.
    Unknown,
    /// The bank's own line shows that it left.
    Paid,
    /// The bank refused it.
    Rejected,
    /// It left and came back.
    Returned,
    /// Not owed any more: the order was cancelled before it went into a batch.
    Withdrawn,
}

impl PayoutState {
    /// Every state.
    pub const ALL: [PayoutState; 10] = [
        PayoutState::Due,
        PayoutState::InBatch,
        PayoutState::Approved,
        PayoutState::Exported,
        PayoutState::Accepted,
        PayoutState::Unknown,
        PayoutState::Paid,
        PayoutState::Rejected,
        PayoutState::Returned,
        PayoutState::Withdrawn,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            PayoutState::Due => "Due",
            PayoutState::InBatch => "InBatch",
            PayoutState::Approved => "Approved",
            PayoutState::Exported => "Exported",
            PayoutState::Accepted => "Accepted",
            PayoutState::Unknown => "Unknown",
            PayoutState::Paid => "Paid",
            PayoutState::Rejected => "Rejected",
            PayoutState::Returned => "Returned",
            PayoutState::Withdrawn => "Withdrawn",
        }
    }
}

/// What can happen to a payout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PayoutStep {
    /// Taken into a batch.
    Batch,
    /// Its batch was approved.
    Approve,
    /// Its file was written.
    Export,
    /// The bank accepted it.
    Accept,
    /// The answer of the bank is lost.
    Lose,
    /// The bank's own line shows that it left.
    Pay,
    /// The bank refused it.
    Reject,
    /// The line that showed it is not confirmed by the bank.
    Unpay,
    /// It came back.
    Return,
    /// Its batch was voided, or its payee corrected: owed again under the same identity.
    MakeDue,
    /// Not owed any more.
    Withdraw,
}

impl PayoutStep {
    /// Every step.
    pub const ALL: [PayoutStep; 11] = [
        PayoutStep::Batch,
        PayoutStep::Approve,
        PayoutStep::Export,
        PayoutStep::Accept,
        PayoutStep::Lose,
        PayoutStep::Pay,
        PayoutStep::Reject,
        PayoutStep::Unpay,
        PayoutStep::Return,
        PayoutStep::MakeDue,
        PayoutStep::Withdraw,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            PayoutStep::Batch => "Batch",
            PayoutStep::Approve => "Approve",
            PayoutStep::Export => "Export",
            PayoutStep::Accept => "Accept",
            PayoutStep::Lose => "Lose",
            PayoutStep::Pay => "Pay",
            PayoutStep::Reject => "Reject",
            PayoutStep::Unpay => "Unpay",
            PayoutStep::Return => "Return",
            PayoutStep::MakeDue => "MakeDue",
            PayoutStep::Withdraw => "Withdraw",
        }
    }
}

/// The table of a payout's life: the state that follows, or `None` where the step cannot be.
pub const fn next_payout_state(state: PayoutState, step: PayoutStep) -> Option<PayoutState> {
    use PayoutState as S;
    use PayoutStep as E;
    match (state, step) {
        (S::Due, E::Batch) => Some(S::InBatch),
        (S::InBatch, E::Approve) => Some(S::Approved),
        (S::Approved, E::Export) => Some(S::Exported),
        (S::Exported | S::Unknown, E::Accept) => Some(S::Accepted),
        (S::Exported | S::Accepted, E::Lose) => Some(S::Unknown),
        // Only the bank's own line closes it, from wherever it was: a person may have paid by hand.
        (S::Due | S::InBatch | S::Approved | S::Exported | S::Accepted | S::Unknown, E::Pay) => {
            Some(S::Paid)
        }
        // A debit after all: what the bank had refused or sent back has left again.
        (S::Rejected | S::Returned, E::Pay) => Some(S::Paid),
        (S::Exported | S::Accepted | S::Unknown, E::Reject) => Some(S::Rejected),
        (S::Paid, E::Return) => Some(S::Returned),
        // An export of a running day showed it, and the statement of the day does not.
        (S::Paid, E::Unpay) => Some(S::Unknown),
        (S::InBatch | S::Approved | S::Exported | S::Accepted | S::Unknown, E::MakeDue) => {
            Some(S::Due)
        }
        (S::Rejected | S::Returned, E::MakeDue) => Some(S::Due),
        (S::Due, E::Withdraw) => Some(S::Withdrawn),

        // A second debit is an alarm (`PaidTwice`), not a state.
        (S::Paid, E::Pay) => None,
        // Money that is not owed any more and leaves all the same is an alarm too.
        (S::Withdrawn, E::Pay) => None,
        (
            S::InBatch
            | S::Approved
            | S::Exported
            | S::Accepted
            | S::Unknown
            | S::Paid
            | S::Rejected
            | S::Returned
            | S::Withdrawn,
            E::Batch | E::Withdraw,
        ) => None,
        (
            S::Due
            | S::Approved
            | S::Exported
            | S::Accepted
            | S::Unknown
            | S::Paid
            | S::Rejected
            | S::Returned
            | S::Withdrawn,
            E::Approve,
        ) => None,
        (
            S::Due
            | S::InBatch
            | S::Exported
            | S::Accepted
            | S::Unknown
            | S::Paid
            | S::Rejected
            | S::Returned
            | S::Withdrawn,
            E::Export,
        ) => None,
        (
            S::Due
            | S::InBatch
            | S::Approved
            | S::Accepted
            | S::Paid
            | S::Rejected
            | S::Returned
            | S::Withdrawn,
            E::Accept,
        ) => None,
        (
            S::Due
            | S::InBatch
            | S::Approved
            | S::Unknown
            | S::Paid
            | S::Rejected
            | S::Returned
            | S::Withdrawn,
            E::Lose,
        ) => None,
        (
            S::Due | S::InBatch | S::Approved | S::Paid | S::Rejected | S::Returned | S::Withdrawn,
            E::Reject,
        ) => None,
        (
            S::Due
            | S::InBatch
            | S::Approved
            | S::Exported
            | S::Accepted
            | S::Unknown
            | S::Rejected
            | S::Returned
            | S::Withdrawn,
            E::Return | E::Unpay,
        ) => None,
        (S::Due | S::Paid | S::Withdrawn, E::MakeDue) => None,
    }
}

/// What a payout is, from the moment it is owed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PayoutFacts {
    /// Its number.
    pub payout: PayoutId,
    /// For which order; none, where money that is nobody's goes back to where it came from.
    pub order: Option<OrderId>,
    /// What for.
    pub kind: PayoutKind,
    /// How much, positive.
    pub amount: Money,
    /// From which office account.
    pub account: AccountId,
    /// To whom.
    pub payee: Payee,
}

/// A payout as it stands now.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Payout {
    /// What it is.
    pub facts: PayoutFacts,
    /// Where it is in its life.
    pub state: PayoutState,
    /// The batch it was taken into last.
    pub batch: Option<BatchId>,
    /// The bank line that paid it.
    pub paid_by: Option<LineId>,
    /// The bank line by which it came back the last time.
    pub came_back: Option<LineId>,
    /// The last batch with it of which the file was written and then voided: were that file sent
    /// after all, the money would leave from it.
    pub void_file: Option<BatchId>,
}

impl Payout {
    /// Whether its file is out and the bank's line is awaited.
    pub const fn is_awaited(&self) -> bool {
        match self.state {
            PayoutState::Exported | PayoutState::Accepted | PayoutState::Unknown => true,
            PayoutState::Due
            | PayoutState::InBatch
            | PayoutState::Approved
            | PayoutState::Paid
            | PayoutState::Rejected
            | PayoutState::Returned
            | PayoutState::Withdrawn => false,
        }
    }

    /// The code in the transfer's title, by which the bank's line is known again.
    pub fn reference(&self) -> Option<Reference> {
        Reference::of_payout(self.facts.payout)
    }
}
