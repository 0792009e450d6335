//! Currencies of ISO 4217, from one built-in dictionary.

use std::fmt;

use crate::currency_table::{CURRENCIES, Facts};

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

    /// The English name, as the ISO list has it.
    pub fn english_name(self) -> &'static str {
        self.facts().english
    }

    /// The Polish name, in lower case as Polish writes it.
    pub fn polish_name(self) -> &'static str {
        self.facts().polish
    }

    /// Withdrawn currencies can be read from old files, and never be traded.
    pub fn is_withdrawn(self) -> bool {
        self.facts().withdrawn
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
