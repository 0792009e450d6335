//! `:86:` — information to the account owner: which shape it has, and the facts in it.

use kantor_model::AccountNumber;

use super::{keyed, structured};
use crate::charset::Charset;
use crate::text::{join_lines, join_wrapped, present};

/// SWIFT wraps free text at this many characters.
const WIDTH: usize = 65;

/// How the text is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A separator and two digits before each subfield.
    Structured {
        /// The one-character mark.
        separator: u8,
        /// As PKO BP writes it: `020~00` and a 3-digit code.
        pko: bool,
    },
    /// `911 TEXT; KEY: value; KEY: value`.
    Keyed,
    /// Anything else.
    Plain,
}

/// The facts of a text.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Details {
    pub(super) shape: Shape,
    pub(super) name: Option<String>,
    pub(super) account: Option<AccountNumber>,
    pub(super) remittance: Option<String>,
    pub(super) customer_reference: Option<String>,
    pub(super) bank_reference: Option<String>,
    /// Whether what always stands last in this shape is there; `None` where nothing does.
    pub(super) whole: Option<bool>,
}

impl Details {
    /// Puts a second `:86:` of the same entry to the first. ING sends a bare code first and the
    /// structured text after it; the structured one speaks, and plain texts are put together.
    pub(super) fn join(self, later: Details) -> Details {
        let (main, other) = match (self.shape, later.shape) {
            (Shape::Plain, Shape::Structured { .. } | Shape::Keyed) => (later, self),
            (Shape::Structured { .. } | Shape::Keyed | Shape::Plain, _) => (self, later),
        };
        let remittance = match (main.shape, main.remittance, other.remittance) {
            (Shape::Plain, Some(first), Some(second)) => Some(format!("{first} {second}")),
            (_, None, Some(text)) => Some(text).filter(|text| !is_code(text)),
            (_, first, _) => first,
        };
        Details {
            shape: main.shape,
            name: main.name.or(other.name),
            account: main.account.or(other.account),
            remittance,
            customer_reference: main.customer_reference.or(other.customer_reference),
            bank_reference: main.bank_reference.or(other.bank_reference),
            whole: main.whole.or(other.whole),
        }
    }
}

/// A bare transaction code is no title.
fn is_code(text: &str) -> bool {
    text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Buffers that are used again for every entry.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) joined: Vec<u8>,
    pub(super) parts: Vec<structured::Part>,
    pub(super) text: Vec<u8>,
}

/// Reads the facts of a text. Each text is told by its own shape.
pub(super) fn details(value: &[u8], charset: Charset, scratch: &mut Scratch) -> Details {
    join_lines(value, &mut scratch.joined);
    if let Some(details) = structured::details(charset, scratch) {
        return details;
    }
    join_wrapped(value, WIDTH, charset, &mut scratch.joined);
    let text = charset.decode(&scratch.joined);
    if let Some(details) = keyed::details(&text) {
        return details;
    }
    Details {
        shape: Shape::Plain,
        name: None,
        account: None,
        remittance: present(&text),
        customer_reference: None,
        bank_reference: None,
        whole: None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The facts of a text, one a line, lines of the field as `|`.
    pub(in crate::mt940) fn facts(field: &str) -> String {
        let value = field.replace('|', "\r\n");
        let found = details(value.as_bytes(), Charset::Utf8, &mut Scratch::default());
        let shape = match found.shape {
            Shape::Structured { separator, pko } => format!(
                "structured {}{}",
                char::from(separator),
                if pko { " pko" } else { "" }
            ),
            Shape::Keyed => "keyed".to_owned(),
            Shape::Plain => "plain".to_owned(),
        };
        let mut out = shape;
        let mut line = |name: &str, fact: Option<&str>| {
            if let Some(fact) = fact {
                out.push_str(&format!("\n{name}: {fact}"));
            }
        };
        line("name", found.name.as_deref());
        line("account", found.account.as_ref().map(AccountNumber::as_str));
        line("title", found.remittance.as_deref());
        line("customer", found.customer_reference.as_deref());
        line("bank", found.bank_reference.as_deref());
        line(
            "whole",
            found.whole.map(|whole| if whole { "yes" } else { "no" }),
        );
        out
    }

    #[test]
    fn plain_text_is_one_title() {
        assert_eq!(
            facts("GIRO AUS ONLINE-SIC|AUFTRAGGEBER: JANE"),
            "plain\ntitle: GIRO AUS ONLINE-SIC AUFTRAGGEBER: JANE"
        );
        assert_eq!(facts(" | "), "plain");
        assert_eq!(facts("150"), "plain\ntitle: 150");
    }

    #[test]
    fn the_structured_one_of_two_texts_speaks() {
        let read = |text: &str| details(text.as_bytes(), Charset::Utf8, &mut Scratch::default());
        let both = read("150").join(read("150~00B150PRZELEW~20TITLE"));
        assert_eq!(both.remittance.as_deref(), Some("TITLE"));
        let both = read("150").join(read("150~00~32JAN"));
        assert_eq!(both.remittance, None);
        let both = read("ABC").join(read("DEF"));
        assert_eq!(both.remittance.as_deref(), Some("ABC DEF"));
    }
}
