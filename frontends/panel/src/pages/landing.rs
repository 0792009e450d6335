//! The first page: rates and the calculator.

use std::sync::Arc;

use askama::Template;
use kantor_wire::PublicRates;
use warp::reply::Response;

use crate::events::{self, crowded};
use crate::pages::calculator::{Calculator, Entered, currency_name};
use crate::pages::page;
use crate::visit::{Failure, Visit};

/// A line of the rate table.
struct RateLine {
    base: String,
    quote: String,
    name: &'static str,
    sign: &'static str,
    buy: String,
    sell: String,
}

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing<'a> {
    v: &'a Visit,
    lines: Vec<RateLine>,
    updated: Option<String>,
    version: u64,
    calculator: Calculator,
}

#[derive(Template)]
#[template(path = "rates.html")]
struct Rates<'a> {
    v: &'a Visit,
    lines: Vec<RateLine>,
    updated: Option<String>,
    version: u64,
}

fn lines(visit: &Visit, rates: &PublicRates) -> Vec<RateLine> {
    rates
        .rates
        .iter()
        .map(|rate| RateLine {
            base: rate.base.clone(),
            quote: rate.quote.clone(),
            name: currency_name(visit, &rate.base),
            sign: sign(&rate.base),
            buy: visit.rate_number(&rate.buy),
            sell: visit.rate_number(&rate.sell),
        })
        .collect()
}

/// The sign on the badge of a currency.
fn sign(code: &str) -> &'static str {
    match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "CHF" => "Fr",
        "CZK" => "Kč",
        "JPY" => "¥",
        "PLN" => "zł",
        "UAH" => "₴",
        "TRY" => "₺",
        "NOK" | "SEK" | "DKK" => "kr",
        "HUF" => "Ft",
        _ => "¤",
    }
}

/// The page.
pub(crate) async fn show(visit: Arc<Visit>) -> Result<Response, Failure> {
    let rates = visit.site.ask(|port| port.rates()).await?;
    let calculator = Calculator::compute(&visit, Entered::of_query(&visit), &rates).await?;
    page(&Landing {
        v: &visit,
        lines: lines(&visit, &rates),
        updated: rates.at.as_deref().map(|at| visit.moment(at)),
        version: rates.version,
        calculator,
    })
}

/// The table alone, for the script.
pub(crate) async fn rates(visit: Arc<Visit>) -> Result<Response, Failure> {
    let rates = visit.site.ask(|port| port.rates()).await?;
    page(&Rates {
        v: &visit,
        lines: lines(&visit, &rates),
        updated: rates.at.as_deref().map(|at| visit.moment(at)),
        version: rates.version,
    })
}

/// Tells the browser about each new table.
pub(crate) async fn rates_events(visit: Arc<Visit>) -> Result<Response, Failure> {
    let rates = visit.site.ask(|port| port.rates()).await?;
    let place = visit.site.board.rates(rates.version);
    let place = place.ok_or_else(crowded)?;
    visit.site.metrics.stream_opened();
    Ok(events::stream("rates", place))
}
