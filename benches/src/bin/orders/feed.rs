//! How long a change is on its way: from the acknowledgement of an order to whoever follows the
//! office in the same process, and in another over the same database. A follower has a change when
//! he has read it, not when he was woken.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kantor_benches::load::{Middle, micros, percentile};
use kantor_benches::random::Random;
use kantor_office::Office;
use kantor_postgres_kit::{Disk, Server};

use crate::Asked;
use crate::offices::Measured;

/// So many others order all the time, where there is load.
const LOAD: usize = 32;

/// How long a follower waits before he looks whether it is over.
const LOOK: Duration = Duration::from_millis(200);

/// How many changes he reads at once.
const PAGE: usize = 1_000;

/// Delays in microseconds, in order; one that is below zero was there before the acknowledgement.
type Delays = Vec<i64>;

pub(crate) fn run(asked: &Asked) {
    let server = Server::start(Disk::Kept);
    println!(
        "{:<44} {:>26} {:>26} {:>8}",
        "from acknowledgement to follower", "p50 us", "p99 us", "changes"
    );
    for load in [0, LOAD] {
        let mut rows: BTreeMap<&str, Vec<Delays>> = BTreeMap::new();
        for _ in 0..asked.repeat {
            let folder = tempfile::tempdir().expect("a folder");
            let sqlite = Measured::sqlite(folder.path());
            let postgres = Measured::postgres(&server.database(), 2);
            let [own] = &followed(&sqlite, load, asked.seconds)[..] else {
                unreachable!("one process")
            };
            rows.entry("SQLite, same process")
                .or_default()
                .push(own.clone());
            let delays = followed(&postgres, load, asked.seconds);
            for (name, delays) in ["PostgreSQL, same process", "PostgreSQL, another process"]
                .iter()
                .zip(delays)
            {
                rows.entry(name).or_default().push(delays);
            }
            sqlite.check();
            postgres.check();
        }
        for (name, rounds) in &rows {
            let of = |part| {
                let part = |delays: &Delays| percentile(delays, part) as f64;
                Middle::of(rounds.iter().map(part).collect())
            };
            let changes: usize = rounds.iter().map(Vec::len).sum();
            let load = if load == 0 { "idle" } else { "32 clients" };
            println!(
                "{:<44} {:>26} {:>26} {changes:>8}",
                format!("{name}, {load}"),
                of(50),
                of(99)
            );
        }
    }
    println!("every follower had every change, and every office is sound");
}

/// The delays to a follower in each process of an office. Somebody orders now and then in the
/// first of them, and so many others all the time.
fn followed(office: &Measured, load: usize, time: Duration) -> Vec<Delays> {
    let told: Mutex<Vec<(u64, Instant)>> = Mutex::default();
    let (ended, last) = (AtomicBool::new(false), Mutex::new(u64::MAX));
    let first = &office.processes[0];
    std::thread::scope(|scope| {
        let begin = first.head();
        let followers: Vec<_> = office
            .processes
            .iter()
            .map(|process| {
                let last = &last;
                scope.spawn(move || follow(process, begin, || *last.lock().expect("a number")))
            })
            .collect();
        for _ in 0..load {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    office.order(first);
                }
            });
        }
        now_and_then(time, || {
            let order = office.order(first);
            told.lock().expect("a list").push((order, Instant::now()));
        });
        ended.store(true, Ordering::Relaxed);
        // Those who were asking have their answers soon; then the log stands still.
        let mut head = first.head();
        loop {
            std::thread::sleep(LOOK);
            let now = first.head();
            if now == head {
                break;
            }
            head = now;
        }
        *last.lock().expect("a number") = head;
        let told = told.lock().expect("a list");
        followers
            .into_iter()
            .map(|follower| {
                let had = follower.join().expect("no follower fails");
                let mut delays: Delays = told
                    .iter()
                    .map(|(order, acknowledged)| {
                        let had = had.get(order).expect("every change is followed");
                        micros(had.saturating_duration_since(*acknowledged))
                            - micros(acknowledged.saturating_duration_since(*had))
                    })
                    .collect();
                delays.sort_unstable();
                delays
            })
            .collect()
    })
}

/// Does something again and again, with pauses that nothing else has the rhythm of.
fn now_and_then(time: Duration, act: impl Fn()) {
    let mut random = Random::seeded(5);
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::thread::sleep(Duration::from_micros(5_000 + random.below(20_000)));
        act();
    }
}

/// When a follower had each order, up to the last position of the log, which is known at the end.
fn follow(office: &Office, begin: u64, last: impl Fn() -> u64) -> BTreeMap<u64, Instant> {
    let (mut seen, mut had) = (begin, BTreeMap::new());
    while seen < last() {
        if office.wait(seen, LOOK) <= seen {
            continue;
        }
        let changes = office.changes(seen, PAGE).expect("the log can be read");
        let now = Instant::now();
        for change in changes {
            seen = change.seq;
            if let Some(order) = change.order() {
                had.entry(order.0).or_insert(now);
            }
        }
    }
    had
}
