//! A cashier's round: files in, questions answered, held orders decided, payouts out.

use kantor_engine::order::{HeldReason, Order, OrderState};
use kantor_engine::{Answer, Command, NotBooked, OrderId, StatementOutcome};
use kantor_model::{Decimal, Moment};

use super::{Deed, File, World};
use crate::intake::{self, Paper};

/// After so long a held order is decided, whatever may still come.
const PATIENCE: i64 = 20 * 3_600;

impl World {
    pub(super) fn cashier_works(&mut self) {
        self.after(1_200, 3_600, Deed::Cashier);
        let day = self.now.warsaw_date();
        let opens = Moment::from_warsaw(day, 7, 30);
        let ends = Moment::from_warsaw(day, 20, 30);
        if opens.is_none_or(|opens| self.now < opens) || ends.is_none_or(|ends| self.now > ends) {
            return;
        }
        self.import_files();
        self.answer_questions();
        self.decide_held_orders();
        self.change_orders();
        self.payouts_go_out();
    }

    fn import_files(&mut self) {
        let mut files = std::mem::take(&mut self.desk.inbox);
        self.chance.shuffle(&mut files);
        let waiting = std::mem::take(&mut self.desk.again);
        let mut moved = false;
        for file in files {
            moved |= self.import(file);
        }
        // What waited for another statement is tried once more when one has come, and every day.
        let today = Some(self.now.warsaw_date());
        if moved || self.desk.tried_on != today {
            self.desk.tried_on = today;
            for file in waiting {
                self.import(file);
            }
        } else {
            self.desk.again.extend(waiting);
        }
    }

    /// Imports a file; whether something was booked of it.
    fn import(&mut self, file: File) -> bool {
        let papers = match intake::read(&file.bytes, file.account, &mut self.office, &self.owners) {
            Ok(papers) => papers,
            Err(what) => {
                self.auditor.object(what);
                return false;
            }
        };
        self.counts.imports += 1;
        let (mut booked, mut waits) = (false, false);
        for paper in papers {
            let (account, closes) = (paper.account, paper.closes());
            match self.book(paper) {
                Some(StatementOutcome::Booked { .. }) => booked = true,
                Some(StatementOutcome::Archived(_)) => waits = true,
                _ => {}
            }
            // A closing balance on ground that is not proved yet: load it again then.
            let account = self.office.state.accounts.get(&account);
            waits |= closes && account.is_some_and(|it| it.proved_through < it.lines);
        }
        if booked && !self.healing && self.chance.hits(self.faults.undo) {
            self.undo(&file);
            self.desk.again.insert(file);
        } else if waits {
            self.desk.again.insert(file);
        }
        booked
    }

    /// Takes an import back; refused where money went out because of it, or more was booked since.
    fn undo(&mut self, file: &File) {
        let reason = "the wrong file".to_owned();
        let file = kantor_engine::Digest::of(&file.bytes);
        if self.staff(&Command::UndoImport { file, reason }).is_ok() {
            self.counts.fault("import undone");
        }
    }

    fn book(&mut self, paper: Paper) -> Option<StatementOutcome> {
        self.counts.statements += 1;
        let mut statement = paper.against(&self.office);
        let mut rows = paper.rows;
        if let Some(plant) = self.office.plant {
            let state = &self.office.state;
            crate::bends::bend_statement(plant, state, self.now, &mut statement, &mut rows);
            crate::bends::misjudge(plant, &mut self.office.state, &statement);
        }
        let command = Command::BookStatement(Box::new(statement));
        let staff = kantor_engine::Actor::Staff("anna".to_owned());
        let Ok(Answer::Statement(outcome)) = self.ask(&staff, &command, &rows) else {
            return None;
        };
        match &outcome {
            StatementOutcome::Booked { .. } => self.counts.booked += 1,
            StatementOutcome::Known { .. } => self.counts.known += 1,
            StatementOutcome::Archived(why) => {
                self.counts.archived += 1;
                // What true files cannot be. One that waits for another may seem to contradict,
                // where its opening is a balance that was there before.
                let waits = matches!(
                    why,
                    NotBooked::Gap { .. }
                        | NotBooked::Ambiguous
                        | NotBooked::DayMissing { .. }
                        | NotBooked::Contradicts { .. }
                        | NotBooked::Undecided { .. }
                );
                if !waits {
                    self.auditor
                        .object(format!("a bank's true statement is archived: {why:?}"));
                }
            }
        }
        Some(outcome)
    }

    fn decide_held_orders(&mut self) {
        let held: Vec<Order> = self
            .office
            .state
            .orders
            .values()
            .filter(|order| matches!(order.state, OrderState::Held(_)))
            .cloned()
            .collect();
        for order in held {
            let id = order.facts.order;
            let since = *self.desk.held.entry(id).or_insert(self.now);
            let patient = self.now.seconds_since(since) < PATIENCE && !self.healing;
            if patient && !self.chance.hits(250) {
                continue;
            }
            self.desk.held.remove(&id);
            self.decide_held(&order);
        }
    }

    fn decide_held(&mut self, order: &Order) {
        self.counts.decisions += 1;
        let id = order.facts.order;
        let OrderState::Held(reason) = order.state else {
            return;
        };
        let because = || "seen".to_owned();
        let fits = order.received() == Some(order.gives());
        let in_its_currency = order.received().is_some_and(|money| money.is_positive());
        let command = match reason {
            HeldReason::WrongCurrency => Command::RefundOrder {
                order: id,
                reason: because(),
            },
            _ if self.chance.hits(300) => Command::RefundOrder {
                order: id,
                reason: because(),
            },
            HeldReason::Late | HeldReason::AfterEnd | HeldReason::TimeUnknown
                if !self.healing && self.chance.hits(300) =>
            {
                self.offer(order);
                return;
            }
            HeldReason::Over if in_its_currency && self.chance.hits(500) => {
                Command::ReturnDifference {
                    order: id,
                    reason: because(),
                }
            }
            _ if fits => Command::ConfirmOrder {
                order: id,
                reason: because(),
            },
            _ if in_its_currency => Command::ScaleOrder {
                order: id,
                reason: because(),
            },
            _ => Command::RefundOrder {
                order: id,
                reason: because(),
            },
        };
        let scaled = matches!(command, Command::ScaleOrder { .. });
        if self.staff(&command).is_err() && scaled {
            // So little that it would come to nothing: it goes back.
            let _ = self.staff(&Command::RefundOrder {
                order: id,
                reason: because(),
            });
        }
    }

    /// Another rate for an order; the customer will answer where it is worse for him.
    fn offer(&mut self, order: &Order) {
        let id = order.facts.order;
        let rate = order.terms.rate;
        let change = Decimal::new(self.chance.between(-200, 200), 4);
        let Some(rate) = rate
            .checked_add(change)
            .filter(|rate| !rate.is_sign_negative())
        else {
            return;
        };
        self.counts.fault("another rate");
        let reason = "the market moved".to_owned();
        let _ = self.staff(&Command::RepriceOrder {
            order: id,
            rate,
            reason,
        });
        self.after(60, 3_000, Deed::Answer(id));
    }

    /// What else a cashier does with orders that wait.
    fn change_orders(&mut self) {
        if self.healing {
            return;
        }
        let open: Vec<OrderId> = self
            .office
            .state
            .orders
            .values()
            .rev()
            .take(30)
            .filter(|order| matches!(order.state, OrderState::AwaitingFunds | OrderState::Expired))
            .map(|order| order.facts.order)
            .collect();
        let Some(id) = self.chance.any(&open) else {
            return;
        };
        let Some(order) = self.office.state.orders.get(&id).cloned() else {
            return;
        };
        let reason = "asked on the telephone".to_owned();
        if self.chance.hits(self.faults.reprice) {
            self.offer(&order);
        } else if self.chance.hits(self.faults.reprice) {
            let seconds = self.chance.between(600, 90_000);
            let _ = self.staff(&Command::ExtendDeadline {
                order: id,
                seconds,
                reason,
            });
        } else if self.chance.hits(self.faults.cancels) {
            let _ = self.staff(&Command::CancelOrder { order: id, reason });
        }
    }
}
