//! Overlapping exports of a running day, said in small words: `5x` is an amount and a title, `5x#1`
//! with the bank's reference, `5x@b` from another source; `-` is no title.

use super::super::Says;
use super::*;
use crate::chain::evidence;

fn line(word: &str) -> NewLine {
    let (word, source) = word.split_once('@').unwrap_or((word, "mbank MT942"));
    let (word, reference) = match word.split_once('#') {
        Some((word, reference)) => (word, Some(reference)),
        None => (word, None),
    };
    let digits = word
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(word.len());
    let (amount, title) = word.split_at(digits);
    let title = Some(title).filter(|title| *title != "-" && !title.is_empty());
    let says = Says {
        source,
        reference,
        title,
        account: None,
    };
    NewLine {
        amount: amount.parse().expect("an amount"),
        booked_on: "2026-11-16".parse().ok(),
        evidence: evidence([source, reference.unwrap_or(""), title.unwrap_or("")]),
        marks: says.marks(),
    }
}

fn lines(words: &str) -> Vec<NewLine> {
    words.split_whitespace().map(line).collect()
}

fn links(words: &str) -> Vec<Link> {
    let mut balance_after = 0;
    let link = |line: NewLine| {
        balance_after += line.amount;
        Link {
            amount: line.amount,
            balance_after,
            booked_on: line.booked_on,
            evidence: line.evidence,
            marks: line.marks,
        }
    };
    lines(words).into_iter().map(link).collect()
}

/// What each line is: `new`, the place of the link from 1, or `?` with the link that it may be.
#[track_caller]
fn check(chain: &str, statement: &str, wanted: &str) {
    let fates = align(&links(chain), &lines(statement));
    let words: Vec<String> = fates
        .iter()
        .map(|fate| match fate {
            Fate::Known(link) => (link + 1).to_string(),
            Fate::New => "new".to_owned(),
            Fate::Undecided(link) => format!("?{}", link + 1),
        })
        .collect();
    assert_eq!(words.join(" "), wanted, "{chain} + {statement}");
}

#[track_caller]
fn check_settled(chain: &str, statement: &str, wanted: &str) {
    let pairs = settle(&links(chain), &lines(statement));
    let words: Vec<String> = pairs
        .iter()
        .map(|pair| pair.map_or_else(|| "new".to_owned(), |link| (link + 1).to_string()))
        .collect();
    assert_eq!(words.join(" "), wanted, "{chain} then {statement}");
}

#[test]
fn the_same_export_again_is_known() {
    check("5a 7b 5a", "5a 7b 5a", "1 2 3");
}

#[test]
fn a_longer_export_adds_its_end() {
    check("5a 7b", "5a 7b 9c 5a", "1 2 new new");
    check("5a 7b 9c", "7b 9c 1d", "2 3 new");
}

#[test]
fn a_file_that_says_a_payment_twice_has_it_twice() {
    check("5a", "5a 5a", "1 new");
    check("5a 5a", "5a 5a 5a", "1 2 new");
    check("5a 5a", "5a", "1");
}

#[test]
fn ids_that_change_do_not_double_a_line() {
    check("5a#1 7b#2", "5a#8 7b#9 3c#10", "1 2 new");
}

#[test]
fn one_line_alone_with_another_id_is_asked_about() {
    check("5a#1 7b#2", "5a#8", "?1");
}

#[test]
fn an_id_that_banks_repeat_decides_nothing() {
    check("5a#NONREF 5b#NONREF", "5b#NONREF 5c#NONREF", "2 ?1");
}

#[test]
fn another_format_says_the_same_lines_with_other_words() {
    check("5a 7b 9c", "5-@csv 7-@csv 9-@csv 1-@csv", "1 2 3 new");
    check("5a 7b 9c", "7b@csv 9other@csv", "2 3");
}

#[test]
fn one_line_of_another_format_alone_decides_nothing() {
    check("5a 7b", "5-@csv", "?1");
}

#[test]
fn two_lines_of_which_one_is_known_and_nothing_says_which() {
    check("1x 5-@csv", "1x 5a 5b", "1 2 ?2");
}

#[test]
fn everything_reworded_by_one_source_is_asked_about() {
    check("5a#1 7b#2 9c#3", "5x#7 7y#8 9z#9", "?1 ?2 ?3");
    check("5a#1", "5x#7", "new");
}

#[test]
fn a_line_in_the_middle_is_found() {
    check("5a 9c", "5a 7b 9c", "1 new 2");
}

#[test]
fn a_day_of_equal_lines_takes_no_hours() {
    let chain = "5a ".repeat(20_000);
    let fates = align(&links(&chain), &lines(&"5b@csv ".repeat(20_001)));
    assert_eq!(fates.len(), 20_001);
    let known = fates.iter().filter(|fate| matches!(fate, Fate::Known(_)));
    assert_eq!(known.count(), 20_000);
}

#[test]
fn the_statement_of_the_day_has_the_last_word() {
    check_settled("5a 7b", "5a 7b 9c", "1 2 new");
    check_settled("5a 7b 9c", "9c 5a", "3 1");
    check_settled("5a#1 7b#2", "7y#9 5x#8", "new new");
    check_settled("5- 5b", "5b 5-", "2 1");
    check_settled("5a@csv 5b@csv", "5x 5y 5z", "1 2 new");
}
