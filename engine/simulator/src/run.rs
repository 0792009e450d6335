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
    /// How often the checker reckoned everything again.
    pub verified: u64,
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
            (&mut self.verified, other.verified),
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
            "{} runs: {} orders, {} payments, {} lines, {} files imported {} times ({} statements booked, {} known, {} waiting), {} transfers, {} questions answered, {} held orders decided, {} events, {} crashes, {} faults, {} checks, verified {} times",
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
            self.checks,
            self.verified
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

/// Which town lives, how long, and who looks at it besides the auditor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Town {
    /// Everything in it is drawn from this.
    pub seed: u64,
    /// So many days, and then some in which nothing goes wrong any more.
    pub days: u32,
    /// A deliberate bug.
    pub plant: Option<Plant>,
    /// Whether the checker reckons the office's archive again, at the ends of the days 1, 2, 4, 8
    /// and so on, and when everything is over.
    pub checked: bool,
}

impl Town {
    /// An honest town, not checked.
    pub const fn of_seed(seed: u64, days: u32) -> Town {
        Town {
            seed,
            days,
            plant: None,
            checked: false,
        }
    }
}

/// The command that repeats its life.
impl fmt::Display for Town {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Town { seed, days, .. } = self;
        let run = "cargo run --release -p kantor-simulator --";
        write!(f, "{run} --seed {seed} --days {days}")?;
        if let Some(plant) = self.plant {
            write!(f, " --plant {}", plant.word())?;
        }
        let every = if self.checked { "1" } else { "0" };
        write!(f, " --checker {every}")
    }
}

/// Lives a town for its days of virtual time, heals it and judges it. The same town lives the same
/// life, bit for bit, on any machine.
pub fn run(town: Town) -> Ran {
    lived(town, false).0
}

/// As [`run`], with everything that was asked and what came of it, line by line.
pub fn story(town: Town) -> (Ran, Vec<String>) {
    lived(town, true)
}

fn lived(town: Town, told: bool) -> (Ran, Vec<String>) {
    let Some(mut world) = World::new(&town) else {
        let what = "the town cannot be set up; this is a fault of the simulator".to_owned();
        let at = Moment::from_micros(0);
        let ran = Ran {
            counts: Counts::default(),
            violation: Some(Violation { at, what }),
        };
        return (ran, Vec::new());
    };
    world.story = told.then(Vec::new);
    let violation = world.live(town.days);
    let violation = violation.map(|(at, what)| Violation { at, what });
    let mut counts = std::mem::take(&mut world.counts);
    counts.runs = 1;
    (
        Ran { counts, violation },
        world.story.take().unwrap_or_default(),
    )
}
