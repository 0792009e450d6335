//! The customer API (`/api/v1`): what the pages do, for programs.

use std::future::Future;
use std::sync::Arc;

use kantor_wire::{
    ConsentAsk, CustomerAccount, CustomerOrder, CustomerView, LoginAsk, NewCustomerAccount,
    NewOrder, Page, Problem, PublicRates, QuoteAsk, QuoteView, SessionView,
};
use serde::Deserialize;
use warp::reply::Response;

use crate::api::{answer, bearer, carried, document, done, once, portion, query, unknown_holder};
use crate::checks;
use crate::limits::{address_key, slow_down};
use crate::login;
use crate::openapi::{self, Carries, Gives, Open, Operation, Shape, shape};
use crate::port::{Once, PortError, PortResult};
use crate::reply;
use crate::route::{Call, FORM_LIMIT, Route};
use crate::secrets;
use crate::site::Site;
use crate::visit::{Failure, cookie_name};

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

fn route<F>(site: &Arc<Site>, post: bool, path: &'static str, handler: fn(Asked) -> F) -> Route
where
    F: Future<Output = PortResult<Response>> + Send + 'static,
{
    let site = Arc::clone(site);
    let handle = move |call| {
        let asked = Asked {
            site: Arc::clone(&site),
            call,
        };
        async move { answer(handler(asked).await) }
    };
    if post {
        Route::post(path, FORM_LIMIT, handle)
    } else {
        Route::get(path, handle)
    }
}

fn get<F>(
    site: &Arc<Site>,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    gives: Shape,
    handler: fn(Asked) -> F,
) -> Operation
where
    F: Future<Output = PortResult<Response>> + Send + 'static,
{
    Operation {
        id,
        summary,
        open: Open::ToHolders,
        note: "",
        query: &[],
        carries: Carries::Nothing,
        gives: Gives::Document(gives),
        route: route(site, false, path, handler),
    }
}

fn post<F>(
    site: &Arc<Site>,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    carries: Carries,
    gives: Gives,
    handler: fn(Asked) -> F,
) -> Operation
where
    F: Future<Output = PortResult<Response>> + Send + 'static,
{
    Operation {
        id,
        summary,
        open: Open::ToHolders,
        note: "",
        query: &[],
        carries,
        gives,
        route: route(site, true, path, handler),
    }
}

/// Every operation.
fn operations(site: &Arc<Site>) -> Vec<Operation> {
    let document_of = |shape| Carries::Document(shape);
    let gives = Gives::Document;
    vec![
        Operation {
            open: Open::ToAll,
            ..get(
                site,
                "/rates",
                "rates",
                "The rates in force.",
                shape::<PublicRates>,
                rates,
            )
        },
        Operation {
            open: Open::ToAll,
            note: "With a session the answer is a promise with an id; without one it only says \
                   what the exchange would cost.",
            ..post(
                site,
                "/quotes",
                "quote",
                "What an exchange would cost now.",
                document_of(shape::<QuoteAsk>),
                gives(shape::<QuoteView>),
                quote,
            )
        },
        get(
            site,
            "/quotes/{id}",
            "quoteById",
            "A promise.",
            shape::<QuoteView>,
            quote_by_id,
        ),
        Operation {
            open: Open::ToAll,
            ..post(
                site,
                "/sessions",
                "logIn",
                "Begins a session; its token is a bearer token.",
                document_of(shape::<LoginAsk>),
                gives(shape::<SessionView>),
                log_in,
            )
        },
        post(
            site,
            "/sessions/end",
            "logOut",
            "Ends the session that asks.",
            Carries::Nothing,
            Gives::Done,
            log_out,
        ),
        get(
            site,
            "/me",
            "me",
            "Who is logged in.",
            shape::<CustomerView>,
            me,
        ),
        get(
            site,
            "/accounts",
            "accounts",
            "The customer's own accounts.",
            shape::<Vec<CustomerAccount>>,
            accounts,
        ),
        post(
            site,
            "/accounts",
            "addAccount",
            "Adds one of the customer's own accounts.",
            document_of(shape::<NewCustomerAccount>),
            gives(shape::<CustomerAccount>),
            add_account,
        ),
        post(
            site,
            "/accounts/{id}/remove",
            "removeAccount",
            "Takes an account out of the profile; orders that use it keep it.",
            Carries::Nothing,
            Gives::Done,
            remove_account,
        ),
        Operation {
            query: &[
                ("after", "the `next` of the part before"),
                ("limit", "rows, up to 500"),
            ],
            ..get(
                site,
                "/orders",
                "orders",
                "The customer's orders, newest first.",
                shape::<Page<CustomerOrder>>,
                orders,
            )
        },
        post(
            site,
            "/orders",
            "placeOrder",
            "Accepts a quote.",
            document_of(shape::<NewOrder>),
            gives(shape::<CustomerOrder>),
            place_order,
        ),
        get(
            site,
            "/orders/{id}",
            "order",
            "One order.",
            shape::<CustomerOrder>,
            order,
        ),
        post(
            site,
            "/orders/{id}/cancel",
            "cancelOrder",
            "Cancels an order before money came.",
            Carries::Nothing,
            gives(shape::<CustomerOrder>),
            cancel_order,
        ),
        post(
            site,
            "/orders/{id}/consent",
            "consent",
            "Says yes or no to a new rate.",
            document_of(shape::<ConsentAsk>),
            gives(shape::<CustomerOrder>),
            consent,
        ),
    ]
}

/// Every route, the document's own among them.
pub(crate) fn routes(site: &Arc<Site>) -> Vec<Route> {
    let operations = operations(site);
    let text = openapi::document(
        "Customer API",
        "What a customer can do at this exchange office. Amounts and rates are decimal strings, \
         moments RFC 3339 in UTC.",
        &format!("{}/api/v1", site.settings.prefix),
        &operations,
    );
    let text = Arc::new(text);
    let mut routes = vec![Route::get("/openapi.json", move |_call: Call| {
        let text = Arc::clone(&text);
        async move { reply::json(200, text.as_ref()) }
    })];
    routes.extend(operations.into_iter().map(|operation| operation.route));
    routes
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
