//! `:60F:` `:60M:` `:62F:` `:62M:` `:64:` — 1!a6!n3!a15d.
//!
//! The length of the amount is not held to 15: PKO BP documents 18.

use kantor_model::{AmountError, Balance, Currency, Money, MoneyError};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::multispace0;
use nom::combinator::value;
use nom::{IResult, Parser};

use super::date::WrittenDate;

/// Why a balance cannot be read, with the byte of the field where it shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum BalanceError {
    /// The field is not of the form.
    Form { offset: usize },
    /// The calendar does not have the day.
    Day { offset: usize },
    /// No currency of the dictionary.
    Currency { offset: usize, code: String },
    /// The amount is not one.
    Amount { offset: usize, error: AmountError },
}

struct Written<'a> {
    negative: bool,
    date: &'a [u8],
    currency: &'a [u8],
    amount: &'a [u8],
}

/// Mark, date, currency, amount, and nothing else.
fn written(field: &[u8]) -> IResult<&[u8], Written<'_>> {
    let mark = alt((value(false, tag("C")), value(true, tag("D"))));
    let date = take_while_m_n(6, 6, |byte: u8| byte.is_ascii_digit());
    let currency = take_while_m_n(3, 3, |byte: u8| byte.is_ascii_uppercase());
    let amount = take_while1(|byte: u8| byte.is_ascii_digit() || byte == b',' || byte == b'.');
    let (rest, (_, negative, date, currency, _, amount, _)) = (
        multispace0,
        mark,
        date,
        currency,
        multispace0,
        amount,
        multispace0,
    )
        .parse(field)?;
    Ok((
        rest,
        Written {
            negative,
            date,
            currency,
            amount,
        },
    ))
}

/// Reads the value of a balance field.
pub(super) fn balance(field: &[u8]) -> Result<Balance, BalanceError> {
    let offset_of = |rest: &[u8]| field.len() - rest.len();
    let written = match written(field) {
        Ok(([], written)) => written,
        Ok((rest, _)) => {
            return Err(BalanceError::Form {
                offset: offset_of(rest),
            });
        }
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
            return Err(BalanceError::Form {
                offset: offset_of(error.input),
            });
        }
        Err(nom::Err::Incomplete(_)) => {
            return Err(BalanceError::Form {
                offset: field.len(),
            });
        }
    };
    let place = |part: &[u8]| position(field, part);
    let code = text(written.currency);
    let currency = Currency::from_code(code).map_err(|_| BalanceError::Currency {
        offset: place(written.currency),
        code: code.to_owned(),
    })?;
    let unsigned =
        Money::parse(text(written.amount), currency).map_err(|error| BalanceError::Amount {
            offset: place(written.amount),
            error,
        })?;
    let amount = signed(unsigned, written.negative).map_err(|_| BalanceError::Form {
        offset: place(written.amount),
    })?;
    let date = WrittenDate::from_six(written.date)
        .and_then(WrittenDate::existing)
        .ok_or(BalanceError::Day {
            offset: place(written.date),
        })?;
    Ok(Balance { amount, date })
}

/// Whether the amount at the end of the field has fewer decimal places than its currency: where the
/// file stops here, digits may be missing.
pub(super) fn lacks_places(field: &[u8], currency: Currency) -> bool {
    let places = field
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let has_mark =
        places < field.len() && matches!(field.iter().rev().nth(places), Some(b',' | b'.'));
    !has_mark || u32::try_from(places).is_ok_and(|places| places < currency.minor_digits())
}

/// The amount with its sign.
pub(super) fn signed(amount: Money, negative: bool) -> Result<Money, MoneyError> {
    if negative {
        amount.negated()
    } else {
        Ok(amount)
    }
}

/// Digits and letters that the grammar has already looked at.
pub(super) fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or_default()
}

/// Where in the field a part of it begins.
pub(super) fn position(field: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize)
        .saturating_sub(field.as_ptr() as usize)
        .min(field.len())
}

/// The currency that some banks write after the account number in `:25:`.
pub(super) fn trailing_currency(account: &[u8]) -> Option<Currency> {
    let (before, code) = account.split_at_checked(account.len().checked_sub(3)?)?;
    before
        .last()
        .is_some_and(|byte| byte.is_ascii_digit() || *byte == b' ')
        .then(|| Currency::from_code(text(code)).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_of_real_banks() {
        let check = |field: &str, expected: &str| {
            let found = match balance(field.as_bytes()) {
                Ok(balance) => format!("{} {}", balance.date, balance.amount),
                Err(BalanceError::Form { offset }) => format!("form at {offset}"),
                Err(BalanceError::Day { offset }) => format!("day at {offset}"),
                Err(BalanceError::Currency { offset, code }) => format!("{code} at {offset}"),
                Err(BalanceError::Amount { offset, .. }) => format!("amount at {offset}"),
            };
            assert_eq!(found, expected, "{field}");
        };
        check("C071023PLN8985995772,25", "2007-10-23 8985995772.25 PLN");
        check("D210531PLN3336,72", "2021-05-31 -3336.72 PLN");
        check("C081130PLN000000002535,03", "2008-11-30 2535.03 PLN");
        check("C200904EUR0,", "2020-09-04 0.00 EUR");
        check("C100318EUR,12", "2010-03-18 0.12 EUR");
        check("\r\nC150401EUR2446,61 ", "2015-04-01 2446.61 EUR");
        check("C0710", "form at 1");
        check("C071023PL", "form at 7");
        check("C071023PLN", "form at 10");
        check("C071023PLN12,50x", "form at 15");
        check("C071023PLN12,5,0", "amount at 10");
        check("C071023PLN,", "amount at 10");
        check("C071023PLN12,505", "amount at 10");
        check("C070230PLN1,00", "day at 1");
        check("C071023QQQ1,00", "QQQ at 7");
        check("X071023PLN1,00", "form at 0");
        check("C071023PLN99999999999999999,00", "amount at 10");
    }

    #[test]
    fn a_cut_amount_lacks_places() {
        let check = |field: &str, lacks: bool| {
            assert_eq!(
                lacks_places(field.as_bytes(), Currency::PLN),
                lacks,
                "{field}"
            );
        };
        check("C261102PLN1460,51", false);
        check("C261102PLN1460,5", true);
        check("C261102PLN1460,", true);
        check("C261102PLN1460", true);
        check("", true);
    }

    #[test]
    fn an_account_may_end_with_its_currency() {
        let code = |text: &str| trailing_currency(text.as_bytes()).map(Currency::code);
        assert_eq!(code("51210600/9223382012EUR"), Some("EUR"));
        assert_eq!(code("NL84RABO01212121212 EUR"), Some("EUR"));
        assert_eq!(code("PL61109010140000071219812874"), None);
        assert_eq!(code("ACEUR"), None);
        assert_eq!(code(""), None);
    }
}
