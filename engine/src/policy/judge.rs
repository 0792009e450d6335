//! The decision tables: what the policy says about an order's money. Each is a function of its rule
//! and of facts; `tests/policies` holds them row by row.

use std::collections::BTreeSet;

use kantor_model::{Decimal, Money};

use super::rules::{
    Decision, LateRule, MoneyRule, MoneyRules, OverRule, Rest, Shortage, Stopped, UnderRule,
    Unhonoured,
};
use crate::order::HeldReason;
use crate::rates::Side;

/// The market as it was when the rate was agreed, and as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Market {
    /// Which way the exchange goes, from the office's view.
    pub side: Side,
    /// The reference rate when the rate was agreed.
    pub agreed: Decimal,
    /// The reference rate of today, and whether the customer's rate of today gives him less than
    /// the agreed one; `None` where no rate of today is known.
    pub today: Option<(Decimal, bool)>,
}

/// What is known of an order's money, all of it taken together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoneyFacts {
    /// The tests that it fails.
    pub problems: BTreeSet<HeldReason>,
    /// What was agreed.
    pub wanted: Money,
    /// What came; `None` where some of it is in another currency.
    pub received: Option<Money>,
    /// See [`Market`].
    pub market: Market,
    /// Whether the order still waits for money before its deadline.
    pub may_wait: bool,
    /// Whether the customer was asked by policy to consent to another rate, and did not answer in
    /// time.
    pub unanswered: bool,
}

/// What is to be done with an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MoneyAct {
    /// It goes on as agreed.
    Fund,
    /// It goes on; the office bears (negative) or keeps (positive) the difference.
    Absorb(MoneyRule, Money),
    /// It goes on, scaled to this sum.
    Scale(Money),
    /// It goes on as agreed, and this much goes back to the paying account.
    Return(Money),
    /// It is held for this reason.
    Hold(HeldReason),
    /// It waits for the rest.
    Wait,
    /// The customer is asked to consent to the rate of today.
    AskConsent,
    /// Everything goes back.
    Refund,
}

/// What the tables say, row by row, and what is to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// The rows that were used, each with what it said.
    pub rows: Vec<(MoneyRule, Decision)>,
    /// What is to be done.
    pub act: MoneyAct,
}

/// Judges an order's money: each problem by its table, in the order of precedence, until one of
/// them stops the order. What the law stopped is never moved by a rule.
pub fn judge(rules: &MoneyRules, facts: &MoneyFacts) -> Judgement {
    if facts.problems.contains(&HeldReason::Compliance) {
        let held = HeldReason::Compliance;
        return Judgement {
            rows: vec![(MoneyRule::Compliance, Decision::Hold(held))],
            act: MoneyAct::Hold(held),
        };
    }
    let mut rows = Vec::new();
    let mut act = MoneyAct::Fund;
    for problem in &facts.problems {
        let (rule, decision) = table(rules, facts, *problem);
        rows.push((rule, decision));
        act = match decision {
            Decision::AsAgreed => continue,
            Decision::Absorb(difference) => MoneyAct::Absorb(rule, difference),
            Decision::Scale(sum) => MoneyAct::Scale(sum),
            Decision::Return(difference) => MoneyAct::Return(difference),
            Decision::Hold(reason) => MoneyAct::Hold(reason),
            Decision::Wait => MoneyAct::Wait,
            Decision::AskConsent => MoneyAct::AskConsent,
            Decision::Refund => MoneyAct::Refund,
        };
        break;
    }
    Judgement { rows, act }
}

/// The table of a problem.
fn table(rules: &MoneyRules, facts: &MoneyFacts, problem: HeldReason) -> (MoneyRule, Decision) {
    let held = Decision::Hold(problem);
    let stopped = |rule, stopped| match stopped {
        Stopped::Hold => (rule, held),
        Stopped::Refund => (rule, Decision::Refund),
    };
    match problem {
        HeldReason::WrongCurrency => stopped(MoneyRule::WrongCurrency, rules.wrong_currency),
        HeldReason::ThirdPartyPayer => stopped(MoneyRule::ThirdParty, rules.third_party),
        HeldReason::AfterEnd => stopped(MoneyRule::AfterEnd, rules.after_end),
        HeldReason::TimeUnknown => (MoneyRule::TimeUnknown, held),
        HeldReason::Late => late(&rules.late, &facts.market, facts.unanswered),
        HeldReason::Under => match facts.received {
            Some(received) => under(&rules.under, facts.wanted, received, facts.may_wait),
            None => (MoneyRule::UnderShort, held),
        },
        HeldReason::Over => match facts.received {
            Some(received) => over(&rules.over, facts.wanted, received),
            None => (MoneyRule::OverExcess, held),
        },
        HeldReason::Compliance => (MoneyRule::Compliance, held),
    }
}

/// Late money: is the agreed rate kept?
fn late(rule: &LateRule, market: &Market, unanswered: bool) -> (MoneyRule, Decision) {
    let hold = Decision::Hold(HeldReason::Late);
    if unanswered && let Unhonoured::Ask(stopped) = rule.otherwise {
        return match stopped {
            Stopped::Hold => (MoneyRule::LateUnanswered, hold),
            Stopped::Refund => (MoneyRule::LateUnanswered, Decision::Refund),
        };
    }
    let needs_rate = rule.honour_within.is_some() || matches!(rule.otherwise, Unhonoured::Ask(_));
    if needs_rate && market.today.is_none() {
        return (MoneyRule::LateNoRate, hold);
    }
    if let (Some(points), Some((today, _))) = (rule.honour_within, market.today) {
        let against = match market.side {
            Side::Buy => market.agreed.checked_sub(today),
            Side::Sell => today.checked_sub(market.agreed),
        };
        if against.is_some_and(|against| against <= Decimal::ZERO) {
            return (MoneyRule::LateOurWay, Decision::AsAgreed);
        }
        if against.is_some_and(|against| is_within(against, points, market.agreed)) {
            return (MoneyRule::LateWithin, Decision::AsAgreed);
        }
    }
    match (rule.otherwise, market.today) {
        (Unhonoured::Hold, _) => (MoneyRule::LateBeyond, hold),
        (Unhonoured::Refund, _) => (MoneyRule::LateBeyond, Decision::Refund),
        (Unhonoured::Ask(_), Some((_, false))) => (MoneyRule::LateNotWorse, Decision::AsAgreed),
        (Unhonoured::Ask(_), Some((_, true))) => (MoneyRule::LateBeyond, Decision::AskConsent),
        (Unhonoured::Ask(_), None) => (MoneyRule::LateNoRate, hold),
    }
}

/// Whether a part is at most so many basis points of a whole. What is too large to be reckoned is
/// not within anything.
fn is_within(part: Decimal, points: u32, whole: Decimal) -> bool {
    let part = part.checked_mul(Decimal::from(10_000));
    let allowed = whole.checked_mul(Decimal::from(points));
    part.zip(allowed)
        .is_some_and(|(part, allowed)| part <= allowed)
}

/// Too little money: `received` is less than `wanted`.
fn under(
    rule: &UnderRule,
    wanted: Money,
    received: Money,
    may_wait: bool,
) -> (MoneyRule, Decision) {
    let currency = wanted.currency();
    let hold = Decision::Hold(HeldReason::Under);
    let Ok(difference) = received.minus(wanted) else {
        return (MoneyRule::UnderShort, hold);
    };
    let is_at_most = |amount: Money| difference.minor() >= -amount.minor();
    if is_at_most(rule.tolerance.of(currency)) {
        return (MoneyRule::UnderTolerance, Decision::Absorb(difference));
    }
    if is_at_most(rule.fees.of(currency)) {
        return (MoneyRule::UnderFees, Decision::Absorb(difference));
    }
    let rest = match rule.shortage {
        Shortage::Wait(_) if may_wait => return (MoneyRule::UnderWait, Decision::Wait),
        Shortage::Wait(rest) | Shortage::AtOnce(rest) => rest,
    };
    match rest {
        Rest::Hold => (MoneyRule::UnderShort, hold),
        Rest::Refund => (MoneyRule::UnderShort, Decision::Refund),
        Rest::Scale if received.minor() < rule.minimum.of(currency).minor() => {
            (MoneyRule::UnderMinimum, hold)
        }
        Rest::Scale => (MoneyRule::UnderShort, Decision::Scale(received)),
    }
}

/// Too much money: `received` is more than `wanted`.
fn over(rule: &OverRule, wanted: Money, received: Money) -> (MoneyRule, Decision) {
    let hold = Decision::Hold(HeldReason::Over);
    let Ok(difference) = received.minus(wanted) else {
        return (MoneyRule::OverExcess, hold);
    };
    if difference.minor() <= rule.tolerance.of(wanted.currency()).minor() {
        return (MoneyRule::OverTolerance, Decision::Absorb(difference));
    }
    let points = i128::from(rule.scale_up);
    if i128::from(difference.minor()) * 10_000 <= points * i128::from(wanted.minor()) {
        return (MoneyRule::OverScaleUp, Decision::Scale(received));
    }
    match rule.excess {
        Stopped::Hold => (MoneyRule::OverExcess, hold),
        Stopped::Refund => (MoneyRule::OverExcess, Decision::Return(difference)),
    }
}
