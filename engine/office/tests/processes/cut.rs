//! Connections to the database end in the middle of everything.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use kantor_engine::OrderId;
use kantor_office::{ExecuteError, Office};
use kantor_postgres_kit::shared;

use crate::house::{House, once, order_of};

/// How often an order had to be asked for.
#[derive(Default)]
struct Counts {
    asked: u64,
    unknown: u64,
    failed: u64,
}

/// A customer's program: asks with one key until it has an answer.
fn persist(house: &House, office: &Office, key: &str, counts: &mut Counts) -> OrderId {
    loop {
        counts.asked += 1;
        match office.execute(house.ordering().once(once(key))) {
            Ok(answer) => return order_of(answer),
            Err(ExecuteError::Unknown(_)) => counts.unknown += 1,
            Err(ExecuteError::Store(_)) => counts.failed += 1,
            Err(other) => panic!("{other}"),
        }
    }
}

/// An administrator, a broken network or a server that restarts ends the sessions of two processes,
/// again and again; what is acknowledged is there, and every key is one order.
#[test]
fn connections_cut_at_any_moment() {
    const ORDERS: usize = 120;
    let house = House::begin();
    let processes = house.processes(2);
    let name = house.url.rsplit('/').next().unwrap();
    let cut = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = '{name}' AND application_name = 'kantor' AND state <> 'idle'"
    );
    let ended = AtomicBool::new(false);
    let (mut cuts, mut sessions) = (0, 0);
    let answered: Vec<(BTreeMap<String, OrderId>, Counts)> = std::thread::scope(|scope| {
        let ordering: Vec<_> = processes
            .iter()
            .enumerate()
            .map(|(process, office)| {
                let house = &house;
                scope.spawn(move || {
                    let (mut orders, mut counts) = (BTreeMap::new(), Counts::default());
                    for number in 0..ORDERS {
                        let key = format!("{process}/{number}");
                        let order = persist(house, office, &key, &mut counts);
                        orders.insert(key, order);
                    }
                    (orders, counts)
                })
            })
            .collect();
        let cutter = scope.spawn(|| {
            while !ended.load(Ordering::SeqCst) {
                sessions += shared().sql("postgres", &cut).parse::<u64>().unwrap();
                cuts += 1;
            }
        });
        let answered = ordering
            .into_iter()
            .map(|ordering| ordering.join().unwrap())
            .collect();
        ended.store(true, Ordering::SeqCst);
        cutter.join().unwrap();
        answered
    });
    house.verify(&processes);
    let mut kept: Vec<OrderId> = processes[0].read(|seen| seen.orders.keys().copied().collect());
    let mut told: Vec<OrderId> = answered
        .iter()
        .flat_map(|(orders, _)| orders.values().copied())
        .collect();
    told.sort();
    kept.sort();
    assert_eq!(kept, told, "an order is lost or doubled");
    let sum = |count: fn(&Counts) -> u64| answered.iter().map(|(_, one)| count(one)).sum::<u64>();
    println!(
        "{cuts} cuts ended {sessions} sessions at work: {} orders, asked for {} times, \
         {} times nobody knew, {} times nothing was recorded",
        told.len(),
        sum(|counts| counts.asked),
        sum(|counts| counts.unknown),
        sum(|counts| counts.failed),
    );
    assert!(sessions > 0);
}
