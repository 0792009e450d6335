//! `kantor rates read`: a table of published rates (NBP, ECB) as a file, without a server.

use std::path::PathBuf;

use clap::Args;
use kantor_parsers::rates::{self, Price, RateSheet, SheetRate};
use serde_json::json;

use super::Failure;
use super::output::{print, print_json, table};
use super::status::{judge, load};

/// Which file, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// A table of the NBP (JSON or XML) or the ECB's rates (XML)
    file: PathBuf,
    /// One JSON object a line, one line a table
    #[arg(long)]
    json: bool,
}

/// Prints the tables of the file. Complaints go to standard error.
pub(crate) fn run(read: &Read) -> Result<(), Failure> {
    let found = rates::read(&load(&read.file)?);
    for sheet in &found.sheets {
        if read.json {
            print_json(&for_programs(sheet))?;
        } else {
            print(&for_people(sheet))?;
        }
    }
    judge(&read.file, &found.complaints)
}

fn for_people(sheet: &RateSheet) -> String {
    let mut title = sheet.source.name().to_owned();
    if let Some(number) = &sheet.number {
        title = format!("{title} {number}");
    }
    title = format!("{title} of {}", sheet.effective);
    if let Some(trading) = sheet.trading {
        title = format!("{title}, traded on {trading}");
    }
    let sides = sheet.rates.iter().any(|rate| match rate.price {
        Price::Sides { .. } => true,
        Price::Mid(_) => false,
    });
    let titles: &[&str] = if sides {
        &["pair", "bid", "ask", "name"]
    } else {
        &["pair", "mid", "name"]
    };
    let rows: Vec<Vec<String>> = sheet.rates.iter().map(row).collect();
    format!("{title}\n{}", table(titles, &rows))
}

fn row(rate: &SheetRate) -> Vec<String> {
    let name = rate.name.as_deref();
    let name = name
        .unwrap_or_else(|| rate.currency.english_name())
        .to_owned();
    match rate.price {
        Price::Mid(mid) => {
            let pair = format!("{}/{}", mid.base(), mid.quote());
            vec![pair, mid.value().to_string(), name]
        }
        Price::Sides { bid, ask } => {
            let pair = format!("{}/{}", bid.base(), bid.quote());
            vec![pair, bid.value().to_string(), ask.value().to_string(), name]
        }
    }
}

fn for_programs(sheet: &RateSheet) -> serde_json::Value {
    let rates: Vec<serde_json::Value> = sheet.rates.iter().map(rate_for_programs).collect();
    json!({
        "source": sheet.source.name(),
        "number": sheet.number,
        "effective": sheet.effective.to_string(),
        "trading": sheet.trading.map(|day| day.to_string()),
        "rates": rates,
    })
}

fn rate_for_programs(rate: &SheetRate) -> serde_json::Value {
    let (base, quote, mid, bid, ask) = match rate.price {
        Price::Mid(mid) => (mid.base(), mid.quote(), Some(mid.value()), None, None),
        Price::Sides { bid, ask } => {
            let (bid_value, ask_value) = (Some(bid.value()), Some(ask.value()));
            (bid.base(), bid.quote(), None, bid_value, ask_value)
        }
    };
    let text = |value: Option<kantor_model::Decimal>| value.map(|value| value.to_string());
    json!({
        "currency": rate.currency.code(),
        "name": rate.name,
        "base": base.code(),
        "quote": quote.code(),
        "mid": text(mid),
        "bid": text(bid),
        "ask": text(ask),
    })
}
