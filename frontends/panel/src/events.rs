//! Server-sent events: a browser is told that something is new, and looks.

use std::convert::Infallible;
use std::future::Future;

use futures_util::stream;
use kantor_wire::Change;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use warp::Reply;
use warp::reply::Response;
use warp::sse::Event;

use crate::feed::Follower;

/// Streams one named event at the start and after each change that is wanted. `probe` reads the
/// version that the event carries; the page compares it with its own and looks when they differ,
/// so nothing is missed between page and stream.
pub(crate) fn stream<F>(
    follower: Follower,
    name: &'static str,
    wanted: impl Fn(&Change) -> bool + Send + 'static,
    probe: impl Fn() -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Option<String>> + Send,
{
    let (tell, mut told) = mpsc::channel::<String>(4);
    let mut changes = follower.listen();
    tokio::spawn(async move {
        loop {
            let Some(version) = probe().await else { return };
            if tell.send(version).await.is_err() {
                return;
            }
            loop {
                let change = tokio::select! {
                    change = changes.recv() => change,
                    () = tell.closed() => return,
                    () = follower.closed() => return,
                };
                match change {
                    Ok(change) if wanted(&change) => break,
                    Ok(_) => {}
                    // Changes were missed: what is shown may be old, so the page has to look.
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                }
            }
        }
    });
    let events = stream::poll_fn(move |context| {
        told.poll_recv(context).map(|version| {
            version
                .map(|version| Ok::<Event, Infallible>(Event::default().event(name).data(version)))
        })
    });
    warp::sse::reply(warp::sse::keep_alive().stream(events)).into_response()
}
