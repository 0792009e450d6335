//! Clients who ask all the time, each on a thread of his own, and what they waited for.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What so many clients were served.
#[derive(Clone, Debug)]
pub struct Served {
    /// How many answers there were.
    pub done: usize,
    /// In which time.
    pub wall: Duration,
    /// How long each waited, in microseconds, the shortest first.
    pub waits: Vec<i64>,
}

impl Served {
    /// Puts the waits in order.
    pub fn new(wall: Duration, mut waits: Vec<i64>) -> Served {
        waits.sort_unstable();
        Served {
            done: waits.len(),
            wall,
            waits,
        }
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.wall.as_secs_f64()
    }

    /// The wait that so many of a hundred did not exceed, in microseconds.
    pub fn percentile(&self, of_hundred: usize) -> i64 {
        percentile(&self.waits, of_hundred)
    }
}

/// Of numbers in order the one that so many of a hundred do not exceed; 0 when there are none.
pub fn percentile(sorted: &[i64], of_hundred: usize) -> i64 {
    let place = (sorted.len() * of_hundred).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

/// How long it was, in microseconds.
pub fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// So many clients ask for so long; each asks again when he has his answer. `ask` is told which
/// client asks, and the number of the request, which no other has.
pub fn serve(clients: usize, time: Duration, ask: impl Fn(usize, usize) + Sync) -> Served {
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    let client = |client: usize| {
        let mut waits = Vec::new();
        while !over.load(Ordering::Relaxed) {
            let asked = Instant::now();
            ask(client, next.fetch_add(1, Ordering::Relaxed));
            waits.push(micros(asked.elapsed()));
        }
        waits
    };
    let client = &client;
    let waits = std::thread::scope(|scope| {
        let all: Vec<_> = (0..clients)
            .map(|number| scope.spawn(move || client(number)))
            .collect();
        std::thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        all.into_iter()
            .flat_map(|one| one.join().expect("no client fails"))
            .collect()
    });
    Served::new(begun.elapsed(), waits)
}

/// The middle of some figures, with the least and the most.
#[derive(Clone, Copy, Debug)]
pub struct Middle {
    /// Half of them are not above it.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Middle {
    /// Of at least one figure.
    pub fn of(mut figures: Vec<f64>) -> Middle {
        figures.sort_by(f64::total_cmp);
        Middle {
            median: figures[figures.len() / 2],
            least: figures[0],
            most: figures[figures.len() - 1],
        }
    }
}

impl std::fmt::Display for Middle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimals = if self.most < 100.0 { 2 } else { 0 };
        let Middle {
            median,
            least,
            most,
        } = self;
        let text = format!("{median:.decimals$} [{least:.decimals$}..{most:.decimals$}]");
        f.pad(&text)
    }
}
