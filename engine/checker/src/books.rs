//! The ledger at the end, against everything that it is a picture of.

use std::collections::BTreeMap;

use kantor_model::Currency;

use crate::office::Office;
use crate::parts::ChainLine;
use crate::{Checks, must};

type Sums = BTreeMap<Currency, i128>;

impl Office<'_> {
    /// What the ledger says of banks, suspense, customers' funds and what is owed out is what the
    /// chains, the questions, the orders and the payouts add up to.
    pub(crate) fn books(&self) -> Checks {
        for (number, account) in &self.accounts {
            let fact = || format!("balance of account {number}");
            let currency = account.currency();
            let booked = self.ledger_balance(&format!("bank:{number}"), currency);
            let open = self.ledger_balance(&format!("bank-provisional:{number}"), currency);
            let proved = i128::from(account.proved_balance);
            must(booked == proved, fact, || {
                format!(
                    "the books say {booked} minor units, the bank's closing balance is {proved}"
                )
            })?;
            must(booked + open == i128::from(account.balance()), fact, || {
                "booked and provisional do not add up to the chain".to_owned()
            })?;
            let proved_there = account.balance_at(account.proved_through).map(i128::from);
            must(proved_there == Some(proved), fact, || {
                format!(
                    "the chain has another balance at line {}",
                    account.proved_through
                )
            })?;
        }
        let mut suspense = self.questions();
        for (currency, missing) in &self.missing {
            *suspense.entry(*currency).or_default() -= missing;
        }
        self.owes("suspense", &suspense)?;
        self.owes("customer-funds", &self.unused())?;
        self.owes("payouts-due", &self.owed_out())
    }

    fn ledger_balance(&self, account: &str, currency: Currency) -> i128 {
        let key = (account.to_owned(), currency);
        self.ledger.get(&key).copied().unwrap_or(0)
    }

    fn owes(&self, account: &str, sums: &Sums) -> Checks {
        for currency in &self.currencies {
            let found = -self.ledger_balance(account, *currency);
            let wanted = sums.get(currency).copied().unwrap_or(0);
            must(
                found == wanted,
                || format!("ledger account {account}"),
                || {
                    format!(
                        "the books say {found} {currency} minor units, the open items add up to {wanted}"
                    )
                },
            )?;
        }
        Ok(())
    }

    fn questions(&self) -> Sums {
        let mut sums = Sums::new();
        for account in self.accounts.values() {
            let sum = sums.entry(account.currency()).or_default();
            let open = account.lines.iter().filter_map(ChainLine::open);
            *sum += open.map(i128::from).sum::<i128>();
        }
        sums
    }

    fn unused(&self) -> Sums {
        let mut sums = Sums::new();
        for order in &self.orders {
            for (currency, received) in &order.received {
                *sums.entry(*currency).or_default() += received;
            }
            for (currency, used) in &order.used {
                *sums.entry(*currency).or_default() -= used;
            }
        }
        sums
    }

    fn owed_out(&self) -> Sums {
        let mut sums = Sums::new();
        for payout in self.payouts.iter().filter(|payout| !payout.state.is_over()) {
            let sum = sums.entry(payout.amount.currency()).or_default();
            *sum += i128::from(payout.amount.minor());
        }
        sums
    }
}
