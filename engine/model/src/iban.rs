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
    /// Reads an IBAN, or a Polish NRB of 26 digits without its `PL`. White space, dashes and a
    /// leading slash are taken out first; lower case is accepted.
    pub fn parse(text: &str) -> Result<Iban, IbanError> {
        let iban = match Iban::polish_in_electronic_form(text) {
            Some(iban) => iban,
            None => Iban::shaped(text)?,
        };
        // ISO 7064 computes 02 to 98; 00, 01 and 99 leave the same remainders as 97, 98 and 02.
        let computable = !matches!(&iban.text[2..4], b"00" | b"01" | b"99");
        let (beginning, rest) = iban.text[..usize::from(iban.length)].split_at(4);
        if computable && mod_97(&[rest, beginning]) == 1 {
            Ok(iban)
        } else {
            Err(IbanError::CheckDigits {
                text: text.to_owned(),
            })
        }
    }

    /// What files of Polish banks hold, read without a second look at each character: `PL` and 26
    /// digits, or the digits alone. Their check digits are not looked at.
    fn polish_in_electronic_form(text: &str) -> Option<Iban> {
        let digits = text.strip_prefix("PL").unwrap_or(text).as_bytes();
        let digits: &[u8; 26] = digits.try_into().ok()?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut iban = Iban {
            length: 28,
            text: [0; 34],
        };
        iban.text[..2].copy_from_slice(b"PL");
        iban.text[2..28].copy_from_slice(digits);
        Some(iban)
    }

    /// The electronic form of a text that looks like an IBAN, its check digits not looked at.
    fn shaped(text: &str) -> Result<Iban, IbanError> {
        let shape = |why| IbanError::Shape {
            text: text.to_owned(),
            why,
        };
        let trimmed = text.trim();
        let plain = trimmed.strip_prefix('/').unwrap_or(trimmed);

        let mut iban = Iban {
            length: 0,
            text: [0; 34],
        };
        let mut has_letter = false;
        for character in plain.chars() {
            if character.is_ascii_alphanumeric() {
                let Some(free) = iban.text.get_mut(usize::from(iban.length)) else {
                    return Err(shape("it is longer than 34 characters"));
                };
                *free = character.to_ascii_uppercase() as u8;
                iban.length += 1;
                has_letter |= character.is_ascii_alphabetic();
            } else if character != '-' && !character.is_whitespace() {
                return Err(shape("it holds a character that no account number has"));
            }
        }
        if iban.length == 26 && !has_letter {
            iban.text.copy_within(..26, 2);
            iban.text[..2].copy_from_slice(b"PL");
            iban.length = 28;
        }
        if iban.length < 15 {
            return Err(shape("it is too short"));
        }
        let [first, second, third, fourth, rest @ ..] = &iban.text;
        if !(first.is_ascii_uppercase() && second.is_ascii_uppercase()) {
            return Err(shape("it does not begin with a country"));
        }
        if !(third.is_ascii_digit() && fourth.is_ascii_digit()) {
            return Err(shape("no two check digits follow the country"));
        }
        if iban.country() == "PL" {
            if iban.length != 28 {
                return Err(IbanError::Length {
                    text: text.to_owned(),
                    found: usize::from(iban.length),
                    country: "PL".to_owned(),
                    wanted: 28,
                });
            }
            if !rest[..24].iter().all(u8::is_ascii_digit) {
                return Err(shape("a Polish account number has digits only"));
            }
        }
        Ok(iban)
    }

    /// The Polish IBAN of a sort code and the sixteen digits of the account; its check digits are
    /// computed. `None` when `account` has other than 16 digits.
    pub fn polish(sort_code: SortCode, account: &str) -> Option<Iban> {
        if account.len() != 16 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let rest = format!("{sort_code}{account}");
        let check = 98 - mod_97(&[rest.as_bytes(), b"PL00"]);
        Iban::parse(&format!("PL{check:02}{rest}")).ok()
    }

    /// The electronic form, `PL61109010140000071219812874`.
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }

    /// Two letters of the country.
    pub fn country(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(&self.text[..2]).unwrap_or_default()
    }

    /// How many characters the electronic form has.
    pub fn length(&self) -> usize {
        usize::from(self.length)
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

/// The remainder by 97 of the number that the characters of the parts spell, letters being 10 to
/// 35 (ISO 7064 MOD 97-10).
fn mod_97(parts: &[&[u8]]) -> u64 {
    let mut number = 0;
    for part in parts {
        // Eight characters are at most sixteen digits, which fit on top of a remainder.
        for chunk in part.chunks(8) {
            for &byte in chunk {
                number = match byte {
                    b'0'..=b'9' => number * 10 + u64::from(byte - b'0'),
                    letter => number * 100 + u64::from(letter.to_ascii_uppercase()) - 55,
                };
            }
            number %= 97;
        }
    }
    number
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_fact_sheet() {
        for nrb in [
            "61109010140000071219812874",
            "06114010100000111111001001",
            "52106000760000321000055801",
        ] {
            let iban = Iban::parse(nrb).expect("a valid number");
            assert_eq!(iban.nrb(), Some(nrb));
            assert_eq!(iban.as_str(), format!("PL{nrb}"));
            assert_eq!(Iban::parse(iban.as_str()), Ok(iban));
        }
        for nrb in ["83114020040000360276543210", "44102055610000380209739045"] {
            let refused = Iban::parse(nrb);
            assert!(
                matches!(refused, Err(IbanError::CheckDigits { .. })),
                "{nrb}: {refused:?}"
            );
        }
    }

    #[test]
    fn one_number_however_it_is_written() {
        let wanted = Iban::parse("PL61109010140000071219812874");
        assert!(wanted.is_ok());
        for text in [
            "61 1090 1014 0000 0712 1981 2874",
            "PL 61 1090 1014 0000 0712 1981 2874",
            "pl61109010140000071219812874",
            "  61-1090-1014-0000-0712-1981-2874\t",
            "/PL61109010140000071219812874",
            "/61109010140000071219812874",
            "61\u{a0}1090\u{a0}1014\u{a0}0000\u{a0}0712\u{a0}1981\u{a0}2874",
        ] {
            assert_eq!(Iban::parse(text), wanted, "{text}");
        }
    }

    #[test]
    fn account_numbers_of_other_countries() {
        for text in [
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            let iban = Iban::parse(text).expect("a valid number");
            assert_eq!(
                (iban.nrb(), iban.sort_code(), iban.bank()),
                (None, None, None),
                "{text}"
            );
            assert_eq!(iban.country(), &text[..2]);
        }
    }

    #[test]
    fn what_is_no_account_number_is_refused_with_the_rule() {
        for text in [
            "",
            "/",
            "PL",
            "12345",
            "PL61 1090.1014 0000 0712 1981 2874",
            "1061109010140000071219812874",
            "PLX1109010140000071219812874",
            "PL6110901014000007121981287A",
            "DE8937040044053201300012345678901234",
            "ŁL61109010140000071219812874",
        ] {
            let refused = Iban::parse(text);
            assert!(
                matches!(refused, Err(IbanError::Shape { .. })),
                "{text}: {refused:?}"
            );
        }
        for text in [
            "PL6110901014000007121981287",
            "PL611090101400000712198128745",
        ] {
            let refused = Iban::parse(text);
            assert!(
                matches!(refused, Err(IbanError::Length { .. })),
                "{text}: {refused:?}"
            );
        }
    }

    #[test]
    fn check_digits_that_cannot_be_computed_are_refused() {
        let sort_code = SortCode::parse("11402004").expect("eight digits");
        let mut tried = 0;
        for account in 0..1000 {
            let iban = Iban::polish(sort_code, &format!("{account:016}")).expect("sixteen digits");
            let rest = &iban.as_str()[4..];
            let twin = match &iban.as_str()[2..4] {
                "97" => "00",
                "98" => "01",
                "02" => "99",
                _ => continue,
            };
            tried += 1;
            let refused = Iban::parse(&format!("PL{twin}{rest}"));
            assert!(
                matches!(refused, Err(IbanError::CheckDigits { .. })),
                "{twin}{rest}"
            );
        }
        assert!(tried > 0);
    }

    #[test]
    fn a_polish_number_is_built_with_its_leading_zero() {
        let sort_code = SortCode::parse("11401010").expect("eight digits");
        let iban = Iban::polish(sort_code, "0000111111001001").expect("sixteen digits");
        assert_eq!(iban.as_str(), "PL06114010100000111111001001");
        assert_eq!(iban.sort_code(), Some(sort_code));
        assert_eq!(iban.bank().map(|bank| bank.id), Some("mbank"));
        assert_eq!(iban.grouped(), "PL06 1140 1010 0000 1111 1100 1001");
        for account in [
            "",
            "000011111100100",
            "00001111110010011",
            "000011111100100x",
        ] {
            assert_eq!(Iban::polish(sort_code, account), None, "{account}");
        }
    }

    #[test]
    fn sort_codes_have_a_check_digit_of_their_own() {
        for (text, valid) in [
            ("10901014", true),
            ("11402004", true),
            ("11401010", true),
            ("10901015", false),
            ("11402005", false),
        ] {
            assert_eq!(
                SortCode::parse(text).map(SortCode::is_valid),
                Some(valid),
                "{text}"
            );
        }
        for text in ["", "1090101", "109010144", "1090101x", "１0901014"] {
            assert_eq!(SortCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_keeps_what_is_no_iban_as_it_was_written() {
        assert_eq!(AccountNumber::from_file("  "), None);
        let known = AccountNumber::from_file(" 61 1090 1014 0000 0712 1981 2874 ");
        assert_eq!(
            known.and_then(|number| number.iban()),
            Iban::parse("61109010140000071219812874").ok()
        );
        let other = AccountNumber::from_file(" 83114020040000360276543210 ").expect("something");
        assert_eq!(
            (other.iban(), other.as_str()),
            (None, "83114020040000360276543210")
        );
    }
}
