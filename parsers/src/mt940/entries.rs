//! Entries: `:61:` with the `:86:` after it, handed on when both are complete.

use kantor_model::{
    AccountNumber, Counterparty, Currency, Entry, EntryStatus, Iban, IbanError, Money,
    StatementSink,
};

use super::balance::{position, signed, text};
use super::complaints::Problem;
use super::dialect::Dialect;
use super::field61::{EntryLine, entry_line};
use super::field86::details;
use super::fields::Field;
use super::open::{Draft, Told};
use super::reader::{Reader, Step};
use crate::statement::Halt;
use crate::text::{kept, trim};

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
    pub(super) fn entry(&mut self, field: &Field<'_>) -> Step {
        self.flush()?;
        let Some(open) = self.open.as_ref().filter(|open| open.closing.is_none()) else {
            return self.complain_in(&Problem::EntryOutside, field, 0);
        };
        let broken = open.is_broken();
        let Some(currency) = open.currency() else {
            self.break_statement();
            if broken {
                return Ok(());
            }
            return self.complain_in(&Problem::CurrencyMissing, field, 0);
        };
        let line = match entry_line(field.value()) {
            Ok(line) => line,
            Err(offset) => {
                self.break_statement();
                let problem = if field.unfinished {
                    Problem::Truncated
                } else {
                    Problem::EntryUnreadable
                };
                return self.complain_in(&problem, field, offset);
            }
        };
        let Some(amount) = self.amount(field, &line, currency)? else {
            self.break_statement();
            return Ok(());
        };
        let draft = self.draft(field, &line, amount)?;
        if let Some(open) = &mut self.open {
            open.draft = Some(draft);
        }
        Ok(())
    }

    fn amount(
        &mut self,
        field: &Field<'_>,
        line: &EntryLine<'_>,
        currency: Currency,
    ) -> Result<Option<Money>, Halt> {
        let read = Money::parse(text(line.amount), currency)
            .map_err(|error| Problem::AmountUnreadable { error })
            .and_then(|amount| signed(amount, line.mark.debit).map_err(|_| Problem::SumTooLarge));
        match read {
            Ok(amount) => Ok(Some(amount)),
            Err(problem) => {
                let problem = if field.unfinished {
                    Problem::Truncated
                } else {
                    problem
                };
                let offset = position(field.value(), line.amount);
                self.complain_in(&problem, field, offset)?;
                Ok(None)
            }
        }
    }

    fn draft(
        &mut self,
        field: &Field<'_>,
        line: &EntryLine<'_>,
        amount: Money,
    ) -> Result<Draft, Halt> {
        let decoded = |bytes: &[u8]| kept(field.charset.decode(bytes).into_owned());
        let value_date = line.value_date.existing();
        if value_date.is_none() {
            self.complain_in(
                &Problem::DateImpossible,
                field,
                position(field.value(), line.value_digits),
            )?;
        }
        let booked = line
            .entry_digits
            .map(|digits| (digits, line.value_date.near(digits)));
        let booking_date = booked.and_then(|(_, date)| date?.existing());
        if let (Some((digits, _)), None) = (booked, booking_date) {
            self.complain_in(
                &Problem::DateImpossible,
                field,
                position(field.value(), digits),
            )?;
        }
        let entry = Entry {
            value_date,
            booking_date,
            amount,
            transaction_code: decoded(line.code),
            bank_reference: decoded(line.bank_reference),
            customer_reference: match line.customer_reference {
                b"NONREF" => None,
                reference => decoded(reference),
            },
            counterparty: Counterparty::default(),
            remittance: None,
            original: None,
            charges: None,
            return_reason: None,
            reversal: line.mark.reversal,
            status: EntryStatus::Booked,
            place: field.place,
            parts: Vec::new(),
        };
        let kind = match line.supplement {
            [a, b, c, b' ', kind] if [a, b, c].into_iter().all(u8::is_ascii_digit) => Some(*kind),
            _ => None,
        };
        Ok(Draft {
            entry,
            kind,
            details: None,
        })
    }

    pub(super) fn text(&mut self, field: &Field<'_>) -> Step {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let Some(draft) = &mut open.draft else {
            // After the closing balance it is text about the statement; so it is in a statement
            // that is not read any more.
            if open.closing.is_some() || open.is_broken() || trim(field.value()).is_empty() {
                return Ok(());
            }
            return self.complain_in(&Problem::TextWithoutEntry, field, 0);
        };
        let told = details(field.value(), field.charset, &mut self.scratch);
        let account = told.account.clone();
        let damaged = [&told.name, &told.remittance]
            .into_iter()
            .flatten()
            .any(|text| text.contains(char::REPLACEMENT_CHARACTER));
        draft.details = Some(match draft.details.take() {
            Some(earlier) => earlier.join(told),
            None => told,
        });
        if damaged {
            self.complain_in(&Problem::TextUndecodable, field, 0)?;
        }
        match account {
            Some(account) => self.check_digits(&account, field),
            None => Ok(()),
        }
    }

    /// Hands the last entry on; its text is complete.
    pub(super) fn flush(&mut self) -> Step {
        let Some(draft) = self.open.as_mut().and_then(|open| open.draft.take()) else {
            return Ok(());
        };
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let dialect = *open
            .dialect
            .get_or_insert_with(|| Dialect::of_shape(draft.shape(), &open.reference));
        open.has_texts |= draft.details.is_some();
        open.last_text = draft.details.as_ref().map(|details| details.whole);
        let place = draft.entry.place;
        if dialect == Dialect::Pko && !draft.kind_is_known() {
            self.complain(&Problem::StatusUnknown, place, String::new())?;
        }
        self.begin()?;
        let Some(open) = self.open.as_mut().filter(|open| !open.is_broken()) else {
            return Ok(());
        };
        let entry = draft.entry(dialect);
        if let Some(sum) = open.sum
            && entry.status == EntryStatus::Booked
        {
            let Ok(sum) = sum.plus(entry.amount) else {
                open.told = Told::Broken;
                return self.complain(&Problem::SumTooLarge, place, String::new());
            };
            open.sum = Some(sum);
        }
        self.sink.entry(&entry.view())
    }

    /// Wrong check digits are the bank's business; they are told, and the number is kept.
    pub(super) fn check_digits(&mut self, account: &AccountNumber, field: &Field<'_>) -> Step {
        let AccountNumber::Other(number) = account else {
            return Ok(());
        };
        if !matches!(Iban::parse(number), Err(IbanError::CheckDigits { .. })) {
            return Ok(());
        }
        let offset = memchr::memmem::find(field.value(), number.as_bytes()).unwrap_or(0);
        let account = number.clone();
        self.complain_in(&Problem::AccountCheckDigits { account }, field, offset)
    }
}
