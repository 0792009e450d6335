//! Laws of MT940 and its siblings: what was written is read back, whatever the separator, the wrap
//! and the code page; cut files say nothing false; lenience forgives no amount.

use std::path::Path;

use kantor_model::{Collected, Collector, EntryStatus, Format, Severity, Statement};
use kantor_parsers::{
    ByteSource, Charset, Options, Profile, SourceError, parse_all, parse_all_with, read_statement,
};
use proptest::prelude::*;

fn ours(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    std::fs::read(folder.join(name)).unwrap()
}

/// Every file of the corpus that is of this family.
fn swift_files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            matches!(extension, Some("sta" | "fin"))
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn is_fatal(collected: &Collected) -> bool {
    let mut complaints = collected.complaints.iter();
    complaints.any(|complaint| complaint.severity == Severity::Fatal)
}

fn complained(collected: &Collected, code: &str) -> bool {
    let mut complaints = collected.complaints.iter();
    complaints.any(|complaint| complaint.code == code)
}

/// A source that gives at most so many bytes at once.
struct Trickle<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl ByteSource for Trickle<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let size = self.size.min(into.len());
        self.bytes.pull(&mut into[..size])
    }
}

#[test]
fn every_file_reads_the_same_in_any_pieces() {
    for (name, bytes) in swift_files() {
        let whole = parse_all(&bytes);
        for size in [1, 7, 64] {
            let mut source = Trickle {
                bytes: &bytes,
                size,
            };
            let mut collector = Collector::new();
            read_statement(&mut source, Options::default(), &mut collector).unwrap();
            assert!(collector.finish() == whole, "{name} in pieces of {size}");
        }
    }
}

/// What is left of a statement says nothing that the whole does not.
fn is_part_of(part: &Statement, whole: &Statement) -> bool {
    let amounts = |statement: &Statement| -> Vec<_> {
        let entries = statement.entries.iter();
        entries
            .map(|entry| (entry.amount, entry.status, entry.place))
            .collect()
    };
    let whole_amounts = amounts(whole);
    part.head.account == whole.head.account
        && part.head.currency == whole.head.currency
        && (part.head.opening.is_none() && part.foot.closing.is_none()
            || part.head.opening == whole.head.opening)
        && whole_amounts.starts_with(&amounts(part))
        && (part.foot.closing.is_none()
            || part.foot.closing == whole.foot.closing && part.entries == whole.entries)
}

#[test]
fn a_cut_file_books_no_wrong_balance() {
    for name in [
        "nest-quoted-titles.sta",
        "german-keywords.sta",
        "dutch-second-line.sta",
        "notice-of-the-day.sta",
        "notice-of-a-german-bank.sta",
        "credit-announced.fin",
        "debit-announced.fin",
        "messages-in-one-line.fin",
    ] {
        let bytes = ours(name);
        let whole = parse_all(&bytes);
        for cut in 0..bytes.len() {
            let part = parse_all(&bytes[..cut]);
            let said = !part.complaints.is_empty();
            assert!(said || !part.statements.is_empty(), "{name} cut at {cut}");
            if is_fatal(&part) {
                continue;
            }
            for (part, whole) in part.statements.iter().zip(&whole.statements) {
                assert!(is_part_of(part, whole), "{name} cut at {cut}: {part:?}");
            }
            let open = |statement: &Statement| {
                statement.head.format == Format::Mt940 && statement.foot.closing.is_none()
            };
            // A last line `-` looks like the end of an export of a running day.
            let marked = bytes[..cut].trim_ascii_end().ends_with(b"-");
            let told = marked || complained(&part, "end-missing");
            assert!(
                told || !part.statements.iter().any(open),
                "{name} cut at {cut} is not complained about"
            );
        }
    }
}

#[test]
fn announcements_never_book() {
    for name in [
        "notice-of-the-day.sta",
        "notice-with-two-floors.fin",
        "notice-of-a-german-bank.sta",
        "credit-announced.fin",
        "debit-announced.fin",
    ] {
        let read = parse_all(&ours(name));
        assert!(!is_fatal(&read) && !read.statements.is_empty(), "{name}");
        for statement in &read.statements {
            assert_eq!(statement.foot.closing, None, "{name}");
            let mut entries = statement.entries.iter();
            assert!(entries.all(|entry| entry.status == EntryStatus::Pending));
        }
    }
}

#[test]
fn lenience_forgives_what_leaves_amounts_certain_and_nothing_else() {
    let read = |name: &str, lenient: bool| {
        let options = Options {
            lenient,
            ..Options::default()
        };
        parse_all_with(&ours(&format!("broken/{name}")), options)
    };
    for name in [
        "trailer-damaged.sta",
        "trailer-missing.sta",
        "total-mismatch.sta",
        "total-unreadable.sta",
    ] {
        let strict = read(name, false);
        assert!(is_fatal(&strict) && strict.statements.is_empty(), "{name}");
        let lenient = read(name, true);
        assert!(!is_fatal(&lenient), "{name}: {:?}", lenient.complaints);
        assert_eq!(lenient.statements[0].entries.len(), 1, "{name}");
        let mut complaints = lenient.complaints.iter();
        assert!(complaints.any(|complaint| complaint.message.contains("forgiven")));
    }
    for name in [
        "amount-unreadable.sta",
        "currency-missing.sta",
        "currency-differs.sta",
        "entry-unreadable.sta",
        "value-unreadable.sta",
        "direction-unknown.sta",
        "truncated-in-entry.sta",
    ] {
        let lenient = read(name, true);
        assert!(
            is_fatal(&lenient) && lenient.statements.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn a_person_names_the_account_that_the_file_does_not() {
    let options = Options {
        account: Some("61109010140000071219812874"),
        ..Options::default()
    };
    let read = parse_all_with(&ours("account-not-told.sta"), options);
    let account = read.statements[0].head.account.as_ref();
    assert_eq!(
        account.map(|account| account.as_str()),
        Some("PL61109010140000071219812874")
    );
    assert!(read.complaints.is_empty());
    // What the file says is not overruled.
    let read = parse_all_with(&ours("twins.sta"), options);
    let told = parse_all(&ours("twins.sta"));
    assert_eq!(
        read.statements[0].head.account,
        told.statements[0].head.account
    );
}

#[test]
fn a_pack_of_somebody_else_brings_its_own_profile() {
    let profile = Profile::parse(
        "id = \"river\"\nname = \"River Bank\"\n[mt940]\nlone_reference = \"bank\"\n\
         [[mt940.known_by]]\nseparator = \"|\"\ncode = \"N###\"\n\
         [[mt940.texts]]\nseparator = \"|\"\ntitle = [60, 61]\nname = [20]\naccount = [25]\n",
    )
    .unwrap();
    let file = |code: &str| {
        format!(
            ":20:1\n:25:PL61109010140000071219812874\n:60F:C261102PLN1,00\n\
             :61:2611021102C1,00{code}777\n:86:020|00OP|20JAN|2526105010250000000000000345|60FV 1\n\
             :62F:C261102PLN2,00\n"
        )
    };
    let read = |code: &str, profile| {
        let options = Options {
            profile,
            ..Options::default()
        };
        parse_all_with(file(code).as_bytes(), options)
            .statements
            .remove(0)
    };
    let own = read("N641", Some(&profile));
    let entry = &own.entries[0];
    assert_eq!(own.head.bank.as_deref(), Some("river"));
    assert_eq!(entry.remittance.as_deref(), Some("FV 1"));
    assert_eq!(entry.counterparty.name.as_deref(), Some("JAN"));
    assert_eq!(entry.bank_reference.as_deref(), Some("777"));
    // Without the signs, the person's word names the bank and the shape reads the text.
    let other = read("NTRF", Some(&profile));
    assert_eq!(other.head.bank.as_deref(), Some("river"));
    assert_eq!(other.entries, read("NTRF", None).entries);
}

#[test]
fn a_persons_word_names_the_bank_and_changes_no_entry() {
    for (name, bytes) in swift_files() {
        let told = parse_all(&bytes);
        for profile in Profile::built_in() {
            let options = Options {
                profile: Some(profile),
                ..Options::default()
            };
            let named = parse_all_with(&bytes, options);
            for (named, told) in named.statements.iter().zip(&told.statements) {
                assert_eq!(named.head.bank.as_deref(), Some(profile.id.as_str()));
                assert_eq!(named.entries, told.entries, "{name} as {}", profile.id);
            }
        }
    }
}

/// How a generated statement writes its texts.
#[derive(Clone, Copy, Debug)]
enum Writing {
    Structured(char),
    Keyed,
    Slashed,
}

/// A generated entry.
#[derive(Clone, Debug)]
struct Made {
    minor: i64,
    mark: &'static str,
    funds: bool,
    title: String,
    name: String,
    account: &'static str,
    /// Where the text is wrapped, as parts of a thousand of its length.
    wraps: Vec<u16>,
}

impl Made {
    fn amount(&self) -> i64 {
        match self.mark {
            "C" | "RD" => self.minor,
            _ => -self.minor,
        }
    }

    /// The text of `:86:`, wrapped.
    fn text(&self, writing: Writing) -> String {
        let Made {
            title,
            name,
            account,
            ..
        } = self;
        let (text, at) = match writing {
            Writing::Structured(mark) => {
                let mut text = format!("020{mark}00OPERACJA");
                let wide = if mark == '<' { 35 } else { 27 };
                let first = if mark == '<' { 27 } else { 32 };
                let mut put = |first: usize, width: usize, value: &str| {
                    let letters: Vec<char> = value.chars().collect();
                    for (index, chunk) in letters.chunks(width).enumerate() {
                        text.push_str(&format!("{mark}{}", first + index));
                        text.extend(chunk);
                    }
                };
                put(20, 27, title);
                put(first, wide, name);
                text.push_str(&format!("{mark}38{account}"));
                let length = text.chars().count();
                let wraps = self.wraps.iter();
                let mut at: Vec<usize> = wraps
                    .map(|wrap| usize::from(*wrap) * length / 1000)
                    .collect();
                at.sort_unstable();
                at.dedup();
                // A separator is known by what follows it, so the first mark stays whole.
                at.retain(|at| *at > 6);
                (text, at)
            }
            Writing::Keyed => {
                let text = format!(
                    "770 PRZELEW KRAJOWY; Z RACH.: {account}; OD: {name}; TYT.: {title}; TNR: 145411006445851.000001"
                );
                let at = (1..text.chars().count().div_ceil(65)).map(|line| line * 65);
                (text.clone(), at.collect())
            }
            Writing::Slashed => {
                let text = format!("/CNTP/{account}/BREXPLPW/{name}///REMI/USTD//{title}/");
                let at = (1..text.chars().count().div_ceil(65)).map(|line| line * 65);
                (text.clone(), at.collect())
            }
        };
        let mut out = String::new();
        for (index, letter) in text.chars().enumerate() {
            if at.contains(&index) {
                out.push_str("\r\n");
            }
            out.push(letter);
        }
        out
    }
}

/// Words of capital letters, with one space between them.
fn words(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec("[A-Z0-9ĄĆĘŁŃÓŚŹŻ]{1,11}", 1..=most).prop_map(|words| words.join(" "))
}

fn made() -> impl Strategy<Value = Made> {
    (
        0..1_000_000_000_i64,
        prop::sample::select(vec!["C", "D", "RC", "RD"]),
        any::<bool>(),
        words(9),
        words(4),
        prop::sample::select(vec![
            "61109010140000071219812874",
            "26105010250000000000000345",
            "DE89370400440532013000",
        ]),
        proptest::collection::vec(0..1000_u16, 0..8),
    )
        .prop_map(|(minor, mark, funds, title, name, account, wraps)| Made {
            minor,
            mark,
            funds,
            title,
            name,
            account,
            wraps,
        })
}

/// A whole file with these entries.
fn file(entries: &[Made], writing: Writing, opening: i64) -> (String, i64) {
    let amount = |minor: i64| format!("{},{:02}", minor.abs() / 100, minor.abs() % 100);
    let sign = |minor: i64| if minor < 0 { 'D' } else { 'C' };
    let mut text = format!(
        ":20:1\r\n:25:PL61109010140000071219812874\r\n:28C:7/1\r\n:60F:{}261102PLN{}\r\n",
        sign(opening),
        amount(opening)
    );
    let mut closing = opening;
    for made in entries {
        closing += made.amount();
        text.push_str(&format!(
            ":61:2611021102{}{}{}NTRFNONREF//B7\r\n:86:{}\r\n",
            made.mark,
            if made.funds { "N" } else { "" },
            amount(made.minor),
            made.text(writing)
        ));
    }
    text.push_str(&format!(
        ":62F:{}261102PLN{}\r\n-\r\n",
        sign(closing),
        amount(closing)
    ));
    (text, closing)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_was_written_is_read_back(
        entries in proptest::collection::vec(made(), 0..6),
        writing in prop::sample::select(vec![
            Writing::Structured('~'),
            Writing::Structured('^'),
            Writing::Structured('<'),
            Writing::Structured('?'),
            Writing::Structured('+'),
            Writing::Structured('|'),
            Writing::Keyed,
            Writing::Slashed,
        ]),
        charset in prop::sample::select(Charset::ALL.to_vec()),
        opening in -1_000_000..1_000_000_i64,
    ) {
        let (text, closing) = file(&entries, writing, opening);
        let encoded = charset.encode(&text);
        prop_assert!(encoded.substitutions.is_empty());
        let options = Options { charset: Some(charset), ..Options::default() };
        let read = parse_all_with(&encoded.bytes, options);
        prop_assert!(read.complaints.is_empty(), "{:?}\n{text}", read.complaints);
        let statement = &read.statements[0];
        prop_assert_eq!(statement.foot.closing.map(|closing| closing.amount.minor()), Some(closing));
        prop_assert_eq!(statement.entries.len(), entries.len());
        for (found, made) in statement.entries.iter().zip(&entries) {
            prop_assert_eq!(found.amount.minor(), made.amount());
            prop_assert_eq!(found.reversal, made.mark.len() == 2);
            prop_assert_eq!(found.remittance.as_deref(), Some(made.title.as_str()), "{}", text);
            prop_assert_eq!(found.counterparty.name.as_deref(), Some(made.name.as_str()), "{}", text);
            let account = found.counterparty.account.as_ref().map(|account| account.as_str());
            prop_assert!(account.is_some_and(|account| account.ends_with(made.account)), "{text}");
        }
    }

    #[test]
    fn a_file_of_another_page_gives_the_same_amounts(
        entries in proptest::collection::vec(made(), 1..5),
        charset in prop::sample::select(Charset::ALL.to_vec()),
        wrong in prop::sample::select(Charset::ALL.to_vec()),
    ) {
        let (text, closing) = file(&entries, Writing::Structured('^'), 0);
        let encoded = charset.encode(&text);
        let options = Options { charset: Some(wrong), ..Options::default() };
        let read = parse_all_with(&encoded.bytes, options);
        let amounts: Vec<i64> = read.statements[0].entries.iter()
            .map(|entry| entry.amount.minor())
            .collect();
        let made: Vec<i64> = entries.iter().map(Made::amount).collect();
        prop_assert_eq!(amounts, made);
        prop_assert_eq!(
            read.statements[0].foot.closing.map(|closing| closing.amount.minor()),
            Some(closing)
        );
    }
}
