//! What the office decides in advance, as data (zasady kantoru).
//!
//! What happens with money that did not come as agreed is in [`MoneyRules`], one set of them for a
//! pair of currencies and a class of customers; `policy/judge.rs` reads them.

mod judge;
mod rules;

use std::collections::BTreeMap;
use std::fmt;

use kantor_model::{Currency, Money};

pub use judge::{Judgement, Market, MoneyAct, MoneyFacts, judge};
pub use rules::{
    Amounts, Decision, LateRule, MoneyRule, MoneyRules, MoneyVerdict, OverRule, Rest, Shortage,
    Stopped, UnderRule, Unhonoured,
};

/// What a date without a time means for a deadline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DateOnly {
    /// Booked on or before the deadline's banking day counts as in time.
    InTime,
    /// A person is asked.
    Ask,
}

/// What lines of a running day, not yet proved by a closing balance, may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Provisional {
    /// They may fund an order.
    Fund,
    /// They wait until a statement proves them.
    Wait,
}

/// The name of a class of customers (klasa klienta): lower-case letters, digits and dashes, such as
/// `regular`. A customer has one or none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CustomerClass(String);

impl CustomerClass {
    /// The longest name.
    const LONGEST: usize = 40;

    /// The class of that name; `None` when it is no name.
    pub fn new(name: &str) -> Option<CustomerClass> {
        let good = !name.is_empty()
            && name.len() <= CustomerClass::LONGEST
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        good.then(|| CustomerClass(name.to_owned()))
    }
}

impl fmt::Display for CustomerClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// For whom rules are: a pair of currencies in either direction, a class of customers, both, or
/// everybody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Scope {
    /// The two currencies of the exchange, whichever of them is given.
    pub pair: Option<(Currency, Currency)>,
    /// The class of the customer.
    pub class: Option<CustomerClass>,
}

impl Scope {
    /// The same scope with its pair in one order, so that a pair has one name.
    fn in_order(&self) -> Scope {
        Scope {
            pair: self
                .pair
                .map(|(one, other)| (one.min(other), one.max(other))),
            class: self.class.clone(),
        }
    }
}

/// How much of a currency the office may have open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PositionLimit {
    /// The most that may be open, long or short; more raises the alarm.
    pub limit: Money,
    /// The alarm ends when no more than this is open, so that it does not flicker at the limit.
    pub calm: Money,
}

/// The office's rules (zasady kantoru). Versioned: what was decided names the version.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Policy {
    /// Counts up with each change.
    pub version: u32,
    /// How long a customer has to pay, in seconds.
    pub order_seconds: i64,
    /// How long a replaced table of rates may still be accepted, in seconds.
    pub quote_seconds: i64,
    /// See [`DateOnly`].
    pub date_only: DateOnly,
    /// See [`Provisional`].
    pub provisional: Provisional,
    /// Whether the one who approves a batch must be another than the one who made it.
    pub four_eyes: bool,
    /// The currency in which the office reckons its result.
    pub home: Currency,
    /// Rules for money that did not come as agreed, each with whom they are for.
    pub money: Vec<(Scope, MoneyRules)>,
    /// How much of a currency may be open; one limit a currency.
    pub limits: Vec<PositionLimit>,
}

/// Why rules cannot be put in force.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs)] // the sentences say it
pub enum PolicyError {
    #[error("two sets of rules are for the same pair and class; keep one of them")]
    ScopeTwice,
    #[error("a pair needs two different currencies; name both")]
    OneCurrency,
    #[error("`{field}` is less than nothing; write zero or more")]
    Negative { field: &'static str },
    #[error("{currency} has two limits; keep one of them")]
    LimitTwice { currency: Currency },
    #[error(
        "the limit {limit} ends its alarm at {calm}; write an amount of the same currency, from zero to the limit"
    )]
    Calm { limit: Money, calm: Money },
    #[error("what is open is measured in {home}; write limits for the other currencies only")]
    HomeLimit { home: Currency },
}

impl Policy {
    /// What a new office begins with: fifteen minutes to pay, one minute to accept a rate, and a
    /// person decides about all money that did not come as agreed.
    pub const fn initial() -> Policy {
        Policy {
            version: 1,
            order_seconds: 15 * 60,
            quote_seconds: 60,
            date_only: DateOnly::InTime,
            provisional: Provisional::Fund,
            four_eyes: false,
            home: Currency::PLN,
            money: Vec::new(),
            limits: Vec::new(),
        }
    }

    /// The rules for an exchange of two currencies by a customer of a class, with whom they are
    /// for: those for pair and class, else for the class, else for the pair, else for everybody,
    /// else the cautious ones of a new office.
    pub fn money_rules(
        &self,
        pair: (Currency, Currency),
        class: Option<&CustomerClass>,
    ) -> (Scope, MoneyRules) {
        let fits = |scope: &Scope| {
            let Scope {
                pair: of,
                class: with,
            } = scope;
            of.is_none_or(|(one, other)| pair == (one, other) || pair == (other, one))
                && with.as_ref().is_none_or(|with| Some(with) == class)
        };
        self.money
            .iter()
            .filter(|(scope, _)| fits(scope))
            .max_by_key(|(scope, _)| (scope.class.is_some(), scope.pair.is_some()))
            .cloned()
            .unwrap_or_else(|| (Scope::default(), MoneyRules::cautious()))
    }

    /// The limit of a currency.
    pub fn limit(&self, currency: Currency) -> Option<PositionLimit> {
        let mut limits = self.limits.iter().copied();
        limits.find(|limit| limit.limit.currency() == currency)
    }

    /// Whether the rules can be put in force.
    pub fn check(&self) -> Result<(), PolicyError> {
        let mut scopes = BTreeMap::new();
        for (scope, rules) in &self.money {
            if scope.pair.is_some_and(|(one, other)| one == other) {
                return Err(PolicyError::OneCurrency);
            }
            if scopes.insert(scope.in_order(), ()).is_some() {
                return Err(PolicyError::ScopeTwice);
            }
            rules.check()?;
        }
        let mut limits = BTreeMap::new();
        for PositionLimit { limit, calm } in &self.limits {
            let currency = limit.currency();
            if currency == self.home {
                return Err(PolicyError::HomeLimit { home: self.home });
            }
            if limits.insert(currency, ()).is_some() {
                return Err(PolicyError::LimitTwice { currency });
            }
            let fits = calm.currency() == currency && (0..=limit.minor()).contains(&calm.minor());
            if !fits {
                return Err(PolicyError::Calm {
                    limit: *limit,
                    calm: *calm,
                });
            }
        }
        Ok(())
    }
}
