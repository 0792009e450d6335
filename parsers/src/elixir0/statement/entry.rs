//! One line as an entry, once it is known which way it goes.

use std::borrow::Cow;

use kantor_model::{
    CounterpartyView, Currency, Date, EntryStatus, EntryView, Format, Iban, IbanError, Money,
    StatementHead, StatementSink,
};

use super::cells::{Cells, present};
use super::problem::Problem;
use super::side::{Pair, Side, same_account, shown};
use super::{Known, Line, Reader, Step};
use crate::elixir0::field::Field;
use crate::statement::Halt;

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
    pub(super) fn entry(&mut self, line: &Line<'_>, fields: &[Field<'_>], known: &Known) -> Step {
        let cells = Cells {
            fields,
            charset: line.charset,
        };
        let (payer, payee) = (cells.text(5), cells.text(6));
        let pair = Pair {
            payer: &payer,
            payee: &payee,
        };
        let Some(side) = self.side(line, pair, known)? else {
            return Ok(());
        };
        let date = self.date(line, &cells)?;
        let Some(grosze) = self.grosze(line, &cells)? else {
            return Ok(());
        };
        let (minor, name, bank) = match side {
            Side::Outgoing => (-grosze, 8, 10),
            Side::Incoming => (grosze, 7, 3),
        };
        self.begin(line, pair.ours(side), known)?;
        self.check_digits(line, &cells, side)?;
        let (name, bank, title) = (cells.lines(name), cells.text(bank), cells.lines(11));
        let (class, mut information) = (cells.text(14), cells.text(15));
        let ours = match known {
            Known::Told(account) | Known::Shared(account, _) => account.as_str(),
        };
        // Which virtual account was paid to says who paid.
        if information.is_empty() && !same_account(pair.ours(side), ours) {
            information = Cow::Borrowed(pair.ours(side));
        }
        let code = [cells.text(0).as_ref(), class.as_ref()].join("/");
        let unreadable = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
        if [&name, &title, &information]
            .iter()
            .any(|text| unreadable(text))
        {
            self.complain(line, 0, &Problem::TextUndecodable)?;
        }
        if self.broken {
            return Ok(());
        }
        self.sink.entry(&EntryView {
            value_date: date,
            booking_date: date,
            transaction_code: present(code.trim_end_matches('/')),
            customer_reference: present(&information),
            counterparty: CounterpartyView {
                name: present(&name),
                account: present(pair.theirs(side)),
                bank: present(&bank),
            },
            remittance: present(&title),
            status: EntryStatus::Booked,
            place: line.place,
            ..EntryView::of_amount(Money::new(minor, Currency::PLN))
        })
    }

    fn begin(&mut self, line: &Line<'_>, ours: &str, known: &Known) -> Step {
        if self.begun || self.broken {
            return Ok(());
        }
        self.begun = true;
        let account = match known {
            Known::Told(account) | Known::Shared(account, _) => account.clone(),
        };
        if let Err(IbanError::CheckDigits { .. }) = Iban::parse(ours) {
            let account = shown(ours);
            self.complain(line, 0, &Problem::AccountCheckDigits { account })?;
        }
        self.sink.begin(StatementHead {
            format: Format::Elixir0,
            bank: None,
            account: Some(account),
            currency: Currency::PLN,
            number: None,
            opening: None,
            place: line.place,
        })
    }

    fn check_digits(&mut self, line: &Line<'_>, cells: &Cells<'_, '_>, side: Side) -> Step {
        let field = match side {
            Side::Outgoing => 6,
            Side::Incoming => 5,
        };
        let text = cells.text(field);
        if let Err(IbanError::CheckDigits { .. }) = Iban::parse(&text) {
            let account = text.into_owned();
            let offset = cells.offset(field);
            self.complain(line, offset, &Problem::AccountCheckDigits { account })?;
        }
        Ok(())
    }

    fn date(&mut self, line: &Line<'_>, cells: &Cells<'_, '_>) -> Result<Option<Date>, Halt> {
        let text = cells.text(1);
        let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
        let numbers = (part(0, 4), part(4, 6), part(6, 8));
        let (Some(year), Some(month), Some(day), true) = (
            numbers.0,
            numbers.1.and_then(|month| i8::try_from(month).ok()),
            numbers.2.and_then(|day| i8::try_from(day).ok()),
            text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()),
        ) else {
            let text = text.into_owned();
            self.complain(line, cells.offset(1), &Problem::DateUnreadable { text })?;
            return Ok(None);
        };
        match Date::new(year, month, day) {
            Ok(date) => Ok(Some(date)),
            Err(_) => {
                let text = text.into_owned();
                self.complain(line, cells.offset(1), &Problem::DateImpossible { text })?;
                Ok(None)
            }
        }
    }

    fn grosze(&mut self, line: &Line<'_>, cells: &Cells<'_, '_>) -> Result<Option<i64>, Halt> {
        let text = cells.text(2);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let grosze = text
            .parse::<i64>()
            .ok()
            .filter(|grosze| digits && *grosze > 0);
        if grosze.is_none() {
            let text = text.into_owned();
            self.complain(line, cells.offset(2), &Problem::AmountUnreadable { text })?;
        }
        Ok(grosze)
    }
}
