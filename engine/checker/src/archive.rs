//! Where the checker has its facts from: everything that is stored, as it is stored.

use kantor_model::{Date, Moment};

use crate::Digest;

/// The archive could not give a fact out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(
    /// What the storage said.
    pub String,
);

/// Where the log stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The position of the last record; 0 before the first.
    pub seq: u64,
    /// The hash of the last record.
    pub hash: Digest,
    /// When the last record was written.
    pub moment: Moment,
}

/// A recorded fact as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its position: 1, 2, 3 and so on without a gap.
    pub seq: u64,
    /// When it was recorded.
    pub moment: Moment,
    /// The name of the kind of event.
    pub kind: String,
    /// The version of the body's form.
    pub version: u32,
    /// The event as JSON.
    pub body: Vec<u8>,
    /// The hash of this record and, through the one before it, of the whole log up to here.
    pub hash: Digest,
}

/// A row of a statement as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Signed minor units of the account's currency.
    pub amount: i64,
    /// The account's balance after it, minor units.
    pub balance_after: i64,
    /// The day on which the bank booked it.
    pub booked_on: Option<Date>,
    /// Everything else that the bank says about it, as JSON.
    pub body: Vec<u8>,
}

/// A range of a set of rows that has its place in an account's chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The office account.
    pub account: u64,
    /// The ordinal of its first line.
    pub first_ordinal: u64,
    /// The set of rows.
    pub rows: Digest,
    /// The first row of the set that stands here, from 0.
    pub position: u64,
    /// How many rows.
    pub count: u64,
    /// The statement that they came with.
    pub statement: u64,
    /// What is added to the balances in the rows, minor units.
    pub shift: i64,
}

/// A read model as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The kind of thing, such as `order`.
    pub kind: String,
    /// Its number among its kind.
    pub id: u64,
    /// Whose it is.
    pub owner: Option<u64>,
    /// Where it stands, such as `AwaitingFunds`.
    pub state: String,
    /// The position of the last record that touched it.
    pub seq: u64,
    /// Everything else, as JSON.
    pub body: Vec<u8>,
}

/// A side row (personal data, outside the log) as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Side {
    /// The kind of row, such as `person`.
    pub kind: String,
    /// Its key among its kind.
    pub key: String,
    /// Whose it is.
    pub owner: Option<u64>,
    /// The content.
    pub body: Vec<u8>,
}

/// A frozen picture of what an office has stored. Nothing that it gives out is believed: whatever
/// carries a hash or a sum is reckoned again.
pub trait Archive {
    /// The number of the office, which its log is bound to.
    fn office(&self) -> i64;

    /// Where the log stands.
    fn head(&self) -> Head;

    /// The records after that position, in order, at most so many.
    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, Fault>;

    /// The rows of a set from that position (from 0) on, at most so many; `None` when there is no
    /// such set.
    fn rows(&self, set: &Digest, from: u64, limit: usize) -> Result<Option<Vec<Row>>, Fault>;

    /// How many rows the archive says that a set has.
    fn rows_count(&self, set: &Digest) -> Result<Option<u64>, Fault>;

    /// How an account's chain was put together: from the segment that holds that ordinal on, in
    /// order, at most so many.
    fn segments(&self, account: u64, from: u64, limit: usize) -> Result<Vec<Segment>, Fault>;

    /// All bytes of a file, as they are now; `None` when there is no such file.
    fn file(&self, file: &Digest) -> Result<Option<Vec<u8>>, Fault>;

    /// How long the archive says that a file is.
    fn file_length(&self, file: &Digest) -> Result<Option<u64>, Fault>;

    /// The read models of a kind with a greater number, in order, at most so many.
    fn documents(
        &self,
        kind: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Document>, Fault>;

    /// The side rows of a kind with a greater key, in order, at most so many.
    fn sides(&self, kind: &str, after: Option<&str>, limit: usize) -> Result<Vec<Side>, Fault>;
}
