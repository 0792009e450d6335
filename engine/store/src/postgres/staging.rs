//! Uploading big things in pieces, each piece a short transaction of its own, and sweeping up.

use kantor_engine::Digest;
use kantor_model::Moment;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::patience::How;
use super::rows::{self, Columns};
use super::server::Server;
use super::session::Session;
use super::statement::{Question, Value, Write, number};
use crate::entries::{StagedEntry, Sweep, Swept, day_number};
use crate::error::{AccessError, CommitError, Fault, StageError};
use crate::log::OfficeId;
use crate::pieces::{Kind, Uploads};

/// How many rows a sweep removes in one transaction.
const SWEEP_ROWS: i64 = 1000;

/// How many pieces of files a sweep removes in one transaction.
const SWEEP_CHUNKS: i64 = 8;

const OPERATION: &str = "upload";
const SWEEP: &str = "sweep";

const NEXT_NUMBER: &str = "INSERT INTO upload_numbers AS n (office_id, last) VALUES ($1, 1)
    ON CONFLICT (office_id) DO UPDATE SET last = n.last + 1 RETURNING last";

/// Holds the upload's row, so that no sweep condemns it before this piece is written.
const STILL_FILLING: &str = "SELECT 1 FROM uploads
    WHERE office_id = $1 AND upload = $2 AND state = 'filling' FOR UPDATE";

/// Of two uploads that end at once, one waits here for the other.
const ONE_BY_ONE: &str = "SELECT 1 FROM upload_numbers WHERE office_id = $1 FOR UPDATE";

/// The columns go as arrays.
const ROWS: &str = "INSERT INTO entries
    (office_id, upload, position, amount, balance_after, booked_on, body)
    SELECT $1::bigint, $2::bigint, $3::bigint + ordinality - 1,
           amount, balance_after, booked_on, body
    FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
         WITH ORDINALITY AS t (amount, balance_after, booked_on, body, ordinality)";

/// Uploads of one office.
pub(super) struct Staging<'s> {
    pub(super) server: &'s Server,
    pub(super) office: OfficeId,
}

impl Uploads for Staging<'_> {
    fn begin(&self, kind: Kind, now: Moment) -> Result<i64, StageError> {
        let office = "SELECT 1 FROM offices WHERE office_id = $1";
        let values: [&(dyn ToSql + Sync); 1] = [&self.office.0];
        let questions = [
            (office, values.as_slice()),
            (NEXT_NUMBER, values.as_slice()),
        ];
        let (turn, found) = self.turn(OPERATION, &questions)?;
        let [there, numbers] = found.as_slice() else {
            return Err(no_number().into());
        };
        if there.is_empty() {
            return Err(AccessError::NoSuchOffice(self.office).into());
        }
        let read = |row: &Columns<'_>| row.get::<i64>(0);
        let upload = rows::option(OPERATION, numbers.first(), read)?.ok_or_else(no_number)?;
        let sql = "INSERT INTO uploads (office_id, upload, kind, state, hash, size, moment)
                   VALUES ($1, $2, $3, 'filling', NULL, 0, $4)";
        let values: Vec<Value> = vec![
            Box::new(self.office.0),
            Box::new(upload),
            Box::new(kind.name()),
            Box::new(now.as_micros()),
        ];
        end(turn, vec![Write::new(sql, values).touching(1)])?;
        Ok(upload)
    }

    fn chunk(&self, upload: i64, position: i64, bytes: &[u8]) -> Result<(), StageError> {
        let sql = "INSERT INTO file_chunks (office_id, upload, position, bytes)
                   VALUES ($1, $2, $3, $4)";
        let values: Vec<Value> = vec![
            Box::new(self.office.0),
            Box::new(upload),
            Box::new(position),
            Box::new(bytes.to_vec()),
        ];
        self.piece(upload, Write::new(sql, values).touching(1))
    }

    fn rows(&self, upload: i64, first: i64, rows: Vec<StagedEntry>) -> Result<(), StageError> {
        let count = rows.len();
        let mut amounts = Vec::with_capacity(count);
        let mut balances = Vec::with_capacity(count);
        let mut days = Vec::with_capacity(count);
        let mut bodies = Vec::with_capacity(count);
        for row in rows {
            amounts.push(row.amount);
            balances.push(row.balance_after);
            days.push(row.booked_on.map(day_number));
            bodies.push(row.body);
        }
        let values: Vec<Value> = vec![
            Box::new(self.office.0),
            Box::new(upload),
            Box::new(first),
            Box::new(amounts),
            Box::new(balances),
            Box::new(days),
            Box::new(bodies),
        ];
        self.piece(upload, Write::new(ROWS, values).touching(count))
    }

    fn finish(
        &self,
        upload: i64,
        kind: Kind,
        hash: &Digest,
        size: u64,
        now: Moment,
    ) -> Result<(), StageError> {
        let office: [&(dyn ToSql + Sync); 1] = [&self.office.0];
        let values: [&(dyn ToSql + Sync); 2] = [&self.office.0, &upload];
        let questions = [
            (ONE_BY_ONE, office.as_slice()),
            (STILL_FILLING, values.as_slice()),
        ];
        let (turn, found) = self.turn(OPERATION, &questions)?;
        if found.get(1).is_none_or(Vec::is_empty) {
            return Err(StageError::Swept);
        }
        let sql = "UPDATE uploads SET moment = greatest(moment, $4)
                   WHERE office_id = $1 AND kind = $2 AND hash = $3";
        let values: Vec<Value> = vec![
            Box::new(self.office.0),
            Box::new(kind.name()),
            Box::new(hash.0.to_vec()),
            Box::new(now.as_micros()),
        ];
        let there_already = turn.write(OPERATION, Write::new(sql, values))? > 0;
        if there_already {
            let sql = "UPDATE uploads SET state = 'condemned'
                       WHERE office_id = $1 AND upload = $2";
            let values: Vec<Value> = vec![Box::new(self.office.0), Box::new(upload)];
            end(turn, vec![Write::new(sql, values).touching(1)])?;
            self.discard(upload)?;
            return Ok(());
        }
        let sql = "UPDATE uploads SET state = 'ready', hash = $3, size = $4
                   WHERE office_id = $1 AND upload = $2";
        let values: Vec<Value> = vec![
            Box::new(self.office.0),
            Box::new(upload),
            Box::new(hash.0.to_vec()),
            Box::new(number(size)),
        ];
        Ok(end(turn, vec![Write::new(sql, values).touching(1)])?)
    }
}

impl Staging<'_> {
    fn turn(
        &self,
        operation: &'static str,
        questions: &[(&str, &[&(dyn ToSql + Sync)])],
    ) -> Result<(Session, Vec<Vec<Row>>), Fault> {
        let questions: Vec<Question<'_>> = questions
            .iter()
            .map(|(sql, values)| Question { sql, values })
            .collect();
        self.server.begin(operation, How::Upload, &questions)
    }

    /// Writes one piece, unless the upload was given up meanwhile.
    fn piece(&self, upload: i64, write: Write) -> Result<(), StageError> {
        let values: [&(dyn ToSql + Sync); 2] = [&self.office.0, &upload];
        let (turn, found) = self.turn(OPERATION, &[(STILL_FILLING, &values)])?;
        if found.first().is_none_or(Vec::is_empty) {
            return Err(StageError::Swept);
        }
        Ok(end(turn, vec![write])?)
    }

    /// Removes a condemned upload piece by piece, its row last, so that an interrupted removal
    /// is found and finished by the next sweep.
    fn discard(&self, upload: i64) -> Result<(), Fault> {
        let chunks = "DELETE FROM file_chunks WHERE office_id = $1 AND upload = $2
                      AND position IN (SELECT position FROM file_chunks
                                       WHERE office_id = $1 AND upload = $2
                                       ORDER BY position LIMIT $3)";
        self.remove_all(|| removal(chunks, self.office, upload, Some(SWEEP_CHUNKS)))?;
        let rows = "DELETE FROM entries WHERE office_id = $1 AND upload = $2
                    AND position IN (SELECT position FROM entries
                                     WHERE office_id = $1 AND upload = $2
                                     ORDER BY position LIMIT $3)";
        self.remove_all(|| removal(rows, self.office, upload, Some(SWEEP_ROWS)))?;
        let row = "DELETE FROM uploads WHERE office_id = $1 AND upload = $2";
        self.remove_all(|| removal(row, self.office, upload, None))?;
        Ok(())
    }

    /// Repeats a removal, each time in a transaction of its own, until nothing is left.
    fn remove_all(&self, removal: impl Fn() -> Write) -> Result<u64, Fault> {
        let mut removed = 0;
        loop {
            let (turn, _) = self.turn(SWEEP, &[])?;
            let rows = turn.write(SWEEP, removal())?;
            end(turn, Vec::new())?;
            if rows == 0 {
                return Ok(removed);
            }
            removed += rows;
        }
    }

    pub(super) fn sweep(&self, sweep: &Sweep) -> Result<Swept, Fault> {
        let uploads = self.condemn(sweep.uploads_before)?;
        for upload in &uploads {
            self.discard(*upload)?;
        }
        let answers = self.forget_answers(sweep.answers_before)?;
        let sides = "DELETE FROM side WHERE office_id = $1 AND (kind, key) IN (
                         SELECT kind, key FROM side
                         WHERE office_id = $1 AND expires <= $2 ORDER BY expires LIMIT $3)
                     AND expires <= $2";
        let now = sweep.now.as_micros();
        let sides = self.remove_all(|| removal(sides, self.office, now, Some(SWEEP_ROWS)))?;
        Ok(Swept {
            uploads: uploads.len() as u64,
            answers,
            sides,
        })
    }

    /// Makes stale uploads unfindable at once, so that no commit can refer to half of one. One that
    /// a commit holds at this moment is kept from then on, and not waited for.
    fn condemn(&self, before: Moment) -> Result<Vec<i64>, Fault> {
        let sql = "UPDATE uploads SET state = 'condemned', hash = NULL
                   WHERE office_id = $1 AND upload IN (
                       SELECT upload FROM uploads
                       WHERE office_id = $1 AND (state = 'condemned'
                           OR (state IN ('filling', 'ready') AND moment < $2))
                       FOR UPDATE SKIP LOCKED)
                   RETURNING upload";
        let (turn, _) = self.turn(SWEEP, &[])?;
        let found = turn.all(SWEEP, sql, &[&self.office.0, &before.as_micros()])?;
        let uploads = rows::each(SWEEP, &found, |row| row.get(0))?;
        end(turn, Vec::new())?;
        Ok(uploads)
    }

    /// Goes once through all keys in their order, page by page.
    fn forget_answers(&self, before: Moment) -> Result<u64, Fault> {
        let sql = "DELETE FROM answers WHERE office_id = $1 AND key IN (
                       SELECT key FROM answers
                       WHERE office_id = $1 AND key > $2 AND moment < $3
                       ORDER BY key LIMIT $4)
                   RETURNING key";
        let mut removed = 0;
        let mut after = String::new();
        loop {
            let (turn, _) = self.turn(SWEEP, &[])?;
            let values: [&(dyn ToSql + Sync); 4] =
                [&self.office.0, &after, &before.as_micros(), &SWEEP_ROWS];
            let found = turn.all(SWEEP, sql, &values)?;
            let keys = rows::each(SWEEP, &found, |row| row.get::<String>(0))?;
            end(turn, Vec::new())?;
            let Some(last) = keys.into_iter().max() else {
                return Ok(removed);
            };
            removed += found.len() as u64;
            after = last;
        }
    }
}

fn removal(sql: &'static str, office: OfficeId, what: i64, most: Option<i64>) -> Write {
    let mut values: Vec<Value> = vec![Box::new(office.0), Box::new(what)];
    if let Some(most) = most {
        values.push(Box::new(most));
    }
    Write::new(sql, values)
}

/// Ends a transaction whose commit may stay unknown: a piece of an upload counts for nothing until
/// a later commit refers to the whole, and a sweep looks again.
fn end(turn: Session, last: Vec<Write>) -> Result<(), Fault> {
    turn.commit(last, None).map_err(CommitError::into_fault)
}

fn no_number() -> Fault {
    Fault {
        operation: OPERATION,
        reason: "the database gave no number".to_owned(),
        advice: "try again",
    }
}
