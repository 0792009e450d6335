//! Uploading big things in pieces, each piece a short turn of its own, and sweeping up.

use kantor_engine::Digest;
use kantor_model::Moment;
use rusqlite::{Connection, params};

use super::connection::{Durability, Writer};
use super::rows::{all, one, write};
use crate::entries::{StagedEntry, Sweep, Swept, day_number};
use crate::error::{AccessError, CommitError, Fault, StageError};
use crate::log::OfficeId;
use crate::pieces::{Kind, Uploads};

/// How many rows a sweep removes in one turn.
const SWEEP_ROWS: i64 = 1000;

/// How many pieces of files a sweep removes in one turn.
const SWEEP_CHUNKS: i64 = 8;

const OPERATION: &str = "upload";

/// Uploads of one office.
pub(super) struct Staging<'s> {
    pub(super) writer: &'s Writer,
    pub(super) office: OfficeId,
}

impl Uploads for Staging<'_> {
    fn begin(&self, kind: Kind, now: Moment) -> Result<i64, StageError> {
        let turn = self.writer.begin(Durability::Relaxed)?;
        let office = "SELECT 1 FROM offices WHERE office_id = ?1";
        if one(&turn, OPERATION, office, [self.office], |_| Ok(()))?.is_none() {
            return Err(AccessError::NoSuchOffice(self.office).into());
        }
        let sql = "INSERT INTO upload_numbers (office_id, last) VALUES (?1, 1)
                   ON CONFLICT (office_id) DO UPDATE SET last = last + 1 RETURNING last";
        let upload: i64 = turn
            .query_row(sql, [self.office], |row| row.get(0))
            .map_err(super::fault::fault(OPERATION))?;
        let sql = "INSERT INTO uploads (office_id, upload, kind, state, hash, size, moment)
                   VALUES (?1, ?2, ?3, 'filling', NULL, 0, ?4)";
        let params = params![self.office, upload, kind.name(), now.as_micros()];
        write(&turn, OPERATION, sql, params)?;
        turn.commit().map_err(CommitError::into_fault)?;
        Ok(upload)
    }

    fn chunk(&self, upload: i64, position: i64, bytes: &[u8]) -> Result<(), StageError> {
        self.piece(upload, |connection| {
            let sql = "INSERT INTO file_chunks (office_id, upload, position, bytes)
                       VALUES (?1, ?2, ?3, ?4)";
            let params = params![self.office, upload, position, bytes];
            write(connection, OPERATION, sql, params).map(drop)
        })
    }

    fn rows(&self, upload: i64, first: i64, rows: Vec<StagedEntry>) -> Result<(), StageError> {
        let sql = "INSERT INTO entries
                   (office_id, upload, position, amount, balance_after, booked_on, body)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.piece(upload, |connection| {
            for (position, row) in (first..).zip(&rows) {
                let params = params![
                    self.office,
                    upload,
                    position,
                    row.amount,
                    row.balance_after,
                    row.booked_on.map(day_number),
                    row.body
                ];
                write(connection, OPERATION, sql, params)?;
            }
            Ok(())
        })
    }

    fn finish(
        &self,
        upload: i64,
        kind: Kind,
        hash: &Digest,
        size: u64,
        now: Moment,
    ) -> Result<(), StageError> {
        let turn = self.writer.begin(Durability::Relaxed)?;
        self.still_filling(&turn, upload)?;
        let sql = "UPDATE uploads SET moment = max(moment, ?4)
                   WHERE office_id = ?1 AND kind = ?2 AND hash = ?3";
        let params = params![self.office, kind.name(), hash.0, now.as_micros()];
        let there_already = write(&turn, OPERATION, sql, params)? > 0;
        if there_already {
            let sql = "UPDATE uploads SET state = 'condemned'
                       WHERE office_id = ?1 AND upload = ?2";
            write(&turn, OPERATION, sql, params![self.office, upload])?;
        } else {
            let sql = "UPDATE uploads SET state = 'ready', hash = ?3, size = ?4
                       WHERE office_id = ?1 AND upload = ?2";
            write(
                &turn,
                OPERATION,
                sql,
                params![self.office, upload, hash.0, size],
            )?;
        }
        turn.commit().map_err(CommitError::into_fault)?;
        if there_already {
            self.discard(upload)?;
        }
        Ok(())
    }
}

impl Staging<'_> {
    /// Writes one piece, unless the upload was given up meanwhile.
    fn piece(
        &self,
        upload: i64,
        write: impl FnOnce(&Connection) -> Result<(), Fault>,
    ) -> Result<(), StageError> {
        let turn = self.writer.begin(Durability::Relaxed)?;
        self.still_filling(&turn, upload)?;
        write(&turn)?;
        turn.commit().map_err(CommitError::into_fault)?;
        Ok(())
    }

    fn still_filling(&self, connection: &Connection, upload: i64) -> Result<(), StageError> {
        let sql = "SELECT 1 FROM uploads
                   WHERE office_id = ?1 AND upload = ?2 AND state = 'filling'";
        let params = params![self.office, upload];
        match one(connection, OPERATION, sql, params, |_| Ok(()))? {
            Some(()) => Ok(()),
            None => Err(StageError::Swept),
        }
    }

    /// Removes a condemned upload piece by piece, its row last, so that an interrupted removal
    /// is found and finished by the next sweep.
    fn discard(&self, upload: i64) -> Result<(), Fault> {
        let chunks = "DELETE FROM file_chunks WHERE rowid IN (SELECT rowid FROM file_chunks
                      WHERE office_id = ?1 AND upload = ?2 LIMIT ?3)";
        self.remove_all(chunks, params![self.office, upload, SWEEP_CHUNKS])?;
        let rows = "DELETE FROM entries WHERE rowid IN (SELECT rowid FROM entries
                    WHERE office_id = ?1 AND upload = ?2 LIMIT ?3)";
        self.remove_all(rows, params![self.office, upload, SWEEP_ROWS])?;
        let row = "DELETE FROM uploads WHERE office_id = ?1 AND upload = ?2";
        self.remove_all(row, params![self.office, upload])?;
        Ok(())
    }

    /// Repeats a removal, each time in a turn of its own, until nothing is left.
    fn remove_all(&self, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<u64, Fault> {
        let mut removed = 0;
        loop {
            let turn = self.writer.begin(Durability::Relaxed)?;
            let rows = write(&turn, "sweep", sql, params)?;
            turn.commit().map_err(CommitError::into_fault)?;
            if rows == 0 {
                return Ok(removed);
            }
            removed += rows as u64;
        }
    }

    pub(super) fn sweep(&self, sweep: &Sweep) -> Result<Swept, Fault> {
        let uploads = self.condemn(sweep.uploads_before)?;
        for upload in &uploads {
            self.discard(*upload)?;
        }
        let answers = "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers
                       WHERE office_id = ?1 AND moment < ?2 LIMIT ?3)";
        let before = sweep.answers_before.as_micros();
        let answers = self.remove_all(answers, params![self.office, before, SWEEP_ROWS])?;
        let sides = "DELETE FROM side WHERE rowid IN (SELECT rowid FROM side
                     WHERE office_id = ?1 AND expires <= ?2 LIMIT ?3)";
        let now = sweep.now.as_micros();
        let sides = self.remove_all(sides, params![self.office, now, SWEEP_ROWS])?;
        Ok(Swept {
            uploads: uploads.len() as u64,
            answers,
            sides,
        })
    }

    /// Makes stale uploads unfindable at once, so that no commit can refer to half of one.
    fn condemn(&self, before: Moment) -> Result<Vec<i64>, Fault> {
        let turn = self.writer.begin(Durability::Relaxed)?;
        let sql = "UPDATE uploads SET state = 'condemned', hash = NULL
                   WHERE office_id = ?1 AND (state = 'condemned'
                       OR (state IN ('filling', 'ready') AND moment < ?2))
                   RETURNING upload";
        let params = params![self.office, before.as_micros()];
        let uploads = all(&turn, "sweep", sql, params, |row| row.get(0))?;
        turn.commit().map_err(CommitError::into_fault)?;
        Ok(uploads)
    }
}
