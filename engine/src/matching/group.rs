//! Level three: the payer's account is a customer's, the amount is exactly what an order of his
//! wants, and the certificate of [`super::assign`] says that it goes nowhere else (law 2).
//!
//! Lines and orders of one amount that are connected by customers are one group, looked at as a
//! whole: never line by line, and never over the orders of anybody else.

use std::ops::ControlFlow;

use kantor_model::Money;

use super::assign::{GROUP, Group};
use super::book::{Book, OpenOrder, Stands};
use super::claim::Claims;
use super::evidence::Evidence;
use super::facts::Line;
use super::fulfil::window;
use crate::{CustomerId, OrderId};

/// Claims orders for the lines that name none.
pub(crate) fn by_payer_and_amount(book: &impl Book, lines: &[Line<'_>], claims: &mut Claims) {
    let mut open: Vec<usize> = (0..lines.len())
        .filter(|at| claims.is_unnamed(*at))
        .filter(|at| lines.get(*at).is_some_and(has_a_sender))
        .collect();
    let amount = |at: &usize| lines.get(*at).map(|line| line.amount);
    let key = |at: &usize| amount(at).map(|amount| (amount.currency(), amount.minor()));
    open.sort_by_key(|at| (key(at), *at));
    for run in open.chunk_by(|one, other| key(one) == key(other)) {
        let Some(amount) = run.first().and_then(amount) else {
            continue;
        };
        for part in connected(lines, run) {
            part.claim(book, lines, amount, claims);
        }
    }
}

fn has_a_sender(line: &Line<'_>) -> bool {
    line.amount.is_positive() && line.senders().next().is_some()
}

/// Lines of one amount whose payers are connected, and the customers that connect them.
#[derive(Default)]
struct Part {
    lines: Vec<usize>,
    customers: Vec<CustomerId>,
}

/// The lines of one amount, taken apart where no customer connects them.
fn connected(lines: &[Line<'_>], run: &[usize]) -> Vec<Part> {
    let mut senders: Vec<(CustomerId, usize)> = Vec::with_capacity(run.len());
    for (place, at) in run.iter().enumerate() {
        let line = lines.get(*at).into_iter();
        senders.extend(line.flat_map(Line::senders).map(|sender| (sender, place)));
    }
    senders.sort_unstable();
    let mut roots: Vec<usize> = (0..run.len()).collect();
    for of_one in senders.chunk_by(|one, other| one.0 == other.0) {
        for pair in of_one.windows(2) {
            if let [(_, one), (_, other)] = pair {
                join(&mut roots, *one, *other);
            }
        }
    }
    let mut parts: Vec<Part> = (0..run.len()).map(|_| Part::default()).collect();
    for (place, at) in run.iter().enumerate() {
        let root = root_of(&mut roots, place);
        if let Some(part) = parts.get_mut(root) {
            part.lines.push(*at);
        }
    }
    for (customer, place) in senders {
        let root = root_of(&mut roots, place);
        if let Some(part) = parts.get_mut(root)
            && part.customers.last() != Some(&customer)
        {
            part.customers.push(customer);
        }
    }
    parts.retain(|part| !part.lines.is_empty());
    parts
}

fn root_of(roots: &mut [usize], place: usize) -> usize {
    let mut at = place;
    while let Some(up) = roots.get(at).copied().filter(|up| *up != at) {
        // Each step halves the way of those who come after.
        let above = roots.get(up).copied().unwrap_or(up);
        if let Some(root) = roots.get_mut(at) {
            *root = above;
        }
        at = above;
    }
    at
}

fn join(roots: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root_of(roots, one), root_of(roots, other));
    let (low, high) = (one.min(other), one.max(other));
    if let Some(root) = roots.get_mut(high) {
        *root = low;
    }
}

impl Part {
    fn claim(&self, book: &impl Book, lines: &[Line<'_>], amount: Money, claims: &mut Claims) {
        let Some(orders) = self.orders(book, amount, claims) else {
            self.too_many(book, amount, claims);
            return;
        };
        let fits = |at: &usize| {
            let mut fits = 0_u64;
            for (bit, order) in orders.iter().enumerate() {
                if lines.get(*at).is_some_and(|line| fit(line, order)) {
                    fits |= 1 << bit;
                }
            }
            fits
        };
        let fits: Vec<u64> = self.lines.iter().map(fits).collect();
        if fits.iter().all(|fits| *fits == 0) {
            return;
        }
        if self.lines.len() > GROUP {
            self.too_many(book, amount, claims);
            return;
        }
        let mut group = Group::default();
        fits.iter().for_each(|fits| group.line(*fits));
        for ((at, fits), certain) in self.lines.iter().zip(fits).zip(group.certain()) {
            let mut named = orders.iter().zip(0..);
            match certain.and_then(|bit| named.find(|(_, at)| *at == bit)) {
                Some((order, _)) => claims.pay(*at, order.order),
                None => {
                    let rivals = orders.iter().enumerate();
                    let rivals = rivals.filter(|(bit, _)| fits & (1 << bit) != 0);
                    claims.set_rivals(*at, rivals.map(|(_, order)| order.order), None);
                }
            }
        }
    }

    /// The orders that want the amount and that no line names; `None` when they are too many.
    fn orders(&self, book: &impl Book, amount: Money, claims: &Claims) -> Option<Vec<OpenOrder>> {
        if self.customers.len() > GROUP {
            return None;
        }
        let mut orders = Vec::new();
        let mut looked_at = 0;
        for customer in &self.customers {
            book.wanting(*customer, amount, &mut |order| {
                looked_at += 1;
                if looked_at > GROUP {
                    return ControlFlow::Break(());
                }
                let seen = book.open_order(order);
                let seen = seen.filter(|order| order.stands == Stands::Waits);
                orders.extend(seen.filter(|order| !claims.is_named(order.order)));
                ControlFlow::Continue(())
            });
            if looked_at > GROUP {
                return None;
            }
        }
        Some(orders)
    }

    /// Every line of a group that is too big is ambiguous, with the first orders as rivals.
    fn too_many(&self, book: &impl Book, amount: Money, claims: &mut Claims) {
        let mut first: Vec<OrderId> = Vec::new();
        for customer in self.customers.iter().take(super::RIVALS) {
            book.wanting(*customer, amount, &mut |order| {
                if first.len() >= super::RIVALS {
                    return ControlFlow::Break(());
                }
                first.push(order);
                ControlFlow::Continue(())
            });
        }
        if first.is_empty() {
            return;
        }
        let size = u32::try_from(self.lines.len().max(GROUP + 1)).unwrap_or(u32::MAX);
        for at in &self.lines {
            claims.set_rivals(*at, first.iter().copied(), Some(size));
        }
    }
}

fn fit(line: &Line<'_>, order: &OpenOrder) -> bool {
    line.senders().any(|sender| sender == order.customer) && window(order, line) == Evidence::InTime
}
