//! Which bank a transfer goes to, and when it must be said.

use kantor_model::{Bic, Charges, Country, Currency, Iban, Transfer};

use super::draft::Draft;
use super::problem::WriteProblem;

/// Countries whose accounts can be paid in EUR by their IBAN alone (SEPA; list of the European
/// Payments Council as of 2026: the European Economic Area, Switzerland, the United Kingdom with
/// its dependencies, and the small and the western Balkan states that joined).
const SEPA: &str = "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GG GI GR HR HU IE IM IS IT JE LI LT \
    LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA";

/// Whether accounts of the country can be paid by a SEPA transfer.
pub(crate) fn in_sepa(country: &str) -> bool {
    country.len() == 2 && SEPA.split(' ').any(|one| one == country)
}

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
    let found = account.nrb().is_some() || currency == Currency::EUR && in_sepa(account.country());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sepa_is_a_list_of_countries() {
        for code in SEPA.split(' ') {
            assert_eq!(Country::parse(code).unwrap().as_str(), code);
            assert!(in_sepa(code));
        }
        assert!(SEPA.split(' ').is_sorted());
        for code in ["US", "", "A", "AD AL", " "] {
            assert!(!in_sepa(code), "{code}");
        }
    }
}
