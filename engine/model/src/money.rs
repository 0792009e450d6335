//! Money: whole minor units of one currency, added and compared only with its own kind.

use std::fmt;

use crate::Currency;

/// An amount in whole minor units (grosz, cent) of one currency (kwota). Signed; credit is positive.
///
/// Arithmetic is checked: it refuses another currency and it refuses to overflow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why two amounts could not be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies in one operation.
    #[error("{left} and {right} cannot be added; exchange one of them at a named rate first")]
    TwoCurrencies {
        /// Currency of the left amount.
        left: Currency,
        /// Currency of the right amount.
        right: Currency,
    },
    /// The result does not fit 64 bits of minor units.
    #[error(
        "the result is larger than any amount this office can hold ({currency}); check the amounts"
    )]
    TooLarge {
        /// The currency of the amounts.
        currency: Currency,
    },
}

/// Why a text is not an amount. Nothing unreadable ever becomes zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// No digits, or characters that no amount holds.
    #[error(
        "`{text}` is not an amount; write digits with at most one decimal mark, such as 1234.56"
    )]
    NotAnAmount {
        /// What was written.
        text: String,
    },
    /// More decimal places than the currency has.
    #[error("`{text}` has more decimal places than {currency}, which has {digits}")]
    TooPrecise {
        /// What was written.
        text: String,
        /// The currency it was to be in.
        currency: Currency,
        /// How many places that currency has.
        digits: u32,
    },
    /// More than 64 bits of minor units.
    #[error("`{text}` {currency} is larger than any amount this office can hold")]
    TooLarge {
        /// What was written.
        text: String,
        /// The currency it was to be in.
        currency: Currency,
    },
}

impl Money {
    /// So many minor units of a currency.
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Money {
        Money::new(0, currency)
    }

    /// The whole minor units, signed.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// More than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Less than nothing.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    fn same_currency(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::TwoCurrencies {
                left: self.currency,
                right: other.currency,
            })
        }
    }

    /// The sum of two amounts of one currency.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        self.minor
            .checked_add(other.minor)
            .map(|minor| Money::new(minor, self.currency))
            .ok_or(MoneyError::TooLarge {
                currency: self.currency,
            })
    }

    /// The difference of two amounts of one currency.
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        self.minor
            .checked_sub(other.minor)
            .map(|minor| Money::new(minor, self.currency))
            .ok_or(MoneyError::TooLarge {
                currency: self.currency,
            })
    }

    /// The same amount with the other sign.
    pub fn negated(self) -> Result<Money, MoneyError> {
        self.minor
            .checked_neg()
            .map(|minor| Money::new(minor, self.currency))
            .ok_or(MoneyError::TooLarge {
                currency: self.currency,
            })
    }

    /// The amount without its sign.
    pub fn abs(self) -> Result<Money, MoneyError> {
        if self.is_negative() {
            self.negated()
        } else {
            Ok(self)
        }
    }

    /// The sum of many amounts of one currency.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Money>,
    ) -> Result<Money, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Money::zero(currency), Money::plus)
    }

    /// Reads an amount as people and files write it: an optional sign, digits, and at most one
    /// decimal mark, which may be a dot or a comma (`1234.56`, `1234,5`, `,12`, `4000,`).
    /// Grouping marks are refused here; readers of formats that use them take them out first.
    /// Zeros past the last place of the currency are let through (`12.3400` PLN), but not exactly
    /// three decimal places where the currency has fewer: `1.000` may well mean a thousand.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, AmountError> {
        let not_an_amount = || AmountError::NotAnAmount {
            text: text.to_owned(),
        };
        let too_large = || AmountError::TooLarge {
            text: text.to_owned(),
            currency,
        };
        let digits = currency.minor_digits();
        let (negative, body) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let mark = body.iter().position(|byte| matches!(byte, b'.' | b','));
        let (whole, part) = match mark {
            Some(at) => (&body[..at], &body[at + 1..]),
            None => (body, &[][..]),
        };
        let are_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        if whole.is_empty() && part.is_empty() || !are_digits(whole) || !are_digits(part) {
            return Err(not_an_amount());
        }
        let kept = part.get(..digits as usize).unwrap_or(part);
        let past = &part[kept.len()..];
        if past.iter().any(|&byte| byte != b'0') || !past.is_empty() && part.len() == 3 {
            return Err(AmountError::TooPrecise {
                text: text.to_owned(),
                currency,
                digits,
            });
        }
        let padding = &b"0000"[..digits as usize - kept.len()];
        // Counted away from zero in the sign's own direction, so that the least i64 can be read.
        let sign = if negative { -1 } else { 1 };
        let mut minor = 0_i64;
        for digits in [whole, kept, padding] {
            for &byte in digits {
                let digit = sign * i64::from(byte - b'0');
                let longer = minor.checked_mul(10).and_then(|ten| ten.checked_add(digit));
                minor = longer.ok_or_else(too_large)?;
            }
        }
        Ok(Money::new(minor, currency))
    }

    /// The amount as a plain decimal without its currency: `-12.34`, `7` in yen. [`Money::parse`]
    /// reads it back to the same value.
    pub fn to_decimal_string(self) -> String {
        let digits = self.currency.minor_digits() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let text = format!("{:0width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, part) = text.split_at(text.len() - digits);
        if part.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{part}")
        }
    }
}

impl fmt::Display for Money {
    /// `1234.56 PLN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal_string(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).expect("a code of the dictionary")
    }

    #[test]
    fn amounts_are_read_as_people_and_files_write_them() {
        for (text, code, minor) in [
            ("1234.56", "PLN", 123_456),
            ("1234,5", "PLN", 123_450),
            (",12", "PLN", 12),
            ("4000,", "PLN", 400_000),
            ("-12.34", "PLN", -1_234),
            ("+12.34", "PLN", 1_234),
            ("-0.00", "PLN", 0),
            ("12.3400", "PLN", 1_234),
            ("1000,00", "JPY", 1_000),
            ("7", "JPY", 7),
            ("1.000", "KWD", 1_000),
            ("0.0001", "CLF", 1),
            (
                "0000000000000000000000000000000000000000012.34",
                "PLN",
                1_234,
            ),
            (
                "12.340000000000000000000000000000000000000000",
                "PLN",
                1_234,
            ),
            ("92233720368547758.07", "PLN", i64::MAX),
            ("-92233720368547758.08", "PLN", i64::MIN),
        ] {
            assert_eq!(
                Money::parse(text, currency(code)),
                Ok(Money::new(minor, currency(code))),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_unreadable_is_refused_and_never_zero() {
        for text in [
            "",
            "-",
            "+",
            ".",
            ",",
            "-,",
            "--1",
            "+-1",
            "1-",
            "1.2.3",
            "1,234.56",
            "1 000",
            " 1",
            "1 ",
            "1_000",
            "1e3",
            "0x1",
            "NaN",
            "abc",
            "12,3a",
            "１２",
            "1\u{a0}000",
            "−5",
        ] {
            let refused = Money::parse(text, Currency::PLN);
            assert!(
                matches!(refused, Err(AmountError::NotAnAmount { .. })),
                "{text}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_mark_that_may_group_thousands_is_never_taken_for_a_decimal_mark() {
        for (text, code) in [
            ("1.000", "PLN"),
            ("1,000", "EUR"),
            ("1.000", "JPY"),
            ("12.345", "PLN"),
            ("0.5", "JPY"),
        ] {
            let refused = Money::parse(text, currency(code));
            assert!(
                matches!(refused, Err(AmountError::TooPrecise { .. })),
                "{text}: {refused:?}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in [
            "92233720368547758.08",
            "-92233720368547758.09",
            "1000000000000000000000000000000000000000000",
        ] {
            let refused = Money::parse(text, Currency::PLN);
            assert!(
                matches!(refused, Err(AmountError::TooLarge { .. })),
                "{text}: {refused:?}"
            );
        }
    }

    #[test]
    fn amounts_are_printed_with_the_places_of_their_currency() {
        for (minor, code, text) in [
            (0, "PLN", "0.00 PLN"),
            (-5, "PLN", "-0.05 PLN"),
            (123_456, "PLN", "1234.56 PLN"),
            (-7, "JPY", "-7 JPY"),
            (1, "KWD", "0.001 KWD"),
            (i64::MIN, "PLN", "-92233720368547758.08 PLN"),
        ] {
            assert_eq!(Money::new(minor, currency(code)).to_string(), text);
        }
    }

    #[test]
    fn arithmetic_refuses_to_overflow_and_to_mix() {
        let (most, least) = (
            Money::new(i64::MAX, Currency::PLN),
            Money::new(i64::MIN, Currency::PLN),
        );
        let (grosz, cent) = (Money::new(1, Currency::PLN), Money::new(1, Currency::EUR));
        let too_large = || {
            Err(MoneyError::TooLarge {
                currency: Currency::PLN,
            })
        };
        assert_eq!(most.plus(grosz), too_large());
        assert_eq!(least.minus(grosz), too_large());
        assert_eq!(least.negated(), too_large());
        assert_eq!(least.abs(), too_large());
        assert_eq!(Money::sum(Currency::PLN, [most, grosz]), too_large());
        let mixed = Err(MoneyError::TwoCurrencies {
            left: Currency::PLN,
            right: Currency::EUR,
        });
        assert_eq!(grosz.plus(cent), mixed);
        assert_eq!(grosz.minus(cent), mixed);
        assert_eq!(Money::sum(Currency::PLN, [cent]), mixed);
    }
}
