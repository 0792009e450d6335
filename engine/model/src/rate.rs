//! Exchange rates: exact decimals with the direction in the type, and named rounding.

use std::fmt;
use std::marker::PhantomData;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::{Currency, Money};

/// Which side of the office a rate is for. Implemented by [`Buy`], [`Sell`] and [`Mid`] only.
pub trait Direction: Copy + Eq + fmt::Debug + private::Sealed {}

mod private {
    pub trait Sealed {}
}

/// The office buys the base currency (kurs kupna): the customer gives base and gets quote.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Buy;
/// The office sells the base currency (kurs sprzedaży): the customer gives quote and gets base.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Sell;
/// The reference rate between the two, at which the position is carried (kurs średni).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Mid;

impl private::Sealed for Buy {}
impl private::Sealed for Sell {}
impl private::Sealed for Mid {}
impl Direction for Buy {}
impl Direction for Sell {}
impl Direction for Mid {}

/// So many units of `quote` for one unit of `base`; an exact decimal greater than zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rate<D> {
    value: Decimal,
    base: Currency,
    quote: Currency,
    direction: PhantomData<D>,
}

/// How an exact result becomes whole minor units. The name says whom it favours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// Toward zero: what the office pays out.
    Down,
    /// Away from zero: what the office asks for.
    Up,
    /// To the nearest, half to the even neighbour: what favours nobody (valuation).
    HalfEven,
}

/// A converted amount with what rounding took from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Converted {
    /// Whole minor units.
    pub money: Money,
    /// The exact value less the rounded one, in minor units of the rate's *quote* currency
    /// (a product is exact there, a quotient would not be). Zero when nothing was rounded.
    pub remainder: Decimal,
}

/// Why a rate could not be made or applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Zero or less.
    #[error("a rate must be more than zero, and {value} is not")]
    NotPositive {
        /// What was given.
        value: Decimal,
    },
    /// Base and quote are the same.
    #[error("a rate stands between two currencies, and both are {currency}")]
    OneCurrency {
        /// The currency given twice.
        currency: Currency,
    },
    /// The text is no decimal number.
    #[error("`{text}` is not a rate; write a decimal number such as 4.2815")]
    NotARate {
        /// What was written.
        text: String,
    },
    /// The money is in a currency that the rate does not have on that side.
    #[error("the rate {base}/{quote} cannot convert {found}")]
    WrongCurrency {
        /// The rate's base.
        base: Currency,
        /// The rate's quote.
        quote: Currency,
        /// The currency of the money.
        found: Currency,
    },
    /// The result does not fit.
    #[error("{money} at {rate} is larger than any amount this office can hold")]
    TooLarge {
        /// The money to be converted.
        money: Money,
        /// The rate.
        rate: Decimal,
    },
}

impl<D: Direction> Rate<D> {
    /// A rate of `value` units of `quote` for one unit of `base`.
    pub fn new(value: Decimal, base: Currency, quote: Currency) -> Result<Rate<D>, RateError> {
        if value <= Decimal::ZERO {
            return Err(RateError::NotPositive { value });
        }
        if base == quote {
            return Err(RateError::OneCurrency { currency: base });
        }
        Ok(Rate {
            value: value.normalize(),
            base,
            quote,
            direction: PhantomData,
        })
    }

    /// Reads a rate from a plain decimal text, with a dot or a comma.
    pub fn parse(text: &str, base: Currency, quote: Currency) -> Result<Rate<D>, RateError> {
        let value =
            Decimal::from_str_exact(&text.replace(',', ".")).map_err(|_| RateError::NotARate {
                text: text.to_owned(),
            })?;
        Rate::new(value, base, quote)
    }

    /// Units of quote for one unit of base.
    pub const fn value(self) -> Decimal {
        self.value
    }

    /// The currency of which one unit is priced.
    pub const fn base(self) -> Currency {
        self.base
    }

    /// The currency in which the price is.
    pub const fn quote(self) -> Currency {
        self.quote
    }

    /// How much quote so much base is.
    pub fn to_quote(self, base: Money, rounding: Rounding) -> Result<Converted, RateError> {
        self.expect(base, self.base)?;
        let too_large = || RateError::TooLarge {
            money: base,
            rate: self.value,
        };
        let exact = self.exact_quote_minor(base.minor()).ok_or_else(too_large)?;
        let minor = rounded(exact, rounding).ok_or_else(too_large)?;
        Ok(Converted {
            money: Money::new(minor, self.quote),
            remainder: (exact - Decimal::from(minor)).normalize(),
        })
    }

    /// How much base so much quote is.
    pub fn to_base(self, quote: Money, rounding: Rounding) -> Result<Converted, RateError> {
        self.expect(quote, self.quote)?;
        let too_large = || RateError::TooLarge {
            money: quote,
            rate: self.value,
        };
        let shift = shift(self.quote, self.base);
        let per_quote_minor = if shift >= 0 {
            Decimal::from(quote.minor()).checked_mul(power_of_ten(shift.unsigned_abs()))
        } else {
            Decimal::from(quote.minor()).checked_div(power_of_ten(shift.unsigned_abs()))
        };
        let quotient = per_quote_minor
            .and_then(|scaled| scaled.checked_div(self.value))
            .ok_or_else(too_large)?;
        let mut minor = rounded(quotient, rounding).ok_or_else(too_large)?;
        // The quotient of two decimals is itself rounded in its 28th digit; the product is not.
        // Where that last digit carried the result over a whole unit, the product shows it.
        let target = Decimal::from(quote.minor());
        let exact = |minor: i64| self.exact_quote_minor(minor).ok_or_else(too_large);
        match rounding {
            Rounding::Down => {
                if exact(minor)?.abs() > target.abs() {
                    minor -= minor.signum();
                }
            }
            Rounding::Up => {
                if exact(minor)?.abs() < target.abs() {
                    minor += if quote.is_negative() { -1 } else { 1 };
                }
            }
            Rounding::HalfEven => {}
        }
        Ok(Converted {
            money: Money::new(minor, self.base),
            remainder: (target - exact(minor)?).normalize(),
        })
    }

    /// `base_minor` of base in minor units of quote, exactly.
    fn exact_quote_minor(self, base_minor: i64) -> Option<Decimal> {
        let product = Decimal::from(base_minor).checked_mul(self.value)?;
        let shift = shift(self.base, self.quote);
        if shift >= 0 {
            product.checked_mul(power_of_ten(shift.unsigned_abs()))
        } else {
            // Dividing by a power of ten moves the point; it is exact while the scale has room.
            product.checked_mul(Decimal::new(1, shift.unsigned_abs() as u32))
        }
    }

    fn expect(self, money: Money, wanted: Currency) -> Result<(), RateError> {
        if money.currency() == wanted {
            Ok(())
        } else {
            Err(RateError::WrongCurrency {
                base: self.base,
                quote: self.quote,
                found: money.currency(),
            })
        }
    }
}

/// By how many decimal places minor units of `to` are finer than those of `from`.
fn shift(from: Currency, to: Currency) -> i64 {
    i64::from(to.minor_digits()) - i64::from(from.minor_digits())
}

fn power_of_ten(places: u64) -> Decimal {
    (0..places).fold(Decimal::ONE, |power, _| power * Decimal::TEN)
}

fn rounded(exact: Decimal, rounding: Rounding) -> Option<i64> {
    let strategy = match rounding {
        Rounding::Down => RoundingStrategy::ToZero,
        Rounding::Up => RoundingStrategy::AwayFromZero,
        Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
    };
    i64::try_from(exact.round_dp_with_strategy(0, strategy)).ok()
}

impl<D: Direction> fmt::Display for Rate<D> {
    /// `4.2815 PLN/EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.value, self.quote, self.base)
    }
}
