//! Forged bookings by rule, and forged imports that were taken back.

use serde_json::json;

use super::{Forgery, repost};

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "a rule books to another account than it says",
        |copy| {
            copy.edit("LineClassified", 2, |body| {
                body["event"]["account"] = json!("named:costs");
                for posting in body["postings"].as_array_mut().unwrap() {
                    if posting["account"] == json!("named:bank-fees") {
                        posting["account"] = json!("named:costs");
                    }
                }
            })
        },
        "rule fees does not book",
    ),
    (
        "a rule that was never in force books a line",
        |copy| copy.set("LineClassified", 2, "/event/rules_version", json!(2)),
        "the rules in force are version 1",
    ),
    (
        "a rule books more than it may",
        |copy| {
            let rules = copy.set(
                "LineRulesSet",
                1,
                "/event/rules/rules/0/most/minor",
                json!(499),
            );
            assert!(rules.starts_with("event"));
            format!("event {}", copy.find("LineClassified", 1))
        },
        "rule fees does not book",
    ),
    (
        "a statement is taken back and leaves money behind",
        |copy| {
            copy.edit("StatementUndone", 1, |body| {
                body["event"]["change"]["net"] = json!(400);
                repost(body, 400);
            })
        },
        "it does not leave the account as the statement found it",
    ),
    (
        "a statement is taken back of a file that nobody took back",
        |copy| {
            let other = copy.text_of("StatementBooked", 1, "/event/booking/facts/file");
            copy.set("ImportUndone", 1, "/event/file", json!(other));
            format!("event {}", copy.find("StatementUndone", 1))
        },
        "or its file was not taken back",
    ),
    (
        "an import is taken back without a reason",
        |copy| copy.set("ImportUndone", 1, "/event/reason", json!(" ")),
        "reason",
    ),
];
