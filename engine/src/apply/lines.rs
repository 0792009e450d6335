//! What an event does to bank lines: whose they are, and what is asked about them.

use kantor_model::Money;

use super::{chain, change_order};
use crate::event::Event;
use crate::matching::{Asked, Question, Rule};
use crate::receipt::{Receipt, ReceiptState, ReceiptStep, next_receipt_state};
use crate::snapshot::{Settled, Snapshot};
use crate::{LineId, OrderId};

#[allow(clippy::wildcard_enum_match_arm)] // `apply` sorts the events; each is named in one of four
pub(super) fn apply_line(state: &mut Snapshot, event: &Event) {
    match event {
        Event::StatementBooked { booking, questions } => {
            chain::book(state, booking);
            chain::ask(state, booking.facts.account, questions);
        }
        Event::StatementArchived { facts, why } => chain::archive(state, facts, why),
        Event::ImportUndone { file, .. } => chain::forget(state, file),
        Event::StatementUndone {
            statement,
            account,
            change,
            questions,
        } => {
            chain::undo(state, *statement, *account, change);
            chain::ask(state, *account, questions);
        }
        Event::LinesExplained { account, lines } => {
            for explained in lines {
                let line = LineId {
                    account: *account,
                    ordinal: explained.ordinal,
                };
                unlist(state, line);
                let owner = state.asked.remove(&line).and_then(|known| known.owner);
                let asked = Asked {
                    owner,
                    ..Asked::of(explained)
                };
                state.asked.insert(line, asked);
                list(state, line);
            }
        }
        Event::ReceiptAllocated { .. } => allocated(state, event),
        Event::ReceiptReleased { line, order, .. } => {
            release(state, *line, *order, ReceiptStep::Release);
        }
        Event::ReceiptWithdrawn { line, order } => {
            release(state, *line, *order, ReceiptStep::Reverse);
        }
        Event::FundsMissing {
            line,
            order,
            amount,
        } => {
            release(state, *line, *order, ReceiptStep::Reverse);
            let missing = state.missing.get(order).copied();
            let missing = missing.unwrap_or(Money::zero(amount.currency()));
            let missing = missing.plus(*amount).unwrap_or(missing);
            state.missing.insert(*order, missing);
        }
        Event::ReceiptReversed {
            receipt,
            order,
            line,
            ..
        } => {
            take_off(state, *receipt, *order, ReceiptStep::Reverse);
            state.settled.insert(*receipt, Settled::ReversedBy(*line));
            settle_part(state, *line, Settled::Reverses(*receipt), None);
        }
        Event::LineBooked {
            line,
            account,
            amount,
            ..
        } => {
            state.by_hand.insert(*line);
            let booked = Settled::Booked {
                account: account.clone(),
                amount: *amount,
            };
            settle_part(state, *line, booked, None);
        }
        Event::LineClassified {
            line,
            account,
            amount,
            ..
        } => {
            let booked = Settled::Booked {
                account: account.clone(),
                amount: *amount,
            };
            settle_part(state, *line, booked, None);
        }
        Event::LineBookingReversed { line, .. } => {
            // A receipt and the line that took it back are one thing: both are questions again.
            if let Some(Settled::ReversedBy(other) | Settled::Reverses(other)) =
                state.settled.get(line).cloned()
            {
                for line in [other, *line] {
                    state.settled.remove(&line);
                    ask(state, line, Question::TakenBack);
                }
                return;
            }
            let parts = state.settled.get(line).map(Settled::parts);
            let booked = parts.into_iter().flatten().find_map(|part| match part {
                Settled::Booked { amount, .. } => Some((part.clone(), *amount)),
                Settled::Refunded(payout) => state
                    .payouts
                    .get(payout)
                    .map(|payout| (part.clone(), payout.facts.amount)),
                Settled::Receipt(_)
                | Settled::Payout(_)
                | Settled::CoverDeal(_)
                | Settled::Batch { .. }
                | Settled::Returned { .. }
                | Settled::ReversedBy(_)
                | Settled::Reverses(_)
                | Settled::OwnTransfer(_)
                | Settled::Parts(_) => None,
            });
            if let Some((part, amount)) = booked {
                take_back(state, *line, &part, amount);
            }
        }
        Event::CoverDealBooked { deal, facts, .. } => {
            state.last.cover_deal = deal.0;
            state.cover_deals.insert(*deal, facts.clone());
            for line in facts.lines() {
                settle_part(state, line, Settled::CoverDeal(*deal), None);
            }
        }
        Event::CoverDealReversed { deal, facts, .. } => {
            state.cover_deals.remove(deal);
            for line in facts.lines() {
                state.settled.remove(&line);
                ask(state, line, Question::TakenBack);
            }
        }
        Event::LineAssigned { line, owner } => {
            if let Some(asked) = state.asked.get_mut(line) {
                asked.owner.clone_from(owner);
            }
        }
        Event::LineRefunded { line, payout, .. } => {
            settle_part(state, *line, Settled::Refunded(*payout), None);
        }
        Event::OwnTransferPaired { debit, credit, .. } => {
            settle_part(state, *debit, Settled::OwnTransfer(*credit), None);
            settle_part(state, *credit, Settled::OwnTransfer(*debit), None);
        }
        Event::OwnTransferUnpaired { debit, credit, .. } => {
            for line in [debit, credit] {
                state.settled.remove(line);
                ask(state, *line, Question::TakenBack);
            }
        }
        _ => {}
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // called for one event
fn allocated(state: &mut Snapshot, event: &Event) {
    let Event::ReceiptAllocated {
        line,
        order,
        amount,
        booked_on,
        verdict,
        rule,
        failed,
        rest,
        ..
    } = event
    else {
        return;
    };
    if *rule == Rule::ByHand {
        state.by_hand.insert(*line);
    }
    settle_part(state, *line, Settled::Receipt(*order), *rest);
    let receipt = Receipt {
        line: *line,
        order: *order,
        amount: *amount,
        booked_on: *booked_on,
        state: ReceiptState::Allocated,
        verdict: *verdict,
        rule: *rule,
        failed: *failed,
    };
    change_order(state, *order, |order| {
        order.receipts.push(*line);
        order.tally.add(&receipt);
    });
    state.receipts.insert((*line, *order), receipt);
}

/// A line, or a share of it, is not its order's money any more.
fn release(state: &mut Snapshot, line: LineId, id: OrderId, step: ReceiptStep) {
    if let Some(receipt) = take_off(state, line, id, step) {
        take_back(state, line, &Settled::Receipt(id), receipt.amount);
    }
}

/// An order has a receipt no more.
fn take_off(state: &mut Snapshot, line: LineId, id: OrderId, step: ReceiptStep) -> Option<Receipt> {
    let receipt = state.receipts.get_mut(&(line, id))?;
    receipt.state = next_receipt_state(receipt.state, step).unwrap_or(receipt.state);
    let receipt = receipt.clone();
    change_order(state, id, |order| {
        order.receipts.retain(|known| *known != line);
        order.tally.remove(&receipt);
    });
    Some(receipt)
}

/// A part of a line is settled; the rest of it, if any, is a question.
pub(super) fn settle_part(state: &mut Snapshot, line: LineId, part: Settled, rest: Option<Money>) {
    match state.settled.get_mut(&line) {
        None => {
            state.settled.insert(line, part);
        }
        Some(Settled::Parts(parts)) => parts.push(part),
        Some(only) => *only = Settled::Parts(vec![only.clone(), part]),
    }
    match rest {
        Some(rest) => ask(state, line, Question::Rest(rest)),
        None => unask(state, line),
    }
}

/// A part of a line is a question again, with whatever else of it is one.
pub(super) fn take_back(state: &mut Snapshot, line: LineId, part: &Settled, amount: Money) {
    let left = match state.settled.remove(&line) {
        Some(Settled::Parts(mut parts)) => {
            if let Some(at) = parts.iter().position(|known| known == part) {
                parts.remove(at);
            }
            parts
        }
        Some(_) | None => Vec::new(),
    };
    let open = match state.questions.get(&line) {
        Some(Question::Rest(rest)) => rest.plus(amount).unwrap_or(*rest),
        Some(_) | None => amount,
    };
    let question = if left.is_empty() {
        state.by_hand.remove(&line);
        Question::TakenBack
    } else {
        Question::Rest(open)
    };
    let mut left = left.into_iter();
    match (left.next(), left.next()) {
        (None, _) => {}
        (Some(only), None) => {
            state.settled.insert(line, only);
        }
        (Some(one), Some(other)) => {
            let parts = [one, other].into_iter().chain(left).collect();
            state.settled.insert(line, Settled::Parts(parts));
        }
    }
    ask(state, line, question);
}

/// A line is this question from now on.
pub(super) fn ask(state: &mut Snapshot, line: LineId, question: Question) {
    unlist(state, line);
    state.questions.insert(line, question);
    list(state, line);
}

fn unask(state: &mut Snapshot, line: LineId) {
    unlist(state, line);
    state.questions.remove(&line);
}

/// Keeps the list of own transfers that wait for their other side in step with the questions.
pub(super) fn list(state: &mut Snapshot, line: LineId) {
    if let (Some(Question::OwnTransfer(other)), Some(asked)) =
        (state.questions.get(&line), state.asked.get(&line))
    {
        state
            .own_transfers
            .insert(line, *other, asked.amount.minor());
    }
}

/// Takes a line off that list; see [`list`].
pub(super) fn unlist(state: &mut Snapshot, line: LineId) {
    if let (Some(Question::OwnTransfer(other)), Some(asked)) =
        (state.questions.get(&line), state.asked.get(&line))
    {
        state
            .own_transfers
            .remove(line, *other, asked.amount.minor());
    }
}
