//! The handle to an open office.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;

use kantor_engine::{Actor, Answer, Command, Digest, LineId, OrderId, Policy, Snapshot};
use kantor_model::{Moment, Party};
use kantor_store::{
    AccessError, FileError, FileInfo, OfficeId, StagedEntry, Store, Sweep, Swept, View,
};

use crate::clock::Clock;
use crate::counts::Counts;
use crate::entry_form::BankLine;
use crate::error::{ExecuteError, ImportError, OpenOfficeError};
use crate::follow;
use crate::lessons::Learned;
use crate::load;
use crate::request::{Once, Request};
use crate::state::State;
use crate::writer::{self, AtWork, Job, Together, Work};

/// How long an upload waits for the statement that names it, in seconds.
const UPLOADS_KEPT: i64 = 24 * 3_600;
/// How long an answer is kept under its key, in seconds.
const ANSWERS_KEPT: i64 = 92 * 24 * 3_600;

/// What an office is, besides what its log says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its number in the store.
    pub office: OfficeId,
    /// The ordering party of its transfers: name and address.
    pub owner: Party,
}

/// What the handle and the writer share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    /// The state as the last commit left it, as all readers see it.
    state: RwLock<Arc<State>>,
    pub(crate) head: Mutex<u64>,
    pub(crate) moved: Condvar,
    pub(crate) counts: Counts,
    pub(crate) learned: Learned,
    /// Up to which position nothing waits to be told to customers.
    pub(crate) looked_through: AtomicU64,
    /// How far the database's clock is ahead of ours, in microseconds.
    ahead: AtomicI64,
}

impl Shared {
    /// Now, by the clock that counts for this office.
    pub(crate) fn now(&self) -> Moment {
        let ours = self.clock.now();
        if self.clock.is_set() {
            return ours;
        }
        let ahead = self.ahead.load(Ordering::Relaxed);
        Moment::from_micros(ours.as_micros().saturating_add(ahead))
    }

    /// Now, where the database's clock shows this: all processes of an office go by that one.
    pub(crate) fn now_by(&self, databases: Option<Moment>) -> Moment {
        if let Some(databases) = databases {
            let ours = self.clock.now().as_micros();
            let ahead = databases.as_micros().saturating_sub(ours);
            self.ahead.store(ahead, Ordering::Relaxed);
        }
        self.now()
    }

    /// What is committed, as far as this process has heard. Whoever looks at it keeps nobody waiting,
    /// however long he looks.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows readers what is committed, and wakes those who follow. What is older than what they see
    /// already changes nothing.
    pub(crate) fn publish(&self, committed: State) {
        let committed = Arc::new(committed);
        let seq = committed.seq;
        let old = {
            let mut standing = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let is_newer = seq > standing.seq;
            is_newer.then(|| std::mem::replace(&mut *standing, committed))
        };
        // What nobody looks at any more goes outside of the lock.
        drop(old);
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        *head = seq.max(*head);
        self.moved.notify_all();
    }

    pub(crate) fn seq(&self) -> u64 {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.seq
    }
}

/// An open office. Cheap to clone; every clone is the same office. Calls block until the store has
/// answered, so asynchronous callers make them from threads that may. The last clone that goes waits
/// until what was asked is written, so that an office in a file can be opened again right after.
#[derive(Clone)]
pub struct Office {
    shared: Arc<Shared>,
    writer: Arc<AtWork>,
}

impl Office {
    /// Makes a new office in the store and opens it.
    pub fn create(
        store: Arc<dyn Store>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        policy: Policy,
    ) -> Result<Office, OpenOfficeError> {
        store.create_office(settings.office, clock.now())?;
        let name = settings.owner.name.clone();
        let office = Office::open(store, settings, clock)?;
        let open = Command::OpenOffice { name, policy };
        office.execute(Request::new(Actor::System, open))?;
        Ok(office)
    }

    /// Opens an office: replays its log and starts its writer.
    pub fn open(
        store: Arc<dyn Store>,
        settings: Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Office, OpenOfficeError> {
        let mut state = State::default();
        {
            let view = store.view(settings.office)?;
            state
                .catch_up(&*view)
                .map_err(|error| OpenOfficeError::Damaged(error.to_string()))?;
        }
        let shared = Arc::new(Shared {
            head: Mutex::new(state.seq),
            state: RwLock::new(Arc::new(state.clone())),
            moved: Condvar::new(),
            counts: Counts::default(),
            learned: Learned::default(),
            looked_through: AtomicU64::new(0),
            ahead: AtomicI64::new(0),
            store,
            clock,
            settings,
        });
        shared.now_by(shared.store.clock().map_err(AccessError::from)?);
        let writer = writer::start(Arc::clone(&shared), state).map_err(OpenOfficeError::Thread)?;
        if follow::follow(&shared, Duration::ZERO)? {
            let others = Arc::downgrade(&shared);
            std::thread::Builder::new()
                .name("office-follower".to_owned())
                .spawn(move || follow::run(&others))
                .map_err(OpenOfficeError::Thread)?;
        }
        Ok(Office {
            shared,
            writer: Arc::new(writer),
        })
    }

    /// Asks something of the office and waits until it is durable or refused.
    pub fn execute(&self, request: Request) -> Result<Answer, ExecuteError> {
        let (reply, answer) = sync_channel(1);
        self.writer
            .give(Work::One(Box::new(Job { request, reply })))?;
        answer.recv().map_err(|_| ExecuteError::Closing)?
    }

    /// Asks several things of the office that are carried out together or not at all: `keep` sees
    /// what each would be answered, and says. The office's turn to write is held meanwhile, so it
    /// must not ask anything of the office itself. Answers whether it was kept.
    pub(crate) fn together(
        &self,
        requests: Vec<Request>,
        keep: impl FnOnce(Vec<Result<Answer, ExecuteError>>) -> bool,
    ) -> Result<bool, ExecuteError> {
        if requests.is_empty() {
            return Ok(keep(Vec::new()));
        }
        let (shown, answers) = sync_channel(1);
        let (say, told) = sync_channel(1);
        let (done, ended) = sync_channel(1);
        let together = Together {
            requests,
            shown,
            keep: told,
            done,
        };
        let closing = |_| ExecuteError::Closing;
        self.writer.give(Work::Together(together))?;
        let is_kept = keep(answers.recv().map_err(closing)??);
        // The writer is not there any more only when the office closes.
        let _ = say.send(is_kept);
        ended.recv().map_err(closing)?
    }

    /// What an act was answered before, if it was carried out: for those who must know it before
    /// they ask again. Where another process carried it out, this one knows afterwards what it made.
    pub fn answered(&self, once: &Once) -> Result<Option<Answer>, ExecuteError> {
        writer::answered(&*self.view_up_to_date()?, once)
    }

    /// Looks at the office's state as the last commit left it.
    pub fn read<T>(&self, look: impl FnOnce(&Snapshot) -> T) -> T {
        look(&self.shared.state().snapshot)
    }

    /// The position of the last event.
    pub fn head(&self) -> u64 {
        *self
            .shared
            .head
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the office takes something, the store answers and the office's head can be read.
    pub fn ready(&self) -> Result<(), ExecuteError> {
        if !self.writer.is_there() {
            return Err(ExecuteError::Closing);
        }
        self.view_up_to_date()?.records(self.head(), 1)?;
        Ok(())
    }

    /// Removes what nobody needs any more: uploads that no statement names for a day, answers to
    /// keys older than a quarter of a year, side rows whose time is over.
    pub fn sweep(&self) -> Result<Swept, ExecuteError> {
        let now = self.now();
        let sweep = Sweep {
            uploads_before: now.plus_seconds(-UPLOADS_KEPT),
            answers_before: now.plus_seconds(-ANSWERS_KEPT),
            now,
        };
        Ok(self
            .shared
            .store
            .sweep(self.shared.settings.office, &sweep)?)
    }

    /// The office's clock.
    pub fn now(&self) -> Moment {
        self.shared.now()
    }

    /// What the office is, besides what its log says.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Looks at the office's state, and at the last position that changed a bank line in it.
    pub(crate) fn read_lines<T>(&self, look: impl FnOnce(&Snapshot, u64) -> T) -> T {
        let state = self.shared.state();
        look(&state.snapshot, state.lines_seq)
    }

    pub(crate) fn positions_of(&self, order: OrderId) -> Vec<u64> {
        self.shared.state().positions_of(order)
    }

    pub(crate) fn view(&self) -> Result<Box<dyn View + Send + '_>, ExecuteError> {
        Ok(self.shared.store.view(self.shared.settings.office)?)
    }

    /// A picture of the store of which readers of this process know everything: who has just done
    /// something at another process is not told here that it was not done.
    pub(crate) fn view_up_to_date(&self) -> Result<Box<dyn View + Send + '_>, ExecuteError> {
        let seen = self.shared.seq();
        let view = self.view()?;
        if view.head().seq < seen {
            return Err(ExecuteError::OtherLog { seq: seen });
        }
        follow::show_up_to(&self.shared, &*view)?;
        Ok(view)
    }

    /// Archives a file's bytes; the same bytes twice are one file.
    pub fn store_file(&self, bytes: &mut dyn std::io::Read) -> Result<FileInfo, ExecuteError> {
        self.shared
            .store
            .stage_file(self.shared.settings.office, self.now(), bytes)
            .map_err(|error| ExecuteError::Store(error.to_string()))
    }

    /// The bytes of an archived file, checked against its hash.
    pub fn file_bytes(&self, file: &Digest) -> Result<Vec<u8>, ImportError> {
        let hash = *file;
        let mut bytes = Vec::new();
        let copied = self.view()?.copy_file(&hash, &mut bytes);
        copied.map_err(|error| match error {
            FileError::Missing(_) => ImportError::NoFile {
                file: file.to_string(),
            },
            FileError::Damaged { .. } => ExecuteError::Damaged(error.to_string()).into(),
            FileError::Fault(fault) => fault.into(),
            FileError::Sink(_) => ExecuteError::Store(error.to_string()).into(),
        })?;
        Ok(bytes)
    }

    pub(crate) fn stage_rows(&self, rows: Vec<StagedEntry>) -> Result<Digest, ExecuteError> {
        let staged = self
            .shared
            .store
            .stage_entries(
                self.shared.settings.office,
                self.now(),
                &mut rows.into_iter(),
            )
            .map_err(|error| ExecuteError::Store(error.to_string()))?;
        Ok(staged.rows_hash)
    }

    /// A bank line as it is kept.
    pub fn bank_line(&self, line: LineId) -> Result<BankLine, ExecuteError> {
        let view = self.view()?;
        load::bank_line(line, &self.shared.state().snapshot, &*view)
    }
}
