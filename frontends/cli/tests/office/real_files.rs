//! Files that nobody of this project wrote, into an office opened with their opening balances.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_desk::Office;
use kantor_model::{Currency, Iban, Money, SortCode};
use kantor_wire::{ImportOutcome, StatementOutcome};
use serde_json::Value;

use crate::kit::{kantor, text};
use crate::server::{Server, account, import, new_office, open_account, standing, verified};

/// A real statement file with what its manifest says of it.
struct RealFile {
    path: PathBuf,
    bytes: Vec<u8>,
    balances: bool,
    statements: Vec<Fact>,
}

/// What the manifest says of one statement.
struct Fact {
    account: String,
    currency: Currency,
    opening: Money,
    closing: Money,
    credits: Money,
    debits: Money,
    entries: usize,
}

impl Fact {
    fn of(fact: &Value) -> Fact {
        let text = |key: &str| fact[key].as_str().unwrap();
        let currency = Currency::from_code(text("ccy")).unwrap();
        let money = |key: &str| Money::parse(text(key), currency).unwrap();
        Fact {
            account: text("acc").to_owned(),
            currency,
            opening: money("ob"),
            closing: money("cb"),
            credits: money("cr"),
            debits: money("dr"),
            entries: usize::try_from(fact["n"].as_u64().unwrap()).unwrap(),
        }
    }

    /// Banks' samples hold account numbers with wrong check digits, and nobody has such an
    /// account: the number with the right ones, or any where it is no number at all.
    fn invented_account(&self) -> Option<String> {
        if Iban::parse(&self.account).is_ok() {
            return None;
        }
        let digits = self.account.trim_start_matches("PL");
        let mended = digits
            .get(2..10)
            .and_then(SortCode::parse)
            .and_then(|code| Iban::polish(code, digits.get(10..)?));
        let any = || Iban::parse("PL61109010140000071219812874").unwrap();
        Some(mended.unwrap_or_else(any).to_string())
    }

    /// What the closing balance has more than opening and lines.
    fn difference(&self) -> Money {
        let lines = self.credits.minus(self.debits).unwrap();
        let reached = self.opening.plus(lines).unwrap();
        self.closing.minus(reached).unwrap()
    }
}

/// The MT940 files of mBank and PKO BP; `None` without the folder.
fn real_files() -> Option<Vec<RealFile>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).ok()?;
    let mut lines = manifest
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name: &str| names.iter().position(|have| *have == name).unwrap();
    let (path, format, dialect) = (column("path"), column("format"), column("dialect"));
    let (valid, facts) = (column("valid"), column("facts"));
    let ours = |row: &Vec<&str>| {
        let dialect = row[dialect];
        row[format] == "MT940"
            && (dialect.starts_with("mBank") || dialect.starts_with("PKO"))
            && row[valid].starts_with("yes")
    };
    let file = |row: Vec<&str>| {
        let facts: Vec<Value> = serde_json::from_str(row[facts]).unwrap();
        let path = folder.join(row[path]);
        RealFile {
            bytes: std::fs::read(&path).unwrap(),
            path,
            balances: row[valid] == "yes",
            statements: facts.iter().map(Fact::of).collect(),
        }
    };
    Some(lines.filter(ours).map(file).collect())
}

#[test]
fn real_files_land_in_suspense_line_by_line_and_balance() {
    let Some(files) = real_files() else {
        eprintln!("skipped: no corpus folder");
        return;
    };
    assert_eq!(files.len(), 7);
    let mut lines = 0;
    for mut file in files {
        let folder = tempfile::tempdir().unwrap();
        new_office(folder.path());
        let server = Server::start(folder.path());
        let desk = server.desk();
        if file
            .statements
            .iter()
            .any(|fact| fact.invented_account().is_some())
        {
            is_nobodys(&desk, &file);
            file = file.with_accounts_that_exist(folder.path());
        }
        for fact in &file.statements {
            let opening = fact.opening.to_decimal_string();
            open_account(
                &desk,
                &fact.account,
                fact.currency.code(),
                &opening,
                "2000-01-01",
            );
        }
        let name = file.path.display();
        let outcome = import(&desk, &file.path)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .outcome;
        assert_eq!(outcome.statements.len(), file.statements.len(), "{name}");
        let booked = if file.balances {
            balances(&desk, &file, &outcome)
        } else {
            is_kept_aside(&desk, &file, &outcome);
            0
        };
        assert_eq!(verified(folder.path())["lines"], booked, "{name}");
        kantor(&["verify", text(folder.path()), "--reparse"]).succeeded();
        println!("{name}: {booked} lines");
        lines += booked;
    }
    println!("{lines} lines booked");
}

impl RealFile {
    /// The same file of an account that somebody can have.
    fn with_accounts_that_exist(mut self, folder: &Path) -> RealFile {
        for fact in &mut self.statements {
            let Some(account) = fact.invented_account() else {
                continue;
            };
            let at = find(&self.bytes, fact.account.as_bytes());
            let end = at + fact.account.len();
            self.bytes.splice(at..end, account.bytes());
            fact.account = account;
        }
        self.path = folder.join(self.path.file_name().unwrap());
        std::fs::write(&self.path, &self.bytes).unwrap();
        self
    }
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    let mut windows = bytes.windows(text.len());
    windows.position(|window| window == text).unwrap()
}

/// As it is, the file is of an account that the office cannot have: refused, and named.
fn is_nobodys(desk: &Office, file: &RealFile) {
    let name = file.path.display();
    let before = standing(desk);
    let imported = import(desk, &file.path).unwrap();
    for (fact, became) in file.statements.iter().zip(&imported.outcome.statements) {
        assert_eq!(became.outcome, StatementOutcome::Refused, "{name}");
        assert_eq!(became.account, fact.account, "{name}");
    }
    assert_eq!(standing(desk), before, "{name}");
}

/// Every line waits for a person, or is one side of a transfer between the file's own accounts;
/// every balance is the bank's. Answers how many lines there are.
fn balances(desk: &Office, file: &RealFile, outcome: &ImportOutcome) -> usize {
    let name = file.path.display();
    let suspense = desk.suspense().unwrap();
    let mut paired = 0;
    for (fact, became) in file.statements.iter().zip(&outcome.statements) {
        assert_eq!(became.account, fact.account, "{name}");
        // A day without lines adds nothing to the books, but the bank has told it to its end.
        let expected = StatementOutcome::Booked;
        assert_eq!(became.outcome, expected, "{name}: {became:?}");
        let counts = (became.new, became.known, became.matches.len());
        assert_eq!(counts, (fact.entries as u64, 0, fact.entries), "{name}");
        let account = account(desk, &fact.account);
        assert_eq!(account.booked, fact.closing.to_decimal_string(), "{name}");
        assert_eq!(account.available, account.booked, "{name}");
        let asked: Vec<u64> = suspense
            .iter()
            .filter(|line| line.account == account.id)
            .map(|line| line.ordinal)
            .collect();
        let is_paired = |ordinal: u64, code: &str| {
            !asked.contains(&ordinal) && code.contains("own") && code.contains("transfer")
        };
        let lines: Vec<Money> = became
            .matches
            .iter()
            .filter(|line| {
                asked.contains(&line.ordinal) || is_paired(line.ordinal, &line.reason.code)
            })
            .map(|line| Money::parse(&line.amount.amount, fact.currency).unwrap())
            .collect();
        paired += lines.len() - asked.len();
        assert_eq!(lines.len(), fact.entries, "{name}");
        let sum = |positive: bool| {
            let part = lines
                .iter()
                .filter(|amount| amount.is_positive() == positive);
            Money::sum(fact.currency, part.copied()).unwrap()
        };
        assert_eq!(sum(true), fact.credits, "{name}");
        assert_eq!(sum(false).negated().unwrap(), fact.debits, "{name}");
    }
    let expected: usize = file.statements.iter().map(|fact| fact.entries).sum();
    assert_eq!(suspense.len() + paired, expected, "{name}");
    assert_eq!(paired % 2, 0, "{name}: each side has its other side");
    expected
}

/// Nothing of it is booked, and the difference is shown.
fn is_kept_aside(desk: &Office, file: &RealFile, outcome: &ImportOutcome) {
    let name = file.path.display();
    assert_eq!(desk.suspense().unwrap(), [], "{name}");
    for (fact, became) in file.statements.iter().zip(&outcome.statements) {
        assert_eq!((became.new, became.matches.len()), (0, 0), "{name}");
        assert_eq!(became.outcome, StatementOutcome::Archived, "{name}");
        let shown = became.difference.as_ref().expect("the difference");
        assert_eq!(
            shown.amount,
            fact.difference().to_decimal_string(),
            "{name}"
        );
        let account = account(desk, &fact.account);
        assert_eq!(account.booked, fact.opening.to_decimal_string(), "{name}");
        assert_eq!(account.available, account.booked, "{name}");
    }
}
