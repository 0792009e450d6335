//! One listener: connections, TLS, and an end that loses no request.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use warp::http::HeaderValue;
use warp::http::header::CONNECTION;

use crate::serve::Routes;
use crate::tls::Tls;

/// How long a client may take to say hello and to send the head of a request.
const HELLO: Duration = Duration::from_secs(20);
/// How long a server that ends waits for one more request on each open connection, which it answers
/// with `Connection: close`: so whoever is about to ask is not cut off.
const LINGER: Duration = Duration::from_secs(1);
/// How long open requests may take to end after that.
const LAST_ORDERS: Duration = Duration::from_secs(10);
/// Connections that may wait before a listener to be taken.
const WAITING: usize = 1_024;
/// The pause after the system had no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where a listener is on its way out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
    /// It answers.
    Open,
    /// It takes no new connection, and each answer is the last one of its connection.
    Leaving,
    /// Connections on which nothing is asked are closed.
    Closing,
}

/// Answers on a listener until `stop` comes back; then lets open requests end.
pub(crate) async fn serve(
    routes: Routes,
    listener: TcpListener,
    tls: Option<Tls>,
    stop: impl Future<Output = ()> + Send + 'static,
    close_streams: impl FnOnce() + Send + 'static,
) {
    let (phase, watched) = watch::channel(Phase::Open);
    // Every connection holds a sender: the receiver ends when the last of them has.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut stop = pin!(stop);
    let begin = |stream: TcpStream, peer| {
        let (routes, tls) = (routes.clone(), tls.clone());
        let (phase, open) = (watched.clone(), open.clone());
        tokio::spawn(async move {
            greet(stream, peer, tls, routes, phase).await;
            drop(open);
        });
    };
    loop {
        tokio::select! {
            () = stop.as_mut() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => begin(stream, peer),
                // Too many open files, or a client that went away again: the next one may be taken.
                Err(_) => sleep(NO_ROOM).await,
            },
        }
    }
    // Whoever was let in by the system already is answered. A listener that was handed over goes on
    // in the next process, so there is an end to it.
    for _ in 0..WAITING {
        match timeout(Duration::ZERO, listener.accept()).await {
            Ok(Ok((stream, peer))) => begin(stream, peer),
            Ok(Err(_)) | Err(_) => break,
        }
    }
    drop(listener);
    drop(open);
    phase.send_replace(Phase::Leaving);
    close_streams();
    if timeout(LINGER, all_closed.recv()).await.is_ok() {
        return;
    }
    phase.send_replace(Phase::Closing);
    // Past this, whoever still waits is cut off.
    let _ = timeout(LAST_ORDERS, all_closed.recv()).await;
}

async fn greet(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<Tls>,
    routes: Routes,
    phase: watch::Receiver<Phase>,
) {
    // Answers are small and whole: waiting to fill packets only delays them.
    let _ = stream.set_nodelay(true);
    match tls {
        None => converse(stream, peer, routes, phase).await,
        Some(tls) => {
            // Whoever does not finish the greeting is not a client of ours.
            if let Ok(Ok(stream)) = timeout(HELLO, tls.acceptor().accept(stream)).await {
                converse(stream, peer, routes, phase).await;
            }
        }
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    peer: SocketAddr,
    routes: Routes,
    mut phase: watch::Receiver<Phase>,
) {
    let answers = Arc::new(TowerToHyperService::new(warp::service(routes)));
    let is_leaving = phase.clone();
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let (answers, is_leaving) = (Arc::clone(&answers), is_leaving.clone());
        async move {
            let mut response = answers.call(request).await?;
            if *is_leaving.borrow() != Phase::Open {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HELLO)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // What broke here is the client's connection; nobody is left to be told.
        _ = connection.as_mut() => return,
        _ = phase.wait_for(|phase| *phase == Phase::Closing) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
