//! Where an office is kept: the store's contract, its cases, the embedded store on SQLite, and
//! the server store on PostgreSQL.
//!
//! ```text
//! Store ── view ──▶ View     a frozen picture: records, documents, chains, files, side rows
//!   │   ── lock ──▶ Locked   the head taken: view, append(UnitOfWork) ..., commit
//!   │
//!   ├─ stage_file, stage_entries     big things, uploaded outside the lock, named by their hash
//!   ├─ change_side                   personal data and secrets, outside the log
//!   └─ sweep                         what nobody needs any more
//!
//! View::inventory ──▶ Item ──▶ Locked::take_in     an office that moves to another store
//!
//! UnitOfWork = records + documents + bookings + files + side rows + the answer: all or nothing
//! ```
//!
//! The log is gapless and hash-chained ([`record_hash`]); a set of entries is named by its rows'
//! hash ([`RowsHasher`]), a file by its own; [`check_log`], [`check_entries`] and [`check_file`]
//! recompute them. To the store an event is opaque bytes with a kind and a version; [`codec`] alone
//! knows the stored form of the engine's events.
//!
//! Nothing here decides anything, and nothing here reads a clock: moments come with the calls.
#![forbid(unsafe_code)]

mod check;
pub mod codec;
pub mod contract;
mod digest;
mod document;
mod entries;
mod error;
mod item;
mod log;
mod pieces;
mod postgres;
mod side;
mod sqlite;
mod store;
mod unit;

pub use check::{LogFault, LogFaultKind, LogWalk, RowsFault, check_entries, check_file, check_log};
pub use digest::fingerprint;
pub use document::{Document, DocumentChange, DocumentFilter};
pub use entries::{
    BookedEntry, Booking, RowsHasher, StagedEntries, StagedEntry, Sweep, Swept, Withdrawal,
};
pub use error::{
    AccessError, AppendError, CommitError, CreateError, Fault, FileError, OpenError, SideError,
    SideRefusal, StageError, Unfit,
};
pub use item::{Item, ItemKind};
pub use kantor_engine::Digest;
pub use log::{Head, NewRecord, OfficeId, Record, genesis, record_hash};
pub use postgres::{DatabaseUrl, PostgresStore, Roles};
pub use side::{Side, SideChange, SideFilter};
pub use sqlite::SqliteStore;
pub use store::{FileInfo, Locked, Store, View};
pub use unit::{Answer, BODY_BYTES_MAX, NewAnswer, TEXT_BYTES_MAX, UnitOfWork};
