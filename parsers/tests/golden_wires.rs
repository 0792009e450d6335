//! Our own files in PLA and MT101 (`corpus/wires`): what each says, and what is said about each
//! broken one. `UPDATE_EXPECT=1` writes the expectations anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kantor_model::{Complaint, Party, Severity};
use kantor_parsers::transfers::{Order, Read, read_transfers, recognise_transfers};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus/wires")
        .join(name)
}

/// The files of a folder that are input, by name.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let is_input = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "pla" || extension == "mt101")
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(is_input)
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

fn party(party: &Party) -> String {
    format!("{} / {} / {}", party.name, party.street, party.city)
}

fn order(order: &Order, out: &mut String) {
    let abroad = order.abroad;
    writeln!(
        out,
        "line {}: {} on {}\n    from: {} {}\n    to: {} {}\n    bank: {:?}, country: {:?}, charges: {:?}\n    title: {}\n    reference: {}",
        order.place.line,
        order.amount,
        order.date,
        order.debit_account,
        party(&order.owner),
        order.payee_account,
        party(&order.payee),
        abroad.bank,
        abroad.country,
        abroad.charges,
        order.title,
        order.reference.as_deref().unwrap_or("none"),
    )
    .unwrap();
}

fn complaint(name: &str, complaint: &Complaint, out: &mut String) {
    let severity = match complaint.severity {
        Severity::Notice => "notice",
        Severity::Fatal => "fatal",
    };
    writeln!(out, "{name}:{complaint}").unwrap();
    if !complaint.excerpt.is_empty() {
        writeln!(out, "    | {}", complaint.excerpt).unwrap();
    }
    writeln!(out, "    ({severity})").unwrap();
}

fn read(path: &Path) -> Read {
    let bytes = std::fs::read(path).unwrap();
    let format = recognise_transfers(&bytes).unwrap();
    assert_eq!(
        path.extension().unwrap().to_string_lossy(),
        format.extension()
    );
    read_transfers(&bytes, None, None)
}

#[test]
fn every_file_says_what_is_expected() {
    let readme = std::fs::read_to_string(folder("README.md")).unwrap();
    for path in inputs(&folder("")) {
        let read = read(&path);
        let mut out = String::new();
        read.orders.iter().for_each(|one| order(one, &mut out));
        for one in &read.complaints {
            complaint(&name(&path), one, &mut out);
        }
        let extension = path.extension().unwrap().to_string_lossy();
        check(&path.with_extension(format!("{extension}.expected")), &out);
        assert!(
            readme.contains(&format!("`{}`", name(&path))),
            "README.md does not say what {} shows",
            name(&path)
        );
    }
}

#[test]
fn every_complaint_is_shown_by_a_broken_file() {
    let mut readme = String::from(
        "# What is said about broken transfer files\n\n\
         One file a complaint. This page is written by `UPDATE_EXPECT=1 cargo test -p kantor-parsers --test golden_wires`\n\
         and compared in that test.\n",
    );
    for path in inputs(&folder("broken")) {
        let read = read(&path);
        assert!(!read.complaints.is_empty(), "{} has none", name(&path));
        writeln!(readme, "\n## `{}`\n\n```text", name(&path)).unwrap();
        for one in &read.complaints {
            complaint(&name(&path), one, &mut readme);
        }
        readme.push_str("```\n");
    }
    check(&folder("broken/README.md"), &readme);
}
