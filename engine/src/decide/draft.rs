//! A decision in the making: what was seen, and what the events so far have made of it.

use std::collections::BTreeSet;

use kantor_model::Moment;

use crate::apply::apply;
use crate::batch::PayoutBatch;
use crate::chain::ChainChange;
use crate::command::Answer;
use crate::decide::Outcome;
use crate::event::{Actor, Event, Recorded, StatementBooking};
use crate::ledger::Posting;
use crate::matching::{Book, Question};
use crate::order::Order;
use crate::payout::Payout;
use crate::policy::Policy;
use crate::receipt::Receipt;
use crate::refusal::Refusal;
use crate::snapshot::{OfficeAccount, Settled, Snapshot};
use crate::touched::Touched;
use crate::{AccountId, BatchId, LineId, OrderId, PayoutId};

/// A decision in the making. `after` holds only what the decision has touched, so that a decision
/// costs what it changes and not what the office has.
pub(crate) struct Draft<'a> {
    pub(crate) seen: &'a Snapshot,
    pub(crate) by: &'a Actor,
    pub(crate) now: Moment,
    after: Snapshot,
    events: Vec<Recorded>,
    unsettled: BTreeSet<OrderId>,
    /// Which of the events books the statement.
    booked_at: Option<usize>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(seen: &'a Snapshot, by: &'a Actor, now: Moment) -> Draft<'a> {
        let after = Snapshot {
            customers: seen.customers,
            statements: seen.statements,
            last: seen.last,
            ..Snapshot::new()
        };
        Draft {
            seen,
            by,
            now,
            after,
            events: Vec::new(),
            unsettled: BTreeSet::new(),
            booked_at: None,
        }
    }

    pub(crate) fn into_outcome(self, answer: Answer) -> Outcome {
        Outcome {
            events: self.events,
            answer,
        }
    }

    /// Records an event that moves no money.
    pub(crate) fn record(&mut self, event: Event) {
        self.record_with(event, Vec::new());
    }

    /// Records an event with its postings.
    pub(crate) fn record_with(&mut self, event: Event, postings: Vec<Posting>) {
        self.bring(&event);
        let recorded = Recorded {
            by: self.by.clone(),
            event,
            postings,
        };
        apply(&mut self.after, &recorded);
        self.events.push(recorded);
    }

    /// Records a booked statement. Which of its lines are questions is known when all of them are
    /// matched: [`Draft::ask`].
    pub(crate) fn record_statement(&mut self, booking: StatementBooking, postings: Vec<Posting>) {
        self.booked_at = Some(self.events.len());
        let questions = Vec::new();
        self.record_with(Event::StatementBooked { booking, questions }, postings);
    }

    /// Names the lines of the booked statement that are questions.
    pub(crate) fn ask(&mut self, asked: Vec<(u64, Question)>) {
        let recorded = self.booked_at.and_then(|at| self.events.get_mut(at));
        if let Some(recorded) = recorded
            && let Event::StatementBooked { booking, questions } = &mut recorded.event
        {
            crate::apply::ask(&mut self.after, booking.facts.account, &asked);
            *questions = asked;
        }
    }

    /// Brings whatever hangs on the lines that a booking moves into `after`, where it is moved; what
    /// was seen at those places is not there any more.
    fn bring_moved(&mut self, account: AccountId, change: &ChainChange) {
        if change.cut == 0 {
            return;
        }
        let line = |ordinal| LineId { account, ordinal };
        let moved = line(change.keeps.saturating_add(1))..=line(u64::MAX);
        for (line, receipt) in self.seen.receipts.range(moved.clone()) {
            copy(&self.seen.receipts, &mut self.after.receipts, line);
            copy(&self.seen.orders, &mut self.after.orders, &receipt.order);
            let order = self.after.orders.get(&receipt.order);
            for payout in order.into_iter().flat_map(|order| &order.payouts) {
                copy(&self.seen.payouts, &mut self.after.payouts, payout);
            }
        }
        for settled in self.seen.settled.range(moved.clone()).map(|(_, it)| it) {
            match settled {
                Settled::Payout(payout) => {
                    copy(&self.seen.payouts, &mut self.after.payouts, payout);
                }
                Settled::CoverDeal(deal) => {
                    copy(&self.seen.cover_deals, &mut self.after.cover_deals, deal);
                }
                Settled::Receipt(_) | Settled::Booked { .. } => {}
            }
        }
        for line in self.seen.settled.range(moved).map(|(line, _)| line) {
            copy(&self.seen.settled, &mut self.after.settled, line);
        }
    }

    /// Whether something else stood at that place when this decision began.
    fn is_moved(&self, line: LineId) -> bool {
        let recorded = self.booked_at.and_then(|at| self.events.get(at));
        match recorded.map(|recorded| &recorded.event) {
            Some(Event::StatementBooked { booking, .. }) => {
                booking.change.cut > 0
                    && booking.facts.account == line.account
                    && line.ordinal > booking.change.keeps
            }
            Some(_) | None => false,
        }
    }

    /// Brings everything that an event touches into `after`.
    fn bring(&mut self, event: &Event) {
        let touched = Touched::by(event, |batch| {
            self.batch_of(batch)
                .map(|batch| batch.payouts.clone())
                .unwrap_or_default()
        });
        for id in &touched.orders {
            copy(&self.seen.orders, &mut self.after.orders, id);
        }
        if let Event::RateAccepted { order, .. } = event {
            // What came before the customer agreed anew is judged anew.
            let receipts = self.after.orders.get(order).map(|order| &order.receipts);
            for id in receipts.into_iter().flatten() {
                copy(&self.seen.receipts, &mut self.after.receipts, id);
            }
        }
        for id in &touched.payouts {
            copy(&self.seen.payouts, &mut self.after.payouts, id);
        }
        for id in &touched.batches {
            copy(&self.seen.batches, &mut self.after.batches, id);
        }
        for id in &touched.lines {
            if !self.is_moved(*id) {
                copy(&self.seen.receipts, &mut self.after.receipts, id);
            }
        }
        if let Event::StatementBooked { booking, .. } = event {
            self.bring_moved(booking.facts.account, &booking.change);
        }
        for id in &touched.accounts {
            copy(&self.seen.accounts, &mut self.after.accounts, id);
        }
    }

    /// Notes an order whose money does not fulfil it; the policy is asked about it at the end.
    pub(crate) fn leave_unsettled(&mut self, order: OrderId) {
        self.unsettled.insert(order);
    }

    pub(crate) fn take_unsettled(&mut self) -> BTreeSet<OrderId> {
        std::mem::take(&mut self.unsettled)
    }

    /// What was recorded so far.
    pub(crate) fn events(&self) -> &[Recorded] {
        &self.events
    }

    pub(crate) fn last(&self) -> crate::snapshot::LastNumbers {
        self.after.last
    }

    pub(crate) fn customers(&self) -> u64 {
        self.after.customers
    }

    pub(crate) fn policy(&self) -> &'a Policy {
        static INITIAL: Policy = Policy::initial();
        self.seen.policy.as_ref().unwrap_or(&INITIAL)
    }

    pub(crate) fn account_of(&self, id: AccountId) -> Result<&OfficeAccount, Refusal> {
        self.after
            .accounts
            .get(&id)
            .or_else(|| self.seen.accounts.get(&id))
            .ok_or(Refusal::NoAccount { account: id })
    }

    pub(crate) fn order_of(&self, id: OrderId) -> Result<&Order, Refusal> {
        self.order(id).ok_or(Refusal::NoOrder { order: id })
    }

    pub(crate) fn batch_of(&self, id: BatchId) -> Result<&PayoutBatch, Refusal> {
        self.after
            .batches
            .get(&id)
            .or_else(|| self.seen.batches.get(&id))
            .ok_or(Refusal::NoBatch { batch: id })
    }

    pub(crate) fn receipt(&self, line: LineId) -> Option<&Receipt> {
        self.after.receipts.get(&line).or_else(|| {
            self.seen
                .receipts
                .get(&line)
                .filter(|_| !self.is_moved(line))
        })
    }
}

fn copy<K: Ord + Copy, V: Clone>(
    from: &std::collections::BTreeMap<K, V>,
    to: &mut std::collections::BTreeMap<K, V>,
    key: &K,
) {
    if !to.contains_key(key)
        && let Some(value) = from.get(key)
    {
        to.insert(*key, value.clone());
    }
}

impl Book for Draft<'_> {
    fn order(&self, order: OrderId) -> Option<&Order> {
        self.after
            .orders
            .get(&order)
            .or_else(|| self.seen.orders.get(&order))
    }

    fn payout(&self, payout: PayoutId) -> Option<&Payout> {
        self.after
            .payouts
            .get(&payout)
            .or_else(|| self.seen.payouts.get(&payout))
    }
}
