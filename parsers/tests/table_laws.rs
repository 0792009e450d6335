//! Laws of banks' tables: what is written is read back, whatever the layout, the order and the
//! code page; however the bytes come; and a file that is cut or changed says nothing false.

use std::path::Path;

use kantor_model::{
    Collected, Collector, Complaint, Currency, Date, EntryView, Flow, Money, PartView, Severity,
    StatementFoot, StatementHead, StatementSink,
};
use kantor_parsers::csv::{Column, CsvProfile, DateForm, Mark, Texts};
use kantor_parsers::{
    ByteSource, Charset, Options, Profile, SourceError, parse_all, parse_all_with, read_statement,
};
use proptest::prelude::*;

fn ours(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    std::fs::read(path).unwrap()
}

const FILES: [&str; 12] = [
    "alior-history.csv",
    "ing-list.csv",
    "ing-two-accounts.csv",
    "mbank-list.csv",
    "mbank-short.csv",
    "mbank-statement.csv",
    "millennium-history.csv",
    "pekao-collect.csv",
    "pekao-history.csv",
    "pko-history.csv",
    "santander-history.csv",
    "unicredit-history.csv",
];

fn fatal(collected: &Collected) -> bool {
    let severities = collected
        .complaints
        .iter()
        .map(|complaint| complaint.severity);
    severities
        .into_iter()
        .any(|severity| severity == Severity::Fatal)
}

/// A file delivered in pieces of these sizes, in turn.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl ByteSource for Pieces<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let size = into.len().min(*self.sizes.next().unwrap_or(&1));
        self.bytes.pull(&mut into[..size])
    }
}

fn in_pieces(bytes: &[u8], sizes: &[usize]) -> Collected {
    let mut source = Pieces {
        bytes,
        sizes: sizes.iter().cycle(),
    };
    let mut collector = Collector::new();
    read_statement(&mut source, Options::default(), &mut collector).unwrap();
    collector.finish()
}

#[track_caller]
fn check_laws(collected: &Collected) {
    for statement in &collected.statements {
        let difference = statement.difference();
        let said = |code: &str| {
            let mut codes = collected.complaints.iter().map(|complaint| &complaint.code);
            codes.any(|found| found == code)
        };
        let proven = difference.is_ok_and(|difference| difference.is_none_or(Money::is_zero));
        assert!(proven || said("balance-mismatch"), "{statement:?}");
        for entry in &statement.entries {
            assert!(entry.booking_date.or(entry.value_date).is_some());
            let texts = [
                &entry.remittance,
                &entry.counterparty.name,
                &entry.bank_reference,
                &entry.transaction_code,
            ];
            for text in texts.into_iter().flatten() {
                assert!(!text.trim().is_empty() && !text.contains(char::is_control));
            }
        }
    }
    for complaint in &collected.complaints {
        assert!(
            complaint.place.line > 0 && complaint.place.column > 0,
            "{complaint}"
        );
        assert!(!complaint.message.is_empty() && !complaint.code.is_empty());
    }
}

#[test]
fn a_table_cut_at_any_byte_is_refused_or_says_nothing_false() {
    for name in [
        "alior-history.csv",
        "mbank-list.csv",
        "mbank-short.csv",
        "pekao-collect.csv",
        "pko-history.csv",
        "santander-history.csv",
    ] {
        let bytes = ours(name);
        let whole = parse_all(&bytes);
        let all: Vec<_> = whole
            .statements
            .iter()
            .flat_map(|all| &all.entries)
            .collect();
        for cut in 0..bytes.len() {
            let part = parse_all(&bytes[..cut]);
            check_laws(&part);
            for entry in part.statements.iter().flat_map(|part| &part.entries) {
                // The last text may have lost letters, and nothing else.
                let same = all.iter().any(|whole| {
                    whole.place == entry.place
                        && whole.amount == entry.amount
                        && whole.day() == entry.day()
                        && whole.status == entry.status
                });
                assert!(same, "{name} cut at {cut}: {entry:?}");
            }
        }
    }
}

/// Says stop at its nth record and counts what still comes.
struct Stopper {
    left: usize,
    after: usize,
}

impl Stopper {
    fn record(&mut self) -> Flow {
        if self.left == 0 {
            self.after += 1;
            return Flow::Stop;
        }
        self.left -= 1;
        if self.left == 0 {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

impl StatementSink for Stopper {
    fn begin(&mut self, _: StatementHead) -> Flow {
        self.record()
    }
    fn part(&mut self, _: &PartView<'_>) -> Flow {
        self.record()
    }
    fn entry(&mut self, _: &EntryView<'_>) -> Flow {
        self.record()
    }
    fn end(&mut self, _: StatementFoot) -> Flow {
        self.record()
    }
    fn complaint(&mut self, _: Complaint) -> Flow {
        self.record()
    }
}

#[test]
fn after_stop_nothing_comes() {
    for name in FILES.into_iter().chain(["broken/table-balance-break.csv"]) {
        let bytes = ours(name);
        for left in 1..6 {
            let mut sink = Stopper { left, after: 0 };
            let read = read_statement(&mut bytes.as_slice(), Options::default(), &mut sink);
            assert_eq!(sink.after, 0, "{name} after {left}");
            assert_eq!(read.unwrap().stopped, sink.left == 0, "{name} after {left}");
        }
    }
}

/// The day that an entry is ordered by.
trait Day {
    fn day(&self) -> Option<Date>;
}

impl Day for kantor_model::Entry {
    fn day(&self) -> Option<Date> {
        self.booking_date.or(self.value_date)
    }
}

/// A row to be written: cents, days after the one before, title.
#[derive(Clone, Debug)]
struct Wanted {
    cents: i64,
    days: i64,
    title: String,
}

fn wanted() -> impl Strategy<Value = Vec<Wanted>> {
    let cents = prop_oneof![1..10_000_000_i64, -10_000_000..0_i64];
    let title = "[A-Za-z0-9ąćęłńóśźżĄĆĘŁŃÓŚŹŻ.]([A-Za-z0-9ąćęłńóśźżĄĆĘŁŃÓŚŹŻ ./-]{0,20}[a-z0-9])?";
    let row = (cents, 0..3_i64, title).prop_map(|(cents, days, title)| Wanted {
        cents,
        days,
        title: title.split_whitespace().collect::<Vec<_>>().join(" "),
    });
    prop::collection::vec(row, 1..12)
}

fn amount(cents: i64, mark: Mark, spaces: bool) -> String {
    let text = Money::new(cents.abs(), Currency::PLN).to_decimal_string();
    let (whole, part) = text.split_once('.').unwrap();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if spaces && at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let mark = if mark == Mark::Comma { ',' } else { '.' };
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{grouped}{mark}{part}")
}

fn day(date: Date, form: DateForm) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    match form {
        DateForm::YearDashes => format!("{year}-{month:02}-{day:02}"),
        DateForm::YearDots => format!("{year}.{month:02}.{day:02}"),
        DateForm::DayDashes => format!("{day:02}-{month:02}-{year}"),
        DateForm::DayDots => format!("{day:02}.{month:02}.{year}"),
        DateForm::DaySlashes => format!("{day:02}/{month:02}/{year}"),
        DateForm::Digits => format!("{year}{month:02}{day:02}"),
        DateForm::Moment => format!("{year}-{month:02}-{day:02}T12:00:00Z"),
    }
}

/// How a table is written.
#[derive(Clone, Copy, Debug)]
struct Way {
    newest_first: bool,
    spaces: bool,
    crlf: bool,
    charset: Charset,
    turned: usize,
    optional: bool,
}

fn way() -> impl Strategy<Value = Way> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, 0..4_usize, 0..20_usize).prop_map(|(flags, charset, turned)| Way {
        newest_first: flags.0,
        spaces: flags.1,
        crlf: flags.2,
        optional: flags.3,
        charset: Charset::ALL[charset],
        turned,
    })
}

fn spelling(column: &Column) -> Option<&str> {
    match column {
        Column::Named(spellings) => spellings.split('|').next(),
        Column::After { name, .. } => Some(name),
        Column::Numbered(_) => None,
    }
}

/// The table of these rows in that layout: each column that the profile names, filled where the
/// row says something for it. Columns stand in turned order, unless one is found by its neighbour.
fn written(profile: &CsvProfile, rows: &[Wanted], way: Way) -> Vec<u8> {
    let columns = &profile.columns;
    let title = columns.title.as_ref().map(|title| match title {
        Texts::One(column) => column,
        Texts::Several(columns) => &columns[0],
    });
    let mut date = Date::constant(2026, 1, 1);
    let mut balance = 0;
    let mut table: Vec<Vec<String>> = Vec::new();
    let mut header: Vec<String> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for _ in 0..row.days {
            date = date.tomorrow().unwrap();
        }
        balance += row.cents;
        let mut cells: Vec<(String, String)> = Vec::new();
        let mut put = |column: &Option<Column>, text: String, optional: bool| {
            let wanted = !optional || way.optional;
            if let Some(name) = column.as_ref().and_then(spelling).filter(|_| wanted)
                && !cells
                    .iter()
                    .any(|(have, _)| have == name && name != "Waluta")
            {
                cells.push((name.to_owned(), text));
            }
        };
        let form = profile.date[0];
        let silent = columns.currency.is_none() && profile.currency.is_none();
        let amount = |cents| {
            let text = amount(cents, profile.decimal, way.spaces);
            if silent { text + " PLN" } else { text }
        };
        put(&columns.booking_date, day(date, form), false);
        put(&columns.value_date, day(date, form), false);
        put(&columns.amount, amount(row.cents), false);
        put(&columns.currency, "PLN".to_owned(), false);
        let (out, into) = if row.cents < 0 {
            (row.cents, 0)
        } else {
            (0, row.cents)
        };
        let side = |cents| match cents {
            0 => String::new(),
            cents => amount(cents),
        };
        put(&columns.debit, side(out), false);
        put(&columns.credit, side(into), false);
        put(&columns.balance, amount(balance), true);
        put(&title.cloned(), row.title.clone(), false);
        if let Some(keyed) = &profile.keyed {
            put(
                &Some(keyed.column.clone()),
                format!("{}: {}", keyed.title[0], row.title),
                false,
            );
        }
        for sign in &profile.signs {
            put(&Some(Column::Named(sign.clone())), String::new(), false);
        }
        let neighbours = matches!(columns.currency, Some(Column::After { .. }));
        if !neighbours && profile.keyed.is_none() {
            let turned = way.turned % cells.len();
            cells.rotate_left(turned);
        }
        if index == 0 {
            header = cells.iter().map(|(name, _)| name.clone()).collect();
        }
        table.push(cells.into_iter().map(|(_, text)| text).collect());
    }
    if way.newest_first {
        table.reverse();
    }
    table.insert(0, header);
    let ends = if way.crlf { "\r\n" } else { "\n" };
    let separator = profile.separator.to_string();
    let quoted = |cell: String| match profile.quote {
        Some(quote) if cell.contains(profile.separator) => format!("{quote}{cell}{quote}"),
        Some(_) | None => cell,
    };
    let lines = table.into_iter().map(|cells| {
        let cells: Vec<String> = cells.into_iter().map(quoted).collect();
        cells.join(&separator) + ends
    });
    let text: String = "Zażółć gęślą jaźń\n\n"
        .chars()
        .chain(lines.collect::<String>().chars())
        .collect();
    way.charset.encode(&text).bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_written_is_read_back(rows in wanted(), way in way()) {
        let mut tried = 0;
        for bank in Profile::built_in() {
            for profile in bank.csv.iter().filter(|csv| csv.shape.is_none()) {
                let bytes = written(profile, &rows, way);
                let options = Options { profile: Some(bank), charset: Some(way.charset), ..Options::default() };
                let read = parse_all_with(&bytes, options);
                prop_assert!(!fatal(&read), "{}: {:?}", profile.layout, read.complaints);
                prop_assert_eq!(read.statements.len(), 1, "{}", &profile.layout);
                let statement = &read.statements[0];
                let mut entries: Vec<_> = statement.entries.iter().collect();
                let days: i64 = rows.iter().skip(1).map(|row| row.days).sum();
                let balances = profile.columns.balance.is_some() && way.optional && rows.len() > 1;
                if !balances && days == 0 {
                    // Nothing tells the order but what the layout is known for.
                    let first = entries[0].amount.minor() == rows[0].cents;
                    if !first { entries.reverse(); }
                }
                for (entry, row) in entries.iter().zip(&rows) {
                    prop_assert_eq!(entry.amount, Money::new(row.cents, Currency::PLN), "{}", &profile.layout);
                    prop_assert_eq!(entry.remittance.as_deref(), Some(row.title.as_str()), "{}", &profile.layout);
                }
                prop_assert_eq!(entries.len(), rows.len());
                if balances {
                    let opening = statement.head.opening.map(|balance| balance.amount.minor());
                    let closing = statement.foot.closing.map(|balance| balance.amount.minor());
                    prop_assert_eq!(opening, Some(0));
                    prop_assert_eq!(closing, Some(rows.iter().map(|row| row.cents).sum::<i64>()));
                }
                tried += 1;
            }
        }
        prop_assert_eq!(tried, 9);
    }

    #[test]
    fn chunks_change_nothing(file in 0..FILES.len(), sizes in prop::collection::vec(1..300_usize, 1..6)) {
        let bytes = ours(FILES[file]);
        prop_assert_eq!(in_pieces(&bytes, &sizes), parse_all(&bytes));
    }

    #[test]
    fn changed_bytes_are_complained_about_or_say_what_they_say(
        file in 0..FILES.len(),
        places in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b";,\"'\n\r .-+059PLN\xFF\x00\xA0".to_vec())), 1..8),
        gone in any::<prop::sample::Index>(),
        length in 0..60_usize,
    ) {
        let mut bytes = ours(FILES[file]);
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let from = gone.index(bytes.len());
        let until = (from + length).min(bytes.len());
        bytes.drain(from..until);
        check_laws(&parse_all(&bytes));
        if let Some(bank) = FILES[file].split('-').next().and_then(Profile::of_id) {
            let options = Options { profile: Some(bank), lenient: true, ..Options::default() };
            check_laws(&parse_all_with(&bytes, options));
        }
    }
}
