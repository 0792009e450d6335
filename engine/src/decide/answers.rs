//! What the bank answers to a file, and what is asked when it does not.

use std::collections::BTreeSet;

use kantor_model::Moment;

use super::batches::{close_batch, hours_of, in_it, record_void, stop_paying_out};
use super::draft::Draft;
use crate::bank_answer::{BankAnswer, Rejection, is_about_the_payee};
use crate::batch::{BatchState, PayoutBatch};
use crate::calendar::line_is_missing_after;
use crate::command::Answer;
use crate::event::Event;
use crate::payout::{PayoutState, PayoutStep, next_payout_state};
use crate::refusal::Refusal;
use crate::{BatchId, OrderId, PayoutId};

/// Refuses a payout that a batch does not hold.
pub(super) fn in_batch(batch: &PayoutBatch, payout: PayoutId) -> Result<(), Refusal> {
    if batch.payouts.contains(&payout) {
        Ok(())
    } else {
        let batch = batch.batch;
        Err(Refusal::NotInBatch { batch, payout })
    }
}

/// Records an answer as far as it says anything new: what the bank's own lines have proved, and what
/// has gone into a later file, is not moved by it.
pub(super) fn record(
    draft: &mut Draft<'_>,
    id: BatchId,
    answer: &BankAnswer,
) -> Result<Answer, Refusal> {
    let batch = draft.batch_of(id)?;
    let members: BTreeSet<PayoutId> = batch.payouts.iter().copied().collect();
    let rejected = answer.rejected.iter().map(|rejection| &rejection.payout);
    let named = answer
        .accepted
        .iter()
        .chain(&answer.unclear)
        .chain(rejected);
    if let Some(stranger) = named.into_iter().find(|payout| !members.contains(payout)) {
        let payout = *stranger;
        return Err(Refusal::NotInBatch { batch: id, payout });
    }
    match batch.state {
        BatchState::Written => {}
        // Everything is paid, or known to be refused.
        BatchState::Closed => return Ok(Answer::Batch(id)),
        BatchState::Voided => return Ok(of_a_void_file(draft, id, answer)),
        BatchState::Open | BatchState::Fixed | BatchState::Approved => {
            return Err(Refusal::BatchState {
                batch: id,
                state: batch.state,
                advice: "its file is not written, so the bank cannot have answered to it",
            });
        }
    }
    let news = news(draft, id, answer);
    let says_nothing =
        news.accepted.is_empty() && news.rejected.is_empty() && news.unclear.is_empty();
    if says_nothing {
        return Ok(Answer::Batch(id));
    }
    let rejected = news.rejected.clone();
    draft.record(Event::BankAnswered {
        batch: id,
        answer: news,
    });
    end_or_go_on(draft, id, answer, &rejected)?;
    Ok(Answer::Batch(id))
}

/// What of an answer the payouts' lives have room for.
fn news(draft: &Draft<'_>, id: BatchId, answer: &BankAnswer) -> BankAnswer {
    let takes = |payout: &PayoutId, step: PayoutStep| {
        draft.payout(*payout).is_some_and(|payout| {
            payout.batch == Some(id) && next_payout_state(payout.state, step).is_some()
        })
    };
    let of = |payouts: &[PayoutId], step: PayoutStep| -> Vec<PayoutId> {
        let fitting = payouts.iter().filter(|payout| takes(payout, step));
        fitting.copied().collect()
    };
    let fitting = |rejection: &&Rejection| takes(&rejection.payout, PayoutStep::Reject);
    BankAnswer {
        report: answer.report,
        accepted: of(&answer.accepted, PayoutStep::Accept),
        rejected: answer.rejected.iter().filter(fitting).cloned().collect(),
        unclear: of(&answer.unclear, PayoutStep::Lose),
        whole: answer.whole.clone(),
    }
}

/// A file that was rejected as a whole is void, and what it held is due again, except where the
/// payee is to blame: such a payout, and one that was rejected alone, waits until a person has
/// looked.
fn end_or_go_on(
    draft: &mut Draft<'_>,
    id: BatchId,
    answer: &BankAnswer,
    rejected: &[Rejection],
) -> Result<(), Refusal> {
    let orders: BTreeSet<OrderId> = rejected
        .iter()
        .filter_map(|rejection| draft.payout(rejection.payout))
        .filter_map(|payout| payout.facts.order)
        .collect();
    if let Some(word) = answer.whole.clone() {
        for rejection in rejected {
            if !is_about_the_payee(rejection.code.as_deref()) {
                draft.record(Event::PayoutDueAgain {
                    payout: rejection.payout,
                    reason: word.clone(),
                    attested_by: Vec::new(),
                });
            }
        }
        let batch = draft.batch_of(id)?;
        let ended = in_it(draft, batch)
            .all(|payout| matches!(payout.state, PayoutState::Due | PayoutState::Rejected));
        if ended && batch.seen.is_none() {
            record_void(draft, id, word, &[])?;
        }
    }
    close_batch(draft, id);
    for order in orders {
        stop_paying_out(draft, order);
    }
    Ok(())
}

/// The bank carries out what two people have declared unsent.
fn of_a_void_file(draft: &mut Draft<'_>, id: BatchId, answer: &BankAnswer) -> Answer {
    let known = draft
        .alarms()
        .any(|alarm| *alarm == crate::alarm::Alarm::VoidFileAccepted { batch: id });
    if !answer.accepted.is_empty() && !known {
        draft.record(Event::VoidFileAccepted {
            batch: id,
            report: answer.report,
        });
    }
    Answer::Batch(id)
}

/// The bank's lines of a batch have not come in time: nobody knows what became of its payouts, and
/// somebody is asked, on every banking day until it is known.
pub(super) fn ask_about(draft: &mut Draft<'_>, id: BatchId) -> Result<Answer, Refusal> {
    let batch = draft.batch_of(id)?;
    let until = batch.awaited.ok_or(Refusal::BatchState {
        batch: id,
        state: batch.state,
        advice: "nothing of it is awaited",
    })?;
    if draft.now <= until {
        return Err(Refusal::NotAwaited {
            batch: id,
            until: until.warsaw_text(),
        });
    }
    let again = asked_again(draft, id)?;
    draft.record(Event::BatchUnanswered { batch: id, again });
    Ok(Answer::Batch(id))
}

/// When somebody is asked about a batch again of which the bank says nothing now.
pub(super) fn asked_again(draft: &Draft<'_>, id: BatchId) -> Result<Moment, Refusal> {
    let hours = hours_of(draft, draft.batch_of(id)?.account)?;
    let tomorrow = draft.now.plus_seconds(86_400);
    Ok(line_is_missing_after(&hours, draft.now).unwrap_or(tomorrow))
}
