//! Which things an event is about: what a decision has to look up, and which views change.

use crate::event::Event;
use crate::{AccountId, BatchId, LineId, OrderId, PayoutId};

/// The things that an event changes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// Office accounts.
    pub accounts: Vec<AccountId>,
    /// Orders.
    pub orders: Vec<OrderId>,
    /// Payouts.
    pub payouts: Vec<PayoutId>,
    /// Batches.
    pub batches: Vec<BatchId>,
    /// Bank lines.
    pub lines: Vec<LineId>,
}

impl Touched {
    /// What an event changes. `members` tells the payouts of a batch.
    pub fn by(event: &Event, members: impl Fn(BatchId) -> Vec<PayoutId>) -> Touched {
        let mut touched = Touched::default();
        match event {
            Event::OfficeOpened { .. }
            | Event::PolicySet { .. }
            | Event::CurrencyDefined { .. }
            | Event::RatesPublished { .. }
            | Event::CustomerRegistered { .. }
            | Event::CustomerAccountAdded { .. }
            | Event::CustomerClassified { .. }
            | Event::CustomerHelped { .. }
            | Event::KeyChanged { .. }
            | Event::PositionRevalued { .. }
            | Event::PositionOverLimit { .. }
            | Event::PositionCalm { .. }
            | Event::LineRulesSet { .. }
            | Event::ImportUndone { .. }
            | Event::PayoutRulesSet { .. }
            | Event::AlarmClosed { .. }
            | Event::NoticesSent { .. } => {}
            Event::AccountOpened { account, .. } => touched.accounts.push(*account),
            Event::StatementArchived { facts, .. } => touched.accounts.push(facts.account),
            Event::OrderPlaced { facts } => touched.orders.push(facts.order),
            Event::TermsChanged { order, .. }
            | Event::RateOffered { order, .. }
            | Event::RateAccepted { order, .. }
            | Event::RateDeclined { order }
            | Event::DeadlineMoved { order, .. }
            | Event::MoneyJudged { order, .. }
            | Event::OrderFunded { order, .. }
            | Event::OrderHeld { order, .. }
            | Event::OrderExpired { order }
            | Event::OrderCancelled { order, .. }
            | Event::OrderLostFunds { order }
            | Event::OrderRefunding { order, .. }
            | Event::OrderPayingOut { order }
            | Event::OrderPayOutStopped { order }
            | Event::OrderCompleted { order }
            | Event::OrderRefunded { order }
            | Event::OrderReopened { order } => touched.orders.push(*order),
            Event::StatementBooked { booking, questions } => {
                touched.accounts.push(booking.facts.account);
                touched
                    .lines
                    .extend(questions.iter().map(|(ordinal, _)| LineId {
                        account: booking.facts.account,
                        ordinal: *ordinal,
                    }));
            }
            Event::StatementUndone {
                account, questions, ..
            } => {
                touched.accounts.push(*account);
                let line = |ordinal| LineId {
                    account: *account,
                    ordinal,
                };
                let lines = questions.iter().map(|(ordinal, _)| line(*ordinal));
                touched.lines.extend(lines);
            }
            Event::LinesExplained { account, lines } => {
                let line = |ordinal| LineId {
                    account: *account,
                    ordinal,
                };
                let lines = lines.iter().map(|explained| line(explained.ordinal));
                touched.lines.extend(lines);
            }
            Event::ReceiptAllocated { line, order, .. }
            | Event::ReceiptReleased { line, order, .. }
            | Event::ReceiptWithdrawn { line, order }
            | Event::FundsMissing { line, order, .. } => {
                touched.lines.push(*line);
                touched.orders.push(*order);
            }
            Event::LineBooked { line, .. }
            | Event::LineBookingReversed { line, .. }
            | Event::LineAssigned { line, .. }
            | Event::LineClassified { line, .. } => {
                touched.lines.push(*line);
            }
            Event::CoverDealBooked { facts, .. } | Event::CoverDealReversed { facts, .. } => {
                touched.lines.extend([facts.bought.0, facts.sold.0]);
            }
            Event::LineRefunded { line, payout, .. } => {
                touched.lines.push(*line);
                touched.payouts.push(*payout);
            }
            Event::OwnTransferPaired { debit, credit, .. }
            | Event::OwnTransferUnpaired { debit, credit, .. } => {
                touched.lines.extend([*debit, *credit]);
            }
            Event::PayoutDue { facts } => {
                touched.payouts.push(facts.payout);
                touched.orders.extend(facts.order);
            }
            Event::PayoutUnproved {
                payout,
                order,
                line,
            } => {
                touched.payouts.push(*payout);
                touched.orders.extend(*order);
                touched.lines.push(*line);
            }
            Event::PayoutWithdrawn { payout }
            | Event::PayeeCorrected { payout, .. }
            | Event::PayoutDueAgain { payout, .. } => touched.payouts.push(*payout),
            Event::ReceiptReversed {
                receipt,
                order,
                line,
                ..
            }
            | Event::ReversedTooLate {
                order,
                receipt,
                line,
            } => {
                touched.lines.extend([*receipt, *line]);
                touched.orders.push(*order);
            }
            Event::PayoutsPaid {
                batch,
                line,
                payouts,
                ..
            } => {
                touched.batches.push(*batch);
                touched.payouts.extend(payouts);
                touched.lines.push(*line);
            }
            Event::PaidFromVoidFile {
                payout,
                line,
                batch,
            } => {
                touched.payouts.push(*payout);
                touched.lines.push(*line);
                touched.batches.push(*batch);
            }
            Event::PayoutPaid { payout, line }
            | Event::PayoutReturned { payout, line, .. }
            | Event::PaidTwice { payout, line }
            | Event::PaidWithoutFile { payout, line } => {
                touched.payouts.push(*payout);
                touched.lines.push(*line);
            }
            Event::BatchFixed { batch, payouts, .. } => {
                touched.batches.push(*batch);
                touched.payouts.extend(payouts);
            }
            Event::VoidFileAccepted { batch, .. }
            | Event::BatchProposed { batch, .. }
            | Event::BatchAwaited { batch, .. } => {
                touched.batches.push(*batch);
            }
            Event::BatchApproved { batch }
            | Event::BankAnswered { batch, .. }
            | Event::BatchUnanswered { batch, .. }
            | Event::BatchWritten { batch, .. }
            | Event::BatchVoided { batch, .. }
            | Event::BatchClosed { batch } => {
                touched.batches.push(*batch);
                touched.payouts.extend(members(*batch));
            }
        }
        touched
    }
}
