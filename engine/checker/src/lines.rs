//! Statements in the chains of their accounts, and what becomes of their lines.

use serde_json::Value;

use crate::Checks;
use crate::life::{OrderState, PayoutState};
use crate::log::At;
use crate::office::{Office, Piece};
use crate::parts::{ChainLine, Is};
use crate::payers::Payer;
use crate::reference::Referent;
use crate::rows::Said;
use crate::values::{Line, Moves, Question};

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
            Is::Parts(_)
            | Is::Payout(_)
            | Is::Together(_)
            | Is::Returned(_)
            | Is::ReversedBy(_)
            | Is::Reverses(_)
            | Is::Cover(_)
            | Is::Own(_) => false,
        };
        at.must(may_ask, || format!("line {line} is no question"))?;
        let proved = line.ordinal <= proved_through;
        let must_wait = !proved && !self.policy(at)?.provisional_funds;
        at.must((question == waits) == must_wait, || {
            format!("line {line} is asked about as {}", question.word)
        })?;
        if !must_wait {
            self.asks_rightly(at, line, &question)?;
            self.looked_at(line);
            self.act.unexplained.insert(line);
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
        let orders: Vec<u64> = named.iter().filter_map(Referent::order).collect();
        let payouts: Vec<u64> = named.iter().filter_map(Referent::payout).collect();
        let is_so = match question.word.as_str() {
            "batch_differs" | "return_unsure" | "paid_twice" => {
                return self.asks_of_payouts(at, line, question);
            }
            "reversal" => said.reversal,
            _ if said.reversal => false,
            "no_reference" => written.is_empty(),
            "own_transfer" => {
                written.is_empty()
                    && question
                        .account
                        .is_some_and(|other| self.is_of_own(line, other, &said))
            }
            "proposed" => {
                written.is_empty()
                    && self.rule_proposes(at, line, (&row, &said), question.ledger.as_deref())
            }
            "unknown_reference" => !written.is_empty() && named.is_empty(),
            "several_orders" if named.len() > 1 => question.orders == orders,
            "several_orders" => {
                let others = question.orders.iter().filter(|it| !orders.contains(it));
                question.orders.len() > 1
                    && (orders.is_empty() || question.orders.first() == orders.first())
                    && self.are_payers_orders(at, others.copied(), (row.amount, &said))?
            }
            "covers_orders" => {
                let orders = question.orders.iter().copied();
                let sum: i64 = question.shares.iter().map(|share| share.minor()).sum();
                written.is_empty()
                    && question.orders.len() > 1
                    && sum == row.amount
                    && self.shares_are_wanted(at, question)?
                    && self.are_payers_orders(at, orders, (row.amount, &said))?
            }
            "several_lines" | "part_of" => {
                let orders = question.orders.iter().copied();
                written.is_empty() && self.are_payers_orders(at, orders, (row.amount, &said))?
            }
            "wrong_direction" => {
                let out = row.amount < 0;
                named.len() == 1
                    && (if out {
                        !orders.is_empty()
                    } else {
                        !payouts.is_empty()
                    })
            }
            "order_has_its_money" if named.is_empty() => {
                let orders = question.orders.iter().copied();
                self.are_payers_orders(at, orders, (row.amount, &said))?
            }
            "order_has_its_money" => {
                row.amount > 0 && named.len() == 1 && question.orders == orders
            }
            "payout_differs" => {
                let parts = said.parts.iter().flat_map(|it| self.known_in(&it.text()));
                let in_parts: Vec<u64> = parts.filter_map(|it| it.payout()).collect();
                let mut all = payouts.iter().chain(&in_parts);
                let among = question.payout.is_some_and(|it| all.any(|one| *one == it));
                row.amount < 0 && among
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

    /// Whether a proposal gives each order exactly what it asks for.
    fn shares_are_wanted(&self, at: &At<'_>, question: &Question) -> Checks<bool> {
        for (number, share) in question.orders.iter().zip(&question.shares) {
            let order = self.order(at, *number)?;
            if order.terms.gives != *share || !order.receipts.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether orders are of customers who may have paid a line that brings money.
    fn are_payers_orders(
        &self,
        at: &At<'_>,
        orders: impl Iterator<Item = u64>,
        (minor, said): (i64, &Said),
    ) -> Checks<bool> {
        let payers = self.payers(at.moment, said);
        for number in orders {
            let order = self.order(at, number)?;
            let payer = self.payer_among(order.customer, &payers);
            let his = matches!(payer, Payer::Own | Payer::Untold);
            if !his || minor <= 0 {
                return Ok(false);
            }
        }
        Ok(true)
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

    /// Every line that was booked has become something.
    pub(crate) fn fresh_at_rest(&mut self, at: Option<&At<'_>>) -> Checks {
        self.found_rightly()?;
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
    pub(crate) fn order(&self) -> Option<u64> {
        match self {
            Referent::Order(order) => Some(*order),
            Referent::Payout(_) => None,
        }
    }

    pub(crate) fn payout(&self) -> Option<u64> {
        match self {
            Referent::Order(_) => None,
            Referent::Payout(payout) => Some(*payout),
        }
    }
}
