//! Writing units of work under the lock. What cannot be refused waits for the commit, so that a
//! batch goes out at once; what can is on its way with everything before it, and its answers are
//! looked at before the next unit is decided.

use std::cell::RefMut;
use std::sync::Arc;
use std::time::Instant;

use kantor_engine::Digest;
use kantor_model::Moment;

use super::notice::Notices;
use super::rows::{self, Columns};
use super::session::Proof;
use super::side::{self, Wanted};
use super::statement::{Value, Write, number};
use super::view::PostgresView;
use crate::document::DocumentChange;
use crate::entries::{Booking, Withdrawal};
use crate::error::{AppendError, CommitError, Fault, SideRefusal};
use crate::item::Item;
use crate::log::{Head, OfficeId};
use crate::side::SideChange;
use crate::store::{Locked, View};
use crate::unit::{NewAnswer, UnitOfWork, fit_answer, fit_document};

/// An office whose head is taken.
pub(super) struct PostgresLocked {
    view: PostgresView,
    /// The head as it was locked.
    taken: Head,
    /// The database's clock when the lock was had, and ours at that time.
    clock: (Moment, Instant),
    notices: Arc<Notices>,
    spoiled: bool,
}

/// What it means that a statement touched no row.
enum Missed {
    Nothing,
    Side(SideRefusal),
    File(Digest),
    Rows(Digest),
    Answer,
}

/// A head that is not where it was locked becomes NULL, which its column refuses, and with it the
/// whole batch: the commit is on its way behind this.
const MOVE_HEAD: &str = "UPDATE offices
    SET seq = CASE seq WHEN $5 THEN $2::bigint END, hash = $3, moment = $4
    WHERE office_id = $1";

impl PostgresLocked {
    pub(super) fn new(view: PostgresView, clock: Moment, notices: Arc<Notices>) -> PostgresLocked {
        PostgresLocked {
            taken: view.head(),
            view,
            clock: (clock, Instant::now()),
            notices,
            spoiled: false,
        }
    }

    /// Writes everything but the head's row, which is written once for the whole batch.
    fn write(&self, unit: &UnitOfWork) -> Result<Head, AppendError> {
        let before = self.view.head();
        unit.check(&before)?;
        let head = self.gather(unit, before);
        for withdrawal in &unit.withdrawals {
            self.withdraw(withdrawal)?;
        }
        for booking in &unit.bookings {
            self.book(booking)?;
        }
        self.write_refusable(unit, head)?;
        Ok(head)
    }

    /// What cannot be refused.
    fn gather(&self, unit: &UnitOfWork, mut head: Head) -> Head {
        let mut gathered = self.view.session.gathered.borrow_mut();
        let gathered = gathered.of(self.view.office);
        for record in &unit.records {
            head = head.after(record, unit.moment);
            gathered.record(&head, record, unit.moment);
        }
        for change in &unit.documents {
            gathered.document(change, head.seq);
        }
        head
    }

    /// Files, rows, side rows and the answer: sent at once, if anything of it can be refused.
    fn write_refusable(&self, unit: &UnitOfWork, head: Head) -> Result<(), AppendError> {
        let office = self.view.office;
        let session = &self.view.session;
        let mut firm = Vec::new();
        for rows in &unit.rows {
            firm.push((keep(office, "entries", rows), Missed::Rows(*rows)));
        }
        for file in &unit.files {
            firm.push((keep(office, "file", file), Missed::File(*file)));
        }
        // The changes of one unit keep their order, so all of them go the way of the first that
        // can be refused.
        let sides_wait = !unit.sides.iter().any(side::is_refusable);
        for change in &unit.sides {
            for (write, wanted) in side::writes(office, unit.moment, change)? {
                match wanted {
                    Wanted::Any if sides_wait => session.gathered.borrow_mut().side(write),
                    Wanted::Any => firm.push((write, Missed::Nothing)),
                    Wanted::OneRow(refusal) => firm.push((write, Missed::Side(refusal))),
                }
            }
        }
        if let Some(answer) = &unit.answer {
            // Once it is given the key is free no more, also while the answer waits.
            if self.view.free.borrow_mut().remove(&answer.key) {
                let mut gathered = session.gathered.borrow_mut();
                gathered.answer(answer, head.seq, unit.moment);
            } else {
                let write = keep_answer(office, answer, head.seq, unit.moment);
                firm.push((write, Missed::Answer));
            }
        }
        if firm.is_empty() && !session.gathered.borrow().is_much() {
            return Ok(());
        }
        let (writes, missed): (Vec<Write>, Vec<Missed>) = firm.into_iter().unzip();
        let touched = session.write_all("append to the log", writes)?;
        for (rows, meaning) in touched.into_iter().zip(missed) {
            if rows == 0 {
                self.say(meaning, unit)?;
            }
        }
        Ok(())
    }

    /// What a statement that touched no row means for the unit.
    fn say(&self, meaning: Missed, unit: &UnitOfWork) -> Result<(), AppendError> {
        match (meaning, &unit.answer) {
            (Missed::Nothing, _) | (Missed::Answer, None) => Ok(()),
            (Missed::Side(refusal), _) => Err(AppendError::Side(refusal)),
            (Missed::File(file), _) => Err(AppendError::NoSuchFile(file)),
            (Missed::Rows(rows), _) => Err(AppendError::NoSuchRows(rows)),
            (Missed::Answer, Some(answer)) => Err(self.answered_before(answer)?),
        }
    }

    fn withdraw(&self, withdrawal: &Withdrawal) -> Result<(), Fault> {
        let values = || -> Vec<Value> {
            vec![
                Box::new(self.view.office.0),
                Box::new(number(withdrawal.account)),
                Box::new(number(withdrawal.from_ordinal)),
            ]
        };
        let whole = "DELETE FROM bookings
                     WHERE office_id = $1 AND account = $2 AND first >= $3";
        let part = "UPDATE bookings SET count = $3 - first
                    WHERE office_id = $1 AND account = $2 AND first < $3 AND first + count > $3";
        let writes = vec![Write::new(whole, values()), Write::new(part, values())];
        let operation = "withdraw lines of an account";
        self.view.session.write_all(operation, writes).map(drop)
    }

    fn book(&self, booking: &Booking) -> Result<(), AppendError> {
        booking.follows(self.next_ordinal(booking.account)?)?;
        let upload = self.rows_of(booking)?;
        let sql = "INSERT INTO bookings
                   (office_id, account, first, count, upload, position, statement, shift)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values: Vec<Value> = vec![
            Box::new(self.view.office.0),
            Box::new(number(booking.account)),
            Box::new(number(booking.first_ordinal)),
            Box::new(number(booking.count)),
            Box::new(upload),
            Box::new(number(booking.position)),
            Box::new(number(booking.statement)),
            Box::new(booking.shift),
        ];
        let write = Write::new(sql, values).touching(1);
        self.view.session.write("book entries", write)?;
        Ok(())
    }

    fn next_ordinal(&self, account: u64) -> Result<u64, Fault> {
        let operation = "find the end of an account's chain";
        let sql = "SELECT first + count FROM bookings
                   WHERE office_id = $1 AND account = $2 ORDER BY first DESC LIMIT 1";
        let account = number(account);
        let row = self
            .view
            .session
            .one(operation, sql, &[&self.view.office.0, &account])?;
        let next = rows::option(operation, row.as_ref(), |row| row.number(0))?;
        Ok(next.unwrap_or(1))
    }

    /// Finds the uploaded rows of a booking, checks that there are enough, and keeps them.
    fn rows_of(&self, booking: &Booking) -> Result<i64, AppendError> {
        let operation = "keep entries";
        let sql = "UPDATE uploads SET state = 'kept'
                   WHERE office_id = $1 AND kind = 'entries' AND hash = $2
                   RETURNING upload, size";
        let hash = booking.rows_hash.0.as_slice();
        let row = self
            .view
            .session
            .one(operation, sql, &[&self.view.office.0, &hash])?;
        let read = |row: &Columns<'_>| Ok((row.get::<i64>(0)?, row.number(1)?));
        let Some((upload, count)) = rows::option(operation, row.as_ref(), read)? else {
            return Err(AppendError::NoSuchRows(booking.rows_hash));
        };
        booking.is_within(count)?;
        Ok(upload)
    }

    /// What cannot be refused waits, as of a unit of work.
    fn write_item(&self, item: &Item) -> Result<(), AppendError> {
        let (session, office) = (&self.view.session, self.view.office);
        let gathered = || RefMut::map(session.gathered.borrow_mut(), |waits| waits.of(office));
        match item {
            Item::Entries(entries) => {
                let write = keep(office, "entries", &entries.rows_hash);
                if session.write("keep entries", write)? == 0 {
                    return Err(AppendError::NoSuchRows(entries.rows_hash));
                }
            }
            Item::File(file) => {
                let write = keep(office, "file", &file.hash);
                if session.write("keep a file", write)? == 0 {
                    return Err(AppendError::NoSuchFile(file.hash));
                }
            }
            Item::Booking(booking) => self.book(booking)?,
            Item::Document(document) => {
                fit_document(document)?;
                let change = DocumentChange::Put(document.clone());
                gathered().document(&change, document.seq);
            }
            Item::Side(side) => {
                let change = SideChange::Put(side.clone());
                for (write, _) in side::writes(office, self.taken.moment, &change)? {
                    gathered().side(write);
                }
            }
            Item::Answer(key, answer) => {
                let kept = NewAnswer::again(key, answer);
                fit_answer(&kept)?;
                gathered().answer(&kept, answer.seq, answer.moment);
            }
        }
        if session.gathered.borrow().is_much() {
            session.write_all("take an item in", Vec::new())?;
        }
        Ok(())
    }

    fn answered_before(&self, answer: &NewAnswer) -> Result<AppendError, Fault> {
        let first = self.view.answer(&answer.key)?;
        Ok(answer.refused(first.map(|first| first.fingerprint)))
    }
}

impl Locked for PostgresLocked {
    fn view(&self) -> &dyn View {
        &self.view
    }

    /// The database's clock when the lock was had, gone on by ours since: one question a batch.
    fn clock(&self) -> Result<Option<Moment>, Fault> {
        let (then, ours) = self.clock;
        let since = i64::try_from(ours.elapsed().as_micros()).unwrap_or(i64::MAX);
        Ok(Some(Moment::from_micros(
            then.as_micros().saturating_add(since),
        )))
    }

    fn append(&mut self, unit: &UnitOfWork) -> Result<Head, AppendError> {
        if self.spoiled || self.view.session.is_failed() {
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
        if self.spoiled || self.view.session.is_failed() {
            return Err(AppendError::Spoiled);
        }
        let taken = self.write_item(item);
        self.spoiled = taken.is_err();
        taken
    }

    fn commit(self: Box<Self>) -> Result<Head, CommitError> {
        if self.spoiled {
            return Err(CommitError::Spoiled);
        }
        let head = self.view.head();
        let office = self.view.office;
        let session = self.view.session;
        if head.seq == self.taken.seq {
            session.commit(Vec::new(), None)?;
            return Ok(head);
        }
        let values: Vec<Value> = vec![
            Box::new(office.0),
            Box::new(number(head.seq)),
            Box::new(head.hash.0.to_vec()),
            Box::new(head.moment.as_micros()),
            Box::new(number(self.taken.seq)),
        ];
        let proof = Proof {
            office: office.0,
            seq: number(head.seq),
            hash: head.hash.0.to_vec(),
        };
        let move_head = Write::new(MOVE_HEAD, values).touching(1);
        session.commit(vec![move_head], Some(proof))?;
        self.notices.tell(office, head.seq);
        Ok(head)
    }
}

/// A commit refers to an upload: no sweep removes it any more.
fn keep(office: OfficeId, kind: &str, hash: &Digest) -> Write {
    let sql = "UPDATE uploads SET state = 'kept'
               WHERE office_id = $1 AND kind = $2 AND hash = $3";
    let values: Vec<Value> = vec![
        Box::new(office.0),
        Box::new(kind.to_owned()),
        Box::new(hash.0.to_vec()),
    ];
    Write::new(sql, values)
}

fn keep_answer(office: OfficeId, answer: &NewAnswer, seq: u64, moment: Moment) -> Write {
    let sql = "INSERT INTO answers (office_id, key, fingerprint, seq, moment, body)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (office_id, key) DO NOTHING";
    let values: Vec<Value> = vec![
        Box::new(office.0),
        Box::new(answer.key.clone()),
        Box::new(answer.fingerprint.0.to_vec()),
        Box::new(number(seq)),
        Box::new(moment.as_micros()),
        Box::new(answer.body.clone()),
    ];
    Write::new(sql, values)
}
