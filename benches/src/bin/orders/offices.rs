//! The offices that are measured, and the question whether they are sound.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kantor_benches::ceilings::is_log_long;
use kantor_benches::exchange::{Client, Exchange, MANY, OFFICE};
use kantor_benches::load::{Served, serve};
use kantor_engine::Answer;
use kantor_office::Office;
use kantor_store::{PostgresStore, SqliteStore, Store};

/// How many customers order.
const CUSTOMERS: usize = 500;

/// An office with customers, served by one process or more.
pub(crate) struct Measured {
    exchange: Exchange,
    /// The handle of each process.
    pub(crate) processes: Vec<Office>,
    clients: Vec<Client>,
    placed: AtomicU64,
}

/// The store of a PostgreSQL database, as a process opens it.
pub(crate) fn postgres(url: &str) -> Arc<dyn Store> {
    let url = url.parse().expect("the address of a database");
    Arc::new(PostgresStore::open(&url).expect("a database"))
}

impl Measured {
    /// Over an embedded store in that folder, whose log has its full length.
    pub(crate) fn sqlite(folder: &Path) -> Measured {
        let path = folder.join("kantor.db");
        let store = SqliteStore::open(&path).expect("a new store");
        let office = Measured::over(Arc::new(store), &[]);
        while !is_log_long(&path) {
            office.orders(MANY, Duration::from_millis(100));
        }
        office
    }

    /// Over a new database, by so many processes, each with connections of its own.
    pub(crate) fn postgres(url: &str, processes: usize) -> Measured {
        let others: Vec<_> = (1..processes).map(|_| postgres(url)).collect();
        Measured::over(postgres(url), &others)
    }

    fn over(store: Arc<dyn Store>, others: &[Arc<dyn Store>]) -> Measured {
        let exchange = Exchange::over(store);
        let clients = exchange.clients(CUSTOMERS, MANY);
        let mut processes = vec![exchange.office.clone()];
        let others = others.iter().map(Arc::clone);
        processes.extend(others.map(|store| exchange.open_over(store)));
        Measured {
            exchange,
            processes,
            clients,
            placed: AtomicU64::new(0),
        }
    }

    /// A customer orders in one of the processes; gives the order's number.
    pub(crate) fn order(&self, process: &Office) -> u64 {
        let number = self.placed.fetch_add(1, Ordering::Relaxed) as usize;
        let client = &self.clients[number % self.clients.len()];
        match process.execute(Exchange::ordering(client, number)) {
            Ok(Answer::Order(order)) => order.0,
            other => panic!("no order: {other:?}"),
        }
    }

    /// So many customers order at once, for so long.
    pub(crate) fn orders(&self, clients: usize, time: Duration) -> Served {
        serve(clients, time, |client, _| {
            self.order(&self.processes[client % self.processes.len()]);
        })
    }

    /// How many transactions all processes have made durable.
    pub(crate) fn commits(&self) -> u64 {
        let counted = self.processes.iter().map(Office::counted);
        counted.map(|counted| counted.all_commits).sum()
    }

    /// Everything that was acknowledged is there, and the office is sound.
    pub(crate) fn check(&self) {
        let placed = self.placed.load(Ordering::Relaxed);
        let view = self.exchange.store.view(OFFICE).expect("a picture");
        let verified = kantor_office::verify(&*view, self.exchange.office.now());
        verified.expect("a sound office");
        let orders = self.exchange.office.read(|seen| seen.orders.len() as u64);
        assert_eq!(orders, placed, "every order that was acknowledged");
    }
}
