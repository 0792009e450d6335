//! Formats of Polish banks: bytes of a statement file to entries, a batch of transfers to bytes.
//!
//! ```text
//! bytes ──recognise──> which format, whose dialect, which code page, and why
//! bytes ──read_statement──> begin, entry, entry, ..., end   (pushed into a StatementSink)
//!                           complaints, each with line, column, code and remedy
//! Batch ──elixir0::write──> bytes, and what had to be respelt or cut (module `transfers`)
//! ```
//!
//! Laws. Nothing here does input or output, or knows a clock. The same bytes give the same
//! records, however they are cut into chunks. No input makes a reader panic, hang, or use memory
//! that grows with the number of entries. What cannot be read becomes a complaint, never a zero,
//! an empty text or a guess.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

mod bank_xml;
mod camt;
pub mod charset;
pub mod csv;
pub mod elixir0;
mod jpk_wb;
mod ledger;
pub mod mt101;
pub mod mt940;
pub mod pain001;
pub mod pain002;
mod peeked;
pub mod pla;
pub mod profile;
pub mod rates;
mod recognise;
mod source;
mod statement;
mod text;
pub mod transfers;

mod xml;
mod zip;

pub use charset::Charset;
pub use profile::{Profile, ProfileError};
pub use recognise::{Recognition, recognise, recognise_with};
pub use source::{ByteSource, SourceError};
pub use statement::{Options, Outcome, parse_all, parse_all_with, read_statement};
