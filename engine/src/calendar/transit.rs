//! When a transfer leaves, when it arrives, and when its line is missing.

use kantor_model::{Date, Moment};

use super::{BankHours, banking_day_on_or_after, is_banking_day, is_euro_day};
use crate::payout_rules::PayoutRules;

/// By which way money goes from one account to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rail {
    /// Within one bank: at once.
    SameBank,
    /// In złoty to another Polish bank: by the sessions of Elixir.
    Elixir,
    /// In euro within SEPA: on the next day of the euro system.
    Sepa,
    /// Any other currency or country: two banking days, as far as one can say.
    Abroad,
}

impl Rail {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Rail::SameBank => "same_bank",
            Rail::Elixir => "elixir",
            Rail::Sepa => "sepa",
            Rail::Abroad => "abroad",
        }
    }
}

/// When a transfer leaves and when it is there, as far as the calendars tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Transit {
    /// By which way.
    pub rail: Rail,
    /// Until this moment the bank has sent it.
    pub leaves: Moment,
    /// Until this moment the payee's bank has booked it.
    pub arrives: Moment,
}

/// When a transfer that the bank gets `now`, to be carried out on `date` at the earliest, leaves and
/// arrives. `from` are the hours of the paying bank, `to` those of the payee's.
pub fn transit(
    rail: Rail,
    from: &BankHours,
    to: &BankHours,
    date: Date,
    now: Moment,
) -> Option<Transit> {
    let today = now.warsaw_date();
    let first = date.max(today);
    // What is for a later day waits at the bank from that day's first minute on.
    let minute = if first > today {
        0
    } else {
        now.warsaw_minute()
    };
    let (leaves, arrives) = match rail {
        Rail::SameBank => {
            let leaves = if first > today { clock(first, 0)? } else { now };
            (leaves, leaves)
        }
        Rail::Elixir => by_elixir(from, to, first, minute)?,
        Rail::Sepa => abroad(from, first, minute, is_euro_day, 1)?,
        Rail::Abroad => abroad(from, first, minute, is_banking_day, 2)?,
    };
    Some(Transit {
        rail,
        leaves,
        arrives,
    })
}

fn by_elixir(
    from: &BankHours,
    to: &BankHours,
    first: Date,
    minute: u32,
) -> Option<(Moment, Moment)> {
    let mut day = banking_day_on_or_after(first);
    let mut minute = if day > first { 0 } else { minute };
    // A bank without a session takes nothing; the second day has every session of a usual one.
    for _ in 0..3 {
        let sessions = sessions_on(day).min(from.sends.len());
        let caught = from
            .sends
            .iter()
            .take(sessions)
            .position(|until| minute <= *until);
        if let Some(session) = caught {
            let leaves = clock(day, *from.sends.get(session)?)?;
            let booked = to.receives.get(session).or(to.receives.last());
            return Some((leaves, clock(day, *booked?)?));
        }
        day = banking_day_on_or_after(day.tomorrow().ok()?);
        minute = 0;
    }
    None
}

/// Euro and foreign transfers leave on a day on which both the bank and the system work.
fn abroad(
    from: &BankHours,
    first: Date,
    minute: u32,
    settles: fn(Date) -> bool,
    days: u32,
) -> Option<(Moment, Moment)> {
    let works = |day: Date| is_banking_day(day) && settles(day);
    let mut day = first;
    if minute > from.abroad {
        day = day.tomorrow().ok()?;
    }
    let leaves = on_or_after(day, works)?;
    let mut arrives = leaves;
    for _ in 0..days {
        arrives = on_or_after(arrives.tomorrow().ok()?, settles)?;
    }
    // The payee's bank books by the end of its day.
    Some((clock(leaves, from.abroad)?, clock(arrives, 18 * 60)?))
}

fn on_or_after(first: Date, works: impl Fn(Date) -> bool) -> Option<Date> {
    let mut day = first;
    // Holidays never close the banks for a fortnight.
    for _ in 0..14 {
        if works(day) {
            return Some(day);
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// How many sessions the clearing house holds: two on the last day of the year, and on Christmas
/// Eve while that was a working day (the clearing house in the press, December 2021).
fn sessions_on(day: Date) -> usize {
    match (day.month(), day.day()) {
        (12, 24 | 31) => 2,
        _ => 3,
    }
}

/// The moment after which a transfer without the bank's line is asked about: the bank had its
/// banking days after the one on which it left, and the statement of the last of them had its
/// morning.
pub fn line_is_missing_after(hours: &BankHours, leaves: Moment) -> Option<Moment> {
    let mut day = leaves.warsaw_date();
    for _ in 0..hours.ask_after.max(1) {
        day = banking_day_on_or_after(day.tomorrow().ok()?);
    }
    clock(day, 12 * 60)
}

/// Whether the office is open at a moment.
pub fn is_open(rules: &PayoutRules, at: Moment) -> bool {
    let (day, minute) = (at.warsaw_date(), at.warsaw_minute());
    let mut hours = hours_on(rules, day);
    hours.any(|(from, until)| (from..until).contains(&minute))
}

/// The moment itself when the office is open, else when it opens next; `None` when it does not open
/// for weeks.
pub fn opens_next(rules: &PayoutRules, at: Moment) -> Option<Moment> {
    if is_open(rules, at) {
        return Some(at);
    }
    let mut day = at.warsaw_date();
    let mut minute = at.warsaw_minute();
    for _ in 0..31 {
        let later = hours_on(rules, day).map(|(from, _)| from);
        if let Some(from) = later.filter(|from| *from >= minute).min() {
            return clock(day, from);
        }
        day = day.tomorrow().ok()?;
        minute = 0;
    }
    None
}

/// Opening hours of a day. Without any rule the office is always open, as a web page is.
fn hours_on(rules: &PayoutRules, day: Date) -> impl Iterator<Item = (u32, u32)> {
    const DAY: u32 = 24 * 60;
    let weekday = u32::from(day.weekday().to_monday_one_offset().unsigned_abs());
    let closed =
        rules.closed.contains(&day) || (!rules.opening.is_empty() && super::is_public_holiday(day));
    let always = rules.opening.is_empty().then_some((0, DAY));
    rules
        .opening
        .iter()
        .filter(move |opening| opening.weekday == weekday)
        .map(|opening| (opening.from, opening.until))
        .chain(always)
        .filter(move |_| !closed)
}

fn clock(day: Date, minutes: u32) -> Option<Moment> {
    let hour = i8::try_from(minutes / 60).ok()?;
    let minute = i8::try_from(minutes % 60).ok()?;
    Moment::from_warsaw(day, hour, minute)
}

#[cfg(test)]
mod tests {
    use super::super::usual_hours;
    use super::*;
    use crate::payout_rules::Opening;

    fn moment(text: &str) -> Moment {
        let (day, time) = text.split_once(' ').unwrap();
        let (hour, minute) = time.split_once(':').unwrap();
        let (hour, minute) = (hour.parse().unwrap(), minute.parse().unwrap());
        Moment::from_warsaw(day.parse().unwrap(), hour, minute).unwrap()
    }

    #[track_caller]
    fn check(rail: Rail, now: &str, leaves: &str, arrives: &str) {
        let (from, to) = (usual_hours(Some("pko")), usual_hours(Some("mbank")));
        let now = moment(now);
        let transit = transit(rail, &from, &to, now.warsaw_date(), now).unwrap();
        let said = (transit.leaves.warsaw_text(), transit.arrives.warsaw_text());
        assert_eq!(said, (leaves.to_owned(), arrives.to_owned()), "{now}");
    }

    #[test]
    fn a_transfer_in_zloty_leaves_with_the_next_session() {
        let check = |now, leaves, arrives| check(Rail::Elixir, now, leaves, arrives);
        check("2026-11-23 08:00", "2026-11-23 08:00", "2026-11-23 11:15");
        check("2026-11-23 08:01", "2026-11-23 11:45", "2026-11-23 15:00");
        check("2026-11-23 14:30", "2026-11-23 14:30", "2026-11-23 18:15");
        check("2026-11-23 14:31", "2026-11-24 08:00", "2026-11-24 11:15");
        check("2026-11-20 20:00", "2026-11-23 08:00", "2026-11-23 11:15");
        // The last day of a year has no third session; Christmas Eve is a holiday since 2025.
        check("2026-12-31 13:00", "2027-01-04 08:00", "2027-01-04 11:15");
        check("2024-12-24 11:00", "2024-12-24 11:45", "2024-12-24 15:00");
        check("2024-12-24 13:00", "2024-12-27 08:00", "2024-12-27 11:15");
        check("2026-12-23 15:00", "2026-12-28 08:00", "2026-12-28 11:15");
    }

    #[test]
    fn the_other_ways_have_their_own_days() {
        check(
            Rail::SameBank,
            "2026-11-21 23:00",
            "2026-11-21 23:00",
            "2026-11-21 23:00",
        );
        check(
            Rail::Sepa,
            "2026-11-10 13:00",
            "2026-11-10 14:00",
            "2026-11-11 18:00",
        );
        check(
            Rail::Sepa,
            "2026-11-10 15:00",
            "2026-11-12 14:00",
            "2026-11-13 18:00",
        );
        check(
            Rail::Abroad,
            "2026-11-20 13:00",
            "2026-11-20 14:00",
            "2026-11-24 18:00",
        );
    }

    #[test]
    fn a_later_day_waits_for_its_first_session() {
        let (from, to) = (usual_hours(Some("pko")), usual_hours(Some("mbank")));
        let now = moment("2026-11-23 16:00");
        let day = "2026-11-25".parse().unwrap();
        let transit = transit(Rail::Elixir, &from, &to, day, now).unwrap();
        assert_eq!(transit.leaves, moment("2026-11-25 08:00"));
    }

    #[test]
    fn a_line_is_missed_when_its_statement_has_had_its_morning() {
        let mut hours = usual_hours(None);
        let missing = |hours: &BankHours, leaves| {
            line_is_missing_after(hours, moment(leaves)).map(Moment::warsaw_text)
        };
        assert_eq!(
            missing(&hours, "2026-11-20 14:00").as_deref(),
            Some("2026-11-23 12:00")
        );
        hours.ask_after = 3;
        assert_eq!(
            missing(&hours, "2026-11-20 14:00").as_deref(),
            Some("2026-11-25 12:00")
        );
    }

    #[test]
    fn an_office_has_hours_and_closed_days() {
        let mut rules = PayoutRules::default();
        assert!(is_open(&rules, moment("2026-11-22 03:00")));
        rules.opening = (1..=5)
            .map(|weekday| Opening {
                weekday,
                from: 9 * 60,
                until: 17 * 60,
            })
            .collect();
        rules.closed = vec!["2026-11-24".parse().unwrap()];
        for (at, open, next) in [
            ("2026-11-23 09:00", true, "2026-11-23 09:00"),
            ("2026-11-23 17:00", false, "2026-11-25 09:00"),
            ("2026-11-20 08:00", false, "2026-11-20 09:00"),
            ("2026-11-11 12:00", false, "2026-11-12 09:00"),
            ("2026-11-21 12:00", false, "2026-11-23 09:00"),
        ] {
            assert_eq!(is_open(&rules, moment(at)), open, "{at}");
            assert_eq!(opens_next(&rules, moment(at)), Some(moment(next)), "{at}");
        }
    }
}
