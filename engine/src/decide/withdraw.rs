//! Lines that are taken out of the chain: what they led to is undone, or an alarm is raised.

use super::desk::unpair;
use super::draft::Draft;
use super::exchange::{settle, undo_exchange};
use super::position::reverse_cover;
use crate::event::Event;
use crate::ledger::{LedgerAccount, movement};
use crate::order::OrderState;
use crate::payout::PayoutState;
use crate::refusal::Refusal;
use crate::snapshot::Settled;
use crate::{LineId, OrderId};

/// The word that stands as the reason where nobody gave one: the bank did not confirm the line.
const NOT_CONFIRMED: &str = "not_confirmed";

/// The bank does not confirm an unproved line: whatever came of it is undone, so that the line is a
/// question with its money in suspense. Where money is out already, that is an alarm.
pub(super) fn withdraw(draft: &mut Draft<'_>, line: LineId) -> Result<(), Refusal> {
    let settled = draft.settled(line).cloned();
    for part in settled.iter().flat_map(Settled::parts) {
        withdraw_part(draft, line, part)?;
    }
    Ok(())
}

fn withdraw_part(draft: &mut Draft<'_>, line: LineId, part: &Settled) -> Result<(), Refusal> {
    let reason = NOT_CONFIRMED.to_owned();
    match part {
        Settled::Receipt(order) => take_receipt(draft, line, *order),
        Settled::Payout(payout) => {
            let Some(known) = draft.payout(*payout).copied() else {
                return Ok(());
            };
            let amount = known.facts.amount;
            let postings = movement(LedgerAccount::PayoutsDue, LedgerAccount::Suspense, amount)?;
            let event = Event::PayoutUnproved {
                payout: *payout,
                order: known.facts.order,
                line,
            };
            draft.record_with(event, postings.into());
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
                reverse_cover(draft, *deal, NOT_CONFIRMED)?;
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

fn take_receipt(draft: &mut Draft<'_>, line: LineId, id: OrderId) -> Result<(), Refusal> {
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
    draft.record_with(Event::ReceiptWithdrawn { line, order: id }, postings);
    if order.receipts.len() > 1 {
        return settle(draft, id);
    }
    if order.state != OrderState::AwaitingConsent {
        draft.record(Event::OrderLostFunds { order: id });
        if order.cancelled {
            let reason = NOT_CONFIRMED.to_owned();
            draft.record(Event::OrderCancelled { order: id, reason });
        }
    }
    Ok(())
}
