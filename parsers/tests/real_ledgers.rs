//! Rates and status reports that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_parsers::pain002::{self, StatusReport};
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
