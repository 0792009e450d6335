//! What an import would do, compared with what it does: nobody is surprised by what a cashier has
//! seen and agreed to.

use kantor_engine::Digest;
use kantor_wire::{MatchView, Problem, Sentence, StatementImport};

use super::refused::sentence;
use crate::port::PortError;

/// So many differences are named; the preview shows the others.
const NAMED: usize = 5;

/// What of a line counts: where it stands, its amount, how sure, and what it pays. Sentences do not.
fn line(found: &MatchView) -> String {
    let or_none = |id: &Option<String>| id.clone().unwrap_or_else(|| "none".to_owned());
    format!(
        "line {} of {} {}: {}, order {}, payout {}",
        found.ordinal,
        found.amount.amount,
        found.amount.currency,
        found.verdict,
        or_none(&found.order),
        or_none(&found.payout),
    )
}

/// What of a statement counts, besides its lines.
fn head(statement: &StatementImport) -> String {
    let difference = statement.difference.as_ref();
    format!(
        "statement {} of {}: {}, {} new lines, {} known, difference {}",
        statement.number.as_deref().unwrap_or("without a number"),
        statement.account,
        statement.outcome,
        statement.new,
        statement.known,
        difference.map_or("none", |difference| &difference.amount),
    )
}

/// What else becomes of lines: how many are withdrawn, how many wait.
fn note(note: &Sentence) -> String {
    let facts = note.facts.iter();
    let facts: Vec<String> = facts.map(|(name, fact)| format!("{name} {fact}")).collect();
    format!("{}: {}", note.code, facts.join(", "))
}

fn texts(statements: &[StatementImport]) -> Vec<String> {
    let texts = statements.iter().flat_map(|statement| {
        let notes = statement.notes.iter().map(note);
        let lines = statement.matches.iter().map(line);
        std::iter::once(head(statement)).chain(notes).chain(lines)
    });
    texts.collect()
}

/// A short name of what becomes of the statements: equal where that is equal.
pub(super) fn fingerprint(statements: &[StatementImport]) -> String {
    let hash = Digest::of(texts(statements).join("\n").as_bytes()).to_string();
    hash.chars().take(16).collect()
}

/// What becomes of the statements that the preview did not show, and what it showed that does not.
pub(super) fn differences(shown: &[StatementImport], now: &[StatementImport]) -> Vec<String> {
    let (shown, now) = (texts(shown), texts(now));
    let lacks = |texts: &[String], text: &String| texts.binary_search(text).is_err();
    let sorted = |texts: &[String]| {
        let mut texts = texts.to_vec();
        texts.sort_unstable();
        texts
    };
    let (shown_sorted, now_sorted) = (sorted(&shown), sorted(&now));
    let gone = shown.iter().filter(|text| lacks(&now_sorted, text));
    let new = now.iter().filter(|text| lacks(&shown_sorted, text));
    let gone = gone.map(|text| format!("shown was \u{201c}{text}\u{201d}"));
    let new = new.map(|text| format!("now it would be \u{201c}{text}\u{201d}"));
    let mut differences: Vec<String> = gone.chain(new).collect();
    if differences.is_empty() && shown != now {
        differences.push("the lines stand in another order".to_owned());
    }
    differences
}

/// The office moved on since the preview: nothing was taken in.
pub(super) fn stale(differences: &[String]) -> PortError {
    let named = differences.iter().take(NAMED).map(String::as_str);
    let mut text: Vec<&str> = named.collect();
    let more = differences.len().saturating_sub(NAMED);
    let more = format!("{more} more differences");
    if differences.len() > NAMED {
        text.push(&more);
    }
    let text = format!(
        "since the preview the office has moved on, and nothing was imported: {}; look at a new \
         preview and decide again",
        text.join("; ")
    );
    Problem::new(409, "preview-stale", "Not what you saw", sentence(&text)).into()
}

#[cfg(test)]
mod tests {
    use kantor_wire::{Amount, StatementOutcome, Verdict};

    use super::*;

    fn statement(lines: &[(u64, Option<&str>)]) -> StatementImport {
        let amount = Amount {
            amount: "10.00".to_owned(),
            currency: "PLN".to_owned(),
        };
        StatementImport {
            account: "PL46114010100000579009004001".to_owned(),
            number: None,
            outcome: StatementOutcome::Booked,
            new: lines.len() as u64,
            known: 0,
            difference: None,
            message: Sentence::new("import-booked", &[]),
            notes: Vec::new(),
            matches: lines
                .iter()
                .map(|(ordinal, order)| MatchView {
                    ordinal: *ordinal,
                    amount: amount.clone(),
                    verdict: Verdict::Certain,
                    order: order.map(str::to_owned),
                    payout: None,
                    reason: Sentence::new("line-certain", &[]),
                })
                .collect(),
        }
    }

    #[track_caller]
    fn check(shown: &[(u64, Option<&str>)], now: &[(u64, Option<&str>)], named: &[&str]) {
        let (shown, now) = ([statement(shown)], [statement(now)]);
        let differences = differences(&shown, &now);
        assert_eq!(differences.len(), named.len(), "{differences:?}");
        for (difference, named) in differences.iter().zip(named) {
            assert!(difference.contains(named), "{difference}");
        }
        assert_eq!(
            fingerprint(&shown) == fingerprint(&now),
            named.is_empty(),
            "{differences:?}"
        );
    }

    #[test]
    fn what_changed_is_named() {
        check(&[(1, Some("7"))], &[(1, Some("7"))], &[]);
        check(
            &[(1, Some("7")), (2, None)],
            &[(1, Some("8")), (2, None)],
            &[
                "shown was \u{201c}line 1 of 10.00 PLN: certain, order 7",
                "order 8",
            ],
        );
        check(
            &[(1, Some("7"))],
            &[],
            &["1 new lines", "line 1", "0 new lines"],
        );
    }

    #[test]
    fn a_line_more_that_is_withdrawn_is_a_difference() {
        let withdrawn = |lines: &str| {
            let note = Sentence::new("import-withdrawn", &[("lines", lines)]);
            [StatementImport {
                notes: vec![note],
                ..statement(&[])
            }]
        };
        assert_eq!(differences(&withdrawn("1"), &withdrawn("1")), [""; 0]);
        let found = differences(&withdrawn("1"), &withdrawn("2"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("lines 2"), "{found:?}");
    }

    #[test]
    fn sentences_may_differ() {
        let mut now = statement(&[(1, None)]);
        now.message = Sentence::new("import-known", &[]);
        assert_eq!(differences(&[statement(&[(1, None)])], &[now]), [""; 0]);
    }
}
