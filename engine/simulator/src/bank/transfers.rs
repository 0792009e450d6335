//! Transfer files in: a file is executed whole or not at all.

use kantor_model::{Currency, Date, Iban, Money, Severity};
use kantor_parsers::transfers::{Order, read_transfers};

use super::line::{Line, Movement, Operation, operation};
use super::{BankError, SimBank, negative};

/// A transfer that the bank executed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The account that paid.
    pub account: Iban,
    /// Its debit.
    pub line: Line,
}

/// Why a transfer file was refused. Nothing of a refused file is booked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The same bytes came before.
    #[error("this file was executed before; send each file once")]
    AlreadyTaken,
    /// A line cannot be read.
    #[error("{line}:{column}: {code}: {message}")]
    Unreadable {
        /// Where in the file, from 1.
        line: u32,
        /// Where in the line, from 1.
        column: u32,
        /// The complaint's code.
        code: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The paying account is not of this bank.
    #[error("line {line}: account {account} is not kept here; send the file to its bank")]
    NotKeptHere {
        /// The line of the file.
        line: u32,
        /// The account as written.
        account: String,
    },
    /// The payee's account number is wrong.
    #[error("line {line}: {account} is not a valid account number; correct it")]
    Payee {
        /// The line of the file.
        line: u32,
        /// The account as written.
        account: String,
    },
    /// The bank exchanges nothing on the way.
    #[error(
        "line {line}: account {account} is in {currency}, and the transfer is in {asked}; pay from an account in {asked}, or to one"
    )]
    Currency {
        /// The line of the file.
        line: u32,
        /// The account.
        account: Iban,
        /// Its currency.
        currency: Currency,
        /// The currency of the transfer.
        asked: Currency,
    },
    /// This bank keeps no orders for later days.
    #[error(
        "line {line}: the transfer is to be made on {date}, and today is {today}; send the file on its day"
    )]
    Early {
        /// The line of the file.
        line: u32,
        /// The day in the file.
        date: Date,
        /// The day on which it came.
        today: Date,
    },
    /// Not enough money for all transfers before and with this one.
    #[error(
        "line {line}: account {account} has {available} left, and the transfer is of {asked}; pay in first, or take transfers out"
    )]
    Funds {
        /// The line of the file.
        line: u32,
        /// The account.
        account: Iban,
        /// What the line asks for.
        asked: Money,
        /// What is left after the lines before it.
        available: Money,
    },
    /// The bank cannot book it.
    #[error("line {line}: {source}")]
    Booking {
        /// The line of the file.
        line: u32,
        /// Why.
        source: BankError,
    },
}

impl SimBank {
    /// Executes a transfer file (Elixir-0, or another format that is told by its content) on a
    /// day: a debit for each transfer, in the file's order, with its title; a payee who has his
    /// account here is credited. Whole or not at all, and the same bytes only once, so that nothing
    /// is paid twice by a file that is sent twice.
    ///
    /// # Errors
    /// [`Rejected`], for the first thing that is wrong.
    pub fn take_transfers(&mut self, file: &[u8], date: Date) -> Result<Vec<Accepted>, Rejected> {
        if self.files_taken.contains(file) {
            return Err(Rejected::AlreadyTaken);
        }
        let read = read_transfers(file, None, None);
        let fatal = |severity| match severity {
            Severity::Fatal => true,
            Severity::Notice => false,
        };
        if let Some(complaint) = read.complaints.iter().find(|c| fatal(c.severity)) {
            return Err(Rejected::Unreadable {
                line: complaint.place.line,
                column: complaint.place.column,
                code: complaint.code.to_string(),
                message: complaint.message.clone(),
            });
        }
        let before: Vec<(Iban, usize)> = self
            .accounts
            .iter()
            .map(|(iban, account)| (*iban, account.lines().len()))
            .collect();
        let booked_before = self.booked;
        let accepted: Result<Vec<Accepted>, Rejected> = read
            .orders
            .iter()
            .map(|order| self.execute(order, date))
            .collect();
        if accepted.is_ok() {
            self.files_taken.insert(file.to_vec());
        } else {
            // Whole or not at all: what was booked of it is taken out again.
            for (iban, lines) in before {
                if let Some(account) = self.accounts.get_mut(&iban) {
                    account.forget_after(lines);
                }
            }
            self.booked = booked_before;
        }
        accepted
    }

    /// The same, booked as one debit with a title of its own. What each transfer of it was, and the
    /// debit; none for a file of one transfer, which is booked as it is.
    ///
    /// # Errors
    /// As [`SimBank::take_transfers`].
    pub fn take_transfers_in_one(
        &mut self,
        file: &[u8],
        date: Date,
        title: &str,
    ) -> Result<(Vec<Accepted>, Option<Line>), Rejected> {
        let accepted = self.take_transfers(file, date)?;
        let Some(first) = accepted.first().filter(|_| accepted.len() > 1) else {
            return Ok((accepted, None));
        };
        let (payer, currency) = (first.account, first.line.amount.currency());
        let booking = |source| Rejected::Booking { line: 1, source };
        let sum = Money::sum(currency, accepted.iter().map(|it| it.line.amount));
        let account = payer;
        let amount = sum.map_err(|source| booking(BankError::Amount { account, source }))?;
        if let Some(known) = self.accounts.get_mut(&payer) {
            known.forget_after(known.lines().len().saturating_sub(accepted.len()));
        }
        let debit = Movement {
            date,
            amount,
            operation: Operation::Together,
            other: None,
            title,
        };
        let line = self.book(payer, &debit).map_err(booking)?;
        Ok((accepted, Some(line)))
    }

    fn execute(&mut self, order: &Order, today: Date) -> Result<Accepted, Rejected> {
        let line = order.place.line;
        let booking = |source| Rejected::Booking { line, source };
        if order.date > today {
            return Err(Rejected::Early {
                line,
                date: order.date,
                today,
            });
        }
        let payer = order.debit_account.iban();
        let found = payer.and_then(|account| Some((account, self.balance(account)?)));
        let (payer, available) = found.ok_or_else(|| Rejected::NotKeptHere {
            line,
            account: order.debit_account.to_string(),
        })?;
        let payee = order.payee_account.iban().ok_or_else(|| Rejected::Payee {
            line,
            account: order.payee_account.to_string(),
        })?;
        for account in [payer, payee] {
            let currency = self.balance(account).map(Money::currency);
            if let Some(currency) = currency.filter(|it| *it != order.amount.currency()) {
                return Err(Rejected::Currency {
                    line,
                    account,
                    currency,
                    asked: order.amount.currency(),
                });
            }
        }
        if available.minor() < order.amount.minor() {
            return Err(Rejected::Funds {
                line,
                account: payer,
                asked: order.amount,
                available,
            });
        }
        let debit = Movement {
            date: today,
            amount: negative(payer, order.amount).map_err(booking)?,
            operation: operation(self.kind, order.amount, payee),
            other: Some((&order.payee, payee)),
            title: &order.title,
        };
        let booked = self.book(payer, &debit).map_err(booking)?;
        if self.accounts.contains_key(&payee) {
            self.receive(
                payee,
                today,
                order.amount,
                &order.owner,
                payer,
                &order.title,
            )
            .map_err(booking)?;
        }
        Ok(Accepted {
            account: payer,
            line: booked,
        })
    }
}
