//! Files that cannot be trusted: nothing of them is booked, and the sentence says where and why.

use std::path::{Path, PathBuf};

use kantor_desk::{ImportError, Office};
use kantor_model::{Balance, Currency, Date, Iban, Money, Party};
use kantor_simulator::{BankKind, SimBank};
use kantor_wire::{Language, Sentence, StatementOutcome, Words};
use tempfile::TempDir;

use crate::kit::{kantor, text, verify};
use crate::server::{Server, account, import, new_office, open_account, standing};

const ACCOUNT: &str = "PL46114010100000579009004001";
const PKO: &str = "PL23102055610000380209739045";
const OTHER: &str = "PL19114010100000579009004002";
const EVE: &str = "2026-11-19";
const DAY: &str = "2026-11-20";

/// An office with one account, and a bank whose day brought three payments to it.
struct Story {
    folder: TempDir,
    server: Server,
    desk: Office,
}

impl Story {
    fn begin() -> Story {
        let folder = tempfile::tempdir().unwrap();
        new_office(folder.path());
        let server = Server::start(folder.path());
        let desk = server.desk();
        for account in [ACCOUNT, PKO] {
            open_account(&desk, account, "PLN", "1000.00", EVE);
        }
        Story {
            folder,
            server,
            desk,
        }
    }

    /// Puts a file on the cashier's disk.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The file is refused as a whole, before anything is sent; the sentence is returned.
    #[track_caller]
    fn refuses(&self, path: &Path) -> String {
        let before = standing(&self.desk);
        let error = import(&self.desk, path).expect_err("nothing to be imported");
        assert_eq!(standing(&self.desk), before);
        assert_eq!(self.desk.suspense().unwrap(), []);
        if let ImportError::Untrustworthy { complaints, .. } = &error {
            assert!(!complaints.is_empty(), "{error}");
        }
        error.to_string()
    }

    /// The office still works, and verifies.
    fn end(self) {
        let good = self.file("good.sta", &statement(BankKind::MBank, ACCOUNT));
        let imported = import(&self.desk, &good).unwrap();
        assert!(imported.is_complete());
        assert_eq!(account(&self.desk, ACCOUNT).booked, "1123.46");
        drop(self.server);
        verify(self.folder.path()).succeeded();
    }
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    let mut windows = bytes.windows(text.len());
    windows.position(|window| window == text).unwrap()
}

/// A day's statement: 1000.00 and three payments make 1123.46.
fn statement(kind: BankKind, account: &str) -> Vec<u8> {
    let account = Iban::parse(account).unwrap();
    let zloty = |minor| Money::new(minor, Currency::PLN);
    let day = |text: &str| text.parse::<Date>().unwrap();
    let mut bank = SimBank::new(kind);
    let last = Balance {
        amount: zloty(1_000_00),
        date: day(EVE),
    };
    bank.open_account(account, last, 214).unwrap();
    let payer = Party {
        name: "Stanisław Brzęczyszczykiewicz".to_owned(),
        street: "ul. Prosta 1".to_owned(),
        city: "00-001 Łękołody".to_owned(),
    };
    let from = Iban::parse("PL61109010140000071219812874").unwrap();
    for amount in [100_00, 23_45, 1] {
        let title = "zapłata za rower";
        bank.receive(account, day(DAY), zloty(amount), &payer, from, title)
            .unwrap();
    }
    bank.statement(account, day(DAY)).unwrap()
}

/// The lines `path:line:column: code: message` of a refusal.
fn complaints<'t>(sentence: &'t str, path: &Path) -> Vec<(u32, u32, &'t str, &'t str)> {
    let begin = format!("{}:", path.display());
    let split = |line: &'t str| {
        let mut parts = line.strip_prefix(&begin)?.splitn(4, ':');
        let place = [parts.next()?.parse().ok()?, parts.next()?.parse().ok()?];
        let (code, message) = (parts.next()?.trim(), parts.next()?.trim());
        Some((place[0], place[1], code, message))
    };
    sentence.lines().filter_map(split).collect()
}

fn in_english(sentence: &Sentence) -> String {
    Words::of(Language::En).say(sentence)
}

/// The end of every line, and the middle of every line, before the closing balance.
fn cuts(whole: &[u8]) -> Vec<usize> {
    let closing = find(whole, b":62F:");
    let ends: Vec<usize> = (1..=closing).filter(|at| whole[at - 1] == b'\n').collect();
    let middles = ends.windows(2).map(|pair| (pair[0] + pair[1]) / 2);
    ends.iter().copied().chain(middles).collect()
}

#[test]
fn a_statement_that_was_cut_off_is_refused_with_the_place() {
    let story = Story::begin();
    let whole = statement(BankKind::MBank, ACCOUNT);
    for cut in cuts(&whole) {
        let path = story.file("cut.sta", &whole[..cut]);
        has_a_place(&story.refuses(&path), &path);
    }
    story.end();
}

/// PKO BP's exports of a running day look like a statement that was cut off between two lines.
/// Then what is whole in it is true, nothing of it is proved, and the complaint says so.
#[test]
fn what_is_left_of_a_statement_proves_nothing() {
    let story = Story::begin();
    let whole = statement(BankKind::Pko, PKO);
    let (mut refused, mut taken) = (0, 0);
    for cut in cuts(&whole) {
        let path = story.file("cut.sta", &whole[..cut]);
        match import(&story.desk, &path) {
            Ok(imported) => {
                let complaints = imported.file.complaints;
                assert!(
                    complaints
                        .iter()
                        .any(|complaint| complaint.code == "end-missing")
                );
                taken += 1;
            }
            Err(error) => {
                has_a_place(&error.to_string(), &path);
                refused += 1;
            }
        }
        let account = account(&story.desk, PKO);
        assert_eq!(account.booked, "1000.00", "cut at {cut}");
        assert!(["1000.00", "1100.00", "1123.45", "1123.46"].contains(&account.available.as_str()));
    }
    assert!(refused > 10 && taken > 0, "{refused} {taken}");
    let path = story.file("whole.sta", &whole);
    assert!(import(&story.desk, &path).unwrap().is_complete());
    assert_eq!(account(&story.desk, PKO).booked, "1123.46");
    assert_eq!(story.desk.suspense().unwrap().len(), 3);
    story.end();
}

#[track_caller]
fn has_a_place(sentence: &str, path: &Path) {
    let places = complaints(sentence, path);
    assert!(!places.is_empty(), "{sentence}");
    for (line, column, code, message) in places {
        assert!(line > 0 && column > 0, "{sentence}");
        assert!(!code.is_empty() && !code.contains(' '), "{sentence}");
        assert!(message.len() > code.len(), "{sentence}");
    }
}

/// What is left of the closing balance may still look like one: then it does not add up.
#[test]
fn a_statement_that_was_cut_off_in_its_closing_balance_is_not_booked() {
    let story = Story::begin();
    let whole = statement(BankKind::MBank, ACCOUNT);
    let closing = find(&whole, b":62F:");
    let amount = closing + find(&whole[closing..], b"1123,46");
    for cut in closing + 1..amount + "1123,46".len() {
        let path = story.file("cut.sta", &whole[..cut]);
        match import(&story.desk, &path) {
            Ok(imported) => assert!(!imported.is_complete(), "cut at {cut}"),
            Err(error) => has_a_place(&error.to_string(), &path),
        }
        assert_eq!(
            account(&story.desk, ACCOUNT).available,
            "1000.00",
            "cut at {cut}"
        );
        assert_eq!(story.desk.suspense().unwrap(), []);
    }
    story.end();
}

#[test]
fn the_command_line_says_the_same_and_exits_with_one() {
    let story = Story::begin();
    let whole = statement(BankKind::MBank, ACCOUNT);
    let cut = story.file("cut.sta", &whole[..find(&whole, b":62F:")]);
    let letter = story.file("letter.txt", b"Dear office,\nthe statement is enclosed.\n");
    let config = story.folder.path().join("kantor.toml");
    let before = standing(&story.desk);
    for file in [&cut, &letter] {
        for command in [
            &["statement", "parse"][..],
            &["statement", "parse", "--json"],
            &["statement", "parse", "--summary"],
            &["statement", "import", "--config", text(&config)],
        ] {
            let ended = kantor(&[command, &[text(file)]].concat());
            assert_eq!(ended.code, Some(1), "{command:?}: {}", ended.out);
            has_a_place(&ended.err, file);
        }
    }
    assert_eq!(standing(&story.desk), before);
    let good = story.file("whole.sta", &whole);
    kantor(&[
        "statement",
        "import",
        "--config",
        text(&config),
        text(&good),
    ])
    .succeeded();
    story.end();
}

#[test]
fn lines_without_balances_are_kept_and_prove_nothing() {
    let story = Story::begin();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../parsers/corpus");
    let transfers = std::fs::read(folder.join("elixir-sixteen-fields.pli")).unwrap();
    let path = story.file("transfers.pli", &transfers);
    let imported = import(&story.desk, &path).unwrap();
    let statement = imported.outcome.statements.first().unwrap();
    assert_eq!(
        (statement.outcome, statement.new),
        (StatementOutcome::Archived, 0)
    );
    assert_eq!(story.desk.suspense().unwrap(), []);
    story.end();
}

#[test]
fn what_is_no_statement_at_all_is_refused_in_a_sentence() {
    let story = Story::begin();
    for (name, bytes) in [
        ("empty.sta", &b""[..]),
        ("zeros.sta", &[0; 4096]),
        (
            "letter.txt",
            b"Dear office,\n\nplease find enclosed the statement.\n",
        ),
    ] {
        let path = story.file(name, bytes);
        let sentence = story.refuses(&path);
        assert!(sentence.contains(name), "{sentence}");
    }
    let nowhere = story.folder.path().join("nowhere.sta");
    assert!(story.refuses(&nowhere).contains("nowhere.sta"));
    story.end();
}

/// Our own broken files, one complaint each: whatever the reader makes of them, nothing is booked.
#[test]
fn of_no_broken_file_anything_is_booked() {
    let story = Story::begin();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../parsers/corpus/broken");
    let mut seen = 0;
    for path in crate::kit::files(&folder) {
        let of_statements = path.extension().is_some_and(|extension| extension == "sta");
        if !of_statements {
            continue;
        }
        seen += 1;
        match import(&story.desk, &path) {
            Ok(imported) => {
                assert!(!imported.is_complete(), "{}", path.display());
                for became in imported.outcome.statements {
                    assert_eq!((became.new, became.matches.len()), (0, 0), "{became:?}");
                }
            }
            Err(error) => assert!(
                error.to_string().contains(path.to_str().unwrap()),
                "{error}"
            ),
        }
        let now = account(&story.desk, ACCOUNT);
        assert_eq!(now.available, "1000.00", "{}", path.display());
        assert_eq!(story.desk.suspense().unwrap(), []);
    }
    assert!(seen > 20, "{seen}");
    story.end();
}

#[test]
fn a_statement_of_an_account_that_the_office_does_not_have_is_refused_and_named() {
    let story = Story::begin();
    let path = story.file("other.sta", &statement(BankKind::MBank, OTHER));
    let before = standing(&story.desk);
    let imported = import(&story.desk, &path).unwrap();
    assert!(!imported.is_complete());
    let [refused] = imported.outcome.statements.as_slice() else {
        panic!("{imported:?}");
    };
    assert_eq!(
        (refused.outcome, refused.new),
        (StatementOutcome::Refused, 0)
    );
    let sentence = in_english(&refused.message);
    assert!(sentence.contains(OTHER), "{sentence}");
    assert_eq!(standing(&story.desk), before);
    story.end();
}

#[test]
fn a_statement_that_does_not_add_up_is_kept_aside_with_the_difference() {
    let story = Story::begin();
    let mut other = statement(BankKind::MBank, ACCOUNT);
    let at = find(&other, b"23,45");
    other[at + 3] = b'9';
    let path = story.file("wrong.sta", &other);
    for time in 1..=2 {
        let imported = import(&story.desk, &path).unwrap();
        assert!(!imported.is_complete());
        let [kept] = imported.outcome.statements.as_slice() else {
            panic!("{imported:?}");
        };
        assert_eq!((kept.outcome, kept.new), (StatementOutcome::Archived, 0));
        let difference = kept.difference.as_ref().expect("a difference");
        assert_eq!(
            (difference.amount.as_str(), difference.currency.as_str()),
            ("-0.50", "PLN")
        );
        let sentence = in_english(&kept.message);
        assert!(sentence.contains("0.50"), "{sentence}");
        // The place where it can be seen: the closing balance.
        let closing = 1 + other[..find(&other, b":62F:")]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        let complaints = &imported.file.complaints;
        let shown = complaints
            .iter()
            .find(|complaint| complaint.code == "balance-mismatch");
        assert_eq!(
            shown.map(|shown| shown.line as usize),
            Some(closing),
            "{complaints:?}"
        );
        let now = account(&story.desk, ACCOUNT);
        assert_eq!(
            (now.booked.as_str(), now.available.as_str()),
            ("1000.00", "1000.00")
        );
        assert_eq!(story.desk.suspense().unwrap(), []);
        if time == 2 {
            // It is archived once, however often it comes.
            let changes = story.desk.changes(0, 0).unwrap().changes;
            let archived = changes
                .iter()
                .filter(|change| change.kind == "StatementArchived");
            assert_eq!(archived.count(), 1);
        }
    }
    story.end();
}
