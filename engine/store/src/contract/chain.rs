//! An account's chain of booked lines.

use super::{Case, START, commit, new_office, record};
use crate::entries::{BookedEntry, Booking, StagedEntry, Withdrawal};
use crate::error::AppendError;
use crate::log::OfficeId;
use crate::store::{Store, View};
use crate::unit::UnitOfWork;
use kantor_engine::Digest;

pub(super) const CASES: &[Case] = &[
    ("a_booked_set_is_a_chain", a_booked_set_is_a_chain),
    (
        "an_overlapping_file_brings_only_its_end",
        an_overlapping_file_brings_only_its_end,
    ),
    (
        "two_statements_race_for_one_place",
        two_statements_race_for_one_place,
    ),
    ("a_withdrawn_end_is_replaced", a_withdrawn_end_is_replaced),
    (
        "rows_without_balances_get_those_of_their_place",
        rows_without_balances_get_those_of_their_place,
    ),
    (
        "a_long_chain_is_read_page_by_page",
        a_long_chain_is_read_page_by_page,
    ),
    (
        "rows_that_are_not_there_are_refused",
        rows_that_are_not_there_are_refused,
    ),
];

const ACCOUNT: u64 = 61;

/// Lines with the amounts given, after that balance.
fn lines(balance: i64, amounts: &[i64]) -> Vec<StagedEntry> {
    let mut balance = balance;
    let line = |amount: &i64| {
        balance += amount;
        StagedEntry {
            amount: *amount,
            balance_after: balance,
            booked_on: None,
            body: format!("{amount}").into_bytes(),
        }
    };
    amounts.iter().map(line).collect()
}

fn stage(store: &dyn Store, office: OfficeId, lines: &[StagedEntry]) -> Digest {
    let mut rows = lines.iter().cloned();
    store
        .stage_entries(office, START, &mut rows)
        .unwrap()
        .rows_hash
}

fn booking(rows_hash: Digest, first_ordinal: u64, position: u64, count: u64) -> Booking {
    Booking {
        account: ACCOUNT,
        first_ordinal,
        rows_hash,
        position,
        count,
        statement: 1,
        shift: 0,
    }
}

fn book(store: &dyn Store, office: OfficeId, booking: Booking) {
    commit(store, office, |unit| {
        unit.records.push(record("booked"));
        unit.bookings.push(booking);
    });
}

fn refused(store: &dyn Store, office: OfficeId, booking: Booking) -> AppendError {
    let mut locked = store.lock(office).unwrap();
    let head = locked.view().head();
    let unit = UnitOfWork {
        bookings: vec![booking],
        ..UnitOfWork::new(head.seq, head.moment)
    };
    locked.append(&unit).unwrap_err()
}

/// `ordinal:amount=balance` for each line, for people.
fn text(entries: &[BookedEntry]) -> String {
    let words: Vec<_> = entries
        .iter()
        .map(|line| {
            format!(
                "{}:{}={}",
                line.ordinal, line.entry.amount, line.entry.balance_after
            )
        })
        .collect();
    words.join(" ")
}

fn chain(view: &dyn View) -> String {
    text(&view.chain(ACCOUNT, 1, usize::MAX).unwrap())
}

/// The first statement of an account.
fn a_booked_set_is_a_chain(store: &dyn Store) {
    let office = new_office(store);
    let day = lines(1000, &[5, -7, 5]);
    book(store, office, booking(stage(store, office, &day), 1, 0, 3));
    let view = store.view(office).unwrap();
    assert_eq!(chain(view.as_ref()), "1:5=1005 2:-7=998 3:5=1003");
    let booked = view.chain(ACCOUNT, 1, 1).unwrap();
    let expected = BookedEntry {
        account: ACCOUNT,
        ordinal: 1,
        statement: 1,
        entry: day[0].clone(),
    };
    assert_eq!(booked, [expected]);
    assert_eq!(view.chain(ACCOUNT + 1, 1, 9), Ok(Vec::new()));
    assert_eq!(view.chain_tail(ACCOUNT + 1, 9), Ok(Vec::new()));
}

/// The second export of a day repeats the first one and adds two lines.
fn an_overlapping_file_brings_only_its_end(store: &dyn Store) {
    let office = new_office(store);
    let noon = stage(store, office, &lines(0, &[1, 2]));
    let evening = stage(store, office, &lines(0, &[1, 2, 3, 4]));
    book(store, office, booking(noon, 1, 0, 2));
    book(store, office, booking(evening, 3, 2, 2));
    let view = store.view(office).unwrap();
    assert_eq!(chain(view.as_ref()), "1:1=1 2:2=3 3:3=6 4:4=10");
    assert_eq!(
        view.bookings(ACCOUNT, 1, 9).unwrap(),
        [booking(noon, 1, 0, 2), booking(evening, 3, 2, 2)]
    );
    assert_eq!(
        view.bookings(ACCOUNT, 4, 9).unwrap(),
        [booking(evening, 3, 2, 2)]
    );
    assert_eq!(view.bookings(ACCOUNT, 5, 9).unwrap(), []);
}

/// Two cashiers import the same day at once: the second finds the place taken.
fn two_statements_race_for_one_place(store: &dyn Store) {
    let office = new_office(store);
    let day = stage(store, office, &lines(0, &[1, 2]));
    book(store, office, booking(day, 1, 0, 2));
    for given in [1, 2, 4] {
        let moved = AppendError::ChainMoved {
            account: ACCOUNT,
            next: 3,
            given,
        };
        assert_eq!(refused(store, office, booking(day, given, 0, 1)), moved);
    }
    assert_eq!(chain(store.view(office).unwrap().as_ref()), "1:1=1 2:2=3");
}

/// A partial export without a closing balance turns out wrong; the proved file replaces its end.
fn a_withdrawn_end_is_replaced(store: &dyn Store) {
    let office = new_office(store);
    let morning = stage(store, office, &lines(0, &[1, 2]));
    let wrong = stage(store, office, &lines(3, &[30, 40, 50]));
    let proved = stage(store, office, &lines(3, &[30, 4]));
    book(store, office, booking(morning, 1, 0, 2));
    book(store, office, booking(wrong, 3, 0, 2));
    book(store, office, booking(wrong, 5, 2, 1));
    commit(store, office, |unit| {
        unit.records.push(record("withdrawn and booked again"));
        unit.withdrawals.push(Withdrawal {
            account: ACCOUNT,
            from_ordinal: 4,
        });
        unit.bookings.push(booking(proved, 4, 1, 1));
    });
    let view = store.view(office).unwrap();
    assert_eq!(chain(view.as_ref()), "1:1=1 2:2=3 3:30=33 4:4=37");
    assert_eq!(
        view.bookings(ACCOUNT, 1, 9).unwrap(),
        [
            booking(morning, 1, 0, 2),
            booking(wrong, 3, 0, 1),
            booking(proved, 4, 1, 1)
        ]
    );
    // What was withdrawn stays as evidence.
    assert_eq!(view.staged_rows(&wrong, 0, 9).unwrap().len(), 3);
    drop(view);
    commit(store, office, |unit| {
        unit.withdrawals.push(Withdrawal {
            account: ACCOUNT,
            from_ordinal: 1,
        });
    });
    assert_eq!(chain(store.view(office).unwrap().as_ref()), "");
}

/// An export without balances is uploaded before anybody knows where it will stand; the statement of
/// the day moves what it did not have.
fn rows_without_balances_get_those_of_their_place(store: &dyn Store) {
    let office = new_office(store);
    let export = stage(store, office, &lines(0, &[1, 2, 3]));
    let at = |shift, first, position, count| Booking {
        shift,
        ..booking(export, first, position, count)
    };
    book(store, office, at(100, 1, 0, 3));
    let view = store.view(office).unwrap();
    assert_eq!(chain(view.as_ref()), "1:1=101 2:2=103 3:3=106");
    assert_eq!(view.bookings(ACCOUNT, 1, 9).unwrap(), [at(100, 1, 0, 3)]);
    assert_eq!(text(&view.chain_tail(ACCOUNT, 1).unwrap()), "3:3=106");
    drop(view);
    let day = stage(store, office, &lines(100, &[1]));
    commit(store, office, |unit| {
        unit.records.push(record("settled"));
        unit.withdrawals.push(Withdrawal {
            account: ACCOUNT,
            from_ordinal: 1,
        });
        unit.bookings.push(booking(day, 1, 0, 1));
        unit.bookings.push(at(98, 2, 2, 1));
    });
    let view = store.view(office).unwrap();
    assert_eq!(chain(view.as_ref()), "1:1=101 2:3=104");
}

/// Nobody may read a year of lines to show the last page.
fn a_long_chain_is_read_page_by_page(store: &dyn Store) {
    let office = new_office(store);
    for part in 0..5 {
        let rows = stage(store, office, &lines(part * 10, &[1; 10]));
        let first = u64::try_from(part).unwrap() * 10 + 1;
        book(store, office, booking(rows, first, 0, 10));
    }
    let view = store.view(office).unwrap();
    let page = |from, limit| text(&view.chain(ACCOUNT, from, limit).unwrap());
    let tail = |limit| text(&view.chain_tail(ACCOUNT, limit).unwrap());
    assert_eq!(page(10, 3), "10:1=10 11:1=11 12:1=12");
    assert_eq!(page(49, 9), "49:1=49 50:1=50");
    assert_eq!(page(51, 9), "");
    assert_eq!(tail(2), "49:1=49 50:1=50");
    assert_eq!(view.chain_tail(ACCOUNT, 99).unwrap().len(), 50);
    let paged: Vec<_> = (0..17)
        .flat_map(|page| view.chain(ACCOUNT, page * 3 + 1, 3).unwrap())
        .collect();
    assert_eq!(paged, view.chain(ACCOUNT, 0, 99).unwrap());
}

/// A bug in the intake asks for more lines than were uploaded.
fn rows_that_are_not_there_are_refused(store: &dyn Store) {
    let office = new_office(store);
    let rows = stage(store, office, &lines(0, &[1, 2]));
    for (position, count) in [(0, 3), (2, 1), (1, 0), (1, u64::MAX)] {
        let error = refused(store, office, booking(rows, 1, position, count));
        assert!(
            matches!(error, AppendError::RowsOutOfRange { count: 2, .. }),
            "{error}"
        );
    }
    let unknown = Digest::of(b"never sent");
    let missing = AppendError::NoSuchRows(unknown);
    assert_eq!(refused(store, office, booking(unknown, 1, 0, 1)), missing);
}
