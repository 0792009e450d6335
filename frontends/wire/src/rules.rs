//! The office's rules, as a document that a person edits.

use serde::{Deserialize, Serialize};

use crate::{Amount, OrderState};

named! {
    /// What a date without a time means for a deadline.
    DateOnly {
        /// Booked on the deadline's day is in time.
        InTime = "in-time",
        /// A person is asked.
        Ask = "ask",
    }
}

named! {
    /// What lines of a running day may do.
    Unproved {
        /// They may fund an order.
        Fund = "fund",
        /// They wait until a statement proves them.
        Wait = "wait",
    }
}

named! {
    /// What is done with money that is not taken as it is.
    Otherwise {
        /// A person decides.
        Hold = "hold",
        /// It goes back to where it came from.
        Refund = "refund",
    }
}

named! {
    /// What is done with late money whose rate is not kept.
    LateOtherwise {
        /// A person decides.
        Hold = "hold",
        /// The customer is asked for today's rate; a person decides when he does not answer.
        AskOrHold = "ask-or-hold",
        /// The customer is asked for today's rate; his money goes back when he does not answer.
        AskOrRefund = "ask-or-refund",
        /// It goes back to where it came from.
        Refund = "refund",
    }
}

named! {
    /// What is done with an order that has too little.
    Short {
        /// A person decides.
        Hold = "hold",
        /// It is scaled to what came, at its rate.
        Scale = "scale",
        /// The money goes back.
        Refund = "refund",
        /// It waits for the rest until its deadline; then a person decides.
        WaitOrHold = "wait-or-hold",
        /// It waits for the rest until its deadline; then it is scaled.
        WaitOrScale = "wait-or-scale",
        /// It waits for the rest until its deadline; then the money goes back.
        WaitOrRefund = "wait-or-refund",
    }
}

/// The office's rules. What is left out of rules for money is for a person to decide.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RulesDocument {
    /// Counts up with each change; the office gives it.
    #[serde(default)]
    pub version: u32,
    /// How long a customer has to pay, in seconds.
    pub order_seconds: i64,
    /// How long a replaced table of rates may still be accepted, in seconds.
    pub quote_seconds: i64,
    /// What a date without a time means for a deadline.
    pub date_only: DateOnly,
    /// What lines of a running day may do.
    pub unproved: Unproved,
    /// Whether who approves a batch must be another than who made it.
    pub four_eyes: bool,
    /// The currency in which the office reckons its result.
    pub home: String,
    /// How much of a currency may be open.
    #[serde(default)]
    pub limits: Vec<LimitRule>,
    /// Rules for money that did not come as agreed, each with whom they are for.
    #[serde(default)]
    pub money: Vec<MoneyRule>,
}

/// How much of a currency may be open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// More than this raises the alarm.
    pub limit: Amount,
    /// The alarm ends when no more than this is open.
    pub calm: Amount,
}

/// What is done with money that did not come as agreed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MoneyRule {
    /// For exchanges of these two currencies, in either direction: `EUR/PLN`. Left out: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<String>,
    /// For customers of this class. Left out: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// From an account that is not the customer's.
    #[serde(default = "hold")]
    pub third_party: Otherwise,
    /// In another currency than the order's.
    #[serde(default = "hold")]
    pub wrong_currency: Otherwise,
    /// For an order that was cancelled before.
    #[serde(default = "hold")]
    pub after_end: Otherwise,
    /// After the deadline.
    #[serde(default)]
    pub late: LateRule,
    /// Less than agreed.
    #[serde(default)]
    pub under: UnderRule,
    /// More than agreed.
    #[serde(default)]
    pub over: OverRule,
}

fn hold() -> Otherwise {
    Otherwise::Hold
}

/// Late money.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LateRule {
    /// So many seconds after the deadline still count as in time.
    pub grace_seconds: i64,
    /// The agreed rate is kept where the market moved the office's way, or against it by at most so
    /// many basis points. Left out: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honour_within: Option<u32>,
    /// What is done where it is not kept.
    pub otherwise: LateOtherwise,
}

impl Default for LateRule {
    fn default() -> LateRule {
        LateRule {
            grace_seconds: 0,
            honour_within: None,
            otherwise: LateOtherwise::Hold,
        }
    }
}

/// Too little money. Amounts are one for each currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct UnderRule {
    /// What is done with a greater shortage than tolerance and fees.
    pub short: Short,
    /// So much less is taken as if it were whole.
    pub tolerance: Vec<Amount>,
    /// So much less is taken as fees of banks on the way.
    pub fees: Vec<Amount>,
    /// A scaled order is of at least this much.
    pub minimum: Vec<Amount>,
}

impl Default for UnderRule {
    fn default() -> UnderRule {
        UnderRule {
            short: Short::Hold,
            tolerance: Vec::new(),
            fees: Vec::new(),
            minimum: Vec::new(),
        }
    }
}

/// Too much money.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct OverRule {
    /// So many basis points more scale the order up; zero never does.
    pub scale_up: u32,
    /// What is done with a greater excess; `refund` sends the difference back.
    pub excess: Otherwise,
    /// So much more is kept.
    pub tolerance: Vec<Amount>,
}

impl Default for OverRule {
    fn default() -> OverRule {
        OverRule {
            scale_up: 0,
            excess: Otherwise::Hold,
            tolerance: Vec::new(),
        }
    }
}

/// What other rules would do with an order that is held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhatIfView {
    /// The order.
    pub order: String,
    /// Its reference.
    pub reference: String,
    /// How it stands.
    pub is: OrderState,
    /// Which rows of the rules in force spoke, each with what it said: `late_beyond: hold`.
    pub said: Vec<String>,
    /// Which rows of the other rules would speak.
    pub would_say: Vec<String>,
    /// How it would stand.
    pub would_be: OrderState,
}

named! {
    /// Which way the money goes.
    Way {
        /// Money in.
        In = "in",
        /// Money out.
        Out = "out",
    }
}

named! {
    /// What a rule for lines that are nobody's order does.
    LineRuleDoes {
        /// It books the line.
        Book = "book",
        /// It says where the line belongs, and a person books it.
        Propose = "propose",
    }
}

/// The office's rules for lines that are nobody's order: fees, interest, taxes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LineRulesDocument {
    /// Counts up with each change; the office gives it.
    #[serde(default)]
    pub version: u32,
    /// The rules, in no order that means anything: where two that fit disagree, a person is asked.
    #[serde(default)]
    pub rules: Vec<LineRule>,
}

/// One of them. A line fits when everything that the rule says of it is so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LineRule {
    /// What the office calls it.
    pub name: String,
    /// The id of the account that it is for; left out for every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Which way the money goes.
    pub way: Way,
    /// How the bank's code of the operation begins; left out for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What all stands in the title, as whole words, whatever their case and their diacritics.
    #[serde(default)]
    pub words: Vec<String>,
    /// The ledger account that such a line belongs to, `bank-fees`.
    pub ledger_account: String,
    /// Whether it books or proposes.
    pub does: LineRuleDoes,
    /// At most so much in this currency is booked; more is only proposed. Left out for any amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Amount>,
}
