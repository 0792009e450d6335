//! An archive in memory, for those who have an office only in thought: simulator and tests.

use std::collections::BTreeMap;

use crate::archive::{Archive, Document, Fault, Head, Record, Row, Segment, Side};
use crate::digest::Digest;

/// Everything that an office would have stored, but its read models.
#[derive(Clone)]
pub struct Memory {
    /// The number of the office.
    pub office: i64,
    /// Where the log stands.
    pub head: Head,
    /// The log, from the first record on.
    pub records: Vec<Record>,
    /// Sets of rows, by their hash.
    pub rows: BTreeMap<Digest, Vec<Row>>,
    /// Chains of accounts, in order.
    pub segments: BTreeMap<u64, Vec<Segment>>,
    /// Files, by their hash.
    pub files: BTreeMap<Digest, Vec<u8>>,
    /// Side rows, by kind and key.
    pub sides: BTreeMap<(String, String), Side>,
}

impl Memory {
    /// An office of which nothing is stored but where its log stands.
    pub fn at(office: i64, head: Head) -> Memory {
        Memory {
            office,
            head,
            records: Vec::new(),
            rows: BTreeMap::new(),
            segments: BTreeMap::new(),
            files: BTreeMap::new(),
            sides: BTreeMap::new(),
        }
    }

    /// Keeps a side row in the place of the one with its kind and key.
    pub fn put_side(&mut self, side: Side) {
        let place = (side.kind.clone(), side.key.clone());
        self.sides.insert(place, side);
    }
}

fn page<T: Clone>(all: &[T], from: u64, limit: usize) -> Vec<T> {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    all.iter().skip(from).take(limit).cloned().collect()
}

impl Archive for Memory {
    fn office(&self) -> i64 {
        self.office
    }

    fn head(&self) -> Head {
        self.head
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        Ok(page(&self.records, after, limit))
    }

    fn rows(&self, set: &Digest, from: u64, limit: usize) -> Result<Option<Vec<Row>>, Fault> {
        Ok(self.rows.get(set).map(|rows| page(rows, from, limit)))
    }

    fn rows_count(&self, set: &Digest) -> Result<Option<u64>, Fault> {
        Ok(self.rows.get(set).map(|rows| rows.len() as u64))
    }

    fn segments(&self, account: u64, from: u64, limit: usize) -> Result<Vec<Segment>, Fault> {
        let all = self.segments.get(&account).map_or(&[][..], Vec::as_slice);
        let before = all.partition_point(|it| it.first_ordinal + it.count <= from);
        Ok(page(all, before as u64, limit))
    }

    fn file(&self, file: &Digest) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.files.get(file).cloned())
    }

    fn file_length(&self, file: &Digest) -> Result<Option<u64>, Fault> {
        Ok(self.files.get(file).map(|bytes| bytes.len() as u64))
    }

    /// Read models are the runtime's, and there is none here.
    fn documents(&self, _: &str, _: Option<u64>, _: usize) -> Result<Vec<Document>, Fault> {
        Ok(Vec::new())
    }

    fn sides(&self, kind: &str, after: Option<&str>, limit: usize) -> Result<Vec<Side>, Fault> {
        let of_kind = self.sides.values().filter(|side| side.kind == kind);
        let later = of_kind.filter(|side| after.is_none_or(|after| *side.key > *after));
        Ok(later.take(limit).cloned().collect())
    }
}
