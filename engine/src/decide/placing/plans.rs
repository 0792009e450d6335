//! What the chain becomes by a statement that has its place: lines that are known, lines that
//! follow, and an unproved end that is told anew.

use std::collections::BTreeSet;

use kantor_model::Date;

use crate::chain::{ChainChange, Fate, Link, NewLine, Stretch, settle};
use crate::event::NotBooked;
use crate::refusal::Refusal;

use super::{Found, Placing, Plan};

impl Placing<'_> {
    /// Every line is known, from after that ordinal on.
    pub(super) fn nothing_new(&self, after: u64) -> Plan {
        Plan {
            places: (1..)
                .take(self.lines.len())
                .map(|at| Some(after + at))
                .collect(),
            new: Vec::new(),
            undecided: Vec::new(),
            retold: false,
            change: self.no_change(),
        }
    }

    fn no_change(&self) -> ChainChange {
        ChainChange {
            keeps: self.account.lines,
            proved_through: self.account.proved_through,
            proved_balance: self.account.proved_balance,
            ..ChainChange::default()
        }
    }

    /// So many lines are known from after that ordinal on; the others follow the end of the chain.
    pub(super) fn appending(&self, after: u64, known: usize) -> Result<Plan, Refusal> {
        let first = usize::try_from(after.saturating_sub(self.tail.before)).unwrap_or(usize::MAX);
        let fates = (0..self.lines.len()).map(|at| match at < known {
            true => Fate::Known(first + at),
            false => Fate::New,
        });
        self.adding(&fates.collect::<Vec<_>>())
    }

    /// What is new follows the end of the chain, unproved.
    pub(super) fn adding(&self, fates: &[Fate]) -> Result<Plan, Refusal> {
        let mut plan = Plan {
            places: Vec::with_capacity(fates.len()),
            new: Vec::new(),
            undecided: Vec::new(),
            retold: false,
            change: self.no_change(),
        };
        let mut end = self.account.lines;
        let mut balance = self.money(self.account.balance);
        let mut row_balance = self.money(self.facts.opening.unwrap_or(0));
        for (at, (fate, line)) in fates.iter().zip(&self.lines).enumerate() {
            let place = match fate {
                Fate::Known(link) => Some(self.tail.before + *link as u64 + 1),
                Fate::Undecided(_) => {
                    plan.undecided.push(at);
                    None
                }
                Fate::New => {
                    let shift = balance.minus(row_balance)?.minor();
                    self.put(&mut plan.change.end, at, shift);
                    plan.new.push(at);
                    end += 1;
                    balance = balance.plus(self.money(line.amount))?;
                    Some(end)
                }
            };
            plan.places.push(place);
            row_balance = row_balance.plus(self.money(line.amount))?;
        }
        plan.change.net = balance.minus(self.money(self.account.balance))?.minor();
        Ok(plan)
    }

    /// One more row at the end: the last stretch goes on, or another begins.
    fn put(&self, end: &mut Vec<Stretch>, at: usize, shift: i64) {
        let position = at as u64;
        match end.last_mut() {
            Some(last) if last.position + last.count == position && last.shift == shift => {
                last.count += 1;
            }
            Some(_) | None => end.push(Stretch {
                statement: self.statement,
                rows: self.facts.rows,
                position,
                count: 1,
                shift,
            }),
        }
    }

    /// The statement stands on proved ground and reaches beyond it: its lines take the places after
    /// the proof, whatever stood there. Unproved lines that it has too move to their places in it;
    /// those of later days stay behind it; those of its days that it does not have are withdrawn.
    pub(super) fn settling(
        &self,
        after: u64,
        known: usize,
        unproved: &[Link],
        closing: i64,
    ) -> Result<Found, Refusal> {
        let fresh = self.lines.get(known..).unwrap_or_default();
        let pairs = settle(unproved, fresh);
        let gone = self.not_confirmed(unproved, &pairs);
        if let Some(day) = self.missing_day(unproved, &gone) {
            return Ok(Found::NotBooked(NotBooked::DayMissing { day }));
        }
        if self.fits_after_what_is_gone(unproved, &gone) {
            return Ok(Found::NotBooked(NotBooked::Ambiguous));
        }
        let mut plan = if gone.is_empty() && are_in_place(unproved, fresh, &pairs) {
            self.confirming(known, unproved.len())?
        } else {
            self.retelling(known, unproved, &pairs, &gone)?
        };
        plan.places = (1..)
            .take(self.lines.len())
            .map(|at| Some(after + at))
            .collect();
        plan.new = (known..self.lines.len())
            .filter(|at| pairs.get(at - known).copied().flatten().is_none())
            .collect();
        plan.change.proved_through = self.account.proved_through + fresh.len() as u64;
        plan.change.proved_balance = closing;
        Ok(Found::Place(plan))
    }

    /// The unproved lines that the bank does not confirm, by their index: of a day that the
    /// statement ends, or that it has passed.
    fn not_confirmed(&self, unproved: &[Link], pairs: &[Option<usize>]) -> BTreeSet<usize> {
        let confirmed: BTreeSet<usize> = pairs.iter().copied().flatten().collect();
        let last_line = self.lines.iter().filter_map(|line| line.booked_on).max();
        let ended = self.facts.closing_on.filter(|_| self.facts.ends_its_day());
        let is_over = |link: &Link| match (link.booked_on, ended) {
            (Some(day), Some(ended)) if day <= ended => true,
            (Some(day), _) => Some(day) < last_line,
            (None, ended) => ended.is_some(),
        };
        (0..)
            .zip(unproved)
            .filter(|(at, link)| !confirmed.contains(at) && is_over(link))
            .map(|(at, _)| at)
            .collect()
    }

    /// The first of the days whose lines would be withdrawn though neither this statement tells them
    /// nor one before it, and nothing shows that there is none between: the statement of those days
    /// may still come, and have them beside lines that nobody has seen yet.
    fn missing_day(&self, unproved: &[Link], gone: &BTreeSet<usize>) -> Option<Date> {
        let first_line = self.lines.iter().filter_map(|line| line.booked_on).min();
        let told_from = first_line.or(self.facts.closing_on);
        let covered = self.covered_through();
        let days = gone.iter().filter_map(|at| unproved.get(*at)?.booked_on);
        let untold = days.filter(|day| Some(*day) < told_from && Some(*day) > covered);
        untold.min().filter(|_| !self.is_next_by_number())
    }

    /// Whether the bank's numbers say that no statement is missing between the last one that was
    /// proved and this one: it is the next, another page of the same, or the first of a year.
    fn is_next_by_number(&self) -> bool {
        let number = |text: Option<&str>| -> Option<u64> {
            let mut runs = text?.split(|letter: char| !letter.is_ascii_digit());
            runs.find(|run| !run.is_empty())?.parse().ok()
        };
        let last = number(self.account.last_proved.as_deref());
        match (last, number(self.facts.number.as_deref())) {
            (Some(last), Some(this)) => {
                let year = |day: Option<Date>| day.map(Date::year);
                let is_new_year = year(self.account.covered_through) < year(self.facts.closing_on);
                this == last || this == last.saturating_add(1) || (this == 1 && is_new_year)
            }
            (_, _) => false,
        }
    }

    /// Whether the statement could as well follow lines that it does not have: the balance came
    /// back there, or they are all of days before it and sum to nothing, so that a statement
    /// between, which has them, may be missing.
    fn fits_after_what_is_gone(&self, unproved: &[Link], gone: &BTreeSet<usize>) -> bool {
        let Some(first_gone) = gone.first() else {
            return false;
        };
        let opening = self.facts.opening;
        let first_day = self.lines.first().and_then(|line| line.booked_on);
        let days_before = |at: usize| {
            let last = unproved.get(at).and_then(|link| link.booked_on);
            last.is_none() || first_day.is_none() || last < first_day
        };
        let earlier: Vec<&Link> = gone
            .iter()
            .filter(|at| days_before(**at))
            .filter_map(|at| unproved.get(*at))
            .collect();
        let sum: i128 = earlier.iter().map(|link| i128::from(link.amount)).sum();
        if !earlier.is_empty() && sum == 0 {
            return true;
        }
        unproved
            .iter()
            .enumerate()
            .skip(*first_gone)
            .any(|(at, link)| Some(link.balance_after) == opening && days_before(at))
    }

    /// The unproved lines stand as the statement has them: they are proved where they are, and what
    /// it has more follows.
    fn confirming(&self, known: usize, unproved: usize) -> Result<Plan, Refusal> {
        let known = known + unproved.min(self.lines.len() - known);
        let fates: Vec<Fate> = (0..self.lines.len())
            .map(|at| {
                if at < known {
                    Fate::Known(at)
                } else {
                    Fate::New
                }
            })
            .collect();
        self.adding(&fates)
    }

    /// The statement's rows stand after the proof; then what of the unproved lines stays.
    fn retelling(
        &self,
        known: usize,
        unproved: &[Link],
        pairs: &[Option<usize>],
        gone: &BTreeSet<usize>,
    ) -> Result<Plan, Refusal> {
        let keeps = self.account.proved_through;
        let proved = self.money(self.account.proved_balance);
        let shift = proved.minor().saturating_sub(self.balance_after(known)?);
        let mut end = Vec::new();
        for at in known..self.lines.len() {
            self.put(&mut end, at, shift);
        }
        let mut moves: Vec<(u64, u64)> = Vec::new();
        for (to, from) in (1..).zip(pairs) {
            moves.extend(from.map(|from| (keeps + from as u64 + 1, keeps + to)));
        }
        let confirmed: BTreeSet<usize> = pairs.iter().copied().flatten().collect();
        let mut balance = self.money(self.balance_after(self.lines.len())?);
        balance = balance.plus(self.money(shift))?;
        let mut place = keeps + (self.lines.len() - known) as u64;
        for (at, link) in unproved.iter().enumerate() {
            if confirmed.contains(&at) || gone.contains(&at) {
                continue;
            }
            let from = keeps + at as u64 + 1;
            place += 1;
            balance = balance.plus(self.money(link.amount))?;
            let moved_by = balance.minus(self.money(link.balance_after))?.minor();
            self.keep(&mut end, from, moved_by);
            moves.push((from, place));
        }
        Ok(Plan {
            places: Vec::new(),
            new: Vec::new(),
            undecided: Vec::new(),
            retold: true,
            change: ChainChange {
                keeps,
                cut: unproved.len() as u64,
                end,
                moves: ChainChange::moves_of(&mut moves),
                withdrawn: gone.iter().map(|at| keeps + *at as u64 + 1).collect(),
                net: balance.minus(self.money(self.account.balance))?.minor(),
                ..self.no_change()
            },
        })
    }

    /// A line that stays, with the row that it had.
    fn keep(&self, end: &mut Vec<Stretch>, ordinal: u64, moved_by: i64) {
        let part = self
            .account
            .end
            .iter()
            .find_map(|placed| placed.part(ordinal, ordinal + 1));
        let Some(part) = part else { return };
        let stretch = Stretch {
            shift: part.stretch.shift.saturating_add(moved_by),
            ..part.stretch
        };
        match end.last_mut() {
            Some(last)
                if last.rows == stretch.rows
                    && last.statement == stretch.statement
                    && last.shift == stretch.shift
                    && last.position + last.count == stretch.position =>
            {
                last.count += 1;
            }
            Some(_) | None => end.push(stretch),
        }
    }
}

/// Whether the unproved lines stand as the statement has them, in order and word by word.
fn are_in_place(unproved: &[Link], fresh: &[NewLine], pairs: &[Option<usize>]) -> bool {
    let shared = unproved.len().min(fresh.len());
    let in_order = pairs.iter().enumerate().all(|(at, pair)| match pair {
        Some(link) => *link == at,
        None => at >= shared,
    });
    in_order
        && unproved
            .iter()
            .zip(fresh)
            .all(|(link, line)| link.evidence == line.evidence)
}
