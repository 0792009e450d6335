//! Money owed out, and the batches and files that carry it.

use serde::{Deserialize, Serialize};

use crate::{Amount, PartyView};

named! {
    /// Why money is owed out.
    PayoutKind {
        /// The other side of an exchange.
        Exchange = "exchange",
        /// Back to the account that paid.
        Refund = "refund",
        /// What was paid too much.
        Difference = "difference",
    }
}

named! {
    /// Where a payout stands (stan wypłaty).
    PayoutState {
        /// Waits to be put into a batch.
        Due = "Due",
        /// In a batch that is not approved yet.
        InBatch = "InBatch",
        /// Its batch is approved.
        Approved = "Approved",
        /// Its transfer file was written.
        Exported = "Exported",
        /// The bank said that it took the order.
        Accepted = "Accepted",
        /// Nobody knows whether the bank acted; somebody is asked until it is resolved.
        Unknown = "Unknown",
        /// The bank's own line confirms it.
        Paid = "Paid",
        /// The bank refused it.
        Rejected = "Rejected",
        /// It was paid, and came back.
        Returned = "Returned",
    }
}

named! {
    /// Where a batch stands (stan paczki przelewów).
    BatchState {
        /// Payouts may still be added.
        Open = "Open",
        /// Its payouts are fixed.
        Fixed = "Fixed",
        /// An approver agreed.
        Approved = "Approved",
        /// Its file is archived: the same bytes ever after.
        Written = "Written",
        /// The bank confirmed every payout.
        Closed = "Closed",
        /// Never sent, or refused by the bank as a whole; its payouts are due again.
        Voided = "Voided",
    }
}

/// Money owed to somebody.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayoutView {
    /// Its id.
    pub id: String,
    /// Its reference: `KW`, six characters and a check character; stands in the transfer's title.
    pub reference: String,
    /// The order it belongs to; empty for money of nobody that goes back to its payer.
    pub order: String,
    /// Why it is owed.
    pub kind: PayoutKind,
    /// How much.
    pub amount: Amount,
    /// The id of the office account it leaves from.
    pub account: String,
    /// Who gets it; empty when the bank did not tell whose money a refund is.
    pub payee_name: String,
    /// The account it goes to, without spaces; empty when it is not known. Such a payout cannot
    /// be written to a file.
    pub payee_iban: String,
    /// Where it stands.
    pub state: PayoutState,
    /// The batch it is in.
    pub batch: Option<String>,
}

/// `POST /batches`: put every due payout of an account into a batch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewBatch {
    /// The id of the office account that pays.
    pub account: String,
    /// The day on which the bank is to act.
    pub date: String,
}

/// The archived transfer file of a batch.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchFile {
    /// The name under which the desk saves it.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// A batch of payouts from one account on one day (paczka przelewów).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchView {
    /// Its id.
    pub id: String,
    /// The id of the office account that pays.
    pub account: String,
    /// Where it stands.
    pub state: BatchState,
    /// The day on which the bank is to act.
    pub date: String,
    /// How many payouts it holds.
    pub count: u64,
    /// Their sum.
    pub sum: Amount,
    /// The format of its file, once written: `elixir0`.
    pub format: Option<String>,
    /// Its file, once written.
    pub file: Option<BatchFile>,
}

/// One transfer of a batch, with all that a writer needs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransferView {
    /// The payout's reference.
    pub reference: String,
    /// More than zero, in the currency of the paying account.
    pub amount: Amount,
    /// Who gets it.
    pub payee: PartyView,
    /// The account it goes to, without spaces.
    pub payee_iban: String,
    /// The title; holds the reference.
    pub title: String,
}

/// `GET /batches/{id}`: a batch with its transfers in writing order, so that the desk can write
/// the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchDetail {
    /// The batch.
    #[serde(flatten)]
    pub batch: BatchView,
    /// The number of the account that pays, without spaces.
    pub debit_iban: String,
    /// The office as ordering party.
    pub owner: PartyView,
    /// The transfers, in the order in which they are written.
    pub transfers: Vec<TransferView>,
}

/// `POST /batches/{id}/void`: two people say that it was not sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VoidAsk {
    /// Why.
    pub reason: String,
    /// The second person, beside the token that asks.
    pub attested_by: String,
}
