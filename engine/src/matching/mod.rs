//! Whose money is a bank line? (laws 2 and 3)
//!
//! Identification and fulfilment are two things. A unique strong key names an order, whatever the
//! amount; only a line that also fulfils amount, currency and direction lets the order move on by
//! itself. Two strong keys that name different orders are never certain. Without a strong key the
//! line is a question to the cashier.
//!
//! A statement is looked at as a whole, in levels; each takes from what the stronger ones left:
//!
//! ```text
//! 1  reference with its check character     names an order, whatever the amount     claim, named
//! 2  virtual account                        names an order, or a customer           claim, named
//! 3  payer's account + exact amount         certain only if in every best           group, assign
//!                                           assignment of lines to orders
//! 4  exact sums of one customer             only ever proposed                      sums
//! ```
//!
//! What is left, and is no customer's, may be the other side of a transfer between the office's own
//! accounts (`own`), or what a rule of the office says (`rules`).
//!
//! Everything is looked up, nothing is searched; the cost of a line does not depend on how many
//! orders there are. Groups of more than [`GROUP`] lines or orders are ambiguous.

mod assign;
mod book;
mod claim;
mod evidence;
mod explain;
mod facts;
mod fulfil;
mod group;
mod named;
mod names;
mod nearest;
mod own;
mod payouts;
mod rules;
mod sums;
mod suspense;
mod verdict;

pub use assign::GROUP;
pub use book::{Book, Each, OpenOrder, Stands, Wanting};
pub use evidence::{Evidence, Explained, Explanation, Nearest};
pub use facts::{Line, LineFacts, LinePart, PaidBy, Payer, VirtualAccount};
pub use fulfil::fulfilment;
pub use names::names_alike;
pub use own::{EachMirror, OwnTransfers};
pub(crate) use payouts::{Outgoing, Outgone, match_outgone, plain_name};
pub use rules::{LineRule, LineRules, RuleDoes, Way};
pub use sums::SUMMED;
pub use suspense::Asked;
pub use verdict::{Finding, MATCHING_VERSION, Question, Rule, Verdict, What};

use claim::Claims;

use crate::AccountId;
use crate::policy::Policy;

/// So many rivals of a line are named.
pub const RIVALS: usize = 8;

/// Matches the lines of one statement of an account against everything that is open: a pure
/// function, whose findings stand in the order of the lines.
pub fn match_lines(
    book: &impl Book,
    account: AccountId,
    lines: &[Line<'_>],
    policy: &Policy,
) -> Vec<Finding> {
    let mut findings = Vec::with_capacity(lines.len());
    match_each(book, account, lines, policy, &mut |_, finding| {
        findings.push(finding);
    });
    findings
}

/// As [`match_lines`], for a statement of so many lines that their findings are not kept: each is
/// told with the place of its line, in the order of the lines.
pub fn match_each(
    book: &impl Book,
    account: AccountId,
    lines: &[Line<'_>],
    policy: &Policy,
    tell: &mut dyn FnMut(usize, Finding),
) {
    let mut claims = Claims::by_names(book, lines, policy);
    group::by_payer_and_amount(book, lines, &mut claims);
    sums::by_exact_sums(book, lines, &mut claims);
    explain::explain(book, account, lines, policy, &mut claims, tell);
}
