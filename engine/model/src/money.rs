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
    pub fn parse(text: &str, currency: Currency) -> Result<Money, AmountError> {
        let not_an_amount = || AmountError::NotAnAmount {
            text: text.to_owned(),
        };
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let mut minor: i128 = 0;
        let mut places: Option<u32> = None;
        let mut seen = 0_u32;
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    if let Some(count) = &mut places {
                        *count += 1;
                    }
                    seen += 1;
                    if seen > 30 {
                        return Err(AmountError::TooLarge {
                            text: text.to_owned(),
                            currency,
                        });
                    }
                    minor = minor * 10 + i128::from(byte - b'0');
                }
                b'.' | b',' if places.is_none() => places = Some(0),
                _ => return Err(not_an_amount()),
            }
        }
        if seen == 0 {
            return Err(not_an_amount());
        }
        let digits = currency.minor_digits();
        let mut places = places.unwrap_or(0);
        while places > digits && minor % 10 == 0 {
            minor /= 10;
            places -= 1;
        }
        if places > digits {
            return Err(AmountError::TooPrecise {
                text: text.to_owned(),
                currency,
                digits,
            });
        }
        let scaled = minor * 10_i128.pow(digits - places);
        let signed = if negative { -scaled } else { scaled };
        i64::try_from(signed)
            .map(|minor| Money::new(minor, currency))
            .map_err(|_| AmountError::TooLarge {
                text: text.to_owned(),
                currency,
            })
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
