//! The conformance kit: examines a bank pack with its own files and with hostile input.
//!
//! ```text
//! Subject  which library, which manifest, which corpus, which files of others
//! examine  every check of Check::ALL, each on many cases, in a sandboxed child ──> Report
//! Report   a line a check, the first failing case, a badge with numbers
//! ```
//!
//! Laws. The same pack and corpus give the same cases: nothing here is random but by a fixed seed.
//! The pack runs in a child behind the walls of `kantor-plugin-host`; one that does not survive a
//! case costs that case. A check ends at its first failing case and says how to see it again.

mod alter;
mod check;
mod examine;
mod hostile;
mod reading;
mod record;
mod report;
mod samples;
pub mod scaffold;
mod seal;
mod subject;
mod writing;

pub use check::{Check, VERSION};
pub use examine::{Settings, examine};
pub use report::{Failure, Outcome, Report, Verdict};
pub use seal::{SealError, seal};
pub use subject::{Sample, Subject, SubjectError};
