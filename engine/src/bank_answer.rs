//! What the bank answers to a transfer file (pain.002), as decisions see it.

use kantor_model::Money;

use crate::{Digest, PayoutId};

/// A name by which the bank may speak of a written file or of a part of it: its message id, or the
/// id of one of its blocks. By it an answer and a batch debit are tied to the file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileName {
    /// The name as it stands in the file.
    pub name: String,
    /// The payouts that go by it, in the order of the file.
    pub payouts: Vec<PayoutId>,
}

/// One payout that the bank refused to carry out.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Rejection {
    /// Which.
    pub payout: PayoutId,
    /// The ISO 20022 reason code, where the bank gives one: `AC04`.
    pub code: Option<String>,
}

/// What one answer of the bank says of the payouts of a batch. A payout that it says nothing about
/// stands in none of the lists.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BankAnswer {
    /// The archived file of the answer.
    pub report: Digest,
    /// Taken: being carried out, or carried out; only the statement proves that.
    pub accepted: Vec<PayoutId>,
    /// Nothing was paid, and nothing will be.
    pub rejected: Vec<Rejection>,
    /// Held back, or said in words that we do not know: somebody must ask the bank.
    pub unclear: Vec<PayoutId>,
    /// Set when the whole file was rejected: the reason code, or the status where no reason is given.
    pub whole: Option<String>,
}

/// What an approver had before his eyes; he approves this and nothing else.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SeenBatch {
    /// How many payouts.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
    /// The hash of the file that would be sent, where it was shown.
    pub file: Option<Digest>,
}

/// Whether a rejection is about the payee (his account is closed, unknown, blocked, or his name or
/// bank is wrong), so that the same transfer would be rejected again: somebody corrects him first.
/// The codes are of the ISO 20022 set `ExternalStatusReason1Code`.
pub fn is_about_the_payee(code: Option<&str>) -> bool {
    match code {
        Some(code) => {
            let of_account = code.starts_with("AC") || code.starts_with("BE");
            of_account || matches!(code, "RC01" | "RC04" | "RR03" | "MD07" | "CNOR" | "CREDT")
        }
        None => false,
    }
}
