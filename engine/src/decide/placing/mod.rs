//! Where the lines of a statement stand in the account's chain: proof, place, and what the
//! unproved end of the chain becomes. Nothing is recorded here.

mod plans;

use std::collections::BTreeMap;

use kantor_model::{Date, Money, MoneyError};

use crate::StatementId;
use crate::chain::{
    ChainChange, ChainTail, Fate, Likeness, Link, NewLine, Placed, Placement, align, place, settle,
};
use crate::command::StatementToBook;
use crate::event::{NotBooked, StatementFacts};
use crate::refusal::Refusal;
use crate::snapshot::OfficeAccount;

/// What a statement does to the chain.
pub(super) struct Plan {
    /// For each line of the statement its ordinal; `None` where it is not booked.
    pub(super) places: Vec<Option<u64>>,
    /// Which lines are new.
    pub(super) new: Vec<usize>,
    /// Which lines nothing decides.
    pub(super) undecided: Vec<usize>,
    /// Whether the statement's own rows stand in the places of known lines.
    pub(super) retold: bool,
    /// The change.
    pub(super) change: ChainChange,
}

impl Plan {
    /// How many lines the chain had.
    pub(super) fn known(&self) -> usize {
        self.places.len() - self.new.len() - self.undecided.len()
    }
}

/// A place, or why there is none.
pub(super) enum Found {
    Place(Plan),
    NotBooked(NotBooked),
}

/// A statement beside the account that it is of.
pub(super) struct Placing<'a> {
    facts: &'a StatementFacts,
    statement: StatementId,
    account: &'a OfficeAccount,
    tail: ChainTail<'a>,
    lines: Vec<NewLine>,
}

impl<'a> Placing<'a> {
    pub(super) fn new(
        given: &'a StatementToBook,
        account: &'a OfficeAccount,
        statement: StatementId,
    ) -> Placing<'a> {
        let marks = given
            .marks
            .iter()
            .copied()
            .chain(std::iter::repeat_with(Default::default));
        Placing {
            facts: &given.facts,
            statement,
            account,
            tail: ChainTail {
                before: given.chain_before.0,
                balance_before: given.chain_before.1,
                links: &given.chain,
            },
            lines: given
                .lines
                .iter()
                .zip(marks)
                .map(|(line, marks)| NewLine::of(line, marks))
                .collect(),
        }
    }

    /// Proves the statement by its own balances and finds the places of its lines.
    pub(super) fn find(&self) -> Result<Found, Refusal> {
        if let (Some(_), Some(closing)) = (self.facts.opening, self.facts.closing) {
            let computed = self.balance_after(self.lines.len())?;
            if closing != computed {
                let difference = self.money(closing).minus(self.money(computed))?.minor();
                return Ok(Found::NotBooked(NotBooked::Unbalanced { difference }));
            }
        }
        if !self
            .tail
            .is_enough(self.account, self.facts.opening, &self.lines)
        {
            return Err(Refusal::ChainTooShort {
                account: self.account.account,
            });
        }
        match (self.facts.opening, self.facts.closing) {
            (Some(opening), Some(_)) if !self.may_prove() => self.running(opening),
            (Some(opening), Some(closing)) => self.proving(opening, closing),
            (Some(opening), None) => self.running(opening),
            (None, _) => self.aligned().map(Found::Place),
        }
    }

    /// Whether nothing can be missing before it. The statement of a day is the bank's last word; a
    /// report of a running day, which has no number, proves only what goes on with the day that is
    /// proved last, or with the day after one that was told to its end. Otherwise lines that sum to
    /// nothing may be missing, and nobody would see it.
    fn may_prove(&self) -> bool {
        let (proved, unproved) = self.proved_and_not();
        let last = proved.last().and_then(|link| link.booked_on);
        let first = self.lines.iter().filter_map(|line| line.booked_on).min();
        // Where nothing is proved yet, lines of days before its first may be what sums to nothing.
        let is_earlier = |link: &Link| link.booked_on.is_some() && link.booked_on < first;
        self.facts.ends_its_day()
            || first.is_none()
            || (last.is_none() && !unproved.iter().any(is_earlier))
            || (last.is_some() && (first <= last || self.account.covered_through >= last))
    }

    /// A statement with both balances. On proved ground it is the last word about every line after
    /// it; elsewhere its lines are as good as those of an export.
    fn proving(&self, opening: i64, closing: i64) -> Result<Found, Refusal> {
        let (proved, unproved) = self.proved_and_not();
        let ground = ChainTail {
            links: proved,
            ..self.tail
        };
        let on_proved = match place(ground, opening, &self.lines) {
            Placement::Ambiguous { after } => self.at_the_start_of_its_day(after),
            found @ (Placement::After { .. } | Placement::Gap | Placement::Contradicts { .. }) => {
                found
            }
        };
        if let Placement::After { ordinal, known } = on_proved {
            if ordinal + (known as u64) < self.account.proved_through {
                return Ok(Found::Place(self.nothing_new(ordinal)));
            }
            return self.settling(ordinal, known, unproved, closing);
        }
        let gap = NotBooked::Gap {
            opening,
            balance: self.account.balance,
        };
        Ok(match (on_proved, place(self.tail, opening, &self.lines)) {
            (_, Placement::After { ordinal, known }) if ordinal > self.account.proved_through => {
                if !self.is_exact() {
                    return Ok(Found::NotBooked(gap));
                }
                let plan =
                    if self.is_told_alike(ordinal, known) && self.is_nowhere_else(ordinal, known) {
                        self.appending(ordinal, known)?
                    } else {
                        self.aligned()?
                    };
                if plan.new.is_empty() {
                    Found::NotBooked(gap)
                } else {
                    Found::Place(plan)
                }
            }
            (Placement::Contradicts { ordinal, line }, _) => {
                let line = line as u64;
                Found::NotBooked(NotBooked::Contradicts { ordinal, line })
            }
            (Placement::Ambiguous { .. }, _) => Found::NotBooked(NotBooked::Ambiguous),
            (Placement::Gap | Placement::After { .. }, _) => Found::NotBooked(gap),
        })
    }

    /// A statement of whole days begins where its first day does: of several places that it fits,
    /// because the balance came back, that one is its own.
    fn at_the_start_of_its_day(&self, after: Vec<u64>) -> Placement {
        let first_day = self.lines.first().and_then(|line| line.booked_on);
        let begins = |ordinal: u64| {
            let last = ordinal.checked_sub(self.tail.before + 1);
            let last = last.and_then(|at| usize::try_from(at).ok());
            let day = last.and_then(|at| self.tail.links.get(at)?.booked_on);
            first_day.is_some() && (last.is_none() || (day.is_some() && day < first_day))
        };
        let mut fitting = after.iter().copied().filter(|ordinal| begins(*ordinal));
        match (fitting.next(), fitting.next()) {
            (Some(ordinal), None) if self.facts.ends_its_day() => {
                let (proved, _) = self.proved_and_not();
                let before = ordinal.saturating_sub(self.tail.before);
                let before = usize::try_from(before).unwrap_or(usize::MAX);
                let known = proved.len().saturating_sub(before).min(self.lines.len());
                Placement::After { ordinal, known }
            }
            (_, _) => Placement::Ambiguous { after },
        }
    }

    /// An export that begins with a balance. Where its place is exact, its end is new; where the
    /// unproved end of the chain was put together from files without balances, the place may be
    /// inexact, and the lines are aligned.
    fn running(&self, opening: i64) -> Result<Found, Refusal> {
        match place(self.tail, opening, &self.lines) {
            Placement::After { ordinal, known }
                if self.is_exact()
                    && self.is_told_alike(ordinal, known)
                    && self.is_nowhere_else(ordinal, known) =>
            {
                return Ok(Found::Place(self.appending(ordinal, known)?));
            }
            Placement::Ambiguous { .. } if self.is_exact() => {
                return Ok(Found::NotBooked(NotBooked::Ambiguous));
            }
            Placement::Contradicts { ordinal, line } if ordinal <= self.account.proved_through => {
                let line = line as u64;
                return Ok(Found::NotBooked(NotBooked::Contradicts { ordinal, line }));
            }
            Placement::After { .. }
            | Placement::Contradicts { .. }
            | Placement::Ambiguous { .. }
            | Placement::Gap => {}
        }
        let (proved, unproved) = self.proved_and_not();
        // The balance of the proof may have been there before: then it may begin there as well.
        let was_there = proved.split_last().is_some_and(|(_, before)| {
            before.iter().any(|link| link.balance_after == opening)
                || self.tail.balance_before == opening
        });
        if opening != self.account.proved_balance || was_there {
            return self.aligned().map(Found::Place);
        }
        // It tells everything since the proof, so that counting is enough.
        let fates = settle(unproved, &self.lines)
            .into_iter()
            .map(|link| link.map_or(Fate::New, |link| Fate::Known(proved.len() + link)));
        self.adding(&fates.collect::<Vec<_>>()).map(Found::Place)
    }

    /// Whether the balances after the proof are the bank's own: every line there came from a file
    /// that said where it stands. Where one was only aligned, they are reckoned and name no place.
    fn is_exact(&self) -> bool {
        self.account
            .end
            .iter()
            .all(|placed| placed.stretch.shift == 0)
    }

    /// Whether the marks of the known lines let them be the same lines.
    fn is_told_alike(&self, ordinal: u64, known: usize) -> bool {
        let from = usize::try_from(ordinal.saturating_sub(self.tail.before)).unwrap_or(usize::MAX);
        let links = self.tail.links.iter().skip(from);
        links
            .zip(self.lines.iter().take(known))
            .all(|(link, line)| link.marks.likeness(&line.marks) != Likeness::Different)
    }

    /// Whether no unproved line says by the bank's own reference that a line of the statement
    /// stands elsewhere. A balance comes back, and places of unproved lines may be inexact: what
    /// would be new there, or another line, would be booked twice.
    fn is_nowhere_else(&self, ordinal: u64, known: usize) -> bool {
        // Where a row's own balance is not the one that it has here, its place was never exact.
        let is_inexact = |placed: &Placed| placed.stretch.shift != 0;
        if known < self.lines.len() && self.account.end.iter().any(is_inexact) {
            return false;
        }
        let from = usize::try_from(ordinal.saturating_sub(self.tail.before)).unwrap_or(usize::MAX);
        let (proved, unproved) = self.proved_and_not();
        let mut places: BTreeMap<(i64, u64), Option<usize>> = BTreeMap::new();
        for (link, at) in unproved.iter().zip(proved.len()..) {
            if let Some(reference) = link.marks.reference {
                // A reference that stands twice tells nothing.
                let only = places.entry((link.amount, reference)).or_insert(Some(at));
                *only = only.filter(|first| *first == at);
            }
        }
        self.lines.iter().zip(0..).all(|(line, at)| {
            let said = line.marks.reference.and_then(|reference| {
                let place = places.get(&(line.amount, reference)).copied().flatten()?;
                let link = self.tail.links.get(place)?;
                (link.marks.likeness(&line.marks) == Likeness::Same).then_some(place)
            });
            let here = (at < known).then(|| from.saturating_add(at));
            said.is_none_or(|place| here == Some(place))
        })
    }

    /// A statement without balances.
    fn aligned(&self) -> Result<Plan, Refusal> {
        let first_day = self.lines.iter().map(|line| line.booked_on).min().flatten();
        let (proved, _) = self.proved_and_not();
        let from = match first_day {
            Some(day) => proved
                .partition_point(|link| link.booked_on.is_some_and(|booked_on| booked_on < day)),
            None => 0,
        };
        let links = self.tail.links.get(from..).unwrap_or_default();
        let covered = self.covered_through();
        let fates = align(links, &self.lines)
            .into_iter()
            .zip(&self.lines)
            .map(|(fate, line)| match fate {
                Fate::Known(link) => Fate::Known(from + link),
                // The bank has told that day to its end, without this line; or the day was over
                // before the office's chain began.
                Fate::New
                    if line.booked_on.is_some_and(|day| {
                        Some(day) <= covered || day < self.account.opened_on
                    }) =>
                {
                    Fate::Undecided(from)
                }
                Fate::New => Fate::New,
                Fate::Undecided(link) => Fate::Undecided(from + link),
            });
        self.adding(&fates.collect::<Vec<_>>())
    }

    /// The last day to which the bank has told everything: by a statement that ends it, or because
    /// what is proved goes on with a later day.
    fn covered_through(&self) -> Option<Date> {
        let (proved, _) = self.proved_and_not();
        let last = proved.last().and_then(|link| link.booked_on);
        let before_last = proved
            .iter()
            .rev()
            .filter_map(|link| link.booked_on)
            .find(|day| Some(*day) < last);
        self.account.covered_through.max(before_last)
    }

    /// The loaded links that are proved, and the others.
    fn proved_and_not(&self) -> (&'a [Link], &'a [Link]) {
        let proved = self.account.proved_through.saturating_sub(self.tail.before);
        let at = usize::try_from(proved).unwrap_or(usize::MAX);
        self.tail.links.split_at(at.min(self.tail.links.len()))
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.account.currency())
    }

    /// The balance after so many lines as the statement's own rows have it: from its opening, or
    /// from zero where it has none.
    fn balance_after(&self, lines: usize) -> Result<i64, MoneyError> {
        let opening = self.money(self.facts.opening.unwrap_or(0));
        let sum = self
            .lines
            .iter()
            .take(lines)
            .try_fold(opening, |sum, line| sum.plus(self.money(line.amount)))?;
        Ok(sum.minor())
    }
}
