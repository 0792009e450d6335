//! The database's server is killed and restarted under the office.

use std::time::{Duration, Instant};

use kantor_postgres_kit::{Disk, OWNER, Server, signal};

use super::day::live;
use super::{Dice, times};
use crate::house::{House, Place};

/// Three ways in which it goes, in turn: the whole server dies at once; an administrator restarts
/// it; one of its sessions dies, and the server throws all of them out and recovers by itself.
#[test]
fn the_database_server_is_killed_and_restarted_under_load() {
    let mut dice = Dice::new();
    let mut server = Server::start(Disk::Kept);
    let house = House::begin_in(Place::Database(server.database()));
    let offices = house.processes(2);
    let (mut killed, mut restarted, mut sessions) = (0, 0, 0);
    let tally = live(&house, &offices, |progress| {
        for round in 0..times(9) {
            progress.wait_for(5 + dice.below(40));
            spin(dice.below(5_000));
            match round % 3 {
                0 => {
                    server.kill();
                    server.start_again();
                    killed += 1;
                }
                1 => {
                    server.stop();
                    server.start_again();
                    restarted += 1;
                }
                _ => sessions += u32::from(kill_session(&server)),
            }
        }
        progress.wait_for(20);
    });
    println!(
        "counted: PostgreSQL killed -9 {killed} times, restarted {restarted} times, {sessions} \
         times a session of it killed -9: {tally}"
    );
    assert!(killed > 0 && restarted > 0 && sessions > 0);
}

/// A moment inside whatever is being done now; no test waits for this.
pub(super) fn spin(micros: u64) {
    let moment = Instant::now() + Duration::from_micros(micros);
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}

/// Kills a session of the office's that is at work; `false` when none was.
fn kill_session(server: &Server) -> bool {
    let at_work = "SELECT pid FROM pg_stat_activity WHERE application_name = 'kantor'
                   ORDER BY state = 'idle', random() LIMIT 1";
    let found = server.try_sql(OWNER, "postgres", at_work);
    let pid = String::from_utf8_lossy(&found.stdout).trim().parse();
    let Ok(pid) = pid else { return false };
    signal("KILL", pid);
    true
}
