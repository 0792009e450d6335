//! One listener: connections, TLS, and an end that loses no request.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use kantor_wire::{Language, Words};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};
use warp::http::HeaderValue;
use warp::http::header::CONNECTION;

use crate::connections::{Connections, Patient};
use crate::serve::Routes;
use crate::tls::Tls;

/// How long a server that ends waits for one more request on each open connection, which it answers
/// with `Connection: close`: so whoever is about to ask is not cut off.
const LINGER: Duration = Duration::from_secs(1);
/// How long open requests may take to end after that.
const LAST_ORDERS: Duration = Duration::from_secs(10);
/// Connections that may wait before a listener to be taken.
const WAITING: usize = 1_024;
/// The pause after the system had no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);
/// Connections at a time that are told why they are turned away; more are closed without a word.
const GOODBYES: usize = 64;
/// How long one of them may take to hear it.
const GOODBYE: Duration = Duration::from_secs(1);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// How long a connection's listener waits for a part of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience(pub(crate) Duration);

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
    (listener, tls): (TcpListener, Option<Tls>),
    connections: Arc<Connections>,
    stop: impl Future<Output = ()> + Send + 'static,
    close_streams: impl FnOnce() + Send + 'static,
) {
    let (phase, watched) = watch::channel(Phase::Open);
    // Every connection holds a sender: the receiver ends when the last of them has.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut stop = pin!(stop);
    let goodbyes = Arc::new(Semaphore::new(GOODBYES));
    let begin = |stream: TcpStream, peer| {
        let Some(place) = connections.enter() else {
            // Who does not speak yet under TLS cannot be told anything.
            if let (None, Ok(turn)) = (&tls, Arc::clone(&goodbyes).try_acquire_owned()) {
                tokio::spawn(async move {
                    let _ = timeout(GOODBYE, turn_away(stream)).await;
                    drop(turn);
                });
            }
            return;
        };
        let guest = Guest {
            peer,
            routes: routes.clone(),
            phase: watched.clone(),
            connections: Arc::clone(&connections),
        };
        let (tls, open) = (tls.clone(), open.clone());
        tokio::spawn(async move {
            guest.greet(stream, tls).await;
            drop((place, open));
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

/// Tells a connection that there is no room for it. In both languages: which one its browser asks
/// for stands in a request that nobody reads.
async fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    let text: String = [Language::Pl, Language::En]
        .map(|language| format!("{}\n", Words::of(language).text("site.crowded")))
        .concat();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\n\
         content-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing while something is unread would take the answer back.
    let mut unread = [0; 1_024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// Somebody who has a place.
struct Guest {
    peer: SocketAddr,
    routes: Routes,
    phase: watch::Receiver<Phase>,
    connections: Arc<Connections>,
}

impl Guest {
    async fn greet(self, stream: TcpStream, tls: Option<Tls>) {
        // Answers are small and whole: waiting to fill packets only delays them.
        let _ = stream.set_nodelay(true);
        let patience = self.connections.limits.patience;
        let stream = Patient::new(stream, patience);
        let Some(tls) = tls else {
            return self.converse(stream).await;
        };
        // Whoever does not finish the greeting is not a client of ours.
        match timeout(patience, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => self.converse(stream).await,
            Ok(Err(_)) => {}
            Err(_) => self.connections.give_up(),
        }
    }

    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
        let answers = Arc::new(TowerToHyperService::new(warp::service(self.routes.clone())));
        let (mut phase, peer) = (self.phase.clone(), self.peer);
        let is_leaving = self.phase.clone();
        let patience = self.connections.limits.patience;
        let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(Patience(patience));
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
        // The time for the head of a request runs between requests as well: who is idle is let go.
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return self.ended(&ended),
            _ = phase.wait_for(|phase| *phase == Phase::Closing) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }

    /// What broke here is the client's connection; nobody is left to be told.
    fn ended(&self, ended: &Result<(), hyper::Error>) {
        let Err(error) = ended else { return };
        let cause = error.source().and_then(|cause| cause.downcast_ref());
        let stalled = cause.is_some_and(|io: &std::io::Error| io.kind() == ErrorKind::TimedOut);
        if error.is_timeout() || stalled {
            self.connections.give_up();
        }
    }
}
