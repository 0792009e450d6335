//! What no store may take, so that an office can move from one store to another.

use super::{Case, START, commit, new_office, note, put, record};
use crate::document::DocumentChange;
use crate::error::{AppendError, SideError, Unfit};
use crate::side::{Side, SideChange};
use crate::store::Store;
use crate::unit::{BODY_BYTES_MAX, NewAnswer, TEXT_BYTES_MAX, UnitOfWork};
use kantor_engine::Digest;

pub(super) const CASES: &[Case] = &[
    (
        "texts_with_u_0000_are_refused",
        texts_with_u_0000_are_refused,
    ),
    ("texts_and_bodies_have_limits", texts_and_bodies_have_limits),
    (
        "numbers_and_texts_come_back_as_they_went",
        numbers_and_texts_come_back_as_they_went,
    ),
];

fn side(key: &str) -> SideChange {
    SideChange::Put(Side {
        kind: "person".to_owned(),
        key: key.to_owned(),
        owner: None,
        body: Vec::new(),
        expires: None,
    })
}

fn refused(store: &dyn Store, fill: impl FnOnce(&mut UnitOfWork)) -> AppendError {
    let office = new_office(store);
    let mut locked = store.lock(office).unwrap();
    let mut unit = note(locked.view(), "fine");
    fill(&mut unit);
    locked.append(&unit).unwrap_err()
}

/// PostgreSQL cannot hold the character; a store that can would be a trap for a later move.
fn texts_with_u_0000_are_refused(store: &dyn Store) {
    let nul = |what| AppendError::Unfit(Unfit::Nul { what });
    let mut bad = record("");
    bad.kind = "a\0b".to_owned();
    assert_eq!(
        refused(store, |unit| unit.records.push(bad)),
        nul("kind of a record")
    );
    let bad = put("order", 1, None, "op\0en");
    assert_eq!(
        refused(store, |unit| unit.documents.push(bad)),
        nul("state of a document")
    );
    let bad = put("\0", 1, None, "open");
    assert_eq!(
        refused(store, |unit| unit.documents.push(bad)),
        nul("kind of a document")
    );
    assert_eq!(
        refused(store, |unit| unit.sides.push(side("\0"))),
        nul("key of a side row")
    );
    let bad = NewAnswer {
        key: "\0".to_owned(),
        fingerprint: Digest::of(b""),
        body: Vec::new(),
    };
    assert_eq!(
        refused(store, |unit| unit.answer = Some(bad)),
        nul("idempotency key")
    );
    let alone = store.change_side(new_office(store), START, &[side("a\0")]);
    assert!(matches!(alone, Err(SideError::Unfit(Unfit::Nul { .. }))));
}

/// What is bigger is a file.
fn texts_and_bodies_have_limits(store: &dyn Store) {
    let mut long = record("");
    long.kind = "x".repeat(TEXT_BYTES_MAX + 1);
    let error = refused(store, |unit| unit.records.push(long));
    assert!(matches!(
        error,
        AppendError::Unfit(Unfit::TooLong {
            limit: TEXT_BYTES_MAX,
            ..
        })
    ));
    let mut big = record("");
    big.body = vec![0; BODY_BYTES_MAX + 1];
    let error = refused(store, |unit| unit.records.push(big));
    assert!(matches!(
        error,
        AppendError::Unfit(Unfit::TooLong {
            limit: BODY_BYTES_MAX,
            ..
        })
    ));
}

/// The ends of every type, and letters of every script.
fn numbers_and_texts_come_back_as_they_went(store: &dyn Store) {
    let office = new_office(store);
    let mut odd = record("\u{0}zażółć 日本 🏦");
    odd.version = u32::MAX;
    odd.kind = "Zażółć".to_owned();
    let ends = [0, 1, u64::MAX / 2];
    commit(store, office, |unit| {
        unit.records.push(odd.clone());
        unit.documents
            .extend(ends.map(|end| put("order", end, Some(end), "Ł'\"")));
    });
    let view = store.view(office).unwrap();
    let found = view.records(0, 9).unwrap().remove(0);
    assert_eq!(
        (found.kind, found.version, found.body),
        (odd.kind, odd.version, odd.body)
    );
    for end in ends {
        let document = view.document("order", end).unwrap().unwrap();
        let put = DocumentChange::Put(crate::Document { seq: 0, ..document });
        assert_eq!(put, super::put("order", end, Some(end), "Ł'\""));
    }
    assert_eq!(view.records(u64::MAX, 9), Ok(Vec::new()));
}
