//! Whose money a line is (laws 2 and 3), judged again: the key that the event names stands in the
//! line, it names this order and nobody else, and what the event says of fulfilment is so.

use kantor_model::{AccountNumber, Date, Moment, Money};

use crate::calendar::banking_day_from;
use crate::form::{Fields, Misread};
use crate::life::OrderState;
use crate::log::At;
use crate::office::{Is, Office, Order};
use crate::reference::{Referent, references_in};
use crate::rows::Said;
use crate::values::{Actor, Held, Line, Moves, moved};
use crate::{Checks, Row};

/// A line as it was given to an order.
pub(crate) struct Receipt {
    line: Line,
    order: u64,
    amount: Money,
    verdict: String,
    rule: String,
    rule_version: u32,
    failed: Option<Held>,
    reason: Option<String>,
}

impl Receipt {
    pub(crate) fn read(event: &Fields<'_>) -> Result<Receipt, Misread> {
        Ok(Receipt {
            line: event.get("line")?,
            order: event.get("order")?,
            amount: event.get("amount")?,
            verdict: event.get("verdict")?,
            rule: event.get("rule")?,
            rule_version: event.get("rule_version")?,
            failed: event.get("failed")?,
            reason: event.get("reason")?,
        })
    }
}

/// Whose account the money came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Payer {
    /// The bank names none, which is no proof against anybody.
    NotGiven,
    Own,
    Foreign,
    /// The rows that would tell are erased, or were being written.
    Untold,
}

/// An account that was added so short before may not have been seen by an import that began
/// earlier, in seconds.
const IMPORT_SECONDS: i64 = 3_600;

/// The rules of matching that are judged here.
const RULES: u32 = 1;

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
        let currency = self.account(at, line.account)?.currency();
        let known = self.line(at, line)?;
        at.must(amount == Money::new(known.amount, currency), || {
            format!("line {line} is not of {amount}")
        })?;
        at.must(amount.is_positive(), || {
            format!("line {line} brings no money")
        })?;
        at.must(matches!(known.is, Is::New | Is::Question(_)), || {
            format!("line {line} serves somebody already")
        })?;
        at.must(receipt.rule_version == RULES, || {
            format!("rules of version {} are not known", receipt.rule_version)
        })?;
        let (row, said) = self.said(at, line)?;
        self.identified(at, receipt, &said)?;
        self.fulfilled(at, receipt, &row, &said)?;
        self.line_mut(at, line)?.is = Is::Receipt {
            order,
            failed: receipt.failed,
        };
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

    /// Whether the payer's account was one of the customer's own when the line was judged.
    fn payer(&self, at: &At<'_>, customer: u64, said: &Said) -> Payer {
        let written = said.counterparty_account.as_deref();
        let Some(account) = written.and_then(AccountNumber::from_file) else {
            return Payer::NotGiven;
        };
        let Some(iban) = account.iban() else {
            return Payer::Foreign;
        };
        let mut payer = Payer::Foreign;
        for own in self.accounts_of.get(&customer).into_iter().flatten() {
            let added = self.customer_account(*own).map(|account| account.added);
            let fresh = added.is_none_or(|added| at.moment.seconds_since(added) < IMPORT_SECONDS);
            match self.people.account(*own) {
                None => payer = Payer::Untold,
                Some(row) if row.iban != iban => {}
                Some(row) if row.removed || fresh => payer = Payer::Untold,
                Some(_) => return Payer::Own,
            }
        }
        payer
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
