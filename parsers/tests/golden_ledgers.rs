//! Our own files of rates (`corpus/rates`) and of status reports (`corpus/status`), each with what
//! it says, as text; in their `broken/`, one file a complaint. `UPDATE_EXPECT=1` writes the
//! expectations anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kantor_model::{Complaint, Severity};
use kantor_parsers::pain002::{self, Found, Reason, StatusReport, Told};
use kantor_parsers::rates::{self, Price, RateSheet};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name)
}

/// The files of a folder that are input, by name.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let extension = path.extension();
            extension.is_some_and(|extension| extension == "xml" || extension == "json")
        })
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[track_caller]
fn check(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs (UPDATE_EXPECT=1 accepts what was found):\n{found}",
        path.display()
    );
}

fn sheet(sheet: &RateSheet, out: &mut String) {
    let number = sheet.number.as_deref().unwrap_or("none");
    let source = sheet.source.name();
    write!(
        out,
        "{source}, number {number}, effective {}",
        sheet.effective
    )
    .unwrap();
    if let Some(trading) = sheet.trading {
        write!(out, ", of {trading}").unwrap();
    }
    out.push('\n');
    for rate in &sheet.rates {
        let name = rate.name.as_deref().unwrap_or("no name");
        let (base, price) = match rate.price {
            Price::Mid(mid) => (mid.base(), format!("{} {}", mid.value(), mid.quote())),
            Price::Sides { bid, ask } => {
                let quote = bid.quote();
                (
                    bid.base(),
                    format!("{} to {} {quote}", bid.value(), ask.value()),
                )
            }
        };
        writeln!(out, "  {} ({name}): 1 {base} = {price}", rate.currency).unwrap();
    }
}

fn told(what: &str, told: Option<Told<'_>>, out: &mut String) {
    let Some(told) = told else {
        writeln!(out, "{what}: nothing that holds").unwrap();
        return;
    };
    writeln!(out, "{what}: {} by the {:?}", told.status, told.level).unwrap();
    for words in told.reasons.iter().filter_map(Reason::words) {
        writeln!(out, "    {words}").unwrap();
    }
}

fn report(report: &StatusReport, out: &mut String) {
    let absent = || "none".to_owned();
    writeln!(
        out,
        "{} {} about {} ({}), {} transfers",
        report.version.clone().unwrap_or_else(absent),
        report.message_id.clone().unwrap_or_else(absent),
        report.original_message_id,
        report.original_kind.clone().unwrap_or_else(absent),
        report
            .original_count
            .map_or_else(absent, |count| count.to_string()),
    )
    .unwrap();
    told("file", report.of_group(), out);
    for payment in &report.payments {
        let id = payment.payment_id.as_deref().unwrap_or("none");
        told(&format!("block {id}"), report.of_payment(payment), out);
    }
    for one in &report.transactions {
        let id = one.end_to_end_id.as_deref().unwrap_or("none");
        let amount = one.amount.map(|amount| format!(" of {amount}"));
        let what = format!("transfer {id}{}", amount.unwrap_or_default());
        told(&what, report.of_transaction(one), out);
    }
    let unnamed = match report.find("not named", None) {
        Found::Told(told) => Some(told),
        Found::Unsaid | Found::Several(_) => None,
    };
    told("a transfer that is not named", unnamed, out);
}

fn complaints(complaints: &[Complaint], out: &mut String) {
    for complaint in complaints {
        writeln!(out, "{complaint}").unwrap();
        if !complaint.excerpt.is_empty() {
            writeln!(out, "    | {}", complaint.excerpt).unwrap();
        }
    }
}

/// What a file says, and what is complained about in it.
type Teller = fn(&[u8]) -> (String, Vec<Complaint>);

fn tell_rates(bytes: &[u8]) -> (String, Vec<Complaint>) {
    let read = rates::read(bytes);
    let mut out = String::new();
    for one in &read.sheets {
        sheet(one, &mut out);
    }
    (out, read.complaints)
}

fn tell_status(mut bytes: &[u8]) -> (String, Vec<Complaint>) {
    let read = pain002::read(&mut bytes, None).unwrap();
    let mut out = String::new();
    if let Some(one) = &read.report {
        report(one, &mut out);
    }
    (out, read.complaints)
}

const KINDS: [(&str, Teller); 2] = [("rates", tell_rates), ("status", tell_status)];

#[test]
fn every_file_says_what_is_expected() {
    for (kind, teller) in KINDS {
        let folder = folder(kind);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        for path in inputs(&folder) {
            let (mut out, found) = teller(&std::fs::read(&path).unwrap());
            complaints(&found, &mut out);
            check(
                &path.with_file_name(format!("{}.expected", name(&path))),
                &out,
            );
            assert!(
                readme.contains(&format!("`{}`", name(&path))),
                "README.md does not say what {} shows",
                name(&path)
            );
        }
    }
}

#[test]
fn every_complaint_is_shown_by_a_broken_file() {
    for (kind, teller) in KINDS {
        let folder = folder(kind).join("broken");
        let mut readme = String::from(
            "# What is said about broken files\n\n\
             One file a complaint. This page is written by `UPDATE_EXPECT=1 cargo test -p kantor-parsers --test golden_ledgers`\n\
             and compared in that test.\n",
        );
        for path in inputs(&folder) {
            let name = name(&path);
            let (said, found) = teller(&std::fs::read(&path).unwrap());
            let code = name.split('.').next().unwrap();
            assert!(
                found.iter().any(|complaint| complaint.code == code),
                "{name} is not about {code}: {found:?}"
            );
            let fatal = found.iter().any(|one| one.severity == Severity::Fatal);
            assert_eq!(said.is_empty(), fatal, "{name}");
            writeln!(readme, "\n## `{name}`\n\n```text").unwrap();
            for complaint in &found {
                let severity = match complaint.severity {
                    Severity::Notice => "notice",
                    Severity::Fatal => "fatal",
                };
                writeln!(readme, "{name}:{complaint}").unwrap();
                if !complaint.excerpt.is_empty() {
                    writeln!(readme, "    | {}", complaint.excerpt).unwrap();
                }
                writeln!(readme, "    ({severity})").unwrap();
            }
            readme.push_str("```\n");
        }
        check(&folder.join("README.md"), &readme);
    }
}
