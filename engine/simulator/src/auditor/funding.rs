//! When an order may go on: with its own money, or as the office's rules and people decided.

use kantor_engine::OrderId;
use kantor_engine::ledger::Posting;

use super::events::Decided;
use super::{Agreed, Auditor, Came, Deal, Life};

/// A whole in ten-thousandths.
const WHOLE: i128 = 10_000;

impl Auditor {
    /// An order goes on by itself only with its own money: all of it, in time, in its currency,
    /// from its customer. Rules may overlook what they say, a person everything but the sum.
    pub(super) fn order_funded(
        &mut self,
        id: OrderId,
        difference: Option<&Posting>,
        decided: Decided,
    ) {
        let Some(deal) = self.deals.get(&id).cloned() else {
            return;
        };
        self.check(matches!(deal.life, Life::Open | Life::Over), || {
            format!("order {id} was exchanged twice")
        });
        for line in deal.money.keys() {
            let currency = self
                .accounts
                .get(&line.account)
                .map(|account| account.currency);
            self.check(currency == Some(deal.agreed.gives.currency()), || {
                format!("order {id} was paid in another currency, by line {line}")
            });
        }
        let came = deal.came();
        let excess = came - i128::from(deal.agreed.gives.minor());
        let absorbed = difference.map(|posting| {
            let minor = posting.amount.minor();
            (posting.account.to_string(), minor)
        });
        let lenient = self.rules.lenient;
        let fits = match &absorbed {
            Some((_, bore)) => {
                let within = -i128::from(lenient.bears)..=i128::from(lenient.keeps);
                within.contains(&excess) && i128::from(*bore) == -excess
            }
            None if excess > 0 => {
                self.returning.push(id);
                decided == Decided::Returning(id) || lenient.returns_excess
            }
            None => excess == 0,
        };
        self.check(fits, || {
            let gives = deal.agreed.gives;
            format!("order {id} is to be paid {gives} and went on with {came}")
        });
        if !matches!(decided, Decided::ByPerson(order) | Decided::Returning(order) if order == id) {
            self.goes_on_by_itself(id, &deal);
        }
        if let Some(deal) = self.deals.get_mut(&id) {
            deal.life = Life::Exchanged;
            deal.cancelled = false;
            deal.absorbed = absorbed;
        }
    }

    /// What came too much is owed back in the same breath, to the grosz.
    pub(super) fn excess_went_back(&mut self, id: OrderId) {
        let Some(deal) = self.deals.get(&id) else {
            return;
        };
        if deal.life != Life::Exchanged {
            return;
        }
        let came = deal.came();
        let back: i128 = self
            .owed_for(id)
            .filter(|owed| owed.of.is_some() && owed.live)
            .map(|owed| i128::from(owed.amount.minor()))
            .sum();
        let wanted = deal.agreed.gives;
        self.check(came - back == i128::from(wanted.minor()), || {
            format!("order {id} is to be paid {wanted}, and {back} of {came} goes back")
        });
    }

    fn goes_on_by_itself(&mut self, id: OrderId, deal: &Deal) {
        self.check(!deal.cancelled, || {
            format!("order {id} was cancelled and went on by itself")
        });
        let forgiving = self.forgives_the_late(&deal.agreed);
        for (line, (_, came)) in &deal.money {
            let payer = self.truth(*line).and_then(|truth| truth.other);
            let owners = payer.and_then(|iban| self.owners.get(&iban));
            let own = owners.is_some_and(|owners| owners.contains(&deal.customer));
            self.check(own, || {
                format!("order {id} went on with money of others, line {line}")
            });
            let right = match came {
                Came::InTime => true,
                Came::Late => forgiving,
                Came::OnItsDay => false,
            };
            self.check(right, || {
                format!("order {id} went on with money that came {came:?}, line {line}")
            });
        }
    }

    /// Whether the rules keep the agreed rate for late money, by the board as it stands now.
    fn forgives_the_late(&self, agreed: &Agreed) -> bool {
        let (base, quote) = agreed.pair();
        let board = self.tables.last_key_value();
        let pair = board.and_then(|(_, pairs)| {
            let mut pairs = pairs.iter();
            pairs.find(|pair| pair.base == base && pair.quote == quote)
        });
        let Some(pair) = pair else { return false };
        let lenient = self.rules.lenient;
        let against = if agreed.gives_base {
            agreed.mid - pair.mid
        } else {
            pair.mid - agreed.mid
        };
        let honoured = lenient.honours_within.is_some_and(|within| {
            i128::from(against) * WHOLE <= i128::from(within) * i128::from(agreed.mid)
        });
        let rate = if agreed.gives_base {
            pair.buy
        } else {
            pair.sell
        };
        let today = Agreed { rate, ..*agreed };
        let not_worse = today.gets_for(agreed.gives) >= agreed.gets.minor();
        honoured || (lenient.asks_the_late && not_worse)
    }

    /// Whether the rules scale an order to what came.
    pub(super) fn may_scale(&self, deal: &Deal, gives: i64) -> bool {
        let came = deal.came();
        let wanted = i128::from(deal.agreed.gives.minor());
        let lenient = self.rules.lenient;
        let down = lenient.scales_down && came < wanted;
        let up = came > wanted && (came - wanted) * WHOLE <= wanted * i128::from(lenient.scales_up);
        came == i128::from(gives) && (down || up)
    }
}

impl Deal {
    /// Everything that was given to it.
    pub(super) fn came(&self) -> i128 {
        let shares = self.money.values();
        shares.map(|(minor, _)| i128::from(*minor)).sum()
    }
}
