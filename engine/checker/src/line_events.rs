//! Events about statements and their lines, and who looks at them.

use crate::Checks;
use crate::chain::{Booking, Change, Facts};
use crate::events::Event;
use crate::explained::{Evidence, Explained};
use crate::log::At;
use crate::office::Office;
use crate::values::{Moves, Question};

pub(crate) fn lines(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "StatementBooked" => {
            let (booking, questions) = event.read(|event| {
                Ok((
                    event.inside("booking", Booking::read)?,
                    event.get("questions")?,
                ))
            })?;
            office.statement_booked(at, &booking, questions)
        }
        "StatementArchived" => {
            let (account, why) = event.read(|event| {
                if event.holds("facts") {
                    let facts = event.inside("facts", Facts::read)?;
                    return Ok((facts.account, event.value("why")?));
                }
                event.get::<crate::Digest>("file")?;
                event.get::<u32>("index")?;
                Ok((event.get("account")?, event.value("why")?))
            })?;
            office.statement_archived(at, account, why)
        }
        "ImportUndone" => {
            let (file, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok((event.get("file")?, reason))
            })?;
            office.import_undone(at, file, &reason)
        }
        "StatementUndone" => {
            let (of, change, questions) = event.read(|event| {
                let of = (event.get("statement")?, event.get("account")?);
                let change = event.inside("change", Change::read)?;
                let questions: Vec<(u64, Question)> = event.get("questions")?;
                Ok((of, change, questions))
            })?;
            office.statement_undone(at, of, &change, &questions)
        }
        "ReceiptWithdrawn" => {
            let of = event.read(|event| Ok((event.get("line")?, event.get("order")?)))?;
            office.receipt_withdrawn(at, of.0, of.1)
        }
        "FundsMissing" => {
            let (line, (order, amount)) = event.read(|event| {
                let of = (event.get("order")?, event.get("amount")?);
                Ok((event.get("line")?, of))
            })?;
            office.funds_missing(at, line, order, amount)
        }
        "ReceiptAllocated" => {
            let receipt = event.read(crate::judge::Receipt::read)?;
            office.receipt_allocated(at, &receipt)
        }
        "ReceiptReleased" => {
            let (line, order, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok((event.get("line")?, event.get("order")?, reason))
            })?;
            office.receipt_released(at, line, order, &reason)
        }
        "LineBooked" => {
            let (line, account, amount, reason) = event.read(|event| {
                let account: String = event.get("account")?;
                let reason: String = event.get("reason")?;
                Ok((event.get("line")?, account, event.get("amount")?, reason))
            })?;
            office.line_booked(at, line, &account, amount, &reason)
        }
        "LineBookingReversed" => {
            let (line, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok((event.get("line")?, reason))
            })?;
            office.line_booking_reversed(at, line, &reason)
        }
        _ => suspense(office, at, event),
    }
}

fn suspense(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "LinesExplained" => {
            let (account, lines): (u64, Vec<Explained>) =
                event.read(|event| Ok((event.get("account")?, event.get("lines")?)))?;
            office.lines_explained(at, account, &lines)
        }
        "LineAssigned" => {
            let line = event.read(|event| {
                event.get::<Option<String>>("owner")?;
                event.get("line")
            })?;
            office.line_assigned(at, line)
        }
        "LineRefunded" => {
            let (line, reason, (payout, amount)) = event.read(|event| {
                let reason: String = event.get("reason")?;
                let of = (event.get("payout")?, event.get("amount")?);
                Ok((event.get("line")?, reason, of))
            })?;
            office.line_refunded(at, line, payout, amount, &reason)
        }
        "OwnTransferPaired" => {
            let (lines, amount, reason) = event.read(|event| {
                let evidence: Vec<Evidence> = event.get("evidence")?;
                let reason: Option<String> = event.get("reason")?;
                let lines = (event.get("debit")?, event.get("credit")?);
                let amount = event.get("amount")?;
                Ok((lines, amount, (evidence, reason)))
            })?;
            match reason {
                (evidence, None) => office.own_found(at, lines, amount, &evidence),
                (evidence, reason) => {
                    let reason = reason.filter(|_| evidence.is_empty());
                    office.own_paired(at, lines, amount, reason.as_deref())
                }
            }
        }
        "OwnTransferUnpaired" => {
            let (lines, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok(((event.get("debit")?, event.get("credit")?), reason))
            })?;
            office.own_unpaired(at, lines, &reason)
        }
        "LineClassified" => {
            let (line, (account, amount), (rule, version), day) = event.read(|event| {
                let account: String = event.get("account")?;
                let rule: String = event.get("rule")?;
                let by = (rule, event.get("rules_version")?);
                let what = (account, event.get("amount")?);
                Ok((event.get("line")?, what, by, event.get("booked_on")?))
            })?;
            office.line_classified(at, line, (&account, amount), (&rule, version), day)
        }
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}
