//! Orders as the cashier sees them.

use serde::{Deserialize, Serialize};

use crate::{Amount, PayoutView, RateView, Sentence};

named! {
    /// Where an order stands (stan zlecenia).
    OrderState {
        /// Placed; the rate is promised until the deadline.
        AwaitingFunds = "AwaitingFunds",
        /// A new rate was offered; the customer has to say yes.
        AwaitingConsent = "AwaitingConsent",
        /// The money is here and fulfils the order.
        Funded = "Funded",
        /// Money came that does not fulfil it; a person decides.
        Held = "Held",
        /// The payout is on its way.
        PayingOut = "PayingOut",
        /// The bank confirmed every payout.
        Completed = "Completed",
        /// The money goes back to the account it came from.
        Refunding = "Refunding",
        /// It went back.
        Refunded = "Refunded",
        /// Not paid in time.
        Expired = "Expired",
        /// Cancelled before money came.
        Cancelled = "Cancelled",
    }
}

named! {
    /// Why an order is held.
    HeldReason {
        /// The money came after the deadline.
        Late = "late",
        /// Less than ordered.
        Under = "under",
        /// More than ordered.
        Over = "over",
        /// From an account that is not the customer's.
        ThirdPartyPayer = "third_party_payer",
        /// In another currency.
        WrongCurrency = "wrong_currency",
        /// Checks that the law asks for.
        Compliance = "compliance",
        /// The order had ended before the money came.
        AfterEnd = "after_end",
        /// The bank tells only the day, and the office's rules want a person to judge.
        TimeUnknown = "time_unknown",
    }
}

named! {
    /// What a cashier may do with an order; each is the last word of its path.
    Act {
        /// `POST /orders/{id}/cancel`.
        Cancel = "cancel",
        /// `POST /orders/{id}/confirm`: accept a held order as it is.
        Confirm = "confirm",
        /// `POST /orders/{id}/refund`.
        Refund = "refund",
        /// `POST /orders/{id}/reprice`: offer another rate.
        Reprice = "reprice",
    }
}

/// A customer, as far as the desk needs him.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerRef {
    /// His id.
    pub id: String,
    /// His full name.
    pub name: String,
}

/// How to pay: the facts of the pay-in card.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayIn {
    /// The office account to pay to, without spaces.
    pub iban: String,
    /// The bank of that account; `null` when not in our registry.
    pub bank: Option<String>,
    /// Whose account it is: the payee's name to type.
    pub owner: String,
    /// The title of the transfer: the order's reference.
    pub title: String,
    /// Exactly so much.
    pub amount: Amount,
    /// Until then.
    pub deadline: String,
}

/// A customer's account: where his money comes from or goes to.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayeeView {
    /// The customer's account, without spaces; empty once his data was erased.
    pub iban: String,
    /// Its bank; `null` when not in our registry.
    pub bank: Option<String>,
}

/// One line of an order's history.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryLine {
    /// When.
    pub at: String,
    /// What happened; who did it is among the facts as `by`.
    pub what: Sentence,
}

/// An order as the cashier sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderView {
    /// Its id.
    pub id: String,
    /// Its reference: `KZ`, six characters and a check character.
    pub reference: String,
    /// Where it stands.
    pub state: OrderState,
    /// Why it is held; only in state `Held`.
    pub held_reason: Option<HeldReason>,
    /// Who ordered.
    pub customer: CustomerRef,
    /// What the customer pays.
    pub gives: Amount,
    /// What he is paid.
    pub gets: Amount,
    /// The customer's rate.
    pub rate: RateView,
    /// How he is to pay.
    pub pay_in: PayIn,
    /// The account he said he pays from.
    pub payer: PayeeView,
    /// The account he is paid to.
    pub payee: PayeeView,
    /// When he ordered.
    pub placed_at: String,
    /// What came in so far, in the currency he pays.
    pub received: Amount,
    /// Money owed out for this order.
    pub payouts: Vec<PayoutView>,
    /// What may be done with it now.
    pub allowed_acts: Vec<Act>,
    /// What happened to it, oldest first; empty in lists.
    pub history: Vec<HistoryLine>,
    /// A short name of the order as it stands: another one whenever anything happened to it. Handed
    /// back as `seen`, it keeps an act from an order that is not the one that was looked at.
    #[serde(default)]
    pub fingerprint: String,
}

/// `POST /orders/{id}/cancel`, `confirm`, `refund`: an act on an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderAsk {
    /// Why, in the cashier's words; kept in the history.
    pub reason: String,
    /// The order's fingerprint as it was seen: only that order is acted on, and another one is
    /// answered with `order-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// An act that needs nothing but a reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonAsk {
    /// Why, in the cashier's words; kept in the history.
    pub reason: String,
}

/// `POST /orders/{id}/reprice`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RepriceAsk {
    /// The new rate, for the pair of the order.
    pub rate: String,
    /// Why, in the cashier's words.
    pub reason: String,
    /// The order's fingerprint as it was seen, as in [`OrderAsk`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}
