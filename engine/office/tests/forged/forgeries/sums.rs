//! Forged proposals: one line for several orders of its payer, several lines for one order.

use serde_json::{Value, json};

use super::Forgery;
use crate::copy::Copy;

/// The line that covers orders 11 and 12, one of the two that are order 13, and the one that may be
/// orders 15 and 16, or 17 and 18.
const COVERS: u64 = 14;
const PART: u64 = 15;
const SEVERAL: u64 = 17;

/// Asks something else about a line of the last statement.
fn ask(copy: &mut Copy, ordinal: u64, question: &Value) -> String {
    let last = copy.count("StatementBooked");
    copy.edit("StatementBooked", last, |body| {
        let questions = body["event"]["questions"].as_array_mut().unwrap();
        let asked = questions
            .iter_mut()
            .find(|asked| asked[0] == json!(ordinal));
        asked.expect("the line is a question")[1] = question.clone();
    })
}

/// Keeps other reasons of a line of the last statement.
fn explain(copy: &mut Copy, ordinal: u64, edit: impl FnOnce(&mut Value)) -> String {
    let last = copy.count("LinesExplained");
    copy.edit("LinesExplained", last, |body| {
        let lines = body["event"]["lines"].as_array_mut().unwrap();
        let line = lines
            .iter_mut()
            .find(|line| line["ordinal"] == json!(ordinal));
        edit(&mut line.expect("the line is explained")["why"]);
    })
}

fn euros(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "EUR" })
}

fn covers(shares: &[(u64, i64)]) -> Value {
    let shares: Vec<Value> = shares
        .iter()
        .map(|(order, minor)| json!([order, euros(*minor)]))
        .collect();
    json!({ "covers_orders": shares })
}

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "a line is proposed for two orders in other shares than they want",
        |copy| ask(copy, COVERS, &covers(&[(11, 5_000), (12, 5_000)])),
        "is asked about as covers_orders",
    ),
    (
        "a line is proposed for an order of somebody else",
        |copy| ask(copy, COVERS, &covers(&[(11, 4_000), (13, 6_000)])),
        "is asked about as covers_orders",
    ),
    (
        "a line is proposed for less than it is",
        |copy| ask(copy, COVERS, &covers(&[(11, 4_000), (12, 5_900)])),
        "is asked about as covers_orders",
    ),
    (
        "the reasons of a proposal count another number of orders",
        |copy| {
            explain(copy, COVERS, |why| {
                why["evidence"] = json!(["no_reference", { "exact_sum": 3 }]);
            })
        },
        "leave out what makes it a question",
    ),
    (
        "a line with two ways is proposed for one of them",
        |copy| {
            ask(copy, SEVERAL, &covers(&[(15, 1_000), (16, 2_000)]));
            explain(copy, SEVERAL, |why| {
                why["rivals"] = json!([]);
                why["evidence"] = json!(["no_reference", { "exact_sum": 2 }]);
            });
            format!("line 2/{SEVERAL}")
        },
        "it covers orders [17, 18] as well",
    ),
    (
        "a line is called a part of another order of its payer",
        |copy| {
            ask(copy, PART, &json!({ "part_of": 14 }));
            format!("line 2/{PART}")
        },
        "it and 1 others are not order 14",
    ),
    (
        "a line is called a part of somebody else's order",
        |copy| ask(copy, PART, &json!({ "part_of": 11 })),
        "is asked about as part_of",
    ),
    (
        "a part is said to be one of more lines than came",
        |copy| {
            explain(copy, PART, |why| {
                why["evidence"] = json!(["no_reference", { "exact_sum": 3 }]);
            });
            format!("line 2/{PART}")
        },
        "it and 2 others are not order 13",
    ),
    (
        "the reasons of a part do not say of how many lines",
        |copy| explain(copy, PART, |why| why["evidence"] = json!(["no_reference"])),
        "do not say of how many it is a sum",
    ),
    (
        "a rival of a sum is not named",
        |copy| {
            explain(copy, SEVERAL, |why| {
                why["rivals"].as_array_mut().unwrap().pop();
            })
        },
        "the rivals for line 2/17 are [15, 16, 17, 18]",
    ),
];
