//! The rules for money that did not come as agreed, and what was decided by them.

use std::collections::BTreeMap;

use kantor_model::{Currency, Money};

use super::{PolicyError, Scope};
use crate::order::HeldReason;

/// At most one amount a currency, none of them less than nothing; a currency without one has zero.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Amounts(BTreeMap<Currency, i64>);

impl Amounts {
    /// No amounts.
    pub const NONE: Amounts = Amounts(BTreeMap::new());

    /// The amount of a currency.
    pub fn of(&self, currency: Currency) -> Money {
        Money::new(self.0.get(&currency).copied().unwrap_or(0), currency)
    }

    /// Each amount, by currency.
    pub fn iter(&self) -> impl Iterator<Item = Money> {
        let money = |(currency, minor): (&Currency, &i64)| Money::new(*minor, *currency);
        self.0.iter().map(money)
    }
}

impl FromIterator<Money> for Amounts {
    /// Of two amounts of one currency the later one stays.
    fn from_iter<I: IntoIterator<Item = Money>>(amounts: I) -> Amounts {
        let minor = |money: Money| (money.currency(), money.minor());
        Amounts(amounts.into_iter().map(minor).collect())
    }
}

/// What is done where money is not taken as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stopped {
    /// A person decides.
    Hold,
    /// It goes back to where it came from.
    Refund,
}

/// What is done with late money whose rate is not honoured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unhonoured {
    /// A person decides.
    Hold,
    /// The customer is asked to consent to today's rate; who does not answer in time is dealt with
    /// as said here. Who refuses has his money back.
    Ask(Stopped),
    /// It goes back to where it came from.
    Refund,
}

/// Late money (wpłata po terminie).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LateRule {
    /// So many seconds after the deadline, by the bank's time, still count as in time.
    pub grace_seconds: i64,
    /// The agreed rate is kept where the reference rate has moved the office's way, or against it
    /// by at most so many basis points (hundredths of a percent); `None` never keeps it.
    pub honour_within: Option<u32>,
    /// What is done where it is not kept.
    pub otherwise: Unhonoured,
}

/// What is done with an order that has too little.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Shortage {
    /// The order waits for the rest until its deadline; what is done then.
    Wait(Rest),
    /// What is done at once.
    AtOnce(Rest),
}

/// What is done with an order that has too little, and of which no more is waited for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rest {
    /// A person decides.
    Hold,
    /// The order is scaled to what came, at its rate.
    Scale,
    /// It goes back to where it came from.
    Refund,
}

/// Too little money (niedopłata).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct UnderRule {
    /// So much less is taken as if it were whole; the office bears the difference.
    pub tolerance: Amounts,
    /// So much less is taken as fees that banks took on the way; the office bears them.
    pub fees: Amounts,
    /// What is done with a greater shortage.
    pub shortage: Shortage,
    /// A scaled order is of at least this much; for less a person decides.
    pub minimum: Amounts,
}

/// Too much money (nadpłata).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OverRule {
    /// So much more is kept, and booked as a difference.
    pub tolerance: Amounts,
    /// So many basis points more scale the order up to what came, at its rate; zero never does.
    pub scale_up: u32,
    /// What is done with a greater excess: held, or the difference goes back to the paying account.
    pub excess: Stopped,
}

/// What is done with money that did not come as agreed, for one pair and class.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MoneyRules {
    /// After the deadline.
    pub late: LateRule,
    /// Less than agreed.
    pub under: UnderRule,
    /// More than agreed.
    pub over: OverRule,
    /// From an account that is not the customer's.
    pub third_party: Stopped,
    /// In another currency than the order's.
    pub wrong_currency: Stopped,
    /// For an order that was cancelled before.
    pub after_end: Stopped,
}

impl MoneyRules {
    /// A person decides about everything.
    pub const fn cautious() -> MoneyRules {
        MoneyRules {
            late: LateRule {
                grace_seconds: 0,
                honour_within: None,
                otherwise: Unhonoured::Hold,
            },
            under: UnderRule {
                tolerance: Amounts::NONE,
                fees: Amounts::NONE,
                shortage: Shortage::AtOnce(Rest::Hold),
                minimum: Amounts::NONE,
            },
            over: OverRule {
                tolerance: Amounts::NONE,
                scale_up: 0,
                excess: Stopped::Hold,
            },
            third_party: Stopped::Hold,
            wrong_currency: Stopped::Hold,
            after_end: Stopped::Hold,
        }
    }

    pub(super) fn check(&self) -> Result<(), PolicyError> {
        if self.late.grace_seconds < 0 {
            return Err(PolicyError::Negative {
                field: "grace_seconds",
            });
        }
        for (field, amounts) in [
            ("under.tolerance", &self.under.tolerance),
            ("under.fees", &self.under.fees),
            ("under.minimum", &self.under.minimum),
            ("over.tolerance", &self.over.tolerance),
        ] {
            if amounts.iter().any(Money::is_negative) {
                return Err(PolicyError::Negative { field });
            }
        }
        Ok(())
    }
}

macro_rules! money_rules {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// One row of the decision tables: by what money was judged.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum MoneyRule {
            $($(#[$doc])* $name,)*
        }

        impl MoneyRule {
            /// Every row.
            pub const ALL: &[MoneyRule] = &[$(MoneyRule::$name),*];

            /// The stable word: `late_within`.
            pub const fn word(self) -> &'static str {
                match self {
                    $(MoneyRule::$name => $word,)*
                }
            }

            /// The row of that word.
            pub fn from_word(word: &str) -> Option<MoneyRule> {
                MoneyRule::ALL.iter().copied().find(|rule| rule.word() == word)
            }
        }
    };
}

money_rules! {
    /// The law stopped the order: a person decides, whatever else is said.
    Compliance "compliance";
    /// Money in another currency.
    WrongCurrency "wrong_currency";
    /// Money from an account that is not the customer's.
    ThirdParty "third_party";
    /// Money for an order that had been cancelled.
    AfterEnd "after_end";
    /// The bank gives a date only, and the policy says that a person judges.
    TimeUnknown "time_unknown";
    /// Late, and the reference rate has not moved, or moved the office's way.
    LateOurWay "late_our_way";
    /// Late, and the reference rate has moved against the office by no more than the rule allows.
    LateWithin "late_within";
    /// Late, and the rate of today would give the customer no less than the agreed one.
    LateNotWorse "late_not_worse";
    /// Late, and no rate of today is known.
    LateNoRate "late_no_rate";
    /// Late, and the agreed rate is not kept.
    LateBeyond "late_beyond";
    /// Late, and the customer did not answer to the rate of today.
    LateUnanswered "late_unanswered";
    /// Too little, within the tolerance.
    UnderTolerance "under_tolerance";
    /// Too little, within what banks take on the way.
    UnderFees "under_fees";
    /// Too little, and there is still time for the rest.
    UnderWait "under_wait";
    /// Too little to scale the order to.
    UnderMinimum "under_minimum";
    /// Too little.
    UnderShort "under_short";
    /// Too much, within the tolerance.
    OverTolerance "over_tolerance";
    /// Too much, within what the order may be scaled up by.
    OverScaleUp "over_scale_up";
    /// Too much.
    OverExcess "over_excess";
}

/// What a row of the tables says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decision {
    /// A person decides; the order is held for this reason.
    Hold(HeldReason),
    /// The order waits for the rest.
    Wait,
    /// Everything goes back to where it came from.
    Refund,
    /// The customer is asked to consent to the rate of today.
    AskConsent,
    /// It is taken as if it had come as agreed.
    AsAgreed,
    /// It is taken, and the office bears (negative) or keeps (positive) this difference.
    Absorb(Money),
    /// The order is scaled to this sum, at its rate.
    Scale(Money),
    /// This much goes back to the paying account; the rest is as agreed.
    Return(Money),
}

impl Decision {
    /// The stable word: `ask_consent`.
    pub const fn word(self) -> &'static str {
        match self {
            Decision::Hold(_) => "hold",
            Decision::Wait => "wait",
            Decision::Refund => "refund",
            Decision::AskConsent => "ask_consent",
            Decision::AsAgreed => "as_agreed",
            Decision::Absorb(_) => "absorb",
            Decision::Scale(_) => "scale",
            Decision::Return(_) => "return",
        }
    }
}

/// What the policy said about an order's money, kept for ever (law 7): the last row is what was
/// done, the rows before it are what it took as it was.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MoneyVerdict {
    /// The version of the policy.
    pub policy: u32,
    /// For whom the rules are that were used.
    pub scope: Scope,
    /// The rows that were used, each with what it said.
    pub rows: Vec<(MoneyRule, Decision)>,
}
