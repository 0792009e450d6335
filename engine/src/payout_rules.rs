//! What the office decides in advance about money that goes out, as data.

use kantor_model::Date;

use crate::calendar::BankHours;

/// When the office is open on one day of the week (godziny otwarcia).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Opening {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: u32,
    /// From, in minutes after midnight in Warsaw.
    pub from: u32,
    /// Until, in minutes after midnight in Warsaw; later than `from`.
    pub until: u32,
}

/// The rules for payouts (zasady wypłat). Versioned: what was decided names the version.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PayoutRules {
    /// Counts up with each change.
    pub version: u32,
    /// What the office knows better about its banks than the table that the program brings.
    pub banks: Vec<BankHours>,
    /// When the office is open; always, when nothing is listed.
    pub opening: Vec<Opening>,
    /// Days on which the office is closed besides.
    pub closed: Vec<Date>,
}

impl PayoutRules {
    /// The office's own hours of a bank.
    pub fn hours_of(&self, bank: &str) -> Option<&BankHours> {
        self.banks.iter().find(|hours| hours.bank == bank)
    }
}
