//! What a bank line is, as matching found it: an order's money, a payout's end, or a question.

use kantor_model::Money;

use super::draft::Draft;
use super::exchange::settle;
use super::returns;
use crate::batch::BatchState;
use crate::command::LineOutcome;
use crate::event::Event;
use crate::ledger::{LedgerAccount, movement};
use crate::matching::{
    Evidence, Explained, Explanation, Finding, Line, LineFacts, OpenOrder, Question, Rule, Stands,
    Verdict, What, fulfilment, match_outgone,
};
use crate::order::OrderState;
use crate::payout::PayoutState;
use crate::refusal::Refusal;
use crate::{AccountId, BatchId, LineId, OrderId, PayoutId};

/// What a line of a statement leads to, by what matching found; `asked` is the question that it was
/// before, if any.
pub(super) fn follow(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    (asked, finding): (Option<&Question>, Finding),
) -> Result<LineOutcome, Refusal> {
    let Finding { what, why, .. } = finding;
    if !matches!(what, What::Orders(_))
        && let Some(outgone) = match_outgone(draft, line.account, facts)
    {
        return returns::follow(draft, line, facts, asked, outgone);
    }
    match what {
        What::Orders(shares) => match shares.as_slice() {
            [(order, _)] => receive_found(draft, line, facts, *order, why),
            shares => {
                let shares = shares.to_vec();
                Ok(question(line, facts, Question::CoversOrders(shares), why))
            }
        },
        What::Payouts(payouts) => match payouts.as_slice() {
            [payout] => pay(draft, line, facts, *payout, why),
            _ => Ok(question(line, facts, Question::WrongDirection, why)),
        },
        What::PaidTwice(payout) if asked == Some(&Question::PaidTwice(payout)) => {
            // The alarm was raised when the line came.
            Ok(question(line, facts, Question::PaidTwice(payout), why))
        }
        What::PaidTwice(payout) => Ok(paid_twice(draft, line, facts, payout, why)),
        What::Returned(_) => Ok(question(line, facts, Question::WrongDirection, why)),
        What::OwnTransfer(mirror) => pair_found(draft, line, facts, mirror, why),
        What::Classified {
            rule,
            ledger_account,
        } => classify(draft, line, facts, (rule, ledger_account), why),
        What::Open(asked) => Ok(question(line, facts, asked, why)),
    }
}

/// An order may have got its money since the statement was matched, from a line before this one:
/// then this is new money (law 3).
fn receive_found(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    id: OrderId,
    why: Explanation,
) -> Result<LineOutcome, Refusal> {
    if OpenOrder::of(draft.order_of(id)?).stands == Stands::HasItsMoney {
        let mut why = why;
        why.evidence.push(Evidence::HasItsMoney);
        return Ok(question(line, facts, Question::OrderHasItsMoney(id), why));
    }
    receive(draft, line, facts, Share::whole(id, facts), why)
}

/// So much of a line for an order, with what is left of the line afterwards, and the reason of the
/// person who said so.
pub(super) struct Share {
    pub(super) order: OrderId,
    pub(super) amount: Money,
    pub(super) rest: Option<Money>,
    pub(super) reason: Option<String>,
}

impl Share {
    fn whole(order: OrderId, facts: &LineFacts) -> Share {
        Share {
            order,
            amount: facts.amount,
            rest: None,
            reason: None,
        }
    }
}

/// Gives a line, or a share of it, to an order: its money from here on, whatever the amount. Where
/// it fulfils the order, the order moves on by itself; where it does not, the order is held with
/// the reason.
pub(super) fn receive(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    share: Share,
    why: Explanation,
) -> Result<LineOutcome, Refusal> {
    let id = share.order;
    let order = draft.order_of(id)?;
    let amount = share.amount;
    let received = match order.received() {
        Some(sum) if sum.currency() == amount.currency() => Some(sum.plus(amount)?),
        Some(_) | None => None,
    };
    let failed = fulfilment(
        &OpenOrder::of(order).with_grace(draft.seen.grace(order)),
        &Line::of(line, facts),
        received,
        draft.policy(),
    );
    let verdict = if failed.is_none() {
        Verdict::Certain
    } else {
        Verdict::Likely
    };
    let postings = movement(
        LedgerAccount::CustomerFunds,
        LedgerAccount::Suspense,
        amount,
    )?;
    draft.record_with(
        Event::ReceiptAllocated {
            line,
            order: id,
            amount,
            booked_on: facts.booked_on,
            verdict,
            rule: why.rule.unwrap_or(Rule::ByHand),
            rule_version: why.version,
            evidence: why.evidence.clone(),
            rivals: why.rivals.clone(),
            failed,
            rest: share.rest,
            reason: share.reason,
        },
        postings.into(),
    );
    settle(draft, id)?;
    Ok(LineOutcome {
        line,
        amount,
        verdict,
        order: Some(id),
        payout: None,
        batch: None,
        failed,
        question: None,
        why,
    })
}

/// The other side of a line of another account of the office has come: the two are one movement.
fn pair_found(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    mirror: LineId,
    why: Explanation,
) -> Result<LineOutcome, Refusal> {
    let (debit, credit) = if facts.amount.is_negative() {
        (line, mirror)
    } else {
        (mirror, line)
    };
    draft.record(Event::OwnTransferPaired {
        debit,
        credit,
        amount: facts.amount.abs()?,
        evidence: why.evidence.clone(),
        reason: None,
    });
    Ok(nobodys(line, facts, why))
}

/// A rule of the office books a line that is nobody's order.
fn classify(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    (rule, ledger_account): (String, String),
    why: Explanation,
) -> Result<LineOutcome, Refusal> {
    let account = LedgerAccount::Named(ledger_account);
    let postings = movement(account.clone(), LedgerAccount::Suspense, facts.amount)?;
    let event = Event::LineClassified {
        line,
        rule,
        rules_version: draft.seen.line_rules.version,
        account,
        amount: facts.amount,
        booked_on: facts.booked_on,
    };
    draft.record_with(event, postings.into());
    Ok(nobodys(line, facts, why))
}

/// The outcome of a line that is nobody's order, and of which nobody has to be asked.
fn nobodys(line: LineId, facts: &LineFacts, why: Explanation) -> LineOutcome {
    LineOutcome {
        line,
        amount: facts.amount,
        verdict: Verdict::Certain,
        order: None,
        payout: None,
        batch: None,
        failed: None,
        question: None,
        why,
    }
}

/// The bank's own line shows that a payout has left: closes it, and what waited for it.
fn pay(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    id: PayoutId,
    why: Explanation,
) -> Result<LineOutcome, Refusal> {
    let outcome = LineOutcome {
        line,
        amount: facts.amount,
        verdict: Verdict::Certain,
        order: None,
        payout: Some(id),
        batch: None,
        failed: None,
        question: None,
        why: why.clone(),
    };
    let Some(payout) = draft.payout(id).copied() else {
        return Ok(outcome);
    };
    // A line before this one of the same statement has paid it.
    if matches!(payout.state, PayoutState::Paid | PayoutState::Withdrawn) {
        return Ok(paid_twice(draft, line, facts, id, why));
    }
    left_without_a_file(draft, line, id, None);
    let amount = payout.facts.amount;
    let postings = movement(LedgerAccount::Suspense, LedgerAccount::PayoutsDue, amount)?;
    draft.record_with(Event::PayoutPaid { payout: id, line }, postings.into());
    if let Some(order) = payout.facts.order {
        finish_order(draft, order);
    }
    Ok(LineOutcome {
        order: payout.facts.order,
        ..outcome
    })
}

pub(super) fn paid_twice(
    draft: &mut Draft<'_>,
    line: LineId,
    facts: &LineFacts,
    payout: PayoutId,
    why: Explanation,
) -> LineOutcome {
    draft.record(Event::PaidTwice { payout, line });
    question(line, facts, Question::PaidTwice(payout), why)
}

/// The alarm about a payout that leaves though no file in force holds it: the file of a voided batch
/// was sent after all, or somebody paid by hand.
/// So it is where the line names a void file (`told`) and the payout stands in a later one.
pub(super) fn left_without_a_file(
    draft: &mut Draft<'_>,
    line: LineId,
    id: PayoutId,
    told: Option<BatchId>,
) {
    let Some(payout) = draft.payout(id).copied() else {
        return;
    };
    let void = told.filter(|batch| {
        let batch = draft.batch_of(*batch);
        batch.is_ok_and(|batch| batch.state == BatchState::Voided)
    });
    match (payout.state, void.or(payout.void_file)) {
        (PayoutState::Due | PayoutState::InBatch | PayoutState::Approved, Some(batch)) => {
            let payout = id;
            draft.record(Event::PaidFromVoidFile {
                payout,
                line,
                batch,
            });
        }
        (PayoutState::Due | PayoutState::InBatch | PayoutState::Approved, None) => {
            draft.record(Event::PaidWithoutFile { payout: id, line });
        }
        (PayoutState::Exported | PayoutState::Accepted | PayoutState::Unknown, _) => {
            if let Some(batch) = void {
                let payout = id;
                draft.record(Event::PaidFromVoidFile {
                    payout,
                    line,
                    batch,
                });
            }
        }
        (
            PayoutState::Paid
            | PayoutState::Rejected
            | PayoutState::Returned
            | PayoutState::Withdrawn,
            _,
        ) => {}
    }
}

/// What a payout that left means for its order: all of it is paid, or it is on the way.
pub(super) fn finish_order(draft: &mut Draft<'_>, id: OrderId) {
    let Some(order) = draft.order(id) else { return };
    let all_paid = order
        .payouts
        .iter()
        .filter_map(|payout| draft.payout(*payout))
        .all(|payout| matches!(payout.state, PayoutState::Paid | PayoutState::Withdrawn));
    if !all_paid {
        // Somebody paid one of several by hand while nothing of the order was in a batch.
        if order.state == OrderState::Funded {
            draft.record(Event::OrderPayingOut { order: id });
        }
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

/// The outcome of a line that a person must look at.
pub(super) fn question(
    line: LineId,
    facts: &LineFacts,
    question: Question,
    why: Explanation,
) -> LineOutcome {
    LineOutcome {
        line,
        amount: facts.amount,
        verdict: question.verdict(),
        order: None,
        payout: None,
        batch: None,
        failed: None,
        question: Some(question),
        why,
    }
}

/// Keeps for ever why lines of an account are questions.
pub(super) fn record_explanations(
    draft: &mut Draft<'_>,
    account: AccountId,
    outcomes: &[(LineOutcome, &LineFacts)],
) {
    let asked = outcomes.iter().filter(|(outcome, _)| {
        let question = outcome.question.as_ref();
        question.is_some_and(|question| *question != Question::NotProvedYet)
    });
    let lines: Vec<Explained> = asked
        .map(|(outcome, facts)| Explained {
            ordinal: outcome.line.ordinal,
            amount: outcome.amount,
            booked_on: facts.booked_on,
            why: outcome.why.clone(),
        })
        .collect();
    if !lines.is_empty() {
        draft.record(Event::LinesExplained { account, lines });
    }
}
