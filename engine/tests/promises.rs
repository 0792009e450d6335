//! What the field asks of an office's software, each thing by its short name, and where it is held:
//! in a story (its opening comment says `# Holds: E7, F8.`) or in a test of this list.
//!
//! A promise without a story or a test fails here, and so does a name that nobody knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Everything that is promised, by its short name.
const PROMISES: &[(&str, &str)] = &[
    ("E2", "exports in any format, also of a running day"),
    ("E5", "a preview that writes nothing"),
    ("E6", "the same file again changes nothing"),
    ("E7", "a line keeps its identity over files"),
    ("E8", "opening and lines make the closing"),
    ("E9", "statements follow each other without gaps"),
    ("E10", "each line points to its bytes and to who read them"),
    ("E11", "a return is tied to the payout that it reverses"),
    (
        "E12",
        "nothing unreadable becomes zero, nothing is read in silence",
    ),
    ("F1", "a reference is found in noise"),
    (
        "F2",
        "the payer's account is strong evidence, his name is weak",
    ),
    (
        "F3",
        "amounts with tolerance, bank's time and our time apart",
    ),
    ("F4", "one payment for many orders, many for one, exactly"),
    ("F5", "rules are typed, versioned and tested with samples"),
    ("F6", "nothing is certain without a unique strong key"),
    ("F7", "ambiguity is a result of its own, with the rivals"),
    ("F8", "one line serves one order, whoever races"),
    ("F9", "the best assignment as a whole, with a certificate"),
    ("F10", "each match is explained for ever"),
    ("F11", "each missed match says what would have made it"),
    ("F12", "a match or an import is undone with a reason"),
    ("F13", "a stale preview cannot act"),
    ("F14", "history is played again under other rules"),
    ("F15", "a desk for what is open, with age, owner and reason"),
    (
        "F16",
        "unidentified money has an account, a clock and a way back",
    ),
    ("F17", "own transfers are mirrors, fees are known by rule"),
    ("F18", "the same input gives the same bytes"),
    (
        "F19",
        "suggestions from what cashiers decided, never applied by themselves",
    ),
    ("G1", "one act writes every payout that waits"),
    ("G5", "what the bank would refuse is named before"),
    ("G6", "four eyes above a limit, on totals and hash"),
    ("G7", "exactly once, byte for byte"),
    (
        "G8",
        "a payout lives on after its file, and unknown is a state",
    ),
    ("G9", "a refund goes only to the account that paid"),
    ("H1", "immutable double entry per currency"),
    ("H2", "whole minor units, rounding named, remainders kept"),
    ("H3", "booked, available and reserved of each account"),
    ("H4", "the position of each currency, with limit and alarm"),
    ("H5", "income and revaluation, no profit twice; cover deals"),
    ("H6", "the office as of any moment"),
    ("H7", "books against bank, down to the line"),
    ("H8", "everything recomputed by an independent checker"),
    ("H9", "customers' money against what lies where"),
    ("K2", "holidays, cut-offs and hours as data"),
];

/// Promises that a story cannot tell, each with the file and the test that hold it.
const TESTS: &[(&str, &str, &str)] = &[
    (
        "F19",
        "engine/office/tests/day.rs",
        "what_cashiers_decided_is_suggested_and_nothing_more",
    ),
    (
        "E5",
        "engine/office/tests/day.rs",
        "a_preview_shows_what_an_import_does_and_does_nothing",
    ),
    (
        "E6",
        "engine/tests/laws.rs",
        "importing_twice_changes_nothing",
    ),
    (
        "E10",
        "engine/office/tests/forged/main.rs",
        "one_byte_of_each_kind_of_fact_is_named",
    ),
    (
        "E12",
        "parsers/tests/hostile.rs",
        "a_file_cut_at_any_byte_is_refused_or_says_nothing_false",
    ),
    (
        "F5",
        "engine/tests/policies.rs",
        "every_rule_is_met_in_a_table",
    ),
    (
        "F13",
        "frontends/cli/tests/office/preview.rs",
        "what_was_seen_is_imported_or_nothing",
    ),
    (
        "F18",
        "engine/tests/laws.rs",
        "any_prefix_of_events_replays_equal",
    ),
    (
        "G5",
        "parsers/tests/elixir0.rs",
        "everything_that_stands_in_the_way_is_named_at_once",
    ),
    (
        "H5",
        "engine/tests/laws.rs",
        "income_and_revaluation_are_all_that_was_gained",
    ),
    (
        "H6",
        "engine/tests/laws.rs",
        "the_books_as_of_any_moment_are_what_was_seen_then",
    ),
    (
        "H7",
        "engine/tests/laws.rs",
        "every_balance_is_explained_down_to_its_lines",
    ),
    (
        "H8",
        "engine/office/tests/forged/main.rs",
        "forged_meaning_is_named",
    ),
];

/// What must hold of any life of an office, and the properties that try it with random lives.
const PROPERTIES: &[(&str, &str, &str)] = &[
    (
        "the order of imports does not matter",
        "engine/tests/shuffled.rs",
        "the_order_of_files_does_not_matter",
    ),
    (
        "the order of imports does not matter",
        "engine/tests/shuffled.rs",
        "lines_that_name_one_order_are_its_money_or_a_question_in_any_order_of_files",
    ),
    (
        "importing twice changes nothing",
        "engine/tests/laws.rs",
        "importing_twice_changes_nothing",
    ),
    (
        "any prefix of events replays equal",
        "engine/tests/laws.rs",
        "any_prefix_of_events_replays_equal",
    ),
    (
        "money is conserved",
        "engine/tests/laws.rs",
        "money_is_conserved",
    ),
    (
        "no line serves two orders",
        "engine/tests/laws.rs",
        "no_line_serves_two_orders",
    ),
];

/// Promises that nothing holds yet. Whoever holds one takes it off this list.
const OPEN: &[&str] = &[];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The promises that each story says it holds.
fn of_stories() -> BTreeMap<String, Vec<String>> {
    let folder = root().join("engine/tests/stories");
    let mut held = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder of stories") {
        let path = entry.expect("a story").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a story");
        let name = path.file_stem().expect("a name").to_string_lossy();
        let opening = text.lines().take_while(|line| line.starts_with('#'));
        let promises: Vec<String> = opening
            .filter_map(|line| line.split_once("Holds:"))
            .flat_map(|(_, rest)| rest.split('.').next().unwrap_or_default().split(','))
            .map(|promise| promise.trim().to_owned())
            .collect();
        held.insert(name.into_owned(), promises);
    }
    held
}

#[test]
fn every_promise_is_held_by_a_story_or_a_test() {
    let stories = of_stories();
    let told: BTreeSet<&str> = stories.values().flatten().map(String::as_str).collect();
    for (promise, file, test) in TESTS {
        let text = fs::read_to_string(root().join(file)).expect(file);
        let test = format!("fn {test}(");
        assert!(text.contains(&test), "{promise}: {file} has no {test}");
    }
    let tested: BTreeSet<&str> = TESTS.iter().map(|(promise, ..)| *promise).collect();
    let open: Vec<String> = PROMISES
        .iter()
        .filter(|(promise, _)| !told.contains(promise) && !tested.contains(promise))
        .map(|(promise, what)| format!("{promise}: {what}"))
        .collect();
    let listed: Vec<String> = PROMISES
        .iter()
        .filter(|(promise, _)| OPEN.contains(promise))
        .map(|(promise, what)| format!("{promise}: {what}"))
        .collect();
    assert_eq!(
        open, listed,
        "what nothing holds, and what is listed as open"
    );
}

/// Each stands in a `proptest!` block: it has strategies, and runs for many lives.
#[test]
fn every_law_of_all_lives_is_a_property() {
    for (law, file, test) in PROPERTIES {
        let text = fs::read_to_string(root().join(file)).expect(file);
        let begin = text
            .find(&format!("fn {test}("))
            .unwrap_or_else(|| panic!("{law}: {file} has no {test}"));
        let (before, after) = text.split_at(begin);
        let is_drawn = after
            .split('{')
            .next()
            .is_some_and(|head| head.contains(" in "));
        assert!(before.contains("proptest! {") && is_drawn, "{law}: {test}");
        let marked = before.trim_end().ends_with("#[test]");
        assert!(marked, "{law}: {test} is never run");
    }
    let laws: BTreeSet<&str> = PROPERTIES.iter().map(|(law, ..)| *law).collect();
    assert_eq!(laws.len(), 5);
}

#[test]
fn no_story_holds_what_was_never_promised() {
    let known: BTreeSet<&str> = PROMISES.iter().map(|(promise, _)| *promise).collect();
    for (story, promises) in of_stories() {
        for promise in promises {
            // Other tables of the field (C, D, ...) may be told of as well.
            let ours = promise.starts_with(['E', 'F', 'G', 'H', 'K']);
            assert!(
                !ours || known.contains(promise.as_str()),
                "{story}: {promise}?"
            );
        }
    }
}
