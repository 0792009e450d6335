//! `kantor rates`: the rate table in force, and published ones.

use std::str::FromStr;

use clap::Subcommand;
use kantor_wire::{NewRates, RateRow, RateTableView};

use super::output::{print, print_json, table};
use super::{Desk, Failure, published};

/// What can be done with rates.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The table in force
    Show {
        #[command(flatten)]
        desk: Desk,
    },
    /// Publish a table; pairs that are not named keep their rates
    Set {
        /// Pair and rates, from the office's view: EUR/PLN=BUY/MID/SELL, such as EUR/PLN=4.25/4.28/4.31
        #[arg(required = true)]
        rates: Vec<Setting>,
        /// Where the rates come from, for the record
        #[arg(long, default_value = "cashier")]
        source: String,
        /// Stop trading every pair that is not named
        #[arg(long)]
        only: bool,
        #[command(flatten)]
        desk: Desk,
    },
    /// Look into a file of published rates (NBP, ECB); needs no server
    Read(published::Read),
}

/// `EUR/PLN=4.25/4.28/4.31`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Setting(RateRow);

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Setting, String> {
        let wrong = || format!("`{text}` is no rate; write EUR/PLN=BUY/MID/SELL");
        let (pair, rates) = text.split_once('=').ok_or_else(wrong)?;
        let (base, quote) = pair.split_once('/').ok_or_else(wrong)?;
        let rates: Vec<&str> = rates.split('/').collect();
        let [buy, mid, sell] = rates.as_slice() else {
            return Err(wrong());
        };
        let rate = |rate: &str| {
            rate.parse::<kantor_model::Decimal>()
                .map(|_| rate.to_owned())
                .map_err(|_| wrong())
        };
        Ok(Setting(RateRow {
            base: base.to_ascii_uppercase(),
            quote: quote.to_ascii_uppercase(),
            buy: rate(buy)?,
            sell: rate(sell)?,
            mid: rate(mid)?,
        }))
    }
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Show { desk } => show(&desk.office()?.rates()?, desk),
        Command::Set {
            rates,
            source,
            only,
            desk,
        } => {
            let office = desk.office()?;
            let before = if *only {
                Vec::new()
            } else {
                office.rates()?.rates
            };
            let published = office.publish_rates(&NewRates {
                source: source.clone(),
                rates: merged(before, rates),
            })?;
            show(&published, desk)
        }
        Command::Read(read) => published::run(read),
    }
}

/// The table before, with the new rates in the place of the old ones of the same pair.
fn merged(before: Vec<RateRow>, new: &[Setting]) -> Vec<RateRow> {
    let renewed = |row: &RateRow| {
        new.iter()
            .any(|Setting(new)| new.base == row.base && new.quote == row.quote)
    };
    before
        .into_iter()
        .filter(|row| !renewed(row))
        .chain(new.iter().map(|Setting(row)| row.clone()))
        .collect()
}

fn show(rates: &RateTableView, desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        return print_json(rates);
    }
    let rows: Vec<Vec<String>> = rates
        .rates
        .iter()
        .map(|row| {
            vec![
                format!("{}/{}", row.base, row.quote),
                row.buy.clone(),
                row.mid.clone(),
                row.sell.clone(),
            ]
        })
        .collect();
    print(&format!(
        "table {}{} from {}\n{}",
        rates.version,
        rates
            .at
            .as_ref()
            .map(|at| format!(" of {at}"))
            .unwrap_or_default(),
        rates.source,
        table(&["pair", "buy", "mid", "sell"], &rows)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_pairs_replace_their_rates_and_others_stay() {
        let row = |text: &str| text.parse::<Setting>().map(|Setting(row)| row);
        let before = vec![
            row("EUR/PLN=4.2/4.25/4.3").expect("a rate"),
            row("USD/PLN=3.9/4.0/4.1").expect("a rate"),
        ];
        let new = ["eur/pln=4.25/4.28/4.31".parse().expect("a rate")];
        let merged = merged(before, &new);
        let rates: Vec<_> = merged
            .iter()
            .map(|row| (row.base.as_str(), row.buy.as_str()))
            .collect();
        assert_eq!(rates, [("USD", "3.9"), ("EUR", "4.25")]);
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["EUR/PLN", "EURPLN=1/2/3", "EUR/PLN=1/2", "EUR/PLN=1/x/3"] {
            assert!(text.parse::<Setting>().is_err(), "{text}");
        }
    }
}
