//! Forged payouts, batches and transfer files.

use serde_json::{Value, json};

use super::Forgery;

pub(super) const FORGERIES: &[Forgery] = &[
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
];
