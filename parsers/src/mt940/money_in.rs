//! Amounts that stand in texts with their currency: before exchange, charges, counter values.

use kantor_model::{Currency, Money};

use super::balance::text;

/// What was looked for in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Found {
    /// It is not there.
    #[default]
    Nothing,
    /// This amount.
    Amount(Money),
    /// Its label is there, and no amount that can be read.
    Unreadable,
}

impl Found {
    /// Takes what another place says, where nothing was found before.
    pub(super) fn put(&mut self, other: Found) {
        if *self == Found::Nothing {
            *self = other;
        }
    }

    /// The amount, where there is one.
    pub(super) fn amount(self) -> Option<Money> {
        match self {
            Found::Amount(money) => Some(money),
            Found::Nothing | Found::Unreadable => None,
        }
    }

    fn of(amount: Option<Money>) -> Found {
        amount.map_or(Found::Unreadable, Found::Amount)
    }
}

/// `EUR1088,41`, or `EUR 1 088,41`.
pub(super) fn currency_first(written: &[u8]) -> Option<Money> {
    let (code, amount) = written.trim_ascii().split_at_checked(3)?;
    money(code, amount)
}

/// `1 221 000,00 PLN`.
fn currency_last(written: &[u8]) -> Option<Money> {
    let written = written.trim_ascii();
    let (amount, code) = written.split_at_checked(written.len().checked_sub(3)?)?;
    money(code, amount)
}

fn money(code: &[u8], amount: &[u8]) -> Option<Money> {
    let currency = Currency::from_code(text(code)).ok()?;
    let digits: Vec<u8> = amount
        .iter()
        .copied()
        .filter(|byte| *byte != b' ')
        .collect();
    let amount = Money::parse(text(&digits), currency).ok()?;
    (!amount.is_negative()).then_some(amount)
}

/// The amount of a subfield such as `OCMT/EUR5000` or `CHGS/SHA/EUR30`.
pub(super) fn in_pieces(content: &[u8]) -> Found {
    let mut pieces = content.split(|byte| *byte == b'/');
    Found::of(pieces.find_map(currency_first))
}

/// The amount after `/OCMT/` or `/CHGS/` in a text, such as `/OCMT/EUR11,85//CHGS/EUR0,50/`.
pub(super) fn after_keyword(content: &[u8], keyword: &[u8]) -> Found {
    let Some(at) = memchr::memmem::find(content, keyword) else {
        return Found::Nothing;
    };
    let after = content.get(at + keyword.len()..).unwrap_or_default();
    // Who bears the charges may stand before them.
    let mut pieces = after.split(|byte| *byte == b'/').take(2);
    Found::of(pieces.find_map(currency_first))
}

/// The amount after a mark of the bank's, such as `:O: 1 221 000,00 PLN`: digits, then a currency.
pub(super) fn after_mark(content: &[u8], mark: &[u8]) -> Found {
    let Some(at) = memchr::memmem::find(content, mark) else {
        return Found::Nothing;
    };
    let after = content.get(at + mark.len()..).unwrap_or_default();
    let numeric = |byte: &u8| matches!(byte, b'0'..=b'9' | b' ' | b',' | b'.');
    let length = after.iter().take_while(|byte| numeric(byte)).count() + 3;
    Found::of(after.get(..length).and_then(currency_last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Found, expected: &str) {
        let found = match found {
            Found::Nothing => "nothing".to_owned(),
            Found::Unreadable => "unreadable".to_owned(),
            Found::Amount(money) => money.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn amounts_stand_with_their_currency() {
        check(in_pieces(b"OCMT/EUR1088,41"), "1088.41 EUR");
        check(in_pieces(b"CHGS/SHA/EUR30"), "30.00 EUR");
        check(in_pieces(b"OCMT/EURO"), "unreadable");
        check(
            after_keyword(b"150/OCMT/USD10001234567,89", b"/OCMT/"),
            "10001234567.89 USD",
        );
        let both = b"/OCMT/EUR11,85//CHGS/EUR0,50/";
        check(after_keyword(both, b"/OCMT/"), "11.85 EUR");
        check(after_keyword(both, b"/CHGS/"), "0.50 EUR");
        check(after_keyword(b"/CHGS/SHA/EUR20,00", b"/CHGS/"), "20.00 EUR");
        check(after_keyword(b"150", b"/OCMT/"), "nothing");
        check(after_keyword(b"/OCMT/EUR1,0x/", b"/OCMT/"), "unreadable");
    }

    #[test]
    fn a_counter_value_stands_after_its_mark() {
        let title = b":K:  1,000000 :S: 4,070000 :O: 1 221 000,00 PLN";
        check(after_mark(title, b":O:"), "1221000.00 PLN");
        check(after_mark(b"czynsz", b":O:"), "nothing");
        check(after_mark(b":O: 1,00", b":O:"), "unreadable");
    }
}
