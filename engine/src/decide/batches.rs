//! Batches: which payouts leave together, and the one file that is written from them.

use std::collections::BTreeSet;

use kantor_model::Date;

use super::draft::Draft;
use super::reason_of;
use crate::batch::{BatchState, BatchStep, PayoutBatch, TransferFile, next_batch_state};
use crate::command::Answer;
use crate::event::Event;
use crate::order::OrderState;
use crate::payout::PayoutState;
use crate::refusal::Refusal;
use crate::{AccountId, BatchId, OrderId, PayoutId};

pub(super) fn make(
    draft: &mut Draft<'_>,
    account: AccountId,
    date: Date,
    without: &BTreeSet<PayoutId>,
) -> Result<Answer, Refusal> {
    draft.account_of(account)?;
    let from = (account, PayoutId(0));
    let to = (account, PayoutId(u64::MAX));
    let due = draft.seen.due.range(from..=to).map(|(_, payout)| *payout);
    let (left_out, payouts): (Vec<PayoutId>, Vec<PayoutId>) =
        due.partition(|payout| without.contains(payout));
    if payouts.is_empty() {
        return Err(if left_out.is_empty() {
            Refusal::NothingDue { account }
        } else {
            Refusal::NoPayees { account }
        });
    }
    let batch = BatchId(draft.last().batch + 1);
    draft.record(Event::BatchFixed {
        batch,
        account,
        date,
        payouts: payouts.clone(),
    });
    for payout in payouts {
        let Some(order) = draft.payout(payout).and_then(|payout| payout.facts.order) else {
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
    if let Some(payout) = paid_already(draft, batch) {
        return Err(Refusal::PaidMeanwhile { batch: id, payout });
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
    if let Some(payout) = paid_already(draft, batch) {
        return Err(Refusal::PaidMeanwhile { batch: id, payout });
    }
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
    // A file that exists may have been sent: two people must say that it was not, and the bank must
    // not say that it was.
    if batch.state == BatchState::Written {
        if let Some(payout) = paid_already(draft, batch) {
            return Err(Refusal::FileWasSent { batch: id, payout });
        }
        if !are_two_people(attested_by) {
            return Err(Refusal::NotAttested { batch: id });
        }
    }
    let orders: BTreeSet<OrderId> = batch
        .payouts
        .iter()
        .filter_map(|payout| draft.payout(*payout))
        .filter_map(|payout| payout.facts.order)
        .collect();
    draft.record(Event::BatchVoided {
        batch: id,
        reason,
        attested_by: attested_by.to_vec(),
    });
    for order in orders {
        if nothing_on_the_way(draft, order) {
            draft.record(Event::OrderPayOutStopped { order });
        }
    }
    Ok(Answer::Batch(id))
}

/// A payout of the batch that the bank has paid: by hand, or from an earlier file that was declared
/// void. It must not leave a second time.
fn paid_already(draft: &Draft<'_>, batch: &PayoutBatch) -> Option<PayoutId> {
    batch.payouts.iter().copied().find(|payout| {
        draft
            .payout(*payout)
            .is_some_and(|payout| payout.state == PayoutState::Paid)
    })
}

/// An order that pays out, and of which no payout is anywhere but due.
fn nothing_on_the_way(draft: &Draft<'_>, id: OrderId) -> bool {
    draft.order(id).is_some_and(|order| {
        order.state == OrderState::PayingOut
            && order
                .payouts
                .iter()
                .filter_map(|payout| draft.payout(*payout))
                .all(|payout| matches!(payout.state, PayoutState::Due | PayoutState::Withdrawn))
    })
}

fn are_two_people(names: &[String]) -> bool {
    let plain = |name: &String| name.trim().to_lowercase();
    match names {
        [first, second] => {
            let (first, second) = (plain(first), plain(second));
            first != second && !first.is_empty() && !second.is_empty()
        }
        _ => false,
    }
}
