//! The office's money at a glance.

use serde::{Deserialize, Serialize};

use crate::Amount;

/// Everything that the office's books say of its money, for one look.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BooksView {
    /// What lies on each account, and what of it is kept back.
    pub accounts: Vec<AccountBooks>,
    /// What is open of each currency.
    pub position: Vec<PositionView>,
    /// Customers' open money against what lies there, a currency a row.
    pub cover: Vec<CoverView>,
    /// What the office earned (positive) or bore, each kind apart.
    pub results: Vec<ResultView>,
    /// What rounding took in the exchanges that stand, in minor units, exactly.
    pub rounding: Vec<RoundingView>,
}

/// The balances of one account of the office.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountBooks {
    /// The account's id.
    pub account: String,
    /// What the office calls it.
    pub name: String,
    /// What closing balances prove.
    pub booked: Amount,
    /// Booked, with the lines of the running day.
    pub running: Amount,
    /// What has to leave it still.
    pub reserved: Amount,
    /// Of that: due, and in no batch.
    pub due: Amount,
    /// Of that: in a batch without a file.
    pub in_batch: Amount,
    /// Of that: in a transfer file, and not seen leaving.
    pub exported: Amount,
    /// The lesser of booked and running, less what is reserved.
    pub available: Amount,
    /// What the bank has more than the books; always zero in a sound office.
    pub difference: Amount,
}

/// What is open of a currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PositionView {
    /// What is open: long when positive.
    pub open: Amount,
    /// What orders brought or took of it.
    pub orders: Amount,
    /// What cover deals bought or sold of it.
    pub covered: Amount,
    /// What it cost, or was worth at the last valuation.
    pub cost: Amount,
    /// What it is worth at the reference rates in force; `null` without a rate.
    pub worth: Option<Amount>,
    /// The gain that the end of the day would book.
    pub unrealised: Option<Amount>,
    /// The most that may be open.
    pub limit: Option<Amount>,
    /// More than the limit was open, and it is not calm yet.
    pub alarm: bool,
}

/// Customers' open money in one currency (pokrycie).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoverView {
    /// Money for orders that are not exchanged yet.
    pub for_orders: Amount,
    /// Money owed out.
    pub payouts: Amount,
    /// Money whose owner is not known.
    pub unknown: Amount,
    /// All three.
    pub owed: Amount,
    /// What closing balances prove on all accounts of the currency.
    pub lies: Amount,
    /// What is there and not owed; negative when customers' money is not covered.
    pub own: Amount,
}

/// One kind of result.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResultView {
    /// The account of the books: `spread-income`, `revaluation`.
    pub account: String,
    /// How much was earned (positive) or borne.
    pub amount: Amount,
}

/// What rounding took in one currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoundingView {
    /// The currency.
    pub currency: String,
    /// Minor units, an exact decimal.
    pub minor: String,
}
