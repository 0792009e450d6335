//! Server-sent events: a browser is told that something is new, and looks.

use std::convert::Infallible;

use futures_util::stream;
use kantor_wire::Problem;
use warp::Reply;
use warp::reply::Response;
use warp::sse::Event;

use crate::board::Place;

/// Streams one named event with the version at the start and after each change. The page compares
/// it with its own and looks when they differ, so nothing is missed between page and stream.
pub(crate) fn stream(name: &'static str, place: Place) -> Response {
    let events = stream::unfold((place, true), move |(mut place, first)| async move {
        let version = if first {
            place.version()
        } else {
            place.newer().await?
        };
        let event = Event::default().event(name).data(version.to_string());
        Some((Ok::<Event, Infallible>(event), (place, false)))
    });
    warp::sse::reply(warp::sse::keep_alive().stream(events)).into_response()
}

/// There is no place left before the board.
pub(crate) fn crowded() -> Problem {
    Problem::new(
        503,
        "too-many-streams",
        "Not now",
        "Too many pages follow their orders at this moment. Load the page again to see what is new.",
    )
}
