//! Polish identity numbers and their check digits.

use std::fmt;

use crate::Date;

/// Why a number is not the identity number it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not so many digits.
    #[error("{what} has {wanted} digits, and `{text}` does not")]
    Digits {
        /// `PESEL`, `NIP` or `REGON`.
        what: &'static str,
        /// What was written.
        text: String,
        /// How many digits it has.
        wanted: &'static str,
    },
    /// The check digit does not fit.
    #[error("the check digit of {what} `{text}` is wrong: a digit is mistyped or two are swapped")]
    CheckDigit {
        /// `PESEL`, `NIP` or `REGON`.
        what: &'static str,
        /// What was written.
        text: String,
    },
    /// The birth date inside a PESEL does not exist.
    #[error("PESEL `{text}` names a day that does not exist")]
    BirthDate {
        /// What was written.
        text: String,
    },
}

/// A PESEL: the number of a person, with birth date, sex and a check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pesel(String);

/// A NIP: the tax number of a person or company.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nip(String);

/// A REGON: the statistical number of a company, of 9 or 14 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Regon(String);

/// The weighted sum of the digits; `digits` holds ASCII digits only.
fn weighted(digits: &str, weights: &[u32]) -> u32 {
    digits
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum()
}

/// The digit at a place; `digits` holds ASCII digits only and is long enough.
fn digit(digits: &str, at: usize) -> u32 {
    digits
        .as_bytes()
        .get(at)
        .map_or(0, |byte| u32::from(byte - b'0'))
}

fn only_digits(
    text: &str,
    what: &'static str,
    lengths: &[usize],
    wanted: &'static str,
) -> Result<String, IdentityError> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(IdentityError::Digits {
            what,
            text: text.to_owned(),
            wanted,
        })
    }
}

impl Pesel {
    /// Reads eleven digits; spaces and dashes are taken out.
    pub fn parse(text: &str) -> Result<Pesel, IdentityError> {
        let digits = only_digits(text, "PESEL", &[11], "11")?;
        let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
        if (10 - sum % 10) % 10 != digit(&digits, 10) {
            return Err(IdentityError::CheckDigit {
                what: "PESEL",
                text: text.to_owned(),
            });
        }
        let pesel = Pesel(digits);
        match pesel.birth_date() {
            Some(_) => Ok(pesel),
            None => Err(IdentityError::BirthDate {
                text: text.to_owned(),
            }),
        }
    }

    /// The birth date: the month carries the century (+80 18xx, +0 19xx, +20 20xx, +40 21xx,
    /// +60 22xx).
    pub fn birth_date(&self) -> Option<Date> {
        let pair = |at| digit(&self.0, at) * 10 + digit(&self.0, at + 1);
        let (year, coded, day) = (pair(0), pair(2), pair(4));
        let century = match coded / 20 {
            0 => 1900,
            1 => 2000,
            2 => 2100,
            3 => 2200,
            _ => 1800,
        };
        Date::new((century + year) as i16, (coded % 20) as i8, day as i8).ok()
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Nip {
    /// Reads ten digits; a leading `PL`, spaces and dashes are taken out.
    pub fn parse(text: &str) -> Result<Nip, IdentityError> {
        let trimmed = text.trim();
        let plain = trimmed.strip_prefix("PL").unwrap_or(trimmed);
        let digits = only_digits(plain, "NIP", &[10], "10")?;
        if weighted(&digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 != digit(&digits, 9) {
            return Err(IdentityError::CheckDigit {
                what: "NIP",
                text: text.to_owned(),
            });
        }
        Ok(Nip(digits))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Regon {
    /// Reads nine or fourteen digits.
    pub fn parse(text: &str) -> Result<Regon, IdentityError> {
        let digits = only_digits(text, "REGON", &[9, 14], "9 or 14")?;
        let nine = weighted(&digits, &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == digit(&digits, 8);
        let fourteen = digits.len() == 9
            || weighted(&digits, &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11 % 10
                == digit(&digits, 13);
        if !(nine && fourteen) {
            return Err(IdentityError::CheckDigit {
                what: "REGON",
                text: text.to_owned(),
            });
        }
        Ok(Regon(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Personal numbers do not reach logs by accident: only the first digits are shown.
macro_rules! shy {
    ($($kind:ident),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($kind), "({}…)"), self.0.get(..2).unwrap_or_default())
            }
        }
    )*};
}
shy!(Pesel, Nip, Regon);
