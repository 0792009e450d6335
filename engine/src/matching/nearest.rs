//! What came near to a line that names nobody's order, and what would have made it match (F11).
//! Only ever told to a person, never acted on.

use std::ops::ControlFlow;

use super::book::{Book, OpenOrder, Stands};
use super::evidence::{Evidence, Nearest};
use super::explain::weigh;
use super::facts::Line;
use crate::OrderId;
use crate::reference::Referent;

/// So many orders of a payer, and so many of an amount, are looked at.
const LOOKED_AT: usize = 8;

/// So many are told.
const TOLD: usize = 3;

/// The orders that came nearest to a line, the nearest first: those that its title nearly names,
/// those of its payer, and those that want exactly as much.
pub(crate) fn nearest(book: &impl Book, line: &Line<'_>, missing: Evidence) -> Vec<Nearest> {
    if !line.amount.is_positive() {
        return Vec::new();
    }
    let mut found: Vec<OrderId> = Vec::new();
    book.nearly(line.text, &mut |referent| {
        if let Referent::Order(order) = referent
            && found.len() < LOOKED_AT
            && !found.contains(&order)
            && book.open_order(order).is_some()
        {
            found.push(order);
        }
    });
    let nearly_named = found.len();
    for customer in line.senders().take(LOOKED_AT) {
        some(&mut found, |each| {
            book.of_customer(customer, line.amount.currency(), each);
        });
    }
    some(&mut found, |each| book.of_amount(line.amount, each));
    let told = found.into_iter().enumerate().filter_map(|(at, id)| {
        let order = book.open_order(id)?;
        let missing = if at < nearly_named {
            Evidence::AlmostReference(id)
        } else {
            missing
        };
        near(&order, line, missing)
    });
    let mut told: Vec<Nearest> = told.collect();
    told.sort_by_key(|nearest| (rank(nearest), std::cmp::Reverse(nearest.order)));
    told.truncate(TOLD);
    told
}

/// Adds a few orders that were not found before.
fn some(found: &mut Vec<OrderId>, find: impl FnOnce(&mut dyn FnMut(OrderId) -> ControlFlow<()>)) {
    let mut left = LOOKED_AT;
    find(&mut |order| {
        if !found.contains(&order) {
            found.push(order);
        }
        left -= 1;
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
}

/// An order that would take the money, with everything that would have had to be otherwise.
fn near(order: &OpenOrder, line: &Line<'_>, missing: Evidence) -> Option<Nearest> {
    match order.stands {
        Stands::Waits | Stands::Open => {}
        Stands::Over | Stands::HasItsMoney => return None,
    }
    let mut failed = vec![missing];
    failed.extend(weigh(order, line).into_iter().filter(|fact| !fact.is_for()));
    Some(Nearest {
        order: order.order,
        failed,
    })
}

/// How far away it is: a title that is nearly right first, then the fewest things that fail, then
/// the smallest difference of the amounts.
fn rank(nearest: &Nearest) -> (bool, usize, u64) {
    let nearly_named = nearest.failed.first() == Some(&Evidence::AlmostReference(nearest.order));
    let difference = nearest.failed.iter().find_map(Evidence::difference);
    let difference = difference.map_or(0, |by| by.minor().unsigned_abs());
    (!nearly_named, nearest.failed.len(), difference)
}
