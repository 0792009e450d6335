//! Lines that were given to orders by who paid how much, and lines that name one order and were
//! paid as another's: judged when the statement's lines are all known, because it takes all of them
//! to say that a line goes nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use kantor_model::{Currency, Moment, Money};

use crate::calendar::banking_day_from;
use crate::life::OrderState;
use crate::log::At;
use crate::office::{Office, Order, nth};
use crate::payers::{Payer, Payers};
use crate::reference::{Referent, references_in};
use crate::rows::Said;
use crate::values::Line;
use crate::{Checks, Row, wrong};

/// For so long an order that expired unpaid is looked for by amount, in seconds (30 days).
const REMEMBERED_SECONDS: i64 = 30 * 86_400;

/// What a statement's lines were found to be, until the act is over.
#[derive(Default)]
pub(crate) struct Act {
    /// When, and by which event, it was booked.
    begun: Option<(Moment, u64)>,
    /// The lines that were looked at.
    pub(crate) lines: BTreeSet<Line>,
    /// Orders as they stood before their lines came.
    before: BTreeMap<u64, Before>,
    /// Lines that were given to orders by payer and amount.
    by_payer: BTreeMap<Line, u64>,
    /// Lines that name an order which their payer does not.
    by_name_alone: Vec<(Line, u64)>,
    /// Orders that a line names and its payer and amount as well.
    named_by_both: BTreeSet<u64>,
    /// Questions that nothing explains yet.
    pub(crate) unexplained: BTreeSet<Line>,
    /// Lines that are asked about as sums, and of how many orders or lines.
    pub(crate) sums: BTreeMap<Line, u64>,
}

impl Act {
    /// When the statement was booked.
    pub(crate) fn moment(&self) -> Option<Moment> {
        self.begun.map(|(moment, _)| moment)
    }

    /// The orders to which a line was given by payer and amount.
    pub(crate) fn taken_by_payer(&self) -> BTreeSet<u64> {
        self.by_payer.values().copied().collect()
    }
}

/// An order before an act.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Before {
    /// It waits for its money, and none has come.
    pub(crate) waits: bool,
    pub(crate) gives: Money,
    /// What had come, where all of it is in its currency.
    pub(crate) received: Option<Money>,
}

impl Before {
    fn of(order: &Order) -> Before {
        let state = matches!(order.state, OrderState::AwaitingFunds | OrderState::Expired);
        Before {
            waits: state && order.receipts.is_empty(),
            gives: order.terms.gives,
            received: order.received_alone(),
        }
    }

    /// Whether it wants exactly this amount.
    fn wants(&self, amount: Money) -> bool {
        let left = self.received.and_then(|sum| self.gives.minus(sum).ok());
        left == Some(amount)
    }
}

/// Where a line stands in an order's window, from its placing to its deadline with the grace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Window {
    In,
    Early(i64),
    Late(i64),
    Untold,
}

/// A line that names nothing, with the orders of its payers that it may be the money of.
struct Candidate {
    line: Line,
    orders: BTreeSet<u64>,
}

impl Office<'_> {
    /// A statement was booked: what its lines become is one act.
    pub(crate) fn act_begins(&mut self, at: &At<'_>) {
        self.act = Act {
            begun: Some((at.moment, at.seq)),
            ..Act::default()
        };
    }

    /// Questions of which the statement says more were looked at again.
    pub(crate) fn told_again(&mut self, account: u64, ordinals: RangeInclusive<u64>) {
        let Some(known) = self.accounts.get(&account) else {
            return;
        };
        let asked = ordinals.filter(|at| known.line(*at).is_some_and(|it| it.is_question()));
        let line = |ordinal| Line { account, ordinal };
        self.act.lines.extend(asked.map(line));
    }

    /// A line was looked at in the act.
    pub(crate) fn looked_at(&mut self, line: Line) {
        self.act.lines.insert(line);
    }

    /// An order as it stood before the act.
    pub(crate) fn before(&self, number: u64, order: &Order) -> Before {
        let known = self.act.before.get(&number).copied();
        known.unwrap_or_else(|| Before::of(order))
    }

    /// An order wants so much from here on, or once did: looked up by customer and amount.
    pub(crate) fn wants(&mut self, order: u64, customer: u64, gives: Money) {
        let key = (customer, gives.currency(), gives.minor());
        let orders = self.wanting.entry(key).or_default();
        if !orders.contains(&order) {
            orders.push(order);
        }
    }

    /// Notes how a line was given to an order, to be judged when the act is over.
    pub(crate) fn found(
        &mut self,
        at: &At<'_>,
        (line, number): (Line, u64),
        by_payer: bool,
        (amount, said): (Money, &Said),
    ) -> Checks {
        let order = self.order(at, number)?;
        let before = self.before(number, order);
        let payers = self.payers(at.moment, said);
        let payer = self.payer_among(order.customer, &payers);
        self.act.before.entry(number).or_insert(before);
        self.looked_at(line);
        if by_payer {
            self.act.by_payer.insert(line, number);
        } else if payer == Payer::Own && before.wants(amount) {
            self.act.named_by_both.insert(number);
        } else if payer != Payer::NotGiven {
            self.act.by_name_alone.push((line, number));
        }
        Ok(())
    }

    pub(crate) fn window(&self, order: &Order, row: &Row) -> Window {
        let grace = self.policy.as_ref().map_or(0, |policy| {
            let pair = (order.terms.gives.currency(), order.terms.gets.currency());
            let class = self.classes.get(&order.customer);
            crate::rules::rules_for(&policy.money, pair, class)
                .1
                .grace_seconds()
        });
        let Some(day) = row.booked_on else {
            return Window::Untold;
        };
        let days = |from: kantor_model::Date, to| {
            from.until(to).map_or(0, |span| i64::from(span.get_days()))
        };
        let first = order.placed.warsaw_date();
        let last = banking_day_from(order.deadline.plus_seconds(grace).warsaw_date());
        if day < first {
            Window::Early(days(day, first))
        } else if day > last {
            Window::Late(days(last, day))
        } else {
            Window::In
        }
    }

    /// Every line that was given away by payer and amount, or in spite of them, goes nowhere else.
    pub(crate) fn found_rightly(&mut self) -> Checks {
        let act = std::mem::take(&mut self.act);
        if let Some(line) = act.unexplained.first() {
            let what = "nothing says why it is a question";
            return Err(wrong(format!("line {line}"), what));
        }
        let Some((moment, seq)) = act.begun else {
            return Ok(());
        };
        if act.by_payer.is_empty() && act.by_name_alone.is_empty() && act.sums.is_empty() {
            return Ok(());
        }
        self.act = act;
        let sums = self.sums_are_so();
        let checked = sums.and_then(|()| self.no_other_way(moment, seq));
        self.act = Act::default();
        checked
    }

    fn no_other_way(&self, moment: Moment, seq: u64) -> Checks {
        for (line, named) in &self.act.by_name_alone {
            self.nobody_else_is_named(moment, *line, *named)?;
        }
        if self.act.by_payer.is_empty() {
            return Ok(());
        }
        let named = self.named_in_act()?;
        let mut by_amount: BTreeMap<(Currency, i64), Vec<Candidate>> = BTreeMap::new();
        for line in &self.act.lines {
            let Some((row, currency, said)) = self.told(*line)? else {
                continue;
            };
            let amount = Money::new(row.amount, currency);
            let payers = self.payers(moment, &said);
            let mut orders = BTreeSet::new();
            if row.amount > 0 && !said.reversal && references_in(&said.text()).is_empty() {
                orders = self.orders_of(&payers, amount, &row, moment);
                orders.retain(|order| !named.contains(order));
            }
            if let Some(order) = self.act.by_payer.get(line) {
                let fits = self.may_be_of(*order, &payers, amount, &row);
                crate::must(
                    fits && !named.contains(order) && references_in(&said.text()).is_empty(),
                    || format!("event {seq}"),
                    || format!("line {line} is not what the payer of order {order} was to pay"),
                )?;
                orders.insert(*order);
            }
            let key = (currency, row.amount);
            let line = *line;
            by_amount
                .entry(key)
                .or_default()
                .push(Candidate { line, orders });
        }
        for candidates in by_amount.values() {
            self.certain(candidates)?;
        }
        Ok(())
    }

    /// What the bank says of a line of the act that is still there.
    pub(crate) fn told(&self, line: Line) -> Checks<Option<(Row, Currency, Said)>> {
        let Some(account) = self.accounts.get(&line.account) else {
            return Ok(None);
        };
        let Some(piece) = account.piece_of(line.ordinal) else {
            return Ok(None);
        };
        let fact = || format!("line {line}");
        let position = piece.position + (line.ordinal - piece.first);
        let row = self.rows.one(&piece.rows, position, &fact)?;
        let said = Said::of(&row);
        Ok(said.map(|said| (row, account.currency(), said)))
    }

    /// Every order that a line of the act names, or that stands against one that it names.
    pub(crate) fn named_in_act(&self) -> Checks<BTreeSet<u64>> {
        let mut all = BTreeSet::new();
        for line in &self.act.lines {
            let Some((_, _, said)) = self.told(*line)? else {
                continue;
            };
            let named = self.known_in(&said.text());
            all.extend(named.iter().filter_map(Referent::order));
            let account = self.accounts.get(&line.account);
            let is = account.and_then(|account| account.line(line.ordinal));
            if let Some(crate::parts::Is::Question(question)) = is.map(|line| &line.is)
                && !named.is_empty()
            {
                all.extend(&question.orders);
            }
        }
        Ok(all)
    }

    /// The orders of such payers that waited for exactly this amount, and in whose time it came.
    fn orders_of(
        &self,
        payers: &Payers,
        amount: Money,
        row: &Row,
        moment: Moment,
    ) -> BTreeSet<u64> {
        let limit = moment.plus_seconds(-REMEMBERED_SECONDS);
        let mut found = BTreeSet::new();
        for customer in payers.sure() {
            let key = (*customer, amount.currency(), amount.minor());
            for number in self.wanting.get(&key).into_iter().flatten() {
                let Some(order) = nth(&self.orders, *number) else {
                    continue;
                };
                let before = self.before(*number, order);
                let is_old = order.state == OrderState::Expired && order.deadline < limit;
                let fits = before.waits && before.gives == amount && !is_old;
                if fits && self.window(order, row) == Window::In {
                    found.insert(*number);
                }
            }
        }
        found
    }

    fn may_be_of(&self, number: u64, payers: &Payers, amount: Money, row: &Row) -> bool {
        nth(&self.orders, number).is_some_and(|order| {
            let before = self.before(number, order);
            let payer = self.payer_among(order.customer, payers);
            matches!(payer, Payer::Own | Payer::Untold)
                && before.waits
                && before.gives == amount
                && self.window(order, row) == Window::In
        })
    }

    /// A line that names one order is not, by payer and amount, another's alone.
    fn nobody_else_is_named(&self, moment: Moment, line: Line, named: u64) -> Checks {
        let Some((row, currency, said)) = self.told(line)? else {
            return Ok(());
        };
        let payers = self.payers(moment, &said);
        let amount = Money::new(row.amount, currency);
        let mut others = self.orders_of(&payers, amount, &row, moment);
        others.retain(|order| *order != named && !self.act.named_by_both.contains(order));
        match (others.pop_first(), others.is_empty()) {
            (Some(other), true) => Err(wrong(
                format!("line {line}"),
                format!(
                    "its text names order {named}, its payer and amount name order {other} alone"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Each line that was given away has its order in every best way to give the lines away.
    fn certain(&self, candidates: &[Candidate]) -> Checks {
        for candidate in candidates {
            let Some(order) = self.act.by_payer.get(&candidate.line) else {
                continue;
            };
            let group = connected(candidates, candidate);
            let best = most(&group, None);
            let without = most(&group, Some((candidate.line, *order)));
            crate::must(
                without < best,
                || format!("line {}", candidate.line),
                || format!("it need not be the money of order {order}"),
            )?;
        }
        Ok(())
    }
}

/// The lines that share orders with one, directly or through others.
fn connected<'c>(all: &'c [Candidate], one: &'c Candidate) -> Vec<&'c Candidate> {
    let mut by_order: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, candidate) in all.iter().enumerate() {
        for order in &candidate.orders {
            by_order.entry(*order).or_default().push(at);
        }
    }
    let (mut seen, mut orders) = (BTreeSet::new(), BTreeSet::new());
    let mut next: Vec<u64> = one.orders.iter().copied().collect();
    while let Some(order) = next.pop() {
        if !orders.insert(order) {
            continue;
        }
        for at in by_order.get(&order).into_iter().flatten() {
            if seen.insert(*at) {
                let lines = all.get(*at).into_iter();
                next.extend(lines.flat_map(|candidate| candidate.orders.iter().copied()));
            }
        }
    }
    seen.iter().filter_map(|at| all.get(*at)).collect()
}

/// To how many lines an order can be given, without one way to do it.
fn most(group: &[&Candidate], without: Option<(Line, u64)>) -> usize {
    let mut holders: BTreeMap<u64, usize> = BTreeMap::new();
    (0..group.len())
        .filter(|at| place(group, *at, without, &mut holders, &mut BTreeSet::new()))
        .count()
}

fn place(
    group: &[&Candidate],
    at: usize,
    without: Option<(Line, u64)>,
    holders: &mut BTreeMap<u64, usize>,
    tried: &mut BTreeSet<u64>,
) -> bool {
    let Some(candidate) = group.get(at) else {
        return false;
    };
    for order in &candidate.orders {
        if without == Some((candidate.line, *order)) || !tried.insert(*order) {
            continue;
        }
        let free = match holders.get(order).copied() {
            None => true,
            Some(other) => place(group, other, without, holders, tried),
        };
        if free {
            holders.insert(*order, at);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each line its orders, and whether the first of them is certain to be its.
    #[track_caller]
    fn check(lines: &[(&[u64], bool)]) {
        let candidates: Vec<Candidate> = lines
            .iter()
            .zip(1..)
            .map(|((orders, _), ordinal)| Candidate {
                line: Line {
                    account: 1,
                    ordinal,
                },
                orders: orders.iter().copied().collect(),
            })
            .collect();
        for (candidate, (orders, wanted)) in candidates.iter().zip(lines) {
            let group = connected(&candidates, candidate);
            let edge = (candidate.line, orders[0]);
            let certain = most(&group, Some(edge)) < most(&group, None);
            assert_eq!(certain, *wanted, "{lines:?}: {}", candidate.line);
        }
    }

    #[test]
    fn a_line_is_certain_where_no_other_way_is_as_good() {
        check(&[(&[1], true)]);
        check(&[(&[1, 2], false)]);
        check(&[(&[1], false), (&[1], false)]);
        check(&[(&[2, 1], true), (&[1], true)]);
        check(&[(&[1], false), (&[1], false), (&[2, 1], true)]);
        check(&[(&[1, 2], false), (&[1, 2], false), (&[7], true)]);
    }
}
