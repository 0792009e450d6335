//! Each check of the kit can fail: the example pack passes them all, and with one sin it fails the
//! check that is about it.

mod common;

use std::collections::BTreeSet;

use common::{examine_only, example, show};
use kantor_plugin_validator::{Check, Verdict};

/// The define of `faulty/c/bends.c` for the sin that a check is about.
fn sin(check: Check) -> String {
    format!(
        "-DSIN=SIN_{}",
        check.name().replace('-', "_").to_uppercase()
    )
}

#[test]
fn each_check_fails_for_the_pack_that_commits_its_sin() {
    for check in Check::ALL {
        let subject = example(&[&sin(check)]);
        let report = examine_only(&subject.subject, &[check]);
        let outcome = report.outcomes.first().unwrap();
        let Verdict::Failed(failure) = &outcome.verdict else {
            panic!("{} does not fail: {}", check.name(), show(&report));
        };
        assert!(
            !failure.case.is_empty() && failure.what.len() > 10,
            "{failure:?}"
        );
        assert!(!report.passed());
        assert!(
            report.badge().contains(": 0/1 checks, "),
            "{}",
            report.badge()
        );
        assert!(report.text().contains("FAILED"), "{}", report.text());
    }
}

#[test]
fn pack_in_c_passes_every_check_that_applies() {
    let subject = example(&[]);
    common::accept_where_asked(&subject.subject);
    let report = examine_only(&subject.subject, &[]);
    assert!(report.passed(), "{}", show(&report));
    let not_passed: BTreeSet<&str> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.verdict != Verdict::Passed)
        .map(|outcome| outcome.check.name())
        .collect();
    // Nothing reads the lines that it writes.
    assert_eq!(
        not_passed,
        BTreeSet::from(["round-trip"]),
        "{}",
        show(&report)
    );
    assert!(
        report
            .badge()
            .starts_with("kantor conformance 1: 15/15 checks, ")
    );
    assert!(report.badge().contains(", pack example 1.0.0, sha256 "));
}

#[test]
fn same_pack_gives_the_same_report() {
    let subject = example(&[]);
    let checks = [Check::Noise, Check::Truncation, Check::Charset];
    let once = examine_only(&subject.subject, &checks);
    assert_eq!(once, examine_only(&subject.subject, &checks));
}

/// The walls are around the pack while it is examined: what a desk would tell of it, the kit does.
#[test]
fn pack_that_tries_to_get_out_fails_with_the_desks_words() {
    let subject = common::sinner("escapes");
    let report = examine_only(&subject.subject, &[Check::Noise, Check::Complaints]);
    // Nothing that it is given here names a way out.
    assert!(
        report.passed() || report.failures().count() == 1,
        "{}",
        show(&report)
    );
    let subject = common::sinner("exits");
    let report = examine_only(&subject.subject, &[Check::Noise]);
    let (_, failure) = report.failures().next().unwrap();
    assert!(failure.what.contains("ended its process"), "{failure:?}");
    assert!(failure.bytes.is_some());
}

#[test]
fn pack_without_files_says_what_could_not_be_looked_at() {
    let mut subject = example(&[]);
    subject.subject.corpus.clear();
    let report = examine_only(&subject.subject, &[]);
    assert!(report.passed(), "{}", show(&report));
    let missing = report
        .outcomes
        .iter()
        .filter(
            |outcome| matches!(&outcome.verdict, Verdict::NotMade(why) if why.contains("--corpus")),
        )
        .count();
    assert_eq!(missing, 9, "{}", show(&report));
    assert!(
        report.badge().contains(" 6/15 checks, "),
        "{}",
        report.badge()
    );
}
