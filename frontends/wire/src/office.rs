//! The office itself: its feed of changes, currencies, accounts and rates.

use serde::{Deserialize, Serialize};

use crate::PartyView;

named! {
    /// What the holder of a token may do. Each role may do what the ones before it may, except
    /// that only an approver (or administrator) approves a batch.
    Role {
        /// A panel in a process of its own: it brings customers' calls, and opens nothing of the
        /// office API.
        Front = "front",
        /// Works at the desk: orders, statements, batches.
        Cashier = "cashier",
        /// Approves batches of payouts, too.
        Approver = "approver",
        /// Currencies, accounts and rates, too.
        Administrator = "administrator",
    }
}

/// `GET /office`: what the office is called and where its log ends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OfficeView {
    /// The office's name.
    pub name: String,
    /// The office as the ordering party of transfers.
    pub owner: PartyView,
    /// The position of the last event; 0 when nothing has happened yet.
    pub head: u64,
    /// The office's clock.
    pub now: String,
    /// The name of the token that asks.
    pub principal: String,
    /// What that token may do.
    pub role: Role,
    /// How long a quote holds.
    pub quote_seconds: u32,
    /// How long a customer has to pay.
    pub order_minutes: u32,
}

/// One event, told by what it touches (`GET /changes`). Positions have no gaps.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// The event's position in the office's log.
    pub seq: u64,
    /// When it happened.
    pub at: String,
    /// The kind of event, `OrderPlaced`.
    pub kind: String,
    /// The order it touches.
    pub order: Option<String>,
    /// The payout it touches.
    pub payout: Option<String>,
    /// The batch it touches.
    pub batch: Option<String>,
    /// The office account it touches.
    pub account: Option<String>,
}

/// Everything that happened after a position.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changes {
    /// The position of the last event of the office.
    pub head: u64,
    /// The changes after the position that was asked for, in order, without a gap. A long list is
    /// cut; ask again after the last one while it is before `head`.
    pub changes: Vec<Change>,
}

/// A currency that the office trades.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurrencyView {
    /// ISO 4217.
    pub code: String,
    /// The Polish name of the dictionary.
    pub name_pl: String,
    /// The English name of the dictionary.
    pub name_en: String,
    /// Decimal places of the minor unit.
    pub minor_digits: u32,
}

/// `POST /currencies`: trade this currency from now on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewCurrency {
    /// ISO 4217; withdrawn currencies are refused.
    pub code: String,
}

/// What an account held when the office began to keep it here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Opening {
    /// The booked balance, signed decimal.
    pub amount: String,
    /// The day at whose end it held.
    pub date: String,
}

/// `POST /accounts`: an account of the office at a bank.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewAccount {
    /// The account number; wrong check digits are refused.
    pub iban: String,
    /// Its currency; one that the office trades.
    pub currency: String,
    /// What the office calls it.
    pub name: String,
    /// Used for customers whose own bank has no account of ours in that currency.
    #[serde(default)]
    pub default: bool,
    /// Balance and day from which the books go on.
    pub opening: Opening,
    /// Number of the last statement before that day, as the bank writes it; `null` when not known.
    pub last_statement: Option<String>,
}

/// An account of the office as the desk shows it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// The account number without spaces.
    pub iban: String,
    /// Our short name of the bank, `mbank`; `null` when the sort code is not in our registry.
    pub bank_id: Option<String>,
    /// The name of the bank for people.
    pub bank_name: Option<String>,
    /// Its currency.
    pub currency: String,
    /// What the office calls it.
    pub name: String,
    /// Used for customers of other banks.
    pub default: bool,
    /// What statements prove, signed decimal.
    pub booked: String,
    /// Booked, with the lines of the running day that no closing balance proves yet.
    pub available: String,
    /// The sum of payouts that wait to leave this account.
    pub waiting_payouts: String,
    /// Number of the last statement that was booked.
    pub last_statement: Option<String>,
    /// The last day that a statement's closing balance proves.
    pub proved_through: Option<String>,
}

/// The rates of one pair, from the office's view.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateRow {
    /// The currency that is priced.
    pub base: String,
    /// The currency it is priced in.
    pub quote: String,
    /// The office buys `base` at this (kurs kupna).
    pub buy: String,
    /// The office sells `base` at this (kurs sprzedaży).
    pub sell: String,
    /// The reference in the middle.
    pub mid: String,
}

/// `POST /rates`: a new table, in whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewRates {
    /// Where the rates come from, for the record.
    pub source: String,
    /// Every pair that is traded; a pair that is not here is not traded.
    pub rates: Vec<RateRow>,
}

/// `GET /rates`: the table in force.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateTableView {
    /// Grows by one with each table; 0 before the first.
    pub version: u64,
    /// When it was published; `null` before the first.
    pub at: Option<String>,
    /// Where the rates come from.
    pub source: String,
    /// The pairs.
    pub rates: Vec<RateRow>,
}
