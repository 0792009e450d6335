//! How values and rows are read.

use kantor_engine::Digest;
use kantor_model::Moment;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::fault::{damaged, fault};
use crate::document::Document;
use crate::entries::{BookedEntry, Booking, StagedEntry, day_of_number};
use crate::error::Fault;
use crate::log::{Head, Record};
use crate::side::Side;
use crate::unit::Answer;

/// A row with the operation that asked for it.
pub(super) struct Columns<'r> {
    pub(super) row: &'r Row,
    pub(super) operation: &'static str,
}

impl Columns<'_> {
    pub(super) fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T, Fault> {
        self.row.try_get(column).map_err(fault(self.operation))
    }

    /// A number that is never negative with us.
    pub(super) fn number(&self, column: usize) -> Result<u64, Fault> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| self.damaged(format!("{number} in column {column}")))
    }

    pub(super) fn optional_number(&self, column: usize) -> Result<Option<u64>, Fault> {
        match self.get::<Option<i64>>(column)? {
            None => Ok(None),
            Some(_) => self.number(column).map(Some),
        }
    }

    pub(super) fn digest(&self, column: usize) -> Result<Digest, Fault> {
        let bytes: &[u8] = self.get(column)?;
        let digest = bytes.try_into().map(Digest);
        digest.map_err(|_| self.damaged(format!("a hash of {} bytes", bytes.len())))
    }

    pub(super) fn moment(&self, column: usize) -> Result<Moment, Fault> {
        self.get(column).map(Moment::from_micros)
    }

    fn damaged(&self, reason: String) -> Fault {
        damaged(self.operation, format!("the database holds {reason}"))
    }
}

/// Reads every row.
pub(super) fn each<T>(
    operation: &'static str,
    rows: &[Row],
    read: impl Fn(&Columns<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    rows.iter()
        .map(|row| read(&Columns { row, operation }))
        .collect()
}

/// Reads the row, if there is one.
pub(super) fn option<T>(
    operation: &'static str,
    row: Option<&Row>,
    read: impl Fn(&Columns<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    row.map(|row| read(&Columns { row, operation })).transpose()
}

/// Columns `seq, hash, moment`.
pub(super) fn head(row: &Columns<'_>) -> Result<Head, Fault> {
    Ok(Head {
        seq: row.number(0)?,
        hash: row.digest(1)?,
        moment: row.moment(2)?,
    })
}

/// Columns `seq, moment, kind, version, body, hash`.
pub(super) fn record(row: &Columns<'_>) -> Result<Record, Fault> {
    let version = row.number(3)?;
    Ok(Record {
        seq: row.number(0)?,
        moment: row.moment(1)?,
        kind: row.get(2)?,
        version: u32::try_from(version).map_err(|_| row.damaged(format!("version {version}")))?,
        body: row.get(4)?,
        hash: row.digest(5)?,
    })
}

/// Columns `fingerprint, seq, moment, body`.
pub(super) fn answer(row: &Columns<'_>) -> Result<Answer, Fault> {
    Ok(Answer {
        fingerprint: row.digest(0)?,
        seq: row.number(1)?,
        moment: row.moment(2)?,
        body: row.get(3)?,
    })
}

/// Columns `kind, id, owner, state, seq, body`.
pub(super) fn document(row: &Columns<'_>) -> Result<Document, Fault> {
    Ok(Document {
        kind: row.get(0)?,
        id: row.number(1)?,
        owner: row.optional_number(2)?,
        state: row.get(3)?,
        seq: row.number(4)?,
        body: row.get(5)?,
    })
}

/// Columns `kind, key, owner, body, expires`.
pub(super) fn side(row: &Columns<'_>) -> Result<Side, Fault> {
    Ok(Side {
        kind: row.get(0)?,
        key: row.get(1)?,
        owner: row.optional_number(2)?,
        body: row.get(3)?,
        expires: row.get::<Option<i64>>(4)?.map(Moment::from_micros),
    })
}

/// Columns `amount, balance_after, booked_on, body`.
pub(super) fn staged_entry(row: &Columns<'_>) -> Result<StagedEntry, Fault> {
    let booked_on = match row.get::<Option<i64>>(2)? {
        None => None,
        Some(number) => {
            let day = day_of_number(number);
            Some(day.ok_or_else(|| row.damaged(format!("{number}, which is no day")))?)
        }
    };
    Ok(StagedEntry {
        amount: row.get(0)?,
        balance_after: row.get(1)?,
        booked_on,
        body: row.get(3)?,
    })
}

/// The columns of [`staged_entry`], then `account, ordinal, statement`.
pub(super) fn booked_entry(row: &Columns<'_>) -> Result<BookedEntry, Fault> {
    Ok(BookedEntry {
        account: row.number(4)?,
        ordinal: row.number(5)?,
        statement: row.number(6)?,
        entry: staged_entry(row)?,
    })
}

/// Columns `account, first, hash, position, count, statement, shift`.
pub(super) fn booking(row: &Columns<'_>) -> Result<Booking, Fault> {
    Ok(Booking {
        account: row.number(0)?,
        first_ordinal: row.number(1)?,
        rows_hash: row.digest(2)?,
        position: row.number(3)?,
        count: row.number(4)?,
        statement: row.number(5)?,
        shift: row.get(6)?,
    })
}
