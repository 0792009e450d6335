//! `kantor match`: the matching engine on its own. Statement files and a list of open orders in,
//! findings with verdicts and reasons out; no server, and nothing is booked.

mod lines;
mod list;
mod orders;
mod reasons;
mod report;
mod scheme;

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use kantor_desk::{BankPacks, InstalledPacks, read_built_in};
use kantor_engine::{AccountId, Policy};
use kantor_wire::{Language, Words};

use self::lines::Lines;
use self::orders::Orders;
use self::report::{Form, Report};
use self::scheme::Scheme;
use super::Failure;
use super::parse::{Known, complain, complain_about_all, judge};

/// What is matched with what, and how it is shown.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Match {
    /// The statement files; all of them are looked at as one, so no line may stand in two of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The list of open orders, with the titles order_id,reference,currency,amount,account,due_date
    #[arg(long, value_name = "FILE")]
    orders: PathBuf,
    /// How references are made: letters as they are, # a digit, @ a letter, * either, and the
    /// check after a plus, as in EX##########+luhn [default: as the list shows]
    #[arg(long, value_name = "PATTERN")]
    scheme: Option<Scheme>,
    /// The bank whose pack reads the files [default: told by their content]
    #[arg(long, value_name = "ID")]
    bank: Option<String>,
    #[command(flatten)]
    known: Known,
    /// One JSON object a line, one line an entry
    #[arg(long, conflicts_with_all = ["summary", "csv"])]
    json: bool,
    /// A table of comma-separated values, one row an entry
    #[arg(long, conflicts_with = "summary")]
    csv: bool,
    /// One line for everything: entries, sums in minor units, seconds, verdicts
    #[arg(long)]
    summary: bool,
    /// With --json: every fact for and against, and what came nearest, as data
    #[arg(long, requires = "json")]
    explain: bool,
    /// The language of the reasons
    #[arg(long, value_enum, default_value_t = Speaks::En)]
    language: Speaks,
    /// The folder of the bank packs [default: the packs beside this program]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

/// The languages of the reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Speaks {
    /// Polish
    Pl,
    /// English
    En,
}

/// What is said after the options.
const AFTER: &str = "\
Verdicts:
  certain    a unique strong key (reference, or payer's account and exact amount), all fulfilled
  likely     a strong key, and a test failed; or an exact sum that a person may take
  ambiguous  several orders, or several lines, fit as well; the rivals are named
  none       nothing names an order; the reason says what came nearest, and what it missed

The list of orders is UTF-8 with commas; amounts as 1234.56, days as 2026-11-23. `account` is the
account that the payer is expected to pay from; without one an order is found by reference only.
Without `due_date` an order may be paid at any time. Other columns are not looked at.

The same files give the same bytes, on any machine; only the seconds of --summary differ.

Exit code:
  0  everything was read and told, whatever the verdicts are
  1  a file cannot be read or trusted; what is wrong is on standard error as
     path:line:column: code: what it is and what to do
  2  the command line cannot be understood

Example:
  kantor match statement.sta --orders orders.csv --json | grep -v '\"verdict\":\"certain\"'";

/// Matches and prints. Complaints go to standard error.
pub(crate) fn run(asked: &Match) -> Result<(), Failure> {
    let begun = Instant::now();
    let (orders, lines) = std::thread::scope(|scope| {
        let orders = scope.spawn(|| read_orders(asked));
        let lines = read_lines(asked);
        // A thread that panicked has said so on standard error.
        let gone = || Failure::Asked("the list of orders was not read to its end".to_owned());
        (orders.join().unwrap_or_else(|_| Err(gone())), lines)
    });
    let (orders, lines) = (orders?, lines?);
    let form = match (asked.json, asked.csv, asked.summary) {
        (true, _, _) => Form::Json {
            explained: asked.explain,
        },
        (false, true, _) => Form::Csv,
        (false, false, true) => Form::Summary,
        (false, false, false) => Form::People,
    };
    let words = Words::of(match asked.language {
        Speaks::Pl => Language::Pl,
        Speaks::En => Language::En,
    });
    let payers = lines.payers(&orders);
    let lent = lines.lent(&payers);
    let out = std::io::stdout().lock();
    let out = std::io::BufWriter::with_capacity(OUT, out);
    let mut report = Report::new(form, words, &orders, &lines, out);
    kantor_engine::matching::match_each(
        &orders,
        AccountId(1),
        &lent,
        &Policy::initial(),
        &mut |_, finding| report.finding(&finding),
    );
    let mut out = report.finish(begun)?;
    out.flush().map_err(Failure::Output)
}

/// So much is printed at once.
const OUT: usize = 256 * 1024;

fn read_orders(asked: &Match) -> Result<Orders, Failure> {
    let path = &asked.orders;
    let file = BufReader::with_capacity(OUT, open(path)?);
    Orders::read(file, asked.scheme.as_ref()).map_err(|wrongs| {
        for wrong in wrongs {
            eprintln!("{}:{wrong}", path.display());
        }
        Failure::Asked(format!(
            "{} cannot be used as it is; mend the lines above and try again",
            path.display()
        ))
    })
}

fn read_lines(asked: &Match) -> Result<Lines, Failure> {
    let mut lines = Lines::default();
    for path in &asked.files {
        lines.begin_file(path);
        let mut file = open(path)?;
        let hints = asked.known.hints();
        // What this program reads by itself needs no pack and no child.
        let read = if asked.bank.is_none() && is_built_in(path)? {
            read_built_in(&mut file, hints, &mut lines)
        } else {
            let packs = InstalledPacks::find(asked.packs.as_deref());
            packs.read(&mut file, asked.bank.as_deref(), hints, &mut lines)
        };
        read.map_err(|failure| complain_about_all(path, &failure))?;
        if lines.is_too_long() {
            return Err(Failure::Asked(format!(
                "{} and the files before it are too long for one run (4 GiB of titles); match them in several runs",
                path.display()
            )));
        }
        complain(path, &lines.complaints);
        judge(path, lines.is_trustworthy(), lines.complaints.is_empty())?;
    }
    Ok(lines)
}

/// How much of a file is looked at to recognise it.
const HEAD: u64 = 64 * 1024;

fn is_built_in(path: &Path) -> Result<bool, Failure> {
    let mut head = Vec::new();
    open(path)?
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|source| unreadable(path, source))?;
    Ok(kantor_parsers::recognise(&head).format.is_some())
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: std::io::Error) -> Failure {
    Failure::Read {
        path: path.to_owned(),
        source,
    }
}
