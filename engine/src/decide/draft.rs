//! A decision in the making: what was seen, and what the events so far have made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use kantor_model::{Currency, Moment, Money};

use crate::alarm::Alarm;
use crate::apply::apply;
use crate::batch::PayoutBatch;
use crate::chain::ChainChange;
use crate::command::Answer;
use crate::decide::Outcome;
use crate::event::{Actor, Event, Recorded, StatementBooking};
use crate::ledger::Posting;
use crate::matching::{Asked, Book, Each, EachMirror, LineRules, OpenOrder, Outgoing, Question};
use crate::order::Order;
use crate::payout::Payout;
use crate::policy::Policy;
use crate::receipt::Receipt;
use crate::refusal::Refusal;
use crate::snapshot::{OfficeAccount, Settled, Snapshot};
use crate::touched::Touched;
use crate::tree::Tree;
use crate::{AccountId, BatchId, CustomerId, LineId, OrderId, PayoutId};

/// A decision in the making. `after` holds only what the decision has touched, so that a decision
/// costs what it changes and not what the office has.
pub(crate) struct Draft<'a> {
    pub(crate) seen: &'a Snapshot,
    pub(crate) by: &'a Actor,
    pub(crate) now: Moment,
    after: Snapshot,
    /// The lines of which `after` knows everything.
    lines: BTreeSet<LineId>,
    events: Vec<Recorded>,
    unsettled: BTreeSet<OrderId>,
    /// Which of the events books the statement.
    booked_at: Option<usize>,
    /// After which line of an account other lines stand than when this decision began: of those
    /// `after` knows everything.
    moved: BTreeMap<AccountId, u64>,
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
            lines: BTreeSet::new(),
            events: Vec::new(),
            unsettled: BTreeSet::new(),
            booked_at: None,
            moved: BTreeMap::new(),
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
    pub(crate) fn ask(&mut self, account: AccountId, asked: Vec<(u64, Question)>) {
        for (ordinal, _) in &asked {
            let line = LineId {
                account,
                ordinal: *ordinal,
            };
            self.bring_line(line, &[]);
        }
        crate::apply::ask(&mut self.after, account, &asked);
        let recorded = self.booked_at.and_then(|at| self.events.get_mut(at));
        if let Some(Event::StatementBooked { questions, .. }) =
            recorded.map(|recorded| &mut recorded.event)
        {
            *questions = asked;
        }
    }

    /// Brings whatever hangs on the lines that a booking moves into `after`, where it is moved; what
    /// was seen at those places is not there any more.
    fn bring_moved(&mut self, account: AccountId, change: &ChainChange) {
        if change.cut == 0 {
            return;
        }
        let seen = self.seen;
        let line = |ordinal| LineId { account, ordinal };
        // What stood further on was brought with the change before.
        let before = self.moved.get(&account).copied().unwrap_or(u64::MAX);
        let (first, last) = (line(change.keeps.saturating_add(1)), line(before));
        for line in seen.questions.range(first..=last).map(|(line, _)| line) {
            self.bring_line(*line, &[]);
        }
        let (from, through) = ((first, OrderId(0)), (last, OrderId(u64::MAX)));
        for (line, order) in seen.receipts.range(from..=through).map(|(key, _)| key) {
            self.bring_line(*line, &[*order]);
            self.bring_order(*order);
            let order = self.after.orders.get(order);
            for payout in order.into_iter().flat_map(|order| &order.payouts) {
                copy(&seen.payouts, &mut self.after.payouts, payout);
            }
        }
        for (line, settled) in seen.settled.range(first..=last) {
            self.bring_line(*line, &[]);
            for part in settled.parts() {
                match part {
                    Settled::Payout(payout) | Settled::Returned { payout, .. } => {
                        copy(&seen.payouts, &mut self.after.payouts, payout);
                    }
                    Settled::Batch { payouts, .. } => {
                        for payout in payouts {
                            copy(&seen.payouts, &mut self.after.payouts, payout);
                        }
                    }
                    Settled::ReversedBy(other) | Settled::Reverses(other) => {
                        self.bring_line(*other, &[]);
                    }
                    Settled::CoverDeal(deal) => {
                        copy(&seen.cover_deals, &mut self.after.cover_deals, deal);
                    }
                    Settled::OwnTransfer(other) => self.bring_line(*other, &[]),
                    Settled::Receipt(_)
                    | Settled::Booked { .. }
                    | Settled::Refunded(_)
                    | Settled::Parts(_) => {}
                }
            }
        }
        self.moved.insert(account, change.keeps.min(before));
    }

    /// Whether something else may have stood at that place when this decision began.
    fn is_moved(&self, line: LineId) -> bool {
        let from = self.moved.get(&line.account);
        from.is_some_and(|keeps| line.ordinal > *keeps)
    }

    /// Brings everything that an event touches into `after`.
    fn bring(&mut self, event: &Event) {
        let touched = Touched::by(event, |batch| {
            self.batch_of(batch)
                .map(|batch| batch.payouts.clone())
                .unwrap_or_default()
        });
        for id in &touched.orders {
            self.bring_order(*id);
        }
        if let Event::RateAccepted { order, .. } = event {
            // What came before the customer agreed anew is judged anew.
            let receipts = self.after.orders.get(order).map(|order| &order.receipts);
            for line in receipts.into_iter().flatten() {
                let key = (*line, *order);
                copy(&self.seen.receipts, &mut self.after.receipts, &key);
            }
        }
        for id in &touched.payouts {
            copy(&self.seen.payouts, &mut self.after.payouts, id);
        }
        if let Event::PayoutPaid { payout, .. } = event {
            // The bank's line shows that the file of its batch was sent.
            let batch = self.after.payouts.get(payout).and_then(|paid| paid.batch);
            if let Some(id) = batch {
                copy(&self.seen.batches, &mut self.after.batches, &id);
            }
        }
        for id in &touched.batches {
            copy(&self.seen.batches, &mut self.after.batches, id);
        }
        let mut lines = touched.lines;
        if let Event::LineBookingReversed { line, .. } = event
            && let Some(Settled::ReversedBy(other) | Settled::Reverses(other)) = self.settled(*line)
        {
            lines.push(*other);
        }
        for line in &lines {
            self.bring_line(*line, &touched.orders);
        }
        if let Event::StatementBooked { booking, .. } = event {
            self.bring_moved(booking.facts.account, &booking.change);
        }
        if let Event::StatementUndone {
            account, change, ..
        } = event
        {
            self.bring_moved(*account, change);
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

    fn bring_order(&mut self, id: OrderId) {
        if !self.after.orders.contains_key(&id)
            && let Some(order) = self.seen.orders.get(&id)
        {
            self.after.wanting.insert(order);
            self.after.orders.insert(id, order.clone());
        }
    }

    fn bring_line(&mut self, line: LineId, orders: &[OrderId]) {
        if self.is_moved(line) {
            return;
        }
        for order in orders {
            let key = (line, *order);
            copy(&self.seen.receipts, &mut self.after.receipts, &key);
        }
        if self.lines.insert(line) {
            copy(&self.seen.questions, &mut self.after.questions, &line);
            copy(&self.seen.settled, &mut self.after.settled, &line);
            copy(&self.seen.asked, &mut self.after.asked, &line);
        }
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

    /// Open alarms, those of this decision among them.
    pub(crate) fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.seen.alarms.values().chain(self.after.alarms.values())
    }

    pub(crate) fn known_payout(&self, id: PayoutId) -> Result<Payout, Refusal> {
        let payout = self.payout(id).ok_or(Refusal::NoPayout { payout: id });
        payout.copied()
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

    pub(crate) fn receipt(&self, line: LineId, order: OrderId) -> Option<&Receipt> {
        let key = (line, order);
        let seen = || self.seen.receipts.get(&key);
        let after = self.after.receipts.get(&key);
        after.or_else(|| seen().filter(|_| !self.is_moved(line)))
    }

    /// What became of a line, as far as something did.
    pub(crate) fn settled(&self, line: LineId) -> Option<&Settled> {
        self.known_of(line).settled.get(&line)
    }

    /// What is asked about a line.
    pub(crate) fn question(&self, line: LineId) -> Option<&Question> {
        self.known_of(line).questions.get(&line)
    }

    /// What is known of a line that is or was a question.
    pub(crate) fn asked(&self, line: LineId) -> Option<&Asked> {
        self.known_of(line).asked.get(&line)
    }

    fn known_of(&self, line: LineId) -> &Snapshot {
        if self.lines.contains(&line) || self.is_moved(line) {
            &self.after
        } else {
            self.seen
        }
    }

    pub(crate) fn order(&self, order: OrderId) -> Option<&Order> {
        self.after
            .orders
            .get(&order)
            .or_else(|| self.seen.orders.get(&order))
    }

    pub(crate) fn payout(&self, payout: PayoutId) -> Option<&Payout> {
        self.after
            .payouts
            .get(&payout)
            .or_else(|| self.seen.payouts.get(&payout))
    }

    /// Orders as they stand now: those that this decision touched, then those that it did not.
    fn looked_up(&self, each: Each<'_>, find: impl Fn(&Snapshot, Each<'_>)) {
        let mut enough = false;
        find(&self.after, &mut |order| {
            let flow = each(order);
            enough = flow.is_break();
            flow
        });
        if enough {
            return;
        }
        find(self.seen, &mut |order| {
            if self.after.orders.contains_key(&order) {
                ControlFlow::Continue(())
            } else {
                each(order)
            }
        });
    }
}

fn copy<K: Ord + Copy, V: Clone>(from: &Tree<K, V>, to: &mut Tree<K, V>, key: &K) {
    if !to.contains_key(key)
        && let Some(value) = from.get(key)
    {
        to.insert(*key, value.clone());
    }
}

impl Book for Draft<'_> {
    fn open_order(&self, order: OrderId) -> Option<OpenOrder> {
        let order = self.order(order)?;
        Some(OpenOrder::of(order).with_grace(self.seen.grace(order)))
    }

    fn payout_seen(&self, payout: PayoutId) -> Option<Payout> {
        self.payout(payout).copied()
    }

    fn wanting(&self, customer: CustomerId, amount: Money, each: Each<'_>) {
        self.looked_up(each, |seen, each| seen.wanting(customer, amount, each));
    }

    fn of_customer(&self, customer: CustomerId, currency: Currency, each: Each<'_>) {
        self.looked_up(each, |seen, each| {
            seen.of_customer(customer, currency, each)
        });
    }

    fn of_amount(&self, amount: Money, each: Each<'_>) {
        self.looked_up(each, |seen, each| seen.of_amount(amount, each));
    }

    /// Of the lines that wait, those that still do.
    fn mirrors(&self, account: AccountId, other: AccountId, amount: Money, each: EachMirror<'_>) {
        let waits = Some(&Question::OwnTransfer(other));
        self.seen.mirrors(account, other, amount, &mut |line, day| {
            if self.question(line) == waits {
                each(line, day)
            } else {
                ControlFlow::Continue(())
            }
        });
    }

    fn share_currency(&self, account: AccountId, other: AccountId) -> bool {
        self.seen.share_currency(account, other)
    }

    fn line_rules(&self) -> Option<&LineRules> {
        Some(&self.seen.line_rules)
    }
}

impl Outgoing for Draft<'_> {
    fn payout_of(&self, payout: PayoutId) -> Option<&Payout> {
        self.payout(payout)
    }

    fn has_order(&self, order: OrderId) -> bool {
        self.order(order).is_some()
    }

    fn batch(&self, batch: BatchId) -> Option<&PayoutBatch> {
        self.batch_of(batch).ok()
    }

    fn batch_named(&self, name: &str) -> Option<BatchId> {
        self.seen.batch_named(name)
    }

    fn receipts_of(&self, order: OrderId) -> Vec<(LineId, Money)> {
        let known = self.order(order).into_iter();
        let lines = known.flat_map(|order| order.receipts.iter().copied());
        // A share of a line is not taken back by itself.
        let whole = |line: &LineId| self.settled(*line) == Some(&Settled::Receipt(order));
        lines
            .filter(whole)
            .filter_map(|line| Some((line, self.receipt(line, order)?.amount)))
            .collect()
    }

    fn left_twice(&self, payout: PayoutId) -> bool {
        self.after.left_twice(payout) || self.seen.left_twice(payout)
    }
}
