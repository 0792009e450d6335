//! What readers of tagged transfer files share: facts out of fields, and what is wrong with them.

use kantor_model::{
    AccountNumber, Bic, Charges, Complaint, Currency, Date, Iban, IbanError, Money, Party, Place,
    Severity,
};

use super::order::{Order, Read};
use super::swift::{self, NoAmount};
use super::tagged::Field;
use super::wrap::{LINES, WIDTH, fits, unwrap};
use crate::text::{collapsed, present};

/// A file that is being read.
#[derive(Default)]
pub(crate) struct Reading {
    read: Read,
}

impl Reading {
    pub(crate) fn notice(&mut self, place: Place, code: &'static str, message: String, text: &str) {
        self.complain(place, Severity::Notice, code, message, text);
    }

    pub(crate) fn fatal(&mut self, place: Place, code: &'static str, message: String, text: &str) {
        self.complain(place, Severity::Fatal, code, message, text);
    }

    fn complain(
        &mut self,
        place: Place,
        severity: Severity,
        code: &'static str,
        message: String,
        text: &str,
    ) {
        self.read.complaints.push(Complaint {
            place,
            code: code.into(),
            severity,
            message,
            excerpt: text.chars().take(80).collect(),
        });
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.read.orders.push(order);
    }

    /// What was read, its complaints in the order of the file.
    pub(crate) fn finish(mut self) -> Read {
        if self.read.orders.is_empty() && self.read.is_whole() {
            let place = Place { line: 1, column: 1 };
            self.fatal(
                place,
                "no-transfers",
                "the file holds no transfer, so there is nothing to pay; choose another file"
                    .to_owned(),
                "",
            );
        }
        self.read
            .complaints
            .sort_by_key(|complaint| complaint.place);
        self.read
    }

    pub(crate) fn orders(&self) -> &[Order] {
        &self.read.orders
    }

    /// A day of six digits.
    pub(crate) fn date(&mut self, field: &Field, text: &str) -> Option<Date> {
        let date = swift::date(text);
        if date.is_none() {
            self.fatal(
                field.place,
                "date-unreadable",
                format!("`{text}` is not a day; write it as YYMMDD"),
                field.first(),
            );
        }
        date
    }

    /// A currency and an amount above zero.
    pub(crate) fn amount(&mut self, field: &Field, text: &str) -> Option<Money> {
        let (code, digits) = text.split_at_checked(3).unwrap_or((text, ""));
        let currency = match Currency::from_code(code) {
            Ok(currency) => currency,
            Err(error) => {
                self.fatal(
                    field.place,
                    "currency-unknown",
                    error.to_string(),
                    field.first(),
                );
                return None;
            }
        };
        let why = match swift::amount(digits.trim(), currency) {
            Ok(amount) if amount.is_positive() => return Some(amount),
            Ok(_) => "it is not more than zero",
            Err(NoAmount::Shape) => "an amount has digits and one comma, such as 1234,56",
            Err(NoAmount::TooPrecise) => "it has more decimal places than the currency",
            Err(NoAmount::TooLarge) => "it has too many digits",
        };
        self.fatal(
            field.place,
            "amount-unreadable",
            format!("`{digits}` is not an amount in {currency}: {why}; correct it at its source"),
            field.first(),
        );
        None
    }

    /// An account as it is written. An IBAN with wrong check digits is told and kept.
    pub(crate) fn account(&mut self, place: Place, text: &str) -> Option<AccountNumber> {
        let account = AccountNumber::from_file(text);
        if account.is_none() {
            self.fatal(
                place,
                "account-missing",
                "the account number is empty; complete it".to_owned(),
                text,
            );
        }
        if let Err(IbanError::CheckDigits { .. }) = Iban::parse(text) {
            self.notice(
                place,
                "account-check-digits",
                format!("the check digits of account {text} do not fit its other digits; compare the number before it is paid"),
                text,
            );
        }
        account
    }

    /// The BIC of a field; what is none is told.
    pub(crate) fn bic(&mut self, field: &Field) -> Option<Bic> {
        // A line `/account` may stand before it.
        let (_, lines) = field.account_and_rest();
        let text = lines.first().map_or("", |line| line.trim());
        match Bic::parse(text) {
            Ok(bic) => Some(bic),
            Err(error) => {
                let message = error.to_string();
                self.notice(field.place, "bank-unknown", message, text);
                None
            }
        }
    }

    /// Who bears the charges, by the words of the format.
    pub(crate) fn charges(&mut self, field: &Field, words: &[(&str, Charges)]) -> Option<Charges> {
        let text = field.first();
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.notice(
                field.place,
                "charges-unknown",
                format!(
                    "`{text}` does not say who bears the charges; one of {} does",
                    known.join(", ")
                ),
                text,
            );
        }
        found.map(|(_, charges)| *charges)
    }

    /// The title of a field, its lines put together.
    pub(crate) fn title(&mut self, field: &Field) -> String {
        self.room(field.place, &field.lines);
        let lines = field.lines.iter().map(String::as_str);
        collapsed(&unwrap(lines, WIDTH))
    }

    /// The lines of a party without empty ones at the end; told where there are too many.
    pub(crate) fn party(
        &mut self,
        place: Place,
        lines: &[&str],
        of_lines: fn(&[&str], usize) -> Party,
    ) -> Party {
        let end = lines.iter().rposition(|line| !line.is_empty());
        let lines = lines.get(..end.map_or(0, |at| at + 1)).unwrap_or(lines);
        self.room(place, lines);
        let party = of_lines(lines, WIDTH);
        Party {
            name: collapsed(&party.name),
            street: collapsed(&party.street),
            city: collapsed(&party.city),
        }
    }

    fn room<T: AsRef<str>>(&mut self, place: Place, lines: &[T]) {
        let long = lines.iter().any(|line| !fits(line.as_ref(), WIDTH));
        let end = lines.iter().rposition(|line| !line.as_ref().is_empty());
        if long || end.is_some_and(|at| at >= LINES) {
            self.notice(
                place,
                "text-too-long",
                "the text has more than four lines of 35 characters; the bank will cut or refuse it"
                    .to_owned(),
                "",
            );
        }
    }

    /// The payer's own name for a transfer.
    pub(crate) fn reference(&mut self, field: &Field) -> Option<String> {
        present(field.first())
    }
}

/// A party of which the file says nothing.
pub(crate) fn nobody() -> Party {
    Party {
        name: String::new(),
        street: String::new(),
        city: String::new(),
    }
}
