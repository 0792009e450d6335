//! The customer's side: registration, quotes, orders (`/api/v1` and the pages).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Amount, HeldReason, HistoryLine, OrderState, PayIn, PayeeView, RateView};

/// What a person fills in to become a customer.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Registration {
    /// First names.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The number of a person in Poland, eleven digits with a check digit.
    pub pesel: String,
    /// E-mail: the login.
    pub email: String,
    /// Telephone with or without the country's code.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// Postal code, `00-950`.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// The password. Never stored, never logged.
    pub password: String,
}

impl fmt::Debug for Registration {
    /// Personal data does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration(…)")
    }
}

/// A customer as he sees himself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerView {
    /// His id.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// E-mail: the login.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// Postal code and town.
    pub city: String,
}

impl fmt::Debug for CustomerView {
    /// Personal data does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerView({}, …)", self.id)
    }
}

/// `POST /accounts` of the customer API: one of his own accounts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct NewCustomerAccount {
    /// The number, with or without spaces and country.
    pub iban: String,
    /// Its currency.
    pub currency: String,
    /// What he calls it; may be empty.
    pub name: String,
}

/// One of the customer's own accounts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerAccount {
    /// Its id.
    pub id: String,
    /// The number without spaces.
    pub iban: String,
    /// Its currency.
    pub currency: String,
    /// Its bank by the sort code; `null` when not in our registry.
    pub bank: Option<String>,
    /// What he calls it.
    pub name: Option<String>,
}

/// The rates of one pair for everybody: the mid rate stays inside the office.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublicRate {
    /// The currency that is priced.
    pub base: String,
    /// The currency it is priced in.
    pub quote: String,
    /// The office buys `base` at this (kurs kupna).
    pub buy: String,
    /// The office sells `base` at this (kurs sprzedaży).
    pub sell: String,
}

/// `GET /rates` of the customer API.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublicRates {
    /// Grows by one with each table; 0 before the first.
    pub version: u64,
    /// When the table was published; `null` before the first.
    pub at: Option<String>,
    /// The pairs.
    pub rates: Vec<PublicRate>,
}

named! {
    /// Which side of an exchange the customer fixes; the other is computed.
    FixedSide {
        /// He pays exactly so much.
        Gives = "gives",
        /// He is paid exactly so much.
        Gets = "gets",
    }
}

/// `POST /quotes`: what would it cost now?
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteAsk {
    /// The currency he pays.
    pub gives: String,
    /// The currency he is paid.
    pub gets: String,
    /// Which amount is fixed.
    pub fix: FixedSide,
    /// The fixed amount, decimal text.
    pub amount: String,
}

/// A rate for an amount, promised until a moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteView {
    /// Its id, to order by; `null` when it was only asked what it would cost (nobody logged in).
    pub id: Option<String>,
    /// He pays.
    pub gives: Amount,
    /// He is paid.
    pub gets: Amount,
    /// At this rate.
    pub rate: RateView,
    /// The promise ends.
    pub valid_until: String,
}

/// `POST /orders` of the customer API: accept a quote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewOrder {
    /// The quote.
    pub quote: String,
    /// The id of his own account that he pays from.
    pub pay_from: String,
    /// The id of his own account that he is paid to.
    pub pay_to: String,
}

/// An order as its customer sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerOrder {
    /// Its id.
    pub id: String,
    /// Its reference, which is the title of his transfer.
    pub reference: String,
    /// Where it stands.
    pub state: OrderState,
    /// Why it is held; only in state `Held`.
    pub held_reason: Option<HeldReason>,
    /// He pays.
    pub gives: Amount,
    /// He is paid.
    pub gets: Amount,
    /// At this rate.
    pub rate: RateView,
    /// How to pay.
    pub pay_in: PayIn,
    /// The account he pays from.
    pub payer: PayeeView,
    /// The account he is paid to.
    pub payee: PayeeView,
    /// When he ordered.
    pub placed_at: String,
    /// What came in so far.
    pub received: Amount,
    /// A new rate that waits for his consent; only in state `AwaitingConsent`.
    pub offer: Option<RateView>,
    /// Whether he may cancel it now.
    pub can_cancel: bool,
    /// What happened to it, oldest first; empty in lists.
    pub history: Vec<HistoryLine>,
    /// Grows with each change of this order; what a page that follows it compares. 0 in lists.
    pub version: u64,
}

/// `POST /orders/{id}/consent` of the customer API: yes or no to a new rate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConsentAsk {
    /// `true`: go on at the new rate.
    pub accept: bool,
}

/// `POST /sessions` of the customer API.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoginAsk {
    /// The login.
    pub email: String,
    /// The password. Never stored, never logged.
    pub password: String,
    /// The code of the second factor, of those who have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl fmt::Debug for LoginAsk {
    /// A password does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginAsk(…)")
    }
}

/// A session of the customer API.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionView {
    /// The bearer token. Told once.
    pub token: String,
    /// It ends then, unless it is used.
    pub until: String,
}

impl fmt::Debug for SessionView {
    /// A token does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionView(until {})", self.until)
    }
}
