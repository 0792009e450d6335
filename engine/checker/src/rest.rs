//! What must be true of an order when the act that touched it is over, whatever the act was.

use crate::life::{OrderState, PayoutState};
use crate::log::At;
use crate::office::{Office, Order, PayoutKind};
use crate::values::Held;
use crate::{Checks, must};

impl Office<'_> {
    /// Looks at everything that was touched since the last act was over. `None` at the log's end.
    pub(crate) fn at_rest(&mut self, at: Option<&At<'_>>) -> Checks {
        self.fresh_at_rest(at)?;
        let seq = at.map_or(self.archive.head().seq + 1, |at| at.seq);
        self.alarms_at_rest(seq)?;
        for order in std::mem::take(&mut self.touched) {
            if let Some(known) = crate::office::nth(&self.orders, order) {
                self.order_at_rest(order, known, at)?;
            }
        }
        Ok(())
    }

    fn order_at_rest(&self, number: u64, order: &Order, at: Option<&At<'_>>) -> Checks {
        let seq = at.map_or(self.archive.head().seq + 1, |at| at.seq);
        let fact = || format!("order {number}");
        let when = |what: &str| {
            format!(
                "before event {seq} it is {}, and {what}",
                order.state.name()
            )
        };
        let so = |is_so: bool, what: &str| must(is_so, fact, || when(what));
        let live: Vec<_> = self.live_payouts(number).map(|(_, it)| it).collect();
        let exchanges = live
            .iter()
            .filter(|payout| payout.kind == PayoutKind::Exchange)
            .count();
        let all_over = live.iter().all(|payout| payout.state.is_over());
        let all_due = live.iter().all(|payout| payout.state == PayoutState::Due);
        let unused = live.is_empty() && order.used.is_empty();
        match order.state {
            OrderState::AwaitingFunds | OrderState::Expired | OrderState::Cancelled => {
                // A part of the money may wait for the rest, where the rules say so.
                let waits = order.state == OrderState::AwaitingFunds && order.waits();
                so(order.receipts.is_empty() || waits, "money came for it")?;
                so(unused, "something is owed out for it")
            }
            OrderState::AwaitingConsent => so(unused, "something is owed out for it"),
            OrderState::Held(reason) => {
                let problems = order.problems();
                let named =
                    problems.contains(&reason) || problems.is_empty() && reason == Held::Late;
                so(!order.receipts.is_empty(), "nothing came for it")?;
                so(named, "that is not what is wrong with its money")?;
                so(unused, "something is owed out for it")
            }
            OrderState::Funded => {
                so(exchanges == 1, "its exchange is not owed out once")?;
                so(all_due, "its payout is on the way")?;
                so(order.is_used_up(), "not all of its money is used")
            }
            OrderState::PayingOut => {
                so(exchanges == 1, "its exchange is not owed out once")?;
                so(!all_due && !all_over, "its payout is not on the way")?;
                so(order.is_used_up(), "not all of its money is used")
            }
            OrderState::Refunding => {
                so(exchanges == 0, "its exchange is owed out as well")?;
                so(!all_over, "everything went back")?;
                so(order.is_used_up(), "not all of its money goes back")
            }
            OrderState::Completed | OrderState::Refunded => {
                so(!live.is_empty() && all_over, "a payout is still owed")?;
                so(order.is_used_up(), "not all of its money is used")
            }
        }
    }
}

impl Order {
    /// The rules said to wait for the rest of a sum, and it is all that is wrong.
    fn waits(&self) -> bool {
        let said = self
            .judged
            .as_ref()
            .is_some_and(|(_, it)| it.word == "wait");
        said && self.failing() == Some(Held::Under)
    }

    fn is_used_up(&self) -> bool {
        self.used == self.received
    }
}
