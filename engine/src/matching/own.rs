//! Transfers between accounts of the office: a debit here and a credit there are one movement (F17).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use kantor_model::Date;

use super::book::Book;
use super::evidence::{Evidence, Explanation};
use super::explain::open;
use super::facts::Line;
use super::verdict::{Finding, Question, Rule, Verdict, What};
use crate::tree::TreeSet;
use crate::{AccountId, LineId};

/// So many lines that wait for the same other side are looked at; of more a person is asked.
const LOOKED_AT: usize = 64;

/// Takes one waiting line after the other, with its day, and says when it has seen enough.
pub type EachMirror<'a> = &'a mut dyn FnMut(LineId, Option<Date>) -> ControlFlow<()>;

/// Lines between accounts of the office that wait for their other side.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnTransfers {
    /// The account that the line is of, the other one, the signed amount in minor units.
    open: TreeSet<(AccountId, AccountId, i64, LineId)>,
}

impl OwnTransfers {
    pub(crate) fn insert(&mut self, line: LineId, other: AccountId, minor: i64) {
        self.open.insert((line.account, other, minor, line));
    }

    pub(crate) fn remove(&mut self, line: LineId, other: AccountId, minor: i64) {
        self.open.remove(&(line.account, other, minor, line));
    }

    /// The lines of an account that wait for the other side of so much, the oldest first.
    pub fn open(
        &self,
        account: AccountId,
        other: AccountId,
        minor: i64,
        each: &mut dyn FnMut(LineId) -> ControlFlow<()>,
    ) {
        let line = |ordinal| LineId { account, ordinal };
        let key = |ordinal| (account, other, minor, line(ordinal));
        let found = self.open.range(key(0)..=key(u64::MAX));
        let _ = found.map(|key| key.3).try_for_each(each);
    }
}

/// What a line to or from another account of the office is: the other side of a line that waits
/// there, or one that waits itself. `taken` are the lines that other lines of the statement have
/// found before it.
///
/// Lines of one day, one amount and the same two accounts are one as good as another, so the first
/// of them is taken: nothing can tell them apart, and nothing depends on it. Where lines of several
/// days wait and none is of the line's own day, a person is asked.
pub(crate) fn between_own(
    book: &impl Book,
    line: &Line<'_>,
    other: AccountId,
    taken: &mut BTreeSet<LineId>,
) -> Finding {
    let mut waiting: Vec<(LineId, Option<Date>)> = Vec::new();
    let mut looked_at = 0;
    if let Ok(amount) = line.amount.negated() {
        book.mirrors(other, line.id.account, amount, &mut |mirror, day| {
            looked_at += 1;
            if !taken.contains(&mirror) {
                waiting.push((mirror, day));
            }
            if looked_at > LOOKED_AT {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    }
    let of_its_day = |(_, day): &&(LineId, Option<Date>)| day.is_some() && *day == line.booked_on;
    let one_day = |first: &(LineId, Option<Date>)| {
        looked_at <= LOOKED_AT && waiting.iter().all(|(_, day)| *day == first.1)
    };
    let mirror = waiting
        .iter()
        .find(of_its_day)
        .or_else(|| waiting.first().filter(|first| one_day(first)));
    if let Some((mirror, _)) = mirror {
        taken.insert(*mirror);
        return Finding {
            verdict: Verdict::Certain,
            what: What::OwnTransfer(*mirror),
            why: Explanation::by(Some(Rule::OwnTransfer), vec![Evidence::Mirror]),
        };
    }
    let mut evidence = vec![Evidence::NoReference];
    if !waiting.is_empty() {
        evidence.push(Evidence::AlsoAnotherLine);
    }
    open(Question::OwnTransfer(other), evidence)
}
