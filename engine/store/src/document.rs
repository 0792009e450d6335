//! Read models: what the log says now about one thing, found by number, state or owner.

/// What the log says now about an order, a payout, a statement, a customer.
/// It never holds personal data: that lives in [`crate::Side`] rows, which can be erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The caller's name of the kind of thing, such as `order`.
    pub kind: String,
    /// Its number among its kind.
    pub id: u64,
    /// Whose it is, such as the customer's number.
    pub owner: Option<u64>,
    /// Where it stands, such as `awaiting_funds`.
    pub state: String,
    /// The position of the last record that touched it; set by the store.
    pub seq: u64,
    /// Everything else, in the caller's stored form.
    pub body: Vec<u8>,
}

/// What a unit of work does to a read model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DocumentChange {
    /// Writes the document, new or changed; its `seq` is ignored and set by the store.
    Put(Document),
    /// Removes the document; nothing happens when there is none.
    Remove {
        /// The kind of thing.
        kind: String,
        /// Its number.
        id: u64,
    },
}

/// Which documents of a kind are wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentFilter {
    /// Only those in this state.
    pub state: Option<String>,
    /// Only those of this owner.
    pub owner: Option<u64>,
    /// Only those that come after this number in the chosen order: the next page.
    pub after: Option<u64>,
    /// From the greatest number down instead of from the smallest up.
    pub newest_first: bool,
    /// At most so many.
    pub limit: usize,
}

impl DocumentFilter {
    /// The oldest so many documents of a kind; narrow it with the methods below.
    pub fn first(limit: usize) -> DocumentFilter {
        DocumentFilter {
            state: None,
            owner: None,
            after: None,
            newest_first: false,
            limit,
        }
    }

    /// The newest so many documents of a kind, newest first.
    pub fn newest(limit: usize) -> DocumentFilter {
        DocumentFilter {
            newest_first: true,
            ..DocumentFilter::first(limit)
        }
    }

    /// Only those in this state.
    pub fn in_state(self, state: impl Into<String>) -> DocumentFilter {
        DocumentFilter {
            state: Some(state.into()),
            ..self
        }
    }

    /// Only those of this owner.
    pub fn owned_by(self, owner: u64) -> DocumentFilter {
        DocumentFilter {
            owner: Some(owner),
            ..self
        }
    }

    /// The page after the document with this number.
    pub fn after(self, id: u64) -> DocumentFilter {
        DocumentFilter {
            after: Some(id),
            ..self
        }
    }
}
