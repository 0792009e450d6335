//! The questions whose plan matters: a list of millions is read page by page, never sorted.

use crate::document::DocumentFilter;
use crate::side::SideFilter;

/// The lines of bookings `b`; the columns of [`super::rows::booked_entry`]. CROSS JOIN keeps the
/// order of the loops, so that the order of the keys is the order of the lines.
macro_rules! lines_of_bookings {
    () => {
        "SELECT e.amount, e.balance_after + b.shift, e.booked_on, e.body,
                b.account, b.first + (e.position - b.position), b.statement
         FROM bookings b CROSS JOIN entries e
           ON e.office_id = b.office_id AND e.upload = b.upload
          AND e.position >= b.position AND e.position < b.position + b.count
         WHERE b.office_id = ?1 AND b.account = ?2"
    };
}

/// The first ordinal of the booking that holds the ordinal `?3`, or `?3` when there is none.
macro_rules! first_booking {
    () => {
        "coalesce((SELECT max(first) FROM bookings
                   WHERE office_id = ?1 AND account = ?2 AND first <= ?3), ?3)"
    };
}

/// Lines from an ordinal on: office, account, ordinal, limit.
pub(super) const CHAIN: &str = concat!(
    lines_of_bookings!(),
    " AND b.first >= ",
    first_booking!(),
    " AND e.position >= b.position + max(0, ?3 - b.first)
      ORDER BY b.first, e.position LIMIT ?4"
);

/// The last lines, the very last one first: office, account, limit.
pub(super) const CHAIN_TAIL: &str = concat!(
    lines_of_bookings!(),
    " ORDER BY b.first DESC, e.position DESC LIMIT ?3"
);

/// Bookings from the one that holds an ordinal on: office, account, ordinal, limit.
pub(super) const BOOKINGS: &str = concat!(
    "SELECT b.account, b.first, u.hash, b.position, b.count, b.statement,
            b.shift
     FROM bookings b CROSS JOIN uploads u ON u.office_id = b.office_id AND u.upload = b.upload
     WHERE b.office_id = ?1 AND b.account = ?2 AND b.first >= ",
    first_booking!(),
    " AND b.first + b.count > ?3 ORDER BY b.first LIMIT ?4"
);

/// An upload in a state, or of a kind, that does not exist. SQLite does not look at the CHECKs of
/// a database that is open for reading only.
pub(super) const UPLOAD_IN_NO_STATE: &str = "
    SELECT 'upload ' || upload || ' is a `' || kind || '` in state `' || state || '`' FROM uploads
    WHERE state NOT IN ('filling', 'ready', 'kept', 'condemned')
       OR kind NOT IN ('file', 'entries')
    LIMIT 1";

/// Documents of a kind: office, kind, state, owner, after, limit.
pub(super) fn documents(filter: &DocumentFilter) -> String {
    let state = filter.state.as_ref().map_or("", |_| "AND state = ?3");
    let owner = filter.owner.map_or("", |_| "AND owner = ?4");
    let (after, order) = match (filter.after, filter.newest_first) {
        (None, false) => ("", "ASC"),
        (None, true) => ("", "DESC"),
        (Some(_), false) => ("AND id > ?5", "ASC"),
        (Some(_), true) => ("AND id < ?5", "DESC"),
    };
    format!(
        "SELECT kind, id, owner, state, seq, body FROM documents
         WHERE office_id = ?1 AND kind = ?2 {state} {owner} {after}
         ORDER BY id {order} LIMIT ?6"
    )
}

/// Side rows of a kind: office, kind, now, owner, after, limit.
pub(super) fn sides(filter: &SideFilter) -> String {
    let owner = filter.owner.map_or("", |_| "AND owner = ?4");
    let after = filter.after.as_ref().map_or("", |_| "AND key > ?5");
    format!(
        "SELECT kind, key, owner, body, expires FROM side
         WHERE office_id = ?1 AND kind = ?2 AND (expires IS NULL OR expires > ?3)
           {owner} {after}
         ORDER BY key LIMIT ?6"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{SqliteStore, inventory};
    use super::*;
    use crate::item::ItemKind;

    /// Neither a scan of a table nor a sort may stand in any plan.
    #[test]
    fn a_page_costs_what_a_page_holds() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
        let reading = store.readers.begin().unwrap();
        let mut questions = vec![CHAIN.to_owned(), CHAIN_TAIL.to_owned(), BOOKINGS.to_owned()];
        for filter in [DocumentFilter::first(9), DocumentFilter::newest(9)] {
            questions.push(documents(&filter));
            questions.push(documents(&filter.clone().after(5)));
            questions.push(documents(&filter.clone().in_state("open").after(5)));
            questions.push(documents(&filter.clone().owned_by(1).after(5)));
            questions.push(documents(&filter.in_state("open").owned_by(1)));
        }
        questions.push(sides(&SideFilter::first(9).after("k")));
        questions.push(sides(&SideFilter::first(9).owned_by(1).after("k")));
        for kind in ItemKind::ALL {
            questions.push(inventory::question(kind, true));
            questions.push(inventory::question(kind, false));
        }
        for question in questions {
            let mut plan = reading
                .prepare(&format!("EXPLAIN QUERY PLAN {question}"))
                .unwrap();
            for parameter in 1..=plan.parameter_count() {
                plan.raw_bind_parameter(parameter, 1).unwrap();
            }
            let mut rows = plan.raw_query();
            while let Some(row) = rows.next().unwrap() {
                let step: String = row.get(3).unwrap();
                let dear = step.contains("SCAN") || step.contains("TEMP B-TREE");
                assert!(!dear, "{step}\n{question}");
            }
        }
    }
}
