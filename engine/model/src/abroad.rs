//! What a transfer needs besides when it leaves the country or the złoty.

use std::fmt;

/// A country by its two letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Poland.
    pub const POLAND: Country = Country(*b"PL");

    /// Two letters, whatever their case; `None` for anything else. Whether such a country exists
    /// is not looked at.
    pub fn parse(text: &str) -> Option<Country> {
        let letters: [u8; 2] = text.trim().as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Country(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The two letters, `PL`.
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The code of a bank (BIC, SWIFT code): eight characters, or eleven with the branch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bic {
    length: u8,
    text: [u8; 11],
}

/// Why a text is no BIC.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not the code of a bank: a BIC has six letters, then two letters or digits, and three more for a branch; copy it from the bank's page, such as BREXPLPW"
)]
pub struct BicError {
    /// What was written.
    pub text: String,
}

impl Bic {
    /// Reads a BIC; spaces around it are dropped and lower case is accepted. The shape is that of
    /// the ISO 20022 schemas before 2019, which every later one takes, too.
    pub fn parse(text: &str) -> Result<Bic, BicError> {
        let error = || BicError {
            text: text.to_owned(),
        };
        let plain = text.trim().as_bytes();
        let mut bic = Bic {
            length: u8::try_from(plain.len()).map_err(|_| error())?,
            text: [0; 11],
        };
        bic.text
            .get_mut(..plain.len())
            .ok_or_else(error)?
            .copy_from_slice(plain);
        bic.text.make_ascii_uppercase();
        let [bank @ .., seventh, eighth, b1, b2, b3] = bic.text;
        let branch = [b1, b2, b3];
        let branch_fits = match bic.length {
            8 => true,
            11 => branch.iter().all(u8::is_ascii_alphanumeric),
            _ => false,
        };
        let fits = bank.iter().all(u8::is_ascii_uppercase)
            && matches!(seventh, b'A'..=b'Z' | b'2'..=b'9')
            && matches!(eighth, b'A'..=b'N' | b'P'..=b'Z' | b'0'..=b'9')
            && branch_fits;
        if fits { Ok(bic) } else { Err(error()) }
    }

    /// The eight or eleven characters.
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }

    /// The country of characters five and six.
    pub fn country(&self) -> Country {
        Country([self.text[4], self.text[5]])
    }
}

/// Who bears what the banks take for a transfer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Charges {
    /// Each side its own bank's (SHA; `SHAR` and `SLEV` of ISO 20022).
    Shared,
    /// The payer everything (OUR; `DEBT`).
    Payer,
    /// The payee everything (BEN; `CRED`).
    Payee,
}

/// What a transfer needs besides when it leaves the country or the złoty. A domestic one needs
/// nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Abroad {
    /// Where the payee lives; `None`: where his account is.
    pub country: Option<Country>,
    /// The payee's bank; `None`: the account tells it.
    pub bank: Option<Bic>,
    /// Who bears the charges; `None`: as is usual for such a transfer.
    pub charges: Option<Charges>,
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bank;

    #[test]
    fn a_bic_has_eight_characters_or_eleven() {
        let check = |text: &str, expected: Option<&str>| {
            let found = Bic::parse(text).ok();
            assert_eq!(found.as_ref().map(Bic::as_str), expected, "{text}");
        };
        check("BREXPLPW", Some("BREXPLPW"));
        check(" brexplpwmbk ", Some("BREXPLPWMBK"));
        check("CNENPLP1", Some("CNENPLP1"));
        for wrong in [
            "",
            "BREXPLP",
            "BREXPLPWM",
            "BREXPLPWMBKX",
            "BRE1PLPW",
            "BREXPLPO",
            "BREXPL1W",
            "BREXPLPW M",
            "ŁREXPLPW",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn every_bank_of_the_table_has_a_bic_of_its_country() {
        for bank in Bank::all() {
            let bic = Bic::parse(bank.bic);
            assert_eq!(
                bic.map(|bic| bic.country()),
                Ok(Country::POLAND),
                "{bank:?}"
            );
        }
    }

    #[test]
    fn a_country_is_two_letters() {
        let check = |text: &str, expected: Option<&str>| {
            let found = Country::parse(text);
            assert_eq!(found.as_ref().map(Country::as_str), expected, "{text}");
        };
        check("pl", Some("PL"));
        check("POL", None);
        check("P1", None);
        check("", None);
    }
}
