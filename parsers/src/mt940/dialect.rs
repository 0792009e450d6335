//! How banks bend MT940, told by the shape of what they write.

use super::field86::Shape;

/// The bend of one bank. Told by shape, never by whose account it is; the generic reading is what
/// remains when no shape is recognised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dialect {
    /// mBank CompanyNet and BRESOK: `:86:` is free text of `KEY: value;`.
    MBank,
    /// PKO BP iPKO biznes: `:86:020~00` and a 3-digit code, one subfield a line; the second line
    /// of `:61:` says whether the entry is booked or off-book.
    Pko,
    /// Any other bank: structured text with whatever separator, or plain text.
    Generic,
}

impl Dialect {
    /// The bank's short name as packs and configuration use it; none for the generic reading.
    pub const fn bank(self) -> Option<&'static str> {
        match self {
            Dialect::MBank => Some("mbank"),
            Dialect::Pko => Some("pko"),
            Dialect::Generic => None,
        }
    }

    /// The dialect of the bank with that short name.
    pub fn of_bank(bank: &str) -> Option<Dialect> {
        [Dialect::MBank, Dialect::Pko]
            .into_iter()
            .find(|dialect| dialect.bank() == Some(bank))
    }

    /// By the first entry's text; where the statement has no entry, or one without text, by the
    /// reference in `:20:` (`ST071023CYC/1`, or the constant `MT940`).
    pub(super) fn of_shape(shape: Option<&Shape>, reference: &[u8]) -> Dialect {
        match shape {
            Some(Shape::Keyed) => Dialect::MBank,
            Some(Shape::Structured { pko: true, .. }) => Dialect::Pko,
            Some(Shape::Structured { pko: false, .. }) => Dialect::Generic,
            // mBank has texts without a key; PKO has none that is not structured.
            Some(Shape::Plain) => match Dialect::of_reference(reference) {
                Dialect::MBank => Dialect::MBank,
                Dialect::Pko | Dialect::Generic => Dialect::Generic,
            },
            None => Dialect::of_reference(reference),
        }
    }

    fn of_reference(reference: &[u8]) -> Dialect {
        match reference {
            b"MT940" => Dialect::Pko,
            [b'S', b'T', rest @ ..]
                if rest.split_at_checked(6).is_some_and(|(date, cycle)| {
                    date.iter().all(u8::is_ascii_digit) && cycle.starts_with(b"CYC/")
                }) =>
            {
                Dialect::MBank
            }
            _ => Dialect::Generic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_statement_is_known_by_its_reference() {
        let check = |reference: &str, dialect: Dialect| {
            assert_eq!(Dialect::of_shape(None, reference.as_bytes()), dialect);
        };
        check("ST071023CYC/1", Dialect::MBank);
        check("MT940", Dialect::Pko);
        check("STARTUMS", Dialect::Generic);
        check("ST07102", Dialect::Generic);
        check("", Dialect::Generic);
    }

    #[test]
    fn the_text_speaks_louder_than_the_reference() {
        let shape = Shape::Structured {
            separator: b'~',
            pko: false,
        };
        assert_eq!(
            Dialect::of_shape(Some(&shape), b"ST071023CYC/1"),
            Dialect::Generic
        );
    }
}
