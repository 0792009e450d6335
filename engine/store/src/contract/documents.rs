//! Read models: found by number, state and owner, page by page.

use super::{Case, commit, new_office, put, record};
use crate::document::{DocumentChange, DocumentFilter};
use crate::store::{Store, View};

pub(super) const CASES: &[Case] = &[
    (
        "a_document_says_who_touched_it_last",
        a_document_says_who_touched_it_last,
    ),
    (
        "documents_are_found_by_state_and_owner",
        documents_are_found_by_state_and_owner,
    ),
    (
        "pages_follow_each_other_both_ways",
        pages_follow_each_other_both_ways,
    ),
    ("a_removed_document_is_gone", a_removed_document_is_gone),
];

const NONE: [u64; 0] = [];

fn ids(view: &dyn View, filter: DocumentFilter) -> Vec<u64> {
    let found = view.documents("order", &filter).unwrap();
    found.into_iter().map(|document| document.id).collect()
}

/// The feed shows position 2; the order's page must be at least as new.
fn a_document_says_who_touched_it_last(store: &dyn Store) {
    let office = new_office(store);
    commit(store, office, |unit| {
        unit.records.extend([record("placed"), record("priced")]);
        unit.documents.push(put("order", 1, Some(7), "open"));
    });
    let first = store
        .view(office)
        .unwrap()
        .document("order", 1)
        .unwrap()
        .unwrap();
    assert_eq!(
        (first.seq, first.owner, first.state.as_str()),
        (2, Some(7), "open")
    );
    assert_eq!(first.body, b"order 1 open");
    commit(store, office, |unit| {
        unit.records.push(record("given away"));
        unit.documents.push(put("order", 1, None, "closed"));
    });
    let view = store.view(office).unwrap();
    let second = view.document("order", 1).unwrap().unwrap();
    assert_eq!(
        (second.seq, second.owner, second.state.as_str()),
        (3, None, "closed")
    );
    assert_eq!(
        ids(view.as_ref(), DocumentFilter::first(9).in_state("open")),
        NONE
    );
    assert_eq!(
        ids(view.as_ref(), DocumentFilter::first(9).owned_by(7)),
        NONE
    );
    // A unit without records touches documents at the head where it stands.
    commit(store, office, |unit| {
        unit.documents.push(put("order", 1, None, "archived"))
    });
    let third = store
        .view(office)
        .unwrap()
        .document("order", 1)
        .unwrap()
        .unwrap();
    assert_eq!(third.seq, 3);
}

/// The cashier asks for what waits; the customer asks for what is his.
fn documents_are_found_by_state_and_owner(store: &dyn Store) {
    let office = new_office(store);
    commit(store, office, |unit| {
        unit.records.push(record("placed"));
        for id in 1..=9 {
            let state = if id % 2 == 0 { "even" } else { "odd" };
            unit.documents.push(put("order", id, Some(id % 3), state));
        }
        unit.documents.push(put("payout", 1, Some(1), "odd"));
    });
    let view = store.view(office).unwrap();
    let found = |filter| ids(view.as_ref(), filter);
    let all = || DocumentFilter::first(100);
    assert_eq!(found(all()), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(found(all().in_state("even")), [2, 4, 6, 8]);
    assert_eq!(found(all().owned_by(1)), [1, 4, 7]);
    assert_eq!(found(all().owned_by(1).in_state("odd")), [1, 7]);
    assert_eq!(found(all().in_state("ODD")), NONE);
    assert_eq!(view.documents("payout", &all()).unwrap().len(), 1);
    assert_eq!(view.document("payout", 2), Ok(None));
}

/// A list of thousands is read page by page, from either end.
fn pages_follow_each_other_both_ways(store: &dyn Store) {
    let office = new_office(store);
    commit(store, office, |unit| {
        unit.records.push(record("placed"));
        unit.documents
            .extend((1..=7).map(|id| put("order", id * 10, None, "open")));
    });
    let view = store.view(office).unwrap();
    let found = |filter| ids(view.as_ref(), filter);
    assert_eq!(found(DocumentFilter::first(3)), [10, 20, 30]);
    assert_eq!(found(DocumentFilter::first(3).after(30)), [40, 50, 60]);
    assert_eq!(found(DocumentFilter::first(3).after(60)), [70]);
    assert_eq!(found(DocumentFilter::newest(3)), [70, 60, 50]);
    assert_eq!(
        found(DocumentFilter::newest(3).after(50).in_state("open")),
        [40, 30, 20]
    );
    assert_eq!(found(DocumentFilter::newest(0)), NONE);
}

/// Removing what is not there is no error: a read model can be rebuilt at any time.
fn a_removed_document_is_gone(store: &dyn Store) {
    let office = new_office(store);
    commit(store, office, |unit| {
        unit.documents.push(put("order", 1, None, "open"))
    });
    for _ in 0..2 {
        commit(store, office, |unit| {
            unit.documents.push(DocumentChange::Remove {
                kind: "order".to_owned(),
                id: 1,
            });
        });
        assert_eq!(store.view(office).unwrap().document("order", 1), Ok(None));
    }
}
