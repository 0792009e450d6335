//! Placing, changing and ending orders.

use kantor_model::{Currency, Decimal, Moment, Money};

use super::draft::Draft;
use super::reason_of;
use crate::command::Answer;
use crate::event::{Actor, Event};
use crate::ledger::{LedgerAccount, Posting, movement};
use crate::matching::Book;
use crate::order::{HeldReason, Order, OrderFacts, OrderState, OrderStep, next_order_state};
use crate::pairing::pair;
use crate::payout::{Payee, PayoutFacts, PayoutKind, PayoutState};
use crate::rates::{Fixed, RateTable, Side, Terms};
use crate::refusal::Refusal;
use crate::snapshot::CustomerAccount;
use crate::{
    AccountId, CustomerAccountId, CustomerId, OrderId, PairedBy, PayoutId, RateVersion, Reference,
};

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
fn may(order: &Order, step: OrderStep, advice: &'static str) -> Result<(), Refusal> {
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
fn owned(draft: &Draft<'_>, order: &Order) -> Result<(), Refusal> {
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

/// Lets an order follow its money: it is funded when the money fulfils it, held when it does not.
/// Without money, and while the customer has an offered rate to answer, the order stays as it is.
pub(super) fn settle(draft: &mut Draft<'_>, id: OrderId) -> Result<(), Refusal> {
    let order = draft.order_of(id)?;
    if order.receipts.is_empty() || order.state == OrderState::AwaitingConsent {
        return Ok(());
    }
    match order.failing() {
        None => fund(draft, id, None),
        Some(reason) => {
            if order.state != OrderState::Held(reason) {
                draft.record(Event::OrderHeld { order: id, reason });
            }
            Ok(())
        }
    }
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
            settle(draft, id)?;
            Ok(Answer::Order(id))
        }
    }
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
    } else {
        // Money is here and the customer did not answer: a person has to decide.
        let reason = order.failing().unwrap_or(HeldReason::Late);
        draft.record(Event::OrderHeld { order: id, reason });
    }
    Ok(Answer::Order(id))
}

pub(super) fn refund(draft: &mut Draft<'_>, id: OrderId, reason: &str) -> Result<Answer, Refusal> {
    send_back(draft, id, reason_of(reason)?)
}

fn send_back(draft: &mut Draft<'_>, id: OrderId, reason: String) -> Result<Answer, Refusal> {
    let order = draft.order_of(id)?.clone();
    if order.receipts.is_empty() {
        return Err(Refusal::NothingReceived { order: id });
    }
    may(
        &order,
        OrderStep::Refund,
        "its money is on the way out, or has gone back already",
    )?;
    let undone = undo_exchange(draft, &order)?;
    draft.record_with(Event::OrderRefunding { order: id, reason }, undone);
    for line in order.receipts {
        let Some(receipt) = draft.receipt(line) else {
            continue;
        };
        let amount = receipt.amount;
        let postings = movement(
            LedgerAccount::PayoutsDue,
            LedgerAccount::CustomerFunds,
            amount,
        )?;
        let facts = PayoutFacts {
            payout: next_payout(draft)?,
            order: id,
            kind: PayoutKind::Refund,
            amount,
            account: line.account,
            payee: Payee::PayerOf(line),
        };
        draft.record_with(Event::PayoutDue { facts }, postings.into());
    }
    Ok(Answer::Order(id))
}

fn next_payout(draft: &Draft<'_>) -> Result<PayoutId, Refusal> {
    let payout = PayoutId(draft.last().payout + 1);
    Reference::of_payout(payout)
        .map(|_| payout)
        .ok_or(Refusal::NoReferencesLeft)
}

/// Takes an exchange back before anything went out: withdraws the payout, and returns the postings
/// that undo it. Nothing, when the order was not exchanged yet.
pub(super) fn undo_exchange(draft: &mut Draft<'_>, order: &Order) -> Result<Vec<Posting>, Refusal> {
    if order.state != OrderState::Funded {
        return Ok(Vec::new());
    }
    for id in &order.payouts {
        let Some(payout) = draft.payout(*id) else {
            continue;
        };
        match payout.state {
            PayoutState::Due => draft.record(Event::PayoutWithdrawn { payout: *id }),
            PayoutState::Withdrawn => {}
            PayoutState::InBatch
            | PayoutState::Approved
            | PayoutState::Exported
            | PayoutState::Accepted
            | PayoutState::Unknown
            | PayoutState::Paid
            | PayoutState::Rejected
            | PayoutState::Returned => {
                return Err(Refusal::PayoutState {
                    payout: *id,
                    state: payout.state,
                });
            }
        }
    }
    exchange(&order.terms)?
        .into_iter()
        .map(|posting| {
            Ok(Posting {
                account: posting.account,
                amount: posting.amount.negated()?,
            })
        })
        .collect()
}

/// The order has its money: exchanges it at its terms and gives the payout its identity.
pub(super) fn fund(
    draft: &mut Draft<'_>,
    id: OrderId,
    reason: Option<String>,
) -> Result<(), Refusal> {
    let order = draft.order_of(id)?.clone();
    may(
        &order,
        OrderStep::Fund,
        "it cannot take money in this state",
    )?;
    let postings = exchange(&order.terms)?;
    let value_at_mid = order.terms.value_at_mid()?;
    draft.record_with(
        Event::OrderFunded {
            order: id,
            value_at_mid,
            reason,
        },
        postings,
    );
    let facts = PayoutFacts {
        payout: next_payout(draft)?,
        order: id,
        kind: PayoutKind::Exchange,
        amount: order.gets(),
        account: order.facts.pay_out.0,
        payee: Payee::CustomerAccount(order.facts.paid_to),
    };
    draft.record(Event::PayoutDue { facts });
    Ok(())
}

/// An exchange as linked postings: what was given leaves the customer's funds into the position,
/// what is got leaves the position and is owed out; the position is carried at the reference rate,
/// so the difference to the customer's rate is income at once.
fn exchange(terms: &Terms) -> Result<Vec<Posting>, Refusal> {
    let value = terms.value_at_mid()?;
    let (given_to_position, got_from_position) = match terms.side {
        Side::Buy => (terms.gives, value),
        Side::Sell => (value, terms.gets),
    };
    let mut postings = vec![
        Posting {
            account: LedgerAccount::CustomerFunds,
            amount: terms.gives,
        },
        Posting {
            account: LedgerAccount::Position,
            amount: given_to_position.negated()?,
        },
        Posting {
            account: LedgerAccount::Position,
            amount: got_from_position,
        },
        Posting {
            account: LedgerAccount::PayoutsDue,
            amount: terms.gets.negated()?,
        },
    ];
    let spread = match terms.side {
        Side::Buy => value.minus(terms.gets)?,
        Side::Sell => terms.gives.minus(value)?,
    };
    if !spread.is_zero() {
        let income = Posting {
            account: LedgerAccount::SpreadIncome,
            amount: spread.negated()?,
        };
        postings.push(income);
    }
    Ok(postings)
}
