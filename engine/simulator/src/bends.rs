//! How the planted bugs bend what the engine says.

use kantor_engine::ledger::{LedgerAccount, movement};
use kantor_engine::matching::{LineFacts, Payer, Question};
use kantor_engine::order::OrderState;
use kantor_engine::payout::Payee;
use kantor_engine::{Event, LineId, Recorded, Reference, Snapshot, StatementToBook};
use kantor_model::{Batch, Iban, Moment, Money};

use crate::office::Row;
use crate::plant::Plant;

/// A line in this many: a bug that strikes at every line is found by anybody.
const RARELY: u64 = 7;

fn strikes(facts: &LineFacts) -> bool {
    facts.evidence.is_multiple_of(RARELY)
}

/// Bends a decided event.
pub(crate) fn bend(plant: Plant, state: &Snapshot, recorded: &mut Recorded) {
    match (plant, &mut recorded.event) {
        (Plant::FlippedRounding, Event::OrderPlaced { facts }) => {
            let gets = facts.terms.gets;
            if !facts.terms.remainder.is_zero() {
                facts.terms.gets = Money::new(gets.minor() + 1, gets.currency());
            }
        }
        (Plant::Unbalanced, Event::OrderFunded { .. }) => {
            if let Some(posting) = recorded.postings.first_mut() {
                let amount = posting.amount;
                posting.amount = Money::new(amount.minor() + 1, amount.currency());
            }
        }
        (Plant::RefundToStranger, Event::PayoutDue { facts }) => {
            if let Payee::PayerOf(line) = facts.payee
                && line.ordinal > 1
            {
                facts.payee = Payee::PayerOf(LineId {
                    ordinal: line.ordinal - 1,
                    ..line
                });
            }
        }
        (Plant::ReturnIgnored, Event::PayoutReturned { payout, line, .. }) => {
            let Some(payout) = state.payouts.get(payout) else {
                return;
            };
            let account = LedgerAccount::Named("own".to_owned());
            let (line, amount) = (*line, payout.facts.amount);
            let posted = movement(account.clone(), LedgerAccount::Suspense, amount);
            recorded.postings = posted.map(Vec::from).unwrap_or_default();
            let reason = "nobody's order".to_owned();
            recorded.event = Event::LineBooked {
                line,
                account,
                amount,
                reason,
            };
        }
        (Plant::ProvedEarly, Event::StatementBooked { booking, .. }) => {
            let id = booking.facts.account;
            let Some(account) = state.accounts.get(&id) else {
                return;
            };
            let change = &mut booking.change;
            let proved = change.proved_through;
            change.proved_through = change.lines();
            change.proved_balance = account.balance + change.net;
            for posting in &mut recorded.postings {
                if posting.account == LedgerAccount::BankProvisional(id)
                    && change.proved_through > proved
                {
                    posting.account = LedgerAccount::Bank(id);
                }
            }
        }
        _ => {}
    }
}

/// Adds events that nobody decided.
pub(crate) fn add(plant: Plant, state: &Snapshot, events: &mut Vec<Recorded>) {
    if plant == Plant::ReturnIgnored {
        events.retain(|recorded| !matches!(recorded.event, Event::OrderReopened { .. }));
    }
    if plant != Plant::PaidUnseen {
        return;
    }
    let written = events.iter().find_map(|recorded| match &recorded.event {
        Event::BatchWritten { batch, .. } => Some((*batch, recorded.by.clone())),
        _ => None,
    });
    let Some((batch, by)) = written else { return };
    let batch = state.batches.get(&batch);
    for payout in batch.iter().flat_map(|batch| &batch.payouts) {
        let line = LineId {
            account: state
                .payouts
                .get(payout)
                .map_or(kantor_engine::AccountId(1), |payout| payout.facts.account),
            ordinal: 1,
        };
        events.push(Recorded {
            by: by.clone(),
            event: Event::PayoutPaid {
                payout: *payout,
                line,
            },
            postings: Vec::new(),
        });
    }
}

/// Bends what an event does to the office.
pub(crate) fn misapply(plant: Plant, state: &mut Snapshot, recorded: &Recorded) {
    if let (Plant::TwoOrders, Event::ReceiptAllocated { line, .. }) = (plant, &recorded.event) {
        state.settled.remove(line);
        state.questions.insert(*line, Question::NoReference);
    }
}

/// Bends a statement on its way to the engine.
pub(crate) fn bend_statement(
    plant: Plant,
    state: &Snapshot,
    now: Moment,
    statement: &mut StatementToBook,
    rows: &mut Vec<Row>,
) {
    let struck = statement.lines.iter().position(strikes);
    match plant {
        Plant::DoubledLine => {
            if let Some(at) = struck
                && let (Some(line), Some(row)) = (statement.lines.get(at), rows.get(at))
            {
                let (line, row) = (line.clone(), row.clone());
                shift(&mut statement.facts.closing, line.amount.minor());
                statement.lines.insert(at, line);
                statement.marks.insert(at, row.link.marks);
                rows.insert(at, row);
            }
        }
        Plant::LostLine => {
            if let Some(at) = struck {
                let line = statement.lines.remove(at);
                shift(&mut statement.facts.closing, -line.amount.minor());
                rows.remove(at);
                statement.marks.remove(at);
            }
        }
        Plant::ReversedSign => {
            if let Some(line) = struck.and_then(|at| statement.lines.get_mut(at)) {
                let minor = line.amount.minor();
                line.amount = Money::new(-minor, line.amount.currency());
                shift(&mut statement.facts.closing, -2 * minor);
            }
        }
        Plant::MergedTwins => merge_twins(statement, rows),
        _ => {
            for line in &mut statement.lines {
                bend_line(plant, state, now, line);
            }
        }
    }
    let mut balance = statement.facts.opening.unwrap_or_default();
    for (row, facts) in rows.iter_mut().zip(&statement.lines) {
        balance += facts.amount.minor();
        row.facts = facts.clone();
        row.link.amount = facts.amount.minor();
        row.link.balance_after = balance;
    }
}

fn shift(closing: &mut Option<i64>, by: i64) {
    if let Some(closing) = closing {
        *closing += by;
    }
}

fn merge_twins(statement: &mut StatementToBook, rows: &mut Vec<Row>) {
    let mut at = 1;
    while at < statement.lines.len() {
        let same = |a: &LineFacts, b: &LineFacts| {
            (a.amount, a.booked_on, &a.text, &a.payer) == (b.amount, b.booked_on, &b.text, &b.payer)
        };
        let before = statement.lines.get(..at).unwrap_or_default();
        let is_twin = statement
            .lines
            .get(at)
            .is_some_and(|line| before.iter().any(|earlier| same(earlier, line)));
        if is_twin {
            let twin = statement.lines.remove(at);
            rows.remove(at);
            statement.marks.remove(at);
            shift(&mut statement.facts.closing, -twin.amount.minor());
        } else {
            at += 1;
        }
    }
}

fn bend_line(plant: Plant, state: &Snapshot, now: Moment, line: &mut LineFacts) {
    match plant {
        Plant::ExpiredFunded => {
            line.booked_on = line.booked_on.map(|day| day.min(earlier(now)));
        }
        Plant::PayerForgotten => line.payer = Payer::NotGiven,
        Plant::Guessed => {
            if line.amount.is_positive()
                && kantor_engine::find_references(&line.text).is_empty()
                && let Some(order) = newest_open(state)
                && let Some(reference) = Reference::of_order(order)
            {
                line.text = reference.to_string();
            }
        }
        _ => {}
    }
}

fn earlier(now: Moment) -> kantor_model::Date {
    now.plus_seconds(-20 * 86_400).warsaw_date()
}

fn newest_open(state: &Snapshot) -> Option<kantor_engine::OrderId> {
    let mut newest = state.orders.values().rev().take(50);
    let open = newest.find(|order| order.state == OrderState::AwaitingFunds)?;
    Some(open.facts.order)
}

/// Bends the transfers of a batch on their way into its file.
pub(crate) fn bend_batch(plant: Plant, stranger: Iban, batch: &mut Batch) {
    if plant == Plant::WrongAccount
        && let Some(transfer) = batch.transfers.last_mut()
    {
        transfer.payee_account = stranger;
    }
}

/// Bends what the engine believes of the orders that a statement is about.
pub(crate) fn misjudge(plant: Plant, state: &mut Snapshot, statement: &StatementToBook) {
    if plant != Plant::WrongSum {
        return;
    }
    for line in &statement.lines {
        for reference in kantor_engine::find_references(&line.text) {
            let kantor_engine::Referent::Order(order) = reference.referent() else {
                continue;
            };
            if let Some(order) = state.orders.get_mut(&order)
                && order.receipts.is_empty()
                && order.gives().currency() == line.amount.currency()
                && line.amount.is_positive()
            {
                order.terms.gives = line.amount;
            }
        }
    }
}
