//! Which line of the bank each line of the office is.
//!
//! A line of the office has a place in its chain, and until a closing balance proves it that place
//! may change. The auditor's own books are kept by the bank's places, which never do.

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::chain::ChainChange;
use kantor_engine::{AccountId, LineId, Snapshot};

use super::{Account, Auditor, TrueLine, What};
use crate::office::Row;

impl Auditor {
    /// The bank's place of a line of the office.
    pub(crate) fn real(&self, line: LineId) -> Option<LineId> {
        let at = usize::try_from(line.ordinal.checked_sub(1)?).ok()?;
        let index = *self.accounts.get(&line.account)?.places.get(at)?;
        Some(LineId {
            account: line.account,
            ordinal: index as u64 + 1,
        })
    }

    /// The same, of a line that something was recorded about.
    pub(super) fn real_of(&mut self, line: LineId) -> LineId {
        let real = self.real(line);
        self.check(real.is_some(), || format!("no bank has line {line}"));
        real.unwrap_or(LineId { ordinal: 0, ..line })
    }

    /// What the bank has at a place of its own.
    pub(crate) fn truth(&self, real: LineId) -> Option<&TrueLine> {
        let at = usize::try_from(real.ordinal.checked_sub(1)?).ok()?;
        self.accounts.get(&real.account)?.lines.get(at)
    }

    /// Compares the office's rows, from after `keeps` on, with the bank's lines: each is one of
    /// them and none is there twice; those that are proved stand where the bank has them, none is
    /// missing among them, and the balances are the bank's to the grosz.
    pub(super) fn rows_changed(
        &mut self,
        id: AccountId,
        rows: &[Row],
        change: &ChainChange,
        state: &Snapshot,
    ) {
        let keeps = usize::try_from(change.keeps).unwrap_or(usize::MAX);
        let Some(found) = state.accounts.get(&id) else {
            return;
        };
        let proved = usize::try_from(found.proved_through).unwrap_or(usize::MAX);
        let (balance, lines) = (found.balance, found.lines);
        let proved_balance = found.proved_balance;
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let before = account.places.clone();
        let result = account.place(rows, keeps, proved);
        let moved = account.moved(&before, change);
        let at_proof = account.balance_at(proved);
        let unproved = account.placed().skip(proved);
        let at_end = at_proof + unproved.map(|line| line.minor).sum::<i64>();
        if let Err(what) = result {
            self.object(format!("line {id}/{what}"));
            return;
        }
        match moved {
            Ok(twins) => self.change_twins(id, &twins),
            Err(what) => self.object(format!("line {id}/{what}")),
        }
        self.check(balance == at_end && lines == rows.len() as u64, || {
            format!("account {id} has {balance} after {lines} lines, by the bank it is {at_end}")
        });
        self.check(proved_balance == at_proof, || {
            format!("account {id} is proved with {proved_balance}, the bank had {at_proof} then")
        });
    }
}

impl Auditor {
    /// Two payments that are equal in everything changed places: nobody, the office least of all,
    /// could tell them apart before the bank's statement did. What was recorded about the one is
    /// about the other.
    fn change_twins(&mut self, id: AccountId, twins: &BTreeMap<usize, usize>) {
        if twins.is_empty() {
            return;
        }
        let real = |index: usize| LineId {
            account: id,
            ordinal: index as u64 + 1,
        };
        let now: BTreeMap<LineId, LineId> = twins
            .iter()
            .map(|(was, is)| (real(*was), real(*is)))
            .collect();
        let place = |line: LineId| now.get(&line).copied().unwrap_or(line);
        rekey(&mut self.given, place);
        rekey(&mut self.payers, place);
        rekey(&mut self.twice, place);
        rekey(&mut self.named, place);
        rekey(&mut self.sent_back, place);
        for deal in self.deals.values_mut() {
            rekey(&mut deal.money, place);
        }
        for owed in self.owed.values_mut() {
            owed.of = owed.of.map(place);
        }
        let lines = self.accounts.values_mut();
        for line in lines.flat_map(|account| &mut account.lines) {
            if let What::HandRefund(of) = &mut line.what {
                *of = place(*of);
            }
        }
        self.twins.extend(now);
    }

    /// What changed places since this was asked last.
    pub(crate) fn take_twins(&mut self) -> BTreeMap<LineId, LineId> {
        std::mem::take(&mut self.twins)
    }
}

/// Moves what is known of lines to their places. A line that nothing moved to, and that moved, is
/// free.
fn rekey<V>(map: &mut BTreeMap<LineId, V>, place: impl Fn(LineId) -> LineId) {
    let old = std::mem::take(map);
    map.extend(old.into_iter().map(|(line, value)| (place(line), value)));
}

impl Account {
    /// Which of the bank's lines a line of the office is now that was another one before. Only
    /// twins may change like that.
    fn moved(
        &self,
        before: &[usize],
        change: &ChainChange,
    ) -> Result<BTreeMap<usize, usize>, String> {
        let mut moved = BTreeMap::new();
        let keeps = usize::try_from(change.keeps).unwrap_or(usize::MAX);
        for (was, ordinal) in before.iter().zip(1_u64..).skip(keeps) {
            let Some(to) = change.place_of(ordinal) else {
                continue;
            };
            let to = to.checked_sub(1).and_then(|to| usize::try_from(to).ok());
            let Some(is) = to
                .and_then(|to| self.places.get(to))
                .filter(|is| *is != was)
            else {
                continue;
            };
            if !self.are_twins(*was, *is) {
                return Err(format!(
                    "{ordinal} was line {} at the bank and is line {} now",
                    was + 1,
                    is + 1
                ));
            }
            moved.insert(*was, *is);
        }
        // Who had the place of a twin and did not move has the other's.
        let vacated: Vec<usize> = moved.keys().copied().collect();
        for was in vacated {
            let mut end = was;
            while let Some(next) = moved.get(&end).copied().filter(|next| *next != was) {
                end = next;
            }
            moved.entry(end).or_insert(was);
        }
        Ok(moved)
    }

    fn are_twins(&self, one: usize, other: usize) -> bool {
        match (self.lines.get(one), self.lines.get(other)) {
            (Some(one), Some(other)) => {
                one.minor == other.minor
                    && one.other == other.other
                    && one.title == other.title
                    && one.date == other.date
            }
            (_, _) => false,
        }
    }

    /// The lines that the office has, in its order.
    pub(super) fn placed(&self) -> impl Iterator<Item = &TrueLine> {
        self.places.iter().filter_map(|at| self.lines.get(*at))
    }

    fn place(&mut self, rows: &[Row], keeps: usize, proved: usize) -> Result<(), String> {
        self.places.truncate(keeps);
        let mut used: BTreeSet<usize> = self
            .places
            .iter()
            .copied()
            .skip(self.proved.min(keeps))
            .collect();
        for (row, at) in rows.iter().zip(0..).skip(self.places.len()) {
            let in_place = self
                .lines
                .get(at)
                .is_some_and(|line| is_the_same(row, line));
            let index = if in_place && !used.contains(&at) {
                at
            } else if at < proved {
                let true_line = self.lines.get(at);
                return Err(format!(
                    "{} is proved and is {} ({:?}) in the office, and {:?} at the bank",
                    at + 1,
                    row.facts.amount,
                    row.bank_reference,
                    true_line.map(|line| (line.minor, &line.bank_reference))
                ));
            } else {
                self.find(row, proved, &used).ok_or_else(|| {
                    format!(
                        "{} of {} ({:?}) is at no bank, or is there twice",
                        at + 1,
                        row.facts.amount,
                        row.bank_reference
                    )
                })?
            };
            used.insert(index);
            self.places.push(index);
        }
        self.proved = proved;
        // What was proved without a new row must stand where the bank has it.
        let mut wrong = self.places.iter().take(proved).zip(0..);
        match wrong.find(|(index, at)| *index != at) {
            Some((index, at)) => Err(format!(
                "{} is proved, and is line {} at the bank",
                at + 1,
                index + 1
            )),
            None => Ok(()),
        }
    }

    /// A line of the bank after those that are proved that says what the row says, and is not
    /// taken. Where a file without references proved its twin, the row stands for the other one:
    /// nothing that the bank told by then tells the two apart.
    fn find(&self, row: &Row, proved: usize, used: &BTreeSet<usize>) -> Option<usize> {
        let free = |fits: &dyn Fn(usize, &TrueLine) -> bool| {
            let mut lines = self.lines.iter().zip(0..).skip(proved);
            lines
                .find(|(line, at)| !used.contains(at) && fits(*at, line))
                .map(|(_, at)| at)
        };
        free(&|_, line| is_the_same(row, line)).or_else(|| {
            let said = self.lines.iter().position(|line| is_the_same(row, line))?;
            free(&|at, _| self.are_twins(said, at))
        })
    }
}

fn is_the_same(row: &Row, line: &TrueLine) -> bool {
    let reference = row.bank_reference.as_deref();
    let title = row.title.as_deref().unwrap_or_default();
    row.facts.amount.minor() == line.minor
        && row.other == line.other
        && match reference {
            Some(reference) => reference == line.bank_reference,
            None => title == line.title && row.facts.booked_on == Some(line.date),
        }
}
