//! Code pages: which one a file is in, told by its content, and text in and out of it.
//!
//! Detection never looks at who the bank is. The order that works: byte order mark, then strict
//! UTF-8, then a score of Windows-1250, ISO-8859-2 and code page 852 by the eighteen Polish
//! letters ([`detect`]).

mod cp852;
mod detect;
mod encode;
mod settle;

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{ISO_8859_2, WINDOWS_1250};
use serde::Deserialize;

pub(crate) use cp852::character as cp852_character;
pub use detect::{Detection, Evidence, detect};
pub(crate) use encode::respelling;
pub use encode::{Encoded, Substitution};
pub(crate) use settle::{Settling, WINDOW};

/// What PKO BP writes into an unused subfield. No Polish text holds this byte in any of the pages
/// (it is `˙`, or a no-break space in code page 852), and UTF-8 never does; it reads as a space.
pub const FILLER: u8 = 0xFF;

/// A code page that Polish banks use. Profiles call it by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(try_from = "String")]
pub enum Charset {
    /// UTF-8, with or without its mark.
    Utf8,
    /// Windows-1250.
    Windows1250,
    /// ISO-8859-2 (Latin 2).
    Iso8859_2,
    /// Code page 852 (DOS Latin 2).
    Cp852,
}

impl Charset {
    /// Every code page that is known.
    pub const ALL: [Charset; 4] = [
        Charset::Utf8,
        Charset::Windows1250,
        Charset::Iso8859_2,
        Charset::Cp852,
    ];

    /// The name that people and settings use: `Windows-1250`.
    pub const fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "UTF-8",
            Charset::Windows1250 => "Windows-1250",
            Charset::Iso8859_2 => "ISO-8859-2",
            Charset::Cp852 => "CP852",
        }
    }

    /// The code page of that name, whatever its case.
    pub fn from_name(name: &str) -> Option<Charset> {
        Charset::ALL
            .into_iter()
            .find(|charset| charset.name().eq_ignore_ascii_case(name))
    }

    /// The text of the bytes. Nothing disappears: what the page does not have, and control
    /// characters, become U+FFFD, which a reader complains about; the filler byte 0xFF and tabs
    /// become spaces. Plain ASCII is borrowed.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        if let Some(text) = plain(bytes) {
            return Cow::Borrowed(text);
        }
        let unfilled: Cow<'_, [u8]> = if bytes.contains(&FILLER) {
            bytes
                .iter()
                .map(|&byte| if byte == FILLER { b' ' } else { byte })
                .collect()
        } else {
            Cow::Borrowed(bytes)
        };
        let text = match self {
            Charset::Utf8 => String::from_utf8_lossy(&unfilled).into_owned(),
            Charset::Windows1250 => WINDOWS_1250
                .decode_without_bom_handling(&unfilled)
                .0
                .into_owned(),
            Charset::Iso8859_2 => ISO_8859_2
                .decode_without_bom_handling(&unfilled)
                .0
                .into_owned(),
            Charset::Cp852 => unfilled
                .iter()
                .map(|&byte| cp852::character(byte))
                .collect(),
        };
        Cow::Owned(without_controls(text))
    }

    /// How many characters the bytes are.
    pub(crate) fn count(self, bytes: &[u8]) -> usize {
        match self {
            Charset::Utf8 => bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count(),
            Charset::Windows1250 | Charset::Iso8859_2 | Charset::Cp852 => bytes.len(),
        }
    }

    /// The character of one byte, for the three pages of one byte a character.
    fn character(self, byte: u8) -> Option<char> {
        match self {
            Charset::Utf8 => byte.is_ascii().then_some(char::from(byte)),
            Charset::Windows1250 => WINDOWS_1250
                .decode_without_bom_handling(&[byte])
                .0
                .chars()
                .next(),
            Charset::Iso8859_2 => ISO_8859_2
                .decode_without_bom_handling(&[byte])
                .0
                .chars()
                .next(),
            Charset::Cp852 => Some(cp852::character(byte)),
        }
    }
}

impl TryFrom<String> for Charset {
    type Error = String;

    fn try_from(name: String) -> Result<Charset, String> {
        let names = Charset::ALL.map(Charset::name).join(", ");
        Charset::from_name(&name)
            .ok_or_else(|| format!("`{name}` is no code page; there are {names}"))
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The bytes as text, where all of them are visible ASCII: these read alike in every code page, and
/// so does each part of them.
pub(crate) fn plain(bytes: &[u8]) -> Option<&str> {
    // Looked at without stopping, which is quicker.
    let is_plain = bytes
        .iter()
        .fold(true, |plain, byte| plain & (0x20..0x7F).contains(byte));
    std::str::from_utf8(bytes).ok().filter(|_| is_plain)
}

/// Control characters are shown as U+FFFD: text goes on through interfaces that end at a NUL.
fn without_controls(text: String) -> String {
    // 0xC2 begins the second set of them in UTF-8; looked at without stopping, which is quicker.
    let suspect = |byte: u8| byte < b' ' || byte == 0x7F || byte == 0xC2;
    let any = text.bytes().fold(false, |any, byte| any | suspect(byte));
    if !any || !text.chars().any(char::is_control) {
        return text;
    }
    text.chars()
        .map(|character| match character {
            '\t' => ' ',
            control if control.is_control() => char::REPLACEMENT_CHARACTER,
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLISH: &str = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż";

    #[test]
    fn polish_letters_have_the_bytes_of_the_fact_sheet() {
        let check = |charset: Charset, bytes: &[u8]| {
            assert_eq!(charset.decode(bytes), POLISH, "{charset}");
        };
        check(
            Charset::Windows1250,
            b"\xA5\xC6\xCA\xA3\xD1\xD3\x8C\x8F\xAF\xB9\xE6\xEA\xB3\xF1\xF3\x9C\x9F\xBF",
        );
        check(
            Charset::Iso8859_2,
            b"\xA1\xC6\xCA\xA3\xD1\xD3\xA6\xAC\xAF\xB1\xE6\xEA\xB3\xF1\xF3\xB6\xBC\xBF",
        );
        check(
            Charset::Cp852,
            b"\xA4\x8F\xA8\x9D\xE3\xE0\x97\x8D\xBD\xA5\x86\xA9\x88\xE4\xA2\x98\xAB\xBE",
        );
        check(Charset::Utf8, POLISH.as_bytes());
    }

    #[test]
    fn nothing_unreadable_disappears() {
        assert_eq!(Charset::Utf8.decode(b"a\xC4b"), "a\u{FFFD}b");
        assert_eq!(Charset::Windows1250.decode(b"a\x00b"), "a\u{FFFD}b");
        assert_eq!(Charset::Iso8859_2.decode(b"a\x9Cb"), "a\u{FFFD}b");
    }

    #[test]
    fn the_filler_is_a_space_in_every_page() {
        for charset in Charset::ALL {
            assert_eq!(charset.decode(b"a\xFFb"), "a b", "{charset}");
        }
    }

    #[test]
    fn names_are_found_again() {
        for charset in Charset::ALL {
            assert_eq!(Charset::from_name(charset.name()), Some(charset));
        }
        assert_eq!(Charset::from_name("koi8-r"), None);
    }
}
