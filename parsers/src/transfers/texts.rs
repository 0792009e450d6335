//! Which characters a bank takes, and what is written for the others.

use crate::Charset;
use crate::charset::respelling;

/// The letters that Polish has beside ASCII.
const POLISH: &str = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż";

/// The characters that the texts of a file may hold: ASCII letters, digits and spaces always;
/// signs and Polish letters where the bank takes them and the code page has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TextSet {
    charset: Charset,
    /// Whether a byte is an ASCII character that is allowed.
    ascii: [bool; 256],
    /// What is allowed beyond ASCII.
    beyond: String,
}

impl TextSet {
    /// The set with those signs, none of which may be one of `grammar`: quotes and separators of
    /// the format, which no text can hold.
    pub(crate) fn new(charset: Charset, polish: bool, signs: &str, grammar: &str) -> TextSet {
        let mut ascii = [false; 256];
        let mut beyond = String::new();
        let letters = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain([' ']);
        let signs = signs
            .chars()
            .chain(POLISH.chars().filter(|_| polish))
            .filter(|sign| !grammar.contains(*sign) && !sign.is_control());
        for character in letters.chain(signs) {
            if !character.is_ascii() {
                if charset.has(character) {
                    beyond.push(character);
                }
            } else if let Some(allowed) = ascii.get_mut(character as usize) {
                *allowed = true;
            }
        }
        TextSet {
            charset,
            ascii,
            beyond,
        }
    }

    /// The code page of the file.
    pub(crate) fn charset(&self) -> Charset {
        self.charset
    }

    /// Whether a text may hold the character as it is.
    pub(crate) fn allows(&self, character: char) -> bool {
        if character.is_ascii() {
            self.ascii.get(character as usize) == Some(&true)
        } else {
            self.beyond.contains(character)
        }
    }

    /// Whether the text can be written as it is: allowed characters, single spaces, none at the
    /// ends.
    pub(crate) fn takes(&self, text: &str) -> bool {
        let mut before = b' ';
        let mut good = true;
        // Without stopping, which is quicker: nearly every text is good.
        for byte in text.bytes() {
            let allowed = self.ascii.get(usize::from(byte)) == Some(&true);
            good &= allowed & !((byte == b' ') & (before == b' '));
            before = byte;
        }
        if good {
            return before != b' ' || text.is_empty();
        }
        !text.is_ascii() && self.takes_beyond(text)
    }

    fn takes_beyond(&self, text: &str) -> bool {
        text.chars().all(|character| self.allows(character))
            && !text.contains("  ")
            && !text.starts_with(' ')
            && !text.ends_with(' ')
    }

    /// What is written for a character that is not allowed: never empty, so that a reader sees
    /// that something stood there.
    pub(crate) fn stand_in(&self, character: char) -> &'static str {
        [respelling(character), "?", ".", "-"]
            .into_iter()
            .find(|written| written.chars().all(|sign| self.allows(sign)))
            .unwrap_or("x")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar_is_never_allowed_in_a_text() {
        let set = TextSet::new(Charset::Windows1250, true, "\"|\r\n;", "\"|");
        assert!(set.allows(';') && set.allows('ż') && set.allows(' '));
        assert!(!"\"|\r\n.".chars().any(|sign| set.allows(sign)));
    }

    #[test]
    fn letters_beyond_ascii_need_the_bank_and_the_code_page() {
        let set = |charset, polish| TextSet::new(charset, polish, "§", "");
        assert!(set(Charset::Windows1250, true).allows('ł'));
        assert!(!set(Charset::Windows1250, false).allows('ł'));
        assert!(set(Charset::Windows1250, false).allows('§'));
        assert!(!set(Charset::Windows1250, true).allows('ø'));
    }

    #[test]
    fn what_is_written_as_it_is() {
        let set = TextSet::new(Charset::Iso8859_2, true, ".,", "");
        let check = |text: &str, taken: bool| assert_eq!(set.takes(text), taken, "{text:?}");
        check("", true);
        check("Jan Kowalski, ul. Polna", true);
        check("Łucja Żak", true);
        for text in [" a", "a ", "a  b", " ł", "ł ", "ł  b", "a;b", "ł;", " "] {
            check(text, false);
        }
    }

    #[test]
    fn something_always_stands_for_a_character() {
        let check = |signs: &str, character: char, written: &str| {
            let set = TextSet::new(Charset::Windows1250, false, signs, "");
            assert_eq!(set.stand_in(character), written);
        };
        check("?.", 'ł', "l");
        check("?.", '🦀', "?");
        check(".", '🦀', ".");
        check("-", '🦀', "-");
        check("", '🦀', "x");
        check("", '&', "x");
        check("+", '&', "+");
    }
}
