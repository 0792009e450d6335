//! The demo's two banking days: the last two that are over, so that its clock can end at now.

use kantor_engine::calendar::banking_day_on_or_before;
use kantor_model::{Date, Moment};
use kantor_office::{Clock, SystemClock};

/// Two banking days in a row, both over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    /// Orders, payments, payouts.
    pub(super) first: Date,
    /// The late payment.
    pub(super) second: Date,
}

impl Days {
    pub(super) fn before_now() -> Days {
        let second = before(SystemClock.now().warsaw_date());
        Days {
            first: before(second),
            second,
        }
    }

    /// A wall clock in Poland on one of the days.
    pub(super) fn at(&self, day: Date, hour: i8, minute: i8) -> Moment {
        // Every hour of these days but those of the change to summer time, on a Sunday, exists.
        Moment::from_warsaw(day, hour, minute).unwrap_or_else(|| SystemClock.now())
    }
}

fn before(day: Date) -> Date {
    banking_day_on_or_before(day.yesterday().unwrap_or(day))
}
