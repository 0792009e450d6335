//! Batches: which payouts leave together, and the one file that is written from them.

use kantor_model::Date;

use super::draft::Draft;
use super::reason_of;
use crate::batch::{BatchState, BatchStep, PayoutBatch, TransferFile, next_batch_state};
use crate::command::Answer;
use crate::event::Event;
use crate::matching::Book;
use crate::order::OrderState;
use crate::refusal::Refusal;
use crate::{AccountId, BatchId, PayoutId};

pub(super) fn make(
    draft: &mut Draft<'_>,
    account: AccountId,
    date: Date,
) -> Result<Answer, Refusal> {
    draft.account_of(account)?;
    let from = (account, PayoutId(0));
    let to = (account, PayoutId(u64::MAX));
    let payouts: Vec<PayoutId> = draft
        .seen
        .due
        .range(from..=to)
        .map(|(_, payout)| *payout)
        .collect();
    if payouts.is_empty() {
        return Err(Refusal::NothingDue { account });
    }
    let batch = BatchId(draft.last().batch + 1);
    draft.record(Event::BatchFixed {
        batch,
        account,
        date,
        payouts: payouts.clone(),
    });
    for payout in payouts {
        let Some(order) = draft.payout(payout).map(|payout| payout.facts.order) else {
            continue;
        };
        let funded = draft
            .order(order)
            .is_some_and(|order| order.state == OrderState::Funded);
        if funded {
            draft.record(Event::OrderPayingOut { order });
        }
    }
    Ok(Answer::Batch(batch))
}

fn may(batch: &PayoutBatch, step: BatchStep, advice: &'static str) -> Result<(), Refusal> {
    match next_batch_state(batch.state, step) {
        Some(_) => Ok(()),
        None => Err(Refusal::BatchState {
            batch: batch.batch,
            state: batch.state,
            advice,
        }),
    }
}

pub(super) fn approve(draft: &mut Draft<'_>, id: BatchId) -> Result<Answer, Refusal> {
    let batch = draft.batch_of(id)?;
    may(
        batch,
        BatchStep::Approve,
        "only a batch that was just made can be approved",
    )?;
    if draft.policy().four_eyes && batch.made_by == *draft.by {
        return Err(Refusal::FourEyes { batch: id });
    }
    draft.record(Event::BatchApproved { batch: id });
    Ok(Answer::Batch(id))
}

pub(super) fn write(
    draft: &mut Draft<'_>,
    id: BatchId,
    file: &TransferFile,
) -> Result<Answer, Refusal> {
    let batch = draft.batch_of(id)?;
    if let Some(written) = &batch.file {
        // The same bytes again are the same export; other bytes would be a second one (law 4).
        return if written.digest == file.digest && batch.state != BatchState::Voided {
            Ok(Answer::Batch(id))
        } else {
            Err(Refusal::SecondExport { batch: id })
        };
    }
    may(batch, BatchStep::Write, "approve it first")?;
    draft.record(Event::BatchWritten {
        batch: id,
        file: file.clone(),
    });
    Ok(Answer::Batch(id))
}

pub(super) fn void(
    draft: &mut Draft<'_>,
    id: BatchId,
    reason: &str,
    attested_by: &[String],
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let batch = draft.batch_of(id)?;
    may(
        batch,
        BatchStep::Void,
        "its payouts have been paid, or it was voided before",
    )?;
    // A file that exists may have been sent: two people must say that it was not.
    let two_people = match attested_by {
        [first, second] => {
            first.trim() != second.trim() && !first.trim().is_empty() && !second.trim().is_empty()
        }
        _ => false,
    };
    if batch.state == BatchState::Written && !two_people {
        return Err(Refusal::NotAttested { batch: id });
    }
    draft.record(Event::BatchVoided {
        batch: id,
        reason,
        attested_by: attested_by.to_vec(),
    });
    Ok(Answer::Batch(id))
}
