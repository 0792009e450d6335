//! The terms of an order: accepted as they are, scaled, or offered anew.

use kantor_model::{Decimal, Moment, Money};

use super::draft::Draft;
use super::exchange::{fund, give_back, send_back, settle};
use super::orders::{may, owned};
use super::reason_of;
use crate::OrderId;
use crate::command::Answer;
use crate::event::{Actor, Event};
use crate::order::{HeldReason, Order, OrderState, OrderStep};
use crate::rates::Terms;
use crate::refusal::Refusal;

pub(super) fn confirm(draft: &mut Draft<'_>, id: OrderId, reason: &str) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let order = draft.order_of(id)?.clone();
    held(&order, "only a held order can be accepted as it is")?;
    let received = received_in_its_currency(&order)?;
    if received != order.gives() {
        return Err(Refusal::NotFulfilled {
            order: id,
            received,
            wanted: order.gives(),
        });
    }
    fund(draft, id, Some(reason))?;
    Ok(Answer::Order(id))
}

pub(super) fn scale(draft: &mut Draft<'_>, id: OrderId, reason: &str) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let order = draft.order_of(id)?.clone();
    held(
        &order,
        "only a held order can be scaled to the money that came",
    )?;
    let received = received_in_its_currency(&order)?;
    let terms = order.terms.for_gives(received)?;
    draft.record(Event::TermsChanged {
        order: id,
        terms,
        reason,
    });
    fund(draft, id, None)?;
    Ok(Answer::Order(id))
}

/// Lets an order that has too much go on as agreed; the difference goes back to the paying account.
pub(super) fn return_difference(
    draft: &mut Draft<'_>,
    id: OrderId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let order = draft.order_of(id)?.clone();
    held(
        &order,
        "only a held order that has too much can be given less",
    )?;
    let received = received_in_its_currency(&order)?;
    let difference = received.minus(order.gives())?;
    if !difference.is_positive() {
        return Err(Refusal::NotFulfilled {
            order: id,
            received,
            wanted: order.gives(),
        });
    }
    fund(draft, id, Some(reason))?;
    give_back(draft, id, difference)?;
    Ok(Answer::Order(id))
}

fn received_in_its_currency(order: &Order) -> Result<Money, Refusal> {
    order.received().ok_or(Refusal::OtherCurrency {
        order: order.facts.order,
        wanted: order.gives().currency(),
    })
}

fn held(order: &Order, advice: &'static str) -> Result<HeldReason, Refusal> {
    match order.state {
        OrderState::Held(reason) => Ok(reason),
        OrderState::AwaitingFunds
        | OrderState::AwaitingConsent
        | OrderState::Funded
        | OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => Err(Refusal::OrderState {
            order: order.facts.order,
            state: order.state,
            advice,
        }),
    }
}

pub(super) fn reprice(
    draft: &mut Draft<'_>,
    id: OrderId,
    rate: Decimal,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let order = draft.order_of(id)?;
    let terms = at_rate_now(draft, order, rate)?;
    let advice = "the rate can be changed while the order waits for money or is held";
    if terms.gets.minor() >= order.gets().minor() {
        may(order, OrderStep::Improve, advice)?;
        draft.record(Event::TermsChanged {
            order: id,
            terms,
            reason,
        });
    } else {
        may(order, OrderStep::OfferRate, advice)?;
        // Time to answer, however late the order is already.
        let until = time_to_act(draft, order);
        draft.record(Event::RateOffered {
            order: id,
            rate,
            until,
            reason,
        });
    }
    Ok(Answer::Order(id))
}

pub(super) fn accept_rate(draft: &mut Draft<'_>, id: OrderId) -> Result<Answer, Refusal> {
    let order = draft.order_of(id)?.clone();
    owned(draft, &order)?;
    if !matches!(draft.by, Actor::Customer(_)) {
        return Err(Refusal::ConsentIsTheCustomers { order: id });
    }
    let Some(offer) = order.offered else {
        return Err(Refusal::OrderState {
            order: id,
            state: order.state,
            advice: "no new rate is offered for it",
        });
    };
    may(&order, OrderStep::Accept, "no new rate is offered for it")?;
    if draft.now > offer.until {
        return Err(Refusal::OrderState {
            order: id,
            state: order.state,
            advice: "the time to accept the new rate has passed; ask the office for another",
        });
    }
    let deadline = time_to_act(draft, &order);
    draft.record(Event::RateAccepted {
        order: id,
        terms: at_rate_now(draft, &order, offer.rate)?,
        deadline,
    });
    settle(draft, id)?;
    Ok(Answer::Order(id))
}

pub(super) fn decline_rate(draft: &mut Draft<'_>, id: OrderId) -> Result<Answer, Refusal> {
    let order = draft.order_of(id)?;
    owned(draft, order)?;
    may(order, OrderStep::Decline, "no new rate is offered for it")?;
    let has_money = !order.receipts.is_empty();
    match draft.by {
        Actor::Customer(_) if has_money => {
            send_back(draft, id, "the offered rate was refused".to_owned())
        }
        // Withdrawn by the office, or nothing came yet: the terms before the offer stand.
        Actor::Customer(_) | Actor::Staff(_) | Actor::System => {
            draft.record(Event::RateDeclined { order: id });
            withdrawn(draft, id)?;
            Ok(Answer::Order(id))
        }
    }
}

/// An offer that was withdrawn, or refused before money came. Whoever withdraws it decides himself
/// what follows: the policy is not asked again.
fn withdrawn(draft: &mut Draft<'_>, id: OrderId) -> Result<(), Refusal> {
    let order = draft.order_of(id)?;
    match order.failing() {
        Some(reason) if !order.receipts.is_empty() => {
            draft.record(Event::OrderHeld { order: id, reason });
            Ok(())
        }
        Some(_) | None => settle(draft, id),
    }
}

/// The order's terms at another rate, measured by the reference rate of today: the market moved, and
/// what it moved by is not the spread of this exchange.
fn at_rate_now(draft: &Draft<'_>, order: &Order, rate: Decimal) -> Result<Terms, Refusal> {
    let terms = order.terms;
    let mid = draft
        .seen
        .current_rates()
        .and_then(|table| table.mid(terms.base(), terms.quote()))
        .unwrap_or(terms.mid);
    Ok(Terms { mid, ..terms }.at_rate(rate)?)
}

/// From now as long as a new order would have, and never less than the order has already.
fn time_to_act(draft: &Draft<'_>, order: &Order) -> Moment {
    let fresh = draft.now.plus_seconds(draft.policy().order_seconds);
    order.deadline.max(fresh)
}
