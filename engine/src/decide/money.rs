//! Money that did not come as agreed: the policy is asked, and what it says is carried out.

use std::collections::BTreeSet;

use kantor_model::{Decimal, Money};

use super::draft::Draft;
use super::exchange::{fund_with, give_back, send_back};
use crate::OrderId;
use crate::event::Event;
use crate::ledger::{LedgerAccount, Posting};
use crate::order::{HeldReason, Order, OrderState, OrderStep, next_order_state};
use crate::policy::{Decision, Market, MoneyAct, MoneyFacts, MoneyRule, MoneyVerdict, judge};
use crate::rates::Terms;
use crate::refusal::Refusal;

/// Asks the policy about every order that this decision has left with money that does not fulfil it.
/// It is asked once, at the end: the second half of a payment may stand in the next line.
pub(super) fn judge_unsettled(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for order in draft.take_unsettled() {
        judge_order(draft, order, false)?;
    }
    Ok(())
}

/// The customer did not answer to an offered rate in time. What follows is the policy's where the
/// policy made the offer, and a person's where a person did.
pub(super) fn judge_unanswered(draft: &mut Draft<'_>, id: OrderId) -> Result<(), Refusal> {
    let order = draft.order_of(id)?;
    let asked = order
        .verdict
        .as_ref()
        .and_then(|verdict| verdict.rows.last());
    if matches!(asked, Some((_, Decision::AskConsent))) {
        return judge_order(draft, id, true);
    }
    let reason = order.failing().unwrap_or(HeldReason::Late);
    draft.record(Event::OrderHeld { order: id, reason });
    Ok(())
}

/// Asks the policy once more about an order that a person was to decide about.
pub(super) fn judge_held(draft: &mut Draft<'_>, id: OrderId) -> Result<(), Refusal> {
    judge_order(draft, id, false)
}

fn judge_order(draft: &mut Draft<'_>, id: OrderId, unanswered: bool) -> Result<(), Refusal> {
    let order = draft.order_of(id)?.clone();
    // What came was taken back by a later line of the same statement.
    if order.receipts.is_empty() {
        return Ok(());
    }
    let Some(first) = order.failing() else {
        return Ok(());
    };
    let is_open = match order.state {
        OrderState::AwaitingFunds
        | OrderState::Held(_)
        | OrderState::Expired
        | OrderState::Cancelled => true,
        OrderState::AwaitingConsent => unanswered,
        OrderState::Funded
        | OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded => false,
    };
    if order.receipts.is_empty() || !is_open {
        return Ok(());
    }
    let policy = draft.policy();
    let class = draft.seen.customer_classes.get(&order.facts.customer);
    let pair = (order.terms.base(), order.terms.quote());
    let (scope, rules) = policy.money_rules(pair, class);
    let judgement = judge(&rules, &facts_of(draft, &order, unanswered));
    let verdict = MoneyVerdict {
        policy: policy.version,
        scope,
        rows: judgement.rows,
    };
    let because = because(&verdict);
    if order.verdict.as_ref() != Some(&verdict) {
        draft.record(Event::MoneyJudged { order: id, verdict });
    }
    carry_out(draft, &order, first, judgement.act, because)
}

/// What the tables have to know.
fn facts_of(draft: &Draft<'_>, order: &Order, unanswered: bool) -> MoneyFacts {
    let problems: BTreeSet<HeldReason> = order.problems();
    MoneyFacts {
        wanted: order.gives(),
        received: order.received(),
        market: Market {
            side: order.terms.side,
            agreed: order.terms.mid,
            today: today(draft, order).map(|(mid, _, worse)| (mid, worse)),
        },
        may_wait: order.state == OrderState::AwaitingFunds && draft.now <= order.deadline,
        unanswered,
        problems,
    }
}

/// The reference rate of today, the customer's rate of today, and whether that gives him less than
/// he was promised; `None` where the table in force has no such pair.
fn today(draft: &Draft<'_>, order: &Order) -> Option<(Decimal, Decimal, bool)> {
    let table = draft.seen.current_rates()?;
    let terms = &order.terms;
    let mid = table.mid(terms.base(), terms.quote())?;
    let rate = table.rate(terms.side, terms.base(), terms.quote())?;
    let gets = terms.at_rate(rate).ok()?.gets;
    Some((mid, rate, gets.minor() < order.gets().minor()))
}

/// Why the software acts on an order, as its history shows it: `policy 3: late_beyond`.
fn because(verdict: &MoneyVerdict) -> String {
    let rule = verdict.rows.last().map_or("", |(rule, _)| rule.word());
    format!("policy {}: {rule}", verdict.policy)
}

/// Does what the tables say. What cannot be done (terms that round to nothing, a rate that is gone)
/// leaves the order held: money is never refused, and nothing is forced.
fn carry_out(
    draft: &mut Draft<'_>,
    order: &Order,
    first: HeldReason,
    act: MoneyAct,
    because: String,
) -> Result<(), Refusal> {
    let id = order.facts.order;
    let takes = next_order_state(order.state, OrderStep::Fund).is_some();
    match act {
        MoneyAct::Fund if takes => fund_with(draft, id, None, None),
        MoneyAct::Absorb(rule, difference) if takes => {
            fund_with(draft, id, None, Some(absorbed(rule, difference)?))
        }
        MoneyAct::Return(difference) if takes => {
            fund_with(draft, id, None, None)?;
            give_back(draft, id, difference)
        }
        MoneyAct::Fund | MoneyAct::Absorb(..) | MoneyAct::Return(_) => {
            hold(draft, order, first);
            Ok(())
        }
        MoneyAct::Scale(sum) => {
            hold(draft, order, first);
            match order.terms.for_gives(sum) {
                Ok(terms) => scale(draft, id, terms, because),
                Err(_) => Ok(()),
            }
        }
        MoneyAct::Hold(reason) => {
            hold(draft, order, reason);
            Ok(())
        }
        MoneyAct::Wait => Ok(()),
        MoneyAct::AskConsent => {
            hold(draft, order, first);
            offer_today(draft, order, because);
            Ok(())
        }
        MoneyAct::Refund => {
            hold(draft, order, first);
            send_back(draft, id, because)?;
            Ok(())
        }
    }
}

fn hold(draft: &mut Draft<'_>, order: &Order, reason: HeldReason) {
    if order.state != OrderState::Held(reason) {
        draft.record(Event::OrderHeld {
            order: order.facts.order,
            reason,
        });
    }
}

/// What the office bears or keeps of a sum, and on which account of its books.
fn absorbed(rule: MoneyRule, difference: Money) -> Result<Posting, Refusal> {
    let account = if rule == MoneyRule::UnderFees {
        LedgerAccount::FeesOnTheWay
    } else {
        LedgerAccount::PaymentDifferences
    };
    Ok(Posting {
        account,
        amount: difference.negated()?,
    })
}

fn scale(draft: &mut Draft<'_>, id: OrderId, terms: Terms, because: String) -> Result<(), Refusal> {
    draft.record(Event::TermsChanged {
        order: id,
        terms,
        reason: because,
    });
    fund_with(draft, id, None, None)
}

fn offer_today(draft: &mut Draft<'_>, order: &Order, because: String) {
    let Some((_, rate, _)) = today(draft, order) else {
        return;
    };
    let until = draft.now.plus_seconds(draft.policy().order_seconds);
    draft.record(Event::RateOffered {
        order: order.facts.order,
        rate,
        until,
        reason: because,
    });
}
