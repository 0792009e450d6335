//! Files that are cut, changed, or nothing at all: no panic, no hang, nothing made up.

use std::path::Path;

use kantor_model::{
    Collected, Collector, Complaint, EntryView, Flow, Money, PartView, Severity, Statement,
    StatementFoot, StatementHead, StatementSink,
};
use kantor_parsers::{
    ByteSource, Charset, Options, SourceError, parse_all, parse_all_with, read_statement, recognise,
};
use proptest::prelude::*;

fn ours(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    std::fs::read(path).unwrap()
}

const FILES: [&str; 12] = [
    "mbank-day.sta",
    "mbank-accounts-and-currencies.sta",
    "mbank-stripped-spaces.sta",
    "mbank-running-day.sta",
    "pko-day.sta",
    "pko-off-book.sta",
    "pekao-caret.sta",
    "alior-lt.sta",
    "ing-two-texts.sta",
    "bph-fin-blocks.sta",
    "pages.sta",
    "text-looks-like-tags.sta",
];

fn fatal(collected: &Collected) -> bool {
    collected
        .complaints
        .iter()
        .any(|complaint| complaint.severity == Severity::Fatal)
}

fn complained(collected: &Collected, code: &str) -> bool {
    collected
        .complaints
        .iter()
        .any(|complaint| complaint.code == code)
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

/// What is delivered must be proven or complained about.
#[track_caller]
fn check_laws(collected: &Collected) {
    for statement in &collected.statements {
        let explained = statement
            .difference()
            .map(|difference| difference.is_none_or(Money::is_zero))
            .unwrap_or(false)
            || complained(collected, "balance-mismatch")
            || complained(collected, "page-mismatch")
            || complained(collected, "complaints-left-out");
        assert!(explained, "{:?}", statement.difference());
        for entry in &statement.entries {
            let texts = [
                &entry.remittance,
                &entry.counterparty.name,
                &entry.bank_reference,
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

/// Every entry that is delivered stands in the whole file, at the same place of the statement.
/// Where only the missing end tells of the cut, the last entry's text may have lost lines: no bank
/// but mBank and PKO says which line is its last.
fn is_beginning_of(part: &Statement, whole: &Statement) -> bool {
    let bank = part.head.bank.as_deref();
    let unsure = part.foot.closing.is_none() && !matches!(bank, Some("mbank" | "pko"));
    let sure = part.entries.len() - usize::from(unsure && !part.entries.is_empty());
    // Of a statement that is cut, nothing that tells whose it is may be left.
    let told = part.head.bank.is_some() || part.foot.closing.is_some();
    let mut head = whole.head.clone();
    head.bank = head.bank.filter(|_| told);
    part.head == head
        && part.entries.len() <= whole.entries.len()
        && part.entries[..sure] == whole.entries[..sure]
        && part
            .entries
            .iter()
            .zip(&whole.entries)
            .all(|(ours, whole)| ours.amount == whole.amount && ours.place == whole.place)
        && (part.foot.available.is_none() || part.foot.available == whole.foot.available)
        && (part.foot.closing.is_none()
            || part.foot.closing == whole.foot.closing && part.entries == whole.entries)
}

#[test]
fn a_file_cut_at_any_byte_is_refused_or_says_nothing_false() {
    for name in [
        "mbank-day.sta",
        "mbank-accounts-and-currencies.sta",
        "pko-day.sta",
        "pages.sta",
        "pekao-caret.sta",
    ] {
        let bytes = ours(name);
        let whole = parse_all(&bytes);
        for cut in 0..bytes.len() {
            let part = parse_all(&bytes[..cut]);
            check_laws(&part);
            if fatal(&part) {
                continue;
            }
            let pages = complained(&part, "page-missing");
            let honest = part
                .statements
                .iter()
                .zip(&whole.statements)
                .all(|(part, whole)| is_beginning_of(part, whole) || pages);
            let cut_text =
                String::from_utf8_lossy(&bytes[cut.saturating_sub(80)..cut]).into_owned();
            assert!(honest, "{name} cut at {cut}: ...{cut_text}");
            let closed = part
                .statements
                .last()
                .is_some_and(|statement| statement.foot.closing.is_some());
            assert!(
                closed || complained(&part, "end-missing"),
                "{name} cut at {cut} is not complained about"
            );
        }
    }
}

#[test]
fn mbank_files_with_marks_cut_before_the_closing_balance_are_refused() {
    let bytes = ours("mbank-day.sta");
    let closing = bytes.windows(5).position(|five| five == b":62F:").unwrap();
    for cut in 3..closing + 20 {
        let part = parse_all(&bytes[..cut]);
        assert!(fatal(&part) && part.statements.is_empty(), "cut at {cut}");
    }
}

#[test]
fn the_page_is_told_however_late_its_first_letter_comes() {
    let head = ":20:1\n:25:1\n:60F:C261102PLN0,00\n";
    let entry = ":61:2611021102C0,00N641NONREF\n:86:641^00PRZELEW^20WPLATA^32ADAM\n";
    let mut file = String::from(head);
    for _ in 0..10_000 {
        file.push_str(entry);
    }
    let mut bytes = file.into_bytes();
    assert!(bytes.len() > 600_000);
    bytes.extend(b":61:2611021102C0,00N641NONREF\n:86:641^00PRZELEW^20KRAK\xE0W^32");
    bytes.extend(b"\x9DUKASZ\n:62F:C261102PLN0,00\n-\n");
    let read = parse_all(&bytes);
    let last = read.statements[0].entries.last().unwrap();
    assert_eq!(last.remittance.as_deref(), Some("KRAKÓW"));
    assert_eq!(last.counterparty.name.as_deref(), Some("ŁUKASZ"));
}

#[test]
fn letters_common_to_two_pages_do_not_decide_between_them() {
    let head = ":20:1\n:25:1\n:60F:C261102PLN0,00\n";
    let entry = ":61:2611021102C0,00N641NONREF\n:86:641^00PRZELEW^20KRAK\u{D3}W^32ADAM\n";
    let mut file = String::from(head);
    for _ in 0..10_000 {
        file.push_str(entry);
    }
    let mut bytes: Vec<u8> = file.chars().map(|character| character as u8).collect();
    bytes.extend(
        b":61:2611021102C0,00N641NONREF\n:86:641^00PRZELEW^20URZ\xA1D\n:62F:C261102PLN0,00\n-\n",
    );
    let read = parse_all(&bytes);
    let entries = &read.statements[0].entries;
    assert_eq!(entries[0].remittance.as_deref(), Some("KRAKÓW"));
    assert_eq!(entries[10_000].remittance.as_deref(), Some("URZĄD"));
}

#[test]
fn a_demanded_page_is_obeyed() {
    let options = Options {
        charset: Some(Charset::Cp852),
        ..Options::default()
    };
    let read = parse_all_with(&ours("charset-windows-1250.sta"), options);
    let title = read.statements[0].entries[0].remittance.clone().unwrap();
    assert_ne!(title, "ZAŻÓŁĆ GĘŚLĄ JAŹŃ");
}

/// Says stop at its nth record and counts what still comes.
struct Stopper {
    left: usize,
    after: usize,
}

impl Stopper {
    fn record(&mut self) -> Flow {
        match self.left.checked_sub(1) {
            None => {
                self.after += 1;
                Flow::Stop
            }
            Some(0) => {
                self.left = 0;
                Flow::Stop
            }
            Some(left) => {
                self.left = left;
                Flow::Continue
            }
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
    for name in FILES {
        let bytes = ours(name);
        for left in 1..8 {
            let mut sink = Stopper { left, after: 0 };
            let outcome =
                read_statement(&mut bytes.as_slice(), Options::default(), &mut sink).unwrap();
            assert_eq!(sink.after, 0, "{name} after {left}");
            assert_eq!(outcome.stopped, sink.left == 0, "{name} after {left}");
        }
    }
}

struct Failing;

impl ByteSource for Failing {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        into.fill(b'\n');
        Err(SourceError {
            reason: "the disk is gone".to_owned(),
        })
    }
}

#[test]
fn a_failing_source_is_an_error_and_not_an_end() {
    let mut sink = Collector::new();
    let error = read_statement(&mut Failing, Options::default(), &mut sink).unwrap_err();
    assert!(error.to_string().contains("the disk is gone"));
}

#[test]
fn complaints_do_not_grow_without_bound() {
    let mut file = String::from(":20:1\n:25:1\n:60F:C261102PLN0,00\n");
    for _ in 0..5_000 {
        file.push_str(":61:2602300301C0,00NMSCNONREF\n");
    }
    file.push_str(":62F:C261102PLN0,00\n-\n");
    let read = parse_all(file.as_bytes());
    assert_eq!(read.complaints.len(), 1001);
    let last = read.complaints.last().unwrap();
    assert_eq!(last.code, "complaints-left-out");
    assert!(last.message.starts_with("4000 more"), "{last}");
}

/// A change to a valid file.
#[derive(Clone, Debug)]
enum Change {
    Put(prop::sample::Index, u8),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    SwapLines(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (
            at(),
            prop::sample::select(b":-0169,CDR/~<^?;{}\n\r \x01\x03\xFF".to_vec())
        )
            .prop_map(|(at, byte)| Change::Put(at, byte)),
        (at(), 1..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at(), 1..80_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        (at(), at()).prop_map(|(one, other)| Change::SwapLines(one, other)),
    ]
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        match change {
            Change::Put(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Change::Remove(at, count) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Change::Repeat(at, count) => {
                let at = at.index(bytes.len());
                let piece = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            Change::SwapLines(one, other) => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
                bytes = lines.concat();
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes(bytes: Vec<u8>) {
        let read = parse_all(&bytes);
        check_laws(&read);
        prop_assert!(!read.statements.is_empty() || !read.complaints.is_empty());
        recognise(&bytes);
    }

    #[test]
    fn any_lines_of_tags(
        lines in proptest::collection::vec(
            (prop::sample::select(vec![
                ":20:", ":25:", ":28C:", ":60F:", ":60M:", ":61:", ":86:", ":62F:", ":62M:", ":64:",
                ":NS:", ":34F:", "-", "{1:", "", "-}", "\x01", ":25:PL61109010140000071219812874",
                ":60F:C261102PLN1,00", ":61:2611021102C1,00NMSC", ":62F:C261102PLN2,00", ":28C:1/1",
                ":60M:C261102PLN2,00", ":62M:C261102PLN2,00", ":28C:1/2", ":86:020~00152~20x~63y",
            ]), "\\PC{0,20}"),
            0..30,
        ),
    ) {
        let file: String = lines.iter().map(|(tag, rest)| {
            if tag.len() > 5 { format!("{tag}\n") } else { format!("{tag}{rest}\n") }
        }).collect();
        let read = parse_all(file.as_bytes());
        check_laws(&read);
        prop_assert!(!read.statements.is_empty() || !read.complaints.is_empty());
    }

    #[test]
    fn changed_files(
        name in prop::sample::select(FILES.to_vec()),
        changes in proptest::collection::vec(change(), 1..5),
    ) {
        let bytes = changed(&ours(name), &changes);
        check_laws(&parse_all(&bytes));
        recognise(&bytes);
    }

    #[test]
    fn pieces_do_not_matter(
        name in prop::sample::select(FILES.to_vec()),
        changes in proptest::collection::vec(change(), 0..3),
        sizes in proptest::collection::vec(1..70_usize, 1..6),
    ) {
        let bytes = changed(&ours(name), &changes);
        prop_assert_eq!(in_pieces(&bytes, &sizes), parse_all(&bytes));
    }
}
