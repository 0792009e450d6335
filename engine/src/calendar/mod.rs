//! When banks work, and when a payout leaves and arrives: calendars as data.
//!
//! ```text
//! mod        banking days in Poland and in the euro system
//! holidays   public holidays written out year by year; other years are reckoned
//! hours      until when each bank takes orders, with the evidence for it
//! transit    when a transfer leaves, arrives, and when its line is missing
//! ```

mod holidays;
mod hours;
mod transit;

use kantor_model::Date;

pub use holidays::{HOLIDAYS, Year};
pub use hours::{BankHours, Evidence, KIR_SESSIONS, known_banks, usual_hours};
pub use transit::{Rail, Transit, is_open, line_is_missing_after, opens_next, transit};

/// Public holidays with a fixed day (Act of 18 January 1951 on days free from work, as amended;
/// 24 December since 2025).
const FIXED: [(i8, i8); 10] = [
    (1, 1),
    (1, 6),
    (5, 1),
    (5, 3),
    (8, 15),
    (11, 1),
    (11, 11),
    (12, 24),
    (12, 25),
    (12, 26),
];

/// Whether the Elixir clearing system and the banks work on this day.
pub fn is_banking_day(date: Date) -> bool {
    let weekend = matches!(
        date.weekday(),
        jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
    );
    !weekend && !is_public_holiday(date)
}

/// The day itself when banks work on it, else the next one on which they do.
pub fn banking_day_on_or_after(date: Date) -> Date {
    let mut day = date;
    // Holidays never close the banks for a fortnight.
    for _ in 0..14 {
        if is_banking_day(day) {
            return day;
        }
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
    }
    day
}

/// The day itself when banks work on it, else the last one on which they did.
pub fn banking_day_on_or_before(date: Date) -> Date {
    let mut day = date;
    for _ in 0..14 {
        if is_banking_day(day) {
            return day;
        }
        let Ok(before) = day.yesterday() else {
            return day;
        };
        day = before;
    }
    day
}

/// Whether the euro is settled on this day (T2 and Euro Elixir): Polish holidays do not stop it.
pub fn is_euro_day(date: Date) -> bool {
    let weekend = matches!(
        date.weekday(),
        jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
    );
    let fixed = matches!(
        (date.month(), date.day()),
        (1, 1) | (5, 1) | (12, 25) | (12, 26)
    );
    // Good Friday and Easter Monday.
    !weekend && !fixed && !is_days_after_easter(date, &[-2, 1])
}

/// Whether the day is free from work in Poland besides Sundays: as written out, else reckoned.
pub fn is_public_holiday(date: Date) -> bool {
    match HOLIDAYS.iter().find(|year| year.year == date.year()) {
        Some(year) => year.days.contains(&(date.month(), date.day())),
        None => is_holiday_by_rule(date),
    }
}

fn is_holiday_by_rule(date: Date) -> bool {
    let day = (date.month(), date.day());
    if FIXED.contains(&day) {
        return day != (12, 24) || date.year() >= 2025;
    }
    // Easter Monday, Corpus Christi (Pentecost and Easter are Sundays anyway).
    is_days_after_easter(date, &[1, 60])
}

fn is_days_after_easter(date: Date, days: &[i32]) -> bool {
    let Some(easter) = easter_sunday(date.year()) else {
        return false;
    };
    days.iter().any(|days| {
        easter
            .checked_add(jiff::Span::new().days(*days))
            .is_ok_and(|holiday| holiday == date)
    })
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, in Meeus,
/// Astronomical Algorithms, chapter 8).
fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(
        year,
        i8::try_from(n / 31).ok()?,
        i8::try_from(n % 31 + 1).ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(day: &str, works: bool) {
        let date: Date = day.parse().expect("a date");
        assert_eq!(is_banking_day(date), works, "{day}");
    }

    #[test]
    fn weekends_and_holidays_are_closed() {
        check("2026-11-20", true);
        check("2026-11-21", false);
        check("2026-11-11", false);
        check("2026-04-06", false); // Easter Monday
        check("2026-06-04", false); // Corpus Christi
        check("2024-12-24", true);
        check("2025-12-24", false);
        check("2026-12-31", true);
    }

    /// What is written out and what the rules give are the same days, Sundays apart.
    #[test]
    fn the_years_written_out_are_those_of_the_rules() {
        assert_eq!(HOLIDAYS.first().map(|year| year.year), Some(2024));
        assert_eq!(HOLIDAYS.last().map(|year| year.year), Some(2030));
        for year in HOLIDAYS {
            let mut day = Date::new(year.year, 1, 1).unwrap();
            while day.year() == year.year {
                let sunday = day.weekday() == jiff::civil::Weekday::Sunday;
                let written = year.days.contains(&(day.month(), day.day()));
                assert!(
                    sunday || written == is_holiday_by_rule(day),
                    "{day} is {written} as written out"
                );
                day = day.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn the_euro_has_holidays_of_its_own() {
        let is = |day: &str| is_euro_day(day.parse().unwrap());
        assert!(is("2026-11-11") && is("2026-12-24"));
        assert!(!is("2026-04-03") && !is("2026-04-06") && !is("2026-05-01"));
        assert!(!is("2026-12-25") && !is("2026-11-21"));
    }

    #[test]
    fn money_sent_on_a_closed_day_is_booked_on_the_next_open_one() {
        let saturday: Date = "2026-12-26".parse().unwrap();
        assert_eq!(banking_day_on_or_after(saturday).to_string(), "2026-12-28");
        assert_eq!(banking_day_on_or_before(saturday).to_string(), "2026-12-23");
    }
}
