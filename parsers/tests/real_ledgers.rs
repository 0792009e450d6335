//! Rates and status reports that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_model::{Balance, Collected, Complaint, EntryStatus, Format, Money, Severity};
use kantor_parsers::pain002::{self, StatusReport};
use kantor_parsers::parse_all;
use kantor_parsers::rates;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpus folder at {}", folder.display());
    None
}

/// A row of the manifest, as far as these tests look at it.
struct Row {
    path: String,
    format: String,
    valid: String,
    facts: Vec<serde_json::Value>,
}

fn rows(folder: &Path) -> Vec<Row> {
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|have| *have == name).unwrap();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            Row {
                path: cells[column("path")].to_owned(),
                format: cells[column("format")].to_owned(),
                valid: cells[column("valid")].to_owned(),
                facts: serde_json::from_str(cells[column("facts")]).unwrap_or_default(),
            }
        })
        .collect()
}

fn bytes(folder: &Path, row: &Row) -> Vec<u8> {
    std::fs::read(folder.join(&row.path)).unwrap()
}

#[test]
fn rates_have_the_facts_of_their_manifest() {
    let Some(folder) = corpus() else { return };
    let mut checked = 0;
    for row in rows(&folder) {
        if !row.format.starts_with("NBP") && !row.format.starts_with("ECB") {
            continue;
        }
        let read = rates::read(&bytes(&folder, &row));
        assert_eq!(read.complaints, [], "{}", row.path);
        assert_eq!(read.sheets.len(), row.facts.len(), "{}", row.path);
        for (sheet, fact) in read.sheets.iter().zip(&row.facts) {
            let number = sheet.number.clone();
            let number = number.unwrap_or_else(|| sheet.effective.to_string());
            assert_eq!(fact["no"], number, "{}", row.path);
            assert_eq!(fact["n"], sheet.rates.len(), "{}", row.path);
        }
        checked += 1;
    }
    assert_eq!(checked, 3);
}

/// What differs from the facts of a statement; a key that is missing was not in the file.
fn differences(collected: &Collected, facts: &[serde_json::Value]) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, ours: &str, fact: &serde_json::Value| {
        let fact = fact.as_str().filter(|fact| !fact.is_empty());
        if fact.is_some_and(|fact| fact != ours) {
            found.push(format!("{what} {ours}, not {}", fact.unwrap()));
        }
    };
    let count = collected.statements.len().to_string();
    differ("statements", &count, &facts.len().to_string().into());
    for (statement, fact) in collected.statements.iter().zip(facts) {
        let head = &statement.head;
        let account = head.account.as_ref().map_or("", |account| account.as_str());
        let bare = account.strip_prefix("PL").unwrap_or(account);
        let told = fact["acc"].as_str().unwrap_or_default();
        let same = told.strip_prefix("PL").unwrap_or(told) == bare;
        differ(
            "account",
            account,
            if same {
                &serde_json::Value::Null
            } else {
                &fact["acc"]
            },
        );
        differ("currency", head.currency.code(), &fact["ccy"]);
        let shown = |balance: Option<Balance>| {
            balance.map_or("none".to_owned(), |balance| {
                balance.amount.to_decimal_string()
            })
        };
        differ("opening", &shown(head.opening), &fact["ob"]);
        differ("closing", &shown(statement.foot.closing), &fact["cb"]);
        let booked = statement
            .entries
            .iter()
            .filter(|entry| entry.status == EntryStatus::Booked);
        let amounts: Vec<Money> = booked.map(|entry| entry.amount).collect();
        let sum = |positive: bool| {
            let some = amounts
                .iter()
                .filter(|amount| amount.is_positive() == positive);
            let sum = Money::sum(head.currency, some.copied()).unwrap();
            sum.abs().unwrap().to_decimal_string()
        };
        let plain = |value: &serde_json::Value| match value.as_str() {
            Some("0") => "0.00".into(),
            _ => value.clone(),
        };
        differ("credits", &sum(true), &plain(&fact["cr"]));
        differ("debits", &sum(false), &plain(&fact["dr"]));
        let entries = fact["n"]
            .as_u64()
            .map_or(serde_json::Value::Null, |n| n.to_string().into());
        differ("entries", &statement.entries.len().to_string(), &entries);
    }
    found
}

fn statement_files(format: &str, count: usize, judge: impl Fn(&Row, &Collected)) {
    let Some(folder) = corpus() else { return };
    let mut checked = 0;
    for row in rows(&folder).iter().filter(|row| row.format == format) {
        let collected = parse_all(&bytes(&folder, row));
        let differences = differences(&collected, &row.facts);
        assert!(
            differences.is_empty(),
            "{}: {differences:?}\n{collected:#?}",
            row.path
        );
        let fatal = |complaint: &&Complaint| complaint.severity == Severity::Fatal;
        assert_eq!(
            collected.complaints.iter().find(fatal),
            None,
            "{}",
            row.path
        );
        judge(row, &collected);
        checked += 1;
    }
    assert_eq!(checked, count, "{format}");
}

#[test]
fn elixir_lines_are_a_statement_of_the_account_that_they_share() {
    statement_files("Elixir-0", 1, |row, collected| {
        let head = &collected.statements[0].head;
        assert_eq!(head.format, Format::Elixir0, "{}", row.path);
        assert_eq!(head.opening, None, "{}", row.path);
    });
}

fn has(collected: &Collected, code: &str) -> bool {
    let mut complaints = collected.complaints.iter();
    complaints.any(|complaint| complaint.code == code)
}

#[test]
fn histories_of_banks_have_the_facts_of_their_manifest() {
    statement_files("bank xml", 3, |row, collected| {
        let mismatch = has(collected, "balance-mismatch");
        assert_eq!(mismatch, row.valid == "yes-unbalanced", "{}", row.path);
    });
}

#[test]
fn a_part_of_an_audit_file_is_read_as_far_as_it_goes() {
    statement_files("JPK_WB xml", 1, |row, collected| {
        let said: Vec<&str> = collected
            .complaints
            .iter()
            .map(|one| one.code.as_ref())
            .collect();
        assert_eq!(said, ["currency-assumed"], "{}", row.path);
    });
}

/// The first status that a level has, from above.
fn first_status(report: &StatusReport) -> Option<String> {
    let payments = report.payments.iter().map(|payment| &payment.status);
    let transactions = report.transactions.iter().map(|one| &one.status);
    std::iter::once(&report.group_status)
        .chain(payments)
        .chain(transactions)
        .flatten()
        .next()
        .map(ToString::to_string)
}

#[test]
fn status_reports_have_the_facts_of_their_manifest() {
    let Some(folder) = corpus() else { return };
    let mut checked = 0;
    for row in rows(&folder) {
        if !row.format.starts_with("pain.002") {
            continue;
        }
        let read = pain002::read(&mut bytes(&folder, &row).as_slice(), None).unwrap();
        assert_eq!(read.complaints, [], "{}", row.path);
        let report = read.report.unwrap();
        assert_eq!(report.version.as_ref(), Some(&row.format), "{}", row.path);
        for fact in &row.facts {
            let id = report.message_id.as_deref();
            assert_eq!(fact["msg"].as_str(), id, "{}", row.path);
            let status = first_status(&report);
            assert_eq!(fact["status"].as_str(), status.as_deref(), "{}", row.path);
        }
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn a_real_rejection_is_found_by_its_transfer() {
    let Some(folder) = corpus() else { return };
    let mut found = 0;
    for row in rows(&folder) {
        if !row.format.starts_with("pain.002") {
            continue;
        }
        let read = pain002::read(&mut bytes(&folder, &row).as_slice(), None).unwrap();
        let report = read.report.unwrap();
        if let pain002::Found::Told(told) = report.find("EndToEndId-006-01-01", None)
            && told.level == pain002::Level::Transaction
        {
            assert_eq!(told.status.code(), "RJCT");
            assert_eq!(
                told.reasons[0].words().unwrap(),
                "AC01: the account number is wrong (1301813;Konto ungültig)"
            );
            found += 1;
        }
    }
    assert_eq!(found, 1);
}
