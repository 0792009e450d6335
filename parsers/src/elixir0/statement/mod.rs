//! Elixir-0 lines as a statement: what a bank tells of an account in the form of transfers (PKO's
//! Elixir report, Bank Pocztowy's mass payments), and the office's own order files.
//!
//! Such a file has no head, no number and no balance; amounts are grosze; every line is booked.
//! See [`side`] for whose statement it is.

mod problem;
mod side;

use std::borrow::Cow;

use kantor_model::{
    AccountNumber, CounterpartyView, Currency, Date, EntryStatus, EntryView, Format, Iban,
    IbanError, Money, Place, StatementFoot, StatementHead, StatementSink,
};

use self::problem::Problem;
use self::side::{Decision, Pair, Shared, Side, same_account, shown};
use super::field::{Field, fields};
use super::{CREDIT_TRANSFER, DIRECT_DEBIT};
use crate::charset::{Charset, Settling, WINDOW};
use crate::mt940::window::{LONGEST_FIELD, Window};
use crate::recognise::Probe;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::text::place_in;
use crate::transfers::wrap::{WIDTH, unwrap};

/// So many bytes of lines are held while both accounts are still the same on every line.
const HELD: usize = 256 << 10;

/// A complaint shows this many bytes of a line.
const EXCERPT_LENGTH: usize = 80;

/// Whether a file begins with a line of Elixir-0.
pub(crate) fn probe(head: &[u8]) -> Option<Probe> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let line = crate::text::lines(head).find(|line| !line.trim_ascii().is_empty())?;
    let kind = line.trim_ascii_start().split(|byte| *byte == b',').next()?;
    let kind = kind.strip_prefix(b"\"").unwrap_or(kind);
    let kind = kind.strip_suffix(b"\"").unwrap_or(kind);
    let commas = line.iter().filter(|byte| **byte == b',').count();
    let known = [CREDIT_TRANSFER, DIRECT_DEBIT].map(str::as_bytes);
    (known.contains(&kind) && commas >= 8).then(|| Probe {
        format: Format::Elixir0,
        bank: None,
        why: "Elixir-0: the first line is a transfer of type 110 or 210".to_owned(),
    })
}

/// Reads a file, and says which code page it is in.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let mut window = Window::new(source);
    let mut settling = options.charset.map_or(Settling::Open, Settling::Settled);
    if window.begin()? && options.charset.is_none() {
        settling = Settling::Settled(Charset::Utf8);
    }
    let mut reader = Reader {
        sink,
        known: options
            .account
            .and_then(AccountNumber::from_file)
            .map(Known::Told),
        shared: None,
        held: Vec::new(),
        held_bytes: 0,
        begun: false,
        broken: false,
        any: false,
        given_up: false,
        debits_told: false,
    };
    let mut number = 1_u32;
    while let Some(line) = window.line_at(0)?
        && !reader.given_up
    {
        let place = Place {
            line: number,
            column: 1,
        };
        if line.taken > LONGEST_FIELD {
            let problem = Problem::LineTooLong.at(place, String::new());
            reader.sink.complaint(problem)?;
            return Ok(settling.charset());
        }
        let bytes = window.rest().get(..line.length).unwrap_or_default();
        if settling.needs_window(bytes) {
            settling = settling.after(window.hold(WINDOW)?);
        }
        number = number.saturating_add(1);
        let bytes = window.take(line.taken);
        let bytes = bytes.get(..line.length).unwrap_or_default();
        reader.line(&Line {
            bytes,
            place,
            charset: settling.charset(),
        })?;
    }
    reader.end()?;
    Ok(settling.charset())
}

/// Whose statement it is.
#[derive(Clone)]
enum Known {
    /// A person said it: each line says which way it goes.
    Told(AccountNumber),
    /// The lines say it: all go the same way.
    Shared(AccountNumber, Side),
}

/// A line of the file.
struct Line<'a> {
    bytes: &'a [u8],
    place: Place,
    charset: Charset,
}

/// A line that waits for the direction.
struct Held {
    bytes: Vec<u8>,
    place: Place,
    charset: Charset,
}

struct Reader<'s, 'k, K: ?Sized> {
    sink: &'s mut Counted<'k, K>,
    known: Option<Known>,
    shared: Option<Shared>,
    held: Vec<Held>,
    held_bytes: usize,
    begun: bool,
    /// Something fatal was said: no entry follows, and the statement does not end.
    broken: bool,
    any: bool,
    /// Nothing more can be said about the file.
    given_up: bool,
    debits_told: bool,
}

type Step = Result<(), Halt>;

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
    fn complain(&mut self, line: &Line<'_>, offset: usize, problem: &Problem) -> Step {
        self.broken |= problem.is_fatal();
        let shown = line.bytes.get(..EXCERPT_LENGTH).unwrap_or(line.bytes);
        let place = place_in(line.bytes, offset, line.place, line.charset);
        let excerpt = line.charset.decode(shown).into_owned();
        self.sink.complaint(problem.at(place, excerpt))
    }

    fn line(&mut self, line: &Line<'_>) -> Step {
        if line.bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        self.any = true;
        let Some(fields) = self.fields(line)? else {
            return Ok(());
        };
        if let Some(known) = self.known.clone() {
            return self.entry(line, &fields, &known);
        }
        let cells = Cells {
            fields: &fields,
            charset: line.charset,
        };
        let (payer, payee) = (cells.text(5), cells.text(6));
        let pair = Pair {
            payer: &payer,
            payee: &payee,
        };
        let shared = self.shared.get_or_insert_with(|| Shared::of(pair));
        let decision = shared.narrow(pair);
        self.held_bytes += line.bytes.len();
        self.held.push(Held {
            bytes: line.bytes.to_vec(),
            place: line.place,
            charset: line.charset,
        });
        match decision {
            Decision::Open if self.held_bytes <= HELD => Ok(()),
            Decision::Open => self.settle(),
            Decision::Decided(account, side) => self.release(Known::Shared(account, side)),
            Decision::Impossible => {
                self.given_up = true;
                self.complain(line, 0, &Problem::DirectionUnknown)
            }
        }
    }

    fn settle(&mut self) -> Step {
        match self.shared.as_ref().map(Shared::settle) {
            Some(Decision::Decided(account, side)) => self.release(Known::Shared(account, side)),
            Some(Decision::Open | Decision::Impossible) | None => Ok(()),
        }
    }

    /// The direction is known: the lines that waited for it are entries now.
    fn release(&mut self, known: Known) -> Step {
        self.held_bytes = 0;
        self.known = Some(known.clone());
        for held in std::mem::take(&mut self.held) {
            let line = Line {
                bytes: &held.bytes,
                place: held.place,
                charset: held.charset,
            };
            if let Ok(fields) = fields(line.bytes) {
                self.entry(&line, &fields, &known)?;
            }
        }
        Ok(())
    }

    fn fields<'l>(&mut self, line: &Line<'l>) -> Result<Option<Vec<Field<'l>>>, Halt> {
        let fields = match fields(line.bytes) {
            Ok(fields) => fields,
            Err(offset) => {
                self.complain(line, offset, &Problem::QuoteUnclosed)?;
                return Ok(None);
            }
        };
        let count = fields.len();
        if !(15..=16).contains(&count) {
            self.complain(line, 0, &Problem::FieldCount { count })?;
            return Ok(None);
        }
        let kind = Cells {
            fields: &fields,
            charset: line.charset,
        }
        .text(0);
        if kind != CREDIT_TRANSFER && kind != DIRECT_DEBIT {
            let text = kind.into_owned();
            self.complain(line, 0, &Problem::KindUnknown { text })?;
            return Ok(None);
        }
        // No bank's own file of direct debits is public: who reads one should know.
        if kind == DIRECT_DEBIT && !std::mem::replace(&mut self.debits_told, true) {
            self.complain(line, 0, &Problem::DirectDebit)?;
        }
        Ok(Some(fields))
    }

    /// Which way a line goes.
    fn side(
        &mut self,
        line: &Line<'_>,
        pair: Pair<'_>,
        known: &Known,
    ) -> Result<Option<Side>, Halt> {
        let (account, only) = match known {
            Known::Told(account) => (account, None),
            Known::Shared(account, side) => (account, Some(*side)),
        };
        let ours = |side: Side| same_account(pair.ours(side), account.as_str());
        let problem = match (only, ours(Side::Outgoing), ours(Side::Incoming)) {
            (Some(side), _, _) if ours(side) => return Ok(Some(side)),
            (Some(side), _, _) if pair.ours(side).is_empty() => Problem::AccountMissing,
            (Some(_), _, _) => Problem::AccountChanges {
                account: account.to_string(),
            },
            (None, true, false) => return Ok(Some(Side::Outgoing)),
            (None, false, true) => return Ok(Some(Side::Incoming)),
            (None, true, true) => Problem::AccountOnBothSides {
                account: account.to_string(),
            },
            (None, false, false) => Problem::AccountAbsent {
                account: account.to_string(),
            },
        };
        self.complain(line, 0, &problem)?;
        Ok(None)
    }

    fn entry(&mut self, line: &Line<'_>, fields: &[Field<'_>], known: &Known) -> Step {
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
        let (class, information) = (cells.text(14), cells.text(15));
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

    fn end(&mut self) -> Step {
        if !self.any {
            let place = Place { line: 1, column: 1 };
            return self.sink.complaint(Problem::Empty.at(place, String::new()));
        }
        if self.known.is_none() {
            self.settle()?;
        }
        if self.begun && !self.broken {
            self.sink.end(StatementFoot::default())?;
        }
        Ok(())
    }
}

/// The fields of a line as text; an absent one is empty.
struct Cells<'f, 'l> {
    fields: &'f [Field<'l>],
    charset: Charset,
}

impl<'f> Cells<'f, '_> {
    fn bytes(&self, index: usize) -> &'f [u8] {
        self.fields.get(index).map_or(b"", |field| &field.value)
    }

    fn offset(&self, index: usize) -> usize {
        self.fields.get(index).map_or(0, |field| field.offset)
    }

    fn text(&self, index: usize) -> Cow<'f, str> {
        self.charset.decode(self.bytes(index).trim_ascii())
    }

    /// A text of several lines as one; lines that are left empty say nothing.
    fn lines(&self, index: usize) -> Cow<'f, str> {
        let bytes = self.bytes(index);
        if !bytes.contains(&b'|') {
            return self.text(index);
        }
        let text = self.charset.decode(bytes);
        let lines = text.split('|').filter(|line| !line.trim().is_empty());
        Cow::Owned(unwrap(lines, WIDTH).trim().to_owned())
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
