//! Double entry: every movement of money is postings that sum to zero per currency.
//!
//! Debit is positive. What the office has (banks) is positive; what it owes (customers' funds,
//! payouts, suspense) is negative.

use std::collections::BTreeMap;
use std::fmt;

use kantor_model::{Currency, Money, MoneyError};

use crate::AccountId;

/// An account of the office's own books (konto księgowe), one balance a currency.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LedgerAccount {
    /// Booked money at the bank; equals the bank's closing balance.
    Bank(AccountId),
    /// Lines of a running day that no closing balance has proved yet.
    BankProvisional(AccountId),
    /// Money whose owner is not known yet (wpłaty niezidentyfikowane).
    Suspense,
    /// Customers' money for orders that are not exchanged yet.
    CustomerFunds,
    /// Money owed out, identity given, not yet seen leaving.
    PayoutsDue,
    /// What the office has bought (negative, as every source of money is) and sold (positive), each
    /// exchange carried at the reference rate.
    Position,
    /// Customer rate against reference rate, earned at the order's moment.
    SpreadIncome,
    /// What the position gained (negative) or lost as reference rates moved, day by day.
    Revaluation,
    /// What cover deals gained (negative) or cost against the reference rate of their moment.
    CoverResult,
    /// Small differences between what was agreed and what came, which the office bore (positive) or
    /// kept by its policy.
    PaymentDifferences,
    /// What banks took from customers' money on the way, which the office bore by its policy.
    FeesOnTheWay,
    /// What the office began with.
    OpeningEquity,
    /// A named account for what is nobody's order: fees, capital, suppliers, taxes.
    Named(String),
}

impl fmt::Display for LedgerAccount {
    /// The stable word that interfaces and exports show: `bank:2`, `suspense`, `fees`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerAccount::Bank(account) => write!(f, "bank:{account}"),
            LedgerAccount::BankProvisional(account) => write!(f, "bank-provisional:{account}"),
            LedgerAccount::Suspense => f.write_str("suspense"),
            LedgerAccount::CustomerFunds => f.write_str("customer-funds"),
            LedgerAccount::PayoutsDue => f.write_str("payouts-due"),
            LedgerAccount::Position => f.write_str("position"),
            LedgerAccount::SpreadIncome => f.write_str("spread-income"),
            LedgerAccount::Revaluation => f.write_str("revaluation"),
            LedgerAccount::CoverResult => f.write_str("cover-result"),
            LedgerAccount::PaymentDifferences => f.write_str("payment-differences"),
            LedgerAccount::FeesOnTheWay => f.write_str("fees-on-the-way"),
            LedgerAccount::OpeningEquity => f.write_str("opening-equity"),
            LedgerAccount::Named(name) => write!(f, "named:{name}"),
        }
    }
}

impl LedgerAccount {
    /// Reads what `Display` writes.
    pub fn from_word(word: &str) -> Option<LedgerAccount> {
        let number = |digits: &str| digits.parse().ok().map(AccountId);
        match word.split_once(':') {
            Some(("bank", digits)) => number(digits).map(LedgerAccount::Bank),
            Some(("bank-provisional", digits)) => {
                number(digits).map(LedgerAccount::BankProvisional)
            }
            Some(("named", name)) => Some(LedgerAccount::Named(name.to_owned())),
            Some(_) => None,
            None => match word {
                "suspense" => Some(LedgerAccount::Suspense),
                "customer-funds" => Some(LedgerAccount::CustomerFunds),
                "payouts-due" => Some(LedgerAccount::PayoutsDue),
                "position" => Some(LedgerAccount::Position),
                "spread-income" => Some(LedgerAccount::SpreadIncome),
                "revaluation" => Some(LedgerAccount::Revaluation),
                "cover-result" => Some(LedgerAccount::CoverResult),
                "payment-differences" => Some(LedgerAccount::PaymentDifferences),
                "fees-on-the-way" => Some(LedgerAccount::FeesOnTheWay),
                "opening-equity" => Some(LedgerAccount::OpeningEquity),
                _ => None,
            },
        }
    }
}

/// One side of a movement: debit positive, credit negative.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Posting {
    /// Where.
    pub account: LedgerAccount,
    /// How much, signed.
    pub amount: Money,
}

/// A movement from one account to another: `amount` leaves `from` and arrives in `to`.
pub fn movement(
    from: LedgerAccount,
    to: LedgerAccount,
    amount: Money,
) -> Result<[Posting; 2], MoneyError> {
    Ok([
        Posting {
            account: to,
            amount,
        },
        Posting {
            account: from,
            amount: amount.negated()?,
        },
    ])
}

/// The currencies in which postings do not sum to zero; empty for every event of a sound log.
pub fn imbalance(postings: &[Posting]) -> Vec<(Currency, i128)> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for posting in postings {
        *sums.entry(posting.amount.currency()).or_default() += i128::from(posting.amount.minor());
    }
    sums.into_iter().filter(|(_, sum)| *sum != 0).collect()
}

/// Balances of all accounts: what the postings so far add up to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    balances: BTreeMap<(LedgerAccount, Currency), i64>,
}

impl Ledger {
    /// Whether every balance still fits 64 bits of minor units after the postings.
    pub fn would_hold<'a>(
        &self,
        postings: impl IntoIterator<Item = &'a Posting>,
    ) -> Result<(), MoneyError> {
        let mut after: BTreeMap<(&LedgerAccount, Currency), Money> = BTreeMap::new();
        for posting in postings {
            let currency = posting.amount.currency();
            let balance = after
                .entry((&posting.account, currency))
                .or_insert_with(|| self.balance(&posting.account, currency));
            *balance = balance.plus(posting.amount)?;
        }
        Ok(())
    }

    /// Adds postings. A sum that would not fit 64 bits of minor units stays at the limit; no
    /// decision lets one arise ([`Ledger::would_hold`]), and the checker names it.
    pub fn post(&mut self, postings: &[Posting]) {
        for posting in postings {
            let key = (posting.account.clone(), posting.amount.currency());
            let balance = self.balances.entry(key).or_default();
            *balance = balance.saturating_add(posting.amount.minor());
        }
    }

    /// The balance of an account in a currency.
    pub fn balance(&self, account: &LedgerAccount, currency: Currency) -> Money {
        let key = (account.clone(), currency);
        Money::new(self.balances.get(&key).copied().unwrap_or(0), currency)
    }

    /// Every balance that is not zero.
    pub fn balances(&self) -> impl Iterator<Item = (&LedgerAccount, Money)> {
        self.balances
            .iter()
            .filter(|(_, minor)| **minor != 0)
            .map(|((account, currency), minor)| (account, Money::new(*minor, *currency)))
    }
}
