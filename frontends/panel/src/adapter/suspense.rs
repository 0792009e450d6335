//! Money whose owner is not known: questions to the cashier, with the orders it could belong to.

use std::ops::ControlFlow;

use kantor_engine::matching::{Each, Question, names_alike};
use kantor_engine::{AccountId, CustomerId, LineId, OrderId};
use kantor_model::Currency;
use kantor_office::{BankLine, LessonTo, Lessons, Likeness};
use kantor_wire::{Candidate, CounterpartyWire, Learned, LineView, Sentence};

use super::refused::{missing, refuse};
use super::{LocalOffice, number, say, views};
use crate::port::{PortError, PortResult};

/// Candidates shown for one line.
const CANDIDATES: usize = 5;

/// The line of two parts of a path.
pub(super) fn line_id(account: &str, ordinal: u64) -> PortResult<LineId> {
    Ok(LineId {
        account: AccountId(number(account).ok_or_else(no_line)?),
        ordinal,
    })
}

fn no_line() -> PortError {
    missing(
        "no_line",
        "There is no such line. Look at the list of suspense.",
    )
}

/// As many of the orders that are told as there may be candidates: the first ones.
fn few(tell: impl FnOnce(Each<'_>)) -> Vec<OrderId> {
    let mut few = Vec::new();
    tell(&mut |order| {
        few.push(order);
        match few.len() < CANDIDATES {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    few
}

/// An open order with what a candidate is told by.
struct Waiting {
    order: OrderId,
    reference: String,
    customer: CustomerId,
}

/// How an order comes to be a candidate.
#[derive(Clone, Copy)]
enum Why {
    /// The question names it.
    Named,
    /// It came near when the line was matched.
    Near,
    /// It waits for exactly as much.
    Amount,
}

impl LocalOffice {
    /// Every open question.
    pub(super) fn questions(&self) -> PortResult<Vec<LineView>> {
        let questions: Vec<(LineId, Question)> = self.office.read(|seen| {
            let questions = seen.questions.iter();
            questions
                .map(|(line, question)| (*line, question.clone()))
                .collect()
        });
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let lessons = self.office.lessons().map_err(refuse)?;
        questions
            .iter()
            .map(|(line, question)| self.line_view(*line, question, &lessons))
            .collect()
    }

    /// What cashiers decided about lines like this one.
    fn learned(&self, line: &BankLine, lessons: &Lessons) -> PortResult<Vec<Learned>> {
        let mut learned = Vec::new();
        for lesson in lessons.about(line) {
            let likeness = match lesson.because {
                Likeness::SameAccount => "account",
                Likeness::SameTitle => "title",
            };
            let times = lesson.times.to_string();
            learned.push(match lesson.to {
                LessonTo::Ledger(name) => Learned {
                    why: Sentence::new(
                        &format!("learned-ledger-{likeness}"),
                        &[("ledger_account", &name), ("times", &times)],
                    ),
                    ledger_account: Some(name),
                    orders: Vec::new(),
                },
                LessonTo::Customer(customer) => Learned {
                    why: Sentence::new(
                        &format!("learned-customer-{likeness}"),
                        &[
                            ("customer", &self.customer_name(customer)?),
                            ("times", &times),
                        ],
                    ),
                    ledger_account: None,
                    orders: self.orders_that_want(customer, line.amount.currency()),
                },
            });
        }
        Ok(learned)
    }

    fn orders_that_want(&self, customer: CustomerId, currency: Currency) -> Vec<String> {
        let found = |each: Each<'_>| {
            self.office
                .read(|seen| seen.wanting.of_customer(customer, currency, each));
        };
        few(found).iter().map(OrderId::to_string).collect()
    }

    fn line_view(
        &self,
        id: LineId,
        question: &Question,
        lessons: &Lessons,
    ) -> PortResult<LineView> {
        let line = self.office.bank_line(id).map_err(refuse)?;
        let why = self
            .office
            .read(|seen| seen.asked.get(&id).map(|asked| asked.why.clone()));
        let (evidence, nearest) = why
            .map(|why| (why.evidence, why.nearest))
            .unwrap_or_default();
        let payer = line.said.counterparty_name.as_deref().unwrap_or_default();
        let named = question.orders();
        let near = nearest.iter().map(|nearest| &nearest.order);
        let same_amount = few(|each| {
            self.office
                .read(|seen| seen.wanting.of_amount(line.amount, each));
        });
        let mut candidates: Vec<Candidate> = Vec::new();
        for order in named.iter().chain(near).chain(&same_amount) {
            let known = |candidate: &Candidate| candidate.order == order.to_string();
            if candidates.len() < CANDIDATES && !candidates.iter().any(known) {
                let came_near = nearest.iter().find(|nearest| nearest.order == *order);
                let why = match (named.contains(order), came_near) {
                    (true, _) => Why::Named,
                    (false, Some(_)) => Why::Near,
                    (false, None) => Why::Amount,
                };
                let candidate = self.candidate(*order, why, payer)?;
                let failed = came_near.map(|nearest| nearest.failed.iter().map(say::seen));
                candidates.extend(candidate.map(|candidate| Candidate {
                    failed: failed.into_iter().flatten().collect(),
                    ..candidate
                }));
            }
        }
        let learned = self.learned(&line, lessons)?;
        Ok(LineView {
            fingerprint: line.fingerprint(),
            account: id.account.to_string(),
            ordinal: id.ordinal,
            amount: views::amount(line.amount),
            booking_date: line.booked_on.map(|date| date.to_string()),
            value_date: line.said.value_date,
            counterparty: CounterpartyWire {
                name: line.said.counterparty_name,
                account: line.said.counterparty_account,
                bank: line.said.counterparty_bank,
            },
            remittance: line.said.remittance,
            question: say::question(question),
            reasons: evidence.iter().map(say::seen).collect(),
            candidates,
            learned,
        })
    }

    fn candidate(&self, order: OrderId, why: Why, payer: &str) -> PortResult<Option<Candidate>> {
        let waiting = self.office.read(|seen| {
            seen.orders.get(&order).map(|order| Waiting {
                order: order.facts.order,
                reference: views::reference(order),
                customer: order.facts.customer,
            })
        });
        let Some(waiting) = waiting else {
            return Ok(None);
        };
        let customer = self.customer_name(waiting.customer)?;
        let why = match why {
            Why::Named => Sentence::new("candidate-named", &[("reference", &waiting.reference)]),
            Why::Near | Why::Amount if names_alike(payer, &customer) => {
                Sentence::new("candidate-name", &[])
            }
            Why::Near => Sentence::new("candidate-near", &[]),
            Why::Amount => Sentence::new("candidate-amount", &[]),
        };
        Ok(Some(Candidate {
            order: waiting.order.to_string(),
            customer,
            why,
            failed: Vec::new(),
            reference: waiting.reference,
        }))
    }
}
