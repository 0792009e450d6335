//! Samples of what the office decides in advance, and of its position.

use kantor_engine::order::HeldReason;
use kantor_engine::payout::{Payee, PayoutFacts, PayoutKind};
use kantor_engine::policy::{
    Amounts, Decision, LateRule, MoneyRule, MoneyRules, MoneyVerdict, OverRule, PositionLimit,
    Rest, Scope, Shortage, Stopped, UnderRule, Unhonoured,
};
use kantor_engine::position::{CoverDeal, RevaluedCurrency};
use kantor_engine::{
    AccountId, CoverDealId, CustomerClass, CustomerId, Event, OrderId, PayoutId, Policy,
    RateVersion,
};
use kantor_model::Currency;

use super::{day, eur, line, number, pln};

/// At least one event of every kind that this file is about, and every word in them.
pub(super) fn samples() -> Vec<Event> {
    [judged(), position(), vec![policy_for_money()]].concat()
}

fn scope() -> Scope {
    Scope {
        pair: Some((Currency::EUR, Currency::PLN)),
        class: CustomerClass::new("regular"),
    }
}

/// A policy with a set of rules for every word that can stand in one.
fn policy_for_money() -> Event {
    let amounts = |minor| [eur(minor), pln(minor)].into_iter().collect::<Amounts>();
    let rules = |otherwise, shortage, stopped| MoneyRules {
        late: LateRule {
            grace_seconds: 90,
            honour_within: Some(20),
            otherwise,
        },
        under: UnderRule {
            tolerance: amounts(2),
            fees: amounts(1_500),
            shortage,
            minimum: amounts(10_000),
        },
        over: OverRule {
            tolerance: amounts(5),
            scale_up: 100,
            excess: stopped,
        },
        third_party: stopped,
        wrong_currency: stopped,
        after_end: stopped,
    };
    let (hold, refund) = (Stopped::Hold, Stopped::Refund);
    let sets = [
        rules(Unhonoured::Hold, Shortage::Wait(Rest::Hold), hold),
        rules(Unhonoured::Refund, Shortage::Wait(Rest::Scale), refund),
        rules(Unhonoured::Ask(hold), Shortage::AtOnce(Rest::Refund), hold),
        rules(Unhonoured::Ask(refund), Shortage::AtOnce(Rest::Scale), hold),
        MoneyRules::cautious(),
    ];
    let scoped = |rules: MoneyRules| (scope(), rules);
    Event::PolicySet {
        policy: Policy {
            money: sets.map(scoped).to_vec(),
            limits: vec![PositionLimit {
                limit: eur(10_000_000),
                calm: eur(8_000_000),
            }],
            ..Policy::initial()
        },
    }
}

fn position() -> Vec<Event> {
    let facts = |at_mid| CoverDeal {
        bought: (line(21), eur(10_000)),
        sold: (line(22), pln(43_600)),
        at_mid,
        covers: vec![OrderId(15)],
    };
    let deal = CoverDealId(3);
    let reason = || "closes the day".to_owned();
    vec![
        Event::PayoutDue {
            facts: PayoutFacts {
                payout: PayoutId(4),
                order: Some(OrderId(15)),
                kind: PayoutKind::Difference,
                amount: pln(1_000),
                account: AccountId(2),
                payee: Payee::PayerOf(line(11)),
            },
        },
        Event::PositionRevalued {
            day: day(),
            table: RateVersion(3),
            currencies: vec![RevaluedCurrency {
                open: eur(10_000),
                base: Currency::EUR,
                mid: number("4.3"),
                value: pln(43_000),
                remainder: number("-0.25"),
            }],
            result: pln(-17),
        },
        Event::PositionOverLimit {
            open: eur(-10_000_001),
            limit: eur(10_000_000),
        },
        Event::PositionCalm { open: eur(5) },
        Event::CoverDealBooked {
            deal,
            facts: facts(Some((RateVersion(3), pln(43_500)))),
            reason: reason(),
        },
        Event::CoverDealBooked {
            deal,
            facts: facts(None),
            reason: reason(),
        },
        Event::CoverDealReversed {
            deal,
            facts: facts(None),
            reason: reason(),
        },
    ]
}

fn judged() -> Vec<Event> {
    let decisions = [
        Decision::Hold(HeldReason::Under),
        Decision::Wait,
        Decision::Refund,
        Decision::AskConsent,
        Decision::AsAgreed,
        Decision::Absorb(pln(-2)),
        Decision::Scale(pln(30_000)),
        Decision::Return(pln(1_000)),
    ];
    let verdict = |scope, rows| MoneyVerdict {
        policy: 4,
        scope,
        rows,
    };
    let every_rule = MoneyRule::ALL
        .iter()
        .copied()
        .zip(decisions.into_iter().cycle());
    let judged = |verdict| Event::MoneyJudged {
        order: OrderId(15),
        verdict,
    };
    vec![
        judged(verdict(scope(), every_rule.collect())),
        judged(verdict(Scope::default(), Vec::new())),
        Event::CustomerClassified {
            customer: CustomerId(7),
            class: CustomerClass::new("regular"),
            reason: "since 2019".to_owned(),
        },
        Event::CustomerClassified {
            customer: CustomerId(7),
            class: None,
            reason: "asked for it".to_owned(),
        },
    ]
}
