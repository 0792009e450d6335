//! Transfer files: what all the formats share that carry money to a bank.
//!
//! ```text
//! Batch ──write──> Written: bytes, what had to be respelt, what had to be cut
//!              └─> Unwritable: everything that stands in the way, at once
//! bytes ──read───> Read: orders and complaints ──batches──> Batch
//! ```
//!
//! Reading undoes writing. The same batch and profile give the same bytes at any time.

mod draft;
mod file_name;
mod format;
mod front;
mod notices;
mod order;
mod payee_bank;
mod problem;
mod reading;
mod references;
pub(crate) mod swift;
pub(crate) mod tagged;
mod texts;
mod twice;
pub(crate) mod wrap;
mod written;

pub(crate) use draft::{Draft, EmptyLines, Lines, TextRules};
pub(crate) use file_name::file_reference;
pub use format::TransferFormat;
pub use front::{read_transfers, recognise_transfers, write_batch};
pub use order::{NotABatch, Order, Read, batches};
pub(crate) use payee_bank::{charges, country_of, payee_bank, payee_country, told_by};
pub use problem::{At, Unwritable, WriteProblem};
pub(crate) use reading::{Reading, nobody};
pub(crate) use references::References;
pub(crate) use texts::TextSet;
pub use written::{Cut, Respelling, Written};
