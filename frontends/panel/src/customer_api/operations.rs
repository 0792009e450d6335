//! The operations of the customer API: one list makes the routes and their document.

use std::future::Future;
use std::sync::Arc;

use kantor_wire::{
    ConsentAsk, CustomerAccount, CustomerOrder, CustomerView, LoginAsk, NewCustomerAccount,
    NewOrder, Page, PublicRates, QuoteAsk, QuoteView, SessionView,
};
use warp::reply::Response;

use super::{
    Asked, accounts, add_account, cancel_order, consent, log_in, log_out, me, order, orders,
    place_order, quote, quote_by_id, rates, remove_account,
};
use crate::api::answer;
use crate::openapi::{self, Carries, Gives, Open, Operation, Shape, shape};
use crate::port::PortResult;
use crate::reply;
use crate::route::{Call, FORM_LIMIT, Route};
use crate::site::Site;

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
