//! Reading an office: the same questions on a frozen picture and under the lock.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::Write;

use kantor_engine::Digest;
use kantor_model::Moment;
use tokio_postgres::types::ToSql;

use super::inventory;
use super::rows::{self, Columns};
use super::session::Session;
use super::sql::{self, Question};
use super::statement::{limit, number};
use crate::digest::Hasher;
use crate::document::{Document, DocumentFilter};
use crate::entries::{BookedEntry, Booking, StagedEntries, StagedEntry};
use crate::error::{Fault, FileError};
use crate::item::{Item, ItemKind};
use crate::log::{Head, OfficeId, Record};
use crate::pieces::checked;
use crate::side::{Side, SideFilter};
use crate::store::{FileInfo, View};
use crate::unit::Answer;

/// An office seen through a connection inside a transaction.
pub(super) struct PostgresView {
    pub(super) session: Session,
    pub(super) office: OfficeId,
    /// Moved on by the appends of a batch, before the row in the database is.
    pub(super) head: Cell<Head>,
    /// Idempotency keys that are known to have no answer. Under the lock that stays so: only who
    /// holds it keeps an answer.
    pub(super) free: RefCell<BTreeSet<String>>,
}

/// How many pieces of a file are asked for at once.
const CHUNKS: i64 = 8;

impl PostgresView {
    /// The upload's number and its size, if it is there for use.
    fn upload(&self, kind: &str, hash: &Digest) -> Result<Option<(i64, u64)>, Fault> {
        let operation = "find an upload";
        let sql = "SELECT upload, size FROM uploads
                   WHERE office_id = $1 AND kind = $2 AND hash = $3";
        let hash = hash.0.as_slice();
        let row = self
            .session
            .one(operation, sql, &[&self.office.0, &kind, &hash])?;
        rows::option(operation, row.as_ref(), |row| {
            Ok((row.get(0)?, row.number(1)?))
        })
    }

    /// Gives the bytes of an upload out and returns their hash and number.
    fn copy_chunks(&self, upload: i64, sink: &mut dyn Write) -> Result<FileInfo, FileError> {
        let operation = "read a file";
        let sql = "SELECT bytes, position FROM file_chunks
                   WHERE office_id = $1 AND upload = $2 AND position >= $3
                   ORDER BY position LIMIT $4";
        let mut hasher = Hasher::plain();
        let mut length = 0_u64;
        let mut next = 0_i64;
        loop {
            let values: [&(dyn ToSql + Sync); 4] = [&self.office.0, &upload, &next, &CHUNKS];
            let chunks = self.session.all(operation, sql, &values)?;
            for row in &chunks {
                let row = Columns { row, operation };
                // Behind a gap is not this file any more: its hash will tell.
                if row.get::<i64>(1)? != next {
                    return Ok(FileInfo {
                        hash: hasher.finish(),
                        length,
                    });
                }
                next += 1;
                let bytes: &[u8] = row.get(0)?;
                hasher.part(bytes);
                length += bytes.len() as u64;
                sink.write_all(bytes).map_err(FileError::Sink)?;
            }
            if chunks.is_empty() {
                break;
            }
        }
        let hash = hasher.finish();
        Ok(FileInfo { hash, length })
    }

    fn list<T>(
        &self,
        operation: &'static str,
        question: &Question,
        read: impl Fn(&Columns<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let found = self
            .session
            .all(operation, &question.sql, &question.values())?;
        rows::each(operation, &found, read)
    }
}

/// What no store can hold is nowhere; PostgreSQL must not even be asked.
pub(super) fn is_nowhere(text: &str) -> bool {
    text.contains('\0')
}

impl View for PostgresView {
    fn office(&self) -> OfficeId {
        self.office
    }

    fn head(&self) -> Head {
        self.head.get()
    }

    fn records(&self, after: u64, most: usize) -> Result<Vec<Record>, Fault> {
        let operation = "read the log";
        let sql = "SELECT seq, moment, kind, version, body, hash FROM records
                   WHERE office_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let (after, most) = (number(after), limit(most));
        let found = self
            .session
            .all(operation, sql, &[&self.office.0, &after, &most])?;
        rows::each(operation, &found, rows::record)
    }

    fn answer(&self, key: &str) -> Result<Option<Answer>, Fault> {
        if is_nowhere(key) || self.free.borrow().contains(key) {
            return Ok(None);
        }
        let operation = "read an answer";
        let sql = "SELECT fingerprint, seq, moment, body FROM answers
                   WHERE office_id = $1 AND key = $2";
        let row = self.session.one(operation, sql, &[&self.office.0, &key])?;
        let answer = rows::option(operation, row.as_ref(), rows::answer)?;
        if answer.is_none() {
            self.free.borrow_mut().insert(key.to_owned());
        }
        Ok(answer)
    }

    fn document(&self, kind: &str, id: u64) -> Result<Option<Document>, Fault> {
        if is_nowhere(kind) {
            return Ok(None);
        }
        let operation = "read a document";
        let sql = "SELECT kind, id, owner, state, seq, body FROM documents
                   WHERE office_id = $1 AND kind = $2 AND id = $3";
        let row = self
            .session
            .one(operation, sql, &[&self.office.0, &kind, &number(id)])?;
        rows::option(operation, row.as_ref(), rows::document)
    }

    fn documents(&self, kind: &str, filter: &DocumentFilter) -> Result<Vec<Document>, Fault> {
        if is_nowhere(kind) || filter.state.as_deref().is_some_and(is_nowhere) {
            return Ok(Vec::new());
        }
        let question = sql::documents(self.office, kind, filter);
        self.list("read documents", &question, rows::document)
    }

    fn chain(&self, account: u64, from: u64, most: usize) -> Result<Vec<BookedEntry>, Fault> {
        let operation = "read the lines of an account";
        let (account, from, most) = (number(account), number(from), limit(most));
        let values: [&(dyn ToSql + Sync); 4] = [&self.office.0, &account, &from, &most];
        let found = self.session.all(operation, sql::CHAIN, &values)?;
        rows::each(operation, &found, rows::booked_entry)
    }

    fn chain_tail(&self, account: u64, most: usize) -> Result<Vec<BookedEntry>, Fault> {
        let operation = "read the last lines of an account";
        let (account, most) = (number(account), limit(most));
        let found = self.session.all(
            operation,
            sql::CHAIN_TAIL,
            &[&self.office.0, &account, &most],
        )?;
        let mut tail = rows::each(operation, &found, rows::booked_entry)?;
        tail.reverse();
        Ok(tail)
    }

    fn bookings(&self, account: u64, from: u64, most: usize) -> Result<Vec<Booking>, Fault> {
        let operation = "read the bookings of an account";
        let (account, from, most) = (number(account), number(from), limit(most));
        let values: [&(dyn ToSql + Sync); 4] = [&self.office.0, &account, &from, &most];
        let found = self.session.all(operation, sql::BOOKINGS, &values)?;
        rows::each(operation, &found, rows::booking)
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
        most: usize,
    ) -> Result<Vec<StagedEntry>, Fault> {
        let Some((upload, _)) = self.upload("entries", rows_hash)? else {
            return Ok(Vec::new());
        };
        let operation = "read entries";
        let sql = "SELECT amount, balance_after, booked_on, body FROM entries
                   WHERE office_id = $1 AND upload = $2 AND position >= $3
                   ORDER BY position LIMIT $4";
        let (from, most) = (number(from), limit(most));
        let values: [&(dyn ToSql + Sync); 4] = [&self.office.0, &upload, &from, &most];
        let found = self.session.all(operation, sql, &values)?;
        rows::each(operation, &found, rows::staged_entry)
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
        if is_nowhere(kind) || is_nowhere(key) {
            return Ok(None);
        }
        let operation = "read a side row";
        let sql = "SELECT kind, key, owner, body, expires FROM side
                   WHERE office_id = $1 AND kind = $2 AND key = $3
                     AND (expires IS NULL OR expires > $4)";
        let now = now.as_micros();
        let values: [&(dyn ToSql + Sync); 4] = [&self.office.0, &kind, &key, &now];
        let row = self.session.one(operation, sql, &values)?;
        rows::option(operation, row.as_ref(), rows::side)
    }

    fn sides(&self, kind: &str, filter: &SideFilter, now: Moment) -> Result<Vec<Side>, Fault> {
        if is_nowhere(kind) {
            return Ok(Vec::new());
        }
        let question = sql::sides(self.office, kind, filter, now);
        self.list("read side rows", &question, rows::side)
    }

    fn inventory(&self, after: Option<&Item>, limit: usize) -> Result<Vec<Item>, Fault> {
        ItemKind::next_items(after, |kind, after| {
            let question = inventory::question(self.office, kind, after, limit);
            let read = |row: &Columns<'_>| inventory::item(kind, row);
            self.list("read the inventory", &question, read)
        })
    }
}
