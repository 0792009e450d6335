//! A route is a value: method, path, the largest body, and what answers it.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt};
use kantor_wire::Problem;
use tokio::time::timeout_at;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method};
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Buf, Filter, Rejection};

use crate::connections::{Limits, Pace};
use crate::journal;
use crate::listen::{Patience, Peer};
use crate::port::TokenRecord;
use crate::reply;

/// A request as a handler sees it.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) params: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) remote: Option<SocketAddr>,
    /// Whose key it carries, where somebody at the door has looked.
    pub(crate) holder: Option<TokenRecord>,
}

impl Call {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all("cookie")
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// A part of the path that the template names; empty when the template names fewer.
    pub(crate) fn param(&self, at: usize) -> &str {
        self.params.get(at).map_or("", String::as_str)
    }
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Lets a request in before its body is read, or says why not.
type Door =
    Arc<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Result<Call, Problem>> + Send>> + Send + Sync>;

/// One route.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// `/orders/{id}/cancel`.
    pub(crate) path: &'static str,
    limit: usize,
    door: Option<Door>,
    handler: Arc<dyn Fn(Call) -> Answer + Send + Sync>,
}

/// The largest form or JSON document.
pub(crate) const FORM_LIMIT: usize = 64 * 1024;

impl Route {
    /// Answers `GET`.
    pub(crate) fn get<F>(
        path: &'static str,
        handler: impl Fn(Call) -> F + Send + Sync + 'static,
    ) -> Route
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Route::new(Method::GET, path, 0, handler)
    }

    /// Answers `POST` with a body up to a limit.
    pub(crate) fn post<F>(
        path: &'static str,
        limit: usize,
        handler: impl Fn(Call) -> F + Send + Sync + 'static,
    ) -> Route
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Route::new(Method::POST, path, limit, handler)
    }

    fn new<F>(
        method: Method,
        path: &'static str,
        limit: usize,
        handler: impl Fn(Call) -> F + Send + Sync + 'static,
    ) -> Route
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Route {
            method,
            path,
            limit,
            door: None,
            handler: Arc::new(move |call| Box::pin(handler(call))),
        }
    }

    /// The route behind a door: of whoever is not let in nothing is read.
    pub(crate) fn behind<F>(self, door: impl Fn(Call) -> F + Send + Sync + 'static) -> Route
    where
        F: Future<Output = Result<Call, Problem>> + Send + 'static,
    {
        Route {
            door: Some(Arc::new(move |call| Box::pin(door(call)))),
            ..self
        }
    }

    /// The route as a filter of a listener; each request is told to the journal.
    fn filter(self, listener: &'static str) -> BoxedFilter<(Response,)> {
        let Route {
            method,
            path,
            limit,
            door,
            handler,
        } = self;
        let head = path_filter(path)
            .and(method_filter(&method))
            .and(warp::path::full())
            .and(raw_query())
            .and(warp::filters::header::headers_cloned())
            .and(remote());
        let word = if method == Method::GET { "GET" } else { "POST" };
        let answer = move |call: Call, body| {
            let (door, handler) = (door.clone(), Arc::clone(&handler));
            async move {
                let begun = Instant::now();
                let call = match door {
                    Some(door) => door(call).await,
                    None => Ok(call),
                };
                let response = match call {
                    Ok(call) => handler(filled(call, body).await?).await,
                    Err(problem) => reply::problem(&problem),
                };
                let status = response.status().as_u16();
                journal::request(listener, word, path, status, begun.elapsed());
                Ok::<_, Rejection>(response)
            }
        };
        let head = head.map(move |params, full: FullPath, query, headers, remote| Call {
            method: method.clone(),
            path: full.as_str().to_owned(),
            params,
            query,
            headers,
            body: Vec::new(),
            remote,
            holder: None,
        });
        if limit == 0 {
            head.and_then(move |call| answer(call, None)).boxed()
        } else {
            head.and(body(limit))
                .and_then(move |call, body| answer(call, Some(body)))
                .boxed()
        }
    }
}

/// A request with its body.
async fn filled(call: Call, body: Option<Body>) -> Result<Call, Rejection> {
    Ok(match body {
        Some(body) => Call {
            body: body.await?,
            ..call
        },
        None => call,
    })
}

/// A request without its body, whatever its path and method.
pub(crate) fn without_body() -> BoxedFilter<(Call,)> {
    warp::any()
        .and(warp::method())
        .and(warp::path::full())
        .and(raw_query())
        .and(warp::filters::header::headers_cloned())
        .and(remote())
        .map(|method, path: FullPath, query, headers, remote| Call {
            method,
            path: path.as_str().to_owned(),
            params: Vec::new(),
            query,
            headers,
            body: Vec::new(),
            remote,
            holder: None,
        })
        .boxed()
}

/// One filter for many routes of a listener, tried in order.
pub(crate) fn combined(listener: &'static str, routes: Vec<Route>) -> BoxedFilter<(Response,)> {
    routes
        .into_iter()
        .map(|route| route.filter(listener))
        .reduce(|all, next| all.or(next).unify().boxed())
        .unwrap_or_else(|| {
            warp::any()
                .and_then(|| async { Err::<Response, Rejection>(warp::reject::not_found()) })
                .boxed()
        })
}

fn path_filter(template: &'static str) -> BoxedFilter<(Vec<String>,)> {
    let mut filter = warp::any().map(Vec::new).boxed();
    for segment in template.split('/').filter(|segment| !segment.is_empty()) {
        filter = if segment.starts_with('{') {
            filter
                .and(warp::path::param::<String>())
                .map(|mut params: Vec<String>, param: String| {
                    params.push(decoded(&param));
                    params
                })
                .boxed()
        } else {
            filter.and(warp::path(segment)).boxed()
        };
    }
    filter.and(warp::path::end()).boxed()
}

/// A part of a path as it was meant: `%40` is `@`. What is no text that way stays as it stands.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .filter(|two| two.iter().all(u8::is_ascii_hexdigit))
            .and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (other, _) => {
                bytes.push(*other);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| part.to_owned())
}

fn method_filter(method: &Method) -> BoxedFilter<()> {
    if *method == Method::GET {
        warp::get().or(warp::head()).unify().boxed()
    } else {
        warp::post().boxed()
    }
}

/// Who asks: the end of the connection, or what a test without a socket says.
fn remote() -> BoxedFilter<(Option<SocketAddr>,)> {
    warp::ext::optional::<Peer>()
        .and(warp::addr::remote())
        .map(|peer: Option<Peer>, told: Option<SocketAddr>| peer.map(|peer| peer.0).or(told))
        .boxed()
}

fn raw_query() -> BoxedFilter<(String,)> {
    warp::query::raw()
        .or(warp::any().map(String::new))
        .unify()
        .boxed()
}

/// The body is larger than its route allows.
#[derive(Debug)]
pub(crate) struct TooLarge {
    /// The limit in bytes.
    pub(crate) limit: usize,
}
impl warp::reject::Reject for TooLarge {}

/// The body broke off.
#[derive(Debug)]
pub(crate) struct BrokenOff;
impl warp::reject::Reject for BrokenOff {}

/// The body came too slowly.
#[derive(Debug)]
pub(crate) struct TooSlow;
impl warp::reject::Reject for TooSlow {}

/// A body that is read when it is waited for.
type Body = Pin<Box<dyn Future<Output = Result<Vec<u8>, Rejection>> + Send>>;

/// A body of any transfer coding, never more than its limit, and not for ever.
fn body(limit: usize) -> BoxedFilter<(Body,)> {
    warp::ext::optional::<Patience>()
        .and(warp::body::stream())
        .map(move |patience: Option<Patience>, stream| {
            let patience = patience.map_or(Limits::default().patience, |known| known.0);
            Box::pin(async move { collected(stream, limit, Pace::new(patience)).await }) as Body
        })
        .boxed()
}

async fn collected<B: Buf>(
    stream: impl Stream<Item = Result<B, warp::Error>>,
    limit: usize,
    pace: Pace,
) -> Result<Vec<u8>, Rejection> {
    let mut stream = std::pin::pin!(stream);
    let mut bytes = Vec::new();
    while let Some(part) = timeout_at(pace.until(bytes.len()), stream.next())
        .await
        .map_err(|_| warp::reject::custom(TooSlow))?
    {
        let mut part = part.map_err(|_| warp::reject::custom(BrokenOff))?;
        if bytes.len() + part.remaining() > limit {
            return Err(warp::reject::custom(TooLarge { limit }));
        }
        while part.has_remaining() {
            let chunk = part.chunk();
            bytes.extend_from_slice(chunk);
            let read = chunk.len();
            part.advance(read);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_part_of_a_path_is_read_as_it_was_meant() {
        let check = |part: &str, meant: &str| assert_eq!(super::decoded(part), meant);
        check("anna%40example.test", "anna@example.test");
        check("kasa%202", "kasa 2");
        check("%C5%BB", "Ż");
        check("100%", "100%");
        check("%zz%+5%4", "%zz%+5%4");
        check("%FF", "%FF");
    }
}
