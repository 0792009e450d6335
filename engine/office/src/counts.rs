//! What the office counts of itself, for whoever watches over it: numbers and stable words only.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kantor_engine::matching::{Question, Verdict};
use kantor_engine::order::{HeldReason, OrderState};
use kantor_engine::payout::PayoutState;
use kantor_engine::{Answer, Event, StatementOutcome};
use kantor_store::DocumentFilter;

use crate::error::ExecuteError;
use crate::runtime::Office;

/// The upper ends of the classes of commits, in microseconds; slower ones are of no class.
pub const COMMIT_CLASSES: [u64; 12] = [
    500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    5_000_000,
];

/// What this process has counted since it began.
#[derive(Clone, Default, Debug)]
pub struct Counted {
    /// Commands that were carried out.
    pub done: u64,
    /// Commands that were not carried out, because something broke.
    pub failed: u64,
    /// Commands that a state of the world stopped, by the refusal's code.
    pub refused: BTreeMap<&'static str, u64>,
    /// What was recorded, by kind of event.
    pub events: BTreeMap<&'static str, u64>,
    /// What matching found, a line each, by verdict.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// Commits, by the class of their length.
    pub commits: [u64; COMMIT_CLASSES.len()],
    /// All commits.
    pub all_commits: u64,
    /// How long they took together, in microseconds.
    pub commit_micros: u64,
    /// Settled lines that were read for what cashiers decided about them.
    pub lines_learned_from: u64,
}

/// The counters of an open office.
#[derive(Default)]
pub(crate) struct Counts(Mutex<Counted>);

impl Counts {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what became of commands, when it is known to be so.
    pub(crate) fn answered(&self, tally: Tally) {
        let mut counted = self.counted();
        counted.done += tally.done;
        counted.failed += tally.failed;
        for code in tally.refused {
            *counted.refused.entry(code).or_default() += 1;
        }
        for verdict in tally.verdicts {
            *counted.verdicts.entry(verdict.word()).or_default() += 1;
        }
    }

    /// Counts commands that something stopped that is no refusal.
    pub(crate) fn failed(&self, commands: usize) {
        self.counted().failed += commands as u64;
    }

    /// Counts settled lines that are read to learn from them.
    pub(crate) fn learned_from(&self, lines: usize) {
        self.counted().lines_learned_from += lines as u64;
    }

    /// Counts a commit and what was recorded by it.
    pub(crate) fn committed<'a>(&self, took: Duration, events: impl Iterator<Item = &'a Event>) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut counted = self.counted();
        counted.all_commits += 1;
        counted.commit_micros = counted.commit_micros.saturating_add(micros);
        let class = COMMIT_CLASSES.iter().position(|end| micros <= *end);
        if let Some(class) = class.and_then(|class| counted.commits.get_mut(class)) {
            *class += 1;
        }
        for event in events {
            *counted.events.entry(event.kind()).or_default() += 1;
        }
    }
}

/// What became of some commands: nothing, until it is known to be kept.
#[derive(Default)]
pub(crate) struct Tally {
    done: u64,
    failed: u64,
    refused: Vec<&'static str>,
    verdicts: Vec<Verdict>,
}

impl Tally {
    pub(crate) fn of(answers: &[Result<Answer, ExecuteError>]) -> Tally {
        let mut tally = Tally::default();
        for answer in answers {
            match answer {
                Ok(answer) => {
                    tally.done += 1;
                    tally.verdicts.extend(verdicts(answer));
                }
                Err(ExecuteError::Refused(refusal)) => tally.refused.push(refusal.code()),
                Err(ExecuteError::Changed(changed)) => tally.refused.push(changed.code()),
                Err(_) => tally.failed += 1,
            }
        }
        tally
    }
}

/// What matching found about the lines of a statement. A line that waits for its proof was not
/// looked at.
fn verdicts(answer: &Answer) -> impl Iterator<Item = Verdict> + '_ {
    let lines = match answer {
        Answer::Statement(StatementOutcome::Booked { lines, .. }) => lines.as_slice(),
        _ => &[],
    };
    let looked_at = lines
        .iter()
        .filter(|line| line.question != Some(Question::NotProvedYet));
    looked_at.map(|line| line.verdict)
}

impl Office {
    /// What this process has counted since it began.
    pub fn counted(&self) -> Counted {
        self.shared().counts.counted().clone()
    }

    /// How long the oldest thing of each kind has waited for somebody, in seconds since something
    /// happened to it last; nothing of a kind waits when it says `None`.
    pub fn oldest_open(&self) -> Result<Vec<(&'static str, Option<i64>)>, ExecuteError> {
        let kinds = [
            (
                "order_held",
                "order",
                OrderState::Held(HeldReason::Late).name(),
            ),
            ("line_unknown", "line", "question"),
            ("payout_due", "payout", PayoutState::Due.name()),
            ("payout_unknown", "payout", PayoutState::Unknown.name()),
        ];
        let (view, now) = (self.view()?, self.now());
        let mut oldest = Vec::with_capacity(kinds.len());
        for (what, kind, state) in kinds {
            let first = DocumentFilter::first(1).in_state(state);
            let mut age = None;
            for document in view.documents(kind, &first)? {
                let records = view.records(document.seq.saturating_sub(1), 1)?;
                age = records
                    .first()
                    .map(|record| now.seconds_since(record.moment).max(0));
            }
            oldest.push((what, age));
        }
        Ok(oldest)
    }
}
