//! Balances: `:60F:` `:60M:`, `:62F:` `:62M:` with the proof, `:64:`.

use kantor_model::{Balance, Currency, Format, StatementSink};

use super::balance::{BalanceError, balance, lacks_places};
use super::complaints::Problem;
use super::fields::Field;
use super::open::{Open, Stated, Told};
use super::reader::{Reader, Step};
use crate::statement::Halt;

impl<K: StatementSink + ?Sized> Reader<'_, '_, '_, K> {
    /// Reads a balance; what cannot be read breaks the statement.
    fn balance(&mut self, field: &Field<'_>) -> Result<Option<Balance>, Halt> {
        let (problem, offset) = match balance(field.value()) {
            Ok(balance) => return Ok(Some(balance)),
            Err(_) if field.unfinished => (Problem::Truncated, field.value().len()),
            Err(BalanceError::Form { offset }) => (Problem::BalanceUnreadable, offset),
            Err(BalanceError::Day { offset }) => (Problem::BalanceDay, offset),
            Err(BalanceError::Currency { offset, code }) => {
                (Problem::CurrencyUnknown { code }, offset)
            }
            Err(BalanceError::Amount { offset, error }) => {
                (Problem::AmountUnreadable { error }, offset)
            }
        };
        self.break_statement();
        self.complain_in(&problem, field, offset)?;
        Ok(None)
    }

    pub(super) fn opening(&mut self, field: &Field<'_>, of_page: bool) -> Step {
        self.flush()?;
        let twice = self.head(field, |_| false)?.opening.is_some();
        if twice {
            self.break_statement();
            return self.complain_in(&Problem::BalanceTwice, field, 0);
        }
        let Some(balance) = self.balance(field)? else {
            return Ok(());
        };
        let entries = self.open.as_ref().and_then(Open::currency_of_entries);
        if let Some(first) = entries.filter(|first| *first != balance.amount.currency()) {
            return self.same_currency(first, balance.amount.currency(), field);
        }
        if let Some(open) = &mut self.open {
            open.sum = Some(balance.amount);
            // A notice during the day has no balances.
            if open.format == Format::Mt942 {
                open.format = Format::Mt940;
            }
            open.opening = Some(Stated {
                balance,
                of_page,
                place: field.place,
            });
        }
        Ok(())
    }

    pub(super) fn closing(&mut self, field: &Field<'_>, of_page: bool) -> Step {
        self.flush()?;
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.closing.is_some())
        {
            return self.complain_in(&Problem::BalanceTwice, field, 0);
        }
        if self.open.is_none() {
            self.head(field, |_| false)?;
        }
        let Some(balance) = self.balance(field)? else {
            return Ok(());
        };
        let Some(open) = self.open.as_mut() else {
            return Ok(());
        };
        let stated = balance.amount;
        let first = open.currency().unwrap_or(stated.currency());
        open.closing = Some(Stated {
            balance,
            of_page,
            place: field.place,
        });
        if first != stated.currency() {
            open.told = Told::Broken;
            let second = stated.currency();
            return self.complain_in(&Problem::CurrencyDiffers { first, second }, field, 0);
        }
        let Some(computed) = open.sum.filter(|_| !open.is_broken()) else {
            return Ok(());
        };
        match stated.minus(computed) {
            Ok(difference) if difference.is_zero() => Ok(()),
            Ok(_) if is_cut(field, stated.currency()) => {
                self.break_statement();
                self.complain_in(&Problem::Truncated, field, field.value().len())
            }
            Ok(difference) => self.complain_in(
                &Problem::BalanceMismatch {
                    stated,
                    computed,
                    difference,
                },
                field,
                0,
            ),
            Err(_) => {
                self.break_statement();
                self.complain_in(&Problem::SumTooLarge, field, 0)
            }
        }
    }

    pub(super) fn available(&mut self, field: &Field<'_>) -> Step {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        match balance(field.value()) {
            Ok(balance)
                if open.currency() == Some(balance.amount.currency())
                    && !is_cut(field, balance.amount.currency()) =>
            {
                open.available = Some(balance);
                Ok(())
            }
            Ok(_) | Err(_) if field.unfinished => {
                open.told = Told::Broken;
                self.complain_in(&Problem::Truncated, field, field.value().len())
            }
            Ok(_) | Err(_) => self.complain_in(&Problem::AvailableUnreadable, field, 0),
        }
    }
}

/// Whether the file stops inside the amount of this balance or total.
pub(super) fn is_cut(field: &Field<'_>, currency: Currency) -> bool {
    field.unfinished && lacks_places(field.value(), currency)
}
