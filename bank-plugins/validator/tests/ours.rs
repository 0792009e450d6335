//! Every pack of this workspace passes every check that applies to it.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::{examine_only, ours, show};
use kantor_plugin_validator::{Subject, Verdict};

/// Each with the folder of its crate; the files of the others are foreign to it.
const PACKS: &[&str] = &[
    "alior",
    "bnp",
    "citi",
    "generic-camt",
    "generic-csv",
    "generic-mt940",
    "ing",
    "mbank",
    "millennium",
    "nest",
    "pekao",
    "pko",
    "santander",
];

/// Nobody has published a statement of this bank, and a table of any bank is no file of one: what
/// needs files of their own cannot be looked at, and their badges say so.
const WITHOUT_FILES: &[&str] = &["citi", "generic-csv"];

/// What is wrong with one of them, if anything is.
fn wrong(subjects: &[Subject], index: usize) -> Option<String> {
    let subject = Subject {
        others: subjects
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .flat_map(|(_, subject)| subject.samples())
            .collect(),
        ..subjects.get(index)?.clone()
    };
    let report = examine_only(&subject, &[]);
    println!("{}", report.badge());
    let made = report
        .outcomes
        .iter()
        .all(|outcome| !matches!(outcome.verdict, Verdict::NotMade(_)));
    let silent = !made && !WITHOUT_FILES.contains(&report.facts.id.as_str());
    (!report.passed() || silent).then(|| show(&report))
}

#[test]
fn our_packs_keep_every_law() {
    let subjects: Vec<Subject> = PACKS
        .iter()
        .map(|folder| {
            let library = format!("kantor_pack_{}", folder.replace('-', "_"));
            ours(&library, folder)
        })
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrongs = String::new();
        loop {
            let index = next.fetch_add(1, Ordering::SeqCst);
            if index >= subjects.len() {
                return wrongs;
            }
            wrongs.extend(wrong(&subjects, index));
        }
    };
    // Each pack has children of its own, so two of them do not meet.
    let wrongs = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work() + &other.join().unwrap()
    });
    assert!(wrongs.is_empty(), "{wrongs}");
}
