//! What a reader found wrong with a file, and where.

use std::borrow::Cow;
use std::fmt;

/// Where in a file something stands. Both count from 1; 0 means that the place is not known
/// (the end of a file that stops too early has the line after the last).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// What a complaint means for the file that it is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The fact was kept as the bank wrote it; somebody should look.
    Notice,
    /// A fact is missing or unreadable: the statement cannot be trusted and is not booked.
    Fatal,
}

/// What a reader found wrong: place, code, what is wrong and what to do (uwaga do pliku).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Complaint {
    /// Where it stands.
    pub place: Place,
    /// A stable word for programs, lower case with dashes: `amount-unreadable`.
    pub code: Cow<'static, str>,
    /// Whether the statement can still be trusted.
    pub severity: Severity,
    /// A sentence for people: what happened, why, and what to do.
    pub message: String,
    /// The piece of the file it is about, as text; empty when there is none.
    pub excerpt: String,
}

impl fmt::Display for Complaint {
    /// `line:column: code: message`; the caller puts the path before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.place.line, self.place.column, self.code, self.message
        )
    }
}
