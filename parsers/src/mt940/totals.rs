//! MT942: the floor (`:34F:`) and the totals (`:90C:`, `:90D:`) of a notice during the day.

use kantor_model::{Currency, Format, Money, StatementSink};

use super::balance::text;
use super::complaints::Problem;
use super::fields::Field;
use super::open::Told;
use super::reader::{Reader, Step};
use crate::text::trim;

/// How many entries of each direction were read, and their sums. A sum that no account can hold
/// is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    credits: u64,
    debits: u64,
    credited: i64,
    debited: i64,
}

impl Counts {
    /// Counts an entry; `None` when the sum is more than any account can hold.
    pub(super) fn add(&mut self, amount: Money) -> Option<()> {
        let (count, sum) = if amount.is_negative() {
            (&mut self.debits, &mut self.debited)
        } else {
            (&mut self.credits, &mut self.credited)
        };
        *count += 1;
        *sum = sum.checked_add(amount.minor().checked_abs()?)?;
        Some(())
    }

    fn of(&self, credits: bool) -> (u64, i64) {
        if credits {
            (self.credits, self.credited)
        } else {
            (self.debits, self.debited)
        }
    }
}

/// So many entries of so much together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) sum: Money,
}

/// `:90C:` and `:90D:`: 5n3!a15d. Some banks leave the count out.
struct Total<'a> {
    count: Option<u64>,
    code: &'a [u8],
    amount: &'a [u8],
}

fn total(value: &[u8]) -> Option<Total<'_>> {
    let value = trim(value);
    let digits = value
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (count, rest) = value.split_at_checked(digits)?;
    let (code, amount) = rest.split_at_checked(3)?;
    let counted = match count {
        [] => None,
        digits => Some(text(digits).parse().ok()?),
    };
    Some(Total {
        count: counted,
        code,
        amount: trim(amount),
    })
}

impl<K: StatementSink + ?Sized> Reader<'_, '_, '_, K> {
    /// The floor: smaller entries are not told. It names the currency.
    pub(super) fn floor(&mut self, field: &Field<'_>) -> Step {
        self.flush()?;
        let value = trim(field.value());
        let code = value.get(..3).unwrap_or(value);
        let open = self.head(field, |_| false)?;
        if open.format == Format::Mt940 && open.opening.is_none() {
            open.format = Format::Mt942;
        }
        let digits = |byte: &u8| (b'1'..=b'9').contains(byte);
        open.has_floor |= value.get(3..).is_some_and(|floor| floor.iter().any(digits));
        let Ok(currency) = Currency::from_code(text(code)) else {
            open.told = Told::Broken;
            let problem = if field.unfinished {
                Problem::Truncated
            } else {
                let code = field.charset.decode(code).into_owned();
                Problem::CurrencyUnknown { code }
            };
            return self.complain_in(&problem, field, 0);
        };
        // What entries are in already is not changed by a floor that comes after them.
        let first = open.currency_of_entries().or(open.intraday_currency);
        let first = first.unwrap_or(currency);
        open.intraday_currency.get_or_insert(first);
        self.same_currency(first, currency, field)
    }

    pub(super) fn same_currency(
        &mut self,
        first: Currency,
        second: Currency,
        field: &Field<'_>,
    ) -> Step {
        if first == second {
            return Ok(());
        }
        self.break_statement();
        self.complain_in(&Problem::CurrencyDiffers { first, second }, field, 0)
    }

    /// Count and sum of the credits or of the debits, compared with the entries.
    pub(super) fn totals(&mut self, field: &Field<'_>, credits: bool) -> Step {
        self.flush()?;
        let Some(open) = self.open.as_mut().filter(|open| !open.is_broken()) else {
            return Ok(());
        };
        if open.format == Format::Mt940 && open.opening.is_none() {
            open.format = Format::Mt942;
        }
        let read = total(field.value()).and_then(|total| {
            let currency = Currency::from_code(text(total.code)).ok()?;
            let amount = Money::parse(text(total.amount), currency).ok()?;
            Some((total.count, amount))
        });
        let Some((count, stated)) = read else {
            if field.unfinished {
                self.break_statement();
                return self.complain_in(&Problem::Truncated, field, field.value().len());
            }
            open.has_totals = open.format == Format::Mt942;
            return self.forgivable_in(&Problem::TotalUnreadable, field);
        };
        let first = open.currency().unwrap_or(stated.currency());
        open.intraday_currency.get_or_insert(stated.currency());
        open.has_totals = open.format == Format::Mt942;
        let (counted, sum) = open.counts.of(credits);
        let computed = Money::new(sum, first);
        let count = count.unwrap_or(counted);
        // What is smaller than the floor is counted by some banks and told by none.
        let smaller = open.has_floor && count >= counted && stated.minor() >= sum;
        // A statement is proven by its balances.
        let proven = open.opening.is_some();
        self.same_currency(first, stated.currency(), field)?;
        if first != stated.currency() {
            return Ok(());
        }
        if stated == computed && count == counted {
            return Ok(());
        }
        if super::balances::is_cut(field, first) {
            self.break_statement();
            return self.complain_in(&Problem::Truncated, field, field.value().len());
        }
        let (stated, computed) = (
            Tally { count, sum: stated },
            Tally {
                count: counted,
                sum: computed,
            },
        );
        if smaller || proven {
            return self.complain_in(&Problem::BelowFloor { stated, computed }, field, 0);
        }
        self.forgivable_in(&Problem::TotalMismatch { stated, computed }, field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_of_real_banks() {
        let check = |value: &str, expected: &str| {
            let found = total(value.as_bytes()).map(|total| {
                format!(
                    "{:?} {} {}",
                    total.count,
                    text(total.code),
                    text(total.amount)
                )
            });
            assert_eq!(found.as_deref().unwrap_or("none"), expected);
        };
        check("2PLN186,33", "Some(2) PLN 186,33");
        check("0PLN0,00", "Some(0) PLN 0,00");
        check("EUR,00", "None EUR ,00");
        check("1EUR,02", "Some(1) EUR ,02");
        check("2PL", "none");
    }
}
