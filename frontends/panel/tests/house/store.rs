//! A store whose readers can be kept out, as when the database goes right after a commit.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kantor_model::Moment;
use kantor_store::{
    AccessError, CreateError, Fault, FileInfo, Head, Locked, OfficeId, SideChange, SideError,
    SqliteStore, StageError, StagedEntries, StagedEntry, Store, Sweep, Swept, View,
};

pub(crate) struct Guarded {
    store: SqliteStore,
    /// The next one who takes the office's head shuts the door behind him.
    is_last: AtomicBool,
    is_shut: AtomicBool,
}

impl Guarded {
    pub(crate) fn new(store: SqliteStore) -> Guarded {
        Guarded {
            store,
            is_last: AtomicBool::new(false),
            is_shut: AtomicBool::new(false),
        }
    }

    /// Nobody reads after the next commit.
    pub(crate) fn shut_after_one_act(&self) {
        self.is_last.store(true, Ordering::SeqCst);
    }

    pub(crate) fn open(&self) {
        self.is_shut.store(false, Ordering::SeqCst);
    }
}

impl Store for Guarded {
    fn create_office(&self, office: OfficeId, now: Moment) -> Result<Head, CreateError> {
        self.store.create_office(office, now)
    }

    fn offices(&self) -> Result<Vec<OfficeId>, Fault> {
        self.store.offices()
    }

    fn view(&self, office: OfficeId) -> Result<Box<dyn View + Send + '_>, AccessError> {
        if self.is_shut.load(Ordering::SeqCst) {
            return Err(AccessError::Fault(Fault {
                operation: "begin to read",
                reason: "the database is gone".to_owned(),
                advice: "try again",
            }));
        }
        self.store.view(office)
    }

    fn lock_for(
        &self,
        office: OfficeId,
        keys: &[String],
    ) -> Result<Box<dyn Locked + '_>, AccessError> {
        if self.is_last.swap(false, Ordering::SeqCst) {
            self.is_shut.store(true, Ordering::SeqCst);
        }
        self.store.lock_for(office, keys)
    }

    fn stage_file(
        &self,
        office: OfficeId,
        now: Moment,
        source: &mut dyn Read,
    ) -> Result<FileInfo, StageError> {
        self.store.stage_file(office, now, source)
    }

    fn stage_entries(
        &self,
        office: OfficeId,
        now: Moment,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, StageError> {
        self.store.stage_entries(office, now, rows)
    }

    fn change_side(
        &self,
        office: OfficeId,
        now: Moment,
        changes: &[SideChange],
    ) -> Result<(), SideError> {
        self.store.change_side(office, now, changes)
    }

    fn clock(&self) -> Result<Option<Moment>, Fault> {
        self.store.clock()
    }

    fn follow(
        &self,
        office: OfficeId,
        after: u64,
        at_most: Duration,
    ) -> Result<Option<u64>, AccessError> {
        self.store.follow(office, after, at_most)
    }

    fn sweep(&self, office: OfficeId, sweep: &Sweep) -> Result<Swept, AccessError> {
        self.store.sweep(office, sweep)
    }
}
