//! What is changed behind the store's back is named: the first fact that disagrees.

use std::fs;
use std::path::{Path, PathBuf};

use kantor_model::{Date, Moment};
use kantor_store::{
    Booking, Digest, NewRecord, OfficeId, SqliteStore, StagedEntry, Store, UnitOfWork,
    check_entries, check_file, check_log,
};
use rusqlite::Connection;
use tempfile::TempDir;

const OFFICE: OfficeId = OfficeId(7);
const NOW: Moment = Moment::from_micros(1_793_606_400_000_000);
const RECORDS: u64 = 5;

/// An office with five records, two entries and a file, closed.
struct Closed {
    folder: TempDir,
    rows: Digest,
    file: Digest,
}

impl Closed {
    fn new() -> Closed {
        Closed::with_bodies(|seq| format!("body of record {seq}"))
    }

    fn with_bodies(body: impl Fn(u64) -> String) -> Closed {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
        store.create_office(OFFICE, NOW).unwrap();
        let mut entries = [(-1234, 8766), (5, 8771)]
            .into_iter()
            .map(|(amount, balance_after)| StagedEntry {
                amount,
                balance_after,
                booked_on: Date::new(2026, 11, 2).ok(),
                body: b"title of the entry".to_vec(),
            });
        let rows = store.stage_entries(OFFICE, NOW, &mut entries).unwrap();
        let bytes = b"bytes of the file";
        let file = store.stage_file(OFFICE, NOW, &mut &bytes[..]).unwrap();
        let mut locked = store.lock(OFFICE).unwrap();
        for seq in 1..=RECORDS {
            let mut unit = UnitOfWork::new(seq - 1, NOW.plus_seconds(i64::try_from(seq).unwrap()));
            unit.records.push(NewRecord {
                kind: "noted".to_owned(),
                version: 1,
                body: body(seq).into_bytes(),
            });
            if seq == 1 {
                unit.files.push(file.hash);
                unit.bookings.push(Booking {
                    account: 1,
                    first_ordinal: 1,
                    rows_hash: rows.rows_hash,
                    position: 0,
                    count: 2,
                    statement: 1,
                    shift: 0,
                });
            }
            locked.append(&unit).unwrap();
        }
        locked.commit().unwrap();
        drop(store);
        Closed {
            folder,
            rows: rows.rows_hash,
            file: file.hash,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("kantor.db")
    }

    /// The first fact that disagrees, in words; empty when all agree.
    fn complaint(&self) -> String {
        let store = SqliteStore::open_read_only(&self.path()).unwrap();
        let view = store.view(OFFICE).unwrap();
        let view = view.as_ref();
        let log = check_log(view).err().map(|fault| fault.to_string());
        let entries = || {
            check_entries(view, &self.rows)
                .err()
                .map(|fault| fault.to_string())
        };
        let file = || {
            check_file(view, &self.file)
                .err()
                .map(|fault| fault.to_string())
        };
        log.or_else(entries).or_else(file).unwrap_or_default()
    }
}

/// What is done to the database, and what the check then says first.
#[test]
fn the_first_fact_that_disagrees_is_named() {
    let record = |seq: u64| format!("log of office 7, record {seq}:");
    for (change, complaint) in [
        ("", String::new()),
        (
            "UPDATE records SET body = x'00' WHERE seq = 3",
            record(3) + " its hash is recorded",
        ),
        (
            "UPDATE records SET kind = 'nothing' WHERE seq = 3",
            record(3),
        ),
        ("UPDATE records SET version = 2 WHERE seq = 3", record(3)),
        (
            "UPDATE records SET moment = moment + 1 WHERE seq = 3",
            record(3),
        ),
        (
            "UPDATE records SET hash = zeroblob(32) WHERE seq = 3",
            record(3),
        ),
        (
            "DELETE FROM records WHERE seq = 3",
            record(3) + " it is missing",
        ),
        (
            "DELETE FROM records WHERE seq = 5",
            record(5) + " it is missing",
        ),
        ("DELETE FROM records", record(1) + " it is missing"),
        (
            "INSERT INTO records SELECT office_id, 6, moment, kind, version, body, hash
             FROM records WHERE seq = 5",
            record(6) + " it lies beyond the head",
        ),
        (
            "UPDATE offices SET hash = zeroblob(32)",
            record(5) + " the head of the log",
        ),
        (
            "UPDATE offices SET moment = moment + 1",
            record(5) + " the head of the log",
        ),
        (
            "UPDATE offices SET seq = 4",
            record(5) + " it lies beyond the head",
        ),
        (
            "UPDATE entries SET amount = 6 WHERE position = 1",
            "the entries recorded as".into(),
        ),
        (
            "UPDATE entries SET balance_after = 0",
            "the entries recorded as".into(),
        ),
        (
            "UPDATE entries SET booked_on = 20261103",
            "the entries recorded as".into(),
        ),
        (
            "UPDATE entries SET booked_on = 20261131",
            "cannot be read".into(),
        ),
        (
            "UPDATE entries SET booked_on = NULL",
            "the entries recorded as".into(),
        ),
        (
            "UPDATE entries SET body = x'00'",
            "the entries recorded as".into(),
        ),
        ("DELETE FROM entries WHERE position = 1", "(1 rows)".into()),
        (
            "DELETE FROM uploads WHERE kind = 'entries'",
            "are not in the database".into(),
        ),
        (
            "UPDATE file_chunks SET bytes = x'00'",
            "has changed: its bytes now hash to".into(),
        ),
        (
            "DELETE FROM file_chunks",
            "has changed: its bytes now hash to".into(),
        ),
        (
            "DELETE FROM uploads WHERE kind = 'file'",
            "is not in the archive".into(),
        ),
    ] {
        let office = Closed::new();
        let database = Connection::open(office.path()).unwrap();
        database.execute_batch(change).unwrap();
        drop(database);
        let said = office.complaint();
        let empty_as_wanted = complaint.is_empty() == said.is_empty();
        assert!(
            empty_as_wanted && said.contains(&complaint),
            "{change}: {said:?}"
        );
    }
}

/// One bit on the disk turns over.
#[test]
fn one_flipped_byte_is_named() {
    for (text, complaint) in [
        ("body of record 3", "record 3:"),
        ("title of the entry", "the entries recorded as"),
        ("bytes of the file", "the archived file"),
    ] {
        let office = Closed::new();
        let mut bytes = fs::read(office.path()).unwrap();
        let at = find(&bytes, text.as_bytes());
        bytes[at] ^= 1;
        fs::write(office.path(), bytes).unwrap();
        let said = office.complaint();
        assert!(said.contains(complaint), "{text}: {said:?}");
    }
}

/// A whole page of the disk comes back empty.
#[test]
fn a_page_that_cannot_be_read_names_its_record() {
    const PAGE: usize = 4096;
    let office = Closed::with_bodies(|seq| format!("<record {seq}>").repeat(300));
    let mut bytes = fs::read(office.path()).unwrap();
    let at = find(&bytes, b"<record 3><record 3>");
    let page = at / PAGE * PAGE;
    bytes[page..page + PAGE].fill(0xff);
    fs::write(office.path(), bytes).unwrap();
    let said = office.complaint();
    assert!(said.contains("record 3:"), "{said}");
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes
        .windows(text.len())
        .position(|window| window == text)
        .unwrap()
}

/// The machine loses power while the last pages of the write-ahead log are on their way to the
/// disk. Whatever is left of them, the office is one that it was after some commit.
#[test]
fn a_torn_end_of_the_write_ahead_log_is_an_earlier_office_never_half_a_commit() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kantor.db");
    let store = SqliteStore::open(&path).unwrap();
    store.create_office(OFFICE, NOW).unwrap();
    for seq in 0..RECORDS {
        let mut unit = UnitOfWork::new(seq, NOW);
        for half in ["first half", "second half"] {
            unit.records.push(NewRecord {
                kind: half.to_owned(),
                version: 1,
                body: vec![7; 3000],
            });
        }
        unit.after = seq * 2;
        let mut locked = store.lock(OFFICE).unwrap();
        locked.append(&unit).unwrap();
        locked.commit().unwrap();
    }
    let database = fs::read(&path).unwrap();
    let log = fs::read(folder.path().join("kantor.db-wal")).unwrap();
    let mut seen = Vec::new();
    for parts in 0..=40 {
        let cut = log.len() * parts / 40;
        let mut flipped = log.clone();
        if let Some(byte) = flipped.get_mut(cut) {
            *byte ^= 1;
        }
        seen.push(reopened(&database, &log[..cut]));
        seen.push(reopened(&database, &flipped));
    }
    drop(store);
    // Every picture is whole, the uncut log loses nothing, and the cuts did cut something off.
    assert!(
        seen.iter()
            .all(|records| records.is_none_or(|count| count % 2 == 0)),
        "{seen:?}"
    );
    assert_eq!(seen.last(), Some(&Some(RECORDS * 2)));
    assert!(seen.contains(&Some(4)), "{seen:?}");
}

/// How many records an office made of these files has, after its log was checked; `None` before
/// the office was created.
fn reopened(database: &[u8], log: &[u8]) -> Option<u64> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kantor.db");
    fs::write(&path, database).unwrap();
    fs::write(wal(&path), log).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let view = store.view(OFFICE).ok()?;
    Some(check_log(view.as_ref()).unwrap().seq)
}

fn wal(database: &Path) -> PathBuf {
    database.with_file_name("kantor.db-wal")
}

/// What no hash covers: the state of an upload, an index that lost a row.
#[test]
fn damage_of_the_structure_is_named() {
    for (change, complaint) in [
        ("", ""),
        ("UPDATE uploads SET state = 'keqt'", "in state `keqt`"),
        ("UPDATE uploads SET kind = 'fine'", "a `fine`"),
        (
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'fingerprint', 'finwerprint')
                 WHERE name = 'answers' AND sql LIKE '%CHECK%';",
            "`answers`",
        ),
        ("DROP INDEX side_by_expiry", "`side_by_expiry`"),
        (
            "DROP INDEX uploads_by_hash;
             CREATE UNIQUE INDEX uploads_by_hash ON uploads (office_id, kind, hash)
                 WHERE hash IS NOT NULL AND upload > 1;
             PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'AND upload > 1', '');",
            "uploads_by_hash",
        ),
    ] {
        let office = Closed::new();
        let database = Connection::open(office.path()).unwrap();
        let change = format!("PRAGMA ignore_check_constraints = ON; {change}");
        database.execute_batch(&change).unwrap();
        drop(database);
        let store = SqliteStore::open_read_only(&office.path()).unwrap();
        let fault = store.check_structure().err();
        let said = fault.map(|fault| fault.to_string()).unwrap_or_default();
        let empty_as_wanted = complaint.is_empty() == said.is_empty();
        assert!(
            empty_as_wanted && said.contains(complaint),
            "{change}: {said:?}"
        );
    }
}

/// A server that ends leaves one file that can be copied; so does one that is asked to.
#[test]
fn what_was_written_back_is_in_the_one_file() {
    let office = Closed::new();
    let store = SqliteStore::open(&office.path()).unwrap();
    let mut unit = UnitOfWork::new(RECORDS, NOW.plus_seconds(100));
    unit.records.push(NewRecord {
        kind: "noted".to_owned(),
        version: 1,
        body: b"the last thing".to_vec(),
    });
    let mut locked = store.lock(OFFICE).unwrap();
    locked.append(&unit).unwrap();
    locked.commit().unwrap();
    let is_in_the_file = || {
        let bytes = fs::read(office.path()).unwrap();
        bytes.windows(14).any(|window| window == b"the last thing")
    };
    assert!(!is_in_the_file());
    store.write_back().unwrap();
    assert!(is_in_the_file());
}
