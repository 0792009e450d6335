//! Which bank a transfer goes to, and when it must be said.

use kantor_model::{Bic, Charges, Country, Currency, Iban, Transfer};

use super::draft::Draft;
use super::problem::WriteProblem;
use crate::pain001::is_sepa;

/// The bank that the account itself tells: that of a Polish sort code.
pub(crate) fn told_by(account: &Iban) -> Option<Bic> {
    account.bank().and_then(|bank| Bic::parse(bank.bic).ok())
}

/// The country that the account itself tells.
pub(crate) fn country_of(account: &Iban) -> Option<Country> {
    Country::parse(account.country())
}

/// Where the payee lives: as said, else where his account is.
pub(crate) fn payee_country(transfer: &Transfer) -> Option<Country> {
    let account = &transfer.payee_account;
    transfer.abroad.country.or_else(|| country_of(account))
}

/// Who bears the charges: as said, else each side its own.
pub(crate) fn charges(transfer: &Transfer) -> Charges {
    transfer.abroad.charges.unwrap_or(Charges::Shared)
}

/// The payee's bank: as said, else as the account tells. `None` where it need not be said: within
/// Poland, and in EUR within SEPA, banks find each other by the account. Else its lack is a
/// problem of the draft.
pub(crate) fn payee_bank(transfer: &Transfer, draft: &mut Draft<'_>) -> Option<Bic> {
    let account = transfer.payee_account;
    let currency = transfer.amount.currency();
    let known = transfer.abroad.bank.or_else(|| told_by(&account));
    let found = account.nrb().is_some() || currency == Currency::EUR && is_sepa(account.country());
    if known.is_none() && !found {
        let at = draft.at();
        draft.problem(WriteProblem::PayeeBankMissing {
            at,
            account,
            currency,
        });
    }
    known
}
