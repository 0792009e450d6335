//! `kantor statement parse`: what a pack reads from a file, without a server.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use kantor_desk::{BankPacks, Hints, InstalledPacks, Normaliser, ReadBy, complaint_line};
use kantor_model::{
    AccountNumber, Complaint, EntryStatus, EntryView, Flow, PartView, Severity, StatementFoot,
    StatementHead, StatementSink,
};
use kantor_parsers::Charset;
use kantor_wire::{ComplaintWire, EntryWire, PackUsed, PartWire, StatementWire};

use super::Failure;
use super::output::{print, print_json};

/// A summary names so many statements one by one.
const NAMED: u64 = 50;

/// What to look at, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct Parse {
    /// The statement file
    file: PathBuf,
    /// The bank whose pack reads it, such as mbank [default: the pack that recognises the file]
    #[arg(long, value_name = "ID")]
    bank: Option<String>,
    #[command(flatten)]
    known: Known,
    /// The code page: UTF-8, Windows-1250, ISO-8859-2 or CP852 [default: told by the content]
    #[arg(long, value_name = "NAME", value_parser = code_page)]
    charset: Option<String>,
    /// One JSON object a line, one line a statement
    #[arg(long, conflicts_with = "summary")]
    json: bool,
    /// Sums only: a line a statement, and one line for the whole file
    #[arg(long)]
    summary: bool,
    /// Say on standard error what each pack thinks of the file
    #[arg(long)]
    verbose: bool,
    /// The folder of the bank packs [default: the packs beside this program]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

/// What a person knows better than the file.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// Whose statement it is, for a file that does not name its account
    #[arg(long, value_name = "NUMBER")]
    account: Option<String>,
    /// Forgive what leaves every amount certain, such as a missing end mark, and say what it was
    #[arg(long)]
    lenient: bool,
}

impl Known {
    /// For the pack that reads.
    pub(crate) fn hints(&self) -> Hints<'_> {
        Hints {
            account: self.account.as_deref(),
            charset: None,
            lenient: self.lenient,
        }
    }
}

/// A code page by its name, as packs spell it.
fn code_page(name: &str) -> Result<String, String> {
    let known = || Charset::ALL.map(Charset::name).join(", ");
    Charset::from_name(name)
        .map(|charset| charset.name().to_owned())
        .ok_or_else(|| format!("no such code page is known; known are {}", known()))
}

/// Reads the file and prints it. Complaints go to standard error.
pub(crate) fn run(parse: &Parse) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut file = File::open(&parse.file).map_err(|source| Failure::Read {
        path: parse.file.clone(),
        source,
    })?;
    let packs = InstalledPacks::find(parse.packs.as_deref());
    let hints = Hints {
        charset: parse.charset.as_deref(),
        ..parse.known.hints()
    };
    let mut read = |sink: &mut dyn StatementSink| {
        packs
            .read(&mut file, parse.bank.as_deref(), hints, sink)
            .map(|read| say_who(parse, &read))
            .map_err(|failure| complain_about_all(&parse.file, &failure))
    };
    if parse.summary {
        let mut sums = Sums::new(&parse.file);
        read(&mut sums)?;
        return sums.finish(begun);
    }
    let mut broken: Option<Failure> = None;
    let mut sink = Normaliser::new(|statement| {
        let printed = if parse.json {
            print_json(&statement)
        } else {
            print(&for_people(&statement))
        };
        match printed {
            Ok(()) => Flow::Continue,
            Err(failure) => {
                broken = Some(failure);
                Flow::Stop
            }
        }
    });
    read(&mut sink)?;
    let trustworthy = sink.is_trustworthy();
    let complaints = sink.into_complaints();
    if let Some(failure) = broken {
        return Err(failure);
    }
    for complaint in &complaints {
        eprintln!("{}", complaint_line(&parse.file, complaint));
    }
    judge(&parse.file, trustworthy, complaints.is_empty())
}

/// Who read the file and why he, where it is asked for.
fn say_who(parse: &Parse, read: &ReadBy) {
    let file = parse.file.display();
    if parse.verbose {
        for opinion in &read.opinions {
            let sure = opinion.confidence.name();
            eprintln!("{file}: {}: {sure}: {}", opinion.pack, opinion.why);
        }
    }
    if parse.verbose || parse.summary {
        let PackUsed { id, version, .. } = &read.pack;
        eprintln!("{file}: read by {id} {version}: {}", read.why);
    }
}

/// Says on standard error what is wrong with a file, each with its place.
pub(crate) fn complain(file: &Path, complaints: &[Complaint]) {
    for complaint in complaints {
        eprintln!("{}:{complaint}", file.display());
    }
}

/// What no pack could read is complained about at its beginning.
pub(crate) fn complain_about_all(file: &Path, failure: &kantor_desk::PackFailure) -> Failure {
    let complaint = ComplaintWire {
        line: 1,
        column: 1,
        code: failure.code.to_owned(),
        fatal: true,
        message: failure.message.clone(),
        excerpt: None,
    };
    eprintln!("{}", complaint_line(file, &complaint));
    Failure::Untrustworthy {
        path: file.to_owned(),
    }
}

/// Whether a file that was read can be relied on; one that holds nothing is told so.
pub(crate) fn judge(file: &Path, trustworthy: bool, silent: bool) -> Result<(), Failure> {
    if trustworthy {
        return Ok(());
    }
    if silent {
        eprintln!(
            "{}:1:1: no-statement: the file holds no whole statement; fetch it from the bank again",
            file.display()
        );
    }
    Err(Failure::Untrustworthy {
        path: file.to_owned(),
    })
}

/// A statement as people read it.
fn for_people(statement: &StatementWire) -> String {
    let mut lines = vec![format!(
        "{} {} {} {}",
        statement.account.as_deref().unwrap_or("account not told"),
        statement.currency,
        statement.format,
        statement.number.as_deref().unwrap_or("without a number"),
    )];
    let balance = |name: &str, balance: Option<&kantor_wire::BalanceWire>| {
        balance.map_or_else(
            || format!("  {name}: not told"),
            |balance| format!("  {name}: {} on {}", balance.amount, balance.date),
        )
    };
    lines.push(balance("opening", statement.opening.as_ref()));
    for entry in &statement.entries {
        lines.push(entry_line(entry));
        lines.extend(entry.parts.iter().map(part_line));
    }
    lines.push(balance("closing", statement.closing.as_ref()));
    lines.join("\n")
}

fn entry_line(entry: &EntryWire) -> String {
    let day = entry
        .booking_date
        .as_deref()
        .or(entry.value_date.as_deref());
    let mut line = format!("  {}  {:>14}", day.unwrap_or("no day    "), entry.amount);
    tell(
        &mut line,
        [
            (entry.status != "booked").then_some(entry.status.as_str()),
            entry.counterparty.name.as_deref(),
            entry.counterparty.account.as_deref(),
            entry.remittance.as_deref(),
        ],
    );
    line
}

/// One of the transactions that were booked together, under their entry.
fn part_line(part: &PartWire) -> String {
    let amount = part.amount.as_deref().unwrap_or("not told");
    let mut line = format!("    of which    {amount:>14}");
    tell(
        &mut line,
        [
            part.counterparty.name.as_deref(),
            part.counterparty.account.as_deref(),
            part.remittance.as_deref(),
            part.return_reason.as_deref(),
        ],
    );
    line
}

fn tell<const N: usize>(line: &mut String, told: [Option<&str>; N]) {
    for text in told.into_iter().flatten() {
        line.push_str("  ");
        line.push_str(text);
    }
}

/// Adds up a file without keeping its entries.
struct Sums<'a> {
    file: &'a Path,
    open: Option<StatementHead>,
    statement: Sum,
    all: Sum,
    statements: u64,
    fatal: bool,
    silent: bool,
    broken: Option<Failure>,
}

/// Credits and debits of booked entries in minor units, and how many entries there are in all.
#[derive(Clone, Copy, Default)]
struct Sum {
    entries: u64,
    credit: i128,
    debit: i128,
}

impl Sum {
    fn add(&mut self, entry: &EntryView<'_>) {
        self.entries += 1;
        if entry.status == EntryStatus::Booked {
            let minor = i128::from(entry.amount.minor());
            self.credit += minor.max(0);
            self.debit += (-minor).max(0);
        }
    }
}

impl<'a> Sums<'a> {
    fn new(file: &'a Path) -> Sums<'a> {
        Sums {
            file,
            open: None,
            statement: Sum::default(),
            all: Sum::default(),
            statements: 0,
            fatal: false,
            silent: true,
            broken: None,
        }
    }

    fn finish(self, begun: Instant) -> Result<(), Failure> {
        if let Some(failure) = self.broken {
            return Err(failure);
        }
        judge(
            self.file,
            self.statements > 0 && !self.fatal && self.open.is_none(),
            self.silent,
        )?;
        print(&format!(
            "entries={} credit={} debit={} t={:.3}",
            self.all.entries,
            self.all.credit,
            self.all.debit,
            begun.elapsed().as_secs_f64()
        ))
    }

    fn line(head: &StatementHead, foot: &StatementFoot, sum: Sum) -> String {
        let balance = |balance: Option<kantor_model::Balance>| {
            balance.map_or("-".to_owned(), |b| b.amount.to_decimal_string())
        };
        format!(
            "{} {} {} opening={} credits={} debits={} closing={} entries={}",
            head.account.as_ref().map_or("-", AccountNumber::as_str),
            head.number.as_deref().unwrap_or("-"),
            head.currency,
            balance(head.opening),
            decimal(sum.credit, head.currency),
            decimal(sum.debit, head.currency),
            balance(foot.closing),
            sum.entries
        )
    }
}

/// Minor units as a decimal text of the currency.
fn decimal(minor: i128, currency: kantor_model::Currency) -> String {
    i64::try_from(minor).map_or_else(
        |_| format!("{minor} minor units"),
        |minor| kantor_model::Money::new(minor, currency).to_decimal_string(),
    )
}

impl StatementSink for Sums<'_> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.open = Some(head);
        self.statement = Sum::default();
        Flow::Continue
    }

    fn part(&mut self, _: &PartView<'_>) -> Flow {
        Flow::Continue
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        self.statement.add(entry);
        self.all.add(entry);
        Flow::Continue
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        let Some(head) = self.open.take() else {
            return Flow::Continue;
        };
        self.statements += 1;
        if self.statements > NAMED {
            return Flow::Continue;
        }
        match print(&Sums::line(&head, &foot, self.statement)) {
            Ok(()) => Flow::Continue,
            Err(failure) => {
                self.broken = Some(failure);
                Flow::Stop
            }
        }
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.silent = false;
        self.fatal |= complaint.severity == Severity::Fatal;
        complain(self.file, &[complaint]);
        Flow::Continue
    }
}
