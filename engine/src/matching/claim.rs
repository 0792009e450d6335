//! What each line of a statement lays claim to, while the levels of matching take their turns.

use super::book::{Book, Stands};
use super::evidence::Evidence;
use super::facts::{Line, PaidBy};
use super::fulfil::{fulfilment, window};
use super::named::Named;
use crate::order::HeldReason;
use crate::policy::Policy;
use crate::{OrderId, PayoutId};
use kantor_model::Money;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What a line lays claim to. Small, because a statement may have a million lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// The bank undoes an earlier line.
    Reversal,
    /// It names this order only.
    Named(OrderId),
    /// It names this order, which had its money before, or has it from a line before this one.
    SecondPayment(OrderId),
    /// Its reference names the first order, its payer and amount the second only.
    Contradicts(OrderId, OrderId),
    /// It names several orders, or orders and payouts.
    NamesSeveral,
    /// Money out with an order's reference, or in with a payout's.
    WrongDirection,
    /// It names this payout only, in its direction.
    Payout(PayoutId),
    /// It names something of an office that we are not.
    Unknown,
    /// It names nothing.
    Unnamed,
    /// It names nothing, and goes to this order in every best assignment.
    Payer(OrderId),
    /// It names nothing, and several orders, or lines, fit: the place of the list of them.
    Rivals(usize),
    /// It names nothing, and is exactly what several orders want together: the place of the list.
    Covers(usize),
    /// It names nothing, and with so many lines, itself among them, is exactly what this order wants.
    PartOf(OrderId, u32),
}

/// The claims of a statement's lines.
pub(crate) struct Claims {
    all: Vec<Claim>,
    /// Why the line does not fulfil the order that it names.
    failed: Vec<Option<HeldReason>>,
    /// Every order that some line names, sorted.
    named: Vec<OrderId>,
    rivals: Vec<(Vec<OrderId>, Option<u32>)>,
    covers: Vec<Vec<(OrderId, Money)>>,
    /// Every order that payer and amount found.
    paid: BTreeSet<OrderId>,
}

impl Claims {
    /// The claims by what the lines name (levels one and two).
    pub(crate) fn by_names(book: &impl Book, lines: &[Line<'_>], policy: &Policy) -> Claims {
        let mut claims = Claims {
            all: Vec::with_capacity(lines.len()),
            failed: vec![None; lines.len()],
            named: Vec::new(),
            rivals: Vec::new(),
            covers: Vec::new(),
            paid: BTreeSet::new(),
        };
        let mut by_order: Vec<(OrderId, usize)> = Vec::new();
        let mut settled: Vec<OrderId> = Vec::new();
        // Lines whose payer or amount may speak for somebody else's order.
        let mut doubtful: Vec<(OrderId, usize)> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let named = Named::by(book, line);
            let claim = first_claim(line, &named);
            claims.all.push(claim);
            claims.named.extend(named.orders());
            if let Claim::Named(order) = claim {
                by_order.push((order, at));
                if payer_says_the_same(book, line, order) {
                    settled.push(order);
                } else {
                    doubtful.push((order, at));
                }
            }
        }
        settled.sort_unstable();
        claims.contradictions(book, lines, &doubtful, &settled);
        claims.named.sort_unstable();
        claims.named.dedup();
        by_order.sort_unstable();
        for of_one in by_order.chunk_by(|one, other| one.0 == other.0) {
            claims.follow(book, lines, of_one, policy);
        }
        claims
    }

    /// Lines whose reference names one order, and whose payer and amount name only another.
    fn contradictions(
        &mut self,
        book: &impl Book,
        lines: &[Line<'_>],
        doubtful: &[(OrderId, usize)],
        settled: &[OrderId],
    ) {
        let mut rivals = Vec::new();
        for (order, at) in doubtful {
            let other = lines
                .get(*at)
                .and_then(|line| only_other(book, line, *order, settled));
            if let Some(other) = other {
                self.set(*at, Claim::Contradicts(*order, other));
                rivals.push(other);
            }
        }
        self.named.extend(rivals);
    }

    /// Lets the lines that name one order come to it, one after the other in the bank's order: it
    /// takes them until it has its money; what comes then is new money (law 3).
    fn follow(
        &mut self,
        book: &impl Book,
        lines: &[Line<'_>],
        of_one: &[(OrderId, usize)],
        policy: &Policy,
    ) {
        let order = of_one
            .first()
            .and_then(|(order, _)| book.open_order(*order));
        let Some(mut order) = order else { return };
        for (id, at) in of_one {
            let Some(line) = lines.get(*at) else { continue };
            if self.get(*at) != Claim::Named(*id) {
                continue;
            }
            if order.stands == Stands::HasItsMoney {
                self.set(*at, Claim::SecondPayment(*id));
                continue;
            }
            order.received = order
                .received
                .filter(|sum| sum.currency() == line.amount.currency())
                .and_then(|sum| sum.plus(line.amount).ok());
            let failed = fulfilment(&order, line, order.received, policy);
            if let Some(place) = self.failed.get_mut(*at) {
                *place = failed;
            }
            order.troubled |= failed.is_some_and(|reason| !reason.is_about_the_sum());
            if failed.is_none() && !order.troubled {
                order.stands = Stands::HasItsMoney;
            }
        }
    }

    pub(crate) fn get(&self, at: usize) -> Claim {
        self.all.get(at).copied().unwrap_or(Claim::Unnamed)
    }

    pub(crate) fn failed(&self, at: usize) -> Option<HeldReason> {
        self.failed.get(at).copied().flatten()
    }

    pub(crate) fn set(&mut self, at: usize, claim: Claim) {
        if let Some(place) = self.all.get_mut(at) {
            *place = claim;
        }
    }

    /// The line fits these orders equally; `too_many` says of how big a group they are the first.
    pub(crate) fn set_rivals(
        &mut self,
        at: usize,
        rivals: impl Iterator<Item = OrderId>,
        too_many: Option<u32>,
    ) {
        let mut rivals: Vec<OrderId> = rivals.take(super::RIVALS).collect();
        rivals.sort_unstable();
        if rivals.is_empty() {
            return;
        }
        self.set(at, Claim::Rivals(self.rivals.len()));
        self.rivals.push((rivals, too_many));
    }

    pub(crate) fn rivals(&self, place: usize) -> (&[OrderId], Option<u32>) {
        match self.rivals.get(place) {
            Some((rivals, too_many)) => (rivals, *too_many),
            None => (&[], None),
        }
    }

    /// The line is exactly what these orders want together.
    pub(crate) fn set_covers(&mut self, at: usize, shares: Vec<(OrderId, Money)>) {
        self.set(at, Claim::Covers(self.covers.len()));
        self.covers.push(shares);
    }

    pub(crate) fn covers(&self, place: usize) -> &[(OrderId, Money)] {
        self.covers.get(place).map_or(&[], Vec::as_slice)
    }

    /// The line goes to this order in every best assignment.
    pub(crate) fn pay(&mut self, at: usize, order: OrderId) {
        self.set(at, Claim::Payer(order));
        self.paid.insert(order);
    }

    /// Whether some line of the statement names the order, or is its money.
    pub(crate) fn has_order(&self, order: OrderId) -> bool {
        self.is_named(order) || self.paid.contains(&order)
    }

    pub(crate) fn is_unnamed(&self, at: usize) -> bool {
        self.get(at) == Claim::Unnamed
    }

    /// Whether some line of the statement names the order.
    pub(crate) fn is_named(&self, order: OrderId) -> bool {
        self.named.binary_search(&order).is_ok()
    }
}

fn first_claim(line: &Line<'_>, named: &Named) -> Claim {
    if line.reversal {
        return Claim::Reversal;
    }
    if named.is_empty() {
        return if named.unknown {
            Claim::Unknown
        } else {
            Claim::Unnamed
        };
    }
    match (named.only_order(), named.only_payout()) {
        (Some(order), _) if line.amount.is_positive() => Claim::Named(order),
        (_, Some(payout)) if line.amount.is_negative() => Claim::Payout(payout),
        (Some(_), _) | (_, Some(_)) => Claim::WrongDirection,
        (None, None) => Claim::NamesSeveral,
    }
}

/// Whether payer and amount name the order that the reference names, or nobody is known to have
/// paid: then no other key can speak against it.
fn payer_says_the_same(book: &impl Book, line: &Line<'_>, order: OrderId) -> bool {
    let Some(order) = book.open_order(order) else {
        return false;
    };
    let is_his = line.senders().any(|sender| sender == order.customer);
    let nobody = matches!(line.payer, PaidBy::NotGiven) && line.senders().next().is_none();
    nobody || is_his && wants_exactly(order.wants(), line.amount)
}

fn wants_exactly(wants: Option<Money>, amount: Money) -> bool {
    wants == Some(amount)
}

/// The one order that payer and amount name, where it is not the one that the reference names, and
/// they do not name that one as well.
fn only_other(
    book: &impl Book,
    line: &Line<'_>,
    named: OrderId,
    settled: &[OrderId],
) -> Option<OrderId> {
    let mut found = None;
    let mut several = false;
    let mut looked_at = 0;
    for customer in line.senders() {
        book.wanting(customer, line.amount, &mut |id| {
            looked_at += 1;
            if looked_at > super::GROUP {
                several = true;
                return ControlFlow::Break(());
            }
            let fits = book.open_order(id).is_some_and(|order| {
                order.stands == Stands::Waits && window(&order, line) == Evidence::InTime
            });
            if fits && id != named && settled.binary_search(&id).is_err() {
                several |= found.is_some();
                found = Some(id);
            }
            if several {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if several {
            return None;
        }
    }
    found
}
