//! MT940, the statement of SWIFT category 9, as banks really send it; and its siblings: MT942, a
//! notice during the day, MT900 and MT910, which announce one debit or credit.
//!
//! ```text
//! bytes ──fields──> Field(tag, value, place) ──reader──> begin, entry, end, complaint
//!
//!   window: what is held        field61  one entry           entries   :61: with its texts
//!   extent: how far it goes     balance  60F 60M 62F 62M 64  balances  opening, closing, proof
//!                               texts    which shape?        totals    34F 90C 90D of MT942
//!                                 structured + subfields     announcement  32A of MT900, MT910
//!                                 keyed | slashed | own | plain
//!
//!   section: what a bank's profile says      known: whose shape it is
//! ```
//!
//! FIN blocks, SOH/ETX marks and `-` lines may be there or not; a file may hold many statements of
//! many accounts; pages (`:62M:` then `:60M:`) are joined into one statement; the last line may
//! miss its end. A statement without closing balance is an export of a running day, unless the
//! file plainly stops inside it.
//!
//! Whose statement it is, is told by its shape ([`Signs`] of the banks' profiles) and never by the
//! account's bank. Entries of MT942, MT900 and MT910 are pending: they come again in the statement.

mod announcement;
mod balance;
mod balances;
mod complaints;
mod date;
mod details;
mod entries;
mod extent;
mod field25;
mod field61;
mod fields;
mod keyed;
mod keywords;
mod known;
mod money_in;
mod open;
mod own;
mod pattern;
mod probe;
mod reader;
mod section;
mod slashed;
mod structured;
mod subfields;
mod tag;
mod texts;
mod totals;
pub(crate) mod window;

pub use pattern::{Pattern, PatternError};
pub(crate) use probe::probe;
pub(crate) use reader::read;
pub use section::{
    CharsetName, Code, Codes, Layout, LoneReference, SecondLine, Section, Separator, Signs,
    Subfields, TextShape,
};
