//! A bank: accounts whose lines only grow, days that are closed once, and files in and out.

mod account;
pub(crate) mod answer;
mod camt;
mod code_page;
mod line;
mod mbank;
mod pko;
mod sheet;
mod table;
mod text;
mod transfers;

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Balance, Bank, Date, Iban, Money, MoneyError, Party};

use account::Account;
pub use code_page::CodePage;
pub use line::{Line, Operation};
use line::{Movement, operation};
use sheet::Sheet;
pub use transfers::{Accepted, Rejected};

/// Whose files the bank writes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BankKind {
    /// mBank CompanyNet: free text with keys, LF, a SOH line before and `-` ETX after each statement.
    MBank,
    /// PKO BP iPKO: subfields of 27 characters, CRLF, byte 0xFF where a subfield is unused.
    Pko,
}

impl BankKind {
    /// The bank's short name in the registry of sort codes: `mbank`, `pko`.
    pub const fn id(self) -> &'static str {
        match self {
            BankKind::MBank => "mbank",
            BankKind::Pko => "pko",
        }
    }

    /// Whether this bank keeps the account.
    fn keeps(self, account: Iban) -> bool {
        account.bank().map(|bank: &Bank| bank.id) == Some(self.id())
    }
}

/// In which form the lines of a day are asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Form {
    /// The bank's own MT940.
    Mt940,
    /// camt: camt.053 of a day that is over; camt.052 of a running day, which closes with the
    /// balance of the moment.
    Camt,
    /// camt.054: the payments, without any balance.
    Notice,
    /// The table of PKO BP's pages, with the balance after each line. It does not name the account.
    Table,
}

/// Why the bank did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// Nobody has that account here.
    #[error("the simulated bank keeps no account {account}; open it first")]
    NoAccount {
        /// The account asked for.
        account: Iban,
    },
    /// An account is opened once.
    #[error("account {account} is open already; use it, or open another one")]
    AlreadyOpen {
        /// The account.
        account: Iban,
    },
    /// Money of another currency than the account's, or two currencies in one sum.
    #[error("the amount does not fit account {account}: {source}")]
    Amount {
        /// The account.
        account: Iban,
        /// What does not fit.
        source: MoneyError,
    },
    /// Payments and fees are more than zero; the direction is in the operation.
    #[error("{amount} is no amount to move; give more than zero")]
    NotPositive {
        /// What was asked for.
        amount: Money,
    },
    /// Booking days only go forward, and a closed day takes no more lines.
    #[error(
        "nothing can be booked on {date}: account {account} is at {reached} already; book on {first} or later"
    )]
    DayOver {
        /// The account.
        account: Iban,
        /// The day asked for.
        date: Date,
        /// The last day that was closed, or has a line.
        reached: Date,
        /// The first day that can still be booked on.
        first: Date,
    },
    /// The day was closed as part of a later statement.
    #[error(
        "account {account} has no statement of {date}: that day is in the one of {closed}; ask for that"
    )]
    NoStatement {
        /// The account.
        account: Iban,
        /// The day asked for.
        date: Date,
        /// The day of the statement that holds it, or of the one the account was opened with.
        closed: Date,
    },
}

/// A simulated bank. The same calls give the same bytes; it has no clock and no chance in it.
#[derive(Clone, Debug)]
pub struct SimBank {
    kind: BankKind,
    page: CodePage,
    accounts: BTreeMap<Iban, Account>,
    files_taken: BTreeSet<Vec<u8>>,
    /// How many lines the bank booked, on all accounts: the number inside its references.
    booked: u64,
}

impl SimBank {
    /// A bank without accounts, which writes ISO-8859-2 as both banks do.
    pub fn new(kind: BankKind) -> SimBank {
        SimBank {
            kind,
            page: CodePage::Iso8859_2,
            accounts: BTreeMap::new(),
            files_taken: BTreeSet::new(),
            booked: 0,
        }
    }

    /// The same bank with its export set to another code page.
    pub fn with_code_page(self, page: CodePage) -> SimBank {
        SimBank { page, ..self }
    }

    /// Whose files it writes.
    pub const fn kind(&self) -> BankKind {
        self.kind
    }

    /// Opens an account in the middle of its life: `last` is the closing balance, in the account's
    /// currency, of the statement `last_number` of day `last.date`. Lines can be booked on later
    /// days, and the next statement opens with `last.amount`.
    ///
    /// # Errors
    /// [`BankError::AlreadyOpen`].
    pub fn open_account(
        &mut self,
        account: Iban,
        last: Balance,
        last_number: u32,
    ) -> Result<(), BankError> {
        if self.accounts.contains_key(&account) {
            return Err(BankError::AlreadyOpen { account });
        }
        self.accounts
            .insert(account, Account::new(account, last, last_number));
        Ok(())
    }

    /// An incoming transfer. Texts are kept as a payment system carries them: single spaces, no
    /// `~`, `"` or `|`, a title of 140 characters at most.
    ///
    /// # Errors
    /// Unless `amount` is positive and of the account's currency, and `date` is still open.
    pub fn receive(
        &mut self,
        account: Iban,
        date: Date,
        amount: Money,
        payer: &Party,
        payer_account: Iban,
        title: &str,
    ) -> Result<(), BankError> {
        let movement = Movement {
            date,
            amount: positive(amount)?,
            operation: operation(self.kind, amount, payer_account),
            other: Some((payer, payer_account)),
            title,
        };
        self.book(account, &movement).map(|_| ())
    }

    /// A fee of the bank: a debit without a counterparty, nobody's order. It may overdraw.
    ///
    /// # Errors
    /// As [`SimBank::receive`].
    pub fn fee(
        &mut self,
        account: Iban,
        date: Date,
        amount: Money,
        text: &str,
    ) -> Result<(), BankError> {
        let movement = Movement {
            date,
            amount: negative(account, amount)?,
            operation: Operation::Fee,
            other: None,
            title: text,
        };
        self.book(account, &movement).map(|_| ())
    }

    fn book(&mut self, account: Iban, movement: &Movement<'_>) -> Result<Line, BankError> {
        let number = self.booked + 1;
        let kind = self.kind;
        let line = self.account_mut(account)?.book(kind, number, movement)?;
        self.booked = number;
        Ok(line)
    }

    /// The booked balance after the last line; `None` for an account that is not here.
    pub fn balance(&self, account: Iban) -> Option<Money> {
        self.accounts.get(&account).map(Account::balance)
    }

    /// All lines since the account was opened here, in the order of booking.
    pub fn lines(&self, account: Iban) -> &[Line] {
        self.accounts
            .get(&account)
            .map_or(&[], |account| account.lines())
    }

    /// An export of the running day: everything since the last statement up to `date`, with the
    /// balance it began with (`:60F:`) and no closing balance. Of a day that is closed already:
    /// the lines of its statement.
    ///
    /// # Errors
    /// [`BankError::NoAccount`]; [`BankError::NoStatement`] for a day inside a later statement.
    pub fn partial_export(&self, account: Iban, date: Date) -> Result<Vec<u8>, BankError> {
        self.partial_export_since(account, date, 0)
    }

    /// As [`SimBank::partial_export`], without its first `skip` lines: a window into the day, with
    /// the balance after the skipped lines as intermediate opening (`:60M:`).
    ///
    /// # Errors
    /// As [`SimBank::partial_export`].
    pub fn partial_export_since(
        &self,
        account: Iban,
        date: Date,
        skip: usize,
    ) -> Result<Vec<u8>, BankError> {
        let sheet = self.account(account)?.running(date, skip)?;
        Ok(self.written(&[sheet]))
    }

    /// As [`SimBank::partial_export_since`], in another form. A table without lines is empty.
    ///
    /// # Errors
    /// As [`SimBank::partial_export`].
    pub fn export(
        &self,
        account: Iban,
        date: Date,
        skip: usize,
        form: Form,
    ) -> Result<Vec<u8>, BankError> {
        let sheet = self.account(account)?.running(date, skip)?;
        let last = sheet.lines.last().map(|line| line.balance_after);
        let closing = Some(last.unwrap_or(sheet.opening));
        Ok(match form {
            Form::Mt940 => self.written(&[sheet]),
            Form::Camt => camt::write(&[Sheet { closing, ..sheet }], camt::Message::Report),
            Form::Notice => camt::write(&[sheet], camt::Message::Notice),
            Form::Table => {
                let mut file = Vec::new();
                table::write(&sheet, &mut file);
                file
            }
        })
    }

    /// As [`SimBank::statements`], as camt.053.
    ///
    /// # Errors
    /// As [`SimBank::partial_export`].
    pub fn statements_as_camt(
        &mut self,
        accounts: &[Iban],
        date: Date,
    ) -> Result<Vec<u8>, BankError> {
        self.close_all(accounts, date)?;
        let sheets = self.whole(accounts, date)?;
        Ok(camt::write(&sheets, camt::Message::Statement))
    }

    /// The statement of the day, with its number and its closing balance. The first call closes
    /// all days up to `date`; a later call gives the same bytes again. A day without lines has a
    /// statement too.
    ///
    /// # Errors
    /// As [`SimBank::partial_export`].
    pub fn statement(&mut self, account: Iban, date: Date) -> Result<Vec<u8>, BankError> {
        self.statements(&[account], date)
    }

    /// The statements of several accounts in one file, in that order, as mBank sends them.
    /// When one cannot be given, no day of any account is closed.
    ///
    /// # Errors
    /// As [`SimBank::partial_export`].
    pub fn statements(&mut self, accounts: &[Iban], date: Date) -> Result<Vec<u8>, BankError> {
        self.close_all(accounts, date)?;
        Ok(self.written(&self.whole(accounts, date)?))
    }

    fn close_all(&mut self, accounts: &[Iban], date: Date) -> Result<(), BankError> {
        for account in accounts {
            self.account(*account)?.running(date, 0)?;
        }
        for account in accounts {
            self.account_mut(*account)?.close(date)?;
        }
        Ok(())
    }

    fn whole(&self, accounts: &[Iban], date: Date) -> Result<Vec<Sheet<'_>>, BankError> {
        accounts
            .iter()
            .map(|account| self.account(*account)?.whole(date))
            .collect()
    }

    fn written(&self, sheets: &[Sheet<'_>]) -> Vec<u8> {
        let mut file = Vec::new();
        for sheet in sheets {
            match self.kind {
                BankKind::MBank => mbank::write(sheet, self.page, &mut file),
                BankKind::Pko => pko::write(sheet, self.page, &mut file),
            }
        }
        file
    }

    fn account(&self, account: Iban) -> Result<&Account, BankError> {
        self.accounts
            .get(&account)
            .ok_or(BankError::NoAccount { account })
    }

    fn account_mut(&mut self, account: Iban) -> Result<&mut Account, BankError> {
        self.accounts
            .get_mut(&account)
            .ok_or(BankError::NoAccount { account })
    }
}

fn positive(amount: Money) -> Result<Money, BankError> {
    if amount.is_positive() {
        Ok(amount)
    } else {
        Err(BankError::NotPositive { amount })
    }
}

/// The debit of a positive amount.
fn negative(account: Iban, amount: Money) -> Result<Money, BankError> {
    positive(amount)?
        .negated()
        .map_err(|source| BankError::Amount { account, source })
}
