//! The rows that are held until it is known in which order the bank means them.

use super::accounts::MOST_ACCOUNTS;
use super::records::Record;
use super::row::Row;

/// So many rows, or so many bytes of them, are held at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Limits {
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

/// What a file may have when its last row stands first: a year of a busy office.
pub(super) const LIMITS: Limits = Limits {
    rows: 200_000,
    bytes: 64 << 20,
};

/// Rows with their cells, one after the other.
#[derive(Default, Debug)]
pub(super) struct Held {
    pub(super) rows: Vec<Row>,
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Of each row: where its cells begin in `bytes`, and their ends in `ends`.
    starts: Vec<(usize, usize)>,
    /// What stands for the own account in the rows; the first one is nothing.
    pub(super) keys: Vec<Vec<u8>>,
}

/// The cells of a row that is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'h> {
    bytes: &'h [u8],
    ends: &'h [u32],
}

impl<'h> Cells<'h> {
    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    /// The cell of that index; nothing where there is none.
    pub(super) fn cell(self, index: usize) -> &'h [u8] {
        let end = |index: usize| self.ends.get(index).map(|end| *end as usize);
        let Some(stop) = end(index) else {
            return &[];
        };
        let start = index.checked_sub(1).and_then(end).unwrap_or(0);
        self.bytes.get(start..stop).unwrap_or_default()
    }
}

impl Held {
    pub(super) fn new() -> Held {
        Held {
            keys: vec![Vec::new()],
            ..Held::default()
        }
    }

    /// Keeps a row.
    pub(super) fn push(&mut self, row: Row, record: &Record) {
        let (cells, ends) = record.parts();
        self.starts.push((self.bytes.len(), self.ends.len()));
        self.bytes.extend_from_slice(cells);
        let short = |end: &usize| u32::try_from(*end).unwrap_or(u32::MAX);
        self.ends.extend(ends.iter().map(short));
        self.rows.push(row);
    }

    /// The number of a text that stands for an own account; `None` when there are too many.
    pub(super) fn key(&mut self, text: &[u8]) -> Option<u32> {
        let at = match self.keys.iter().position(|key| key == text) {
            Some(at) => at,
            None if self.keys.len() > MOST_ACCOUNTS => return None,
            None => {
                self.keys.push(text.to_vec());
                self.keys.len() - 1
            }
        };
        u32::try_from(at).ok()
    }

    /// Whether no more may be held.
    pub(super) fn is_full(&self, limits: Limits) -> bool {
        self.rows.len() >= limits.rows || self.bytes.len() >= limits.bytes
    }

    /// The cells of the row of that index.
    pub(super) fn cells(&self, row: usize) -> Cells<'_> {
        let (bytes, ends) = self
            .starts
            .get(row)
            .copied()
            .unwrap_or((usize::MAX, usize::MAX));
        let (bytes_end, ends_end) = self
            .starts
            .get(row + 1)
            .copied()
            .unwrap_or((self.bytes.len(), self.ends.len()));
        Cells {
            bytes: self.bytes.get(bytes..bytes_end).unwrap_or_default(),
            ends: self.ends.get(ends..ends_end).unwrap_or_default(),
        }
    }

    /// All bytes of all cells.
    pub(super) fn all_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Lets the rows go; the keys stay.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.bytes.clear();
        self.ends.clear();
        self.starts.clear();
    }
}
