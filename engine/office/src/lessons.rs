//! What cashiers have decided about lines before, as a suggestion for lines like them (F19). It is
//! read from the lines that are settled by hand now, so that a decision that was taken back teaches
//! nothing; it is shown with its reason, and nothing ever acts on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kantor_engine::ledger::LedgerAccount;
use kantor_engine::{AccountId, CustomerId, LineId, Settled, Snapshot};
use kantor_model::Currency;
use kantor_store::View;

use crate::entry_form::BankLine;
use crate::error::ExecuteError;
use crate::load;
use crate::runtime::Office;

/// So many of an account's last decisions are learned from.
pub const REMEMBERED: usize = 256;

/// So many lessons are told of one line.
const TOLD: usize = 3;

/// So many words of a title tell what a line is; fewer are no title.
const WORDS: usize = 2;

/// Where cashiers gave lines like one to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LessonTo {
    /// Orders of this customer.
    Customer(CustomerId),
    /// The ledger account of this name.
    Ledger(String),
}

/// Why a line is like others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Likeness {
    /// The same account on the other side.
    SameAccount,
    /// The bank names no account, and the title is the same but for its numbers.
    SameTitle,
}

/// What cashiers decided about lines like one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    /// Where those went.
    pub to: LessonTo,
    /// Why they are like it.
    pub because: Likeness,
    /// How many they were.
    pub times: u32,
    /// The last of them.
    pub last: LineId,
}

/// By what lines are alike: which way the money goes, and the account or the words of the title.
type Key = (bool, Likeness, String);

/// What was decided about settled lines.
#[derive(Debug, Default)]
pub struct Lessons {
    decided: BTreeMap<Key, BTreeMap<LessonTo, (u32, LineId)>>,
}

impl Lessons {
    fn read(decisions: Vec<Decision>, view: &dyn View) -> Result<Lessons, ExecuteError> {
        let mut lessons = Lessons::default();
        for (line, currency, to) in decisions {
            // What was withdrawn a moment ago teaches nothing.
            let Some(kept) = load::line_of(line, currency, view)? else {
                continue;
            };
            if let Some(key) = key(&kept) {
                to.into_iter().for_each(|to| lessons.learn(&key, to, line));
            }
        }
        Ok(lessons)
    }

    fn learn(&mut self, key: &Key, to: LessonTo, line: LineId) {
        let known = self.decided.entry(key.clone()).or_default();
        let (times, last) = known.entry(to).or_insert((0, line));
        *times = times.saturating_add(1);
        *last = (*last).max(line);
    }

    /// What was decided about lines like this one, the most frequent first.
    pub fn about(&self, line: &BankLine) -> Vec<Lesson> {
        let key = key(line);
        let known = key
            .as_ref()
            .and_then(|key| Some((key.1, self.decided.get(key)?)));
        let mut lessons: Vec<Lesson> = known
            .into_iter()
            .flat_map(|(because, known)| {
                known.iter().map(move |(to, (times, last))| Lesson {
                    to: to.clone(),
                    because,
                    times: *times,
                    last: *last,
                })
            })
            .collect();
        lessons.sort_by_key(|lesson| (std::cmp::Reverse(lesson.times), lesson.to.clone()));
        lessons.truncate(TOLD);
        lessons
    }
}

/// The lessons as they were read last, with the last position of the log that changed a bank line:
/// what came after it teaches nothing new.
#[derive(Default)]
pub(crate) struct Learned(Mutex<Option<(u64, Arc<Lessons>)>>);

/// A line that a person settled, its currency, and where it went.
type Decision = (LineId, Currency, Vec<LessonTo>);

/// What a person settled last, of each account.
fn decisions(seen: &Snapshot) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for account in seen.accounts.values() {
        for line in last_by_hand(seen, account.account) {
            let to = decided(seen, line);
            if !to.is_empty() {
                decisions.push((line, account.currency(), to));
            }
        }
    }
    decisions
}

/// The last lines of an account that a person gave to somebody.
fn last_by_hand(seen: &Snapshot, account: AccountId) -> impl Iterator<Item = LineId> + '_ {
    let line = |ordinal| LineId { account, ordinal };
    let all = seen.by_hand.range(line(0)..=line(u64::MAX)).rev();
    all.take(REMEMBERED).copied()
}

fn decided(seen: &Snapshot, line: LineId) -> Vec<LessonTo> {
    let settled = seen.settled.get(&line).into_iter();
    settled
        .flat_map(Settled::parts)
        .filter_map(|part| match part {
            Settled::Receipt(order) => {
                let order = seen.orders.get(order)?;
                Some(LessonTo::Customer(order.facts.customer))
            }
            Settled::Booked {
                account: LedgerAccount::Named(name),
                ..
            } => Some(LessonTo::Ledger(name.clone())),
            Settled::Booked { .. }
            | Settled::Payout(_)
            | Settled::Batch { .. }
            | Settled::Returned { .. }
            | Settled::ReversedBy(_)
            | Settled::Reverses(_)
            | Settled::CoverDeal(_)
            | Settled::OwnTransfer(_)
            | Settled::Refunded(_)
            | Settled::Parts(_) => None,
        })
        .collect()
}

/// By what a line is like others; `None` where it says too little.
fn key(line: &BankLine) -> Option<Key> {
    let out = line.amount.is_negative();
    if let Some(account) = &line.said.counterparty_account {
        return Some((out, Likeness::SameAccount, account.clone()));
    }
    let title = line.said.remittance.as_deref().unwrap_or_default();
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect();
    (words.len() >= WORDS).then(|| (out, Likeness::SameTitle, words.join(" ")))
}

impl Office {
    /// What cashiers have decided before, of the last lines of each account. Read from the store
    /// once, until a bank line or what came of one changes.
    pub fn lessons(&self) -> Result<Arc<Lessons>, ExecuteError> {
        let shared = self.shared();
        let learned = &shared.learned.0;
        // Whoever asks meanwhile waits here for what is being read.
        let mut learned = learned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, lessons)) = &*learned
            && *known == self.read_lines(|_, seq| seq)
        {
            return Ok(Arc::clone(lessons));
        }
        let (seq, decisions) = self.read_lines(|seen, seq| (seq, decisions(seen)));
        shared.counts.learned_from(decisions.len());
        let lessons = Arc::new(Lessons::read(decisions, &*self.view()?)?);
        *learned = Some((seq, Arc::clone(&lessons)));
        Ok(lessons)
    }
}

#[cfg(test)]
mod tests {
    use kantor_model::{Currency, Money};

    use super::*;
    use crate::entry_form::Said;

    fn line(minor: i64, account: Option<&str>, title: &str) -> BankLine {
        BankLine {
            amount: Money::new(minor, Currency::PLN),
            balance_after: 0,
            booked_on: None,
            said: Said {
                counterparty_account: account.map(str::to_owned),
                remittance: Some(title.to_owned()),
                ..Said::default()
            },
        }
    }

    #[track_caller]
    fn check(one: &BankLine, other: &BankLine, alike: bool) {
        let (one, other) = (key(one), key(other));
        assert_eq!(one.is_some() && one == other, alike, "{one:?} {other:?}");
    }

    #[test]
    fn lines_are_alike_by_account_else_by_the_words_of_the_title() {
        let fee = line(-500, None, "Opłata za przelew 10/2026");
        check(&fee, &line(-700, None, "OPŁATA ZA PRZELEW 11/2026"), true);
        check(&fee, &line(700, None, "OPŁATA ZA PRZELEW 11/2026"), false);
        check(&fee, &line(-700, None, "OPŁATA ZA PRZELEW ZAGR."), false);
        let paid = line(100, Some("PL1"), "za zakupy");
        check(&paid, &line(200, Some("PL1"), "cokolwiek"), true);
        check(&paid, &line(200, Some("PL2"), "za zakupy"), false);
        check(&line(1, None, "wpłata"), &line(2, None, "wpłata"), false);
    }
}
