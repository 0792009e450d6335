//! The customer API (`/api/v1`): what the pages do, for programs.

mod operations;

use std::sync::Arc;

use kantor_wire::{
    ConsentAsk, LoginAsk, NewCustomerAccount, NewOrder, Problem, QuoteAsk, SessionView,
};
use serde::Deserialize;
use warp::reply::Response;

use crate::api::{bearer, carried, document, done, key, portion, query, unknown_holder};
use crate::checks;
use crate::port::{Key, NewSession, PortError, PortResult, SessionToken};
use crate::route::Call;
use crate::site::Site;
use crate::visit::cookie_name;

pub(crate) use operations::routes;

/// A request of the customer API.
struct Asked {
    site: Arc<Site>,
    call: Call,
}

impl Asked {
    /// The session's token: a bearer token, or the cookie of the pages.
    fn token(&self) -> Option<&str> {
        let cookie = || {
            let from_us = self.call.header("sec-fetch-site") != Some("cross-site");
            self.call
                .cookie(&cookie_name(&self.site, "session"))
                .filter(|_| from_us)
        };
        bearer(&self.call).or_else(cookie)
    }

    /// The session that asks; the office judges it.
    fn session(&self) -> PortResult<SessionToken> {
        self.token()
            .map(SessionToken::new)
            .ok_or_else(unknown_holder)
    }

    /// The session, and the act that the request's key makes one.
    fn act(&self) -> PortResult<(SessionToken, Key)> {
        Ok((self.session()?, key(&self.call)?))
    }

    async fn limited(&self) -> PortResult<()> {
        let now = self.site.ask(|port| port.greet(None)).await?.now;
        self.site.may_ask(&self.call, now)
    }

    fn id(&self) -> String {
        self.call.param(0).to_owned()
    }
}

async fn rates(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.rates()).await?)
}

async fn quote(asked: Asked) -> PortResult<Response> {
    asked.limited().await?;
    let mut ask: QuoteAsk = carried(&asked.call)?;
    let currency = match ask.fix {
        kantor_wire::FixedSide::Gives => &ask.gives,
        kantor_wire::FixedSide::Gets => &ask.gets,
    };
    ask.amount = checks::amount(&ask.amount, currency).map_err(amount_problem)?;
    if asked.token().is_none() {
        key(&asked.call)?;
        return document(&asked.site.ask(move |port| port.price(&ask)).await?);
    }
    let (session, once) = asked.act()?;
    document(
        &asked
            .site
            .ask(move |port| port.quote(&session, &ask, &once))
            .await?,
    )
}

fn amount_problem(rule: &'static str) -> PortError {
    Problem::new(
        422,
        rule,
        "No such amount",
        "The amount is not a positive decimal number with at most the currency's decimal places, \
         or its currency is not known. Write it like 1234.56.",
    )
    .into()
}

async fn quote_by_id(asked: Asked) -> PortResult<Response> {
    let (session, id) = (asked.session()?, asked.id());
    document(
        &asked
            .site
            .ask(move |port| port.quote_by_id(&session, &id))
            .await?,
    )
}

async fn log_in(asked: Asked) -> PortResult<Response> {
    key(&asked.call)?;
    let ask: LoginAsk = carried(&asked.call)?;
    let from = asked.site.settings.address(&asked.call);
    let NewSession { token, until } = asked
        .site
        .ask(move |port| port.log_in(&ask, from, None))
        .await?;
    document(&SessionView {
        token: token.as_str().to_owned(),
        until: until.to_string(),
    })
}

async fn log_out(asked: Asked) -> PortResult<Response> {
    let (session, _) = asked.act()?;
    asked
        .site
        .ask(move |port| {
            // Only who has a session is answered that it ended.
            let holder = port.greet(Some(&session))?.customer;
            holder.ok_or_else(unknown_holder)?;
            port.log_out(&session)
        })
        .await?;
    done()
}

async fn me(asked: Asked) -> PortResult<Response> {
    let session = asked.session()?;
    let greeting = asked
        .site
        .ask(move |port| port.greet(Some(&session)))
        .await?;
    document(&greeting.customer.ok_or_else(unknown_holder)?)
}

async fn accounts(asked: Asked) -> PortResult<Response> {
    let session = asked.session()?;
    document(&asked.site.ask(move |port| port.accounts(&session)).await?)
}

async fn add_account(asked: Asked) -> PortResult<Response> {
    let (session, once) = asked.act()?;
    let account: NewCustomerAccount = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.add_account(&session, &account, &once))
            .await?,
    )
}

async fn remove_account(asked: Asked) -> PortResult<Response> {
    let ((session, _), id) = (asked.act()?, asked.id());
    asked
        .site
        .ask(move |port| port.remove_account(&session, &id))
        .await?;
    done()
}

async fn orders(asked: Asked) -> PortResult<Response> {
    #[derive(Deserialize)]
    struct Part {
        after: Option<String>,
        limit: Option<u32>,
    }
    let session = asked.session()?;
    let Part { after, limit } = query(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.orders(&session, after.as_deref(), portion(limit)))
            .await?,
    )
}

async fn place_order(asked: Asked) -> PortResult<Response> {
    let (session, once) = asked.act()?;
    let order: NewOrder = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.place_order(&session, &order, &once))
            .await?,
    )
}

async fn order(asked: Asked) -> PortResult<Response> {
    let (session, id) = (asked.session()?, asked.id());
    document(
        &asked
            .site
            .ask(move |port| port.order(&session, &id))
            .await?,
    )
}

async fn cancel_order(asked: Asked) -> PortResult<Response> {
    let ((session, once), id) = (asked.act()?, asked.id());
    document(
        &asked
            .site
            .ask(move |port| port.cancel_order(&session, &id, &once))
            .await?,
    )
}

async fn consent(asked: Asked) -> PortResult<Response> {
    let ((session, once), id) = (asked.act()?, asked.id());
    let ConsentAsk { accept } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.consent(&session, &id, accept, &once))
            .await?,
    )
}
