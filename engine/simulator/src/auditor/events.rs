//! What the office records, judged event by event.

use kantor_engine::order::OrderFacts;

use kantor_engine::chain::ChainChange;
use kantor_engine::rates::{Side, Terms};
use kantor_engine::{AccountId, Actor, BatchId, Command, Event, OrderId, Recorded};
use kantor_model::{Currency, Moment};

use super::{Agreed, Auditor, Came, Deal, Life};
use crate::office::Office;

/// The decision of a person that stands behind events, as far as it matters to money.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decided {
    /// A person looked at this order and takes it as it is.
    ByPerson(OrderId),
    /// A person lets it go on as agreed, and sends back what came too much.
    Returning(OrderId),
    ByRule,
}

impl Auditor {
    /// Judges what came of a request.
    pub(crate) fn saw(
        &mut self,
        command: &Command,
        by: &Actor,
        events: &[Recorded],
        office: &Office,
        now: Moment,
    ) {
        let decided = match command {
            Command::ConfirmOrder { order, .. } | Command::ScaleOrder { order, .. } => {
                Decided::ByPerson(*order)
            }
            Command::ReturnDifference { order, .. } => Decided::Returning(*order),
            _ => Decided::ByRule,
        };
        self.undoing = matches!(command, Command::UndoImport { .. });
        for recorded in events {
            self.postings(recorded);
            if let Event::StatementBooked { booking, .. } = &recorded.event {
                self.statement_changed(booking.facts.account, &booking.change, office);
            }
            self.event(recorded, decided, now);
            if let Event::StatementUndone {
                account, change, ..
            } = &recorded.event
            {
                self.statement_changed(*account, change, office);
            }
        }
        self.persons(command, by, events);
        for order in std::mem::take(&mut self.returning) {
            self.excess_went_back(order);
        }
    }

    fn statement_changed(&mut self, account: AccountId, change: &ChainChange, office: &Office) {
        let rows = office.rows.get(&account);
        let rows = rows.map_or(&[][..], Vec::as_slice);
        self.rows_changed(account, rows, change, &office.state);
    }

    fn postings(&mut self, recorded: &Recorded) {
        let mut sums: Vec<(Currency, i128)> = Vec::new();
        for posting in &recorded.postings {
            let (currency, minor) = (posting.amount.currency(), posting.amount.minor());
            match sums.iter_mut().find(|(known, _)| *known == currency) {
                Some((_, sum)) => *sum += i128::from(minor),
                None => sums.push((currency, i128::from(minor))),
            }
        }
        self.check(sums.iter().all(|(_, sum)| *sum == 0), || {
            format!("postings of {} do not sum to zero", recorded.event.kind())
        });
    }

    fn event(&mut self, recorded: &Recorded, decided: Decided, now: Moment) {
        match &recorded.event {
            Event::OrderPlaced { facts } => self.order_placed(facts, now),
            Event::TermsChanged { order, terms, .. } => self.terms_changed(*order, terms, decided),
            Event::RateOffered { order, rate, .. } => {
                if let Some(deal) = self.deals.get_mut(order) {
                    deal.offered = ten_thousandths(&rate.to_string());
                }
            }
            Event::RateAccepted {
                order,
                terms,
                deadline,
            } => {
                self.rate_accepted(*order, terms, *deadline, &recorded.by);
            }
            Event::DeadlineMoved {
                order, deadline, ..
            } => {
                if let Some(deal) = self.deals.get_mut(order) {
                    deal.deadline = *deadline;
                    deal.life = Life::Open;
                }
            }
            Event::OrderFunded {
                order, difference, ..
            } => self.order_funded(*order, difference.as_ref(), decided),
            Event::RateDeclined { order } => {
                if let Some(deal) = self.deals.get_mut(order) {
                    deal.offered = None;
                }
            }
            Event::OrderCancelled { order, .. } => self.live(*order, Life::Over, true),
            Event::OrderExpired { order } => self.order_expired(*order, now),
            Event::OrderHeld { order, .. } => self.order_held(*order),
            Event::OrderLostFunds { order } => self.order_held(*order),
            Event::OrderRefunding { order, .. } => self.live(*order, Life::GoingBack, false),
            Event::OrderCompleted { order } => self.order_finished(*order, Life::Exchanged),
            Event::OrderRefunded { order } => self.order_finished(*order, Life::GoingBack),
            Event::ReceiptAllocated {
                line,
                order,
                amount,
                rule,
                ..
            } => {
                let line = self.real_of(*line);
                self.allocated(line, *order, *amount, *rule);
            }
            Event::ReceiptReleased { line, order, .. } => {
                let line = self.real_of(*line);
                self.released(line, *order);
            }
            Event::LineBooked {
                line,
                account,
                amount,
                ..
            } => {
                let line = self.real_of(*line);
                self.booked(line, account.to_string(), *amount);
            }
            Event::LineClassified {
                line,
                account,
                amount,
                ..
            } => {
                let line = self.real_of(*line);
                self.booked(line, account.to_string(), *amount);
                self.is_a_fee(line);
            }
            Event::OwnTransferPaired {
                debit,
                credit,
                amount,
                ..
            } => {
                let (debit, credit) = (self.real_of(*debit), self.real_of(*credit));
                self.paired(debit, credit, *amount);
            }
            Event::LineBookingReversed { line, .. } => {
                let line = self.real_of(*line);
                self.booking_reversed(line);
            }
            Event::LineRefunded {
                line,
                payout,
                amount,
                ..
            } => {
                let line = self.real_of(*line);
                self.refunded(line, *payout, *amount);
            }
            // The first one of an office only says from where days are reckoned.
            Event::PositionRevalued {
                currencies, result, ..
            } if !currencies.is_empty() => self.revalued(*result),
            Event::CoverDealBooked { deal, facts, .. } => self.cover_booked(*deal, facts),
            Event::CoverDealReversed { deal, .. } => self.cover_reversed(*deal),
            Event::PayoutUnproved { payout, line, .. } if self.undoing => {
                let line = self.real_of(*line);
                self.payout_unproved(*payout, line);
            }
            Event::OwnTransferUnpaired { debit, credit, .. } => {
                for line in [*debit, *credit] {
                    let line = self.real_of(line);
                    self.booking_reversed(line);
                }
            }
            // Every line that an export shows is at the bank, and the statement of its day has it.
            Event::ReceiptWithdrawn { line, .. }
            | Event::FundsMissing { line, .. }
            | Event::PayoutUnproved { line, .. } => {
                self.object(format!("line {line} is withdrawn, and the bank has it"));
            }
            Event::PayoutDue { facts } => self.payout_due(facts),
            Event::PayoutWithdrawn { payout } => {
                let owed = self.owed.get_mut(payout);
                if let Some(owed) = owed {
                    owed.live = false;
                }
            }
            Event::PayoutPaid { payout, line } => {
                let line = self.real_of(*line);
                self.payout_paid(*payout, line);
            }
            Event::PayoutsPaid {
                line,
                payouts,
                twice,
                ..
            } => {
                let line = self.real_of(*line);
                self.payouts_paid(payouts, line, *twice);
            }
            Event::PayoutReturned {
                payout, line, cost, ..
            } => {
                let line = self.real_of(*line);
                self.payout_returned(*payout, line, *cost);
            }
            Event::PayeeCorrected { payout, payee, .. } => self.payee_corrected(*payout, *payee),
            Event::PayoutDueAgain { payout, .. } => {
                let paid = self.owed.get(payout).is_some_and(|owed| owed.paid);
                self.check(!paid, || format!("payout {payout} is paid, and owed again"));
            }
            Event::BankAnswered { answer, .. } => self.answered(answer),
            // No bank takes a payment back here.
            Event::ReceiptReversed { line, .. } | Event::ReversedTooLate { line, .. } => {
                self.object(format!("line {line} takes a payment back, and it does not"));
            }
            Event::PaidTwice { payout, .. }
            | Event::PaidWithoutFile { payout, .. }
            | Event::PaidFromVoidFile { payout, .. } => {
                self.alarmed(*payout);
            }
            _ => {}
        }
    }

    fn order_placed(&mut self, facts: &OrderFacts, now: Moment) {
        let id = facts.order;
        let Some(agreed) = self.agreed_of(&facts.terms) else {
            self.object(format!(
                "order {id} has a rate with more than four decimals"
            ));
            return;
        };
        let pair = self.tables.get(&facts.rates).into_iter().flatten();
        let pair = pair.copied().find(|pair| {
            let (base, quote) = agreed.pair();
            pair.base == base && pair.quote == quote
        });
        let published = pair.is_some_and(|pair| {
            let rate = if agreed.gives_base {
                pair.buy
            } else {
                pair.sell
            };
            rate == agreed.rate && pair.mid == agreed.mid
        });
        self.check(published, || {
            format!("order {id} has a rate that nobody published")
        });
        let gets = agreed.gets_for(agreed.gives);
        let gives = Agreed::for_gets(agreed.gets, agreed.rate, agreed.gives_base);
        let fair = gets == agreed.gets.minor() || gives == agreed.gives.minor();
        self.check(fair, || {
            format!(
                "order {id} gives {} and gets {}, by its rate {gets}",
                agreed.gives, agreed.gets
            )
        });
        self.check(
            facts.deadline == now.plus_seconds(self.rules.order_seconds),
            || format!("order {id} has another deadline than was promised"),
        );
        let deal = Deal {
            customer: facts.customer,
            agreed,
            deadline: facts.deadline,
            paid_to: facts.paid_to,
            life: Life::Open,
            money: Default::default(),
            offered: None,
            cancelled: false,
            absorbed: None,
        };
        let known = self.deals.insert(id, deal).is_some();
        self.check(!known, || format!("order {id} was placed twice"));
    }

    fn agreed_of(&self, terms: &Terms) -> Option<Agreed> {
        Some(Agreed {
            gives: terms.gives,
            gets: terms.gets,
            rate: ten_thousandths(&terms.rate.to_string())?,
            mid: ten_thousandths(&terms.mid.to_string())?,
            gives_base: terms.side == Side::Buy,
        })
    }

    /// Without the customer only for the better, or scaled to his money by a person.
    fn terms_changed(&mut self, id: OrderId, terms: &Terms, decided: Decided) {
        let (Some(agreed), Some(deal)) = (self.agreed_of(terms), self.deals.get(&id).cloned())
        else {
            return;
        };
        let before = deal.agreed;
        let better = agreed.gives == before.gives && agreed.gets.minor() >= before.gets.minor();
        let scaled = agreed.rate == before.rate
            && (decided == Decided::ByPerson(id) || self.may_scale(&deal, agreed.gives.minor()));
        let fair = better || scaled;
        self.check(fair, || {
            format!("order {id} got worse terms, and nobody asked the customer")
        });
        self.same_exchange(id, &agreed);
        if let Some(deal) = self.deals.get_mut(&id) {
            deal.agreed = agreed;
        }
    }

    fn same_exchange(&mut self, id: OrderId, agreed: &Agreed) {
        let gets = agreed.gets_for(agreed.gives);
        self.check(gets == agreed.gets.minor(), || {
            format!(
                "order {id} gets {} for {}, by its rate {gets}",
                agreed.gets, agreed.gives
            )
        });
    }

    fn rate_accepted(&mut self, id: OrderId, terms: &Terms, deadline: Moment, by: &Actor) {
        let (Some(agreed), Some(deal)) = (self.agreed_of(terms), self.deals.get_mut(&id)) else {
            return;
        };
        let own = *by == Actor::Customer(deal.customer);
        let offered = deal.offered == Some(agreed.rate);
        deal.agreed = agreed;
        deal.deadline = deadline;
        deal.offered = None;
        deal.cancelled = false;
        deal.life = Life::Open;
        for (_, came) in deal.money.values_mut() {
            *came = Came::InTime;
        }
        self.check(own && offered, || {
            format!("a rate was accepted for order {id} that the customer did not accept")
        });
        self.same_exchange(id, &agreed);
    }

    fn live(&mut self, id: OrderId, life: Life, cancelled: bool) {
        if let Some(deal) = self.deals.get_mut(&id) {
            deal.life = life;
            deal.absorbed = None;
            deal.cancelled |= cancelled;
        }
    }

    fn order_expired(&mut self, id: OrderId, now: Moment) {
        let Some(deal) = self.deals.get(&id) else {
            return;
        };
        let has_money = !deal.money.is_empty();
        let early = deal.deadline >= now && deal.offered.is_none();
        self.check(!has_money && !early, || {
            format!("order {id} ended although it had time, or money")
        });
        self.live(id, Life::Over, false);
    }

    /// What was exchanged, if anything, is undone.
    fn order_held(&mut self, id: OrderId) {
        self.live(id, Life::Open, false);
    }

    fn order_finished(&mut self, id: OrderId, life: Life) {
        let was = self.deals.get(&id).map(|deal| deal.life);
        let open = self
            .owed_for(id)
            .filter(|owed| owed.live && !owed.paid)
            .count();
        self.check(was == Some(life) && open == 0, || {
            format!("order {id} is over with {open} payouts that nobody saw leave")
        });
    }

    /// Acts that need two people had two.
    fn persons(&mut self, command: &Command, by: &Actor, events: &[Recorded]) {
        match command {
            Command::MakeBatch { .. } => {
                for recorded in events {
                    if let Event::BatchFixed { batch, .. } = recorded.event {
                        self.made_by.insert(batch, by.clone());
                    }
                }
            }
            Command::ApproveBatch { batch, .. } if !events.is_empty() => {
                let same = self.made_by.get(batch) == Some(by);
                self.check(!(self.rules.four_eyes && same), || {
                    format!("batch {batch} was made and approved by one person")
                });
            }
            _ => {}
        }
        for recorded in events {
            if let Event::BatchWritten { batch, .. } = recorded.event {
                self.batch_written(batch);
            }
        }
    }

    fn batch_written(&mut self, batch: BatchId) {
        let first = self.written.insert(batch);
        self.check(first, || format!("batch {batch} was written twice"));
    }
}

/// A decimal number in ten-thousandths; `None` when it has more decimals.
fn ten_thousandths(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let kept = decimals.trim_end_matches('0');
    if kept.len() > 4 {
        return None;
    }
    let decimals: i64 = format!("{kept:0<4}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(10_000)?
        .checked_add(decimals)
}
