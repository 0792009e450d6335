//! On which days Polish banks work, reckoned on its own.

use kantor_model::Date;

/// Holidays of fixed days, as month and day.
const HOLIDAYS: &[(i8, i8)] = &[
    (1, 1),
    (1, 6),
    (5, 1),
    (5, 3),
    (8, 15),
    (11, 1),
    (11, 11),
    (12, 25),
    (12, 26),
];

/// The day itself when banks work, else the next on which they do.
pub(crate) fn banking_day_from(day: Date) -> Date {
    let mut day = day;
    while is_closed(day) {
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return day,
        }
    }
    day
}

fn is_closed(day: Date) -> bool {
    let weekend = day.weekday().to_monday_one_offset() > 5;
    let christmas_eve = day.year() >= 2025 && (day.month(), day.day()) == (12, 24);
    let fixed = HOLIDAYS.contains(&(day.month(), day.day()));
    // Easter Monday and Corpus Christi: one day and sixty after Easter Sunday.
    let moving = easter(day.year())
        .map(|sunday| day.day_of_year() - sunday.day_of_year())
        .is_some_and(|after| after == 1 || after == 60);
    weekend || christmas_eve || fixed || moving
}

/// Easter Sunday by Gauss's rule.
fn easter(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let (a, b, c) = (year_number % 19, year_number % 4, year_number % 7);
    let century = year_number / 100;
    let moon = (15 - (13 + 8 * century) / 25 + century - century / 4) % 30;
    let sun = (4 + century - century / 4) % 7;
    let d = (19 * a + moon) % 30;
    let e = (2 * b + 4 * c + 6 * d + sun) % 7;
    let mut march = 22 + d + e;
    if (d, e) == (29, 6) || ((d, e) == (28, 6) && (11 * moon + 11) % 30 < 19) {
        march -= 7;
    }
    let (month, day) = if march > 31 {
        (4, march - 31)
    } else {
        (3, march)
    };
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(day: &str, works: &str) {
        let day: Date = day.parse().expect("a day");
        assert_eq!(banking_day_from(day).to_string(), works, "{day}");
    }

    #[test]
    fn banks_sleep_on_weekends_and_holidays() {
        check("2026-11-20", "2026-11-20");
        check("2026-11-21", "2026-11-23");
        check("2026-04-03", "2026-04-03"); // Good Friday is a working day
        check("2026-04-05", "2026-04-07"); // Easter
        check("2026-06-04", "2026-06-05"); // Corpus Christi
        check("2025-12-24", "2025-12-29");
        check("2024-12-24", "2024-12-24");
    }

    #[test]
    fn easter_of_hard_years() {
        for (year, day) in [
            (1954, "1954-04-18"),
            (1981, "1981-04-19"),
            (2000, "2000-04-23"),
            (2049, "2049-04-18"),
            (2076, "2076-04-19"),
        ] {
            assert_eq!(
                easter(year).map(|day| day.to_string()).as_deref(),
                Some(day)
            );
        }
    }
}
