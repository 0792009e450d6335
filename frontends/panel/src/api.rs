//! What the two APIs share: bearer tokens, idempotency keys, documents in and out.

use kantor_wire::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use warp::reply::Response;

use crate::port::{Key, Once, PortError, PortResult};
use crate::reply;
use crate::route::Call;
use crate::secrets::sha256_hex;
use crate::site::problem_of;

/// Turns the end of a handler into an answer.
pub(crate) fn answer(result: PortResult<Response>) -> Response {
    result.unwrap_or_else(|error| reply::problem(&problem_of(error)))
}

/// A good answer with a document.
pub(crate) fn document(document: &impl Serialize) -> PortResult<Response> {
    Ok(reply::json(200, document))
}

/// A good answer without one.
pub(crate) fn done() -> PortResult<Response> {
    Ok(reply::body(204, "application/json", Vec::new()))
}

/// The token of `Authorization: Bearer`.
pub(crate) fn bearer(call: &Call) -> Option<&str> {
    let (scheme, token) = call.header("authorization")?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
        .filter(|token| !token.is_empty())
}

/// Nobody is known by what the request carries.
pub(crate) fn unknown_holder() -> PortError {
    Problem::new(
        401,
        "token-unknown",
        "No known token",
        "This address answers only holders of a token: the header `Authorization: Bearer …` is \
         missing, or its token is not known or has ended. Get a token and ask again.",
    )
    .into()
}

/// Makes a request one act by its `Idempotency-Key`.
pub(crate) fn key(call: &Call) -> PortResult<Key> {
    let key = call.header("idempotency-key").unwrap_or_default();
    if key.is_empty() || key.len() > 200 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::new(
            400,
            "idempotency-key-missing",
            "No Idempotency-Key",
            "Every POST carries an Idempotency-Key of 1 to 200 visible ASCII characters, so that \
             a repeated request acts once. Send one; a random UUID for each act serves well.",
        )
        .into());
    }
    let mut asked = format!("{}\0{}\0{}\0", call.method, call.path, call.query).into_bytes();
    asked.extend_from_slice(&call.body);
    Ok(Key {
        key: key.to_owned(),
        body: sha256_hex(&asked),
    })
}

/// Makes a request of the office API one act by its `Idempotency-Key`.
pub(crate) fn once(call: &Call, principal: String) -> PortResult<Once> {
    let Key { key, body } = key(call)?;
    Ok(Once {
        principal,
        key,
        body,
    })
}

/// The JSON document that a request carries.
pub(crate) fn carried<T: DeserializeOwned>(call: &Call) -> PortResult<T> {
    serde_json::from_slice(&call.body).map_err(|error| {
        Problem::new(
            400,
            "body-unreadable",
            "The document is not readable",
            format!(
                "The body is not the JSON document that this address takes ({error}), so nothing \
                 was done. Compare it with openapi.json."
            ),
        )
        .into()
    })
}

/// What stands after `?`.
pub(crate) fn query<T: DeserializeOwned>(call: &Call) -> PortResult<T> {
    serde_urlencoded::from_str(&call.query).map_err(|error| {
        Problem::new(
            400,
            "query-unreadable",
            "The address is not readable",
            format!("What stands after the question mark is not as openapi.json says: {error}."),
        )
        .into()
    })
}

/// How many rows a list gives: 50, or what is asked, up to 500.
pub(crate) fn portion(asked: Option<u32>) -> u32 {
    asked.unwrap_or(50).clamp(1, 500)
}
