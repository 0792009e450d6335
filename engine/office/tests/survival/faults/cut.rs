//! Sessions of the database end in the middle of everything.

use kantor_postgres_kit::shared;

use super::day::live;
use super::times;
use crate::house::{House, Place};

/// An administrator, or a server that goes down in order, ends the sessions of two processes again
/// and again.
#[test]
fn sessions_are_ended_at_any_moment() {
    let database = shared().database();
    let name = database.rsplit('/').next().unwrap();
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = '{name}' AND application_name = 'kantor' AND state <> 'idle'"
    );
    let house = House::begin_in(Place::Database(database.clone()));
    let offices = house.processes(2);
    let mut sessions = 0;
    let tally = live(&house, &offices, |progress| {
        for _ in 0..times(40) {
            progress.wait_for(3);
            sessions += shared().sql("postgres", &end).parse::<u64>().unwrap();
        }
    });
    println!("counted: {sessions} sessions of the database ended at work: {tally}");
    assert!(sessions > 0);
}
