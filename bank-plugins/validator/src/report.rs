//! What was found: a line a check, and a badge.

use std::fmt::Write as _;

use kantor_plugin_host::{PackFacts, Sandbox};
use serde_json::{Value, json};

use crate::check::{Check, VERSION};

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every case kept the law.
    Passed,
    /// This case did not; the check ended there.
    Failed(Failure),
    /// The pack has nothing that the check is about, such as a writer.
    DoesNotApply(&'static str),
    /// It could not be made, and the badge lacks it.
    NotMade(String),
}

/// The first case that broke a law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which case: `day.sta cut after 311 bytes`.
    pub case: String,
    /// What happened.
    pub what: String,
    /// The bytes that the pack was given, where it was given some.
    pub bytes: Option<Vec<u8>>,
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was looked at.
    pub check: Check,
    /// How many cases were.
    pub cases: usize,
    /// How it ended.
    pub verdict: Verdict,
}

/// Everything that was found about one pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the pack says of itself.
    pub facts: PackFacts,
    /// The walls around it while it was examined.
    pub sandbox: Sandbox,
    /// Of the library's bytes, in hexadecimal.
    pub sha256: String,
    /// A line a check.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether no check failed.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = (Check, &Failure)> {
        self.outcomes
            .iter()
            .filter_map(|outcome| match &outcome.verdict {
                Verdict::Failed(failure) => Some((outcome.check, failure)),
                Verdict::Passed | Verdict::DoesNotApply(_) | Verdict::NotMade(_) => None,
            })
    }

    fn count(&self, wanted: fn(&Verdict) -> bool) -> usize {
        let fits = |outcome: &&Outcome| wanted(&outcome.verdict);
        self.outcomes.iter().filter(fits).count()
    }

    /// How many cases were looked at.
    pub fn cases(&self) -> usize {
        self.outcomes.iter().map(|outcome| outcome.cases).sum()
    }

    /// One line with numbers: `kantor conformance 1: 16/16 checks, 3,412 cases, pack mbank 0.1.0,
    /// sha256 ab12…`. What does not apply to the pack is not counted, and what was not made is
    /// missing from the first number.
    pub fn badge(&self) -> String {
        let passed = self.count(|verdict| *verdict == Verdict::Passed);
        let applying = self.count(|verdict| !matches!(verdict, Verdict::DoesNotApply(_)));
        let short: String = self.sha256.chars().take(16).collect();
        format!(
            "kantor conformance {VERSION}: {passed}/{applying} checks, {} cases, pack {} {}, \
             sha256 {short}…",
            thousands(self.cases()),
            self.facts.id,
            self.facts.version,
        )
    }

    /// The whole report for people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for outcome in &self.outcomes {
            let name = outcome.check.name();
            // Writing to a string does not fail.
            let _ = match &outcome.verdict {
                Verdict::Passed => writeln!(
                    out,
                    "passed    {name:<16} {:>6} cases  {}",
                    thousands(outcome.cases),
                    outcome.check.law()
                ),
                Verdict::Failed(failure) => writeln!(
                    out,
                    "FAILED    {name:<16} {:>6} cases  {}: {}\n          again: --only {name}, \
                     with --save DIR to keep the bytes",
                    thousands(outcome.cases),
                    failure.case,
                    failure.what
                ),
                Verdict::DoesNotApply(why) => {
                    writeln!(
                        out,
                        "          {name:<16}               does not apply: {why}"
                    )
                }
                Verdict::NotMade(why) => {
                    writeln!(out, "not made  {name:<16}               {why}")
                }
            };
        }
        let _ = write!(out, "{}", self.badge());
        if let Sandbox::Unsandboxed(_) = self.sandbox {
            let _ = write!(out, "\n{}", self.sandbox);
        }
        out
    }

    /// The whole report for programs.
    pub fn json(&self) -> Value {
        let outcomes: Vec<Value> = self.outcomes.iter().map(outcome_json).collect();
        json!({
            "conformance": VERSION,
            "pack": self.facts.id,
            "version": self.facts.version,
            "sha256": self.sha256,
            "sandbox": self.sandbox.to_string(),
            "passed": self.passed(),
            "cases": self.cases(),
            "badge": self.badge(),
            "checks": outcomes,
        })
    }
}

fn outcome_json(outcome: &Outcome) -> Value {
    let (verdict, case, what) = match &outcome.verdict {
        Verdict::Passed => ("passed", None, None),
        Verdict::Failed(failure) => (
            "failed",
            Some(failure.case.as_str()),
            Some(failure.what.as_str()),
        ),
        Verdict::DoesNotApply(why) => ("does not apply", None, Some(*why)),
        Verdict::NotMade(why) => ("not made", None, Some(why.as_str())),
    };
    json!({
        "check": outcome.check.name(),
        "law": outcome.check.law(),
        "verdict": verdict,
        "cases": outcome.cases,
        "case": case,
        "what": what,
    })
}

/// A number with commas.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
