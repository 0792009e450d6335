//! The office itself: the feed, currencies, accounts, rates.

use std::sync::Arc;
use std::time::Duration;

use kantor_wire::{
    AccountView, BooksView, Changes, CurrencyView, LineRulesDocument, NewAccount, NewCurrency,
    NewRates, OfficeView, RateTableView, Role, RulesDocument, WhatIfView,
};
use serde::Deserialize;
use warp::reply::Response;

use super::{Asked, get, post};
use crate::api::{carried, document, query};
use crate::openapi::{Carries, Gives, Operation, shape};
use crate::port::PortResult;
use crate::site::{DeskSite, LONGEST_WAIT};

/// Changes in one answer.
const PORTION: u32 = 1_000;

pub(super) fn operations(site: &Arc<DeskSite>) -> Vec<Operation> {
    let gives = Gives::Document;
    let carries = Carries::Document;
    vec![
        get("/office", "office", "The office and the end of its log.", gives(shape::<OfficeView>))
            .reads(site, office),
        get(
            "/changes",
            "changes",
            "Everything after a position, in order and without a gap; waits for news when asked to.",
            gives(shape::<Changes>),
        )
        .with_query(&[
            ("after", "the position after which to begin; 0 for all"),
            ("wait", "seconds to wait for news, up to 30"),
        ])
        .reads(site, changes),
        get("/currencies", "currencies", "What is traded.", gives(shape::<Vec<CurrencyView>>))
            .reads(site, currencies),
        post(
            "/currencies",
            "addCurrency",
            "Trades a currency from now on.",
            carries(shape::<NewCurrency>),
            gives(shape::<CurrencyView>),
        )
        .needing(Role::Administrator)
        .acts(site, add_currency),
        get(
            "/accounts",
            "accounts",
            "The office's accounts and balances.",
            gives(shape::<Vec<AccountView>>),
        )
        .reads(site, accounts),
        post(
            "/accounts",
            "addAccount",
            "Opens the books of an account of the office.",
            carries(shape::<NewAccount>),
            gives(shape::<AccountView>),
        )
        .needing(Role::Administrator)
        .acts(site, add_account),
        get(
            "/books",
            "books",
            "The office's money at a glance: balances, position, cover of customers' money, results.",
            gives(shape::<BooksView>),
        )
        .reads(site, books),
        get("/rules", "rules", "The office's rules.", gives(shape::<RulesDocument>))
            .reads(site, rules),
        post(
            "/rules",
            "setRules",
            "Puts rules in force, in whole, from now on.",
            carries(shape::<RulesDocument>),
            gives(shape::<RulesDocument>),
        )
        .needing(Role::Administrator)
        .acts(site, set_rules),
        post(
            "/rules/try",
            "tryRules",
            "What rules would do with the orders that are held. Changes nothing.",
            carries(shape::<RulesDocument>),
            gives(shape::<Vec<WhatIfView>>),
        )
        .acts(site, try_rules),
        get(
            "/rules/lines",
            "lineRules",
            "The office's rules for lines that are nobody's order.",
            gives(shape::<LineRulesDocument>),
        )
        .reads(site, line_rules),
        post(
            "/rules/lines",
            "setLineRules",
            "Puts rules for lines that are nobody's order in force, in whole, from now on.",
            carries(shape::<LineRulesDocument>),
            gives(shape::<LineRulesDocument>),
        )
        .needing(Role::Administrator)
        .acts(site, set_line_rules),
        get("/rates", "rates", "The table in force.", gives(shape::<RateTableView>))
            .reads(site, rates),
        post(
            "/rates",
            "publishRates",
            "Publishes a table, in whole.",
            carries(shape::<NewRates>),
            gives(shape::<RateTableView>),
        )
        .acts(site, publish_rates),
    ]
}

async fn office(asked: Asked) -> PortResult<Response> {
    let token = asked.token.clone();
    document(&asked.site.ask(move |port| port.office(&token)).await?)
}

async fn changes(asked: Asked) -> PortResult<Response> {
    #[derive(Deserialize)]
    struct From {
        #[serde(default)]
        after: u64,
        #[serde(default)]
        wait: u64,
    }
    let From { after, wait } = query(&asked.call)?;
    let read = || asked.site.ask(move |port| port.changes(after, PORTION));
    let mut changes = read().await?;
    if changes.changes.is_empty() && wait > 0 {
        let at_most = Duration::from_secs(wait).min(LONGEST_WAIT);
        asked.site.feed.past(after, at_most).await;
        changes = read().await?;
    }
    document(&changes)
}

async fn currencies(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.currencies()).await?)
}

async fn add_currency(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let NewCurrency { code } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.add_currency(&code, &once))
            .await?,
    )
}

async fn accounts(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.office_accounts()).await?)
}

async fn books(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.books()).await?)
}

async fn rules(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.rules()).await?)
}

async fn set_rules(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let rules: RulesDocument = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.set_rules(rules, &once))
            .await?,
    )
}

async fn try_rules(asked: Asked) -> PortResult<Response> {
    let rules: RulesDocument = carried(&asked.call)?;
    document(&asked.site.ask(move |port| port.try_rules(rules)).await?)
}

async fn line_rules(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.line_rules()).await?)
}

async fn set_line_rules(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let rules: LineRulesDocument = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.set_line_rules(rules, &once))
            .await?,
    )
}

async fn add_account(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let account: NewAccount = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.add_office_account(account, &once))
            .await?,
    )
}

async fn rates(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.rate_table()).await?)
}

async fn publish_rates(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let rates: NewRates = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.publish_rates(rates, &once))
            .await?,
    )
}
