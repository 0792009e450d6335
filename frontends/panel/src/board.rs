//! One question to the office for all browsers: the board keeps what they look at, asks the office
//! for news of it, and tells each of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::metrics::Metrics;
use crate::port::{CustomerPort, Followed, News, Watched};

/// How long one question to the office may wait. An order that a browser begins to look at is asked
/// for at most this much later, and nothing is missed: its version is compared.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait after the office did not answer.
const PAUSE: Duration = Duration::from_millis(500);
/// Orders that are looked at in one process at most; more browsers reload by hand.
const MOST: usize = 20_000;

/// What browsers look at, each with the version that they were told last.
#[derive(Default)]
struct Looked {
    rates: Option<watch::Sender<u64>>,
    orders: BTreeMap<String, watch::Sender<u64>>,
}

/// Where browsers are told what is new. Dropping it ends its thread.
pub(crate) struct Board {
    looked: Arc<Mutex<Looked>>,
    closing: watch::Sender<bool>,
    /// Places that are free.
    free: Arc<Semaphore>,
}

/// A browser's place before the board.
pub(crate) struct Place {
    version: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    _held: OwnedSemaphorePermit,
}

impl Place {
    /// The version that was told last.
    pub(crate) fn version(&mut self) -> u64 {
        *self.version.borrow_and_update()
    }

    /// Waits for another version; `None` when the server closes.
    pub(crate) async fn newer(&mut self) -> Option<u64> {
        tokio::select! {
            // The sender's end means the same as closing.
            changed = self.version.changed() => changed.ok()?,
            _ = self.closing.wait_for(|closing| *closing) => return None,
        }
        Some(self.version())
    }
}

fn locked(looked: &Mutex<Looked>) -> MutexGuard<'_, Looked> {
    looked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a place before one thing. Who comes knows a version that may be newer than the board's.
fn place(sender: &watch::Sender<u64>, version: u64) -> watch::Receiver<u64> {
    raise(sender, version);
    sender.subscribe()
}

fn raise(sender: &watch::Sender<u64>, version: u64) {
    sender.send_if_modified(|told| {
        let is_newer = version > *told;
        *told = version.max(*told);
        is_newer
    });
}

impl Board {
    /// An empty board with so many places; asks the office on a thread of its own, because the
    /// office's calls block.
    pub(crate) fn open(
        office: Arc<dyn CustomerPort>,
        metrics: Arc<Metrics>,
        places: usize,
    ) -> std::io::Result<Board> {
        let (closing, is_closing) = watch::channel(false);
        let looked = Arc::new(Mutex::new(Looked::default()));
        let asked = Arc::clone(&looked);
        std::thread::Builder::new()
            .name("board".to_owned())
            .spawn(move || ask(office.as_ref(), &asked, &is_closing, &metrics))?;
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Board {
            looked,
            closing,
            free: Arc::new(Semaphore::new(places)),
        })
    }

    /// A place before the rates, of which this version is known; `None` when there is none.
    pub(crate) fn rates(&self, version: u64) -> Option<Place> {
        let held = self.take()?;
        let mut looked = locked(&self.looked);
        let sender = looked
            .rates
            .get_or_insert_with(|| watch::channel(version).0);
        Some(self.place(place(sender, version), held))
    }

    /// A place before an order; `None` when the board is full.
    pub(crate) fn order(&self, followed: Followed) -> Option<Place> {
        let held = self.take()?;
        let mut looked = locked(&self.looked);
        if looked.orders.len() >= MOST && !looked.orders.contains_key(&followed.tag) {
            return None;
        }
        let sender = looked
            .orders
            .entry(followed.tag)
            .or_insert_with(|| watch::channel(followed.version).0);
        Some(self.place(place(sender, followed.version), held))
    }

    fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_owned().ok()
    }

    fn place(&self, version: watch::Receiver<u64>, held: OwnedSemaphorePermit) -> Place {
        Place {
            version,
            closing: self.closing.subscribe(),
            _held: held,
        }
    }

    /// Ends every stream, and the thread.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.close();
    }
}

fn ask(
    office: &dyn CustomerPort,
    looked: &Mutex<Looked>,
    closing: &watch::Receiver<bool>,
    metrics: &Metrics,
) {
    while !*closing.borrow() {
        let watched = watched(looked);
        if watched == Watched::default() {
            std::thread::sleep(PAUSE);
            continue;
        }
        match office.news(&watched, PATIENCE) {
            Ok(news) => tell(looked, &news),
            Err(_) => {
                metrics.office_silent();
                std::thread::sleep(PAUSE);
            }
        }
    }
}

/// What is still looked at; whoever went away is forgotten.
fn watched(looked: &Mutex<Looked>) -> Watched {
    let mut looked = locked(looked);
    if looked.rates.as_ref().is_some_and(watch::Sender::is_closed) {
        looked.rates = None;
    }
    looked.orders.retain(|_, sender| !sender.is_closed());
    Watched {
        rates: looked.rates.as_ref().map(|sender| *sender.borrow()),
        orders: looked
            .orders
            .iter()
            .map(|(tag, sender)| (tag.clone(), *sender.borrow()))
            .collect(),
    }
}

fn tell(looked: &Mutex<Looked>, news: &News) {
    let looked = locked(looked);
    if let (Some(sender), Some(version)) = (&looked.rates, news.rates) {
        raise(sender, version);
    }
    for (tag, version) in &news.orders {
        if let Some(sender) = looked.orders.get(tag) {
            raise(sender, *version);
        }
    }
}
