//! What the office holds, as the wire shows it.

use kantor_engine::order::{Order, OrderState, OrderStep, next_order_state};
use kantor_engine::payout::{Payout, PayoutState};
use kantor_engine::rates::Terms;
use kantor_engine::receipt::ReceiptState;
use kantor_engine::{CustomerAccountId, CustomerId, OfficeAccount, OrderId, Snapshot};
use kantor_model::{Bank, Iban, Money};
use kantor_wire::{
    AccountView, Act, Amount, CustomerOrder, CustomerRef, HistoryLine, OrderView, PayIn, PayeeView,
    PayoutView, RateView,
};

use super::LocalOffice;
use super::refused::{people, refuse};
use super::say;
use crate::port::PortResult;

/// An amount on the wire.
pub(super) fn amount(money: Money) -> Amount {
    Amount::new(money.to_decimal_string(), money.currency().code())
}

/// A rate on the wire.
pub(super) fn rate(terms: &Terms) -> RateView {
    RateView {
        base: terms.base().code().to_owned(),
        quote: terms.quote().code().to_owned(),
        value: terms.rate.to_string(),
    }
}

/// The name of a bank for people.
pub(super) fn bank_name(iban: &Iban) -> Option<String> {
    iban.bank().map(|bank: &Bank| bank.name.to_owned())
}

/// The same word on the wire; both sides name their states alike, and a test holds them to it.
pub(super) fn order_state(state: OrderState) -> kantor_wire::OrderState {
    match state {
        OrderState::AwaitingFunds => kantor_wire::OrderState::AwaitingFunds,
        OrderState::AwaitingConsent => kantor_wire::OrderState::AwaitingConsent,
        OrderState::Funded => kantor_wire::OrderState::Funded,
        OrderState::Held(_) => kantor_wire::OrderState::Held,
        OrderState::PayingOut => kantor_wire::OrderState::PayingOut,
        OrderState::Completed => kantor_wire::OrderState::Completed,
        OrderState::Refunding => kantor_wire::OrderState::Refunding,
        OrderState::Refunded => kantor_wire::OrderState::Refunded,
        OrderState::Expired => kantor_wire::OrderState::Expired,
        OrderState::Cancelled => kantor_wire::OrderState::Cancelled,
    }
}

/// The state that a word on the wire means; `Held` with one of its reasons.
pub(super) fn engine_state(state: kantor_wire::OrderState) -> Option<OrderState> {
    let mut all = OrderState::ALL.into_iter();
    all.find(|known| order_state(*known) == state)
}

fn held_reason(state: OrderState) -> Option<kantor_wire::HeldReason> {
    match state {
        OrderState::Held(reason) => kantor_wire::HeldReason::from_name(reason.word()),
        _ => None,
    }
}

/// The state of a payout on the wire; `None` for one that is not owed any more, which no list
/// shows.
pub(super) fn payout_state(state: PayoutState) -> Option<kantor_wire::PayoutState> {
    match state {
        PayoutState::Withdrawn => None,
        PayoutState::Due
        | PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Paid
        | PayoutState::Rejected
        | PayoutState::Returned => kantor_wire::PayoutState::from_name(state.name()),
    }
}

/// What came in for an order, in the currency that its customer pays.
pub(super) fn received(seen: &Snapshot, order: &Order) -> Money {
    let currency = order.gives().currency();
    let came = order
        .receipts
        .iter()
        .filter_map(|line| seen.receipts.get(&(*line, order.facts.order)))
        .filter(|receipt| receipt.state == ReceiptState::Allocated)
        .map(|receipt| receipt.amount)
        .filter(|money| money.currency() == currency);
    Money::sum(currency, came).unwrap_or(Money::zero(currency))
}

/// What a cashier may do with an order now, by the table of its life.
fn allowed_acts(order: &Order) -> Vec<Act> {
    let may = |step| next_order_state(order.state, step).is_some();
    let has_money = !order.receipts.is_empty();
    let can = |act: &Act| match act {
        Act::Cancel => !has_money && may(OrderStep::Cancel),
        Act::Confirm => matches!(order.state, OrderState::Held(_)),
        Act::Refund => has_money && may(OrderStep::Refund),
        Act::Reprice => may(OrderStep::OfferRate),
    };
    Act::ALL.iter().copied().filter(can).collect()
}

/// Facts of an order that are read under one look at the office.
struct Seen {
    order: Order,
    received: Money,
    pay_in_iban: Option<Iban>,
    payouts: Vec<Payout>,
}

fn look(seen: &Snapshot, id: OrderId) -> Option<Seen> {
    let order = seen.orders.get(&id)?.clone();
    Some(Seen {
        received: received(seen, &order),
        pay_in_iban: seen
            .accounts
            .get(&order.facts.pay_in.0)
            .map(|account| account.iban),
        payouts: order
            .payouts
            .iter()
            .filter_map(|payout| seen.payouts.get(payout).copied())
            .collect(),
        order,
    })
}

impl LocalOffice {
    /// The customer's name; empty once his data was erased.
    pub(super) fn customer_name(&self, customer: CustomerId) -> PortResult<String> {
        let person = self.office.person(customer).map_err(people)?;
        Ok(person.map(|person| person.name()).unwrap_or_default())
    }

    fn customers_account(&self, account: CustomerAccountId) -> PortResult<PayeeView> {
        let account = self.office.customer_account(account).map_err(people)?;
        Ok(match account {
            Some(account) => PayeeView {
                iban: account.iban.as_str().to_owned(),
                bank: bank_name(&account.iban),
            },
            None => PayeeView {
                iban: String::new(),
                bank: None,
            },
        })
    }

    fn pay_in(&self, seen: &Seen) -> PayIn {
        let order = &seen.order;
        PayIn {
            iban: seen
                .pay_in_iban
                .map(|iban| iban.as_str().to_owned())
                .unwrap_or_default(),
            bank: seen.pay_in_iban.as_ref().and_then(bank_name),
            owner: self.office.settings().owner.name.clone(),
            title: reference(order),
            amount: amount(order.gives()),
            deadline: order.deadline.to_string(),
        }
    }

    /// What happened to an order, and the position of the last of it.
    fn history(&self, order: OrderId) -> PortResult<(Vec<HistoryLine>, u64)> {
        let changes = self.office.history(order).map_err(refuse)?;
        let version = changes.last().map_or(0, |change| change.seq);
        let lines = changes
            .iter()
            .filter_map(|change| {
                Some(HistoryLine {
                    at: change.at.to_string(),
                    what: say::history(change)?,
                })
            })
            .collect();
        Ok((lines, version))
    }

    /// An order as its customer sees it; in lists without its history.
    pub(super) fn customer_order(
        &self,
        id: OrderId,
        with_history: bool,
    ) -> PortResult<Option<CustomerOrder>> {
        let Some(seen) = self.office.read(|snapshot| look(snapshot, id)) else {
            return Ok(None);
        };
        let (history, version) = if with_history {
            self.history(id)?
        } else {
            (Vec::new(), 0)
        };
        let order = &seen.order;
        let offer = order.offered.map(|offer| RateView {
            value: offer.rate.to_string(),
            ..rate(&order.terms)
        });
        Ok(Some(CustomerOrder {
            id: id.to_string(),
            reference: reference(order),
            state: order_state(order.state),
            held_reason: held_reason(order.state),
            gives: amount(order.gives()),
            gets: amount(order.gets()),
            rate: rate(&order.terms),
            pay_in: self.pay_in(&seen),
            payer: self.customers_account(order.facts.pays_from)?,
            payee: self.customers_account(order.facts.paid_to)?,
            placed_at: order.facts.placed.to_string(),
            received: amount(seen.received),
            offer,
            can_cancel: allowed_acts(order).contains(&Act::Cancel),
            history,
            version,
        }))
    }

    /// An order as the cashier sees it; in lists without its history.
    pub(super) fn order_view(
        &self,
        id: OrderId,
        with_history: bool,
    ) -> PortResult<Option<OrderView>> {
        // Taken first: what is shown is what it names, or newer, never older.
        let fingerprint = self.office.fingerprint_of(id).unwrap_or_default();
        let Some(seen) = self.office.read(|snapshot| look(snapshot, id)) else {
            return Ok(None);
        };
        let order = &seen.order;
        let mut payouts = Vec::with_capacity(seen.payouts.len());
        for payout in &seen.payouts {
            payouts.extend(self.payout_view(payout)?);
        }
        Ok(Some(OrderView {
            id: id.to_string(),
            reference: reference(order),
            state: order_state(order.state),
            held_reason: held_reason(order.state),
            customer: CustomerRef {
                id: order.facts.customer.to_string(),
                name: self.customer_name(order.facts.customer)?,
            },
            gives: amount(order.gives()),
            gets: amount(order.gets()),
            rate: rate(&order.terms),
            pay_in: self.pay_in(&seen),
            payer: self.customers_account(order.facts.pays_from)?,
            payee: self.customers_account(order.facts.paid_to)?,
            placed_at: order.facts.placed.to_string(),
            received: amount(seen.received),
            payouts,
            allowed_acts: allowed_acts(order),
            history: if with_history {
                self.history(id)?.0
            } else {
                Vec::new()
            },
            fingerprint,
        }))
    }

    /// A payout; `None` for one that is not owed any more.
    pub(super) fn payout_view(&self, payout: &Payout) -> PortResult<Option<PayoutView>> {
        let Some(state) = payout_state(payout.state) else {
            return Ok(None);
        };
        let facts = &payout.facts;
        // A payee that is not known is shown as such; the file cannot be written until it is.
        let payee = self.office.payee(payout).ok();
        Ok(Some(PayoutView {
            id: facts.payout.to_string(),
            reference: payout
                .reference()
                .map(|reference| reference.to_string())
                .unwrap_or_default(),
            order: facts
                .order
                .map(|order| order.to_string())
                .unwrap_or_default(),
            kind: match facts.kind {
                kantor_engine::payout::PayoutKind::Exchange => kantor_wire::PayoutKind::Exchange,
                kantor_engine::payout::PayoutKind::Refund => kantor_wire::PayoutKind::Refund,
                kantor_engine::payout::PayoutKind::Difference => {
                    kantor_wire::PayoutKind::Difference
                }
            },
            amount: amount(facts.amount),
            account: facts.account.to_string(),
            payee_name: payee
                .as_ref()
                .map(|(party, _)| party.name.clone())
                .unwrap_or_default(),
            payee_iban: payee
                .as_ref()
                .map(|(_, iban)| iban.as_str().to_owned())
                .unwrap_or_default(),
            state,
            batch: payout.batch.map(|batch| batch.to_string()),
        }))
    }

    /// An account of the office. `waiting` is what is owed out from it.
    pub(super) fn account_view(
        &self,
        account: &OfficeAccount,
        waiting: Money,
    ) -> PortResult<AccountView> {
        let currency = account.currency();
        let money = |minor| Money::new(minor, currency).to_decimal_string();
        let proved_through = if account.proved_through == 0 {
            Some(account.opened_on)
        } else {
            let line = kantor_engine::LineId {
                account: account.account,
                ordinal: account.proved_through,
            };
            self.office.bank_line(line).map_err(refuse)?.booked_on
        };
        Ok(AccountView {
            id: account.account.to_string(),
            iban: account.iban.as_str().to_owned(),
            bank_id: account.iban.bank().map(|bank| bank.id.to_owned()),
            bank_name: bank_name(&account.iban),
            currency: currency.code().to_owned(),
            name: account.name.clone(),
            default: account.fallback,
            booked: money(account.proved_balance),
            available: money(account.balance),
            waiting_payouts: waiting.to_decimal_string(),
            last_statement: account
                .last_booked
                .clone()
                .or_else(|| account.last_statement.clone()),
            proved_through: proved_through.map(|date| date.to_string()),
        })
    }
}

/// The title that the customer is told to pay with.
pub(super) fn reference(order: &Order) -> String {
    order
        .reference()
        .map(|reference| reference.to_string())
        .unwrap_or_default()
}

/// Whether money of a payout has still to leave.
pub(super) fn still_owed(state: PayoutState) -> bool {
    match state {
        PayoutState::Due
        | PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Rejected
        | PayoutState::Returned => true,
        PayoutState::Paid | PayoutState::Withdrawn => false,
    }
}
