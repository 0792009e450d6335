//! The office's side: the listener for fronts.

use std::sync::Arc;
use std::time::Duration;

use kantor_wire::{Language, Problem, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use warp::Filter;
use warp::reply::Response;

use super::KEY_UNKNOWN;
use crate::api::{answer, bearer};
use crate::connections::{Connections, Limits};
use crate::listen::serve;
use crate::port::{CustomerPort, OfficePort, PortResult};
use crate::reply;
use crate::route::{Call, Route, combined};
use crate::secrets;
use crate::serve::{Routes, recovered};
use crate::site::{LONGEST_WAIT, blocking, problem_of};
use crate::tls::Tls;

/// The largest call: what twenty thousand browsers look at.
const LARGEST_CALL: usize = 4 * 1024 * 1024;

/// The listener for panels in other processes.
#[derive(Clone)]
pub struct FrontServer {
    customers: Arc<dyn CustomerPort>,
    keys: Arc<dyn OfficePort>,
    connections: Arc<Connections>,
}

impl FrontServer {
    /// A listener over an office; who may speak is among its tokens.
    pub fn new(
        customers: Arc<dyn CustomerPort>,
        keys: Arc<dyn OfficePort>,
        limits: Limits,
    ) -> FrontServer {
        FrontServer {
            customers,
            keys,
            connections: Arc::new(Connections::new(limits)),
        }
    }

    pub(crate) fn connections(&self) -> Arc<Connections> {
        Arc::clone(&self.connections)
    }

    /// Every route, without a socket.
    pub fn routes(&self) -> Routes {
        let (door, office) = (self.clone(), self.clone());
        let call = Route::post("/{what}", LARGEST_CALL, move |call: Call| {
            let office = office.clone();
            async move { answer(office.answer(call).await) }
        })
        .behind(move |call| {
            let door = door.clone();
            async move { door.let_in(call).await.map_err(problem_of) }
        });
        let all = warp::path("front")
            .and(warp::path("v1"))
            .and(combined("fronts", vec![call]))
            .boxed();
        recovered(all, false)
            .map(|response: Response| reply::guarded(response, false))
            .boxed()
    }

    /// Answers on a listener until it is told to stop; then lets open calls end.
    pub async fn run(
        self,
        listener: TcpListener,
        tls: Option<Tls>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        serve(
            self.routes(),
            (listener, tls),
            self.connections(),
            stop,
            || (),
        )
        .await;
    }

    /// Judges a call before its body is read.
    async fn let_in(self, call: Call) -> PortResult<Call> {
        blocking(move || self.known(&call).map(|()| call)).await
    }

    async fn answer(self, call: Call) -> PortResult<Response> {
        blocking(move || {
            let bytes = dispatch(self.customers.as_ref(), call.param(0), &call.body)?;
            Ok(reply::body(200, "application/json", bytes))
        })
        .await
    }

    /// Whether the key is one of a front. The keys are read for each call: one that was revoked
    /// opens nothing from then on.
    fn known(&self, call: &Call) -> PortResult<()> {
        let hash = secrets::sha256_hex(bearer(call).unwrap_or_default().as_bytes());
        let mut is_known = false;
        for token in self.keys.tokens()? {
            is_known |= token.role == Role::Front && secrets::same(&token.token_hash, &hash);
        }
        if is_known {
            return Ok(());
        }
        Err(Problem::new(
            401,
            KEY_UNKNOWN,
            "No known front",
            "This listener answers panels only, and the key that was sent is not one of a panel. \
             Make one with `kantor tokens add NAME --role front` and name its file in the panel's \
             kantor.toml.",
        )
        .into())
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> PortResult<T> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(
            400,
            "call-unreadable",
            "The call is not readable",
            format!(
                "The panel sent what this office cannot read ({error}), so nothing was done. Run \
                 the same version of Kantor on both sides."
            ),
        )
        .into()
    })
}

fn give(value: &impl Serialize) -> PortResult<Vec<u8>> {
    // Plain structs of strings and numbers always have a JSON form.
    Ok(serde_json::to_vec(value).unwrap_or_default())
}

/// One call of the port: its arguments stand in the body in their order.
fn dispatch(port: &dyn CustomerPort, what: &str, body: &[u8]) -> PortResult<Vec<u8>> {
    match what {
        "ready" => give(&port.ready()?),
        "greet" => {
            let (session,): (Option<_>,) = read(body)?;
            give(&port.greet(session.as_ref())?)
        }
        "register" => {
            let (form, from, once) = read(body)?;
            give(&port.register(&form, from, &once)?)
        }
        "log_in" => {
            let (ask, from, older): (_, _, Option<_>) = read(body)?;
            give(&port.log_in(&ask, from, older.as_ref())?)
        }
        "log_in_with_code" => {
            let (pass, code, from, older): (String, String, _, Option<_>) = read(body)?;
            give(&port.log_in_with_code(&pass, &code, from, older.as_ref())?)
        }
        "forgot_password" => {
            let (email, language, from): (String, String, _) = read(body)?;
            let language = Language::from_code(&language).unwrap_or_default();
            give(&port.forgot_password(&email, language, from)?)
        }
        "choose_password" => {
            let (code, password, from): (String, String, _) = read(body)?;
            give(&port.choose_password(&code, &password, from)?)
        }
        "has_factor" => {
            let (session,) = read(body)?;
            give(&port.has_factor(&session)?)
        }
        "new_factor" => {
            let (session,) = read(body)?;
            give(&port.new_factor(&session)?)
        }
        "set_factor" => {
            let (session, on, code): (_, _, String) = read(body)?;
            give(&port.set_factor(&session, on, &code)?)
        }
        "log_out" => {
            let (session,) = read(body)?;
            give(&port.log_out(&session)?)
        }
        "speaks" => {
            let (session, language): (_, String) = read(body)?;
            let language = Language::from_code(&language).unwrap_or_default();
            give(&port.speaks(&session, language)?)
        }
        "rates" => give(&port.rates()?),
        "price" => {
            let (ask,) = read(body)?;
            give(&port.price(&ask)?)
        }
        "quote" => {
            let (session, ask, once) = read(body)?;
            give(&port.quote(&session, &ask, &once)?)
        }
        "quote_by_id" => {
            let (session, quote): (_, String) = read(body)?;
            give(&port.quote_by_id(&session, &quote)?)
        }
        "accounts" => {
            let (session,) = read(body)?;
            give(&port.accounts(&session)?)
        }
        "add_account" => {
            let (session, account, once) = read(body)?;
            give(&port.add_account(&session, &account, &once)?)
        }
        "remove_account" => {
            let (session, account): (_, String) = read(body)?;
            give(&port.remove_account(&session, &account)?)
        }
        _ => dispatch_orders(port, what, body),
    }
}

fn dispatch_orders(port: &dyn CustomerPort, what: &str, body: &[u8]) -> PortResult<Vec<u8>> {
    match what {
        "place_order" => {
            let (session, order, once) = read(body)?;
            give(&port.place_order(&session, &order, &once)?)
        }
        "orders" => {
            let (session, after, limit): (_, Option<String>, u32) = read(body)?;
            give(&port.orders(&session, after.as_deref(), limit.min(500))?)
        }
        "order" => {
            let (session, order): (_, String) = read(body)?;
            give(&port.order(&session, &order)?)
        }
        "cancel_order" => {
            let (session, order, once): (_, String, _) = read(body)?;
            give(&port.cancel_order(&session, &order, &once)?)
        }
        "consent" => {
            let (session, order, accept, once): (_, String, _, _) = read(body)?;
            give(&port.consent(&session, &order, accept, &once)?)
        }
        "follow" => {
            let (session, order): (_, String) = read(body)?;
            give(&port.follow(&session, &order)?)
        }
        "news" => {
            let (watched, millis) = read(body)?;
            let at_most = Duration::from_millis(millis).min(LONGEST_WAIT);
            give(&port.news(&watched, at_most)?)
        }
        _ => Err(Problem::new(
            404,
            "call-unknown",
            "No such call",
            "The panel asked for what this office does not know. Run the same version of Kantor on \
             both sides.",
        )
        .into()),
    }
}
