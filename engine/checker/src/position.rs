//! The position: what is open of each currency, what it was worth when it was taken, its alarms,
//! its daily valuation, and the office's own exchanges that close it.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Currency, Date, Decimal, Money};
use serde_json::Value;

use crate::Checks;
use crate::form::{Fields, Form, Misread, whole};
use crate::log::At;
use crate::office::Office;
use crate::parts::Is;
use crate::terms::{undone, valued};
use crate::values::{Line, Moves, Question, add, moved};

/// What is open of a currency, and what that cost in the home currency; minor units.
#[derive(Clone, Copy, Default)]
struct Carried {
    open: i128,
    cost: i128,
}

/// The position so far.
#[derive(Default)]
pub(crate) struct Position {
    carried: BTreeMap<Currency, Carried>,
    /// The day of the last valuation.
    valued: Option<Date>,
    alarms: BTreeSet<Currency>,
    deals: Vec<Option<Deal>>,
    /// Currencies of which something moved since the last act was over.
    moved: BTreeSet<Currency>,
}

impl Position {
    /// Deals name the new places of their lines.
    pub(crate) fn follow(&mut self, place: &impl Fn(&mut Line)) {
        for deal in self.deals.iter_mut().flatten() {
            place(&mut deal.bought.0);
            place(&mut deal.sold.0);
        }
    }
}

/// An exchange of the office itself: what came on one line, what left on another.
#[derive(Clone, PartialEq)]
pub(crate) struct Deal {
    bought: (Line, Money),
    sold: (Line, Money),
    at_mid: Option<(u64, Money)>,
    covers: Vec<u64>,
}

impl Deal {
    pub(crate) fn read(facts: &Fields<'_>) -> Result<Deal, Misread> {
        Ok(Deal {
            bought: facts.get("bought")?,
            sold: facts.get("sold")?,
            at_mid: facts.get("at_mid")?,
            covers: facts.get("covers")?,
        })
    }

    /// Both amounts leave suspense for the position, which is carried at the reference rate; what
    /// the deal's own rate made better or worse is its result.
    fn moves(&self) -> Moves {
        let (bought, sold) = (self.bought.1, self.sold.1);
        let mut moves = Moves::new();
        moved(&mut moves, "position", "suspense", bought);
        moved(&mut moves, "suspense", "position", sold);
        if let Some((_, value)) = self.at_mid {
            let (value_at, of_deal) = (i128::from(value.minor()), |own: Money| {
                i128::from(own.minor())
            });
            let better = if value.currency() == bought.currency() {
                value_at - of_deal(bought)
            } else {
                of_deal(sold) - value_at
            };
            let currency = value.currency();
            for (account, change) in [("cover-result", better), ("position", -better)] {
                let sum = moves.entry((account.to_owned(), currency)).or_default();
                *sum = sum.saturating_add(change);
            }
        }
        moves
    }
}

/// A currency as it was valued.
#[derive(PartialEq, Debug)]
pub(crate) struct Valued {
    open: Money,
    base: Currency,
    mid: Decimal,
    value: Money,
    remainder: Decimal,
}

impl Form for Valued {
    fn read(value: &Value) -> Result<Valued, Misread> {
        whole(value, |fields| {
            Ok(Valued {
                open: fields.get("open")?,
                base: fields.get("base")?,
                mid: fields.get("mid")?,
                value: fields.get("value")?,
                remainder: fields.get("remainder")?,
            })
        })
    }
}

impl Office<'_> {
    /// An amount at the reference rate in force, in another currency; `None` where no rate joins
    /// the two.
    fn at_reference(&self, amount: Money, into: Currency) -> Option<Valued> {
        let from = amount.currency();
        let lines = &self.tables.last()?.lines;
        let line = lines.iter().find(|line| {
            (line.base, line.quote) == (from, into) || (line.base, line.quote) == (into, from)
        })?;
        let (value, remainder) = valued(amount, line.mid, line.base, line.quote)?;
        Some(Valued {
            open: amount,
            base: line.base,
            mid: line.mid,
            value,
            remainder,
        })
    }

    /// Takes in what an event bought and sold, at what it cost.
    pub(crate) fn carry(&mut self, at: &At<'_>, moves: &Moves) -> Checks {
        if at.kind == "PositionRevalued" {
            return Ok(());
        }
        let of_position = moves
            .iter()
            .filter(|((account, _), _)| account == "position");
        let mut bought: BTreeMap<Currency, i128> = of_position
            .map(|((_, currency), sum)| (*currency, -sum))
            .collect();
        if bought.is_empty() {
            return Ok(());
        }
        self.position.moved.extend(bought.keys());
        let home = self.policy(at)?.home;
        let mut cost = -bought.remove(&home).unwrap_or(0);
        let first = bought.keys().next().copied();
        for (currency, minor) in bought {
            let carried = self.position.carried.entry(currency).or_default();
            carried.open = carried.open.saturating_add(minor);
            if Some(currency) == first {
                continue;
            }
            // An exchange of two foreign currencies: the second is worth what it is today, and the
            // first cost that.
            let minor = i64::try_from(minor).map_err(|_| at.wrong("its amounts are too large"))?;
            let worth = self.at_reference(Money::new(minor, currency), home);
            let worth = worth.map_or(0, |valued| i128::from(valued.value.minor()));
            let carried = self.position.carried.entry(currency).or_default();
            carried.cost = carried.cost.saturating_add(worth);
            cost = cost.saturating_sub(worth);
        }
        if let Some(carried) = first.and_then(|first| self.position.carried.get_mut(&first)) {
            carried.cost = carried.cost.saturating_add(cost);
        }
        Ok(())
    }

    pub(crate) fn position_revalued(
        &mut self,
        at: &At<'_>,
        day: Date,
        table: u64,
        currencies: &[Valued],
        result: Money,
    ) -> Checks<Moves> {
        let home = self.policy(at)?.home;
        let is_over = day < at.moment.warsaw_date();
        let goes_on = self.position.valued.is_none_or(|last| last <= day);
        at.must(is_over && goes_on, || {
            format!("{day} cannot be valued then")
        })?;
        let current = self.tables.last().map(|table| table.version);
        at.must(current == Some(table), || {
            format!("rates {table} were not in force")
        })?;
        // The first one only says from which day on there are results.
        let begins = self.position.valued.is_none() && currencies.is_empty();
        let mut sum = 0;
        let mut wanted = Vec::new();
        if !begins {
            for (currency, carried) in &self.position.carried {
                let open = i64::try_from(carried.open);
                let open = open.map_err(|_| at.wrong("more is open than can be"))?;
                if let Some(valued) = self.at_reference(Money::new(open, *currency), home) {
                    sum += i128::from(valued.value.minor()) - carried.cost;
                    wanted.push(valued);
                }
            }
        }
        at.must(wanted == currencies, || {
            "what is open is of another worth at these rates".to_owned()
        })?;
        at.must(
            i128::from(result.minor()) == sum && result.currency() == home,
            || format!("the day's result is {sum} {home} minor units, not {result}"),
        )?;
        for valued in currencies {
            let carried = self
                .position
                .carried
                .entry(valued.open.currency())
                .or_default();
            carried.cost = i128::from(valued.value.minor());
        }
        self.position.valued = Some(day);
        let mut moves = Moves::new();
        moved(&mut moves, "revaluation", "position", result);
        Ok(moves)
    }

    fn open_of(&self, currency: Currency) -> i128 {
        let carried = self.position.carried.get(&currency);
        carried.map_or(0, |carried| carried.open)
    }

    fn is_open(&self, at: &At<'_>, open: Money) -> Checks {
        let found = self.open_of(open.currency());
        at.must(i128::from(open.minor()) == found, || {
            format!("{found} {} minor units are open", open.currency())
        })
    }

    pub(crate) fn position_over_limit(
        &mut self,
        at: &At<'_>,
        open: Money,
        limit: Money,
    ) -> Checks<Moves> {
        self.is_open(at, open)?;
        let currency = open.currency();
        let wanted = self
            .policy(at)?
            .limits
            .get(&currency)
            .map(|(limit, _)| *limit);
        at.must(
            limit.currency() == currency && wanted == Some(limit.minor()),
            || format!("{limit} is not the limit"),
        )?;
        let exceeds = open.minor().unsigned_abs() > limit.minor().unsigned_abs();
        at.must(exceeds && self.position.alarms.insert(currency), || {
            format!("{open} is no new reason for an alarm")
        })?;
        Ok(Moves::new())
    }

    pub(crate) fn position_calm(&mut self, at: &At<'_>, open: Money) -> Checks<Moves> {
        self.is_open(at, open)?;
        let currency = open.currency();
        let calm = self
            .policy(at)?
            .limits
            .get(&currency)
            .map(|(_, calm)| *calm);
        let is_calm = calm.is_none_or(|calm| open.minor().unsigned_abs() <= calm.unsigned_abs());
        at.must(is_calm && self.position.alarms.remove(&currency), || {
            format!("{open} is no reason to end an alarm")
        })?;
        Ok(Moves::new())
    }

    /// The rules have changed: every limit is looked at when the act is over.
    pub(crate) fn limits_moved(&mut self) {
        let limits = self.policy.iter().flat_map(|policy| policy.limits.keys());
        let all: Vec<Currency> = limits.chain(&self.position.alarms).copied().collect();
        self.position.moved.extend(all);
    }

    /// Alarms are raised and ended with the act that gave the reason.
    pub(crate) fn alarms_at_rest(&mut self, seq: u64) -> Checks {
        for currency in std::mem::take(&mut self.position.moved) {
            let policy = self.policy.as_ref();
            let limit = policy.and_then(|policy| policy.limits.get(&currency));
            let size = self.open_of(currency).unsigned_abs();
            let within = |amount: i64| size <= u128::from(amount.unsigned_abs());
            let is_so = match (limit, self.position.alarms.contains(&currency)) {
                (Some((limit, _)), false) => within(*limit),
                (Some((_, calm)), true) => !within(*calm),
                (None, alarmed) => !alarmed,
            };
            crate::must(
                is_so,
                || format!("position in {currency}"),
                || format!("before event {seq} its alarm is not as its limit wants it"),
            )?;
        }
        Ok(())
    }

    pub(crate) fn cover_deal_booked(
        &mut self,
        at: &At<'_>,
        deal: u64,
        facts: Deal,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        let number = self.position.deals.len() as u64 + 1;
        at.must(deal == number, || {
            format!("the deal is number {number}, not {deal}")
        })?;
        let (bought, sold) = (facts.bought.1, facts.sold.1);
        let two = bought.currency() != sold.currency();
        at.must(two && bought.is_positive() && sold.is_positive(), || {
            "it is no exchange of two currencies".to_owned()
        })?;
        let of_base = |amount: Money, into: Currency| {
            let table = self.tables.last()?.version;
            let valued = self.at_reference(amount, into)?;
            (valued.base == amount.currency()).then_some((table, valued.value))
        };
        let wanted = of_base(bought, sold.currency()).or_else(|| of_base(sold, bought.currency()));
        at.must(facts.at_mid == wanted, || {
            "it is worth another amount at the reference rate".to_owned()
        })?;
        let pair = BTreeSet::from([bought.currency(), sold.currency()]);
        for order in &facts.covers {
            let terms = self.order(at, *order)?.terms;
            let other = BTreeSet::from([terms.gives.currency(), terms.gets.currency()]);
            at.must(pair == other, || format!("it does not cover order {order}"))?;
        }
        self.covered_line(at, facts.bought, 1, deal)?;
        self.covered_line(at, facts.sold, -1, deal)?;
        let moves = facts.moves();
        self.position.deals.push(Some(facts));
        Ok(moves)
    }

    fn covered_line(
        &mut self,
        at: &At<'_>,
        (line, amount): (Line, Money),
        sign: i64,
        deal: u64,
    ) -> Checks {
        let currency = self.account(at, line.account)?.currency();
        let known = self.line_mut(at, line)?;
        let same = currency == amount.currency() && known.amount == amount.minor() * sign;
        at.must(same, || format!("line {line} is not of {amount}"))?;
        at.must(known.is_question(), || {
            format!("line {line} is no question")
        })?;
        known.is = Is::Cover(deal);
        Ok(())
    }

    pub(crate) fn cover_deal_reversed(
        &mut self,
        at: &At<'_>,
        deal: u64,
        facts: &Deal,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        let known = crate::office::nth_mut(&mut self.position.deals, deal);
        let known = known.and_then(Option::take);
        at.must(known.as_ref() == Some(facts), || {
            format!("deal {deal} was not booked so, or is reversed already")
        })?;
        for (line, _) in [facts.bought, facts.sold] {
            let question = Box::new(Question::plain("taken_back"));
            self.line_mut(at, line)?.is = Is::Question(question);
        }
        Ok(undone(facts.moves()))
    }
}

/// A named amount on a named account, as an event states it.
pub(crate) struct Stated {
    pub(crate) account: String,
    pub(crate) amount: Money,
}

impl Form for Stated {
    fn read(value: &Value) -> Result<Stated, Misread> {
        whole(value, |fields| {
            Ok(Stated {
                account: fields.get("account")?,
                amount: fields.get("amount")?,
            })
        })
    }
}

impl Stated {
    /// It moves against the customers' funds.
    pub(crate) fn moves(&self, moves: &mut Moves) {
        let Stated { account, amount } = self;
        add(moves, account, amount.currency(), amount.minor());
        let key = ("customer-funds".to_owned(), amount.currency());
        let sum = moves.entry(key).or_default();
        *sum = sum.saturating_sub(i128::from(amount.minor()));
    }
}
