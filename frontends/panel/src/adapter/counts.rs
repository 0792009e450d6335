//! What the office counts of itself, in the text form that Prometheus reads.

use std::collections::BTreeMap;

use kantor_engine::matching::Verdict;
use kantor_office::{COMMIT_CLASSES, ExecuteError, Office};

use crate::metrics::{Kind, family, sample, seconds};

const VERDICTS: [Verdict; 4] = [
    Verdict::Certain,
    Verdict::Likely,
    Verdict::Ambiguous,
    Verdict::None,
];

pub(super) fn text(office: &Office) -> Result<String, ExecuteError> {
    let counted = office.counted();
    let mut text = String::new();
    let commands = "kantor_commands_total";
    let about = "Commands by what came of them.";
    family(&mut text, commands, Kind::Counter, about);
    let refused: u64 = counted.refused.values().sum();
    for (outcome, count) in [
        ("done", counted.done),
        ("refused", refused),
        ("failed", counted.failed),
    ] {
        sample(&mut text, commands, &[("outcome", outcome)], count);
    }
    let mut by_word = |name, about, label, counts: &BTreeMap<&'static str, u64>| {
        family(&mut text, name, Kind::Counter, about);
        for (word, count) in counts {
            sample(&mut text, name, &[(label, word)], *count);
        }
    };
    by_word(
        "kantor_refusals_total",
        "Commands that a state of the world stopped, by code.",
        "code",
        &counted.refused,
    );
    by_word(
        "kantor_events_total",
        "What was recorded by this process, by kind.",
        "kind",
        &counted.events,
    );
    // Each of them from the beginning: the first one of a kind is news too.
    let mut verdicts = VERDICTS.map(|verdict| (verdict.word(), 0)).into();
    BTreeMap::append(&mut verdicts, &mut counted.verdicts.clone());
    by_word(
        "kantor_match_verdicts_total",
        "Lines of statements by what matching found.",
        "verdict",
        &verdicts,
    );
    let commit = "kantor_commit_seconds";
    let about = "From taking the office's turn to the commit that is known.";
    family(&mut text, commit, Kind::Histogram, about);
    let bucket = "kantor_commit_seconds_bucket";
    let mut so_far = 0;
    for (end, count) in COMMIT_CLASSES.iter().zip(counted.commits) {
        so_far += count;
        sample(&mut text, bucket, &[("le", &seconds(*end))], so_far);
    }
    sample(&mut text, bucket, &[("le", "+Inf")], counted.all_commits);
    sample(
        &mut text,
        "kantor_commit_seconds_sum",
        &[],
        seconds(counted.commit_micros),
    );
    sample(
        &mut text,
        "kantor_commit_seconds_count",
        &[],
        counted.all_commits,
    );
    let learned = "kantor_lines_learned_from_total";
    let about = "Settled lines that were read for what cashiers decided about lines like them.";
    family(&mut text, learned, Kind::Counter, about);
    sample(&mut text, learned, &[], counted.lines_learned_from);
    let oldest = "kantor_oldest_open_seconds";
    let about =
        "How long the oldest thing of a kind has waited for somebody; 0 when nothing waits.";
    family(&mut text, oldest, Kind::Gauge, about);
    for (what, age) in office.oldest_open()? {
        let age = age.unwrap_or(0);
        sample(&mut text, oldest, &[("what", what)], age);
    }
    let head = "kantor_log_position";
    family(
        &mut text,
        head,
        Kind::Gauge,
        "The last position of the log.",
    );
    sample(&mut text, head, &[], office.head());
    Ok(text)
}
