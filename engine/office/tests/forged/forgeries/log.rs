//! Forged rules, position, people, and the log itself.

use serde_json::json;

use super::{Forgery, repost, seq};

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "rules of a version that does not follow",
        |copy| copy.set("PolicySet", 2, "/event/policy/version", json!(7)),
        "does not follow",
    ),
    (
        "a day's result is another",
        |copy| {
            copy.edit("PositionRevalued", 2, |body| {
                let result = body["event"]["result"]["minor"].as_i64().unwrap() + 100;
                body["event"]["result"]["minor"] = json!(result);
                repost(body, result.abs());
            })
        },
        "the day's result is",
    ),
    (
        "a cover deal at another reference rate",
        |copy| {
            copy.set(
                "CoverDealBooked",
                1,
                "/event/facts/at_mid/1/minor",
                json!(1),
            )
        },
        "worth another amount",
    ),
    (
        "a customer's account is not the one that was added",
        |copy| {
            copy.set(
                "CustomerAccountAdded",
                1,
                "/event/number",
                json!("00".repeat(32)),
            );
            "customer-account 1".to_owned()
        },
        "not what was added",
    ),
    (
        "a person is not the one who registered",
        |copy| {
            copy.set(
                "CustomerRegistered",
                1,
                "/event/profile",
                json!("00".repeat(32)),
            );
            "person 1".to_owned()
        },
        "not what was registered",
    ),
    (
        "an event that nobody knows",
        |copy| {
            let at = copy.find("OrderCancelled", 1);
            let record = &mut copy.records[usize::try_from(at).unwrap() - 1];
            record.kind = "OrderForgotten".to_owned();
            format!("event {at}")
        },
        "does not know OrderForgotten",
    ),
    (
        "an event of a form that nobody knows",
        |copy| {
            let at = copy.find("OrderCancelled", 1);
            copy.records[usize::try_from(at).unwrap() - 1].version = 99;
            format!("event {at}")
        },
        "of version 99",
    ),
    (
        "a field that nobody knows",
        |copy| {
            copy.edit("OrderCancelled", 1, |body| {
                body["event"]["really"] = json!(true);
            })
        },
        "no such field is known",
    ),
    (
        "an event before the one in front of it",
        |copy| {
            let last = copy.records.len();
            let moment = copy.records[0].moment;
            copy.records[last - 1].moment = moment;
            format!("event {last}")
        },
        "comes before",
    ),
    (
        "the office is opened twice",
        |copy| {
            let fact = copy.insert(2, "OfficeOpened", json!({ "name": "Another" }), json!([]));
            assert_eq!(seq(&fact), 3);
            fact
        },
        "opened once",
    ),
];
