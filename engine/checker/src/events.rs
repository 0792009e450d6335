//! Every kind of event, and who looks at it. What is not in this list is a disagreement.

use std::collections::BTreeMap;

use kantor_model::{Currency, Money};
use serde_json::Value;

use crate::agreed::Placed;
use crate::form::{Fields, Form, Misread};
use crate::judged::Verdict;
pub use crate::kinds::KINDS;
use crate::line_events::lines;
use crate::log::{self, At};
use crate::nobodys::LineRules;
use crate::office::{Office, Policy};

use crate::payout_events::{after, batches, payouts, sent};
use crate::position::{Deal, Stated, Valued};
use crate::values::{Actor, Moves, postings};
use crate::{Checks, Record, wrong};

/// What may follow from something in the same act. Whatever else happens begins an act, and what
/// the act before it touched must be at rest.
const FOLLOWS: &[&str] = &[
    "TermsChanged",
    "RateOffered",
    "MoneyJudged",
    "OrderFunded",
    "OrderHeld",
    "OrderCancelled",
    "OrderLostFunds",
    "OrderRefunding",
    "OrderPayingOut",
    "OrderPayOutStopped",
    "OrderCompleted",
    "OrderRefunded",
    "StatementUndone",
    "LinesExplained",
    "LineClassified",
    "ReceiptAllocated",
    "ReceiptReleased",
    "ReceiptWithdrawn",
    "FundsMissing",
    "PayoutUnproved",
    "PayoutsPaid",
    "PayoutReturned",
    "PayoutDueAgain",
    "ReceiptReversed",
    "ReversedTooLate",
    "OrderReopened",
    "BatchAwaited",
    "BatchVoided",
    "PayoutDue",
    "PayoutWithdrawn",
    "PayoutPaid",
    "PaidTwice",
    "PaidWithoutFile",
    "PaidFromVoidFile",
    "BatchClosed",
    "PositionRevalued",
    "PositionOverLimit",
    "PositionCalm",
];

/// What undoes something before, and never follows from a statement: what a statement's lines have
/// become is settled by then.
const TAKES_BACK: &[&str] = &["ReceiptReleased", "PayoutWithdrawn"];

/// What may happen because a customer acted for himself.
const CUSTOMERS: &[&str] = &[
    "CustomerAccountAdded",
    "OrderPlaced",
    "OrderCancelled",
    "RateAccepted",
    "RateDeclined",
    "OrderFunded",
    "OrderHeld",
    "OrderRefunding",
    "OrderLostFunds",
    "PayoutDue",
    "PayeeCorrected",
    "PayoutDueAgain",
    "BatchClosed",
    "OrderPayOutStopped",
    "MoneyJudged",
    "TermsChanged",
    "RateOffered",
    "PositionRevalued",
    "PositionOverLimit",
    "PositionCalm",
];

/// An event's own fields.
pub(crate) struct Event<'v> {
    seq: u64,
    version: u32,
    value: &'v Value,
}

impl<'v> Event<'v> {
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Fields<'v>) -> Result<T, Misread>,
    ) -> Checks<T> {
        log::event(self.value, self.seq, read)
    }
}

/// Holds an event against everything before it, and takes it in.
pub(crate) fn follow(office: &mut Office<'_>, record: &Record) -> Checks {
    let known = KINDS.contains(&(record.kind.as_str(), record.version));
    if !known {
        let what = format!(
            "this checker does not know {} events of version {}; use the one that came with the office",
            record.kind, record.version
        );
        return Err(wrong(format!("event {}", record.seq), what));
    }
    let body = log::body(record)?;
    let (by, stated, value) = log::event(&body, record.seq, |fields| {
        let by: Actor = fields.get("by")?;
        Ok((by, postings(fields)?, fields.value("event")?))
    })?;
    let at = At {
        seq: record.seq,
        moment: record.moment,
        kind: &record.kind,
        by,
    };
    balanced(&at, &stated)?;
    if let Actor::Customer(_) = at.by {
        at.must(CUSTOMERS.contains(&at.kind), || {
            "a customer cannot do that".to_owned()
        })?;
    }
    at.must(office.is_open != (at.kind == "OfficeOpened"), || {
        "an office is opened once, before everything else".to_owned()
    })?;
    // A pair that matching found is one of the things that a statement's lines become.
    let is_found = at.kind == "OwnTransferPaired" && value["reason"].is_null();
    let follows = FOLLOWS.contains(&at.kind) || is_found || is_of_a_withdrawal(at.kind, value);
    if !follows {
        office.at_rest(Some(&at))?;
    } else if TAKES_BACK.contains(&at.kind) || at.kind == "StatementBooked" {
        // What the lines of the act before became is looked at while they are there.
        office.fresh_at_rest(Some(&at))?;
    }
    let event = Event {
        seq: record.seq,
        version: record.version,
        value,
    };
    let mut moves = match at.kind {
        "TermsChanged" | "RateOffered" | "RateAccepted" | "RateDeclined" | "DeadlineMoved" => {
            terms(office, &at, &event)
        }
        kind if kind.starts_with("Order") || kind == "MoneyJudged" => orders(office, &at, &event),
        "PayoutRulesSet" | "AlarmClosed" | "VoidFileAccepted" | "ReversedTooLate" => {
            sent(office, &at, &event)
        }
        "PayoutsPaid" | "PayoutReturned" | "PayeeCorrected" | "PayoutDueAgain"
        | "ReceiptReversed" => after(office, &at, &event),
        kind if kind.starts_with("Payout") || kind.starts_with("Paid") => {
            payouts(office, &at, &event)
        }
        kind if kind.starts_with("Batch") || kind.starts_with("Bank") => {
            batches(office, &at, &event)
        }
        kind if kind.starts_with("Position") || kind.starts_with("Cover") => {
            position(office, &at, &event)
        }
        "LineRulesSet" => setup(office, &at, &event),
        kind if ["Statement", "Import", "Receipt", "Line", "Funds", "Own"]
            .iter()
            .any(|it| kind.starts_with(it)) =>
        {
            lines(office, &at, &event)
        }
        _ => setup(office, &at, &event),
    }?;
    moves.retain(|_, sum| *sum != 0);
    post(office, &at, stated, &moves)?;
    office.carry(&at, &moves)
}

/// Whether a statement takes lines out of the chain, or something is undone because one does: the
/// orders whose money went are looked at when the act is over.
fn is_of_a_withdrawal(kind: &str, event: &Value) -> bool {
    const UNDONE: [&str; 3] = [
        "LineBookingReversed",
        "CoverDealReversed",
        "OwnTransferUnpaired",
    ];
    let withdrawn = event.pointer("/booking/change/withdrawn");
    let takes = withdrawn.and_then(Value::as_array);
    takes.is_some_and(|lines| !lines.is_empty())
        || UNDONE.contains(&kind)
            && (event["reason"] == "not_confirmed" || event["reason"] == "import_undone")
}

/// What is posted sums to zero in each currency.
fn balanced(at: &At<'_>, stated: &Moves) -> Checks {
    let mut sums = BTreeMap::new();
    for ((_, currency), sum) in stated {
        *sums.entry(*currency).or_insert(0_i128) += sum;
    }
    let found = sums.into_iter().find(|(_, sum)| *sum != 0);
    found.map_or(Ok(()), |(currency, sum)| {
        Err(at.wrong(format!(
            "its postings in {currency} sum to {sum} minor units, not to zero"
        )))
    })
}

/// What is posted is what such an event must move.
fn post(office: &mut Office<'_>, at: &At<'_>, mut stated: Moves, wanted: &Moves) -> Checks {
    stated.retain(|_, sum| *sum != 0);
    let sum = |moves: &Moves, key| moves.get(key).copied().unwrap_or(0);
    let mut keys = stated.keys().chain(wanted.keys());
    let differs = keys.find(|key| sum(&stated, key) != sum(wanted, key));
    if let Some(key) = differs {
        let (account, currency) = key;
        let (posted, right) = (sum(&stated, key), sum(wanted, key));
        return Err(at.wrong(format!(
            "it posts {posted} {currency} minor units to {account}, and must post {right}"
        )));
    }
    for (key, sum) in stated {
        let balance = office.ledger.entry(key).or_default();
        *balance = balance.saturating_add(sum);
    }
    Ok(())
}

fn setup(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "PolicySet" => {
            let version = event.version;
            let policy = event.read(|event| event.inside("policy", |it| policy(it, version)))?;
            office.policy_set(at, policy)
        }
        "OfficeOpened" => {
            let name: String = event.read(|event| event.get("name"))?;
            office.opened(at, &name)
        }
        "RatesPublished" => {
            let table = event.read(|event| event.inside("table", crate::setup::table))?;
            office.rates_published(at, table)
        }
        "CurrencyDefined" => {
            let currency = event.read(|event| event.get("currency"))?;
            office.currency_defined(at, currency)
        }
        "AccountOpened" => {
            let opened = event.read(crate::setup::Opened::read)?;
            office.account_opened(at, opened)
        }
        "CustomerRegistered" => {
            let (customer, profile) =
                event.read(|event| Ok((event.get("customer")?, event.get("profile")?)))?;
            office.customer_registered(at, customer, profile)
        }
        "CustomerAccountAdded" => {
            let added = event.read(crate::setup::Added::read)?;
            office.customer_account_added(at, added)
        }
        "CustomerClassified" => {
            let (customer, class, reason) = event.read(|event| {
                let class: Option<String> = event.get("class")?;
                let reason: String = event.get("reason")?;
                Ok((event.get("customer")?, class, reason))
            })?;
            office.customer_classified(at, customer, class, &reason)
        }
        "CustomerHelped" => {
            let (customer, help, reason) = event.read(|event| {
                let help: String = event.get("help")?;
                let reason: String = event.get("reason")?;
                Ok((event.get("customer")?, help, reason))
            })?;
            office.customer_helped(at, customer, &help, &reason)
        }
        "KeyChanged" => {
            let (name, change, reason) = event.read(|event| {
                let name: String = event.get("name")?;
                let change: String = event.get("change")?;
                let reason: String = event.get("reason")?;
                Ok((name, change, reason))
            })?;
            office.key_changed(at, &name, &change, &reason)
        }
        "LineRulesSet" => {
            let rules = event.read(|event| event.inside("rules", LineRules::read))?;
            office.line_rules_set(at, rules)
        }
        "NoticesSent" => {
            let through = event.read(|event| event.get("through"))?;
            office.notices_sent(at, through)
        }
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}

fn policy(fields: &Fields<'_>, version: u32) -> Result<Policy, Misread> {
    let word = |name: &str, words: [&str; 2]| -> Result<bool, Misread> {
        let word: String = fields.get(name)?;
        match words.iter().position(|known| *known == word) {
            Some(at) => Ok(at == 0),
            None => Err(Misread(format!("{name}: {word} is not a choice"))),
        }
    };
    let (mut home, mut limits) = (Currency::PLN, BTreeMap::new());
    let mut money = Vec::new();
    if version > 1 {
        home = fields.get("home")?;
        money = fields.get("money")?;
        for limit in fields.get::<Vec<Limit>>("limits")? {
            let Limit { limit, calm } = limit;
            limits.insert(limit.currency(), (limit.minor(), calm.minor()));
        }
    }
    Ok(Policy {
        home,
        money,
        limits,
        version: fields.get("version")?,
        order_seconds: fields.get("order_seconds")?,
        quote_seconds: fields.get("quote_seconds")?,
        date_only_in_time: word("date_only", ["in_time", "ask"])?,
        provisional_funds: word("provisional", ["fund", "wait"])?,
        four_eyes: fields.get("four_eyes")?,
    })
}

/// How much of a currency may be open, and at how much an alarm ends.
struct Limit {
    limit: Money,
    calm: Money,
}

impl Form for Limit {
    fn read(value: &Value) -> Result<Limit, Misread> {
        crate::form::whole(value, |fields| {
            Ok(Limit {
                limit: fields.get("limit")?,
                calm: fields.get("calm")?,
            })
        })
    }
}

fn position(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    let deal = || {
        event.read(|event| {
            let reason: String = event.get("reason")?;
            let facts = event.inside("facts", Deal::read)?;
            Ok((event.get("deal")?, facts, reason))
        })
    };
    match at.kind {
        "PositionRevalued" => {
            let ((day, table), currencies, result) = event.read(|event| {
                let currencies: Vec<Valued> = event.get("currencies")?;
                let when = (event.get("day")?, event.get("table")?);
                Ok((when, currencies, event.get("result")?))
            })?;
            office.position_revalued(at, day, table, &currencies, result)
        }
        "PositionOverLimit" => {
            let (open, limit) =
                event.read(|event| Ok((event.get("open")?, event.get("limit")?)))?;
            office.position_over_limit(at, open, limit)
        }
        "PositionCalm" => {
            let open = event.read(|event| event.get("open"))?;
            office.position_calm(at, open)
        }
        "CoverDealBooked" => {
            let (deal, facts, reason) = deal()?;
            office.cover_deal_booked(at, deal, facts, &reason)
        }
        "CoverDealReversed" => {
            let (deal, facts, reason) = deal()?;
            office.cover_deal_reversed(at, deal, &facts, &reason)
        }
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}

fn orders(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    let order_and_reason = || {
        event.read(|event| {
            let order: u64 = event.get("order")?;
            let reason: String = event.get("reason")?;
            Ok((order, reason))
        })
    };
    let only_order = || event.read(|event| event.get::<u64>("order"));
    match at.kind {
        "OrderPlaced" => {
            let placed = event.read(|event| event.inside("facts", Placed::read))?;
            office.order_placed(at, &placed)
        }
        "OrderFunded" => {
            let (order, value, reason, difference) = event.read(|own| {
                let reason: Option<String> = own.get("reason")?;
                let difference: Option<Stated> = match event.version {
                    1 => None,
                    _ => own.get("difference")?,
                };
                let order = own.get("order")?;
                Ok((order, own.get("value_at_mid")?, reason, difference))
            })?;
            office.order_funded(at, order, value, reason.as_deref(), difference.as_ref())
        }
        "MoneyJudged" => {
            let (order, verdict) = event.read(|event| {
                let verdict = event.inside("verdict", Verdict::read)?;
                Ok((event.get("order")?, verdict))
            })?;
            office.money_judged(at, order, verdict)
        }
        "OrderHeld" => {
            let (order, reason) =
                event.read(|event| Ok((event.get("order")?, event.get("reason")?)))?;
            office.order_held(at, order, reason)
        }
        "OrderExpired" => office.order_expired(at, only_order()?),
        "OrderCancelled" => {
            let (order, reason) = order_and_reason()?;
            office.order_cancelled(at, order, &reason)
        }
        "OrderLostFunds" => office.order_lost_funds(at, only_order()?),
        "OrderRefunding" => {
            let (order, reason) = order_and_reason()?;
            office.order_refunding(at, order, &reason)
        }
        "OrderReopened" => office.order_reopened(at, only_order()?),
        "OrderPayingOut" | "OrderPayOutStopped" => office.order_stepped(at, only_order()?),
        "OrderCompleted" | "OrderRefunded" => office.order_finished(at, only_order()?),
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}

fn terms(office: &mut Office<'_>, at: &At<'_>, event: &Event<'_>) -> Checks<Moves> {
    match at.kind {
        "TermsChanged" => {
            let (order, terms, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok((event.get("order")?, event.get("terms")?, reason))
            })?;
            office.terms_changed(at, order, terms, &reason)
        }
        "RateOffered" => {
            let ((order, reason), rate, until) = event.read(|event| {
                let reason: String = event.get("reason")?;
                let order = event.get("order")?;
                Ok(((order, reason), event.get("rate")?, event.get("until")?))
            })?;
            office.rate_offered(at, order, rate, until, &reason)
        }
        "RateAccepted" => {
            let (order, terms, deadline) = event.read(|event| {
                Ok((
                    event.get("order")?,
                    event.get("terms")?,
                    event.get("deadline")?,
                ))
            })?;
            office.rate_accepted(at, order, terms, deadline)
        }
        "RateDeclined" => {
            let order = event.read(|event| event.get("order"))?;
            office.rate_declined(at, order)
        }
        "DeadlineMoved" => {
            let (order, deadline, reason) = event.read(|event| {
                let reason: String = event.get("reason")?;
                Ok((event.get("order")?, event.get("deadline")?, reason))
            })?;
            office.deadline_moved(at, order, deadline, &reason)
        }
        kind => Err(at.wrong(format!("nobody looks at {kind} events"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_lists_are_kinds() {
        for kind in FOLLOWS.iter().chain(CUSTOMERS) {
            assert!(KINDS.iter().any(|(known, _)| known == kind), "{kind}");
        }
    }
}
