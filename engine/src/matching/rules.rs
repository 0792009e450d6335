//! Rules of the office for lines that are nobody's order: bank fees, interest, taxes (F17). Rules
//! are data: what a line must look like, and the ledger account that it belongs to.

use crate::AccountId;
use kantor_model::Money;

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    /// Money in.
    In,
    /// Money out.
    Out,
}

/// What a rule does with a line that it fits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RuleDoes {
    /// It books the line.
    Book,
    /// It says where the line belongs, and a person books it.
    Propose,
}

/// One rule. A line fits when everything that the rule says of it is so.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LineRule {
    /// What the office calls it.
    pub name: String,
    /// On this account only; on every one, when empty.
    pub account: Option<AccountId>,
    /// Money in, or out.
    pub way: Way,
    /// The bank's code of the operation begins so; any, when empty.
    pub code: Option<String>,
    /// All of these stand in the title, whatever their case and their diacritics.
    pub words: Vec<String>,
    /// At most so much, in this currency; a line of more is only proposed. Any, when empty.
    pub most: Option<Money>,
    /// The name of the ledger account that it belongs to.
    pub ledger_account: String,
    /// Whether it books or proposes.
    pub does: RuleDoes,
}

/// The rules in force, in no order that means anything: where two that fit disagree, a person is
/// asked.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct LineRules {
    /// Counts up with each change.
    pub version: u32,
    /// The rules.
    pub rules: Vec<LineRule>,
}
