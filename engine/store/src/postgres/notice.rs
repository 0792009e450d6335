//! Notices from one server process to the others that an office's log has moved on.
//!
//! They are sent after the commit, never in it: a `NOTIFY` inside of a transaction takes a lock of
//! the whole database at its commit. Several commits become one notice. A notice may be lost (the
//! connection broke, the database does not know them): who follows looks at the head now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, Error};

use super::tls::Way;
use crate::log::OfficeId;

/// Each office has a channel; a notice on it is the office's number and a position.
fn channel(office: i64) -> String {
    format!("kantor_moved_{office}")
}

/// Who follows looks at the head so often even when he hears nothing.
const LOOK: Duration = Duration::from_secs(2);

/// The same while nobody can be heard.
const LOOK_DEAF: Duration = Duration::from_millis(500);

/// After a notice commits become one notice for so long; the first after a pause is told at once.
const TOGETHER: Duration = Duration::from_millis(10);

/// How long anything about notices may take before their connection is thrown away.
const TELL: Duration = Duration::from_secs(5);

/// How long to wait before a broken connection is made again.
const AGAIN: Duration = Duration::from_secs(1);

/// What is to be told, and what was heard.
pub(super) struct Notices {
    config: Config,
    way: Way,
    /// Positions that others have not been told of yet.
    untold: Mutex<BTreeMap<i64, u64>>,
    /// Offices that somebody here follows.
    followed: Mutex<BTreeSet<i64>>,
    /// There is something to tell, or somebody new to listen for.
    news: Notify,
    is_listening: AtomicBool,
    /// The last positions that were heard of.
    heard: Mutex<BTreeMap<i64, u64>>,
    hears: Condvar,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Maps of positions are right even when somebody panicked while he held them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notices {
    pub(super) fn of(config: Config, way: Way) -> Arc<Notices> {
        Arc::new(Notices {
            config,
            way,
            untold: Mutex::default(),
            followed: Mutex::default(),
            news: Notify::new(),
            is_listening: AtomicBool::new(false),
            heard: Mutex::default(),
            hears: Condvar::new(),
        })
    }

    /// Begins to tell and to listen, until the store is gone.
    pub(super) fn run(self: &Arc<Notices>, on: &Handle) {
        on.spawn(talk(Arc::clone(self)));
    }

    /// Tells everybody, soon.
    pub(super) fn tell(&self, office: OfficeId, seq: u64) {
        self.still_untold(office.0, seq);
        self.news.notify_one();
    }

    fn still_untold(&self, office: i64, seq: u64) {
        let mut untold = held(&self.untold);
        let last = untold.entry(office).or_default();
        *last = seq.max(*last);
    }

    /// Waits until a later position was heard of, or it is time to look. Answers what was heard last.
    pub(super) fn wait(&self, office: OfficeId, after: u64, at_most: Duration) -> Option<u64> {
        if held(&self.followed).insert(office.0) {
            self.news.notify_one();
        }
        let is_listening = self.is_listening.load(Ordering::Relaxed);
        let look = if is_listening { LOOK } else { LOOK_DEAF };
        let deadline = Instant::now() + at_most.min(look);
        let mut heard = held(&self.heard);
        loop {
            let last = heard.get(&office.0).copied();
            let left = deadline.saturating_duration_since(Instant::now());
            if last > Some(after) || left.is_zero() {
                return last;
            }
            (heard, _) = self
                .hears
                .wait_timeout(heard, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The log was looked at after a notice was heard, and stands here. Notices are sent after the
    /// commit: one that says more was not true, or the database has gone back since.
    pub(super) fn stands_at(&self, office: OfficeId, heard: Option<u64>, head: u64) {
        if heard > Some(head) {
            let mut all = held(&self.heard);
            if all.get(&office.0).copied() == heard {
                all.insert(office.0, head);
            }
        }
    }

    fn hear(&self, payload: &str) {
        let Some((office, seq)) = payload.split_once(' ') else {
            return;
        };
        let (Ok(office), Ok(seq)) = (office.parse(), seq.parse()) else {
            return;
        };
        let mut heard = held(&self.heard);
        let last = heard.entry(office).or_default();
        *last = std::cmp::max(*last, seq);
        self.hears.notify_all();
    }
}

/// Keeps one connection for both directions, as long as the store's threads live.
async fn talk(notices: Arc<Notices>) {
    loop {
        // Whatever the error: the next attempt shows it again, and nothing depends on notices.
        let _ = converse(&notices).await;
        sleep(AGAIN).await;
    }
}

async fn converse(notices: &Arc<Notices>) -> Result<(), Error> {
    let connecting = notices.config.connect(notices.way.clone());
    let Some((client, mut connection)) = in_time(connecting).await? else {
        return Ok(());
    };
    let listen = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notice) = message? {
                notices.hear(notice.payload());
            }
        }
        Ok(())
    };
    let ended = tokio::select! {
        ended = listen => ended,
        ended = speak(&client, notices) => ended,
    };
    notices.is_listening.store(false, Ordering::Relaxed);
    ended
}

/// The server's answer, if it comes in time: a connection that swallows everything is given up like
/// one that broke.
async fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<Option<T>, Error> {
    timeout(TELL, answer).await.ok().transpose()
}

async fn speak(client: &Client, notices: &Notices) -> Result<(), Error> {
    let Some(tell) = in_time(client.prepare("SELECT pg_notify($1, $2)")).await? else {
        return Ok(());
    };
    let mut listening = BTreeSet::new();
    loop {
        let followed = held(&notices.followed).clone();
        for office in followed.difference(&listening) {
            let listen = format!("LISTEN \"{}\"", channel(*office));
            if in_time(client.batch_execute(&listen)).await?.is_none() {
                return Ok(());
            }
        }
        listening = followed;
        notices.is_listening.store(true, Ordering::Relaxed);
        let untold = std::mem::take(&mut *held(&notices.untold));
        let pause = if untold.is_empty() {
            Duration::ZERO
        } else {
            TOGETHER
        };
        for (office, seq) in untold {
            let payload = format!("{office} {seq}");
            let values: [&(dyn ToSql + Sync); 2] = [&channel(office), &payload];
            let told = in_time(client.query(&tell, &values)).await;
            if !matches!(told, Ok(Some(_))) {
                notices.still_untold(office, seq);
            }
            if told?.is_none() {
                return Ok(());
            }
        }
        // Whoever has news meanwhile is remembered.
        sleep(pause).await;
        notices.news.notified().await;
    }
}
