//! Currencies of ISO 4217, from one built-in dictionary.

use std::fmt;

use crate::currency_table::{CURRENCIES, Facts, Standing};

/// A currency of ISO 4217 (waluta). Only codes of the dictionary exist as values, so a `Currency`
/// always knows its minor unit and its names. Ordered by code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// The code is not in the dictionary of ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{code}` is not a currency code of ISO 4217; write three letters such as PLN or EUR")]
pub struct UnknownCurrency {
    /// What was written.
    pub code: String,
}

impl Currency {
    /// Polish zloty.
    pub const PLN: Currency = Currency::known("PLN");
    /// Euro.
    pub const EUR: Currency = Currency::known("EUR");
    /// United States dollar.
    pub const USD: Currency = Currency::known("USD");
    /// Swiss franc.
    pub const CHF: Currency = Currency::known("CHF");
    /// Pound sterling.
    pub const GBP: Currency = Currency::known("GBP");

    /// Looks a code up at compile time; a code that is missing stops the build.
    const fn known(code: &str) -> Currency {
        let wanted = code.as_bytes();
        let mut index = 0;
        while index < CURRENCIES.len() {
            let have = CURRENCIES[index].code.as_bytes();
            if have[0] == wanted[0] && have[1] == wanted[1] && have[2] == wanted[2] {
                return Currency(index as u8);
            }
            index += 1;
        }
        #[allow(clippy::panic)] // only ever evaluated by the compiler
        {
            panic!("not a code of the dictionary")
        }
    }

    /// The currency of a three-letter code, upper case as ISO 4217 writes it.
    pub fn from_code(code: &str) -> Result<Currency, UnknownCurrency> {
        // Nearly every amount of a Polish bank: worth a look before the dictionary is searched.
        for common in [Currency::PLN, Currency::EUR] {
            if code.as_bytes() == common.code().as_bytes() {
                return Ok(common);
            }
        }
        CURRENCIES
            .binary_search_by(|facts| facts.code.cmp(code))
            .map(|index| Currency(index as u8))
            .map_err(|_| UnknownCurrency {
                code: code.to_owned(),
            })
    }

    /// Every currency of the dictionary, in the order of the codes; withdrawn ones included.
    pub fn all() -> impl Iterator<Item = Currency> {
        (0..CURRENCIES.len()).map(|index| Currency(index as u8))
    }

    fn facts(self) -> &'static Facts {
        &CURRENCIES[usize::from(self.0)]
    }

    /// The three letters, such as `PLN`.
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// How many decimal places the minor unit has: 2 for PLN, 0 for JPY, 3 for KWD.
    pub fn minor_digits(self) -> u32 {
        u32::from(self.facts().minor_digits)
    }

    /// The English name as ISO 4217 has it: `US Dollar`.
    pub fn english_name(self) -> &'static str {
        self.facts().english
    }

    /// The Polish name as the NBP's tables write it: `dolar amerykański`, `forint (Węgry)`.
    pub fn polish_name(self) -> &'static str {
        self.facts().polish
    }

    /// Withdrawn currencies can be read from old files, and never be traded.
    pub fn is_withdrawn(self) -> bool {
        self.facts().standing == Standing::Withdrawn
    }

    /// Money of today, which an office can hold and trade: neither withdrawn, nor a fund, a unit of
    /// account or a metal (`XDR`, `CLF`, `XAU`).
    pub fn is_tradable(self) -> bool {
        self.facts().standing == Standing::Current
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_sorted_unique_and_complete_in_each_row() {
        for pair in CURRENCIES.windows(2) {
            assert!(
                pair[0].code < pair[1].code,
                "{} {}",
                pair[0].code,
                pair[1].code
            );
        }
        for currency in Currency::all() {
            let code = currency.code();
            assert!(
                code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()),
                "{code}"
            );
            assert!(!currency.english_name().trim().is_empty(), "{code}");
            assert!(!currency.polish_name().trim().is_empty(), "{code}");
            assert!(currency.minor_digits() <= 4, "{code}");
            assert_eq!(Currency::from_code(code), Ok(currency));
        }
    }

    #[test]
    fn names_are_told_apart() {
        for name in [Currency::english_name, Currency::polish_name] {
            let mut names: Vec<_> = Currency::all().map(name).collect();
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn minor_units_follow_the_standard() {
        let digits = |code| Currency::from_code(code).map(Currency::minor_digits);
        for (code, wanted) in [
            ("PLN", 2),
            ("EUR", 2),
            ("HUF", 2),
            ("CZK", 2),
            ("JPY", 0),
            ("ISK", 0),
            ("KRW", 0),
            ("VND", 0),
            ("CLP", 0),
            ("KWD", 3),
            ("BHD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
        ] {
            assert_eq!(digits(code), Ok(wanted), "{code}");
        }
    }

    #[test]
    fn what_can_be_traded() {
        let standing = |code| {
            Currency::from_code(code).map(|known| (known.is_tradable(), known.is_withdrawn()))
        };
        for code in ["PLN", "EUR", "UAH", "XAF", "XCG", "ZWG"] {
            assert_eq!(standing(code), Ok((true, false)), "{code}");
        }
        for code in ["DEM", "HRK", "BGN", "PLZ", "LTL", "ANG"] {
            assert_eq!(standing(code), Ok((false, true)), "{code}");
        }
        for code in ["XDR", "XAU", "CHW", "CLF"] {
            assert_eq!(standing(code), Ok((false, false)), "{code}");
        }
    }

    #[test]
    fn a_code_that_is_no_currency_is_refused_by_name() {
        for code in ["", "pln", "PL", "PLNN", "XTS", "ZZZ", "ZŁO"] {
            let refused = Currency::from_code(code);
            assert_eq!(
                refused,
                Err(UnknownCurrency {
                    code: code.to_owned()
                })
            );
        }
        assert_eq!(Currency::PLN.code(), "PLN");
        assert_eq!(Currency::PLN.polish_name(), "złoty");
        assert_eq!(format!("{} {:?}", Currency::EUR, Currency::CHF), "EUR CHF");
    }
}
