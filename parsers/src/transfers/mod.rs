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
mod format;
mod order;
mod problem;
mod texts;
mod twice;
pub(crate) mod wrap;
mod written;

pub(crate) use draft::{Draft, EmptyLines, Lines, TextRules};
pub use format::TransferFormat;
pub use order::{NotABatch, Order, Read, batches};
pub use problem::{At, Unwritable, WriteProblem};
pub(crate) use texts::TextSet;
pub use written::{Cut, Respelling, Written};
