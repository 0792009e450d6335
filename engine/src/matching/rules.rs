//! Rules of the office for lines that are nobody's order: bank fees, interest, taxes (F17). Rules
//! are data: what a line must look like, and the ledger account that it belongs to.

use kantor_model::Money;

use super::evidence::{Evidence, Explanation};
use super::explain::open;
use super::facts::{Line, PaidBy};
use super::names::words;
use super::verdict::{Finding, Question, Rule, Verdict, What};
use crate::AccountId;

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
    /// All of these stand in the title, as whole words one after the other, whatever their case
    /// and their diacritics.
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

impl LineRule {
    /// Whether the rule says of a line everything that is so.
    fn fits(&self, line: &Line<'_>, title: &[String]) -> bool {
        let way = if line.amount.is_negative() {
            Way::Out
        } else {
            Way::In
        };
        let begins = |wanted: &String| line.code.is_some_and(|code| code.starts_with(wanted));
        self.way == way
            && self
                .account
                .is_none_or(|account| account == line.id.account)
            && self.code.as_ref().is_none_or(begins)
            && self.words.iter().all(|wanted| stands_in(title, wanted))
    }

    /// Whether it may book the line by itself. Money in is somebody's until the bank itself says
    /// otherwise: by its code, or because it names no payer.
    fn books(&self, line: &Line<'_>) -> bool {
        let is_small = self.most.is_none_or(|most| {
            let amount = line.amount.abs().and_then(|amount| most.minus(amount));
            amount.is_ok_and(|left| !left.is_negative())
        });
        let is_the_banks =
            self.way == Way::Out || self.code.is_some() || matches!(line.payer, PaidBy::NotGiven);
        self.does == RuleDoes::Book && is_small && is_the_banks
    }
}

/// Whether these words stand in a title, one after the other.
fn stands_in(title: &[String], wanted: &str) -> bool {
    let wanted = words(wanted);
    !wanted.is_empty() && title.windows(wanted.len()).any(|run| run == wanted)
}

/// What the office's rules say of a line that names nothing and that no customer sent; `None` when
/// none fits. Rules that fit and name different ledger accounts do not decide.
pub(crate) fn by_rules(rules: &LineRules, line: &Line<'_>) -> Option<Finding> {
    let of_customer = match line.payer {
        PaidBy::Customers(customers) => !customers.is_empty(),
        PaidBy::NotGiven | PaidBy::Office(_) => false,
    };
    if rules.rules.is_empty() || of_customer || line.virtual_account.is_some() {
        return None;
    }
    let title = words(line.text);
    let fitting = || rules.rules.iter().filter(|rule| rule.fits(line, &title));
    let first = fitting().next()?;
    if fitting().any(|rule| rule.ledger_account != first.ledger_account) {
        return None;
    }
    let ledger_account = first.ledger_account.clone();
    let Some(books) = fitting().find(|rule| rule.books(line)) else {
        let mut finding = open(
            Question::Proposed(ledger_account),
            vec![Evidence::NoReference],
        );
        finding.why.rule = Some(Rule::LineRule);
        return Some(finding);
    };
    Some(Finding {
        verdict: Verdict::Certain,
        what: What::Classified {
            rule: books.name.clone(),
            ledger_account,
        },
        why: Explanation::by(Some(Rule::LineRule), vec![Evidence::NoReference]),
    })
}

#[cfg(test)]
mod tests {
    use kantor_model::Currency;

    use super::*;
    use crate::LineId;

    fn rule(name: &str, words: &[&str], ledger_account: &str) -> LineRule {
        LineRule {
            name: name.to_owned(),
            account: None,
            way: Way::Out,
            code: None,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            most: None,
            ledger_account: ledger_account.to_owned(),
            does: RuleDoes::Book,
        }
    }

    fn line(minor: i64, text: &str) -> Line<'_> {
        Line {
            id: LineId {
                account: AccountId(1),
                ordinal: 1,
            },
            amount: Money::new(minor, Currency::PLN),
            booked_on: None,
            booked_at: None,
            text,
            code: Some("S34"),
            payer: PaidBy::NotGiven,
            virtual_account: None,
            reversal: false,
        }
    }

    #[track_caller]
    fn check(rules: &[LineRule], line: &Line<'_>, wanted: &str) {
        let rules = LineRules {
            version: 1,
            rules: rules.to_vec(),
        };
        let found = match by_rules(&rules, line).map(|finding| finding.what) {
            Some(What::Classified {
                rule,
                ledger_account,
            }) => format!("{rule} books to {ledger_account}"),
            Some(What::Open(Question::Proposed(account))) => format!("proposes {account}"),
            Some(other) => format!("{other:?}"),
            None => "nothing".to_owned(),
        };
        assert_eq!(found, wanted, "{}", line.text);
    }

    #[test]
    fn words_are_whole_and_stand_in_any_case() {
        let fees = [rule("fees", &["opłata za prowadzenie"], "bank-fees")];
        let books = "fees books to bank-fees";
        check(&fees, &line(-500, "OPLATA ZA PROWADZENIE RACHUNKU"), books);
        check(&fees, &line(-500, "Opłata  za-prowadzenie"), books);
        check(&fees, &line(-500, "DOPLATA ZA PROWADZENIE"), "nothing");
        check(&fees, &line(-500, "OPLATA ZA"), "nothing");
        check(&fees, &line(500, "OPLATA ZA PROWADZENIE"), "nothing");
    }

    #[test]
    fn a_big_amount_and_money_of_a_named_payer_are_only_proposed() {
        let limited = LineRule {
            most: Some(Money::new(1000, Currency::PLN)),
            ..rule("fees", &["prowizja"], "bank-fees")
        };
        let limited = [limited];
        check(
            &limited,
            &line(-1000, "prowizja"),
            "fees books to bank-fees",
        );
        check(&limited, &line(-1001, "prowizja"), "proposes bank-fees");
        let interest = LineRule {
            way: Way::In,
            ..rule("interest", &["odsetki"], "interest")
        };
        let named = Line {
            payer: PaidBy::Customers(&[]),
            ..line(3, "ODSETKI")
        };
        let by_word = [interest.clone()];
        check(&by_word, &line(3, "ODSETKI"), "interest books to interest");
        check(&by_word, &named, "proposes interest");
        let by_code = [LineRule {
            code: Some("S3".to_owned()),
            ..interest
        }];
        check(&by_code, &named, "interest books to interest");
    }

    #[test]
    fn rules_that_disagree_and_money_of_customers_are_left_alone() {
        let both = [
            rule("fees", &["prowizja"], "bank-fees"),
            rule("costs", &["prowizja"], "costs"),
        ];
        check(&both, &line(-1, "PROWIZJA"), "nothing");
        let his = Line {
            payer: PaidBy::Customers(&[crate::CustomerId(1)]),
            ..line(-1, "prowizja")
        };
        check(&both[..1], &his, "nothing");
    }
}
