//! From fields to statements: what may follow what, and what is wrong when it does not.

use kantor_model::{Place, StatementFoot, StatementSink};

use super::complaints::Problem;
use super::dialect::Dialect;
use super::field25;
use super::field86::Scratch;
use super::fields::{Field, Fields, Piece};
use super::open::{Open, Told};
use super::tag::Tag;
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
    let mut fields = Fields::new(source, options.charset);
    let mut reader = Reader {
        sink,
        demanded: options
            .profile
            .and_then(|profile| Dialect::of_bank(&profile.id)),
        open: None,
        page_before: None,
        scratch: Scratch::default(),
        any_field: false,
        in_gap: false,
        intraday_told: false,
        unfinished: None,
    };
    reader.run(&mut fields)?;
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
pub(super) struct Reader<'s, 'k, K: ?Sized> {
    pub(super) sink: &'s mut Counted<'k, K>,
    demanded: Option<Dialect>,
    pub(super) open: Option<Open>,
    /// A page that another one should follow.
    page_before: Option<Open>,
    pub(super) scratch: Scratch,
    any_field: bool,
    /// A stray line was already complained about since the last field.
    in_gap: bool,
    intraday_told: bool,
    /// The file's last field has no line end: where it stops, and its last line.
    unfinished: Option<(Place, String)>,
}

/// One step of reading: it is done, or nothing more is wanted.
pub(super) type Step = Result<(), Halt>;

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
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
    pub(super) fn head(
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

    fn number(&mut self, field: &Field<'_>) -> Step {
        let line = lines(field.value()).map(trim).find(|line| !line.is_empty());
        let number = line.and_then(|line| present(&field.charset.decode(line)));
        self.head(field, |_| false)?.number = number;
        Ok(())
    }

    pub(super) fn break_statement(&mut self) {
        if let Some(open) = &mut self.open {
            open.told = Told::Broken;
        }
    }

    /// Tells the sink of the statement, once.
    pub(super) fn begin(&mut self) -> Step {
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
        self.flush()?;
        let nothing = self.open.is_none() && self.page_before.is_none();
        if nothing && self.sink.is_silent() {
            let place = Place { line: 1, column: 1 };
            return self.complain(&Problem::NotMt940, place, String::new());
        }
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
        Ok(())
    }
}

fn foot(open: &Open) -> StatementFoot {
    StatementFoot {
        closing: open.closing.map(|closing| closing.balance),
        available: open.available,
    }
}
