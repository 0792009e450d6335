//! Personal data and secrets.

use std::thread;

use super::{Case, START, at, commit, new_office, record};
use crate::check_log;
use crate::entries::Sweep;
use crate::error::{SideError, SideRefusal};
use crate::log::OfficeId;
use crate::side::{Side, SideChange, SideFilter};
use crate::store::Store;

pub(super) const CASES: &[Case] = &[
    (
        "an_erased_person_leaves_every_hash_as_it_was",
        an_erased_person_leaves_every_hash_as_it_was,
    ),
    (
        "two_people_register_one_address_and_one_wins",
        two_people_register_one_address_and_one_wins,
    ),
    ("a_token_is_used_once", a_token_is_used_once),
    ("what_has_expired_is_gone", what_has_expired_is_gone),
    (
        "a_refused_change_takes_the_others_with_it",
        a_refused_change_takes_the_others_with_it,
    ),
    (
        "all_sessions_of_one_person_end",
        all_sessions_of_one_person_end,
    ),
    (
        "a_registration_is_one_with_its_events",
        a_registration_is_one_with_its_events,
    ),
];

fn row(kind: &str, key: &str, owner: u64, body: &str) -> Side {
    Side {
        kind: kind.to_owned(),
        key: key.to_owned(),
        owner: Some(owner),
        body: body.as_bytes().to_vec(),
        expires: None,
    }
}

fn take(kind: &str, key: &str) -> SideChange {
    SideChange::Take {
        kind: kind.to_owned(),
        key: key.to_owned(),
    }
}

fn body(store: &dyn Store, office: OfficeId, kind: &str, key: &str) -> Option<Vec<u8>> {
    let view = store.view(office).unwrap();
    view.side(kind, key, START).unwrap().map(|side| side.body)
}

/// The law asks to forget a customer. Every sum and hash of the log must stay verifiable.
fn an_erased_person_leaves_every_hash_as_it_was(store: &dyn Store) {
    let office = new_office(store);
    let head = commit(store, office, |unit| {
        unit.records.push(record("customer 7 registered"));
        unit.sides
            .push(SideChange::PutNew(row("person", "7", 7, "Anna Kowalska")));
    });
    assert_eq!(
        body(store, office, "person", "7").unwrap(),
        b"Anna Kowalska"
    );
    let erase = SideChange::DeleteOwned {
        kind: "person".to_owned(),
        owner: 7,
    };
    store.change_side(office, START, &[erase]).unwrap();
    assert_eq!(body(store, office, "person", "7"), None);
    let view = store.view(office).unwrap();
    assert_eq!(check_log(view.as_ref()), Ok(head));
}

/// Eight people register the same e-mail address in the same second.
fn two_people_register_one_address_and_one_wins(store: &dyn Store) {
    let office = new_office(store);
    let wins: Vec<u64> = thread::scope(|scope| {
        let people: Vec<_> = (0..8)
            .map(|who| {
                scope.spawn(move || {
                    let new = SideChange::PutNew(row("address", "a@example.com", who, "x"));
                    match store.change_side(office, START, &[new]) {
                        Ok(()) => Some(who),
                        Err(SideError::Refused(SideRefusal::Exists { .. })) => None,
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        people
            .into_iter()
            .filter_map(|person| person.join().unwrap())
            .collect()
    });
    assert_eq!(wins.len(), 1);
    let view = store.view(office).unwrap();
    let there = view
        .side("address", "a@example.com", START)
        .unwrap()
        .unwrap();
    assert_eq!(there.owner, wins.first().copied());
}

/// A link from an e-mail is opened in eight windows at once.
fn a_token_is_used_once(store: &dyn Store) {
    let office = new_office(store);
    let token = SideChange::Put(row("token", "t", 1, ""));
    store.change_side(office, START, &[token]).unwrap();
    let uses: usize = thread::scope(|scope| {
        let windows: Vec<_> = (0..8)
            .map(|_| scope.spawn(move || store.change_side(office, START, &[take("token", "t")])))
            .collect();
        windows
            .into_iter()
            .filter_map(|window| window.join().unwrap().ok())
            .count()
    });
    assert_eq!(uses, 1);
}

/// A session ends by itself; its key can be given again before any sweep has run.
fn what_has_expired_is_gone(store: &dyn Store) {
    let office = new_office(store);
    let until = |second| Side {
        expires: Some(at(second)),
        ..row("session", "s", 1, "first")
    };
    let change = |now, change| store.change_side(office, now, &[change]);
    change(START, SideChange::PutNew(until(10))).unwrap();
    let view = store.view(office).unwrap();
    assert!(view.side("session", "s", at(9)).unwrap().is_some());
    assert_eq!(view.side("session", "s", at(10)), Ok(None));
    assert_eq!(
        view.sides("session", &SideFilter::first(9), at(10)),
        Ok(Vec::new())
    );
    assert!(change(at(9), SideChange::PutNew(until(20))).is_err());
    assert!(change(at(10), take("session", "s")).is_err());
    change(at(10), SideChange::PutNew(until(20))).unwrap();
    let sweep = |now| Sweep {
        uploads_before: START,
        answers_before: START,
        now,
    };
    assert_eq!(store.sweep(office, &sweep(at(19))).unwrap().sides, 0);
    assert_eq!(store.sweep(office, &sweep(at(20))).unwrap().sides, 1);
}

/// A password is changed and the old sessions end in one step, or not at all.
fn a_refused_change_takes_the_others_with_it(store: &dyn Store) {
    let office = new_office(store);
    let old = SideChange::Put(row("credential", "7", 7, "old"));
    store.change_side(office, START, &[old]).unwrap();
    let new = SideChange::Put(row("credential", "7", 7, "new"));
    let refused = store.change_side(office, START, &[new, take("token", "none")]);
    assert!(matches!(
        refused,
        Err(SideError::Refused(SideRefusal::Missing { .. }))
    ));
    assert_eq!(body(store, office, "credential", "7").unwrap(), b"old");
}

/// "Log me out everywhere" ends mine and nobody else's.
fn all_sessions_of_one_person_end(store: &dyn Store) {
    let office = new_office(store);
    let rows: Vec<_> = [("a", 1), ("b", 2), ("c", 1), ("d", 1)]
        .into_iter()
        .map(|(key, owner)| SideChange::Put(row("session", key, owner, "")))
        .collect();
    store.change_side(office, START, &rows).unwrap();
    let keys = |filter: SideFilter| -> Vec<String> {
        let view = store.view(office).unwrap();
        let found = view.sides("session", &filter, START).unwrap();
        found.into_iter().map(|side| side.key).collect()
    };
    assert_eq!(keys(SideFilter::first(2).owned_by(1)), ["a", "c"]);
    assert_eq!(keys(SideFilter::first(2).owned_by(1).after("c")), ["d"]);
    let end = SideChange::DeleteOwned {
        kind: "session".to_owned(),
        owner: 1,
    };
    store.change_side(office, START, &[end]).unwrap();
    assert_eq!(keys(SideFilter::first(9)), ["b"]);
    let delete = SideChange::Delete {
        kind: "session".to_owned(),
        key: "b".to_owned(),
    };
    // Deleting twice is no error: the second click on "log out".
    store
        .change_side(office, START, &[delete.clone(), delete])
        .unwrap();
    assert_eq!(keys(SideFilter::first(9)), Vec::<String>::new());
}

/// A customer's event without his data, or the other way round, would be a customer by half.
fn a_registration_is_one_with_its_events(store: &dyn Store) {
    let office = new_office(store);
    let mut locked = store.lock(office).unwrap();
    let mut unit = super::note(locked.view(), "registered");
    unit.sides
        .push(SideChange::PutNew(row("person", "7", 7, "Anna")));
    locked.append(&unit).unwrap();
    assert!(locked.view().side("person", "7", START).unwrap().is_some());
    assert_eq!(body(store, office, "person", "7"), None);
    drop(locked);
    assert_eq!(body(store, office, "person", "7"), None);
}
