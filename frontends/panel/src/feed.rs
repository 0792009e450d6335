//! One follower of the office's feed for all browsers: it asks, the pages listen.

use std::sync::Arc;
use std::time::Duration;

use kantor_wire::Change;
use tokio::sync::{broadcast, watch};

use crate::port::{Feed, PortResult};

/// How long one question to the office may wait; the thread ends this long after the server.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait after the office did not answer.
const PAUSE: Duration = Duration::from_secs(1);
/// Changes read at once.
const PORTION: u32 = 1_000;

/// Where the feed stands. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Follower {
    head: watch::Receiver<u64>,
    changes: broadcast::Sender<Change>,
    closing: watch::Receiver<bool>,
}

/// Ends every stream and the follower itself when it is dropped or told to.
pub(crate) struct Closer(watch::Sender<bool>);

impl Closer {
    /// Tells every listener that the server closes.
    pub(crate) fn close(&self) {
        // Nobody listening is as good as everybody told.
        let _ = self.0.send(true);
    }
}

impl Drop for Closer {
    fn drop(&mut self) {
        self.close();
    }
}

impl Follower {
    /// A follower that nobody feeds yet.
    pub(crate) fn new() -> (Follower, Closer, Feeder) {
        let (head_in, head) = watch::channel(0);
        let (changes, _) = broadcast::channel(4_096);
        let (close, closing) = watch::channel(false);
        let feeder = Feeder {
            head: head_in,
            changes: changes.clone(),
            closing: closing.clone(),
        };
        let follower = Follower {
            head,
            changes,
            closing,
        };
        (follower, Closer(close), feeder)
    }

    /// The changes from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Waits until the office's head is past a position, the time is over, or the server closes.
    pub(crate) async fn past(&self, after: u64, at_most: Duration) {
        let mut head = self.head.clone();
        let mut closing = self.closing.clone();
        // Each of the ends is an answer: the caller looks at the office again.
        tokio::select! {
            _ = head.wait_for(|head| *head > after) => {}
            _ = closing.wait_for(|closing| *closing) => {}
            () = tokio::time::sleep(at_most) => {}
        }
    }

    /// Comes back when the server closes.
    pub(crate) async fn closed(&self) {
        let mut closing = self.closing.clone();
        // The sender's end means the same.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

/// What feeds a follower.
pub(crate) struct Feeder {
    head: watch::Sender<u64>,
    changes: broadcast::Sender<Change>,
    closing: watch::Receiver<bool>,
}

impl Feeder {
    /// Follows the office on a thread of its own, because the office's calls block.
    pub(crate) fn start(self, office: Arc<dyn Feed>) -> std::io::Result<()> {
        std::thread::Builder::new()
            .name("feed".to_owned())
            .spawn(move || self.follow(office.as_ref()))
            .map(drop)
    }

    fn follow(self, office: &dyn Feed) {
        let mut position: Option<u64> = None;
        while !*self.closing.borrow() {
            match self.step(office, position) {
                Ok(next) => position = Some(next),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Goes from one position to the next. The first step only finds out where the feed stands.
    fn step(&self, office: &dyn Feed, position: Option<u64>) -> PortResult<u64> {
        let Some(position) = position else {
            let head = office.wait(0, Duration::ZERO)?;
            self.head.send_replace(head);
            return Ok(head);
        };
        if office.wait(position, PATIENCE)? <= position {
            return Ok(position);
        }
        let mut reached = position;
        for change in office.changes(position, PORTION)?.changes {
            reached = reached.max(change.seq);
            // Without listeners a change is simply not told.
            let _ = self.changes.send(change);
        }
        self.head.send_replace(reached);
        Ok(reached)
    }
}
