//! The feed of changes: gapless, because it is the log itself.

use std::time::Duration;

use kantor_engine::{AccountId, BatchId, Event, OrderId, PayoutId, Recorded, Touched};
use kantor_model::Moment;
use kantor_store::View;

use crate::error::ExecuteError;
use crate::runtime::Office;

/// One position of the log, as front ends follow it. Holds no personal data.
#[derive(Clone, Debug)]
pub struct Change {
    /// The position.
    pub seq: u64,
    /// When it was recorded.
    pub at: Moment,
    /// What happened.
    pub recorded: Recorded,
}

impl Change {
    /// The stable name of what happened.
    pub fn kind(&self) -> &'static str {
        self.recorded.event.kind()
    }

    fn touched(&self) -> Touched {
        Touched::by(&self.recorded.event, |_| Vec::new())
    }

    /// The order that it is about, if it is about one.
    pub fn order(&self) -> Option<OrderId> {
        self.touched().orders.first().copied()
    }

    /// The payout that it is about, if it is about one alone.
    pub fn payout(&self) -> Option<PayoutId> {
        match self.touched().payouts.as_slice() {
            [payout] => Some(*payout),
            _ => None,
        }
    }

    /// The batch that it is about.
    pub fn batch(&self) -> Option<BatchId> {
        self.touched().batches.first().copied()
    }

    /// The office account that it is about.
    pub fn account(&self) -> Option<AccountId> {
        let touched = self.touched();
        touched
            .accounts
            .first()
            .copied()
            .or_else(|| touched.lines.first().map(|line| line.account))
    }
}

impl Office {
    /// What happened after a position, in order, at most so many.
    pub fn changes(&self, after: u64, limit: usize) -> Result<Vec<Change>, ExecuteError> {
        changes_in(&*self.view()?, after, limit)
    }

    /// The same, as far as this process knows what each of them is about.
    pub(crate) fn known_changes(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Change>, ExecuteError> {
        changes_in(&*self.view_up_to_date()?, after, limit)
    }

    /// What happened to one order, in order: its history.
    pub fn history(&self, order: OrderId) -> Result<Vec<Change>, ExecuteError> {
        let positions = self.positions_of(order);
        let mut history = Vec::with_capacity(positions.len());
        for seq in positions {
            history.extend(self.changes(seq.saturating_sub(1), 1)?);
        }
        Ok(history)
    }

    /// The position of the last thing that happened to an order; 0 when there is no such order.
    pub fn version_of(&self, order: OrderId) -> u64 {
        self.positions_of(order).last().copied().unwrap_or(0)
    }

    /// A short name of an order as it stands: another one whenever something was recorded of it.
    /// `None` when there is no such order.
    pub fn fingerprint_of(&self, order: OrderId) -> Option<String> {
        self.shared().state().fingerprint_of(order)
    }

    /// Waits until something happened after a position, or the time is over; answers the position
    /// of the last event.
    pub fn wait(&self, after: u64, at_most: Duration) -> u64 {
        let shared = self.shared();
        let deadline = std::time::Instant::now() + at_most;
        let mut head = shared
            .head
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        while *head <= after {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                break;
            }
            (head, _) = shared
                .moved
                .wait_timeout(head, left)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        *head
    }

    /// Whether an event is one that customers follow.
    pub fn concerns_orders(event: &Event) -> bool {
        !Touched::by(event, |_| Vec::new()).orders.is_empty()
    }
}

fn changes_in(view: &dyn View, after: u64, limit: usize) -> Result<Vec<Change>, ExecuteError> {
    let records = view.records(after, limit)?;
    let changes = records.iter().map(|record| {
        let recorded = kantor_store::codec::decode(record)
            .map_err(|error| ExecuteError::Damaged(error.to_string()))?;
        Ok(Change {
            seq: record.seq,
            at: record.moment,
            recorded,
        })
    });
    changes.collect()
}
