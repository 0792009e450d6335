//! Lines that are questions, answered as a person answers them who can telephone: whose money it
//! is, the payer knows; what was done by hand, the cashier remembers.

use kantor_engine::matching::Question;
use kantor_engine::order::OrderState;
use kantor_engine::payout::PayoutState;
use kantor_engine::{Actor, Command, LineId, OrderId, PayoutId};
use kantor_model::Money;

use super::World;
use crate::auditor::What;

impl World {
    pub(super) fn answer_questions(&mut self) {
        let open: Vec<(LineId, Question)> = self
            .office
            .state
            .questions
            .iter()
            .map(|(line, question)| (*line, question.clone()))
            .collect();
        for (line, question) in open {
            let is_patient = !self.healing && !self.chance.hits(20);
            match question {
                Question::NotProvedYet => continue,
                // Its other side comes with another file, most of the time.
                Question::OwnTransfer(_) if is_patient => continue,
                _ => {}
            }
            if self.healing || self.chance.hits(500) {
                self.counts.answers += 1;
                self.answer(line);
            }
        }
    }

    fn answer(&mut self, line: LineId) {
        let real = self.auditor.real(line);
        let Some(truth) = real.and_then(|real| self.auditor.truth(real).cloned()) else {
            return;
        };
        match truth.what {
            What::Own => drop(self.book_line(line, "own")),
            What::HandRefund(_) | What::HandPayout(_) => drop(self.book_line(line, "by-hand")),
            What::Cover(deal) => self.book_cover(line, deal),
            // A payout that left once more than it should: its payee is asked for it.
            What::Payout(_) | What::Payouts(_) => drop(self.book_line(line, "claims")),
            // One of two that had left.
            What::Back(payout) if self.auditor.is_out(payout) => {
                self.book_line(line, "claims");
            }
            What::Back(payout) if self.is_paid(payout) => self.returns(line, payout),
            What::Back(payout) => {
                self.book_line(line, "by-hand");
                if real.is_none_or(|real| !self.desk.by_hand.insert(real)) {
                    return;
                }
                let found = self.office.state.payouts.get(&payout).copied();
                let Some(payout) = found else { return };
                let Some((payee, to)) = self.payee(&payout) else {
                    return;
                };
                let (from, amount) = (payout.facts.account, payout.facts.amount);
                let what = Some(What::HandPayout(payout.facts.payout));
                let title = format!("ponowna wypłata {}", self.keys);
                self.pay_by_hand(from, payee, to, amount, &title, what);
            }
            // Sent back already, and its booking looked at again.
            What::Payment { .. } if real.is_some_and(|real| self.desk.by_hand.contains(&real)) => {
                self.book_line(line, "by-hand");
            }
            What::Payment { meant, .. } => {
                if self.chance.hits(self.faults.slip) {
                    self.slip(line);
                }
                if self.split(line, &meant) {
                    return;
                }
                match meant.iter().copied().find(|order| self.takes_money(*order)) {
                    Some(order) => self.allocate(line, order),
                    None => self.send_back(line),
                }
            }
        }
    }

    fn is_paid(&self, payout: PayoutId) -> bool {
        let payout = self.office.state.payouts.get(&payout);
        payout.is_some_and(|payout| payout.state == PayoutState::Paid)
    }

    /// A payout came back, and its line does not say so.
    fn returns(&mut self, line: LineId, payout: PayoutId) {
        let Some(amount) = self.office.row(line).map(|row| row.facts.amount) else {
            return;
        };
        let reason = "the bank says so".to_owned();
        let _ = self.staff(&Command::ReturnPayout {
            line,
            amount,
            payout,
            reason,
        });
    }

    /// Whether a person would still give it money.
    fn takes_money(&self, order: OrderId) -> bool {
        let order = self.office.state.orders.get(&order);
        order.is_some_and(|order| {
            matches!(
                order.state,
                OrderState::AwaitingFunds
                    | OrderState::AwaitingConsent
                    | OrderState::Held(_)
                    | OrderState::Expired
                    | OrderState::Cancelled
            )
        })
    }

    /// One payment for several orders is shared out, where each gets all that it asks for; whether
    /// it was.
    fn split(&mut self, line: LineId, meant: &[OrderId]) -> bool {
        let Some(facts) = self.office.row(line).map(|row| row.facts.clone()) else {
            return false;
        };
        let orders = meant
            .iter()
            .copied()
            .filter(|order| self.takes_money(*order));
        let shares: Vec<(OrderId, Money)> = orders
            .filter_map(|order| Some((order, self.office.state.orders.get(&order)?.gives())))
            .collect();
        let currency = facts.amount.currency();
        let mut sums = shares.iter();
        let fits = sums.all(|(_, share)| share.currency() == currency);
        let sum: i64 = shares.iter().map(|(_, share)| share.minor()).sum();
        if shares.len() < 2 || !fits || sum != facts.amount.minor() {
            return false;
        }
        let reason = "the payer says so".to_owned();
        let command = Command::SplitLine {
            line,
            facts,
            shares,
            reason,
        };
        self.staff(&command).is_ok()
    }

    fn allocate(&mut self, line: LineId, order: OrderId) {
        let Some(facts) = self.office.row(line).map(|row| row.facts.clone()) else {
            return;
        };
        let reason = "the payer says so".to_owned();
        let _ = self.staff(&Command::AllocateLine {
            line,
            facts,
            order,
            reason,
        });
    }

    /// Given to a wrong order, seen at once, and taken back.
    fn slip(&mut self, line: LineId) {
        let all: Vec<OrderId> = self
            .office
            .state
            .orders
            .keys()
            .rev()
            .take(20)
            .copied()
            .collect();
        let Some(order) = self.chance.any(&all) else {
            return;
        };
        if !self.takes_money(order) {
            return;
        }
        self.counts.fault("slip");
        self.allocate(line, order);
        let reason = "wrong order".to_owned();
        let staff = Actor::Staff("anna".to_owned());
        let _ = self.ask(&staff, &Command::ReleaseReceipt { line, reason }, &[]);
    }

    /// Both halves of an exchange of the office, once both are here.
    fn book_cover(&mut self, line: LineId, deal: u64) {
        let open = self.office.state.questions.iter();
        let other = open
            .filter(|(other, question)| {
                **other != line && !matches!(question, Question::NotProvedYet)
            })
            .map(|(other, _)| *other)
            .find(|other| {
                let real = self.auditor.real(*other);
                let truth = real.and_then(|real| self.auditor.truth(real));
                truth.is_some_and(|truth| truth.what == What::Cover(deal))
            });
        let amount = |line| self.office.row(line).map(|row| row.facts.amount);
        let Some(other) = other else { return };
        let (Some(one), Some(two)) = (amount(line), amount(other)) else {
            return;
        };
        let (bought, sold) = if one.is_positive() {
            ((line, one), (other, two))
        } else {
            ((other, two), (line, one))
        };
        let reason = "covers the day".to_owned();
        let covers = Vec::new();
        let _ = self.staff(&Command::BookCoverDeal {
            bought,
            sold,
            covers,
            reason,
        });
    }

    /// Books a line as nobody's order; whether it is that now.
    fn book_line(&mut self, line: LineId, name: &str) -> bool {
        let Some(amount) = self.office.row(line).map(|row| row.facts.amount) else {
            return false;
        };
        let command = Command::BookLine {
            line,
            amount,
            ledger_account: name.to_owned(),
            reason: "nobody's order".to_owned(),
        };
        let booked = self.staff(&command).is_ok();
        if self.chance.hits(self.faults.slip) {
            let reason = "looked again".to_owned();
            let _ = self.staff(&Command::ReverseLineBooking { line, reason });
        }
        booked
    }

    /// Money that no order takes goes back to where it came from: by a payout of no order, or by
    /// hand.
    fn send_back(&mut self, line: LineId) {
        let row = self.office.row(line);
        let amount = row
            .filter(|row| row.other.is_some())
            .map(|row| row.facts.amount);
        if let Some(amount) = amount
            && self.chance.hits(500)
        {
            let reason = "no order takes it".to_owned();
            let refund = Command::RefundLine {
                line,
                amount,
                reason,
            };
            if self.staff(&refund).is_ok() {
                if self.chance.hits(self.faults.slip) {
                    let reason = "looked again".to_owned();
                    let _ = self.staff(&Command::ReverseLineBooking { line, reason });
                }
                return;
            }
        }
        let is_booked = self.book_line(line, "by-hand");
        let Some(real) = self.auditor.real(line) else {
            return;
        };
        if !is_booked || !self.desk.by_hand.insert(real) {
            return;
        }
        let Some(row) = self.office.row(line) else {
            return;
        };
        let (amount, to, name) = (row.facts.amount, row.other, row.name.clone());
        let Some(to) = to else { return };
        let title = format!("zwrot wpłaty {}", self.keys);
        let payee = super::opening::person(&name);
        let back = Money::new(amount.minor(), amount.currency());
        self.pay_by_hand(
            line.account,
            payee,
            to,
            back,
            &title,
            Some(What::HandRefund(real)),
        );
    }
}
