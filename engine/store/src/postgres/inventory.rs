//! An office's items in the order of their keys, page by page.

use super::rows::{self, Columns};
use super::sql::Question;
use super::statement::{Value, number};
use crate::entries::StagedEntries;
use crate::error::Fault;
use crate::item::{Item, ItemKind};
use crate::log::OfficeId;
use crate::store::FileInfo;

/// The items of a kind, or those that come after one of them.
pub(super) fn question(
    office: OfficeId,
    kind: ItemKind,
    after: Option<&Item>,
    limit: usize,
) -> Question {
    let (columns, keys) = match kind {
        ItemKind::Entries => (
            "SELECT hash, size FROM uploads WHERE office_id = $1
               AND kind = 'entries' AND state = 'kept' AND hash IS NOT NULL",
            "hash",
        ),
        ItemKind::File => (
            "SELECT hash, size FROM uploads WHERE office_id = $1
               AND kind = 'file' AND state = 'kept' AND hash IS NOT NULL",
            "hash",
        ),
        ItemKind::Booking => (
            "SELECT account, first,
                    (SELECT hash FROM uploads u WHERE u.office_id = $1 AND u.upload = b.upload),
                    position, count, statement, shift
             FROM bookings b WHERE office_id = $1",
            "account, first",
        ),
        ItemKind::Document => (
            "SELECT kind, id, owner, state, seq, body FROM documents WHERE office_id = $1",
            "kind, id",
        ),
        ItemKind::Side => (
            "SELECT kind, key, owner, body, expires FROM side WHERE office_id = $1",
            "kind, key",
        ),
        ItemKind::Answer => (
            "SELECT fingerprint, seq, moment, body, key FROM answers WHERE office_id = $1",
            "key",
        ),
    };
    let mut question = Question::new(columns, vec![Box::new(office.0)]);
    if let Some(after) = after {
        question.behind(keys, key_of(after));
    }
    question.ending(keys, limit)
}

/// What an item stands by among its kind.
fn key_of(item: &Item) -> Vec<Value> {
    match item {
        Item::Entries(StagedEntries {
            rows_hash: hash, ..
        })
        | Item::File(FileInfo { hash, .. }) => vec![Box::new(hash.0.to_vec())],
        Item::Booking(booking) => vec![
            Box::new(number(booking.account)),
            Box::new(number(booking.first_ordinal)),
        ],
        Item::Document(document) => vec![
            Box::new(document.kind.clone()),
            Box::new(number(document.id)),
        ],
        Item::Side(side) => vec![Box::new(side.kind.clone()), Box::new(side.key.clone())],
        Item::Answer(key, _) => vec![Box::new(key.clone())],
    }
}

pub(super) fn item(kind: ItemKind, row: &Columns<'_>) -> Result<Item, Fault> {
    Ok(match kind {
        ItemKind::Entries => Item::Entries(StagedEntries {
            rows_hash: row.digest(0)?,
            count: row.number(1)?,
        }),
        ItemKind::File => Item::File(FileInfo {
            hash: row.digest(0)?,
            length: row.number(1)?,
        }),
        ItemKind::Booking => Item::Booking(rows::booking(row)?),
        ItemKind::Document => Item::Document(rows::document(row)?),
        ItemKind::Side => Item::Side(rows::side(row)?),
        ItemKind::Answer => Item::Answer(row.get(4)?, rows::answer(row)?),
    })
}
