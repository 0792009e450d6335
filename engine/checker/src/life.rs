//! The lives of orders, payouts and batches as the design has them (design.md, section 3): for each
//! event, from which states it may come and which state follows.

use crate::values::Held;

/// Where an order is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OrderState {
    AwaitingFunds,
    AwaitingConsent,
    Funded,
    Held(Held),
    PayingOut,
    Completed,
    Refunding,
    Refunded,
    Expired,
    Cancelled,
}

impl OrderState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            OrderState::AwaitingFunds => "AwaitingFunds",
            OrderState::AwaitingConsent => "AwaitingConsent",
            OrderState::Funded => "Funded",
            OrderState::Held(_) => "Held",
            OrderState::PayingOut => "PayingOut",
            OrderState::Completed => "Completed",
            OrderState::Refunding => "Refunding",
            OrderState::Refunded => "Refunded",
            OrderState::Expired => "Expired",
            OrderState::Cancelled => "Cancelled",
        }
    }
}

/// What happens to an order, from where, and where to; `=` stays where it is, and `Held` is of the
/// event's reason.
const ORDER: &[(&str, &str, &str)] = &[
    ("TermsChanged", "AwaitingFunds Held", "="),
    ("RateOffered", "AwaitingFunds Held", "AwaitingConsent"),
    ("RateAccepted", "AwaitingConsent", "AwaitingFunds"),
    ("RateDeclined", "AwaitingConsent", "AwaitingFunds"),
    ("DeadlineMoved", "AwaitingFunds Expired", "AwaitingFunds"),
    ("OrderFunded", "AwaitingFunds Held Expired", "Funded"),
    (
        "OrderHeld",
        "AwaitingFunds AwaitingConsent Held Expired Cancelled Funded",
        "Held",
    ),
    ("OrderExpired", "AwaitingFunds AwaitingConsent", "Expired"),
    (
        "OrderCancelled",
        "AwaitingFunds AwaitingConsent Expired",
        "Cancelled",
    ),
    ("OrderLostFunds", "Funded Held", "AwaitingFunds"),
    (
        "OrderRefunding",
        "AwaitingFunds Funded Held AwaitingConsent",
        "Refunding",
    ),
    ("OrderPayingOut", "Funded PayingOut", "PayingOut"),
    ("PayoutUnproved", "PayingOut Completed", "PayingOut"),
    ("OrderPayOutStopped", "PayingOut", "Funded"),
    ("OrderReopened", "PayingOut Completed", "PayingOut"),
    ("OrderCompleted", "Funded PayingOut", "Completed"),
    ("OrderRefunded", "Refunding", "Refunded"),
];

const ORDER_STATES: &[OrderState] = &[
    OrderState::AwaitingFunds,
    OrderState::AwaitingConsent,
    OrderState::Funded,
    OrderState::PayingOut,
    OrderState::Completed,
    OrderState::Refunding,
    OrderState::Refunded,
    OrderState::Expired,
    OrderState::Cancelled,
];

/// The state of an order after an event; `None` where it cannot be.
pub(crate) fn order_after(state: OrderState, kind: &str, held: Option<Held>) -> Option<OrderState> {
    let (_, from, to) = ORDER.iter().find(|(event, _, _)| *event == kind)?;
    if !from.split(' ').any(|name| name == state.name()) {
        return None;
    }
    match *to {
        "=" => Some(state),
        "Held" => held.map(OrderState::Held),
        name => ORDER_STATES.iter().copied().find(|one| one.name() == name),
    }
}

/// Where a payout is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PayoutState {
    Due,
    InBatch,
    Approved,
    Exported,
    Accepted,
    Unknown,
    Paid,
    Rejected,
    Returned,
    Withdrawn,
}

const PAYOUT_STATES: &[(PayoutState, &str)] = &[
    (PayoutState::Due, "Due"),
    (PayoutState::InBatch, "InBatch"),
    (PayoutState::Approved, "Approved"),
    (PayoutState::Exported, "Exported"),
    (PayoutState::Accepted, "Accepted"),
    (PayoutState::Unknown, "Unknown"),
    (PayoutState::Paid, "Paid"),
    (PayoutState::Rejected, "Rejected"),
    (PayoutState::Returned, "Returned"),
    (PayoutState::Withdrawn, "Withdrawn"),
];

impl PayoutState {
    pub(crate) fn name(self) -> &'static str {
        let found = PAYOUT_STATES.iter().find(|(state, _)| *state == self);
        found.map_or("", |(_, name)| name)
    }

    /// Nothing is owed any more.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, PayoutState::Paid | PayoutState::Withdrawn)
    }
}

/// What happens to a payout. Only the bank's own line pays it, from wherever it was.
const PAYOUT: &[(&str, &str, &str)] = &[
    ("BatchFixed", "Due", "InBatch"),
    ("BatchApproved", "InBatch", "Approved"),
    ("BatchWritten", "Approved", "Exported"),
    (
        "BatchVoided",
        "InBatch Approved Exported Accepted Unknown",
        "Due",
    ),
    ("PayoutDueAgain", "Rejected Returned Unknown", "Due"),
    ("PayoutReturned", "Paid", "Returned"),
    ("accepted", "Exported Unknown", "Accepted"),
    ("rejected", "Exported Accepted Unknown", "Rejected"),
    ("unclear", "Exported Accepted", "Unknown"),
    ("PayoutWithdrawn", "Due", "Withdrawn"),
    ("PayoutUnproved", "Paid", "Unknown"),
    (
        "paid",
        "Due InBatch Approved Exported Accepted Unknown Rejected Returned",
        "Paid",
    ),
];

/// The state of a payout after an event; `None` where it cannot be.
pub(crate) fn payout_after(state: PayoutState, kind: &str) -> Option<PayoutState> {
    let (_, from, to) = PAYOUT.iter().find(|(event, _, _)| *event == kind)?;
    let may = from.split(' ').any(|name| name == state.name());
    let next = PAYOUT_STATES.iter().find(|(_, name)| name == to);
    next.filter(|_| may).map(|(state, _)| *state)
}

/// Where a batch is; it begins when it is fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BatchState {
    Fixed,
    Approved,
    Written,
    Closed,
    Voided,
}

impl BatchState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            BatchState::Fixed => "Fixed",
            BatchState::Approved => "Approved",
            BatchState::Written => "Written",
            BatchState::Closed => "Closed",
            BatchState::Voided => "Voided",
        }
    }
}

/// The state of a batch after an event; `None` where it cannot be.
pub(crate) fn batch_after(state: BatchState, kind: &str) -> Option<BatchState> {
    match (kind, state) {
        ("BatchApproved", BatchState::Fixed) => Some(BatchState::Approved),
        // One file, once.
        ("BatchWritten", BatchState::Approved) => Some(BatchState::Written),
        // A line that was seen is not confirmed.
        ("BatchAwaited", BatchState::Written | BatchState::Closed) => Some(BatchState::Written),
        ("BatchClosed", BatchState::Fixed | BatchState::Approved | BatchState::Written) => {
            Some(BatchState::Closed)
        }
        ("BatchVoided", BatchState::Fixed | BatchState::Approved | BatchState::Written) => {
            Some(BatchState::Voided)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: OrderState, kind: &str, next: Option<OrderState>) {
        let held = Some(Held::Late);
        assert_eq!(order_after(state, kind, held), next, "{state:?} {kind}");
    }

    #[test]
    fn every_word_of_the_tables_is_a_state() {
        let orders: Vec<&str> = ORDER_STATES.iter().map(|state| state.name()).collect();
        for (_, from, to) in ORDER {
            for name in from.split(' ').chain([*to]) {
                assert!(
                    orders.contains(&name) || ["=", "Held"].contains(&name),
                    "{name}"
                );
            }
        }
        for (_, from, to) in PAYOUT {
            for name in from.split(' ').chain([*to]) {
                assert!(
                    PAYOUT_STATES.iter().any(|(_, known)| *known == name),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn an_order_moves_along_its_table() {
        use OrderState as S;
        check(S::AwaitingFunds, "OrderFunded", Some(S::Funded));
        check(S::Completed, "OrderFunded", None);
        check(S::Cancelled, "OrderHeld", Some(S::Held(Held::Late)));
        check(S::PayingOut, "OrderCancelled", None);
        check(
            S::Held(Held::Under),
            "TermsChanged",
            Some(S::Held(Held::Under)),
        );
        check(S::AwaitingFunds, "WhoKnows", None);
    }
}
