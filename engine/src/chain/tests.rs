//! Places of statements, and what tells them apart.

use super::*;

/// A chain from `open` with one letter a line: its amount and, in upper case, other text.
fn links(open: i64, amounts: &[i64]) -> Vec<Link> {
    let mut balance_after = open;
    amounts
        .iter()
        .zip(1..)
        .map(|(&amount, evidence)| {
            balance_after += amount;
            Link {
                amount,
                balance_after,
                booked_on: None,
                evidence,
                marks: Marks::default(),
            }
        })
        .collect()
}

fn lines(amounts: &[(i64, u64)]) -> Vec<NewLine> {
    amounts
        .iter()
        .map(|&(amount, evidence)| NewLine {
            amount,
            booked_on: None,
            evidence,
            marks: Marks::default(),
        })
        .collect()
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().expect("a day"))
}

#[track_caller]
fn check(chain: &[i64], opening: i64, statement: &[(i64, u64)], wanted: Placement) {
    let links = links(100, chain);
    let tail = ChainTail {
        before: 0,
        balance_before: 100,
        links: &links,
    };
    assert_eq!(place(tail, opening, &lines(statement)), wanted);
}

#[test]
fn a_first_statement_goes_to_the_beginning() {
    check(
        &[],
        100,
        &[(5, 1), (-3, 2)],
        Placement::After {
            ordinal: 0,
            known: 0,
        },
    );
}

#[test]
fn the_same_statement_again_is_all_known() {
    check(
        &[5, -3],
        100,
        &[(5, 1), (-3, 2)],
        Placement::After {
            ordinal: 0,
            known: 2,
        },
    );
}

#[test]
fn an_overlapping_export_of_the_running_day_adds_only_what_is_new() {
    check(
        &[5, -3],
        100,
        &[(5, 1), (-3, 2), (7, 3)],
        Placement::After {
            ordinal: 0,
            known: 2,
        },
    );
    check(
        &[5, -3],
        105,
        &[(-3, 2), (7, 3)],
        Placement::After {
            ordinal: 1,
            known: 1,
        },
    );
}

#[test]
fn two_identical_payments_have_two_places() {
    check(
        &[5, 5],
        100,
        &[(5, 1), (5, 2), (5, 3)],
        Placement::After {
            ordinal: 0,
            known: 2,
        },
    );
    check(
        &[5],
        105,
        &[(5, 1)],
        Placement::After {
            ordinal: 1,
            known: 0,
        },
    );
}

#[test]
fn a_missing_statement_is_a_gap() {
    check(&[5, -3], 500, &[(1, 9)], Placement::Gap);
}

#[test]
fn another_line_at_a_known_place_contradicts() {
    check(
        &[5, -3],
        100,
        &[(5, 1), (-4, 2)],
        Placement::Contradicts {
            ordinal: 2,
            line: 2,
        },
    );
}

#[test]
fn a_balance_that_comes_back_is_told_apart_by_what_the_lines_say() {
    // +5 -5 came and the balance is again 100: the same export again, or two new lines?
    check(
        &[5, -5],
        100,
        &[(5, 1), (-5, 2)],
        Placement::After {
            ordinal: 0,
            known: 2,
        },
    );
    check(
        &[5, -5],
        100,
        &[(5, 8), (-5, 9)],
        Placement::Ambiguous { after: vec![0, 2] },
    );
}

#[test]
fn a_line_without_a_day_may_be_of_any_day() {
    let mut links = links(100, &[5, -5]);
    links
        .iter_mut()
        .for_each(|link| link.booked_on = day("2026-11-16"));
    let tail = ChainTail {
        before: 0,
        balance_before: 100,
        links: &links,
    };
    let undated = lines(&[(5, 1), (-5, 2)]);
    let known = Placement::After {
        ordinal: 0,
        known: 2,
    };
    assert_eq!(place(tail, 100, &undated), known);
    let said_otherwise = lines(&[(5, 8), (-5, 9)]);
    let ambiguous = Placement::Ambiguous { after: vec![0, 2] };
    assert_eq!(place(tail, 100, &said_otherwise), ambiguous);
    let mut next_day = lines(&[(5, 1), (-5, 2)]);
    next_day
        .iter_mut()
        .for_each(|line| line.booked_on = day("2026-11-17"));
    let new = Placement::After {
        ordinal: 2,
        known: 0,
    };
    assert_eq!(place(tail, 100, &next_day), new);
}

#[test]
fn a_place_that_adds_more_lines_is_not_taken_for_one_text_that_agrees() {
    // Wholly known at the beginning, but for the texts; its first line is said again at the end.
    check(
        &[5, -5, 5, -5, 5],
        100,
        &[(5, 5), (-5, 9)],
        Placement::Ambiguous {
            after: vec![0, 2, 4],
        },
    );
}

#[test]
fn a_tail_is_enough_when_nothing_before_it_can_be_meant() {
    let mut links = links(100, &[5, -5]);
    links[0].booked_on = day("2026-11-16");
    links[1].booked_on = day("2026-11-17");
    let tail = ChainTail {
        before: 7,
        balance_before: 100,
        links: &links,
    };
    let of_day = |booked_on| NewLine {
        amount: 1,
        booked_on,
        evidence: 0,
        marks: Marks::default(),
    };
    assert!(tail.is_enough_for(100, &[of_day(day("2026-11-17"))]));
    assert!(tail.is_enough_for(100, &[]));
    assert!(!tail.is_enough_for(200, &[of_day(day("2026-11-17"))]));
    assert!(!tail.is_enough_for(100, &[of_day(day("2026-11-16"))]));
    assert!(!tail.is_enough_for(100, &[of_day(None)]));
    let whole = ChainTail { before: 0, ..tail };
    assert!(whole.is_enough_for(200, &[of_day(None)]));
}

#[test]
fn an_empty_statement_fits_where_the_account_is() {
    check(
        &[5, -5],
        100,
        &[],
        Placement::After {
            ordinal: 2,
            known: 0,
        },
    );
}

#[test]
fn a_tail_counts_from_where_it_was_loaded() {
    let links = links(100, &[5, 6]);
    let tail = ChainTail {
        before: 40,
        balance_before: 100,
        links: &links,
    };
    assert_eq!(
        place(tail, 105, &lines(&[(6, 2), (1, 3)])),
        Placement::After {
            ordinal: 41,
            known: 1
        }
    );
}

#[test]
fn a_day_of_equal_lines_is_placed_in_linear_time() {
    let amounts: Vec<i64> = (0..200_000)
        .map(|at| if at % 2 == 0 { 5 } else { -5 })
        .collect();
    let links = links(100, &amounts);
    let tail = ChainTail {
        before: 0,
        balance_before: 100,
        links: &links,
    };
    let again: Vec<NewLine> = links
        .iter()
        .map(|l| NewLine {
            amount: l.amount,
            booked_on: None,
            evidence: l.evidence,
            marks: Marks::default(),
        })
        .collect();
    assert_eq!(
        place(tail, 100, &again),
        Placement::After {
            ordinal: 0,
            known: 200_000
        }
    );
}
