//! Events about money that goes out, read field by field.

use crate::Checks;
use crate::events::Event;
use crate::log::At;
use crate::office::Office;
use crate::payouts::Due;
use crate::values::Moves;

pub(crate) fn payouts(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    let payout_and_line = || event.read(|event| Ok((event.get("payout")?, event.get("line")?)));
    match at.kind {
        "PayoutDue" => {
            let due = event.read(|event| event.inside("facts", Due::read))?;
            office.payout_due(at, &due)
        }
        "PayoutWithdrawn" => {
            let payout = event.read(|event| event.get("payout"))?;
            office.payout_withdrawn(at, payout)
        }
        "PayoutPaid" => {
            let (payout, line) = payout_and_line()?;
            office.payout_paid(at, payout, line)
        }
        "PayoutUnproved" => {
            let (payout, (order, line)) = event.read(|event| {
                let of = (event.get("order")?, event.get("line")?);
                Ok((event.get("payout")?, of))
            })?;
            office.payout_unproved(at, payout, order, line)
        }
        "PaidTwice" => {
            let (payout, line) = payout_and_line()?;
            office.paid_twice(at, payout, line)
        }
        "PaidWithoutFile" => {
            let (payout, line) = payout_and_line()?;
            office.paid_without_file(at, payout, line)
        }
        "PaidFromVoidFile" => {
            let (payout, (line, batch)) = event.read(|event| {
                let by = (event.get("line")?, event.get("batch")?);
                Ok((event.get("payout")?, by))
            })?;
            office.paid_from_void_file(at, payout, line, batch)
        }
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}

pub(crate) fn batches(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "BatchFixed" => {
            let fixed = event.read(crate::batches::Fixed::read)?;
            office.batch_fixed(at, fixed)
        }
        "BatchApproved" => {
            let batch = event.read(|event| event.get("batch"))?;
            office.batch_approved(at, batch)
        }
        "BatchWritten" => {
            let (batch, file) = event.read(|event| {
                let file = event.inside("file", crate::transfers::File::read)?;
                Ok((event.get("batch")?, file))
            })?;
            office.batch_written(at, batch, &file)
        }
        "BatchProposed" => {
            let (batch, file) = event.read(|event| {
                let file = event.inside("file", crate::transfers::File::read)?;
                Ok((event.get("batch")?, file))
            })?;
            office.batch_proposed(at, batch, &file)
        }
        "BatchAwaited" => {
            let (batch, until, names) = event.read(|event| {
                let names = event.get("names")?;
                Ok((event.get("batch")?, event.get("until")?, names))
            })?;
            office.batch_awaited(at, batch, until, names)
        }
        "BankAnswered" => {
            let (batch, answer) = event.read(|event| {
                let answer = event.inside("answer", crate::sent::Answer::read)?;
                Ok((event.get("batch")?, answer))
            })?;
            office.bank_answered(at, batch, &answer)
        }
        "BatchUnanswered" => {
            let (batch, again) =
                event.read(|event| Ok((event.get("batch")?, event.get("again")?)))?;
            office.batch_unanswered(at, batch, again)
        }
        "BatchVoided" => {
            let (batch, reason, people) = event.read(|event| {
                let reason: String = event.get("reason")?;
                let people: Vec<String> = event.get("attested_by")?;
                Ok((event.get("batch")?, reason, people))
            })?;
            office.batch_voided(at, batch, &reason, &people)
        }
        "BatchClosed" => {
            let batch = event.read(|event| event.get("batch"))?;
            office.batch_closed(at, batch)
        }
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}

/// Rules for what is sent, and alarms.
pub(crate) fn sent(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "PayoutRulesSet" => {
            let rules = event.read(|event| event.inside("rules", crate::sent::Rules::read))?;
            office.payout_rules_set(at, &rules)
        }
        "AlarmClosed" => {
            let (alarm, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok((event.get("alarm")?, reason))
            })?;
            office.alarm_closed(at, alarm, &reason)
        }
        "VoidFileAccepted" => {
            let (batch, report) =
                event.read(|event| Ok((event.get("batch")?, event.get("report")?)))?;
            office.void_file_accepted(at, batch, &report)
        }
        _ => {
            let (order, receipt, line) = event.read(|event| {
                let lines = (event.get("receipt")?, event.get("line")?);
                Ok((event.get("order")?, lines.0, lines.1))
            })?;
            office.reversed_too_late(at, order, receipt, line)
        }
    }
}

/// Money that went out and what became of it.
pub(crate) fn after(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "PayoutsPaid" => {
            let ((batch, line), payouts, twice) = event.read(|event| {
                let of = (event.get("batch")?, event.get("line")?);
                Ok((of, event.get("payouts")?, event.get("twice")?))
            })?;
            office.payouts_paid(at, batch, line, payouts, twice)
        }
        "PayoutReturned" => {
            let it = event.read(|event| {
                Ok(crate::back::CameBack {
                    payout: event.get("payout")?,
                    line: event.get("line")?,
                    code: event.get("code")?,
                    cost: event.get("cost")?,
                    reason: event.get("reason")?,
                })
            })?;
            office.payout_returned(at, it)
        }
        "PayeeCorrected" => {
            let it = event.read(|event| {
                Ok(crate::sent::Corrected {
                    payout: event.get("payout")?,
                    payee: event.get("payee")?,
                    reason: event.get("reason")?,
                    second_factor: event.get("second_factor")?,
                })
            })?;
            office.payee_corrected(at, &it)
        }
        "PayoutDueAgain" => {
            let it = event.read(|event| {
                Ok(crate::sent::DueAgain {
                    payout: event.get("payout")?,
                    reason: event.get("reason")?,
                    attested_by: event.get("attested_by")?,
                })
            })?;
            office.payout_due_again(at, &it)
        }
        _ => {
            let it = event.read(|event| {
                Ok(crate::back::Reversal {
                    receipt: event.get("receipt")?,
                    order: event.get("order")?,
                    line: event.get("line")?,
                    reason: event.get("reason")?,
                })
            })?;
            office.receipt_reversed(at, &it)
        }
    }
}
