//! Lines about money that went out, or came and was taken back: batch debits, returns, reversals.

use kantor_model::Money;

use super::desk::open_line;
use super::draft::Draft;
use super::exchange::{settle, undo_exchange};
use super::lines::{finish_order, left_without_a_file};
use super::payouts::wrong_state;
use super::reason_of;
use crate::command::{Answer, LineOutcome};
use crate::event::Event;
use crate::ledger::{LedgerAccount, movement};
use crate::matching::{Evidence, Explanation, LineFacts, Outgone, Question, Rule, Verdict};
use crate::order::{Order, OrderState, OrderStep, next_order_state};
use crate::payout::{PayoutState, PayoutStep, next_payout_state};
use crate::reference::{Referent, find_references};
use crate::refusal::Refusal;
use crate::snapshot::Settled;
use crate::{BatchId, LineId, OrderId, PayoutId};

/// Where money stands that left twice in one debit, until it is claimed back.
pub(super) const PAID_TWICE: &str = "paid-twice";
/// What banks kept of a payment that came back.
pub(super) const RETURN_COSTS: &str = "return-costs";

/// What a line leads to that is about money that went out; `asked` is the question that it was.
pub(super) fn follow(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    asked: Option<&Question>,
    outgone: Outgone,
) -> Result<LineOutcome, Refusal> {
    match outgone {
        Outgone::Batch(batch, payouts) => {
            pay_together(draft, line, facts, asked, (batch, &payouts))
        }
        Outgone::Returned(payout) => {
            let code = facts.returned.clone();
            bring_back(draft, line, facts, payout, code, None)
        }
        Outgone::Reversed(order, receipt) => take_back(draft, line, facts, asked, (order, receipt)),
        Outgone::Open(question) => {
            let why = seen(draft, facts);
            Ok(super::lines::question(line, facts, question, why))
        }
    }
}

/// What a line names, as the reason of what it was found to be.
fn seen(draft: &Draft<'_>, facts: &LineFacts) -> Explanation {
    let mut evidence = Vec::new();
    for reference in find_references(&facts.text) {
        let found = match reference.referent() {
            Referent::Order(order) => draft.order(order).map(|_| Evidence::Reference(order)),
            Referent::Payout(payout) => {
                let known = draft.payout(payout);
                known.map(|_| Evidence::PayoutReference(payout))
            }
        };
        evidence.extend(found.filter(|found| !evidence.contains(found)));
    }
    Explanation::by(Some(Rule::Reference), evidence)
}

/// One debit of the bank is several payouts of a batch: closes them all. What of it had left before
/// is an alarm each, and stands apart.
pub(super) fn pay_together(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    asked: Option<&Question>,
    (batch, payouts): (BatchId, &[PayoutId]),
) -> Result<LineOutcome, Refusal> {
    let why = seen(draft, facts);
    let takes_it = |id: &PayoutId| {
        draft
            .payout(*id)
            .is_some_and(|payout| next_payout_state(payout.state, PayoutStep::Pay).is_some())
    };
    let (leave, twice): (Vec<PayoutId>, Vec<PayoutId>) =
        payouts.iter().copied().partition(takes_it);
    let Some(first) = leave.first().copied() else {
        let first = twice.first().copied().unwrap_or(PayoutId(0));
        let question = Question::PaidTwice(first);
        // The alarms were raised when the line came.
        for payout in twice.iter().filter(|_| asked != Some(&question)) {
            let payout = *payout;
            draft.record(Event::PaidTwice { payout, line });
        }
        return Ok(super::lines::question(line, facts, question, why));
    };
    for payout in &leave {
        left_without_a_file(draft, line, *payout, Some(batch));
    }
    let sum = |draft: &Draft<'_>, ids: &[PayoutId]| {
        let amounts = ids.iter().filter_map(|id| draft.payout(*id));
        Money::sum(
            facts.amount.currency(),
            amounts.map(|payout| payout.facts.amount),
        )
    };
    let (leaves, double) = (sum(draft, &leave)?, sum(draft, &twice)?);
    let mut postings =
        movement(LedgerAccount::Suspense, LedgerAccount::PayoutsDue, leaves)?.to_vec();
    if !double.is_zero() {
        let apart = LedgerAccount::Named(PAID_TWICE.to_owned());
        postings.extend(movement(LedgerAccount::Suspense, apart, double)?);
    }
    draft.record_with(
        Event::PayoutsPaid {
            batch,
            line,
            payouts: leave.clone(),
            twice: double,
        },
        postings,
    );
    for payout in twice {
        draft.record(Event::PaidTwice { payout, line });
    }
    for payout in &leave {
        let order = draft.payout(*payout).and_then(|payout| payout.facts.order);
        if let Some(order) = order {
            finish_order(draft, order);
        }
    }
    Ok(LineOutcome {
        line,
        amount: facts.amount,
        verdict: Verdict::Certain,
        order: None,
        payout: Some(first).filter(|_| leave.len() == 1),
        batch: Some(batch),
        failed: None,
        question: None,
        why,
    })
}

/// A payout that had left came back: it is owed again, its order is open again, and nothing is paid
/// until its payee is corrected or a person says that it may go once more.
pub(super) fn bring_back(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    id: PayoutId,
    code: Option<String>,
    reason: Option<String>,
) -> Result<LineOutcome, Refusal> {
    let (came, why) = (facts.amount, seen(draft, facts));
    let order = record_return(draft, line, came, (id, code, reason))?;
    Ok(LineOutcome {
        line,
        amount: came,
        verdict: Verdict::Certain,
        order,
        payout: Some(id),
        batch: None,
        failed: None,
        question: None,
        why,
    })
}

fn record_return(
    draft: &mut Draft<'_>,
    line: LineId,
    came: Money,
    (id, code, reason): (PayoutId, Option<String>, Option<String>),
) -> Result<Option<OrderId>, Refusal> {
    let payout = draft.known_payout(id)?;
    let (order, amount) = (payout.facts.order, payout.facts.amount);
    let cost = amount.minus(came)?;
    let mut postings = movement(LedgerAccount::PayoutsDue, LedgerAccount::Suspense, came)?.to_vec();
    if !cost.is_zero() {
        let costs = LedgerAccount::Named(RETURN_COSTS.to_owned());
        postings.extend(movement(LedgerAccount::PayoutsDue, costs, cost)?);
    }
    draft.record_with(
        Event::PayoutReturned {
            payout: id,
            line,
            code,
            cost,
            reason,
        },
        postings,
    );
    if let Some(order) = order {
        let state = draft.order_of(order)?.state;
        if next_order_state(state, OrderStep::PayoutReturned).is_some() {
            draft.record(Event::OrderReopened { order });
        }
    }
    Ok(order)
}

/// A person says that a credit is a payout that came back.
pub(super) fn return_by_hand(
    draft: &mut Draft<'_>,
    line: LineId,
    amount: Money,
    id: PayoutId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    open_line(draft, line, amount)?;
    if !amount.is_positive() {
        return Err(Refusal::NotACredit { line });
    }
    let payout = draft.known_payout(id)?;
    if payout.state != PayoutState::Paid {
        let advice = "only what the bank's lines have shown leaving can come back";
        return Err(wrong_state(&payout, advice));
    }
    let left = payout.facts.amount;
    if left.currency() != amount.currency() || amount.minor() > left.minor() {
        return Err(Refusal::ReturnDiffers {
            line,
            payout: id,
            found: amount,
            amount: left,
        });
    }
    record_return(draft, line, amount, (id, None, Some(reason)))?;
    Ok(Answer::Done)
}

/// The bank takes an order's receipt back. Where the money is on its way out or has left, that is an
/// alarm, nothing of the order leaves any more, and the line stays a question.
pub(super) fn take_back(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    asked: Option<&Question>,
    (id, receipt): (OrderId, LineId),
) -> Result<LineOutcome, Refusal> {
    let why = seen(draft, facts);
    let order = draft.order_of(id)?.clone();
    if !is_here(&order) {
        // The alarm was raised when the line came.
        if asked != Some(&Question::Reversal) {
            draft.record(Event::ReversedTooLate {
                order: id,
                receipt,
                line,
            });
        }
        return Ok(super::lines::question(line, facts, Question::Reversal, why));
    }
    reverse(draft, line, &order, receipt, None)?;
    Ok(LineOutcome {
        line,
        amount: facts.amount,
        verdict: Verdict::Certain,
        order: Some(id),
        payout: None,
        batch: None,
        failed: None,
        question: None,
        why,
    })
}

/// Whether an order's money has not begun to leave.
fn is_here(order: &Order) -> bool {
    match order.state {
        // What came with an earlier line of the same statement is not judged yet, and an order that
        // waits for the rest has a part.
        OrderState::AwaitingFunds
        | OrderState::Expired
        | OrderState::Cancelled
        | OrderState::Funded
        | OrderState::Held(_)
        | OrderState::AwaitingConsent => true,
        OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded => false,
    }
}

fn reverse(
    draft: &mut Draft<'_>,
    line: LineId,
    order: &Order,
    receipt: LineId,
    by_hand: Option<String>,
) -> Result<(), Refusal> {
    let id = order.facts.order;
    let not_its = Refusal::NotItsReversal { line, receipt };
    let amount = draft.receipt(receipt, id).ok_or(not_its)?.amount;
    let mut postings = undo_exchange(draft, order)?;
    postings.extend(movement(
        LedgerAccount::Suspense,
        LedgerAccount::CustomerFunds,
        amount,
    )?);
    draft.record_with(
        Event::ReceiptReversed {
            receipt,
            order: id,
            line,
            reason: by_hand,
        },
        postings,
    );
    if order.receipts.len() > 1 {
        settle(draft, id)?;
    } else if matches!(order.state, OrderState::Funded | OrderState::Held(_)) {
        draft.record(Event::OrderLostFunds { order: id });
        if order.cancelled {
            // It had ended before that money came, and is over again without it.
            let reason = Question::Reversal.word().to_owned();
            draft.record(Event::OrderCancelled { order: id, reason });
        }
    }
    Ok(())
}

/// A person says which receipt a line takes back.
pub(super) fn reverse_by_hand(
    draft: &mut Draft<'_>,
    line: LineId,
    amount: Money,
    receipt: LineId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    open_line(draft, line, amount)?;
    let not_its = Refusal::NotItsReversal { line, receipt };
    let Some(Settled::Receipt(id)) = draft.settled(receipt).cloned() else {
        return Err(not_its);
    };
    let order = draft.order_of(id)?.clone();
    let taken = draft.receipt(receipt, id).map(|receipt| receipt.amount);
    if receipt.account != line.account
        || taken.and_then(|money| money.negated().ok()) != Some(amount)
    {
        return Err(not_its);
    }
    if !is_here(&order) {
        return Err(Refusal::MoneyIsOut { line: receipt });
    }
    reverse(draft, line, &order, receipt, Some(reason))?;
    Ok(Answer::Order(id))
}
