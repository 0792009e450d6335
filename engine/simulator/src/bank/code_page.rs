//! Text into the code pages that Polish banks export.

use encoding_rs::{Encoding, ISO_8859_2, WINDOWS_1250};

/// PKO's mark for an unused subfield. No text is ever written with this byte.
pub(super) const FILLER: u8 = 0xFF;

/// Stands for a letter that the page does not have.
const UNKNOWN: u8 = b'?';

/// The code page of a bank's export.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CodePage {
    /// ISO-8859-2: what mBank and PKO BP document.
    Iso8859_2,
    /// Windows-1250.
    Windows1250,
    /// IBM code page 852; here only the Polish letters are known.
    Cp852,
}

impl CodePage {
    /// Writes the text; a letter that the page does not have becomes `?`.
    pub(super) fn write(self, text: &str, into: &mut Vec<u8>) {
        into.extend(text.chars().map(|character| self.byte(character)));
    }

    fn byte(self, character: char) -> u8 {
        if character.is_ascii() {
            return u8::try_from(character).unwrap_or(UNKNOWN);
        }
        let found = match self {
            CodePage::Iso8859_2 => of_encoding(ISO_8859_2, character),
            CodePage::Windows1250 => of_encoding(WINDOWS_1250, character),
            CodePage::Cp852 => cp852(character),
        };
        found.filter(|byte| *byte != FILLER).unwrap_or(UNKNOWN)
    }
}

fn of_encoding(encoding: &'static Encoding, character: char) -> Option<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = encoding.encode(character.encode_utf8(&mut buffer));
    bytes.first().copied().filter(|_| !failed)
}

/// The eighteen Polish letters, by IBM's table of the page.
fn cp852(character: char) -> Option<u8> {
    const LETTERS: &str = "ĄąĆćĘęŁłŃńÓóŚśŹźŻż";
    const BYTES: [u8; 18] = [
        0xA4, 0xA5, 0x8F, 0x86, 0xA8, 0xA9, 0x9D, 0x88, 0xE3, 0xE4, 0xE0, 0xA2, 0x97, 0x98, 0x8D,
        0xAB, 0xBD, 0xBE,
    ];
    let at = LETTERS.chars().position(|letter| letter == character)?;
    BYTES.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_the_polish_letters_at_its_own_bytes() {
        let check = |page: CodePage, text: &str, expected: &[u8]| {
            let mut bytes = Vec::new();
            page.write(text, &mut bytes);
            assert_eq!(bytes, expected, "{page:?}");
        };
        check(CodePage::Iso8859_2, "aĄśŹ", b"a\xA1\xB6\xAC");
        check(CodePage::Windows1250, "aĄśŹ", b"a\xA5\x9C\x8F");
        check(CodePage::Cp852, "aĄśŹżó", b"a\xA4\x98\x8D\xBE\xA2");
        check(CodePage::Iso8859_2, "Ж˙€", b"???");
        check(CodePage::Cp852, "é", b"?");
    }
}
