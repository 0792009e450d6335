//! What is agreed: orders at a published rate, other terms offered and accepted.

use std::collections::BTreeMap;

use kantor_model::{Currency, Decimal, Moment};

use crate::Checks;
use crate::form::{Fields, Misread};
use crate::judged::is_policys;
use crate::life::OrderState;
use crate::log::At;
use crate::office::{Office, Order};
use crate::orders::reasoned;
use crate::parts::{Is, Of};
use crate::reference::order_reference;
use crate::values::{Actor, Moves, Side, Terms};

/// An order as it was agreed.
pub(crate) struct Placed {
    order: u64,
    customer: u64,
    terms: Terms,
    rates: u64,
    pays_from: u64,
    paid_to: u64,
    pay_in: (u64, String),
    pay_out: (u64, String),
    placed: Moment,
    deadline: Moment,
}

impl Placed {
    pub(crate) fn read(facts: &Fields<'_>) -> Result<Placed, Misread> {
        Ok(Placed {
            order: facts.get("order")?,
            customer: facts.get("customer")?,
            terms: facts.get("terms")?,
            rates: facts.get("rates")?,
            pays_from: facts.get("pays_from")?,
            paid_to: facts.get("paid_to")?,
            pay_in: facts.get("pay_in")?,
            pay_out: facts.get("pay_out")?,
            placed: facts.get("placed")?,
            deadline: facts.get("deadline")?,
        })
    }
}

impl Office<'_> {
    pub(crate) fn order_placed(&mut self, at: &At<'_>, placed: &Placed) -> Checks<Moves> {
        let number = self.orders.len() as u64 + 1;
        at.must(placed.order == number, || {
            format!("the order is number {number}, not {}", placed.order)
        })?;
        at.must(order_reference(number).is_some(), || {
            "no reference is left for it".to_owned()
        })?;
        self.acts_for(at, placed.customer)?;
        self.accepted(at, placed)?;
        let Terms { gives, gets, .. } = placed.terms;
        self.paired(
            at,
            placed.customer,
            placed.pays_from,
            gives.currency(),
            &placed.pay_in,
        )?;
        self.paired(
            at,
            placed.customer,
            placed.paid_to,
            gets.currency(),
            &placed.pay_out,
        )?;
        let seconds = self.policy(at)?.order_seconds;
        at.must(placed.placed == at.moment, || {
            format!("it was placed at {}, not at {}", at.moment, placed.placed)
        })?;
        let deadline = at.moment.plus_seconds(seconds);
        at.must(placed.deadline == deadline, || {
            format!("its deadline is {deadline}, not {}", placed.deadline)
        })?;
        self.wants(number, placed.customer, gives);
        self.touched.insert(number);
        self.orders.push(Order {
            customer: placed.customer,
            terms: placed.terms,
            paid_to: placed.paid_to,
            pay_out: placed.pay_out.0,
            placed: placed.placed,
            deadline,
            offer: None,
            cancelled: false,
            state: OrderState::AwaitingFunds,
            receipts: Vec::new(),
            received: BTreeMap::new(),
            failures: BTreeMap::new(),
            used: BTreeMap::new(),
            payouts: Vec::new(),
            terms_changed: 0,
            judged: None,
            difference: Moves::new(),
        });
        Ok(Moves::new())
    }

    /// The terms are those of the table that the customer saw, which could still be accepted.
    fn accepted(&self, at: &At<'_>, placed: &Placed) -> Checks {
        let place = self.tables.iter().position(|it| it.version == placed.rates);
        let found = place.and_then(|place| Some((self.tables.get(place)?, place)));
        let (table, place) =
            found.ok_or_else(|| at.wrong(format!("rates {} are not known", placed.rates)))?;
        if let Some(next) = self.tables.get(place + 1) {
            let seconds = at.moment.seconds_since(next.published);
            at.must(seconds <= self.policy(at)?.quote_seconds, || {
                format!(
                    "rates {} were replaced {seconds} seconds before",
                    table.version
                )
            })?;
        }
        let terms = &placed.terms;
        let (gives, gets) = (terms.gives.currency(), terms.gets.currency());
        let (base, quote) = terms.side.pair(gives, gets);
        let line = table
            .lines
            .iter()
            .find(|line| (line.base, line.quote) == (base, quote));
        let line =
            line.ok_or_else(|| at.wrong(format!("rates {} have no such pair", table.version)))?;
        let rate = match terms.side {
            Side::Buy => line.buy,
            Side::Sell => line.sell,
        };
        at.must(terms.rate == rate && terms.mid == line.mid, || {
            format!(
                "rates {} say {rate}, at a reference of {}",
                table.version, line.mid
            )
        })?;
        let positive = terms.gives.is_positive() && terms.gets.is_positive();
        at.must(positive && terms.are_reckoned(), || {
            format!(
                "{} for {} does not follow from {} with {} left over",
                terms.gets, terms.gives, terms.rate, terms.remainder
            )
        })
    }

    /// The customer's own account of that currency, and the office's account for its bank.
    fn paired(
        &self,
        at: &At<'_>,
        customer: u64,
        own: u64,
        currency: Currency,
        told: &(u64, String),
    ) -> Checks {
        let account = self.customer_account(own);
        let account = account
            .filter(|it| it.customer == customer && it.currency == currency)
            .ok_or_else(|| {
                at.wrong(format!(
                    "account {own} is no {currency} account of customer {customer}"
                ))
            })?;
        let of_currency = || {
            self.accounts
                .iter()
                .filter(|(_, it)| it.currency() == currency)
        };
        let same_bank = of_currency().find(|(_, it)| {
            account.bank.is_some() && it.iban.bank().map(|bank| bank.id) == account.bank.as_deref()
        });
        let fallback = || of_currency().find(|(_, it)| it.fallback);
        let wanted = match same_bank {
            Some((number, _)) => Some((*number, "same_bank")),
            None => fallback().map(|(number, _)| (*number, "fallback")),
        };
        let told = (told.0, told.1.as_str());
        at.must(wanted == Some(told), || {
            format!("the account for {currency} is {wanted:?}, not {told:?}")
        })
    }

    /// The reference rate of today for an order's pair, else the one it has.
    pub(crate) fn mid_now(&self, terms: &Terms) -> Decimal {
        let pair = terms
            .side
            .pair(terms.gives.currency(), terms.gets.currency());
        let lines = self.tables.last().map_or(&[][..], |table| &table.lines);
        let line = lines.iter().find(|line| (line.base, line.quote) == pair);
        line.map_or(terms.mid, |line| line.mid)
    }

    /// The customer's rate of today for an order's pair.
    pub(crate) fn rate_now(&self, terms: &Terms) -> Option<Decimal> {
        let pair = terms
            .side
            .pair(terms.gives.currency(), terms.gets.currency());
        let lines = &self.tables.last()?.lines;
        let line = lines.iter().find(|line| (line.base, line.quote) == pair)?;
        Some(match terms.side {
            Side::Buy => line.buy,
            Side::Sell => line.sell,
        })
    }

    /// From now as long as a new order has, and never less than the order has already.
    fn time_to_act(&self, at: &At<'_>, order: u64) -> Checks<Moment> {
        let fresh = at.moment.plus_seconds(self.policy(at)?.order_seconds);
        Ok(self.order(at, order)?.deadline.max(fresh))
    }

    pub(crate) fn terms_changed(
        &mut self,
        at: &At<'_>,
        order: u64,
        terms: Terms,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        let known = self.order(at, order)?;
        let old = known.terms;
        let same_rate = terms.rate == old.rate && terms.mid == old.mid;
        let scaled = same_rate && known.received_alone() == Some(terms.gives);
        let better = terms.gives == old.gives
            && terms.gets.currency() == old.gets.currency()
            && terms.gets.minor() >= old.gets.minor()
            && terms.mid == self.mid_now(&old);
        if is_policys(reason) {
            let sum = self.policy_said(at, order, "scale")?.amount;
            at.must(scaled && sum == Some(terms.gives), || {
                "the rules did not scale it so".to_owned()
            })?;
        } else {
            a_person(at)?;
        }
        at.must(terms.side == old.side && (scaled || better), || {
            "the terms are neither better for the customer nor scaled to what came".to_owned()
        })?;
        follows(at, &terms)?;
        let known = self.step(at, order, None)?;
        known.terms = terms;
        known.terms_changed = at.seq;
        let customer = known.customer;
        self.wants(order, customer, terms.gives);
        Ok(Moves::new())
    }

    pub(crate) fn rate_offered(
        &mut self,
        at: &At<'_>,
        order: u64,
        rate: Decimal,
        until: Moment,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        at.must(rate > Decimal::ZERO, || format!("{rate} is no rate"))?;
        let wanted = if is_policys(reason) {
            self.policy_said(at, order, "ask_consent")?;
            let today = self.rate_now(&self.order(at, order)?.terms);
            at.must(today == Some(rate), || {
                format!("the rate of today is not {rate}")
            })?;
            at.moment.plus_seconds(self.policy(at)?.order_seconds)
        } else {
            a_person(at)?;
            self.time_to_act(at, order)?
        };
        at.must(until == wanted, || {
            format!("the customer has time until {wanted}, not {until}")
        })?;
        self.step(at, order, None)?.offer = Some((rate, until));
        Ok(Moves::new())
    }

    pub(crate) fn rate_accepted(
        &mut self,
        at: &At<'_>,
        order: u64,
        terms: Terms,
        deadline: Moment,
    ) -> Checks<Moves> {
        at.must(matches!(at.by, Actor::Customer(_)), || {
            "only the customer consents".to_owned()
        })?;
        let known = self.order(at, order)?;
        let (rate, until) = known
            .offer
            .ok_or_else(|| at.wrong(format!("no rate was offered for order {order}")))?;
        at.must(at.moment <= until, || {
            format!("the offer stood until {until}")
        })?;
        let old = known.terms;
        let agreed = Terms {
            rate,
            mid: self.mid_now(&old),
            gets: terms.gets,
            remainder: terms.remainder,
            ..old
        };
        at.must(terms == agreed, || {
            format!("the terms are not those that were offered, at {rate}")
        })?;
        follows(at, &terms)?;
        let wanted = self.time_to_act(at, order)?;
        at.must(deadline == wanted, || {
            format!("its deadline is {wanted} now, not {deadline}")
        })?;
        let known = self.step(at, order, None)?;
        known.terms = terms;
        known.deadline = deadline;
        known.cancelled = false;
        let customer = known.customer;
        self.wants(order, customer, terms.gives);
        self.forgive_lateness(at, order)?;
        Ok(Moves::new())
    }

    /// The customer agreed anew: what came before is not late any more.
    fn forgive_lateness(&mut self, at: &At<'_>, order: u64) -> Checks {
        let lines = self.order(at, order)?.receipts.clone();
        for line in lines {
            let Is::Parts(parts) = &mut self.line_mut(at, line)?.is else {
                continue;
            };
            for part in parts {
                match &mut part.of {
                    Of::Receipt { order: own, failed } if *own == order => {
                        *failed = failed.filter(|held| !held.is_of_time());
                    }
                    Of::Receipt { .. } | Of::Booked(_) | Of::Refunded(_) => {}
                }
            }
        }
        let known = self.order_mut(at, order)?;
        known.failures.retain(|held, _| !held.is_of_time());
        Ok(())
    }

    pub(crate) fn rate_declined(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        let has_money = !self.order(at, order)?.receipts.is_empty();
        at.must(!(has_money && matches!(at.by, Actor::Customer(_))), || {
            "money that is here goes back when the customer refuses".to_owned()
        })?;
        self.step(at, order, None)?;
        Ok(Moves::new())
    }
}

/// Not a customer, for whom only rules may act.
fn a_person(at: &At<'_>) -> Checks {
    at.must(!matches!(at.by, Actor::Customer(_)), || {
        "a customer cannot do that".to_owned()
    })
}

fn follows(at: &At<'_>, terms: &Terms) -> Checks {
    at.must(
        terms.follow_from_gives() && terms.gets.is_positive(),
        || {
            format!(
                "{} for {} does not follow from {} with {} left over",
                terms.gets, terms.gives, terms.rate, terms.remainder
            )
        },
    )
}
