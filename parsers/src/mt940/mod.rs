//! MT940, the statement of SWIFT category 9, as banks really send it.
//!
//! ```text
//! bytes ──fields──> Field(tag, value, place) ──reader──> begin, entry, end, complaint
//!                                               │
//!              field61  one entry               ├─ open      the statement being read, its proof
//!              balance  60F 60M 62F 62M 64      │
//!              field86  which shape? ──> structured | keyed | plain
//! ```
//!
//! FIN blocks, SOH/ETX marks and `-` lines may be there or not; a file may hold many statements of
//! many accounts; pages (`:62M:` then `:60M:`) are joined into one statement; the last line may
//! miss its end. A statement without closing balance is an export of a running day, unless the
//! file plainly stops inside it.

mod balance;
mod complaints;
mod date;
mod dialect;
mod field25;
mod field61;
mod field86;
mod fields;
mod keyed;
mod open;
mod reader;
mod structured;
mod tag;

pub use dialect::Dialect;
pub(crate) use reader::read;
