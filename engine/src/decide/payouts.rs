//! Payouts that did not end as they should: corrected, owed again, alarms; and the rules for them.

use std::collections::BTreeSet;

use super::batches::{are_two_people, close_batch, stop_paying_out};
use super::draft::Draft;
use super::reason_of;
use crate::alarm::AlarmId;
use crate::calendar::BankHours;
use crate::command::Answer;
use crate::event::{Actor, Event};
use crate::payout::{Payee, Payout, PayoutKind, PayoutState};
use crate::payout_rules::PayoutRules;
use crate::refusal::Refusal;
use crate::{CustomerAccountId, PayoutId};

/// Pays a rejected or returned payout to another account of the customer: he says so himself with
/// his second factor, or the office does with a reason. It is due again under the same identity.
pub(super) fn correct_payee(
    draft: &mut Draft<'_>,
    id: PayoutId,
    account: CustomerAccountId,
    reason: &str,
    second_factor: bool,
) -> Result<Answer, Refusal> {
    let payout = draft.known_payout(id)?;
    let Some(order) = payout.facts.order else {
        return Err(Refusal::RefundToPayerOnly { payout: id });
    };
    let order = draft.order_of(order)?;
    let customer = order.facts.customer;
    let reason = match draft.by {
        // Somebody else's payouts do not exist for him.
        Actor::Customer(own) if *own != customer => return Err(Refusal::NoPayout { payout: id }),
        Actor::Customer(_) if !second_factor => return Err(Refusal::SecondFactor { payout: id }),
        Actor::Customer(_) => reason.trim().to_owned(),
        Actor::Staff(_) | Actor::System => reason_of(reason)?,
    };
    if payout.facts.kind != PayoutKind::Exchange {
        return Err(Refusal::RefundToPayerOnly { payout: id });
    }
    match payout.state {
        PayoutState::Rejected | PayoutState::Returned => {}
        PayoutState::Due
        | PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Paid
        | PayoutState::Withdrawn => {
            return Err(wrong_state(
                &payout,
                "its payee is corrected when the bank has refused it or sent it back",
            ));
        }
    }
    let currency = payout.facts.amount.currency();
    let own = draft.seen.customer_accounts.get(&account);
    if own.is_none_or(|own| own.customer != customer || own.currency != currency) {
        return Err(Refusal::NotTheCustomersAccount {
            customer,
            account,
            currency,
        });
    }
    draft.record(Event::PayeeCorrected {
        payout: id,
        payee: Payee::CustomerAccount(account),
        reason: reason.clone(),
        second_factor,
    });
    due_again(draft, &payout, reason, &[]);
    Ok(Answer::Done)
}

/// Owes a payout again as it is: one person where the bank refused it or sent it back; two where
/// nobody knows, and they attest that it never left.
pub(super) fn pay_again(
    draft: &mut Draft<'_>,
    id: PayoutId,
    reason: &str,
    attested_by: &[String],
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let payout = draft.known_payout(id)?;
    match payout.state {
        PayoutState::Rejected | PayoutState::Returned => {}
        PayoutState::Unknown => {
            if !are_two_people(attested_by) {
                return Err(Refusal::PayoutNotAttested { payout: id });
            }
        }
        PayoutState::Due
        | PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Paid
        | PayoutState::Withdrawn => {
            return Err(wrong_state(
                &payout,
                "only what the bank refused, sent back or does not answer for is paid again",
            ));
        }
    }
    due_again(draft, &payout, reason, attested_by);
    Ok(Answer::Done)
}

fn due_again(draft: &mut Draft<'_>, payout: &Payout, reason: String, attested_by: &[String]) {
    draft.record(Event::PayoutDueAgain {
        payout: payout.facts.payout,
        reason,
        attested_by: attested_by.to_vec(),
    });
    if let Some(batch) = payout.batch {
        close_batch(draft, batch);
    }
    if let Some(order) = payout.facts.order {
        stop_paying_out(draft, order);
    }
}

/// A step that a payout's state does not have.
pub(super) fn wrong_state(payout: &Payout, advice: &'static str) -> Refusal {
    Refusal::PayoutStep {
        payout: payout.facts.payout,
        state: payout.state,
        advice,
    }
}

/// A person says what was done about an alarm. It moves no money: that is done by the acts for it.
pub(super) fn close_alarm(
    draft: &mut Draft<'_>,
    alarm: AlarmId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    if !draft.seen.alarms.contains_key(&alarm) {
        return Err(Refusal::NoAlarm { alarm });
    }
    draft.record(Event::AlarmClosed { alarm, reason });
    Ok(Answer::Done)
}

pub(super) fn set_rules(draft: &mut Draft<'_>, rules: &PayoutRules) -> Result<Answer, Refusal> {
    let what = |what| Refusal::PayoutRules { what };
    let limits: BTreeSet<_> = rules
        .four_eyes_above
        .iter()
        .map(|limit| limit.currency())
        .collect();
    if limits.len() != rules.four_eyes_above.len() {
        return Err(what("a currency has two limits"));
    }
    if rules
        .four_eyes_above
        .iter()
        .any(|limit| limit.is_negative())
    {
        return Err(what("a limit is less than nothing"));
    }
    let names: BTreeSet<&str> = rules
        .banks
        .iter()
        .map(|hours| hours.bank.as_str())
        .collect();
    if names.len() != rules.banks.len() || names.contains("") {
        return Err(what("a bank stands there twice, or without a name"));
    }
    if !rules.banks.iter().all(are_hours) {
        return Err(what(
            "the times of a bank are minutes of one day, in order, as many in as out",
        ));
    }
    let is_day = |opening: &crate::payout_rules::Opening| {
        (1..=7).contains(&opening.weekday)
            && opening.from < opening.until
            && opening.until <= MINUTES
    };
    if !rules.opening.iter().all(is_day) {
        return Err(what(
            "the office opens on days 1 to 7, and closes later than it opens",
        ));
    }
    let version = draft.seen.payout_rules.version.saturating_add(1);
    draft.record(Event::PayoutRulesSet {
        rules: PayoutRules {
            version,
            ..rules.clone()
        },
    });
    Ok(Answer::Done)
}

/// Minutes of a day.
const MINUTES: u32 = 24 * 60;

fn are_hours(hours: &BankHours) -> bool {
    let in_a_day = |times: &[u32]| times.is_sorted() && times.iter().all(|time| *time < MINUTES);
    !hours.sends.is_empty()
        && hours.sends.len() == hours.receives.len()
        && in_a_day(&hours.sends)
        && in_a_day(&hours.receives)
        && hours.abroad < MINUTES
        && (1..=30).contains(&hours.ask_after)
}
