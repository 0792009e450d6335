//! The office's rules for money that did not come as agreed, read and applied again: which rows of
//! the decision tables speak, and what the last of them says.

use std::collections::BTreeSet;

use kantor_model::{Currency, Decimal, Money};
use serde_json::Value;

use crate::form::{Form, Misread, whole};
use crate::values::{Held, Side};

/// For whom rules are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Scope {
    pair: Option<(Currency, Currency)>,
    class: Option<String>,
}

impl Form for Scope {
    fn read(value: &Value) -> Result<Scope, Misread> {
        whole(value, |fields| {
            Ok(Scope {
                pair: fields.get("pair")?,
                class: fields.get("class")?,
            })
        })
    }
}

impl Scope {
    fn fits(&self, pair: (Currency, Currency), class: Option<&String>) -> bool {
        let of_pair = self
            .pair
            .is_none_or(|it| it == pair || it == (pair.1, pair.0));
        of_pair && (self.class.is_none() || self.class.as_ref() == class)
    }
}

/// A choice as one word: `hold`, `ask:refund`.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Choice(String);

impl Form for Choice {
    fn read(value: &Value) -> Result<Choice, Misread> {
        if let Some(word) = value.as_str() {
            return Ok(Choice(word.to_owned()));
        }
        whole(value, |fields| {
            let word = fields.only().unwrap_or_default();
            let then: String = fields.get(word)?;
            Ok(Choice(format!("{word}:{then}")))
        })
    }
}

/// One set of rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rules {
    grace_seconds: i64,
    honour_within: Option<u32>,
    late: Choice,
    under_tolerance: Vec<Money>,
    fees: Vec<Money>,
    shortage: Choice,
    minimum: Vec<Money>,
    over_tolerance: Vec<Money>,
    scale_up: u32,
    excess: Choice,
    third_party: Choice,
    wrong_currency: Choice,
    after_end: Choice,
}

impl Form for Rules {
    fn read(value: &Value) -> Result<Rules, Misread> {
        whole(value, |rules| {
            let (grace_seconds, honour_within, late) = rules.inside("late", |late| {
                Ok((
                    late.get("grace_seconds")?,
                    late.get("honour_within")?,
                    late.get("otherwise")?,
                ))
            })?;
            let (under_tolerance, fees, (shortage, minimum)) = rules.inside("under", |under| {
                let rest = (under.get("shortage")?, under.get("minimum")?);
                Ok((under.get("tolerance")?, under.get("fees")?, rest))
            })?;
            let (over_tolerance, scale_up, excess) = rules.inside("over", |over| {
                Ok((
                    over.get("tolerance")?,
                    over.get("scale_up")?,
                    over.get("excess")?,
                ))
            })?;
            Ok(Rules {
                grace_seconds,
                honour_within,
                late,
                under_tolerance,
                fees,
                shortage,
                minimum,
                over_tolerance,
                scale_up,
                excess,
                third_party: rules.get("third_party")?,
                wrong_currency: rules.get("wrong_currency")?,
                after_end: rules.get("after_end")?,
            })
        })
    }
}

/// The rules of an office that has said nothing: a person decides about everything.
fn cautious() -> Rules {
    let hold = || Choice("hold".to_owned());
    Rules {
        grace_seconds: 0,
        honour_within: None,
        late: hold(),
        under_tolerance: Vec::new(),
        fees: Vec::new(),
        shortage: Choice("at_once:hold".to_owned()),
        minimum: Vec::new(),
        over_tolerance: Vec::new(),
        scale_up: 0,
        excess: hold(),
        third_party: hold(),
        wrong_currency: hold(),
        after_end: hold(),
    }
}

/// The rules for an exchange of two currencies by a customer of a class, with whom they are for:
/// those for both, else for the class, else for the pair, else for everybody. The last of equals.
pub(crate) fn rules_for(
    all: &[(Scope, Rules)],
    pair: (Currency, Currency),
    class: Option<&String>,
) -> (Scope, Rules) {
    let weight = |scope: &Scope| (scope.class.is_some(), scope.pair.is_some());
    let mut best: Option<&(Scope, Rules)> = None;
    for one in all.iter().filter(|(scope, _)| scope.fits(pair, class)) {
        if best.is_none_or(|(scope, _)| weight(&one.0) >= weight(scope)) {
            best = Some(one);
        }
    }
    best.cloned()
        .unwrap_or_else(|| (Scope::default(), cautious()))
}

/// What a row says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Decision {
    pub(crate) word: String,
    pub(crate) held: Option<Held>,
    pub(crate) amount: Option<Money>,
}

impl Form for Decision {
    fn read(value: &Value) -> Result<Decision, Misread> {
        if let Some(word) = value.as_str() {
            return Ok(Decision::plain(word));
        }
        whole(value, |fields| {
            let word = fields.only().unwrap_or_default();
            Ok(match word {
                "hold" => Decision::hold(fields.get(word)?),
                _ => Decision::of(word, fields.get(word)?),
            })
        })
    }
}

impl Decision {
    fn plain(word: &str) -> Decision {
        Decision {
            word: word.to_owned(),
            held: None,
            amount: None,
        }
    }

    fn hold(held: Held) -> Decision {
        Decision {
            held: Some(held),
            ..Decision::plain("hold")
        }
    }

    fn of(word: &str, amount: Money) -> Decision {
        Decision {
            amount: Some(amount),
            ..Decision::plain(word)
        }
    }
}

/// A row of the tables by its name, and what it says.
pub(crate) type Rowed = (String, Decision);

/// What is known of an order's money, all of it taken together.
pub(crate) struct Facts {
    pub(crate) problems: BTreeSet<Held>,
    pub(crate) wanted: Money,
    pub(crate) received: Option<Money>,
    pub(crate) side: Side,
    /// The reference rate when the rate was agreed.
    pub(crate) agreed: Decimal,
    /// The reference rate of today, and whether the rate of today gives the customer less.
    pub(crate) today: Option<(Decimal, bool)>,
    pub(crate) may_wait: bool,
    pub(crate) unanswered: bool,
}

impl Rules {
    /// So many seconds after the deadline still count as in time.
    pub(crate) fn grace_seconds(&self) -> i64 {
        self.grace_seconds
    }

    /// Each problem by its table, in the order of precedence, until one of them stops the order.
    pub(crate) fn judge(&self, facts: &Facts) -> Vec<Rowed> {
        let mut rows = Vec::new();
        if facts.problems.contains(&Held::Compliance) {
            let hold = Decision::hold(Held::Compliance);
            return vec![("compliance".to_owned(), hold)];
        }
        for problem in &facts.problems {
            let (rule, decision) = self.table(facts, *problem);
            let stops = decision.word != "as_agreed";
            rows.push((rule.to_owned(), decision));
            if stops {
                break;
            }
        }
        rows
    }

    fn table(&self, facts: &Facts, problem: Held) -> (&'static str, Decision) {
        let or_refund = |choice: &Choice| match choice.0.as_str() {
            "refund" => Decision::plain("refund"),
            _ => Decision::hold(problem),
        };
        match (problem, facts.received) {
            (Held::WrongCurrency, _) => ("wrong_currency", or_refund(&self.wrong_currency)),
            (Held::ThirdPartyPayer, _) => ("third_party", or_refund(&self.third_party)),
            (Held::AfterEnd, _) => ("after_end", or_refund(&self.after_end)),
            (Held::TimeUnknown, _) => ("time_unknown", Decision::hold(problem)),
            (Held::Late, _) => self.late(facts),
            (Held::Under, Some(received)) => self.under(facts, received),
            (Held::Over, Some(received)) => self.over(facts, received),
            (Held::Under, None) => ("under_short", Decision::hold(problem)),
            (Held::Over, None) => ("over_excess", Decision::hold(problem)),
            (Held::Compliance, _) => ("compliance", Decision::hold(problem)),
        }
    }

    /// Is the agreed rate kept?
    fn late(&self, facts: &Facts) -> (&'static str, Decision) {
        let hold = || Decision::hold(Held::Late);
        let otherwise = self.late.0.as_str();
        let asks = otherwise.strip_prefix("ask:");
        if let Some(then) = asks.filter(|_| facts.unanswered) {
            let refund = then == "refund";
            let decision = if refund {
                Decision::plain("refund")
            } else {
                hold()
            };
            return ("late_unanswered", decision);
        }
        let Some((today, is_worse)) = facts.today else {
            return match (self.honour_within, otherwise) {
                (None, "hold") => ("late_beyond", hold()),
                (None, "refund") => ("late_beyond", Decision::plain("refund")),
                _ => ("late_no_rate", hold()),
            };
        };
        if let Some(points) = self.honour_within {
            // What the market moved by against the office.
            let against = match facts.side {
                Side::Buy => facts.agreed.checked_sub(today),
                Side::Sell => today.checked_sub(facts.agreed),
            };
            let as_agreed = Decision::plain("as_agreed");
            if against.is_some_and(|it| it <= Decimal::ZERO) {
                return ("late_our_way", as_agreed);
            }
            let parts = against.and_then(|it| it.checked_mul(Decimal::from(10_000)));
            let allowed = facts.agreed.checked_mul(Decimal::from(points));
            if parts.zip(allowed).is_some_and(|(it, most)| it <= most) {
                return ("late_within", as_agreed);
            }
        }
        match (asks, otherwise, is_worse) {
            (Some(_), _, false) => ("late_not_worse", Decision::plain("as_agreed")),
            (Some(_), _, true) => ("late_beyond", Decision::plain("ask_consent")),
            (None, "refund", _) => ("late_beyond", Decision::plain("refund")),
            (None, _, _) => ("late_beyond", hold()),
        }
    }

    fn under(&self, facts: &Facts, received: Money) -> (&'static str, Decision) {
        let hold = || Decision::hold(Held::Under);
        let Ok(difference) = received.minus(facts.wanted) else {
            return ("under_short", hold());
        };
        let lacks = |most: &[Money]| -i128::from(difference.minor()) <= of(most, facts.wanted);
        if lacks(&self.under_tolerance) {
            return ("under_tolerance", Decision::of("absorb", difference));
        }
        if lacks(&self.fees) {
            return ("under_fees", Decision::of("absorb", difference));
        }
        let (when, then) = self.shortage.0.split_once(':').unwrap_or_default();
        if when == "wait" && facts.may_wait {
            return ("under_wait", Decision::plain("wait"));
        }
        match then {
            "refund" => ("under_short", Decision::plain("refund")),
            "scale" if i128::from(received.minor()) < of(&self.minimum, received) => {
                ("under_minimum", hold())
            }
            "scale" => ("under_short", Decision::of("scale", received)),
            _ => ("under_short", hold()),
        }
    }

    fn over(&self, facts: &Facts, received: Money) -> (&'static str, Decision) {
        let Ok(difference) = received.minus(facts.wanted) else {
            return ("over_excess", Decision::hold(Held::Over));
        };
        let excess = i128::from(difference.minor());
        if excess <= of(&self.over_tolerance, facts.wanted) {
            return ("over_tolerance", Decision::of("absorb", difference));
        }
        if excess * 10_000 <= i128::from(self.scale_up) * i128::from(facts.wanted.minor()) {
            return ("over_scale_up", Decision::of("scale", received));
        }
        match self.excess.0.as_str() {
            "refund" => ("over_excess", Decision::of("return", difference)),
            _ => ("over_excess", Decision::hold(Held::Over)),
        }
    }
}

/// The amount of a list in a currency, nothing where it has none.
fn of(amounts: &[Money], like: Money) -> i128 {
    let found = amounts.iter().find(|it| it.currency() == like.currency());
    found.map_or(0, |it| i128::from(it.minor()))
}
