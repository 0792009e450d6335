//! Batches: which payouts leave together, and the one file that is written from them.

use std::collections::BTreeSet;

use kantor_model::{Currency, Date, Moment, Money};

use super::draft::Draft;
use super::reason_of;
use crate::alarm::Alarm;
use crate::bank_answer::{FileName, SeenBatch};
use crate::batch::{BatchState, BatchStep, PayoutBatch, TransferFile, next_batch_state};
use crate::calendar::{BankHours, Rail, line_is_missing_after, transit, usual_hours};
use crate::command::{Answer, WantedBatch};
use crate::event::Event;
use crate::order::OrderState;
use crate::payout::{Payout, PayoutState};
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
    let stopped = Stopped::now(draft);
    let due: Vec<PayoutId> = draft.seen.due.range(from..=to).map(|due| due.1).collect();
    // An earlier batch of the same act has taken some already.
    let still = |id: &PayoutId| {
        let state = draft.payout(*id).map(|payout| payout.state);
        state == Some(PayoutState::Due)
    };
    let (stopped, due): (Vec<PayoutId>, Vec<PayoutId>) = due
        .into_iter()
        .filter(still)
        .partition(|id| stopped.why(draft, *id).is_some());
    let (left_out, payouts): (Vec<PayoutId>, Vec<PayoutId>) =
        due.into_iter().partition(|id| without.contains(id));
    if payouts.is_empty() {
        return Err(if !left_out.is_empty() {
            Refusal::NoPayees { account }
        } else if !stopped.is_empty() {
            Refusal::AlarmOpen { account }
        } else {
            Refusal::NothingDue { account }
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

/// Several batches in one act. An account of which nothing is due has none; when nothing is due at
/// all, the act is refused as that of its first account.
pub(super) fn make_all(draft: &mut Draft<'_>, wanted: &[WantedBatch]) -> Result<Answer, Refusal> {
    let mut made = Vec::new();
    let mut refused = None;
    for batch in wanted {
        match make(draft, batch.account, batch.date, &batch.without) {
            Ok(Answer::Batch(id)) => made.push(id),
            Ok(_) => {}
            Err(
                why @ (Refusal::NothingDue { .. }
                | Refusal::NoPayees { .. }
                | Refusal::AlarmOpen { .. }),
            ) => {
                refused = refused.or(Some(why));
            }
            Err(why) => return Err(why),
        }
    }
    match refused {
        Some(why) if made.is_empty() => Err(why),
        Some(_) | None => Ok(Answer::Batches(made)),
    }
}

/// What must not leave while an alarm about it is open.
struct Stopped {
    orders: BTreeSet<OrderId>,
    files: BTreeSet<BatchId>,
}

impl Stopped {
    fn now(draft: &Draft<'_>) -> Stopped {
        let mut stopped = Stopped {
            orders: BTreeSet::new(),
            files: BTreeSet::new(),
        };
        for alarm in draft.alarms() {
            match alarm {
                Alarm::ReversedTooLate { order, .. } => {
                    stopped.orders.insert(*order);
                }
                Alarm::VoidFileAccepted { batch } => {
                    stopped.files.insert(*batch);
                }
                Alarm::PaidTwice { .. }
                | Alarm::PaidWithoutFile { .. }
                | Alarm::PaidFromVoidFile { .. } => {}
            }
        }
        stopped
    }

    /// Why a payout must not leave now.
    fn why(&self, draft: &Draft<'_>, id: PayoutId) -> Option<Why> {
        let payout = draft.payout(id)?;
        if payout.state == PayoutState::Paid {
            Some(Why::Paid)
        } else if payout
            .facts
            .order
            .is_some_and(|order| self.orders.contains(&order))
        {
            Some(Why::FundsTakenBack)
        } else if payout
            .void_file
            .is_some_and(|file| self.files.contains(&file))
        {
            Some(Why::VoidFileAccepted)
        } else {
            None
        }
    }
}

enum Why {
    Paid,
    FundsTakenBack,
    VoidFileAccepted,
}

/// Refuses to let a batch go with a payout that has left by hand or from an earlier file, or must
/// not leave: it would be paid twice, or without its money.
fn may_leave(draft: &Draft<'_>, batch: &PayoutBatch) -> Result<(), Refusal> {
    let stopped = Stopped::now(draft);
    let id = batch.batch;
    for payout in &batch.payouts {
        let payout = *payout;
        match stopped.why(draft, payout) {
            None => {}
            Some(Why::Paid) => return Err(Refusal::PaidMeanwhile { batch: id, payout }),
            Some(Why::FundsTakenBack) => {
                return Err(Refusal::FundsTakenBack { batch: id, payout });
            }
            Some(Why::VoidFileAccepted) => {
                return Err(Refusal::VoidFileAccepted { batch: id, payout });
            }
        }
    }
    Ok(())
}

/// What leaves with a batch.
fn sum_of(draft: &Draft<'_>, batch: &PayoutBatch) -> Result<Money, Refusal> {
    let currency = draft.account_of(batch.account)?.currency();
    let payouts = batch.payouts.iter().filter_map(|id| draft.payout(*id));
    Ok(Money::sum(
        currency,
        payouts.map(|payout| payout.facts.amount),
    )?)
}

/// Shows the approver the file that will be sent. The same file again changes nothing; until the
/// batch is approved another file may take its place.
pub(super) fn propose(
    draft: &mut Draft<'_>,
    id: BatchId,
    file: &TransferFile,
) -> Result<Answer, Refusal> {
    let batch = draft.batch_of(id)?;
    may(
        batch,
        BatchStep::Approve,
        "a file is proposed before the batch is approved",
    )?;
    let proposed = batch.proposed.as_ref();
    if proposed.is_none_or(|(known, _)| known.digest != file.digest) {
        draft.record(Event::BatchProposed {
            batch: id,
            file: file.clone(),
        });
    }
    Ok(Answer::Batch(id))
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

pub(super) fn approve(
    draft: &mut Draft<'_>,
    id: BatchId,
    seen: Option<&SeenBatch>,
) -> Result<Answer, Refusal> {
    let batch = draft.batch_of(id)?;
    may(
        batch,
        BatchStep::Approve,
        "only a batch that was just made can be approved",
    )?;
    four_eyes(draft, batch, seen)?;
    may_leave(draft, batch)?;
    draft.record(Event::BatchApproved { batch: id });
    Ok(Answer::Batch(id))
}

/// Whoever approves is another than the one who made the batch or its file, where the policy or the
/// limit says so, and approves what he saw.
fn four_eyes(
    draft: &Draft<'_>,
    batch: &PayoutBatch,
    seen: Option<&SeenBatch>,
) -> Result<(), Refusal> {
    let id = batch.batch;
    let sum = sum_of(draft, batch)?;
    let rules = &draft.seen.payout_rules;
    let limit = rules.limit_for(sum).filter(|_| rules.is_above(sum));
    let proposed = batch.proposed.as_ref();
    if draft.policy().four_eyes || limit.is_some() {
        let made_the_file = proposed.is_some_and(|(_, by)| by == draft.by);
        if batch.made_by == *draft.by || made_the_file {
            return Err(Refusal::FourEyes { batch: id });
        }
    }
    if let Some(limit) = limit
        && proposed.is_none()
    {
        return Err(Refusal::NoFileToApprove { batch: id, limit });
    }
    let count = batch.payouts.len() as u64;
    let is_what_it_is = |seen: &SeenBatch| {
        let file = proposed.map(|(file, _)| file.digest);
        seen.count == count && seen.sum == sum && seen.file == file
    };
    if seen.map_or(limit.is_none(), is_what_it_is) {
        Ok(())
    } else {
        Err(Refusal::SeenOtherwise {
            batch: id,
            count,
            sum,
        })
    }
}

pub(super) fn write(
    draft: &mut Draft<'_>,
    id: BatchId,
    file: &TransferFile,
    names: &[FileName],
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
    let shown = batch.proposed.as_ref();
    if shown.is_some_and(|(shown, _)| shown.digest != file.digest) {
        return Err(Refusal::OtherFile { batch: id });
    }
    is_its_own(draft, batch, file)?;
    may_leave(draft, batch)?;
    for payout in names.iter().flat_map(|name| &name.payouts) {
        super::answers::in_batch(batch, *payout)?;
    }
    let until = missing_after(draft, batch)?;
    draft.record(Event::BatchWritten {
        batch: id,
        file: file.clone(),
    });
    draft.record(Event::BatchAwaited {
        batch: id,
        until,
        names: names.to_vec(),
    });
    Ok(Answer::Batch(id))
}

/// Refuses the bytes of another batch's file, unless that one is void: what is paid again on the same
/// day, to the same payee, may be written in the very same bytes.
fn is_its_own(draft: &Draft<'_>, batch: &PayoutBatch, file: &TransferFile) -> Result<(), Refusal> {
    let batch = batch.batch;
    let other = draft.seen.files.get(&file.digest).copied();
    match other.filter(|other| *other != batch) {
        Some(other) if draft.batch_of(other)?.state != BatchState::Voided => {
            Err(Refusal::FileOfAnother { batch, other })
        }
        Some(_) | None => Ok(()),
    }
}

/// The hours of the bank that holds an account: as the office knows them, else as the program does.
pub(super) fn hours_of(draft: &Draft<'_>, account: AccountId) -> Result<BankHours, Refusal> {
    let bank = draft.account_of(account)?.iban.bank().map(|bank| bank.id);
    let rules = &draft.seen.payout_rules;
    let own = bank.and_then(|bank| rules.hours_of(bank)).cloned();
    Ok(own.unwrap_or_else(|| usual_hours(bank)))
}

/// The moment after which the bank's lines of a batch are missing, when its file is sent now.
fn missing_after(draft: &Draft<'_>, batch: &PayoutBatch) -> Result<Moment, Refusal> {
    const A_LONG_WEEKEND: i64 = 4 * 86_400;
    let hours = hours_of(draft, batch.account)?;
    let currency = draft.account_of(batch.account)?.currency();
    let rail = if currency == Currency::PLN {
        Rail::Elixir
    } else {
        Rail::Abroad
    };
    let leaves = transit(rail, &hours, &hours, batch.date, draft.now);
    Ok(leaves
        .and_then(|transit| line_is_missing_after(&hours, transit.leaves))
        .unwrap_or_else(|| draft.now.plus_seconds(A_LONG_WEEKEND)))
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
        if let Some(payout) = batch.seen.or_else(|| paid_already(draft, batch)) {
            return Err(Refusal::FileWasSent { batch: id, payout });
        }
        let accepted = in_it(draft, batch).find(|payout| payout.state == PayoutState::Accepted);
        if let Some(payout) = accepted.map(|payout| payout.facts.payout) {
            return Err(Refusal::BankHasIt { batch: id, payout });
        }
        if !are_two_people(attested_by) {
            return Err(Refusal::NotAttested { batch: id });
        }
    }
    record_void(draft, id, reason, attested_by)?;
    Ok(Answer::Batch(id))
}

/// Voids a batch, and lets the orders go back of which nothing is on its way any more.
pub(super) fn record_void(
    draft: &mut Draft<'_>,
    id: BatchId,
    reason: String,
    attested_by: &[String],
) -> Result<(), Refusal> {
    let batch = draft.batch_of(id)?;
    let orders: BTreeSet<OrderId> = in_it(draft, batch)
        .filter_map(|payout| payout.facts.order)
        .collect();
    draft.record(Event::BatchVoided {
        batch: id,
        reason,
        attested_by: attested_by.to_vec(),
    });
    for order in orders {
        stop_paying_out(draft, order);
    }
    Ok(())
}

/// The payouts of a batch that have not gone into a later one.
pub(super) fn in_it<'a>(
    draft: &'a Draft<'_>,
    batch: &'a PayoutBatch,
) -> impl Iterator<Item = &'a Payout> {
    let payouts = batch.payouts.iter().filter_map(|id| draft.payout(*id));
    payouts.filter(|payout| payout.batch == Some(batch.batch))
}

/// Closes a batch of which nothing is open any more. Asked once a statement or an answer, not once a
/// line: a batch of many payouts is confirmed by a statement of many lines.
pub(super) fn close_batch(draft: &mut Draft<'_>, id: BatchId) {
    let Ok(batch) = draft.batch_of(id) else {
        return;
    };
    let nothing_is_open = in_it(draft, batch).all(|payout| match payout.state {
        PayoutState::Paid
        | PayoutState::Rejected
        | PayoutState::Returned
        | PayoutState::Due
        | PayoutState::Withdrawn => true,
        PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown => false,
    });
    if nothing_is_open && next_batch_state(batch.state, BatchStep::Close).is_some() {
        draft.record(Event::BatchClosed { batch: id });
    }
}

/// An order of which every payout is due again may be changed, cancelled or paid as before.
pub(super) fn stop_paying_out(draft: &mut Draft<'_>, order: OrderId) {
    if nothing_on_the_way(draft, order) {
        draft.record(Event::OrderPayOutStopped { order });
    }
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

pub(super) fn are_two_people(names: &[String]) -> bool {
    let plain = |name: &String| name.trim().to_lowercase();
    match names {
        [first, second] => {
            let (first, second) = (plain(first), plain(second));
            first != second && !first.is_empty() && !second.is_empty()
        }
        _ => false,
    }
}
