//! How many connections a listener holds, and how long it waits for the other side of one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use crate::metrics::{Kind, family, sample};

/// What a listener bears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Open connections; whoever comes when there are so many is told to come again.
    pub connections: usize,
    /// How long the other side may take for its hello, for the head of a request, for each part of a
    /// body and to take an answer, and how long a connection may lie idle.
    pub patience: Duration,
}

/// Connections that a listener holds unless it is told otherwise.
pub const CONNECTIONS: usize = 4_096;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: CONNECTIONS,
            patience: Duration::from_secs(20),
        }
    }
}

/// The connections of one listener.
pub(crate) struct Connections {
    pub(crate) limits: Limits,
    free: Arc<Semaphore>,
    turned_away: AtomicU64,
    given_up: AtomicU64,
}

impl Connections {
    pub(crate) fn new(limits: Limits) -> Connections {
        let most = limits.connections.clamp(1, Semaphore::MAX_PERMITS);
        Connections {
            free: Arc::new(Semaphore::new(most)),
            limits: Limits {
                connections: most,
                ..limits
            },
            turned_away: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
        }
    }

    /// A place for one more; without one, whoever came is turned away, which is counted.
    pub(crate) fn enter(&self) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.free).try_acquire_owned().ok();
        if place.is_none() {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        place
    }

    /// Counts a connection that was ended because the other side was silent or too slow.
    pub(crate) fn give_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }
}

/// What listeners count of their connections, in the text form that Prometheus reads.
pub(crate) fn text(listeners: &[(&str, &Connections)]) -> String {
    type Count = fn(&Connections) -> u64;
    let families: [(&str, Kind, &str, Count); 4] = [
        (
            "kantor_connections_open",
            Kind::Gauge,
            "Open connections.",
            |of| (of.limits.connections - of.free.available_permits()) as u64,
        ),
        (
            "kantor_connections_limit",
            Kind::Gauge,
            "Connections that may be open.",
            |of| of.limits.connections as u64,
        ),
        (
            "kantor_connections_turned_away_total",
            Kind::Counter,
            "Connections that were refused because as many as may be were open.",
            |of| of.turned_away.load(Ordering::Relaxed),
        ),
        (
            "kantor_connections_given_up_total",
            Kind::Counter,
            "Connections that were ended because the other side was silent or too slow.",
            |of| of.given_up.load(Ordering::Relaxed),
        ),
    ];
    let mut text = String::new();
    for (name, kind, about, count) in families {
        family(&mut text, name, kind, about);
        for (listener, connections) in listeners {
            let labels = [("listener", *listener)];
            sample(&mut text, name, &labels, count(connections));
        }
    }
    text
}

/// A stream that gives up when the other side does not take what is written: else whoever asks and
/// never reads would hold it for ever.
pub(crate) struct Patient<S> {
    stream: S,
    patience: Duration,
    /// Runs while a write waits.
    waits: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(crate) fn new(stream: S, patience: Duration) -> Patient<S> {
        Patient {
            stream,
            patience,
            waits: None,
        }
    }
}

impl<S: AsyncWrite + Unpin> Patient<S> {
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let written = write(Pin::new(&mut self.stream), cx);
        if written.is_ready() {
            self.waits = None;
            return written;
        }
        let patience = self.patience;
        let waits = self.waits.get_or_insert_with(|| Box::pin(sleep(patience)));
        match waits.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.written(cx, |stream, cx| stream.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.written(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.written(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

/// How long the rest of a body may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    begun: Instant,
    patience: Duration,
}

/// The slowest line that a body is taken from, in bytes a second.
const SLOWEST: u64 = 4 * 1024;

impl Pace {
    /// A body that begins now.
    pub(crate) fn new(patience: Duration) -> Pace {
        Pace {
            begun: Instant::now(),
            patience,
        }
    }

    /// Until when the next part of a body may come, when so many bytes have: a body that is sent a
    /// byte at a time ends as well, and one that came fast is not kept when nothing follows.
    pub(crate) fn until(&self, received: usize) -> Instant {
        let seconds = received as u64 / SLOWEST;
        let whole = self.begun + self.patience + Duration::from_secs(seconds);
        whole.min(Instant::now() + self.patience)
    }
}
