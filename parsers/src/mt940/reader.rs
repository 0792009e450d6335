//! From fields to statements: what may follow what, and what is wrong when it does not.

use kantor_model::{
    AccountNumber, Balance, Counterparty, Currency, Entry, EntryStatus, Iban, IbanError, Money,
    Place, StatementFoot, StatementSink,
};

use super::balance::{BalanceError, balance, lacks_places, position, signed, text};
use super::complaints::Problem;
use super::dialect::Dialect;
use super::field25;
use super::field61::{EntryLine, entry_line};
use super::field86::{Scratch, details};
use super::fields::{Field, Fields, Piece};
use super::open::{Draft, Open, Stated, Told};
use super::tag::Tag;
use crate::source::{ByteSource, SourceError};
use crate::statement::{Counted, Halt, Options, Outcome};
use crate::text::{lines, present, trim};

/// Reads a whole file.
pub(crate) fn read<S: ByteSource>(
    source: &mut S,
    options: Options,
    sink: &mut (impl StatementSink + ?Sized),
) -> Result<Outcome, SourceError> {
    let mut fields = Fields::new(source, options.charset);
    let mut reader = Reader {
        sink: Counted::new(sink),
        demanded: options.dialect,
        open: None,
        page_before: None,
        scratch: Scratch::default(),
        any_field: false,
        in_gap: false,
        intraday_told: false,
        unfinished: None,
    };
    let result = reader.run(&mut fields);
    match result {
        Ok(()) | Err(Halt::Stop) => Ok(reader.sink.outcome(fields.charset())),
        Err(Halt::Source(error)) => Err(error),
    }
}

/// What ended a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// A line `-`, `-}`.
    Mark,
    /// The next one began.
    Next,
    /// The file.
    File,
}

struct Reader<'k, K: ?Sized> {
    sink: Counted<'k, K>,
    demanded: Option<Dialect>,
    open: Option<Open>,
    /// A page that another one should follow.
    page_before: Option<Open>,
    scratch: Scratch,
    any_field: bool,
    /// A stray line was already complained about since the last field.
    in_gap: bool,
    intraday_told: bool,
    /// The file's last field has no line end: where it stops, and its last line.
    unfinished: Option<(Place, String)>,
}

type Step = Result<(), Halt>;

impl<K: StatementSink + ?Sized> Reader<'_, K> {
    fn run<S: ByteSource>(&mut self, fields: &mut Fields<'_, S>) -> Step {
        let beginning = fields.peek()?;
        if beginning.starts_with(b"\xFF\xFE") || beginning.starts_with(b"\xFE\xFF") {
            return self.complain(&Problem::Utf16, fields.place(), String::new());
        }
        while let Some(piece) = fields.next()? {
            match piece {
                Piece::Field(field) => self.field(&field)?,
                Piece::End => self.finish(Ending::Mark)?,
                Piece::Envelope(line) => self.envelope(&line)?,
                Piece::Stray(line) => self.stray(&line)?,
                Piece::TooLong(place) => {
                    return self.complain(&Problem::FieldTooLong, place, String::new());
                }
            }
        }
        self.end_of_file(fields.place(), fields.in_marks)
    }

    fn complain(&mut self, problem: &Problem, place: Place, excerpt: String) -> Step {
        self.sink.complaint(problem.at(place, excerpt))
    }

    fn complain_in(&mut self, problem: &Problem, field: &Field<'_>, offset: usize) -> Step {
        self.complain(problem, field.place_of(offset), field.excerpt(offset))
    }

    fn field(&mut self, field: &Field<'_>) -> Step {
        self.any_field = true;
        self.in_gap = false;
        if field.unfinished {
            let end = field.value().len();
            self.unfinished = Some((field.place_of(end), field.excerpt(end)));
        }
        match field.tag {
            Tag::Reference => {
                self.finish(Ending::Next)?;
                let reference = lines(field.value()).next().unwrap_or_default();
                self.open = Some(Open::new(field.place, trim(reference)));
                Ok(())
            }
            Tag::Account => self.account(field),
            Tag::Number => self.number(field),
            Tag::Opening => self.opening(field, false),
            Tag::OpeningOfPage => self.opening(field, true),
            Tag::Entry => self.entry(field),
            Tag::Text => self.text(field),
            Tag::Closing => self.closing(field, false),
            Tag::ClosingOfPage => self.closing(field, true),
            Tag::Available => self.available(field),
            Tag::Intraday => self.intraday(field),
            Tag::Own | Tag::Unused => Ok(()),
        }
    }

    fn envelope(&mut self, line: &Field<'_>) -> Step {
        self.finish(Ending::Next)?;
        let holds = |needle: &[u8]| memchr::memmem::find(line.raw, needle).is_some();
        if holds(b"{2:I942") || holds(b"{2:O942") {
            self.intraday(line)?;
        }
        Ok(())
    }

    fn stray(&mut self, line: &Field<'_>) -> Step {
        if self.any_field && !self.in_gap {
            self.in_gap = true;
            self.complain_in(&Problem::StrayLine, line, 0)?;
        }
        Ok(())
    }

    fn intraday(&mut self, field: &Field<'_>) -> Step {
        if let Some(open) = &mut self.open {
            open.told = Told::Broken;
        }
        if !self.intraday_told {
            self.intraday_told = true;
            self.any_field = true;
            self.complain_in(&Problem::Mt942, field, 0)?;
        }
        Ok(())
    }

    /// The statement whose head a field belongs to. A head may begin without `:20:`.
    fn head(
        &mut self,
        field: &Field<'_>,
        begins: impl Fn(&Open) -> bool,
    ) -> Result<&mut Open, Halt> {
        if self
            .open
            .as_ref()
            .is_none_or(|open| open.closing.is_some() || begins(open))
        {
            self.finish(Ending::Next)?;
            self.complain_in(&Problem::ReferenceMissing, field, 0)?;
        }
        Ok(self.open.get_or_insert_with(|| Open::new(field.place, &[])))
    }

    fn account(&mut self, field: &Field<'_>) -> Step {
        let open = self.head(field, |open| open.account.is_some())?;
        let Some((account, currency)) = field25::account(field.value(), field.charset) else {
            return Ok(());
        };
        open.account_currency = currency;
        open.account = Some(account.clone());
        self.check_digits(&account, field)
    }

    /// Wrong check digits are the bank's business; they are told, and the number is kept.
    fn check_digits(&mut self, account: &AccountNumber, field: &Field<'_>) -> Step {
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

    fn number(&mut self, field: &Field<'_>) -> Step {
        let text = field.charset.decode(trim(field.value()));
        let number = present(lines(text.as_bytes()).next().map_or("", self::text));
        self.head(field, |_| false)?.number = number;
        Ok(())
    }

    /// Reads a balance; what cannot be read breaks the statement.
    fn balance(&mut self, field: &Field<'_>) -> Result<Option<Balance>, Halt> {
        let (problem, offset) = match balance(field.value()) {
            Ok(balance) => return Ok(Some(balance)),
            Err(_) if field.unfinished => (Problem::Truncated, field.value().len()),
            Err(BalanceError::Form { offset }) => (Problem::BalanceUnreadable, offset),
            Err(BalanceError::Day { offset }) => (Problem::BalanceDay, offset),
            Err(BalanceError::Currency { offset, code }) => {
                (Problem::CurrencyUnknown { code }, offset)
            }
            Err(BalanceError::Amount { offset, error }) => {
                (Problem::AmountUnreadable { error }, offset)
            }
        };
        self.break_statement();
        self.complain_in(&problem, field, offset)?;
        Ok(None)
    }

    fn break_statement(&mut self) {
        if let Some(open) = &mut self.open {
            open.told = Told::Broken;
        }
    }

    fn opening(&mut self, field: &Field<'_>, of_page: bool) -> Step {
        let twice = self.head(field, |_| false)?.opening.is_some();
        if twice {
            self.break_statement();
            return self.complain_in(&Problem::BalanceTwice, field, 0);
        }
        let Some(balance) = self.balance(field)? else {
            return Ok(());
        };
        if let Some(open) = &mut self.open {
            open.sum = Some(balance.amount);
            open.opening = Some(Stated {
                balance,
                of_page,
                place: field.place,
            });
        }
        Ok(())
    }

    fn entry(&mut self, field: &Field<'_>) -> Step {
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
        let decoded = |bytes: &[u8]| present(&field.charset.decode(bytes));
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
            customer_reference: decoded(line.customer_reference)
                .filter(|reference| reference != "NONREF"),
            counterparty: Counterparty::default(),
            remittance: None,
            reversal: line.mark.reversal,
            status: EntryStatus::Booked,
            place: field.place,
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

    fn text(&mut self, field: &Field<'_>) -> Step {
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
    fn flush(&mut self) -> Step {
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
        self.sink.entry(entry)
    }

    /// Tells the sink of the statement, once.
    fn begin(&mut self) -> Step {
        let demanded = self.demanded;
        let Some(open) = self.open.as_mut().filter(|open| open.told == Told::Nothing) else {
            return Ok(());
        };
        let dialect = *open
            .dialect
            .get_or_insert_with(|| Dialect::of_shape(None, &open.reference));
        let place = open.place;
        let Some(head) = open.head(demanded.unwrap_or(dialect)) else {
            let problem = match open.account {
                None => Problem::AccountMissing,
                Some(_) => Problem::CurrencyMissing,
            };
            open.told = Told::Broken;
            return self.complain(&problem, place, String::new());
        };
        open.told = Told::Head;
        let opening = open.opening;
        let before = self.page_before.take();
        if let Some(before) = before {
            if open.continues(&before) {
                return self.continue_page(&before);
            }
            self.end(&before)?;
        }
        if opening.is_none() {
            self.complain(&Problem::OpeningMissing, place, String::new())?;
        }
        if opening.is_some_and(|opening| opening.of_page) {
            self.complain(&Problem::EarlierPageMissing, place, String::new())?;
        }
        self.sink.begin(head)
    }

    /// The pages are one statement: the sink does not hear of the seam unless it is torn.
    fn continue_page(&mut self, before: &Open) -> Step {
        let Some((open, opening)) = self
            .open
            .as_mut()
            .and_then(|open| open.opening.map(|opening| (open, opening)))
        else {
            return Ok(());
        };
        open.place = before.place;
        let after = opening.balance.amount;
        match before.closing.map(|closing| closing.balance.amount) {
            Some(before) if before != after => self.complain(
                &Problem::PageMismatch { before, after },
                opening.place,
                String::new(),
            ),
            Some(_) | None => Ok(()),
        }
    }

    fn closing(&mut self, field: &Field<'_>, of_page: bool) -> Step {
        self.flush()?;
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.closing.is_some())
        {
            return self.complain_in(&Problem::BalanceTwice, field, 0);
        }
        if self.open.is_none() {
            self.head(field, |_| false)?;
        }
        let Some(balance) = self.balance(field)? else {
            return Ok(());
        };
        let Some(open) = self.open.as_mut() else {
            return Ok(());
        };
        let stated = balance.amount;
        let first = open.currency().unwrap_or(stated.currency());
        open.closing = Some(Stated {
            balance,
            of_page,
            place: field.place,
        });
        if first != stated.currency() {
            open.told = Told::Broken;
            let second = stated.currency();
            return self.complain_in(&Problem::CurrencyDiffers { first, second }, field, 0);
        }
        let Some(computed) = open.sum.filter(|_| !open.is_broken()) else {
            return Ok(());
        };
        match stated.minus(computed) {
            Ok(difference) if difference.is_zero() => Ok(()),
            Ok(_) if is_cut(field, stated.currency()) => {
                self.break_statement();
                self.complain_in(&Problem::Truncated, field, field.value().len())
            }
            Ok(difference) => self.complain_in(
                &Problem::BalanceMismatch {
                    stated,
                    computed,
                    difference,
                },
                field,
                0,
            ),
            Err(_) => {
                self.break_statement();
                self.complain_in(&Problem::SumTooLarge, field, 0)
            }
        }
    }

    fn available(&mut self, field: &Field<'_>) -> Step {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        match balance(field.value()) {
            Ok(balance)
                if open.currency() == Some(balance.amount.currency())
                    && !is_cut(field, balance.amount.currency()) =>
            {
                open.available = Some(balance);
                Ok(())
            }
            Ok(_) | Err(_) if field.unfinished => {
                open.told = Told::Broken;
                self.complain_in(&Problem::Truncated, field, field.value().len())
            }
            Ok(_) | Err(_) => self.complain_in(&Problem::AvailableUnreadable, field, 0),
        }
    }

    /// The statement ends, in one way or another.
    fn finish(&mut self, ending: Ending) -> Step {
        self.flush()?;
        let Some(open) = &self.open else {
            return Ok(());
        };
        if open.closing.is_none() && !open.is_broken() && ending == Ending::Next {
            let place = open.place;
            self.complain(&Problem::EndMissing, place, String::new())?;
        }
        self.begin()?;
        let Some(open) = self.open.take().filter(|open| !open.is_broken()) else {
            return Ok(());
        };
        if open.closing.is_some_and(|closing| closing.of_page) {
            self.page_before = Some(open);
            return Ok(());
        }
        self.sink.end(foot(&open))
    }

    /// A page ends after which none followed.
    fn end(&mut self, page: &Open) -> Step {
        if let Some(closing) = page.closing {
            self.complain(&Problem::PageMissing, closing.place, String::new())?;
        }
        self.sink.end(foot(page))
    }

    fn end_of_file(&mut self, place: Place, mark_missing: bool) -> Step {
        if !self.any_field {
            let place = Place { line: 1, column: 1 };
            return self.complain(&Problem::NotMt940, place, String::new());
        }
        self.flush()?;
        if let Some(open) = self
            .open
            .as_ref()
            .filter(|open| open.closing.is_none() && !open.is_broken())
        {
            let unfinished = self.unfinished.is_some() && !open.last_is_whole();
            if unfinished || mark_missing || open.stops_early() {
                if open.has_head() {
                    self.begin()?;
                }
                self.break_statement();
                let (place, excerpt) = self.unfinished.take().unwrap_or((place, String::new()));
                return self.end_all(&Problem::Truncated, place, excerpt);
            }
            return self.end_all(&Problem::EndMissing, place, String::new());
        }
        if mark_missing {
            return self.end_all(&Problem::EndMarkMissing, place, String::new());
        }
        self.finish(Ending::File)?;
        self.end_pages()
    }

    fn end_all(&mut self, problem: &Problem, place: Place, excerpt: String) -> Step {
        self.complain(problem, place, excerpt)?;
        self.finish(Ending::File)?;
        self.end_pages()
    }

    fn end_pages(&mut self) -> Step {
        if let Some(page) = self.page_before.take() {
            self.end(&page)?;
        }
        self.sink.finish()
    }
}

/// Whether the file stops inside the amount of this balance.
fn is_cut(field: &Field<'_>, currency: Currency) -> bool {
    field.unfinished && lacks_places(field.value(), currency)
}

fn foot(open: &Open) -> StatementFoot {
    StatementFoot {
        closing: open.closing.map(|closing| closing.balance),
        available: open.available,
    }
}
