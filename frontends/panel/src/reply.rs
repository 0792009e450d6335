//! Answers, with the headers that every one of them carries.

use kantor_wire::Problem;
use serde::Serialize;
use warp::Rejection;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use warp::http::{HeaderMap, StatusCode};
use warp::reject::MethodNotAllowed;
use warp::reply::Response;

use crate::route::{BrokenOff, TooLarge, TooSlow};

/// Nothing is loaded from elsewhere, nothing runs inline, nobody frames us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// An answer with a body of some type.
pub(crate) fn body(status: u16, kind: &'static str, bytes: impl Into<Vec<u8>>) -> Response {
    let mut response = Response::new(bytes.into().into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(response.headers_mut(), CONTENT_TYPE, kind);
    response
}

/// A page.
pub(crate) fn html(status: u16, page: String) -> Response {
    let mut response = body(status, "text/html; charset=utf-8", page);
    set(response.headers_mut(), CACHE_CONTROL, "no-store");
    response
}

/// Go and look there (303): a form was taken.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = body(303, "text/plain; charset=utf-8", Vec::new());
    set(response.headers_mut(), LOCATION, location);
    set(response.headers_mut(), CACHE_CONTROL, "no-store");
    response
}

/// A JSON document.
pub(crate) fn json(status: u16, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(bytes) => {
            let mut response = body(status, "application/json", bytes);
            set(response.headers_mut(), CACHE_CONTROL, "no-store");
            response
        }
        Err(_) => problem(&Problem::new(
            500,
            "answer-unwritable",
            "The answer could not be written",
            "The office did what you asked, and the answer could not be written down. Read the \
             state again; tell the office if it stays so.",
        )),
    }
}

/// Problem details.
pub(crate) fn problem(problem: &Problem) -> Response {
    let bytes = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = body(problem.status, "application/problem+json", bytes);
    set(response.headers_mut(), CACHE_CONTROL, "no-store");
    if problem.status == 401 {
        set(
            response.headers_mut(),
            warp::http::header::WWW_AUTHENTICATE,
            "Bearer",
        );
    }
    if let Some(seconds) = problem.facts.get("seconds") {
        set(
            response.headers_mut(),
            warp::http::header::RETRY_AFTER,
            seconds,
        );
    }
    response
}

/// Sets a header; a value that cannot stand in one is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Puts the headers on that every answer carries.
pub(crate) fn guarded(mut response: Response, tls: bool) -> Response {
    let headers = response.headers_mut();
    let fixed: [(&'static str, &'static str); 6] = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if tls {
        headers.insert(
            HeaderName::from_static("strict-transport-security"),
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    response
}

/// Why no route took a request.
pub(crate) fn problem_of_rejection(rejection: &Rejection) -> Problem {
    if let Some(TooLarge { limit }) = rejection.find() {
        return Problem::new(
            413,
            "body-too-large",
            "Too large",
            format!(
                "This address takes up to {limit} bytes, and more was sent. Send a smaller file or \
                 form."
            ),
        )
        .fact("limit", limit.to_string());
    }
    if rejection.find::<BrokenOff>().is_some() {
        return Problem::new(
            400,
            "body-broken-off",
            "Broken off",
            "The request ended before its body did, so nothing was done. Send it again.",
        );
    }
    if rejection.find::<TooSlow>().is_some() {
        return Problem::new(
            408,
            "body-too-slow",
            "Too slow",
            "The request's body came too slowly, so nothing was done. Send it again over a better \
             connection.",
        );
    }
    if rejection.find::<MethodNotAllowed>().is_some() {
        return Problem::new(
            405,
            "method-not-allowed",
            "Not with this method",
            "This address exists, and does not answer this method. See openapi.json.",
        );
    }
    Problem::new(
        404,
        "not-found",
        "No such address",
        "Nothing stands at this address: it is mistyped or out of date. See openapi.json.",
    )
}
