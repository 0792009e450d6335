//! Money whose owner is not known yet, as the desk looks after it (F15, F16).

use kantor_model::{Date, Money};

use super::evidence::{Explained, Explanation};

/// What is known of a line that is or was a question.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Asked {
    /// How much, signed.
    pub amount: Money,
    /// The day on which the bank booked it.
    pub booked_on: Option<Date>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Why it was nobody's when it was matched.
    pub why: Explanation,
}

impl Asked {
    /// What is known of a line from its explanation.
    pub(crate) fn of(explained: &Explained) -> Asked {
        Asked {
            amount: explained.amount,
            booked_on: explained.booked_on,
            owner: None,
            why: explained.why.clone(),
        }
    }
}
