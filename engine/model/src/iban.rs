//! Account numbers: IBAN, the Polish NRB inside it, and the sort code of the bank.

use std::fmt;

use crate::Bank;

/// An IBAN whose check digits are right (ISO 13616; Polish NRB is the part after `PL`).
/// Kept in its electronic form: upper case, no spaces. At most 34 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban {
    length: u8,
    text: [u8; 34],
}

/// Why a text is not an IBAN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    /// Characters that no IBAN holds, or no country at the start.
    #[error(
        "`{text}` is not an account number: {why}; write 26 digits, or an IBAN such as PL61 1090 1014 0000 0712 1981 2874"
    )]
    Shape {
        /// What was written.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The length is not that of the country.
    #[error("`{text}` has {found} characters, and an account number of {country} has {wanted}")]
    Length {
        /// What was written.
        text: String,
        /// How many characters it has.
        found: usize,
        /// The country of the first two letters.
        country: String,
        /// How many it should have.
        wanted: usize,
    },
    /// The check digits (characters 3 and 4) do not fit the rest.
    #[error(
        "`{text}` has wrong check digits: a digit is mistyped or two are swapped; compare it with the bank's document"
    )]
    CheckDigits {
        /// What was written.
        text: String,
    },
}

impl Iban {
    /// Reads an IBAN, or a Polish NRB of 26 digits without its `PL`. Spaces, dashes and a leading
    /// slash are taken out first; lower case is accepted.
    pub fn parse(text: &str) -> Result<Iban, IbanError> {
        let shape = |why| IbanError::Shape {
            text: text.to_owned(),
            why,
        };
        let mut kept = [0_u8; 36];
        let mut length = 0;
        let trimmed = text.trim();
        let plain = trimmed.strip_prefix('/').unwrap_or(trimmed);
        if plain.bytes().filter(u8::is_ascii_digit).count() == 26
            && plain
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'))
        {
            kept[..2].copy_from_slice(b"PL");
            length = 2;
        }
        for byte in plain.bytes() {
            match byte {
                b' ' | b'-' => continue,
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {}
                _ => return Err(shape("it holds a character that no account number has")),
            }
            if length == 34 {
                return Err(shape("it is longer than 34 characters"));
            }
            kept[length] = byte.to_ascii_uppercase();
            length += 1;
        }
        if length < 15 {
            return Err(shape("it is too short"));
        }
        if !(kept[..2].iter().all(u8::is_ascii_uppercase)
            && kept[2..4].iter().all(u8::is_ascii_digit))
        {
            return Err(shape(
                "it does not begin with a country and two check digits",
            ));
        }
        if &kept[..2] == b"PL" {
            if length != 28 {
                return Err(IbanError::Length {
                    text: text.to_owned(),
                    found: length,
                    country: "PL".to_owned(),
                    wanted: 28,
                });
            }
            if !kept[2..28].iter().all(u8::is_ascii_digit) {
                return Err(shape("a Polish account number has digits only"));
            }
        }
        if mod_97(kept[4..length].iter().chain(&kept[..4])) != 1 {
            return Err(IbanError::CheckDigits {
                text: text.to_owned(),
            });
        }
        let mut iban = Iban {
            length: length as u8,
            text: [0; 34],
        };
        iban.text[..length].copy_from_slice(&kept[..length]);
        Ok(iban)
    }

    /// The Polish IBAN of a sort code and the sixteen digits of the account; its check digits are
    /// computed. `None` when `account` has other than 16 digits.
    pub fn polish(sort_code: SortCode, account: &str) -> Option<Iban> {
        if account.len() != 16 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let rest = format!("{sort_code}{account}");
        let check = 98 - mod_97(format!("{rest}PL00").as_bytes().iter());
        Iban::parse(&format!("PL{check:02}{rest}")).ok()
    }

    /// The electronic form, `PL61109010140000071219812874`.
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }

    /// Two letters of the country.
    pub fn country(&self) -> &str {
        &self.as_str()[..2]
    }

    /// The 26 digits of a Polish account number (NRB); `None` for other countries.
    pub fn nrb(&self) -> Option<&str> {
        self.as_str().strip_prefix("PL")
    }

    /// The sort code of a Polish account; `None` for other countries.
    pub fn sort_code(&self) -> Option<SortCode> {
        let digits = self.nrb()?.get(2..10)?;
        let mut code = [0; 8];
        code.copy_from_slice(digits.as_bytes());
        Some(SortCode(code))
    }

    /// The Polish bank that keeps the account, where the first four digits tell it.
    pub fn bank(&self) -> Option<&'static Bank> {
        self.sort_code()?.bank()
    }

    /// For people: groups of four, `PL61 1090 1014 ...`.
    pub fn grouped(&self) -> String {
        let mut text = String::with_capacity(42);
        for (index, character) in self.as_str().chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            text.push(character);
        }
        text
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The remainder by 97 of the number that the characters spell, letters being 10 to 35
/// (ISO 7064 MOD 97-10).
fn mod_97<'a>(characters: impl Iterator<Item = &'a u8>) -> u32 {
    characters.fold(0, |rest, &byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.to_ascii_uppercase()) - 55) % 97,
    })
}

/// The eight digits that name a branch of a Polish bank (numer rozliczeniowy); the eighth is a
/// check digit of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortCode([u8; 8]);

impl SortCode {
    /// Reads eight digits; `None` when there are other than eight. The check digit is not looked
    /// at here, because banks' own files hold wrong ones: ask [`SortCode::is_valid`].
    pub fn parse(text: &str) -> Option<SortCode> {
        let digits: [u8; 8] = text.as_bytes().try_into().ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then_some(SortCode(digits))
    }

    /// Whether the eighth digit fits the seven before it (weights 3 9 7 1 3 9 7).
    pub fn is_valid(self) -> bool {
        let digit = |index: usize| u32::from(self.0[index] - b'0');
        let sum: u32 = [3, 9, 7, 1, 3, 9, 7]
            .iter()
            .enumerate()
            .map(|(at, weight)| weight * digit(at))
            .sum();
        (10 - sum % 10) % 10 == digit(7)
    }

    /// The bank, where the first four digits tell it. Cooperative banks need all eight and are
    /// not told apart here.
    pub fn bank(self) -> Option<&'static Bank> {
        Bank::of_prefix(self.as_str().get(..4)?)
    }

    /// The eight digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for SortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An account number as a file gives it: an IBAN where the check digits are right, else the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AccountNumber {
    /// A valid IBAN.
    Iban(Iban),
    /// Anything else, as written, trimmed; never empty.
    Other(String),
}

impl AccountNumber {
    /// Takes an account number from a file; `None` when nothing is written there.
    pub fn from_file(text: &str) -> Option<AccountNumber> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        Some(Iban::parse(text).map_or_else(
            |_| AccountNumber::Other(text.to_owned()),
            AccountNumber::Iban,
        ))
    }

    /// The IBAN, where it is one.
    pub fn iban(&self) -> Option<Iban> {
        match self {
            AccountNumber::Iban(iban) => Some(*iban),
            AccountNumber::Other(_) => None,
        }
    }

    /// The electronic form, or the text as written.
    pub fn as_str(&self) -> &str {
        match self {
            AccountNumber::Iban(iban) => iban.as_str(),
            AccountNumber::Other(text) => text,
        }
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
