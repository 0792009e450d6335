//! Read models: what the log says now about one thing, for lists, for auditors with `sqlite3` and
//! for server processes that do not hold the whole office in memory. `verify` recomputes them.

use std::collections::BTreeSet;

use kantor_engine::chain::ChainChange;
use kantor_engine::order::OrderState;
use kantor_engine::payout::Payee;
use kantor_engine::{
    AccountId, BatchId, Event, LineId, OrderId, PayoutId, Recorded, Settled, Snapshot, Touched,
};
use kantor_store::{Document, DocumentChange};
use serde_json::{Value, json};

use crate::writer::actor_name;

/// Kinds of read models.
pub(crate) const KINDS: [&str; 5] = ["account", "order", "payout", "batch", "line"];

/// How many bits of a line's number are its ordinal.
const LINE_BITS: u32 = 40;

/// The documents that a command's events change, as they are after them.
pub(crate) fn changes<'a>(
    after: &Snapshot,
    events: impl Iterator<Item = &'a Recorded>,
) -> Vec<DocumentChange> {
    let mut keys = Keys::default();
    for recorded in events {
        keys.add(after, recorded);
    }
    let gone = keys.lines.iter().filter(|id| line(after, **id).is_none());
    let gone: Vec<DocumentChange> = gone
        .filter_map(|id| number_of_line(*id))
        .map(|id| DocumentChange::Remove {
            kind: "line".to_owned(),
            id,
        })
        .collect();
    let put = keys.documents(after).into_iter().map(DocumentChange::Put);
    put.chain(gone).collect()
}

/// Which things events have changed.
#[derive(Default)]
pub(crate) struct Keys {
    accounts: BTreeSet<AccountId>,
    orders: BTreeSet<OrderId>,
    payouts: BTreeSet<PayoutId>,
    batches: BTreeSet<BatchId>,
    lines: BTreeSet<LineId>,
}

impl Keys {
    /// Adds what one event changed.
    pub(crate) fn add(&mut self, state: &Snapshot, recorded: &Recorded) {
        let touched = Touched::by(&recorded.event, |batch| {
            state
                .batches
                .get(&batch)
                .map(|batch| batch.payouts.clone())
                .unwrap_or_default()
        });
        self.accounts.extend(touched.accounts);
        self.orders.extend(touched.orders);
        self.payouts.extend(touched.payouts);
        self.batches.extend(touched.batches);
        self.lines.extend(touched.lines);
        if let Event::StatementBooked { booking, .. } = &recorded.event {
            self.moved(state, booking.facts.account, &booking.change);
        }
        if let Event::StatementUndone {
            account, change, ..
        } = &recorded.event
        {
            self.moved(state, *account, change);
        }
    }

    /// Adds the lines that have other places now, or none, and what names them.
    fn moved(&mut self, state: &Snapshot, account: AccountId, change: &ChainChange) {
        if change.cut == 0 {
            return;
        }
        let first = change.keeps.saturating_add(1);
        let last = change.lines().max(change.keeps.saturating_add(change.cut));
        let line = |ordinal| LineId { account, ordinal };
        self.lines.extend((first..=last).map(line));
        let range = line(first)..=line(last);
        let parts = state.settled.range(range);
        for part in parts.flat_map(|(_, settled)| settled.parts()) {
            match part {
                Settled::Receipt(order) => {
                    self.orders.insert(*order);
                    let order = state.orders.get(order);
                    self.payouts
                        .extend(order.into_iter().flat_map(|order| &order.payouts));
                }
                Settled::Payout(payout)
                | Settled::Refunded(payout)
                | Settled::Returned { payout, .. } => {
                    self.payouts.insert(*payout);
                }
                Settled::Batch { payouts, .. } => self.payouts.extend(payouts),
                // The other of the two names this one.
                Settled::OwnTransfer(other)
                | Settled::ReversedBy(other)
                | Settled::Reverses(other) => {
                    self.lines.insert(*other);
                }
                Settled::Booked { .. } | Settled::CoverDeal(_) | Settled::Parts(_) => {}
            }
        }
    }

    /// Adds everything of others.
    pub(crate) fn join(&mut self, others: Keys) {
        self.accounts.extend(others.accounts);
        self.orders.extend(others.orders);
        self.payouts.extend(others.payouts);
        self.batches.extend(others.batches);
        self.lines.extend(others.lines);
    }

    /// Kind and number of each.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let accounts = self.accounts.iter().map(|id| ("account", id.0));
        let orders = self.orders.iter().map(|id| ("order", id.0));
        let payouts = self.payouts.iter().map(|id| ("payout", id.0));
        let batches = self.batches.iter().map(|id| ("batch", id.0));
        let lines = self
            .lines
            .iter()
            .filter_map(|id| Some(("line", number_of_line(*id)?)));
        accounts
            .chain(orders)
            .chain(payouts)
            .chain(batches)
            .chain(lines)
    }

    /// The documents of all of them.
    pub(crate) fn documents(&self, state: &Snapshot) -> Vec<Document> {
        let mut documents = Vec::new();
        documents.extend(self.accounts.iter().filter_map(|id| account(state, *id)));
        documents.extend(self.orders.iter().filter_map(|id| order(state, *id)));
        documents.extend(self.payouts.iter().filter_map(|id| payout(state, *id)));
        documents.extend(self.batches.iter().filter_map(|id| batch(state, *id)));
        documents.extend(self.lines.iter().filter_map(|id| line(state, *id)));
        documents
    }
}

fn document(kind: &str, id: u64, owner: Option<u64>, state: &str, body: &Value) -> Document {
    Document {
        kind: kind.to_owned(),
        id,
        owner,
        state: state.to_owned(),
        seq: 0,
        body: body.to_string().into_bytes(),
    }
}

fn account(state: &Snapshot, id: AccountId) -> Option<Document> {
    let account = state.accounts.get(&id)?;
    let body = json!({
        "iban": account.iban.as_str(),
        "currency": account.currency().code(),
        "name": account.name,
        "lines": account.lines,
        "balance": account.balance,
        "proved_through": account.proved_through,
        "proved_balance": account.proved_balance,
        "last_statement": account.last_booked.as_ref().or(account.last_statement.as_ref()),
    });
    Some(document("account", id.0, None, "open", &body))
}

fn order(state: &Snapshot, id: OrderId) -> Option<Document> {
    let order = state.orders.get(&id)?;
    let held = match order.state {
        OrderState::Held(reason) => Some(reason.word()),
        _ => None,
    };
    let body = json!({
        "reference": order.reference().map(|reference| reference.to_string()),
        "held": held,
        "gives": order.gives().to_string(),
        "gets": order.gets().to_string(),
        "rate": order.terms.rate.to_string(),
        "offered": order.offered.map(|offer| offer.rate.to_string()),
        "placed": order.facts.placed.to_string(),
        "deadline": order.deadline.to_string(),
        "receipts": order.receipts.iter().map(LineId::to_string).collect::<Vec<_>>(),
        "payouts": order.payouts.iter().map(|payout| payout.0).collect::<Vec<_>>(),
    });
    let owner = Some(order.facts.customer.0);
    Some(document("order", id.0, owner, order.state.name(), &body))
}

fn payout(state: &Snapshot, id: PayoutId) -> Option<Document> {
    let payout = state.payouts.get(&id)?;
    let payee = match payout.facts.payee {
        Payee::CustomerAccount(account) => format!("customer-account:{account}"),
        Payee::PayerOf(line) => format!("payer-of:{line}"),
    };
    let body = json!({
        "reference": payout.reference().map(|reference| reference.to_string()),
        "kind": payout.facts.kind.word(),
        "amount": payout.facts.amount.to_string(),
        "account": payout.facts.account.0,
        "payee": payee,
        "batch": payout.batch.map(|batch| batch.0),
        "paid_by": payout.paid_by.map(|line| line.to_string()),
    });
    let owner = payout.facts.order.map(|order| order.0);
    Some(document("payout", id.0, owner, payout.state.name(), &body))
}

fn batch(state: &Snapshot, id: BatchId) -> Option<Document> {
    let batch = state.batches.get(&id)?;
    let file = batch.file.as_ref().map(|file| {
        json!({
            "sha256": file.digest.to_string(),
            "length": file.length,
            "format": file.format,
            "written_by": file.written_by,
        })
    });
    let body = json!({
        "date": batch.date.to_string(),
        "payouts": batch.payouts.iter().map(|payout| payout.0).collect::<Vec<_>>(),
        "made_by": actor_name(&batch.made_by),
        "file": file,
    });
    Some(document(
        "batch",
        id.0,
        Some(batch.account.0),
        batch.state.name(),
        &body,
    ))
}

/// The number of a line's read model: account and ordinal in one.
fn number_of_line(id: LineId) -> Option<u64> {
    id.account.0.checked_shl(LINE_BITS)?.checked_add(id.ordinal)
}

/// The line of such a number.
pub(crate) fn line_of_number(number: u64) -> LineId {
    LineId {
        account: AccountId(number >> LINE_BITS),
        ordinal: number & ((1 << LINE_BITS) - 1),
    }
}

fn part_of_line(settled: &Settled) -> (&'static str, Value) {
    match settled {
        Settled::Receipt(order) => ("receipt", json!({ "order": order.0 })),
        Settled::Payout(payout) => ("payout", json!({ "payout": payout.0 })),
        Settled::Batch { batch, .. } => ("batch", json!({ "batch": batch.0 })),
        Settled::Returned { payout, .. } => ("returned", json!({ "payout": payout.0 })),
        Settled::ReversedBy(line) => ("reversed", json!({ "line": line.to_string() })),
        Settled::Reverses(line) => ("reversal", json!({ "line": line.to_string() })),
        Settled::Refunded(payout) => ("refunded", json!({ "payout": payout.0 })),
        Settled::OwnTransfer(other) => ("own_transfer", json!({ "line": other.to_string() })),
        Settled::CoverDeal(deal) => ("cover", json!({ "cover_deal": deal.0 })),
        Settled::Booked { account, amount } => (
            "booked",
            json!({ "ledger_account": account.to_string(), "amount": amount.to_string() }),
        ),
        Settled::Parts(parts) => {
            let part = |part: &Settled| {
                let (word, body) = part_of_line(part);
                json!({ "part": word, "is": body })
            };
            let parts: Vec<Value> = parts.iter().map(part).collect();
            ("parts", json!({ "parts": parts }))
        }
    }
}

/// A line that is, or was, a question: where it stands now.
fn line(state: &Snapshot, id: LineId) -> Option<Document> {
    let number = number_of_line(id)?;
    let settled = state.settled.get(&id);
    let (word, body) = match (state.questions.get(&id), settled) {
        (Some(question), _) => {
            let orders: Vec<u64> = question.orders().iter().map(|order| order.0).collect();
            (
                "question",
                json!({ "question": question.word(), "orders": orders }),
            )
        }
        (None, Some(settled)) => part_of_line(settled),
        (None, None) => return None,
    };
    Some(document("line", number, Some(id.account.0), word, &body))
}
