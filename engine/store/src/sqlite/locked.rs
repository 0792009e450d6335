//! Writing units of work under the lock.

use kantor_engine::Digest;
use kantor_model::Moment;
use rusqlite::{Connection, params};

use super::connection::Transaction;
use super::rows::{self, one, write};
use super::side::{self, Stopped};
use super::view::SqliteView;
use crate::document::{Document, DocumentChange};
use crate::entries::{Booking, Withdrawal};
use crate::error::{AppendError, CommitError, Fault};
use crate::item::Item;
use crate::log::{Head, NewRecord, OfficeId};
use crate::side::SideChange;
use crate::store::{Locked, View};
use crate::unit::{NewAnswer, UnitOfWork, fit_answer, fit_document};

/// An office whose head is taken.
pub(super) struct SqliteLocked<'w> {
    view: SqliteView<Transaction<'w>>,
    spoiled: bool,
}

impl<'w> SqliteLocked<'w> {
    pub(super) fn new(view: SqliteView<Transaction<'w>>) -> SqliteLocked<'w> {
        SqliteLocked {
            view,
            spoiled: false,
        }
    }

    /// Writes everything but the head's row, which is written once for the whole batch.
    fn write(&self, unit: &UnitOfWork) -> Result<Head, AppendError> {
        let before = self.view.head();
        unit.check(&before)?;
        let office = self.writing();
        let mut head = before;
        for record in &unit.records {
            head = office.record(&head, record, unit.moment)?;
        }
        for change in &unit.documents {
            office.document(change, head.seq)?;
        }
        for withdrawal in &unit.withdrawals {
            office.withdraw(withdrawal)?;
        }
        for booking in &unit.bookings {
            office.book(booking)?;
        }
        for rows in &unit.rows {
            office.keep_rows(rows)?;
        }
        for file in &unit.files {
            office.keep_file(file)?;
        }
        for change in &unit.sides {
            office.side(change, unit.moment)?;
        }
        if let Some(answer) = &unit.answer {
            office.answer(answer, head.seq, unit.moment)?;
        }
        Ok(head)
    }

    /// Whether nothing of the batch can be written any more. Some errors of the disk or of memory make
    /// SQLite give up the whole transaction, also while it only reads: what is written after that
    /// would stand there at once, and without what came before it.
    fn is_over(&self) -> bool {
        self.spoiled || self.view.connection.is_autocommit()
    }

    fn writing(&self) -> Writing<'_> {
        Writing {
            connection: &self.view.connection,
            office: self.view.office,
        }
    }

    fn write_head(&self) -> Result<(), Fault> {
        let head = self.view.head();
        let sql = "UPDATE offices SET seq = ?2, hash = ?3, moment = ?4
                   WHERE office_id = ?1 AND seq <> ?2";
        let params = params![
            self.view.office,
            head.seq,
            head.hash.0,
            head.moment.as_micros()
        ];
        write(&self.view.connection, "move the head", sql, params)?;
        Ok(())
    }
}

impl Locked for SqliteLocked<'_> {
    fn view(&self) -> &dyn View {
        &self.view
    }

    fn clock(&self) -> Result<Option<Moment>, Fault> {
        Ok(None)
    }

    fn append(&mut self, unit: &UnitOfWork) -> Result<Head, AppendError> {
        if self.is_over() {
            return Err(AppendError::Spoiled);
        }
        let written = self.write(unit);
        match &written {
            Ok(head) => self.view.head.set(*head),
            Err(_) => self.spoiled = true,
        }
        written
    }

    fn take_in(&mut self, item: &Item) -> Result<(), AppendError> {
        if self.is_over() {
            return Err(AppendError::Spoiled);
        }
        let taken = self.writing().take_in(item, self.view.head().moment);
        self.spoiled = taken.is_err();
        taken
    }

    fn commit(self: Box<Self>) -> Result<Head, CommitError> {
        if self.is_over() {
            return Err(CommitError::Spoiled);
        }
        self.write_head().map_err(CommitError::Failed)?;
        let head = self.view.head();
        self.view.connection.commit()?;
        Ok(head)
    }
}

/// The statements of one unit of work.
struct Writing<'c> {
    connection: &'c Connection,
    office: OfficeId,
}

impl Writing<'_> {
    fn record(&self, head: &Head, record: &NewRecord, moment: Moment) -> Result<Head, Fault> {
        let head = head.after(record, moment);
        let sql = "INSERT INTO records (office_id, seq, moment, kind, version, body, hash)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let params = params![
            self.office,
            head.seq,
            moment.as_micros(),
            record.kind,
            record.version,
            record.body,
            head.hash.0
        ];
        write(self.connection, "append to the log", sql, params)?;
        Ok(head)
    }

    fn take_in(&self, item: &Item, now: Moment) -> Result<(), AppendError> {
        match item {
            Item::Entries(entries) => self.keep_rows(&entries.rows_hash).map(|_| ()),
            Item::File(file) => self.keep_file(&file.hash),
            Item::Booking(booking) => self.book(booking),
            Item::Document(document) => {
                fit_document(document)?;
                Ok(self.put_document(document, document.seq)?)
            }
            Item::Side(side) => self.side(&SideChange::Put(side.clone()), now),
            Item::Answer(key, answer) => {
                let kept = NewAnswer::again(key, answer);
                fit_answer(&kept)?;
                self.answer(&kept, answer.seq, answer.moment)
            }
        }
    }

    fn document(&self, change: &DocumentChange, seq: u64) -> Result<(), Fault> {
        match change {
            DocumentChange::Put(document) => self.put_document(document, seq),
            DocumentChange::Remove { kind, id } => {
                let sql = "DELETE FROM documents WHERE office_id = ?1 AND kind = ?2 AND id = ?3";
                let params = params![self.office, kind, id];
                write(self.connection, "remove a document", sql, params)?;
                Ok(())
            }
        }
    }

    fn put_document(&self, document: &Document, seq: u64) -> Result<(), Fault> {
        let sql = "INSERT INTO documents (office_id, kind, id, owner, state, seq, body)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (office_id, kind, id) DO UPDATE SET
                       owner = excluded.owner, state = excluded.state,
                       seq = excluded.seq, body = excluded.body";
        let params = params![
            self.office,
            document.kind,
            document.id,
            document.owner,
            document.state,
            seq,
            document.body
        ];
        write(self.connection, "write a document", sql, params)?;
        Ok(())
    }

    fn withdraw(&self, withdrawal: &Withdrawal) -> Result<(), Fault> {
        let operation = "withdraw lines of an account";
        let params = params![self.office, withdrawal.account, withdrawal.from_ordinal];
        let whole = "DELETE FROM bookings
                     WHERE office_id = ?1 AND account = ?2 AND first >= ?3";
        write(self.connection, operation, whole, params)?;
        let part = "UPDATE bookings SET count = ?3 - first
                    WHERE office_id = ?1 AND account = ?2 AND first < ?3 AND first + count > ?3";
        write(self.connection, operation, part, params)?;
        Ok(())
    }

    fn book(&self, booking: &Booking) -> Result<(), AppendError> {
        booking.follows(self.next_ordinal(booking.account)?)?;
        let upload = self.rows_of(booking)?;
        let sql = "INSERT INTO bookings
                   (office_id, account, first, count, upload, position, statement, shift)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let params = params![
            self.office,
            booking.account,
            booking.first_ordinal,
            booking.count,
            upload,
            booking.position,
            booking.statement,
            booking.shift
        ];
        write(self.connection, "book entries", sql, params)?;
        Ok(())
    }

    fn next_ordinal(&self, account: u64) -> Result<u64, Fault> {
        let sql = "SELECT first + count FROM bookings
                   WHERE office_id = ?1 AND account = ?2 ORDER BY first DESC LIMIT 1";
        let params = params![self.office, account];
        let operation = "find the end of an account's chain";
        let next = one(self.connection, operation, sql, params, |row| row.get(0))?;
        Ok(next.unwrap_or(1))
    }

    /// Keeps uploaded rows; answers their upload and how many they are.
    fn keep_rows(&self, hash: &Digest) -> Result<(i64, u64), AppendError> {
        let sql = "UPDATE uploads SET state = 'kept'
                   WHERE office_id = ?1 AND kind = 'entries' AND hash = ?2
                   RETURNING upload, size";
        let params = params![self.office, hash.0];
        let found = one(self.connection, "keep entries", sql, params, |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?))
        })?;
        found.ok_or(AppendError::NoSuchRows(*hash))
    }

    /// Finds the uploaded rows of a booking, checks that there are enough, and keeps them.
    fn rows_of(&self, booking: &Booking) -> Result<i64, AppendError> {
        let (upload, count) = self.keep_rows(&booking.rows_hash)?;
        booking.is_within(count)?;
        Ok(upload)
    }

    fn keep_file(&self, hash: &Digest) -> Result<(), AppendError> {
        let sql = "UPDATE uploads SET state = 'kept'
                   WHERE office_id = ?1 AND kind = 'file' AND hash = ?2";
        match write(
            self.connection,
            "keep a file",
            sql,
            params![self.office, hash.0],
        )? {
            0 => Err(AppendError::NoSuchFile(*hash)),
            _ => Ok(()),
        }
    }

    fn side(&self, change: &SideChange, moment: Moment) -> Result<(), AppendError> {
        side::change(self.connection, self.office, moment, change).map_err(
            |stopped| match stopped {
                Stopped::Refused(refusal) => AppendError::Side(refusal),
                Stopped::Unfit(unfit) => AppendError::Unfit(unfit),
                Stopped::Fault(fault) => AppendError::Fault(fault),
            },
        )
    }

    fn answer(&self, answer: &NewAnswer, seq: u64, moment: Moment) -> Result<(), AppendError> {
        let sql = "INSERT INTO answers (office_id, key, fingerprint, seq, moment, body)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (office_id, key) DO NOTHING";
        let params = params![
            self.office,
            answer.key,
            answer.fingerprint.0,
            seq,
            moment.as_micros(),
            answer.body
        ];
        match write(self.connection, "keep an answer", sql, params)? {
            0 => Err(self.answered_before(answer)?),
            _ => Ok(()),
        }
    }

    fn answered_before(&self, answer: &NewAnswer) -> Result<AppendError, Fault> {
        let sql = "SELECT fingerprint FROM answers WHERE office_id = ?1 AND key = ?2";
        let params = params![self.office, answer.key];
        let first: Option<Digest> = one(self.connection, "read an answer", sql, params, |row| {
            rows::digest(row, 0)
        })?;
        Ok(answer.refused(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_log;
    use crate::log::NewRecord;
    use crate::sqlite::SqliteStore;
    use crate::sqlite::connection::Durability;
    use crate::store::Store;

    const OFFICE: OfficeId = OfficeId(1);
    const NOW: Moment = Moment::from_micros(0);

    fn noted(after: u64) -> UnitOfWork {
        UnitOfWork {
            records: vec![NewRecord {
                kind: "noted".to_owned(),
                version: 1,
                body: Vec::new(),
            }],
            ..UnitOfWork::new(after, NOW)
        }
    }

    /// A question that fails for want of memory or disk takes the whole transaction with it. Whoever
    /// takes that for the trouble of one command and goes on must not write the others' half.
    #[test]
    fn a_batch_that_sqlite_gave_up_is_spoiled_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
        store.create_office(OFFICE, NOW).unwrap();
        let begun = || {
            let turn = store.writer().unwrap().begin(Durability::Full).unwrap();
            let mut locked = SqliteLocked::new(SqliteView::of(turn, OFFICE).unwrap());
            locked.append(&noted(0)).unwrap();
            // What SQLite does itself.
            locked.view.connection.execute_batch("ROLLBACK").unwrap();
            locked
        };
        let mut locked = begun();
        assert_eq!(locked.append(&noted(1)), Err(AppendError::Spoiled));
        assert_eq!(Box::new(locked).commit(), Err(CommitError::Spoiled));
        assert_eq!(Box::new(begun()).commit(), Err(CommitError::Spoiled));
        let view = store.view(OFFICE).unwrap();
        assert_eq!(check_log(&*view).unwrap().seq, 0);
        assert_eq!(view.head().seq, 0);
    }
}
