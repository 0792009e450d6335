//! Which code page the bytes are in.

use std::sync::LazyLock;

use super::{Charset, FILLER};

/// Why a code page was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// Only ASCII (and filler bytes): every page reads it the same.
    Ascii,
    /// The file begins with the mark of UTF-8.
    Mark,
    /// Bytes above ASCII, all of them well-formed UTF-8.
    WellFormed,
    /// The Polish letters say so: the score of the page, and that of the next best.
    Letters {
        /// Score of the chosen page.
        score: i64,
        /// The best score of the pages that were not chosen.
        rival: i64,
    },
    /// Windows-1250 and ISO-8859-2 read these bytes the same and better than code page 852 does;
    /// Windows-1250 is named.
    SameText,
}

/// A code page with the reason for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Detection {
    /// The code page.
    pub charset: Charset,
    /// Why.
    pub evidence: Evidence,
}

/// What a byte above ASCII is in a page, and what that says for the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    PolishUpper,
    PolishLower,
    Letter,
    Sign,
    Control,
}

/// Tells the code page by content. Deterministic.
///
/// A byte order mark decides; then well-formed UTF-8 (a character cut off by the end of the bytes
/// is allowed); then the page with the highest score over all bytes above ASCII: a Polish letter
/// +4, and +1 more when its case is that of the ASCII letter before it; another letter −2; a sign
/// −1; a control character −4. The filler byte 0xFF says nothing. Equal scores: the two pages that
/// read the bytes the same are [`Evidence::SameText`]; otherwise Windows-1250 before ISO-8859-2
/// before code page 852, the order of how common they are today.
pub fn detect(bytes: &[u8]) -> Detection {
    detect_preferring(bytes, &[])
}

/// As [`detect`], but of pages with equal scores the first of `preferred` is taken: those that the
/// bank is known to use.
pub(crate) fn detect_preferring(bytes: &[u8], preferred: &[Charset]) -> Detection {
    let found = |charset, evidence| Detection { charset, evidence };
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return found(Charset::Utf8, Evidence::Mark);
    }
    if bytes.iter().all(|byte| byte.is_ascii() || *byte == FILLER) {
        return found(Charset::Windows1250, Evidence::Ascii);
    }
    if is_utf8(bytes) {
        return found(Charset::Utf8, Evidence::WellFormed);
    }
    let windows = score(Charset::Windows1250, bytes);
    let latin = score(Charset::Iso8859_2, bytes);
    let dos = score(Charset::Cp852, bytes);
    let letters = |charset, score, rival| found(charset, Evidence::Letters { score, rival });
    let scores = [
        (Charset::Windows1250, windows),
        (Charset::Iso8859_2, latin),
        (Charset::Cp852, dos),
    ];
    let best = windows.max(latin).max(dos);
    let ties = scores.iter().filter(|(_, score)| *score == best).count() > 1;
    let is_best = |page: &&Charset| scores.contains(&(**page, best));
    if ties && let Some(page) = preferred.iter().find(is_best) {
        return letters(*page, best, best);
    }
    if windows >= latin && windows >= dos {
        if bytes.iter().any(|byte| tells_apart(*byte)) {
            letters(Charset::Windows1250, windows, latin.max(dos))
        } else {
            found(Charset::Windows1250, Evidence::SameText)
        }
    } else if latin >= dos {
        letters(Charset::Iso8859_2, latin, windows.max(dos))
    } else {
        letters(Charset::Cp852, dos, windows.max(latin))
    }
}

/// Whether Windows-1250 and ISO-8859-2 read the byte differently. The Polish letters among them
/// are Ą, Ś, Ź and their small ones.
pub(super) fn tells_apart(byte: u8) -> bool {
    matches!(
        byte,
        0x80 | 0x82
            | 0x84..=0x87
            | 0x89..=0x8F
            | 0x91..=0x97
            | 0x99..=0x9F
            | 0xA1
            | 0xA5
            | 0xA6
            | 0xA9
            | 0xAB
            | 0xAC
            | 0xAE
            | 0xB1
            | 0xB5
            | 0xB6
            | 0xB7
            | 0xB9
            | 0xBB
            | 0xBC
            | 0xBE
    )
}

/// Strict UTF-8 but for filler bytes, and for a last character that the end of the bytes cuts
/// when a whole one stands before it.
fn is_utf8(bytes: &[u8]) -> bool {
    let mut pieces = bytes.split(|byte| *byte == FILLER).peekable();
    let mut whole_seen = false;
    while let Some(piece) = pieces.next() {
        let valid = match std::str::from_utf8(piece) {
            Ok(text) => text,
            Err(error) => {
                let whole = piece.get(..error.valid_up_to()).unwrap_or_default();
                return error.error_len().is_none()
                    && pieces.peek().is_none()
                    && (whole_seen || !whole.is_ascii());
            }
        };
        whole_seen |= !valid.is_ascii();
    }
    whole_seen
}

/// What each byte above ASCII is, by page in the order of [`Charset::ALL`].
static KINDS: LazyLock<[Vec<Kind>; 4]> = LazyLock::new(|| {
    Charset::ALL.map(|charset| (0x80..=0xFF_u8).map(|byte| kind(charset, byte)).collect())
});

fn score(charset: Charset, bytes: &[u8]) -> i64 {
    let [utf8, windows, latin, dos] = &*KINDS;
    let kinds = match charset {
        Charset::Utf8 => utf8,
        Charset::Windows1250 => windows,
        Charset::Iso8859_2 => latin,
        Charset::Cp852 => dos,
    };
    let mut before = 0_u8;
    let mut total = 0;
    for &byte in bytes {
        if let Some(kind) = usize::from(byte)
            .checked_sub(0x80)
            .and_then(|index| kinds.get(index))
            && byte != FILLER
        {
            total += match kind {
                Kind::PolishUpper => 4 + i64::from(before.is_ascii_uppercase()),
                Kind::PolishLower => 4 + i64::from(before.is_ascii_lowercase()),
                Kind::Letter => -2,
                Kind::Sign => -1,
                Kind::Control => -4,
            };
        }
        before = byte;
    }
    total
}

fn kind(charset: Charset, byte: u8) -> Kind {
    match charset.character(byte) {
        None => Kind::Control,
        Some(character) if "ĄĆĘŁŃÓŚŹŻ".contains(character) => Kind::PolishUpper,
        Some(character) if "ąćęłńóśźż".contains(character) => Kind::PolishLower,
        Some(character) if character.is_alphabetic() => Kind::Letter,
        Some(character) if character.is_control() => Kind::Control,
        Some(_) => Kind::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, charset: Charset) {
        let encoded = charset.encode(text);
        assert!(encoded.substitutions.is_empty(), "{text}");
        let detection = detect(&encoded.bytes);
        assert_eq!(detection.charset.decode(&encoded.bytes), text, "{charset}");
    }

    #[test]
    fn polish_text_is_read_back_in_whatever_page_it_was_written() {
        for text in [
            "ZAŻÓŁĆ GĘŚLĄ JAŹŃ",
            "zażółć gęślą jaźń",
            "Wpłata za zlecenie, Łódź",
            "URZĄD SKARBOWY",
            "ŚWIĘTOKRZYSKA 11",
            "Jan Żak, ul. Źródlana",
            "PRZELEW PRZYCHODZĄCY",
            "Kraków",
            "łąka",
        ] {
            for charset in Charset::ALL {
                check(text, charset);
            }
        }
    }

    #[test]
    fn one_polish_letter_is_enough_where_no_other_page_has_one_there() {
        let mut told = 0;
        for letter in "ĄĆĘŁŃÓŚŹŻąćęłńóśźż".chars() {
            for charset in [Charset::Windows1250, Charset::Iso8859_2, Charset::Cp852] {
                let byte = charset.encode(&letter.to_string()).bytes[0];
                let rivals = [Charset::Windows1250, Charset::Iso8859_2, Charset::Cp852]
                    .into_iter()
                    .filter(|other| {
                        let kind = kind(*other, byte);
                        matches!(kind, Kind::PolishUpper | Kind::PolishLower)
                            && other.character(byte) != Some(letter)
                    });
                if rivals.count() == 0 {
                    told += 1;
                    check(&format!("{letter} 1"), charset);
                }
            }
        }
        assert_eq!(told, 50);
    }

    #[test]
    fn fillers_say_nothing() {
        let mut bytes = b"~21\xFF\r\n~22\xFF\r\n~20".to_vec();
        assert_eq!(detect(&bytes).evidence, Evidence::Ascii);
        bytes.extend("Łódź".as_bytes());
        assert_eq!(detect(&bytes).charset, Charset::Utf8);
        let mut latin = b"~21\xFF\r\nURZ".to_vec();
        latin.extend(b"\xA1D");
        assert_eq!(detect(&latin).charset, Charset::Iso8859_2);
    }

    #[test]
    fn a_character_cut_by_the_end_is_still_utf8() {
        let text = "zażółć".as_bytes();
        assert_eq!(detect(&text[..text.len() - 1]).charset, Charset::Utf8);
        assert_eq!(detect(b"KRAK\xD3").charset, Charset::Windows1250);
    }

    #[test]
    fn of_equal_pages_the_one_that_the_bank_uses_is_taken() {
        // Ą in Windows-1250, ą in code page 852, after no letter that tells the case.
        let bytes = b"1\xA5";
        assert_eq!(detect(bytes).charset, Charset::Windows1250);
        let preferring = |charset| detect_preferring(bytes, &[charset]).charset;
        assert_eq!(preferring(Charset::Cp852), Charset::Cp852);
        assert_eq!(preferring(Charset::Iso8859_2), Charset::Windows1250);
    }

    #[test]
    fn two_pages_that_read_the_same_are_said_to() {
        assert_eq!(detect(b"\xA3\xD3D").evidence, Evidence::SameText);
    }

    #[test]
    fn the_bytes_that_tell_two_pages_apart_are_the_ones_they_read_differently() {
        for byte in 0x80..=0xFF_u8 {
            let differs =
                Charset::Windows1250.character(byte) != Charset::Iso8859_2.character(byte);
            assert_eq!(tells_apart(byte), differs, "{byte:#04x}");
        }
    }
}
