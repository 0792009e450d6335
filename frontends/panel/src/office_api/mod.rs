//! The office API (`/office/v1`): what the desk speaks. One list of operations makes the routes
//! and their document.

mod house;
mod intake;
mod orders;
mod payouts;
mod people;

use std::future::Future;
use std::sync::Arc;

use kantor_wire::{Problem, Role};
use warp::reply::Response;

use crate::api::{answer, bearer, once, unknown_holder};
use crate::connections::{self, Connections};
use crate::openapi::{self, Carries, Gives, Open, Operation};
use crate::port::{Once, PortResult, TokenRecord};
use crate::reply;
use crate::route::{Call, FORM_LIMIT, Route};
use crate::secrets;
use crate::site::{DeskSite, problem_of};

/// A request of the office API whose token is known and whose role is enough.
struct Asked {
    site: Arc<DeskSite>,
    call: Call,
    token: TokenRecord,
}

impl Asked {
    /// The act that the request's key makes one.
    fn once(&self) -> PortResult<Once> {
        once(&self.call, format!("token:{}", self.token.name))
    }

    /// A part of the path.
    fn param(&self, at: usize) -> String {
        self.call.param(at).to_owned()
    }
}

/// Finds the token's record, comparing with every one, in a time that tells nothing.
async fn holder(site: &DeskSite, call: &Call) -> PortResult<TokenRecord> {
    let hash = secrets::sha256_hex(bearer(call).ok_or_else(unknown_holder)?.as_bytes());
    let tokens = site.ask(|port| port.tokens()).await?;
    let mut found = None;
    for token in tokens {
        if secrets::same(&token.token_hash, &hash) {
            found = Some(token);
        }
    }
    found.ok_or_else(unknown_holder)
}

fn allowed(token: &TokenRecord, needs: Role) -> PortResult<()> {
    if token.role >= needs {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "role-too-small",
        "Not with this role",
        format!(
            "This act needs the role {needs}, and the token `{}` has the role {}. Ask somebody who \
             has it.",
            token.name, token.role
        ),
    )
    .fact("needs", needs.as_str())
    .fact("role", token.role.as_str())
    .into())
}

/// How an operation is asked for.
struct Ask {
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    needs: Role,
    query: &'static [(&'static str, &'static str)],
    carries: Carries,
    gives: Gives,
}

/// A question that any role may ask.
fn get(path: &'static str, id: &'static str, summary: &'static str, gives: Gives) -> Ask {
    Ask {
        path,
        id,
        summary,
        needs: Role::Cashier,
        query: &[],
        carries: Carries::Nothing,
        gives,
    }
}

/// An act.
fn post(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    carries: Carries,
    gives: Gives,
) -> Ask {
    Ask {
        carries,
        ..get(path, id, summary, gives)
    }
}

fn role_note(needs: Role) -> &'static str {
    match needs {
        Role::Front | Role::Cashier => "",
        Role::Approver => "Needs the role approver or administrator.",
        Role::Administrator => "Needs the role administrator.",
    }
}

impl Ask {
    fn needing(mut self, needs: Role) -> Ask {
        self.needs = needs;
        self
    }

    fn with_query(mut self, query: &'static [(&'static str, &'static str)]) -> Ask {
        self.query = query;
        self
    }

    fn answered_by<F>(
        self,
        site: &Arc<DeskSite>,
        handler: fn(Asked) -> F,
        is_post: bool,
    ) -> Operation
    where
        F: Future<Output = PortResult<Response>> + Send + 'static,
    {
        let (site, needs) = (Arc::clone(site), self.needs);
        let limit = match self.carries {
            Carries::Bytes => site.settings.largest_file,
            Carries::Nothing => FORM_LIMIT,
            Carries::Document(_) => site.settings.largest_file,
        };
        let at_door = Arc::clone(&site);
        let door = move |call| {
            let site = Arc::clone(&at_door);
            async move { let_in(&site, call, needs).await.map_err(problem_of) }
        };
        let handle = move |call| {
            let site = Arc::clone(&site);
            async move { answer(done_by_holder(site, call, handler).await) }
        };
        Operation {
            id: self.id,
            summary: self.summary,
            open: Open::ToHolders,
            note: role_note(self.needs),
            query: self.query,
            carries: self.carries,
            gives: self.gives,
            route: if is_post {
                Route::post(self.path, limit, handle)
            } else {
                Route::get(self.path, handle)
            }
            .behind(door),
        }
    }

    /// The operation, as a question.
    fn reads<F>(self, site: &Arc<DeskSite>, handler: fn(Asked) -> F) -> Operation
    where
        F: Future<Output = PortResult<Response>> + Send + 'static,
    {
        self.answered_by(site, handler, false)
    }

    /// The operation, as an act.
    fn acts<F>(self, site: &Arc<DeskSite>, handler: fn(Asked) -> F) -> Operation
    where
        F: Future<Output = PortResult<Response>> + Send + 'static,
    {
        self.answered_by(site, handler, true)
    }
}

/// Judges a request before its body is read, which may be big.
async fn let_in(site: &DeskSite, call: Call, needs: Role) -> PortResult<Call> {
    let token = holder(site, &call).await?;
    allowed(&token, needs)?;
    Ok(Call {
        holder: Some(token),
        ..call
    })
}

async fn done_by_holder<F>(
    site: Arc<DeskSite>,
    mut call: Call,
    handler: fn(Asked) -> F,
) -> PortResult<Response>
where
    F: Future<Output = PortResult<Response>> + Send + 'static,
{
    let token = call.holder.take().ok_or_else(unknown_holder)?;
    handler(Asked { site, call, token }).await
}

/// Every route, the document's own among them.
pub(crate) fn routes(site: &Arc<DeskSite>) -> Vec<Route> {
    let mut operations = house::operations(site);
    operations.extend(orders::operations(site));
    operations.extend(intake::operations(site));
    operations.extend(payouts::operations(site));
    operations.extend(people::operations(site));
    let text = Arc::new(openapi::document(
        "Office API",
        "What the desk does at this exchange office. Amounts and rates are decimal strings, \
         moments RFC 3339 in UTC, absent facts null.",
        "/office/v1",
        &operations,
    ));
    let mut routes = vec![Route::get("/openapi.json", move |_call: Call| {
        let text = Arc::clone(&text);
        async move { reply::json(200, text.as_ref()) }
    })];
    routes.extend(operations.into_iter().map(|operation| operation.route));
    routes
}

/// `/metrics` of the desk's listener: its own counters, and the office's. They tell how much the
/// office trades, so who asks from another machine shows a key.
pub(crate) fn metrics(site: &Arc<DeskSite>, fronts: Option<Arc<Connections>>) -> Route {
    let site = Arc::clone(site);
    Route::get("/metrics", move |call: Call| {
        let (site, fronts) = (Arc::clone(&site), fronts.clone());
        async move {
            let is_near = call.remote.is_none_or(|from| from.ip().is_loopback());
            if !is_near && let Err(stranger) = let_in(&site, call, Role::Cashier).await {
                return answer(Err(stranger));
            }
            match site.ask(|port| port.counted()).await {
                Ok(counted) => {
                    let mut listeners = vec![("office_api", &*site.connections)];
                    listeners.extend(fronts.as_deref().map(|fronts| ("fronts", fronts)));
                    let connections = connections::text(&listeners);
                    let text = format!("{}{connections}{counted}", site.metrics.text());
                    reply::body(200, "text/plain; version=0.0.4", text)
                }
                Err(error) => answer(Err(error)),
            }
        }
    })
}
