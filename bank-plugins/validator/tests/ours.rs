//! Every pack of this workspace passes every check that applies to it.

mod common;

use common::{examine_only, ours, show};
use kantor_plugin_validator::Verdict;

/// Each with the folder of its crate; the files of the others are foreign to it.
const PACKS: &[&str] = &["mbank", "pko"];

#[test]
fn our_packs_keep_every_law() {
    let subjects: Vec<_> = PACKS
        .iter()
        .map(|folder| ours(&format!("kantor_pack_{}", folder.replace('-', "_")), folder))
        .collect();
    let samples: Vec<_> = subjects.iter().map(|subject| subject.samples()).collect();
    let mut failed = String::new();
    for (index, mut subject) in subjects.into_iter().enumerate() {
        subject.others = samples
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .flat_map(|(_, samples)| samples.clone())
            .collect();
        let report = examine_only(&subject, &[]);
        println!("{}", report.badge());
        let made = report
            .outcomes
            .iter()
            .all(|outcome| !matches!(outcome.verdict, Verdict::NotMade(_)));
        if !report.passed() || !made {
            failed.push_str(&show(&report));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}
