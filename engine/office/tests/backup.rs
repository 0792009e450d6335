//! A backup holds everything, is restored as it was, and whatever is wrong with it is named with its
//! place. The parts are taken apart here by the form that `backup` documents, by code of its own.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use kantor_model::Moment;
use kantor_office::backup::{BackedUp, RestoreError, back_up, inspect, restore};
use kantor_postgres_kit::shared;
use kantor_store::{
    Booking, Digest, Document, DocumentChange, Item, NewAnswer, NewRecord, OfficeId, PostgresStore,
    Record, Side, SideChange, SqliteStore, StagedEntry, Store, UnitOfWork, View, check_entries,
    check_file, check_log,
};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const OFFICE: OfficeId = OfficeId(7);
const FIRST_LINE: &[u8] = b"kantor backup 1\n";

fn at(second: i64) -> Moment {
    Moment::from_micros(1_793_606_400_000_000).plus_seconds(second)
}

fn store() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
    (folder, store)
}

/// Bytes that do not pack, more than one part of them.
fn noise(count: usize) -> Vec<u8> {
    let byte = |at: usize| (at.wrapping_mul(2_654_435_761) >> 13) as u8;
    (0..count).map(byte).collect()
}

/// One commit of the office: a record, a document, a person and an answer.
fn work(store: &dyn Store, number: i64) {
    let mut locked = store.lock(OFFICE).unwrap();
    let after = locked.view().head().seq;
    let body = format!("event {number}").into_bytes();
    let mut unit = UnitOfWork::new(after, at(number));
    unit.records.push(NewRecord {
        kind: "noted".to_owned(),
        version: 1,
        body: body.clone(),
    });
    unit.documents.push(DocumentChange::Put(Document {
        kind: "order".to_owned(),
        id: number.unsigned_abs() % 50,
        owner: Some(3),
        state: "open".to_owned(),
        seq: 0,
        body: body.clone(),
    }));
    unit.sides.push(SideChange::Put(Side {
        kind: "person".to_owned(),
        key: format!("{}", number % 7),
        owner: None,
        body: "Łucja Żółć".as_bytes().to_vec(),
        expires: (number % 2 == 0).then(|| at(5)),
    }));
    unit.answer = Some(NewAnswer {
        key: format!("key {number}"),
        fingerprint: Digest::of(&body),
        body,
    });
    locked.append(&unit).unwrap();
    locked.commit().unwrap();
}

/// An office with something of everything.
fn furnish(store: &dyn Store) {
    store.create_office(OFFICE, at(0)).unwrap();
    for number in 1..=60 {
        work(store, number);
    }
    let line = |ordinal: i64| StagedEntry {
        amount: 100,
        balance_after: 100 * ordinal,
        booked_on: (ordinal % 2 == 0).then(|| "2026-11-02".parse().unwrap()),
        body: format!("line {ordinal}").into_bytes(),
    };
    let mut rows = (1..=700).map(line);
    let rows = store.stage_entries(OFFICE, at(61), &mut rows).unwrap();
    let stage = |bytes: &[u8]| {
        let mut source = bytes;
        store.stage_file(OFFICE, at(61), &mut source).unwrap().hash
    };
    let files = vec![stage(b""), stage(b"raw"), stage(&noise(700_000))];
    let mut locked = store.lock(OFFICE).unwrap();
    let after = locked.view().head().seq;
    let mut unit = UnitOfWork::new(after, at(61));
    unit.files = files;
    unit.bookings.push(Booking {
        account: 61,
        first_ordinal: 1,
        rows_hash: rows.rows_hash,
        position: 10,
        count: 690,
        statement: 1,
        shift: 5,
    });
    locked.append(&unit).unwrap();
    locked.commit().unwrap();
}

/// Everything that an office is.
fn all_of(view: &dyn View) -> (Vec<Record>, Vec<Item>) {
    let mut items: Vec<Item> = Vec::new();
    loop {
        let more = view.inventory(items.last(), 100).unwrap();
        if more.is_empty() {
            break;
        }
        items.extend(more);
    }
    (view.records(0, usize::MAX).unwrap(), items)
}

fn backed_up(view: &dyn View) -> (BackedUp, Vec<u8>) {
    let mut bytes = Vec::new();
    let held = back_up(view, at(100), &mut bytes).unwrap();
    (held, bytes)
}

/// The furnished office's backup.
fn sample() -> Vec<u8> {
    let (_folder, store) = store();
    furnish(&store);
    backed_up(store.view(OFFICE).unwrap().as_ref()).1
}

fn refused(bytes: &[u8]) -> RestoreError {
    inspect(&mut &bytes[..]).expect_err("refused")
}

/// A backup that is not whole is refused in a sentence with all of these.
#[track_caller]
fn check(bytes: &[u8], words: &[&str]) {
    let said = refused(bytes).to_string();
    for word in words {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
}

/// Nothing of it becomes an office, and it is refused in the same words.
#[track_caller]
fn leaves_nothing(bytes: &[u8]) {
    let said = refused(bytes).to_string();
    let (_folder, store) = store();
    let again = restore(&mut &bytes[..], &store, None).expect_err("refused");
    assert_eq!(again.to_string(), said);
    for office in store.offices().unwrap() {
        let nothing = (Vec::new(), Vec::new());
        assert_eq!(
            all_of(store.view(office).unwrap().as_ref()),
            nothing,
            "{said}"
        );
    }
}

/// A part, as documented.
#[derive(Clone)]
struct Part {
    whole: Range<usize>,
    kind: u8,
    content: Vec<u8>,
}

fn parts(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut begin = FIRST_LINE.len();
    let mut hash = Sha256::digest(FIRST_LINE).to_vec();
    while begin < bytes.len() {
        let head = &bytes[begin..begin + 9];
        let number = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().unwrap()) as usize;
        let end = begin + 41 + number(1);
        let packed = &bytes[begin + 41..end];
        hash = Sha256::digest([&hash, head, packed].concat()).to_vec();
        assert_eq!(&bytes[begin + 9..begin + 41], hash);
        let content = decompress_to_vec_zlib(packed).unwrap();
        assert_eq!(content.len(), number(5));
        parts.push(Part {
            whole: begin..end,
            kind: head[0],
            content,
        });
        begin = end;
    }
    parts
}

/// A backup of these parts whose hashes all fit: what a forger writes.
fn forged(parts: &[Part]) -> Vec<u8> {
    let mut bytes = FIRST_LINE.to_vec();
    let mut hash = Sha256::digest(FIRST_LINE).to_vec();
    for part in parts {
        let packed = compress_to_vec_zlib(&part.content, 1);
        let mut head = vec![part.kind];
        head.extend((packed.len() as u32).to_be_bytes());
        head.extend((part.content.len() as u32).to_be_bytes());
        hash = Sha256::digest([&hash, &head[..], &packed].concat()).to_vec();
        bytes.extend(head);
        bytes.extend(&hash);
        bytes.extend(packed);
    }
    bytes
}

#[test]
fn an_office_is_restored_as_it_was() {
    let (_folder, from) = store();
    furnish(&from);
    let view = from.view(OFFICE).unwrap();
    let (held, bytes) = backed_up(view.as_ref());
    assert_eq!(inspect(&mut &bytes[..]).unwrap(), held);
    assert_eq!((held.totals.records, held.totals.rows), (60, 700));
    assert_eq!((held.totals.files, held.totals.file_bytes), (3, 700_003));

    let (_folder, to) = store();
    let restored = restore(&mut &bytes[..], &to, Some(OFFICE)).unwrap();
    assert_eq!(restored, held);
    let there = to.view(OFFICE).unwrap();
    assert_eq!(check_log(there.as_ref()).unwrap(), view.head());
    assert_eq!(all_of(there.as_ref()), all_of(view.as_ref()));
    for item in all_of(there.as_ref()).1 {
        match item {
            Item::Entries(entries) => {
                assert_eq!(
                    check_entries(there.as_ref(), &entries.rows_hash),
                    Ok(entries)
                );
            }
            Item::File(file) => {
                assert_eq!(check_file(there.as_ref(), &file.hash).unwrap(), file);
            }
            _ => {}
        }
    }
    assert_eq!(there.chain(61, 1, 9), view.chain(61, 1, 9));
    // The restored office's backup is the same, byte for byte.
    assert_eq!(backed_up(there.as_ref()).1, bytes);
    drop(there);
    // And it goes on working.
    work(&to, 200);
    assert_eq!(
        check_log(to.view(OFFICE).unwrap().as_ref()).unwrap().seq,
        61
    );
}

#[test]
fn an_office_without_anything_is_restored_too() {
    let (_folder, from) = store();
    from.create_office(OFFICE, at(3)).unwrap();
    let (held, bytes) = backed_up(from.view(OFFICE).unwrap().as_ref());
    let (_folder, to) = store();
    restore(&mut &bytes[..], &to, None).unwrap();
    assert_eq!(to.view(OFFICE).unwrap().head(), held.head);
}

#[test]
fn a_target_with_something_in_it_is_left_alone() {
    let bytes = sample();
    let (_folder, to) = store();
    to.create_office(OFFICE, at(0)).unwrap();
    work(&to, 1);
    let before = to.view(OFFICE).unwrap().head();
    let refused = restore(&mut &bytes[..], &to, None).unwrap_err();
    assert!(
        matches!(refused, RestoreError::NotEmpty(OFFICE)),
        "{refused}"
    );
    assert_eq!(to.view(OFFICE).unwrap().head(), before);
    let other = restore(&mut &bytes[..], &to, Some(OfficeId(1))).unwrap_err();
    assert!(other.to_string().contains("set `number`"), "{other}");
}

#[test]
fn a_restore_that_broke_off_is_begun_again() {
    let bytes = sample();
    let (_folder, to) = store();
    // What is left of one: the office's number and uploads that nothing refers to.
    to.create_office(OFFICE, at(0)).unwrap();
    to.stage_file(OFFICE, at(0), &mut &b"raw"[..]).unwrap();
    restore(&mut &bytes[..], &to, None).unwrap();
    assert_eq!(
        check_log(to.view(OFFICE).unwrap().as_ref()).unwrap().seq,
        60
    );
}

#[test]
fn one_changed_byte_is_named_wherever_it_stands() {
    let whole = sample();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    check(&flipped(3), &["not a backup of Kantor"]);
    check(&flipped(14), &["kantor backup 0", "newer one"]);
    let parts = parts(&whole);
    let kinds: Vec<u8> = parts.iter().map(|part| part.kind).collect();
    for kind in b"oeflkdsaz" {
        assert!(kinds.contains(kind), "no part {}", char::from(*kind));
    }
    for (number, part) in (1..).zip(&parts) {
        let begin = part.whole.start;
        let place = format!("in part {number} (");
        let byte = format!("begins at byte {begin}");
        // Its kind, both lengths, its hash, the first, a middle and the last byte of its content.
        let middle = (begin + 41 + part.whole.end) / 2;
        for at in [0, 1, 4, 5, 8, 9, 40, 41] {
            check(&flipped(begin + at), &[&place, &byte]);
        }
        check(&flipped(middle), &["is damaged", &place, &byte]);
        leaves_nothing(&flipped(middle));
        check(&flipped(part.whole.end - 1), &["is damaged", &place, &byte]);
    }
}

#[test]
fn a_backup_that_breaks_off_says_where() {
    let whole = sample();
    check(b"", &["not a backup"]);
    for (number, part) in (1..).zip(parts(&whole)) {
        let Range { start, end } = part.whole;
        for cut in [start, start + 1, start + 40, start + 41, end - 1] {
            check(
                &whole[..cut],
                &[
                    "breaks off",
                    &format!("in part {number} ("),
                    &format!("byte {start}"),
                ],
            );
        }
    }
    leaves_nothing(&whole[..whole.len() - 1]);
    let longer = [&whole[..], b"\n"].concat();
    check(
        &longer,
        &["after the end", &format!("byte {}", whole.len())],
    );
    check(&[&whole[..], &whole[..]].concat(), &["after the end"]);
}

#[test]
fn a_part_that_is_missing_or_moved_is_named() {
    let whole = sample();
    let parts = parts(&whole);
    for at in 0..parts.len() - 1 {
        let without = [
            &whole[..parts[at].whole.start],
            &whole[parts[at].whole.end..],
        ]
        .concat();
        check(&without, &["is damaged", &format!("in part {} (", at + 1)]);
    }
    let (one, other) = (parts[1].whole.clone(), parts[2].whole.clone());
    let swapped = [
        &whole[..one.start],
        &whole[other.clone()],
        &whole[one],
        &whole[other.end..],
    ];
    check(&swapped.concat(), &["is damaged", "in part 2 ("]);
}

/// Every hash of the parts fits; what stands in them does not.
#[test]
fn what_does_not_fit_together_is_named_though_every_part_is_whole() {
    let parts = parts(&sample());
    assert!(inspect(&mut &forged(&parts)[..]).is_ok());
    let of = |kind: u8| parts.iter().position(|part| part.kind == kind).unwrap();
    let without = |kind: u8| {
        let mut parts = parts.clone();
        parts.retain(|part| part.kind != kind);
        forged(&parts)
    };
    check(
        &without(b'l'),
        &["the log ends at 0, and its head is at 60"],
    );
    check(&without(b's'), &["more or less than its end says"]);
    leaves_nothing(&without(b's'));
    check(&without(b'o'), &["the office has to stand first"]);
    check(&without(b'z'), &["breaks off"]);
    let swapped = |one: u8, other: u8| {
        let mut parts = parts.clone();
        parts.swap(of(one), of(other));
        forged(&parts)
    };
    check(&swapped(b'd', b's'), &["in another order"]);
    let replaced = |kind: u8, from: &str, to: &str| {
        let mut parts = parts.clone();
        let content = &mut parts[of(kind)].content;
        let at = content
            .windows(from.len())
            .position(|window| window == from.as_bytes())
            .unwrap();
        content[at..at + from.len()].copy_from_slice(to.as_bytes());
        forged(&parts)
    };
    check(
        &replaced(b'l', "event 9", "event 8"),
        &["record 9 does not follow"],
    );
    check(
        &replaced(b'e', "line 9", "line 8"),
        &["bank lines", "another hash"],
    );
    check(&replaced(b'f', "raw", "war"), &["file", "another hash"]);
    check(
        &replaced(b'z', "\"sides\":7", "\"sides\":8"),
        &["than its end says"],
    );
    check(
        &replaced(b'k', "\"shift\"", "\"shaft\""),
        &["(the chains of accounts)", "shaft"],
    );
    // A set that says that it has more lines than there are.
    check(
        &replaced(b'e', "\"count\":700", "\"count\":701"),
        &["cut off"],
    );
    check(
        &replaced(b'f', "\"length\":3}", "\"length\":9}"),
        &["cut off"],
    );
}

/// Takes bytes one piece at a time, and lets the office work between them.
struct Slow<'a> {
    bytes: Vec<u8>,
    between: &'a dyn Fn(),
}

impl Write for Slow<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.between)();
        self.bytes.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_backup_under_load_shows_one_moment() {
    let (_folder, from) = store();
    furnish(&from);
    let (view, stop) = (from.view(OFFICE).unwrap(), AtomicBool::new(false));
    let before = all_of(view.as_ref());
    let (held, bytes, worked) = thread::scope(|scope| {
        let working = scope.spawn(|| {
            let mut number = 100;
            while !stop.load(Ordering::Relaxed) {
                work(&from, number);
                number += 1;
            }
            number - 100
        });
        let mut slow = Slow {
            bytes: Vec::new(),
            between: &|| {
                // Between any two pieces at least one more commit happens.
                let seen = from.view(OFFICE).unwrap().head().seq;
                while from.view(OFFICE).unwrap().head().seq == seen {
                    thread::yield_now();
                }
            },
        };
        let held = back_up(view.as_ref(), at(100), &mut slow).unwrap();
        stop.store(true, Ordering::Relaxed);
        (held, slow.bytes, working.join().unwrap())
    });
    assert!(worked > 10, "{worked} commits beside the backup");
    println!("counted: {worked} commits beside the backup");
    assert_eq!(held.head.seq, 60);
    let (_folder, to) = store();
    restore(&mut &bytes[..], &to, None).unwrap();
    assert_eq!(all_of(to.view(OFFICE).unwrap().as_ref()), before);
}

/// Of a log that is not whole nothing can be restored: it is told when the backup is made, not when
/// it is needed.
#[test]
fn a_log_that_is_not_whole_gives_no_backup() {
    let server = shared();
    let damages = [
        (
            "UPDATE records SET body = 'another' WHERE seq = 9",
            "record 9",
        ),
        (
            "DELETE FROM records WHERE seq = 9",
            "record 9: it is missing",
        ),
        (
            "DELETE FROM records WHERE seq > 50",
            "record 51: it is missing",
        ),
    ];
    for (damage, named) in damages {
        let url = server.database();
        let store = PostgresStore::open(&url.parse().unwrap()).unwrap();
        furnish(&store);
        server.sql(url.rsplit('/').next().unwrap(), damage);
        let view = store.view(OFFICE).unwrap();
        let failed = back_up(&*view, at(100), &mut io::sink()).unwrap_err();
        let said = failed.to_string();
        assert!(
            said.contains("was not written") && said.contains(named),
            "{said}"
        );
    }
}

#[test]
fn a_disk_that_is_full_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (_folder, from) = store();
    furnish(&from);
    let view = from.view(OFFICE).unwrap();
    let failed = back_up(view.as_ref(), at(100), &mut Full).unwrap_err();
    assert!(failed.to_string().contains("free some space"), "{failed}");
}
