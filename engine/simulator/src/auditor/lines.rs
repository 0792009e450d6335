//! Whose money the lines are: each share of each line serves one order, the one that it was meant
//! for, or one thing else.

use kantor_engine::matching::Rule;
use kantor_engine::{CustomerId, LineId, OrderId, PayoutId};
use kantor_model::{Date, Moment, Money};

use super::{Auditor, Came, What};

impl Auditor {
    pub(super) fn allocated(&mut self, line: LineId, order: OrderId, amount: Money, rule: Rule) {
        let Some(truth) = self.truth(line).cloned() else {
            self.object(format!(
                "line {line} is order {order}'s money, and no bank has it"
            ));
            return;
        };
        let shares = self.given.entry(line).or_default();
        let again = shares.insert(order, amount.minor()).is_some();
        let shared: i64 = shares.values().sum();
        self.check(
            !again && shared <= truth.minor && amount.is_positive(),
            || format!("line {line} of {} gives {shared} to orders", truth.minor),
        );
        let elsewhere = self.payers.contains_key(&line)
            || self.named.contains_key(&line)
            || self.sent_back.contains_key(&line);
        self.check(!elsewhere, || {
            format!("line {line} serves an order and something else")
        });
        if rule != Rule::ByHand {
            self.meant_for(line, order, &truth.what, truth.other);
            self.check(truth.minor == amount.minor(), || {
                format!("line {line} was shared out, and nobody said so")
            });
        }
        if rule == Rule::PayerAndAmount {
            self.paid_exactly(order, amount, truth.other);
        }
        if let Some(deal) = self.deals.get_mut(&order) {
            // Where days are asked about, only a person may say that money is in time.
            let came = if truth.date > last_day(deal.deadline) {
                Came::Late
            } else if self.rules.asks_about_days {
                Came::OnItsDay
            } else {
                Came::InTime
            };
            deal.money.insert(line, (amount.minor(), came));
        }
    }

    /// A rule gives money to the order that it was meant for; where nobody can read for which it
    /// was meant, at least to its own customer's.
    pub(super) fn meant_for(
        &mut self,
        line: LineId,
        order: OrderId,
        what: &What,
        payer: Option<kantor_model::Iban>,
    ) {
        let customer = self.deals.get(&order).map(|deal| deal.customer);
        let right = match what {
            What::Payment { meant, readable } => {
                let own = |customer: CustomerId| {
                    let owners = payer.and_then(|iban| self.owners.get(&iban));
                    owners.is_some_and(|owners| owners.contains(&customer))
                };
                meant.contains(&order) || (!readable && customer.is_some_and(own))
            }
            _ => false,
        };
        self.check(right, || {
            format!("line {line} was given to order {order}, and was not meant for it")
        });
    }

    /// Money without a title is an order's only where its customer paid exactly what he was to pay.
    fn paid_exactly(&mut self, order: OrderId, amount: Money, payer: Option<kantor_model::Iban>) {
        let deal = self.deals.get(&order);
        let owners = payer.and_then(|iban| self.owners.get(&iban));
        let exact = deal.is_some_and(|deal| {
            deal.agreed.gives == amount && owners.is_some_and(|all| all.contains(&deal.customer))
        });
        self.check(exact, || {
            format!("order {order} was given {amount} without a title, and not by its customer")
        });
    }

    /// Money of nobody is to go back, all of it.
    pub(super) fn refunded(&mut self, line: LineId, payout: PayoutId, amount: Money) {
        let whole = self.truth(line).map(|truth| truth.minor) == Some(amount.minor());
        let free = self.given.get(&line).is_none_or(|shares| shares.is_empty())
            && !self.payers.contains_key(&line)
            && !self.named.contains_key(&line);
        self.check(whole && free && amount.is_positive(), || {
            format!("{amount} of line {line} goes back, and is not that, or serves an order")
        });
        let known = self.sent_back.insert(line, (payout, amount.minor()));
        self.check(known.is_none(), || format!("line {line} goes back twice"));
    }

    /// What was booked of a line, or was to go back, is open again.
    pub(super) fn booking_reversed(&mut self, line: LineId) {
        if let Some((payout, _)) = self.sent_back.remove(&line) {
            let live = self.owed.get(&payout).is_some_and(|owed| owed.live);
            self.check(!live, || {
                format!("line {line} is open again, and payout {payout} sends it back")
            });
            return;
        }
        let was = self.named.remove(&line).is_some();
        self.check(was, || {
            format!("line {line} was not booked, and is reversed")
        });
    }

    pub(super) fn released(&mut self, line: LineId, order: OrderId) {
        let had = self
            .given
            .get_mut(&line)
            .and_then(|shares| shares.remove(&order))
            .is_some();
        self.check(had, || {
            format!("line {line} was taken from order {order}, which did not have it")
        });
        let paid_out = self
            .owed
            .values()
            .any(|owed| owed.order == Some(order) && owed.live && owed.left > owed.came_back);
        self.check(!paid_out, || {
            format!("line {line} was taken from order {order} after money went out")
        });
        if let Some(deal) = self.deals.get_mut(&order) {
            deal.money.remove(&line);
        }
    }

    /// The two sides of a transfer between accounts of the office; in suspense they sum to nothing.
    pub(super) fn paired(&mut self, debit: LineId, credit: LineId, amount: Money) {
        let own = |line| self.truth(line).map(|truth| truth.what.clone()) == Some(What::Own);
        let right = debit.account != credit.account && own(debit) && own(credit);
        self.check(right, || {
            format!("lines {debit} and {credit} are no transfer between own accounts")
        });
        let out = Money::new(-amount.minor(), amount.currency());
        self.booked(debit, "suspense".to_owned(), out);
        self.booked(credit, "suspense".to_owned(), amount);
    }

    /// A rule books nothing but the bank's own fees.
    pub(super) fn is_a_fee(&mut self, line: LineId) {
        let truth = self.truth(line);
        let fee = truth.is_some_and(|truth| {
            truth.what == What::Own && truth.minor < 0 && truth.other.is_none()
        });
        self.check(fee, || {
            format!("a rule booked line {line}, and it is no fee")
        });
    }

    pub(super) fn booked(&mut self, line: LineId, name: String, amount: Money) {
        let whole = self.truth(line).map(|truth| truth.minor) == Some(amount.minor());
        let free = self.given.get(&line).is_none_or(|shares| shares.is_empty())
            && !self.payers.contains_key(&line)
            && !self.sent_back.contains_key(&line);
        self.check(whole && free, || {
            format!(
                "line {line} was booked to {name} as {amount}, and is not that, or serves an order"
            )
        });
        let again = self.named.insert(line, name).is_some();
        self.check(!again, || format!("line {line} was booked twice"));
    }
}

/// The last day on which money is in time, where banks tell days only: the deadline's day, or the
/// first one after it on which banks work.
fn last_day(deadline: Moment) -> Date {
    crate::days::open_on_or_after(deadline.warsaw_date())
}
