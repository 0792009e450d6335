//! The reasons that were kept with a match, and with a question: what they say is so.

use kantor_model::{Currency, Date, Money};
use serde_json::Value;

use crate::Checks;
use crate::Row;
use crate::form::{Fields, Form, Misread, whole};
use crate::found::Window;
use crate::judge::Receipt;
use crate::log::At;
use crate::office::{Office, Order};
use crate::parts::Is;
use crate::payers::{Payer, Payers};
use crate::reference::{Referent, references_in};
use crate::rows::Said;
use crate::values::{Line, Moves, Question};

/// The version of the rules of matching since reasons are kept.
pub(crate) const RULES: u32 = 2;

/// So many rivals are named.
const RIVALS: usize = 8;

/// One fact for or against a match.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Evidence {
    Plain(String),
    /// With an order, a customer, a count or a span.
    Of(String, i64),
    Amount(String, Money),
    Other(Currency),
}

/// Facts that stand alone.
const PLAIN: &[&str] = &[
    "virtual_account",
    "amount_exact",
    "in_time",
    "only_candidate",
    "mirror",
    "no_reference",
    "unknown_reference",
    "payer_hidden",
    "payer_unknown",
    "time_unknown",
    "after_end",
    "has_its_money",
    "also_another_line",
];

/// Facts with a number.
const OF: &[&str] = &[
    "reference",
    "payout_reference",
    "payer_account",
    "exact_sum",
    "almost_reference",
    "payer_is_another",
    "late_by_seconds",
    "late_by_days",
    "early_by_seconds",
    "early_by_days",
    "too_many",
];

impl Form for Evidence {
    fn read(value: &Value) -> Result<Evidence, Misread> {
        if let Value::String(word) = value {
            return if PLAIN.contains(&word.as_str()) {
                Ok(Evidence::Plain(word.clone()))
            } else {
                Err(Misread::expected("evidence", value))
            };
        }
        whole(value, |fields| match fields.only() {
            Some(word) if OF.contains(&word) => {
                Ok(Evidence::Of(word.to_owned(), fields.get(word)?))
            }
            Some(word @ ("amount_below" | "amount_above")) => {
                Ok(Evidence::Amount(word.to_owned(), fields.get(word)?))
            }
            Some("other_currency") => Ok(Evidence::Other(fields.get("other_currency")?)),
            _ => Err(Misread::expected("evidence", value)),
        })
    }
}

fn plain(word: &str) -> Evidence {
    Evidence::Plain(word.to_owned())
}

fn of(word: &str, number: u64) -> Evidence {
    Evidence::Of(word.to_owned(), i64::try_from(number).unwrap_or(i64::MAX))
}

/// An order that a line came near to.
struct Nearest {
    order: u64,
    failed: Vec<Evidence>,
}

impl Form for Nearest {
    fn read(value: &Value) -> Result<Nearest, Misread> {
        whole(value, |fields| {
            Ok(Nearest {
                order: fields.get("order")?,
                failed: fields.get("failed")?,
            })
        })
    }
}

/// Why a line is a question.
pub(crate) struct Explained {
    ordinal: u64,
    amount: Money,
    booked_on: Option<Date>,
    rule: Option<String>,
    version: u32,
    evidence: Vec<Evidence>,
    rivals: Vec<u64>,
    nearest: Vec<Nearest>,
}

impl Form for Explained {
    fn read(value: &Value) -> Result<Explained, Misread> {
        whole(value, |fields| {
            let why = |why: &Fields<'_>| {
                let rule: Option<String> = why.get("rule")?;
                let of = (why.get("version")?, why.get("evidence")?);
                Ok((rule, of, (why.get("rivals")?, why.get("nearest")?)))
            };
            let (rule, (version, evidence), (rivals, nearest)) = fields.inside("why", why)?;
            Ok(Explained {
                ordinal: fields.get("ordinal")?,
                amount: fields.get("amount")?,
                booked_on: fields.get("booked_on")?,
                rule,
                version,
                evidence,
                rivals,
                nearest,
            })
        })
    }
}

impl Office<'_> {
    /// What was kept with a receipt: by a rule all that speaks for and against it, and no rivals;
    /// by a person nothing.
    pub(crate) fn receipt_explained(
        &self,
        at: &At<'_>,
        receipt: &Receipt,
        row: &Row,
        said: &Said,
    ) -> Checks {
        let order = self.order(at, receipt.order)?;
        at.must(receipt.booked_on == row.booked_on, || {
            format!("line {} was booked on another day", receipt.line)
        })?;
        at.must(receipt.rivals.is_empty(), || {
            format!("line {} has rivals, and was given away", receipt.line)
        })?;
        let mut wanted = Vec::new();
        match receipt.rule.as_str() {
            "by_hand" => {}
            "reference" => wanted.push(of("reference", receipt.order)),
            _ => wanted.push(plain("only_candidate")),
        }
        let payers = self.payers(at.moment, said);
        let said_of_payer = if wanted.is_empty() {
            Vec::new()
        } else {
            wanted.push(self.amount_evidence((receipt.order, order), receipt.amount));
            wanted.push(self.time_evidence(order, row));
            self.payer_evidence(order.customer, &payers)
        };
        let mut given = receipt.evidence.clone();
        for fact in &wanted {
            let found = given.iter().position(|it| it == fact);
            let found = found.ok_or_else(|| {
                at.wrong(format!(
                    "its reasons do not say {fact:?} of line {}",
                    receipt.line
                ))
            })?;
            given.remove(found);
        }
        let is_so = match given.as_slice() {
            [] => wanted.is_empty(),
            [fact] => said_of_payer.contains(fact),
            _ => false,
        };
        at.must(is_so, || {
            format!("its reasons say {given:?} of line {}", receipt.line)
        })
    }

    fn amount_evidence(&self, (number, order): (u64, &Order), amount: Money) -> Evidence {
        let before = self.before(number, order);
        if amount.currency() != before.gives.currency() {
            return Evidence::Other(before.gives.currency());
        }
        let wants = match before.received {
            Some(sum) => before.gives.minus(sum),
            None => Ok(before.gives),
        };
        match wants.and_then(|wants| amount.minus(wants)) {
            Ok(more) if more.is_zero() => plain("amount_exact"),
            Ok(more) if more.is_positive() => Evidence::Amount("amount_above".to_owned(), more),
            Ok(less) => {
                let less = less.abs().unwrap_or(less);
                Evidence::Amount("amount_below".to_owned(), less)
            }
            Err(_) => Evidence::Amount("amount_above".to_owned(), amount),
        }
    }

    fn time_evidence(&self, order: &Order, row: &Row) -> Evidence {
        if order.cancelled {
            return plain("after_end");
        }
        match self.window(order, row) {
            Window::In => plain("in_time"),
            Window::Untold => plain("time_unknown"),
            Window::Early(days) => Evidence::Of("early_by_days".to_owned(), days),
            Window::Late(days) => Evidence::Of("late_by_days".to_owned(), days),
        }
    }

    /// What may be said of the payer.
    fn payer_evidence(&self, customer: u64, payers: &Payers) -> Vec<Evidence> {
        let others = || {
            let others = payers.all().filter(|other| *other != customer);
            others.map(|other| of("payer_is_another", other))
        };
        match self.payer_among(customer, payers) {
            Payer::NotGiven => vec![plain("payer_hidden")],
            Payer::Own => vec![of("payer_account", customer)],
            Payer::Foreign if payers.sure().is_empty() => {
                others().chain([plain("payer_unknown")]).collect()
            }
            Payer::Foreign => others().collect(),
            Payer::Untold => {
                let own = [of("payer_account", customer), plain("payer_unknown")];
                others().chain(own).collect()
            }
        }
    }

    /// Why lines of an account are questions: of each that was asked about, and what is said is so.
    pub(crate) fn lines_explained(
        &mut self,
        at: &At<'_>,
        account: u64,
        lines: &[Explained],
    ) -> Checks<Moves> {
        for explained in lines {
            let line = Line {
                account,
                ordinal: explained.ordinal,
            };
            at.must(self.act.unexplained.remove(&line), || {
                format!("nobody was just asked about line {line}")
            })?;
            self.line_explained(at, line, explained)?;
            let mut sums = explained.evidence.iter().filter_map(|fact| match fact {
                Evidence::Of(word, count) if word == "exact_sum" => u64::try_from(*count).ok(),
                _ => None,
            });
            self.asked_as_sum(at, line, &mut sums)?;
        }
        Ok(Moves::new())
    }

    fn line_explained(&self, at: &At<'_>, line: Line, explained: &Explained) -> Checks {
        let currency = self.account(at, line.account)?.currency();
        let (row, said) = self.said(at, line)?;
        let so = explained.amount == Money::new(row.amount, currency)
            && explained.booked_on == row.booked_on;
        at.must(so, || {
            format!("line {line} has another amount, or another day")
        })?;
        let Is::Question(question) = &self.line(at, line)?.is else {
            return Err(at.wrong(format!("line {line} is no question")));
        };
        let by_rules = match (question.word.as_str(), explained.rule.as_deref()) {
            ("proposed", rule) => rule == Some("line_rule"),
            (_, None) => explained.version == RULES,
            (_, rule) => rule == Some("reference"),
        };
        at.must(by_rules, || {
            format!("rules of version {} are not known", explained.version)
        })?;
        let rivals: Vec<u64> = match question.word.as_str() {
            "several_orders" | "several_lines" => question.orders.clone(),
            _ => Vec::new(),
        };
        let so = explained.rivals.len() <= RIVALS && explained.rivals == rivals;
        at.must(so, || format!("the rivals for line {line} are {rivals:?}"))?;
        let payers = self.payers(at.moment, &said);
        let mut facts = explained.evidence.iter();
        let untrue = facts.find(|fact| !self.is_said(&said, &payers, fact));
        for nearest in &explained.nearest {
            self.came_near(at, nearest, explained.amount, (&row, &said))?;
        }
        at.must(untrue.is_none(), || {
            format!("its reasons say {untrue:?} of line {line}")
        })?;
        let needed = needed(question);
        let has = needed.is_none_or(|fact| explained.evidence.contains(&fact));
        at.must(has, || {
            format!("the reasons of line {line} leave out what makes it a question")
        })
    }

    /// What is said of an order that a line came near to is so: everything that failed, and nothing
    /// else.
    fn came_near(
        &self,
        at: &At<'_>,
        nearest: &Nearest,
        amount: Money,
        (row, said): (&Row, &Said),
    ) -> Checks {
        let order = self.order(at, nearest.order)?;
        let payers = self.payers(at.moment, said);
        let mut wanted = vec![self.amount_evidence((nearest.order, order), amount)];
        wanted.push(self.time_evidence(order, row));
        let of_payer = self.payer_evidence(order.customer, &payers);
        wanted.retain(|fact| ![plain("amount_exact"), plain("in_time")].contains(fact));
        let almost = of("almost_reference", nearest.order);
        let is_so = |fact: &Evidence| {
            *fact == almost
                || wanted.contains(fact)
                || of_payer.contains(fact)
                || matches!(fact, Evidence::Plain(word) if word.ends_with("_reference"))
                    && self.is_said(said, &payers, fact)
        };
        let untrue = nearest.failed.iter().find(|fact| !is_so(fact));
        let missing = wanted.iter().find(|fact| !nearest.failed.contains(fact));
        let wrong = untrue.or(missing);
        at.must(wrong.is_none(), || {
            format!(
                "of order {} its reasons say, or do not say, {wrong:?}",
                nearest.order
            )
        })
    }

    /// Whether what is said of text and payer is so; what is said of orders is judged elsewhere.
    fn is_said(&self, said: &Said, payers: &Payers, fact: &Evidence) -> bool {
        let text = said.text();
        let named = || self.known_in(&text);
        let is_told = matches!(payers, Payers::Known { .. });
        let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
        match fact {
            Evidence::Plain(word) => match word.as_str() {
                "no_reference" => references_in(&text).is_empty(),
                "unknown_reference" => !references_in(&text).is_empty() && named().is_empty(),
                "payer_hidden" => !is_told,
                "payer_unknown" => is_told && payers.sure().is_empty(),
                _ => true,
            },
            Evidence::Of(word, number) => match word.as_str() {
                "reference" => named().contains(&Referent::Order(unsigned(*number))),
                "payout_reference" => named().contains(&Referent::Payout(unsigned(*number))),
                "payer_account" | "payer_is_another" => {
                    let customer = unsigned(*number);
                    payers.all().any(|own| own == customer)
                        || is_told && self.payer_among(customer, payers) == Payer::Untold
                }
                _ => true,
            },
            Evidence::Amount(..) | Evidence::Other(_) => true,
        }
    }
}

/// The fact without which a line would not be such a question.
fn needed(question: &Question) -> Option<Evidence> {
    match question.word.as_str() {
        word @ ("no_reference" | "unknown_reference") => Some(plain(word)),
        "own_transfer" | "proposed" => Some(plain("no_reference")),
        "order_has_its_money" => Some(plain("has_its_money")),
        "several_lines" => Some(plain("also_another_line")),
        "covers_orders" => Some(of("exact_sum", question.orders.len() as u64)),
        _ => None,
    }
}
