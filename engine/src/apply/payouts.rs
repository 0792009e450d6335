//! What an event does to money that goes out: payouts, batches, alarms.

use super::lines::{ask, settle_part};
use crate::alarm::{Alarm, AlarmId};
use crate::batch::{BatchState, BatchStep, PayoutBatch, next_batch_state};
use crate::event::{Event, Recorded};
use crate::matching::{Question, plain_name};
use crate::order::OrderStep;
use crate::payout::{Payout, PayoutState, PayoutStep, next_payout_state};
use crate::snapshot::{Settled, Snapshot};
use crate::{AccountId, BatchId, LineId, OrderId, PayoutId};

#[allow(clippy::wildcard_enum_match_arm)] // `apply` sorts the events; each is named in one of five
pub(super) fn apply_payout(state: &mut Snapshot, event: &Event) {
    match event {
        Event::PayoutDue { facts } => {
            state.last.payout = facts.payout.0;
            state.due.insert((facts.account, facts.payout));
            let payout = Payout {
                facts: *facts,
                state: PayoutState::Due,
                batch: None,
                paid_by: None,
                came_back: None,
                void_file: None,
            };
            state.payouts.insert(facts.payout, payout);
            let owed = state.owed.entry(facts.account).or_default();
            owed.count(PayoutState::Due, facts.amount.minor());
            if let Some(order) = facts.order.and_then(|order| state.orders.get_mut(&order)) {
                order.payouts.push(facts.payout);
            }
        }
        Event::PayoutWithdrawn { payout } => step_payout(state, *payout, PayoutStep::Withdraw),
        Event::PayoutPaid { payout, line } => {
            pay(state, *payout, *line);
            settle_part(state, *line, Settled::Payout(*payout), None);
        }
        Event::PayoutsPaid {
            batch,
            line,
            payouts,
            twice,
        } => {
            for payout in payouts {
                pay(state, *payout, *line);
            }
            let together = Settled::Batch {
                batch: *batch,
                payouts: payouts.clone(),
                twice: *twice,
            };
            settle_part(state, *line, together, None);
        }
        Event::PayoutReturned {
            payout, line, cost, ..
        } => {
            step_payout(state, *payout, PayoutStep::Return);
            if let Some(payout) = state.payouts.get_mut(payout) {
                payout.came_back = Some(*line);
            }
            let (payout, cost) = (*payout, *cost);
            settle_part(state, *line, Settled::Returned { payout, cost }, None);
        }
        Event::PayoutUnproved {
            payout,
            order,
            line,
        } => {
            match state.settled.get(line) {
                Some(Settled::Returned { .. }) => stay_away(state, *payout, *line),
                Some(_) | None => unpay(state, *payout, *order, *line),
            }
            state.settled.remove(line);
            ask(state, *line, Question::TakenBack);
        }
        Event::PayeeCorrected { payout, payee, .. } => {
            if let Some(payout) = state.payouts.get_mut(payout) {
                payout.facts.payee = *payee;
            }
        }
        Event::PayoutDueAgain { payout, .. } => step_payout(state, *payout, PayoutStep::MakeDue),
        // A line that raises an alarm stays what its booking or its payout made of it.
        Event::PaidTwice { payout, line } => {
            let (payout, line) = (*payout, *line);
            raise(state, Alarm::PaidTwice { payout, line });
        }
        Event::PaidWithoutFile { payout, line } => {
            let (payout, line) = (*payout, *line);
            raise(state, Alarm::PaidWithoutFile { payout, line });
        }
        Event::PaidFromVoidFile {
            payout,
            line,
            batch,
        } => raise(
            state,
            Alarm::PaidFromVoidFile {
                payout: *payout,
                line: *line,
                batch: *batch,
            },
        ),
        Event::ReversedTooLate {
            order,
            receipt,
            line,
        } => raise(
            state,
            Alarm::ReversedTooLate {
                order: *order,
                receipt: *receipt,
                line: *line,
            },
        ),
        Event::VoidFileAccepted { batch, .. } => {
            raise(state, Alarm::VoidFileAccepted { batch: *batch });
        }
        Event::AlarmClosed { alarm, .. } => {
            state.alarms.remove(alarm);
        }
        _ => {}
    }
}

/// The bank does not confirm the line that showed a payout leaving: nobody knows whether it has.
/// Where another line has paid it since, it is paid.
fn unpay(state: &mut Snapshot, id: PayoutId, order: Option<OrderId>, line: LineId) {
    let Some(payout) = state.payouts.get_mut(&id) else {
        return;
    };
    if payout.paid_by != Some(line) {
        return;
    }
    payout.paid_by = None;
    let batch = payout.batch;
    step_payout(state, id, PayoutStep::Unpay);
    if let Some(order) = order {
        super::step(state, order, OrderStep::PayoutReturned, |_| {});
    }
    let Some(batch) = batch.and_then(|batch| state.batches.get_mut(&batch)) else {
        return;
    };
    if batch.seen == Some(id) {
        let is_paid = |payout: &&PayoutId| {
            let payout = state.payouts.get(*payout);
            payout.is_some_and(|payout| payout.state == PayoutState::Paid)
        };
        batch.seen = batch.payouts.iter().find(is_paid).copied();
    }
}

/// The bank does not confirm the line by which a payout came back: it has left, as it had before.
fn stay_away(state: &mut Snapshot, id: PayoutId, line: LineId) {
    let Some(payout) = state.payouts.get_mut(&id) else {
        return;
    };
    if payout.came_back == Some(line) {
        payout.came_back = None;
        step_payout(state, id, PayoutStep::Pay);
    }
}

fn raise(state: &mut Snapshot, alarm: Alarm) {
    state.last.alarm = state.last.alarm.saturating_add(1);
    state.alarms.insert(AlarmId(state.last.alarm), alarm);
}

/// The bank's own line shows that a payout left. Where its file was out, the file was sent.
fn pay(state: &mut Snapshot, id: PayoutId, line: LineId) {
    let Some(payout) = state.payouts.get(&id) else {
        return;
    };
    let sent = payout.batch.filter(|_| payout.is_awaited());
    step_payout(state, id, PayoutStep::Pay);
    if let Some(payout) = state.payouts.get_mut(&id) {
        payout.paid_by = Some(line);
    }
    if let Some(batch) = sent.and_then(|batch| state.batches.get_mut(&batch)) {
        batch.seen = batch.seen.or(Some(id));
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // `apply` sorts the events; each is named in one of five
pub(super) fn apply_batch(state: &mut Snapshot, recorded: &Recorded) {
    match &recorded.event {
        Event::BatchFixed {
            batch,
            account,
            date,
            payouts,
        } => {
            state.last.batch = batch.0;
            let fixed = PayoutBatch {
                batch: *batch,
                account: *account,
                date: *date,
                payouts: payouts.clone(),
                state: BatchState::Fixed,
                file: None,
                made_by: recorded.by.clone(),
                proposed: None,
                names: Vec::new(),
                awaited: None,
                seen: None,
            };
            state.batches.insert(*batch, fixed);
            for payout in payouts {
                step_payout(state, *payout, PayoutStep::Batch);
                if let Some(payout) = state.payouts.get_mut(payout) {
                    payout.batch = Some(*batch);
                }
            }
        }
        Event::BatchProposed { batch, file } => {
            if let Some(batch) = state.batches.get_mut(batch) {
                batch.proposed = Some((file.clone(), recorded.by.clone()));
            }
        }
        Event::BatchApproved { batch } => {
            step_batch(state, *batch, BatchStep::Approve, Some(PayoutStep::Approve));
        }
        Event::BatchWritten { batch, file } => {
            step_batch(state, *batch, BatchStep::Write, Some(PayoutStep::Export));
            if let Some(batch) = state.batches.get_mut(batch) {
                batch.file = Some(file.clone());
            }
            state.files.insert(file.digest, *batch);
        }
        Event::BatchAwaited {
            batch,
            until,
            names,
        } => {
            step_batch(state, *batch, BatchStep::Await, None);
            await_until(state, *batch, Some(*until));
            for name in names {
                state.file_names.insert(plain_name(&name.name), *batch);
            }
            if let Some(batch) = state.batches.get_mut(batch) {
                batch.names.clone_from(names);
            }
        }
        Event::BankAnswered { answer, .. } => {
            for payout in &answer.accepted {
                step_payout(state, *payout, PayoutStep::Accept);
            }
            for rejection in &answer.rejected {
                step_payout(state, rejection.payout, PayoutStep::Reject);
            }
            for payout in &answer.unclear {
                step_payout(state, *payout, PayoutStep::Lose);
            }
        }
        Event::BatchUnanswered { batch, again } => {
            await_until(state, *batch, Some(*again));
            for payout in members(state, *batch) {
                step_payout(state, payout, PayoutStep::Lose);
            }
        }
        Event::BatchVoided { batch, .. } => void(state, *batch),
        Event::BatchClosed { batch } => {
            step_batch(state, *batch, BatchStep::Close, None);
            await_until(state, *batch, None);
        }
        _ => {}
    }
}

fn void(state: &mut Snapshot, id: BatchId) {
    step_batch(state, id, BatchStep::Void, None);
    await_until(state, id, None);
    let written = state
        .batches
        .get(&id)
        .is_some_and(|batch| batch.file.is_some());
    for payout in members(state, id) {
        let Some(member) = state.payouts.get_mut(&payout) else {
            continue;
        };
        if written {
            member.void_file = Some(id);
        }
        // What the bank refused for the payee's sake, or sent back, waits for a person.
        if !matches!(member.state, PayoutState::Rejected | PayoutState::Returned) {
            step_payout(state, payout, PayoutStep::MakeDue);
        }
    }
}

/// Keeps the list of awaited batches in step.
fn await_until(state: &mut Snapshot, id: BatchId, until: Option<kantor_model::Moment>) {
    let Some(batch) = state.batches.get_mut(&id) else {
        return;
    };
    let before = std::mem::replace(&mut batch.awaited, until);
    if let Some(before) = before {
        state.awaited.remove(&(before, id));
    }
    if let Some(until) = until {
        state.awaited.insert((until, id));
    }
}

/// The payouts of a batch that have not gone into a later one.
fn members(state: &Snapshot, id: BatchId) -> Vec<PayoutId> {
    let Some(batch) = state.batches.get(&id) else {
        return Vec::new();
    };
    let here = |payout: &PayoutId| {
        state
            .payouts
            .get(payout)
            .is_some_and(|payout| payout.batch == Some(id))
    };
    batch.payouts.iter().copied().filter(here).collect()
}

fn step_batch(state: &mut Snapshot, id: BatchId, step: BatchStep, payouts: Option<PayoutStep>) {
    let Some(batch) = state.batches.get_mut(&id) else {
        return;
    };
    batch.state = next_batch_state(batch.state, step).unwrap_or(batch.state);
    if let Some(step) = payouts {
        for payout in members(state, id) {
            // A payout that moved on by itself (paid by hand) is left where it is.
            step_payout(state, payout, step);
        }
    }
}

fn step_payout(state: &mut Snapshot, id: PayoutId, step: PayoutStep) {
    let Some(payout) = state.payouts.get_mut(&id) else {
        return;
    };
    let (was, minor) = (payout.state, payout.facts.amount.minor());
    payout.state = next_payout_state(payout.state, step).unwrap_or(payout.state);
    let owed = state.owed.entry(payout.facts.account).or_default();
    owed.count(was, minor.saturating_neg());
    owed.count(payout.state, minor);
    let key: (AccountId, PayoutId) = (payout.facts.account, id);
    if payout.state == PayoutState::Due {
        state.due.insert(key);
    } else {
        state.due.remove(&key);
    }
    if payout.state == PayoutState::Unknown {
        state.unknown.insert(id);
    } else {
        state.unknown.remove(&id);
    }
}
