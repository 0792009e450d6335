//! Placing orders, giving them time, and ending them before money came.

use kantor_model::Currency;

use super::draft::Draft;
use super::exchange::{refund, settle};
use super::money::judge_unanswered;
use super::reason_of;
use crate::command::Answer;
use crate::event::{Actor, Event};
use crate::order::{Order, OrderFacts, OrderState, OrderStep, next_order_state};
use crate::pairing::pair;
use crate::rates::{Fixed, RateTable};
use crate::refusal::Refusal;
use crate::snapshot::CustomerAccount;
use crate::{AccountId, CustomerAccountId, CustomerId, OrderId, PairedBy, RateVersion, Reference};

/// What a customer asks for when he accepts a rate.
pub(super) struct Asked {
    pub(super) customer: CustomerId,
    pub(super) fixed: Fixed,
    pub(super) other: Currency,
    pub(super) rates: RateVersion,
    pub(super) pays_from: CustomerAccountId,
    pub(super) paid_to: CustomerAccountId,
}

pub(super) fn place(draft: &mut Draft<'_>, asked: &Asked) -> Result<Answer, Refusal> {
    super::for_himself(draft, asked.customer)?;
    let terms = accepted_table(draft, asked.rates)?.terms(asked.fixed, asked.other)?;
    let own = |account, currency| own_account(draft, asked.customer, account, currency);
    let pays_from = own(asked.pays_from, terms.gives.currency())?;
    let paid_to = own(asked.paid_to, terms.gets.currency())?;
    let pay_in = office_account(draft, pays_from)?;
    let pay_out = office_account(draft, paid_to)?;
    let order = OrderId(draft.last().order + 1);
    if Reference::of_order(order).is_none() {
        return Err(Refusal::NoReferencesLeft);
    }
    draft.record(Event::OrderPlaced {
        facts: OrderFacts {
            order,
            customer: asked.customer,
            terms,
            rates: asked.rates,
            pays_from: asked.pays_from,
            paid_to: asked.paid_to,
            pay_in,
            pay_out,
            placed: draft.now,
            deadline: draft.now.plus_seconds(draft.policy().order_seconds),
        },
    });
    Ok(Answer::Order(order))
}

/// The table that the customer saw, while it may still be accepted: it is in force, or was
/// replaced so recently that he could not have seen the new one.
fn accepted_table<'a>(draft: &Draft<'a>, version: RateVersion) -> Result<&'a RateTable, Refusal> {
    let current = draft.seen.current_rates().ok_or(Refusal::NoRates)?;
    if current.version == version {
        return Ok(current);
    }
    let table = draft
        .seen
        .rate_table(version)
        .ok_or(Refusal::RatesOutdated)?;
    let replaced = draft
        .seen
        .rates
        .iter()
        .find(|later| later.version > version)
        .map_or(draft.now, |later| later.published);
    if draft.now.seconds_since(replaced) <= draft.policy().quote_seconds {
        Ok(table)
    } else {
        Err(Refusal::RatesOutdated)
    }
}

fn own_account<'a>(
    draft: &Draft<'a>,
    customer: CustomerId,
    account: CustomerAccountId,
    currency: Currency,
) -> Result<&'a CustomerAccount, Refusal> {
    draft
        .seen
        .customer_accounts
        .get(&account)
        .filter(|own| own.customer == customer && own.currency == currency)
        .ok_or(Refusal::NotTheCustomersAccount {
            customer,
            account,
            currency,
        })
}

fn office_account(
    draft: &Draft<'_>,
    customers: &CustomerAccount,
) -> Result<(AccountId, PairedBy), Refusal> {
    let accounts = draft
        .seen
        .accounts
        .values()
        .map(|account| account.candidate());
    pair(accounts, customers.bank.as_deref(), customers.currency).ok_or(Refusal::NoPairing {
        currency: customers.currency,
    })
}

/// Refuses a step that the order's table does not have.
pub(super) fn may(order: &Order, step: OrderStep, advice: &'static str) -> Result<(), Refusal> {
    match next_order_state(order.state, step) {
        Some(_) => Ok(()),
        None => Err(Refusal::OrderState {
            order: order.facts.order,
            state: order.state,
            advice,
        }),
    }
}

/// A customer sees and moves his own orders only; others do not exist for him.
pub(super) fn owned(draft: &Draft<'_>, order: &Order) -> Result<(), Refusal> {
    match draft.by {
        Actor::Customer(customer) if *customer != order.facts.customer => Err(Refusal::NoOrder {
            order: order.facts.order,
        }),
        Actor::Customer(_) | Actor::Staff(_) | Actor::System => Ok(()),
    }
}

pub(super) fn cancel(draft: &mut Draft<'_>, id: OrderId, reason: &str) -> Result<Answer, Refusal> {
    let order = draft.order_of(id)?;
    owned(draft, order)?;
    let has_money = !order.receipts.is_empty();
    match draft.by {
        // After money came, only the office can undo the exchange.
        Actor::Staff(_) | Actor::System if has_money => return refund(draft, id, reason),
        Actor::Customer(_) if has_money => {
            return Err(Refusal::OrderState {
                order: id,
                state: order.state,
                advice: "your money is here already; write to the office",
            });
        }
        Actor::Customer(_) | Actor::Staff(_) | Actor::System => {}
    }
    may(
        order,
        OrderStep::Cancel,
        "only an order that still waits for money can be cancelled",
    )?;
    draft.record(Event::OrderCancelled {
        order: id,
        reason: reason_of(reason)?,
    });
    Ok(Answer::Order(id))
}

pub(super) fn extend(
    draft: &mut Draft<'_>,
    id: OrderId,
    seconds: i64,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    if seconds <= 0 {
        return Err(Refusal::Empty { field: "seconds" });
    }
    let order = draft.order_of(id)?;
    may(
        order,
        OrderStep::Extend,
        "only an order that waits for money can be given more time",
    )?;
    let deadline = order.deadline.max(draft.now.plus_seconds(seconds));
    draft.record(Event::DeadlineMoved {
        order: id,
        deadline,
        reason,
    });
    Ok(Answer::Order(id))
}

pub(super) fn expire(draft: &mut Draft<'_>, id: OrderId) -> Result<Answer, Refusal> {
    let order = draft.order_of(id)?;
    may(
        order,
        OrderStep::Expire,
        "it does not wait for money any more",
    )?;
    if order.waits_until().is_none_or(|until| draft.now <= until) {
        return Err(Refusal::NotDue { order: id });
    }
    if order.receipts.is_empty() {
        draft.record(Event::OrderExpired { order: id });
    } else if order.state == OrderState::AwaitingConsent {
        judge_unanswered(draft, id)?;
    } else {
        // A part of the money is here, and the time to wait for the rest is over.
        settle(draft, id)?;
    }
    Ok(Answer::Order(id))
}
