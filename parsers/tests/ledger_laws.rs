//! Laws of the histories of banks, of rates and of status reports: what is written is read, however
//! it is cut; damage never becomes money; no file makes a reader panic.

use std::path::Path;

use kantor_model::{Collected, Collector, Currency, Money, Severity};
use kantor_parsers::{
    ByteSource, Options, SourceError, pain002, parse_all, parse_all_with, rates, read_statement,
};
use proptest::prelude::*;

/// A line's amount, and a word of its payer.
type Lines = Vec<(i64, String)>;

fn decimal(minor: i64) -> String {
    Money::new(minor, Currency::PLN).to_decimal_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The lines as iPKO writes them, the newest first or the oldest.
fn pko(opening: i64, lines: &Lines, newest_first: bool) -> String {
    let mut balance = opening;
    let mut operations: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(index, (amount, name))| {
            balance += amount;
            let day = 1 + index * 27 / lines.len().max(1);
            format!(
                "<operation><exec-date>2026-11-{day:02}</exec-date><order-date>2026-11-{day:02}</order-date>\
                 <type>T</type><description>Nazwa nadawcy: {0}\nNazwa odbiorcy: {0}\nTytuł: nr {index}</description>\
                 <amount curr='PLN'>{1}</amount><ending-balance curr='PLN'>{2}</ending-balance></operation>\n",
                escaped(name),
                decimal(*amount),
                decimal(balance),
            )
        })
        .collect();
    if newest_first {
        operations.reverse();
    }
    format!(
        "<account-history><search><account>1234</account></search><operations>\n{}</operations></account-history>",
        operations.concat()
    )
}

/// The lines as an audit file.
fn jpk(opening: i64, lines: &Lines) -> String {
    let mut balance = opening;
    let (mut credits, mut debits) = (0, 0);
    let rows: String = lines
        .iter()
        .zip(1..)
        .map(|((amount, name), number)| {
            balance += amount;
            *(if *amount < 0 { &mut debits } else { &mut credits }) += amount.abs();
            format!(
                "<WyciagWiersz typ=\"G\"><NumerWiersza>{number}</NumerWiersza><DataOperacji>2026-11-23</DataOperacji>\
                 <NazwaPodmiotu>{}</NazwaPodmiotu><OpisOperacji>O</OpisOperacji><KwotaOperacji>{}</KwotaOperacji>\
                 <SaldoOperacji>{}</SaldoOperacji></WyciagWiersz>\n",
                escaped(name),
                decimal(*amount),
                decimal(balance),
            )
        })
        .collect();
    format!(
        "<JPK><Naglowek><DomyslnyKodWaluty>PLN</DomyslnyKodWaluty></Naglowek><NumerRachunku>1234</NumerRachunku>\
         <Salda><SaldoPoczatkowe>{}</SaldoPoczatkowe><SaldoKoncowe>{}</SaldoKoncowe></Salda>\n{rows}\
         <WyciagCtrl><LiczbaWierszy>{}</LiczbaWierszy><SumaObciazen>{}</SumaObciazen><SumaUznan>{}</SumaUznan></WyciagCtrl></JPK>",
        decimal(opening),
        decimal(balance),
        lines.len(),
        decimal(debits),
        decimal(credits),
    )
}

/// Gives at most so many bytes at a time.
struct Pieces<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl ByteSource for Pieces<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let size = self.size.min(into.len());
        self.bytes.pull(&mut into[..size])
    }
}

fn in_pieces(bytes: &[u8], size: usize) -> Collected {
    let mut collector = Collector::new();
    let mut source = Pieces { bytes, size };
    read_statement(&mut source, Options::default(), &mut collector).unwrap();
    collector.finish()
}

fn lines(most: usize) -> impl Strategy<Value = Lines> {
    let amount = prop_oneof![1_i64..1_000_000_00, -1_000_000_00_i64..-1];
    let name = "[A-Za-zĄŻŁ&<'][A-Za-z ĄŻŁ&<'.]{0,20}[A-Za-zĄŻŁ]";
    prop::collection::vec((amount, name), 1..most)
}

#[track_caller]
fn same(file: &str, opening: i64, lines: &Lines) {
    let read = parse_all(file.as_bytes());
    assert_eq!(read.complaints, []);
    let statement = &read.statements[0];
    let found: Lines = statement
        .entries
        .iter()
        .map(|entry| {
            let name = entry.counterparty.name.clone().unwrap_or_default();
            (entry.amount.minor(), name)
        })
        .collect();
    let single = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: Lines = found
        .into_iter()
        .map(|(minor, name)| (minor, single(&name)))
        .collect();
    let wanted: Lines = lines
        .iter()
        .map(|(minor, name)| (*minor, single(name)))
        .collect();
    assert_eq!(found, wanted);
    let balance = statement.head.opening.map(|balance| balance.amount.minor());
    assert_eq!(balance, Some(opening));
    let difference = statement.difference().unwrap();
    assert!(difference.is_some_and(Money::is_zero));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_history_is_read_in_the_order_in_which_it_happened(
        opening in -100_000_i64..100_000,
        lines in lines(300),
        newest_first in any::<bool>(),
    ) {
        let file = pko(opening, &lines, newest_first);
        same(&file, opening, &lines);
    }

    #[test]
    fn an_audit_file_is_read_as_it_was_written(
        opening in -100_000_i64..100_000,
        lines in lines(300),
    ) {
        same(&jpk(opening, &lines), opening, &lines);
    }

    #[test]
    fn it_does_not_matter_how_a_file_is_cut(lines in lines(20), size in 1_usize..300) {
        for file in [pko(7, &lines, true), jpk(7, &lines)] {
            prop_assert_eq!(in_pieces(file.as_bytes(), size), parse_all(file.as_bytes()));
        }
    }

    #[test]
    fn a_lost_line_is_noticed(lines in lines(20), at in any::<prop::sample::Index>()) {
        prop_assume!(lines.len() > 2);
        let file = jpk(7, &lines);
        let mut rows: Vec<&str> = file.lines().collect();
        let lost = 1 + at.index(lines.len());
        rows.remove(lost);
        let read = parse_all(rows.join("\n").as_bytes());
        let count = read.complaints.iter().any(|complaint| complaint.code == "count-mismatch");
        prop_assert!(count && read.statements.is_empty());
        let options = Options { lenient: true, ..Options::default() };
        let read = parse_all_with(rows.join("\n").as_bytes(), options);
        let told = read.statements[0].difference().unwrap();
        prop_assert!(told.is_some_and(|difference| !difference.is_zero()));
    }

    #[test]
    fn a_damaged_byte_is_no_panic_and_no_other_sum(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let lines = vec![(123_45, "A".to_owned()), (-1_00, "B".to_owned()), (5_00, "C".to_owned())];
        let mut file = jpk(7, &lines).into_bytes();
        let at = at.index(file.len());
        file[at] = byte;
        let read = parse_all(&file);
        let proven = |statement: &&kantor_model::Statement| {
            statement.difference().ok().flatten().is_some_and(Money::is_zero)
        };
        // A sum that proves is the sum that was written, or somebody is told.
        for statement in read.statements.iter().filter(proven) {
            let sum = statement.entries.iter().map(|entry| entry.amount.minor()).sum::<i64>();
            prop_assert!(sum == 127_45 || !read.complaints.is_empty());
        }
    }
}

#[test]
fn a_history_cut_anywhere_ends_no_statement() {
    let lines = vec![(-1_00, "B".to_owned())];
    for file in [pko(7, &lines, true), jpk(7, &lines)] {
        for end in (0..file.len()).filter(|end| file.is_char_boundary(*end)) {
            let read = parse_all(&file.as_bytes()[..end]);
            // An audit file closes its statement before it ends itself.
            let closed = file[..end].contains("</WyciagCtrl>");
            assert!(closed || read.statements.is_empty(), "{end}");
            let fatal = |complaint: &kantor_model::Complaint| complaint.severity == Severity::Fatal;
            assert!(read.complaints.iter().any(fatal), "{end}");
        }
    }
}

#[test]
fn a_history_without_an_account_is_of_the_one_that_a_person_names() {
    let file = pko(7, &vec![(1_00, "A".to_owned())], true).replace("<account>1234</account>", "");
    let options = Options {
        account: Some("61109010140000071219812874"),
        ..Options::default()
    };
    let read = parse_all_with(file.as_bytes(), options);
    assert_eq!(read.complaints, []);
    let account = read.statements[0].head.account.as_ref().unwrap();
    assert_eq!(account.as_str(), "PL61109010140000071219812874");
}

#[test]
fn files_of_rates_and_status_reports_may_be_cut_and_damaged_anywhere() {
    for kind in ["rates", "status"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(kind);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let extension = path
                .extension()
                .map(|extension| extension.to_string_lossy());
            if !matches!(extension.as_deref(), Some("xml" | "json")) {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for end in 0..bytes.len() {
                let mut cut = &bytes[..end];
                let whole = bytes[end..].trim_ascii().is_empty();
                if kind == "rates" {
                    let read = rates::read(cut);
                    assert!(whole || read.sheets.is_empty(), "{} {end}", path.display());
                } else {
                    let read = pain002::read(&mut cut, None).unwrap();
                    assert!(whole || read.report.is_none(), "{} {end}", path.display());
                }
                if end % 11 != 0 {
                    continue;
                }
                let mut damaged = bytes.clone();
                damaged[end] ^= 0x15;
                let _ = rates::read(&damaged);
                let _ = pain002::read(&mut damaged.as_slice(), None).unwrap();
            }
        }
    }
}

proptest! {
    #[test]
    fn every_rate_is_read_to_its_last_digit(
        whole in 0_u32..1_000_000,
        part in 0_u32..10_000_000,
        places in 0_usize..8,
    ) {
        let digits = format!("{part:07}");
        let text = format!("{whole}.{}", &digits[..places]);
        let text = text.trim_end_matches('.');
        prop_assume!(text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)));
        let file = format!(
            "[{{\"table\":\"A\",\"no\":\"1/A/NBP/2026\",\"effectiveDate\":\"2026-01-02\",\"rates\":[{{\"code\":\"EUR\",\"mid\":{text}}}]}}]"
        );
        let read = rates::read(file.as_bytes());
        prop_assert_eq!(&read.complaints, &[]);
        let rates::Price::Mid(rate) = read.sheets[0].rates[0].price else { panic!("a middle rate") };
        let wanted: kantor_model::Decimal = text.parse().unwrap();
        prop_assert_eq!(rate.value(), wanted);
    }
}
