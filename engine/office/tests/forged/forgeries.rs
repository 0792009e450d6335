//! The forgeries of meaning: what is forged, how, and what the checker is to say.

use serde_json::{Value, json};

use crate::copy::Copy;

/// A name, the forgery (it answers the fact that is to be named), and a part of what is said of it.
pub(crate) type Forgery = (&'static str, fn(&mut Copy) -> String, &'static str);

fn seq(fact: &str) -> u64 {
    let (_, number) = fact.split_once(' ').unwrap();
    number.parse().unwrap()
}

/// Writes another minor amount over each posting of an event, signs as they are.
fn repost(body: &mut Value, minor: i64) {
    for posting in body["postings"].as_array_mut().unwrap() {
        let sign = posting["amount"]["minor"].as_i64().unwrap().signum();
        posting["amount"]["minor"] = json!(minor * sign);
    }
}

fn text_of(rows: &mut kantor_checker::Row, edit: impl FnOnce(&mut Value)) {
    let mut body: Value = serde_json::from_slice(&rows.body).unwrap();
    edit(&mut body);
    // The order of fields is not looked at.
    rows.body = serde_json::to_vec(&body).unwrap();
}

pub(crate) const FORGERIES: &[Forgery] = &[
    // Matches.
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
    // Statements and chains.
    (
        "a closing balance of which a zloty is gone",
        |copy| {
            copy.set(
                "StatementBooked",
                2,
                "/event/booking/closing",
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
                body["event"]["booking"]["proved_through"] = json!(2);
                body["event"]["booking"]["proved_balance"] = json!(125_003);
            })
        },
        "the chain is proved through line 0",
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
            copy.refile("StatementBooked", 2, "/event/booking/file", |text| {
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
            format!("statement 1 (event {seq})")
        },
        "is not the balance after line 0",
    ),
    (
        "the chain was put together in another way",
        |copy| {
            copy.segments.get_mut(&2).unwrap()[0].count += 1;
            "line 2/1 (statement 1)".to_owned()
        },
        "not the one that the log gave it",
    ),
    // Orders.
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
    // Postings.
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
    // Payouts and batches.
    (
        "a payout of more than is owed",
        |copy| copy.set("PayoutDue", 1, "/event/facts/amount/minor", json!(99_999)),
        "order 1 is paid",
    ),
    (
        "a payout to another's account",
        |copy| {
            copy.set(
                "PayoutDue",
                1,
                "/event/facts/payee",
                json!({ "customer_account": 4 }),
            )
        },
        "order 1 is paid",
    ),
    (
        "a payout is doubled",
        |copy| {
            let seq = copy.find("PayoutDue", 1);
            let body: Value =
                serde_json::from_slice(&copy.records[usize::try_from(seq).unwrap() - 1].body)
                    .unwrap();
            let mut event = body["event"].clone();
            event["facts"]["payout"] = json!(2);
            copy.insert(seq, "PayoutDue", event, json!([]))
        },
        "order 1 is paid by payout 1 already",
    ),
    (
        "a refund to the customer and not to the payer",
        |copy| {
            let refund = (1..10)
                .find(|nth| {
                    let seq = usize::try_from(copy.find("PayoutDue", *nth)).unwrap();
                    String::from_utf8_lossy(&copy.records[seq - 1].body).contains("refund")
                })
                .unwrap();
            copy.set(
                "PayoutDue",
                refund,
                "/event/facts/payee",
                json!({ "customer_account": 5 }),
            )
        },
        "only to the account that it came from",
    ),
    (
        "a payout was paid by another line",
        |copy| copy.set("PayoutPaid", 1, "/event/line", json!("1/4")),
        "is no debit of",
    ),
    (
        "a payout was paid, and no line says so",
        |copy| {
            let after = copy.find("BatchWritten", 2);
            let event = json!({ "payout": 1, "line": "1/2" });
            copy.insert(after, "PayoutPaid", event, json!([]))
        },
        "is no debit of",
    ),
    (
        "one person does what takes four eyes",
        |copy| copy.set("BatchApproved", 1, "/by", json!("staff:anna")),
        "the rules want another",
    ),
    (
        "one person attests twice",
        |copy| {
            copy.set(
                "BatchVoided",
                1,
                "/event/attested_by",
                json!(["anna", " Anna "]),
            )
        },
        "two people attest",
    ),
    (
        "a payout twice in a batch",
        |copy| {
            copy.edit("BatchFixed", 1, |body| {
                let payouts = body["event"]["payouts"].as_array_mut().unwrap();
                let first = payouts[0].clone();
                payouts.push(first);
            })
        },
        "is InBatch, and BatchFixed cannot be",
    ),
    (
        "a batch of another account",
        |copy| copy.set("BatchFixed", 1, "/event/account", json!(2)),
        "leaves from account 1",
    ),
    (
        "a file that was written before it was approved",
        |copy| {
            let seq = copy.remove("BatchApproved", 2);
            format!("event {seq}")
        },
        "BatchWritten cannot be",
    ),
    (
        "a transfer of another amount stands in the file",
        |copy| {
            let file = copy.refile("BatchWritten", 2, "/event/file/digest", |text| {
                let (before, rest) = text.split_once("110,20261120,").unwrap();
                let (amount, rest) = rest.split_once(',').unwrap();
                format!("{before}110,20261120,{amount}0,{rest}")
            });
            let seq = copy.find("BatchWritten", 2);
            format!("file {file} (of event {seq})")
        },
        "does not stand in it as it is owed",
    ),
    (
        "a transfer to another account stands in the file",
        |copy| {
            let file = copy.refile("BatchWritten", 2, "/event/file/digest", |text| {
                let at = text.find("11401010").unwrap();
                let second = text[at + 8..].find("11401010").unwrap() + at + 8;
                assert!(second > at);
                // The account of the second customer instead of the first's.
                let accounts: Vec<&str> = text
                    .split('"')
                    .filter(|cell| cell.len() == 26 && cell.bytes().all(|it| it.is_ascii_digit()))
                    .collect();
                let payees: Vec<&str> = accounts
                    .iter()
                    .copied()
                    .filter(|cell| !cell.ends_with("579009004001"))
                    .collect();
                text.replacen(payees[0], payees[2], 1)
            });
            let seq = copy.find("BatchWritten", 2);
            format!("file {file} (of event {seq})")
        },
        "does not stand in it as it is owed",
    ),
    (
        "a transfer is missing in the file",
        |copy| {
            let file = copy.refile("BatchWritten", 2, "/event/file/digest", |text| {
                let mut lines: Vec<&str> = text.lines().collect();
                lines.pop();
                format!("{}\r\n", lines.join("\r\n"))
            });
            let seq = copy.find("BatchWritten", 2);
            format!("file {file} (of event {seq})")
        },
        "does not stand in it as it is owed",
    ),
    (
        "the file of a void batch is used again",
        |copy| {
            let seq = usize::try_from(copy.find("BatchWritten", 1)).unwrap();
            let body: Value = serde_json::from_slice(&copy.records[seq - 1].body).unwrap();
            let file = body["event"]["file"].clone();
            let digest = file["digest"].as_str().unwrap().to_owned();
            let fact = copy.set("BatchWritten", 2, "/event/file", file);
            format!("file {digest} (of {fact})")
        },
        "does not stand in it as it is owed",
    ),
    // Rules, position, people, the log itself.
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
