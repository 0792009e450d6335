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

    /// Whole seconds from `earlier` to this moment, the rest of a second dropped; negative when this
    /// one comes first.
    pub const fn seconds_since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// The day in Poland (Europe/Warsaw) on which this moment falls.
    pub fn warsaw_date(self) -> Date {
        self.timestamp().to_zoned(WARSAW.clone()).date()
    }

    /// The wall clock in Poland (Europe/Warsaw) as minutes after midnight.
    pub fn warsaw_minute(self) -> u32 {
        let time = self.timestamp().to_zoned(WARSAW.clone()).time();
        let minutes = i32::from(time.hour()) * 60 + i32::from(time.minute());
        minutes.unsigned_abs()
    }

    /// The wall clock in Poland, `2026-11-23 14:05`, for people.
    pub fn warsaw_text(self) -> String {
        self.timestamp()
            .to_zoned(WARSAW.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    }

    /// The moment at which a wall clock in Poland shows the given day and time.
    /// In the hour that summer time skips, the clock after the change is meant (02:30 is 03:30);
    /// in the hour that comes twice in autumn, the first. `None` when there is no such time of day.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().expect("RFC 3339")
    }

    #[test]
    fn the_day_in_poland_changes_at_its_own_midnight() {
        for (utc, day, clock) in [
            ("2026-11-23T13:05:00Z", "2026-11-23", "2026-11-23 14:05"),
            ("2026-11-23T23:00:00Z", "2026-11-24", "2026-11-24 00:00"),
            (
                "2026-11-23T22:59:59.999999Z",
                "2026-11-23",
                "2026-11-23 23:59",
            ),
            ("2026-07-01T22:00:00Z", "2026-07-02", "2026-07-02 00:00"),
            ("2026-12-31T23:30:00Z", "2027-01-01", "2027-01-01 00:30"),
            // The nights of the changes: 01:59 is followed by 03:00; 02:59 by 02:00.
            ("2026-03-29T00:59:00Z", "2026-03-29", "2026-03-29 01:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29", "2026-03-29 03:00"),
            ("2026-10-25T00:59:00Z", "2026-10-25", "2026-10-25 02:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25", "2026-10-25 02:00"),
        ] {
            assert_eq!(moment(utc).warsaw_date().to_string(), day, "{utc}");
            assert_eq!(moment(utc).warsaw_text(), clock, "{utc}");
            let minute = moment(utc).warsaw_minute();
            assert!(clock.ends_with(&format!("{:02}:{:02}", minute / 60, minute % 60)));
        }
    }

    #[test]
    fn a_wall_clock_in_poland_names_one_moment() {
        for (date, hour, minute, utc) in [
            ("2026-11-23", 14, 5, "2026-11-23T13:05:00Z"),
            ("2026-07-01", 0, 0, "2026-06-30T22:00:00Z"),
            ("2026-03-29", 1, 59, "2026-03-29T00:59:00Z"),
            ("2026-03-29", 2, 30, "2026-03-29T01:30:00Z"), // skipped: 03:30
            ("2026-03-29", 3, 0, "2026-03-29T01:00:00Z"),
            ("2026-10-25", 2, 30, "2026-10-25T00:30:00Z"), // twice: the first
            ("2026-10-25", 3, 0, "2026-10-25T02:00:00Z"),
        ] {
            let date: Date = date.parse().expect("a date");
            assert_eq!(
                Moment::from_warsaw(date, hour, minute),
                Some(moment(utc)),
                "{utc}"
            );
        }
        let day = moment("2026-11-23T12:00:00Z").warsaw_date();
        for (hour, minute) in [(24, 0), (-1, 0), (0, 60)] {
            assert_eq!(Moment::from_warsaw(day, hour, minute), None);
        }
    }

    #[test]
    fn time_does_not_overflow() {
        for micros in [i64::MIN, i64::MAX] {
            let edge = Moment::from_micros(micros);
            assert!(!edge.to_string().is_empty() && !edge.warsaw_text().is_empty());
            let _ = edge.warsaw_date();
        }
        let last = Moment::from_micros(i64::MAX);
        assert_eq!(last.plus_seconds(i64::MAX), last);
        assert_eq!(
            Moment::from_micros(i64::MIN)
                .plus_seconds(i64::MIN)
                .as_micros(),
            i64::MIN
        );
        assert_eq!(
            last.seconds_since(Moment::from_micros(i64::MIN)),
            i64::MAX / 1_000_000
        );
    }

    #[test]
    fn seconds_between_moments() {
        let noon = moment("2026-11-23T12:00:00Z");
        assert_eq!(noon.plus_seconds(900), moment("2026-11-23T12:15:00Z"));
        assert_eq!(noon.plus_seconds(900).seconds_since(noon), 900);
        assert_eq!(noon.seconds_since(noon.plus_seconds(900)), -900);
        assert_eq!(moment("2026-11-23T12:00:01.999Z").seconds_since(noon), 1);
        assert_eq!(moment("2026-11-23T13:00:00+01:00"), noon);
        assert_eq!(noon.to_string(), "2026-11-23T12:00:00Z");
    }
}
