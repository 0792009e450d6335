//! What happens to orders: placed at a published rate, offered other terms, funded, ended.

use std::collections::BTreeMap;

use kantor_model::{Currency, Decimal, Moment, Money};

use crate::Checks;
use crate::form::{Fields, Misread};
use crate::life::{OrderState, order_after};
use crate::log::At;
use crate::office::{Office, Order};
use crate::position::Stated;
use crate::reference::order_reference;
use crate::terms::undone;
use crate::values::{Actor, Held, Moves, Side, Terms};

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
        self.touched.insert(number);
        self.orders.push(Order {
            customer: placed.customer,
            terms: placed.terms,
            paid_to: placed.paid_to,
            pay_out: placed.pay_out.0,
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
            difference: Moves::new(),
        });
        Ok(Moves::new())
    }

    /// A customer acts for himself, the office for any.
    fn acts_for(&self, at: &At<'_>, customer: u64) -> Checks {
        match at.by {
            Actor::Customer(own) => at.must(own == customer, || {
                format!("customer {own} acts for customer {customer}")
            }),
            Actor::Staff(_) | Actor::System => Ok(()),
        }
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

    /// The state of an order after the event; a customer's own order only.
    fn stepped(&self, at: &At<'_>, order: u64, held: Option<Held>) -> Checks<OrderState> {
        let known = self.order(at, order)?;
        self.acts_for(at, known.customer)?;
        order_after(known.state, at.kind, held).ok_or_else(|| {
            at.wrong(format!(
                "order {order} is {}, and {} cannot be",
                known.state.name(),
                at.kind
            ))
        })
    }

    fn step(&mut self, at: &At<'_>, order: u64, held: Option<Held>) -> Checks<&mut Order> {
        let next = self.stepped(at, order, held)?;
        let known = self.order_mut(at, order)?;
        known.state = next;
        if next != OrderState::AwaitingConsent {
            known.offer = None;
        }
        Ok(known)
    }

    /// The reference rate of today for an order's pair, else the one it has.
    fn mid_now(&self, terms: &Terms) -> Decimal {
        let pair = terms
            .side
            .pair(terms.gives.currency(), terms.gets.currency());
        let lines = self.tables.last().map_or(&[][..], |table| &table.lines);
        let line = lines.iter().find(|line| (line.base, line.quote) == pair);
        line.map_or(terms.mid, |line| line.mid)
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
        at.must(terms.side == old.side && (scaled || better), || {
            "the terms are neither better for the customer nor scaled to what came".to_owned()
        })?;
        follows(at, &terms)?;
        let known = self.step(at, order, None)?;
        known.terms = terms;
        known.terms_changed = at.seq;
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
        let wanted = self.time_to_act(at, order)?;
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
        self.forgive_lateness(at, order)?;
        Ok(Moves::new())
    }

    /// The customer agreed anew: what came before is not late any more.
    fn forgive_lateness(&mut self, at: &At<'_>, order: u64) -> Checks {
        let lines = self.order(at, order)?.receipts.clone();
        for line in lines {
            if let crate::office::Is::Receipt { failed, .. } = &mut self.line_mut(at, line)?.is {
                *failed = failed.filter(|held| !held.is_of_time());
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

    pub(crate) fn deadline_moved(
        &mut self,
        at: &At<'_>,
        order: u64,
        deadline: Moment,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        let before = self.order(at, order)?.deadline;
        at.must(deadline >= before, || {
            format!("a deadline of {before} is not shortened")
        })?;
        self.step(at, order, None)?.deadline = deadline;
        Ok(Moves::new())
    }

    pub(crate) fn order_funded(
        &mut self,
        at: &At<'_>,
        order: u64,
        value: Money,
        reason: Option<&str>,
        difference: Option<&Stated>,
    ) -> Checks<Moves> {
        let known = self.order(at, order)?;
        let terms = known.terms;
        let taken = self.taken(at, order, difference)?;
        // What came too much goes back before the act is over, when a person says so.
        let fits = known.received_alone().is_some_and(|came| {
            came == taken || (reason.is_some() && came.minor() > taken.minor())
        });
        at.must(fits, || {
            format!("order {order} asks for {taken}, and that is not what came")
        })?;
        // A person's word heals what is wrong besides the sum: given now, or when he scaled it.
        let said = reason.is_some() || known.terms_changed + 1 == at.seq;
        if let Some(reason) = reason {
            reasoned(at, reason)?;
            at.must(!matches!(at.by, Actor::Customer(_)), || {
                "a customer cannot say that it is good so".to_owned()
            })?;
        }
        let failing = known.failing();
        at.must(said || failing.is_none(), || {
            let word = failing.map_or("", Held::word);
            format!("the money of order {order} fails: {word}")
        })?;
        let reckoned = terms.value_at_mid();
        at.must(reckoned == Some(value), || {
            format!(
                "the reference rate {} makes another value than {value}",
                terms.mid
            )
        })?;
        let mut moves = terms
            .exchange()
            .ok_or_else(|| at.wrong("its exchange cannot be reckoned"))?;
        let known = self.step(at, order, None)?;
        known.cancelled = false;
        known.use_up(taken, 1);
        known.difference = Moves::new();
        if let Some(difference) = difference {
            difference.moves(&mut moves);
            difference.moves(&mut known.difference);
        }
        Ok(moves)
    }

    /// What an exchange takes of an order's money: what was agreed, less what the office bears of
    /// it, or with what it keeps.
    fn taken(&self, at: &At<'_>, order: u64, difference: Option<&Stated>) -> Checks<Money> {
        let gives = self.order(at, order)?.terms.gives;
        let Some(Stated { account, amount }) = difference else {
            return Ok(gives);
        };
        let known = ["payment-differences", "fees-on-the-way"].contains(&account.as_str());
        let taken = gives
            .minus(*amount)
            .ok()
            .filter(|_| known && !amount.is_zero());
        taken.ok_or_else(|| at.wrong(format!("{amount} cannot go to {account}")))
    }

    /// The policy was asked about an order's money: the one in force, about money that came.
    pub(crate) fn money_judged(
        &mut self,
        at: &At<'_>,
        order: u64,
        verdict: &serde_json::Value,
    ) -> Checks<Moves> {
        let known = self.order(at, order)?;
        at.must(!known.receipts.is_empty(), || {
            format!("nothing came for order {order}")
        })?;
        let version = verdict.get("policy").and_then(serde_json::Value::as_u64);
        let in_force = u64::from(self.policy(at)?.version);
        at.must(version == Some(in_force), || {
            format!("the rules in force are of version {in_force}")
        })?;
        Ok(Moves::new())
    }

    pub(crate) fn order_held(&mut self, at: &At<'_>, order: u64, reason: Held) -> Checks<Moves> {
        let known = self.order(at, order)?;
        at.must(!known.receipts.is_empty(), || {
            format!("nothing came for order {order}")
        })?;
        // Nobody answered an offer in time: then it is late, if nothing else is wrong.
        let unanswered = known.offer.is_some_and(|(_, until)| at.moment > until);
        let wanted = known.failing().or(unanswered.then_some(Held::Late));
        at.must(wanted == Some(reason), || {
            let wanted = wanted.map_or("nothing", Held::word);
            format!("order {order} fails by {wanted}, not by {}", reason.word())
        })?;
        self.step(at, order, Some(reason))?;
        Ok(Moves::new())
    }

    pub(crate) fn order_expired(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        let known = self.order(at, order)?;
        let until = known.offer.map_or(known.deadline, |(_, until)| until);
        at.must(at.moment > until, || {
            format!("order {order} has time until {until}")
        })?;
        nothing_came(at, order, known)?;
        self.step(at, order, None)?;
        Ok(Moves::new())
    }

    pub(crate) fn order_cancelled(
        &mut self,
        at: &At<'_>,
        order: u64,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        nothing_came(at, order, self.order(at, order)?)?;
        self.step(at, order, None)?.cancelled = true;
        Ok(Moves::new())
    }

    pub(crate) fn order_lost_funds(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        nothing_came(at, order, self.order(at, order)?)?;
        self.step(at, order, None)?;
        Ok(Moves::new())
    }

    pub(crate) fn order_refunding(
        &mut self,
        at: &At<'_>,
        order: u64,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        let known = self.order(at, order)?;
        at.must(!known.receipts.is_empty(), || {
            format!("nothing came for order {order}")
        })?;
        let refused = known.state == OrderState::AwaitingConsent;
        at.must(refused || !matches!(at.by, Actor::Customer(_)), || {
            "a customer gets his money back when he refuses an offered rate".to_owned()
        })?;
        let undo = self.undo_exchange(at, order)?;
        self.step(at, order, None)?;
        Ok(undo)
    }

    /// The movements that take an exchange back, where there was one.
    pub(crate) fn undo_exchange(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        let known = self.order_mut(at, order)?;
        if known.state != OrderState::Funded {
            return Ok(Moves::new());
        }
        let mut moves = known
            .terms
            .exchange()
            .ok_or_else(|| at.wrong("its exchange cannot be reckoned"))?;
        for (key, sum) in std::mem::take(&mut known.difference) {
            let all = moves.entry(key).or_default();
            *all = all.saturating_add(sum);
        }
        known.used.clear();
        Ok(undone(moves))
    }

    pub(crate) fn order_stepped(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        self.step(at, order, None)?;
        Ok(Moves::new())
    }

    pub(crate) fn order_finished(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        for payout in self.order(at, order)?.payouts.clone() {
            let state = self.payout(at, payout)?.state;
            at.must(state.is_over(), || {
                format!("payout {payout} of order {order} is {}", state.name())
            })?;
        }
        self.step(at, order, None)?;
        Ok(Moves::new())
    }
}

fn reasoned(at: &At<'_>, reason: &str) -> Checks {
    at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())
}

fn nothing_came(at: &At<'_>, order: u64, known: &Order) -> Checks {
    at.must(known.receipts.is_empty(), || {
        format!("money came for order {order}")
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

impl Order {
    /// What came, where all of it is in the order's currency.
    pub(crate) fn received_alone(&self) -> Option<Money> {
        let currency = self.terms.gives.currency();
        let only = self.received.keys().all(|known| *known == currency);
        let sum = self.received.get(&currency).copied().unwrap_or(0);
        only.then(|| i64::try_from(sum).ok().map(|sum| Money::new(sum, currency)))?
    }

    /// What is wrong with a sum; nothing when it is what the order asks for.
    pub(crate) fn sum_fails(&self, received: Option<Money>) -> Option<Held> {
        let Some(received) = received else {
            return Some(Held::WrongCurrency);
        };
        match received.minor().cmp(&self.terms.gives.minor()) {
            std::cmp::Ordering::Less => Some(Held::Under),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Held::Over),
        }
    }

    /// The first test that its money fails, all of it taken together.
    pub(crate) fn failing(&self) -> Option<Held> {
        let of_lines = self
            .failures
            .keys()
            .copied()
            .filter(|held| !held.is_of_the_sum());
        let of_sum = self.sum_fails(self.received_alone());
        let of_law = (self.state == OrderState::Held(Held::Compliance)).then_some(Held::Compliance);
        of_lines.chain(of_sum).chain(of_law).min()
    }

    /// Takes money of the order as exchanged or sent back (1), or gives it free again (-1).
    pub(crate) fn use_up(&mut self, amount: Money, sign: i128) {
        let used = self.used.entry(amount.currency()).or_default();
        *used = used.saturating_add(i128::from(amount.minor()) * sign);
        self.used.retain(|_, sum| *sum != 0);
    }
}
