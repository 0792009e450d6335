//! An office's items in the order of their keys, page by page.

use kantor_engine::Digest;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::rows::{self, all};
use crate::entries::{Booking, StagedEntries};
use crate::error::Fault;
use crate::item::{Item, ItemKind};
use crate::log::OfficeId;
use crate::store::FileInfo;

const OPERATION: &str = "read the inventory";

/// The items of a kind, or those that come after one of them: office, limit, then the key's parts.
pub(super) fn question(kind: ItemKind, is_first: bool) -> String {
    let (columns, table, keys) = match kind {
        ItemKind::Entries | ItemKind::File => ("hash, size", "uploads", "hash"),
        ItemKind::Booking => (
            "account, first,
             (SELECT hash FROM uploads u
              WHERE u.office_id = bookings.office_id AND u.upload = bookings.upload),
             position, count, statement, shift",
            "bookings",
            "account, first",
        ),
        ItemKind::Document => ("kind, id, owner, state, seq, body", "documents", "kind, id"),
        ItemKind::Side => ("kind, key, owner, body, expires", "side", "kind, key"),
        ItemKind::Answer => ("fingerprint, seq, moment, body, key", "answers", "key"),
    };
    let of_kind = match kind {
        ItemKind::Entries => "AND kind = 'entries' AND state = 'kept' AND hash IS NOT NULL",
        ItemKind::File => "AND kind = 'file' AND state = 'kept' AND hash IS NOT NULL",
        ItemKind::Booking | ItemKind::Document | ItemKind::Side | ItemKind::Answer => "",
    };
    let after = match (is_first, keys.contains(',')) {
        (true, _) => String::new(),
        (false, false) => format!("AND {keys} > ?3"),
        (false, true) => format!("AND ({keys}) > (?3, ?4)"),
    };
    format!(
        "SELECT {columns} FROM {table} WHERE office_id = ?1 {of_kind} {after}
         ORDER BY {keys} LIMIT ?2"
    )
}

/// The items of a kind after one of them.
pub(super) fn items(
    connection: &Connection,
    office: OfficeId,
    kind: ItemKind,
    after: Option<&Item>,
    limit: usize,
) -> Result<Vec<Item>, Fault> {
    let sql = question(kind, after.is_none());
    let limit = rows::limit(limit);
    let read = |row: &Row<'_>| item(kind, row);
    let asked = |key: &[&dyn ToSql]| {
        let begin: [&dyn ToSql; 2] = [&office, &limit];
        let params: Vec<&dyn ToSql> = begin.iter().chain(key).copied().collect();
        all(connection, OPERATION, &sql, params.as_slice(), read)
    };
    match after {
        None => all(connection, OPERATION, &sql, params![office, limit], read),
        Some(
            Item::Entries(StagedEntries {
                rows_hash: hash, ..
            })
            | Item::File(FileInfo { hash, .. }),
        ) => asked(&[&hash.0]),
        Some(Item::Booking(booking)) => asked(&[&booking.account, &booking.first_ordinal]),
        Some(Item::Document(document)) => asked(&[&document.kind, &document.id]),
        Some(Item::Side(side)) => asked(&[&side.kind, &side.key]),
        Some(Item::Answer(key, _)) => asked(&[key]),
    }
}

fn item(kind: ItemKind, row: &Row<'_>) -> rusqlite::Result<Item> {
    let hash = || -> rusqlite::Result<Digest> { rows::digest(row, 0) };
    Ok(match kind {
        ItemKind::Entries => Item::Entries(StagedEntries {
            rows_hash: hash()?,
            count: row.get(1)?,
        }),
        ItemKind::File => Item::File(FileInfo {
            hash: hash()?,
            length: row.get(1)?,
        }),
        ItemKind::Booking => Item::Booking(Booking {
            account: row.get(0)?,
            first_ordinal: row.get(1)?,
            rows_hash: rows::digest(row, 2)?,
            position: row.get(3)?,
            count: row.get(4)?,
            statement: row.get(5)?,
            shift: row.get(6)?,
        }),
        ItemKind::Document => Item::Document(rows::document(row)?),
        ItemKind::Side => Item::Side(rows::side(row)?),
        ItemKind::Answer => Item::Answer(row.get(4)?, rows::answer(row)?),
    })
}
