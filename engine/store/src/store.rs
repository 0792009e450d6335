//! The contract that every store keeps; [`crate::contract`] holds its cases.

use std::io::{Read, Write};
use std::time::Duration;

use kantor_engine::Digest;
use kantor_model::Moment;

use crate::document::{Document, DocumentFilter};
use crate::entries::{BookedEntry, Booking, StagedEntries, StagedEntry, Sweep, Swept};
use crate::error::{
    AccessError, AppendError, CommitError, CreateError, Fault, FileError, SideError, StageError,
};
use crate::item::Item;
use crate::log::{Head, OfficeId, Record};
use crate::side::{Side, SideChange, SideFilter};
use crate::unit::{Answer, UnitOfWork};

/// A database of exchange offices. Each office has one totally ordered log; offices never see
/// each other.
///
/// All methods may be called from any thread. Writing blocks the calling thread until it has the
/// office's lock; reading never waits for a writer, and never makes one wait.
pub trait Store: Send + Sync {
    /// Opens a new office with an empty log at that moment.
    fn create_office(&self, office: OfficeId, now: Moment) -> Result<Head, CreateError>;

    /// All offices, by number.
    fn offices(&self) -> Result<Vec<OfficeId>, Fault>;

    /// A frozen picture of the office as the last commit left it. Commits that come later do not
    /// show in it. Drop it soon: while it lives, the database keeps what it shows.
    fn view(&self, office: OfficeId) -> Result<Box<dyn View + Send + '_>, AccessError>;

    /// Takes the office's head. Until the lock is dropped or committed nobody else commits to
    /// this office. Call no other writing method of the store on the same thread meanwhile:
    /// it would wait for this lock for ever.
    fn lock(&self, office: OfficeId) -> Result<Box<dyn Locked + '_>, AccessError> {
        self.lock_for(office, &[])
    }

    /// The same for a batch that will ask for those idempotency keys and answer them. Means nothing
    /// else than [`Store::lock`]; a store at the end of a wire asks for all of them on the way on
    /// which it takes the head, instead of one by one.
    fn lock_for(
        &self,
        office: OfficeId,
        keys: &[String],
    ) -> Result<Box<dyn Locked + '_>, AccessError>;

    /// Uploads a file outside the lock, in pieces, so that orders do not wait for it.
    /// The same bytes twice are one file. It is kept from the commit that names it on
    /// ([`UnitOfWork::files`]); before that a sweep may remove it.
    fn stage_file(
        &self,
        office: OfficeId,
        now: Moment,
        source: &mut dyn Read,
    ) -> Result<FileInfo, StageError>;

    /// Uploads a statement's entries outside the lock, in pieces. The same entries twice are one
    /// set. They are kept from the commit that books them on; before that a sweep may remove them.
    fn stage_entries(
        &self,
        office: OfficeId,
        now: Moment,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, StageError>;

    /// Changes side rows outside any unit of work: all of them or none. Takes no head, so sessions
    /// and tokens do not wait for orders' order.
    fn change_side(
        &self,
        office: OfficeId,
        now: Moment,
        changes: &[SideChange],
    ) -> Result<(), SideError>;

    /// The database's own clock, where it has one that counts (PostgreSQL). `None` on an embedded
    /// store: use the clock of the machine.
    fn clock(&self) -> Result<Option<Moment>, Fault>;

    /// Waits until the log has passed that position, or the time is over, and answers where the log
    /// stands. `None` when no other process writes to this database: whoever asks has then written
    /// everything that there is himself.
    fn follow(
        &self,
        office: OfficeId,
        after: u64,
        at_most: Duration,
    ) -> Result<Option<u64>, AccessError>;

    /// Removes what nobody needs any more: stale uploads, old answers, expired side rows.
    /// In small steps; safe at any time, and safe to repeat when it was interrupted.
    fn sweep(&self, office: OfficeId, sweep: &Sweep) -> Result<Swept, AccessError>;
}

/// An uploaded or kept file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileInfo {
    /// SHA-256 of its bytes: its identity.
    pub hash: Digest,
    /// Its length in bytes.
    pub length: u64,
}

/// A consistent picture of one office: of the last commit, or of the batch being written.
pub trait View {
    /// The office that this is a picture of.
    fn office(&self) -> OfficeId;

    /// Where the log stands in this picture.
    fn head(&self) -> Head;

    /// The records after that position, in order, at most so many.
    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, Fault>;

    /// The first answer given under an idempotency key.
    fn answer(&self, key: &str) -> Result<Option<Answer>, Fault>;

    /// The document of that kind and number.
    fn document(&self, kind: &str, id: u64) -> Result<Option<Document>, Fault>;

    /// The documents of a kind that pass the filter.
    fn documents(&self, kind: &str, filter: &DocumentFilter) -> Result<Vec<Document>, Fault>;

    /// The booked lines of an account from that ordinal on, in order, at most so many.
    fn chain(&self, account: u64, from: u64, limit: usize) -> Result<Vec<BookedEntry>, Fault>;

    /// The last so many booked lines of an account, in order.
    fn chain_tail(&self, account: u64, limit: usize) -> Result<Vec<BookedEntry>, Fault>;

    /// How an account's chain was put together: the bookings from the one that holds that ordinal
    /// on, in order, at most so many. A withdrawal shortens or removes them.
    fn bookings(&self, account: u64, from: u64, limit: usize) -> Result<Vec<Booking>, Fault>;

    /// An uploaded or kept set of entries, if it is there.
    fn staged_entries(&self, rows_hash: &Digest) -> Result<Option<StagedEntries>, Fault>;

    /// The rows of such a set from that position (counted from 0) on, at most so many.
    fn staged_rows(
        &self,
        rows_hash: &Digest,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StagedEntry>, Fault>;

    /// An uploaded or kept file, if it is there.
    fn file(&self, hash: &Digest) -> Result<Option<FileInfo>, Fault>;

    /// Writes a file out piece by piece and checks its bytes against its hash on the way.
    /// Only when this returns `Ok` is what was written the file.
    fn copy_file(&self, hash: &Digest, sink: &mut dyn Write) -> Result<FileInfo, FileError>;

    /// A side row; a row that has expired by `now` is not there.
    fn side(&self, kind: &str, key: &str, now: Moment) -> Result<Option<Side>, Fault>;

    /// The side rows of a kind that pass the filter and have not expired by `now`.
    fn sides(&self, kind: &str, filter: &SideFilter, now: Moment) -> Result<Vec<Side>, Fault>;

    /// Everything that the office keeps beside its log, in the order of [`Item`], after that item
    /// (from the beginning on when there is none), at most so many. Only an empty answer means that
    /// there is no more. Uploads that no commit refers to are not kept, and not told.
    fn inventory(&self, after: Option<&Item>, limit: usize) -> Result<Vec<Item>, Fault>;
}

/// An office whose head is taken: load, decide, append, and commit the batch.
/// Dropped without a commit, it leaves nothing behind.
pub trait Locked {
    /// The office as it stands under the lock, with everything appended so far.
    fn view(&self) -> &dyn View;

    /// [`Store::clock`] under the lock: never before the moment at which the lock was had.
    fn clock(&self) -> Result<Option<Moment>, Fault>;

    /// Adds a unit of work to the batch and returns the head that the next unit is decided on.
    /// After an error the lock is spoiled: see [`AppendError`].
    fn append(&mut self, unit: &UnitOfWork) -> Result<Head, AppendError>;

    /// Writes an item of another store's inventory as it was there: a document and an answer keep
    /// their position of the log, whatever the head is. Only for an office that is being restored.
    /// After an error the lock is spoiled, as after [`Locked::append`].
    fn take_in(&mut self, item: &Item) -> Result<(), AppendError>;

    /// Makes the batch durable. Only after `Ok` may anybody be told; the errors say what to do.
    fn commit(self: Box<Self>) -> Result<Head, CommitError>;
}
