//! Values of ISO 20022: amounts, days, signs.

use kantor_model::{AmountError, Currency, Date, Money, MoneyError};

use crate::xml::Tag;

/// Why an amount could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Unreadable {
    /// The attribute `Ccy` is missing.
    NoCurrency,
    /// Its code is in no dictionary.
    Currency { code: String },
    /// It is no amount of its currency.
    Amount(AmountError),
}

/// An amount with its currency in the attribute `Ccy`. Never negative: its sign stands elsewhere.
pub(super) fn money(tag: &Tag<'_>, text: &str) -> Result<Money, Unreadable> {
    let code = tag.attribute("Ccy").ok_or(Unreadable::NoCurrency)?;
    let currency = currency(code.trim_ascii())?;
    amount(text, currency).map_err(Unreadable::Amount)
}

/// The currency of a code.
fn currency(code: &str) -> Result<Currency, Unreadable> {
    // What Polish accounts are in mostly is not searched for.
    for known in [Currency::PLN, Currency::EUR] {
        if known.code() == code {
            return Ok(known);
        }
    }
    Currency::from_code(code).map_err(|_| Unreadable::Currency {
        code: code.chars().take(20).collect(),
    })
}

/// A decimal of up to five places; those past the currency's own must be zeros.
pub(super) fn amount(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let text = text.trim_ascii();
    if text.starts_with('-') {
        return Err(AmountError::NotAnAmount {
            text: text.to_owned(),
        });
    }
    let plain = match text.split_once('.') {
        Some((whole, part)) if !whole.is_empty() && part.len() > 2 => text.trim_end_matches('0'),
        Some(_) | None => text,
    };
    Money::parse(plain, currency)
}

/// The day of a date or of a date with a time; a zone does not move it.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim_ascii().as_bytes();
    let (day, rest) = text.split_at_checked(10)?;
    if !matches!(rest, [] | [b'T' | b'Z' | b'+' | b'-' | b' ', ..]) {
        return None;
    }
    let [a, b, c, d, b'-', m, n, b'-', x, y] = day else {
        return None;
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    let year = digit(a)? * 1000 + digit(b)? * 100 + digit(c)? * 10 + digit(d)?;
    let month = i8::try_from(digit(m)? * 10 + digit(n)?).ok()?;
    let day = i8::try_from(digit(x)? * 10 + digit(y)?).ok()?;
    Date::new(year, month, day).ok()
}

/// Whether money comes or goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    Credit,
    Debit,
}

impl Direction {
    pub(super) fn of(text: &str) -> Option<Direction> {
        match text.trim_ascii() {
            "CRDT" => Some(Direction::Credit),
            "DBIT" => Some(Direction::Debit),
            _ => None,
        }
    }

    pub(super) fn turned(self) -> Direction {
        match self {
            Direction::Credit => Direction::Debit,
            Direction::Debit => Direction::Credit,
        }
    }

    /// The amount with this sign.
    pub(super) fn sign(self, amount: Money) -> Result<Money, MoneyError> {
        match self {
            Direction::Credit => Ok(amount),
            Direction::Debit => amount.negated(),
        }
    }
}

/// `true` as XML writes it.
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim_ascii(), "true" | "1")
}

/// Replaces a text by another, its white space collapsed.
pub(super) fn set(into: &mut String, text: &str) {
    into.clear();
    add(into, text);
}

/// Adds a text after a space, its white space collapsed.
pub(super) fn add(into: &mut String, text: &str) {
    let text = text.trim_ascii();
    if text.is_empty() {
        return;
    }
    if !into.is_empty() {
        into.push(' ');
    }
    if is_plain(text.as_bytes()) {
        into.push_str(text);
        return;
    }
    for (at, word) in text.split_ascii_whitespace().enumerate() {
        if at > 0 {
            into.push(' ');
        }
        into.push_str(word);
    }
}

/// No line ends, no tabs, no two spaces together. Looked at without stopping, which is quicker.
fn is_plain(text: &[u8]) -> bool {
    let after = text.get(1..).unwrap_or_default();
    let breaks = text.iter().fold(false, |any, byte| any | (*byte < b' '));
    let gaps = text.iter().zip(after).fold(false, |any, (one, next)| {
        any | ((*one == b' ') & (*next == b' '))
    });
    !(breaks | gaps)
}

/// Sets a reference, unless it is one of the words that banks write where there is none.
pub(super) fn set_reference(into: &mut String, text: &str) {
    match text.trim_ascii() {
        "NOTPROVIDED" | "NOT PROVIDED" | "NONREF" | "NONE" => into.clear(),
        reference => set(into, reference),
    }
}

/// A text that is not empty.
pub(super) fn present(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_are_let_through_and_digits_below_the_minor_unit_are_not() {
        let check = |text: &str, code: &str, expected: Option<i64>| {
            let currency = Currency::from_code(code).unwrap();
            let found = amount(text, currency).ok().map(Money::minor);
            assert_eq!(found, expected, "{text} {code}");
        };
        check("8.850", "EUR", Some(885));
        check("8.85000", "EUR", Some(885));
        check("8.000", "EUR", Some(800));
        check(" 38 ", "CHF", Some(3800));
        check("905.3", "CHF", Some(90530));
        check("0", "SEK", Some(0));
        check("2700.00", "JPY", Some(2700));
        check("1.500", "KWD", Some(1500));
        check("100", "EUR", Some(10000));
        check("8.855", "EUR", None);
        check("8.85001", "EUR", None);
        check("-1.00", "EUR", None);
        check("", "EUR", None);
        check("1.000,00", "EUR", None);
        check("1 000.00", "EUR", None);
        check("NaN", "EUR", None);
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        let check = |text: &str, expected: &str| {
            let found = date(text).map_or("none".to_owned(), |date| date.to_string());
            assert_eq!(found, expected, "{text}");
        };
        check("2026-11-02", "2026-11-02");
        check("2026-11-02+02:00", "2026-11-02");
        check("2026-11-02Z", "2026-11-02");
        check("2026-11-02T23:59:59.999-05:00", "2026-11-02");
        check(" 2026-11-02T00:00:00 ", "2026-11-02");
        check("2026-02-30", "none");
        check("2026-11-021", "none");
        check("20261102", "none");
        check("2026-1a-02", "none");
        check("", "none");
    }

    #[test]
    fn texts_lose_their_line_ends_and_nothing_else() {
        let mut text = String::new();
        set(&mut text, "  a\r\n   b  c ");
        assert_eq!(text, "a b c");
        add(&mut text, "d");
        add(&mut text, " ");
        assert_eq!(text, "a b c d");
        set_reference(&mut text, " NOTPROVIDED ");
        assert_eq!(text, "");
    }
}
