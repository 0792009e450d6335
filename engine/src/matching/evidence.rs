//! Why a line was matched as it was, and what would have made it match: typed facts that are kept
//! for ever with the event, and become sentences only where people read them (law 7).

use std::borrow::Cow;

use kantor_model::{Currency, Money};

use super::verdict::{MATCHING_VERSION, Rule};
use crate::{CustomerId, OrderId, PayoutId};

/// One fact for or against a line being an order's money.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Evidence {
    /// The order's reference stands in the title, with its check character.
    Reference(OrderId),
    /// The payout's reference stands in the title, with its check character.
    PayoutReference(PayoutId),
    /// It was paid to the virtual account of the order or of its customer.
    VirtualAccount,
    /// It came from an account that this customer has in his profile.
    PayerAccount(CustomerId),
    /// The amount is what the order still wants.
    AmountExact,
    /// Inside the time of the promise, by the bank's time.
    InTime,
    /// In every best assignment of this statement's lines it goes to this order.
    OnlyCandidate,
    /// So many amounts of one customer sum up to it exactly, and no others do.
    ExactSum(u32),
    /// The other account of the office has a line of the same amount the other way.
    Mirror,

    /// No reference stands in the title.
    NoReference,
    /// A reference stands in the title that the office never gave.
    UnknownReference,
    /// What stands in the title would be this order's reference with one character other, or two
    /// neighbours changed over: never more than a hint.
    AlmostReference(OrderId),
    /// The bank does not say who paid.
    PayerHidden,
    /// No customer has the payer's account in his profile.
    PayerUnknown,
    /// The payer's account is another customer's.
    PayerIsAnother(CustomerId),
    /// So much less than the order wants.
    AmountBelow(Money),
    /// So much more than the order wants.
    AmountAbove(Money),
    /// The order is to be paid in another currency.
    OtherCurrency(Currency),
    /// So many seconds after the deadline.
    LateBySeconds(i64),
    /// Booked so many days after the deadline's banking day.
    LateByDays(i64),
    /// So many seconds before the order was placed.
    EarlyBySeconds(i64),
    /// Booked so many days before the order was placed.
    EarlyByDays(i64),
    /// The bank gives no day, or a day only where a time is asked for.
    TimeUnknown,
    /// The order had been cancelled.
    AfterEnd,
    /// The order has its money already.
    HasItsMoney,
    /// Another line of the statement names the order, or fits it as well.
    AlsoAnotherLine,
    /// So many lines or orders fit each other that they are not told apart: more than
    /// [`super::GROUP`].
    TooMany(u32),
}

impl Evidence {
    /// Whether it speaks for the match.
    pub const fn is_for(self) -> bool {
        match self {
            Evidence::Reference(_)
            | Evidence::PayoutReference(_)
            | Evidence::VirtualAccount
            | Evidence::PayerAccount(_)
            | Evidence::AmountExact
            | Evidence::InTime
            | Evidence::OnlyCandidate
            | Evidence::ExactSum(_)
            | Evidence::Mirror => true,
            Evidence::NoReference
            | Evidence::UnknownReference
            | Evidence::AlmostReference(_)
            | Evidence::PayerHidden
            | Evidence::PayerUnknown
            | Evidence::PayerIsAnother(_)
            | Evidence::AmountBelow(_)
            | Evidence::AmountAbove(_)
            | Evidence::OtherCurrency(_)
            | Evidence::LateBySeconds(_)
            | Evidence::LateByDays(_)
            | Evidence::EarlyBySeconds(_)
            | Evidence::EarlyByDays(_)
            | Evidence::TimeUnknown
            | Evidence::AfterEnd
            | Evidence::HasItsMoney
            | Evidence::AlsoAnotherLine
            | Evidence::TooMany(_) => false,
        }
    }
}

impl Evidence {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Evidence::Reference(_) => "reference",
            Evidence::PayoutReference(_) => "payout_reference",
            Evidence::VirtualAccount => "virtual_account",
            Evidence::PayerAccount(_) => "payer_account",
            Evidence::AmountExact => "amount_exact",
            Evidence::InTime => "in_time",
            Evidence::OnlyCandidate => "only_candidate",
            Evidence::ExactSum(_) => "exact_sum",
            Evidence::Mirror => "mirror",
            Evidence::NoReference => "no_reference",
            Evidence::UnknownReference => "unknown_reference",
            Evidence::AlmostReference(_) => "almost_reference",
            Evidence::PayerHidden => "payer_hidden",
            Evidence::PayerUnknown => "payer_unknown",
            Evidence::PayerIsAnother(_) => "payer_is_another",
            Evidence::AmountBelow(_) => "amount_below",
            Evidence::AmountAbove(_) => "amount_above",
            Evidence::OtherCurrency(_) => "other_currency",
            Evidence::LateBySeconds(_) => "late_by_seconds",
            Evidence::LateByDays(_) => "late_by_days",
            Evidence::EarlyBySeconds(_) => "early_by_seconds",
            Evidence::EarlyByDays(_) => "early_by_days",
            Evidence::TimeUnknown => "time_unknown",
            Evidence::AfterEnd => "after_end",
            Evidence::HasItsMoney => "has_its_money",
            Evidence::AlsoAnotherLine => "also_another_line",
            Evidence::TooMany(_) => "too_many",
        }
    }

    /// The one thing that a sentence about it names, by a stable word and as text. An order is named
    /// by its reference, which whoever asks knows.
    pub fn named<'a>(
        &self,
        reference: impl FnOnce(OrderId) -> Cow<'a, str>,
    ) -> Option<(&'static str, Cow<'a, str>)> {
        let (word, text) = match self {
            Evidence::Reference(order) | Evidence::AlmostReference(order) => {
                return Some(("reference", reference(*order)));
            }
            Evidence::PayoutReference(payout) => ("payout", payout.to_string()),
            Evidence::ExactSum(count) | Evidence::TooMany(count) => ("count", count.to_string()),
            Evidence::AmountBelow(by) | Evidence::AmountAbove(by) => ("amount", by.to_string()),
            Evidence::OtherCurrency(currency) => ("currency", currency.to_string()),
            Evidence::LateBySeconds(by) | Evidence::EarlyBySeconds(by) => {
                ("seconds", by.to_string())
            }
            Evidence::LateByDays(by) | Evidence::EarlyByDays(by) => ("days", by.to_string()),
            Evidence::VirtualAccount
            | Evidence::PayerAccount(_)
            | Evidence::AmountExact
            | Evidence::InTime
            | Evidence::OnlyCandidate
            | Evidence::Mirror
            | Evidence::NoReference
            | Evidence::UnknownReference
            | Evidence::PayerHidden
            | Evidence::PayerUnknown
            | Evidence::PayerIsAnother(_)
            | Evidence::TimeUnknown
            | Evidence::AfterEnd
            | Evidence::HasItsMoney
            | Evidence::AlsoAnotherLine => return None,
        };
        Some((word, Cow::Owned(text)))
    }

    /// By how much the amount is another.
    #[allow(clippy::wildcard_enum_match_arm)] // two of many have one
    pub(crate) fn difference(&self) -> Option<Money> {
        match self {
            Evidence::AmountBelow(by) | Evidence::AmountAbove(by) => Some(*by),
            _ => None,
        }
    }
}

/// An order that a line came near to, and everything that would have had to be otherwise.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Nearest {
    /// The order.
    pub order: OrderId,
    /// The tests that failed, each with by how much.
    pub failed: Vec<Evidence>,
}

/// Why a line was found to be what it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Explanation {
    /// The rule that decided, where one did.
    pub rule: Option<Rule>,
    /// The version of the rules.
    pub version: u32,
    /// What speaks for it and against it.
    pub evidence: Vec<Evidence>,
    /// Every other order that fits as well, up to [`super::RIVALS`] of them.
    pub rivals: Vec<OrderId>,
    /// Where nothing matched: what came nearest.
    pub nearest: Vec<Nearest>,
}

impl Explanation {
    /// The explanation by a rule, with what speaks for it.
    pub fn by(rule: Option<Rule>, evidence: Vec<Evidence>) -> Explanation {
        Explanation {
            rule,
            version: MATCHING_VERSION,
            evidence,
            rivals: Vec::new(),
            nearest: Vec::new(),
        }
    }

    /// Nothing was looked at.
    pub fn none() -> Explanation {
        Explanation::by(None, Vec::new())
    }
}

/// A question with what is known of its line, as it is kept in the log: the money of suspense has
/// an amount and an age.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Explained {
    /// The line's place in its account.
    pub ordinal: u64,
    /// How much, signed.
    pub amount: Money,
    /// The day on which the bank booked it.
    pub booked_on: Option<kantor_model::Date>,
    /// Why it is nobody's.
    pub why: Explanation,
}
