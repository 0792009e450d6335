//! What the office owes out, and the bank's own lines that end it.

use kantor_engine::bank_answer::BankAnswer;
use kantor_engine::payout::{Payee, PayoutFacts, PayoutKind};
use kantor_engine::{LineId, OrderId, PayoutId};
use kantor_model::Iban;

use kantor_model::Money;

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

    /// One debit ends all of these, and what else it holds had left before.
    pub(super) fn payouts_paid(&mut self, paid: &[PayoutId], line: LineId, twice: Money) {
        let truth = self.truth(line).cloned();
        let (all, minor) = match truth {
            Some(truth) => match truth.what {
                What::Payouts(all) => (all, truth.minor),
                _ => (Vec::new(), truth.minor),
            },
            None => (Vec::new(), 0),
        };
        let inside = paid.iter().all(|payout| all.contains(payout));
        self.check(inside && !paid.is_empty(), || {
            format!("line {line} counts as {paid:?}, and was {all:?}")
        });
        let (mut sum, mut again) = (0, false);
        for payout in paid {
            if let Some(owed) = self.owed.get_mut(payout) {
                again |= std::mem::replace(&mut owed.paid, true);
                sum += owed.amount.minor();
            }
        }
        self.check(!again && sum + twice.minor() == -minor, || {
            format!("line {line} of {minor} counts as {sum} that left and {twice} that had")
        });
        let first = paid.first().copied().unwrap_or(PayoutId(0));
        let free = self.payers.insert(line, first).is_none() && !self.named.contains_key(&line);
        self.check(free, || {
            format!("line {line} pays payouts and something else")
        });
        self.twice.insert(line, twice.minor());
    }

    /// Only the bank's own line brings a payout back, all of it.
    pub(super) fn payout_returned(&mut self, id: PayoutId, line: LineId, cost: Money) {
        let truth = self.truth(line).cloned();
        let Some(owed) = self.owed.get_mut(&id) else {
            return;
        };
        let was_paid = std::mem::replace(&mut owed.paid, false);
        let came = owed.amount.minor() - cost.minor();
        let right = truth.is_some_and(|it| it.what == What::Back(id) && it.minor == came);
        self.check(right && was_paid && cost.is_zero(), || {
            format!("payout {id} counts as come back with line {line}, and did not")
        });
        let free = self.payers.insert(line, id).is_none() && !self.named.contains_key(&line);
        self.check(free, || {
            format!("line {line} brings payout {id} back and is something else")
        });
    }

    /// The import of the line that ended a payout, or brought it back, was taken back: it is as if
    /// the line had not come.
    pub(super) fn payout_unproved(&mut self, id: PayoutId, line: LineId) {
        let came_back = self.truth(line).map(|truth| truth.what.clone()) == Some(What::Back(id));
        self.payers.remove(&line);
        self.twice.remove(&line);
        let Some(owed) = self.owed.get_mut(&id) else {
            return;
        };
        let was_paid = std::mem::replace(&mut owed.paid, came_back);
        self.check(was_paid != came_back, || {
            format!("payout {id} lost line {line}, which did not count")
        });
    }

    /// Another account of the same customer.
    pub(super) fn payee_corrected(&mut self, id: PayoutId, payee: Payee) {
        let order = self.owed.get(&id).and_then(|owed| owed.order);
        let customer = order.and_then(|order| self.deals.get(&order));
        let customer = customer.map(|deal| deal.customer);
        let iban = match payee {
            Payee::CustomerAccount(account) => self.ibans.get(&account).copied(),
            Payee::PayerOf(_) => None,
        };
        let owners = iban.and_then(|iban| self.owners.get(&iban));
        let own = owners.is_some_and(|own| customer.is_some_and(|it| own.contains(&it)));
        let is_exchange = self.owed.get(&id).is_some_and(|owed| owed.of.is_none());
        self.check(own && is_exchange, || {
            format!("payout {id} goes to somebody else's account")
        });
        if let Some(owed) = self.owed.get_mut(&id) {
            owed.payee = iban;
        }
    }

    /// What counts as the bank's word is what the bank said.
    pub(super) fn answered(&mut self, answer: &BankAnswer) {
        let accepted = answer.accepted.iter().map(|payout| (*payout, true));
        let rejected = answer.rejected.iter().map(|it| (it.payout, false));
        let wrong = accepted
            .chain(rejected)
            .find(|said| !self.told.contains(said));
        self.check(wrong.is_none(), || {
            format!("no bank said what counts as its word: {wrong:?}")
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
