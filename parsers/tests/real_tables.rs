//! Banks' tables that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_model::{Collected, Currency, EntryStatus, Money, Severity};
use kantor_parsers::parse_all;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpus folder at {}", folder.display());
    None
}

/// What differs from the facts; empty when all is as the manifest says. A fact without an account
/// is about the whole file: two own accounts in one file are two statements here.
fn differences(collected: &Collected, fact: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, ours: Option<String>, fact: Option<&str>| {
        if let Some(fact) = fact
            && ours.as_deref() != Some(fact)
        {
            found.push(format!("{what} {ours:?}, not {fact}"));
        }
    };
    let statements = &collected.statements;
    let account = fact["acc"].as_str();
    let first = statements.first();
    let ours = first.and_then(|statement| statement.head.account.as_ref());
    let bare = |text: &str| text.trim_start_matches("PL").to_owned();
    differ(
        "account",
        ours.map(|account| bare(account.as_str())),
        account.map(bare).as_deref(),
    );
    if account.is_some() {
        differ("statements", Some(statements.len().to_string()), Some("1"));
    }
    let currency = first.map(|statement| statement.head.currency.to_string());
    differ("currency", currency, fact["ccy"].as_str());
    let entries = statements.iter().flat_map(|statement| &statement.entries);
    let booked: Vec<Money> = entries
        .filter(|entry| entry.status == EntryStatus::Booked)
        .map(|entry| entry.amount)
        .collect();
    let count = fact["n"].as_u64().map(|count| count.to_string());
    differ("entries", Some(booked.len().to_string()), count.as_deref());
    let shown = |text: &str| {
        let money = Money::parse(text, Currency::PLN).unwrap();
        money.to_decimal_string()
    };
    let sum = |positive: bool| {
        let part = booked
            .iter()
            .filter(|amount| amount.is_positive() == positive);
        let sum = Money::sum(Currency::PLN, part.copied()).unwrap();
        Some(sum.abs().unwrap().to_decimal_string())
    };
    let told = |key: &str| fact[key].as_str().map(shown);
    differ("credits", sum(true), told("cr").as_deref());
    differ("debits", sum(false), told("dr").as_deref());
    let closing = first.and_then(|statement| statement.foot.closing);
    let closing = closing.map(|balance| balance.amount.to_decimal_string());
    differ("closing", closing, told("cb").as_deref());
    found
}

#[test]
fn every_table_has_the_facts_of_its_manifest() {
    let Some(folder) = corpus() else { return };
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|have| *have == name).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |name: &str| cells[column(name)];
        if cell("format") != "bank csv" {
            continue;
        }
        let path = cell("path");
        let collected = parse_all(&std::fs::read(folder.join(path)).unwrap());
        let fatal = |severity| severity == Severity::Fatal;
        let refused: Vec<_> = collected
            .complaints
            .iter()
            .filter(|complaint| fatal(complaint.severity))
            .collect();
        if cell("valid") == "no" {
            let placed = refused.iter().any(|complaint| complaint.place.line > 0);
            assert!(placed, "{path}: nothing is complained about");
            invalid += 1;
            continue;
        }
        assert!(refused.is_empty(), "{path}: {refused:?}");
        let facts: Vec<serde_json::Value> = serde_json::from_str(cell("facts")).unwrap();
        let differences = differences(&collected, &facts[0]);
        assert!(differences.is_empty(), "{path}: {differences:?}");
        for statement in &collected.statements {
            let difference = statement.difference().unwrap();
            assert!(difference.is_none_or(Money::is_zero), "{path}");
        }
        let told_apart = collected
            .complaints
            .iter()
            .any(|complaint| complaint.code == "totals-mismatch");
        assert_eq!(told_apart, cell("valid") == "yes-unbalanced", "{path}");
        valid += 1;
    }
    println!("{valid} tables read with all facts of the manifest, {invalid} refused");
    assert_eq!((valid, invalid), (9, 1));
}
