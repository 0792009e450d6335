//! Big things, uploaded outside the lock.

use std::io::{self, Read};
use std::thread;

use super::{Case, START, at, commit, new_office, record};
use crate::entries::{Booking, StagedEntry, Sweep};
use crate::error::{AppendError, FileError, StageError};
use crate::log::OfficeId;
use crate::store::{FileInfo, Store};
use crate::{AccessError, check_entries, check_file};
use kantor_engine::Digest;

pub(super) const CASES: &[Case] = &[
    ("a_file_uploaded_twice_is_one", a_file_uploaded_twice_is_one),
    (
        "entries_uploaded_twice_are_one_set",
        entries_uploaded_twice_are_one_set,
    ),
    (
        "a_big_file_comes_back_byte_for_byte",
        a_big_file_comes_back_byte_for_byte,
    ),
    (
        "an_upload_that_breaks_off_leaves_nothing",
        an_upload_that_breaks_off_leaves_nothing,
    ),
    (
        "stale_uploads_are_swept_and_kept_ones_stay",
        stale_uploads_are_swept_and_kept_ones_stay,
    ),
    (
        "an_upload_swept_before_its_commit_is_refused",
        an_upload_swept_before_its_commit_is_refused,
    ),
    (
        "orders_go_on_during_an_upload",
        orders_go_on_during_an_upload,
    ),
];

/// More than one piece of every store, and no round number.
const BIG: usize = 1_000_003;

fn big(seed: u8) -> Vec<u8> {
    (0..BIG)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed)
        .collect()
}

fn upload(store: &dyn Store, office: OfficeId, bytes: &[u8]) -> FileInfo {
    store.stage_file(office, START, &mut &bytes[..]).unwrap()
}

fn rows(count: i64) -> impl Iterator<Item = StagedEntry> {
    (1..=count).map(|ordinal| StagedEntry {
        amount: 100,
        balance_after: 100 * ordinal,
        booked_on: kantor_model::Date::new(2026, 11, 2).ok(),
        body: format!("line {ordinal}").into_bytes(),
    })
}

fn read(store: &dyn Store, office: OfficeId, hash: &Digest) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    let view = store.view(office).unwrap();
    view.copy_file(hash, &mut bytes).map(|_| bytes)
}

fn sweep(before: i64) -> Sweep {
    Sweep {
        uploads_before: at(before),
        answers_before: START,
        now: START,
    }
}

/// The same statement is sent by two cashiers at once, and once more the next day.
fn a_file_uploaded_twice_is_one(store: &dyn Store) {
    let office = new_office(store);
    let bytes = &big(1);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || upload(store, office, bytes));
        }
    });
    let file = upload(store, office, bytes);
    assert_eq!((file.hash, file.length), (Digest::of(bytes), BIG as u64));
    assert_eq!(read(store, office, &file.hash).unwrap(), *bytes);
    // One copy: sweeping finds one upload and no more.
    assert_eq!(store.sweep(office, &sweep(1)).unwrap().uploads, 1);
    assert_eq!(store.view(office).unwrap().file(&file.hash), Ok(None));
}

/// The same entries come from two uploads of one file.
fn entries_uploaded_twice_are_one_set(store: &dyn Store) {
    let office = new_office(store);
    let once = store.stage_entries(office, START, &mut rows(2500)).unwrap();
    let twice = store.stage_entries(office, START, &mut rows(2500)).unwrap();
    assert_eq!(once, twice);
    assert_eq!(once.count, 2500);
    let view = store.view(office).unwrap();
    assert_eq!(check_entries(view.as_ref(), &once.rows_hash), Ok(once));
    let part = view.staged_rows(&once.rows_hash, 1999, 2).unwrap();
    assert_eq!(part, rows(2001).skip(1999).collect::<Vec<_>>());
    drop(view);
    let other = store.stage_entries(office, START, &mut rows(2499)).unwrap();
    assert_ne!(other.rows_hash, once.rows_hash);
    assert_eq!(store.sweep(office, &sweep(1)).unwrap().uploads, 2);
}

/// An auditor asks for the bytes that the bank sent.
fn a_big_file_comes_back_byte_for_byte(store: &dyn Store) {
    let office = new_office(store);
    for bytes in [big(2), Vec::new(), vec![0]] {
        let file = upload(store, office, &bytes);
        assert_eq!(read(store, office, &file.hash).unwrap(), bytes);
        let view = store.view(office).unwrap();
        assert_eq!(check_file(view.as_ref(), &file.hash).unwrap(), file);
        assert_eq!(view.file(&file.hash), Ok(Some(file)));
    }
    let unknown = Digest::of(b"never sent");
    assert!(
        matches!(read(store, office, &unknown), Err(FileError::Missing(hash)) if hash == unknown)
    );
}

/// The cashier's line goes down in the middle of the file.
fn an_upload_that_breaks_off_leaves_nothing(store: &dyn Store) {
    struct Broken<'b>(&'b [u8]);
    impl Read for Broken<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::ErrorKind::ConnectionReset.into()),
                count => Ok(count),
            }
        }
    }
    let office = new_office(store);
    let bytes = big(3);
    let broken = store.stage_file(office, START, &mut Broken(&bytes));
    assert!(matches!(broken, Err(StageError::Source(_))));
    assert_eq!(
        store.view(office).unwrap().file(&Digest::of(&bytes)),
        Ok(None)
    );
    assert_eq!(store.sweep(office, &sweep(1)).unwrap().uploads, 1);
    let nobody = store.stage_file(OfficeId(i64::MAX), START, &mut &bytes[..]);
    assert!(matches!(
        nobody,
        Err(StageError::Access(AccessError::NoSuchOffice(_)))
    ));
}

/// Uploads that nobody booked must not fill the disk; booked ones stay for years.
fn stale_uploads_are_swept_and_kept_ones_stay(store: &dyn Store) {
    let office = new_office(store);
    let kept = upload(store, office, b"kept");
    let stale = upload(store, office, b"stale");
    let fresh = store
        .stage_file(office, at(10), &mut &b"fresh"[..])
        .unwrap();
    let set = store.stage_entries(office, START, &mut rows(2)).unwrap();
    commit(store, office, |unit| {
        unit.records.push(record("imported"));
        unit.files.push(kept.hash);
        unit.bookings.push(Booking {
            account: 1,
            first_ordinal: 1,
            rows_hash: set.rows_hash,
            position: 0,
            count: 2,
            statement: 1,
            shift: 0,
        });
    });
    assert_eq!(store.sweep(office, &sweep(10)).unwrap().uploads, 1);
    assert_eq!(store.sweep(office, &sweep(10)).unwrap().uploads, 0);
    let view = store.view(office).unwrap();
    assert_eq!(view.file(&stale.hash), Ok(None));
    for file in [kept, fresh] {
        assert_eq!(check_file(view.as_ref(), &file.hash).unwrap(), file);
    }
    assert_eq!(view.chain(1, 1, 9).unwrap().len(), 2);
    // An upload again of what was swept works as the first one did.
    drop(view);
    let again = upload(store, office, b"stale");
    assert_eq!(read(store, office, &again.hash).unwrap(), b"stale");
}

/// The cashier confirms an import that lay on his screen for a week.
fn an_upload_swept_before_its_commit_is_refused(store: &dyn Store) {
    let office = new_office(store);
    let file = upload(store, office, b"late");
    let set = store.stage_entries(office, START, &mut rows(1)).unwrap();
    assert_eq!(store.sweep(office, &sweep(1)).unwrap().uploads, 2);
    let mut locked = store.lock(office).unwrap();
    let mut unit = super::note(locked.view(), "imported");
    unit.files.push(file.hash);
    assert_eq!(
        locked.append(&unit),
        Err(AppendError::NoSuchFile(file.hash))
    );
    drop(locked);
    let mut locked = store.lock(office).unwrap();
    let mut unit = super::note(locked.view(), "imported");
    unit.bookings.push(Booking {
        account: 1,
        first_ordinal: 1,
        rows_hash: set.rows_hash,
        position: 0,
        count: 1,
        statement: 1,
        shift: 0,
    });
    assert_eq!(
        locked.append(&unit),
        Err(AppendError::NoSuchRows(set.rows_hash))
    );
}

/// A month of statements comes in while customers place orders.
fn orders_go_on_during_an_upload(store: &dyn Store) {
    struct OrderBetweenReads<'s> {
        store: &'s dyn Store,
        office: OfficeId,
        bytes: &'s [u8],
    }
    impl Read for OrderBetweenReads<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            // An upload that held the lock would wait here for itself, for ever.
            commit(self.store, self.office, |unit| {
                unit.records.push(record("order"))
            });
            self.bytes.read(buffer)
        }
    }
    let office = new_office(store);
    let bytes = big(4);
    let mut source = OrderBetweenReads {
        store,
        office,
        bytes: &bytes,
    };
    let file = store.stage_file(office, START, &mut source).unwrap();
    assert_eq!(file.hash, Digest::of(&bytes));
    let mut slow = rows(1500).inspect(|row| {
        if row.amount * 500 == row.balance_after {
            commit(store, office, |unit| unit.records.push(record("order")));
        }
    });
    store.stage_entries(office, START, &mut slow).unwrap();
    assert!(super::log_of(store, office).len() >= 3);
}
