//! Entries: `:61:` with the texts after it, handed on when all of them are there.

use std::borrow::Cow;
use std::ops::Range;

use kantor_model::{
    AccountNumber, CounterpartyView, Currency, EntryStatus, EntryView, Format, Iban, IbanError,
    Money, StatementSink,
};

use super::balance::{position, signed, text};
use super::complaints::Problem;
use super::details::{Details, told};
use super::field61::{EntryLine, entry_line};
use super::fields::Field;
use super::known::{EntryFacts, Facts, Known};
use super::money_in;
use super::open::{Draft, Open, Told};
use super::reader::{Reader, Step};
use super::section::{LoneReference, Section};
use super::tag::Tag;
use super::texts::{Held, Scratch, Speaking};
use super::window::LONGEST_FIELD;
use crate::profile::Profile;
use crate::statement::Halt;
use crate::text::trim;

impl<'p, K: StatementSink + ?Sized> Reader<'_, '_, 'p, K> {
    pub(super) fn entry(&mut self, field: &Field<'_>) -> Step {
        self.flush()?;
        let Some(open) = self.open.as_ref().filter(|open| !open.is_complete()) else {
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
        self.held.begin(field);
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
        let value_date = line.value_date.existing();
        if value_date.is_none() {
            let offset = position(field.value(), line.value_digits);
            self.complain_in(&Problem::DateImpossible, field, offset)?;
        }
        let booked = line
            .entry_digits
            .map(|digits| (digits, line.value_date.near(digits)));
        let booking_date = booked.and_then(|(_, date)| date?.existing());
        if let (Some((digits, _)), None) = (booked, booking_date) {
            let offset = position(field.value(), digits);
            self.complain_in(&Problem::DateImpossible, field, offset)?;
        }
        let range = |part: &[u8]| -> Range<usize> {
            let from = position(field.raw, part);
            from..from + part.len()
        };
        Ok(Draft {
            value_date,
            booking_date,
            amount,
            reversal: line.mark.reversal,
            place: field.place,
            code: range(line.code),
            references: range(line.references),
            customer_reference: range(line.customer_reference),
            bank_reference: range(line.bank_reference),
            second_line: range(line.second_line),
        })
    }

    /// A text: held until its entry is complete.
    pub(super) fn text(&mut self, field: &Field<'_>) -> Step {
        let Some(open) = &mut self.open else {
            // Of a text after an entry outside, enough was said.
            if field.tag == Tag::Own || !self.sink.is_silent() {
                return Ok(());
            }
            return self.complain_in(&Problem::TextWithoutEntry, field, 0);
        };
        if open.draft.is_none() {
            // After the closing balance it is text about the statement; so it is in a statement
            // that is not read any more.
            let about_all = open.is_complete() || open.is_broken();
            if about_all || field.tag == Tag::Own || trim(field.value()).is_empty() {
                return Ok(());
            }
            return self.complain_in(&Problem::TextWithoutEntry, field, 0);
        }
        if self.held.len() + field.raw.len() > LONGEST_FIELD {
            self.break_statement();
            return self.complain_in(&Problem::FieldTooLong, field, 0);
        }
        self.held.push(field);
        Ok(())
    }

    /// Hands the last entry on; its texts are complete.
    pub(super) fn flush(&mut self) -> Step {
        let Some(draft) = self.open.as_mut().and_then(|open| open.draft.take()) else {
            return Ok(());
        };
        let held = std::mem::take(&mut self.held);
        let mut scratch = std::mem::take(&mut self.scratch);
        let step = self.hand_on(&draft, &held, &mut scratch);
        self.held = held;
        self.scratch = scratch;
        step
    }

    fn hand_on(&mut self, draft: &Draft, held: &Held, scratch: &mut Scratch) -> Step {
        let speaking = scratch.look(held);
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        if open.known.is_none() {
            open.known = Some(known(
                open,
                draft,
                held,
                &speaking,
                scratch,
                self.options.profile,
            ));
        }
        let profile = open.known.as_ref().and_then(Known::profile);
        let section = profile.and_then(|profile| profile.mt940.as_ref());
        scratch.read(held, &speaking, profile);
        let details = &mut scratch.details;
        let second_line = held.part(&draft.second_line);
        second_line_facts(second_line, details);
        open.last_text = held.has_text().then_some(details.whole);
        let status = status(section, second_line, open.format);
        self.complain_of_texts(held, details, draft, status.is_none())?;
        self.begin()?;
        let status = status.unwrap_or(EntryStatus::Booked);
        if !self.count(draft, status)? {
            return Ok(());
        }
        let line = held.plain_line();
        let decoded = |part: &Range<usize>| match line.and_then(|line| line.get(part.clone())) {
            Some(text) => Cow::Borrowed(text),
            None => held.charset().decode(held.part(part)),
        };
        let (bank, customer) = references(draft, held, section);
        let code = decoded(&draft.code);
        let (bank, customer) = (decoded(bank), decoded(customer));
        let original = details.original.amount();
        let entry = EntryView {
            value_date: draft.value_date,
            booking_date: draft.booking_date,
            amount: draft.amount,
            transaction_code: told(code.trim()),
            bank_reference: told(bank.trim()).or(told(&details.bank_reference)),
            customer_reference: told(customer.trim()).or(told(&details.customer_reference)),
            counterparty: CounterpartyView {
                name: told(&details.name),
                account: details.account.as_ref().map(AccountNumber::as_str),
                bank: told(&details.bank),
            },
            remittance: told(&details.remittance),
            // The amount itself again is no amount before exchange.
            original: original.filter(|original| draft.amount.abs() != Ok(*original)),
            charges: details
                .charges
                .amount()
                .filter(|charges| !charges.is_zero()),
            return_reason: told(&details.return_reason),
            reversal: draft.reversal,
            status,
            place: draft.place,
        };
        self.sink.entry(&entry)
    }

    /// Puts the entry to the sums; `false` when the statement is not read any more.
    fn count(&mut self, draft: &Draft, status: EntryStatus) -> Result<bool, Halt> {
        let Some(open) = self.open.as_mut().filter(|open| !open.is_broken()) else {
            return Ok(false);
        };
        let mut fits = open.counts.add(draft.amount).is_some();
        if let Some(sum) = open.sum
            && status == EntryStatus::Booked
        {
            let sum = sum.plus(draft.amount);
            fits &= sum.is_ok();
            open.sum = sum.ok();
        }
        if !fits {
            open.told = Told::Broken;
            self.complain(&Problem::SumTooLarge, draft.place, String::new())?;
        }
        Ok(fits)
    }

    fn complain_of_texts(
        &mut self,
        held: &Held,
        details: &Details,
        draft: &Draft,
        status_unknown: bool,
    ) -> Step {
        if details.is_damaged()
            && let Some(field) = held.fields().next()
        {
            self.complain_in(&Problem::TextUndecodable, &field, 0)?;
        }
        if details.has_unreadable_amount() {
            self.complain(&Problem::TextAmountUnreadable, draft.place, String::new())?;
        }
        if let Some(account) = &details.account {
            self.check_digits(account, held)?;
        }
        if status_unknown {
            self.complain(&Problem::StatusUnknown, draft.place, String::new())?;
        }
        Ok(())
    }

    /// Wrong check digits are the bank's business; they are told, and the number is kept.
    fn check_digits(&mut self, account: &AccountNumber, held: &Held) -> Step {
        let Some(number) = wrong_check_digits(account) else {
            return Ok(());
        };
        let places = held.fields().find_map(|field| {
            let offset = memchr::memmem::find(field.value(), number.as_bytes())?;
            Some((field, offset))
        });
        let first = || held.fields().next().map(|field| (field, 0));
        let Some((field, offset)) = places.or_else(first) else {
            return Ok(());
        };
        let account = number.to_owned();
        self.complain_in(&Problem::AccountCheckDigits { account }, &field, offset)
    }
}

/// The number, where it looks like an IBAN and its check digits do not fit.
pub(super) fn wrong_check_digits(account: &AccountNumber) -> Option<&str> {
    let AccountNumber::Other(number) = account else {
        return None;
    };
    matches!(Iban::parse(number), Err(IbanError::CheckDigits { .. })).then_some(number.as_str())
}

/// Whose statement it is, by its first entry.
fn known<'p>(
    open: &Open<'p>,
    draft: &Draft,
    held: &Held,
    speaking: &Speaking,
    scratch: &mut Scratch,
    demanded: Option<&'p Profile>,
) -> Known<'p> {
    let entry = EntryFacts {
        code: held.part(&draft.code),
        references: held.part(&draft.references),
        second_line: held.part(&draft.second_line),
        shape: speaking.shape,
        text: scratch.structured(speaking),
        doubled: held.is_doubled(),
    };
    Known::of(&open.facts(Some(entry)), demanded)
}

impl<'p> Open<'p> {
    /// What is known of it before its first entry, and with it.
    pub(super) fn facts<'f>(&'f self, entry: Option<EntryFacts<'f>>) -> Facts<'f> {
        Facts {
            reference: &self.reference,
            account: &self.account_written,
            number: &self.number_written,
            entry,
        }
    }
}

/// What the second line of `:61:` says of the entry: amounts, or a Dutch bank's counterparty.
fn second_line_facts(line: &[u8], details: &mut Details) {
    if line.is_empty() {
        return;
    }
    details
        .original
        .put(money_in::after_keyword(line, b"/OCMT/"));
    details
        .charges
        .put(money_in::after_keyword(line, b"/CHGS/"));
    if details.account.is_none() && looks_like_iban(line) {
        details.account = AccountNumber::from_file(text(line));
    }
}

/// Two letters, two digits, four letters of the bank and a number: `NL55RABO0123456789`.
fn looks_like_iban(line: &[u8]) -> bool {
    let (country, rest) = line.split_at_checked(2).unwrap_or_default();
    let (check, rest) = rest.split_at_checked(2).unwrap_or_default();
    let (bank, number) = rest.split_at_checked(4).unwrap_or_default();
    country.iter().chain(bank).all(u8::is_ascii_uppercase)
        && !number.is_empty()
        && number.len() <= 26
        && check.iter().chain(number).all(u8::is_ascii_digit)
}

/// Whether the entry is booked; `None` when the bank marks it in a way that it does not document.
fn status(section: Option<&Section>, second_line: &[u8], format: Format) -> Option<EntryStatus> {
    let usual = if format == Format::Mt942 {
        EntryStatus::Pending
    } else {
        EntryStatus::Booked
    };
    let Some(marks) = section.and_then(|section| section.second_line.as_ref()) else {
        return Some(usual);
    };
    if marks.off_book.fits(second_line) {
        return Some(EntryStatus::Info);
    }
    let is_mark = second_line.len() == 5 && second_line.get(3) == Some(&b' ');
    (marks.booked.fits(second_line) || !is_mark).then_some(usual)
}

/// The bank's reference and the customer's, as far as `:61:` has them. Words that only point to
/// the text are none.
fn references<'d>(
    draft: &'d Draft,
    held: &Held,
    section: Option<&Section>,
) -> (&'d Range<usize>, &'d Range<usize>) {
    let (bank, customer) = (&draft.bank_reference, &draft.customer_reference);
    let lone = section.is_some_and(|section| section.lone_reference == LoneReference::Bank);
    let (bank, customer) = if lone && bank.is_empty() && !customer.is_empty() {
        (customer, bank)
    } else {
        (bank, customer)
    };
    let told = |reference: &'d Range<usize>| match held.part(reference) {
        b"NONREF" | b"KREF+" | b"EREF" | b"MARF" | b"PREF" => &(0..0),
        _ => reference,
    };
    (told(bank), told(customer))
}
