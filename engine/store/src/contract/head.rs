//! Who may move the head, and what others see meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Case, START, at, commit, log_of, new_office, note, put, record};
use crate::error::{AccessError, AppendError, CommitError, CreateError};
use crate::log::OfficeId;
use crate::store::Store;
use crate::unit::UnitOfWork;
use crate::{SideChange, check_log};

pub(super) const CASES: &[Case] = &[
    (
        "two_commits_race_for_one_head",
        two_commits_race_for_one_head,
    ),
    (
        "eight_writers_have_one_winner_for_each_position",
        eight_writers_have_one_winner_for_each_position,
    ),
    (
        "what_was_decided_on_an_old_head_is_refused",
        what_was_decided_on_an_old_head_is_refused,
    ),
    ("time_never_runs_backwards", time_never_runs_backwards),
    (
        "a_dropped_lock_leaves_nothing",
        a_dropped_lock_leaves_nothing,
    ),
    (
        "a_failure_in_the_middle_writes_nothing",
        a_failure_in_the_middle_writes_nothing,
    ),
    (
        "the_next_of_a_batch_sees_the_one_before",
        the_next_of_a_batch_sees_the_one_before,
    ),
    (
        "a_reader_during_a_commit_sees_old_or_new_never_half",
        a_reader_during_a_commit_sees_old_or_new_never_half,
    ),
    ("offices_never_see_each_other", offices_never_see_each_other),
    ("an_office_is_created_once", an_office_is_created_once),
    (
        "a_writer_that_panics_leaves_nothing",
        a_writer_that_panics_leaves_nothing,
    ),
];

/// Two processes decide at the same time. Both end up in the log, one after the other.
fn two_commits_race_for_one_head(store: &dyn Store) {
    let office = new_office(store);
    thread::scope(|scope| {
        for name in ["anna", "bolek"] {
            scope.spawn(move || {
                for turn in 0..20 {
                    commit(store, office, |unit| {
                        unit.records.push(record(&format!("{name} {turn}")));
                    });
                }
            });
        }
    });
    let log = log_of(store, office);
    assert_eq!(log.len(), 40);
    for name in ["anna", "bolek"] {
        let of_one: Vec<_> = log.iter().filter(|body| body.starts_with(name)).collect();
        let in_order: Vec<_> = (0..20).map(|turn| format!("{name} {turn}")).collect();
        assert_eq!(of_one, in_order.iter().collect::<Vec<_>>());
    }
}

/// Eight writers decide on the same picture of the office. Each position has one winner; the
/// seven others are told that the head has moved, and nothing of theirs is written.
fn eight_writers_have_one_winner_for_each_position(store: &dyn Store) {
    const ROUNDS: u64 = 10;
    let office = new_office(store);
    let wins: u64 = thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                scope.spawn(move || {
                    (0..ROUNDS)
                        .map(|at| try_position(store, office, writer, at))
                        .sum::<u64>()
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .sum()
    });
    assert_eq!(wins, ROUNDS);
    assert_eq!(log_of(store, office).len() as u64, ROUNDS);
}

/// Waits until the log has reached the position, then tries to be the one that writes after it.
fn try_position(store: &dyn Store, office: OfficeId, writer: u32, position: u64) -> u64 {
    loop {
        let mut locked = store.lock(office).unwrap();
        if locked.view().head().seq < position {
            continue;
        }
        let unit = UnitOfWork {
            records: vec![record(&format!("{writer}"))],
            ..UnitOfWork::new(position, START)
        };
        return match locked.append(&unit) {
            Ok(_) => {
                locked.commit().unwrap();
                1
            }
            Err(AppendError::HeadMoved { .. }) => 0,
            Err(error) => panic!("{error}"),
        };
    }
}

/// A snapshot kept in memory from before somebody else's commit must not be decided on.
fn what_was_decided_on_an_old_head_is_refused(store: &dyn Store) {
    let office = new_office(store);
    let stale = note(store.view(office).unwrap().as_ref(), "stale");
    commit(store, office, |unit| unit.records.push(record("first")));
    let mut locked = store.lock(office).unwrap();
    let refused = AppendError::HeadMoved {
        head: 1,
        decided: 0,
    };
    assert_eq!(locked.append(&stale), Err(refused));
    drop(locked);
    assert_eq!(log_of(store, office), ["first"]);
}

/// Somebody sets the machine's clock back an hour.
fn time_never_runs_backwards(store: &dyn Store) {
    let office = new_office(store);
    let later = at(3600);
    let head = commit(store, office, |unit| {
        unit.moment = later;
        unit.records.push(record("on time"));
    });
    assert_eq!(head.moment, later);
    let mut locked = store.lock(office).unwrap();
    let unit = UnitOfWork {
        records: vec![record("an hour ago")],
        ..UnitOfWork::new(1, START)
    };
    let refused = AppendError::TimeRunsBack {
        head: later,
        given: START,
    };
    assert_eq!(locked.append(&unit), Err(refused));
    drop(locked);
    assert_eq!(log_of(store, office), ["on time"]);
}

/// The writer loop gives a batch up before its commit.
fn a_dropped_lock_leaves_nothing(store: &dyn Store) {
    let office = new_office(store);
    let before = commit(store, office, |unit| unit.records.push(record("kept")));
    let mut locked = store.lock(office).unwrap();
    let mut unit = note(locked.view(), "gone");
    unit.documents.push(put("order", 1, None, "open"));
    locked.append(&unit).unwrap();
    drop(locked);
    let view = store.view(office).unwrap();
    assert_eq!(view.head(), before);
    assert_eq!(view.document("order", 1), Ok(None));
    assert_eq!(log_of(store, office), ["kept"]);
}

/// The third command of a batch cannot be written. Neither the two before it nor its own first
/// half may stay; the lock says so instead of committing the rest.
fn a_failure_in_the_middle_writes_nothing(store: &dyn Store) {
    let office = new_office(store);
    let before = commit(store, office, |unit| unit.records.push(record("kept")));
    let mut locked = store.lock(office).unwrap();
    for body in ["one", "two"] {
        let unit = note(locked.view(), body);
        locked.append(&unit).unwrap();
    }
    let mut third = note(locked.view(), "three");
    third.documents.push(put("order", 3, None, "open"));
    third.sides.push(SideChange::Take {
        kind: "token".to_owned(),
        key: "used long ago".to_owned(),
    });
    assert!(matches!(locked.append(&third), Err(AppendError::Side(_))));
    let fourth = UnitOfWork::new(before.seq, before.moment);
    assert_eq!(locked.append(&fourth), Err(AppendError::Spoiled));
    assert_eq!(locked.commit(), Err(CommitError::Spoiled));
    assert_eq!(log_of(store, office), ["kept"]);
    let view = store.view(office).unwrap();
    assert_eq!(view.head(), before);
    assert_eq!(view.document("order", 3), Ok(None));
}

/// Group commit: each command of a batch is decided on what the ones before it wrote.
fn the_next_of_a_batch_sees_the_one_before(store: &dyn Store) {
    let office = new_office(store);
    let mut locked = store.lock(office).unwrap();
    for turn in 1..=5 {
        let mut unit = note(locked.view(), &format!("turn {turn}"));
        unit.documents.push(put("order", turn, None, "open"));
        let head = locked.append(&unit).unwrap();
        let view = locked.view();
        assert_eq!(view.head(), head);
        assert_eq!(head.seq, turn);
        assert_eq!(view.records(head.seq - 1, 9).unwrap().len(), 1);
        assert_eq!(view.document("order", turn).unwrap().unwrap().seq, head.seq);
    }
    let head = locked.commit().unwrap();
    assert_eq!(head.seq, 5);
    assert_eq!(store.view(office).unwrap().head(), head);
    assert_eq!(log_of(store, office).len(), 5);
}

/// Every commit writes a record and a document together. A reader never finds one without the
/// other, and a picture never changes while it is looked at.
fn a_reader_during_a_commit_sees_old_or_new_never_half(store: &dyn Store) {
    let office = new_office(store);
    let done = &AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(move || {
            for turn in 1..=100 {
                commit(store, office, |unit| {
                    unit.records.push(record("written"));
                    unit.documents
                        .push(put("counter", 1, None, &turn.to_string()));
                });
            }
            done.store(true, Ordering::SeqCst);
        });
        loop {
            let last = done.load(Ordering::SeqCst);
            let view = store.view(office).unwrap();
            let head = view.head();
            let counter = view.document("counter", 1).unwrap();
            let written = counter.map_or(0, |counter| counter.state.parse().unwrap());
            assert_eq!(written, head.seq);
            assert_eq!(check_log(view.as_ref()), Ok(head));
            if last {
                assert_eq!(head.seq, 100);
                break;
            }
        }
    });
}

/// Two offices in one database use the same numbers for everything.
fn offices_never_see_each_other(store: &dyn Store) {
    let [one, two] = [new_office(store), new_office(store)];
    for (office, state) in [(one, "open"), (two, "closed")] {
        commit(store, office, |unit| {
            unit.records.push(record(state));
            unit.documents.push(put("order", 1, None, state));
        });
    }
    commit(store, one, |unit| unit.records.push(record("again")));
    assert_eq!(log_of(store, one), ["open", "again"]);
    assert_eq!(log_of(store, two), ["closed"]);
    let view = store.view(two).unwrap();
    assert_eq!(view.document("order", 1).unwrap().unwrap().state, "closed");
    assert_eq!(view.head().seq, 1);
}

/// The same office is set up twice, and a mistyped one is asked for.
fn an_office_is_created_once(store: &dyn Store) {
    let office = new_office(store);
    let head = commit(store, office, |unit| unit.records.push(record("kept")));
    let again = store.create_office(office, at(1));
    assert_eq!(again, Err(CreateError::Exists(office)));
    assert_eq!(store.view(office).unwrap().head(), head);
    assert!(store.offices().unwrap().contains(&office));
    let nobody = OfficeId(i64::MAX);
    let missing = AccessError::NoSuchOffice(nobody);
    assert_eq!(store.view(nobody).err(), Some(missing.clone()));
    assert_eq!(store.lock(nobody).err(), Some(missing));
}

/// A bug in the writer's thread must not leave half a batch, nor the office locked for ever.
fn a_writer_that_panics_leaves_nothing(store: &dyn Store) {
    let office = new_office(store);
    let panicked = thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let mut locked = store.lock(office).unwrap();
            let unit = note(locked.view(), "gone");
            locked.append(&unit).unwrap();
            // Unwinds like a panic, without a message on the screen of whoever runs the suite.
            std::panic::resume_unwind(Box::new("a bug"));
        });
        writer.join().is_err()
    });
    assert!(panicked);
    commit(store, office, |unit| unit.records.push(record("after")));
    assert_eq!(log_of(store, office), ["after"]);
}
