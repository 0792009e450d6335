//! What we ask of the bank: transfers, in batches for one account.

use crate::{Abroad, Country, Date, Iban, Money};

/// A name with an address, as a transfer order carries it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Party {
    /// Full name of the person or company.
    pub name: String,
    /// Street and number; empty when not known.
    pub street: String,
    /// Postal code and town; empty when not known.
    pub city: String,
}

/// One transfer order (przelew).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Transfer {
    /// What we call it; stands in the title, because that is what comes back on the statement.
    pub reference: String,
    /// More than zero, in the currency of the debited account.
    pub amount: Money,
    /// Who gets it.
    pub payee: Party,
    /// The account it goes to.
    pub payee_account: Iban,
    /// The title. Holds the reference.
    pub title: String,
    /// What it needs besides when it leaves the country or the złoty.
    pub abroad: Abroad,
}

impl Transfer {
    /// Where the payee lives: as it is said, else where his account is.
    pub fn payee_country(&self) -> Country {
        let account = Country::parse(self.payee_account.country());
        // An account number always begins with two letters.
        self.abroad.country.or(account).unwrap_or(Country::POLAND)
    }
}

/// Transfers from one account on one day, written into one file (paczka przelewów).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Batch {
    /// The office account that pays.
    pub debit_account: Iban,
    /// The office as the ordering party.
    pub owner: Party,
    /// The day on which the bank is to act.
    pub date: Date,
    /// The transfers, in the order in which they are written.
    pub transfers: Vec<Transfer>,
}
