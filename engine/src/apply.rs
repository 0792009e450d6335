//! What an event does to the office. Total: a recorded event is a fact and is never refused.

mod chain;
mod lines;
mod payouts;

pub(crate) use chain::ask;

use crate::OrderId;
use crate::event::{Event, Recorded};
use crate::order::{Offer, Order, OrderState, OrderStep, Tally, next_order_state};
use crate::position::{self, Revalued};
use crate::snapshot::{CustomerAccount, OfficeAccount, REMEMBERED_TABLES, Snapshot};
use lines::apply_line;
use payouts::{apply_batch, apply_payout};

/// Applies a recorded event to the office's state and to its books.
pub fn apply(state: &mut Snapshot, recorded: &Recorded) {
    state.ledger.post(&recorded.postings);
    position::follow(state, recorded);
    match &recorded.event {
        Event::OfficeOpened { .. }
        | Event::PolicySet { .. }
        | Event::CurrencyDefined { .. }
        | Event::AccountOpened { .. }
        | Event::RatesPublished { .. }
        | Event::CustomerRegistered { .. }
        | Event::CustomerAccountAdded { .. }
        | Event::CustomerClassified { .. }
        | Event::CustomerHelped { .. }
        | Event::KeyChanged { .. }
        | Event::LineRulesSet { .. }
        | Event::PayoutRulesSet { .. }
        | Event::NoticesSent { .. } => apply_setting(state, &recorded.event),
        Event::OrderPlaced { .. }
        | Event::TermsChanged { .. }
        | Event::RateOffered { .. }
        | Event::RateAccepted { .. }
        | Event::RateDeclined { .. }
        | Event::DeadlineMoved { .. }
        | Event::MoneyJudged { .. }
        | Event::OrderFunded { .. }
        | Event::OrderHeld { .. }
        | Event::OrderExpired { .. }
        | Event::OrderCancelled { .. }
        | Event::OrderLostFunds { .. }
        | Event::OrderRefunding { .. }
        | Event::OrderPayingOut { .. }
        | Event::OrderPayOutStopped { .. }
        | Event::OrderCompleted { .. }
        | Event::OrderRefunded { .. }
        | Event::OrderReopened { .. } => apply_order(state, &recorded.event),
        Event::StatementBooked { .. }
        | Event::StatementArchived { .. }
        | Event::ImportUndone { .. }
        | Event::StatementUndone { .. }
        | Event::ReceiptWithdrawn { .. }
        | Event::FundsMissing { .. }
        | Event::LinesExplained { .. }
        | Event::ReceiptAllocated { .. }
        | Event::ReceiptReleased { .. }
        | Event::ReceiptReversed { .. }
        | Event::LineBooked { .. }
        | Event::LineBookingReversed { .. }
        | Event::CoverDealBooked { .. }
        | Event::CoverDealReversed { .. }
        | Event::LineAssigned { .. }
        | Event::LineRefunded { .. }
        | Event::LineClassified { .. }
        | Event::OwnTransferPaired { .. }
        | Event::OwnTransferUnpaired { .. } => apply_line(state, &recorded.event),
        Event::PositionRevalued { .. }
        | Event::PositionOverLimit { .. }
        | Event::PositionCalm { .. } => apply_position(state, &recorded.event),
        Event::PayoutDue { .. }
        | Event::PayoutWithdrawn { .. }
        | Event::PayoutPaid { .. }
        | Event::PayoutUnproved { .. }
        | Event::PayoutsPaid { .. }
        | Event::PayoutReturned { .. }
        | Event::PayeeCorrected { .. }
        | Event::PayoutDueAgain { .. }
        | Event::PaidTwice { .. }
        | Event::PaidWithoutFile { .. }
        | Event::PaidFromVoidFile { .. }
        | Event::ReversedTooLate { .. }
        | Event::VoidFileAccepted { .. }
        | Event::AlarmClosed { .. } => apply_payout(state, &recorded.event),
        Event::BatchFixed { .. }
        | Event::BatchProposed { .. }
        | Event::BatchApproved { .. }
        | Event::BatchWritten { .. }
        | Event::BatchAwaited { .. }
        | Event::BankAnswered { .. }
        | Event::BatchUnanswered { .. }
        | Event::BatchVoided { .. }
        | Event::BatchClosed { .. } => apply_batch(state, recorded),
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // `apply` sorts the events; each is named in one of five
fn apply_setting(state: &mut Snapshot, event: &Event) {
    match event {
        Event::OfficeOpened { name } => state.name = Some(name.clone()),
        Event::PolicySet { policy } => state.policy = Some(policy.clone()),
        Event::CurrencyDefined { currency } => {
            state.currencies.insert(*currency);
        }
        Event::AccountOpened {
            account,
            iban,
            name,
            fallback,
            opening,
            opened_on,
            last_statement,
        } => {
            state.last.account = account.0;
            state.accounts.insert(
                *account,
                OfficeAccount {
                    account: *account,
                    iban: *iban,
                    name: name.clone(),
                    fallback: *fallback,
                    opening: *opening,
                    opened_on: *opened_on,
                    last_statement: last_statement.clone(),
                    lines: 0,
                    balance: opening.minor(),
                    proved_through: 0,
                    proved_balance: opening.minor(),
                    last_booked: None,
                    last_proved: last_statement.clone(),
                    steps: std::collections::VecDeque::new(),
                    end: Vec::new(),
                    covered_through: None,
                },
            );
        }
        Event::RatesPublished { table } => {
            state.last.rates = table.version.0;
            state.rates.push_back(table.clone());
            while state.rates.len() > REMEMBERED_TABLES {
                state.rates.pop_front();
            }
        }
        Event::CustomerRegistered { customer, .. } => state.customers = customer.0,
        Event::CustomerAccountAdded {
            customer,
            account,
            currency,
            bank,
            ..
        } => {
            state.last.customer_account = account.0;
            state.customer_accounts.insert(
                *account,
                CustomerAccount {
                    customer: *customer,
                    currency: *currency,
                    bank: bank.clone(),
                },
            );
        }
        Event::CustomerClassified {
            customer, class, ..
        } => {
            match class {
                Some(class) => state.customer_classes.insert(*customer, class.clone()),
                None => state.customer_classes.remove(customer),
            };
        }
        Event::LineRulesSet { rules } => state.line_rules = rules.clone(),
        Event::PayoutRulesSet { rules } => state.payout_rules = rules.clone(),
        Event::NoticesSent { through } => state.notices_sent = *through,
        _ => {}
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // `apply` sorts the events; each is named in one of five
fn apply_position(state: &mut Snapshot, event: &Event) {
    match event {
        Event::PositionRevalued { day, table, .. } => {
            state.revalued = Some(Revalued {
                day: *day,
                table: *table,
            });
        }
        Event::PositionOverLimit { open, .. } => {
            state.over_limit.insert(open.currency());
        }
        Event::PositionCalm { open, .. } => {
            state.over_limit.remove(&open.currency());
        }
        _ => {}
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // `apply` sorts the events; each is named in one of five
fn apply_order(state: &mut Snapshot, event: &Event) {
    match event {
        Event::OrderPlaced { facts } => {
            state.last.order = facts.order.0;
            state.deadlines.insert((facts.deadline, facts.order));
            let order = Order {
                facts: facts.clone(),
                state: OrderState::AwaitingFunds,
                terms: facts.terms,
                deadline: facts.deadline,
                offered: None,
                cancelled: false,
                receipts: Vec::new(),
                tally: Tally::default(),
                payouts: Vec::new(),
                verdict: None,
                difference: None,
            };
            state.wanting.insert(&order);
            state.lists.insert(&order);
            state.orders.insert(facts.order, order);
            for old in state.wanting.forgotten(facts.placed) {
                if let Some(order) = state.orders.get(&old) {
                    state.wanting.remove(order);
                }
            }
        }
        Event::TermsChanged { order, terms, .. } => {
            step(state, *order, OrderStep::Improve, |changed| {
                changed.terms = *terms
            });
        }
        Event::RateOffered {
            order, rate, until, ..
        } => {
            step(state, *order, OrderStep::OfferRate, |changed| {
                changed.offered = Some(Offer {
                    rate: *rate,
                    until: *until,
                });
            });
        }
        Event::RateAccepted {
            order,
            terms,
            deadline,
        } => {
            step(state, *order, OrderStep::Accept, |changed| {
                changed.terms = *terms;
                changed.deadline = *deadline;
                changed.cancelled = false;
            });
            forgive_lateness(state, *order);
        }
        Event::RateDeclined { order } => step(state, *order, OrderStep::Decline, |_| {}),
        Event::DeadlineMoved {
            order, deadline, ..
        } => {
            step(state, *order, OrderStep::Extend, |changed| {
                changed.deadline = *deadline
            });
        }
        Event::MoneyJudged { order, verdict } => {
            if let Some(order) = state.orders.get_mut(order) {
                order.verdict = Some(verdict.clone());
            }
        }
        Event::OrderFunded {
            order, difference, ..
        } => {
            step(state, *order, OrderStep::Fund, |changed| {
                changed.cancelled = false;
                changed.difference = difference.clone();
            });
        }
        Event::OrderHeld { order, reason } => {
            step(state, *order, OrderStep::Hold(*reason), |_| {});
        }
        Event::OrderExpired { order } => step(state, *order, OrderStep::Expire, |_| {}),
        Event::OrderCancelled { order, .. } => {
            step(state, *order, OrderStep::Cancel, |changed| {
                changed.cancelled = true
            });
        }
        Event::OrderLostFunds { order } => step(state, *order, OrderStep::LoseFunds, |_| {}),
        Event::OrderRefunding { order, .. } => step(state, *order, OrderStep::Refund, |_| {}),
        Event::OrderPayingOut { order } => step(state, *order, OrderStep::PayOut, |_| {}),
        Event::OrderPayOutStopped { order } => step(state, *order, OrderStep::StopPayOut, |_| {}),
        Event::OrderCompleted { order } | Event::OrderRefunded { order } => {
            step(state, *order, OrderStep::Finish, |_| {});
        }
        Event::OrderReopened { order } => step(state, *order, OrderStep::PayoutReturned, |_| {}),
        _ => {}
    }
}

/// Moves an order along its table and changes it.
fn step(state: &mut Snapshot, id: OrderId, step: OrderStep, change: impl FnOnce(&mut Order)) {
    let Some(was) = state.orders.get(&id).map(|order| order.state) else {
        return;
    };
    change_order(state, id, |order| {
        order.state = next_order_state(order.state, step).unwrap_or(order.state);
        change(order);
        if order.state != OrderState::AwaitingConsent {
            order.offered = None;
        }
    });
    if let Some(order) = state.orders.get(&id) {
        position::count_remainder(&mut state.remainders, order, was);
    }
}

/// Changes an order, and keeps the lists and what matching looks up in step.
pub(crate) fn change_order(state: &mut Snapshot, id: OrderId, change: impl FnOnce(&mut Order)) {
    let Some(order) = state.orders.get_mut(&id) else {
        return;
    };
    if let Some(until) = order.waits_until() {
        state.deadlines.remove(&(until, id));
    }
    state.wanting.remove(order);
    let was = order.state;
    change(order);
    state.wanting.insert(order);
    state.lists.moved(id, was, order.state);
    if let Some(until) = order.waits_until() {
        state.deadlines.insert((until, id));
    }
}

/// The customer agreed anew: what came before is not late any more.
fn forgive_lateness(state: &mut Snapshot, id: OrderId) {
    let Some(order) = state.orders.get_mut(&id) else {
        return;
    };
    order.tally = Tally::default();
    for line in &order.receipts {
        if let Some(receipt) = state.receipts.get_mut(&(*line, id)) {
            receipt.failed = receipt.failed.filter(|reason| !reason.is_about_time());
            order.tally.add(receipt);
        }
    }
}
