//! Lines about money that went out, or came and was taken back: debits for several payouts, returns,
//! reversals, and lines of that kind which the bank does not confirm.

use std::collections::BTreeSet;

use kantor_model::Money;

use crate::Checks;
use crate::life::{OrderState, order_after, payout_after};
use crate::log::At;
use crate::office::{Office, nth, nth_mut};
use crate::orders::reasoned;
use crate::parts::Is;
use crate::reference::Referent;
use crate::rows::Said;
use crate::values::{Line, Moves, Question, moved};

const PAID_TWICE: &str = "named:paid-twice";
const RETURN_COSTS: &str = "named:return-costs";

/// Words by which banks mark a return where they have no field for it.
const RETURNS: [&str; 8] = [
    "ZWROT",
    "ZWROTNY",
    "ZWROTNE",
    "RETURN",
    "RETURNED",
    "REJECTED",
    "ODRZUCONY",
    "ODRZUCONE",
];

/// A payout that came back, as an event states it.
pub(crate) struct CameBack {
    pub(crate) payout: u64,
    pub(crate) line: Line,
    pub(crate) code: Option<String>,
    pub(crate) cost: Money,
    pub(crate) reason: Option<String>,
}

/// A receipt that the bank took back, as an event states it.
pub(crate) struct Reversal {
    pub(crate) receipt: Line,
    pub(crate) order: u64,
    pub(crate) line: Line,
    pub(crate) reason: Option<String>,
}

impl Office<'_> {
    /// Payouts, and receipts that were taken back, name the new places of lines that moved.
    pub(crate) fn payouts_follow(
        &mut self,
        payouts: &BTreeSet<u64>,
        reversals: Vec<(Line, Line)>,
        place: &impl Fn(&mut Line),
    ) {
        for payout in payouts {
            if let Some(payout) = nth_mut(&mut self.payouts, *payout) {
                payout.paid_by.iter_mut().for_each(place);
                payout.came_back.iter_mut().for_each(place);
            }
        }
        for (here, mut other) in reversals {
            place(&mut other);
            for (one, names) in [(here, other), (other, here)] {
                let line = self.accounts.get_mut(&one.account);
                let line = line.and_then(|account| account.line_mut(one.ordinal));
                if let Some(Is::ReversedBy(it) | Is::Reverses(it)) = line.map(|line| &mut line.is) {
                    *it = names;
                }
            }
        }
        self.sent.follow(place);
    }

    fn money_of(&self, at: &At<'_>, line: Line) -> Checks<Money> {
        let currency = self.account(at, line.account)?.currency();
        Ok(Money::new(self.line(at, line)?.amount, currency))
    }

    fn serves_nobody(&self, at: &At<'_>, line: Line) -> Checks {
        let known = self.line(at, line)?;
        at.must(known.is_whole(), || {
            format!("line {line} serves somebody already")
        })
    }

    /// One debit is these payouts, and the rest of it had left before.
    pub(crate) fn payouts_paid(
        &mut self,
        at: &At<'_>,
        batch: u64,
        line: Line,
        payouts: Vec<u64>,
        twice: Money,
    ) -> Checks<Moves> {
        self.serves_nobody(at, line)?;
        let named = self.together(at, line)?;
        let inside = payouts.iter().all(|payout| named.contains(payout));
        at.must(!payouts.is_empty() && inside, || {
            format!("line {line} is payouts {named:?} and no others")
        })?;
        let mut double = i128::from(twice.minor());
        for payout in named.iter().filter(|payout| !payouts.contains(payout)) {
            let known = self.payout(at, *payout)?;
            at.must(known.state.is_over(), || {
                format!("payout {payout} had not left before")
            })?;
            double -= i128::from(known.amount.minor());
        }
        at.must(double == 0, || {
            format!("not {twice} of line {line} had left before")
        })?;
        let mut moves = Moves::new();
        for payout in &payouts {
            let is_in_it = self.batch(at, batch)?.payouts.contains(payout);
            at.must(is_in_it, || {
                format!("payout {payout} is not in batch {batch}")
            })?;
            let known = self.payout(at, *payout)?;
            let alarmed = known.without_file.is_some_and(|(_, of)| of == line);
            let told = self.told_by_a_void_file(at, *payout, batch)?;
            at.must(!told || alarmed, || {
                format!("line {line} tells of the void batch {batch}, and no alarm says so")
            })?;
            moved(&mut moves, "suspense", "payouts-due", known.amount);
            self.has_file_or_alarm(at, *payout, line)?;
            self.leaves_with(at, *payout, line)?;
        }
        moved(&mut moves, "suspense", PAID_TWICE, twice);
        self.line_mut(at, line)?.is = Is::Together(Box::new((payouts, twice)));
        Ok(moves)
    }

    /// A credit brought a payout back: by a rule when the bank says so and all of it came, by a
    /// person with his reason otherwise.
    pub(crate) fn payout_returned(&mut self, at: &At<'_>, it: CameBack) -> Checks<Moves> {
        let (payout, line, cost) = (it.payout, it.line, it.cost);
        self.serves_nobody(at, line)?;
        let came = self.money_of(at, line)?;
        let known = self.payout(at, payout)?;
        let amount = known.amount;
        let whole = came.plus(cost).ok() == Some(amount);
        let fits = whole && came.is_positive() && !cost.is_negative();
        at.must(fits, || {
            format!("line {line} brings {came}, and payout {payout} was {amount}")
        })?;
        match &it.reason {
            Some(reason) => reasoned(at, reason)?,
            None => {
                let (_, said) = self.said(at, line)?;
                let named = self.known_in(&said.text());
                let is_so = cost.is_zero()
                    && known.account == line.account
                    && named == [Referent::Payout(payout)]
                    && says_that_it_came_back(&said)
                    && !self.sent.left_twice(payout);
                at.must(is_so, || {
                    format!("nothing in line {line} says that payout {payout} came back")
                })?;
                at.must(it.code == said.return_reason, || {
                    format!("the bank gives {:?} as the reason", said.return_reason)
                })?;
            }
        }
        self.payout_step(at, payout)?;
        self.payout_mut(at, payout)?.came_back = Some(line);
        self.line_mut(at, line)?.is = Is::Returned(Box::new((payout, cost)));
        let mut moves = Moves::new();
        moved(&mut moves, "payouts-due", "suspense", came);
        moved(&mut moves, "payouts-due", RETURN_COSTS, cost);
        Ok(moves)
    }

    /// Whether a line takes exactly off what another one had brought.
    pub(crate) fn undoes(&self, at: &At<'_>, line: Line, receipt: Line) -> Checks<bool> {
        let (came, went) = (self.money_of(at, receipt)?, self.money_of(at, line)?);
        let same = came.negated().ok() == Some(went) && line.account == receipt.account;
        Ok(same && came.is_positive())
    }

    /// The bank took a receipt back before its money was on its way out.
    pub(crate) fn receipt_reversed(&mut self, at: &At<'_>, it: &Reversal) -> Checks<Moves> {
        let (receipt, order, line) = (it.receipt, it.order, it.line);
        self.serves_nobody(at, line)?;
        at.must(self.undoes(at, line, receipt)?, || {
            format!("line {line} does not take line {receipt} back")
        })?;
        match &it.reason {
            Some(reason) => reasoned(at, reason)?,
            None => {
                let (_, said) = self.said(at, line)?;
                let named = self.known_in(&said.text());
                let is_so = said.reversal && named == [Referent::Order(order)];
                at.must(is_so, || {
                    format!("the text of line {line} takes nothing of order {order} back")
                })?;
            }
        }
        let known = self.line(at, receipt)?;
        let whole = known
            .share_of(order)
            .filter(|(share, _)| *share == known.amount);
        let (_, failed) =
            whole.ok_or_else(|| at.wrong(format!("line {receipt} is not order {order}'s")))?;
        let state = self.order(at, order)?.state;
        let is_out = matches!(
            state,
            OrderState::PayingOut
                | OrderState::Completed
                | OrderState::Refunding
                | OrderState::Refunded
        );
        at.must(!is_out, || {
            format!("the money of order {order} is out: {}", state.name())
        })?;
        let amount = self.money_of(at, receipt)?;
        let mut moves = self.undo_exchange(at, order)?;
        moved(&mut moves, "suspense", "customer-funds", amount);
        let known = self.order_mut(at, order)?;
        known.receipts.retain(|one| *one != receipt);
        known.count(amount, failed, -1);
        self.line_mut(at, receipt)?.is = Is::ReversedBy(line);
        self.line_mut(at, line)?.is = Is::Reverses(receipt);
        Ok(moves)
    }

    /// The bank does not confirm the line that showed a payout leaving, or coming back.
    pub(crate) fn payout_unproved(
        &mut self,
        at: &At<'_>,
        payout: u64,
        order: Option<u64>,
        line: Line,
    ) -> Checks<Moves> {
        let known = self.payout(at, payout)?;
        at.must(known.order == order, || {
            format!("payout {payout} is not of order {order:?}")
        })?;
        let mut moves = Moves::new();
        let others = self.sent.unproved.take().filter(|(of, _)| *of == line);
        match (self.line(at, line)?.is.clone(), others) {
            (Is::Payout(paid), _) if paid == payout => {}
            (Is::Returned(back), _) if back.0 == payout => {
                return self.did_not_come_back(at, payout, line, back.1);
            }
            (Is::Together(paid), _) if paid.0.contains(&payout) => {
                moved(&mut moves, PAID_TWICE, "suspense", paid.1);
                let rest = paid.0.into_iter().filter(|it| *it != payout);
                self.sent.unproved = Some((line, rest.collect()));
            }
            (_, Some((_, mut rest))) if rest.contains(&payout) => {
                rest.retain(|it| *it != payout);
                self.sent.unproved = Some((line, rest));
            }
            _ => return Err(at.wrong(format!("line {line} did not pay it"))),
        }
        self.taken_back(at, line)?;
        let known = self.payout(at, payout)?;
        let amount = known.amount;
        if known.paid_by == Some(line) {
            moved(&mut moves, "payouts-due", "suspense", amount);
            self.payout_step(at, payout)?;
            self.payout_mut(at, payout)?.paid_by = None;
            if let Some(order) = order {
                let known = self.order_mut(at, order)?;
                known.state = match known.state {
                    OrderState::Refunded => OrderState::Refunding,
                    state => order_after(state, at.kind, None).unwrap_or(state),
                };
            }
        } else {
            // Another line has paid it since: less has left than stands there.
            moved(&mut moves, PAID_TWICE, "suspense", amount);
        }
        Ok(moves)
    }

    fn did_not_come_back(
        &mut self,
        at: &At<'_>,
        payout: u64,
        line: Line,
        cost: Money,
    ) -> Checks<Moves> {
        let came = self.money_of(at, line)?;
        let known = self.payout(at, payout)?;
        let has_left = known.came_back == Some(line) && payout_after(known.state, "paid").is_some();
        let to = if has_left { "payouts-due" } else { PAID_TWICE };
        let mut moves = Moves::new();
        moved(&mut moves, "suspense", to, came);
        moved(&mut moves, RETURN_COSTS, to, cost);
        self.taken_back(at, line)?;
        if has_left {
            self.payout_moves(at, payout, "paid")?;
        } else {
            self.sent.stayed_away = Some(payout);
        }
        if known_came_back(self, payout) == Some(line) {
            self.payout_mut(at, payout)?.came_back = None;
        }
        Ok(moves)
    }

    /// What a question says of a payout that came back, or of a debit for several, is so.
    pub(crate) fn asks_of_payouts(&self, at: &At<'_>, line: Line, asks: &Question) -> Checks {
        let (row, said) = self.said(at, line)?;
        let named = self.known_in(&said.text());
        let alone = |payout: Option<u64>| match named[..] {
            [Referent::Payout(only)] => payout == Some(only),
            _ => false,
        };
        let is_so = match asks.word.as_str() {
            "return_unsure" => row.amount > 0 && alone(asks.payout),
            "paid_twice" => {
                let together = self.together(at, line)?;
                let among = asks.payout.is_some_and(|it| together.contains(&it));
                row.amount < 0 && !said.reversal && (alone(asks.payout) || among)
            }
            _ => {
                let exists = asks
                    .batch
                    .is_some_and(|it| nth(&self.batches, it).is_some());
                row.amount < 0 && exists
            }
        };
        at.must(is_so, || {
            format!(
                "line {line} is asked about as {}, and its text names {named:?}",
                asks.word
            )
        })
    }
}

fn known_came_back(office: &Office<'_>, payout: u64) -> Option<Line> {
    nth(&office.payouts, payout)?.came_back
}

fn says_that_it_came_back(said: &Said) -> bool {
    let text = said.text();
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    said.return_reason.is_some()
        || said.reversal
        || words.any(|word| RETURNS.contains(&word.to_uppercase().as_str()))
}
