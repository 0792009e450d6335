//! Money owed out: its identity once, its amount, its payee, and the bank's own line that ends it.

use kantor_model::Money;

use crate::Checks;
use crate::form::{Fields, Misread};
use crate::life::{BatchState, OrderState, PayoutState, payout_after};
use crate::log::At;
use crate::office::{Office, Payout, PayoutKind};
use crate::parts::Is;
use crate::reference::{Referent, payout_reference};
use crate::sent::Alarm;
use crate::values::{Line, Moves, Payee, moved};

/// A payout as it came to be owed.
pub(crate) struct Due {
    payout: u64,
    order: Option<u64>,
    kind: String,
    amount: Money,
    account: u64,
    payee: Payee,
}

impl Due {
    pub(crate) fn read(facts: &Fields<'_>) -> Result<Due, Misread> {
        Ok(Due {
            payout: facts.get("payout")?,
            order: facts.get("order")?,
            kind: facts.get("kind")?,
            amount: facts.get("amount")?,
            account: facts.get("account")?,
            payee: facts.get("payee")?,
        })
    }
}

impl Office<'_> {
    pub(crate) fn payout_due(&mut self, at: &At<'_>, due: &Due) -> Checks<Moves> {
        let number = self.payouts.len() as u64 + 1;
        at.must(due.payout == number, || {
            format!("the payout is number {number}, not {}", due.payout)
        })?;
        at.must(payout_reference(number).is_some(), || {
            "no reference is left for it".to_owned()
        })?;
        let (kind, moves) = match (due.kind.as_str(), due.order, due.payee) {
            ("exchange", Some(order), _) => {
                (PayoutKind::Exchange, self.exchange_due(at, due, order)?)
            }
            ("refund", Some(order), _) => (PayoutKind::Refund, self.back_due(at, due, order)?),
            ("difference", Some(order), _) => {
                (PayoutKind::Difference, self.back_due(at, due, order)?)
            }
            ("refund", None, Payee::PayerOf(line)) => {
                let what = (number, due.amount, due.account);
                (PayoutKind::Refund, self.line_goes_back(at, line, what)?)
            }
            (kind, _, _) => return Err(at.wrong(format!("such a payout of kind {kind} cannot be"))),
        };
        self.payouts.push(Payout {
            order: due.order,
            kind,
            amount: due.amount,
            account: due.account,
            payee: due.payee,
            state: PayoutState::Due,
            without_file: None,
            batch: None,
            paid_by: None,
            came_back: None,
            void_file: None,
        });
        if let Some(order) = due.order {
            self.order_mut(at, order)?.payouts.push(number);
        }
        Ok(moves)
    }

    /// The customer's side of an exchange: once, what he gets, to the account that he named.
    fn exchange_due(&self, at: &At<'_>, due: &Due, id: u64) -> Checks<Moves> {
        let order = self.order(at, id)?;
        at.must(order.state == OrderState::Funded, || {
            format!("order {} is {}", id, order.state.name())
        })?;
        let mut live = self.live_payouts(id);
        if let Some((payout, _)) = live.find(|(_, it)| it.kind == PayoutKind::Exchange) {
            let what = format!("order {} is paid by payout {payout} already", id);
            return Err(at.wrong(what));
        }
        let wanted = (
            order.terms.gets,
            order.pay_out,
            Payee::CustomerAccount(order.paid_to),
        );
        at.must((due.amount, due.account, due.payee) == wanted, || {
            format!(
                "order {} is paid {} from account {} to {:?}",
                id, wanted.0, wanted.1, wanted.2
            )
        })?;
        Ok(Moves::new())
    }

    /// Money back, all of a receipt or what came too much, to the account that it came from.
    fn back_due(&mut self, at: &At<'_>, due: &Due, id: u64) -> Checks<Moves> {
        let order = self.order(at, id)?;
        let is_refund = due.kind == "refund";
        let wanted = if is_refund {
            OrderState::Refunding
        } else {
            OrderState::Funded
        };
        at.must(order.state == wanted, || {
            format!("order {} is {}", id, order.state.name())
        })?;
        let Payee::PayerOf(line) = due.payee else {
            return Err(at.wrong("money goes back only to the account that it came from"));
        };
        let known = self.line(at, line)?;
        let share = known.share_of(id).map(|(share, _)| share);
        let share = share.ok_or_else(|| at.wrong(format!("line {line} is not order {id}'s")))?;
        let currency = self.account(at, line.account)?.currency();
        let came = Money::new(share, currency);
        let fits = due.amount.currency() == currency && due.amount.is_positive();
        let all = !is_refund || due.amount == came;
        at.must(fits && all && due.account == line.account, || {
            format!("{came} came with line {line}, on account {}", line.account)
        })?;
        let live = self.live_payouts(id);
        let goes_back: i128 = live
            .filter(|(_, it)| it.payee == due.payee)
            .map(|(_, it)| i128::from(it.amount.minor()))
            .sum();
        let left = i128::from(came.minor()) - goes_back;
        at.must(i128::from(due.amount.minor()) <= left, || {
            format!("line {line} goes back already")
        })?;
        let mut moves = Moves::new();
        moved(&mut moves, "payouts-due", "customer-funds", due.amount);
        let order = self.order_mut(at, id)?;
        order.use_up(due.amount, 1);
        if !is_refund {
            moved(
                &mut order.difference,
                "payouts-due",
                "customer-funds",
                due.amount,
            );
        }
        Ok(moves)
    }

    /// An order's payouts that were not withdrawn.
    pub(crate) fn live_payouts(&self, order: u64) -> impl Iterator<Item = (u64, &Payout)> {
        let order = crate::office::nth(&self.orders, order);
        let payouts = order.map_or(&[][..], |order| &order.payouts);
        payouts
            .iter()
            .filter_map(|number| Some((*number, crate::office::nth(&self.payouts, *number)?)))
            .filter(|(_, payout)| payout.state != PayoutState::Withdrawn)
    }

    /// Moves a payout along its life.
    pub(crate) fn payout_step(&mut self, at: &At<'_>, payout: u64) -> Checks {
        self.payout_moves(at, payout, at.kind)
    }

    /// The same, by one of several things that an event says.
    pub(crate) fn payout_moves(&mut self, at: &At<'_>, payout: u64, what: &str) -> Checks {
        let known = self.payout(at, payout)?;
        let next = payout_after(known.state, what).ok_or_else(|| {
            at.wrong(format!(
                "payout {payout} is {}, and {} cannot be",
                known.state.name(),
                at.kind
            ))
        })?;
        let order = known.order;
        self.payout_mut(at, payout)?.state = next;
        self.touched.extend(order);
        Ok(())
    }

    pub(crate) fn payout_withdrawn(&mut self, at: &At<'_>, payout: u64) -> Checks<Moves> {
        self.payout_step(at, payout)?;
        Ok(Moves::new())
    }

    pub(crate) fn payout_paid(&mut self, at: &At<'_>, payout: u64, line: Line) -> Checks<Moves> {
        let known = self.payout(at, payout)?;
        self.has_file_or_alarm(at, payout, line)?;
        at.must(self.is_debit_of(line, known), || {
            format!("line {line} is no debit of {} on its account", known.amount)
        })?;
        let amount = known.amount;
        self.debited(at, payout, line)?;
        self.leaves_with(at, payout, line)?;
        self.line_mut(at, line)?.is = Is::Payout(payout);
        let mut moves = Moves::new();
        moved(&mut moves, "suspense", "payouts-due", amount);
        Ok(moves)
    }

    /// Where no file in force holds a payout that leaves, an alarm says so.
    pub(crate) fn has_file_or_alarm(&self, at: &At<'_>, payout: u64, line: Line) -> Checks {
        let known = self.payout(at, payout)?;
        let alarmed = known.without_file.is_some_and(|(_, of)| of == line);
        at.must(!is_without_file(known.state) || alarmed, || {
            format!("no file in force holds payout {payout}, and no alarm says so")
        })
    }

    /// The bank's line shows a payout leaving.
    pub(crate) fn leaves_with(&mut self, at: &At<'_>, payout: u64, line: Line) -> Checks {
        self.payout_moves(at, payout, "paid")?;
        self.payout_mut(at, payout)?.paid_by = Some(line);
        Ok(())
    }

    /// Whether a line takes exactly a payout's amount off its account.
    pub(crate) fn is_debit_of(&self, line: Line, payout: &Payout) -> bool {
        let account = self.accounts.get(&line.account);
        let known =
            account.and_then(|account| Some((account.currency(), account.line(line.ordinal)?)));
        known.is_some_and(|(currency, known)| {
            let negated = payout.amount.minor().checked_neg();
            payout.account == line.account
                && payout.amount.currency() == currency
                && negated == Some(known.amount)
        })
    }

    /// A debit that serves nobody yet and has this payout's reference, and no other, in its text.
    fn debited(&self, at: &At<'_>, payout: u64, line: Line) -> Checks {
        let known = self.line(at, line)?;
        at.must(known.is_whole(), || {
            format!("line {line} serves somebody already")
        })?;
        let (row, said) = self.said(at, line)?;
        let named = self.known_in(&said.text());
        let is_so = row.amount < 0 && !said.reversal && named == [Referent::Payout(payout)];
        at.must(is_so, || {
            format!("the text of line {line} names {named:?}, not payout {payout} alone")
        })
    }

    pub(crate) fn paid_twice(&mut self, at: &At<'_>, payout: u64, line: Line) -> Checks<Moves> {
        let known = self.payout(at, payout)?;
        at.must(known.state.is_over(), || {
            format!("payout {payout} is {}", known.state.name())
        })?;
        // What came back did not after all, and it has left again since.
        let left_again = known.paid_by == Some(line) && self.sent.stayed_away == Some(payout);
        if !left_again {
            self.is_second_debit(at, payout, line)?;
        }
        self.sent.raise(Alarm::PaidTwice { payout, line });
        Ok(Moves::new())
    }

    fn is_second_debit(&self, at: &At<'_>, payout: u64, line: Line) -> Checks {
        match &self.line(at, line)?.is {
            Is::Question(question) if question.word == "paid_twice" => {
                let alone = question.payout == Some(payout);
                let is_so = alone || self.together(at, line)?.contains(&payout);
                at.must(is_so, || {
                    format!("line {line} does not name payout {payout}")
                })
            }
            // A part of one debit for several had left before.
            Is::Together(paid) => {
                let before = !paid.0.contains(&payout) && !paid.1.is_zero();
                let is_so = before && self.together(at, line)?.contains(&payout);
                at.must(is_so, || {
                    format!("line {line} does not pay payout {payout}")
                })
            }
            _ => Err(at.wrong(format!("nobody is asked about line {line}"))),
        }
    }

    pub(crate) fn paid_without_file(
        &mut self,
        at: &At<'_>,
        payout: u64,
        line: Line,
    ) -> Checks<Moves> {
        let known = self.payout(at, payout)?;
        at.must(is_without_file(known.state), || {
            format!(
                "a file in force holds payout {payout}: {}",
                known.state.name()
            )
        })?;
        let void = known.void_file;
        at.must(void.is_none(), || {
            format!("payout {payout} stands in the file of the voided batch {void:?}")
        })?;
        self.may_pay(at, payout, line)?;
        self.payout_mut(at, payout)?.without_file = Some((at.seq, line));
        self.sent.raise(Alarm::PaidWithoutFile { payout, line });
        Ok(Moves::new())
    }

    pub(crate) fn paid_from_void_file(
        &mut self,
        at: &At<'_>,
        payout: u64,
        line: Line,
        batch: u64,
    ) -> Checks<Moves> {
        let known = self.payout(at, payout)?;
        let is_so = is_without_file(known.state) && known.void_file == Some(batch);
        // A file before the last one, or one while its payouts stand in a later one.
        let file = self.batch(at, batch)?;
        let is_void = file.is_written && file.state == BatchState::Voided;
        let named = is_void
            && file.payouts.contains(&payout)
            && payout_after(known.state, "paid").is_some()
            && self.names_file(at, line, batch)?;
        at.must(is_so || named, || {
            format!("payout {payout} does not stand in a void file of batch {batch}")
        })?;
        self.may_pay(at, payout, line)?;
        self.payout_mut(at, payout)?.without_file = Some((at.seq, line));
        self.sent.raise(Alarm::PaidFromVoidFile {
            payout,
            line,
            batch,
        });
        Ok(Moves::new())
    }

    /// Whether a file that was written from a void batch holds a payout that stands in a later file
    /// by now.
    pub(crate) fn told_by_a_void_file(&self, at: &At<'_>, payout: u64, batch: u64) -> Checks<bool> {
        let known = self.batch(at, batch)?;
        let is_void = known.is_written && known.state == BatchState::Voided;
        let is_awaited = matches!(
            self.payout(at, payout)?.state,
            PayoutState::Exported | PayoutState::Accepted | PayoutState::Unknown
        );
        Ok(is_void && is_awaited && known.payouts.contains(&payout))
    }

    /// A debit that names a payout, alone or with others of its batch.
    fn may_pay(&self, at: &At<'_>, payout: u64, line: Line) -> Checks {
        if self.together(at, line)?.contains(&payout) {
            return Ok(());
        }
        self.debited(at, payout, line)
    }
}

/// No file in force holds the payout.
fn is_without_file(state: PayoutState) -> bool {
    matches!(
        state,
        PayoutState::Due | PayoutState::InBatch | PayoutState::Approved
    )
}
