//! A statement's entries (pozycje wyciągu): uploaded outside the lock, booked by one short commit.
//!
//! An uploaded set is identified by the hash of its rows, which is what the event carries.
//! Booking copies nothing: it gives a range of the set its place in the account's chain.

use kantor_engine::Digest;
use kantor_model::{Date, Moment};

use crate::digest::Hasher;
use crate::error::AppendError;

/// One line of a statement, ready to be booked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StagedEntry {
    /// Signed minor units of the account's currency.
    pub amount: i64,
    /// The account's balance after this line, in minor units.
    pub balance_after: i64,
    /// The day on which the bank booked it; `None` when its file gives none that exists.
    pub booked_on: Option<Date>,
    /// Everything else that the bank says about it, in the caller's stored form.
    pub body: Vec<u8>,
}

/// A complete uploaded set of entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StagedEntries {
    /// The identity of the set: [`RowsHasher`] over its rows.
    pub rows_hash: Digest,
    /// How many rows it has.
    pub count: u64,
}

/// Puts a range of an uploaded set into an account's chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booking {
    /// The account whose chain grows.
    pub account: u64,
    /// The ordinal of the first line booked; it must be the next free one of the account.
    pub first_ordinal: u64,
    /// The uploaded set.
    pub rows_hash: Digest,
    /// The first row of the set that is booked, counting from 0: a file that overlaps what is
    /// booked already brings only its end.
    pub position: u64,
    /// How many rows are booked; at least one.
    pub count: u64,
    /// The statement that the rows came with.
    pub statement: u64,
    /// What is added to the balances in the rows, minor units: rows of a file without an opening
    /// balance count from zero.
    pub shift: i64,
}

impl Booking {
    /// It goes on where the account's chain ends.
    pub(crate) fn follows(&self, next: u64) -> Result<(), AppendError> {
        if self.first_ordinal == next {
            return Ok(());
        }
        Err(AppendError::ChainMoved {
            account: self.account,
            next,
            given: self.first_ordinal,
        })
    }

    /// The uploaded set has all the rows that it names.
    pub(crate) fn is_within(&self, count: u64) -> Result<(), AppendError> {
        let end = self.position.saturating_add(self.count);
        if self.count > 0 && end <= count {
            return Ok(());
        }
        Err(AppendError::RowsOutOfRange {
            rows_hash: self.rows_hash,
            position: self.position,
            end,
            count,
        })
    }
}

/// Takes the unproved end of an account's chain back, so that a better file can replace it.
/// The only way in which a booked line ever leaves the chain; its rows stay uploaded as evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Withdrawal {
    /// The account whose chain shrinks.
    pub account: u64,
    /// This ordinal and every later one are free again.
    pub from_ordinal: u64,
}

/// A line in its place in an account's chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BookedEntry {
    /// The account.
    pub account: u64,
    /// Its place: 1, 2, 3 and so on without a gap.
    pub ordinal: u64,
    /// The statement that it came with.
    pub statement: u64,
    /// What the bank said, with the balance at this place.
    pub entry: StagedEntry,
}

/// Computes the hash of a set of entries: SHA-256 of
///
/// ```text
/// the text `kantor rows 1`, 8 bytes length and then UTF-8
/// for each row, in order:
///   amount          8 bytes, big endian
///   balance_after   8 bytes, big endian
///   booked_on       8 bytes, big endian: the number yyyymmdd, or 0 (which is no day) for none
///   body           32 bytes: SHA-256 of the body
/// the number of rows, 8 bytes, big endian
/// ```
///
/// The body enters by its own hash, so that one day a body can be erased when the law no longer
/// asks to keep it, and the sums and the recorded hash of the set stay verifiable.
pub struct RowsHasher {
    hasher: Hasher,
    count: u64,
}

impl RowsHasher {
    /// The hash of no rows yet.
    #[allow(clippy::new_without_default)]
    pub fn new() -> RowsHasher {
        RowsHasher {
            hasher: Hasher::new("kantor rows 1"),
            count: 0,
        }
    }

    /// Adds the next row.
    pub fn add(&mut self, row: &StagedEntry) {
        self.hasher.number(row.amount);
        self.hasher.number(row.balance_after);
        self.hasher.number(row.booked_on.map_or(0, day_number));
        self.hasher.digest(&Digest::of(&row.body));
        self.count += 1;
    }

    /// The hash and the number of the rows added.
    pub fn finish(mut self) -> StagedEntries {
        self.hasher.count(self.count);
        StagedEntries {
            rows_hash: self.hasher.finish(),
            count: self.count,
        }
    }
}

/// The day as the number yyyymmdd, as the stores keep it: 20261102.
pub(crate) fn day_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// The day of such a number, if there is one.
pub(crate) fn day_of_number(number: i64) -> Option<Date> {
    let year = i16::try_from(number / 10_000).ok()?;
    let month = i8::try_from(number / 100 % 100).ok()?;
    let day = i8::try_from(number % 100).ok()?;
    Date::new(year, month, day).ok()
}

/// What [`crate::Store::sweep`] may remove.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sweep {
    /// Uploads that no commit refers to and that are older than this.
    pub uploads_before: Moment,
    /// Answers to idempotency keys older than this; a key asked again later is a new command.
    pub answers_before: Moment,
    /// Side rows whose time has come at this moment.
    pub now: Moment,
}

/// How much a sweep removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Uploads.
    pub uploads: u64,
    /// Answers.
    pub answers: u64,
    /// Side rows.
    pub sides: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(amount: i64, balance_after: i64, day: Option<Date>, body: &str) -> StagedEntry {
        StagedEntry {
            amount,
            balance_after,
            booked_on: day,
            body: body.as_bytes().to_vec(),
        }
    }

    /// Pinned: events carry this hash. Computed independently with Python's hashlib.
    #[test]
    fn the_rows_hash_is_the_documented_one() {
        let mut hasher = RowsHasher::new();
        hasher.add(&row(-1234, 8766, Date::new(2026, 11, 2).ok(), "{}"));
        hasher.add(&row(5, 8771, None, ""));
        let staged = hasher.finish();
        assert_eq!(staged.count, 2);
        assert_eq!(
            staged.rows_hash.to_string(),
            "4c2ca66bf4647845a0c9124d9d37cb90cdabb1c54cc566f785578392dec53d1f"
        );
    }

    #[test]
    fn a_day_survives_as_a_number() {
        let day = Date::new(2026, 11, 2).unwrap();
        assert_eq!(day_number(day), 20_261_102);
        assert_eq!(day_of_number(20_261_102), Some(day));
        assert_eq!(day_of_number(20_261_131), None);
        assert_eq!(day_of_number(i64::MIN), None);
    }
}
