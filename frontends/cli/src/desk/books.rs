//! `kantor books`: the office's money at a glance.

use clap::Args;
use kantor_wire::{Amount, BooksView};

use super::output::{print, print_json};
use super::{Desk, Failure};

/// What is asked for: all of it.
#[derive(Debug, Args)]
pub(crate) struct Command {
    #[command(flatten)]
    desk: Desk,
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let books = command.desk.office()?.books()?;
    if command.desk.json {
        return print_json(&books);
    }
    print(&text(&books))
}

/// The books as lines for people.
fn text(books: &BooksView) -> String {
    let mut lines = Vec::new();
    for row in &books.accounts {
        lines.push(format!(
            "account {} {}: booked {}, reserved {}, available {}",
            row.account,
            row.name,
            money(&row.booked),
            money(&row.reserved),
            money(&row.available)
        ));
    }
    for row in &books.position {
        let worth = row.worth.as_ref().map_or("no rate".to_owned(), |worth| {
            format!("worth {}", money(worth))
        });
        let alarm = if row.alarm { ", over its limit" } else { "" };
        lines.push(format!(
            "position: {} open ({} by orders, {} covered), cost {}, {worth}{alarm}",
            money(&row.open),
            money(&row.orders),
            money(&row.covered),
            money(&row.cost)
        ));
    }
    for row in &books.cover {
        lines.push(format!(
            "cover: customers are owed {}, {} lies there, {} is our own",
            money(&row.owed),
            money(&row.lies),
            money(&row.own)
        ));
    }
    for row in &books.results {
        lines.push(format!("result: {} {}", row.account, money(&row.amount)));
    }
    for row in &books.rounding {
        lines.push(format!(
            "rounding took {} minor units of {}",
            row.minor, row.currency
        ));
    }
    lines.join("\n")
}

fn money(amount: &Amount) -> String {
    format!("{} {}", amount.amount, amount.currency)
}
