//! An order as it was agreed and as it stands.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Currency, Decimal, Moment, Money};

use super::{HeldReason, OrderState};
use crate::ledger::Posting;
use crate::policy::MoneyVerdict;
use crate::rates::Terms;
use crate::receipt::Receipt;
use crate::{
    AccountId, CustomerAccountId, CustomerId, LineId, OrderId, PairedBy, PayoutId, RateVersion,
    Reference,
};

/// What was agreed when an order was placed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OrderFacts {
    /// Its number.
    pub order: OrderId,
    /// Who ordered.
    pub customer: CustomerId,
    /// What is given and got, and at which rate.
    pub terms: Terms,
    /// The table of rates that was accepted.
    pub rates: RateVersion,
    /// The customer's account that he says he will pay from.
    pub pays_from: CustomerAccountId,
    /// The customer's account that he wants to be paid to.
    pub paid_to: CustomerAccountId,
    /// The office account that he is told to pay to, and why that one.
    pub pay_in: (AccountId, PairedBy),
    /// The office account that he will be paid from, and why that one.
    pub pay_out: (AccountId, PairedBy),
    /// When it was placed.
    pub placed: Moment,
    /// Until when the money must be at the bank, by the bank's time.
    pub deadline: Moment,
}

/// A rate that is worse for the customer, until when he may accept it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Offer {
    /// The rate.
    pub rate: Decimal,
    /// The last moment to accept it.
    pub until: Moment,
}

/// An order as it stands now.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Order {
    /// What was agreed.
    pub facts: OrderFacts,
    /// Where it is in its life.
    pub state: OrderState,
    /// The terms in force: as agreed, or as changed since.
    pub terms: Terms,
    /// The deadline in force.
    pub deadline: Moment,
    /// A rate that the customer has been offered and has not answered.
    pub offered: Option<Offer>,
    /// It was ended before money came, and nobody has agreed to it anew.
    pub cancelled: bool,
    /// Bank lines that are this order's money, in the order in which they came.
    pub receipts: Vec<LineId>,
    /// What those receipts add up to.
    pub tally: Tally,
    /// Its payouts: the exchange, refunds, a difference.
    pub payouts: Vec<PayoutId>,
    /// What the policy said last about its money.
    pub verdict: Option<MoneyVerdict>,
    /// What the office bore or kept of the sum when it was funded.
    pub difference: Option<Posting>,
}

/// What an order's receipts add up to. It is kept with each of them, so that a thousand receipts of
/// one order cost no more than a thousand orders.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Tally {
    sums: BTreeMap<Currency, i64>,
    failures: BTreeMap<HeldReason, u64>,
}

impl Tally {
    /// Counts a receipt in.
    pub(crate) fn add(&mut self, receipt: &Receipt) {
        let sum = self.sums.entry(receipt.amount.currency()).or_default();
        *sum = sum.saturating_add(receipt.amount.minor());
        if let Some(reason) = receipt.failed {
            *self.failures.entry(reason).or_default() += 1;
        }
    }

    /// Whether a receipt has a fault that the right sum does not heal.
    pub(crate) fn is_troubled(&self) -> bool {
        self.failures
            .keys()
            .any(|reason| !reason.is_about_the_sum())
    }

    /// Counts a receipt out.
    pub(crate) fn remove(&mut self, receipt: &Receipt) {
        if let Some(sum) = self.sums.get_mut(&receipt.amount.currency()) {
            *sum = sum.saturating_sub(receipt.amount.minor());
        }
        self.sums.retain(|_, sum| *sum != 0);
        if let Some(failures) = receipt
            .failed
            .and_then(|reason| self.failures.get_mut(&reason))
        {
            *failures = failures.saturating_sub(1);
        }
        self.failures.retain(|_, failures| *failures != 0);
    }
}

/// Whether a sum is what is wanted; `None` when it is. `received` is `None` when money in another
/// currency is part of it.
pub fn sum_fails(wanted: Money, received: Option<Money>) -> Option<HeldReason> {
    match received {
        Some(sum) if sum.currency() != wanted.currency() => Some(HeldReason::WrongCurrency),
        Some(sum) if sum.minor() < wanted.minor() => Some(HeldReason::Under),
        Some(sum) if sum.minor() > wanted.minor() => Some(HeldReason::Over),
        Some(_) => None,
        None => Some(HeldReason::WrongCurrency),
    }
}

impl Order {
    /// The title that the customer is told to pay with.
    pub fn reference(&self) -> Option<Reference> {
        Reference::of_order(self.facts.order)
    }

    /// Until when the order waits: for money, or for an answer to an offered rate.
    pub fn waits_until(&self) -> Option<Moment> {
        match self.state {
            OrderState::AwaitingFunds => Some(self.deadline),
            OrderState::AwaitingConsent => {
                Some(self.offered.map_or(self.deadline, |offer| offer.until))
            }
            OrderState::Funded
            | OrderState::Held(_)
            | OrderState::PayingOut
            | OrderState::Completed
            | OrderState::Refunding
            | OrderState::Refunded
            | OrderState::Expired
            | OrderState::Cancelled => None,
        }
    }

    /// What has come for it, where all of it is in the currency that the customer gives.
    pub fn received(&self) -> Option<Money> {
        let currency = self.gives().currency();
        let mut sums = self.tally.sums.iter();
        match (sums.next(), sums.next()) {
            (None, _) => Some(Money::zero(currency)),
            (Some((only, minor)), None) if *only == currency => Some(Money::new(*minor, currency)),
            (Some(_), _) => None,
        }
    }

    /// Whether a sum is what the order is to be paid; see [`sum_fails`].
    pub fn sum_fails(&self, received: Option<Money>) -> Option<HeldReason> {
        sum_fails(self.gives(), received)
    }

    /// Every test that its money fails, all of it taken together.
    pub fn problems(&self) -> BTreeSet<HeldReason> {
        let of_lines = self.tally.failures.keys().copied();
        let of_lines = of_lines.filter(|reason| !reason.is_about_the_sum());
        let of_sum = self.sum_fails(self.received());
        // What the law stopped goes on only when a person says so.
        let of_law = (self.state == OrderState::Held(HeldReason::Compliance))
            .then_some(HeldReason::Compliance);
        of_lines.chain(of_sum).chain(of_law).collect()
    }

    /// The first of them; `None` when the money fulfils the order.
    pub fn failing(&self) -> Option<HeldReason> {
        self.problems().first().copied()
    }

    /// What the customer is to pay.
    pub fn gives(&self) -> Money {
        self.terms.gives
    }

    /// What the customer is to get.
    pub fn gets(&self) -> Money {
        self.terms.gets
    }
}
