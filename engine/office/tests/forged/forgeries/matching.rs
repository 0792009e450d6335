//! Forged shares of lines, matches without a reference, reasons, and money that goes back.

use serde_json::{Value, json};

use super::{Forgery, repost};
use crate::copy::Copy;

/// Which receipt has no reference; the two shares of a line come after it.
const BY_PAYER: usize = 7;

fn last(copy: &Copy, kind: &str) -> usize {
    copy.records.iter().filter(|it| it.kind == kind).count()
}

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "a share of a line is raised",
        |copy| {
            copy.edit("ReceiptAllocated", BY_PAYER + 1, |body| {
                body["event"]["amount"]["minor"] = json!(6_000);
                repost(body, 6_000);
            })
        },
        "is not of 60.00 EUR",
    ),
    (
        "the shares of a line are more than the line",
        |copy| {
            copy.edit("ReceiptAllocated", BY_PAYER + 2, |body| {
                body["event"]["amount"]["minor"] = json!(9_000);
                body["event"]["rest"] = json!({ "minor": -5_000, "currency": "EUR" });
                repost(body, 9_000);
            })
        },
        "brings no money",
    ),
    (
        "both shares of a line are one order's",
        |copy| copy.set("ReceiptAllocated", BY_PAYER + 2, "/event/order", json!(9)),
        "serves order 9 already",
    ),
    (
        "a share that nobody gave a reason for",
        |copy| {
            copy.set(
                "ReceiptAllocated",
                BY_PAYER + 1,
                "/event/reason",
                Value::Null,
            )
        },
        "nobody says why",
    ),
    (
        "the payer was another",
        |copy| {
            copy.set(
                "ReceiptAllocated",
                BY_PAYER,
                "/event/evidence/2",
                json!({ "payer_account": 3 }),
            )
        },
        "its reasons say [Of(\"payer_account\", 3)]",
    ),
    (
        "a match keeps one reason less",
        |copy| {
            copy.edit("ReceiptAllocated", BY_PAYER, |body| {
                body["event"]["evidence"].as_array_mut().unwrap().remove(1);
            })
        },
        "do not say Plain(\"amount_exact\")",
    ),
    (
        "a line with a reference was given away by its payer",
        |copy| {
            copy.set(
                "ReceiptAllocated",
                1,
                "/event/rule",
                json!("payer_and_amount"),
            )
        },
        "names something",
    ),
    (
        "a line that fits two orders was given to one",
        |copy| {
            let found = copy.find("ReceiptAllocated", BY_PAYER);
            let record = copy.records[usize::try_from(found).unwrap() - 1].clone();
            let body: Value = serde_json::from_slice(&record.body).unwrap();
            let mut event = body["event"].clone();
            let mut postings = json!({ "postings": body["postings"] });
            event["line"] = json!("2/10");
            event["order"] = json!(9);
            event["amount"]["minor"] = json!(9_000);
            event["evidence"][2] = json!({ "payer_account": 2 });
            repost(&mut postings, 9_000);
            copy.edit("StatementBooked", 5, |body| {
                let questions = body["event"]["questions"].as_array_mut().unwrap();
                questions.retain(|question| question[0] != json!(10));
            });
            copy.edit("LinesExplained", 3, |body| {
                let lines = body["event"]["lines"].as_array_mut().unwrap();
                lines.retain(|line| line["ordinal"] != json!(10));
            });
            copy.insert(
                found - 1,
                "ReceiptAllocated",
                event,
                postings["postings"].clone(),
            );
            "line 2/10".to_owned()
        },
        "it need not be the money of order 9",
    ),
    (
        "nothing says why lines are questions",
        |copy| {
            copy.remove("LinesExplained", 1);
            "line 2/5".to_owned()
        },
        "nothing says why it is a question",
    ),
    (
        "the reasons of a question are others",
        |copy| {
            copy.set(
                "LinesExplained",
                1,
                "/event/lines/0/why/evidence/0",
                json!("unknown_reference"),
            )
        },
        "its reasons say",
    ),
    (
        "an order did not come as near as is said",
        |copy| {
            copy.edit("LinesExplained", 1, |body| {
                let lines = body["event"]["lines"].as_array_mut().unwrap();
                let near = |line: &&mut Value| line["why"]["nearest"][0].is_object();
                let line = lines.iter_mut().find(near).unwrap();
                line["why"]["nearest"][0]["failed"][1] = json!("payer_hidden");
            })
        },
        "its reasons say, or do not say",
    ),
    (
        "a rival is not named",
        |copy| {
            copy.edit("LinesExplained", 3, |body| {
                let rivals = &mut body["event"]["lines"][0]["why"]["rivals"];
                rivals.as_array_mut().unwrap().pop();
            })
        },
        "the rivals for line 2/10 are [9, 10]",
    ),
    (
        "money of nobody goes back to somebody else",
        |copy| {
            let last = last(copy, "PayoutDue");
            copy.set(
                "PayoutDue",
                last,
                "/event/facts/payee",
                json!({ "payer_of": "2/6" }),
            )
        },
        "nobody sent 44.00 EUR of line 2/6 back",
    ),
    (
        "money of nobody goes to a customer",
        |copy| {
            let last = last(copy, "PayoutDue");
            copy.set(
                "PayoutDue",
                last,
                "/event/facts/payee",
                json!({ "customer_account": 3 }),
            )
        },
        "such a payout of kind refund cannot be",
    ),
    (
        "less goes back than came",
        |copy| copy.set("LineRefunded", 1, "/event/amount/minor", json!(4_300)),
        "is not of 43.00 EUR",
    ),
    (
        "money goes back, and no payout takes it",
        |copy| {
            let last = last(copy, "PayoutDue");
            copy.remove("PayoutDue", last);
            "ledger account suspense".to_owned()
        },
        "the open items add up to",
    ),
];
