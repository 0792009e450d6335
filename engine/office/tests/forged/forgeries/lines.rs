//! Forged matches, statements and chains.

use serde_json::{Value, json};

use super::{Forgery, repost, text_of};

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "a line is given to the wrong order",
        |copy| copy.set("ReceiptAllocated", 1, "/event/order", json!(4)),
        "not order 4 alone",
    ),
    (
        "a line brings less than the bank says",
        |copy| {
            copy.edit("ReceiptAllocated", 1, |body| {
                body["event"]["amount"]["minor"] = json!(9_003);
                repost(body, 9_003);
            })
        },
        "is not of",
    ),
    (
        "a line that fails is called certain",
        |copy| {
            copy.edit("ReceiptAllocated", 3, |body| {
                body["event"]["failed"] = Value::Null;
                body["event"]["verdict"] = json!("certain");
            })
        },
        "fails order 3 by third_party_payer, not by nothing",
    ),
    (
        "a match is less sure than it was",
        |copy| copy.set("ReceiptAllocated", 1, "/event/verdict", json!("likely")),
        "the match is certain",
    ),
    (
        "a match by hand that nobody gave a reason for",
        |copy| copy.set("ReceiptAllocated", 1, "/event/rule", json!("by_hand")),
        "nobody says why",
    ),
    (
        "rules that nobody knows",
        |copy| copy.set("ReceiptAllocated", 1, "/event/rule_version", json!(99)),
        "are not known",
    ),
    (
        "one line serves two orders",
        |copy| {
            let seq = copy.find("OrderFunded", 1) + 1;
            let again = copy.records
                [usize::try_from(copy.find("ReceiptAllocated", 1)).unwrap() - 1]
                .clone();
            let body: Value = serde_json::from_slice(&again.body).unwrap();
            copy.insert(
                seq,
                "ReceiptAllocated",
                body["event"].clone(),
                body["postings"].clone(),
            )
        },
        "serves somebody already",
    ),
    (
        "a line of which nothing became",
        |copy| {
            copy.edit("StatementBooked", 2, |body| {
                body["event"]["questions"].as_array_mut().unwrap().remove(0);
            });
            copy.edit("LinesExplained", 1, |body| {
                body["event"]["lines"].as_array_mut().unwrap().remove(0);
            });
            "line 2/5".to_owned()
        },
        "nothing became of it",
    ),
    (
        "a question that the text does not ask",
        |copy| {
            copy.set(
                "StatementBooked",
                2,
                "/event/questions/0/1",
                json!("unknown_reference"),
            )
        },
        "is asked about as unknown_reference",
    ),
    (
        "a closing balance of which a zloty is gone",
        |copy| {
            copy.set(
                "StatementBooked",
                2,
                "/event/booking/facts/closing",
                json!(167_103),
            );
            let seq = copy.find("StatementBooked", 2);
            format!("statement 2 (event {seq})")
        },
        "the closing balance is another in its file",
    ),
    (
        "more is proved than the bank proved",
        |copy| {
            copy.edit("StatementBooked", 1, |body| {
                body["event"]["booking"]["change"]["proved_through"] = json!(2);
                body["event"]["booking"]["change"]["proved_balance"] = json!(125_003);
            })
        },
        "its opening does not stand on proved ground",
    ),
    (
        "two lines have changed places",
        |copy| {
            copy.rerow(2, |rows| {
                let before = rows[1].balance_after;
                rows.swap(2, 3);
                let mut balance = before;
                for row in &mut rows[2..4] {
                    balance += row.amount;
                    row.balance_after = balance;
                }
            });
            "line 2/3".to_owned()
        },
        "the amount is another in line 3 of statement 2",
    ),
    (
        "a title was changed after it was read",
        |copy| {
            copy.rerow(2, |rows| {
                text_of(&mut rows[5], |said| said["remittance"] = json!("ZWROT"));
            });
            "line 2/6".to_owned()
        },
        "what the bank says is another",
    ),
    (
        "a payer was changed after he was read",
        |copy| {
            copy.rerow(2, |rows| {
                let own = rows[0].clone();
                let own: Value = serde_json::from_slice(&own.body).unwrap();
                text_of(&mut rows[2], |said| {
                    said["counterparty_account"] = own["counterparty_account"].clone();
                });
            });
            "line 2/3".to_owned()
        },
        "the payer's account is another",
    ),
    (
        "the bank's file was exchanged",
        |copy| {
            copy.refile("StatementBooked", 2, "/event/booking/facts/file", |text| {
                text.replace("CR300,00", "CR200,00")
                    .replace("CR50,00", "CR150,00")
            });
            "line 2/3".to_owned()
        },
        "the amount is another in line 3 of statement 2",
    ),
    (
        "a statement that adds up was kept as one that does not",
        |copy| {
            copy.set(
                "StatementArchived",
                1,
                "/event/why",
                json!({ "unbalanced": { "difference": 7 } }),
            )
        },
        "why it was not booked",
    ),
    (
        "the office began with more",
        |copy| {
            copy.edit("AccountOpened", 2, |body| {
                body["event"]["opening"]["minor"] = json!(200_000);
                repost(body, 200_000);
            });
            let seq = copy.find("StatementBooked", 1);
            format!("line 2/1 in statement 1 (event {seq})")
        },
        "its balance does not follow",
    ),
    (
        "the chain was put together in another way",
        |copy| {
            copy.segments.get_mut(&2).unwrap()[0].count += 1;
            "line 2/1 (statement 1)".to_owned()
        },
        "not the one that the log gave it",
    ),
];
