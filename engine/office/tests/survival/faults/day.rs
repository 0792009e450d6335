//! A day of an office while things break: a customer on each process who orders again and again, a
//! cashier who brings what the bank says, and somebody who follows everything.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use kantor_engine::order::OrderState;
use kantor_engine::{OrderId, StatementOutcome};
use kantor_office::{ExecuteError, Import, ImportError, Office};

use crate::founding::{cashier, title};
use crate::house::{House, once, order_of, statement};

/// How long whoever breaks things waits for the others; then the office stands still.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long a program waits before it asks again. One that asks at once keeps a server that comes
/// up from doing so.
const AGAIN: Duration = Duration::from_millis(5);

/// How often whoever breaks things looks whether it is time.
const LOOK: Duration = Duration::from_micros(500);

/// How many payments one statement holds at most.
const PAYMENTS: usize = 5;

/// What happened until now.
#[derive(Default)]
pub(super) struct Progress {
    acknowledged: AtomicU64,
    pub(super) asked: AtomicU64,
    pub(super) unknown: AtomicU64,
    pub(super) failed: AtomicU64,
    ended: AtomicBool,
    /// Whoever breaks things has failed: nothing will be mended, so nobody asks again.
    given_up: AtomicBool,
}

/// Gives the day up for everybody when it goes with a panic.
struct Hold<'p>(&'p Progress);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.given_up.store(true, Ordering::SeqCst);
            self.0.ended.store(true, Ordering::SeqCst);
        }
    }
}

impl Progress {
    /// Waits until so many more acts were acknowledged.
    pub(super) fn wait_for(&self, acts: u64) {
        self.wait_for_while(acts, || ());
    }

    /// The same, doing something meanwhile, again and again.
    pub(super) fn wait_for_while(&self, acts: u64, mut meanwhile: impl FnMut()) {
        let acknowledged = || self.acknowledged.load(Ordering::SeqCst);
        let wanted = acknowledged() + acts;
        let deadline = Instant::now() + PATIENCE;
        while acknowledged() < wanted {
            assert!(
                Instant::now() < deadline,
                "the office does nothing any more"
            );
            meanwhile();
            park_timeout(LOOK);
        }
    }

    /// Waits until so many more acts met with trouble.
    pub(super) fn wait_for_trouble(&self, acts: u64) {
        let troubles = || self.unknown.load(Ordering::SeqCst) + self.failed.load(Ordering::SeqCst);
        let wanted = troubles() + acts;
        let deadline = Instant::now() + PATIENCE;
        while troubles() < wanted {
            assert!(Instant::now() < deadline, "nobody was troubled");
            park_timeout(LOOK);
        }
    }

    /// Asks until there is an answer.
    fn persist<T>(&self, act: impl Fn() -> Result<T, ExecuteError>) -> T {
        loop {
            self.check();
            self.asked.fetch_add(1, Ordering::SeqCst);
            match act() {
                Ok(answer) => {
                    self.acknowledged.fetch_add(1, Ordering::SeqCst);
                    return answer;
                }
                Err(ExecuteError::Unknown(_)) => self.unknown.fetch_add(1, Ordering::SeqCst),
                Err(ExecuteError::Store(_)) => self.failed.fetch_add(1, Ordering::SeqCst),
                Err(other) => panic!("{other}"),
            };
            park_timeout(AGAIN);
        }
    }

    /// Nobody goes on when nothing will be mended any more.
    fn check(&self) {
        let given_up = self.given_up.load(Ordering::SeqCst);
        assert!(!given_up, "whoever breaks things has failed");
    }

    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// A customer's program: each key is one order, however often it asks.
    fn order(&self, house: &House, office: &Office, name: usize, pay: &Sender<OrderId>) -> Told {
        let mut orders = Told::new();
        while !self.is_ended() {
            let key = format!("{name}/{}", orders.len());
            let order = self.persist(|| {
                let answer = office.execute(house.ordering().once(once(&key)))?;
                Ok(order_of(answer))
            });
            let _ = pay.send(order);
            orders.insert(key, order);
        }
        orders
    }

    /// The bank and the cashier: what was paid stands in the next statement.
    fn bank(&self, offices: &[Office], paid: &Receiver<OrderId>) -> Vec<OrderId> {
        let mut booked: Vec<OrderId> = Vec::new();
        let mut number = 212;
        // Every sender is gone when the customers have gone home.
        while let Ok(first) = paid.recv() {
            let mut orders = vec![first];
            orders.extend(paid.try_iter().take(PAYMENTS - 1));
            let titles: Vec<String> = orders.iter().map(|order| title(*order)).collect();
            let opening = 1000 + 100 * i64::try_from(booked.len()).unwrap();
            let file = statement(number, opening, &titles, true);
            let office = &offices[number as usize % offices.len()];
            let new = self.persist(|| bring(office, &file));
            assert!(
                new == titles.len() as u64 || new == 0,
                "{new} of {} lines",
                titles.len()
            );
            booked.append(&mut orders);
            number += 1;
        }
        booked
    }

    /// Follows everything that happens; answers where it stands.
    fn follow(&self, office: &Office, start: u64) -> u64 {
        let mut after = start;
        while !(self.is_ended() && after == office.head()) {
            self.check();
            office.wait(after, Duration::from_millis(50));
            let Ok(changes) = office.changes(after, 100) else {
                park_timeout(AGAIN);
                continue;
            };
            for change in changes {
                assert_eq!(change.seq, after + 1, "a gap");
                after = change.seq;
            }
        }
        after
    }
}

/// The keys of a customer, and the order that each was told to be.
type Told = BTreeMap<String, OrderId>;

/// Uploads a file and imports it; answers how many lines are new.
fn bring(office: &Office, file: &str) -> Result<u64, ExecuteError> {
    let stored = office.store_file(&mut file.as_bytes())?;
    let import = Import {
        file: stored.hash,
        read_by: "mbank 0.1.0".to_owned(),
        statements: kantor_parsers::parse_all(file.as_bytes()).statements,
        account: None,
        lenient: false,
    };
    let own = |error| match error {
        ImportError::Execute(error) => error,
        other => panic!("{other}"),
    };
    let imported = office.import(&cashier(), &import).map_err(own)?;
    let [statement] = imported.try_into().expect("one statement");
    match statement.outcome.map_err(own)? {
        StatementOutcome::Booked { new, .. } => Ok(new),
        StatementOutcome::Known { .. } => Ok(0),
        other @ StatementOutcome::Archived(_) => panic!("{other:?}"),
    }
}

/// What came of the day.
pub(super) struct Tally {
    pub(super) orders: usize,
    pub(super) lines: u64,
    pub(super) changes: u64,
    pub(super) progress: Progress,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        write!(
            f,
            "{} orders and {} bank lines, none lost, none doubled, {} changes followed without a \
             gap; asked {} times, {} times nobody knew, {} times nothing was recorded",
            self.orders,
            self.lines,
            self.changes,
            count(&self.progress.asked),
            count(&self.progress.unknown),
            count(&self.progress.failed),
        )
    }
}

/// Lives the day on processes of a house, while `wreck` breaks things; it leaves them mended.
pub(super) fn live(house: &House, offices: &[Office], wreck: impl FnOnce(&Progress)) -> Tally {
    let progress = Progress::default();
    let start = offices[0].head();
    let (told, booked, followed) = std::thread::scope(|scope| {
        let (pay, paid) = channel();
        let customers: Vec<_> = offices
            .iter()
            .enumerate()
            .map(|(name, office)| {
                let (progress, pay) = (&progress, pay.clone());
                scope.spawn(move || progress.order(house, office, name, &pay))
            })
            .collect();
        drop(pay);
        let progress_of_bank = &progress;
        let bank = scope.spawn(move || progress_of_bank.bank(offices, &paid));
        let follower = offices.last().expect("a process");
        let follower = scope.spawn(|| progress.follow(follower, start));
        let hold = Hold(&progress);
        wreck(&progress);
        drop(hold);
        progress.ended.store(true, Ordering::SeqCst);
        let told: Vec<Told> = customers
            .into_iter()
            .map(|customer| customer.join().unwrap())
            .collect();
        let booked = bank.join().unwrap();
        (told, booked, follower.join().unwrap())
    });
    let verified = house.verify(offices);
    let mut told: Vec<OrderId> = told
        .iter()
        .flat_map(|orders| orders.values().copied())
        .collect();
    told.sort();
    let kept: Vec<OrderId> = offices[0].read(|seen| seen.orders.keys().copied().collect());
    assert_eq!(kept, told, "an order is lost or doubled");
    assert_eq!(
        verified.lines,
        booked.len() as u64,
        "a line is lost or doubled"
    );
    for order in &booked {
        let state = offices[0].read(|seen| seen.orders.get(order).unwrap().state);
        assert_ne!(state, OrderState::AwaitingFunds, "{order} is paid");
    }
    assert!(!told.is_empty() && !booked.is_empty());
    Tally {
        orders: told.len(),
        lines: verified.lines,
        changes: followed - start,
        progress,
    }
}
