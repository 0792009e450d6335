//! From fields to statements: what may follow what, and what is wrong when it does not.

use kantor_model::{AccountNumber, Format, Place, StatementSink};

use super::complaints::Problem;
use super::entries::wrong_check_digits;
use super::field25;
use super::fields::{Field, Fields, Piece};
use super::known::Known;
use super::open::{Open, Told};
use super::tag::Tag;
use super::texts::{Held, Scratch};
use crate::charset::Charset;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::text::{lines, present, trim};

/// Reads a whole file, and says which code page it is in.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let section = options.profile.and_then(|profile| profile.mt940.as_ref());
    let pages = section.into_iter().flat_map(|section| &section.charsets);
    let mut fields = Fields::new(source, options.charset).preferring(pages.map(|page| page.0));
    Reader::new(options, sink).run(&mut fields)?;
    Ok(fields.charset())
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

/// Reads a file into a sink.
pub(super) struct Reader<'s, 'k, 'p, K: ?Sized> {
    pub(super) sink: &'s mut Counted<'k, K>,
    pub(super) options: Options<'p>,
    pub(super) open: Option<Open<'p>>,
    /// A page that another one should follow.
    page_before: Option<Open<'p>>,
    /// Whose shape the first statement has.
    pub(super) first_known: Option<Known<'p>>,
    pub(super) held: Held,
    pub(super) scratch: Scratch,
    any_field: bool,
    /// A stray line was already complained about since the last field.
    in_gap: bool,
    /// What the envelope of the message says it is.
    message: Message,
    /// The file's last field has no line end: where it stops, and its last line.
    unfinished: Option<(Place, String)>,
}

/// What the FIN blocks before a message say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Message {
    /// Nothing; its fields tell.
    Unsaid,
    /// One that is read.
    Of(Format),
    /// One that says nothing about an account, by its number.
    Foreign(u16),
}

impl Message {
    fn of_number(number: u16) -> Message {
        match number {
            // 950 is 940 without texts.
            940 | 950 => Message::Of(Format::Mt940),
            942 => Message::Of(Format::Mt942),
            900 => Message::Of(Format::Mt900),
            910 => Message::Of(Format::Mt910),
            other => Message::Foreign(other),
        }
    }
}

/// The message number in block 2 of an envelope: `{2:I940` or `{2:O940`.
pub(super) fn message_number(envelope: &[u8]) -> Option<u16> {
    let at = memchr::memmem::find(envelope, b"{2:")?;
    let digits = envelope.get(at + 4..at + 7)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// One step of reading: it is done, or nothing more is wanted.
pub(super) type Step = Result<(), Halt>;

impl<'s, 'k, 'p, K: StatementSink + ?Sized> Reader<'s, 'k, 'p, K> {
    pub(super) fn new(options: Options<'p>, sink: &'s mut Counted<'k, K>) -> Self {
        Reader {
            sink,
            options,
            open: None,
            page_before: None,
            first_known: None,
            held: Held::default(),
            scratch: Scratch::default(),
            any_field: false,
            in_gap: false,
            message: Message::Unsaid,
            unfinished: None,
        }
    }

    pub(super) fn run<S: ByteSource>(&mut self, fields: &mut Fields<'_, S>) -> Step {
        let beginning = fields.peek()?;
        if beginning.starts_with(b"\xFF\xFE") || beginning.starts_with(b"\xFE\xFF") {
            return self.complain(&Problem::Utf16, fields.place(), String::new());
        }
        while let Some(piece) = fields.next()? {
            match piece {
                Piece::Field(field) => self.field(&field)?,
                Piece::End => self.finish(Ending::Mark)?,
                Piece::DamagedEnd(place) => {
                    self.trailer(&Problem::TrailerDamaged, place)?;
                    self.finish(Ending::Mark)?;
                }
                Piece::Envelope(line) => self.envelope(&line)?,
                Piece::Stray(line) => self.stray(&line)?,
                Piece::TooLong(place) => {
                    return self.complain(&Problem::FieldTooLong, place, String::new());
                }
            }
        }
        if fields.in_block && self.open.is_some() {
            self.trailer(&Problem::TrailerMissing, fields.place())?;
        }
        self.end_of_file(fields.place(), fields.in_marks)
    }

    /// The end of a message in FIN blocks is not as SWIFT has it; its fields can still be whole.
    fn trailer(&mut self, problem: &Problem, place: Place) -> Step {
        self.flush()?;
        if !self.sink.forgivable(problem.at(place, String::new()))? {
            self.break_statement();
        }
        Ok(())
    }

    /// Complains about what leaves every amount certain; without lenience the statement is not
    /// read any more.
    pub(super) fn forgivable_in(&mut self, problem: &Problem, field: &Field<'_>) -> Step {
        let complaint = problem.at(field.place_of(0), field.excerpt(0));
        if !self.sink.forgivable(complaint)? {
            self.break_statement();
        }
        Ok(())
    }

    pub(super) fn complain(&mut self, problem: &Problem, place: Place, excerpt: String) -> Step {
        self.sink.complaint(problem.at(place, excerpt))
    }

    pub(super) fn complain_in(
        &mut self,
        problem: &Problem,
        field: &Field<'_>,
        offset: usize,
    ) -> Step {
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
                self.begin_message(field, trim(reference))
            }
            Tag::Account => self.account(field),
            Tag::Number => self.number(field),
            Tag::Opening => self.opening(field, false),
            Tag::OpeningOfPage => self.opening(field, true),
            Tag::Entry => self.entry(field),
            Tag::Text | Tag::Own => self.text(field),
            Tag::Closing => self.closing(field, false),
            Tag::ClosingOfPage => self.closing(field, true),
            Tag::Available => self.available(field),
            Tag::Floor => self.floor(field),
            Tag::Credits => self.totals(field, true),
            Tag::Debits => self.totals(field, false),
            Tag::Value => self.announced_value(field),
            Tag::Related => self.related(field),
            Tag::Payer | Tag::Institution => {
                self.announced_party(field, field.tag == Tag::Payer);
                Ok(())
            }
            Tag::Information => {
                self.announced_information(field);
                Ok(())
            }
            Tag::Intermediary | Tag::Order => {
                self.announced_other(field.tag == Tag::Order);
                Ok(())
            }
            Tag::Unused => Ok(()),
        }
    }

    fn begin_message(&mut self, field: &Field<'_>, reference: &[u8]) -> Step {
        let format = match self.message {
            Message::Of(format) => format,
            Message::Unsaid | Message::Foreign(_) => Format::Mt940,
        };
        let mut open = Open::new(field.place, reference, format);
        if let Message::Foreign(number) = self.message {
            open.told = Told::Broken;
            self.open = Some(open);
            return self.complain_in(&Problem::MessageForeign { number }, field, 0);
        }
        self.open = Some(open);
        Ok(())
    }

    fn envelope(&mut self, line: &Field<'_>) -> Step {
        self.finish(Ending::Next)?;
        if let Some(number) = message_number(line.raw) {
            self.message = Message::of_number(number);
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

    /// The statement whose head a field belongs to. A head may begin without `:20:`.
    pub(super) fn head(
        &mut self,
        field: &Field<'_>,
        begins: impl Fn(&Open<'p>) -> bool,
    ) -> Result<&mut Open<'p>, Halt> {
        let belongs = |open: &Open<'p>| open.closing.is_none() && !open.has_totals && !begins(open);
        if !self.open.as_ref().is_some_and(belongs) {
            self.finish(Ending::Next)?;
            self.complain_in(&Problem::ReferenceMissing, field, 0)?;
        }
        let format = match self.message {
            Message::Of(format) => format,
            Message::Unsaid | Message::Foreign(_) => Format::Mt940,
        };
        let new = || Open::new(field.place, &[], format);
        Ok(self.open.get_or_insert_with(new))
    }

    fn account(&mut self, field: &Field<'_>) -> Step {
        let open = self.head(field, |open| open.account.is_some())?;
        let written = lines(field.value()).map(trim).find(|line| !line.is_empty());
        let Some((account, currency)) = field25::account(field.value(), field.charset) else {
            return Ok(());
        };
        open.account_written = written.unwrap_or_default().to_vec();
        open.account_currency = currency;
        let wrong = wrong_check_digits(&account).map(str::to_owned);
        open.account = Some(account);
        match wrong {
            Some(account) => {
                let offset = memchr::memmem::find(field.value(), account.as_bytes());
                let problem = Problem::AccountCheckDigits { account };
                self.complain_in(&problem, field, offset.unwrap_or(0))
            }
            None => Ok(()),
        }
    }

    fn number(&mut self, field: &Field<'_>) -> Step {
        let line = lines(field.value()).map(trim).find(|line| !line.is_empty());
        let number = line.and_then(|line| present(&field.charset.decode(line)));
        let open = self.head(field, |_| false)?;
        open.number = number;
        open.number_written = line.unwrap_or_default().to_vec();
        Ok(())
    }

    pub(super) fn break_statement(&mut self) {
        if let Some(open) = &mut self.open {
            open.told = Told::Broken;
        }
    }

    /// The account, as a person names it where the file does not.
    pub(super) fn name_account(&mut self, open: &mut Open<'p>) -> Step {
        if open.account.is_none() {
            open.account = self.options.account.and_then(AccountNumber::from_file);
        }
        if open.account.is_none() {
            self.complain(&Problem::AccountMissing, open.place, String::new())?;
        }
        Ok(())
    }

    /// Tells the sink of the statement, once.
    pub(super) fn begin(&mut self) -> Step {
        let is_new = |open: &mut Open<'p>| open.told == Told::Nothing;
        let Some(mut open) = self.open.take_if(is_new) else {
            return Ok(());
        };
        let step = self.begin_open(&mut open);
        self.open = Some(open);
        step
    }

    fn begin_open(&mut self, open: &mut Open<'p>) -> Step {
        if open.known.is_none() {
            open.known = Some(Known::of(&open.facts(None), self.options.profile));
        }
        if self.first_known.is_none() {
            self.first_known.clone_from(&open.known);
        }
        let known = open.known.as_ref().and_then(Known::profile);
        let bank = self.options.profile.or(known);
        self.name_account(open)?;
        let place = open.place;
        let Some(head) = open.head(bank.map(|profile| profile.id.as_str())) else {
            open.told = Told::Broken;
            return self.complain(&Problem::CurrencyMissing, place, String::new());
        };
        open.told = Told::Head;
        let opening = open.opening;
        let before = self.page_before.take();
        if let Some(before) = before {
            if open.continues(&before) {
                return self.continue_page(open, &before);
            }
            self.end(&before)?;
        }
        if opening.is_none() && open.format == Format::Mt940 {
            self.complain(&Problem::OpeningMissing, place, String::new())?;
        }
        if opening.is_some_and(|opening| opening.of_page) {
            self.complain(&Problem::EarlierPageMissing, place, String::new())?;
        }
        self.sink.begin(head)
    }

    /// The pages are one statement: the sink does not hear of the seam unless it is torn.
    fn continue_page(&mut self, open: &mut Open<'p>, before: &Open<'p>) -> Step {
        let Some(opening) = open.opening else {
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

    /// The statement ends, in one way or another.
    fn finish(&mut self, ending: Ending) -> Step {
        self.flush()?;
        let Some(open) = &self.open else {
            return Ok(());
        };
        if open.is_announcement() {
            return self.announce();
        }
        if !open.is_complete() && !open.is_broken() && ending == Ending::Next {
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
        self.sink.end(open.foot())
    }

    /// A page ends after which none followed.
    fn end(&mut self, page: &Open<'p>) -> Step {
        if let Some(closing) = page.closing {
            self.complain(&Problem::PageMissing, closing.place, String::new())?;
        }
        self.sink.end(page.foot())
    }

    fn end_of_file(&mut self, place: Place, mark_missing: bool) -> Step {
        self.flush()?;
        let nothing = self.open.is_none() && self.page_before.is_none();
        if nothing && self.sink.is_silent() {
            let place = Place { line: 1, column: 1 };
            return self.complain(&Problem::NotMt940, place, String::new());
        }
        if let Some(open) = self
            .open
            .as_ref()
            .filter(|open| !open.is_complete() && !open.is_broken())
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
        Ok(())
    }
}
