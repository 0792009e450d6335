//! The customer API (`/api/v1`): what the pages do, for programs.

mod operations;

use std::sync::Arc;

use kantor_wire::{ConsentAsk, LoginAsk, NewOrder, Problem, QuoteAsk, SessionView};
use serde::Deserialize;
use warp::reply::Response;

use crate::api::{bearer, carried, document, done, once, portion, query, unknown_holder};
use crate::checks;
use crate::limits::{address_key, slow_down};
use crate::login;
use crate::port::{Once, PortError, PortResult};
use crate::route::Call;
use crate::secrets;
use crate::site::Site;
use crate::visit::{Failure, cookie_name};

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

    /// The id of the customer whose session it is.
    async fn customer(&self) -> PortResult<String> {
        let token = self.token().ok_or_else(unknown_holder)?.to_owned();
        let seconds = i64::from(self.site.settings.session_minutes) * 60;
        self.site
            .ask(move |port| {
                let now = port.now()?;
                login::resume(port, &token, now, seconds)?.ok_or_else(unknown_holder)
            })
            .await
    }

    /// The customer, and the act that his key makes one.
    async fn act(&self) -> PortResult<(String, Once)> {
        let customer = self.customer().await?;
        let once = once(&self.call, format!("customer:{customer}"))?;
        Ok((customer, once))
    }

    async fn limited(&self) -> PortResult<()> {
        let now = self.site.now().await?;
        let address = address_key(self.site.settings.address(&self.call));
        self.site
            .limits
            .quotes
            .take(&address, now)
            .map_err(|seconds| slow_down(seconds).into())
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
        once(&asked.call, "visitor".to_owned())?;
        return document(&asked.site.ask(move |port| port.price(ask)).await?);
    }
    let (customer, once) = asked.act().await?;
    document(
        &asked
            .site
            .ask(move |port| port.quote(&customer, ask, &once))
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
    let (customer, id) = (asked.customer().await?, asked.id());
    document(
        &asked
            .site
            .ask(move |port| port.quote_by_id(&customer, &id))
            .await?,
    )
}

fn port_error(failure: Failure) -> PortError {
    match failure {
        Failure::Refused(problem) => PortError::Refused(problem),
        Failure::LogIn => unknown_holder(),
    }
}

async fn log_in(asked: Asked) -> PortResult<Response> {
    once(&asked.call, "visitor".to_owned())?;
    let LoginAsk { email, password } = carried(&asked.call)?;
    let site = &asked.site;
    let now = site.now().await?;
    let address = site.settings.address(&asked.call);
    let customer = login::check(site, now, address, &email, password)
        .await
        .map_err(port_error)??;
    let (token, until) = login::open_session(site, now, &customer, None)
        .await
        .map_err(port_error)?;
    document(&SessionView {
        token,
        until: until.to_string(),
    })
}

async fn log_out(asked: Asked) -> PortResult<Response> {
    asked.act().await?;
    let token = asked.token().ok_or_else(unknown_holder)?;
    let hash = secrets::sha256_hex(token.as_bytes());
    asked.site.ask(move |port| port.end_session(&hash)).await?;
    done()
}

async fn me(asked: Asked) -> PortResult<Response> {
    let customer = asked.customer().await?;
    document(&asked.site.ask(move |port| port.customer(&customer)).await?)
}

async fn accounts(asked: Asked) -> PortResult<Response> {
    let customer = asked.customer().await?;
    document(&asked.site.ask(move |port| port.accounts(&customer)).await?)
}

async fn add_account(asked: Asked) -> PortResult<Response> {
    let (customer, once) = asked.act().await?;
    let account = checks::account(&carried(&asked.call)?).map_err(|errors| {
        let mut problem = Problem::new(
            422,
            "fields-refused",
            "Fields are not right",
            "One or more fields break a rule; `errors` names each with its rule. Correct them and \
             send the document with a new Idempotency-Key.",
        );
        problem.errors = errors;
        problem
    })?;
    document(
        &asked
            .site
            .ask(move |port| port.add_account(&customer, account, &once))
            .await?,
    )
}

async fn remove_account(asked: Asked) -> PortResult<Response> {
    let ((customer, once), id) = (asked.act().await?, asked.id());
    asked
        .site
        .ask(move |port| port.remove_account(&customer, &id, &once))
        .await?;
    done()
}

async fn orders(asked: Asked) -> PortResult<Response> {
    #[derive(Deserialize)]
    struct Part {
        after: Option<String>,
        limit: Option<u32>,
    }
    let customer = asked.customer().await?;
    let Part { after, limit } = query(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.orders(&customer, after.as_deref(), portion(limit)))
            .await?,
    )
}

async fn place_order(asked: Asked) -> PortResult<Response> {
    let (customer, once) = asked.act().await?;
    let order: NewOrder = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.place_order(&customer, order, &once))
            .await?,
    )
}

async fn order(asked: Asked) -> PortResult<Response> {
    let (customer, id) = (asked.customer().await?, asked.id());
    document(
        &asked
            .site
            .ask(move |port| port.order(&customer, &id))
            .await?,
    )
}

async fn cancel_order(asked: Asked) -> PortResult<Response> {
    let ((customer, once), id) = (asked.act().await?, asked.id());
    document(
        &asked
            .site
            .ask(move |port| port.cancel_order(&customer, &id, &once))
            .await?,
    )
}

async fn consent(asked: Asked) -> PortResult<Response> {
    let ((customer, once), id) = (asked.act().await?, asked.id());
    let ConsentAsk { accept } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.consent(&customer, &id, accept, &once))
            .await?,
    )
}
