//! The office's own exchanges, what the position is worth, and when too much of it is open.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Currency, Date, Moment, Money};

use super::desk::whole_line;
use super::draft::Draft;
use super::reason_of;
use crate::command::{Answer, Command};
use crate::event::Event;
use crate::ledger::{LedgerAccount, Posting};
use crate::position::{CoverDeal, RevaluedCurrency, value_at};
use crate::refusal::Refusal;
use crate::snapshot::Snapshot;
use crate::{CoverDealId, LineId, OrderId};

/// Books a cover deal: the bought money goes into the position, the sold money comes out of it, both
/// at the reference rate in force; what the deal's own rate made better or worse is its result.
pub(super) fn book_cover(
    draft: &mut Draft<'_>,
    bought: (LineId, Money),
    sold: (LineId, Money),
    covers: &[OrderId],
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let (in_currency, out_currency) = (bought.1.currency(), sold.1.currency());
    if !bought.1.is_positive() || !sold.1.is_negative() || in_currency == out_currency {
        return Err(Refusal::NotACoverDeal {
            bought: bought.0,
            sold: sold.0,
        });
    }
    whole_line(draft, bought.0, bought.1)?;
    whole_line(draft, sold.0, sold.1)?;
    for order in covers {
        let terms = draft.order_of(*order)?.terms;
        let pair = (terms.gives.currency(), terms.gets.currency());
        if pair != (in_currency, out_currency) && pair != (out_currency, in_currency) {
            return Err(Refusal::NotCovered {
                order: *order,
                bought: in_currency,
                sold: out_currency,
            });
        }
    }
    let sold = (sold.0, sold.1.negated()?);
    let of_base = |amount: Money, into: Currency| {
        let table = draft.seen.current_rates()?;
        let valued = value_at(table, amount, into)?;
        (valued.base == amount.currency()).then_some((table.version, valued.value))
    };
    let facts = CoverDeal {
        bought,
        sold,
        at_mid: of_base(bought.1, out_currency).or_else(|| of_base(sold.1, in_currency)),
        covers: covers.to_vec(),
    };
    let postings = cover_postings(&facts)?;
    let deal = CoverDealId(draft.last().cover_deal + 1);
    draft.record_with(
        Event::CoverDealBooked {
            deal,
            facts,
            reason,
        },
        postings,
    );
    Ok(Answer::CoverDeal(deal))
}

pub(super) fn reverse_cover(
    draft: &mut Draft<'_>,
    deal: CoverDealId,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    let facts = draft.seen.cover_deals.get(&deal).cloned();
    let facts = facts.ok_or(Refusal::NoCoverDeal { deal })?;
    let undone = cover_postings(&facts)?
        .into_iter()
        .map(|posting| {
            Ok(Posting {
                account: posting.account,
                amount: posting.amount.negated()?,
            })
        })
        .collect::<Result<Vec<Posting>, Refusal>>()?;
    draft.record_with(
        Event::CoverDealReversed {
            deal,
            facts,
            reason,
        },
        undone,
    );
    Ok(Answer::CoverDeal(deal))
}

fn cover_postings(deal: &CoverDeal) -> Result<Vec<Posting>, Refusal> {
    let (bought, sold) = (deal.bought.1, deal.sold.1);
    let (bought_at, sold_at) = match deal.at_mid {
        Some((_, value)) if value.currency() == bought.currency() => (value, sold),
        Some((_, value)) => (bought, value),
        None => (bought, sold),
    };
    let postings = [
        (LedgerAccount::Suspense, bought),
        (LedgerAccount::Position, bought_at.negated()?),
        (LedgerAccount::CoverResult, bought_at.minus(bought)?),
        (LedgerAccount::Suspense, sold.negated()?),
        (LedgerAccount::Position, sold_at),
        (LedgerAccount::CoverResult, sold.minus(sold_at)?),
    ];
    let moved = postings.into_iter().filter(|(_, amount)| !amount.is_zero());
    Ok(moved
        .map(|(account, amount)| Posting { account, amount })
        .collect())
}

/// Values what is open at the reference rates in force, as the result of a day that is over. A
/// currency that no rate joins with the home
/// currency keeps what it cost, and waits for a table that has one.
pub(super) fn revalue(draft: &mut Draft<'_>, day: Date) -> Result<Answer, Refusal> {
    let last = draft.seen.revalued.map(|last| last.day);
    let today = draft.now.warsaw_date();
    if day >= today || last.is_some_and(|last| day < last) {
        let last = last.unwrap_or(today);
        return Err(Refusal::DayIsOver { last });
    }
    let table = draft.seen.current_rates().ok_or(Refusal::NoRates)?;
    let home = draft.policy().home;
    let mut result = Money::zero(home);
    let mut currencies: Vec<RevaluedCurrency> = Vec::new();
    for (currency, carried) in &draft.seen.carried {
        let open = Money::new(carried.open(), *currency);
        let Some(valued) = value_at(table, open, home) else {
            continue;
        };
        let gained = valued.value.minus(Money::new(carried.cost, home))?;
        result = result.plus(gained)?;
        currencies.push(valued);
    }
    let mut postings = Vec::new();
    if !result.is_zero() {
        let side = |account, amount| Posting { account, amount };
        postings.push(side(LedgerAccount::Position, result));
        postings.push(side(LedgerAccount::Revaluation, result.negated()?));
    }
    draft.record_with(
        Event::PositionRevalued {
            day,
            table: table.version,
            currencies,
            result,
        },
        postings,
    );
    Ok(Answer::Done)
}

/// The result of yesterday, once a day, while anything is carried.
pub(super) fn due(seen: &Snapshot, now: Moment) -> Option<Command> {
    let day = now.warsaw_date().yesterday().ok()?;
    let is_done = seen.revalued.is_some_and(|last| last.day >= day);
    let can_be = !seen.carried.is_empty() && seen.current_rates().is_some();
    (can_be && !is_done).then_some(Command::RevaluePosition { day })
}

/// Raises the alarm of a currency of which more is open than its limit, and ends it once enough is
/// closed again. Looked at when the position or the rules have moved.
pub(super) fn watch(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let mut moved: BTreeMap<Currency, Money> = BTreeMap::new();
    let mut rules = None;
    for recorded in draft.events() {
        if let Event::PolicySet { policy } = &recorded.event {
            rules = Some(policy.clone());
        }
        for posting in &recorded.postings {
            if posting.account == LedgerAccount::Position {
                let currency = posting.amount.currency();
                let sum = moved.entry(currency).or_insert(Money::zero(currency));
                *sum = sum.minus(posting.amount)?;
            }
        }
    }
    if moved.is_empty() && rules.is_none() {
        return Ok(());
    }
    begin(draft, !moved.is_empty());
    let mut currencies: BTreeSet<Currency> = moved.keys().copied().collect();
    if let Some(policy) = &rules {
        currencies.extend(policy.limits.iter().map(|limit| limit.limit.currency()));
        currencies.extend(&draft.seen.over_limit);
    }
    let policy = rules.as_ref().unwrap_or(draft.policy());
    let mut events = Vec::new();
    for currency in currencies {
        let before = draft.seen.carried.get(&currency);
        let open = Money::new(before.map_or(0, |carried| carried.open()), currency);
        let open = open.plus(
            moved
                .get(&currency)
                .copied()
                .unwrap_or(Money::zero(currency)),
        )?;
        let size = open.minor().unsigned_abs();
        let exceeds = |amount: Money| size > amount.minor().unsigned_abs();
        match (
            policy.limit(currency),
            draft.seen.over_limit.contains(&currency),
        ) {
            (Some(limit), false) if exceeds(limit.limit) => {
                let limit = limit.limit;
                events.push(Event::PositionOverLimit { open, limit });
            }
            (Some(limit), true) if !exceeds(limit.calm) => {
                events.push(Event::PositionCalm { open });
            }
            (None, true) => events.push(Event::PositionCalm { open }),
            (Some(_) | None, _) => {}
        }
    }
    for event in events {
        draft.record(event);
    }
    Ok(())
}

/// With the first exchange the days begin of which there is a result: until yesterday there was
/// none.
fn begin(draft: &mut Draft<'_>, moved: bool) {
    let yesterday = draft.now.warsaw_date().yesterday().ok();
    let table = draft.seen.current_rates().map(|table| table.version);
    if let (true, None, Some(day), Some(table)) = (moved, draft.seen.revalued, yesterday, table) {
        draft.record(Event::PositionRevalued {
            day,
            table,
            currencies: Vec::new(),
            result: Money::zero(draft.policy().home),
        });
    }
}
