//! Banking days in Poland: weekends and public holidays, reckoned, not looked up.

use kantor_model::Date;

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

fn is_public_holiday(date: Date) -> bool {
    let day = (date.month(), date.day());
    if FIXED.contains(&day) {
        return day != (12, 24) || date.year() >= 2025;
    }
    let Some(easter) = easter_sunday(date.year()) else {
        return false;
    };
    // Easter Monday, Corpus Christi (Pentecost and Easter are Sundays anyway).
    [1, 60].into_iter().any(|days| {
        easter
            .checked_add(jiff::Span::new().days(days))
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

    #[test]
    fn money_sent_on_a_closed_day_is_booked_on_the_next_open_one() {
        let saturday: Date = "2026-12-26".parse().unwrap();
        assert_eq!(banking_day_on_or_after(saturday).to_string(), "2026-12-28");
        assert_eq!(banking_day_on_or_before(saturday).to_string(), "2026-12-23");
    }
}
