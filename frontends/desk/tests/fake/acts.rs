//! What the fake office does when it is asked to act.

use kantor_wire::{
    AllocateAsk, Amount, BatchDetail, BatchFile, BatchState, BatchView, BookAsk, ImportAsk,
    LineView, NewBatch, OrderAsk, OrderState, PayoutState, PayoutView, Problem, Sentence,
    StatementImport, StatementOutcome, TransferView, Verdict,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{State, samples};

type Answer = Result<Value, Problem>;

pub fn act(state: &mut State, path: &str, body: &[u8]) -> Answer {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let value = match parts.as_slice() {
        ["files"] => store(state, body),
        ["statements"] => import(state, &read(body)?)?,
        ["orders", id, act] => {
            let seen = serde_json::from_slice::<OrderAsk>(body)
                .ok()
                .and_then(|ask| ask.seen);
            order_as_seen(state, id, seen.as_deref())?;
            order_act(state, id, act)?
        }
        ["suspense", account, ordinal, "book"] => {
            let ask: BookAsk = read(body)?;
            line_as_seen(state, account, ordinal, ask.seen.as_deref())?;
            settle(state, account, ordinal)
        }
        ["suspense", account, ordinal, "allocate"] => {
            let ask: AllocateAsk = read(body)?;
            line_as_seen(state, account, ordinal, ask.seen.as_deref())?;
            order_as_seen(state, &ask.order, ask.seen_order.as_deref())?;
            fund(state, &ask.order);
            settle(state, account, ordinal);
            json!(state.orders.iter().find(|order| order.id == ask.order))
        }
        ["batches"] => create_batch(state, &read(body)?)?,
        ["batches", id, "approve"] => approve(state, id)?,
        ["batches", id, "file"] => archive(state, id, body)?,
        _ => return Err(problem(404, "not-found", "There is no such act.")),
    };
    state.happened("Something");
    Ok(value)
}

/// Nothing is done to an order that changed since it was seen.
fn order_as_seen(state: &State, id: &str, seen: Option<&str>) -> Result<(), Problem> {
    let order = state.orders.iter().find(|order| order.id == id);
    match (order, seen) {
        (Some(order), Some(seen)) if order.fingerprint != seen => Err(problem(
            409,
            "order-changed",
            "The order has changed since it was looked at.",
        )),
        _ => Ok(()),
    }
}

/// Nothing is done to a line that is not open, or not the one that was seen.
fn line_as_seen(
    state: &State,
    account: &str,
    ordinal: &str,
    seen: Option<&str>,
) -> Result<(), Problem> {
    let is_it = |line: &&LineView| line.account == account && line.ordinal.to_string() == ordinal;
    let line = state.suspense.iter().find(is_it);
    match line {
        None => Err(problem(
            409,
            "line-settled",
            "That line is settled already.",
        )),
        Some(line) if seen.is_some_and(|seen| line.fingerprint != seen) => Err(problem(
            409,
            "line-changed",
            "Another line stands there by now.",
        )),
        Some(_) => Ok(()),
    }
}

fn problem(status: u16, code: &str, detail: &str) -> Problem {
    Problem::new(status, code, "Refused", detail)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| problem(400, "body-unreadable", &error.to_string()))
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn store(state: &mut State, body: &[u8]) -> Value {
    let sha256 = sha256(body);
    state.files.insert(sha256.clone(), body.to_owned());
    json!({"sha256": sha256, "length": body.len()})
}

fn import(state: &mut State, ask: &ImportAsk) -> Answer {
    if !state.files.contains_key(&ask.file) {
        return Err(problem(409, "file-missing", "Store the file first."));
    }
    let mut statements = Vec::new();
    for statement in &ask.statements {
        let Some(at) = state
            .accounts
            .iter()
            .position(|account| Some(&account.iban) == statement.account.as_ref())
        else {
            statements.push(samples::refused_statement(statement));
            continue;
        };
        let known = state.accounts[at].last_statement == statement.number;
        let mut matches = Vec::new();
        if !known {
            let closing = statement.closing.as_ref().expect("a closing balance");
            let account = &mut state.accounts[at];
            account.booked.clone_from(&closing.amount);
            account.available.clone_from(&closing.amount);
            account.last_statement.clone_from(&statement.number);
            account.proved_through = Some(closing.date.clone());
            let id = account.id.clone();
            for (index, entry) in statement.entries.iter().enumerate() {
                let title = entry.remittance.clone().unwrap_or_default();
                let order = state
                    .orders
                    .iter()
                    .find(|order| title.contains(&order.reference))
                    .map(|order| order.id.clone());
                matches.push(kantor_wire::MatchView {
                    ordinal: index as u64 + 1,
                    amount: Amount::new(&entry.amount, &entry.currency),
                    verdict: if order.is_some() {
                        Verdict::Certain
                    } else {
                        Verdict::None
                    },
                    order: order.clone(),
                    payout: None,
                    reason: Sentence::plain("the title holds the reference"),
                });
                match order {
                    Some(order) => fund(state, &order),
                    None => state.suspense.push(samples::line(
                        &id,
                        index as u64 + 1,
                        &entry.amount,
                        &entry.currency,
                        &title,
                    )),
                }
            }
        }
        let count = statement.entries.len() as u64;
        statements.push(StatementImport {
            account: statement.account.clone().unwrap_or_default(),
            number: statement.number.clone(),
            outcome: if known {
                StatementOutcome::Known
            } else {
                StatementOutcome::Booked
            },
            new: if known { 0 } else { count },
            known: if known { count } else { 0 },
            difference: None,
            message: Sentence::plain("done"),
            notes: Vec::new(),
            matches,
        });
    }
    Ok(json!({"head": state.head(), "statements": statements}))
}

/// The order is paid; its payout becomes due from the account that has the currency it gets.
fn fund(state: &mut State, id: &str) {
    let Some(order) = state.orders.iter_mut().find(|order| order.id == id) else {
        return;
    };
    order.state = OrderState::Funded;
    order.fingerprint = format!("{id}-{}", order.state);
    order.held_reason = None;
    order.allowed_acts.clear();
    order.received = order.gives.clone();
    let account = state
        .accounts
        .iter()
        .find(|account| account.currency == order.gets.currency)
        .map_or_else(String::new, |account| account.id.clone());
    let payout: PayoutView = samples::payout(order, &account);
    order.payouts.push(payout.clone());
    state.payouts.push(payout);
}

fn order_act(state: &mut State, id: &str, act: &str) -> Answer {
    let Some(order) = state.orders.iter_mut().find(|order| order.id == id) else {
        return Err(problem(404, "order-not-found", "There is no such order."));
    };
    if !order.allowed_acts.iter().any(|known| known.as_str() == act) {
        return Err(problem(
            409,
            "order-act-not-allowed",
            "The order went on meanwhile, and this cannot be done with it any more. Look at its state.",
        ));
    }
    match act {
        "cancel" => order.state = OrderState::Cancelled,
        "refund" => order.state = OrderState::Refunding,
        "confirm" => fund(state, id),
        _ => {}
    }
    let Some(order) = state.orders.iter_mut().find(|order| order.id == id) else {
        return Ok(Value::Null);
    };
    order.allowed_acts.clear();
    order.fingerprint = format!("{id}-{}", order.state);
    Ok(json!(order))
}

fn settle(state: &mut State, account: &str, ordinal: &str) -> Value {
    state
        .suspense
        .retain(|line| line.account != account || line.ordinal.to_string() != ordinal);
    Value::Null
}

fn create_batch(state: &mut State, ask: &NewBatch) -> Answer {
    let id = format!("b{}", state.batches.len() + 1);
    let due: Vec<_> = state
        .payouts
        .iter_mut()
        .filter(|payout| payout.account == ask.account && payout.state == PayoutState::Due)
        .collect();
    let Some(first) = due.first() else {
        return Err(problem(
            409,
            "nothing-due",
            "No payout of that account is due, so there is no batch to make.",
        ));
    };
    let sum = first.amount.clone();
    let transfers: Vec<TransferView> = due.iter().map(|payout| samples::transfer(payout)).collect();
    for payout in due {
        payout.state = PayoutState::InBatch;
        payout.batch = Some(id.clone());
    }
    let batch = BatchView {
        id,
        account: ask.account.clone(),
        state: BatchState::Fixed,
        date: ask.date.clone(),
        count: transfers.len() as u64,
        sum,
        format: None,
        file: None,
    };
    let debit_iban = state
        .accounts
        .iter()
        .find(|account| account.id == ask.account)
        .map_or_else(String::new, |account| account.iban.clone());
    state.batches.push(BatchDetail {
        batch: batch.clone(),
        debit_iban,
        owner: samples::owner(),
        transfers,
    });
    Ok(json!(batch))
}

fn find<'a>(state: &'a mut State, id: &str) -> Result<&'a mut BatchView, Problem> {
    state
        .batches
        .iter_mut()
        .map(|detail| &mut detail.batch)
        .find(|batch| batch.id == id)
        .ok_or_else(|| problem(404, "batch-not-found", "There is no such batch."))
}

fn set_payouts(state: &mut State, batch: &str, to: PayoutState) {
    for payout in &mut state.payouts {
        if payout.batch.as_deref() == Some(batch) {
            payout.state = to;
        }
    }
}

fn approve(state: &mut State, id: &str) -> Answer {
    if state.only_cashier {
        return Err(problem(
            403,
            "role-too-small",
            "Approving is for approvers, and this token is a cashier's.",
        ));
    }
    set_payouts(state, id, PayoutState::Approved);
    let batch = find(state, id)?;
    batch.state = BatchState::Approved;
    Ok(json!(batch))
}

fn archive(state: &mut State, id: &str, body: &[u8]) -> Answer {
    if let Some(known) = state.batch_files.get(id)
        && known != body
    {
        return Err(problem(
            409,
            "other-bytes",
            "That batch has another file already.",
        ));
    }
    state.batch_files.insert(id.to_owned(), body.to_owned());
    set_payouts(state, id, PayoutState::Exported);
    let batch = find(state, id)?;
    batch.state = BatchState::Written;
    batch.format = Some("elixir0".to_owned());
    batch.file = Some(BatchFile {
        name: format!("przelewy-{id}.pli"),
        sha256: sha256(body),
    });
    Ok(json!(batch))
}
