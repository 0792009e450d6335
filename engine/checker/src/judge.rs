//! Whose money a line is (laws 2 and 3), judged again: the key that the event names stands in the
//! line, it names this order and nobody else, and what the event says of fulfilment is so.

use kantor_model::{Date, Moment, Money};

use crate::calendar::banking_day_from;
use crate::explained::{self, Evidence};
use crate::form::{Fields, Misread};
use crate::life::OrderState;
use crate::log::At;
use crate::office::{Office, Order};
use crate::parts::{Is, Of, Part};
use crate::payers::Payer;
use crate::reference::{Referent, references_in};
use crate::rows::Said;
use crate::values::{Actor, Held, Line, Moves, moved};
use crate::{Checks, Row};

/// A line, or a share of it, as it was given to an order.
pub(crate) struct Receipt {
    pub(crate) line: Line,
    pub(crate) order: u64,
    pub(crate) amount: Money,
    verdict: String,
    pub(crate) rule: String,
    rule_version: u32,
    failed: Option<Held>,
    reason: Option<String>,
    pub(crate) booked_on: Option<Date>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) rivals: Vec<u64>,
    rest: Option<Money>,
}

impl Receipt {
    pub(crate) fn read(event: &Fields<'_>) -> Result<Receipt, Misread> {
        // Before reasons were kept, a line was one order's as a whole.
        let explained = event.holds("evidence");
        Ok(Receipt {
            line: event.get("line")?,
            order: event.get("order")?,
            amount: event.get("amount")?,
            verdict: event.get("verdict")?,
            rule: event.get("rule")?,
            rule_version: event.get("rule_version")?,
            failed: event.get("failed")?,
            reason: event.get("reason")?,
            booked_on: match explained {
                true => event.get("booked_on")?,
                false => None,
            },
            evidence: event.optional("evidence")?.unwrap_or_default(),
            rivals: event.optional("rivals")?.unwrap_or_default(),
            rest: match explained {
                true => event.get("rest")?,
                false => None,
            },
        })
    }
}

impl Office<'_> {
    /// What the bank says of a line.
    pub(crate) fn said(&self, at: &At<'_>, line: Line) -> Checks<(Row, Said)> {
        let fact = || format!("line {line}");
        let piece = self.account(at, line.account)?.piece_of(line.ordinal);
        let piece = piece.ok_or_else(|| at.wrong(format!("line {line} is not in the chain")))?;
        let position = piece.position + (line.ordinal - piece.first);
        let row = self.rows.one(&piece.rows, position, &fact)?;
        let said = Said::of(&row)
            .ok_or_else(|| crate::wrong(fact(), "what the bank says of it cannot be read"))?;
        Ok((row, said))
    }

    pub(crate) fn receipt_allocated(&mut self, at: &At<'_>, receipt: &Receipt) -> Checks<Moves> {
        let Receipt {
            line,
            order,
            amount,
            ..
        } = *receipt;
        if receipt.rule == "by_hand" && self.line(at, line)?.is != Is::New {
            // A person comes after everything that a statement's lines have become.
            self.fresh_at_rest(Some(at))?;
        }
        let currency = self.account(at, line.account)?.currency();
        let known = self.line(at, line)?;
        let whole = known.is_whole();
        let open = known.open().map(|open| Money::new(open, currency));
        let open = open.ok_or_else(|| at.wrong(format!("line {line} serves somebody already")))?;
        let left = open.minus(amount).map_err(|error| at.wrong(error))?;
        at.must(receipt.is_of(left), || {
            format!("line {line} is not of {amount}")
        })?;
        at.must(amount.is_positive() && !left.is_negative(), || {
            format!("line {line} brings no money")
        })?;
        at.must(known.share_of(order).is_none(), || {
            format!("line {line} serves order {order} already")
        })?;
        let is_known = (1..=explained::RULES).contains(&receipt.rule_version);
        at.must(is_known, || {
            format!("rules of version {} are not known", receipt.rule_version)
        })?;
        let (row, said) = self.said(at, line)?;
        at.must(receipt.rule == "by_hand" || whole && left.is_zero(), || {
            format!("line {line} is shared out, and nobody says why")
        })?;
        self.identified(at, receipt, &said)?;
        self.fulfilled(at, receipt, &row, &said)?;
        if receipt.rule_version == explained::RULES {
            self.receipt_explained(at, receipt, &row, &said)?;
            let by_payer = receipt.rule == "payer_and_amount";
            if receipt.rule != "by_hand" {
                self.found(at, (line, order), by_payer, (amount, &said))?;
            }
        }
        self.line_mut(at, line)?.give(Part {
            amount: amount.minor(),
            of: Of::Receipt {
                order,
                failed: receipt.failed,
            },
        });
        let known = self.order_mut(at, order)?;
        known.receipts.push(line);
        known.count(amount, receipt.failed, 1);
        let mut moves = Moves::new();
        moved(&mut moves, "customer-funds", "suspense", amount);
        Ok(moves)
    }

    /// The rule that the event names gives the line to this order.
    fn identified(&self, at: &At<'_>, receipt: &Receipt, said: &Said) -> Checks {
        let order = self.order(at, receipt.order)?;
        let takes_money = matches!(
            order.state,
            OrderState::AwaitingFunds
                | OrderState::AwaitingConsent
                | OrderState::Held(_)
                | OrderState::Expired
                | OrderState::Cancelled
        );
        at.must(takes_money, || {
            format!(
                "order {} has its money: {}",
                receipt.order,
                order.state.name()
            )
        })?;
        match receipt.rule.as_str() {
            "by_hand" => {
                let said_so = receipt
                    .reason
                    .as_ref()
                    .is_some_and(|it| !it.trim().is_empty());
                let by_person = !matches!(at.by, Actor::Customer(_));
                at.must(said_so && by_person, || "nobody says why".to_owned())
            }
            "reference" => {
                at.must(receipt.reason.is_none(), || {
                    "a rule gives no person's reason".to_owned()
                })?;
                at.must(!said.reversal, || {
                    format!("line {} undoes another", receipt.line)
                })?;
                let named = self.known_in(&said.text());
                at.must(named == [Referent::Order(receipt.order)], || {
                    format!(
                        "the text of line {} names {named:?}, not order {} alone",
                        receipt.line, receipt.order
                    )
                })
            }
            "payer_and_amount" => {
                at.must(receipt.reason.is_none(), || {
                    "a rule gives no person's reason".to_owned()
                })?;
                // Who paid, how much and when, and that it goes nowhere else, is looked at when
                // every line of the statement is known.
                let bare = references_in(&said.text()).is_empty() && !said.reversal;
                at.must(bare, || {
                    format!("the text of line {} names something", receipt.line)
                })
            }
            rule => Err(at.wrong(format!("the rule {rule} is not known"))),
        }
    }

    /// What references in a text name, of this office's orders and payouts.
    pub(crate) fn known_in(&self, text: &str) -> Vec<Referent> {
        let exists = |number: u64, count: usize| number > 0 && number <= count as u64;
        references_in(text)
            .into_iter()
            .filter(|referent| match referent {
                Referent::Order(order) => exists(*order, self.orders.len()),
                Referent::Payout(payout) => exists(*payout, self.payouts.len()),
            })
            .collect()
    }

    /// The verdict, and the first test that the line fails, are as the event says.
    fn fulfilled(&self, at: &At<'_>, receipt: &Receipt, row: &Row, said: &Said) -> Checks {
        let order = self.order(at, receipt.order)?;
        let payer = self.payer(at, order.customer, said);
        let failed =
            |is_foreign: bool| self.first_failure(at, order, receipt.amount, row, is_foreign);
        let may_be = match payer {
            Payer::NotGiven | Payer::Own => vec![failed(false)?],
            Payer::Foreign => vec![failed(true)?],
            Payer::Untold => vec![failed(false)?, failed(true)?],
        };
        at.must(may_be.contains(&receipt.failed), || {
            let word = |held: Option<Held>| held.map_or("nothing", Held::word);
            format!(
                "line {} fails order {} by {}, not by {}",
                receipt.line,
                receipt.order,
                word(may_be.first().copied().flatten()),
                word(receipt.failed)
            )
        })?;
        let verdict = if receipt.failed.is_none() {
            "certain"
        } else {
            "likely"
        };
        at.must(receipt.verdict == verdict, || {
            format!("the match is {verdict}, not {}", receipt.verdict)
        })
    }

    fn first_failure(
        &self,
        at: &At<'_>,
        order: &Order,
        amount: Money,
        row: &Row,
        is_foreign: bool,
    ) -> Checks<Option<Held>> {
        let policy = self.policy(at)?;
        let same_currency = amount.currency() == order.terms.gives.currency();
        let mut fails = Vec::new();
        fails.extend((!same_currency).then_some(Held::WrongCurrency));
        fails.extend(is_foreign.then_some(Held::ThirdPartyPayer));
        if order.cancelled {
            fails.push(Held::AfterEnd);
        } else {
            let (_, rules) = self.rules_of(at, order)?;
            fails.extend(lateness(
                order.deadline.plus_seconds(rules.grace_seconds()),
                row.booked_on,
                policy.date_only_in_time,
            ));
        }
        let with_it = order
            .received_alone()
            .filter(|_| same_currency)
            .and_then(|sum| sum.plus(amount).ok());
        Ok(fails.into_iter().min().or_else(|| order.sum_fails(with_it)))
    }
}

impl Receipt {
    /// Whether it says rightly what it leaves of the line.
    fn is_of(&self, left: Money) -> bool {
        self.rest == (!left.is_zero()).then_some(left)
    }
}

/// Whether a line was too late by the bank's day, or nobody can say.
fn lateness(deadline: Moment, booked_on: Option<Date>, is_in_time: bool) -> Option<Held> {
    let last = banking_day_from(deadline.warsaw_date());
    match booked_on {
        None => Some(Held::TimeUnknown),
        Some(day) if day > last => Some(Held::Late),
        Some(_) if is_in_time => None,
        Some(_) => Some(Held::TimeUnknown),
    }
}

impl Order {
    /// Counts a receipt in (1) or out (-1).
    pub(crate) fn count(&mut self, amount: Money, failed: Option<Held>, sign: i8) {
        let sum = self.received.entry(amount.currency()).or_default();
        *sum = sum.saturating_add(i128::from(amount.minor()) * i128::from(sign));
        self.received.retain(|_, sum| *sum != 0);
        if let Some(failed) = failed {
            let count = self.failures.entry(failed).or_default();
            *count = count.saturating_add_signed(i64::from(sign));
            self.failures.retain(|_, count| *count != 0);
        }
    }
}
