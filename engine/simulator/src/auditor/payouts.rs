//! What the office owes out, and the bank's own lines that end it.

use kantor_engine::payout::{Payee, PayoutFacts, PayoutKind};
use kantor_engine::{LineId, OrderId, PayoutId};
use kantor_model::Iban;

use super::{Auditor, Life, Owed, What};

impl Auditor {
    pub(super) fn payout_due(&mut self, facts: &PayoutFacts) {
        let id = facts.payout;
        let (payee, of) = match (facts.order, facts.payee) {
            (Some(order), _) => self.payee_of_order(facts, order),
            (None, Payee::PayerOf(line)) => self.source_of(facts, line),
            (None, Payee::CustomerAccount(_)) => {
                self.object(format!("payout {id} is owed for no order"));
                return;
            }
        };
        let currency = self
            .accounts
            .get(&facts.account)
            .map(|account| account.currency);
        self.check(
            currency == Some(facts.amount.currency()) && facts.amount.is_positive(),
            || {
                format!(
                    "payout {id} of {} leaves from account {}",
                    facts.amount, facts.account
                )
            },
        );
        if let Some(reference) = kantor_engine::Reference::of_payout(id) {
            self.references.insert(reference.to_string(), id);
        }
        let owed = Owed {
            order: facts.order,
            account: facts.account,
            amount: facts.amount,
            payee,
            of,
            live: true,
            paid: false,
            left: 0,
            came_back: 0,
            excused: 0,
            alarmed: false,
        };
        let known = self.owed.insert(id, owed).is_some();
        self.check(!known, || format!("payout {id} is owed twice"));
        if let Some(order) = facts.order {
            self.by_order.entry(order).or_default().push(id);
        }
    }

    /// Money of nobody goes back to the account that it came from, as somebody of the staff said.
    fn source_of(&mut self, facts: &PayoutFacts, line: LineId) -> (Option<Iban>, Option<LineId>) {
        let id = facts.payout;
        let line = self.real_of(line);
        let said = self.sent_back.get(&line) == Some(&(id, facts.amount.minor()));
        self.check(said && line.account == facts.account, || {
            format!(
                "payout {id} sends {} of line {line} back, and nobody said so",
                facts.amount
            )
        });
        let payer = self.truth(line).and_then(|truth| truth.other);
        (payer, Some(line))
    }

    /// To whom an order's payout goes, and of which line it is.
    fn payee_of_order(
        &mut self,
        facts: &PayoutFacts,
        order: OrderId,
    ) -> (Option<Iban>, Option<LineId>) {
        let id = facts.payout;
        let Some(deal) = self.deals.get(&order).cloned() else {
            self.object(format!("payout {id} is owed for no order"));
            return (None, None);
        };
        let mut of = None;
        let payee = match (facts.kind, facts.payee) {
            (PayoutKind::Exchange, Payee::CustomerAccount(account)) => {
                let live = self
                    .owed_for(order)
                    .any(|owed| owed.of.is_none() && owed.live);
                self.check(
                    deal.life == Life::Exchanged
                        && facts.amount == deal.agreed.gets
                        && account == deal.paid_to
                        && !live,
                    || {
                        format!(
                            "payout {id} of {} is not what order {order} gets",
                            facts.amount
                        )
                    },
                );
                self.ibans.get(&account).copied()
            }
            (_, Payee::PayerOf(line)) => {
                let line = self.real_of(line);
                of = Some(line);
                let came = deal.money.get(&line).map_or(0, |(minor, _)| *minor);
                let back: i64 = self
                    .owed_for(order)
                    .filter(|owed| owed.of == Some(line) && owed.live)
                    .map(|owed| owed.amount.minor())
                    .sum();
                self.check(back + facts.amount.minor() <= came, || {
                    format!(
                        "{} goes back from order {order}, of {came} that came with line {line}",
                        facts.amount
                    )
                });
                self.truth(line).and_then(|truth| truth.other)
            }
            (_, Payee::CustomerAccount(_)) => {
                self.object(format!("payout {id} sends money of order {order} back to an account that it did not come from"));
                None
            }
        };
        (payee, of)
    }

    pub(super) fn owed_for(&self, order: OrderId) -> impl Iterator<Item = &Owed> {
        let payouts = self.by_order.get(&order).into_iter().flatten();
        payouts.filter_map(|payout| self.owed.get(payout))
    }

    /// Only the bank's own line of this payout closes it.
    pub(super) fn payout_paid(&mut self, id: PayoutId, line: LineId) {
        let truth = self.truth(line).cloned();
        let Some(owed) = self.owed.get_mut(&id) else {
            return;
        };
        let again = std::mem::replace(&mut owed.paid, true);
        let amount = owed.amount;
        let right = truth
            .is_some_and(|truth| truth.what == What::Payout(id) && truth.minor == -amount.minor());
        self.check(right && !again, || {
            format!("payout {id} counts as paid by line {line}, which did not pay it")
        });
        let free = self.payers.insert(line, id).is_none() && !self.named.contains_key(&line);
        self.check(free, || {
            format!("line {line} pays payout {id} and something else")
        });
    }

    pub(super) fn alarmed(&mut self, id: PayoutId) {
        if let Some(owed) = self.owed.get_mut(&id) {
            owed.alarmed = true;
            let due = owed.excused > 0;
            self.check(due, || {
                format!("an alarm about payout {id}, with which nothing is wrong")
            });
        }
    }
}
