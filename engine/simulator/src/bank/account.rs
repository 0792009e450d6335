//! An account: lines that only grow, cut into statements that never change.

use kantor_model::{Balance, Date, Iban, Money};

use super::line::{Line, Movement};
use super::sheet::Sheet;
use super::text::{TEXT_LENGTH, carried, carried_party};
use super::{BankError, BankKind, mbank, pko};

/// A statement that was given out.
#[derive(Clone, Debug)]
struct Closed {
    date: Date,
    number: u32,
    /// Its lines are these of the account's.
    lines: std::ops::Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    account: Iban,
    /// The balance, day and number of the last statement before the account came here.
    before: Balance,
    number_before: u32,
    lines: Vec<Line>,
    closed: Vec<Closed>,
}

impl Account {
    pub(super) fn new(account: Iban, before: Balance, number_before: u32) -> Account {
        Account {
            account,
            before,
            number_before,
            lines: Vec::new(),
            closed: Vec::new(),
        }
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Takes out every line after the first so many; of lines that no statement holds.
    pub(super) fn forget_after(&mut self, lines: usize) {
        self.lines.truncate(lines);
    }

    pub(super) fn balance(&self) -> Money {
        self.balance_before(self.lines.len())
    }

    /// The balance before the line at that place.
    fn balance_before(&self, place: usize) -> Money {
        place
            .checked_sub(1)
            .and_then(|last| self.lines.get(last))
            .map_or(self.before.amount, |line| line.balance_after)
    }

    /// Books a line; texts are kept as a payment system carries them.
    pub(super) fn book(
        &mut self,
        kind: BankKind,
        number: u64,
        movement: &Movement<'_>,
    ) -> Result<Line, BankError> {
        self.still_open(movement.date)?;
        let balance_after =
            self.balance()
                .plus(movement.amount)
                .map_err(|source| BankError::Amount {
                    account: self.account,
                    source,
                })?;
        let line = Line {
            date: movement.date,
            amount: movement.amount,
            operation: movement.operation,
            party: movement.other.map(|(party, _)| carried_party(party)),
            account: movement.other.map(|(_, account)| account),
            title: carried(movement.title, TEXT_LENGTH),
            bank_reference: match kind {
                BankKind::MBank => mbank::reference(movement, number),
                BankKind::Pko => pko::reference(number),
            },
            balance_after,
            number,
        };
        self.lines.push(line.clone());
        Ok(line)
    }

    fn still_open(&self, date: Date) -> Result<(), BankError> {
        let (_, closed) = self.last_number();
        let last_line = self.lines.last().map_or(date, |line| line.date);
        let over = |reached, first| BankError::DayOver {
            account: self.account,
            date,
            reached,
            first,
        };
        if date <= closed {
            let first = closed.tomorrow().unwrap_or(closed);
            Err(over(closed, first.max(last_line)))
        } else if date < last_line {
            Err(over(last_line, last_line))
        } else {
            Ok(())
        }
    }

    /// Number and day of the last statement.
    fn last_number(&self) -> (u32, Date) {
        self.closed
            .last()
            .map_or((self.number_before, self.before.date), |closed| {
                (closed.number, closed.date)
            })
    }

    /// The statement that the day has, or will have when it is closed: numbers go on through the
    /// year and begin again in January.
    fn statement_of(&self, date: Date) -> Result<Closed, BankError> {
        if let Some(closed) = self.closed.iter().find(|closed| closed.date == date) {
            return Ok(closed.clone());
        }
        let (last, reached) = self.last_number();
        if date <= reached {
            let later = self.closed.iter().find(|closed| closed.date > date);
            return Err(BankError::NoStatement {
                account: self.account,
                date,
                closed: later.map_or(self.before.date, |closed| closed.date),
            });
        }
        let first = self.closed.last().map_or(0, |closed| closed.lines.end);
        Ok(Closed {
            date,
            number: if date.year() == reached.year() {
                last.saturating_add(1)
            } else {
                1
            },
            lines: first..self.lines.partition_point(|line| line.date <= date),
        })
    }

    /// Closes all days up to the date, unless that statement was given out before.
    pub(super) fn close(&mut self, date: Date) -> Result<(), BankError> {
        let statement = self.statement_of(date)?;
        if date > self.last_number().1 {
            self.closed.push(statement);
        }
        Ok(())
    }

    /// The whole statement of a day, its closing balance included.
    pub(super) fn whole(&self, date: Date) -> Result<Sheet<'_>, BankError> {
        let statement = self.statement_of(date)?;
        let closing = self.balance_before(statement.lines.end);
        let sheet = self.sheet(&statement, 0);
        Ok(Sheet {
            closing: Some(closing),
            ..sheet
        })
    }

    /// What the day has so far, without its first `skip` lines and without a closing balance.
    pub(super) fn running(&self, date: Date, skip: usize) -> Result<Sheet<'_>, BankError> {
        Ok(self.sheet(&self.statement_of(date)?, skip))
    }

    fn sheet(&self, statement: &Closed, skip: usize) -> Sheet<'_> {
        let all = statement.lines.clone();
        let first = all.start.saturating_add(skip).min(all.end);
        let lines = self.lines.get(first..all.end).unwrap_or_default();
        Sheet {
            account: self.account,
            number: statement.number,
            continued: first > all.start,
            opening: self.balance_before(first),
            opening_date: lines.first().map_or(statement.date, |line| line.date),
            lines,
            date: statement.date,
            closing: None,
        }
    }
}
