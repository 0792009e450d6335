//! The cases that every store passes, each named after a race or a loss that happens for real.
//!
//! A store's tests call [`run`]. Each case works in a new office of its own, so the stores that
//! `open` gives may be fresh ones or doors to one shared database.

mod answers;
mod carry;
mod chain;
mod documents;
mod head;
mod limits;
mod side;
mod uploads;

use std::panic::{AssertUnwindSafe, catch_unwind};

use kantor_model::Moment;

use crate::document::{Document, DocumentChange};
use crate::log::{Head, NewRecord, OfficeId};
use crate::store::{Store, View};
use crate::unit::UnitOfWork;
use crate::{CreateError, check_log};

/// One case: its name and what it does.
pub type Case = (&'static str, fn(&dyn Store));

/// All cases.
pub fn cases() -> Vec<Case> {
    [
        head::CASES,
        answers::CASES,
        documents::CASES,
        side::CASES,
        uploads::CASES,
        chain::CASES,
        limits::CASES,
        carry::CASES,
    ]
    .concat()
}

/// Runs all cases and panics at the end with the names of those that failed. Answers how many there
/// are.
///
/// # Panics
///
/// When a case fails: this is a test suite.
pub fn run(open: &dyn Fn() -> Box<dyn Store>) -> usize {
    let cases = cases();
    let failed: Vec<&str> = cases
        .iter()
        .filter(|(name, case)| {
            println!("case {name}");
            let store = open();
            catch_unwind(AssertUnwindSafe(|| case(store.as_ref()))).is_err()
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(
        failed.is_empty(),
        "the store breaks its contract: {failed:#?}"
    );
    cases.len()
}

/// The moment at which every story begins: 2026-11-02T08:00:00Z.
const START: Moment = Moment::from_micros(1_793_606_400_000_000);

/// So many seconds into the story.
fn at(second: i64) -> Moment {
    START.plus_seconds(second)
}

/// A new office with an empty log.
fn new_office(store: &dyn Store) -> OfficeId {
    let last = store.offices().unwrap().last().map_or(0, |office| office.0);
    (last + 1..)
        .map(OfficeId)
        .find(|office| match store.create_office(*office, START) {
            Ok(_) => true,
            Err(CreateError::Exists(_)) => false,
            Err(error) => panic!("{error}"),
        })
        .unwrap()
}

fn record(body: &str) -> NewRecord {
    NewRecord {
        kind: "noted".to_owned(),
        version: 1,
        body: body.as_bytes().to_vec(),
    }
}

/// A unit with one record, decided on the head that the view shows.
fn note(view: &dyn View, body: &str) -> UnitOfWork {
    let head = view.head();
    UnitOfWork {
        records: vec![record(body)],
        ..UnitOfWork::new(head.seq, head.moment)
    }
}

fn put(kind: &str, id: u64, owner: Option<u64>, state: &str) -> DocumentChange {
    DocumentChange::Put(Document {
        kind: kind.to_owned(),
        id,
        owner,
        state: state.to_owned(),
        seq: 0,
        body: format!("{kind} {id} {state}").into_bytes(),
    })
}

/// Locks, lets `fill` complete a unit decided on the locked head, and commits it.
fn commit(store: &dyn Store, office: OfficeId, fill: impl FnOnce(&mut UnitOfWork)) -> Head {
    let mut locked = store.lock(office).unwrap();
    let head = locked.view().head();
    let mut unit = UnitOfWork::new(head.seq, head.moment);
    fill(&mut unit);
    locked.append(&unit).unwrap();
    locked.commit().unwrap()
}

/// The bodies of all records, as text, after the chain was checked.
fn log_of(store: &dyn Store, office: OfficeId) -> Vec<String> {
    let view = store.view(office).unwrap();
    check_log(view.as_ref()).unwrap();
    let records = view.records(0, usize::MAX).unwrap();
    records
        .into_iter()
        .map(|record| String::from_utf8(record.body).unwrap())
        .collect()
}
