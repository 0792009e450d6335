//! Text into a code page, respelling visibly what the page lacks.

use encoding_rs::{ISO_8859_2, WINDOWS_1250};

use super::{Charset, cp852};

/// A character that was written differently.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Substitution {
    /// The character of the text.
    pub character: char,
    /// What was written for it; never empty.
    pub written: &'static str,
}

/// Bytes of a text in a code page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Encoded {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What was respelt, in the order of the text, each place of it.
    pub substitutions: Vec<Substitution>,
}

impl Charset {
    /// Whether the page has the character.
    pub fn has(self, character: char) -> bool {
        if character.is_ascii() {
            return true;
        }
        let mut buffer = [0; 4];
        let text = character.encode_utf8(&mut buffer);
        match self {
            Charset::Utf8 => true,
            Charset::Windows1250 => !WINDOWS_1250.encode(text).2,
            Charset::Iso8859_2 => !ISO_8859_2.encode(text).2,
            Charset::Cp852 => cp852::byte(character).is_some(),
        }
    }

    /// The bytes of the text. What the page lacks is respelt by `respelling` and reported;
    /// nothing is left out.
    pub fn encode(self, text: &str) -> Encoded {
        let mut spelt = String::with_capacity(text.len());
        let mut substitutions = Vec::new();
        for character in text.chars() {
            if self.has(character) {
                spelt.push(character);
            } else {
                let written = respelling(character);
                spelt.push_str(written);
                substitutions.push(Substitution { character, written });
            }
        }
        Encoded {
            bytes: self.bytes_of(spelt),
            substitutions,
        }
    }

    /// The bytes of a text of which the page has every character.
    pub(crate) fn bytes_of(self, text: String) -> Vec<u8> {
        match self {
            Charset::Utf8 => text.into_bytes(),
            Charset::Windows1250 | Charset::Iso8859_2 | Charset::Cp852 if text.is_ascii() => {
                text.into_bytes()
            }
            Charset::Windows1250 => WINDOWS_1250.encode(&text).0.into_owned(),
            Charset::Iso8859_2 => ISO_8859_2.encode(&text).0.into_owned(),
            Charset::Cp852 => text
                .chars()
                .filter_map(|character| {
                    u8::try_from(character)
                        .ok()
                        .filter(u8::is_ascii)
                        .or_else(|| cp852::byte(character))
                })
                .collect(),
        }
    }
}

/// How a character is spelt with ASCII only: without its mark for Latin letters, by its sound for
/// the Cyrillic letters of Ukrainian, Russian and Belarusian (passport spelling), by a likeness for
/// signs, and `?` for the rest. Never empty, so that a reader sees that something stood there.
pub(crate) fn respelling(character: char) -> &'static str {
    RESPELLINGS
        .iter()
        .find(|(characters, _)| characters.contains(character))
        .map_or("?", |(_, written)| written)
}

#[rustfmt::skip]
const RESPELLINGS: &[(&str, &str)] = &[
    ("ĄÀÁÂÃÅĀĂ", "A"), ("ąàáâãåāă", "a"), ("ĆÇČĈĊ", "C"), ("ćçčĉċ", "c"),
    ("ĎĐÐ", "D"), ("ďđð", "d"), ("ĘÈÉÊËĒĔĖĚ", "E"), ("ęèéêëēĕėě", "e"),
    ("ĜĞĠĢ", "G"), ("ĝğġģ", "g"), ("ĤĦ", "H"), ("ĥħ", "h"),
    ("ÌÍÎÏĨĪĬĮİ", "I"), ("ìíîïĩīĭįı", "i"), ("Ĵ", "J"), ("ĵ", "j"), ("Ķ", "K"), ("ķ", "k"),
    ("ŁĹĻĽĿ", "L"), ("łĺļľŀ", "l"), ("ŃÑŅŇ", "N"), ("ńñņňŉ", "n"),
    ("ÓÒÔÕŌŎŐØ", "O"), ("óòôõōŏőø", "o"), ("ŔŖŘ", "R"), ("ŕŗř", "r"),
    ("ŚŜŞŠȘ", "S"), ("śŝşšș", "s"), ("ŢŤŦȚ", "T"), ("ţťŧț", "t"),
    ("ÙÚÛŨŪŬŮŰŲ", "U"), ("ùúûũūŭůűų", "u"), ("Ŵ", "W"), ("ŵ", "w"),
    ("ÝŶŸ", "Y"), ("ýŷÿ", "y"), ("ŹŻŽ", "Z"), ("źżž", "z"),
    ("Ä", "Ae"), ("ä", "ae"), ("Ö", "Oe"), ("ö", "oe"), ("Ü", "Ue"), ("ü", "ue"),
    ("ß", "ss"), ("ẞ", "SS"), ("Æ", "AE"), ("æ", "ae"), ("Œ", "OE"), ("œ", "oe"),
    ("Þ", "Th"), ("þ", "th"),
    ("А", "A"), ("а", "a"), ("Б", "B"), ("б", "b"), ("В", "V"), ("в", "v"),
    ("ГҐ", "G"), ("гґ", "g"), ("Д", "D"), ("д", "d"), ("ЕЁЄЭ", "E"), ("еёєэ", "e"),
    ("Ж", "Zh"), ("ж", "zh"), ("З", "Z"), ("з", "z"), ("ИІЇЙ", "I"), ("иіїй", "i"),
    ("К", "K"), ("к", "k"), ("Л", "L"), ("л", "l"), ("М", "M"), ("м", "m"),
    ("Н", "N"), ("н", "n"), ("О", "O"), ("о", "o"), ("П", "P"), ("п", "p"),
    ("Р", "R"), ("р", "r"), ("С", "S"), ("с", "s"), ("Т", "T"), ("т", "t"),
    ("УЎ", "U"), ("уў", "u"), ("Ф", "F"), ("ф", "f"), ("Х", "Kh"), ("х", "kh"),
    ("Ц", "Ts"), ("ц", "ts"), ("Ч", "Ch"), ("ч", "ch"), ("Ш", "Sh"), ("ш", "sh"),
    ("Щ", "Shch"), ("щ", "shch"), ("Ы", "Y"), ("ы", "y"), ("Ю", "Iu"), ("ю", "iu"),
    ("Я", "Ia"), ("я", "ia"), ("ЬъЪь", "'"),
    ("\u{a0}\u{202f}\u{2009}\u{2007}\t", " "), ("\u{ad}\u{2010}\u{2011}\u{2012}–—−_~=", "-"),
    ("‘’‚‛`´′", "'"), ("“”„‟«»\"", "'"), ("…", "..."), ("•·", "."), ("€", "EUR"), ("£", "GBP"),
    ("$", "USD"), ("×", "x"), ("&", "+"), ("@", "(a)"), ("|\\¦", "/"), (";", ","), (":", "."),
    ("[{<", "("), ("]}>", ")"), ("№#", "nr"), ("%", "proc."), ("!", "."), ("*^", "+"), ("°", "o"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_lacks_is_respelt_and_reported() {
        let check = |charset: Charset, text: &str, written: &str, respelt: &str| {
            let encoded = charset.encode(text);
            assert_eq!(charset.decode(&encoded.bytes), written, "{charset}");
            let characters: String = encoded
                .substitutions
                .iter()
                .map(|substitution| substitution.character)
                .collect();
            assert_eq!(characters, respelt);
        };
        check(Charset::Windows1250, "Łódź – 5 €", "Łódź – 5 €", "");
        check(Charset::Iso8859_2, "Łódź – 5 €", "Łódź - 5 EUR", "–€");
        check(Charset::Cp852, "Łódź – 5 €", "Łódź - 5 EUR", "–€");
        check(Charset::Utf8, "Щука 🦀", "Щука 🦀", "");
        check(Charset::Windows1250, "Щука 🦀", "Shchuka ?", "Щука🦀");
        check(Charset::Windows1250, "Señor Øst", "Senor Ost", "ñØ");
    }

    #[test]
    fn no_respelling_is_empty_or_needs_respelling() {
        for (characters, written) in RESPELLINGS {
            assert!(!characters.is_empty());
            assert!(!written.is_empty() && written.is_ascii(), "{written}");
        }
    }

    #[test]
    fn no_character_is_respelt_twice_differently() {
        let mut seen = std::collections::BTreeSet::new();
        for character in RESPELLINGS.iter().flat_map(|(all, _)| all.chars()) {
            assert!(seen.insert(character), "{character}");
        }
    }
}
