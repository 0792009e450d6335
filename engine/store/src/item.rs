//! Everything of an office beside its log, item by item, so that it can be carried to another store.

use crate::document::Document;
use crate::entries::{Booking, StagedEntries};
use crate::error::Fault;
use crate::side::Side;
use crate::store::FileInfo;
use crate::unit::Answer;

/// One thing that an office keeps beside its log. [`crate::View::inventory`] tells them in the order
/// in which they stand here, and those of one kind in the order of their keys; in this order
/// [`crate::Locked::take_in`] takes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// A kept set of entries, by its hash; its rows are uploaded before it is taken in.
    Entries(StagedEntries),
    /// A kept file, by its hash; its bytes are uploaded before it is taken in.
    File(FileInfo),
    /// A part of an account's chain, by account and ordinal.
    Booking(Booking),
    /// A read model, by kind and number.
    Document(Document),
    /// A side row, by kind and key; also one that has expired and was not swept yet.
    Side(Side),
    /// The answer to an idempotency key, by that key.
    Answer(String, Answer),
}

/// What kinds of items there are, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ItemKind {
    /// [`Item::Entries`]
    Entries,
    /// [`Item::File`]
    File,
    /// [`Item::Booking`]
    Booking,
    /// [`Item::Document`]
    Document,
    /// [`Item::Side`]
    Side,
    /// [`Item::Answer`]
    Answer,
}

impl ItemKind {
    /// Every kind.
    pub const ALL: [ItemKind; 6] = [
        ItemKind::Entries,
        ItemKind::File,
        ItemKind::Booking,
        ItemKind::Document,
        ItemKind::Side,
        ItemKind::Answer,
    ];

    /// The next items after one, of the first kind that has any more.
    pub(crate) fn next_items(
        after: Option<&Item>,
        items: impl Fn(ItemKind, Option<&Item>) -> Result<Vec<Item>, Fault>,
    ) -> Result<Vec<Item>, Fault> {
        let from = after.map(Item::kind);
        for kind in ItemKind::ALL {
            if from.is_some_and(|from| kind < from) {
                continue;
            }
            let found = items(kind, after.filter(|_| from == Some(kind)))?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }
}

impl Item {
    /// What kind of item it is.
    pub const fn kind(&self) -> ItemKind {
        match self {
            Item::Entries(_) => ItemKind::Entries,
            Item::File(_) => ItemKind::File,
            Item::Booking(_) => ItemKind::Booking,
            Item::Document(_) => ItemKind::Document,
            Item::Side(_) => ItemKind::Side,
            Item::Answer(..) => ItemKind::Answer,
        }
    }
}
