//! Taking an import back (F12): everything that a file brought goes, with whatever came of it, as
//! long as nothing was booked after it on its accounts and no money went out because of it.

use kantor_model::Money;

use super::draft::Draft;
use super::reason_of;
use super::statements::postings;
use super::withdraw::{Gone, withdraw};
use crate::chain::ChainStep;
use crate::command::Answer;
use crate::event::Event;
use crate::ledger::{LedgerAccount, movement};
use crate::matching::Question;
use crate::payout::PayoutState;
use crate::policy::Provisional;
use crate::refusal::Refusal;
use crate::snapshot::{OfficeAccount, Settled};
use crate::{AccountId, Digest, LineId, PayoutId, StatementId};

/// Takes a file's statements back, the last one first, each together with what its lines led to.
pub(super) fn undo_import(
    draft: &mut Draft<'_>,
    file: Digest,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let seen = draft.seen;
    let statements: Vec<(StatementId, AccountId)> = seen
        .booked
        .iter()
        .filter(|(_, booked)| booked.facts.file == file)
        .map(|(statement, booked)| (*statement, booked.facts.account))
        .collect();
    let of_it = (file, 0)..=(file, u32::MAX);
    if statements.is_empty() && seen.archived.range(of_it).next().is_none() {
        return Err(Refusal::NoImport { file });
    }
    draft.record(Event::ImportUndone { file, reason });
    for (statement, account) in statements.into_iter().rev() {
        undo_statement(draft, statement, account)?;
    }
    Ok(Answer::Done)
}

fn undo_statement(
    draft: &mut Draft<'_>,
    statement: StatementId,
    id: AccountId,
) -> Result<(), Refusal> {
    let account = draft.account_of(id)?.clone();
    let last = account.steps.back();
    let step = last.filter(|step| step.statement == statement);
    let step = step.ok_or(Refusal::BookedSince {
        account: id,
        statement,
    })?;
    let change = step.undoing(account.lines, account.balance);
    for ordinal in &change.withdrawn {
        take_out(draft, line_of(id, *ordinal))?;
    }
    let mut questions: Vec<(u64, Question)> = Vec::new();
    for ordinal in waits_again(draft, &account, step) {
        take_out(draft, line_of(id, ordinal))?;
        let place = change.place_of(ordinal);
        questions.extend(place.map(|place| (place, Question::NotProvedYet)));
    }
    let back = step.change.withdrawn.iter();
    questions.extend(back.map(|ordinal| (*ordinal, Question::NotProvedYet)));
    questions.sort_by_key(|(ordinal, _)| *ordinal);
    questions.dedup_by_key(|(ordinal, _)| *ordinal);
    let postings = postings(&account, &change)?;
    draft.record_with(
        Event::StatementUndone {
            statement,
            account: id,
            change,
            questions,
        },
        postings,
    );
    Ok(())
}

/// The lines that were there before the statement and that it proved: where unproved money waits,
/// they wait again.
fn waits_again(draft: &Draft<'_>, account: &OfficeAccount, step: &ChainStep) -> Vec<u64> {
    match draft.policy().provisional {
        Provisional::Fund => Vec::new(),
        Provisional::Wait => (step.proved_through.saturating_add(1)..=account.proved_through)
            .filter(|ordinal| step.change.origin_of(*ordinal).is_some())
            .collect(),
    }
}

fn line_of(account: AccountId, ordinal: u64) -> LineId {
    LineId { account, ordinal }
}

/// Undoes whatever came of a line; refused where money is out because of it.
fn take_out(draft: &mut Draft<'_>, line: LineId) -> Result<(), Refusal> {
    let settled = draft.settled(line).cloned();
    for part in settled.iter().flat_map(Settled::parts) {
        if let Settled::Refunded(payout) = part {
            stays_here(draft, line, *payout)?;
        }
    }
    let before = draft.events().len();
    withdraw(draft, line, Gone::Undone)?;
    let alarmed = draft.events().iter().skip(before).any(|recorded| {
        matches!(
            recorded.event,
            Event::FundsMissing { .. } | Event::PaidTwice { .. }
        )
    });
    if alarmed {
        Err(Refusal::MoneyIsOut { line })
    } else {
        Ok(())
    }
}

/// Money that was to go back to its source does not, as long as it has not gone out.
fn stays_here(draft: &mut Draft<'_>, line: LineId, id: PayoutId) -> Result<(), Refusal> {
    let payout = draft.known_payout(id)?;
    if payout.state != PayoutState::Due {
        return Err(Refusal::MoneyIsOut { line });
    }
    let amount: Money = payout.facts.amount;
    let postings = movement(LedgerAccount::Suspense, LedgerAccount::PayoutsDue, amount)?;
    draft.record(Event::PayoutWithdrawn { payout: id });
    let reason = Gone::Undone.reason();
    draft.record_with(Event::LineBookingReversed { line, reason }, postings.into());
    Ok(())
}
