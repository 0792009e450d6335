//! The office's money at a glance, as the wire has it.

use kantor_engine::{Snapshot, books};
use kantor_model::{Money, MoneyError};
use kantor_wire::{AccountBooks, BooksView, CoverView, PositionView, ResultView, RoundingView};

use super::views::amount;

/// Everything that the books say.
pub(super) fn books(seen: &Snapshot) -> Result<BooksView, MoneyError> {
    Ok(BooksView {
        accounts: accounts(seen)?,
        position: position(seen)?,
        cover: cover(seen)?,
        results: books::results(seen)?
            .into_iter()
            .map(|(account, money)| ResultView {
                account: account.to_string(),
                amount: amount(money),
            })
            .collect(),
        rounding: seen
            .remainders
            .iter()
            .map(|(currency, minor)| RoundingView {
                currency: currency.code().to_owned(),
                minor: minor.normalize().to_string(),
            })
            .collect(),
    })
}

fn accounts(seen: &Snapshot) -> Result<Vec<AccountBooks>, MoneyError> {
    let row = |row: books::AccountBalance| {
        let part = |minor| amount(Money::new(minor, row.booked.currency()));
        let account = seen.accounts.get(&row.account);
        Ok(AccountBooks {
            account: row.account.to_string(),
            name: account.map_or_else(String::new, |account| account.name.clone()),
            booked: amount(row.booked),
            running: amount(row.running),
            reserved: amount(row.reserved),
            due: part(row.owed.due),
            in_batch: part(row.owed.in_batch),
            exported: part(row.owed.exported),
            available: amount(row.available),
            difference: amount(row.difference()?),
        })
    };
    books::balances(seen)?.into_iter().map(row).collect()
}

fn position(seen: &Snapshot) -> Result<Vec<PositionView>, MoneyError> {
    let row = |row: books::OpenPosition| PositionView {
        open: amount(row.open),
        orders: amount(row.orders),
        covered: amount(row.covered),
        cost: amount(row.cost),
        worth: row.valued.map(|valued| amount(valued.value)),
        unrealised: row.unrealised.map(amount),
        limit: row.limit.map(|limit| amount(limit.limit)),
        alarm: row.alarm,
    };
    Ok(books::positions(seen)?.into_iter().map(row).collect())
}

fn cover(seen: &Snapshot) -> Result<Vec<CoverView>, MoneyError> {
    let row = |row: books::Cover| CoverView {
        for_orders: amount(row.funds),
        payouts: amount(row.payouts),
        unknown: amount(row.unknown),
        owed: amount(row.owed),
        lies: amount(row.covered),
        own: amount(row.own),
    };
    Ok(books::cover(seen)?.into_iter().map(row).collect())
}
