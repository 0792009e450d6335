//! The life of an order: one table. What an order holds is in `order/facts.rs`, and the lists that
//! people look at in `order/lists.rs`.

mod facts;
mod lists;

pub use facts::{Offer, Order, OrderFacts, Tally, sum_fails};
pub use lists::OrderLists;

/// Why an order waits for a person (powód wstrzymania). Ordered by precedence: when several
/// tests fail at once, the first one is named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HeldReason {
    /// The money is in another currency than the order's.
    WrongCurrency,
    /// The payer's account is not one of the customer's own.
    ThirdPartyPayer,
    /// The money came after the order had been cancelled.
    AfterEnd,
    /// The bank's time is after the deadline.
    Late,
    /// The bank gives a date only, and the policy says that a person judges.
    TimeUnknown,
    /// Less than agreed has come.
    Under,
    /// More than agreed has come.
    Over,
    /// Somebody must look at it for reasons of law.
    Compliance,
}

impl HeldReason {
    /// Every reason, in the order of precedence.
    pub const ALL: [HeldReason; 8] = [
        HeldReason::WrongCurrency,
        HeldReason::ThirdPartyPayer,
        HeldReason::AfterEnd,
        HeldReason::Late,
        HeldReason::TimeUnknown,
        HeldReason::Under,
        HeldReason::Over,
        HeldReason::Compliance,
    ];

    /// Whether it follows from the sum of what came, so that more money or less heals it.
    pub const fn is_about_the_sum(self) -> bool {
        match self {
            HeldReason::WrongCurrency | HeldReason::Under | HeldReason::Over => true,
            HeldReason::ThirdPartyPayer
            | HeldReason::AfterEnd
            | HeldReason::Late
            | HeldReason::TimeUnknown
            | HeldReason::Compliance => false,
        }
    }

    /// Whether the customer's consent to a new rate heals it: it is about the promise's time only.
    pub const fn is_about_time(self) -> bool {
        match self {
            HeldReason::AfterEnd | HeldReason::Late | HeldReason::TimeUnknown => true,
            HeldReason::WrongCurrency
            | HeldReason::ThirdPartyPayer
            | HeldReason::Under
            | HeldReason::Over
            | HeldReason::Compliance => false,
        }
    }

    /// The stable word: `third_party_payer`.
    pub const fn word(self) -> &'static str {
        match self {
            HeldReason::WrongCurrency => "wrong_currency",
            HeldReason::ThirdPartyPayer => "third_party_payer",
            HeldReason::AfterEnd => "after_end",
            HeldReason::Late => "late",
            HeldReason::TimeUnknown => "time_unknown",
            HeldReason::Under => "under",
            HeldReason::Over => "over",
            HeldReason::Compliance => "compliance",
        }
    }
}

/// Where an order is in its life (stan zlecenia).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OrderState {
    /// Placed; the rate is promised until the deadline.
    AwaitingFunds,
    /// A new rate was offered; the customer has to answer.
    AwaitingConsent,
    /// Receipts fulfil it; a payout is due.
    Funded,
    /// Money came, and a person has to decide.
    Held(HeldReason),
    /// Its payout left `Due`.
    PayingOut,
    /// Every payout is paid.
    Completed,
    /// The money goes back to the account it came from.
    Refunding,
    /// The money has gone back.
    Refunded,
    /// The promise ended unpaid; provisional until a booked statement covers that day.
    Expired,
    /// Ended before money came.
    Cancelled,
}

impl OrderState {
    /// Every state; `Held` once, with one of its reasons.
    pub const ALL: [OrderState; 10] = [
        OrderState::AwaitingFunds,
        OrderState::AwaitingConsent,
        OrderState::Funded,
        OrderState::Held(HeldReason::Late),
        OrderState::PayingOut,
        OrderState::Completed,
        OrderState::Refunding,
        OrderState::Refunded,
        OrderState::Expired,
        OrderState::Cancelled,
    ];

    /// The stable name: `AwaitingFunds`, `Held`.
    pub const fn name(self) -> &'static str {
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

    /// Whether the customer's money has been exchanged at the order's terms.
    pub const fn is_exchanged(self) -> bool {
        match self {
            OrderState::Funded | OrderState::PayingOut | OrderState::Completed => true,
            OrderState::AwaitingFunds
            | OrderState::AwaitingConsent
            | OrderState::Held(_)
            | OrderState::Refunding
            | OrderState::Refunded
            | OrderState::Expired
            | OrderState::Cancelled => false,
        }
    }

    /// Whether the order is over, as far as we can know: it leaves this state only when the bank
    /// brings news.
    pub const fn is_over(self) -> bool {
        match self {
            OrderState::Completed
            | OrderState::Refunded
            | OrderState::Expired
            | OrderState::Cancelled => true,
            OrderState::AwaitingFunds
            | OrderState::AwaitingConsent
            | OrderState::Funded
            | OrderState::Held(_)
            | OrderState::PayingOut
            | OrderState::Refunding => false,
        }
    }
}

/// What can happen to an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OrderStep {
    /// Receipts fulfil it, or a person accepted it as it is.
    Fund,
    /// Money came that does not fulfil it, or what had fulfilled it does no longer.
    Hold(HeldReason),
    /// The office changed the rate in the customer's favour, or scaled it to the paid amount.
    Improve,
    /// The office offers a rate that is worse for the customer.
    OfferRate,
    /// The customer accepted the offered rate.
    Accept,
    /// The customer refused it, or the office withdrew it.
    Decline,
    /// The deadline was moved.
    Extend,
    /// The deadline passed unpaid.
    Expire,
    /// Ended by the customer or a cashier before money came.
    Cancel,
    /// Its only receipt was released or reversed.
    LoseFunds,
    /// Money is to go back.
    Refund,
    /// One of its payouts left `Due`.
    PayOut,
    /// Its batch was voided: every payout is due again, as before.
    StopPayOut,
    /// The last of its payouts was paid.
    Finish,
    /// A payout that had been paid came back.
    PayoutReturned,
}

impl OrderStep {
    /// Every step; `Hold` once.
    pub const ALL: [OrderStep; 15] = [
        OrderStep::Fund,
        OrderStep::Hold(HeldReason::Late),
        OrderStep::Improve,
        OrderStep::OfferRate,
        OrderStep::Accept,
        OrderStep::Decline,
        OrderStep::Extend,
        OrderStep::Expire,
        OrderStep::Cancel,
        OrderStep::LoseFunds,
        OrderStep::Refund,
        OrderStep::PayOut,
        OrderStep::StopPayOut,
        OrderStep::Finish,
        OrderStep::PayoutReturned,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            OrderStep::Fund => "Fund",
            OrderStep::Hold(_) => "Hold",
            OrderStep::Improve => "Improve",
            OrderStep::OfferRate => "OfferRate",
            OrderStep::Accept => "Accept",
            OrderStep::Decline => "Decline",
            OrderStep::Extend => "Extend",
            OrderStep::Expire => "Expire",
            OrderStep::Cancel => "Cancel",
            OrderStep::LoseFunds => "LoseFunds",
            OrderStep::Refund => "Refund",
            OrderStep::PayOut => "PayOut",
            OrderStep::StopPayOut => "StopPayOut",
            OrderStep::Finish => "Finish",
            OrderStep::PayoutReturned => "PayoutReturned",
        }
    }
}

/// The table of an order's life: the state that follows, or `None` where the step cannot be.
pub const fn next_order_state(state: OrderState, step: OrderStep) -> Option<OrderState> {
    use OrderState as S;
    use OrderStep as E;
    match (state, step) {
        // Money. It is never refused: an order that is over takes late money into `Held`.
        (S::AwaitingFunds | S::Held(_), E::Fund) => Some(S::Funded),
        // The promise had ended by our clock, but the bank's time says that the money was in time.
        (S::Expired, E::Fund) => Some(S::Funded),
        (S::AwaitingFunds | S::AwaitingConsent | S::Held(_), E::Hold(reason)) => {
            Some(S::Held(reason))
        }
        (S::Expired | S::Cancelled, E::Hold(reason)) => Some(S::Held(reason)),
        // A receipt was reversed, or compliance stopped it, before anything went out.
        (S::Funded, E::Hold(reason)) => Some(S::Held(reason)),
        (S::AwaitingConsent, E::Fund) => None,
        (S::Funded | S::PayingOut | S::Completed, E::Fund) => None,
        (S::Refunding | S::Refunded | S::Cancelled, E::Fund) => None,
        (S::PayingOut | S::Completed | S::Refunding | S::Refunded, E::Hold(_)) => None,

        // Terms.
        (S::AwaitingFunds, E::Improve) => Some(S::AwaitingFunds),
        (S::Held(reason), E::Improve) => Some(S::Held(reason)),
        (S::AwaitingFunds | S::Held(_), E::OfferRate) => Some(S::AwaitingConsent),
        (S::AwaitingConsent, E::Accept | E::Decline) => Some(S::AwaitingFunds),
        (S::AwaitingFunds, E::Extend) => Some(S::AwaitingFunds),
        // Reopened within policy.
        (S::Expired, E::Extend) => Some(S::AwaitingFunds),
        (
            S::AwaitingConsent
            | S::Funded
            | S::PayingOut
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Expired
            | S::Cancelled,
            E::Improve | E::OfferRate,
        ) => None,
        (
            S::AwaitingFunds
            | S::Funded
            | S::Held(_)
            | S::PayingOut
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Expired
            | S::Cancelled,
            E::Accept | E::Decline,
        ) => None,
        (
            S::AwaitingConsent
            | S::Funded
            | S::Held(_)
            | S::PayingOut
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Cancelled,
            E::Extend,
        ) => None,

        // Endings before money came.
        (S::AwaitingFunds | S::AwaitingConsent, E::Expire) => Some(S::Expired),
        (S::AwaitingFunds | S::AwaitingConsent | S::Expired, E::Cancel) => Some(S::Cancelled),
        (
            S::Funded
            | S::Held(_)
            | S::PayingOut
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Expired
            | S::Cancelled,
            E::Expire,
        ) => None,
        (
            S::Funded
            | S::Held(_)
            | S::PayingOut
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Cancelled,
            E::Cancel,
        ) => None,

        // Money that turns out not to be there. What has gone out stays gone: an alarm, not a state.
        (S::Funded | S::Held(_), E::LoseFunds) => Some(S::AwaitingFunds),
        (
            S::AwaitingFunds
            | S::AwaitingConsent
            | S::PayingOut
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Expired
            | S::Cancelled,
            E::LoseFunds,
        ) => None,

        // Money back, only to the account that it came from.
        (S::AwaitingFunds | S::Funded | S::Held(_) | S::AwaitingConsent, E::Refund) => {
            Some(S::Refunding)
        }
        (
            S::PayingOut | S::Completed | S::Refunding | S::Refunded | S::Expired | S::Cancelled,
            E::Refund,
        ) => None,

        // Money out.
        (S::Funded | S::PayingOut, E::PayOut) => Some(S::PayingOut),
        (S::Refunding, E::PayOut) => Some(S::Refunding),
        (S::PayingOut, E::StopPayOut) => Some(S::Funded),
        (
            S::AwaitingFunds
            | S::AwaitingConsent
            | S::Funded
            | S::Held(_)
            | S::Completed
            | S::Refunding
            | S::Refunded
            | S::Expired
            | S::Cancelled,
            E::StopPayOut,
        ) => None,
        // Paid by hand before any file was written: the bank's own line is stronger than our plan.
        (S::Funded | S::PayingOut, E::Finish) => Some(S::Completed),
        (S::Refunding, E::Finish) => Some(S::Refunded),
        (S::PayingOut | S::Completed, E::PayoutReturned) => Some(S::PayingOut),
        (S::Refunding | S::Refunded, E::PayoutReturned) => Some(S::Refunding),
        (
            S::AwaitingFunds
            | S::AwaitingConsent
            | S::Held(_)
            | S::Completed
            | S::Refunded
            | S::Expired
            | S::Cancelled,
            E::PayOut | E::Finish,
        ) => None,
        (
            S::AwaitingFunds
            | S::AwaitingConsent
            | S::Funded
            | S::Held(_)
            | S::Expired
            | S::Cancelled,
            E::PayoutReturned,
        ) => None,
    }
}
