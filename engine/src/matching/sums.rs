//! Level four: exact sums of one customer, in one currency (F4). One line is what several orders
//! want together, or several lines are what one order wants. Nothing but a person's word applies
//! them: one way only is likely, several ways are ambiguous.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use kantor_model::{Currency, Money};

use super::book::{Book, OpenOrder, Stands};
use super::claim::{Claim, Claims};
use super::evidence::Evidence;
use super::facts::Line;
use super::fulfil::window;
use crate::{CustomerId, OrderId};

/// So many orders, or lines, of one customer are summed up; more are not looked at. A customer costs
/// at most two to this power steps, and so does each of his lines.
pub const SUMMED: usize = 10;

/// Claims exact sums for the lines that nothing else claimed.
pub(crate) fn by_exact_sums(book: &impl Book, lines: &[Line<'_>], claims: &mut Claims) {
    let mut by_customer: BTreeMap<(CustomerId, Currency), Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let mut senders = line.senders();
        if let (Some(customer), None) = (senders.next(), senders.next())
            && claims.is_unnamed(at)
            && line.amount.is_positive()
        {
            let key = (customer, line.amount.currency());
            by_customer.entry(key).or_default().push(at);
        }
    }
    for ((customer, currency), places) in by_customer {
        let orders = orders_of(book, customer, currency, claims);
        let Some(orders) = orders.filter(|orders| !orders.is_empty()) else {
            continue;
        };
        for at in &places {
            if let Some(line) = lines.get(*at) {
                covered(line, *at, &orders, claims);
            }
        }
        parts(lines, &places, &orders, claims);
    }
}

/// What a customer's orders want that no line of the statement names or has; `None` when they are
/// too many.
fn orders_of(
    book: &impl Book,
    customer: CustomerId,
    currency: Currency,
    claims: &Claims,
) -> Option<Vec<(OpenOrder, Money)>> {
    let mut orders = Vec::new();
    let mut looked_at = 0;
    book.of_customer(customer, currency, &mut |id| {
        looked_at += 1;
        if looked_at > SUMMED {
            return ControlFlow::Break(());
        }
        let order = book.open_order(id).filter(|_| !claims.has_order(id));
        orders.extend(order.and_then(|order| Some((order, order.wants()?))));
        ControlFlow::Continue(())
    });
    (looked_at <= SUMMED).then_some(orders)
}

/// One line for several orders that wait for their money.
fn covered(line: &Line<'_>, at: usize, orders: &[(OpenOrder, Money)], claims: &mut Claims) {
    let waits = orders.iter().filter(|(order, _)| {
        order.stands == Stands::Waits && window(order, line) == Evidence::InTime
    });
    let waits: Vec<(OrderId, Money)> = waits.map(|(order, wants)| (order.order, *wants)).collect();
    let amounts: Vec<i64> = waits.iter().map(|(_, wants)| wants.minor()).collect();
    let sets = exact(&amounts, line.amount.minor());
    let mut sets = sets.iter().filter(|set| set.len() > 1);
    let chosen = |set: &Vec<usize>| -> Vec<(OrderId, Money)> {
        set.iter()
            .filter_map(|at| waits.get(*at).copied())
            .collect()
    };
    match (sets.next(), sets.next()) {
        (None, _) => {}
        (Some(only), None) => claims.set_covers(at, chosen(only)),
        (Some(one), Some(other)) => {
            let several = [one, other].into_iter().chain(sets).flat_map(chosen);
            let orders: BTreeSet<OrderId> = several.map(|(order, _)| order).collect();
            claims.set_rivals(at, orders.into_iter(), None);
        }
    }
}

/// Several lines for one order, or the line that completes what came before.
fn parts(lines: &[Line<'_>], places: &[usize], orders: &[(OpenOrder, Money)], claims: &mut Claims) {
    let open: Vec<usize> = places
        .iter()
        .copied()
        .filter(|at| claims.is_unnamed(*at))
        .collect();
    if open.len() > SUMMED {
        return;
    }
    let mut ways: BTreeMap<usize, Vec<(OrderId, u32)>> = BTreeMap::new();
    for (order, wants) in orders {
        let in_time = |at: &&usize| {
            let line = lines.get(**at);
            line.is_some_and(|line| window(order, line) == Evidence::InTime)
        };
        let fitting: Vec<usize> = open.iter().filter(in_time).copied().collect();
        let amount = |at: &usize| lines.get(*at).map_or(0, |line| line.amount.minor());
        let amounts: Vec<i64> = fitting.iter().map(amount).collect();
        for set in exact(&amounts, wants.minor()) {
            if set.len() == 1 && order.stands == Stands::Waits {
                continue;
            }
            let count = u32::try_from(set.len()).unwrap_or(u32::MAX);
            for at in set.iter().filter_map(|place| fitting.get(*place)) {
                ways.entry(*at).or_default().push((order.order, count));
            }
        }
    }
    for (at, ways) in ways {
        match ways.as_slice() {
            [(order, count)] => claims.set(at, Claim::PartOf(*order, *count)),
            several => {
                let orders: BTreeSet<OrderId> = several.iter().map(|(order, _)| *order).collect();
                claims.set_rivals(at, orders.into_iter(), None);
            }
        }
    }
}

/// Every set of amounts, by their places, that sums up to exactly so much. All are positive.
fn exact(amounts: &[i64], wanted: i64) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    if amounts.len() <= SUMMED {
        search(amounts, 0, wanted, &mut Vec::new(), &mut found);
    }
    found
}

fn search(
    amounts: &[i64],
    from: usize,
    left: i64,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Vec<usize>>,
) {
    if left == 0 {
        found.push(chosen.clone());
        return;
    }
    for (at, amount) in amounts.iter().enumerate().skip(from) {
        if *amount <= left {
            chosen.push(at);
            search(amounts, at + 1, left - amount, chosen, found);
            chosen.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amounts: &[i64], wanted: i64, sets: &[&[usize]]) {
        assert_eq!(exact(amounts, wanted), sets, "{wanted} of {amounts:?}");
    }

    #[test]
    fn every_exact_set_is_found_once() {
        check(&[44, 88], 132, &[&[0, 1]]);
        check(&[44, 88], 131, &[]);
        check(&[1, 2, 3], 3, &[&[0, 1], &[2]]);
        check(&[5, 5, 5], 10, &[&[0, 1], &[0, 2], &[1, 2]]);
        check(&[1; SUMMED + 1], 1, &[]);
    }
}
