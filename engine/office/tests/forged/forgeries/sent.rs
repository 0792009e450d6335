//! Forged answers of banks, returns, alarms and approvals above the limit.

use serde_json::json;

use super::{Forgery, repost};

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "the bank's refusal is turned into its word that it pays",
        |copy| {
            let fact = copy.edit("BankAnswered", 1, |body| {
                let answer = &mut body["event"]["answer"];
                let payout = answer["rejected"][0]["payout"].clone();
                answer["rejected"] = json!([]);
                answer["accepted"].as_array_mut().unwrap().push(payout);
            });
            let report = copy.text_of("BankAnswered", 1, "/event/answer/report");
            format!("file {report} (of {fact})")
        },
        "it says rejected of payout",
    ),
    (
        "the bank gives another reason",
        |copy| {
            let place = "/event/answer/rejected/0/code";
            let fact = copy.set("BankAnswered", 1, place, json!("MS03"));
            let report = copy.text_of("BankAnswered", 1, "/event/answer/report");
            format!("file {report} (of {fact})")
        },
        "it refuses payout",
    ),
    (
        "the bank answers to another batch",
        |copy| copy.set("BankAnswered", 1, "/event/batch", json!(2)),
        "batch 2 is",
    ),
    (
        "the banks kept something of a return",
        |copy| {
            copy.set(
                "PayoutReturned",
                1,
                "/event/cost",
                json!({ "minor": 100, "currency": "EUR" }),
            )
        },
        "and payout",
    ),
    (
        "a return is booked as less",
        |copy| copy.edit("PayoutReturned", 1, |body| repost(body, 100)),
        "and must post",
    ),
    (
        "another payout came back",
        |copy| copy.set("PayoutReturned", 1, "/event/payout", json!(1)),
        "and payout 1 was",
    ),
    (
        "an order is open again and nothing came back",
        |copy| {
            let seq = copy.remove("PayoutReturned", 1);
            format!("event {seq}")
        },
        "nothing of order",
    ),
    (
        "a payout is owed again without a reason",
        |copy| copy.set("PayoutDueAgain", 1, "/event/reason", json!(" ")),
        "it has no reason",
    ),
    (
        "an alarm is closed by nobody",
        |copy| copy.set("AlarmClosed", 1, "/by", json!("system")),
        "nobody of the staff says so",
    ),
    (
        "an alarm is closed that was never raised",
        |copy| copy.set("AlarmClosed", 1, "/event/alarm", json!(2)),
        "alarm 2 is not open",
    ),
    (
        "a second debit raises no alarm",
        |copy| {
            copy.remove("PaidTwice", 1);
            let seq = copy.find("AlarmClosed", 1);
            format!("event {seq}")
        },
        "alarm 1 is not open",
    ),
    (
        "who showed the file approves it",
        |copy| {
            let last = copy.count("BatchApproved");
            copy.set("BatchApproved", last, "/by", json!("staff:bolek"))
        },
        "the rules want another",
    ),
    (
        "nobody saw the file of a batch above the limit",
        |copy| {
            copy.remove("BatchProposed", 1);
            let last = copy.count("BatchApproved");
            format!("event {}", copy.find("BatchApproved", last))
        },
        "nobody saw its file",
    ),
    (
        "the rules for payouts go back to an earlier version",
        |copy| copy.set("PayoutRulesSet", 1, "/event/rules/version", json!(0)),
        "does not follow",
    ),
    (
        "a batch is awaited since before it was sent",
        |copy| {
            let before = json!("2026-11-18T10:00:00Z");
            copy.set("BatchAwaited", 1, "/event/until", before)
        },
        "can be awaited until",
    ),
];
