//! Foreign transfers that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::Path;

use kantor_model::{Currency, Money, Severity};
use kantor_parsers::transfers::{Order, Read, read_transfers, recognise_transfers};
use serde_json::Value;

/// What differs from a fact of the manifest; empty when all is as it says.
fn differences(read: &Read, fact: &Value) -> Vec<String> {
    let currency = Currency::from_code(fact["ccy"].as_str().unwrap()).unwrap();
    let orders: Vec<&Order> = read
        .orders
        .iter()
        .filter(|order| order.amount.currency() == currency)
        .collect();
    let mut found = Vec::new();
    if fact["n"].as_u64() != Some(orders.len() as u64) {
        found.push(format!("{} transfers in {currency}", orders.len()));
    }
    let sum = Money::sum(currency, orders.iter().map(|order| order.amount)).unwrap();
    if fact["dr"].as_str() != Some(sum.to_decimal_string().as_str()) {
        found.push(format!("a sum of {sum}"));
    }
    if let Some(account) = fact["acc"].as_str()
        && orders
            .iter()
            .any(|order| order.debit_account.as_str() != account)
    {
        found.push("another account".to_owned());
    }
    found
}

#[test]
fn foreign_transfers_of_other_writers_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.tsv")) else {
        eprintln!("skipped: no corpus folder at {}", folder.display());
        return;
    };
    let mut lines = manifest.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|have| *have == name).unwrap();
    let mut checked = 0;
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |name: &str| cells[column(name)];
        let (path, format) = (cell("path"), cell("format"));
        if format != "PLA" && format != "MT101" {
            continue;
        }
        let bytes = std::fs::read(folder.join(path)).unwrap();
        let told = recognise_transfers(&bytes).map(|format| format.to_string());
        assert_eq!(told.as_deref(), Some(format), "{path}");
        let read = read_transfers(&bytes, None, None);
        let facts: Vec<Value> = serde_json::from_str(cell("facts")).unwrap();
        for fact in &facts {
            assert_eq!(differences(&read, fact), [""; 0], "{path}");
        }
        // Each file that is marked wrong has a complaint with a place, and no other has a fatal one.
        let fatal = read
            .complaints
            .iter()
            .find(|complaint| complaint.severity == Severity::Fatal);
        assert_eq!(fatal.is_some(), cell("valid") == "no", "{path}: {fatal:?}");
        assert!(fatal.is_none_or(|complaint| complaint.place.line > 0));
        checked += 1;
    }
    println!("{checked} PLA and MT101 files read with all facts of the manifest");
    assert!(checked >= 2, "{checked}");
}
