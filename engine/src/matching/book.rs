//! Where matching looks orders and payouts up. Looking up is all it does: no list of all orders is
//! ever walked, so that a line costs the same among a hundred orders and among a million.

use std::ops::ControlFlow;

use kantor_model::{Currency, Moment, Money};

use super::own::EachMirror;
use super::rules::LineRules;
use crate::order::{HeldReason, Order, OrderState};
use crate::payout::Payout;
use crate::reference::{Referent, each_reference, each_repaired};
use crate::tree::TreeSet;
use crate::{AccountId, CustomerId, OrderId, PayoutId};

/// What an order may still take.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stands {
    /// It waits for its money, and none has come.
    Waits,
    /// Some money has come, or its customer was asked something: only what names it is its money.
    Open,
    /// It was ended; money that names it is kept for a person to decide.
    Over,
    /// It has its money: more money is new money.
    HasItsMoney,
}

/// An order as matching sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenOrder {
    /// Its number.
    pub order: OrderId,
    /// Who ordered.
    pub customer: CustomerId,
    /// What he is to pay.
    pub gives: Money,
    /// What has come; `None` where some of it is in another currency.
    pub received: Option<Money>,
    /// When it was placed.
    pub placed: Moment,
    /// Until when the money must be at the bank; the grace of the policy counts in.
    pub deadline: Moment,
    /// What it may still take.
    pub stands: Stands,
    /// It was ended before money came.
    pub cancelled: bool,
    /// Something is wrong with it that the right sum does not heal.
    pub troubled: bool,
}

impl OpenOrder {
    /// An order as matching sees it.
    pub fn of(order: &Order) -> OpenOrder {
        let stands = match order.state {
            OrderState::AwaitingFunds | OrderState::Expired if order.receipts.is_empty() => {
                Stands::Waits
            }
            OrderState::AwaitingFunds
            | OrderState::Expired
            | OrderState::AwaitingConsent
            | OrderState::Held(_) => Stands::Open,
            OrderState::Cancelled => Stands::Over,
            OrderState::Funded
            | OrderState::PayingOut
            | OrderState::Completed
            | OrderState::Refunding
            | OrderState::Refunded => Stands::HasItsMoney,
        };
        let troubled = match order.state {
            OrderState::AwaitingConsent | OrderState::Held(HeldReason::Compliance) => true,
            OrderState::AwaitingFunds
            | OrderState::Funded
            | OrderState::Held(_)
            | OrderState::PayingOut
            | OrderState::Completed
            | OrderState::Refunding
            | OrderState::Refunded
            | OrderState::Expired
            | OrderState::Cancelled => order.tally.is_troubled(),
        };
        OpenOrder {
            order: order.facts.order,
            customer: order.facts.customer,
            gives: order.gives(),
            received: order.received(),
            placed: order.facts.placed,
            deadline: order.deadline,
            stands,
            cancelled: order.cancelled,
            troubled,
        }
    }

    /// The order when money is in time for so many seconds more.
    #[must_use]
    pub fn with_grace(self, seconds: i64) -> OpenOrder {
        OpenOrder {
            deadline: self.deadline.plus_seconds(seconds),
            ..self
        }
    }

    /// What it still wants, positive; `None` when it wants nothing that matching could reckon.
    pub fn wants(&self) -> Option<Money> {
        let takes = match self.stands {
            Stands::Waits | Stands::Open => true,
            Stands::Over | Stands::HasItsMoney => false,
        };
        let rest = self.gives.minus(self.received?).ok()?;
        (takes && rest.is_positive()).then_some(rest)
    }
}

/// Takes one order after the other, and says when it has seen enough.
pub type Each<'a> = &'a mut dyn FnMut(OrderId) -> ControlFlow<()>;

/// Where matching looks orders and payouts up.
pub trait Book {
    /// The order of that number.
    fn open_order(&self, order: OrderId) -> Option<OpenOrder>;

    /// The payout of that number.
    fn payout_seen(&self, payout: PayoutId) -> Option<Payout>;

    /// The orders of a customer that want exactly this amount, the newest first.
    fn wanting(&self, customer: CustomerId, amount: Money, each: Each<'_>);

    /// The orders of a customer that want money of this currency, in no order that means anything,
    /// but always in the same.
    fn of_customer(&self, customer: CustomerId, currency: Currency, each: Each<'_>);

    /// The orders of anybody that want exactly this amount, the newest first.
    fn of_amount(&self, amount: Money, each: Each<'_>);

    /// The lines of an account of the office that wait for their other side, of exactly so much, on
    /// another of its accounts in the same currency; the first in the chain first.
    fn mirrors(
        &self,
        _account: AccountId,
        _other: AccountId,
        _amount: Money,
        _each: EachMirror<'_>,
    ) {
    }

    /// Whether two accounts of the office are in one currency, so that money can go from the one to
    /// the other as it is.
    fn share_currency(&self, _account: AccountId, _other: AccountId) -> bool {
        false
    }

    /// The office's rules for lines that are nobody's order; `None` when it has none.
    fn line_rules(&self) -> Option<&LineRules> {
        None
    }

    /// What the references in a text name, in the order of the text; one may come twice. An office
    /// with references of another make has its own way to find them.
    fn references(&self, text: &str, found: &mut dyn FnMut(Referent)) {
        each_reference(text, &mut |reference| found(reference.referent()));
    }

    /// What a text would name if one slip in it were mended: a hint to a person and nothing more.
    fn nearly(&self, text: &str, found: &mut dyn FnMut(Referent)) {
        each_repaired(text, &mut |reference| found(reference.referent()));
    }
}

/// For how long an order that expired unpaid is still looked for by amount, in seconds (30 days).
/// Its reference finds it for ever.
const REMEMBERED_SECONDS: i64 = 30 * 86_400;

/// The orders that want money, to be looked up by customer and by amount.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanting {
    by_customer: TreeSet<(CustomerId, Currency, i64, OrderId)>,
    by_amount: TreeSet<(Currency, i64, OrderId)>,
    expired: TreeSet<(Moment, OrderId)>,
}

impl Wanting {
    /// Takes an order in, when it wants money.
    pub(crate) fn insert(&mut self, order: &Order) {
        if let Some((by_customer, by_amount)) = keys(order) {
            self.by_customer.insert(by_customer);
            self.by_amount.insert(by_amount);
            if order.state == OrderState::Expired {
                self.expired.insert((order.deadline, order.facts.order));
            }
        }
    }

    /// Takes an order out, as it stands before it changes.
    pub(crate) fn remove(&mut self, order: &Order) {
        if let Some((by_customer, by_amount)) = keys(order) {
            self.by_customer.remove(&by_customer);
            self.by_amount.remove(&by_amount);
            self.expired.remove(&(order.deadline, order.facts.order));
        }
    }

    /// The orders that expired too long ago to be looked for.
    pub(crate) fn forgotten(&self, now: Moment) -> Vec<OrderId> {
        let limit = now.plus_seconds(-REMEMBERED_SECONDS);
        let old = self.expired.iter().take_while(|(end, _)| *end < limit);
        old.map(|(_, order)| *order).collect()
    }

    /// See [`Book::wanting`].
    pub fn wanting(&self, customer: CustomerId, amount: Money, each: Each<'_>) {
        let key = |order| (customer, amount.currency(), amount.minor(), OrderId(order));
        let found = self.by_customer.range(key(0)..=key(u64::MAX)).rev();
        let _ = found.map(|key| key.3).try_for_each(each);
    }

    /// See [`Book::of_customer`].
    pub fn of_customer(&self, customer: CustomerId, currency: Currency, each: Each<'_>) {
        let from = (customer, currency, i64::MIN, OrderId(0));
        let to = (customer, currency, i64::MAX, OrderId(u64::MAX));
        let _ = self
            .by_customer
            .range(from..=to)
            .map(|key| key.3)
            .try_for_each(each);
    }

    /// See [`Book::of_amount`].
    pub fn of_amount(&self, amount: Money, each: Each<'_>) {
        let key = |order| (amount.currency(), amount.minor(), OrderId(order));
        let found = self.by_amount.range(key(0)..=key(u64::MAX)).rev();
        let _ = found.map(|key| key.2).try_for_each(each);
    }
}

type Keys = (
    (CustomerId, Currency, i64, OrderId),
    (Currency, i64, OrderId),
);

fn keys(order: &Order) -> Option<Keys> {
    let open = OpenOrder::of(order);
    let wants = open.wants()?;
    let (currency, minor) = (wants.currency(), wants.minor());
    Some((
        (open.customer, currency, minor, open.order),
        (currency, minor, open.order),
    ))
}
