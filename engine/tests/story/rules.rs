//! The office's rules in the words of a story, and what is shown of its money.

use kantor_engine::matching::{LineRule, RuleDoes, Way};
use kantor_engine::policy::{
    CustomerClass, Decision, MoneyRules, MoneyVerdict, PositionLimit, Scope,
};
use kantor_engine::{Actor, Command, Event, Policy, what_if};
use kantor_model::Money;

use super::acts::{currency, money};
use super::{Row, Story};
use crate::fixture::rules::set;

impl Story {
    /// `rules [EUR/PLN] [regular] late.honour=20 under.short=scale`: one set of rules, for a pair,
    /// a class, both, or everybody. `also` leaves a set for the same ones beside it.
    pub(super) fn set_rules(&mut self, words: &[&str]) {
        let policy = self.with_rules(words);
        self.put_in_force(policy);
    }

    /// `what if rules EUR/PLN late.honour=20`: what the rules would do with each held order.
    pub(super) fn what_if(&mut self, words: &[&str]) {
        let policy = self.with_rules(words);
        let would = match what_if(&self.office.state, &policy, self.office.now) {
            Ok(would) => would,
            Err(refusal) => panic!("{refusal}"),
        };
        for what in would {
            let rows = what.would_say.as_ref().map_or(String::new(), rows);
            let row = format!("{:?} -> {:?}; {rows}", what.is, what.would_be);
            self.told.push((format!("would {}", what.order), row));
        }
    }

    /// `line rule fees out books bank-fees most 10.00 PLN code S34 on mpln: oplata za`: one more rule
    /// for lines that are nobody's order; after the colon the words of the title.
    pub(super) fn line_rule(&mut self, words: &[&str]) {
        let text = words.join(" ");
        let (head, title) = text.split_once(':').unwrap_or((&text, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        let [name, way, does, ledger_account, rest @ ..] = words.as_slice() else {
            panic!("line rule NAME in|out books|proposes ACCOUNT");
        };
        let after = |word: &str| {
            let at = rest.iter().position(|known| *known == word)?;
            rest.get(at + 1..)
        };
        let title = title.trim();
        let mut rules = self.office.state.line_rules.clone();
        rules.rules.push(LineRule {
            name: (*name).to_owned(),
            account: after("on").map(|rest| self.names.account(rest[0])),
            way: if *way == "in" { Way::In } else { Way::Out },
            code: after("code").map(|rest| rest[0].to_owned()),
            words: Some(title.to_owned())
                .filter(|title| !title.is_empty())
                .into_iter()
                .collect(),
            most: after("most").map(|rest| money(rest[0], currency(rest[1]))),
            ledger_account: (*ledger_account).to_owned(),
            does: if *does == "books" {
                RuleDoes::Book
            } else {
                RuleDoes::Propose
            },
        });
        let boss = Actor::Staff("boss".to_owned());
        self.ask(&boss, &Command::SetLineRules { rules });
    }

    fn with_rules(&self, words: &[&str]) -> Policy {
        let mut policy = self.policy();
        let mut scope = Scope::default();
        let mut rules = MoneyRules::cautious();
        let mut also = false;
        for word in words {
            match (word.split_once('='), word.split_once('/')) {
                (Some((name, value)), _) => set(&mut rules, name, value),
                (None, Some((one, other))) => scope.pair = Some((currency(one), currency(other))),
                (None, None) if *word == "also" => also = true,
                (None, None) => scope.class = CustomerClass::new(word),
            }
        }
        if !also {
            policy.money.retain(|(known, _)| *known != scope);
        }
        policy.money.push((scope, rules));
        policy
    }

    /// `limit EUR 1000.00 calm 800.00`, or `limit EUR none`.
    pub(super) fn set_limit(&mut self, words: &[&str]) {
        let mut policy = self.policy();
        let code = currency(words[0]);
        policy
            .limits
            .retain(|limit| limit.limit.currency() != code || words.contains(&"also"));
        if let [_, limit, "calm", calm, ..] = words {
            policy.limits.push(PositionLimit {
                limit: money(limit, code),
                calm: money(calm, code),
            });
        }
        self.put_in_force(policy);
    }

    pub(super) fn set_home(&mut self, code: &str) {
        let home = currency(code);
        let policy = Policy {
            home,
            ..self.policy()
        };
        self.put_in_force(policy);
    }

    fn policy(&self) -> Policy {
        let policy = self.office.state.policy.clone();
        policy.unwrap_or(Policy::initial())
    }

    fn put_in_force(&mut self, policy: Policy) {
        let boss = Actor::Staff("boss".to_owned());
        self.ask(&boss, &Command::SetPolicy { policy });
    }
}

/// What an event says of the office's rules and of its position.
pub(super) fn told(event: &Event) -> Option<Row> {
    match event {
        Event::MoneyJudged { order, verdict } => {
            Some((format!("judged {order}"), judged(verdict)?))
        }
        Event::CustomerClassified {
            customer, class, ..
        } => {
            let class = class
                .as_ref()
                .map_or("none".to_owned(), ToString::to_string);
            Some((format!("customer {customer}"), format!("class {class}")))
        }
        Event::CustomerHelped {
            customer,
            help,
            reason,
        } => Some((
            format!("customer {customer}"),
            format!("{help:?}: {reason}"),
        )),
        Event::KeyChanged {
            name,
            change,
            reason,
        } => Some((format!("key {name}"), format!("{change:?}: {reason}"))),
        Event::PositionOverLimit { open, limit } => {
            let what = format!("PositionOverLimit {open} open, limit {limit}");
            Some(("ALARM".to_owned(), what))
        }
        Event::PositionCalm { open } => {
            Some(("calm".to_owned(), format!("PositionCalm {open} open")))
        }
        Event::PositionRevalued {
            day,
            table,
            currencies,
            result,
        } => {
            let valued: Vec<String> = currencies
                .iter()
                .map(|valued| format!("; {} at {} is {}", valued.open, valued.mid, valued.value))
                .collect();
            let what = format!("by rates {table}, result {result}{}", valued.concat());
            Some((format!("revalued {day}"), what)).filter(|_| !currencies.is_empty())
        }
        _ => None,
    }
}

/// The rows of the tables that were used. That a person decides is told by the order's state.
fn judged(verdict: &MoneyVerdict) -> Option<String> {
    if let [(_, Decision::Hold(_))] = verdict.rows.as_slice() {
        return None;
    }
    Some(format!("by policy {}, {}", verdict.policy, rows(verdict)))
}

/// Each row with what it said.
fn rows(verdict: &MoneyVerdict) -> String {
    let money = |decision: &Decision| -> Option<Money> {
        match decision {
            Decision::Absorb(money) | Decision::Scale(money) | Decision::Return(money) => {
                Some(*money)
            }
            _ => None,
        }
    };
    let rows: Vec<String> = verdict
        .rows
        .iter()
        .map(|(rule, decision)| {
            let amount = money(decision).map_or(String::new(), |money| format!(" {money}"));
            format!("{}: {}{amount}", rule.word(), decision.word())
        })
        .collect();
    rows.join(", ")
}
