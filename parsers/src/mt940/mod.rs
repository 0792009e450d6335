//! MT940, the statement of SWIFT category 9, as banks really send it.
//!
//! ```text
//! bytes ──fields──> Field(tag, value, place) ──reader──> begin, entry, end, complaint
//!
//!   window: what is held        field61  one entry           entries   :61: with its :86:
//!                               balance  60F 60M 62F 62M 64  balances  opening, closing, proof
//!                               field86  which shape? ──> structured | keyed | plain
//! ```
//!
//! FIN blocks, SOH/ETX marks and `-` lines may be there or not; a file may hold many statements of
//! many accounts; pages (`:62M:` then `:60M:`) are joined into one statement; the last line may
//! miss its end. A statement without closing balance is an export of a running day, unless the
//! file plainly stops inside it.

mod balance;
mod balances;
mod complaints;
mod date;
mod dialect;
mod entries;
mod field25;
mod field61;
mod field86;
mod fields;
mod keyed;
mod open;
mod reader;
mod structured;
mod tag;
pub(crate) mod window;

pub use dialect::Dialect;
pub(crate) use reader::read;
