//! What can go wrong, by operation. Each error says what happened, why, and what to do now.

use std::io;
use std::path::PathBuf;

use kantor_engine::Digest;
use kantor_model::Moment;
use thiserror::Error;

use crate::log::OfficeId;

/// The storage itself failed: the disk, the database, the connection to it.
/// Nothing was changed by the operation that reports it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("could not {operation}: {reason}; {advice}")]
pub struct Fault {
    /// What was being done, as it completes "could not".
    pub operation: &'static str,
    /// What the storage said.
    pub reason: String,
    /// What to do now.
    pub advice: &'static str,
}

/// A database could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another server process owns the file.
    #[error(
        "{} is in use by another Kantor server{}; use that one, or stop it and start again \
         (to read only, open a snapshot)", path.display(), owner_text(.owner)
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// The process number of the owner, when it can be told.
        owner: Option<u32>,
    },
    /// There is no such file.
    #[error("there is no database {}; check the path, or create an office there first", .0.display())]
    Missing(PathBuf),
    /// The file belongs to something else.
    #[error("{} is not a Kantor database; choose another one", .0.display())]
    NotKantor(PathBuf),
    /// The tables have to be made, and this role may not.
    #[error(
        "{} {state}, and this role may not make them; run `kantor database migrate`, then \
         `kantor database roles`, each with --database and the address of the tables' owner",
        path.display()
    )]
    NotMigrated {
        /// The database.
        path: PathBuf,
        /// What there is, as it completes "the database".
        state: &'static str,
    },
    /// The role is one that looks, and somebody wants to write.
    #[error(
        "the role of {} may only read it; name the application's role, or give this one its \
         rights with `kantor database roles`", .0.display()
    )]
    MayOnlyRead(PathBuf),
    /// The file was written by another version of the program.
    #[error(
        "{} has a schema that this program does not know ({reason}); \
         open it with the program version that wrote it, or a newer one", path.display()
    )]
    OtherSchema {
        /// The database.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// The owner's lock file beside the database cannot be used.
    #[error("cannot use the lock file {}: {source}; check the folder's rights", path.display())]
    LockFile {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn owner_text(owner: &Option<u32>) -> String {
    owner.map_or(String::new(), |pid| format!(" (process {pid})"))
}

/// An office could not be created.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CreateError {
    /// That number is taken.
    #[error("office {0} exists already; use it, or choose another number")]
    Exists(OfficeId),
    /// The store was opened for reading.
    #[error("the database is open for reading only; open it as its owner to create an office")]
    ReadOnly,
    /// The storage failed; the office was not created.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The commit is not known to be done: look whether the office is there.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// An office could not be opened for reading or for writing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum AccessError {
    /// There is no such office.
    #[error("there is no office {0} in this database; check its number, or create it first")]
    NoSuchOffice(OfficeId),
    /// The store was opened for reading.
    #[error("the database is open for reading only; ask the server that owns it to write")]
    ReadOnly,
    /// The storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A unit of work was not taken. The lock is spoiled: drop it (nothing is written), and replay
/// the waiting commands one by one, so that only the one at fault fails.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum AppendError {
    /// The log has moved since the command was decided. Load and decide again.
    #[error(
        "the log stands at {head}, but the command was decided at {decided}; load and decide again"
    )]
    HeadMoved {
        /// Where the log stands.
        head: u64,
        /// Where the command was decided.
        decided: u64,
    },
    /// The moment lies before the head's. Check the clock; ask a person.
    #[error(
        "the log stands at {head}, and the command at {given} comes before it; \
         time never runs backwards: check the clock of this machine"
    )]
    TimeRunsBack {
        /// The head's moment.
        head: Moment,
        /// The command's.
        given: Moment,
    },
    /// This very command was answered before. Give [`crate::View::answer`] again.
    #[error("the command with key {key} was answered before; give the first answer again")]
    Answered {
        /// The idempotency key.
        key: String,
    },
    /// The key was used for something else. A mistake of the asker: refuse it, the key stays spent.
    #[error("the key {key} was used for another request; use a new key for a new request")]
    KeyReused {
        /// The idempotency key.
        key: String,
    },
    /// The file is not uploaded, or its upload was swept. Upload it again.
    #[error("the file {0} is not uploaded; upload it again")]
    NoSuchFile(Digest),
    /// The entries are not uploaded, or their upload was swept. Upload them again.
    #[error("the entries {0} are not uploaded; upload them again")]
    NoSuchRows(Digest),
    /// The booking names rows that the set does not have. A bug of the caller.
    #[error(
        "rows {position} to {end} were asked of the entries {rows_hash}, which have {count}; \
         this is a bug, nothing was booked"
    )]
    RowsOutOfRange {
        /// The uploaded set.
        rows_hash: Digest,
        /// The first row asked for.
        position: u64,
        /// The row after the last one asked for.
        end: u64,
        /// How many there are.
        count: u64,
    },
    /// The account's chain goes on at another ordinal. Look at the chain and decide again.
    #[error(
        "the next line of account {account} has the ordinal {next}, not {given}; \
         look at the account's chain and decide again"
    )]
    ChainMoved {
        /// The account.
        account: u64,
        /// The next free ordinal.
        next: u64,
        /// The one given.
        given: u64,
    },
    /// A side row could not be changed.
    #[error(transparent)]
    Side(#[from] SideRefusal),
    /// A text or body that no store can hold. A bug of the caller: check at the boundary.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// An earlier unit failed under this lock. Drop it and begin again.
    #[error("an earlier command of this batch failed; replay the batch one by one")]
    Spoiled,
    /// The storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A change of a side row that the state of the rows forbids.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum SideRefusal {
    /// The key is taken: somebody was first.
    #[error("there is a {kind} with this key already; the first one stays")]
    Exists {
        /// The kind of row.
        kind: String,
    },
    /// There is nothing to take: used, expired or never there.
    #[error("there is no {kind} with this key; it was used, has expired, or never was")]
    Missing {
        /// The kind of row.
        kind: String,
    },
}

/// Something that no store can hold.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Unfit {
    /// A text with the character U+0000, which PostgreSQL cannot store.
    #[error("the {what} contains the character U+0000; remove it")]
    Nul {
        /// Which text.
        what: &'static str,
    },
    /// A text or body beyond its limit.
    #[error(
        "the {what} has {length} bytes, the limit is {limit}; shorten it or upload it as a file"
    )]
    TooLong {
        /// Which text or body.
        what: &'static str,
        /// Its length.
        length: usize,
        /// The longest allowed.
        limit: usize,
    },
}

/// A commit is not known to be done.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CommitError {
    /// Nothing was written. Replay what was to be written, one by one.
    #[error("nothing was written: {0}")]
    Failed(Fault),
    /// An append had failed under this lock, so nothing was written. Replay the batch one by one.
    #[error("nothing was written, because a command of the batch failed; replay it one by one")]
    Spoiled,
    /// Whether it was written is not known. Answer nobody yet: lock again, ask for the answers of
    /// the batch by their idempotency keys, and replay those that have none.
    #[error("it is not known whether this was written: {0}; ask again by idempotency key")]
    Unknown(Fault),
}

impl CommitError {
    /// What the storage said, where it does not matter whether the commit was done: a piece of an
    /// upload counts for nothing until a later commit refers to the whole.
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            CommitError::Failed(fault) | CommitError::Unknown(fault) => fault,
            CommitError::Spoiled => Fault {
                operation: "commit",
                reason: "an earlier part failed".to_owned(),
                advice: "try again",
            },
        }
    }
}

/// Side rows could not be changed outside a unit of work. None of the changes was made.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum SideError {
    /// The state of the rows forbids it.
    #[error(transparent)]
    Refused(#[from] SideRefusal),
    /// A text or body that no store can hold.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The office cannot be written.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The commit is not known to be done: look at the rows again.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<Fault> for SideError {
    fn from(fault: Fault) -> SideError {
        SideError::Access(AccessError::Fault(fault))
    }
}

/// An upload did not end. Nothing refers to what came before; a sweep removes it.
#[derive(Debug, Error)]
pub enum StageError {
    /// The bytes to upload could not be read to the end. Try again with a source that can.
    #[error("the upload broke off: {0}; send it again")]
    Source(io::Error),
    /// The upload took so long that a sweep removed it.
    #[error("the upload was given up, because it took too long; send it again")]
    Swept,
    /// An entry that no store can hold.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The office cannot be written.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<Fault> for StageError {
    fn from(fault: Fault) -> StageError {
        StageError::Access(AccessError::Fault(fault))
    }
}

/// A file could not be read back.
#[derive(Debug, Error)]
pub enum FileError {
    /// There is no such file.
    #[error("the file {0} is not in the archive; upload it again")]
    Missing(Digest),
    /// The archived bytes have changed since they were archived. What was written so far is not
    /// the file: throw it away.
    #[error(
        "the archived file {recorded} has changed: its bytes now hash to {found}; \
         restore it from a backup"
    )]
    Damaged {
        /// The hash under which it was archived.
        recorded: Digest,
        /// The hash of the bytes that are there now.
        found: Digest,
    },
    /// Whoever wanted the bytes could not take them.
    #[error("the file could not be written out: {0}; try again")]
    Sink(io::Error),
    /// The storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
