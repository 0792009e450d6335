//! A text of the file with its place, and what it may be.

use kantor_model::{AmountError, Currency, Date, Money, Place, StatementSink};

use super::problem::Problem;
use super::teller::Teller;
use super::{Day, day, money};
use crate::statement::{Counted, Halt};

/// A text with its place.
#[derive(Clone, Default, Debug)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) place: Place,
}

impl Cell {
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The day that stands here; absent when nothing does, or when the calendar does not have it.
    pub(crate) fn date<K: StatementSink + ?Sized>(
        &self,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<Option<Date>, Halt> {
        let problem = match day(&self.text) {
            Day::Known(date) => return Ok(Some(date)),
            Day::Unreadable if self.is_empty() => return Ok(None),
            Day::Unreadable => Problem::DateUnreadable {
                text: self.text.clone(),
            },
            Day::Impossible => Problem::DateImpossible,
        };
        teller.complain(&problem, (self.place, &self.text), sink)?;
        Ok(None)
    }

    /// The amount that stands here; absent when nothing does, or when it cannot be read, which is
    /// complained about.
    pub(crate) fn money<K: StatementSink + ?Sized>(
        &self,
        currency: Currency,
        problem: fn(AmountError) -> Problem,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<Option<Money>, Halt> {
        if self.is_empty() {
            return Ok(None);
        }
        match money(&self.text, currency) {
            Ok(money) => Ok(Some(money)),
            Err(error) => {
                teller.complain(&problem(error), (self.place, &self.text), sink)?;
                Ok(None)
            }
        }
    }
}

/// The amount of a line cannot be read.
pub(crate) fn amount_unreadable(error: AmountError) -> Problem {
    Problem::AmountUnreadable { error }
}

/// A balance cannot be read.
pub(crate) fn balance_unreadable(error: AmountError) -> Problem {
    Problem::BalanceUnreadable { error }
}
