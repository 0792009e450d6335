//! Files that nobody of this project wrote, against the facts of their manifest.
//!
//! They lie beside the project and are not part of it. Where they are absent the test says so.

use std::path::{Path, PathBuf};

use kantor_model::{Collected, EntryStatus, Money, Severity, Statement};
use kantor_parsers::parse_all;

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
    dialect: String,
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
            let cell = |name: &str| cells[column(name)].to_owned();
            Row {
                path: cell("path"),
                format: cell("format"),
                dialect: cell("dialect"),
                valid: cell("valid"),
                facts: serde_json::from_str(&cell("facts")).unwrap_or_default(),
            }
        })
        .collect()
}

/// What differs from the facts; empty when all is as the manifest says.
fn differences(collected: &Collected, facts: &[serde_json::Value]) -> Vec<String> {
    let mut found = Vec::new();
    let pages = joined_pages(facts);
    if collected.statements.len() != pages.len() {
        found.push(format!(
            "{} statements, not {}",
            collected.statements.len(),
            pages.len()
        ));
        return found;
    }
    for (statement, pages) in collected.statements.iter().zip(&pages) {
        compare(statement, pages, &mut found);
    }
    found
}

/// Facts are told by page; pages of one statement (`999/1`, `999/2`) are one statement here.
fn joined_pages(facts: &[serde_json::Value]) -> Vec<Vec<&serde_json::Value>> {
    let mut statements: Vec<Vec<&serde_json::Value>> = Vec::new();
    for fact in facts {
        let next = |before: &serde_json::Value| {
            let page = |fact: &serde_json::Value| {
                let (number, page) = fact["no"].as_str()?.rsplit_once('/')?;
                Some((
                    fact["acc"].clone(),
                    number.to_owned(),
                    page.parse::<u32>().ok()?,
                ))
            };
            let (Some(before), Some(now)) = (page(before), page(fact)) else {
                return false;
            };
            before.0 == now.0 && before.1 == now.1 && before.2 + 1 == now.2
        };
        match statements.last_mut() {
            Some(pages) if pages.last().is_some_and(|before| next(before)) => pages.push(fact),
            _ => statements.push(vec![fact]),
        }
    }
    statements
}

fn compare(statement: &Statement, pages: &[&serde_json::Value], found: &mut Vec<String>) {
    let currency = statement.head.currency;
    let (first, last) = (pages[0], pages[pages.len() - 1]);
    let mut differ = |what: &str, ours: String, fact: Option<String>| {
        if let Some(fact) = fact
            && fact != ours
        {
            found.push(format!("{what} {ours}, not {fact}"));
        }
    };
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let money = |value: &serde_json::Value| {
        Some(Money::parse(value.as_str()?, currency).unwrap().to_string())
    };
    let sum = |key: &str| {
        let amounts = pages
            .iter()
            .map(|page| Money::parse(page[key].as_str()?, currency).ok());
        let amounts: Option<Vec<Money>> = amounts.collect();
        Some(Money::sum(currency, amounts?).unwrap().to_string())
    };
    let booked: Vec<Money> = statement
        .entries
        .iter()
        .filter(|entry| entry.status != EntryStatus::Info)
        .map(|entry| entry.amount)
        .collect();
    let part = |positive: bool| {
        let amounts = booked
            .iter()
            .filter(|amount| amount.is_positive() == positive);
        let sum = Money::sum(currency, amounts.copied()).unwrap();
        sum.abs().unwrap().to_string()
    };
    let shown = |balance: Option<kantor_model::Balance>| {
        balance.map_or("none".to_owned(), |balance| balance.amount.to_string())
    };
    let account = statement.head.account.as_ref();
    let account = account.map_or("", |account| account.as_str());
    let fact = text(&first["acc"]).map(|fact| fact.trim_start_matches('/').to_owned());
    let fact = fact.filter(|fact| !fact.starts_with(account) && !account.ends_with(fact.as_str()));
    differ("account", account.to_owned(), fact);
    differ("currency", currency.to_string(), text(&first["ccy"]));
    let number = statement.head.number.clone().unwrap_or_default();
    differ("number", number, text(&first["no"]));
    differ(
        "opening",
        shown(statement.head.opening),
        money(&first["ob"]),
    );
    differ("closing", shown(statement.foot.closing), money(&last["cb"]));
    differ("credits", part(true), sum("cr"));
    differ("debits", part(false), sum("dr"));
    let entries: Option<u64> = pages.iter().map(|page| page["n"].as_u64()).sum();
    differ(
        "entries",
        statement.entries.len().to_string(),
        entries.map(|count| count.to_string()),
    );
    let balances: Option<bool> = pages
        .iter()
        .map(|page| page["bal"].as_bool())
        .try_fold(true, |all, one| Some(all & one?));
    differ(
        "balances",
        (statement.difference().unwrap().is_some_and(Money::is_zero)).to_string(),
        balances.map(|balances| balances.to_string()),
    );
}

/// Whose shape the files of a dialect of the manifest have.
const BANKS: [(&str, Option<&str>); 7] = [
    ("mBank CompanyNet (PL)", Some("mbank")),
    ("PKO BP iPKO (~)", Some("pko")),
    ("PKO/ING style (~) inline", None),
    ("ING Bank Slaski (~, doubled :86:)", Some("ing")),
    ("Pekao (^)", Some("pekao")),
    ("BPH/Alior BusinessNet STA (<)", Some("alior")),
    ("Nest/Millennium style (<)", None),
];

fn complained(collected: &Collected, code: &str) -> bool {
    let mut complaints = collected.complaints.iter();
    complaints.any(|complaint| complaint.code == code)
}

/// The SWIFT files of the manifest, with what differs.
fn check_swift(row: &Row, collected: &Collected) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    for complaint in &collected.complaints {
        let place = complaint.place;
        expect(
            place.line > 0 && place.column > 0,
            "a complaint without place",
        );
    }
    let fatal = |complaint: &kantor_model::Complaint| complaint.severity == Severity::Fatal;
    let any_fatal = collected.complaints.iter().any(fatal);
    if row.valid == "no" {
        expect(
            !collected.complaints.is_empty(),
            "nothing is complained about",
        );
        return found;
    }
    // Without a currency no amount can be read, and that is what is missing of such a piece.
    let no_currency = row.facts.iter().all(|fact| fact["ccy"].is_null());
    if row.valid == "fragment" && no_currency && collected.statements.is_empty() {
        expect(
            !collected.complaints.is_empty(),
            "what is missing is not said",
        );
        return found;
    }
    // Six opening balances one after another: the manifest tells the last one's amount.
    if row.path.ends_with("betterplace/amount_formats.sta") {
        expect(
            complained(collected, "balance-twice"),
            "two balances are let through",
        );
        return found;
    }
    expect(!any_fatal, "something is fatal");
    expect(
        complained(collected, "balance-mismatch") == (row.valid == "yes-unbalanced"),
        "the balance",
    );
    if let Some((_, bank)) = BANKS.iter().find(|(name, _)| *name == row.dialect) {
        for statement in &collected.statements {
            expect(statement.head.bank.as_deref() == *bank, "the bank");
        }
    }
    found.extend(differences(collected, &row.facts));
    found
}

#[test]
fn every_swift_file_has_the_facts_of_its_manifest() {
    let Some(folder) = corpus() else { return };
    let (mut checked, mut wrong) = (0, 0);
    for row in rows(&folder)
        .iter()
        .filter(|row| row.format.starts_with("MT9"))
    {
        let bytes = std::fs::read(folder.join(&row.path)).unwrap();
        let collected = parse_all(&bytes);
        let differences = check_swift(row, &collected);
        checked += 1;
        if !differences.is_empty() {
            wrong += 1;
            println!("{} ({}, {})", row.path, row.dialect, row.valid);
            for difference in differences {
                println!("    {difference}");
            }
            for complaint in &collected.complaints {
                println!("    {complaint}");
            }
        }
    }
    println!("{checked} files of MT940, MT942 and MT900 checked");
    assert_eq!(wrong, 0);
    assert_eq!(checked, 116);
}

#[test]
fn a_transfer_file_of_another_writer_is_read() {
    let Some(folder) = corpus() else { return };
    let mut checked = 0;
    for row in rows(&folder).iter().filter(|row| row.format == "Elixir-0") {
        let bytes = std::fs::read(folder.join(&row.path)).unwrap();
        let read = kantor_parsers::elixir0::read(&bytes, None);
        let fact = &row.facts[0];
        assert_eq!(fact["n"].as_u64(), Some(read.orders.len() as u64));
        let pln = kantor_model::Currency::PLN;
        let sum = Money::sum(pln, read.orders.iter().map(|order| order.amount)).unwrap();
        assert_eq!(fact["dr"].as_str(), Some(sum.to_decimal_string().as_str()));
        for order in &read.orders {
            let nrb = order.debit_account.iban().unwrap();
            assert_eq!(fact["acc"].as_str(), nrb.nrb());
        }
        // The payee's number in it is a well-known wrong one.
        assert!(
            read.complaints
                .iter()
                .all(|complaint| complaint.code == "account-check-digits"
                    && complaint.severity == Severity::Notice)
        );
        checked += 1;
    }
    assert_eq!(checked, 1);
}
