//! Lines that are taken out of the chain: what they led to is undone, or an alarm is raised.

use kantor_model::Money;

use super::answers::asked_again;
use super::batches::close_batch;
use super::desk::unpair;
use super::draft::Draft;
use super::exchange::{settle, undo_exchange};
use super::lines::finish_order;
use super::position::reverse_cover;
use super::returns::{PAID_TWICE, RETURN_COSTS};
use crate::batch::BatchState;
use crate::event::Event;
use crate::ledger::{LedgerAccount, Posting, movement};
use crate::order::OrderState;
use crate::payout::{PayoutState, PayoutStep, next_payout_state};
use crate::refusal::Refusal;
use crate::snapshot::Settled;
use crate::{LineId, OrderId, PayoutId};

/// Why a line is no fact any more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// The bank does not confirm it.
    NotConfirmed,
    /// A person took the import back that brought it; his own reason stands with that.
    Undone,
}

impl Gone {
    /// The word that stands as the reason where nobody gave one.
    pub(super) fn reason(self) -> String {
        let word = match self {
            Gone::NotConfirmed => "not_confirmed",
            Gone::Undone => "import_undone",
        };
        word.to_owned()
    }
}

/// A line is to leave the chain: whatever came of it is undone, so that the line is a question with
/// its money in suspense. Where money is out already, that is an alarm.
pub(super) fn withdraw(draft: &mut Draft<'_>, line: LineId, why: Gone) -> Result<(), Refusal> {
    let settled = draft.settled(line).cloned();
    for part in settled.iter().flat_map(Settled::parts) {
        withdraw_part(draft, line, part, why)?;
    }
    Ok(())
}

fn withdraw_part(
    draft: &mut Draft<'_>,
    line: LineId,
    part: &Settled,
    why: Gone,
) -> Result<(), Refusal> {
    let reason = why.reason();
    match part {
        Settled::Receipt(order) => take_receipt(draft, line, *order, why),
        Settled::Payout(payout) => {
            has_not_left(draft, line, *payout, None)?;
            await_again(draft, *payout)
        }
        Settled::Batch { payouts, twice, .. } => have_not_left(draft, line, payouts, *twice),
        Settled::Returned { payout, cost } => has_not_come_back(draft, line, *payout, *cost),
        // The receipt and the line that took it back are questions again, each with its money.
        Settled::Reverses(_) | Settled::ReversedBy(_) => {
            draft.record(Event::LineBookingReversed { line, reason });
            Ok(())
        }
        Settled::Booked { account, amount } => {
            let postings = movement(LedgerAccount::Suspense, account.clone(), *amount)?;
            draft.record_with(Event::LineBookingReversed { line, reason }, postings.into());
            Ok(())
        }
        Settled::CoverDeal(deal) => {
            let is_reversed = draft.events().iter().any(|recorded| {
                matches!(&recorded.event, Event::CoverDealReversed { deal: gone, .. } if gone == deal)
            });
            if !is_reversed {
                reverse_cover(draft, *deal, &reason)?;
            }
            Ok(())
        }
        Settled::OwnTransfer(other) => {
            unpair(draft, line, *other, reason);
            Ok(())
        }
        // Only a proved line goes back to its source, and a proved line is never withdrawn.
        Settled::Refunded(_) | Settled::Parts(_) => Ok(()),
    }
}

/// A debit that the bank does not confirm was all of these payouts.
fn have_not_left(
    draft: &mut Draft<'_>,
    line: LineId,
    payouts: &[PayoutId],
    twice: Money,
) -> Result<(), Refusal> {
    let apart = LedgerAccount::Named(PAID_TWICE.to_owned());
    let mut twice = Some(movement(apart, LedgerAccount::Suspense, twice)?);
    for payout in payouts {
        has_not_left(draft, line, *payout, twice.take())?;
    }
    payouts.iter().try_for_each(|id| await_again(draft, *id))
}

/// A batch that was closed by a line that is not confirmed is awaited again: its file is out.
fn await_again(draft: &mut Draft<'_>, id: PayoutId) -> Result<(), Refusal> {
    let payout = draft.known_payout(id)?;
    let Some(batch) = payout.batch else {
        return Ok(());
    };
    let batch = draft.batch_of(batch)?;
    let is_open = payout.state == PayoutState::Unknown;
    if !is_open || batch.state != BatchState::Closed || batch.file.is_none() {
        return Ok(());
    }
    let (batch, names) = (batch.batch, batch.names.clone());
    let until = asked_again(draft, batch)?;
    draft.record(Event::BatchAwaited {
        batch,
        until,
        names,
    });
    Ok(())
}

/// The debit that showed a payout leaving is not confirmed: nobody knows whether it has left.
fn has_not_left(
    draft: &mut Draft<'_>,
    line: LineId,
    id: PayoutId,
    besides: Option<[Posting; 2]>,
) -> Result<(), Refusal> {
    let payout = draft.known_payout(id)?;
    // What came back of it came for something else, then.
    if let Some(came_back) = payout.came_back
        && let Some(Settled::Returned { cost, .. }) = draft.settled(came_back).cloned()
    {
        has_not_come_back(draft, came_back, id, cost)?;
    }
    let payout = draft.known_payout(id)?;
    let amount = payout.facts.amount;
    let from = if payout.paid_by == Some(line) {
        LedgerAccount::PayoutsDue
    } else {
        // Another line has paid it since: less has left than stands there.
        LedgerAccount::Named(PAID_TWICE.to_owned())
    };
    let mut postings = movement(from, LedgerAccount::Suspense, amount)?.to_vec();
    let besides = besides.into_iter().flatten();
    postings.extend(besides.filter(|posting| !posting.amount.is_zero()));
    let order = payout.facts.order;
    let payout = id;
    let event = Event::PayoutUnproved {
        payout,
        order,
        line,
    };
    draft.record_with(event, postings);
    Ok(())
}

/// The credit by which a payout came back is not confirmed: it has left, as it had before. Where it
/// has left again since, or is not owed any more, it has left once too often: an alarm.
fn has_not_come_back(
    draft: &mut Draft<'_>,
    line: LineId,
    id: PayoutId,
    cost: Money,
) -> Result<(), Refusal> {
    let payout = draft.known_payout(id)?;
    let (order, amount) = (payout.facts.order, payout.facts.amount);
    let leaves_again = payout.came_back == Some(line)
        && next_payout_state(payout.state, PayoutStep::Pay).is_some();
    let to = if leaves_again {
        LedgerAccount::PayoutsDue
    } else {
        LedgerAccount::Named(PAID_TWICE.to_owned())
    };
    let came = amount.minus(cost)?;
    let mut postings = movement(LedgerAccount::Suspense, to.clone(), came)?.to_vec();
    if !cost.is_zero() {
        let costs = LedgerAccount::Named(RETURN_COSTS.to_owned());
        postings.extend(movement(costs, to, cost)?);
    }
    let event = Event::PayoutUnproved {
        payout: id,
        order,
        line,
    };
    draft.record_with(event, postings);
    if leaves_again {
        if let Some(batch) = payout.batch {
            close_batch(draft, batch);
        }
        if let Some(order) = order {
            finish_order(draft, order);
        }
    } else if let Some(line) = payout.paid_by {
        draft.record(Event::PaidTwice { payout: id, line });
    }
    Ok(())
}

fn take_receipt(
    draft: &mut Draft<'_>,
    line: LineId,
    id: OrderId,
    why: Gone,
) -> Result<(), Refusal> {
    let order = draft.order_of(id)?.clone();
    let Some(receipt) = draft.receipt(line, id).cloned() else {
        return Ok(());
    };
    let amount = receipt.amount;
    let is_here = order
        .payouts
        .iter()
        .filter_map(|payout| draft.payout(*payout))
        .all(|payout| matches!(payout.state, PayoutState::Due | PayoutState::Withdrawn));
    match order.state {
        OrderState::Funded if is_here => {}
        OrderState::Held(_) | OrderState::AwaitingConsent => {}
        OrderState::Funded
        | OrderState::AwaitingFunds
        | OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => {
            draft.record(Event::FundsMissing {
                line,
                order: id,
                amount,
            });
            return Ok(());
        }
    }
    let mut postings = undo_exchange(draft, &order)?;
    postings.extend(movement(
        LedgerAccount::Suspense,
        LedgerAccount::CustomerFunds,
        amount,
    )?);
    let event = match why {
        Gone::NotConfirmed => Event::ReceiptWithdrawn { line, order: id },
        Gone::Undone => Event::ReceiptReleased {
            line,
            order: id,
            reason: why.reason(),
        },
    };
    draft.record_with(event, postings);
    if order.receipts.len() > 1 {
        return settle(draft, id);
    }
    if order.state != OrderState::AwaitingConsent {
        draft.record(Event::OrderLostFunds { order: id });
        if order.cancelled {
            let reason = why.reason();
            draft.record(Event::OrderCancelled { order: id, reason });
        }
    }
    Ok(())
}
