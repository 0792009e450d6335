//! The office's money at a glance: what lies on its accounts, what is kept back, what is open and
//! what that is worth, what customers are owed against what there is. Pure views; each number is
//! what the books say, and costs what is shown and not what the office has lived through.

use std::collections::BTreeMap;

use kantor_model::{Currency, Money, MoneyError};

use crate::ledger::LedgerAccount;
use crate::policy::PositionLimit;
use crate::position::{Owed, RevaluedCurrency, value_at};
use crate::snapshot::{Settled, Snapshot};
use crate::{AccountId, LineId};

/// The balances of one bank account of the office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountBalance {
    /// The account.
    pub account: AccountId,
    /// What closing balances of statements prove.
    pub booked: Money,
    /// Booked, with the lines of the running day that nothing proves yet.
    pub running: Money,
    /// What has to leave it still, by how far it is.
    pub owed: Owed,
    /// All of that: what the account must keep back.
    pub reserved: Money,
    /// What may be disposed of: the lesser of booked and running, less what is reserved. Money that
    /// is not proved never makes it larger, and a debit that is not proved makes it smaller.
    pub available: Money,
    /// What the office's own books say is booked.
    pub in_books: Money,
}

impl AccountBalance {
    /// What the bank has more than the books; not zero means that a law was broken.
    pub fn difference(&self) -> Result<Money, MoneyError> {
        self.booked.minus(self.in_books)
    }
}

/// Every account's balances.
pub fn balances(seen: &Snapshot) -> Result<Vec<AccountBalance>, MoneyError> {
    let balance = |account: &crate::OfficeAccount| {
        let currency = account.currency();
        let money = |minor| Money::new(minor, currency);
        let (booked, running) = (money(account.proved_balance), money(account.balance));
        let owed = seen.owed.get(&account.account).copied().unwrap_or_default();
        let reserved = money(owed.total());
        let lesser = money(booked.minor().min(running.minor()));
        let bank = LedgerAccount::Bank(account.account);
        Ok(AccountBalance {
            account: account.account,
            booked,
            running,
            owed,
            reserved,
            available: lesser.minus(reserved)?,
            in_books: seen.ledger.balance(&bank, currency),
        })
    };
    seen.accounts.values().map(balance).collect()
}

/// What is open of a currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenPosition {
    /// What customers' orders brought (positive) or took.
    pub orders: Money,
    /// What cover deals bought (positive) or sold.
    pub covered: Money,
    /// Both together: long when positive.
    pub open: Money,
    /// What that cost, or was worth at the last revaluation, in the home currency.
    pub cost: Money,
    /// What it is worth at the reference rates in force; `None` where no rate joins the two.
    pub valued: Option<RevaluedCurrency>,
    /// The gain that the next revaluation would book, as far as a rate is known.
    pub unrealised: Option<Money>,
    /// The limit of the currency.
    pub limit: Option<PositionLimit>,
    /// More than the limit was open, and it is not calm yet.
    pub alarm: bool,
}

/// The position of every currency that the office has dealt in.
pub fn positions(seen: &Snapshot) -> Result<Vec<OpenPosition>, MoneyError> {
    let Some(policy) = &seen.policy else {
        return Ok(Vec::new());
    };
    let mut positions = Vec::new();
    for (currency, carried) in &seen.carried {
        let money = |minor| Money::new(minor, *currency);
        let open = money(carried.orders).plus(money(carried.covered))?;
        let cost = Money::new(carried.cost, policy.home);
        let table = seen.current_rates();
        let valued = table.and_then(|table| value_at(table, open, policy.home));
        positions.push(OpenPosition {
            orders: money(carried.orders),
            covered: money(carried.covered),
            open,
            cost,
            unrealised: valued.map(|valued| valued.value.minus(cost)).transpose()?,
            valued,
            limit: policy.limit(*currency),
            alarm: seen.over_limit.contains(currency),
        });
    }
    Ok(positions)
}

/// Customers' open money in one currency against what lies on which account (pokrycie).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cover {
    /// Money that came for orders that are not exchanged yet.
    pub funds: Money,
    /// Money owed out, not seen leaving.
    pub payouts: Money,
    /// Money whose owner is not known, never less than nothing.
    pub unknown: Money,
    /// All three: what customers could ask for.
    pub owed: Money,
    /// What closing balances prove, account by account.
    pub lies: Vec<(AccountId, Money)>,
    /// All of that.
    pub covered: Money,
    /// What is there and not owed; negative when customers' money is not covered.
    pub own: Money,
}

/// The cover statement, a currency a row.
pub fn cover(seen: &Snapshot) -> Result<Vec<Cover>, MoneyError> {
    let mut lies: BTreeMap<Currency, Vec<(AccountId, Money)>> = BTreeMap::new();
    for account in seen.accounts.values() {
        let booked = Money::new(account.proved_balance, account.currency());
        let rows = lies.entry(account.currency()).or_default();
        rows.push((account.account, booked));
    }
    for (_, money) in seen.ledger.balances() {
        lies.entry(money.currency()).or_default();
    }
    let row = |(currency, lies): (Currency, Vec<(AccountId, Money)>)| {
        let owed_on = |account| seen.ledger.balance(&account, currency).negated();
        let unknown = owed_on(LedgerAccount::Suspense)?;
        let unknown = Money::new(unknown.minor().max(0), currency);
        let funds = owed_on(LedgerAccount::CustomerFunds)?;
        let payouts = owed_on(LedgerAccount::PayoutsDue)?;
        let owed = funds.plus(payouts)?.plus(unknown)?;
        let covered = Money::sum(currency, lies.iter().map(|(_, booked)| *booked))?;
        Ok(Cover {
            funds,
            payouts,
            unknown,
            owed,
            lies,
            covered,
            own: covered.minus(owed)?,
        })
    };
    lies.into_iter().map(row).collect()
}

/// What the office earned (positive) or bore, by the account of its books, apart for each kind, so
/// that nothing is counted twice.
pub fn results(seen: &Snapshot) -> Result<Vec<(LedgerAccount, Money)>, MoneyError> {
    let is_result = |account: &LedgerAccount| match account {
        LedgerAccount::SpreadIncome
        | LedgerAccount::Revaluation
        | LedgerAccount::CoverResult
        | LedgerAccount::PaymentDifferences
        | LedgerAccount::FeesOnTheWay => true,
        LedgerAccount::Bank(_)
        | LedgerAccount::BankProvisional(_)
        | LedgerAccount::Suspense
        | LedgerAccount::CustomerFunds
        | LedgerAccount::PayoutsDue
        | LedgerAccount::Position
        | LedgerAccount::OpeningEquity
        | LedgerAccount::Named(_) => false,
    };
    seen.ledger
        .balances()
        .filter(|(account, _)| is_result(account))
        .map(|(account, money)| Ok((account.clone(), money.negated()?)))
        .collect()
}

/// What a bank line became, as a row of the comparison of book and bank.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Became {
    /// An order's money, coming or taken back by the bank.
    Receipt,
    /// Payouts, leaving or coming back.
    Payout,
    /// One side of a cover deal.
    CoverDeal,
    /// Booked to a ledger account.
    Booked(LedgerAccount),
    /// One side of a transfer between accounts of the office.
    OwnTransfer,
    /// Sent back to where it came from.
    Refunded,
    /// Nobody's yet.
    Open,
}

/// What the parts of a line became; most lines are one part.
pub fn became(
    seen: &Snapshot,
    line: LineId,
    amount: Money,
) -> Result<Vec<(Became, Money)>, MoneyError> {
    let mut left = amount;
    let mut became = Vec::new();
    for part in seen
        .settled
        .get(&line)
        .map(Settled::parts)
        .unwrap_or_default()
    {
        let (what, part) = match part {
            Settled::Receipt(order) => {
                let receipt = seen.receipts.get(&(line, *order));
                (
                    Became::Receipt,
                    receipt.map_or(left, |receipt| receipt.amount),
                )
            }
            Settled::Payout(_) | Settled::Batch { .. } | Settled::Returned { .. } => {
                (Became::Payout, left)
            }
            Settled::ReversedBy(_) | Settled::Reverses(_) => (Became::Receipt, left),
            Settled::CoverDeal(_) => (Became::CoverDeal, left),
            Settled::Booked { account, amount } => (Became::Booked(account.clone()), *amount),
            Settled::OwnTransfer(_) => (Became::OwnTransfer, left),
            Settled::Refunded(payout) => {
                let payout = seen.payouts.get(payout);
                (
                    Became::Refunded,
                    payout.map_or(left, |payout| payout.facts.amount),
                )
            }
            Settled::Parts(_) => continue,
        };
        left = left.minus(part)?;
        became.push((what, part));
    }
    if became.is_empty() || !left.is_zero() {
        became.push((Became::Open, left));
    }
    Ok(became)
}

/// The books of an account against the bank, down to the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgainstBank {
    /// What was on it when it was taken into the books.
    pub opening: Money,
    /// What its lines became: how many, and their sum. A line of several parts counts in each.
    pub lines: BTreeMap<Became, (u64, Money)>,
    /// The opening and all lines.
    pub by_lines: Money,
    /// What the books say: proved and running.
    pub by_books: Money,
    /// What the bank says: the balance after the last line.
    pub by_bank: Money,
}

/// Compares an account's lines, its books and its bank; the lines come in their order from the
/// first. `None` when there is no such account.
pub fn against_bank(
    seen: &Snapshot,
    account: AccountId,
    lines: impl IntoIterator<Item = Money>,
) -> Result<Option<AgainstBank>, MoneyError> {
    let Some(account) = seen.accounts.get(&account) else {
        return Ok(None);
    };
    let currency = account.currency();
    let mut rows: BTreeMap<Became, (u64, Money)> = BTreeMap::new();
    let mut by_lines = account.opening;
    for (amount, ordinal) in lines.into_iter().zip(1..) {
        let line = LineId {
            account: account.account,
            ordinal,
        };
        for (what, part) in became(seen, line, amount)? {
            let (count, sum) = rows.entry(what).or_insert((0, Money::zero(currency)));
            *count += 1;
            *sum = sum.plus(part)?;
        }
        by_lines = by_lines.plus(amount)?;
    }
    let in_books = |account| seen.ledger.balance(&account, currency);
    let proved = in_books(LedgerAccount::Bank(account.account));
    let running = in_books(LedgerAccount::BankProvisional(account.account));
    Ok(Some(AgainstBank {
        opening: account.opening,
        lines: rows,
        by_lines,
        by_books: proved.plus(running)?,
        by_bank: Money::new(account.balance, currency),
    }))
}
