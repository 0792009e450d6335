//! What every front end of a cashier needs, without a window: the office's API, the bank packs,
//! and the ways of a file in and out.
//!
//! ```text
//! Office ──── every call of /office/v1; an act is never done twice
//! BankPacks ─ read a statement file, write a transfer file (in a sandboxed child)
//! import_statement   file → pack → raw bytes and statements → office
//! preview_statement  the same, to see what would become of it
//! export_batch       office → batch → pack → bytes → office's archive → file
//! Feed        what happened, once and in order
//! Watch       a folder whose files are imported by themselves
//! Queue       what was decided while the office could not be seen, until it has answered
//! ```
//!
//! The desk has no store: whatever it knows it has from the office, and whatever it does it does
//! by asking the office, later if need be.
#![forbid(unsafe_code)]

mod api_error;
mod built_in;
mod config;
mod export;
mod feed;
mod import;
mod installed;
mod keys;
mod normal;
mod office;
mod packs;
mod queue;
mod save;
mod transport;
mod watch;

pub use api_error::ApiError;
pub use built_in::{ID as BUILT_IN, read as read_built_in};
pub use config::{ConfigError, DeskConfig, DeskSettings};
pub use export::{ExportError, Exported, export_batch, fetch_batch_file};
pub use feed::{Feed, FeedError};
pub use import::{
    ImportError, Imported, ParsedFile, complaint_line, import_previewed, import_statement,
    preview_statement, verdict,
};
pub use installed::InstalledPacks;
pub use kantor_plugin_host::{Confidence, Hints, Opinion, Origin, PackInfo, RejectedPack, Sandbox};
pub use normal::{BatchUnreadable, Normaliser, batch_of};
pub use office::Office;
pub use packs::{BankPacks, PackFailure, ReadBy, Written};
pub use queue::{
    Entry, Fate, Handed, Queue, QueueError, QueuedAct, QueuedAsk, Report, Sight, Standing, Wish,
};
pub use save::{SaveError, save, save_over};
pub use watch::{DONE, Handled, REFUSED, Verdict, Watch};
