//! A point in time, handed in from outside.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Poland's time zone, compiled in: banking days and deadlines are judged by it.
static WARSAW: TimeZone = jiff::tz::get!("Europe/Warsaw");

/// A point in time in whole microseconds since 1970-01-01T00:00:00Z. Nothing in the core can
/// produce one; the runtime hands it in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// So many microseconds since the beginning of 1970, UTC.
    pub const fn from_micros(micros: i64) -> Moment {
        Moment(micros)
    }

    /// Microseconds since the beginning of 1970, UTC.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The moment so many seconds later; stays at the end of time instead of overflowing.
    pub const fn plus_seconds(self, seconds: i64) -> Moment {
        Moment(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this moment; negative when this one comes first.
    pub const fn seconds_since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// The day in Poland (Europe/Warsaw) on which this moment falls.
    pub fn warsaw_date(self) -> Date {
        self.timestamp().to_zoned(WARSAW.clone()).date()
    }

    /// The wall clock in Poland, `2026-11-23 14:05`, for people.
    pub fn warsaw_text(self) -> String {
        self.timestamp()
            .to_zoned(WARSAW.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    }

    /// The moment at which a wall clock in Poland shows the given day and time.
    /// In the hour that summer time skips, the clock after the change is meant.
    pub fn from_warsaw(date: Date, hour: i8, minute: i8) -> Option<Moment> {
        let time = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
        let zoned = date.to_datetime(time).to_zoned(WARSAW.clone()).ok()?;
        Some(Moment(zoned.timestamp().as_microsecond()))
    }

    fn timestamp(self) -> Timestamp {
        let bounded = self.0.clamp(
            Timestamp::MIN.as_microsecond(),
            Timestamp::MAX.as_microsecond(),
        );
        Timestamp::UNIX_EPOCH
            .saturating_add(SignedDuration::from_micros(bounded))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC: `2026-11-23T13:05:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Moment {
    type Err = jiff::Error;

    /// Reads RFC 3339.
    fn from_str(text: &str) -> Result<Moment, jiff::Error> {
        let timestamp: Timestamp = text.parse()?;
        Ok(Moment(timestamp.as_microsecond()))
    }
}
