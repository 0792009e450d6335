//! The network between the office and its database breaks, stalls, and delivers late.

use kantor_postgres_kit::{Disk, Proxy, Server, Way, Weather};

use super::day::live;
use super::restart::spin;
use super::{Dice, times};
use crate::house::{House, Place};

/// How long the office waits for the database here, in seconds.
const PATIENCE: u16 = 2;

/// Connections end in the middle of a word; answers get lost, also those to commits that were
/// carried out; questions arrive after everybody has given them up.
#[test]
fn the_network_to_the_database_is_cut_and_stalls_under_load() {
    let mut dice = Dice::new();
    let server = Server::start(Disk::Ignored);
    let proxy = Proxy::before(&server);
    let database = server.database();
    let name = database.rsplit('/').next().unwrap();
    let house = House::begin_in(Place::Database(proxy.url(name, PATIENCE)));
    let offices = house.processes(2);
    let (mut cuts, mut words, mut stalls) = (0, 0, 0);
    let tally = live(&house, &offices, |progress| {
        for round in 0..times(20) {
            progress.wait_for(1 + dice.below(30));
            match round % 5 {
                0 | 2 => {
                    spin(dice.below(5_000));
                    cuts += proxy.cut();
                }
                1 | 3 => {
                    proxy.cut_after(dice.below(20_000));
                    while proxy.is_cut_to_come() {
                        progress.wait_for(1);
                    }
                    words += 1;
                }
                _ => {
                    spin(dice.below(5_000));
                    proxy.set(match round / 5 % 4 {
                        0 | 2 => Weather::Held(Way::Answers),
                        1 => Weather::Held(Way::Questions),
                        _ => Weather::Silent,
                    });
                    progress.wait_for_trouble(1);
                    proxy.set(Weather::Fair);
                    stalls += 1;
                }
            }
        }
        progress.wait_for(20);
    });
    println!(
        "counted: {cuts} connections to the database cut, {words} times all of them in the middle \
         of a word, {stalls} stalls until somebody gave up: {tally}"
    );
    assert!(cuts > 0 && words > 0 && stalls > 0);
}
