//! Orders by what people ask for: a customer's own, and those in a state.

use super::{HeldReason, Order, OrderState};
use crate::ids::{CustomerId, OrderId};
use crate::tree::TreeSet;

/// The lists of orders that customers and cashiers look at (listy zleceń), so that nobody's page
/// costs more in an office that has many orders.
///
/// Law: an order stands once in each list, under its customer and under its state.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrderLists {
    of_customer: TreeSet<(CustomerId, OrderId)>,
    in_state: TreeSet<(OrderState, OrderId)>,
}

impl OrderLists {
    /// The orders of a customer that came before another, the oldest first.
    pub fn of_customer(
        &self,
        customer: CustomerId,
        before: OrderId,
    ) -> impl DoubleEndedIterator<Item = OrderId> {
        self.of_customer
            .range((customer, OrderId(0))..(customer, before))
            .map(|(_, order)| *order)
    }

    /// The orders in a state that came before another, the oldest first; `Held` whatever the
    /// reason.
    pub fn in_state(
        &self,
        state: OrderState,
        before: OrderId,
    ) -> impl DoubleEndedIterator<Item = OrderId> {
        let state = heading(state);
        self.in_state
            .range((state, OrderId(0))..(state, before))
            .map(|(_, order)| *order)
    }

    /// Takes in a new order.
    pub(crate) fn insert(&mut self, order: &Order) {
        let id = order.facts.order;
        self.of_customer.insert((order.facts.customer, id));
        self.in_state.insert((heading(order.state), id));
    }

    /// An order went from one state to another.
    pub(crate) fn moved(&mut self, order: OrderId, from: OrderState, to: OrderState) {
        let (from, to) = (heading(from), heading(to));
        if from != to {
            self.in_state.remove(&(from, order));
            self.in_state.insert((to, order));
        }
    }
}

/// The heading under which orders in a state stand: one for all reasons to hold an order, the one
/// that [`OrderState::ALL`] has.
const fn heading(state: OrderState) -> OrderState {
    match state {
        OrderState::Held(_) => OrderState::Held(HeldReason::Late),
        OrderState::AwaitingFunds
        | OrderState::AwaitingConsent
        | OrderState::Funded
        | OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => state,
    }
}
