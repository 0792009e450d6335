//! What a bank line is: an order's money, a payout's end, or nobody's.

use kantor_model::Money;

use super::draft::Draft;
use super::exchange::{settle, undo_exchange};
use super::money::grace;
use super::reason_of;
use crate::command::{Answer, LineOutcome};
use crate::event::Event;
use crate::ledger::{LedgerAccount, Posting, movement};
use crate::matching::{Book, LineFacts, MATCHING_VERSION, Question, Rule, Verdict, fulfilment};
use crate::order::{HeldReason, OrderState};
use crate::payout::PayoutState;
use crate::refusal::Refusal;
use crate::snapshot::Settled;
use crate::{BatchId, LineId, OrderId, PayoutId};

/// Gives a line to an order: its money from here on, whatever the amount. Where it fulfils the
/// order, the order moves on by itself; where it does not, the order is held with the reason.
pub(super) fn receive(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    id: OrderId,
    by_hand: Option<String>,
) -> Result<LineOutcome, Refusal> {
    let order = draft.order_of(id)?;
    let received = match order.received() {
        Some(sum) if sum.currency() == facts.amount.currency() => Some(sum.plus(facts.amount)?),
        Some(_) | None => None,
    };
    let failed = fulfilment(order, facts, received, draft.policy(), grace(draft, order));
    let rule = match by_hand {
        Some(_) => Rule::ByHand,
        None => Rule::Reference,
    };
    let verdict = if failed.is_none() {
        Verdict::Certain
    } else {
        Verdict::Likely
    };
    let postings = movement(
        LedgerAccount::CustomerFunds,
        LedgerAccount::Suspense,
        facts.amount,
    )?;
    draft.record_with(
        Event::ReceiptAllocated {
            line,
            order: id,
            amount: facts.amount,
            verdict,
            rule,
            rule_version: MATCHING_VERSION,
            failed,
            reason: by_hand,
        },
        postings.into(),
    );
    settle(draft, id)?;
    Ok(LineOutcome {
        line,
        amount: facts.amount,
        verdict,
        order: Some(id),
        payout: None,
        failed,
        question: None,
    })
}

/// The bank's own line shows that a payout has left: closes it, and what waited for it.
pub(super) fn pay(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    id: PayoutId,
) -> Result<LineOutcome, Refusal> {
    let outcome = LineOutcome {
        line,
        amount: facts.amount,
        verdict: Verdict::Certain,
        order: None,
        payout: Some(id),
        failed: None,
        question: None,
    };
    let Some(payout) = draft.payout(id).copied() else {
        return Ok(outcome);
    };
    match payout.state {
        PayoutState::Due | PayoutState::InBatch | PayoutState::Approved => {
            draft.record(Event::PaidWithoutFile { payout: id, line });
        }
        PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Paid
        | PayoutState::Rejected
        | PayoutState::Returned
        | PayoutState::Withdrawn => {}
    }
    let amount = payout.facts.amount;
    let postings = movement(LedgerAccount::Suspense, LedgerAccount::PayoutsDue, amount)?;
    draft.record_with(Event::PayoutPaid { payout: id, line }, postings.into());
    finish_order(draft, payout.facts.order);
    Ok(LineOutcome {
        order: Some(payout.facts.order),
        ..outcome
    })
}

fn finish_order(draft: &mut Draft<'_>, id: OrderId) {
    let Some(order) = draft.order(id) else { return };
    let all_paid = order
        .payouts
        .iter()
        .filter_map(|payout| draft.payout(*payout))
        .all(|payout| matches!(payout.state, PayoutState::Paid | PayoutState::Withdrawn));
    if !all_paid {
        return;
    }
    match order.state {
        OrderState::Funded | OrderState::PayingOut => {
            draft.record(Event::OrderCompleted { order: id });
        }
        OrderState::Refunding => draft.record(Event::OrderRefunded { order: id }),
        OrderState::AwaitingFunds
        | OrderState::AwaitingConsent
        | OrderState::Held(_)
        | OrderState::Completed
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => {}
    }
}

/// Closes a batch of which every payout has left. Asked once a statement, not once a line: a batch
/// of many payouts is confirmed by a statement of many lines.
pub(super) fn close_batch(draft: &mut Draft<'_>, id: BatchId) {
    let Ok(batch) = draft.batch_of(id) else {
        return;
    };
    let all_paid = batch
        .payouts
        .iter()
        .filter_map(|payout| draft.payout(*payout))
        .all(|payout| payout.state == PayoutState::Paid);
    if all_paid
        && crate::batch::next_batch_state(batch.state, crate::batch::BatchStep::Close).is_some()
    {
        draft.record(Event::BatchClosed { batch: id });
    }
}

/// A line of the account that is still a question, in the currency that it must have.
pub(super) fn open_line(draft: &Draft<'_>, line: LineId, amount: Money) -> Result<(), Refusal> {
    let account = draft.account_of(line.account)?;
    if amount.currency() != account.currency() {
        return Err(Refusal::LineDiffers {
            line,
            found: Money::new(amount.minor(), account.currency()),
            expected: amount,
        });
    }
    if line.ordinal == 0 || line.ordinal > account.lines {
        return Err(Refusal::NoLine {
            account: line.account,
            line: line.ordinal,
        });
    }
    if draft.seen.questions.contains_key(&line) {
        Ok(())
    } else {
        Err(Refusal::LineSettled { line })
    }
}

pub(super) fn allocate(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    order: OrderId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    open_line(draft, line, facts.amount)?;
    if !facts.amount.is_positive() {
        return Err(Refusal::NotACredit { line });
    }
    let state = draft.order_of(order)?.state;
    let takes_money =
        crate::order::next_order_state(state, crate::order::OrderStep::Hold(HeldReason::Late))
            .is_some()
            && state != OrderState::Funded;
    if !takes_money {
        return Err(Refusal::OrderState {
            order,
            state,
            advice: "it has its money already; book the line elsewhere, or give it to another order",
        });
    }
    receive(draft, line, facts, order, Some(reason))?;
    Ok(Answer::Order(order))
}

pub(super) fn release(
    draft: &mut Draft<'_>,
    line: LineId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let Some(Settled::Receipt(id)) = draft.seen.settled.get(&line) else {
        return Err(Refusal::NotAReceipt { line });
    };
    let order = draft.order_of(*id)?.clone();
    let amount = draft
        .receipt(line)
        .ok_or(Refusal::NotAReceipt { line })?
        .amount;
    match order.state {
        OrderState::AwaitingFunds
        | OrderState::Funded
        | OrderState::Held(_)
        | OrderState::AwaitingConsent => {}
        OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => return Err(Refusal::MoneyIsOut { line }),
    }
    let mut postings = undo_exchange(draft, &order)?;
    postings.extend(movement(
        LedgerAccount::Suspense,
        LedgerAccount::CustomerFunds,
        amount,
    )?);
    draft.record_with(
        Event::ReceiptReleased {
            line,
            order: *id,
            reason: reason.clone(),
        },
        postings,
    );
    if order.receipts.len() > 1 {
        settle(draft, *id)?;
    } else if !matches!(
        order.state,
        OrderState::AwaitingConsent | OrderState::AwaitingFunds
    ) {
        draft.record(Event::OrderLostFunds { order: *id });
        if order.cancelled {
            // It had ended before that money came, and is over again without it.
            draft.record(Event::OrderCancelled { order: *id, reason });
        }
    }
    Ok(Answer::Order(*id))
}

pub(super) fn book(
    draft: &mut Draft<'_>,
    line: LineId,
    amount: Money,
    name: &str,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    open_line(draft, line, amount)?;
    let good = !name.is_empty()
        && name.len() <= 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !good {
        return Err(Refusal::LedgerAccountName {
            name: name.to_owned(),
        });
    }
    let account = LedgerAccount::Named(name.to_owned());
    let postings = movement(account.clone(), LedgerAccount::Suspense, amount)?;
    draft.record_with(
        Event::LineBooked {
            line,
            account,
            amount,
            reason,
        },
        postings.into(),
    );
    Ok(Answer::Done)
}

pub(super) fn reverse_booking(
    draft: &mut Draft<'_>,
    line: LineId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    match draft.seen.settled.get(&line) {
        Some(Settled::Booked { account, amount }) => {
            let postings: Vec<Posting> =
                movement(LedgerAccount::Suspense, account.clone(), *amount)?.into();
            draft.record_with(Event::LineBookingReversed { line, reason }, postings);
            Ok(Answer::Done)
        }
        Some(Settled::Receipt(_) | Settled::Payout(_) | Settled::CoverDeal(_)) | None => {
            Err(Refusal::NotBookedToLedger { line })
        }
    }
}

/// The outcome of a line that a person must look at.
pub(super) fn question(line: LineId, amount: Money, question: Question) -> LineOutcome {
    let verdict = match question {
        Question::SeveralOrders(_) => Verdict::Ambiguous,
        Question::OrderHasItsMoney(_) | Question::PayoutDiffers(_) | Question::PaidTwice(_) => {
            Verdict::Likely
        }
        Question::NoReference
        | Question::UnknownReference
        | Question::WrongDirection
        | Question::Reversal
        | Question::NotProvedYet
        | Question::TakenBack => Verdict::None,
    };
    LineOutcome {
        line,
        amount,
        verdict,
        order: None,
        payout: None,
        failed: None,
        question: Some(question),
    }
}
