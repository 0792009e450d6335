//! What the office decides in advance about money that goes out, as data.

use kantor_model::{Date, Money};

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
    /// A batch of more than this needs a second person, and both see the file's hash; one sum a
    /// currency. Where the batch's currency is not listed, [`crate::Policy::four_eyes`] alone says.
    pub four_eyes_above: Vec<Money>,
    /// What the office knows better about its banks than the table that the program brings.
    pub banks: Vec<BankHours>,
    /// When the office is open; always, when nothing is listed.
    pub opening: Vec<Opening>,
    /// Days on which the office is closed besides.
    pub closed: Vec<Date>,
}

impl PayoutRules {
    /// The limit above which a batch of this sum needs a second person.
    pub fn limit_for(&self, sum: Money) -> Option<Money> {
        let same = |limit: &&Money| limit.currency() == sum.currency();
        self.four_eyes_above.iter().find(same).copied()
    }

    /// Whether a batch of this sum is above its limit.
    pub fn is_above(&self, sum: Money) -> bool {
        self.limit_for(sum)
            .is_some_and(|limit| sum.minor() > limit.minor())
    }

    /// The office's own hours of a bank.
    pub fn hours_of(&self, bank: &str) -> Option<&BankHours> {
        self.banks.iter().find(|hours| hours.bank == bank)
    }
}
