//! Statements in the chains of their accounts, and what becomes of their lines.

use kantor_model::Money;
use serde_json::Value;

use crate::Checks;
use crate::life::{OrderState, PayoutState};
use crate::log::At;
use crate::office::{ChainLine, Is, Office, Piece};
use crate::reference::Referent;
use crate::values::{Line, Moves, Question, moved};

impl Office<'_> {
    /// A line that was left to a person, with a reason that is so.
    pub(crate) fn asked(
        &mut self,
        at: &At<'_>,
        proved_through: u64,
        line: Line,
        question: Question,
    ) -> Checks {
        let waits = Question::plain("not_proved_yet");
        let may_ask = match &self.line(at, line)?.is {
            Is::New => true,
            // Proof, and the words of the statement that proves, may change what is asked.
            Is::Question(before) => before.word != "taken_back",
            Is::Receipt { .. } | Is::Payout(_) | Is::Booked(_) | Is::Cover(_) => false,
        };
        at.must(may_ask, || format!("line {line} is no question"))?;
        let proved = line.ordinal <= proved_through;
        let must_wait = !proved && !self.policy(at)?.provisional_funds;
        at.must((question == waits) == must_wait, || {
            format!("line {line} is asked about as {}", question.word)
        })?;
        if !must_wait {
            self.asks_rightly(at, line, &question)?;
        }
        self.line_mut(at, line)?.is = Is::Question(Box::new(question));
        Ok(())
    }

    /// What the question says of the line's text is so. What it says of orders is looked at when
    /// the act is over.
    fn asks_rightly(&self, at: &At<'_>, line: Line, question: &Question) -> Checks {
        let (row, said) = self.said(at, line)?;
        let text = said.text();
        let written = crate::reference::references_in(&text);
        let named = self.known_in(&text);
        let orders: Vec<u64> = named.iter().filter_map(|it| it.order()).collect();
        let payouts: Vec<u64> = named.iter().filter_map(|it| it.payout()).collect();
        let is_so = match question.word.as_str() {
            "reversal" => said.reversal,
            _ if said.reversal => false,
            "no_reference" => written.is_empty(),
            "unknown_reference" => !written.is_empty() && named.is_empty(),
            "several_orders" => named.len() > 1 && question.orders == orders,
            "wrong_direction" => {
                let out = row.amount < 0;
                named.len() == 1
                    && (if out {
                        !orders.is_empty()
                    } else {
                        !payouts.is_empty()
                    })
            }
            "order_has_its_money" => {
                row.amount > 0 && named.len() == 1 && question.orders == orders
            }
            "payout_differs" | "paid_twice" => {
                row.amount < 0 && named.len() == 1 && question.payout == payouts.first().copied()
            }
            _ => false,
        };
        at.must(is_so, || {
            format!(
                "line {line} is asked about as {}, and its text names {named:?}",
                question.word
            )
        })
    }

    pub(crate) fn statement_archived(
        &mut self,
        at: &At<'_>,
        account: u64,
        why: &Value,
    ) -> Checks<Moves> {
        let known = self.account(at, account)?;
        let gap = why.get("gap").and_then(|gap| gap.get("balance"));
        let balance = gap.map(|balance| balance.as_i64());
        at.must(balance.is_none_or(|it| it == Some(known.balance())), || {
            format!("the balance of account {account} is {}", known.balance())
        })?;
        Ok(Moves::new())
    }

    pub(crate) fn receipt_released(
        &mut self,
        at: &At<'_>,
        line: Line,
        order: u64,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        self.released(at, line, order)
    }

    /// A line is its order's money no more; what was exchanged is undone.
    pub(crate) fn released(&mut self, at: &At<'_>, line: Line, order: u64) -> Checks<Moves> {
        let known = self.line(at, line)?;
        let failed = match &known.is {
            Is::Receipt { order: own, failed } if *own == order => *failed,
            _ => return Err(at.wrong(format!("line {line} is not order {order}'s"))),
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
        let currency = self.account(at, line.account)?.currency();
        let amount = Money::new(self.line(at, line)?.amount, currency);
        let mut moves = self.undo_exchange(at, order)?;
        moved(&mut moves, "suspense", "customer-funds", amount);
        let known = self.order_mut(at, order)?;
        known.receipts.retain(|receipt| *receipt != line);
        known.count(amount, failed, -1);
        self.taken_back(at, line)?;
        Ok(moves)
    }

    pub(crate) fn taken_back(&mut self, at: &At<'_>, line: Line) -> Checks {
        let question = Box::new(Question::plain("taken_back"));
        self.line_mut(at, line)?.is = Is::Question(question);
        Ok(())
    }

    pub(crate) fn line_booked(
        &mut self,
        at: &At<'_>,
        line: Line,
        account: &str,
        amount: Money,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        let currency = self.account(at, line.account)?.currency();
        let known = self.line_mut(at, line)?;
        at.must(matches!(known.is, Is::Question(_)), || {
            format!("line {line} is no question")
        })?;
        at.must(amount == Money::new(known.amount, currency), || {
            format!("line {line} is not of {amount}")
        })?;
        let is_named = account
            .strip_prefix("named:")
            .is_some_and(|it| !it.is_empty());
        at.must(is_named, || {
            format!("{account} is no account for what is nobody's order")
        })?;
        known.is = Is::Booked(Box::new((account.to_owned(), amount)));
        let mut moves = Moves::new();
        moved(&mut moves, account, "suspense", amount);
        Ok(moves)
    }

    pub(crate) fn line_booking_reversed(
        &mut self,
        at: &At<'_>,
        line: Line,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        let mut moves = Moves::new();
        match &self.line(at, line)?.is {
            Is::Booked(booked) => moved(&mut moves, "suspense", &booked.0, booked.1),
            Is::New | Is::Question(_) | Is::Receipt { .. } | Is::Payout(_) | Is::Cover(_) => {
                return Err(at.wrong(format!("line {line} was not booked to an account")));
            }
        }
        self.taken_back(at, line)?;
        Ok(moves)
    }

    /// Every line that was booked has become something.
    pub(crate) fn fresh_at_rest(&mut self, at: Option<&At<'_>>) -> Checks {
        for line in std::mem::take(&mut self.fresh) {
            let known = self
                .accounts
                .get(&line.account)
                .and_then(|account| account.line(line.ordinal));
            let is_open = known.is_none_or(|known| known.is == Is::New);
            if is_open {
                let seq = at.map_or(self.archive.head().seq + 1, |at| at.seq);
                let what = format!("nothing became of it before event {seq}");
                return Err(crate::wrong(format!("line {line}"), what));
            }
            if let Some(ChainLine {
                is: Is::Question(question),
                ..
            }) = known
            {
                self.asks_of_orders_rightly(line, question)?;
            }
        }
        Ok(())
    }

    /// Where a question says that an order has its money, or a payout was paid, it is so.
    fn asks_of_orders_rightly(&self, line: Line, question: &Question) -> Checks {
        let fact = || format!("line {line}");
        if question.word == "order_has_its_money" {
            let orders = question.orders.iter();
            let states = orders.filter_map(|order| crate::office::nth(&self.orders, *order));
            for order in states {
                let has = matches!(
                    order.state,
                    OrderState::Funded
                        | OrderState::PayingOut
                        | OrderState::Completed
                        | OrderState::Refunding
                        | OrderState::Refunded
                );
                crate::must(has, fact, || {
                    format!("its order has no money: {}", order.state.name())
                })?;
            }
        }
        if question.word == "paid_twice" {
            let payout = question
                .payout
                .and_then(|it| crate::office::nth(&self.payouts, it));
            let over = payout.is_some_and(|payout| payout.state.is_over());
            crate::must(over, fact, || "its payout was not paid".to_owned())?;
        }
        if question.word == "payout_differs" {
            let payout = question
                .payout
                .and_then(|it| crate::office::nth(&self.payouts, it));
            let same = payout.is_some_and(|payout| self.is_debit_of(line, payout));
            let is_open = payout.is_some_and(|payout| payout.state != PayoutState::Paid);
            crate::must(!(same && is_open), fact, || {
                "its payout does not differ".to_owned()
            })?;
        }
        Ok(())
    }

    /// Every account's chain in the archive was put together as the log says.
    pub(crate) fn chains(&self) -> Checks {
        for (number, account) in &self.accounts {
            let mut wanted = account.pieces.iter();
            let fact = |first: u64, statement: u64| {
                format!("line {number}/{first} (statement {statement})")
            };
            let mut from = 1;
            loop {
                let page = self
                    .archive
                    .segments(*number, from, crate::log::PAGE)
                    .map_err(|fault| crate::wrong(format!("account {number}"), fault))?;
                let Some(last) = page.last() else { break };
                from = last.first_ordinal.saturating_add(last.count.max(1));
                for found in page {
                    let stands = Piece {
                        first: found.first_ordinal,
                        rows: found.rows,
                        position: found.position,
                        count: found.count,
                        statement: found.statement,
                        shift: found.shift,
                    };
                    match wanted.next() {
                        Some(piece) if *piece == stands => {}
                        Some(piece) => {
                            let what = "its place in the chain is not the one that the log gave it";
                            return Err(crate::wrong(fact(piece.first, piece.statement), what));
                        }
                        None => {
                            let fact = fact(stands.first, stands.statement);
                            return Err(crate::wrong(fact, "the log knows nothing of it"));
                        }
                    }
                }
            }
            if let Some(piece) = wanted.next() {
                let fact = fact(piece.first, piece.statement);
                return Err(crate::wrong(fact, "it has lost its place in the chain"));
            }
        }
        Ok(())
    }
}

impl Referent {
    fn order(&self) -> Option<u64> {
        match self {
            Referent::Order(order) => Some(*order),
            Referent::Payout(_) => None,
        }
    }

    fn payout(&self) -> Option<u64> {
        match self {
            Referent::Order(_) => None,
            Referent::Payout(payout) => Some(*payout),
        }
    }
}
