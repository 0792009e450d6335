//! Old forms of events, brought into the form of the version after them.

use serde_json::{Map, Value, json};

/// The event in the form of the next version; `None` when there is no such version, or when it is
/// not in the form that it says.
pub(super) fn renewed(kind: &str, version: u32, value: &Value) -> Option<(u32, Value)> {
    match (kind, version) {
        ("StatementBooked", 1) => Some((2, statement_booked(value)?)),
        ("StatementArchived", 1) => Some((2, statement_archived(value)?)),
        _ => None,
    }
}

/// The first version knew one way to book: some lines from a place on are known, and all that come
/// after them follow the end of the chain.
fn statement_booked(value: &Value) -> Option<Value> {
    let old = value.as_object()?;
    let mut booking = old.get("booking")?.as_object()?.clone();
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
    let mut renewed = old.clone();
    let booking = json!({
        "statement": statement, "facts": facts, "known": known, "new": new, "undecided": [],
        "change": change,
    });
    renewed.insert("booking".to_owned(), booking);
    Some(Value::Object(renewed))
}

/// The first version kept nothing of a statement that was not booked but its file.
fn statement_archived(value: &Value) -> Option<Value> {
    let mut facts = value.as_object()?.clone();
    let why = facts.remove("why")?;
    facts.extend(unknown_facts(&json!("0".repeat(64)), 0));
    for unknown in ["number", "opening", "closing"] {
        facts.insert(unknown.to_owned(), Value::Null);
    }
    facts.insert("read_by".to_owned(), json!(""));
    Some(json!({ "facts": facts, "why": why }))
}

fn unknown_facts(rows: &Value, lines: u64) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("format".to_owned(), Value::Null);
    facts.insert("closing_on".to_owned(), Value::Null);
    facts.insert("rows".to_owned(), rows.clone());
    facts.insert("lines".to_owned(), json!(lines));
    facts
}
