//! The statement that is being read.

use kantor_model::{AccountNumber, Balance, Currency, Format, Money, Place, StatementHead};

use super::value::{Direction, present};

/// How much of a statement the sink was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Told {
    #[default]
    Nothing,
    Head,
    /// Something of it cannot be read: it is never ended.
    Broken,
}

/// A balance and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stated {
    pub(super) balance: Balance,
    pub(super) place: Place,
}

/// The balances of a statement, by their codes.
#[derive(Default)]
pub(super) struct Balances {
    /// OPBD.
    pub(super) opening: Option<Stated>,
    /// PRCD: the closing balance of the statement before.
    pub(super) previous: Option<Stated>,
    /// CLBD.
    pub(super) closing: Option<Stated>,
    /// ITBD: the booked balance of a running day.
    pub(super) interim: Option<Stated>,
    /// CLAV.
    pub(super) available: Option<Stated>,
    /// ITAV.
    pub(super) interim_available: Option<Stated>,
}

impl Balances {
    pub(super) fn first(&self) -> Option<Stated> {
        self.opening.or(self.previous)
    }

    pub(super) fn last(&self) -> Option<Stated> {
        self.closing.or(self.interim)
    }

    pub(super) fn free(&self) -> Option<Stated> {
        self.available.or(self.interim_available)
    }
}

/// What the bank's summary says of some entries.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) count: Option<u64>,
    /// A decimal without a currency.
    pub(super) sum: String,
}

/// The bank's own summary of the entries.
#[derive(Default)]
pub(super) struct Summary {
    pub(super) place: Place,
    pub(super) all: Totals,
    pub(super) credits: Totals,
    pub(super) debits: Totals,
}

/// How many entries there were, and what they make.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    /// Minor units without sign; more than any account holds.
    pub(super) sum: u128,
}

impl Tally {
    fn add(&mut self, amount: Money) {
        self.count += 1;
        self.sum = self
            .sum
            .saturating_add(amount.minor().unsigned_abs().into());
    }

    pub(super) fn with(self, other: Tally) -> Tally {
        Tally {
            count: self.count + other.count,
            sum: self.sum.saturating_add(other.sum),
        }
    }
}

/// The entries that were read.
#[derive(Clone, Copy, Default)]
pub(super) struct Tallies {
    pub(super) credits: Tally,
    pub(super) debits: Tally,
}

impl Tallies {
    pub(super) fn add(&mut self, direction: Direction, amount: Money) {
        match direction {
            Direction::Credit => self.credits.add(amount),
            Direction::Debit => self.debits.add(amount),
        }
    }
}

/// A statement from its beginning to its end.
#[derive(Default)]
pub(super) struct Open {
    pub(super) place: Place,
    pub(super) told: Told,
    pub(super) id: String,
    pub(super) electronic_number: String,
    pub(super) legal_number: String,
    pub(super) page: String,
    /// `LastPgInd` is false.
    pub(super) goes_on: bool,
    pub(super) account: String,
    /// The account stands in an element `IBAN`.
    pub(super) account_is_iban: bool,
    /// `Acct/Ccy`.
    pub(super) account_currency: Option<Currency>,
    pub(super) balances: Balances,
    pub(super) summary: Option<Summary>,
    /// The currency of the statement, once the sink was told.
    pub(super) currency: Option<Currency>,
    /// Opening balance and booked entries so far.
    pub(super) sum: Option<Money>,
    /// Entries of any status, and the booked ones of them.
    pub(super) all: Tallies,
    pub(super) booked: Tallies,
}

impl Open {
    /// The number that people call the statement by.
    pub(super) fn number(&self) -> Option<String> {
        let number = present(&self.electronic_number)
            .or(present(&self.legal_number))
            .or(present(&self.id))?;
        // A statement of one page is not numbered by it.
        let several = self.goes_on || !matches!(self.page.trim_start_matches('0'), "" | "1");
        Some(match present(&self.page).filter(|_| several) {
            Some(page) => format!("{number}/{page}"),
            None => number.to_owned(),
        })
    }

    /// The head; `None` where the account is not known.
    pub(super) fn head(
        &self,
        format: Format,
        currency: Currency,
        demanded: Option<&str>,
    ) -> Option<StatementHead> {
        let account = AccountNumber::from_file(&self.account)
            .or_else(|| AccountNumber::from_file(demanded.unwrap_or_default()))?;
        Some(StatementHead {
            format,
            bank: None,
            account: Some(account),
            currency,
            number: self.number(),
            opening: self
                .balances
                .first()
                .map(|stated| stated.balance)
                .filter(|balance| balance.amount.currency() == currency),
            place: self.place,
        })
    }
}
