//! Amounts, days and account numbers in a cell, whatever its code page.

use kantor_model::{AmountError, Currency, Date, Moment, Money};
use serde::Deserialize;

/// How a day is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub enum DateForm {
    /// `2026-11-23`
    #[serde(rename = "YYYY-MM-DD")]
    YearDashes,
    /// `2026.11.23`
    #[serde(rename = "YYYY.MM.DD")]
    YearDots,
    /// `23-11-2026`
    #[serde(rename = "DD-MM-YYYY")]
    DayDashes,
    /// `23.11.2026`
    #[serde(rename = "DD.MM.YYYY")]
    DayDots,
    /// `23/11/2026`
    #[serde(rename = "DD/MM/YYYY")]
    DaySlashes,
    /// `20261123`
    #[serde(rename = "YYYYMMDD")]
    Digits,
    /// `2026-11-23T13:05:00Z`: the day in Poland at that moment.
    #[serde(rename = "YYYY-MM-DDThh:mm:ssZ")]
    Moment,
}

impl DateForm {
    /// Whether the cell has the shape of a day, and the day if the calendar has it.
    pub(super) fn read(self, cell: &[u8]) -> Option<Option<Date>> {
        let text = std::str::from_utf8(cell.trim_ascii()).ok()?;
        let (year, month, day) = match self {
            DateForm::YearDashes => parts(text, '-', [4, 2, 2])?,
            DateForm::YearDots => parts(text, '.', [4, 2, 2])?,
            DateForm::DayDashes => reversed(parts(text, '-', [2, 2, 4])?),
            DateForm::DayDots => reversed(parts(text, '.', [2, 2, 4])?),
            DateForm::DaySlashes => reversed(parts(text, '/', [2, 2, 4])?),
            DateForm::Digits => {
                let all = (text.len() == 8).then_some(text)?;
                (
                    digits(all.get(..4)?)?,
                    digits(all.get(4..6)?)?,
                    digits(all.get(6..)?)?,
                )
            }
            DateForm::Moment => {
                parts(text.get(..10)?, '-', [4, 2, 2])?;
                text.get(10..11).filter(|mark| *mark == "T")?;
                return Some(text.parse::<Moment>().ok().map(Moment::warsaw_date));
            }
        };
        let small = |number: i16| i8::try_from(number).unwrap_or(0);
        Some(Date::new(year, small(month), small(day)).ok())
    }
}

fn digits(text: &str) -> Option<i16> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

fn parts(text: &str, mark: char, widths: [usize; 3]) -> Option<(i16, i16, i16)> {
    let mut pieces = text.split(mark);
    let mut next = |width| {
        pieces
            .next()
            .filter(|piece| piece.len() == width)
            .and_then(digits)
    };
    let [first, second, third] = widths;
    let found = (next(first)?, next(second)?, next(third)?);
    pieces.next().is_none().then_some(found)
}

fn reversed((day, month, year): (i16, i16, i16)) -> (i16, i16, i16) {
    (year, month, day)
}

/// The day of a cell, in one of these ways: nothing written, a day, or neither.
pub(super) fn day(cell: &[u8], forms: &[DateForm]) -> Result<Option<Date>, NotADay> {
    if is_blank(cell) {
        return Ok(None);
    }
    match forms.iter().find_map(|form| form.read(cell)) {
        Some(Some(date)) => Ok(Some(date)),
        Some(None) | None => Err(NotADay),
    }
}

/// Something is written that is no day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NotADay;

/// The decimal mark of amounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// `1 234,56`
    Comma,
    /// `1 234.56`
    Dot,
    /// One or the other; an amount that has both, or three digits after it, is refused.
    Either,
}

impl Mark {
    fn is(self, byte: u8) -> bool {
        match self {
            Mark::Comma => byte == b',',
            Mark::Dot => byte == b'.',
            Mark::Either => matches!(byte, b',' | b'.'),
        }
    }
}

/// An amount as it is written: its digits, and the currency where that stands in the same cell.
#[derive(Default, Debug)]
pub(super) struct Written {
    /// Sign, digits and a mark; empty where nothing is written.
    text: String,
    /// The three letters before or after the digits.
    pub(super) currency: Option<[u8; 3]>,
}

impl Written {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The amount in that currency.
    pub(super) fn money(&self, currency: Currency) -> Result<Money, AmountError> {
        Money::parse(&self.text, currency)
    }

    /// Whether so many digits stand after the mark.
    pub(super) fn places(&self) -> usize {
        self.text
            .split_once([',', '.'])
            .map_or(0, |(_, places)| places.len())
    }

    /// Takes a cell apart; `None` when it is no amount. Spaces of every kind may divide groups of
    /// three digits; the minus may be U+2212 or stand behind a space.
    pub(super) fn read(&mut self, cell: &[u8], mark: Mark) -> Option<()> {
        self.text.clear();
        self.currency = None;
        let mut rest = strip_spaces(cell);
        if let Some((code, before)) = code_at_end(rest) {
            self.currency = Some(code);
            rest = strip_spaces(before);
        } else if let Some((code, after)) = code_at_start(rest) {
            self.currency = Some(code);
            rest = strip_spaces(after);
        }
        if rest.is_empty() {
            return self.currency.is_none().then_some(());
        }
        if let Some((sign, after)) = sign(rest) {
            self.text.push(sign);
            rest = strip_spaces(after);
        }
        self.digits(rest, mark)
    }

    fn digits(&mut self, mut rest: &[u8], mark: Mark) -> Option<()> {
        let (mut group, mut grouped, mut marked) = (0, false, false);
        while let Some((&byte, after)) = rest.split_first() {
            if byte.is_ascii_digit() {
                self.text.push(char::from(byte));
                group += 1;
            } else if mark.is(byte) && !marked && (!grouped || group == 3) {
                self.text.push(char::from(byte));
                marked = true;
            } else if let Some(after) = space(rest)
                && !marked
                && group > 0
                && (group <= 3 && !grouped || group == 3)
            {
                (group, grouped) = (0, true);
                rest = after;
                continue;
            } else {
                return None;
            }
            rest = after;
        }
        let whole = marked || !grouped || group == 3;
        (whole && self.text.bytes().any(|byte| byte.is_ascii_digit())).then_some(())
    }
}

/// A space of whatever kind: plain, no-break (in UTF-8, in Windows-1250 and ISO-8859-2, in code
/// page 852) or narrow no-break.
fn space(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0xC2, 0xA0, rest @ ..] | [0xE2, 0x80, 0xAF | 0x89, rest @ ..] => Some(rest),
        [b' ' | b'\t' | 0xA0 | 0xFF, rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Without spaces of whatever kind at both ends.
pub(super) fn strip_spaces(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = space(bytes) {
        bytes = rest;
    }
    loop {
        bytes = match bytes {
            [rest @ .., 0xC2, 0xA0] | [rest @ .., 0xE2, 0x80, 0xAF | 0x89] => rest,
            [rest @ .., b' ' | b'\t' | b'\r' | 0xA0 | 0xFF] => rest,
            all => return all,
        };
    }
}

/// Nothing but spaces.
pub(super) fn is_blank(cell: &[u8]) -> bool {
    strip_spaces(cell).is_empty()
}

fn sign(bytes: &[u8]) -> Option<(char, &[u8])> {
    match bytes {
        [b'-', rest @ ..] | [0xE2, 0x88, 0x92, rest @ ..] => Some(('-', rest)),
        [b'+', rest @ ..] => Some(('+', rest)),
        _ => None,
    }
}

fn code_at_end(bytes: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (before, code) = bytes.split_last_chunk::<3>()?;
    let alone = before.last().is_none_or(|byte| !byte.is_ascii_alphabetic());
    (code.iter().all(u8::is_ascii_uppercase) && alone).then_some((*code, before))
}

fn code_at_start(bytes: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (code, after) = bytes.split_first_chunk::<3>()?;
    let alone = after.first().is_none_or(|byte| !byte.is_ascii_alphabetic());
    (code.iter().all(u8::is_ascii_uppercase) && alone).then_some((*code, after))
}

/// The currency that a cell names; `None` where nothing is written.
pub(super) fn currency(cell: &[u8]) -> Result<Option<Currency>, String> {
    let cell = strip_spaces(cell);
    if cell.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(cell);
    Currency::from_code(&text.to_ascii_uppercase())
        .map(Some)
        .map_err(|_| text.into_owned())
}

/// An account number or a reference without the apostrophes and spaces around it, with which
/// banks keep spreadsheets from reading it as a number.
pub(super) fn unquoted(cell: &[u8]) -> &[u8] {
    let mut bytes = strip_spaces(cell);
    while let [b'\'', rest @ ..] = bytes {
        bytes = strip_spaces(rest);
    }
    while let [rest @ .., b'\''] = bytes {
        bytes = strip_spaces(rest);
    }
    bytes
}

/// Writes the account number of a cell without spaces between its digits; `false` when what
/// stands there does not look like one (a masked card number, a name).
pub(super) fn account(cell: &[u8], into: &mut String) -> bool {
    into.clear();
    let mut rest = unquoted(cell);
    let mut digits = 0;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match space(rest) {
            Some(after) => after,
            None => {
                into.push(char::from(byte));
                digits += usize::from(byte.is_ascii_digit());
                after
            }
        };
    }
    let letters = into.bytes().filter(u8::is_ascii_alphabetic).count();
    let plain = into.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // An IBAN has two letters at its front, and some countries four more inside.
    plain && digits >= 8 && letters <= 6 && !into.contains("XX") && !into.contains("xx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_banks_write_them() {
        let check = |cell: &[u8], mark: Mark, expected: &str| {
            let mut written = Written::default();
            let found = match written.read(cell, mark) {
                None => "refused".to_owned(),
                Some(()) => {
                    let code = written
                        .currency
                        .map(|code| String::from_utf8(code.into()).unwrap());
                    format!("{} {}", written.text, code.unwrap_or_default())
                }
            };
            assert_eq!(
                found.trim_end(),
                expected,
                "{}",
                String::from_utf8_lossy(cell)
            );
        };
        check(b"-3 168,00 PLN", Mark::Comma, "-3168,00 PLN");
        check(
            "-3\u{a0}168,00\u{a0}PLN".as_bytes(),
            Mark::Comma,
            "-3168,00 PLN",
        );
        check(
            "12\u{202f}345\u{202f}678,90".as_bytes(),
            Mark::Comma,
            "12345678,90",
        );
        check(b"-3\xA0168,00 PLN", Mark::Comma, "-3168,00 PLN");
        check(b"3\xFF168,00", Mark::Comma, "3168,00");
        check("\u{2212}10,50".as_bytes(), Mark::Comma, "-10,50");
        check(b"+2000.00", Mark::Dot, "+2000.00");
        check(b"- 12,00", Mark::Comma, "-12,00");
        check(b"EUR 12,00", Mark::Comma, "12,00 EUR");
        check(b"-50", Mark::Dot, "-50");
        check(b"  ", Mark::Dot, "");
        check(b"1 23,00", Mark::Comma, "refused");
        check(b"1234 567,00", Mark::Comma, "refused");
        check(b"12,00,1", Mark::Comma, "refused");
        check(b"1.234,56", Mark::Either, "refused");
        check(b"1.234,56", Mark::Comma, "refused");
        check(b"W rozliczeniu", Mark::Dot, "refused");
        check(b"PLN", Mark::Dot, "refused");
        check(b"-", Mark::Dot, "refused");
        check(b"--1,00", Mark::Comma, "refused");
        check(b"12,00 zl", Mark::Comma, "refused");
    }

    #[test]
    fn days_are_read_in_the_ways_of_the_profile_only() {
        let check = |cell: &str, form: DateForm, expected: &str| {
            let found = match day(cell.as_bytes(), &[form]) {
                Ok(Some(date)) => date.to_string(),
                Ok(None) => "nothing".to_owned(),
                Err(NotADay) => "refused".to_owned(),
            };
            assert_eq!(found, expected, "{cell}");
        };
        check("2026-11-23", DateForm::YearDashes, "2026-11-23");
        check(" 23.11.2026 ", DateForm::DayDots, "2026-11-23");
        check("23-11-2026", DateForm::DayDashes, "2026-11-23");
        check("20261123", DateForm::Digits, "2026-11-23");
        check("2026-11-23T23:30:00Z", DateForm::Moment, "2026-11-24");
        check("", DateForm::Digits, "nothing");
        check("2026-02-30", DateForm::YearDashes, "refused");
        check("23.11.2026", DateForm::DayDashes, "refused");
        check("23.11.26", DateForm::DayDots, "refused");
        check("2026-11-23T25:30:00Z", DateForm::Moment, "refused");
        check("2026-13-01", DateForm::YearDashes, "refused");
        check("+026-01-01", DateForm::YearDashes, "refused");
    }

    #[test]
    fn account_numbers_lose_their_wrapping() {
        let check = |cell: &str, expected: Option<&str>| {
            let mut into = String::new();
            let found = account(cell.as_bytes(), &mut into).then_some(into.as_str());
            assert_eq!(found, expected, "{cell}");
        };
        check(
            "'79883410191150313681000043 '",
            Some("79883410191150313681000043"),
        );
        check(
            "'98124014441111001078171074",
            Some("98124014441111001078171074"),
        );
        check(
            "PL12 3456 7890 1234 5678 9012 3456",
            Some("PL12345678901234567890123456"),
        );
        check("11\u{a0}2222\u{a0}3333", Some("1122223333"));
        check("1234 XXXX XXXX 0484", None);
        check("400000******0000", None);
        check("KONTO Z LWEM Direct (PLN)", None);
        check("", None);
    }
}
