//! camt files that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_model::{Currency, Entry, Money, Severity, Statement};
use kantor_parsers::parse_all;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpus folder at {}", folder.display());
    None
}

/// A row of the manifest: path, whether the file is valid, facts of each statement.
struct Row {
    path: String,
    valid: String,
    facts: Vec<serde_json::Value>,
}

fn rows(folder: &Path) -> Vec<Row> {
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|have| *have == name).unwrap();
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|cells| cells[column("format")].starts_with("camt"))
        .map(|cells| Row {
            path: cells[column("path")].to_owned(),
            valid: cells[column("valid")].to_owned(),
            facts: serde_json::from_str(cells[column("facts")]).unwrap_or_default(),
        })
        .collect()
}

/// How many `TxDtls` the file's text has, which is what the facts count.
fn transactions(text: &str) -> u64 {
    let count = |tag: &str| text.matches(tag).count() as u64;
    count("<TxDtls>") + count(":TxDtls>") / 2 + count("<TxDtls/>")
}

/// What differs from the facts; empty when all is as the manifest says. The facts count entries of
/// every status, and name amounts without looking at their currencies.
fn differences(statement: &Statement, fact: &serde_json::Value) -> Vec<String> {
    let currency = statement.head.currency;
    let mut found = Vec::new();
    let mut differ = |what: &str, ours: String, fact: Option<String>| {
        if let Some(fact) = fact.filter(|fact| *fact != ours) {
            found.push(format!("{what} {ours}, not {fact}"));
        }
    };
    let text = |key: &str| fact[key].as_str().map(str::to_owned);
    let money = |key: &str| {
        let text = fact[key].as_str()?;
        // The same amount may be written with more zeros.
        let text = match text.split_once('.') {
            Some((_, part)) if part.len() > 2 => text.trim_end_matches('0'),
            _ => text,
        };
        Some(Money::parse(text, currency).unwrap().to_string())
    };
    let side = |positive: bool| {
        let amounts = statement.entries.iter().map(|entry| entry.amount);
        let of_side = amounts.filter(|amount| amount.is_positive() == positive);
        let sum = Money::sum(currency, of_side).unwrap();
        sum.abs().unwrap().to_string()
    };
    let balance = |balance: Option<kantor_model::Balance>| {
        balance.map_or("none".to_owned(), |balance| balance.amount.to_string())
    };
    let account = statement.head.account.as_ref().map(|it| it.as_str());
    differ(
        "account",
        account.unwrap_or_default().to_owned(),
        text("acc"),
    );
    differ("currency", currency.to_string(), text("ccy"));
    differ("opening", balance(statement.head.opening), money("ob"));
    differ("closing", balance(statement.foot.closing), money("cb"));
    differ("credits", side(true), money("cr"));
    differ("debits", side(false), money("dr"));
    differ(
        "entries",
        statement.entries.len().to_string(),
        fact["n"].as_u64().map(|count| count.to_string()),
    );
    differ(
        "balances",
        statement
            .difference()
            .unwrap()
            .is_some_and(Money::is_zero)
            .to_string(),
        fact["bal"].as_bool().map(|balances| balances.to_string()),
    );
    found
}

/// Facts that the files' own bytes contradict: path, and what differs from the facts.
///
/// The first four have a closing balance in SEK (`<Amt Ccy="SEK">27.00</Amt>`) and the account,
/// the opening balance and the entry in EUR; the facts do not look at the attribute. Such a balance
/// proves nothing and is left out with a complaint. OPAV of the next one is an available balance,
/// not a booked one. The last has its balance in CHF and its account in SEK.
const AGAINST_THE_BYTES: [(&str, &str, &str); 6] = [
    (
        "camt053.v2.minimal.ultimate.xml",
        "closing none, not -27.00 EUR",
        "<Amt Ccy=\"SEK\">27.00</Amt>",
    ),
    (
        "camt053.v2.with-party-ids.xml",
        "closing none, not -27.00 EUR",
        "<Amt Ccy=\"SEK\">27.00</Amt>",
    ),
    (
        "camt053.v3.xml",
        "closing none, not -27.00 EUR",
        "<Amt Ccy=\"SEK\">27.00</Amt>",
    ),
    (
        "camt053.v8.xml",
        "closing none, not -27.00 EUR",
        "<Amt Ccy=\"SEK\">27.00</Amt>",
    ),
    (
        "camt.053.001.07.xml",
        "opening none, not 234234.00 USD",
        "OPAV",
    ),
    (
        "camt052.v6.Amt-zero.xml",
        "closing none, not 10022.15 SEK",
        "<Amt Ccy=\"CHF\">10022.15</Amt>",
    ),
];

#[test]
fn every_camt_file_has_the_facts_of_its_manifest() {
    let Some(folder) = corpus() else { return };
    let (mut checked, mut wrong) = (0, Vec::new());
    for row in rows(&folder).iter().filter(|row| row.valid != "no") {
        let bytes = std::fs::read(folder.join(&row.path)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let read = parse_all(&bytes);
        let mut differ = Vec::new();
        if read.statements.len() != row.facts.len() {
            differ.push(format!("{} statements", read.statements.len()));
        }
        for (statement, fact) in read.statements.iter().zip(&row.facts) {
            differ.extend(differences(statement, fact));
        }
        for (name, difference, proof) in AGAINST_THE_BYTES {
            if row.path.ends_with(name) {
                assert!(text.contains(proof), "{name}");
                differ.retain(|found| found != difference);
            }
        }
        let entries = || read.statements.iter().flat_map(|it| &it.entries);
        let stated: Option<u64> = row.facts.iter().map(|fact| fact["tx"].as_u64()).sum();
        let several: usize = entries().map(|entry| entry.parts.len()).sum();
        let single = transactions(&text) - several as u64;
        if stated != Some(transactions(&text)) || single > entries().count() as u64 {
            differ.push(format!("{several} parts of {stated:?}"));
        }
        let complained = |code: &str| read.complaints.iter().any(|it| it.code == code);
        let unproven = ["balance-mismatch", "balance-currency", "opening-missing"];
        let proven = !unproven.into_iter().any(complained);
        if row.valid == "yes" && complained("balance-mismatch") || row.valid != "yes" && proven {
            differ.push(format!("{} but proven: {proven}", row.valid));
        }
        let fatal = read
            .complaints
            .iter()
            .filter(|it| it.severity == Severity::Fatal);
        differ.extend(fatal.map(ToString::to_string));
        if !differ.is_empty() {
            wrong.push(format!("{}: {differ:#?}", row.path));
        }
        checked += 1;
    }
    println!("{checked} camt files checked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(checked, 34);
}

#[test]
fn what_is_no_statement_is_refused_with_a_place() {
    let Some(folder) = corpus() else { return };
    let mut refused = Vec::new();
    for row in rows(&folder).iter().filter(|row| row.valid == "no") {
        let read = parse_all(&std::fs::read(folder.join(&row.path)).unwrap());
        assert!(read.statements.is_empty(), "{}", row.path);
        let fatal = read
            .complaints
            .iter()
            .find(|it| it.severity == Severity::Fatal);
        let complaint = fatal.unwrap_or_else(|| panic!("{} has no complaint", row.path));
        assert!(complaint.place.line > 0, "{}", row.path);
        refused.push(complaint.code.to_string());
    }
    refused.sort();
    assert_eq!(refused, ["not-a-statement", "statement-missing"]);
}

fn entry(path: &str, at: usize) -> Option<Entry> {
    let bytes = std::fs::read(corpus()?.join(path)).unwrap();
    Some(parse_all(&bytes).statements[0].entries[at].clone())
}

#[test]
fn a_swiss_return_keeps_the_sides_of_the_payment_that_came_back() {
    let path = "moov-io__iso20022/test/testdata/camt054-returns_p_ch5109000000250092291_1110097606_0_2020112500512470.xml";
    let Some(entry) = entry(path, 0) else { return };
    assert_eq!(entry.amount, Money::new(500_00, Currency::CHF));
    assert!(entry.reversal);
    assert_eq!(entry.return_reason.as_deref(), Some("AC01"));
    assert_eq!(
        entry.customer_reference.as_deref(),
        Some("EndToEndId-001-03-04")
    );
    assert_eq!(
        entry.counterparty.name.as_deref(),
        Some("Robert Schneider SA")
    );
    assert_eq!(entry.remittance.as_deref(), Some("Kontouebertrag"));
}

#[test]
fn a_finnish_entry_tells_what_was_sent_before_the_exchange() {
    let Some(entry) = entry(
        "moov-io__iso20022/test/testdata/FI_camt_053_sample.xml.xml",
        6,
    ) else {
        return;
    };
    let usd = Currency::from_code("USD").unwrap();
    assert_eq!(entry.amount, Money::new(2_120_00, Currency::EUR));
    assert_eq!(entry.original, Some(Money::new(3_200_00, usd)));
    assert_eq!(entry.charges, Some(Money::new(20_00, Currency::EUR)));
}
