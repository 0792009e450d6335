//! Sums of amounts over all currencies, as control sums are.

use kantor_model::Money;

/// A plain sum of decimal numbers, whatever their currencies (CtrlSum).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sum {
    /// In units of `digits` decimal places.
    units: i128,
    digits: u32,
}

/// A number of ISO 20022 (DecimalNumber, ActiveOrHistoricCurrencyAndAmount) has eighteen digits.
const TOTAL_DIGITS: u32 = 18;

/// No sum that is read has more than these, and with them no arithmetic here can overflow.
const WHOLE_DIGITS: usize = 20;
const DECIMALS: usize = 5;

impl Sum {
    /// Adds an amount; at the end of all numbers it stays there, which [`Sum::fits`] denies.
    pub(super) fn add(&mut self, amount: Money) {
        let digits = amount.currency().minor_digits();
        self.add_units(i128::from(amount.minor()), digits);
    }

    /// Adds another sum.
    pub(super) fn add_sum(&mut self, other: Sum) {
        self.add_units(other.units, other.digits);
    }

    fn add_units(&mut self, units: i128, digits: u32) {
        if digits == self.digits {
            self.units = self.units.saturating_add(units);
            return;
        }
        let common = self.digits.max(digits);
        let scaled = |units: i128, digits: u32| units.saturating_mul(10_i128.pow(common - digits));
        self.units = scaled(self.units, self.digits).saturating_add(scaled(units, digits));
        self.digits = common;
    }

    /// Whether the number has no more digits than the standard has place for.
    pub(super) fn fits(self) -> bool {
        self.units.unsigned_abs() < 10_u128.pow(TOTAL_DIGITS)
    }

    /// Reads a decimal number with a dot; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Sum> {
        let (sign, number) = match text.strip_prefix('-') {
            Some(number) => (-1, number),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + decimals.len() == 0 || !numeric(whole) || !numeric(decimals) {
            return None;
        }
        let decimals = decimals.trim_end_matches('0');
        if whole.len() > WHOLE_DIGITS || decimals.len() > DECIMALS {
            return None;
        }
        let mut units: i128 = 0;
        for byte in whole.bytes().chain(decimals.bytes()) {
            units = units
                .checked_mul(10)?
                .checked_add(i128::from(byte - b'0'))?;
        }
        Some(Sum {
            units: sign * units,
            digits: u32::try_from(decimals.len()).ok()?,
        })
    }

    /// Whether it is the same number.
    pub(super) fn equals(self, other: Sum) -> bool {
        let mut difference = self;
        difference.add_units(other.units.saturating_neg(), other.digits);
        difference.units == 0
    }

    /// With a dot and the decimals of the finest currency in it: `1234.56`.
    pub(super) fn push(self, out: &mut String) {
        let scale = 10_u128.pow(self.digits);
        let units = self.units.unsigned_abs();
        if self.units < 0 {
            out.push('-');
        }
        out.push_str(&(units / scale).to_string());
        if self.digits > 0 {
            let width = usize::try_from(self.digits).unwrap_or_default();
            let decimals = units % scale;
            out.push_str(&format!(".{decimals:0width$}"));
        }
    }

    /// As text.
    pub(super) fn text(self) -> String {
        let mut text = String::new();
        self.push(&mut text);
        text
    }
}

#[cfg(test)]
mod tests {
    use kantor_model::Currency;

    use super::*;

    fn sum(amounts: &[(&str, &str)]) -> Sum {
        let mut sum = Sum::default();
        for (amount, code) in amounts {
            let currency = Currency::from_code(code).unwrap();
            sum.add(Money::parse(amount, currency).unwrap());
        }
        sum
    }

    #[test]
    fn currencies_of_different_decimals_add_up() {
        let check = |amounts: &[(&str, &str)], text: &str| assert_eq!(sum(amounts).text(), text);
        check(&[], "0");
        check(&[("10000000", "JPY")], "10000000");
        check(&[("1.50", "PLN"), ("0.50", "EUR")], "2.00");
        check(&[("7", "JPY"), ("0.05", "EUR"), ("1.001", "KWD")], "8.051");
    }

    #[test]
    fn numbers_are_compared_whatever_their_decimals() {
        let check = |one: &str, other: &str, same: bool| {
            let (one, other) = (Sum::parse(one).unwrap(), Sum::parse(other).unwrap());
            assert_eq!(one.equals(other), same);
        };
        check("11500000", "11500000.00", true);
        check("4.5", "4.50", true);
        check("4.5", "4.05", false);
        check("-4.5", "4.5", false);
        check("0", "-0.00", true);
        for wrong in ["", ".", "1,5", "1e5", "- 1", "1.2.3", "0.000001"] {
            assert_eq!(Sum::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Sum::parse(&"9".repeat(21)), None);
    }

    #[test]
    fn eighteen_digits_fit() {
        let check = |minor: i64, fits: bool| {
            let mut sum = Sum::default();
            sum.add(Money::new(minor, Currency::PLN));
            assert_eq!(sum.fits(), fits);
        };
        check(999_999_999_999_999_999, true);
        check(1_000_000_000_000_000_000, false);
        check(i64::MAX, false);
    }
}
