//! Bank lines: the rows of statements, their places in the chains, and the balances there.

use std::collections::BTreeMap;

use kantor_engine::{LineId, OfficeAccount, PayoutId, StatementBooking};
use kantor_model::Money;
use kantor_store::{BookedEntry, Booking, RowsFault, View, check_entries};

use super::{Checker, Disagreement, PAGE, wrong};
use crate::entry_form::BankLine;

/// What the bank says stands at an ordinal: the balance, and which statement says so.
type Closings = BTreeMap<u64, (i64, String)>;

impl Checker {
    /// A booked statement: its rows are those of its hash, and they stand where it says.
    pub(super) fn booking(
        &mut self,
        view: &dyn View,
        seq: u64,
        booking: &StatementBooking,
    ) -> Result<(), Disagreement> {
        let fact = || format!("statement {} (event {seq})", booking.statement);
        let account = self
            .state
            .accounts
            .get(&booking.account)
            .ok_or_else(|| wrong(fact(), "its account was never opened"))?;
        if booking.after + booking.known != account.lines {
            let what = format!(
                "its new lines begin after line {}, the account has {}",
                booking.after + booking.known,
                account.lines
            );
            return Err(wrong(fact(), what));
        }
        if booking.new > 0 {
            let rows = check_entries(view, &booking.rows)
                .map_err(|fault| wrong(changed_row(view, booking, &fault, fact()), &fault))?;
            if rows.count != booking.known + booking.new {
                let what = format!(
                    "it has {} rows, the event says {}",
                    rows.count,
                    booking.known + booking.new
                );
                return Err(wrong(fact(), what));
            }
        }
        self.bookings
            .entry(booking.account)
            .or_default()
            .push(booking.clone());
        Ok(())
    }

    pub(super) fn payment(
        &self,
        view: &dyn View,
        seq: u64,
        payout: PayoutId,
        line: LineId,
    ) -> Result<(), Disagreement> {
        let fact = || format!("event {seq}");
        let known = self.state.payouts.get(&payout).ok_or_else(|| {
            wrong(
                fact(),
                format!("it pays payout {payout}, which never was due"),
            )
        })?;
        let negated = known
            .facts
            .amount
            .negated()
            .map_err(|error| wrong(fact(), error))?;
        self.amount_of_line(view, seq, line, negated)
    }

    pub(super) fn amount_of_line(
        &self,
        view: &dyn View,
        seq: u64,
        line: LineId,
        wanted: Money,
    ) -> Result<(), Disagreement> {
        let found = view
            .chain(line.account.0, line.ordinal, 1)
            .map_err(|fault| wrong(format!("line {line}"), fault))?;
        match found.first() {
            Some(booked)
                if booked.ordinal == line.ordinal && booked.entry.amount == wanted.minor() =>
            {
                Ok(())
            }
            Some(booked) if booked.ordinal == line.ordinal => Err(wrong(
                format!("line {line}"),
                format!("its amount is not the {wanted} of event {seq}"),
            )),
            Some(_) | None => Err(wrong(
                format!("line {line}"),
                format!("event {seq} names it, and it is missing"),
            )),
        }
    }

    /// Every account's chain: it was put together as the log says, each balance is the one before
    /// plus the line, and the closing balances of the bank stand where its statements end.
    pub(super) fn chains(&mut self, view: &dyn View) -> Result<(), Disagreement> {
        let accounts: Vec<_> = self.state.accounts.values().cloned().collect();
        for account in accounts {
            let bookings = self.bookings.remove(&account.account).unwrap_or_default();
            places(view, &account, &bookings)?;
            self.lines += balances(view, &account, &closings(&bookings))?;
        }
        Ok(())
    }
}

/// Names the row that makes a set of rows another one than was booked, where the row itself tells:
/// its balance is not the one before plus its amount, or its text cannot be read.
fn changed_row(
    view: &dyn View,
    booking: &StatementBooking,
    fault: &RowsFault,
    statement: String,
) -> String {
    match fault {
        RowsFault::Differs { .. } => {}
        RowsFault::Missing(_) | RowsFault::Unreadable { .. } => return statement,
    }
    let mut balance = booking.opening;
    let mut position = 0;
    while let Ok(rows) = view.staged_rows(&booking.rows, position, PAGE) {
        let is_last = rows.len() < PAGE;
        for row in rows {
            position += 1;
            balance = balance.saturating_add(row.amount);
            if balance != row.balance_after || !BankLine::is_readable(&row) {
                let ordinal = booking.after + position;
                return format!("line {}/{ordinal} in {statement}", booking.account);
            }
        }
        if is_last {
            break;
        }
    }
    statement
}

/// The store gives each statement's new rows the place that the log gave them.
fn places(
    view: &dyn View,
    account: &OfficeAccount,
    bookings: &[StatementBooking],
) -> Result<(), Disagreement> {
    let mut wanted = bookings
        .iter()
        .filter(|booking| booking.new > 0)
        .map(|booking| Booking {
            account: booking.account.0,
            first_ordinal: booking.after + booking.known + 1,
            rows_hash: booking.rows,
            position: booking.known,
            count: booking.new,
            statement: booking.statement.0,
        });
    let fact = |booking: &Booking| {
        format!(
            "line {}/{} (statement {})",
            booking.account, booking.first_ordinal, booking.statement
        )
    };
    let mut from = 1;
    loop {
        let page = view
            .bookings(account.account.0, from, PAGE)
            .map_err(|fault| wrong(format!("account {}", account.account), fault))?;
        let Some(last) = page.last() else { break };
        from = last.first_ordinal.saturating_add(last.count.max(1));
        for found in page {
            match wanted.next() {
                Some(booked) if booked == found => {}
                Some(booked) => {
                    let what = "its place in the chain is not the one that the log gave it";
                    return Err(wrong(fact(&booked), what));
                }
                None => return Err(wrong(fact(&found), "the log knows nothing of it")),
            }
        }
    }
    match wanted.next() {
        Some(booked) => Err(wrong(fact(&booked), "it has lost its place in the chain")),
        None => Ok(()),
    }
}

fn closings(bookings: &[StatementBooking]) -> Closings {
    bookings
        .iter()
        .filter_map(|booking| {
            let last = booking.after + booking.known + booking.new;
            let name = format!("statement {}", booking.statement);
            Some((last, (booking.closing?, name)))
        })
        .collect()
}

/// Walks over an account's lines and answers how many there are.
fn balances(
    view: &dyn View,
    account: &OfficeAccount,
    closings: &Closings,
) -> Result<u64, Disagreement> {
    let mut balance = account.opening.minor();
    let mut ordinal = 0;
    while ordinal < account.lines {
        let page = view
            .chain(account.account.0, ordinal + 1, PAGE)
            .map_err(|fault| wrong(format!("account {}", account.account), fault))?;
        if page.is_empty() {
            return Err(wrong(
                format!("line {}/{}", account.account, ordinal + 1),
                "it is missing",
            ));
        }
        for booked in page {
            ordinal += 1;
            balance = line(account, &booked, ordinal, balance, closings)?;
        }
    }
    if balance != account.balance {
        let fact = format!("balance of account {}", account.account);
        return Err(wrong(
            fact,
            "the lines add up to another one than the log says",
        ));
    }
    Ok(ordinal)
}

/// Checks one line and answers the balance after it.
fn line(
    account: &OfficeAccount,
    booked: &BookedEntry,
    ordinal: u64,
    before: i64,
    closings: &Closings,
) -> Result<i64, Disagreement> {
    let fact = || format!("line {}/{ordinal}", account.account);
    if booked.ordinal != ordinal || ordinal > account.lines {
        return Err(wrong(
            fact(),
            "the chain has a gap here, or goes on beyond the log",
        ));
    }
    if !BankLine::is_readable(&booked.entry) {
        return Err(wrong(fact(), "its text cannot be read"));
    }
    let balance = before.saturating_add(booked.entry.amount);
    if balance != booked.entry.balance_after {
        return Err(wrong(
            fact(),
            "its balance is not the one before plus its amount",
        ));
    }
    match closings.get(&ordinal) {
        Some((closing, statement)) if *closing != balance => {
            let what = format!("{statement} closes with another balance");
            Err(wrong(fact(), what))
        }
        Some(_) | None => Ok(balance),
    }
}
