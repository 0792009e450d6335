//! Reading an office: the same questions on a frozen picture and under the lock.

use std::cell::Cell;
use std::io::Write;
use std::ops::Deref;

use kantor_engine::Digest;
use kantor_model::Moment;
use rusqlite::{Connection, params};

use super::fault::fault;
use super::inventory;
use super::rows::{self, all, one};
use super::sql;
use crate::digest::Hasher;
use crate::document::{Document, DocumentFilter};
use crate::entries::{BookedEntry, Booking, StagedEntries, StagedEntry};
use crate::error::{AccessError, Fault, FileError};
use crate::item::{Item, ItemKind};
use crate::log::{Head, OfficeId, Record};
use crate::pieces::checked;
use crate::side::{Side, SideFilter};
use crate::store::{FileInfo, View};
use crate::unit::Answer;

/// An office seen through a connection inside a transaction.
pub(super) struct SqliteView<C> {
    pub(super) connection: C,
    pub(super) office: OfficeId,
    /// Moved on by the appends of a batch, before the row in the database is.
    pub(super) head: Cell<Head>,
}

impl<C: Deref<Target = Connection>> SqliteView<C> {
    /// Reads the head, which also freezes the picture.
    pub(super) fn of(connection: C, office: OfficeId) -> Result<SqliteView<C>, AccessError> {
        let sql = "SELECT seq, hash, moment FROM offices WHERE office_id = ?1";
        let head = one(&connection, "read the head", sql, [office], |row| {
            Ok(Head {
                seq: row.get(0)?,
                hash: rows::digest(row, 1)?,
                moment: Moment::from_micros(row.get(2)?),
            })
        })?;
        Ok(SqliteView {
            connection,
            office,
            head: Cell::new(head.ok_or(AccessError::NoSuchOffice(office))?),
        })
    }

    /// The upload's number and its size, if it is there for use.
    fn upload(&self, kind: &str, hash: &Digest) -> Result<Option<(i64, u64)>, Fault> {
        let sql = "SELECT upload, size FROM uploads
                   WHERE office_id = ?1 AND kind = ?2 AND hash = ?3";
        one(
            &self.connection,
            "find an upload",
            sql,
            params![self.office, kind, hash.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Gives the bytes of an upload out and returns their hash and number.
    fn copy_chunks(&self, upload: i64, sink: &mut dyn Write) -> Result<FileInfo, FileError> {
        let failed = fault("read a file");
        let sql = "SELECT bytes, position FROM file_chunks
                   WHERE office_id = ?1 AND upload = ?2 ORDER BY position";
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut chunks = statement
            .query(params![self.office, upload])
            .map_err(&failed)?;
        let mut hasher = Hasher::plain();
        let mut length = 0u64;
        let mut next = 0i64;
        while let Some(row) = chunks.next().map_err(&failed)? {
            // Behind a gap is not this file any more: its hash will tell.
            if row.get::<_, i64>(1).map_err(&failed)? != next {
                break;
            }
            next += 1;
            let chunk = row.get_ref(0).map_err(&failed)?;
            let bytes = chunk.as_blob().map_err(|error| failed(error.into()))?;
            hasher.part(bytes);
            length += bytes.len() as u64;
            sink.write_all(bytes).map_err(FileError::Sink)?;
        }
        let hash = hasher.finish();
        Ok(FileInfo { hash, length })
    }
}

impl<C: Deref<Target = Connection>> View for SqliteView<C> {
    fn office(&self) -> OfficeId {
        self.office
    }

    fn head(&self) -> Head {
        self.head.get()
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let sql = "SELECT seq, moment, kind, version, body, hash FROM records
                   WHERE office_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
        let params = params![self.office, rows::position(after), rows::limit(limit)];
        all(&self.connection, "read the log", sql, params, rows::record)
    }

    fn answer(&self, key: &str) -> Result<Option<Answer>, Fault> {
        let sql = "SELECT fingerprint, seq, moment, body FROM answers
                   WHERE office_id = ?1 AND key = ?2";
        let params = params![self.office, key];
        one(
            &self.connection,
            "read an answer",
            sql,
            params,
            rows::answer,
        )
    }

    fn document(&self, kind: &str, id: u64) -> Result<Option<Document>, Fault> {
        let sql = "SELECT kind, id, owner, state, seq, body FROM documents
                   WHERE office_id = ?1 AND kind = ?2 AND id = ?3";
        let params = params![self.office, kind, id];
        one(
            &self.connection,
            "read a document",
            sql,
            params,
            rows::document,
        )
    }

    fn documents(&self, kind: &str, filter: &DocumentFilter) -> Result<Vec<Document>, Fault> {
        let params = params![
            self.office,
            kind,
            filter.state,
            filter.owner,
            filter.after,
            rows::limit(filter.limit)
        ];
        let sql = sql::documents(filter);
        all(
            &self.connection,
            "read documents",
            &sql,
            params,
            rows::document,
        )
    }

    fn chain(&self, account: u64, from: u64, limit: usize) -> Result<Vec<BookedEntry>, Fault> {
        let (from, limit) = (rows::position(from), rows::limit(limit));
        let params = params![self.office, account, from, limit];
        let operation = "read the lines of an account";
        all(
            &self.connection,
            operation,
            sql::CHAIN,
            params,
            rows::booked_entry,
        )
    }

    fn chain_tail(&self, account: u64, limit: usize) -> Result<Vec<BookedEntry>, Fault> {
        let params = params![self.office, account, rows::limit(limit)];
        let operation = "read the last lines of an account";
        let mut tail = all(
            &self.connection,
            operation,
            sql::CHAIN_TAIL,
            params,
            rows::booked_entry,
        )?;
        tail.reverse();
        Ok(tail)
    }

    fn bookings(&self, account: u64, from: u64, limit: usize) -> Result<Vec<Booking>, Fault> {
        let (from, limit) = (rows::position(from), rows::limit(limit));
        let params = params![self.office, account, from, limit];
        let operation = "read the bookings of an account";
        all(&self.connection, operation, sql::BOOKINGS, params, |row| {
            Ok(Booking {
                account: row.get(0)?,
                first_ordinal: row.get(1)?,
                rows_hash: rows::digest(row, 2)?,
                position: row.get(3)?,
                count: row.get(4)?,
                statement: row.get(5)?,
                shift: row.get(6)?,
            })
        })
    }

    fn staged_entries(&self, rows_hash: &Digest) -> Result<Option<StagedEntries>, Fault> {
        let found = self.upload("entries", rows_hash)?;
        Ok(found.map(|(_, count)| StagedEntries {
            rows_hash: *rows_hash,
            count,
        }))
    }

    fn staged_rows(
        &self,
        rows_hash: &Digest,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StagedEntry>, Fault> {
        let Some((upload, _)) = self.upload("entries", rows_hash)? else {
            return Ok(Vec::new());
        };
        let sql = "SELECT amount, balance_after, booked_on, body FROM entries
                   WHERE office_id = ?1 AND upload = ?2 AND position >= ?3
                   ORDER BY position LIMIT ?4";
        let params = params![
            self.office,
            upload,
            rows::position(from),
            rows::limit(limit)
        ];
        all(
            &self.connection,
            "read entries",
            sql,
            params,
            rows::staged_entry,
        )
    }

    fn file(&self, hash: &Digest) -> Result<Option<FileInfo>, Fault> {
        let found = self.upload("file", hash)?;
        Ok(found.map(|(_, length)| FileInfo {
            hash: *hash,
            length,
        }))
    }

    fn copy_file(&self, hash: &Digest, sink: &mut dyn Write) -> Result<FileInfo, FileError> {
        let Some((upload, _)) = self.upload("file", hash)? else {
            return Err(FileError::Missing(*hash));
        };
        checked(self.copy_chunks(upload, sink)?, hash)
    }

    fn side(&self, kind: &str, key: &str, now: Moment) -> Result<Option<Side>, Fault> {
        let sql = "SELECT kind, key, owner, body, expires FROM side
                   WHERE office_id = ?1 AND kind = ?2 AND key = ?3
                     AND (expires IS NULL OR expires > ?4)";
        let params = params![self.office, kind, key, now.as_micros()];
        one(&self.connection, "read a side row", sql, params, rows::side)
    }

    fn sides(&self, kind: &str, filter: &SideFilter, now: Moment) -> Result<Vec<Side>, Fault> {
        let params = params![
            self.office,
            kind,
            now.as_micros(),
            filter.owner,
            filter.after,
            rows::limit(filter.limit)
        ];
        let sql = sql::sides(filter);
        all(&self.connection, "read side rows", &sql, params, rows::side)
    }

    fn inventory(&self, after: Option<&Item>, limit: usize) -> Result<Vec<Item>, Fault> {
        ItemKind::next_items(after, |kind, after| {
            inventory::items(&self.connection, self.office, kind, after, limit)
        })
    }
}
