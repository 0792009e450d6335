//! Old forms of events, brought into the form of the version after them.

use serde_json::{Map, Value, json};
use serde_json_borrow::Value as Read;

type Body = Map<String, Value>;

/// The event as the next version would have been written; `None` when nothing came after its
/// version, or when it is not in the form that it says. What an old body did not know is what it
/// was then.
pub(super) fn renewed(kind: &str, version: u32, value: &Read<'_>) -> Option<String> {
    let change: fn(&mut Body) -> Option<()> = match (kind, version) {
        ("StatementBooked", 1) => statement_booked,
        ("StatementArchived", 1) => statement_archived,
        ("PolicySet", 1) => |body| {
            let policy = body.get_mut("policy")?.as_object_mut()?;
            add(policy, "home", json!("PLN"));
            add(policy, "money", json!([]));
            add(policy, "limits", json!([]));
            Some(())
        },
        ("OrderFunded", 1) => |body| {
            add(body, "difference", Value::Null);
            Some(())
        },
        // Matching kept no evidence, and a line was one order's as a whole.
        ("ReceiptAllocated", 1) => |body| {
            add(body, "booked_on", Value::Null);
            add(body, "evidence", json!([]));
            add(body, "rivals", json!([]));
            add(body, "rest", Value::Null);
            Some(())
        },
        // Every payout was of an order.
        ("PayoutDue" | "PayoutUnproved", 1) => |_| Some(()),
        _ => return None,
    };
    let Value::Object(mut body) = Value::from(value) else {
        return None;
    };
    change(&mut body)?;
    Some(Value::Object(body).to_string())
}

/// Adds a field that the old form did not have; one that it must not have stays, and is refused.
fn add(body: &mut Body, field: &str, value: Value) {
    body.entry(field).or_insert(value);
}

/// The first version knew one way to book: some lines from a place on are known, and all that come
/// after them follow the end of the chain.
fn statement_booked(body: &mut Body) -> Option<()> {
    let mut booking = body.get("booking")?.as_object()?.clone();
    let mut take = |name: &str| booking.remove(name);
    let (statement, rows) = (take("statement")?, take("rows")?);
    let (after, known, new) = (take("after")?, take("known")?, take("new")?);
    let lines = known.as_u64()?.checked_add(new.as_u64()?)?;
    let keeps = after.as_u64()?.checked_add(known.as_u64()?)?;
    let stretch = json!({
        "statement": statement, "rows": rows, "position": known, "count": new, "shift": 0,
    });
    let end = if new == 0 {
        json!([])
    } else {
        json!([stretch])
    };
    let change = json!({
        "keeps": keeps, "cut": 0, "end": end, "moves": [], "withdrawn": [],
        "net": take("net")?, "proved_through": take("proved_through")?,
        "proved_balance": take("proved_balance")?,
    });
    let mut facts = booking;
    facts.extend(unknown_facts(&rows, lines));
    let booking = json!({
        "statement": statement, "facts": facts, "known": known, "new": new, "undecided": [],
        "change": change,
    });
    body.insert("booking".to_owned(), booking);
    Some(())
}

/// The first version kept nothing of a statement that was not booked but its file.
fn statement_archived(body: &mut Body) -> Option<()> {
    let why = body.remove("why")?;
    let mut facts = std::mem::take(body);
    facts.extend(unknown_facts(&json!("0".repeat(64)), 0));
    for unknown in ["number", "opening", "closing"] {
        facts.insert(unknown.to_owned(), Value::Null);
    }
    facts.insert("read_by".to_owned(), json!(""));
    body.insert("facts".to_owned(), Value::Object(facts));
    body.insert("why".to_owned(), why);
    Some(())
}

fn unknown_facts(rows: &Value, lines: u64) -> Body {
    let mut facts = Map::new();
    facts.insert("format".to_owned(), Value::Null);
    facts.insert("closing_on".to_owned(), Value::Null);
    facts.insert("rows".to_owned(), rows.clone());
    facts.insert("lines".to_owned(), json!(lines));
    facts
}
