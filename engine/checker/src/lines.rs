//! Statements in the chains of their accounts, and what becomes of their lines.

use kantor_model::Money;
use serde_json::Value;

use crate::form::{Fields, Misread};
use crate::life::{OrderState, PayoutState};
use crate::log::At;
use crate::office::{ChainLine, Is, Office, Piece};
use crate::reference::Referent;
use crate::values::{Line, Moves, Question, moved};
use crate::{Checks, Digest};

/// A statement that was booked.
pub(crate) struct Booking {
    pub(crate) statement: u64,
    pub(crate) account: u64,
    pub(crate) file: Digest,
    pub(crate) index: u32,
    pub(crate) read_by: String,
    pub(crate) number: Option<String>,
    pub(crate) opening: i64,
    pub(crate) closing: Option<i64>,
    pub(crate) after: u64,
    pub(crate) known: u64,
    pub(crate) new: u64,
    pub(crate) rows: Digest,
    net: i64,
    proved_through: u64,
    proved_balance: i64,
}

impl Booking {
    pub(crate) fn read(booking: &Fields<'_>) -> Result<Booking, Misread> {
        Ok(Booking {
            statement: booking.get("statement")?,
            account: booking.get("account")?,
            file: booking.get("file")?,
            index: booking.get("index")?,
            read_by: booking.get("read_by")?,
            number: booking.get("number")?,
            opening: booking.get("opening")?,
            closing: booking.get("closing")?,
            after: booking.get("after")?,
            known: booking.get("known")?,
            new: booking.get("new")?,
            rows: booking.get("rows")?,
            net: booking.get("net")?,
            proved_through: booking.get("proved_through")?,
            proved_balance: booking.get("proved_balance")?,
        })
    }

    /// The ordinal of its last line.
    fn last(&self) -> u64 {
        self.after
            .saturating_add(self.known)
            .saturating_add(self.new)
    }
}

impl Office<'_> {
    pub(crate) fn statement_booked(
        &mut self,
        at: &At<'_>,
        booking: &Booking,
        questions: Vec<(u64, Question)>,
    ) -> Checks<Moves> {
        let number = self.statements + 1;
        at.must(booking.statement == number, || {
            format!(
                "the statement is number {number}, not {}",
                booking.statement
            )
        })?;
        self.statements = number;
        let lines = self.placed(at, booking)?;
        let moves = self.proved(at, booking)?;
        let account = self
            .accounts
            .get_mut(&booking.account)
            .ok_or_else(|| at.wrong("its account was never opened"))?;
        let first = account.count() + 1;
        if booking.new > 0 {
            account.pieces.push(Piece {
                first,
                rows: booking.rows,
                position: booking.known,
                count: booking.new,
                statement: booking.statement,
            });
        }
        account.lines.extend(lines);
        account.proved_through = booking.proved_through;
        account.proved_balance = booking.proved_balance;
        let line = |ordinal| Line {
            account: booking.account,
            ordinal,
        };
        self.fresh.extend((first..=booking.last()).map(line));
        for (ordinal, question) in questions {
            self.asked(at, booking, line(ordinal), question)?;
        }
        Ok(moves)
    }

    /// The rows are those of their hash, begin where the statement says, agree with the lines that
    /// were known, and each balance is the one before plus the line. Answers the new ones.
    fn placed(&self, at: &At<'_>, booking: &Booking) -> Checks<Vec<ChainLine>> {
        let account = self.account(at, booking.account)?;
        let fact = || format!("statement {} (event {})", booking.statement, at.seq);
        let wrong = |what: String| crate::wrong(fact(), what);
        let begins = booking.after.saturating_add(booking.known);
        if begins != account.count() {
            return Err(wrong(format!(
                "its new lines begin after line {begins}, the account has {}",
                account.count()
            )));
        }
        if account.balance_at(booking.after) != Some(booking.opening) {
            return Err(wrong(format!(
                "its opening {} is not the balance after line {}",
                booking.opening, booking.after
            )));
        }
        let mut lines = Vec::new();
        if booking.new == 0 {
            // Its rows add nothing, and are not kept.
            return Ok(lines);
        }
        let mut balance = booking.opening;
        let mut ordinal = booking.after;
        let mut first_wrong = None;
        let count = self.rows.all(&booking.rows, &fact, &mut |row| {
            ordinal += 1;
            balance = balance.saturating_add(row.amount);
            let known = account.line(ordinal);
            let differs =
                balance != row.balance_after || known.is_some_and(|line| line.amount != row.amount);
            if differs && first_wrong.is_none() {
                first_wrong = Some(ordinal);
            }
            if known.is_none() {
                lines.push(ChainLine {
                    amount: row.amount,
                    balance: row.balance_after,
                    is: Is::New,
                });
            }
        });
        if let Some(ordinal) = first_wrong {
            let what = match count {
                Ok(_) => "it is not what stood there, or its balance does not follow".to_owned(),
                Err(differs) => differs.what,
            };
            let fact = format!("line {}/{ordinal} in {}", booking.account, fact());
            return Err(crate::wrong(fact, what));
        }
        let said = booking.known.saturating_add(booking.new);
        match count? {
            count if count == said => Ok(lines),
            count => Err(wrong(format!("it has {count} rows, the event says {said}"))),
        }
    }

    /// The closing balance proves what it can, and the books follow.
    fn proved(&self, at: &At<'_>, booking: &Booking) -> Checks<Moves> {
        let account = self.account(at, booking.account)?;
        let money = |minor| Money::new(minor, account.currency());
        let after = match account.line(booking.last()) {
            Some(line) => Some(line.balance),
            None => account.balance().checked_add(booking.net),
        };
        if let Some(closing) = booking.closing {
            at.must(after == Some(closing), || {
                format!("its closing balance {closing} is not opening plus lines")
            })?;
        }
        // A closing balance proves its lines only where its opening stands on proved ground.
        let proves =
            booking.after <= account.proved_through && booking.last() > account.proved_through;
        let (through, balance) = match booking.closing {
            Some(closing) if proves => (booking.last(), closing),
            Some(_) | None => (account.proved_through, account.proved_balance),
        };
        let told = (booking.proved_through, booking.proved_balance);
        at.must(told == (through, balance), || {
            format!("the chain is proved through line {through}, at {balance}, not {told:?}")
        })?;
        let change = balance
            .checked_sub(account.proved_balance)
            .ok_or_else(|| at.wrong("its balance is too large"))?;
        let rest = booking
            .net
            .checked_sub(change)
            .ok_or_else(|| at.wrong("its lines are too large"))?;
        let mut moves = Moves::new();
        let bank = format!("bank:{}", booking.account);
        let provisional = format!("bank-provisional:{}", booking.account);
        moved(&mut moves, "suspense", &bank, money(change));
        moved(&mut moves, "suspense", &provisional, money(rest));
        Ok(moves)
    }

    /// A line that was left to a person, with a reason that is so.
    fn asked(&mut self, at: &At<'_>, booking: &Booking, line: Line, question: Question) -> Checks {
        let waits = Question::plain("not_proved_yet");
        let may_ask = match &self.line(at, line)?.is {
            Is::New => true,
            Is::Question(before) => **before == waits,
            Is::Receipt { .. } | Is::Payout(_) | Is::Booked(_) | Is::Cover(_) => false,
        };
        at.must(may_ask, || format!("line {line} is no question"))?;
        let proved = line.ordinal <= booking.proved_through;
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

    fn taken_back(&mut self, at: &At<'_>, line: Line) -> Checks {
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
