//! What a person does with a line that is a question, and how he takes it back.

use std::collections::BTreeSet;

use kantor_model::Money;

use super::draft::Draft;
use super::exchange::{next_payout, settle, undo_exchange};
use super::lines::{Share, receive};
use super::reason_of;
use crate::command::Answer;
use crate::event::Event;
use crate::ledger::{LedgerAccount, movement};
use crate::matching::{Explanation, LineFacts, LineRules, OpenOrder, Question, Rule, Stands};
use crate::order::{Order, OrderState};
use crate::payout::{Payee, PayoutFacts, PayoutKind, PayoutState};
use crate::refusal::Refusal;
use crate::snapshot::Settled;
use crate::{LineId, OrderId, PayoutId};

/// A line of the account that is still a question, in the currency that it must have. Returns what
/// is open of it: all, or what is left.
pub(super) fn open_line(draft: &Draft<'_>, line: LineId, amount: Money) -> Result<Money, Refusal> {
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
    match draft.question(line) {
        Some(Question::Rest(rest)) => Ok(*rest),
        Some(_) => Ok(amount),
        None => Err(Refusal::LineSettled { line }),
    }
}

/// A line of which nothing is settled yet.
pub(super) fn whole_line(draft: &Draft<'_>, line: LineId, amount: Money) -> Result<(), Refusal> {
    let open = open_line(draft, line, amount)?;
    if open == amount {
        Ok(())
    } else {
        Err(Refusal::LineDiffers {
            line,
            found: open,
            expected: amount,
        })
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
    let open = open_line(draft, line, facts.amount)?;
    if !facts.amount.is_positive() {
        return Err(Refusal::NotACredit { line });
    }
    takes_money(draft, line, order)?;
    let share = Share {
        order,
        amount: open,
        rest: None,
        reason: Some(reason),
    };
    receive(draft, line, facts, share, by_hand())?;
    Ok(Answer::Order(order))
}

/// Gives a line to several orders. Each minor unit serves one order (law 3): the shares are
/// positive, of different orders, and sum to at most what is open of the line.
pub(super) fn split(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    shares: &[(OrderId, Money)],
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let open = open_line(draft, line, facts.amount)?;
    if !facts.amount.is_positive() {
        return Err(Refusal::NotACredit { line });
    }
    let mut rest = open;
    let mut given = BTreeSet::new();
    for (order, amount) in shares {
        if !amount.is_positive() || amount.currency() != open.currency() || !given.insert(*order) {
            return Err(Refusal::BadShare {
                line,
                order: *order,
            });
        }
        takes_money(draft, line, *order)?;
        rest = rest.minus(*amount)?;
    }
    if shares.is_empty() {
        return Err(Refusal::Empty { field: "shares" });
    }
    if rest.is_negative() {
        return Err(Refusal::SharesExceed { line, open });
    }
    let mut left = open;
    for (order, amount) in shares {
        left = left.minus(*amount)?;
        let share = Share {
            order: *order,
            amount: *amount,
            rest: (!left.is_zero()).then_some(left),
            reason: Some(reason.clone()),
        };
        receive(draft, line, facts, share, by_hand())?;
    }
    Ok(Answer::Done)
}

fn by_hand() -> Explanation {
    Explanation::by(Some(Rule::ByHand), Vec::new())
}

/// Whether an order may be given money by hand, and none of this line is its money already.
fn takes_money(draft: &Draft<'_>, line: LineId, id: OrderId) -> Result<(), Refusal> {
    let order = draft.order_of(id)?;
    if order.receipts.contains(&line) {
        return Err(Refusal::BadShare { line, order: id });
    }
    match OpenOrder::of(order).stands {
        Stands::Waits | Stands::Open | Stands::Over => Ok(()),
        Stands::HasItsMoney => Err(Refusal::OrderState {
            order: id,
            state: order.state,
            advice: "it has its money already; book the line elsewhere, or give it to another order",
        }),
    }
}

/// Takes a line back from its order; from every order that has a share of it.
pub(super) fn release(
    draft: &mut Draft<'_>,
    line: LineId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let parts = draft.settled(line).map(Settled::parts).unwrap_or_default();
    let orders: Vec<OrderId> = parts
        .iter()
        .filter_map(|part| match part {
            Settled::Receipt(order) => Some(*order),
            Settled::Payout(_)
            | Settled::Batch { .. }
            | Settled::Returned { .. }
            | Settled::ReversedBy(_)
            | Settled::Reverses(_)
            | Settled::Booked { .. }
            | Settled::CoverDeal(_)
            | Settled::OwnTransfer(_)
            | Settled::Refunded(_)
            | Settled::Parts(_) => None,
        })
        .collect();
    let Some(first) = orders.first().copied() else {
        return Err(Refusal::NotAReceipt { line });
    };
    for order in &orders {
        release_from(draft, line, *order, &reason)?;
    }
    Ok(Answer::Order(first))
}

fn release_from(
    draft: &mut Draft<'_>,
    line: LineId,
    id: OrderId,
    reason: &str,
) -> Result<(), Refusal> {
    let order = draft.order_of(id)?.clone();
    let receipt = draft.receipt(line, id);
    let amount = receipt.ok_or(Refusal::NotAReceipt { line })?.amount;
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
    let reason = reason.to_owned();
    draft.record_with(
        Event::ReceiptReleased {
            line,
            order: id,
            reason: reason.clone(),
        },
        postings,
    );
    without_that_money(draft, &order, reason)
}

/// An order whose receipt is gone follows the rest of its money.
fn without_that_money(
    draft: &mut Draft<'_>,
    before: &Order,
    reason: String,
) -> Result<(), Refusal> {
    let id = before.facts.order;
    if before.receipts.len() > 1 {
        settle(draft, id)?;
    } else if !matches!(
        before.state,
        OrderState::AwaitingConsent | OrderState::AwaitingFunds
    ) {
        draft.record(Event::OrderLostFunds { order: id });
        if before.cancelled {
            // It had ended before that money came, and is over again without it.
            draft.record(Event::OrderCancelled { order: id, reason });
        }
    }
    Ok(())
}

/// A name for an account of the office's books.
fn ledger_account(name: &str) -> Result<LedgerAccount, Refusal> {
    let good = !name.is_empty()
        && name.len() <= 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if good {
        Ok(LedgerAccount::Named(name.to_owned()))
    } else {
        Err(Refusal::LedgerAccountName {
            name: name.to_owned(),
        })
    }
}

pub(super) fn book(
    draft: &mut Draft<'_>,
    line: LineId,
    amount: Money,
    name: &str,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let amount = open_line(draft, line, amount)?;
    let account = ledger_account(name)?;
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

/// Undoes a booking, a refund to the source that has not gone out, or a pair of own transfers.
pub(super) fn reverse_booking(
    draft: &mut Draft<'_>,
    line: LineId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let settled = draft.settled(line).cloned();
    for part in settled.iter().flat_map(Settled::parts) {
        match part {
            Settled::Booked { account, amount } => {
                let postings = movement(LedgerAccount::Suspense, account.clone(), *amount)?.into();
                draft.record_with(Event::LineBookingReversed { line, reason }, postings);
                return Ok(Answer::Done);
            }
            Settled::Refunded(payout) => return keep_after_all(draft, line, *payout, reason),
            Settled::OwnTransfer(other) => {
                unpair(draft, line, *other, reason);
                return Ok(Answer::Done);
            }
            Settled::Receipt(_)
            | Settled::Payout(_)
            | Settled::Batch { .. }
            | Settled::Returned { .. }
            | Settled::ReversedBy(_)
            | Settled::Reverses(_)
            | Settled::CoverDeal(_)
            | Settled::Parts(_) => {}
        }
    }
    Err(Refusal::NotBookedToLedger { line })
}

/// Two lines are not the two sides of one transfer after all.
pub(super) fn unpair(draft: &mut Draft<'_>, line: LineId, other: LineId, reason: String) {
    let is_debit = match (draft.asked(line), draft.asked(other)) {
        (Some(known), _) => known.amount.is_negative(),
        (None, Some(known)) => known.amount.is_positive(),
        (None, None) => true,
    };
    let (debit, credit) = if is_debit {
        (line, other)
    } else {
        (other, line)
    };
    draft.record(Event::OwnTransferUnpaired {
        debit,
        credit,
        reason,
    });
}

/// Money that was to go back to its source stays, as long as it has not gone out.
fn keep_after_all(
    draft: &mut Draft<'_>,
    line: LineId,
    id: PayoutId,
    reason: String,
) -> Result<Answer, Refusal> {
    let Some(payout) = draft.payout(id).copied() else {
        return Err(Refusal::NotBookedToLedger { line });
    };
    if payout.state != PayoutState::Due {
        return Err(Refusal::MoneyIsOut { line });
    }
    let postings = movement(
        LedgerAccount::Suspense,
        LedgerAccount::PayoutsDue,
        payout.facts.amount,
    )?;
    draft.record(Event::PayoutWithdrawn { payout: id });
    draft.record_with(Event::LineBookingReversed { line, reason }, postings.into());
    Ok(Answer::Done)
}

/// Sends money that is nobody's back to the account it came from (F16): a payout of no order. Only
/// money that a closing balance proves: what the bank may still take back has not come yet.
pub(super) fn refund(
    draft: &mut Draft<'_>,
    line: LineId,
    amount: Money,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let amount = open_line(draft, line, amount)?;
    if !amount.is_positive() {
        return Err(Refusal::NotACredit { line });
    }
    if line.ordinal > draft.account_of(line.account)?.proved_through {
        return Err(Refusal::LineNotProved { line });
    }
    let payout = next_payout(draft)?;
    let postings = movement(LedgerAccount::PayoutsDue, LedgerAccount::Suspense, amount)?;
    let facts = PayoutFacts {
        payout,
        order: None,
        kind: PayoutKind::Refund,
        amount,
        account: line.account,
        payee: Payee::PayerOf(line),
    };
    draft.record(Event::LineRefunded {
        line,
        payout,
        amount,
        reason,
    });
    draft.record_with(Event::PayoutDue { facts }, postings.into());
    Ok(Answer::Done)
}

/// Gives an open line to somebody to look after.
pub(super) fn assign(
    draft: &mut Draft<'_>,
    line: LineId,
    owner: Option<&str>,
) -> Result<Answer, Refusal> {
    if draft.question(line).is_none() {
        return Err(Refusal::LineSettled { line });
    }
    let owner = owner.map(str::trim).filter(|owner| !owner.is_empty());
    draft.record(Event::LineAssigned {
        line,
        owner: owner.map(str::to_owned),
    });
    Ok(Answer::Done)
}

/// Says that a debit of one account of the office is a credit of another.
pub(super) fn pair(
    draft: &mut Draft<'_>,
    debit: LineId,
    credit: LineId,
    amount: Money,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let (out, back) = (amount.negated()?, amount);
    for (line, amount) in [(debit, out), (credit, back)] {
        let open = open_line(draft, line, amount)?;
        let known = draft.asked(line).map_or(open, |asked| asked.amount);
        if open != amount || known != amount {
            return Err(Refusal::LineDiffers {
                line,
                found: known,
                expected: amount,
            });
        }
    }
    if debit.account == credit.account || !amount.is_positive() {
        return Err(Refusal::NotAPair { debit, credit });
    }
    draft.record(Event::OwnTransferPaired {
        debit,
        credit,
        amount,
        evidence: Vec::new(),
        reason: Some(reason),
    });
    Ok(Answer::Done)
}

/// Puts other rules for lines that are nobody's order in force.
pub(super) fn set_rules(draft: &mut Draft<'_>, rules: &LineRules) -> Result<Answer, Refusal> {
    for rule in &rules.rules {
        ledger_account(&rule.ledger_account)?;
        if rule.name.trim().is_empty() {
            return Err(Refusal::Empty { field: "name" });
        }
        if rule.words.is_empty() && rule.code.is_none() {
            return Err(Refusal::Empty { field: "words" });
        }
    }
    let version = draft.seen.line_rules.version.saturating_add(1);
    draft.record(Event::LineRulesSet {
        rules: LineRules {
            version,
            rules: rules.rules.clone(),
        },
    });
    Ok(Answer::Done)
}
