//! The disk is full. Each test lives on a small disk of its own: it starts itself again where one is
//! mounted, which ends with the process.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use kantor_postgres_kit::{Disk, OWNER, Server};
use kantor_store::SqliteStore;

use super::day::{Progress, live};
use super::{Dice, times};
use crate::house::{House, Place};

/// Where the small disk is mounted, for the process that lives on it.
const SMALL_DISK: &str = "KANTOR_TEST_SMALL_DISK";

/// Runs the test of this name on a small disk, in a process that sees it mounted. `false` here means
/// that the test goes on there, and has passed.
fn on_a_small_disk(name: &str, megabytes: u32) -> Option<PathBuf> {
    if let Some(disk) = std::env::var_os(SMALL_DISK) {
        return Some(disk.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=$1m,mode=1777 tmpfs \"$2\" || exit 90
                 exec \"$3\" --exact \"$4\" --nocapture";
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let space = if is_root { "--mount" } else { "-Urm" };
    let ended = Command::new("unshare")
        .args([space, "sh", "-c", mount, "sh", &megabytes.to_string()])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(SMALL_DISK, folder.path())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    said.lines()
        .filter(|line| line.starts_with("counted: "))
        .for_each(|line| println!("{line}"));
    if ended.status.code() == Some(90) {
        println!("counted: {name} NOT TRIED, this system lets us mount no disk");
        return None;
    }
    let why = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}\n{why}");
    assert!(said.contains("1 passed"), "{said}");
    None
}

/// Fills the disk until so many bytes are left; the file that does it.
fn fill(disk: &Path, room: u64) -> PathBuf {
    let path = disk.join("ballast");
    let mut ballast = File::create(&path).unwrap();
    let piece = [1; 64 * 1024];
    let full = loop {
        if let Err(error) = ballast.write_all(&piece) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);
    let length = ballast.metadata().unwrap().len();
    ballast.set_len(length.saturating_sub(room)).unwrap();
    path
}

/// What the office says of an upload that has no room.
fn advice(house: &House) -> String {
    let upload = vec![7; 2_000_000];
    match house.first.store_file(&mut upload.as_slice()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_disk_of_an_office_in_a_file_is_full() {
    let name = "faults::disk::the_disk_of_an_office_in_a_file_is_full";
    let Some(disk) = on_a_small_disk(name, 24) else {
        return;
    };
    let mut dice = Dice::new();
    // A young office each time: the log of an old one has room of its own for thousands of acts.
    for _ in 0..times(1) {
        let path = disk.join("kantor.db");
        let house = House::begin_in(Place::File(path.clone()));
        let mut full = 0;
        let tally = live(&house, std::slice::from_ref(&house.first), |progress| {
            for _ in 0..8 {
                fill_and_free(&disk, &house, &mut dice, progress);
                full += 1;
            }
            progress.wait_for(5);
        });
        end_on_a_full_disk(house, &path, &disk);
        println!("counted: the disk of an office in a file full {full} times: {tally}");
    }
}

/// The disk is full until somebody was troubled.
fn fill_and_free(disk: &Path, house: &House, dice: &mut Dice, progress: &Progress) {
    progress.wait_for(2 + dice.below(20));
    let ballast = fill(disk, dice.below(200_000));
    progress.wait_for_trouble(1 + dice.below(5));
    let said = advice(house);
    assert!(said.contains("free some space on the disk"), "{said}");
    // Looking needs no room.
    assert!(!house.first.changes(0, 5).unwrap().is_empty());
    fs::remove_file(ballast).unwrap();
}

/// An office ends on a full disk, begins again when there is room, and leaves.
fn end_on_a_full_disk(house: House, path: &Path, disk: &Path) {
    let ballast = fill(disk, 0);
    let elsewhere = house.place.clone();
    drop(house);
    if let Err(error) = SqliteStore::open(path) {
        assert!(error.to_string().contains("; "), "{error}");
    }
    fs::remove_file(ballast).unwrap();
    assert!(elsewhere.open().offices().is_ok());
    for entry in fs::read_dir(disk).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

#[test]
fn the_disk_of_the_database_server_is_full() {
    let Some(disk) = on_a_small_disk("faults::disk::the_disk_of_the_database_server_is_full", 220)
    else {
        return;
    };
    let mut dice = Dice::new();
    let mut server = Server::start(Disk::Kept);
    let house = House::begin_in(Place::Database(server.database()));
    let offices = house.processes(2);
    let (mut full, mut given_up) = (0, 0);
    let tally = live(&house, &offices, |progress| {
        for round in 0..times(4) {
            progress.wait_for(2 + dice.below(20));
            let ballast = fill(&disk, dice.below(100_000));
            if round % 2 == 1 {
                use_up_the_log(&server);
            }
            progress.wait_for_trouble(1 + dice.below(5));
            fs::remove_file(ballast).unwrap();
            full += 1;
            progress.wait_for_while(5, || given_up += u32::from(server.revive()));
        }
    });
    println!(
        "counted: the disk of PostgreSQL full {full} times, {given_up} times it gave up and was \
         started again: {tally}"
    );
}

/// Has the server begin one file of its log after the other, until it can make no more; without its
/// log it cannot live.
fn use_up_the_log(server: &Server) {
    let next = "SELECT pg_logical_emit_message(false, 'kantor', 'on'); SELECT pg_switch_wal()";
    let mut files = 0;
    while server.try_sql(OWNER, "postgres", next).status.success() {
        files += 1;
        assert!(files < 100, "there is room for any number of files");
    }
}
