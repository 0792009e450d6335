//! Side rows: personal data and secrets, kept outside the log so that they can be erased.
//!
//! Nothing in the log's hashes depends on a side row. A row may carry the moment from which it
//! counts as gone: it is not returned from then on, and [`crate::Store::sweep`] removes it.

use kantor_model::Moment;

/// A person, a credential, a session, a token: the kinds are the caller's.
#[derive(Clone, PartialEq, Eq)]
pub struct Side {
    /// The caller's name of the kind of row, such as `person`.
    pub kind: String,
    /// Its key among its kind, such as a customer's number or the hash of a token.
    pub key: String,
    /// Whose it is; all rows of an owner can be listed and erased together.
    pub owner: Option<u64>,
    /// The content, in the caller's form.
    pub body: Vec<u8>,
    /// From this moment on the row counts as gone.
    pub expires: Option<Moment>,
}

impl std::fmt::Debug for Side {
    /// Never prints the body or the key: they are personal data and secrets, and must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Side")
            .field("kind", &self.kind)
            .field("owner", &self.owner)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What happens to side rows, as a part of a unit of work or alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SideChange {
    /// Writes the row, new or changed.
    Put(Side),
    /// Writes a new row; refused when its key is taken. Of two people who register the same
    /// address at once, one is refused.
    PutNew(Side),
    /// Removes the row; nothing happens when there is none.
    Delete {
        /// The kind of row.
        kind: String,
        /// Its key.
        key: String,
    },
    /// Removes the row; refused when there is none. What may be used once is used once.
    Take {
        /// The kind of row.
        kind: String,
        /// Its key.
        key: String,
    },
    /// Removes every row of that kind and owner: ends all sessions, forgets a person.
    DeleteOwned {
        /// The kind of row.
        kind: String,
        /// Whose rows.
        owner: u64,
    },
}

/// Which side rows of a kind are wanted, in the order of their keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SideFilter {
    /// Only those of this owner.
    pub owner: Option<u64>,
    /// Only those whose key comes after this one: the next page.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl SideFilter {
    /// The first so many rows of a kind.
    pub fn first(limit: usize) -> SideFilter {
        SideFilter {
            owner: None,
            after: None,
            limit,
        }
    }

    /// Only those of this owner.
    pub fn owned_by(self, owner: u64) -> SideFilter {
        SideFilter {
            owner: Some(owner),
            ..self
        }
    }

    /// The page after the row with this key.
    pub fn after(self, key: impl Into<String>) -> SideFilter {
        SideFilter {
            after: Some(key.into()),
            ..self
        }
    }
}
