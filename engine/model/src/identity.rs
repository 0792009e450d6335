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
    /// The check digit fits, and no office ever gave out such a number.
    #[error("{what} `{text}` is a number that nobody has: {why}")]
    NeverIssued {
        /// `PESEL`, `NIP` or `REGON`.
        what: &'static str,
        /// What was written.
        text: String,
        /// The rule it breaks.
        why: &'static str,
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
    /// Reads ten digits; a leading `PL`, spaces and dashes are taken out. The first three digits
    /// are a tax office, and none has a zero in front or two behind (pattern `TNrNIP` of the Ministry
    /// of Finance's schemas).
    pub fn parse(text: &str) -> Result<Nip, IdentityError> {
        let trimmed = text.trim();
        let plain = match trimmed.get(..2) {
            Some(country) if country.eq_ignore_ascii_case("PL") => &trimmed[2..],
            Some(_) | None => trimmed,
        };
        let digits = only_digits(plain, "NIP", &[10], "10")?;
        if weighted(&digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 != digit(&digits, 9) {
            return Err(IdentityError::CheckDigit {
                what: "NIP",
                text: text.to_owned(),
            });
        }
        if digits.starts_with('0') || digits.get(1..3) == Some("00") {
            return Err(IdentityError::NeverIssued {
                what: "NIP",
                text: text.to_owned(),
                why: "no tax office has the first three digits",
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
    /// Reads nine or fourteen digits; spaces and dashes are taken out. All zeros stand in registers
    /// for "none", and are refused.
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
        if digits.bytes().all(|byte| byte == b'0') {
            return Err(IdentityError::NeverIssued {
                what: "REGON",
                text: text.to_owned(),
                why: "it is all zeros",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pesel_holds_a_birth_date_in_its_century() {
        for (text, date) in [
            ("44051401359", "1944-05-14"),
            ("440514-01359", "1944-05-14"),
            ("02270803624", "2002-07-08"),
            ("00291200015", "2000-09-12"),
        ] {
            let pesel = Pesel::parse(text);
            let found = pesel.map(|pesel| pesel.birth_date().map(|date| date.to_string()));
            assert_eq!(found, Ok(Some(date.to_owned())), "{text}");
        }
        // The month carries the century; the check digits are computed for the test.
        for (first_ten, year) in [
            ("0081010000", 1800),
            ("0001010000", 1900),
            ("0021010000", 2000),
            ("0041010000", 2100),
            ("0061010000", 2200),
        ] {
            let check = (10 - weighted(first_ten, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
            let pesel = Pesel::parse(&format!("{first_ten}{check}"));
            let found = pesel.map(|pesel| pesel.birth_date().map(Date::year));
            assert_eq!(found, Ok(Some(year)), "{first_ten}");
        }
    }

    #[test]
    fn what_is_no_pesel_is_refused_with_the_rule() {
        for text in [
            "",
            "4405140135",
            "440514013599",
            "4405140135x",
            "４4051401359",
        ] {
            let refused = Pesel::parse(text);
            assert!(
                matches!(refused, Err(IdentityError::Digits { .. })),
                "{text}: {refused:?}"
            );
        }
        let wrong = Pesel::parse("44051401358");
        assert!(
            matches!(wrong, Err(IdentityError::CheckDigit { .. })),
            "{wrong:?}"
        );
        for first_ten in ["4402300135", "4413010135", "4400010135", "4405000135"] {
            let check = (10 - weighted(first_ten, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
            let refused = Pesel::parse(&format!("{first_ten}{check}"));
            assert!(
                matches!(refused, Err(IdentityError::BirthDate { .. })),
                "{first_ten}"
            );
        }
    }

    #[test]
    fn nip_is_read_as_people_write_it() {
        for text in [
            "8567346215",
            "5260250274",
            "526-025-02-74",
            "PL5260250274",
            "pl 526 025 02 74",
        ] {
            assert!(Nip::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "PL",
            "526025027",
            "52602502744",
            "DE5260250274",
            "Ż5260250274",
        ] {
            let refused = Nip::parse(text);
            assert!(
                matches!(refused, Err(IdentityError::Digits { .. })),
                "{text}: {refused:?}"
            );
        }
        // The sum of the second leaves 10, which no digit can be.
        for text in ["5260250275", "5260250220"] {
            let refused = Nip::parse(text);
            assert!(
                matches!(refused, Err(IdentityError::CheckDigit { .. })),
                "{text}: {refused:?}"
            );
        }
        let zeros = Nip::parse("0000000000");
        assert!(
            matches!(zeros, Err(IdentityError::NeverIssued { .. })),
            "{zeros:?}"
        );
    }

    #[test]
    fn regon_of_nine_and_of_fourteen_digits() {
        for text in ["192598184", "123456785", "12345678512347", "123-456-785"] {
            assert!(Regon::parse(text).is_ok(), "{text}");
        }
        for (text, why) in [
            ("123456786", "check digit of nine"),
            ("12345678512348", "check digit of fourteen"),
            ("12345678612347", "check digit of the nine inside fourteen"),
        ] {
            let refused = Regon::parse(text);
            assert!(
                matches!(refused, Err(IdentityError::CheckDigit { .. })),
                "{why}: {refused:?}"
            );
        }
        for text in ["000000000", "00000000000000"] {
            let refused = Regon::parse(text);
            assert!(
                matches!(refused, Err(IdentityError::NeverIssued { .. })),
                "{text}: {refused:?}"
            );
        }
        assert!(matches!(
            Regon::parse("1234567850"),
            Err(IdentityError::Digits { .. })
        ));
    }

    #[test]
    fn personal_numbers_do_not_reach_logs_whole() {
        let shown = format!("{:?}", Pesel::parse("44051401359"));
        assert_eq!(shown, "Ok(Pesel(44…))");
    }
}
