//! The runtime of one office: clock, writer loop, intake of statements, transfer files, notices
//! and verification, over any [`kantor_store::Store`].
//!
//! ```text
//! Request ──▶ writer loop: lock ─ load ─ decide ─ append ─ commit ──▶ answer, feed
//! file + statements ──▶ intake: archive, read again, compare, stage ──▶ BookStatement
//! batch ──▶ transfers ──▶ file written at the desk ──▶ read again, compare, archive
//! log + rows + files ──▶ verify: recompute, name the first fact that disagrees
//! picture ──▶ backup: one stream of bytes ──▶ the same office in any store
//! ```
//!
//! What an office decides is the engine's; how it is kept is the store's. This crate brings them
//! together and owns the only clock. It loads no plugin and knows nothing of HTTP, pages or words.

mod access;
mod answer_form;
pub mod backup;
mod clock;
mod counts;
mod entry_form;
mod error;
mod expiry;
mod feed;
mod follow;
mod intake;
mod lessons;
mod letters;
mod load;
mod notices;
mod people;
mod promises;
mod read_model;
mod request;
mod runtime;
mod second_factor;
mod state;
mod transfers;
mod verify;
mod writer;

pub use access::Tried;
pub use clock::{Clock, SetClock, SystemClock};
pub use counts::{COMMIT_CLASSES, Counted};
pub use entry_form::BankLine;
pub use error::{Changed, ExecuteError, ImportError, OpenOfficeError, PeopleError, TransferError};
pub use feed::Change;
pub use intake::{Import, ImportedStatement, Outcome};
pub use kantor_checker::Disagreement;
pub use lessons::{Lesson, LessonTo, Lessons, Likeness, REMEMBERED};
pub use notices::{Notice, NoticeKind, Notifier, NotifyError};
pub use people::{
    CustomerAccountRecord, Login, NewPerson, PersonRecord, Role, SessionRecord, TokenRecord, WayIn,
};
pub use request::{Once, Request, Seen};
pub use runtime::{Office, Settings};
pub use second_factor::SecondFactor;
pub use verify::{Difference, Reading, Reread, Verified, verify, verify_reading};
