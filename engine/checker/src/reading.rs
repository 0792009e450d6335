//! Statement files read again with the pure parsers, and held against the rows that were kept.

use kantor_model::{
    Complaint, EntryStatus, EntryView, Flow, Iban, Money, PartView, StatementFoot, StatementHead,
    StatementSink,
};
use kantor_parsers::{Options, Profile, read_statement, recognise};
use serde_json::Value;

use crate::chain::Booking;
use crate::log::PAGE;
use crate::reference::references_in;
use crate::rows::{Said, SaidPart};
use crate::{Archive, Checks, Digest, Disagreement, Row, wrong};

/// A statement of a file that the log knows.
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(crate) iban: Iban,
    /// Which statement of the file it is, from 0.
    pub(crate) index: u32,
    pub(crate) read_by: String,
    pub(crate) asks: Question,
}

/// What is asked of it.
pub(crate) enum Question {
    /// Does it say what was booked?
    Booked(Box<Booking>),
    /// Was it rightly kept without being booked?
    Archived(Value),
}

/// How much of a line must read as it was kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Everything: the same program read it.
    Whole,
    /// The money, and by what it is known whose it is: an earlier program of ours read it.
    Evidence,
    /// The money: a pack of somebody else may take texts apart as it knows better.
    Money,
}

/// The version of the readers that are compiled in.
const OURS: &str = env!("CARGO_PKG_VERSION");

impl Strictness {
    fn of(read_by: &str) -> Strictness {
        let (pack, version) = read_by.rsplit_once(' ').unwrap_or((read_by, ""));
        let is_ours = Profile::of_id(pack).is_some() || pack.starts_with("generic-");
        match (is_ours, version == OURS) {
            (true, true) => Strictness::Whole,
            (true, false) => Strictness::Evidence,
            (false, _) => Strictness::Money,
        }
    }
}

/// Reads a file again and answers how many lines of it were found as they were kept. A person may
/// have named the account, or had the pack forgive: a file agrees when one such reading does.
pub(crate) fn read_again(
    archive: &dyn Archive,
    file: &Digest,
    bytes: &[u8],
    kept: &[Kept],
) -> Checks<u64> {
    let mut first_wrong = None;
    for lenient in [false, true] {
        for named in [true, false] {
            match read_once(archive, bytes, kept, lenient, named) {
                Ok(reading) if !reading.found_any && recognise(bytes).format.is_none() => {
                    // Of a format that only a pack knows.
                    return Ok(0);
                }
                Ok(reading) => match reading.judged() {
                    Ok(lines) => return Ok(lines),
                    Err(differs) => first_wrong = first_wrong.or(Some(differs)),
                },
                Err(why) => {
                    first_wrong = first_wrong.or(Some(wrong(format!("file {file}"), why)));
                }
            }
        }
    }
    first_wrong.map_or(Ok(0), Err)
}

fn read_once<'k>(
    archive: &'k dyn Archive,
    bytes: &[u8],
    kept: &'k [Kept],
    lenient: bool,
    named: bool,
) -> Result<Reading<'k>, String> {
    let first = kept.first();
    let account = first.filter(|_| named).map(|kept| kept.iban.to_string());
    let pack = first.and_then(|kept| kept.read_by.split(' ').next());
    let options = Options {
        profile: pack.and_then(Profile::of_id),
        account: account.as_deref(),
        lenient,
        ..Options::default()
    };
    let mut reading = Reading {
        archive,
        kept,
        index: 0,
        found_any: false,
        parts: Vec::new(),
        open: Vec::new(),
        closed: Vec::new(),
    };
    let mut source = bytes;
    read_statement(&mut source, options, &mut reading)
        .map(|_| reading)
        .map_err(|error| error.to_string())
}

/// A reading under way: the statements that are asked about are compared as they come.
struct Reading<'k> {
    archive: &'k dyn Archive,
    kept: &'k [Kept],
    /// How many statements came to their end.
    index: u32,
    found_any: bool,
    parts: Vec<SaidPart>,
    open: Vec<Comparison<'k>>,
    closed: Vec<Comparison<'k>>,
}

impl Reading<'_> {
    /// Every statement that is asked about was found, and said what was kept.
    fn judged(self) -> Checks<u64> {
        let mut lines = 0;
        for kept in self.kept {
            let found = self.closed.iter().find(|it| it.kept.seq == kept.seq);
            let found = found.ok_or_else(|| wrong(kept.fact(), "it does not stand in its file"))?;
            if let Some(differs) = &found.differs {
                return Err(differs.clone());
            }
            lines += found.new_lines;
        }
        Ok(lines)
    }
}

impl Kept {
    fn fact(&self) -> String {
        match &self.asks {
            Question::Booked(booking) => {
                format!("statement {} (event {})", booking.statement, self.seq)
            }
            Question::Archived(_) => format!("event {}", self.seq),
        }
    }
}

impl StatementSink for Reading<'_> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.found_any = true;
        self.parts.clear();
        self.open = self
            .kept
            .iter()
            .filter(|kept| kept.index == self.index)
            .map(|kept| Comparison::begin(self.archive, kept, &head))
            .collect();
        Flow::Continue
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        self.parts.push(said_part(part));
        Flow::Continue
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        let parts = std::mem::take(&mut self.parts);
        if entry.status == EntryStatus::Booked && !self.open.is_empty() {
            let line = Read::of(entry, parts);
            self.open.iter_mut().for_each(|open| open.line(&line));
        }
        Flow::Continue
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        self.index += 1;
        let open = std::mem::take(&mut self.open);
        self.closed
            .extend(open.into_iter().map(|open| open.end(&foot)));
        Flow::Continue
    }

    fn complaint(&mut self, _: Complaint) -> Flow {
        Flow::Continue
    }
}

/// A line as it reads today.
struct Read {
    row: Row,
    said: Said,
}

impl Read {
    fn of(entry: &EntryView<'_>, parts: Vec<SaidPart>) -> Read {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let money = |money: Option<Money>| money.map(|money| money.to_string());
        let row = Row {
            amount: entry.amount.minor(),
            balance_after: 0,
            booked_on: entry.booking_date.or(entry.value_date),
            body: Vec::new(),
        };
        let said = Said {
            value_date: entry.value_date.map(|day| day.to_string()),
            transaction_code: owned(entry.transaction_code),
            bank_reference: owned(entry.bank_reference),
            customer_reference: owned(entry.customer_reference),
            counterparty_name: owned(entry.counterparty.name),
            counterparty_account: account(entry.counterparty.account),
            remittance: owned(entry.remittance),
            reversal: entry.reversal,
            counterparty_bank: owned(entry.counterparty.bank),
            original: money(entry.original),
            charges: money(entry.charges),
            return_reason: owned(entry.return_reason),
            parts,
        };
        Read { row, said }
    }
}

/// An account in the one form in which it is kept.
fn account(written: Option<&str>) -> Option<String> {
    let account = kantor_model::AccountNumber::from_file(written?)?;
    Some(account.as_str().to_owned())
}

fn said_part(part: &PartView<'_>) -> SaidPart {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    SaidPart {
        amount: part.amount.map(Money::to_decimal_string),
        bank_reference: owned(part.bank_reference),
        customer_reference: owned(part.customer_reference),
        counterparty_name: owned(part.counterparty.name),
        counterparty_account: account(part.counterparty.account),
        counterparty_bank: owned(part.counterparty.bank),
        remittance: owned(part.remittance),
        return_reason: owned(part.return_reason),
    }
}

/// A statement as it was kept against the same one as it reads today.
struct Comparison<'k> {
    archive: &'k dyn Archive,
    kept: &'k Kept,
    strictness: Strictness,
    page: std::vec::IntoIter<Row>,
    opening: Option<i64>,
    sum: i128,
    count: u64,
    new_lines: u64,
    differs: Option<Disagreement>,
}

impl<'k> Comparison<'k> {
    fn begin(archive: &'k dyn Archive, kept: &'k Kept, head: &StatementHead) -> Comparison<'k> {
        let opening = head.opening.map(|opening| opening.amount.minor());
        let mut comparison = Comparison {
            archive,
            kept,
            strictness: Strictness::of(&kept.read_by),
            page: Vec::new().into_iter(),
            opening,
            sum: 0,
            count: 0,
            new_lines: 0,
            differs: None,
        };
        let iban = head.account.as_ref().and_then(|account| account.iban());
        comparison.same(iban.is_none_or(|iban| iban == kept.iban), "the account");
        if let Question::Booked(booking) = &kept.asks {
            comparison.same(opening == booking.facts.opening, "the opening balance");
            comparison.same(head.number == booking.facts.number, "the number");
        }
        comparison
    }

    /// Notes the first difference.
    fn differs(&mut self, fact: String, what: String) {
        self.differs.get_or_insert_with(|| wrong(fact, what));
    }

    fn same(&mut self, is_same: bool, what: &str) {
        if !is_same {
            self.differs(self.kept.fact(), format!("{what} is another in its file"));
        }
    }

    fn line(&mut self, read: &Read) {
        self.count += 1;
        self.sum += i128::from(read.row.amount);
        let Question::Booked(booking) = &self.kept.asks else {
            return;
        };
        // Where nothing was new, the rows are not kept: the sums are held against each other.
        if !booking.brings_rows() || self.differs.is_some() {
            return;
        }
        if booking.place_of_row(self.count - 1).is_some() {
            self.new_lines += 1;
        }
        let fact = booking.name_of_row(self.count - 1);
        let Some(row) = self.next_row(booking) else {
            self.differs(fact, "it stands in its file and was not kept".to_owned());
            return;
        };
        if let Some(field) = difference(&row, read, self.strictness) {
            let what = format!(
                "{field} is another in line {} of statement {} in its file",
                self.count, booking.statement
            );
            self.differs(fact, what);
        }
    }

    fn next_row(&mut self, booking: &Booking) -> Option<Row> {
        if let Some(row) = self.page.next() {
            return Some(row);
        }
        let from = self.count.checked_sub(1)?;
        let page = self.archive.rows(&booking.facts.rows, from, PAGE).ok()??;
        self.page = page.into_iter();
        self.page.next()
    }

    fn end(mut self, foot: &StatementFoot) -> Comparison<'k> {
        let closing = foot.closing.map(|closing| closing.amount.minor());
        match &self.kept.asks {
            Question::Booked(booking) => {
                self.same(closing == booking.facts.closing, "the closing balance");
                let said = booking.facts.lines;
                self.same(self.count == said, "the number of lines");
            }
            Question::Archived(why) => self.rightly_archived(why, closing),
        }
        self
    }

    fn rightly_archived(&mut self, why: &Value, closing: Option<i64>) {
        let number = |of: &str, field: &str| why.get(of)?.get(field)?.as_i64();
        let total = self.opening.map(|opening| i128::from(opening) + self.sum);
        let difference = closing
            .zip(total)
            .map(|(closing, total)| i128::from(closing) - total);
        let is_so = match why.as_str() {
            Some("no_opening") => self.opening.is_none(),
            _ if why.get("unbalanced").is_some() => {
                difference.is_some()
                    && difference == number("unbalanced", "difference").map(i128::from)
            }
            _ if why.get("gap").is_some() => self.opening == number("gap", "opening"),
            _ => difference.is_none_or(|difference| difference == 0),
        };
        self.same(is_so, "why it was not booked");
    }
}

/// The first field that reads otherwise.
fn difference(row: &Row, read: &Read, strictness: Strictness) -> Option<&'static str> {
    let kept = Said::of(row);
    let Some(kept) = kept else {
        return Some("what the bank says");
    };
    let said = &read.said;
    let money = [
        (row.amount == read.row.amount, "the amount"),
        (row.booked_on == read.row.booked_on, "the day"),
        (kept.value_date == said.value_date, "the value date"),
        (kept.reversal == said.reversal, "the reversal"),
    ];
    let evidence = [
        (
            references_in(&kept.text()) == references_in(&said.text()),
            "the reference",
        ),
        (
            kept.counterparty_account == said.counterparty_account,
            "the payer's account",
        ),
    ];
    let whole = [(kept == *said, "what the bank says")];
    let asked: Vec<(bool, &'static str)> = match strictness {
        Strictness::Money => money.to_vec(),
        Strictness::Evidence => money.into_iter().chain(evidence).collect(),
        Strictness::Whole => money.into_iter().chain(evidence).chain(whole).collect(),
    };
    asked
        .into_iter()
        .find(|(same, _)| !same)
        .map(|(_, name)| name)
}
