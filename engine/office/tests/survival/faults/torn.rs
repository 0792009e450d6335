//! The machine of an office in one file loses power in the middle of a write: of the last commit, or
//! while the log is written back into the file.

use std::fs;
use std::path::{Path, PathBuf};

use kantor_store::SqliteStore;
use tempfile::TempDir;

use super::{Dice, times};
use crate::house::{House, Place, once, order_of};

/// What a disk writes whole.
const SECTOR: usize = 512;

/// What SQLite writes at a time.
const PAGE: usize = 4096;

/// The two files of an office.
#[derive(Clone)]
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Files {
    fn of(path: &Path) -> Files {
        Files {
            database: fs::read(path).unwrap(),
            log: fs::read(log_of(path)).unwrap_or_default(),
        }
    }

    fn put(&self, folder: &Path) -> PathBuf {
        let path = folder.join("kantor.db");
        fs::write(&path, &self.database).unwrap();
        fs::write(log_of(&path), &self.log).unwrap();
        path
    }
}

fn log_of(database: &Path) -> PathBuf {
    database.with_file_name("kantor.db-wal")
}

/// Of what was to be written behind `before`, the disk took any sectors in any order; the others
/// hold what lay there before, or nothing.
fn torn_log(dice: &mut Dice, before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut log = after.to_vec();
    // Much of it, or hardly anything.
    let lost_of = [3, 300][usize::try_from(dice.below(2)).unwrap()];
    let begun = before.len() / SECTOR;
    for sector in begun..log.len().div_ceil(SECTOR) {
        if dice.below(lost_of) == 0 {
            let place = sector * SECTOR;
            for at in place..(place + SECTOR).min(log.len()) {
                log[at] = before.get(at).copied().unwrap_or(0);
            }
        }
    }
    let grown = (after.len() - before.len()) as u64;
    let kept = before.len() + usize::try_from(dice.below(grown + 1)).unwrap();
    log.truncate(if dice.below(2) == 0 { kept } else { log.len() });
    log
}

/// Of the pages that are written back, some are there and one is half there; the log is whole.
fn torn_database(dice: &mut Dice, before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut database = before.to_vec();
    if dice.below(2) == 0 {
        database.resize(before.len().max(after.len()), 0);
    }
    for place in (0..database.len().min(after.len())).step_by(PAGE) {
        let length = match dice.below(3) {
            0 => 0,
            1 => PAGE,
            _ => SECTOR * usize::try_from(dice.below(8)).unwrap(),
        };
        let end = (place + length).min(database.len()).min(after.len());
        database[place..end].copy_from_slice(&after[place..end]);
    }
    database
}

/// Opened again from what is left, every order that was acknowledged is there; the one whose
/// customer had no answer yet is there whole or not at all, and asked for again it is one order.
fn check(house: &House, left: &Files, acknowledged: usize, open: &str) -> bool {
    let folder = TempDir::new().unwrap();
    let again = house.moved(Place::File(left.put(folder.path())));
    let found = again.first.read(|seen| seen.orders.len());
    let was_written = found == acknowledged + 1;
    assert!(was_written || found == acknowledged, "{found} orders");
    again.verify(std::slice::from_ref(&again.first));
    let answer = again.first.execute(again.ordering().once(once(open)));
    let order = order_of(answer.unwrap());
    let orders = again.first.read(|seen| seen.orders.len());
    assert_eq!(orders, acknowledged + 1);
    assert!(again.first.read(|seen| seen.orders.contains_key(&order)));
    again.verify(std::slice::from_ref(&again.first));
    was_written
}

#[test]
fn power_is_lost_in_the_middle_of_the_last_write() {
    const COMMITS: usize = 8;
    let mut dice = Dice::new();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kantor.db");
    let house = House::begin_in(Place::File(path.clone()));
    let (mut tears, mut whole) = (0, 0);
    for commit in 0..COMMITS {
        let before = Files::of(&path);
        let key = format!("order {commit}");
        order_of(
            house
                .first
                .execute(house.ordering().once(once(&key)))
                .unwrap(),
        );
        let after = Files::of(&path);
        assert_eq!(before.database, after.database, "a commit goes to the log");
        assert!(after.log.starts_with(&before.log), "a log grows at its end");
        for _ in 0..times(8) {
            let log = torn_log(&mut dice, &before.log, &after.log);
            let left = Files {
                log,
                ..before.clone()
            };
            whole += u32::from(check(&house, &left, commit, &key));
            tears += 1;
        }
        assert!(check(&house, &after, commit, &key), "nothing was torn");
    }
    let before = Files::of(&path);
    let copy = TempDir::new().unwrap();
    let written = before.put(copy.path());
    SqliteStore::open(&written).unwrap().write_back().unwrap();
    let after = fs::read(&written).unwrap();
    assert_ne!(before.database, after, "something is written back");
    let mut backs = 0;
    for _ in 0..times(24) {
        let database = torn_database(&mut dice, &before.database, &after);
        let left = Files {
            database,
            ..before.clone()
        };
        assert!(!check(&house, &left, COMMITS, "one more"));
        backs += 1;
    }
    println!(
        "counted: the last commit torn {tears} times ({whole} times it was there whole), writing \
         back torn {backs} times; no acknowledged order lost, none doubled"
    );
    assert!(whole < tears, "no tear took anything");
}
