//! The office's double-entry books, against chains and open items.

use std::collections::BTreeMap;

use kantor_engine::ledger::LedgerAccount;
use kantor_engine::payout::PayoutState;
use kantor_model::Currency;

use super::{Checker, Disagreement, wrong};

impl Checker {
    /// What the ledger says of a bank account is what its chain says; what it says is owed out is
    /// what the payouts add up to.
    pub(super) fn books(&self) -> Result<(), Disagreement> {
        self.bank_accounts()?;
        for (currency, owed) in self.owed_out() {
            let ledger = LedgerAccount::PayoutsDue;
            let found = self.state.ledger.balance(&ledger, currency).minor();
            if found.saturating_neg() != owed {
                let what = format!(
                    "the books say {} {currency} minor units, the open items add up to {owed}",
                    found.saturating_neg()
                );
                return Err(wrong(format!("ledger account {ledger}"), what));
            }
        }
        Ok(())
    }

    fn bank_accounts(&self) -> Result<(), Disagreement> {
        for account in self.state.accounts.values() {
            let of = |ledger: &LedgerAccount| {
                self.state
                    .ledger
                    .balance(ledger, account.currency())
                    .minor()
            };
            let booked = of(&LedgerAccount::Bank(account.account));
            let provisional = of(&LedgerAccount::BankProvisional(account.account));
            let fact = || format!("balance of account {}", account.account);
            if booked != account.proved_balance {
                let what = format!(
                    "the books say {booked} minor units, the bank's closing balance is {}",
                    account.proved_balance
                );
                return Err(wrong(fact(), what));
            }
            if booked.saturating_add(provisional) != account.balance {
                return Err(wrong(
                    fact(),
                    "booked and provisional do not add up to the chain",
                ));
            }
        }
        Ok(())
    }

    fn owed_out(&self) -> BTreeMap<Currency, i64> {
        let currencies = self.state.currencies.iter();
        let mut owed: BTreeMap<Currency, i64> = currencies.map(|currency| (*currency, 0)).collect();
        for payout in self.state.payouts.values() {
            let sum = owed.entry(payout.facts.amount.currency()).or_default();
            if !matches!(payout.state, PayoutState::Paid | PayoutState::Withdrawn) {
                *sum = sum.saturating_add(payout.facts.amount.minor());
            }
        }
        owed
    }
}
