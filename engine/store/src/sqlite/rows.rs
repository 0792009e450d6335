//! How values and rows are read and written.

use kantor_engine::Digest;
use kantor_model::Moment;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use super::fault::fault;
use crate::document::Document;
use crate::entries::{BookedEntry, StagedEntry, day_of_number};
use crate::error::Fault;
use crate::log::{OfficeId, Record};
use crate::side::Side;
use crate::unit::Answer;

impl ToSql for OfficeId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for OfficeId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<OfficeId> {
        i64::column_result(value).map(OfficeId)
    }
}

/// A digest in a column: the engine's type knows nothing of databases.
pub(super) fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest)
}

/// All rows that a query gives.
pub(super) fn all<T>(
    connection: &Connection,
    operation: &'static str,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Fault> {
    let run = || -> rusqlite::Result<Vec<T>> {
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_map(params, read)?.collect()
    };
    run().map_err(fault(operation))
}

/// The one row that a query gives, if there is one.
pub(super) fn one<T>(
    connection: &Connection,
    operation: &'static str,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, Fault> {
    let run = || {
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_row(params, read).optional()
    };
    run().map_err(fault(operation))
}

/// Runs a statement that writes; returns the number of rows that it touched.
pub(super) fn write(
    connection: &Connection,
    operation: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<usize, Fault> {
    let run = || connection.prepare_cached(sql)?.execute(params);
    run().map_err(fault(operation))
}

/// A limit as SQL takes it: more than the database can hold is no limit.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A position as SQL takes it: beyond the greatest there is nothing.
pub(super) fn position(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

/// Columns `seq, moment, kind, version, body, hash`.
pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        seq: row.get(0)?,
        moment: Moment::from_micros(row.get(1)?),
        kind: row.get(2)?,
        version: row.get(3)?,
        body: row.get(4)?,
        hash: digest(row, 5)?,
    })
}

/// Columns `fingerprint, seq, moment, body`.
pub(super) fn answer(row: &Row<'_>) -> rusqlite::Result<Answer> {
    Ok(Answer {
        fingerprint: digest(row, 0)?,
        seq: row.get(1)?,
        moment: Moment::from_micros(row.get(2)?),
        body: row.get(3)?,
    })
}

/// Columns `kind, id, owner, state, seq, body`.
pub(super) fn document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        kind: row.get(0)?,
        id: row.get(1)?,
        owner: row.get(2)?,
        state: row.get(3)?,
        seq: row.get(4)?,
        body: row.get(5)?,
    })
}

/// Columns `kind, key, owner, body, expires`.
pub(super) fn side(row: &Row<'_>) -> rusqlite::Result<Side> {
    Ok(Side {
        kind: row.get(0)?,
        key: row.get(1)?,
        owner: row.get(2)?,
        body: row.get(3)?,
        expires: row.get::<_, Option<i64>>(4)?.map(Moment::from_micros),
    })
}

/// Columns `amount, balance_after, booked_on, body`.
pub(super) fn staged_entry(row: &Row<'_>) -> rusqlite::Result<StagedEntry> {
    let day: Option<i64> = row.get(2)?;
    let booked_on = match day {
        None => None,
        Some(number) => Some(day_of_number(number).ok_or_else(|| {
            let kind = rusqlite::types::Type::Integer;
            let error = FromSqlError::OutOfRange(number);
            rusqlite::Error::FromSqlConversionFailure(2, kind, Box::new(error))
        })?),
    };
    Ok(StagedEntry {
        amount: row.get(0)?,
        balance_after: row.get(1)?,
        booked_on,
        body: row.get(3)?,
    })
}

/// The columns of [`staged_entry`], then `account, ordinal, statement`.
pub(super) fn booked_entry(row: &Row<'_>) -> rusqlite::Result<BookedEntry> {
    Ok(BookedEntry {
        account: row.get(4)?,
        ordinal: row.get(5)?,
        statement: row.get(6)?,
        entry: staged_entry(row)?,
    })
}
