//! Who comes in, at several processes at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kantor_office::{Login, SessionRecord, SystemClock, Tried};
use kantor_postgres_kit::shared;

use crate::founding::cashier;
use crate::house::{House, Place, at_once};

/// How many processes race.
const PROCESSES: usize = 4;
const ANNA: &str = "anna@example.test";

/// Somebody guesses at all processes at once, and has no more guesses than at one.
#[test]
fn tries_of_one_name_at_several_processes() {
    const ROUNDS: usize = 20;
    const BURST: usize = 5;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    for round in 0..ROUNDS {
        let name = format!("guessed{round}@example.test");
        let had = AtomicUsize::new(0);
        at_once(&processes, |_, office| {
            for _ in 0..BURST {
                let wait = office.take_try(Tried::Login(&name), 5, 180).unwrap();
                had.fetch_add(usize::from(wait.is_none()), Ordering::SeqCst);
            }
        });
        assert_eq!(had.into_inner(), BURST, "round {round}");
    }
    println!(
        "counted: {} tries at {PROCESSES} processes at once, {BURST} of each {} let through",
        ROUNDS * BURST * PROCESSES,
        BURST * PROCESSES
    );
}

/// The password was right when it was looked at, and is another one, or the customer is locked, by
/// the time the session begins.
#[test]
fn a_login_on_its_way_when_the_password_changes() {
    let place = Place::Database(shared().database());
    let house = House::begin_by(place, Arc::new(SystemClock));
    let processes = house.processes(2);
    let (here, there) = (&processes[0], &processes[1]);
    let until = house.clock.now().plus_seconds(3_600);
    let begin = |token: &str, by: &Login| {
        let session = SessionRecord {
            token_hash: token.to_owned(),
            customer: by.customer,
            until,
            way_in: by.way_in,
        };
        here.save_session(&session).unwrap();
    };
    let open = |token: &str| here.session(token).unwrap().is_some();
    let old = here.login(ANNA).unwrap().unwrap();
    let anna = old.customer;
    begin("before", &old);
    assert!(open("before"));
    there.send_password_code(anna, ("code", until)).unwrap();
    assert!(there.set_password("code", "$argon2id$new").unwrap());
    begin("late", &old);
    assert!(!open("before"));
    assert!(!open("late"));
    let new = here.login(ANNA).unwrap().unwrap();
    begin("new", &new);
    assert!(open("new"));
    there
        .lock_customer(cashier(), anna, "says that it was not her", None)
        .unwrap();
    begin("locked", &new);
    assert!(!open("new"));
    assert!(!open("locked"));
}

/// A cashier's programs ask one process and then another: the second knows what the first has done.
#[test]
fn a_desk_that_asks_two_processes_in_turn() {
    const ROUNDS: usize = 30;
    let house = House::begin();
    let processes = house.processes(2);
    let mut late = 0;
    for round in 0..ROUNDS {
        let (one, other) = (&processes[round % 2], &processes[(round + 1) % 2]);
        house.order(one);
        // Whose key it is, is asked with every request.
        other.tokens().unwrap();
        late += usize::from(other.head() < one.head());
    }
    assert_eq!(late, 0, "of {ROUNDS} acts were not there yet");
    println!("counted: {ROUNDS} acts at one of two processes, each known to the other at once");
}
