//! Questions that propose sums: one line for several orders of its payer, or several lines for one.
//! What is proposed is the only way as far as it can be told, and the sum is exact; judged when the
//! act is over, because it takes all of its lines.

use std::collections::BTreeSet;

use kantor_model::{Currency, Money};

use crate::found::Window;
use crate::log::At;
use crate::office::{Office, nth};
use crate::parts::Is;
use crate::reference::references_in;
use crate::values::{Line, Question};
use crate::{Checks, must};

/// More orders, or lines, of one customer are not summed up here.
const SUMMED: usize = 20;

impl Office<'_> {
    /// A line is asked about as a sum, and its reasons say of how many.
    pub(crate) fn asked_as_sum(
        &mut self,
        at: &At<'_>,
        line: Line,
        reasons: &mut dyn Iterator<Item = u64>,
    ) -> Checks {
        let of_sum = match &self.line(at, line)?.is {
            Is::Question(question) => is_sum(question),
            _ => false,
        };
        if !of_sum {
            return Ok(());
        }
        let (count, more) = (reasons.next(), reasons.next());
        let count = count.filter(|_| more.is_none());
        let count = count.ok_or_else(|| {
            at.wrong(format!(
                "the reasons of line {line} do not say of how many it is a sum"
            ))
        })?;
        self.act.sums.insert(line, count);
        Ok(())
    }

    /// Every sum that the act's lines were asked about.
    pub(crate) fn sums_are_so(&self) -> Checks {
        let mut named: Option<BTreeSet<u64>> = None;
        for (line, count) in &self.act.sums {
            let account = self.accounts.get(&line.account);
            let known = account.and_then(|account| account.line(line.ordinal));
            let Some(Is::Question(question)) = known.map(|known| &known.is) else {
                continue;
            };
            let fact = || format!("line {line}");
            match question.word.as_str() {
                "covers_orders" => {
                    if named.is_none() {
                        named = Some(self.named_in_act()?);
                    }
                    let named = named.iter().flatten().copied().collect();
                    let other = self.covers_as_well(*line, question, &named)?;
                    must(other.is_none(), fact, || {
                        format!("it covers orders {:?} as well", other.unwrap_or_default())
                    })?;
                }
                "part_of" => {
                    let order = question.orders.first().copied().unwrap_or_default();
                    let is_so = self.is_part_of(*line, order, *count)?;
                    must(is_so, fact, || {
                        format!(
                            "it and {} others are not order {order}",
                            count.saturating_sub(1)
                        )
                    })?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Other orders of the same customer that the line covers exactly.
    fn covers_as_well(
        &self,
        line: Line,
        question: &Question,
        named: &BTreeSet<u64>,
    ) -> Checks<Option<Vec<u64>>> {
        let Some((row, currency, _)) = self.told(line)? else {
            return Ok(None);
        };
        let first = question
            .orders
            .first()
            .and_then(|order| nth(&self.orders, *order));
        let Some(customer) = first.map(|order| order.customer) else {
            return Ok(None);
        };
        let taken = self.act.taken_by_payer();
        let all = (customer, currency, i64::MIN)..=(customer, currency, i64::MAX);
        let orders = self.wanting.range(all).flat_map(|(_, orders)| orders);
        let waits = |number: &&u64| {
            nth(&self.orders, **number).is_some_and(|order| {
                let before = self.before(**number, order);
                before.waits
                    && before.gives.currency() == currency
                    && self.window(order, &row) == Window::In
            })
        };
        let free = |number: &&u64| !named.contains(*number) && !taken.contains(*number);
        let eligible: BTreeSet<u64> = orders.filter(waits).filter(free).copied().collect();
        let eligible: Vec<u64> = eligible.into_iter().collect();
        if eligible.len() > SUMMED {
            return Ok(None);
        }
        let gives = |number: &u64| {
            let order = nth(&self.orders, *number);
            order.map_or(0, |order| self.before(*number, order).gives.minor())
        };
        let amounts: Vec<i64> = eligible.iter().map(gives).collect();
        let proposed: BTreeSet<u64> = question.orders.iter().copied().collect();
        let mut other = None;
        sets(&amounts, row.amount, &mut |set| {
            let orders: Vec<u64> = set
                .iter()
                .filter_map(|at| eligible.get(*at).copied())
                .collect();
            let is_other = orders.len() > 1 && !orders.iter().eq(&proposed);
            if is_other {
                other = Some(orders);
            }
            is_other
        });
        Ok(other)
    }

    /// Whether a line and so many others of the act, of the same payer, are exactly what an order
    /// still wants.
    fn is_part_of(&self, line: Line, number: u64, count: u64) -> Checks<bool> {
        let (Some(order), Some((row, currency, _))) = (nth(&self.orders, number), self.told(line)?)
        else {
            return Ok(false);
        };
        let before = self.before(number, order);
        let wants = before
            .received
            .and_then(|came| before.gives.minus(came).ok());
        let wants = match (wants, before.waits) {
            (Some(wants), _) => wants,
            (None, true) => before.gives,
            (None, false) => return Ok(false),
        };
        let mut others = Vec::new();
        for other in self.act.lines.iter().filter(|other| **other != line) {
            if self.may_be_a_part(*other, order.customer, currency)? {
                others.extend(self.told(*other)?.map(|(row, _, _)| row.amount));
            }
        }
        let Some(rest) = wants.minus(Money::new(row.amount, currency)).ok() else {
            return Ok(false);
        };
        if count == 1 {
            return Ok(rest.is_zero() && !before.waits);
        }
        let mut found = others.len() > SUMMED;
        if !found {
            sets(&others, rest.minor(), &mut |set| {
                found = set.len() as u64 + 1 == count;
                found
            });
        }
        Ok(found)
    }

    /// Whether a line of the act brings money of a customer and names nothing.
    fn may_be_a_part(&self, line: Line, customer: u64, currency: Currency) -> Checks<bool> {
        let Some((row, of, said)) = self.told(line)? else {
            return Ok(false);
        };
        let moment = self.act.moment();
        let payers = moment.map(|moment| self.payers(moment, &said));
        let is_his = payers.is_some_and(|payers| payers.all().any(|owner| owner == customer));
        let is_open = row.amount > 0 && !said.reversal && of == currency;
        Ok(is_his && is_open && references_in(&said.text()).is_empty())
    }
}

fn is_sum(question: &Question) -> bool {
    matches!(question.word.as_str(), "covers_orders" | "part_of")
}

/// Gives every set of amounts, by their places, that sums up to so much, until `enough`.
fn sets(amounts: &[i64], wanted: i64, enough: &mut dyn FnMut(&[usize]) -> bool) {
    let mut chosen = Vec::new();
    further(amounts, 0, wanted, &mut chosen, enough);
}

fn further(
    amounts: &[i64],
    from: usize,
    left: i64,
    chosen: &mut Vec<usize>,
    enough: &mut dyn FnMut(&[usize]) -> bool,
) -> bool {
    if left == 0 {
        return enough(chosen);
    }
    for (at, amount) in amounts.iter().enumerate().skip(from) {
        if *amount > 0 && *amount <= left {
            chosen.push(at);
            let is_enough = further(amounts, at + 1, left - amount, chosen, enough);
            chosen.pop();
            if is_enough {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amounts: &[i64], wanted: i64, expected: &[&[usize]]) {
        let mut found: Vec<Vec<usize>> = Vec::new();
        sets(amounts, wanted, &mut |set| {
            found.push(set.to_vec());
            false
        });
        assert_eq!(found, expected, "{wanted} of {amounts:?}");
    }

    #[test]
    fn every_set_is_found_once() {
        check(&[44, 88], 132, &[&[0, 1]]);
        check(&[10, 20, 15, 15], 30, &[&[0, 1], &[2, 3]]);
        check(&[5, 5, 5], 10, &[&[0, 1], &[0, 2], &[1, 2]]);
        check(&[1, 2], 7, &[]);
    }
}
