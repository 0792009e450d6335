//! One line of an account, as the bank knows it.

use kantor_model::{Currency, Date, Iban, Money, Party};

use super::BankKind;

/// From this amount on a transfer in zloty goes through SORBNET instead of ELIXIR: a million.
const URGENT_GROSZE: i64 = 100_000_000;

/// What kind of operation a line is; its direction is the sign of the amount.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operation {
    /// A domestic transfer in zloty.
    Elixir,
    /// A domestic transfer of a million zloty and more.
    Sorbnet,
    /// A transfer inside the bank.
    Internal,
    /// Another currency than the zloty, or an account abroad.
    Foreign,
    /// The bank's own fee.
    Fee,
    /// Every transfer of a file, booked as one debit.
    Together,
}

/// How the money travels between an account of this bank and another one.
pub(super) fn operation(kind: BankKind, amount: Money, other: Iban) -> Operation {
    if kind.keeps(other) {
        Operation::Internal
    } else if amount.currency() != Currency::PLN || other.nrb().is_none() {
        Operation::Foreign
    } else if amount.minor() >= URGENT_GROSZE {
        Operation::Sorbnet
    } else {
        Operation::Elixir
    }
}

/// What is to be booked. The amount is signed.
pub(super) struct Movement<'a> {
    pub(super) date: Date,
    pub(super) amount: Money,
    pub(super) operation: Operation,
    pub(super) other: Option<(&'a Party, Iban)>,
    pub(super) title: &'a str,
}

/// A booked line: what the bank knows, and what its statements are written from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Booking day and value day.
    pub date: Date,
    /// Signed: credit positive, debit negative.
    pub amount: Money,
    /// What kind of operation.
    pub operation: Operation,
    /// Name and address of the payer or payee; empty parts where they are not known.
    /// `None` for a fee.
    pub party: Option<Party>,
    /// His account; `None` for a fee.
    pub account: Option<Iban>,
    /// The title, or the words of a fee; may be empty.
    pub title: String,
    /// The bank's reference, which stands after `//` in `:61:`. No two lines share one.
    pub bank_reference: String,
    /// The booked balance after this line.
    pub balance_after: Money,
    /// Counts the lines of the whole bank from 1.
    pub number: u64,
}

impl Line {
    /// Name and address in one run, as both banks print them; empty for a fee.
    pub fn party_text(&self) -> String {
        let Some(party) = &self.party else {
            return String::new();
        };
        let parts = [&party.name, &party.street, &party.city];
        let filled: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        filled.join(" ")
    }
}
