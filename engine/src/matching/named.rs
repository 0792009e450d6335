//! What the text of a line names: orders and payouts by their references, found without keeping
//! anything but their numbers.

use super::book::Book;
use super::facts::{Line, VirtualAccount};
use crate::reference::Referent;
use crate::{OrderId, PayoutId};

/// So many different orders, and so many payouts, are told apart in one title.
const NAMES: usize = 8;

/// What a line names. Each once, in the order of the text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Named {
    orders: Few<OrderId>,
    payouts: Few<PayoutId>,
    /// A well-formed reference that names nothing of this office.
    pub(crate) unknown: bool,
    /// The virtual account names an order.
    pub(crate) by_virtual_account: bool,
}

impl Named {
    /// Reads a line.
    pub(crate) fn by(book: &impl Book, line: &Line<'_>) -> Named {
        let mut named = Named::default();
        if let Some(VirtualAccount::Order(order)) = line.virtual_account
            && book.open_order(order).is_some()
        {
            named.orders.add(order);
            named.by_virtual_account = true;
        }
        book.references(line.text, &mut |referent| match referent {
            Referent::Order(order) => {
                if named.orders.holds(order) || book.open_order(order).is_some() {
                    named.orders.add(order);
                } else {
                    named.unknown = true;
                }
            }
            Referent::Payout(payout) => {
                if named.payouts.holds(payout) || book.payout_seen(payout).is_some() {
                    named.payouts.add(payout);
                } else {
                    named.unknown = true;
                }
            }
        });
        named
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = OrderId> + '_ {
        self.orders.iter()
    }

    pub(crate) fn payouts(&self) -> impl Iterator<Item = PayoutId> + '_ {
        self.payouts.iter()
    }

    /// The only order, where one and no payout is named.
    pub(crate) fn only_order(&self) -> Option<OrderId> {
        self.orders.only().filter(|_| self.payouts.is_empty())
    }

    /// The only payout, where one and no order is named.
    pub(crate) fn only_payout(&self) -> Option<PayoutId> {
        self.payouts.only().filter(|_| self.orders.is_empty())
    }

    /// Nothing of this office is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.payouts.is_empty()
    }
}

/// A few different things, without an allocation; what comes after the last place is not kept.
#[derive(Clone, Copy, Debug)]
struct Few<T> {
    all: [Option<T>; NAMES],
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few {
            all: [const { None }; NAMES],
        }
    }
}

impl<T: Copy + PartialEq> Few<T> {
    fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.all.iter().map_while(|one| *one)
    }

    fn holds(&self, thing: T) -> bool {
        self.iter().any(|known| known == thing)
    }

    fn add(&mut self, thing: T) {
        if !self.holds(thing)
            && let Some(place) = self.all.iter_mut().find(|place| place.is_none())
        {
            *place = Some(thing);
        }
    }

    fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    fn only(&self) -> Option<T> {
        let mut all = self.iter();
        all.next().filter(|_| all.next().is_none())
    }
}
