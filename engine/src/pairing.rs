//! Which office account a customer pays to and is paid from (parowanie rachunków).
//!
//! Each leg is paired for itself: a customer may pay from one bank and be paid at another.

use kantor_model::Currency;

use crate::AccountId;

/// Why an office account was chosen for a leg.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PairedBy {
    /// It is in the customer's own bank: the transfer is free and takes minutes.
    SameBank,
    /// The office has none in that bank; this is its account for such customers.
    Fallback,
}

/// An office account as pairing sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate<'a> {
    /// The account.
    pub account: AccountId,
    /// The short name of its bank, where the sort code tells it.
    pub bank: Option<&'a str>,
    /// Its currency.
    pub currency: Currency,
    /// Whether it serves customers of banks where the office has no account.
    pub fallback: bool,
}

/// The office account for one leg: in the customer's bank if there is one, else the fallback of
/// that currency; `None` when the office has neither. The oldest account wins a tie.
pub fn pair<'a>(
    accounts: impl Iterator<Item = Candidate<'a>>,
    customer_bank: Option<&str>,
    currency: Currency,
) -> Option<(AccountId, PairedBy)> {
    let mut fallback = None;
    for candidate in accounts.filter(|candidate| candidate.currency == currency) {
        if customer_bank.is_some() && candidate.bank == customer_bank {
            return Some((candidate.account, PairedBy::SameBank));
        }
        if candidate.fallback && fallback.is_none() {
            fallback = Some((candidate.account, PairedBy::Fallback));
        }
    }
    fallback
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: [Candidate<'static>; 4] = [
        Candidate {
            account: AccountId(1),
            bank: Some("mbank"),
            currency: Currency::PLN,
            fallback: false,
        },
        Candidate {
            account: AccountId(2),
            bank: Some("pko"),
            currency: Currency::PLN,
            fallback: true,
        },
        Candidate {
            account: AccountId(3),
            bank: Some("mbank"),
            currency: Currency::EUR,
            fallback: true,
        },
        Candidate {
            account: AccountId(4),
            bank: Some("mbank"),
            currency: Currency::USD,
            fallback: false,
        },
    ];

    fn check(bank: Option<&str>, currency: Currency, wanted: Option<(u64, PairedBy)>) {
        let found = pair(ACCOUNTS.into_iter(), bank, currency);
        assert_eq!(
            found,
            wanted.map(|(account, by)| (AccountId(account), by)),
            "{bank:?} {currency}"
        );
    }

    #[test]
    fn each_leg_goes_to_the_customers_bank_or_to_the_named_fallback() {
        check(Some("mbank"), Currency::PLN, Some((1, PairedBy::SameBank)));
        check(Some("pko"), Currency::PLN, Some((2, PairedBy::SameBank)));
        check(Some("ing"), Currency::PLN, Some((2, PairedBy::Fallback)));
        check(None, Currency::PLN, Some((2, PairedBy::Fallback)));
        check(Some("pko"), Currency::EUR, Some((3, PairedBy::Fallback)));
        check(Some("pko"), Currency::USD, None);
        check(Some("mbank"), Currency::CHF, None);
    }
}
