//! What happens to orders once they are agreed: money comes for them, they are exchanged, they end.

use kantor_model::{Moment, Money};

use crate::Checks;
use crate::judged::is_policys;
use crate::life::{OrderState, order_after};
use crate::log::At;
use crate::office::{Office, Order};
use crate::position::Stated;
use crate::terms::undone;
use crate::values::{Actor, Held, Moves};

impl Office<'_> {
    /// A customer acts for himself, the office for any.
    pub(crate) fn acts_for(&self, at: &At<'_>, customer: u64) -> Checks {
        match at.by {
            Actor::Customer(own) => at.must(own == customer, || {
                format!("customer {own} acts for customer {customer}")
            }),
            Actor::Staff(_) | Actor::System => Ok(()),
        }
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

    pub(crate) fn step(
        &mut self,
        at: &At<'_>,
        order: u64,
        held: Option<Held>,
    ) -> Checks<&mut Order> {
        let next = self.stepped(at, order, held)?;
        let known = self.order_mut(at, order)?;
        known.state = next;
        if next != OrderState::AwaitingConsent {
            known.offer = None;
        }
        Ok(known)
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
        // What came too much goes back before the act is over.
        let came = known.received_alone();
        let back = came.and_then(|came| came.minor().checked_sub(taken.minor()));
        let back = back.filter(|back| *back >= 0).ok_or_else(|| {
            at.wrong(format!(
                "order {order} asks for {taken}, and that is not what came"
            ))
        })?;
        // A person's word heals what is wrong besides the sum: given now, or when he scaled it.
        let scaled = known.terms_changed + 1 == at.seq && back == 0;
        if reason.is_none() && !scaled {
            self.lets_go_on(at, order, difference, back)?;
        }
        if let Some(reason) = reason {
            reasoned(at, reason)?;
            at.must(!matches!(at.by, Actor::Customer(_)), || {
                "a customer cannot say that it is good so".to_owned()
            })?;
        }
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

    pub(crate) fn order_held(&mut self, at: &At<'_>, order: u64, reason: Held) -> Checks<Moves> {
        let known = self.order(at, order)?;
        at.must(!known.receipts.is_empty(), || {
            format!("nothing came for order {order}")
        })?;
        // Nobody answered an offer in time: then it is late, if nothing else is wrong.
        let unanswered = known.offer.is_some_and(|(_, until)| at.moment > until);
        let wanted = known.failing().or(unanswered.then_some(Held::Late));
        let by_rule = known
            .judged
            .as_ref()
            .and_then(|(_, decision)| decision.held);
        let is_so = wanted == Some(reason)
            || (by_rule == Some(reason) && known.problems().contains(&reason));
        at.must(is_so, || {
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
        // An exchange that was undone leaves what came to be judged anew.
        let known = self.order(at, order)?;
        let undone = known.state == OrderState::Funded && known.used.is_empty();
        at.must(known.receipts.is_empty() || undone, || {
            format!("money came for order {order}")
        })?;
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
        if is_policys(reason) {
            self.policy_said(at, order, "refund")?;
        } else {
            at.must(refused || !matches!(at.by, Actor::Customer(_)), || {
                "a customer gets his money back when he refuses an offered rate".to_owned()
            })?;
        }
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

pub(crate) fn reasoned(at: &At<'_>, reason: &str) -> Checks {
    at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())
}

fn nothing_came(at: &At<'_>, order: u64, known: &Order) -> Checks {
    at.must(known.receipts.is_empty(), || {
        format!("money came for order {order}")
    })
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
        self.problems().first().copied()
    }

    /// Takes money of the order as exchanged or sent back (1), or gives it free again (-1).
    pub(crate) fn use_up(&mut self, amount: Money, sign: i128) {
        let used = self.used.entry(amount.currency()).or_default();
        *used = used.saturating_add(i128::from(amount.minor()) * sign);
        self.used.retain(|_, sum| *sum != 0);
    }
}
