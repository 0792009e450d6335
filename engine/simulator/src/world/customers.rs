//! Customers: they order, pay in their own ways, change their minds.

use kantor_engine::order::{Order, OrderState};
use kantor_engine::rates::Fixed;
use kantor_engine::{Actor, Answer, Command, OrderId, Reference};
use kantor_model::{Currency, Iban, Money, Party};

use super::{Customer, Deed, OwnAccount, Payment, World};
use crate::auditor::What;
use crate::days;

/// Characters of a reference; a typo takes another one.
const LETTERS: &[char] = &[
    '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E',
];

impl World {
    /// A customer comes and orders; the next one is on his way.
    pub(super) fn customer_comes(&mut self) {
        if self.healing {
            return;
        }
        let pause = i64::try_from(86_400 / self.orders_a_day.max(1)).unwrap_or(3_600);
        self.after(pause / 4, pause * 7 / 4, Deed::Customer);
        let Some(customer) = self.chance.any(&self.customers) else {
            return;
        };
        let first = self.order(&customer, None);
        let Some((first, minor)) = first else { return };
        if self.chance.hits(self.faults.twins) {
            // The same again, to the grosz: the payments will be equal to the letter but for the
            // reference, or equal with it.
            if let Some((second, _)) = self.order(&customer, Some(minor)) {
                self.counts.fault("twins");
                self.plan_payment(&customer, second);
            }
        } else if self.chance.hits(self.faults.two_orders)
            && let Some((second, _)) = self.order(&customer, Some(minor + 1_00))
        {
            self.counts.fault("two orders");
            self.plan_one_for_two(&customer, first, second);
            return;
        }
        self.plan_payment(&customer, first);
    }

    /// Places an order; with `gives` the same exchange as the one before.
    fn order(&mut self, customer: &Customer, gives: Option<i64>) -> Option<(OrderId, i64)> {
        let foreign = if self.chance.hits(700) {
            Currency::EUR
        } else {
            Currency::USD
        };
        let sells = gives.is_none() && self.chance.hits(500);
        let (give, get) = if sells {
            (foreign, Currency::PLN)
        } else {
            (Currency::PLN, foreign)
        };
        let minor = match gives {
            Some(minor) => minor,
            None if self.chance.hits(300) => self.chance.between(1, 50) * 100_00,
            None => self.chance.between(1_00, 30_000_00),
        };
        let fixed = if gives.is_none() && self.chance.hits(300) {
            Fixed::Gets(Money::new(minor, get))
        } else {
            Fixed::Gives(Money::new(minor, give))
        };
        let other = match fixed {
            Fixed::Gives(_) => get,
            Fixed::Gets(_) => give,
        };
        let command = Command::PlaceOrder {
            customer: customer.id,
            fixed,
            other,
            rates: self.rates.last()?.0,
            pays_from: own(customer, give)?.id,
            paid_to: own(customer, get)?.id,
        };
        let Ok(Answer::Order(order)) = self.ask(&Actor::Customer(customer.id), &command, &[])
        else {
            return None;
        };
        self.auditor.agreed(order);
        self.counts.orders += 1;
        let gives = self.office.state.orders.get(&order)?.gives().minor();
        Some((order, gives))
    }

    /// How the customer will pay, if he does.
    fn plan_payment(&mut self, customer: &Customer, id: OrderId) {
        let Some(order) = self.office.state.orders.get(&id).cloned() else {
            return;
        };
        if self.chance.hits(self.faults.cancels) {
            self.counts.fault("cancels");
            self.after(30, 20_000, Deed::Cancel(id));
        }
        if self.chance.hits(self.faults.never) {
            self.counts.fault("never pays");
            return;
        }
        let minor = order.gives().minor();
        let minor = if self.chance.hits(self.faults.under) {
            self.counts.fault("pays less");
            (minor - self.chance.between(1, minor.max(2) - 1)).max(1)
        } else if self.chance.hits(self.faults.over) {
            self.counts.fault("pays more");
            minor + self.chance.between(1, 500_00)
        } else {
            minor
        };
        let Some(payment) = self.payment(customer, &order, minor) else {
            return;
        };
        let wait = if self.chance.hits(self.faults.late) {
            self.counts.fault("late");
            self.chance.between(900, 3 * 86_400)
        } else {
            self.chance.between(60, 800)
        };
        if self.chance.hits(self.faults.in_parts) && minor > 1 {
            self.counts.fault("in parts");
            let part = self.chance.between(1, minor - 1);
            let later = wait + self.chance.between(1, 4_000);
            let rest = Payment {
                minor: minor - part,
                ..payment.clone()
            };
            self.pays_after(
                wait,
                Payment {
                    minor: part,
                    ..payment
                },
            );
            self.pays_after(later, rest);
            return;
        }
        if self.chance.hits(self.faults.twice) {
            self.counts.fault("pays twice");
            let later = wait + self.chance.between(0, 40_000);
            self.pays_after(later, payment.clone());
        }
        self.pays_after(wait, payment);
    }

    fn plan_one_for_two(&mut self, customer: &Customer, first: OrderId, second: OrderId) {
        let state = &self.office.state;
        let (Some(one), Some(two)) = (state.orders.get(&first), state.orders.get(&second)) else {
            return;
        };
        let (one, two) = (one.clone(), two.clone());
        let sum = one.gives().minor() + two.gives().minor();
        let Some(payment) = self.payment(customer, &one, sum) else {
            return;
        };
        let title = format!("{} {}", reference(first), reference(second));
        let what = What::Payment {
            meant: vec![first, second],
            readable: true,
        };
        let wait = self.chance.between(60, 800);
        self.pays_after(
            wait,
            Payment {
                title,
                what,
                ..payment
            },
        );
    }

    fn pays_after(&mut self, seconds: i64, payment: Payment) {
        self.at(self.now.plus_seconds(seconds), Deed::Pay(payment));
    }

    /// A payment for an order: from which account, to which, with which title.
    fn payment(&mut self, customer: &Customer, order: &Order, minor: i64) -> Option<Payment> {
        let mut currency = order.gives().currency();
        let mut account = order.facts.pay_in.0;
        if self.chance.hits(self.faults.wrong_currency) {
            self.counts.fault("wrong currency");
            currency = if currency == Currency::PLN {
                Currency::EUR
            } else {
                Currency::PLN
            };
            account = self.any_drawer(currency)?;
        } else if self.chance.hits(self.faults.wrong_account) {
            self.counts.fault("wrong account");
            account = self.any_drawer(currency)?;
        }
        let pays_from = self.iban_of(order.facts.pays_from)?;
        let (payer, from): (Party, Iban) = if self.chance.hits(self.faults.stranger) {
            self.counts.fault("a stranger pays");
            self.chance.any(&self.strangers)?
        } else if self.chance.hits(self.faults.friend) {
            self.counts.fault("a friend pays");
            let friend = self.chance.any(&self.customers)?;
            (friend.party.clone(), own(&friend, currency)?.iban)
        } else if currency == order.gives().currency() {
            pays_from
        } else {
            (customer.party.clone(), own(customer, currency)?.iban)
        };
        let (title, readable) = self.title(order.facts.order);
        let what = What::Payment {
            meant: vec![order.facts.order],
            readable,
        };
        Some(Payment {
            account,
            minor,
            payer,
            from,
            title,
            what,
        })
    }

    pub(super) fn any_drawer(&mut self, currency: Currency) -> Option<kantor_engine::AccountId> {
        let fitting: Vec<_> = self
            .drawers
            .iter()
            .filter(|drawer| drawer.currency == currency)
            .map(|drawer| drawer.account)
            .collect();
        self.chance.any(&fitting)
    }

    /// What he writes, and whether one can read the reference in it.
    fn title(&mut self, order: OrderId) -> (String, bool) {
        let code = reference(order);
        if self.chance.hits(self.faults.no_title) {
            self.counts.fault("no title");
            let words = ["wymiana", "zapłata za walutę", "przelew środków", ""];
            return (
                self.chance.any(&words).unwrap_or_default().to_owned(),
                false,
            );
        }
        if self.chance.hits(self.faults.typo) {
            self.counts.fault("typo");
            return (self.mistyped(&code), false);
        }
        if !self.chance.hits(self.faults.mangled) {
            return (code, true);
        }
        let (head, tail) = code.split_at_checked(4).unwrap_or((&code, ""));
        let mangled = match self.chance.below(5) {
            0 => code.to_lowercase(),
            1 => format!("{head} {tail}"),
            2 => format!("{head}-{tail} dziękuję"),
            3 => format!("Zamówienie nr: {code}, wymiana walut"),
            _ => format!("zlec.{head}/{tail}/1").replace('0', "O"),
        };
        (mangled, true)
    }

    fn mistyped(&mut self, code: &str) -> String {
        let mut letters: Vec<char> = code.chars().collect();
        let at = usize::try_from(self.chance.between(2, 8)).unwrap_or(2);
        let typed = self.chance.any(LETTERS).unwrap_or('2');
        if let Some(letter) = letters.get_mut(at) {
            *letter = if *letter == typed { 'Z' } else { typed };
        }
        letters.into_iter().collect()
    }

    /// The payment reaches the bank; on a day on which the bank is closed, the next morning.
    pub(super) fn pays(&mut self, payment: Payment) {
        match self.banking_day() {
            Some(day) => {
                let Some(drawer) = self.drawer(payment.account) else {
                    return;
                };
                let amount = Money::new(payment.minor, drawer.currency);
                let Some(bank) = self.banks.get_mut(drawer.bank) else {
                    return;
                };
                let Payment {
                    payer, from, title, ..
                } = &payment;
                let booked = bank.receive(drawer.iban, day, amount, payer, *from, title);
                if let Err(error) = booked {
                    self.auditor.object(format!("the simulated bank: {error}"));
                }
                self.counts.payments += 1;
                self.look_at_bank(drawer, payment.what);
            }
            None => {
                let morning = self.next_morning();
                self.at(morning, Deed::Pay(payment));
            }
        }
    }

    pub(super) fn customer_answers(&mut self, order: OrderId) {
        let Some(found) = self.office.state.orders.get(&order) else {
            return;
        };
        if found.state != OrderState::AwaitingConsent {
            return;
        }
        let by = Actor::Customer(found.facts.customer);
        let command = if self.chance.hits(600) {
            Command::AcceptRate { order }
        } else {
            Command::DeclineRate { order }
        };
        let _ = self.ask(&by, &command, &[]);
    }

    pub(super) fn customer_cancels(&mut self, order: OrderId) {
        let Some(found) = self.office.state.orders.get(&order) else {
            return;
        };
        let by = Actor::Customer(found.facts.customer);
        let reason = "changed my mind".to_owned();
        let _ = self.ask(&by, &Command::CancelOrder { order, reason }, &[]);
    }

    /// Today, when the banks book today.
    pub(super) fn banking_day(&self) -> Option<kantor_model::Date> {
        let day = self.now.warsaw_date();
        (days::is_open(day) && day > self.closed).then_some(day)
    }

    pub(super) fn next_morning(&self) -> kantor_model::Moment {
        let today = self.now.warsaw_date();
        let next = days::open_on_or_after(today.tomorrow().unwrap_or(today));
        kantor_model::Moment::from_warsaw(next, 6, 0).unwrap_or(self.now.plus_seconds(86_400))
    }
}

/// The customer's account in a currency.
pub(super) fn own(customer: &Customer, currency: Currency) -> Option<&OwnAccount> {
    customer
        .accounts
        .iter()
        .find(|own| own.currency == currency)
}

pub(super) fn reference(order: OrderId) -> String {
    Reference::of_order(order)
        .map(|reference| reference.to_string())
        .unwrap_or_default()
}
