//! Days on which the simulated banks work: not on weekends, not on the holidays of the years in
//! which runs take place. A list of its own, against which the engine's reckoning stands.

use kantor_model::Date;

/// Public holidays on working days, 2026 and the beginning of 2027.
const HOLIDAYS: [(i16, i8, i8); 14] = [
    (2026, 1, 1),
    (2026, 1, 6),
    (2026, 4, 6),
    (2026, 5, 1),
    (2026, 6, 4),
    (2026, 11, 11),
    (2026, 12, 24),
    (2026, 12, 25),
    (2027, 1, 1),
    (2027, 1, 6),
    (2027, 3, 29),
    (2027, 5, 3),
    (2027, 5, 27),
    (2027, 11, 11),
];

/// Whether the banks work on that day.
pub(crate) fn is_open(day: Date) -> bool {
    // Monday is 1.
    let weekend = day.weekday().to_monday_one_offset() > 5;
    !weekend && !HOLIDAYS.contains(&(day.year(), day.month(), day.day()))
}

/// The day itself, or the first one after it on which they work.
pub(crate) fn open_on_or_after(day: Date) -> Date {
    let mut day = day;
    while !is_open(day) {
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return day,
        }
    }
    day
}
