//! One follower of the office's feed for all desks that wait for news.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::metrics::Metrics;
use crate::port::Feed;

/// How long one question to the office may wait; the thread ends this long after the server.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait after the office did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// How often the delay of the feed is measured.
const MEASURE: Duration = Duration::from_secs(1);

/// Where the feed stands. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Follower {
    head: watch::Receiver<u64>,
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
        let (close, closing) = watch::channel(false);
        let feeder = Feeder {
            head: head_in,
            closing: closing.clone(),
        };
        let follower = Follower { head, closing };
        (follower, Closer(close), feeder)
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
}

/// What feeds a follower.
pub(crate) struct Feeder {
    head: watch::Sender<u64>,
    closing: watch::Receiver<bool>,
}

impl Feeder {
    /// Follows the office on a thread of its own, because the office's calls block.
    pub(crate) fn start(self, office: Arc<dyn Feed>, metrics: Arc<Metrics>) -> std::io::Result<()> {
        std::thread::Builder::new()
            .name("feed".to_owned())
            .spawn(move || self.follow(office.as_ref(), &metrics))
            .map(drop)
    }

    fn follow(self, office: &dyn Feed, metrics: &Metrics) {
        let (mut position, mut patience) = (0, Duration::ZERO);
        let mut measured = Instant::now();
        while !*self.closing.borrow() {
            match office.wait(position, patience) {
                Ok(head) => {
                    let is_news = head > position && !patience.is_zero();
                    (position, patience) = (head, PATIENCE);
                    self.head.send_replace(head);
                    // Once in a while is enough to know how it goes.
                    if is_news && measured.elapsed() > MEASURE {
                        measured = Instant::now();
                        measure(office, head, metrics);
                    }
                }
                Err(_) => {
                    metrics.office_silent();
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }
}

/// How long the last change took from its commit to here, by the office's own clock.
fn measure(office: &dyn Feed, head: u64, metrics: &Metrics) {
    let Ok(lag) = office.age(head) else { return };
    metrics.news_took(lag);
}
