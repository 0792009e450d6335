//! The host of bank packs: the only crate that loads foreign libraries.
//!
//! ```text
//! Host::discover ── describe ──> which packs there are
//! bytes of a file ──read_statement──> child: walls, load, read ──> records into a StatementSink
//! Batch           ──write_batch────> child: walls, load, write ─> bytes of a transfer file
//! ```
//!
//! Laws. A pack runs in a child process of its own for each call, behind the walls of
//! [`Sandbox`]; where the system has none, every answer says so. Whatever a pack does, crash, hang,
//! flood or lie, costs one attempt and has an error of its own. What it gave before is void then.
//! A pack that breaks the contract is not called again until the program starts anew.
//!
//! This crate knows no bank and no format, no store and no network.

mod call;
mod child;
mod discover;
mod error;
mod examined;
mod frame;
mod guard;
mod host;
mod library;
mod limits;
mod manifest;
mod pipe;
mod reading;
mod records;
mod sandbox;
mod session;
mod traps;
mod worker;
mod writing;

pub use error::{Crash, ImportError, LoadError, PackError};
pub use host::{Host, Opinion, Origin, PackInfo, RejectedPack, Rejection, Settings};
pub use kantor_plugin_sdk::pack::{Confidence, Hints, Recognition};
pub use library::{PackFacts, PackLibrary, WritableFormat};
pub use limits::Limits;
pub use manifest::{MANIFEST, Manifest, ManifestError, sha256};
pub use reading::ReadReport;
pub use sandbox::Sandbox;
pub use session::{Session, Way};
pub use worker::child_main;
pub use writing::Written;
