//! One run: a seed, so many days, what was counted and what was wrong.

use std::collections::BTreeMap;
use std::fmt;

use kantor_engine::{Event, Recorded, Refusal};
use kantor_model::Moment;

use crate::plant::Plant;
use crate::world::World;

/// What happened in a run, or in several together: a run in which nothing happened proves nothing.
#[derive(Clone, Default, Debug)]
#[allow(missing_docs)] // each is named after what it counts
pub struct Counts {
    pub runs: u64,
    pub orders: u64,
    pub payments: u64,
    /// Lines at the banks.
    pub lines: u64,
    /// Files that the banks wrote.
    pub files: u64,
    /// Files that were imported, again or not.
    pub imports: u64,
    pub statements: u64,
    pub booked: u64,
    pub known: u64,
    pub archived: u64,
    pub answers: u64,
    pub decisions: u64,
    /// Transfers that the banks carried out.
    pub transfers: u64,
    pub events: u64,
    pub crashes: u64,
    pub clicks: u64,
    pub acts_again: u64,
    /// What the auditor looked at.
    pub checks: u64,
    /// Faults by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Refusals by code.
    pub refusals: BTreeMap<&'static str, u64>,
    /// Events by kind.
    pub kinds: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub(crate) fn fault(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub(crate) fn refused(&mut self, refusal: &Refusal) {
        *self.refusals.entry(refusal.code()).or_default() += 1;
    }

    pub(crate) fn saw(&mut self, events: &[Recorded]) {
        for recorded in events {
            let event: &Event = &recorded.event;
            *self.kinds.entry(event.kind()).or_default() += 1;
        }
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Counts) {
        let pairs = [
            (&mut self.runs, other.runs),
            (&mut self.orders, other.orders),
            (&mut self.payments, other.payments),
            (&mut self.lines, other.lines),
            (&mut self.files, other.files),
            (&mut self.imports, other.imports),
            (&mut self.statements, other.statements),
            (&mut self.booked, other.booked),
            (&mut self.known, other.known),
            (&mut self.archived, other.archived),
            (&mut self.answers, other.answers),
            (&mut self.decisions, other.decisions),
            (&mut self.transfers, other.transfers),
            (&mut self.events, other.events),
            (&mut self.crashes, other.crashes),
            (&mut self.clicks, other.clicks),
            (&mut self.acts_again, other.acts_again),
            (&mut self.checks, other.checks),
        ];
        for (mine, others) in pairs {
            *mine += others;
        }
        for (mine, others) in [
            (&mut self.faults, &other.faults),
            (&mut self.refusals, &other.refusals),
            (&mut self.kinds, &other.kinds),
        ] {
            for (name, count) in others {
                *mine.entry(name).or_default() += count;
            }
        }
    }

    /// How many faults there were.
    pub fn all_faults(&self) -> u64 {
        self.faults.values().sum::<u64>() + self.crashes + self.clicks + self.acts_again
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs: {} orders, {} payments, {} lines, {} files imported {} times ({} statements booked, {} known, {} waiting), {} transfers, {} questions answered, {} held orders decided, {} events, {} crashes, {} faults, {} checks",
            self.runs,
            self.orders,
            self.payments,
            self.lines,
            self.files,
            self.imports,
            self.booked,
            self.known,
            self.archived,
            self.transfers,
            self.answers,
            self.decisions,
            self.events,
            self.crashes,
            self.all_faults(),
            self.checks
        )
    }
}

/// Something that must never be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// When, in the run's own time.
    pub at: Moment,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What happened.
    pub counts: Counts,
    /// The first thing that was wrong.
    pub violation: Option<Violation>,
}

/// Lives a town of a seed for so many days, heals it and judges it. The same arguments give the
/// same run, bit for bit, on any machine.
pub fn run(seed: u64, days: u32, plant: Option<Plant>) -> Ran {
    lived(seed, days, plant, false).0
}

/// As [`run`], with everything that was asked and what came of it, line by line.
pub fn story(seed: u64, days: u32, plant: Option<Plant>) -> (Ran, Vec<String>) {
    lived(seed, days, plant, true)
}

fn lived(seed: u64, days: u32, plant: Option<Plant>, told: bool) -> (Ran, Vec<String>) {
    let Some(mut world) = World::new(seed, plant) else {
        let what = "the town cannot be set up; this is a fault of the simulator".to_owned();
        let at = Moment::from_micros(0);
        let ran = Ran {
            counts: Counts::default(),
            violation: Some(Violation { at, what }),
        };
        return (ran, Vec::new());
    };
    world.story = told.then(Vec::new);
    let violation = world.live(days).map(|(at, what)| Violation { at, what });
    let mut counts = std::mem::take(&mut world.counts);
    counts.runs = 1;
    (
        Ran { counts, violation },
        world.story.take().unwrap_or_default(),
    )
}

/// The command that repeats a run.
pub fn command(seed: u64, days: u32, plant: Option<Plant>) -> String {
    let plant = plant.map(|plant| format!(" --plant {}", plant.word()));
    format!(
        "cargo run --release -p kantor-simulator -- --seed {seed} --days {days}{}",
        plant.unwrap_or_default()
    )
}
