//! Our own corpus: each file of `corpus/` with what it says, as text; each file of
//! `corpus/broken/` with what is complained about. `UPDATE_EXPECT=1` writes the expectations anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kantor_model::{
    AccountNumber, Balance, Collected, Complaint, EntryStatus, Money, Party, Statement,
};
use kantor_parsers::{elixir0, parse_all};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder that are input, by name.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "expected" && extension != "md")
                && path
                    .file_name()
                    .is_some_and(|name| name != ".gitattributes")
        })
        .collect();
    files.sort();
    files
}

#[track_caller]
fn check(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let lines = found.lines().zip(expected.lines());
    let first = lines
        .enumerate()
        .find(|(_, (found, expected))| found != expected);
    assert!(
        found == expected,
        "{} differs (UPDATE_EXPECT=1 accepts what was found), first in {first:#?}",
        path.display()
    );
}

fn balance(name: &str, balance: Option<Balance>, out: &mut String) {
    if let Some(balance) = balance {
        writeln!(out, "{name} {} {}", balance.date, balance.amount).unwrap();
    }
}

fn fact(name: &str, value: Option<&str>, out: &mut String) {
    if let Some(value) = value {
        writeln!(out, "    {name}: {value}").unwrap();
    }
}

fn account_of(account: Option<&AccountNumber>) -> &str {
    account.map_or("an account not told", AccountNumber::as_str)
}

fn statement(statement: &Statement, out: &mut String) {
    let head = &statement.head;
    writeln!(
        out,
        "{} of {} in {}, number {}, {}, line {}",
        head.format.name(),
        account_of(head.account.as_ref()),
        head.currency,
        head.number.as_deref().unwrap_or("none"),
        head.bank.as_deref().unwrap_or("generic"),
        head.place.line,
    )
    .unwrap();
    balance("opening", head.opening, out);
    for entry in &statement.entries {
        let date = |date: Option<kantor_model::Date>| {
            date.map_or("none".to_owned(), |date| date.to_string())
        };
        let status = match entry.status {
            EntryStatus::Booked => "booked",
            EntryStatus::Pending => "pending",
            EntryStatus::Info => "info",
        };
        writeln!(
            out,
            "  line {}: {}, valued {}, {status} {}{}",
            entry.place.line,
            entry.amount,
            date(entry.value_date),
            date(entry.booking_date),
            if entry.reversal { ", reversal" } else { "" },
        )
        .unwrap();
        fact("code", entry.transaction_code.as_deref(), out);
        fact("bank reference", entry.bank_reference.as_deref(), out);
        fact(
            "customer reference",
            entry.customer_reference.as_deref(),
            out,
        );
        fact("name", entry.counterparty.name.as_deref(), out);
        let account = entry.counterparty.account.as_ref();
        fact("account", account.map(|account| account.as_str()), out);
        fact("bank", entry.counterparty.bank.as_deref(), out);
        fact("title", entry.remittance.as_deref(), out);
        let money = |money: Option<Money>| {
            money.map(|money| format!("{} {}", money.to_decimal_string(), money.currency()))
        };
        fact("original", money(entry.original).as_deref(), out);
        fact("charges", money(entry.charges).as_deref(), out);
        fact("returned", entry.return_reason.as_deref(), out);
        for part in &entry.parts {
            let amount = part
                .amount
                .map_or("amount not told".to_owned(), |it| it.to_string());
            writeln!(out, "    part, line {}: {amount}", part.place.line).unwrap();
            let facts = [
                ("bank reference", part.bank_reference.as_deref()),
                ("customer reference", part.customer_reference.as_deref()),
                ("name", part.counterparty.name.as_deref()),
                (
                    "account",
                    part.counterparty
                        .account
                        .as_ref()
                        .map(AccountNumber::as_str),
                ),
                ("bank", part.counterparty.bank.as_deref()),
                ("title", part.remittance.as_deref()),
                ("returned", part.return_reason.as_deref()),
            ];
            for (name, value) in facts {
                if let Some(value) = value {
                    writeln!(out, "      {name}: {value}").unwrap();
                }
            }
        }
    }
    balance("closing", statement.foot.closing, out);
    balance("available", statement.foot.available, out);
}

fn complaints(complaints: &[Complaint], out: &mut String) {
    for complaint in complaints {
        writeln!(out, "{complaint}").unwrap();
        if !complaint.excerpt.is_empty() {
            writeln!(out, "    | {}", complaint.excerpt).unwrap();
        }
    }
}

fn party(party: &Party) -> String {
    format!("{} / {} / {}", party.name, party.street, party.city)
}

fn transfers(read: &elixir0::Read, out: &mut String) {
    for order in &read.orders {
        writeln!(
            out,
            "line {}: {} on {}\n    from: {} {}\n    to: {} {}\n    title: {}",
            order.place.line,
            order.amount,
            order.date,
            order.debit_account,
            party(&order.owner),
            order.payee_account,
            party(&order.payee),
            order.title,
        )
        .unwrap();
        fact("classification", order.classification.as_deref(), out);
        fact("reference", order.reference.as_deref(), out);
    }
    complaints(&read.complaints, out);
}

/// What a file says, and what is complained about in it.
fn told(path: &Path) -> (String, Vec<Complaint>) {
    let bytes = std::fs::read(path).unwrap();
    let mut out = String::new();
    // The same lines are orders, or a bank's statement.
    let orders = path.extension().is_some_and(|extension| extension == "pli");
    if orders && !name(path).contains("statement-") {
        let read = elixir0::read(&bytes, None);
        transfers(&read, &mut out);
        return (out, read.complaints);
    }
    let Collected {
        statements,
        complaints: found,
    } = parse_all(&bytes);
    for read in &statements {
        statement(read, &mut out);
    }
    complaints(&found, &mut out);
    (out, found)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_file_says_what_is_expected() {
    let folder = folder("corpus");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for path in inputs(&folder) {
        check(
            &path.with_extension(format!(
                "{}.expected",
                path.extension().unwrap().to_string_lossy()
            )),
            &told(&path).0,
        );
        assert!(
            readme.contains(&format!("`{}`", name(&path))),
            "README.md does not say what {} shows",
            name(&path)
        );
    }
}

#[test]
fn the_same_text_in_every_code_page_says_the_same() {
    let folder = folder("corpus");
    let texts: BTreeSet<String> = inputs(&folder)
        .iter()
        .filter(|path| name(path).starts_with("charset-"))
        .map(|path| told(path).0)
        .collect();
    assert_eq!(texts.len(), 1);
}

#[test]
fn every_complaint_is_shown_by_a_broken_file() {
    let folder = folder("corpus/broken");
    let mut readme = String::from(
        "# What is said about broken files\n\n\
         One file a complaint. This page is written by `UPDATE_EXPECT=1 cargo test -p kantor-parsers --test golden`\n\
         and compared in that test. Read it as a review of our manners: what happened, why, what to do now.\n",
    );
    for path in inputs(&folder) {
        let (_, found) = told(&path);
        assert!(!found.is_empty(), "{} has no complaint", name(&path));
        writeln!(readme, "\n## `{}`\n\n```text", name(&path)).unwrap();
        for complaint in &found {
            let severity = match complaint.severity {
                kantor_model::Severity::Notice => "notice",
                kantor_model::Severity::Fatal => "fatal",
            };
            writeln!(readme, "{}:{complaint}", name(&path)).unwrap();
            if !complaint.excerpt.is_empty() {
                writeln!(readme, "    | {}", complaint.excerpt).unwrap();
            }
            writeln!(readme, "    ({severity})").unwrap();
        }
        readme.push_str("```\n");
    }
    check(&folder.join("README.md"), &readme);
}
