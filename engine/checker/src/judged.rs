//! What the office's rules said about an order's money, and that what was done is what they said.

use std::collections::BTreeSet;

use kantor_model::Money;

use crate::Checks;
use crate::form::{Fields, Misread};
use crate::life::OrderState;
use crate::log::At;
use crate::office::{Office, Order};
use crate::position::Stated;
use crate::rules::{Decision, Facts, Rowed, Rules, Scope, rules_for};
use crate::values::{Held, Moves, Terms};

/// What the rules said, as an event states it.
pub(crate) struct Verdict {
    policy: u32,
    scope: Scope,
    rows: Vec<Rowed>,
}

impl Verdict {
    pub(crate) fn read(verdict: &Fields<'_>) -> Result<Verdict, Misread> {
        Ok(Verdict {
            policy: verdict.get("policy")?,
            scope: verdict.get("scope")?,
            rows: verdict.get("rows")?,
        })
    }
}

/// A reason that the rules gave, and no person.
pub(crate) fn is_policys(reason: &str) -> bool {
    reason.starts_with("policy ")
}

impl Office<'_> {
    /// The rules in force for an order, with whom they are for.
    pub(crate) fn rules_of(&self, at: &At<'_>, order: &Order) -> Checks<(Scope, Rules)> {
        let pair = (order.terms.gives.currency(), order.terms.gets.currency());
        let class = self.classes.get(&order.customer);
        Ok(rules_for(&self.policy(at)?.money, pair, class))
    }

    /// The rules were asked: the ones in force, about money that fails, and this is what they say.
    pub(crate) fn money_judged(
        &mut self,
        at: &At<'_>,
        order: u64,
        verdict: Verdict,
    ) -> Checks<Moves> {
        let known = self.order(at, order)?;
        at.must(!known.receipts.is_empty(), || {
            format!("nothing came for order {order}")
        })?;
        let in_force = self.policy(at)?.version;
        at.must(verdict.policy == in_force, || {
            format!("the rules in force are of version {in_force}")
        })?;
        let (scope, rules) = self.rules_of(at, known)?;
        at.must(scope == verdict.scope, || {
            "other rules are meant for that pair and class".to_owned()
        })?;
        let rows = rules.judge(&self.facts_of(at, known));
        at.must(rows == verdict.rows, || {
            format!("the rules say {}", told(&rows))
        })?;
        self.order_mut(at, order)?.judged = verdict.rows.last().cloned();
        Ok(Moves::new())
    }

    fn facts_of(&self, at: &At<'_>, order: &Order) -> Facts {
        let until = order.offer.map(|(_, until)| until);
        Facts {
            problems: order.problems(),
            wanted: order.terms.gives,
            received: order.received_alone(),
            side: order.terms.side,
            agreed: order.terms.mid,
            today: self.today(&order.terms),
            may_wait: order.state == OrderState::AwaitingFunds && at.moment <= order.deadline,
            unanswered: until.is_some_and(|until| at.moment > until),
        }
    }

    /// The reference rate of today, and whether the customer's rate of today gives him less.
    fn today(&self, terms: &Terms) -> Option<(kantor_model::Decimal, bool)> {
        let rate = self.rate_now(terms)?;
        let gets = Terms { rate, ..*terms }.gets_for_gives()?;
        Some((self.mid_now(terms), gets.minor() < terms.gets.minor()))
    }

    /// An order that is funded without a person's word, though its money fails, is one that the
    /// rules let go on so.
    pub(crate) fn lets_go_on(
        &self,
        at: &At<'_>,
        order: u64,
        difference: Option<&Stated>,
        back: i64,
    ) -> Checks {
        let known = self.order(at, order)?;
        let failing = known.failing();
        let (rule, decision) = match &known.judged {
            Some((rule, decision)) => (rule.as_str(), Some(decision)),
            None => ("", None),
        };
        let word = decision.map_or("", |decision| decision.word.as_str());
        let amount = decision.and_then(|decision| decision.amount);
        let borne = difference.map(|stated| (stated.account.as_str(), stated.amount.minor()));
        let account = match rule {
            "under_fees" => "fees-on-the-way",
            _ => "payment-differences",
        };
        let is_so = match word {
            _ if failing.is_none() => borne.is_none() && back == 0,
            "as_agreed" => borne.is_none() && back == 0,
            "absorb" => {
                let minor = amount.map(|it| it.minor().saturating_neg());
                back == 0 && borne == minor.map(|minor| (account, minor))
            }
            "return" => borne.is_none() && amount.map(Money::minor) == Some(back),
            _ => false,
        };
        at.must(is_so, || {
            let word = failing.map_or("nothing", Held::word);
            format!("the money of order {order} fails by {word}, and no rule lets it go on so")
        })
    }

    /// What is done for the rules' reason is what they said.
    pub(crate) fn policy_said(&self, at: &At<'_>, order: u64, word: &str) -> Checks<&Decision> {
        let judged = self.order(at, order)?.judged.as_ref();
        let decision = judged.map(|(_, decision)| decision);
        decision
            .filter(|decision| decision.word == word)
            .ok_or_else(|| at.wrong(format!("the rules did not say {word} for order {order}")))
    }
}

impl Order {
    /// Every test that its money fails, all of it taken together.
    pub(crate) fn problems(&self) -> BTreeSet<Held> {
        let of_lines = self.failures.keys().copied();
        let of_lines = of_lines.filter(|held| !held.is_of_the_sum());
        let of_sum = self.sum_fails(self.received_alone());
        let of_law = (self.state == OrderState::Held(Held::Compliance)).then_some(Held::Compliance);
        of_lines.chain(of_sum).chain(of_law).collect()
    }
}

fn told(rows: &[Rowed]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(rule, decision)| format!("{rule}: {}", decision.word))
        .collect();
    rows.join(", ")
}
