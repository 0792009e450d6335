//! What one statement says, and the parts that both banks write alike (SWIFT MT940).

use kantor_model::{Date, Iban, Money};

use super::code_page::CodePage;
use super::line::Line;

/// One statement or partial export, before it is written.
pub(super) struct Sheet<'a> {
    pub(super) account: Iban,
    pub(super) number: u32,
    /// Lines of this statement stand before the first: the opening is an intermediate one.
    pub(super) continued: bool,
    pub(super) opening: Money,
    pub(super) opening_date: Date,
    pub(super) lines: &'a [Line],
    pub(super) date: Date,
    /// Missing in partial exports.
    pub(super) closing: Option<Money>,
}

/// Bytes in a code page, written line by line.
pub(super) struct Paper<'f> {
    pub(super) file: &'f mut Vec<u8>,
    pub(super) page: CodePage,
    pub(super) line_end: &'static str,
}

impl Paper<'_> {
    pub(super) fn line(&mut self, text: &str) {
        self.page.write(text, self.file);
        self.page.write(self.line_end, self.file);
    }

    /// `:60F:`, or `:60M:` when lines of the statement stand before.
    pub(super) fn opening(&mut self, sheet: &Sheet<'_>) {
        let tag = if sheet.continued { "60M" } else { "60F" };
        self.balance(tag, sheet.opening, sheet.opening_date);
    }

    /// `:62F:` and `:64:`, where there is a closing balance.
    pub(super) fn closing(&mut self, sheet: &Sheet<'_>) {
        if let Some(closing) = sheet.closing {
            self.balance("62F", closing, sheet.date);
            self.balance("64", closing, sheet.date);
        }
    }

    /// 1!a6!n3!a15d: a balance of zero is a credit.
    fn balance(&mut self, tag: &str, balance: Money, date: Date) {
        let (mark, day, amount) = (mark(balance), day(date), unsigned(balance));
        self.line(&format!(":{tag}:{mark}{day}{}{amount}", balance.currency()));
    }
}

/// C for a credit, D for a debit.
pub(super) fn mark(amount: Money) -> char {
    if amount.is_negative() { 'D' } else { 'C' }
}

/// YYMMDD.
pub(super) fn day(date: Date) -> String {
    date.strftime("%y%m%d").to_string()
}

/// The amount without its sign, with a comma, which is written also where no decimals follow.
pub(super) fn unsigned(amount: Money) -> String {
    let text = amount.to_decimal_string().replace('.', ",");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.contains(',') {
        digits.to_owned()
    } else {
        format!("{digits},")
    }
}

#[cfg(test)]
mod tests {
    use kantor_model::Currency;

    use super::*;

    #[test]
    fn amounts_have_a_comma_and_no_sign() {
        let check = |minor: i64, code: &str, expected: &str| {
            let amount = Money::new(minor, Currency::from_code(code).unwrap());
            assert_eq!(unsigned(amount), expected);
        };
        check(123_456, "PLN", "1234,56");
        check(-7, "PLN", "0,07");
        check(500, "JPY", "500,");
        check(0, "EUR", "0,00");
        check(i64::MIN, "PLN", "92233720368547758,08");
    }
}
