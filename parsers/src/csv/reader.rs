//! From records to rows: what each line is, and what is wrong when it is nothing.

use kantor_model::{Currency, Place, StatementSink};

use super::accounts::MOST_ACCOUNTS;
use super::complaints::Problem;
use super::held::{Held, Limits};
use super::layout::{self, Fit, HEADER_WITHIN};
use super::profile::{CsvProfile, FactKind};
use super::records::{Cut, Found, Record, Records, column_of};
use super::row::{Row, RowReader};
use super::teller::Teller;
use super::told::{Heard, Told};
use super::value;
use super::{Choice, Chosen};
use crate::charset::{Charset, detect};
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};

/// One step of reading: it is done, or nothing more is wanted.
pub(super) type Step = Result<(), Halt>;

/// Reads a file with the layout that was chosen for it.
pub(super) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    chosen: Chosen<'_>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
    limits: Limits,
) -> Result<Charset, Halt> {
    let place = |line| Place { line, column: 1 };
    let (problem, line) = match chosen {
        Chosen::Fits(choice) => return read_with(source, *choice, options, sink, limits),
        Chosen::Several(names) => {
            let names = names.join(", ");
            (Problem::SeveralLayouts { names }, 1)
        }
        Chosen::Lacks(profile, line, missing) => {
            let layout = profile.layout.clone();
            (Problem::HeaderMissing { layout, missing }, line)
        }
        Chosen::Without => (Problem::NoProfile, 1),
    };
    sink.complaint(problem.at(place(line), String::new()))?;
    Ok(options.charset.unwrap_or(Charset::Utf8))
}

fn read_with<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    choice: Choice<'_>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
    limits: Limits,
) -> Result<Charset, Halt> {
    let Choice { bank, profile, fit } = choice;
    let mut records = Records::new(source, fit.cut)?;
    let mut rows = RowReader::new(profile, fit.layout.clone());
    rows.currency = profile
        .currency
        .as_deref()
        .and_then(|code| Currency::from_code(code).ok());
    let mut reader = Reader {
        sink,
        profile,
        fit: &fit,
        head_charset: options.charset,
        beside: Vec::new(),
        told: Told::default(),
        rows,
        held: Held::new(),
        teller: Teller::new(bank, profile, &fit.layout, options),
        limits,
        begun: fit.line == 0,
        closed: false,
        trailer: false,
        broken: false,
    };
    if records.marked && options.charset.is_none() {
        reader.head_charset = Some(Charset::Utf8);
        reader.teller.settle_as(Charset::Utf8);
    }
    reader.run(&mut records)?;
    Ok(reader.teller.charset())
}

/// Reads one file.
struct Reader<'r, 'k, K: ?Sized> {
    sink: &'r mut Counted<'k, K>,
    profile: &'r CsvProfile,
    fit: &'r Fit,
    /// The code page of lines that are no rows.
    head_charset: Option<Charset>,
    /// The lines that are no rows, as many as are needed to tell the code page.
    beside: Vec<u8>,
    told: Told,
    rows: RowReader<'r>,
    held: Held,
    teller: Teller<'r>,
    limits: Limits,
    /// The line of columns was passed.
    begun: bool,
    /// The closing balance was passed.
    closed: bool,
    /// The last line, which counts the others, was passed.
    trailer: bool,
    /// Something cannot be trusted: no statement is ended.
    broken: bool,
}

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
    fn run<S: ByteSource>(&mut self, records: &mut Records<'_, S>) -> Step {
        let mut record = Record::default();
        let mut count = 0_usize;
        loop {
            match records.next(&mut record)? {
                Found::Record => {}
                Found::End => break,
                Found::TooLong => return self.fatal(&Problem::RecordTooLong, &record, 0),
                Found::Unclosed => return self.fatal(&Problem::QuoteUnclosed, &record, 0),
            }
            count += 1;
            if record.cells().all(value::is_blank) {
                continue;
            }
            if self.begun {
                self.line(&mut record, count)?;
            } else {
                self.above(&record)?;
            }
            if self.held.is_full(self.limits) && !self.broken {
                self.flow(&record)?;
            }
            if self.broken && self.teller.is_streaming() {
                return Ok(());
            }
        }
        let end = Place {
            line: records.next_line(),
            column: 1,
        };
        self.finish(end)
    }

    fn charset(&self, record: &Record) -> Charset {
        // A line beside the rows is short, and its own letters tell its page well enough.
        self.head_charset
            .unwrap_or_else(|| detect(&record.raw).charset)
    }

    /// The letters of lines beside the rows tell the code page of the file, too.
    fn beside(&mut self, record: &Record) {
        if self.beside.len() < BESIDE {
            self.beside.extend_from_slice(&record.raw);
        }
    }

    fn complain(&mut self, problem: &Problem, record: &Record, cell: usize) -> Step {
        let charset = self.charset(record);
        let place = Place {
            line: record.line,
            column: column_of(&record.raw, cell, self.fit.cut, charset),
        };
        let excerpt = excerpt(&record.raw, cell, self.fit.cut, charset);
        self.sink.complaint(problem.at(place, excerpt))
    }

    fn fatal(&mut self, problem: &Problem, record: &Record, cell: usize) -> Step {
        self.broken = true;
        self.complain(problem, record, cell)
    }

    /// A line above the rows.
    fn above(&mut self, record: &Record) -> Step {
        let charset = self.charset(record);
        self.beside(record);
        if record.line == self.fit.line {
            if record.unfinished {
                return self.fatal(&Problem::Truncated, record, 0);
            }
            self.begun = true;
            let beside = std::mem::take(&mut self.beside);
            self.teller.settle(&beside);
            self.told.rows_begin();
            return Ok(());
        }
        self.hear(record, charset).map(|_| ())
    }

    /// Takes a line that may tell a fact; whether it did.
    fn hear(&mut self, record: &Record, charset: Charset) -> Result<bool, Halt> {
        let closing = self.told.closing.is_some();
        let heard = self.told.hear(self.profile, record, charset);
        self.closed |= !closing && self.told.closing.is_some();
        match heard {
            Heard::Nothing => Ok(false),
            Heard::Fact => Ok(true),
            Heard::Unreadable(kind, cell) => {
                let text = charset.decode(record.cell(cell)).trim().to_owned();
                let problem = match kind {
                    FactKind::Opening | FactKind::Closing => {
                        self.broken = true;
                        Problem::BalanceUnreadable { text }
                    }
                    FactKind::Currency => {
                        self.broken = true;
                        Problem::CurrencyUnknown { code: text }
                    }
                    FactKind::Account
                    | FactKind::Accounts
                    | FactKind::Credits
                    | FactKind::Debits
                    | FactKind::Count
                    | FactKind::AboutCount
                    | FactKind::Sum
                    | FactKind::Period
                    | FactKind::Number
                    | FactKind::Remark => Problem::FactUnreadable { text },
                };
                self.complain(&problem, record, cell).map(|()| true)
            }
        }
    }

    /// A line at or below the rows.
    fn line(&mut self, record: &mut Record, count: usize) -> Step {
        if let Some(records) = &self.profile.records {
            let mark = value::strip_spaces(record.cell(0));
            if mark == records.head.as_bytes() || mark == records.trailer.as_bytes() {
                self.trailer |= mark == records.trailer.as_bytes();
                let charset = self.charset(record);
                return self.hear(record, charset).map(|_| ());
            }
            if mark != records.entry.as_bytes() {
                return self.fatal(&Problem::LineUnknown, record, 0);
            }
        }
        if self.fit.first_is_head && count == 1 {
            if record.unfinished {
                return self.fatal(&Problem::Truncated, record, 0);
            }
            let charset = self.charset(record);
            return self.hear(record, charset).map(|_| ());
        }
        if let Some(unquoted) = &self.profile.unquoted {
            match super::unquoted::regroup(record, unquoted) {
                super::unquoted::Regrouped::Plain | super::unquoted::Regrouped::Certain => {}
                super::unquoted::Regrouped::Doubtful => {
                    self.complain(&Problem::TextInPieces, record, 0)?;
                }
            }
        }
        if self.rows.has_day(record) {
            return self.row(record);
        }
        self.below(record)
    }

    /// A line without a day: a fact, a remark, the columns once more, or nothing that is known.
    fn below(&mut self, record: &Record) -> Step {
        let charset = self.charset(record);
        if self.hear(record, charset)? {
            return Ok(());
        }
        let names = layout::names(record, charset);
        let footer = |text: &String| {
            let text = layout::folded(text);
            names
                .iter()
                .find(|name| !name.is_empty())
                .is_some_and(|name| name.starts_with(&text))
        };
        if self.profile.footers.iter().any(footer) {
            return Ok(());
        }
        let cut = record.unfinished && record.raw.split(|byte| *byte == b' ').count() < 3;
        if cut {
            return self.fatal(&Problem::Truncated, record, 0);
        }
        if let Some(cell) = self.rows.row_without_day(record) {
            let text = charset.decode(record.cell(cell)).trim().to_owned();
            let problem = match text.is_empty() {
                true => Problem::DateMissing,
                false => Problem::DateUnreadable { text },
            };
            return self.fatal(&problem, record, cell);
        }
        let filled = names.iter().filter(|name| !name.is_empty()).count();
        let remark = self.profile.remarks && filled == 1
            || self.profile.closing_is_last && self.closed
            || self.fit.line > 0 && layout::fit(self.profile, &names).is_ok();
        if remark {
            return Ok(());
        }
        let needed = self.rows.layout.amount.map_or(2, |cell| cell + 1);
        let problem = match record.len() < needed && filled > 1 {
            true => Problem::RowTooShort {
                cells: record.len(),
                needed,
            },
            false => Problem::LineUnknown,
        };
        self.fatal(&problem, record, 0)
    }

    fn row(&mut self, record: &Record) -> Step {
        self.rows.currency = self.told.currency.or(self.rows.currency);
        let row = match self.rows.read(record) {
            Ok(row) => row,
            Err((problem, cell)) => return self.fatal(&problem, record, cell),
        };
        let own = match self.rows.layout.own_account {
            Some(cell) => self.held.key(record.cell(cell)),
            None => Some(0),
        };
        let Some(own) = own else {
            let most = MOST_ACCOUNTS;
            return self.fatal(&Problem::AccountsTooMany { most }, record, 0);
        };
        if !self.broken {
            self.held.push(Row { own, ..row }, record);
        }
        Ok(())
    }

    /// The rows that are held are told before the file's end, if that can be done in the bank's
    /// order.
    fn flow(&mut self, record: &Record) -> Step {
        if self.teller.flow(&mut self.held, &self.told, self.sink)? {
            return Ok(());
        }
        let rows = self.held.rows.len();
        self.held.clear();
        self.fatal(&Problem::TableTooLong { rows }, record, 0)
    }

    fn finish(&mut self, end: Place) -> Step {
        if self.profile.records.is_some() && !self.trailer && !self.broken {
            let complaint = Problem::TrailerMissing.at(end, String::new());
            self.broken |= !self.sink.forgivable(complaint)?;
        }
        if self.broken {
            return Ok(());
        }
        self.teller.finish(&mut self.held, &self.told, self.sink)
    }
}

/// So many bytes of lines beside the rows are kept.
const BESIDE: usize = 64 << 10;

/// So many characters of a line are shown.
const EXCERPT: usize = 80;

/// The piece of the line around a cell.
fn excerpt(raw: &[u8], cell: usize, cut: Cut, charset: Charset) -> String {
    let line = raw.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = charset.decode(line);
    let column = column_of(line, cell, cut, charset) as usize;
    let skipped = if column + EXCERPT / 2 > EXCERPT {
        column - EXCERPT / 2
    } else {
        0
    };
    text.chars().skip(skipped).take(EXCERPT).collect()
}

/// The line of columns may stand so deep; a preamble that is longer is no bank's.
const _: () = assert!(HEADER_WITHIN > 40);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::choose;
    use crate::profile::Profile;
    use kantor_model::{Collected, Collector};

    /// A file of PKO BP with so many entries of one złoty, read with room for ten rows.
    fn read_with_little_room(entries: i64, newest_first: bool) -> Collected {
        let mut rows: Vec<String> = (1..=entries)
            .map(|entry| {
                let day = 1 + entry / 10;
                format!("2026-11-{day:02},2026-11-{day:02},Przelew,+1.00,PLN,+{entry}.00,Tytuł: {entry}\n")
            })
            .collect();
        if newest_first {
            rows.reverse();
        }
        let header = "Data operacji,Data waluty,Typ transakcji,Kwota,Waluta,Saldo po transakcji,Opis transakcji\n";
        let file = header.to_owned() + &rows.concat();
        let mut collector = Collector::new();
        let mut source = file.as_bytes();
        let chosen = choose(file.as_bytes(), Profile::of_id("pko"));
        let limits = Limits {
            rows: 10,
            bytes: 1 << 20,
        };
        let mut sink = Counted::new(&mut collector, false);
        let _ = read(&mut source, chosen, Options::default(), &mut sink, limits);
        collector.finish()
    }

    #[test]
    fn a_long_table_whose_first_row_is_the_oldest_is_told_as_it_comes() {
        for entries in [9, 10, 11, 25, 30] {
            let read = read_with_little_room(entries, false);
            assert!(read.complaints.is_empty(), "{:?}", read.complaints);
            let statement = read.statements.first().unwrap();
            let titles: Vec<_> = statement
                .entries
                .iter()
                .filter_map(|entry| entry.remittance.clone())
                .collect();
            let wanted: Vec<_> = (1..=entries).map(|entry| entry.to_string()).collect();
            assert_eq!(titles, wanted);
            assert_eq!(statement.head.opening.unwrap().amount.minor(), 0);
            assert_eq!(
                statement.foot.closing.unwrap().amount.minor(),
                entries * 100
            );
        }
    }

    #[test]
    fn a_long_table_whose_last_row_stands_first_is_refused_with_the_remedy() {
        assert_eq!(read_with_little_room(9, true).statements.len(), 1);
        let read = read_with_little_room(25, true);
        assert!(read.statements.is_empty());
        let complaint = read.complaints.first().unwrap();
        assert_eq!(
            (complaint.code.as_ref(), complaint.place.line),
            ("table-too-long", 11)
        );
        assert!(complaint.message.ends_with("export a shorter period"));
    }
}
