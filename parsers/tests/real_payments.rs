//! Payment messages that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_model::{Decimal, Severity};
use kantor_parsers::pain001::{Message, read};
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpus folder at {}", folder.display());
    None
}

/// A row of the manifest.
struct Row {
    path: String,
    format: String,
    valid: String,
    facts: Vec<Value>,
}

fn rows(folder: &Path) -> Vec<Row> {
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|have| *have == name).unwrap();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |name: &str| cells[column(name)].to_owned();
            Row {
                path: cell("path"),
                format: cell("format"),
                valid: cell("valid"),
                facts: serde_json::from_str(&cell("facts")).unwrap_or_default(),
            }
        })
        .collect()
}

/// What differs from the facts; empty when all is as the manifest says.
fn differences(message: &Message, fact: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, ours: Option<String>, fact: &Value| {
        let fact = match fact {
            Value::Null => return,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if ours.as_ref() != Some(&fact) {
            found.push(format!("{what} {ours:?}, not {fact}"));
        }
    };
    let plain = |text: &str| text.parse::<Decimal>().unwrap().normalize().to_string();
    let number = |text: &Option<String>| text.as_deref().map(plain);
    let as_number = |fact: &Value| match fact.as_str() {
        Some(text) => Value::String(plain(text)),
        None => Value::Null,
    };
    differ("message", message.id.clone(), &fact["msg"]);
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    differ("told transfers", count(message.told.transfers), &fact["nb"]);
    differ(
        "told sum",
        number(&message.told.sum),
        &as_number(&fact["ctrl"]),
    );
    differ("transfers", count(message.found.transfers), &fact["tx"]);
    differ("sum", number(&message.found.sum), &as_number(&fact["sum"]));
    differ(
        "blocks",
        Some(message.blocks.len().to_string()),
        &fact["pmtinf"],
    );
    // Of a collection the manifest tells the first payer; the account that is ours is the other one.
    if !message.collects {
        let account = message
            .blocks
            .first()
            .and_then(|block| block.account.clone());
        differ("account", account.map(|it| it.to_string()), &fact["acc"]);
        let orders = &message.read.orders;
        let mut currencies: Vec<&str> = orders
            .iter()
            .map(|order| order.amount.currency().code())
            .collect();
        currencies.sort_unstable();
        currencies.dedup();
        differ("currencies", Some(currencies.join("/")), &fact["ccy"]);
        differ("orders", Some(orders.len().to_string()), &fact["tx"]);
    }
    found
}

#[test]
fn every_payment_message_has_the_facts_of_its_manifest() {
    let Some(folder) = corpus() else { return };
    let (mut valid, mut invalid) = (0, 0);
    for row in rows(&folder) {
        let ours = ["pain.001", "pain.008"]
            .iter()
            .any(|it| row.format.starts_with(it));
        if !ours && row.format != "pain" {
            continue;
        }
        let bytes = std::fs::read(folder.join(&row.path)).unwrap();
        let message = read(&bytes, None);
        let complaints = &message.read.complaints;
        let fatal = complaints
            .iter()
            .filter(|it| it.severity == Severity::Fatal);
        if row.valid == "no" {
            assert!(fatal.clone().count() > 0, "{}", row.path);
            assert!(fatal.clone().all(|it| it.place.line > 0), "{complaints:?}");
            invalid += 1;
        } else {
            assert_eq!(fatal.count(), 0, "{}: {complaints:?}", row.path);
            valid += 1;
        }
        if ours {
            let differences = differences(&message, &row.facts[0]);
            assert!(differences.is_empty(), "{}: {differences:?}", row.path);
        }
    }
    println!("{valid} valid and {invalid} invalid payment messages read as the manifest has it");
    assert_eq!((valid, invalid), (14, 3));
}
