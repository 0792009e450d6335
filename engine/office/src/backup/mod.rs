//! Backup and move: a whole office as one stream of bytes that no store has to know.
//!
//! ```text
//! file    = "kantor backup 1" and a line end, then parts; nothing stands after the last part
//! part    = kind       1 byte
//!           stored     4 bytes, big endian: the length of the packed content
//!           plain      4 bytes, big endian: its length when it is unpacked
//!           hash      32 bytes: SHA-256 of the hash of the part before (of the first line before
//!                     the first part), then kind, stored, plain and the packed content
//!           content    packed with zlib (RFC 1950)
//! content = items, each of them
//!           facts      4 bytes length, big endian, then JSON
//!           body       4 bytes length, big endian, then bytes: the office's own, untouched
//!
//! kind, in this order       an item's facts                                          its body
//! o  office, one            office, begun, seq, hash, moment (the head), made, program   -
//! e  a set of bank lines    hash, count                                              -
//!      then its lines       amount, balance, day                                     the line
//! f  a file                 hash, length                                             -
//!      then its bytes       -                                                        a piece
//! l  the log                seq, moment, kind, version, hash                         the event
//! k  chains of accounts     account, first, rows, position, count, statement, shift  -
//! d  read models            kind, id, owner, state, seq                              the model
//! s  side rows              kind, key, owner, expires                                the row
//! a  answers                key, fingerprint, seq, moment                            the answer
//! z  the end, one           how many there are of each, and of bytes in files        -
//! ```
//!
//! Each part's hash covers everything before it, so a part that is changed, missing, moved or not
//! whole is found where it stands; the hash of the last one is the backup's own. Numbers are those
//! of the store: minor units, microseconds since 1970 UTC, days as yyyymmdd.
//!
//! Reading and writing hold one part in memory, however big the office is.

mod forms;
mod parts;
mod read;
mod restore;
mod totals;
mod write;

use std::io;

use kantor_model::Moment;
use kantor_store::{
    AccessError, AppendError, CommitError, CreateError, Digest, Fault, FileError, Head, LogFault,
    OfficeId, StageError,
};

pub use self::read::inspect;
pub use self::restore::restore;
pub use self::totals::Totals;
pub use self::write::back_up;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// The office's number; its log is bound to it.
    pub office: OfficeId,
    /// Where its log stood.
    pub head: Head,
    /// When the backup was made.
    pub made: Moment,
    /// How much there is of everything.
    pub totals: Totals,
    /// The hash of the last part: of the whole backup.
    pub hash: Digest,
}

/// Why a backup was not written. What was written so far is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store failed.
    #[error("the backup was not written: {0}")]
    Store(#[from] Fault),
    /// A file of the office cannot be given out.
    #[error("the backup was not written: {0}")]
    File(#[from] FileError),
    /// The bank lines of a statement are not those that were uploaded.
    #[error(
        "the backup was not written: the bank lines {0} have changed in the database; run `kantor verify`, and restore an older backup"
    )]
    Rows(Digest),
    /// The log is not whole.
    #[error("the backup was not written: {0}, and keep a copy of this one")]
    Log(#[from] LogFault),
    /// The bytes cannot be put down.
    #[error("the backup cannot be written ({0}); free some space or choose another place")]
    Sink(#[from] io::Error),
}

/// Why a backup was not restored. The target is as it was, but for uploads that nothing refers to.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The bytes cannot be read.
    #[error("the backup cannot be read ({0}); see that the file is there and its disk is sound")]
    Source(#[from] io::Error),
    /// It is something else.
    #[error("this is not a backup of Kantor; choose a file that `kantor backup` wrote")]
    NotABackup,
    /// A later program wrote it.
    #[error(
        "this backup has the form `{0}`, which this program does not know; restore it with the program version that wrote it, or a newer one"
    )]
    OtherForm(String),
    /// A part is not what was written.
    #[error("the backup is damaged {0}: {1}; take another copy of it")]
    Damaged(Place, &'static str),
    /// It breaks off.
    #[error("the backup breaks off {0}; it was not written to its end, take another copy of it")]
    Torn(Place),
    /// The parts are whole, and what they say does not fit together.
    #[error(
        "the backup contradicts itself {0}: {1}; it was not written by `kantor backup` as it stands"
    )]
    Contradicts(Place, String),
    /// There is an office already.
    #[error(
        "the target holds office {0} already, with something in it; restore into an empty database, and move the old one aside first"
    )]
    NotEmpty(OfficeId),
    /// The configuration asks for another office.
    #[error(
        "the backup is of office {found}, and the configuration is for office {wanted}; set `number` under [office] to {found}"
    )]
    OtherOffice {
        /// Of the backup.
        found: OfficeId,
        /// Of the configuration.
        wanted: OfficeId,
    },
    /// The office cannot be created.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The target cannot be read or written.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// An upload did not end.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// An item was not taken.
    #[error(
        "the target did not take what stands {0}: {1}; mend that, and restore into an empty database"
    )]
    Append(Place, AppendError),
    /// The end is not known to be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<Fault> for RestoreError {
    fn from(fault: Fault) -> RestoreError {
        RestoreError::Access(AccessError::Fault(fault))
    }
}

/// Where in a backup something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which part, from 1.
    pub part: u64,
    /// The byte of the file at which it begins, from 0.
    pub byte: u64,
    /// What it is about, as far as that can be told.
    pub about: &'static str,
}

impl Place {
    /// At the end of the log, when nothing stands after it.
    const fn of_the_log() -> Place {
        Place {
            part: 0,
            byte: 0,
            about: "the log",
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { part, byte, about } = self;
        write!(f, "in part {part} ({about}), which begins at byte {byte}")
    }
}
