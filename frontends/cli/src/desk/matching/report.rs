//! What matching found, told line by line: for programs, for spreadsheets, for people, or summed up.

use std::io::{self, Write};
use std::time::Instant;

use kantor_engine::OrderId;
use kantor_engine::matching::{Evidence, Finding, Nearest, Verdict, What};
use kantor_model::EntryStatus;
use kantor_wire::Words;
use serde::Serialize;

use super::super::Failure;
use super::lines::{Kept, Lines};
use super::orders::Orders;
use super::reasons::Reasons;

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON object a line.
    Json {
        /// With every fact as data.
        explained: bool,
    },
    /// Comma-separated values.
    Csv,
    /// One line for everything.
    Summary,
    /// Lines of text; what is certain is told in short.
    People,
}

/// Tells findings as they come.
pub(super) struct Report<'a, W> {
    form: Form,
    orders: &'a Orders,
    lines: &'a Lines,
    reasons: Reasons<'a>,
    out: W,
    /// The line that is told next.
    at: usize,
    counts: Counts,
    reason: String,
    broken: Option<io::Error>,
}

/// How many lines have which verdict, and the sums of what is booked, in minor units.
#[derive(Debug, Default)]
struct Counts {
    entries: u64,
    credit: i128,
    debit: i128,
    certain: u64,
    likely: u64,
    ambiguous: u64,
    none: u64,
}

/// A finding as programs see it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    statement: Option<&'a str>,
    entry: u32,
    amount: String,
    currency: &'static str,
    verdict: &'static str,
    orders: Vec<&'a str>,
    rivals: Vec<&'a str>,
    rule: Option<&'static str>,
    reason: &'a str,
    #[serde(flatten)]
    explained: Option<Explained<'a>>,
}

/// Why, as data.
#[derive(Serialize)]
struct Explained<'a> {
    version: u32,
    evidence: Vec<Fact<'a>>,
    nearest: Vec<Near<'a>>,
}

/// A fact for or against; what it does not tell is left out.
#[derive(Serialize, Default)]
struct Fact<'a> {
    fact: &'static str,
    #[serde(rename = "for")]
    is_for: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<i64>,
}

#[derive(Serialize)]
struct Near<'a> {
    order: &'a str,
    failed: Vec<Fact<'a>>,
}

impl<'a, W: Write> Report<'a, W> {
    pub(super) fn new(
        form: Form,
        words: &'static Words,
        orders: &'a Orders,
        lines: &'a Lines,
        out: W,
    ) -> Report<'a, W> {
        let mut report = Report {
            form,
            orders,
            lines,
            reasons: Reasons::new(words, orders),
            out,
            at: 0,
            counts: Counts::default(),
            reason: String::new(),
            broken: None,
        };
        if form == Form::Csv {
            let titles =
                "statement,entry,amount,currency,verdict,orders,rivals,rule,reason".to_owned();
            report.wrote(|out| writeln!(out, "{titles}"));
        }
        report
    }

    /// What was found of the next line that is matched.
    pub(super) fn finding(&mut self, finding: &Finding) {
        self.skip_told_only();
        let lines = self.lines;
        if let Some(kept) = lines.kept.get(self.at) {
            self.at += 1;
            self.line(kept, Some(finding));
        }
    }

    /// Ends the report, and gives back what it was written to.
    pub(super) fn finish(mut self, begun: Instant) -> Result<W, Failure> {
        self.skip_told_only();
        let counts = &self.counts;
        let told = match self.form {
            Form::Json { .. } | Form::Csv => None,
            Form::Summary => Some(format!(
                "entries={} credit={} debit={} t={:.3} matched={} ambiguous={} unmatched={}",
                counts.entries,
                counts.credit,
                counts.debit,
                begun.elapsed().as_secs_f64(),
                counts.certain,
                counts.ambiguous,
                counts.likely + counts.none
            )),
            Form::People => Some(format!(
                "{} lines: {} certain, {} likely, {} ambiguous, {} none",
                counts.entries, counts.certain, counts.likely, counts.ambiguous, counts.none
            )),
        };
        if let Some(told) = told {
            self.wrote(|out| writeln!(out, "{told}"));
        }
        match self.broken {
            Some(error) => Err(Failure::Output(error)),
            None => Ok(self.out),
        }
    }

    /// Lines that the bank only tells of are no money, and matching does not see them.
    fn skip_told_only(&mut self) {
        let lines = self.lines;
        while let Some(kept) = lines.kept.get(self.at)
            && kept.status == EntryStatus::Info
        {
            self.at += 1;
            self.line(kept, None);
        }
    }

    fn line(&mut self, kept: &'a Kept, finding: Option<&Finding>) {
        let verdict = finding.map_or(Verdict::None, |finding| finding.verdict);
        self.counts.add(kept, verdict);
        if self.form == Form::Summary || self.broken.is_some() {
            return;
        }
        self.reason.clear();
        match finding {
            Some(finding) => self.reasons.tell(finding, &mut self.reason),
            None => self.reasons.not_booked(&mut self.reason),
        }
        let reason = std::mem::take(&mut self.reason);
        let told = self.told(kept, finding, &reason);
        let form = self.form;
        self.wrote(|out| match form {
            Form::Json { .. } => {
                serde_json::to_writer(&mut *out, &told).map_err(io::Error::from)?;
                out.write_all(b"\n")
            }
            Form::Csv => csv(out, &told),
            Form::People => for_people(out, kept, &told),
            Form::Summary => Ok(()),
        });
        drop(told);
        self.reason = reason;
    }

    fn told<'r>(&self, kept: &Kept, finding: Option<&Finding>, reason: &'r str) -> Told<'r>
    where
        'a: 'r,
    {
        let orders = self.orders;
        let ids = |all: &[OrderId]| all.iter().map(|order| orders.id(*order)).collect();
        let goes_to = finding.map(applied_to).unwrap_or_default();
        let rivals: Vec<OrderId> = finding
            .map(|finding| finding.why.rivals.clone())
            .unwrap_or_default();
        let is_explained = self.form == Form::Json { explained: true };
        Told {
            file: self.lines.file(kept).map(|path| path.display().to_string()),
            statement: self.lines.statement(kept),
            entry: kept.entry,
            amount: kept.amount.to_decimal_string(),
            currency: kept.amount.currency().code(),
            verdict: finding
                .map_or(Verdict::None, |finding| finding.verdict)
                .word(),
            orders: ids(&goes_to),
            rivals: ids(&rivals),
            rule: finding.and_then(|finding| finding.why.rule.map(|rule| rule.word())),
            reason,
            explained: finding
                .filter(|_| is_explained)
                .map(|finding| explained(orders, finding)),
        }
    }

    /// Remembers the first error of writing; after it nothing is written any more.
    fn wrote(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.broken.is_none()
            && let Err(error) = write(&mut self.out)
        {
            self.broken = Some(error);
        }
    }
}

impl Counts {
    fn add(&mut self, kept: &Kept, verdict: Verdict) {
        self.entries += 1;
        if kept.status == EntryStatus::Booked {
            let minor = i128::from(kept.amount.minor());
            self.credit += minor.max(0);
            self.debit += (-minor).max(0);
        }
        match verdict {
            Verdict::Certain => self.certain += 1,
            Verdict::Likely => self.likely += 1,
            Verdict::Ambiguous => self.ambiguous += 1,
            Verdict::None => self.none += 1,
        }
    }
}

/// The orders that the line would be applied to. A second payment is nobody's yet (law 3).
fn applied_to(finding: &Finding) -> Vec<OrderId> {
    use kantor_engine::matching::Question;
    match &finding.what {
        What::Orders(shares) => shares.iter().map(|(order, _)| *order).collect(),
        What::Open(question @ (Question::CoversOrders(_) | Question::PartOf(_))) => {
            question.orders()
        }
        What::Open(_)
        | What::Payouts(_)
        | What::PaidTwice(_)
        | What::Returned(_)
        | What::OwnTransfer(_)
        | What::Classified { .. } => Vec::new(),
    }
}

fn explained<'a>(orders: &'a Orders, finding: &Finding) -> Explained<'a> {
    let facts = |all: &[Evidence]| all.iter().map(|one| fact(orders, one)).collect();
    let near = |nearest: &Nearest| Near {
        order: orders.id(nearest.order),
        failed: facts(&nearest.failed),
    };
    Explained {
        version: finding.why.version,
        evidence: facts(&finding.why.evidence),
        nearest: finding.why.nearest.iter().map(near).collect(),
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // most facts say all by their name
fn fact<'a>(orders: &'a Orders, evidence: &Evidence) -> Fact<'a> {
    let plain = Fact {
        fact: evidence.word(),
        is_for: evidence.is_for(),
        ..Fact::default()
    };
    match evidence {
        Evidence::Reference(order) | Evidence::AlmostReference(order) => Fact {
            order: Some(orders.id(*order)),
            ..plain
        },
        Evidence::AmountBelow(by) | Evidence::AmountAbove(by) => Fact {
            amount: Some(by.to_decimal_string()),
            currency: Some(by.currency().code()),
            ..plain
        },
        Evidence::OtherCurrency(currency) => Fact {
            currency: Some(currency.code()),
            ..plain
        },
        Evidence::LateBySeconds(by)
        | Evidence::LateByDays(by)
        | Evidence::EarlyBySeconds(by)
        | Evidence::EarlyByDays(by) => Fact {
            by: Some(*by),
            ..plain
        },
        Evidence::ExactSum(count) | Evidence::TooMany(count) => Fact {
            by: Some(i64::from(*count)),
            ..plain
        },
        _ => plain,
    }
}

fn csv(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    cell(out, told.statement.unwrap_or_default())?;
    write!(
        out,
        ",{},{},{},{},",
        told.entry, told.amount, told.currency, told.verdict
    )?;
    cell(out, &told.orders.join(" "))?;
    out.write_all(b",")?;
    cell(out, &told.rivals.join(" "))?;
    write!(out, ",{},", told.rule.unwrap_or_default())?;
    cell(out, told.reason)?;
    out.write_all(b"\n")
}

/// A cell of RFC 4180.
fn cell(out: &mut impl Write, text: &str) -> io::Result<()> {
    if text.contains([',', '"', '\r', '\n']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

/// Place, day, amount, verdict and orders; and why, where a person has something to do.
fn for_people(out: &mut impl Write, kept: &Kept, told: &Told<'_>) -> io::Result<()> {
    if let Some(file) = &told.file {
        write!(out, "{file}  ")?;
    }
    let day = kept.booked_on.map(|day| day.to_string());
    write!(
        out,
        "{} #{}  {}  {} {}  {}",
        told.statement.unwrap_or("–"),
        told.entry,
        day.as_deref().unwrap_or("no day"),
        told.amount,
        told.currency,
        told.verdict
    )?;
    if !told.orders.is_empty() {
        write!(out, "  {}", told.orders.join(", "))?;
    }
    if told.verdict == Verdict::Certain.word() {
        return writeln!(out, "  {}", told.rule.unwrap_or_default());
    }
    write!(out, "\n    {}\n", told.reason)
}
