//! An Elixir-0 file back to transfers.

use kantor_model::{
    Abroad, AccountNumber, Complaint, Currency, Date, Iban, IbanError, Money, Party, Place,
    Severity,
};

use super::field::{Field, fields};
use super::{CREDIT_TRANSFER, ORDINARY};
use crate::charset::{Charset, detect};
use crate::text::{number, place_in};
use crate::transfers::wrap::{LINES, WIDTH, party_of, unwrap};
use crate::transfers::{Order, Read};

/// Reads a file; the code page is told by content unless it is given. A line that cannot be read
/// whole is left out with a fatal complaint.
pub fn read(bytes: &[u8], charset: Option<Charset>) -> Read {
    let charset = charset.unwrap_or_else(|| detect(bytes).charset);
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut found = Read::default();
    let mut any = false;
    for (index, line) in crate::text::lines(bytes).enumerate() {
        let place = Place {
            line: number(index).saturating_add(1),
            column: 1,
        };
        if line.trim_ascii().is_empty() || line == b"\x1A" {
            continue;
        }
        any = true;
        let mut reader = LineReader {
            line,
            place,
            charset,
            complaints: &mut found.complaints,
        };
        let order = reader.order();
        found.orders.extend(order);
    }
    if !any {
        found.complaints.push(Complaint {
            place: Place { line: 1, column: 1 },
            code: "no-transfers".into(),
            severity: Severity::Fatal,
            message: "the file holds no line, so there is nothing to pay; choose another file"
                .to_owned(),
            excerpt: String::new(),
        });
    }
    found
}

struct LineReader<'a> {
    line: &'a [u8],
    place: Place,
    charset: Charset,
    complaints: &'a mut Vec<Complaint>,
}

impl<'a> LineReader<'a> {
    fn complain(&mut self, offset: usize, severity: Severity, code: &'static str, message: String) {
        let shown = self.line.get(..80).unwrap_or(self.line);
        self.complaints.push(Complaint {
            place: place_in(self.line, offset, self.place, self.charset),
            code: code.into(),
            severity,
            message,
            excerpt: self.charset.decode(shown).into_owned(),
        });
    }

    fn fail<T>(&mut self, offset: usize, code: &'static str, message: String) -> Option<T> {
        self.complain(offset, Severity::Fatal, code, message);
        None
    }

    fn order(&mut self) -> Option<Order> {
        let fields = match fields(self.line) {
            Ok(fields) => fields,
            Err(offset) => {
                return self.fail(
                    offset,
                    "quote-unclosed",
                    "a text in quotes does not end before the next comma, so the fields cannot be told apart; put the quote right".to_owned(),
                );
            }
        };
        let ([
            kind,
            date,
            amount,
            payer_code,
            _,
            payer,
            payee,
            owner,
            name,
            _,
            payee_code,
            title,
            _,
            _,
            class,
        ]
        | [
            kind,
            date,
            amount,
            payer_code,
            _,
            payer,
            payee,
            owner,
            name,
            _,
            payee_code,
            title,
            _,
            _,
            class,
            _,
        ]) = fields.as_slice()
        else {
            let count = fields.len();
            return self.fail(
                0,
                "field-count",
                format!("the line has {count} fields and Elixir-0 has 15 or 16; a comma may stand outside of quotes"),
            );
        };
        let kind_text = self.text(kind);
        if kind_text != CREDIT_TRANSFER {
            return self.fail(
                kind.offset,
                "kind-unknown",
                format!("`{kind_text}` is not the type of a transfer ({CREDIT_TRANSFER}); take the line out, it is another kind of order"),
            );
        }
        let date = self.date(date)?;
        let amount = self.amount(amount)?;
        let debit_account = self.account(payer, payer_code)?;
        let payee_account = self.account(payee, payee_code)?;
        let reference = fields.get(15).and_then(|field| self.present(field));
        Some(Order {
            place: self.place,
            date,
            amount,
            debit_account,
            owner: self.party(owner),
            payee_account,
            payee: self.party(name),
            title: self.lines(title),
            classification: self.present(class).or_else(|| {
                self.complain(
                    class.offset,
                    Severity::Notice,
                    "classification-missing",
                    format!(
                        "field 15 is empty; banks read it as an ordinary transfer ({ORDINARY})"
                    ),
                );
                None
            }),
            reference,
            abroad: Abroad::default(),
        })
    }

    fn text(&self, field: &Field<'_>) -> String {
        self.charset.decode(field.value.trim_ascii()).into_owned()
    }

    fn present(&self, field: &Field<'_>) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty())
    }

    fn date(&mut self, field: &Field<'_>) -> Option<Date> {
        let text = self.text(field);
        let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
        let eight = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        let date = eight
            .then(|| {
                let month = i8::try_from(part(4, 6)?).ok()?;
                let day = i8::try_from(part(6, 8)?).ok()?;
                Date::new(part(0, 4)?, month, day).ok()
            })
            .flatten();
        date.or_else(|| {
            self.fail(
                field.offset,
                "date-unreadable",
                format!("`{text}` is not a day; write it as YYYYMMDD with all its zeros"),
            )
        })
    }

    fn amount(&mut self, field: &Field<'_>) -> Option<Money> {
        let text = self.text(field);
        let grosze = text
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<i64>().ok())
            .flatten();
        match grosze {
            Some(grosze) if grosze > 0 => Some(Money::new(grosze, Currency::PLN)),
            Some(_) | None => self.fail(
                field.offset,
                "amount-unreadable",
                format!("`{text}` is not an amount in whole grosze above zero; write 123456 for 1234.56 PLN"),
            ),
        }
    }

    /// An account with the sort code of its bank beside it.
    fn account(&mut self, field: &Field<'_>, code: &Field<'_>) -> Option<AccountNumber> {
        let text = self.text(field);
        let Some(account) = AccountNumber::from_file(&text) else {
            return self.fail(
                field.offset,
                "account-missing",
                "the account number is empty; complete it".to_owned(),
            );
        };
        match Iban::parse(&text) {
            Ok(_) => {}
            Err(IbanError::CheckDigits { .. }) => self.complain(
                field.offset,
                Severity::Notice,
                "account-check-digits",
                format!("the check digits of account {text} do not fit its other digits; compare the number before it is paid"),
            ),
            Err(IbanError::Shape { .. } | IbanError::Length { .. }) => {
                return self.fail(
                    field.offset,
                    "account-unreadable",
                    format!("`{text}` is not an account number; write its 26 digits with all leading zeros"),
                );
            }
        }
        let digits = text.strip_prefix("PL").unwrap_or(&text);
        let written = self.text(code);
        if digits.get(2..10) != Some(written.as_str()) {
            self.complain(
                code.offset,
                Severity::Notice,
                "sort-code-differs",
                format!("the sort code `{written}` is not that of account {text}; the bank goes by the account"),
            );
        }
        Some(account)
    }

    fn split(&mut self, field: &Field<'_>) -> Vec<String> {
        let text = self.charset.decode(&field.value);
        let lines: Vec<String> = text.split('|').map(str::to_owned).collect();
        let long = lines.iter().any(|line| line.chars().count() > WIDTH);
        if long || lines.len() > LINES {
            self.complain(
                field.offset,
                Severity::Notice,
                "text-too-long",
                "the text has more than four lines of 35 characters; the bank will cut or refuse it".to_owned(),
            );
        }
        lines
    }

    fn lines(&mut self, field: &Field<'_>) -> String {
        let lines = self.split(field);
        unwrap(lines.iter().map(String::as_str), WIDTH)
    }

    fn party(&mut self, field: &Field<'_>) -> Party {
        let lines = self.split(field);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        party_of(&lines, WIDTH)
    }
}
