//! What a person does with a line that is a question, and how he takes it back.

use kantor_model::Money;

use crate::Checks;
use crate::life::{OrderState, PayoutState};
use crate::log::At;
use crate::office::Office;
use crate::orders::reasoned;
use crate::parts::{Is, Of, Part};
use crate::values::{Line, Moves, Question, moved};

impl Office<'_> {
    pub(crate) fn receipt_released(
        &mut self,
        at: &At<'_>,
        line: Line,
        order: u64,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        self.released(at, line, order)
    }

    /// A line is its order's money no more; what was exchanged is undone.
    pub(crate) fn released(&mut self, at: &At<'_>, line: Line, order: u64) -> Checks<Moves> {
        let Some((share, failed)) = self.line(at, line)?.share_of(order) else {
            return Err(at.wrong(format!("line {line} is not order {order}'s")));
        };
        let state = self.order(at, order)?.state;
        let is_here = matches!(
            state,
            OrderState::AwaitingFunds
                | OrderState::Funded
                | OrderState::Held(_)
                | OrderState::AwaitingConsent
        );
        at.must(is_here, || {
            format!("the money of order {order} is {}", state.name())
        })?;
        let amount = Money::new(share, self.account(at, line.account)?.currency());
        let mut moves = self.undo_exchange(at, order)?;
        moved(&mut moves, "suspense", "customer-funds", amount);
        let known = self.order_mut(at, order)?;
        known.receipts.retain(|receipt| *receipt != line);
        known.count(amount, failed, -1);
        self.line_mut(at, line)?
            .take_back(|of| matches!(of, Of::Receipt { order: own, .. } if *own == order));
        Ok(moves)
    }

    pub(crate) fn taken_back(&mut self, at: &At<'_>, line: Line) -> Checks {
        let question = Box::new(Question::plain("taken_back"));
        self.line_mut(at, line)?.is = Is::Question(question);
        Ok(())
    }

    /// What is open of a line, which is so much: all that nobody has of it.
    fn all_open(&self, at: &At<'_>, line: Line, amount: Money) -> Checks {
        let currency = self.account(at, line.account)?.currency();
        let open = self.line(at, line)?.open();
        let open = open.ok_or_else(|| at.wrong(format!("line {line} is no question")))?;
        at.must(amount == Money::new(open, currency), || {
            format!("line {line} is not of {amount}")
        })
    }

    pub(crate) fn line_booked(
        &mut self,
        at: &At<'_>,
        line: Line,
        account: &str,
        amount: Money,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        self.all_open(at, line, amount)?;
        let is_named = account
            .strip_prefix("named:")
            .is_some_and(|it| !it.is_empty());
        at.must(is_named, || {
            format!("{account} is no account for what is nobody's order")
        })?;
        self.line_mut(at, line)?.give(Part {
            amount: amount.minor(),
            of: Of::Booked(account.to_owned()),
        });
        let mut moves = Moves::new();
        moved(&mut moves, account, "suspense", amount);
        Ok(moves)
    }

    /// A booking, or a refund of a line that has not gone out, is undone.
    pub(crate) fn line_booking_reversed(
        &mut self,
        at: &At<'_>,
        line: Line,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        // A receipt and the line that took it back are questions again, each with its money.
        if let Is::ReversedBy(other) | Is::Reverses(other) = self.line(at, line)?.is {
            self.taken_back(at, other)?;
            self.taken_back(at, line)?;
            return Ok(Moves::new());
        }
        let currency = self.account(at, line.account)?.currency();
        let part = self
            .line_mut(at, line)?
            .take_back(|of| matches!(of, Of::Booked(_) | Of::Refunded(_)));
        let part =
            part.ok_or_else(|| at.wrong(format!("line {line} was not booked to an account")))?;
        let mut moves = Moves::new();
        let amount = Money::new(part.amount, currency);
        match &part.of {
            Of::Booked(account) => moved(&mut moves, "suspense", account, amount),
            Of::Refunded(payout) => {
                let state = self.payout(at, *payout)?.state;
                at.must(state == PayoutState::Withdrawn, || {
                    format!("payout {payout} sends it back: {}", state.name())
                })?;
                moved(&mut moves, "suspense", "payouts-due", amount);
            }
            Of::Receipt { .. } => {}
        }
        Ok(moves)
    }

    /// Money of nobody goes back to where it came from; the payout that takes it follows.
    pub(crate) fn line_refunded(
        &mut self,
        at: &At<'_>,
        line: Line,
        payout: u64,
        amount: Money,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        self.all_open(at, line, amount)?;
        at.must(amount.is_positive(), || {
            format!("line {line} brings no money")
        })?;
        let proved = self.account(at, line.account)?.proved_through;
        at.must(line.ordinal <= proved, || {
            format!("no closing balance proves line {line}")
        })?;
        let number = self.payouts.len() as u64 + 1;
        at.must(payout == number, || {
            format!("the payout is number {number}, not {payout}")
        })?;
        self.line_mut(at, line)?.give(Part {
            amount: amount.minor(),
            of: Of::Refunded(payout),
        });
        Ok(Moves::new())
    }

    /// A payout of no order gives back what of a line was to go back, where it came from.
    pub(crate) fn line_goes_back(
        &self,
        at: &At<'_>,
        line: Line,
        (payout, amount, account): (u64, Money, u64),
    ) -> Checks<Moves> {
        let currency = self.account(at, line.account)?.currency();
        let known = self.line(at, line)?;
        let goes = known
            .parts()
            .iter()
            .find(|part| part.of == Of::Refunded(payout));
        let wanted = goes.map(|part| (Money::new(part.amount, currency), line.account));
        at.must(wanted == Some((amount, account)), || {
            format!("nobody sent {amount} of line {line} back from account {account}")
        })?;
        let mut moves = Moves::new();
        moved(&mut moves, "payouts-due", "suspense", amount);
        Ok(moves)
    }

    pub(crate) fn line_assigned(&self, at: &At<'_>, line: Line) -> Checks<Moves> {
        let open = self.line(at, line)?.open();
        at.must(open.is_some(), || format!("line {line} is no question"))?;
        Ok(Moves::new())
    }

    /// A debit of one account is the credit of another.
    pub(crate) fn own_paired(
        &mut self,
        at: &At<'_>,
        (debit, credit): (Line, Line),
        amount: Money,
        reason: Option<&str>,
    ) -> Checks<Moves> {
        reasoned(at, reason.unwrap_or_default())?;
        let out = amount.negated().map_err(|error| at.wrong(error))?;
        at.must(
            debit.account != credit.account && amount.is_positive(),
            || format!("lines {debit} and {credit} are no transfer between accounts"),
        )?;
        for (line, other, amount) in [(debit, credit, out), (credit, debit, amount)] {
            self.all_open(at, line, amount)?;
            let known = self.line_mut(at, line)?;
            at.must(known.is_question(), || {
                format!("line {line} is no question as a whole")
            })?;
            known.is = Is::Own(other);
        }
        Ok(Moves::new())
    }

    pub(crate) fn own_unpaired(
        &mut self,
        at: &At<'_>,
        (debit, credit): (Line, Line),
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        for (line, other) in [(debit, credit), (credit, debit)] {
            let is = &self.line(at, line)?.is;
            at.must(*is == Is::Own(other), || {
                format!("line {line} is not the other side of line {other}")
            })?;
            self.taken_back(at, line)?;
        }
        Ok(Moves::new())
    }
}
