//! The run: every check that was asked for, one after another.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kantor_plugin_host::{Limits, PackError, ReadReport, Session, Way, sha256};

use crate::check::Check;
use crate::record::Records;
use crate::report::{Failure, Outcome, Report, Verdict};
use crate::subject::Subject;
use crate::{hostile, reading, writing};

/// How a pack is examined.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program `kantor-pack-child`; looked for beside the executable when absent.
    pub child: Option<PathBuf>,
    /// What the pack may take in one call.
    pub limits: Limits,
    /// Only these checks; all when empty.
    pub only: BTreeSet<Check>,
    /// Write down what the files of the corpus say instead of comparing it.
    pub accept: bool,
}

impl Default for Settings {
    /// Much less than an office allows: the files are small, and a call that hangs is waited for.
    fn default() -> Settings {
        Settings {
            child: None,
            limits: Limits {
                time: std::time::Duration::from_secs(10),
                memory: 512 << 20,
                entries: 200_000,
                complaints: 10_000,
                bytes: 256 << 20,
                ..Limits::default()
            },
            only: BTreeSet::new(),
            accept: false,
        }
    }
}

/// A check while it is made: counts its cases, and ends with the first that fails.
pub(crate) struct Making<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) subject: &'a Subject,
    pub(crate) accept: bool,
    pub(crate) cases: usize,
    /// The first complaint of any reading that does not say what it should.
    pub(crate) manners: &'a mut Manners,
}

/// What was seen of complaints during all checks.
#[derive(Debug, Default)]
pub(crate) struct Manners {
    pub(crate) seen: usize,
    pub(crate) bad: Option<Failure>,
}

/// Ends a check early.
pub(crate) enum End {
    Failed(Failure),
    DoesNotApply(&'static str),
    NotMade(String),
}

pub(crate) type Step<T = ()> = Result<T, End>;

/// Some bytes and what they are called.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) name: &'a str,
    pub(crate) bytes: &'a [u8],
}

impl Case<'_> {
    pub(crate) fn failed(self, what: impl Into<String>) -> End {
        End::Failed(Failure {
            case: self.name.to_owned(),
            what: what.into(),
            bytes: Some(self.bytes.to_vec()),
        })
    }
}

impl Making<'_> {
    /// Reads one case to its end; a pack that does not survive it, or breaks the contract, fails.
    pub(crate) fn read(&mut self, case: Case<'_>, way: Way) -> Step<(Records, ReadReport)> {
        self.cases += 1;
        let mut records = Records::default();
        let report = self
            .session
            .read(case.bytes, way, &mut records)
            .map_err(|error| case.failed(words(&error)))?;
        reading::look_at_manners(self.manners, case, &records);
        Ok((records, report))
    }

    /// Reads one case as an office does.
    pub(crate) fn read_whole(&mut self, case: Case<'_>) -> Step<Records> {
        self.read(case, Way::WHOLE).map(|(records, _)| records)
    }
}

/// What happened, without the advice that is meant for a desk.
pub(crate) fn words(error: &PackError) -> String {
    let text = error.to_string();
    text.split_once("; nothing of this attempt")
        .map_or(text.clone(), |(what, _)| what.to_owned())
}

/// Makes every check that was asked for.
///
/// # Errors
/// [`PackError`] when the library is no pack at all, so that nothing can be examined.
pub fn examine(subject: &Subject, settings: &Settings) -> Result<Report, PackError> {
    let hash = sha256(&subject.library).map_err(|source| PackError::Source { source })?;
    let mut session = Session::open(settings.child.clone(), &subject.library, settings.limits)?;
    let mut manners = Manners::default();
    let mut outcomes = Vec::new();
    let asked = |check: &Check| settings.only.is_empty() || settings.only.contains(check);
    for check in Check::ALL.into_iter().filter(asked) {
        let mut making = Making {
            session: &mut session,
            subject,
            accept: settings.accept,
            cases: 0,
            manners: &mut manners,
        };
        let ended = make(check, &mut making);
        let cases = making.cases;
        outcomes.push(Outcome {
            check,
            cases,
            verdict: match ended {
                Ok(()) => Verdict::Passed,
                Err(End::Failed(failure)) => Verdict::Failed(failure),
                Err(End::DoesNotApply(why)) => Verdict::DoesNotApply(why),
                Err(End::NotMade(why)) => Verdict::NotMade(why),
            },
        });
    }
    Ok(Report {
        facts: session.facts().clone(),
        sandbox: session.sandbox().clone(),
        sha256: hash,
        outcomes,
    })
}

fn make(check: Check, making: &mut Making<'_>) -> Step {
    match check {
        Check::Description => reading::description(making),
        Check::Corpus => reading::corpus(making),
        Check::KnowsItsOwn => reading::knows_its_own(making),
        Check::LeavesOthers => reading::leaves_others(making),
        Check::Repeats => reading::repeats(making),
        Check::Pieces => reading::pieces(making),
        Check::TwoThreads => reading::two_threads(making),
        Check::Stop => reading::stop(making),
        Check::Truncation => hostile::truncation(making),
        Check::Charset => hostile::charset(making),
        Check::HugeLine => hostile::huge_line(making),
        Check::Noise => hostile::noise(making),
        Check::Balances => hostile::balances(making),
        Check::Complaints => reading::complaints(making),
        Check::WritesTheSame => writing::writes_the_same(making),
        Check::RoundTrip => writing::round_trip(making),
    }
}
