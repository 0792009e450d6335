//! Statements on their way in, and what became of them.

use serde::{Deserialize, Serialize};

use crate::{Amount, Sentence};

/// A statement as `kantor statement parse --json` prints it: one object a statement.
/// Amounts are signed decimal text (credit positive); absent facts are `null`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementWire {
    /// `MT940`, `ELIXIR-0`.
    pub format: String,
    /// Which bank's dialect its shape is.
    pub bank: Option<String>,
    /// The office's account, as the bank writes it; `null` when the file does not name it.
    pub account: Option<String>,
    /// The account's currency.
    pub currency: String,
    /// Number and page as written, `12/1`.
    pub number: Option<String>,
    /// The balance before the first entry.
    pub opening: Option<BalanceWire>,
    /// The balance after the last entry.
    pub closing: Option<BalanceWire>,
    /// The entries in the bank's order.
    pub entries: Vec<EntryWire>,
    /// What the reader found wrong.
    pub complaints: Vec<ComplaintWire>,
}

/// A balance of a statement.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BalanceWire {
    /// Signed decimal text.
    pub amount: String,
    /// The day that the bank gives.
    pub date: String,
}

/// One line of a statement.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntryWire {
    /// The day from which the bank counts interest.
    pub value_date: Option<String>,
    /// The day on which the bank booked it.
    pub booking_date: Option<String>,
    /// Signed decimal text.
    pub amount: String,
    /// The entry's currency.
    pub currency: String,
    /// The bank's code of the operation.
    pub transaction_code: Option<String>,
    /// The bank's own reference.
    pub bank_reference: Option<String>,
    /// The reference that the customer gave.
    pub customer_reference: Option<String>,
    /// Who stands on the other side.
    pub counterparty: CounterpartyWire,
    /// The title as one text.
    pub remittance: Option<String>,
    /// Undoes an earlier entry.
    pub reversal: bool,
    /// `booked`, `pending` or `info`.
    pub status: String,
    /// What was ordered before the bank exchanged it, positive; left out when the file does not
    /// say, as are all that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Amount>,
    /// What the bank took for it, positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<Amount>,
    /// Why a payment came back: the ISO 20022 reason code, or the bank's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_reason: Option<String>,
    /// The transactions that the bank booked together in this one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartWire>,
}

/// One transaction of an entry that the bank booked for several. It tells whom the money is from,
/// and never counts beside its entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartWire {
    /// Signed decimal text in the entry's currency; `null` when only the sum is told.
    pub amount: Option<String>,
    /// The bank's own reference.
    pub bank_reference: Option<String>,
    /// The reference that the customer gave.
    pub customer_reference: Option<String>,
    /// Who stands on the other side.
    pub counterparty: CounterpartyWire,
    /// The title as one text.
    pub remittance: Option<String>,
    /// Why it came back.
    pub return_reason: Option<String>,
}

/// Who stands on the other side of an entry, as far as the bank says.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CounterpartyWire {
    /// Name, and what the bank writes with it.
    pub name: Option<String>,
    /// His account.
    pub account: Option<String>,
    /// His bank, a BIC or a sort code as written; left out when the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
}

/// What a reader found wrong with a file, and where.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComplaintWire {
    /// The line, from 1; 0 when not known.
    pub line: u32,
    /// The column in characters, from 1; 0 when not known.
    pub column: u32,
    /// A stable word for programs, `amount-unreadable`.
    pub code: String,
    /// `true` when the statement cannot be trusted and is not booked.
    pub fatal: bool,
    /// What happened, why, and what to do.
    pub message: String,
    /// The piece of the file it is about.
    pub excerpt: Option<String>,
}

/// `POST /files`: the bytes are kept.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileStored {
    /// SHA-256 of the bytes, lower-case hex; the file's id.
    pub sha256: String,
    /// How many bytes.
    pub length: u64,
}

/// Which pack read a file, and whether it was shut in while it did.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PackUsed {
    /// The pack's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// `true` when it ran in a child without files and sockets.
    pub sandbox: bool,
}

/// `POST /statements`: what a pack read from a file that was stored before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportAsk {
    /// SHA-256 of the stored file.
    pub file: String,
    /// Who read it.
    pub pack: PackUsed,
    /// What it read.
    pub statements: Vec<StatementWire>,
    /// Whose statements these are, as a person says it, for a file that does not name its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether what leaves every amount certain was forgiven.
    #[serde(default)]
    pub lenient: bool,
    /// Only look what would become of it: nothing is taken in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub preview: bool,
    /// What a preview showed: all of it is taken in if exactly that becomes of it, and nothing
    /// otherwise. Sentences may differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previewed: Option<Vec<StatementImport>>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

named! {
    /// What became of a statement.
    StatementOutcome {
        /// Its balances prove it and it joins the chain: booked.
        Booked = "booked",
        /// Part of a running day, without a closing balance: kept until a later file proves it.
        Provisional = "provisional",
        /// Every line was known already; nothing changed.
        Known = "known",
        /// Kept and shown, not booked: its balances do not prove it, or it does not join the chain.
        Archived = "archived",
        /// Not for this office, or not readable.
        Refused = "refused",
    }
}

named! {
    /// How sure a match is.
    Verdict {
        /// One strong key, and amount, currency and direction fit.
        Certain = "certain",
        /// One strong key, and something does not fit.
        Likely = "likely",
        /// Several fit as well.
        Ambiguous = "ambiguous",
        /// Nothing fits.
        None = "none",
    }
}

/// What a line was matched to, and why.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MatchView {
    /// The line's place in the account's chain.
    pub ordinal: u64,
    /// The line's amount, signed.
    pub amount: Amount,
    /// How sure.
    pub verdict: Verdict,
    /// The order it serves.
    pub order: Option<String>,
    /// The payout it confirms.
    pub payout: Option<String>,
    /// Why.
    pub reason: Sentence,
}

/// What became of one statement of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementImport {
    /// The account number as the bank writes it.
    pub account: String,
    /// Number and page as written.
    pub number: Option<String>,
    /// What became of it.
    pub outcome: StatementOutcome,
    /// Lines that are new.
    pub new: u64,
    /// Lines that were known already.
    pub known: u64,
    /// What the closing balance has more than opening and lines, when that is not zero.
    pub difference: Option<Amount>,
    /// What happened, why, and what to do now.
    pub message: Sentence,
    /// What else became of lines: those of earlier exports that the bank does not confirm are
    /// withdrawn, and those of which nothing tells whether they are known wait.
    #[serde(default)]
    pub notes: Vec<Sentence>,
    /// What the new lines were matched to.
    pub matches: Vec<MatchView>,
}

/// What became of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportOutcome {
    /// The position of the last event after the import.
    pub head: u64,
    /// One for each statement, in the file's order.
    pub statements: Vec<StatementImport>,
    /// A short name of what becomes of the statements: equal where that is equal.
    #[serde(default)]
    pub fingerprint: String,
    /// How many statements the office has ever booked, these among them.
    #[serde(default)]
    pub booked: u64,
}

/// `POST /statements/{file}/undo`: takes back what a file brought.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UndoAsk {
    /// Why, in the cashier's words; kept in the history.
    pub reason: String,
    /// `booked` of the import that is meant: when the file was taken back and imported again since,
    /// that is answered with `import-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u64>,
}

/// An order that a line could belong to.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    /// The order.
    pub order: String,
    /// Its reference.
    pub reference: String,
    /// The customer's name.
    pub customer: String,
    /// What speaks for it.
    pub why: Sentence,
    /// What would have had to be otherwise for the line to be matched to it.
    #[serde(default)]
    pub failed: Vec<Sentence>,
}

/// Money whose owner is not known (wpłata niezidentyfikowana): a question to the cashier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineView {
    /// The id of the office account.
    pub account: String,
    /// The line's place in the account's chain.
    pub ordinal: u64,
    /// Signed amount.
    pub amount: Amount,
    /// The day on which the bank booked it.
    pub booking_date: Option<String>,
    /// The day from which the bank counts interest.
    pub value_date: Option<String>,
    /// Who stands on the other side.
    pub counterparty: CounterpartyWire,
    /// The title.
    pub remittance: Option<String>,
    /// What is asked.
    pub question: Sentence,
    /// Why it is asked, as it was seen when the line came.
    #[serde(default)]
    pub reasons: Vec<Sentence>,
    /// Orders that it could belong to, nearest first.
    pub candidates: Vec<Candidate>,
    /// What cashiers decided about lines like it before: only ever shown.
    #[serde(default)]
    pub learned: Vec<Learned>,
    /// A short name of what the bank says of the line. Handed back as `seen`, it keeps an act from
    /// another line that stands in this one's place by then.
    #[serde(default)]
    pub fingerprint: String,
}

/// What cashiers decided about lines like one before. Nothing acts on it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Learned {
    /// What, and how often.
    pub why: Sentence,
    /// The ledger account that they were booked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_account: Option<String>,
    /// The open orders, of the customer whom they were given to, that want this currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
}

/// `POST /suspense/{account}/{ordinal}/book`: nobody's order; book it to a ledger account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BookAsk {
    /// A named account of the ledger: `cover`, `capital`, `suppliers`, `salaries`, `taxes`, `bank-fees`.
    pub ledger_account: String,
    /// Why, in the cashier's words.
    pub reason: String,
    /// The line's fingerprint as it was seen; another line is answered with `line-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// `POST /suspense/{account}/{ordinal}/allocate`: this line pays that order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AllocateAsk {
    /// The order's id.
    pub order: String,
    /// Why, in the cashier's words.
    pub reason: String,
    /// The line's fingerprint as it was seen; another line is answered with `line-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// The order's fingerprint as it was seen; another one is answered with `order-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_order: Option<String>,
}
