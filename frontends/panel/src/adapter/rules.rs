//! The office's rules as a document, and what other rules would do.

use kantor_engine::matching::{LineRule, LineRules, RuleDoes, Way};
use kantor_engine::policy::{
    Amounts, CustomerClass, Decision, LateRule, MoneyRules, MoneyVerdict, OverRule, PositionLimit,
    Rest, Scope, Shortage, Stopped, UnderRule, Unhonoured,
};
use kantor_engine::{DateOnly, Policy, Provisional, Snapshot, WhatIf};
use kantor_model::Currency;
use kantor_wire::{
    Amount, LateOtherwise, LimitRule, LineRuleDoes, LineRulesDocument, MoneyRule, Otherwise,
    RulesDocument, Short, Unproved, WhatIfView,
};

use super::desk::account_id;
use super::refused::unreadable;
use super::{read, views};
use crate::port::PortResult;

/// The rules in force.
pub(super) fn document(policy: &Policy) -> RulesDocument {
    RulesDocument {
        version: policy.version,
        order_seconds: policy.order_seconds,
        quote_seconds: policy.quote_seconds,
        date_only: match policy.date_only {
            DateOnly::InTime => kantor_wire::DateOnly::InTime,
            DateOnly::Ask => kantor_wire::DateOnly::Ask,
        },
        unproved: match policy.provisional {
            Provisional::Fund => Unproved::Fund,
            Provisional::Wait => Unproved::Wait,
        },
        four_eyes: policy.four_eyes,
        home: policy.home.code().to_owned(),
        limits: policy
            .limits
            .iter()
            .map(|limit| LimitRule {
                limit: views::amount(limit.limit),
                calm: views::amount(limit.calm),
            })
            .collect(),
        money: policy
            .money
            .iter()
            .map(|(scope, rules)| money_document(scope, rules))
            .collect(),
    }
}

fn money_document(scope: &Scope, rules: &MoneyRules) -> MoneyRule {
    let amounts = |amounts: &Amounts| amounts.iter().map(views::amount).collect();
    let MoneyRules {
        late,
        under,
        over,
        third_party,
        wrong_currency,
        after_end,
    } = rules;
    MoneyRule {
        pair: scope
            .pair
            .map(|(one, other)| format!("{}/{}", one.code(), other.code())),
        class: scope.class.as_ref().map(ToString::to_string),
        third_party: otherwise(*third_party),
        wrong_currency: otherwise(*wrong_currency),
        after_end: otherwise(*after_end),
        late: kantor_wire::LateRule {
            grace_seconds: late.grace_seconds,
            honour_within: late.honour_within,
            otherwise: match late.otherwise {
                Unhonoured::Hold => LateOtherwise::Hold,
                Unhonoured::Ask(Stopped::Hold) => LateOtherwise::AskOrHold,
                Unhonoured::Ask(Stopped::Refund) => LateOtherwise::AskOrRefund,
                Unhonoured::Refund => LateOtherwise::Refund,
            },
        },
        under: kantor_wire::UnderRule {
            short: match under.shortage {
                Shortage::AtOnce(Rest::Hold) => Short::Hold,
                Shortage::AtOnce(Rest::Scale) => Short::Scale,
                Shortage::AtOnce(Rest::Refund) => Short::Refund,
                Shortage::Wait(Rest::Hold) => Short::WaitOrHold,
                Shortage::Wait(Rest::Scale) => Short::WaitOrScale,
                Shortage::Wait(Rest::Refund) => Short::WaitOrRefund,
            },
            tolerance: amounts(&under.tolerance),
            fees: amounts(&under.fees),
            minimum: amounts(&under.minimum),
        },
        over: kantor_wire::OverRule {
            scale_up: over.scale_up,
            excess: otherwise(over.excess),
            tolerance: amounts(&over.tolerance),
        },
    }
}

fn otherwise(stopped: Stopped) -> Otherwise {
    match stopped {
        Stopped::Hold => Otherwise::Hold,
        Stopped::Refund => Otherwise::Refund,
    }
}

/// Rules that a person wrote.
pub(super) fn policy(document: &RulesDocument) -> PortResult<Policy> {
    let limit = |rule: &LimitRule| {
        Ok(PositionLimit {
            limit: amount(&rule.limit)?,
            calm: amount(&rule.calm)?,
        })
    };
    Ok(Policy {
        version: document.version,
        order_seconds: document.order_seconds,
        quote_seconds: document.quote_seconds,
        date_only: match document.date_only {
            kantor_wire::DateOnly::InTime => DateOnly::InTime,
            kantor_wire::DateOnly::Ask => DateOnly::Ask,
        },
        provisional: match document.unproved {
            Unproved::Fund => Provisional::Fund,
            Unproved::Wait => Provisional::Wait,
        },
        four_eyes: document.four_eyes,
        home: read::currency(&document.home)?,
        money: document
            .money
            .iter()
            .map(|rule| Ok((scope(rule)?, money_rules(rule)?)))
            .collect::<PortResult<_>>()?,
        limits: document
            .limits
            .iter()
            .map(limit)
            .collect::<PortResult<_>>()?,
    })
}

fn amount(amount: &Amount) -> PortResult<kantor_model::Money> {
    read::money(&amount.amount, read::currency(&amount.currency)?)
}

fn scope(rule: &MoneyRule) -> PortResult<Scope> {
    let pair = |text: &String| -> PortResult<(Currency, Currency)> {
        let (one, other) = text.split_once('/').ok_or_else(|| {
            unreadable(
                "pair-unreadable",
                &format!("a pair of currencies is written EUR/PLN, not `{text}`"),
            )
        })?;
        Ok((read::currency(one)?, read::currency(other)?))
    };
    let class = |name: &String| {
        CustomerClass::new(name).ok_or_else(|| {
            unreadable(
                "class-unreadable",
                &format!(
                    "a class of customers is named with lower-case letters, digits and dashes, \
                     not `{name}`"
                ),
            )
        })
    };
    Ok(Scope {
        pair: rule.pair.as_ref().map(pair).transpose()?,
        class: rule.class.as_ref().map(class).transpose()?,
    })
}

fn money_rules(rule: &MoneyRule) -> PortResult<MoneyRules> {
    let amounts =
        |amounts: &[Amount]| -> PortResult<Amounts> { amounts.iter().map(amount).collect() };
    let stopped = |otherwise: Otherwise| match otherwise {
        Otherwise::Hold => Stopped::Hold,
        Otherwise::Refund => Stopped::Refund,
    };
    Ok(MoneyRules {
        late: LateRule {
            grace_seconds: rule.late.grace_seconds,
            honour_within: rule.late.honour_within,
            otherwise: match rule.late.otherwise {
                LateOtherwise::Hold => Unhonoured::Hold,
                LateOtherwise::AskOrHold => Unhonoured::Ask(Stopped::Hold),
                LateOtherwise::AskOrRefund => Unhonoured::Ask(Stopped::Refund),
                LateOtherwise::Refund => Unhonoured::Refund,
            },
        },
        under: UnderRule {
            tolerance: amounts(&rule.under.tolerance)?,
            fees: amounts(&rule.under.fees)?,
            shortage: match rule.under.short {
                Short::Hold => Shortage::AtOnce(Rest::Hold),
                Short::Scale => Shortage::AtOnce(Rest::Scale),
                Short::Refund => Shortage::AtOnce(Rest::Refund),
                Short::WaitOrHold => Shortage::Wait(Rest::Hold),
                Short::WaitOrScale => Shortage::Wait(Rest::Scale),
                Short::WaitOrRefund => Shortage::Wait(Rest::Refund),
            },
            minimum: amounts(&rule.under.minimum)?,
        },
        over: OverRule {
            tolerance: amounts(&rule.over.tolerance)?,
            scale_up: rule.over.scale_up,
            excess: stopped(rule.over.excess),
        },
        third_party: stopped(rule.third_party),
        wrong_currency: stopped(rule.wrong_currency),
        after_end: stopped(rule.after_end),
    })
}

/// What other rules would do with an order, for people.
pub(super) fn what_if_view(seen: &Snapshot, what: &WhatIf) -> WhatIfView {
    WhatIfView {
        order: what.order.to_string(),
        reference: seen
            .orders
            .get(&what.order)
            .map(views::reference)
            .unwrap_or_default(),
        is: views::order_state(what.is),
        said: rows(what.said.as_ref()),
        would_say: rows(what.would_say.as_ref()),
        would_be: views::order_state(what.would_be),
    }
}

fn rows(verdict: Option<&MoneyVerdict>) -> Vec<String> {
    let rows = verdict.map_or(&[][..], |verdict| verdict.rows.as_slice());
    rows.iter()
        .map(|(rule, decision)| {
            let amount = match decision {
                Decision::Absorb(money) | Decision::Scale(money) | Decision::Return(money) => {
                    format!(" {money}")
                }
                Decision::Hold(_)
                | Decision::Wait
                | Decision::Refund
                | Decision::AskConsent
                | Decision::AsAgreed => String::new(),
            };
            format!("{}: {}{amount}", rule.word(), decision.word())
        })
        .collect()
}

/// The rules in force for lines that are nobody's order.
pub(super) fn line_document(rules: &LineRules) -> LineRulesDocument {
    let rule = |rule: &LineRule| kantor_wire::LineRule {
        name: rule.name.clone(),
        account: rule.account.map(|account| account.to_string()),
        way: match rule.way {
            Way::In => kantor_wire::Way::In,
            Way::Out => kantor_wire::Way::Out,
        },
        code: rule.code.clone(),
        words: rule.words.clone(),
        ledger_account: rule.ledger_account.clone(),
        does: match rule.does {
            RuleDoes::Book => LineRuleDoes::Book,
            RuleDoes::Propose => LineRuleDoes::Propose,
        },
        most: rule.most.map(views::amount),
    };
    LineRulesDocument {
        version: rules.version,
        rules: rules.rules.iter().map(rule).collect(),
    }
}

/// Such rules that a person wrote.
pub(super) fn line_rules(document: &LineRulesDocument) -> PortResult<LineRules> {
    let rule = |rule: &kantor_wire::LineRule| -> PortResult<LineRule> {
        Ok(LineRule {
            name: rule.name.clone(),
            account: rule.account.as_deref().map(account_id).transpose()?,
            way: match rule.way {
                kantor_wire::Way::In => Way::In,
                kantor_wire::Way::Out => Way::Out,
            },
            code: rule.code.clone(),
            words: rule.words.clone(),
            most: rule.most.as_ref().map(amount).transpose()?,
            ledger_account: rule.ledger_account.clone(),
            does: match rule.does {
                LineRuleDoes::Book => RuleDoes::Book,
                LineRuleDoes::Propose => RuleDoes::Propose,
            },
        })
    };
    Ok(LineRules {
        version: document.version,
        rules: document.rules.iter().map(rule).collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_survive_being_a_document() {
        let pair = Some((Currency::EUR, Currency::PLN));
        let amounts = || {
            [kantor_model::Money::new(50, Currency::PLN)]
                .into_iter()
                .collect()
        };
        let mut rules = MoneyRules::cautious();
        rules.late.honour_within = Some(20);
        rules.late.otherwise = Unhonoured::Ask(Stopped::Refund);
        rules.under.tolerance = amounts();
        rules.under.shortage = Shortage::Wait(Rest::Scale);
        rules.over.excess = Stopped::Refund;
        let scope = Scope {
            pair,
            class: CustomerClass::new("regular"),
        };
        let limit = PositionLimit {
            limit: kantor_model::Money::new(100_00, Currency::EUR),
            calm: kantor_model::Money::new(80_00, Currency::EUR),
        };
        let written = Policy {
            money: vec![(scope, rules), (Scope::default(), MoneyRules::cautious())],
            limits: vec![limit],
            date_only: DateOnly::Ask,
            provisional: Provisional::Wait,
            ..Policy::initial()
        };
        assert_eq!(policy(&document(&written)).unwrap(), written);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let mut rule = money_document(&Scope::default(), &MoneyRules::cautious());
        rule.pair = Some("EURPLN".to_owned());
        assert!(scope(&rule).unwrap_err().to_string().contains("EURPLN"));
        rule.pair = None;
        rule.class = Some("Stały klient".to_owned());
        assert!(scope(&rule).unwrap_err().to_string().contains("Stały"));
    }
}
