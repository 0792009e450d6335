//! An office that is carried to another store, item by item.

use super::{Case, START, at, commit, log_of, new_office, put, record};
use crate::entries::{Booking, StagedEntry, Withdrawal};
use crate::error::AppendError;
use crate::item::Item;
use crate::log::{NewRecord, OfficeId};
use crate::side::{Side, SideChange};
use crate::store::Store;
use crate::unit::{NewAnswer, UnitOfWork};
use crate::{CommitError, Document};
use kantor_engine::Digest;

pub(super) const CASES: &[Case] = &[
    (
        "an_office_is_the_same_after_it_was_carried_away",
        an_office_is_the_same_after_it_was_carried_away,
    ),
    (
        "the_inventory_is_the_same_in_pages_of_any_size",
        the_inventory_is_the_same_in_pages_of_any_size,
    ),
    (
        "an_inventory_shows_one_moment_while_the_office_works",
        an_inventory_shows_one_moment_while_the_office_works,
    ),
    (
        "an_item_that_does_not_fit_spoils_the_restore",
        an_item_that_does_not_fit_spoils_the_restore,
    ),
];

fn lines(count: i64, text: &str) -> Vec<StagedEntry> {
    let line = |ordinal| StagedEntry {
        amount: 100,
        balance_after: 100 * ordinal,
        booked_on: kantor_model::Date::new(2026, 11, 2).ok(),
        body: format!("{text} {ordinal}").into_bytes(),
    };
    (1..=count).map(line).collect()
}

fn side(kind: &str, key: &str, expires: Option<i64>) -> SideChange {
    SideChange::Put(Side {
        kind: kind.to_owned(),
        key: key.to_owned(),
        owner: Some(7),
        body: b"ul. \xC5\xBBurawia\0".to_vec(),
        expires: expires.map(at),
    })
}

fn answered(key: &str) -> Option<NewAnswer> {
    Some(NewAnswer {
        key: key.to_owned(),
        fingerprint: Digest::of(key.as_bytes()),
        body: b"done".to_vec(),
    })
}

fn booking(account: u64, first_ordinal: u64, rows_hash: Digest, count: u64) -> Booking {
    Booking {
        account,
        first_ordinal,
        rows_hash,
        position: 1,
        count,
        statement: 3,
        shift: -50,
    }
}

/// An office with something of everything, and something that is not kept any more.
fn furnished(store: &dyn Store) -> OfficeId {
    let office = new_office(store);
    let stage = |count, text| {
        let mut rows = lines(count, text).into_iter();
        let staged = store.stage_entries(office, START, &mut rows).unwrap();
        staged.rows_hash
    };
    let (first, second) = (stage(5, "first"), stage(3, "second"));
    let file = store.stage_file(office, START, &mut &b"raw bytes"[..]);
    let file = file.unwrap().hash;
    store
        .stage_file(office, START, &mut &b"forgotten"[..])
        .unwrap();
    stage(2, "forgotten");
    commit(store, office, |unit| {
        unit.records.extend([record("placed"), record("priced")]);
        unit.documents.push(put("order", 1, Some(7), "open"));
        unit.documents.push(put("order", 10, None, "open"));
        unit.bookings.push(booking(61, 1, first, 4));
        unit.files.push(file);
        unit.answer = answered("key b");
    });
    commit(store, office, |unit| {
        unit.moment = at(60);
        unit.records.push(record("paid"));
        unit.documents.push(put("order", 1, Some(7), "paid"));
        unit.documents.push(put("payout", 1, None, "due"));
        unit.withdrawals.push(Withdrawal {
            account: 61,
            from_ordinal: 3,
        });
        unit.bookings.push(booking(61, 3, second, 2));
        unit.bookings.push(booking(7, 1, second, 1));
        unit.sides.push(side("person", "ż", None));
        unit.sides.push(side("person", "a", Some(30)));
        unit.sides.push(side("key", "z", Some(3600)));
        unit.answer = answered("key a");
    });
    office
}

/// Everything of an office, in pages of that size.
fn inventory(store: &dyn Store, office: OfficeId, page: usize) -> Vec<Item> {
    let view = store.view(office).unwrap();
    let mut all: Vec<Item> = Vec::new();
    loop {
        let more = view.inventory(all.last(), page).unwrap();
        if more.is_empty() {
            return all;
        }
        assert!(more.len() <= page);
        all.extend(more);
    }
}

/// Uploads what an office keeps, for another office.
fn upload(store: &dyn Store, from: OfficeId, to: OfficeId) {
    let view = store.view(from).unwrap();
    for item in inventory(store, from, 100) {
        match item {
            Item::Entries(entries) => {
                let rows = view.staged_rows(&entries.rows_hash, 0, 100).unwrap();
                let staged = store.stage_entries(to, START, &mut rows.into_iter());
                assert_eq!(staged.unwrap(), entries);
            }
            Item::File(file) => {
                let mut bytes = Vec::new();
                view.copy_file(&file.hash, &mut bytes).unwrap();
                assert_eq!(store.stage_file(to, START, &mut &bytes[..]).unwrap(), file);
            }
            Item::Booking(_) | Item::Document(_) | Item::Side(_) | Item::Answer(..) => {}
        }
    }
}

/// The office grows out of the embedded store and goes on in the server's.
fn an_office_is_the_same_after_it_was_carried_away(store: &dyn Store) {
    let from = furnished(store);
    let to = new_office(store);
    upload(store, from, to);
    let items = inventory(store, from, 100);
    let records = store.view(from).unwrap().records(0, 100).unwrap();
    let mut locked = store.lock(to).unwrap();
    for record in &records {
        let after = locked.view().head().seq;
        let unit = UnitOfWork {
            records: vec![NewRecord {
                kind: record.kind.clone(),
                version: record.version,
                body: record.body.clone(),
            }],
            ..UnitOfWork::new(after, record.moment)
        };
        locked.append(&unit).unwrap();
    }
    for item in &items {
        locked.take_in(item).unwrap();
    }
    locked.commit().unwrap();
    assert_eq!(log_of(store, to), log_of(store, from));
    assert_eq!(inventory(store, to, 100), items);
    let (from, to) = (store.view(from).unwrap(), store.view(to).unwrap());
    assert_eq!(to.head().moment, from.head().moment);
    assert_eq!(to.chain(61, 1, 100), from.chain(61, 1, 100));
    assert_eq!(to.answer("key b"), from.answer("key b"));
    assert_eq!(to.document("order", 10), from.document("order", 10));
    assert_eq!(to.document("order", 10).unwrap().unwrap().seq, 2);
}

/// A million documents are carried away in pages; none may be left out or come twice.
fn the_inventory_is_the_same_in_pages_of_any_size(store: &dyn Store) {
    let office = furnished(store);
    let all = inventory(store, office, 100);
    let told: Vec<String> = all
        .iter()
        .map(|item| match item {
            Item::Entries(entries) => format!("{} rows", entries.count),
            Item::File(file) => format!("{} bytes", file.length),
            Item::Booking(booking) => format!("{} {}", booking.account, booking.first_ordinal),
            Item::Document(Document { kind, id, seq, .. }) => format!("{kind} {id} at {seq}"),
            Item::Side(side) => format!("{} {}", side.kind, side.key),
            Item::Answer(key, answer) => format!("{key} at {}", answer.seq),
        })
        .collect();
    // The two sets stand in the order of their hashes.
    let (sets, rest) = told.split_at(2);
    let mut sets = sets.to_vec();
    sets.sort();
    assert_eq!(sets, ["3 rows", "5 rows"]);
    assert_eq!(
        rest,
        [
            "9 bytes",
            "7 1",
            "61 1",
            "61 3",
            "order 1 at 3",
            "order 10 at 2",
            "payout 1 at 3",
            "key z",
            "person a",
            "person ż",
            "key a at 3",
            "key b at 2",
        ]
    );
    for page in [1, 2, 5] {
        assert_eq!(inventory(store, office, page), all, "pages of {page}");
    }
}

/// A backup is made while customers place orders.
fn an_inventory_shows_one_moment_while_the_office_works(store: &dyn Store) {
    let office = furnished(store);
    let before = inventory(store, office, 100);
    let view = store.view(office).unwrap();
    let first = view.inventory(None, 1).unwrap();
    commit(store, office, |unit| {
        unit.records.push(record("placed meanwhile"));
        unit.documents.push(put("order", 5, None, "open"));
        unit.sides.push(side("person", "b", None));
        unit.answer = answered("key aa");
    });
    let mut seen = first;
    loop {
        let more = view.inventory(seen.last(), 3).unwrap();
        if more.is_empty() {
            break;
        }
        seen.extend(more);
    }
    assert_eq!(seen, before);
    assert_eq!(view.head().seq, 3);
}

/// A backup names a file whose bytes were not uploaded: nothing of it becomes an office.
fn an_item_that_does_not_fit_spoils_the_restore(store: &dyn Store) {
    let from = furnished(store);
    let to = new_office(store);
    let items = inventory(store, from, 100);
    let mut locked = store.lock(to).unwrap();
    let document = items.iter().find(|item| matches!(item, Item::Document(_)));
    locked.take_in(document.unwrap()).unwrap();
    let file = items.iter().find(|item| matches!(item, Item::File(_)));
    let refused = locked.take_in(file.unwrap());
    assert!(
        matches!(refused, Err(AppendError::NoSuchFile(_))),
        "{refused:?}"
    );
    assert_eq!(locked.take_in(document.unwrap()), Err(AppendError::Spoiled));
    assert_eq!(locked.commit(), Err(CommitError::Spoiled));
    assert_eq!(inventory(store, to, 100), []);
}
