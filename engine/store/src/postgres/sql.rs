//! The questions about lists: page by page, by an index that holds their order.

use tokio_postgres::types::ToSql;

use super::statement::{Value, borrowed, limit, number};
use crate::document::DocumentFilter;
use crate::log::OfficeId;
use crate::side::SideFilter;
use kantor_model::Moment;

/// The lines of bookings `b`: each booking's own come from its upload, at most so many, in order or
/// from the end; the columns of [`super::rows::booked_entry`]. Asked for so, a page costs what a page
/// holds, also where a booking has a million lines.
macro_rules! lines {
    ($of_bookings:literal, $of_entries:literal, $order:literal, $limit:literal) => {
        concat!(
            "SELECT e.amount, e.balance_after + b.shift, e.booked_on, e.body,
                    b.account, b.first + (e.position - b.position), b.statement
             FROM bookings b CROSS JOIN LATERAL (
                 SELECT amount, balance_after, booked_on, body, position FROM entries
                 WHERE office_id = $1 AND upload = b.upload
                   AND position < b.position + b.count AND position >= ",
            $of_entries,
            " ORDER BY position ",
            $order,
            " LIMIT ",
            $limit,
            ") e
             WHERE b.office_id = $1 AND b.account = $2 ",
            $of_bookings,
            " ORDER BY b.first ",
            $order,
            ", e.position ",
            $order,
            " LIMIT ",
            $limit
        )
    };
}

/// Lines from an ordinal on: office, account, ordinal, limit.
pub(super) const CHAIN: &str = lines!(
    "AND b.first >= coalesce((SELECT max(first) FROM bookings
         WHERE office_id = $1 AND account = $2 AND first <= $3), $3)",
    "b.position + greatest(0, $3 - b.first)",
    "ASC",
    "$4"
);

/// The last lines, the very last one first: office, account, limit.
pub(super) const CHAIN_TAIL: &str = lines!("", "b.position", "DESC", "$3");

/// Bookings from the one that holds an ordinal on: office, account, ordinal, limit.
pub(super) const BOOKINGS: &str = "
    SELECT b.account, b.first, u.hash, b.position, b.count, b.statement, b.shift
    FROM bookings b JOIN uploads u ON u.office_id = b.office_id AND u.upload = b.upload
    WHERE b.office_id = $1 AND b.account = $2
      AND b.first >= coalesce((SELECT max(first) FROM bookings
          WHERE office_id = $1 AND account = $2 AND first <= $3), $3)
      AND b.first + b.count > $3
    ORDER BY b.first LIMIT $4";

/// A question that is put together, with the values for its places.
pub(super) struct Question {
    pub(super) sql: String,
    values: Vec<Value>,
}

impl Question {
    pub(super) fn new(sql: &str, values: Vec<Value>) -> Question {
        Question {
            sql: sql.to_owned(),
            values,
        }
    }

    /// Puts a condition behind the others; `$` stands for its value.
    fn and(&mut self, condition: &str, value: impl ToSql + Sync + Send + 'static) {
        self.values.push(Box::new(value));
        let place = format!("${}", self.values.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('$', &place));
    }

    /// Only what comes behind that key.
    pub(super) fn behind(&mut self, keys: &str, values: Vec<Value>) {
        let first = self.values.len() + 1;
        self.values.extend(values);
        let places: Vec<String> = (first..=self.values.len())
            .map(|place| format!("${place}"))
            .collect();
        let condition = format!(" AND ({keys}) > ({})", places.join(", "));
        self.sql.push_str(&condition);
    }

    pub(super) fn ending(mut self, order: &str, most: usize) -> Question {
        self.values.push(Box::new(limit(most)));
        let place = self.values.len();
        self.sql
            .push_str(&format!(" ORDER BY {order} LIMIT ${place}"));
        self
    }

    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        borrowed(&self.values)
    }
}

/// Documents of a kind.
pub(super) fn documents(office: OfficeId, kind: &str, filter: &DocumentFilter) -> Question {
    let mut question = Question::new(
        "SELECT kind, id, owner, state, seq, body FROM documents
         WHERE office_id = $1 AND kind = $2",
        vec![Box::new(office.0), Box::new(kind.to_owned())],
    );
    if let Some(state) = &filter.state {
        question.and("state = $", state.clone());
    }
    if let Some(owner) = filter.owner {
        question.and("owner = $", number(owner));
    }
    if let Some(after) = filter.after {
        let condition = if filter.newest_first {
            "id < $"
        } else {
            "id > $"
        };
        question.and(condition, number(after));
    }
    let order = if filter.newest_first { "id DESC" } else { "id" };
    question.ending(order, filter.limit)
}

/// Side rows of a kind.
pub(super) fn sides(office: OfficeId, kind: &str, filter: &SideFilter, now: Moment) -> Question {
    let mut question = Question::new(
        "SELECT kind, key, owner, body, expires FROM side WHERE office_id = $1 AND kind = $2",
        vec![Box::new(office.0), Box::new(kind.to_owned())],
    );
    question.and("(expires IS NULL OR expires > $)", now.as_micros());
    if let Some(owner) = filter.owner {
        question.and("owner = $", number(owner));
    }
    if let Some(after) = &filter.after {
        // No key holds U+0000, so what stands behind one makes no difference to the order.
        let after = after.split('\0').next().unwrap_or_default();
        question.and("key > $", after.to_owned());
    }
    question.ending("key", filter.limit)
}

#[cfg(test)]
mod tests {
    use super::super::patience::How;
    use super::super::{PostgresStore, inventory};
    use super::*;
    use crate::document::Document;
    use crate::entries::{Booking, StagedEntries};
    use crate::item::{Item, ItemKind};
    use crate::side::Side;
    use crate::store::Store;
    use kantor_engine::Digest;

    const OFFICE: OfficeId = OfficeId(1);
    const NOW: Moment = Moment::from_micros(1_793_606_400_000_000);

    /// An account of many statements, the last of them long, many orders and many people.
    const MUCH: &str = "
        INSERT INTO bookings SELECT 1, 1, 1 + n * 20, 20, n, 0, n, 0
            FROM generate_series(0, 1999) n;
        INSERT INTO bookings VALUES (1, 1, 40001, 20000, 2000, 0, 2000, 0);
        INSERT INTO entries SELECT 1, u, n, 5, 5, 20261102, 'line'
            FROM generate_series(0, 1999) u, generate_series(0, 19) n;
        INSERT INTO entries SELECT 1, 2000, n, 5, 5, 20261102, 'line'
            FROM generate_series(0, 19999) n;
        INSERT INTO uploads SELECT 1, u, 'entries', 'kept', sha256(('' || u)::bytea), 20, 0
            FROM generate_series(0, 2000) u;
        INSERT INTO documents SELECT 1, 'order', n, n % 5000,
            CASE WHEN n % 100 = 0 THEN 'open' ELSE 'ended' END, n, 'order'
            FROM generate_series(1, 40000) n;
        INSERT INTO side SELECT 1, 'person', n, n, 'person', NULL
            FROM generate_series(1, 40000) n;
        INSERT INTO answers SELECT 1, 'key ' || n, sha256(''), n, 0, 'done'
            FROM generate_series(1, 40000) n;
        ANALYZE";

    fn check(store: &PostgresStore, sql: &str, values: &[&(dyn ToSql + Sync)]) {
        let (session, _) = store.server.begin("look", How::Read, &[]).unwrap();
        // The server's own choice: among big tables it takes the index because there is one.
        let own = "SET LOCAL enable_seqscan = on";
        session.all("look", own, &[]).unwrap();
        let plan = session
            .all("look", &format!("EXPLAIN {sql}"), values)
            .unwrap();
        let plan: Vec<&str> = plan.iter().map(|row| row.get(0)).collect();
        for step in &plan {
            // An incremental sort orders a few lines of one booking at a time.
            let sorts = step.contains("Sort  ") && !step.contains("Incremental Sort");
            let dear = step.contains("Seq Scan") || sorts;
            assert!(!dear, "{sql}\n{}", plan.join("\n"));
        }
    }

    /// An item behind all others of its kind.
    fn beyond(item: Item) -> Item {
        match item {
            Item::Entries(entries) => Item::Entries(StagedEntries {
                rows_hash: Digest([255; 32]),
                ..entries
            }),
            Item::Booking(booking) => Item::Booking(Booking {
                account: u64::MAX,
                ..booking
            }),
            Item::Document(document) => Item::Document(Document {
                kind: "z".to_owned(),
                ..document
            }),
            Item::Side(side) => Item::Side(Side {
                kind: "z".to_owned(),
                ..side
            }),
            Item::Answer(_, answer) => Item::Answer("z".to_owned(), answer),
            file @ Item::File(_) => file,
        }
    }

    /// Neither a scan of a table nor a sort of all there is may stand in any plan.
    #[test]
    fn a_page_costs_what_a_page_holds() {
        let server = kantor_postgres_kit::shared();
        let url = server.database();
        let store = PostgresStore::open(&url.parse().unwrap()).unwrap();
        store.create_office(OFFICE, NOW).unwrap();
        server.sql(url.rsplit('/').next().unwrap(), MUCH);
        let (account, from, most) = (1_i64, 15_000_i64, 64_i64);
        check(&store, CHAIN, &[&OFFICE.0, &account, &from, &most]);
        check(&store, CHAIN_TAIL, &[&OFFICE.0, &account, &most]);
        check(&store, BOOKINGS, &[&OFFICE.0, &account, &from, &most]);
        let mut questions = Vec::new();
        for filter in [DocumentFilter::first(9), DocumentFilter::newest(9)] {
            questions.push(filter.clone());
            questions.push(filter.clone().after(5));
            questions.push(filter.clone().in_state("open").after(5));
            questions.push(filter.clone().owned_by(1).after(5));
            questions.push(filter.in_state("open").owned_by(1));
        }
        for filter in &questions {
            let question = documents(OFFICE, "order", filter);
            check(&store, &question.sql, &question.values());
        }
        for filter in [SideFilter::first(9), SideFilter::first(9).owned_by(1)] {
            let question = sides(OFFICE, "person", &filter.after("k"), NOW);
            check(&store, &question.sql, &question.values());
        }
        for kind in ItemKind::ALL {
            let first = inventory::question(OFFICE, kind, None, 9);
            check(&store, &first.sql, &first.values());
        }
        let view = store.view(OFFICE).unwrap();
        let mut kinds = 0;
        let mut last: Option<Item> = None;
        // From each kind's first item on, as if it were a page's last.
        while let Some(item) = view.inventory(last.as_ref(), 1).unwrap().pop() {
            let next = inventory::question(OFFICE, item.kind(), Some(&item), 9);
            check(&store, &next.sql, &next.values());
            kinds += 1;
            last = Some(beyond(item));
        }
        assert_eq!(kinds, 5);
        drop(view);
        let tail = store.view(OFFICE).unwrap().chain_tail(1, 64).unwrap();
        assert_eq!(tail.last().map(|line| line.ordinal), Some(60_000));
    }
}
