//! Idempotency: the same question asked twice.

use std::thread;

use super::{Case, at, commit, log_of, new_office, note, record};
use crate::digest::fingerprint;
use crate::entries::Sweep;
use crate::error::AppendError;
use crate::log::OfficeId;
use crate::store::Store;
use crate::unit::{Answer, NewAnswer};
use kantor_engine::Digest;

pub(super) const CASES: &[Case] = &[
    (
        "the_same_key_again_gets_the_first_answer",
        the_same_key_again_gets_the_first_answer,
    ),
    (
        "the_same_key_for_another_request_is_refused",
        the_same_key_for_another_request_is_refused,
    ),
    ("a_double_click_orders_once", a_double_click_orders_once),
    ("old_answers_are_forgotten", old_answers_are_forgotten),
];

fn answer(key: &str, fingerprint: Digest, body: &str) -> NewAnswer {
    NewAnswer {
        key: key.to_owned(),
        fingerprint,
        body: body.as_bytes().to_vec(),
    }
}

fn ordered(store: &dyn Store, office: OfficeId, key: &str, body: &str) {
    commit(store, office, |unit| {
        unit.records.push(record(body));
        unit.answer = Some(answer(key, fingerprint("anna", b"order"), body));
    });
}

/// The connection broke before the answer came, and the customer's browser asks again.
fn the_same_key_again_gets_the_first_answer(store: &dyn Store) {
    let office = new_office(store);
    ordered(store, office, "k1", "order 1");
    commit(store, office, |unit| unit.records.push(record("later")));
    let first = Answer {
        fingerprint: fingerprint("anna", b"order"),
        seq: 1,
        moment: super::START,
        body: b"order 1".to_vec(),
    };
    let mut locked = store.lock(office).unwrap();
    assert_eq!(locked.view().answer("k1"), Ok(Some(first.clone())));
    let mut again = note(locked.view(), "order 1 again");
    again.answer = Some(answer("k1", first.fingerprint, "order 2"));
    let refused = AppendError::Answered {
        key: "k1".to_owned(),
    };
    assert_eq!(locked.append(&again), Err(refused));
    drop(locked);
    assert_eq!(log_of(store, office), ["order 1", "later"]);
    assert_eq!(store.view(office).unwrap().answer("k1"), Ok(Some(first)));
    assert_eq!(store.view(office).unwrap().answer("k2"), Ok(None));
}

/// A client with a bug uses one key for two different orders.
fn the_same_key_for_another_request_is_refused(store: &dyn Store) {
    let office = new_office(store);
    ordered(store, office, "k1", "order 1");
    for (who, what) in [("anna", "another order"), ("bolek", "order")] {
        let mut locked = store.lock(office).unwrap();
        let mut other = note(locked.view(), "other");
        other.answer = Some(answer("k1", fingerprint(who, what.as_bytes()), "x"));
        let refused = AppendError::KeyReused {
            key: "k1".to_owned(),
        };
        assert_eq!(locked.append(&other), Err(refused));
    }
    assert_eq!(log_of(store, office), ["order 1"]);
}

/// The same click arrives four times at once, on four threads.
fn a_double_click_orders_once(store: &dyn Store) {
    let office = new_office(store);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                let mut locked = store.lock(office).unwrap();
                if locked.view().answer("click").unwrap().is_some() {
                    return;
                }
                let mut unit = note(locked.view(), "ordered");
                unit.answer = Some(answer("click", Digest::of(b"click"), "order 1"));
                locked.append(&unit).unwrap();
                locked.commit().unwrap();
            });
        }
    });
    assert_eq!(log_of(store, office), ["ordered"]);
}

/// Keys would fill the disk if they stayed for ever.
fn old_answers_are_forgotten(store: &dyn Store) {
    let office = new_office(store);
    for (second, key) in [(0, "old"), (10, "new")] {
        commit(store, office, |unit| {
            unit.moment = at(second);
            unit.records.push(record(key));
            unit.answer = Some(answer(key, Digest::of(b""), ""));
        });
    }
    let swept = store
        .sweep(
            office,
            &Sweep {
                uploads_before: at(10),
                answers_before: at(10),
                now: at(10),
            },
        )
        .unwrap();
    assert_eq!(swept.answers, 1);
    let view = store.view(office).unwrap();
    assert_eq!(view.answer("old"), Ok(None));
    assert!(view.answer("new").unwrap().is_some());
    assert_eq!(log_of(store, office), ["old", "new"]);
}
