//! How SWIFT writes days and amounts: `261123`, `EUR234,34`.

use std::fmt::Write as _;

use kantor_model::{Currency, Date, Money};

/// The years that two digits can tell: 00 to 79 are of this century.
pub(crate) const YEARS: (i16, i16) = (2000, 2079);

/// The digits of an amount with its comma (15d).
const AMOUNT: usize = 15;

/// The day as YYMMDD.
pub(crate) fn write_date(date: Date) -> String {
    let year = date.year().rem_euclid(100);
    format!("{year:02}{:02}{:02}", date.month(), date.day())
}

/// The day of six digits.
pub(crate) fn date(text: &str) -> Option<Date> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let year = i16::from(part(0)?);
    let century = if year < 80 { 2000 } else { 1900 };
    Date::new(century + year, part(2)?, part(4)?).ok()
}

/// The amount with a comma, which stands also where no minor unit follows: `234,34`, `1000,`.
/// `None` when it has more digits than there is place for.
pub(crate) fn write_amount(amount: Money) -> Option<String> {
    let text = amount.to_decimal_string().replace('.', ",");
    let text = if text.contains(',') { text } else { text + "," };
    (text.len() <= AMOUNT).then_some(text)
}

/// Why a text is no amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoAmount {
    /// Not digits with one comma among them.
    Shape,
    /// More decimal places than the currency has.
    TooPrecise,
    /// More than can be counted.
    TooLarge,
}

/// The amount of digits and one comma.
pub(crate) fn amount(text: &str, currency: Currency) -> Result<Money, NoAmount> {
    let (units, parts) = text.split_once(',').ok_or(NoAmount::Shape)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(units) || !digits(parts) || units.is_empty() && parts.is_empty() {
        return Err(NoAmount::Shape);
    }
    let places = usize::try_from(currency.minor_digits()).unwrap_or_default();
    let parts = parts.trim_end_matches('0');
    if parts.len() > places {
        return Err(NoAmount::TooPrecise);
    }
    let mut all = String::with_capacity(units.len() + places);
    let _ = write!(all, "{units}{parts:0<places$}");
    all.parse::<i64>()
        .map(|minor| Money::new(minor, currency))
        .map_err(|_| NoAmount::TooLarge)
}

/// A plain sum of amounts whatever their currencies, as headers hold it, in ten-thousandths: no
/// currency has more than four decimal places.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct PlainSum(i128);

impl PlainSum {
    /// The sum of these amounts.
    pub(crate) fn of(amounts: impl IntoIterator<Item = Money>) -> PlainSum {
        let ten_thousandths = amounts.into_iter().map(|amount| {
            let places = 4_u32.saturating_sub(amount.currency().minor_digits());
            i128::from(amount.minor()).saturating_mul(10_i128.pow(places))
        });
        PlainSum(ten_thousandths.fold(0, i128::saturating_add))
    }

    /// Digits with a comma or a dot, or without one.
    pub(crate) fn parse(text: &str) -> Option<PlainSum> {
        let (units, parts) = text.split_once([',', '.']).unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let parts = parts.trim_end_matches('0');
        if units.is_empty() || !digits(units) || !digits(parts) || parts.len() > 4 {
            return None;
        }
        format!("{units}{parts:0<4}").parse().ok().map(PlainSum)
    }

    /// With a mark, and two decimal places at least.
    pub(crate) fn write(self, mark: char) -> String {
        let (units, parts) = (self.0 / 10_000, self.0 % 10_000);
        let parts = format!("{parts:04}");
        let kept = parts.trim_end_matches('0');
        format!("{units}{mark}{kept:0<2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_of_this_century_up_to_79() {
        let check = |text: &str, expected: Option<&str>| {
            let found = date(text).map(|date| date.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("261123", Some("2026-11-23"));
        check("800101", Some("1980-01-01"));
        for text in ["", "26112", "2611230", "260230", "+61123", "26-123"] {
            check(text, None);
        }
        assert_eq!(write_date(Date::new(2006, 1, 5).unwrap()), "060105");
    }

    #[test]
    fn amounts_have_a_comma() {
        let code = |code: &str| Currency::from_code(code).unwrap();
        let check = |text: &str, currency: &str, expected: Result<i64, NoAmount>| {
            let found = amount(text, code(currency)).map(Money::minor);
            assert_eq!(found, expected, "{text} {currency}");
        };
        check("234,34", "EUR", Ok(23_434));
        check("14,", "CNY", Ok(14_00));
        check(",5", "EUR", Ok(50));
        check("1000,", "JPY", Ok(1000));
        check("1000,00", "JPY", Ok(1000));
        check("1,234", "KWD", Ok(1234));
        check("1,234", "EUR", Err(NoAmount::TooPrecise));
        check("234.34", "EUR", Err(NoAmount::Shape));
        check("1,2,3", "EUR", Err(NoAmount::Shape));
        check(",", "EUR", Err(NoAmount::Shape));
        check("-1,00", "EUR", Err(NoAmount::Shape));
        check("92233720368547758,08", "EUR", Err(NoAmount::TooLarge));
        let written = |minor, currency| write_amount(Money::new(minor, code(currency)));
        assert_eq!(written(23_434, "EUR").as_deref(), Some("234,34"));
        assert_eq!(written(1000, "JPY").as_deref(), Some("1000,"));
        assert_eq!(
            written(999_999_999_999_99, "EUR").as_deref(),
            Some("999999999999,99")
        );
        assert_eq!(written(9_999_999_999_999_99, "EUR"), None);
    }

    #[test]
    fn sums_run_over_currencies() {
        let amounts = [(23_434, "EUR"), (1000, "JPY"), (1500, "KWD")]
            .map(|(minor, code)| Money::new(minor, Currency::from_code(code).unwrap()));
        let sum = PlainSum::of(amounts);
        assert_eq!(sum.write(','), "1235,84");
        let check = |text: &str, same: bool| assert_eq!(PlainSum::parse(text) == Some(sum), same);
        check("1235,84", true);
        check("1235.840", true);
        check("1235,8400", true);
        check("1235,841", false);
        check("", false);
        check("1 235,84", false);
        assert_eq!(PlainSum::of([]).write('.'), "0.00");
    }
}
