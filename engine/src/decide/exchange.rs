//! From money to an exchange and back: an order follows its receipts.

use kantor_model::{Money, MoneyError};

use super::draft::Draft;
use super::orders::may;
use super::reason_of;
use crate::command::Answer;
use crate::event::Event;
use crate::ledger::{LedgerAccount, Posting, movement};
use crate::order::{Order, OrderState, OrderStep};
use crate::payout::{Payee, PayoutFacts, PayoutKind, PayoutState};
use crate::rates::{Side, Terms};
use crate::refusal::Refusal;
use crate::{OrderId, PayoutId, Reference};

/// Lets an order follow its money: it is funded when the money fulfils it; when it does not, the
/// policy is asked at the end of the decision. Without money, and while the customer has an offered
/// rate to answer, the order stays as it is.
pub(super) fn settle(draft: &mut Draft<'_>, id: OrderId) -> Result<(), Refusal> {
    let order = draft.order_of(id)?;
    if order.receipts.is_empty() || order.state == OrderState::AwaitingConsent {
        return Ok(());
    }
    // Whoever takes a receipt of a funded order back has undone its exchange already.
    let is_undone = order.state == OrderState::Funded;
    match order.failing() {
        None => {
            if is_undone {
                draft.record(Event::OrderLostFunds { order: id });
            }
            fund(draft, id, None)
        }
        Some(reason) => {
            if is_undone {
                draft.record(Event::OrderHeld { order: id, reason });
            }
            draft.leave_unsettled(id);
            Ok(())
        }
    }
}

/// The order has its money: exchanges it at its terms and gives the payout its identity.
pub(super) fn fund(
    draft: &mut Draft<'_>,
    id: OrderId,
    reason: Option<String>,
) -> Result<(), Refusal> {
    fund_with(draft, id, reason, None)
}

pub(super) fn fund_with(
    draft: &mut Draft<'_>,
    id: OrderId,
    reason: Option<String>,
    difference: Option<Posting>,
) -> Result<(), Refusal> {
    let order = draft.order_of(id)?.clone();
    may(
        &order,
        OrderStep::Fund,
        "it cannot take money in this state",
    )?;
    let postings = exchange(&order.terms, difference.as_ref())?;
    let value_at_mid = order.terms.value_at_mid()?;
    draft.record_with(
        Event::OrderFunded {
            order: id,
            value_at_mid,
            reason,
            difference,
        },
        postings,
    );
    let facts = PayoutFacts {
        payout: next_payout(draft)?,
        order: Some(id),
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
/// so the difference to the customer's rate is income at once. Of a sum that came short or over
/// within the policy's tolerance the office bears or keeps the `difference`.
fn exchange(terms: &Terms, difference: Option<&Posting>) -> Result<Vec<Posting>, Refusal> {
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
    if let Some(difference) = difference {
        postings.push(Posting {
            account: LedgerAccount::CustomerFunds,
            amount: difference.amount.negated()?,
        });
        postings.push(difference.clone());
    }
    Ok(postings)
}

/// Takes an exchange back before anything went out: withdraws the payout, and returns the postings
/// that undo it. Nothing, when the order was not exchanged yet.
pub(super) fn undo_exchange(draft: &mut Draft<'_>, order: &Order) -> Result<Vec<Posting>, Refusal> {
    if order.state != OrderState::Funded {
        return Ok(Vec::new());
    }
    let mut undone = exchange(&order.terms, order.difference.as_ref())?;
    for id in &order.payouts {
        let Some(payout) = draft.payout(*id).copied() else {
            continue;
        };
        match payout.state {
            PayoutState::Due => {
                if payout.facts.kind == PayoutKind::Difference {
                    undone.extend(given_back(payout.facts.amount)?);
                }
                draft.record(Event::PayoutWithdrawn { payout: *id });
            }
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
    undone
        .into_iter()
        .map(|posting| {
            Ok(Posting {
                account: posting.account,
                amount: posting.amount.negated()?,
            })
        })
        .collect()
}

pub(super) fn refund(draft: &mut Draft<'_>, id: OrderId, reason: &str) -> Result<Answer, Refusal> {
    send_back(draft, id, reason_of(reason)?)
}

pub(super) fn send_back(
    draft: &mut Draft<'_>,
    id: OrderId,
    reason: String,
) -> Result<Answer, Refusal> {
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
        let Some(receipt) = draft.receipt(line, id) else {
            continue;
        };
        let amount = receipt.amount;
        let facts = PayoutFacts {
            payout: next_payout(draft)?,
            order: Some(id),
            kind: PayoutKind::Refund,
            amount,
            account: line.account,
            payee: Payee::PayerOf(line),
        };
        draft.record_with(Event::PayoutDue { facts }, given_back(amount)?.into());
    }
    Ok(Answer::Order(id))
}

/// Sends a part of an order's money back to where it came from, the newest receipts first.
pub(super) fn give_back(
    draft: &mut Draft<'_>,
    id: OrderId,
    difference: Money,
) -> Result<(), Refusal> {
    let mut left = difference;
    for line in draft.order_of(id)?.receipts.clone().into_iter().rev() {
        let Some(receipt) = draft.receipt(line, id) else {
            continue;
        };
        if !left.is_positive() {
            break;
        }
        let amount = Money::new(left.minor().min(receipt.amount.minor()), left.currency());
        left = left.minus(amount)?;
        let facts = PayoutFacts {
            payout: next_payout(draft)?,
            order: Some(id),
            kind: PayoutKind::Difference,
            amount,
            account: line.account,
            payee: Payee::PayerOf(line),
        };
        draft.record_with(Event::PayoutDue { facts }, given_back(amount)?.into());
    }
    Ok(())
}

/// Customer's money that is owed back to him.
fn given_back(amount: Money) -> Result<[Posting; 2], MoneyError> {
    movement(
        LedgerAccount::PayoutsDue,
        LedgerAccount::CustomerFunds,
        amount,
    )
}

pub(super) fn next_payout(draft: &Draft<'_>) -> Result<PayoutId, Refusal> {
    let payout = PayoutId(draft.last().payout + 1);
    Reference::of_payout(payout)
        .map(|_| payout)
        .ok_or(Refusal::NoReferencesLeft)
}
