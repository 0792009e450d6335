//! Forged orders and postings.

use serde_json::json;

use super::Forgery;

pub(super) const FORGERIES: &[Forgery] = &[
    (
        "a customer gets a grosz more",
        |copy| {
            copy.edit("OrderPlaced", 1, |body| {
                let gets = &mut body["event"]["facts"]["terms"]["gets"]["minor"];
                *gets = json!(gets.as_i64().unwrap() + 1);
            })
        },
        "does not follow from",
    ),
    (
        "the remainder of a rounding is another",
        |copy| {
            copy.set(
                "OrderPlaced",
                1,
                "/event/facts/terms/remainder",
                json!("0.5"),
            )
        },
        "does not follow from",
    ),
    (
        "an order has a rate that was never published",
        |copy| {
            copy.edit("OrderPlaced", 2, |body| {
                let terms = &mut body["event"]["facts"]["terms"];
                terms["rate"] = json!("4.21");
                terms["gets"]["minor"] = json!(84_200);
            })
        },
        "rates 1 say 4.2",
    ),
    (
        "a published rate was changed afterwards",
        |copy| {
            copy.set(
                "RatesPublished",
                1,
                "/event/table/lines/0/sell",
                json!("4.31"),
            );
            let seq = copy.find("OrderPlaced", 6);
            format!("event {seq}")
        },
        "rates 1 say 4.31",
    ),
    (
        "an order has more time than the rules give",
        |copy| {
            copy.set(
                "OrderPlaced",
                1,
                "/event/facts/deadline",
                json!("2026-11-19T10:15:00Z"),
            )
        },
        "its deadline is",
    ),
    (
        "a customer is told another account",
        |copy| {
            copy.set(
                "OrderPlaced",
                1,
                "/event/facts/pay_out",
                json!([2, "same_bank"]),
            )
        },
        "the account for PLN",
    ),
    (
        "another customer's account is to be paid",
        |copy| copy.set("OrderPlaced", 1, "/event/facts/paid_to", json!(4)),
        "is no PLN account of customer 1",
    ),
    (
        "a customer orders for another",
        |copy| copy.set("OrderPlaced", 1, "/by", json!("customer:2")),
        "customer 2 acts for customer 1",
    ),
    (
        "the office consents for its customer",
        |copy| copy.set("RateAccepted", 1, "/by", json!("staff:anna")),
        "only the customer consents",
    ),
    (
        "a customer approves a batch",
        |copy| copy.set("BatchApproved", 1, "/by", json!("customer:1")),
        "a customer cannot do that",
    ),
    (
        "a rate was accepted that was not offered",
        |copy| copy.set("RateAccepted", 1, "/event/terms/rate", json!("4.196")),
        "not those that were offered",
    ),
    (
        "a state that cannot follow",
        |copy| {
            let after = copy.find("OrderCancelled", 1);
            copy.insert(after, "OrderCompleted", json!({ "order": 5 }), json!([]))
        },
        "order 5 is Cancelled, and OrderCompleted cannot be",
    ),
    (
        "an order is held for another reason",
        |copy| copy.set("OrderHeld", 1, "/event/reason", json!("late")),
        "fails by under, not by late",
    ),
    (
        "an order is over before its time",
        |copy| {
            let after = copy.find("OrderPlaced", 1);
            copy.insert(after, "OrderExpired", json!({ "order": 1 }), json!([]))
        },
        "order 1 has time until",
    ),
    (
        "an exchange at another reference rate",
        |copy| copy.set("OrderFunded", 1, "/event/value_at_mid/minor", json!(42_514)),
        "makes another value",
    ),
    (
        "an exchange that was not recorded",
        |copy| {
            let seq = copy.remove("OrderFunded", 1);
            format!("event {seq}")
        },
        "order 1 is AwaitingFunds",
    ),
    (
        "a posting in another account",
        |copy| {
            copy.edit("StatementBooked", 2, |body| {
                for posting in body["postings"].as_array_mut().unwrap() {
                    if posting["account"] == "bank:2" {
                        posting["account"] = json!("bank:1");
                    }
                }
            })
        },
        "it posts",
    ),
    (
        "the spread goes to nobody's account",
        |copy| {
            copy.edit("OrderFunded", 1, |body| {
                for posting in body["postings"].as_array_mut().unwrap() {
                    if posting["account"] == "spread-income" {
                        posting["account"] = json!("named:mine");
                    }
                }
            })
        },
        "named:mine",
    ),
    (
        "a posting of one side only",
        |copy| {
            copy.edit("LineBooked", 1, |body| {
                body["postings"].as_array_mut().unwrap().pop();
            })
        },
        "not to zero",
    ),
    (
        "no posting at all",
        |copy| copy.set("ReceiptAllocated", 1, "/postings", json!([])),
        "and must post",
    ),
];
