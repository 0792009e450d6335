//! Exchange rates: exact decimals with the direction in the type, and named rounding.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;

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

/// So many units of `quote` for one unit of `base`; an exact decimal greater than zero, of at most
/// 15 digits and 15 decimal places. Published rates have six digits or so; the bound is what lets
/// every amount be converted exactly in 128 bits.
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
    /// More digits than a rate may have.
    #[error(
        "{value} has more digits than a rate may have (15, after the decimal mark too); round it first"
    )]
    TooPrecise {
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
    /// A rate of `value` units of `quote` for one unit of `base`. A value that was computed (a cross
    /// rate, say) has to be rounded to published digits first.
    pub fn new(value: Decimal, base: Currency, quote: Currency) -> Result<Rate<D>, RateError> {
        if value <= Decimal::ZERO {
            return Err(RateError::NotPositive { value });
        }
        if base == quote {
            return Err(RateError::OneCurrency { currency: base });
        }
        let value = value.normalize();
        if value.mantissa() >= MANTISSA_LIMIT || value.scale() > SCALE_LIMIT {
            return Err(RateError::TooPrecise { value });
        }
        Ok(Rate {
            value,
            base,
            quote,
            direction: PhantomData,
        })
    }

    /// Reads a rate from a plain decimal text: digits with at most one dot or comma.
    pub fn parse(text: &str, base: Currency, quote: Currency) -> Result<Rate<D>, RateError> {
        let marks = text.matches(['.', ',']).count();
        let plain = text
            .strip_prefix('-')
            .unwrap_or(text)
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
        let value = (plain && marks <= 1)
            .then(|| Decimal::from_str_exact(&text.replace(',', ".")).ok())
            .flatten()
            .ok_or_else(|| RateError::NotARate {
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
        let price = self.price();
        let exact = i128::from(base.minor()).checked_mul(price.numerator);
        self.convert(base, self.quote, exact, price.denominator, rounding)
    }

    /// How much base so much quote is.
    pub fn to_base(self, quote: Money, rounding: Rounding) -> Result<Converted, RateError> {
        self.expect(quote, self.quote)?;
        let price = self.price();
        let exact = i128::from(quote.minor()).checked_mul(price.denominator);
        self.convert(quote, self.base, exact, price.numerator, rounding)
    }

    /// The rate as minor units of quote for one minor unit of base, a fraction whose denominator is
    /// a power of ten.
    fn price(self) -> Price {
        let finer = i64::from(self.quote.minor_digits()) - i64::from(self.base.minor_digits());
        let (up, down) = if finer >= 0 {
            (finer.unsigned_abs() as u32, 0)
        } else {
            (0, finer.unsigned_abs() as u32)
        };
        let places = self.value.scale() + down;
        Price {
            numerator: self.value.mantissa() * 10_i128.pow(up),
            denominator: 10_i128.pow(places),
            places,
        }
    }

    /// Rounds `dividend / divisor`. What is left of the dividend counts `1/denominator` of a minor
    /// unit of quote, in both directions: so the remainder is exact even where the quotient of two
    /// decimals has no end.
    fn convert(
        self,
        from: Money,
        into: Currency,
        dividend: Option<i128>,
        divisor: i128,
        rounding: Rounding,
    ) -> Result<Converted, RateError> {
        let too_large = || RateError::TooLarge {
            money: from,
            rate: self.value,
        };
        let dividend = dividend.ok_or_else(too_large)?;
        let minor = divided(dividend, divisor, rounding);
        let rest = dividend - minor * divisor;
        Ok(Converted {
            money: Money::new(i64::try_from(minor).map_err(|_| too_large())?, into),
            remainder: Decimal::try_from_i128_with_scale(rest, self.price().places)
                .map_err(|_| too_large())?
                .normalize(),
        })
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

/// With 63 bits of amount, 50 of mantissa and at most four decimal places of a currency (14 bits),
/// every product here stays within 127 bits.
const MANTISSA_LIMIT: i128 = 10_i128.pow(15);
const SCALE_LIMIT: u32 = 15;

/// Minor units of quote for one minor unit of base: `numerator / denominator`, the denominator being
/// ten to the power of `places`.
struct Price {
    numerator: i128,
    denominator: i128,
    places: u32,
}

/// The whole quotient, rounded; the divisor is more than zero.
fn divided(dividend: i128, divisor: i128, rounding: Rounding) -> i128 {
    let (whole, rest) = (dividend / divisor, dividend % divisor);
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest != 0,
        Rounding::HalfEven => match (2 * rest.abs()).cmp(&divisor) {
            Ordering::Less => false,
            Ordering::Equal => whole % 2 != 0,
            Ordering::Greater => true,
        },
    };
    if away { whole + rest.signum() } else { whole }
}

impl<D: Direction> fmt::Display for Rate<D> {
    /// `4.2815 PLN/EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.value, self.quote, self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        let (amount, code) = text.split_once(' ').expect("amount and code");
        Money::parse(amount, Currency::from_code(code).expect("a code")).expect("an amount")
    }

    fn rate(text: &str) -> Rate<Mid> {
        let [value, pair] = text
            .split(' ')
            .collect::<Vec<_>>()
            .try_into()
            .expect("two words");
        let (quote, base) = pair.split_once('/').expect("a pair");
        let known = |code| Currency::from_code(code).expect("a code");
        Rate::parse(value, known(base), known(quote)).expect("a rate")
    }

    /// `from` at a rate, in each rounding: down, half-even, up, each with its remainder.
    fn check(from: &str, at: &str, wanted: [&str; 3]) {
        let (from, at) = (money(from), rate(at));
        let found = [Rounding::Down, Rounding::HalfEven, Rounding::Up].map(|rounding| {
            let converted = if from.currency() == at.base() {
                at.to_quote(from, rounding)
            } else {
                at.to_base(from, rounding)
            };
            let converted = converted.expect("fits");
            format!("{} {}", converted.money, converted.remainder)
        });
        assert_eq!(found, wanted.map(str::to_owned), "{from} at {at}");
    }

    #[test]
    fn base_to_quote() {
        check("100.00 EUR", "4.2815 PLN/EUR", ["428.15 PLN 0"; 3]);
        check(
            "0.01 EUR",
            "4.2815 PLN/EUR",
            ["0.04 PLN 0.2815", "0.04 PLN 0.2815", "0.05 PLN -0.7185"],
        );
        check(
            "-0.01 EUR",
            "4.2815 PLN/EUR",
            ["-0.04 PLN -0.2815", "-0.04 PLN -0.2815", "-0.05 PLN 0.7185"],
        );
        check("0.00 EUR", "4.2815 PLN/EUR", ["0.00 PLN 0"; 3]);
    }

    #[test]
    fn currencies_with_other_minor_units() {
        check(
            "1 JPY",
            "0.027 PLN/JPY",
            ["0.02 PLN 0.7", "0.03 PLN -0.3", "0.03 PLN -0.3"],
        );
        check(
            "1.00 PLN",
            "0.027 PLN/JPY",
            ["37 JPY 0.1", "37 JPY 0.1", "38 JPY -2.6"],
        );
        check(
            "0.001 KWD",
            "12 PLN/KWD",
            ["0.01 PLN 0.2", "0.01 PLN 0.2", "0.02 PLN -0.8"],
        );
        check(
            "0.01 PLN",
            "12 PLN/KWD",
            ["0.000 KWD 1", "0.001 KWD -0.2", "0.001 KWD -0.2"],
        );
        check(
            "0.0001 CLF",
            "37500 CLP/CLF",
            ["3 CLP 0.75", "4 CLP -0.25", "4 CLP -0.25"],
        );
    }

    #[test]
    fn a_tie_goes_to_the_even_neighbour_and_only_a_tie() {
        check(
            "0.01 EUR",
            "4.5 PLN/EUR",
            ["0.04 PLN 0.5", "0.04 PLN 0.5", "0.05 PLN -0.5"],
        );
        check(
            "0.01 EUR",
            "5.5 PLN/EUR",
            ["0.05 PLN 0.5", "0.06 PLN -0.5", "0.06 PLN -0.5"],
        );
        check(
            "-0.01 EUR",
            "5.5 PLN/EUR",
            ["-0.05 PLN -0.5", "-0.06 PLN 0.5", "-0.06 PLN 0.5"],
        );
        check(
            "0.01 EUR",
            "4.50000000000001 PLN/EUR",
            [
                "0.04 PLN 0.50000000000001",
                "0.05 PLN -0.49999999999999",
                "0.05 PLN -0.49999999999999",
            ],
        );
        check(
            "0.03 PLN",
            "2 PLN/EUR",
            ["0.01 EUR 1", "0.02 EUR -1", "0.02 EUR -1"],
        );
    }

    #[test]
    fn a_quotient_without_end_still_has_an_exact_remainder() {
        check(
            "1.00 PLN",
            "3 PLN/EUR",
            ["0.33 EUR 1", "0.33 EUR 1", "0.34 EUR -2"],
        );
        // A hair over a whole unit: a quotient of 28 digits would show it as whole.
        check(
            "90000000000000000.00 PLN",
            "3.00000000000001 PLN/EUR",
            [
                "29999999999999900.00 EUR 0.0000000001",
                "29999999999999900.00 EUR 0.0000000001",
                "29999999999999900.01 EUR -2.99999999990001",
            ],
        );
    }

    #[test]
    fn the_largest_amounts_fit_or_are_refused() {
        let top = Money::new(i64::MAX, Currency::PLN);
        let bottom = Money::new(i64::MIN, Currency::PLN);
        let one: Rate<Mid> = rate("1 EUR/PLN");
        for money in [top, bottom] {
            assert_eq!(
                one.to_quote(money, Rounding::Up)
                    .map(|done| done.money.minor()),
                Ok(money.minor())
            );
        }
        let finest = rate("999999999999999 UYW/JPY");
        for (from, to_quote) in [(Money::new(i64::MIN, finest.base()), true), (top, false)] {
            let refused = if to_quote {
                finest.to_quote(from, Rounding::Down)
            } else {
                rate("0.000000000000001 PLN/UYW").to_base(from, Rounding::Down)
            };
            assert!(
                matches!(refused, Err(RateError::TooLarge { .. })),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        let parse = |text| Rate::<Buy>::parse(text, Currency::EUR, Currency::PLN);
        for text in [
            "", ".", "abc", "4.2.8", "4,2.8", "4_28", " 4.28", "1e5", "--4", "4.28-", "+4",
        ] {
            assert!(
                matches!(parse(text), Err(RateError::NotARate { .. })),
                "{text}"
            );
        }
        for text in ["0", "-4.28", "0,000"] {
            assert!(
                matches!(parse(text), Err(RateError::NotPositive { .. })),
                "{text}"
            );
        }
        for text in [
            "4.2815000000000001",
            "1234567890123456",
            "0.0000000000000001",
        ] {
            assert!(
                matches!(parse(text), Err(RateError::TooPrecise { .. })),
                "{text}"
            );
        }
        assert_eq!(
            parse("4,28150000000000000000").map(|rate| rate.to_string()),
            Ok("4.2815 PLN/EUR".to_owned())
        );
        assert!(matches!(
            Rate::<Buy>::parse("1", Currency::PLN, Currency::PLN),
            Err(RateError::OneCurrency { .. })
        ));
    }

    #[test]
    fn money_of_another_currency_is_refused() {
        let at = rate("4.2815 PLN/EUR");
        let francs = Money::new(1, Currency::CHF);
        for refused in [
            at.to_quote(francs, Rounding::Down),
            at.to_base(francs, Rounding::Down),
        ] {
            assert!(matches!(refused, Err(RateError::WrongCurrency { .. })));
        }
    }
}
