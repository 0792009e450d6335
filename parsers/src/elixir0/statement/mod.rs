//! Elixir-0 lines as a statement: what a bank tells of an account in the form of transfers (PKO's
//! Elixir report, Bank Pocztowy's mass payments), and the office's own order files.
//!
//! Such a file has no head, no number and no balance; amounts are grosze; every line is booked.
//! See [`side`] for whose statement it is.

mod cells;
mod entry;
mod problem;
mod side;

use kantor_model::{AccountNumber, Format, Place, StatementFoot, StatementSink};

use self::cells::Cells;
use self::problem::Problem;
use self::side::{Decision, Pair, Shared, Side, pays_to_virtual, same_account};
use super::field::{Field, fields};
use super::{CREDIT_TRANSFER, DIRECT_DEBIT};
use crate::charset::{Charset, Settling, WINDOW};
use crate::mt940::window::{LONGEST_FIELD, Window};
use crate::recognise::Probe;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::text::place_in;

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
        virtual_told: false,
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
    virtual_told: bool,
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
            (None, false, false) if pays_to_virtual(pair, account.as_str()) => {
                return self.virtual_account(line, pair, account);
            }
            (None, false, false) => Problem::AccountAbsent {
                account: account.to_string(),
            },
        };
        self.complain(line, 0, &problem)?;
        Ok(None)
    }

    /// Mass payments: each payer has an account number of his own to pay to. Told once.
    fn virtual_account(
        &mut self,
        line: &Line<'_>,
        pair: Pair<'_>,
        account: &AccountNumber,
    ) -> Result<Option<Side>, Halt> {
        if !std::mem::replace(&mut self.virtual_told, true) {
            let account = account.to_string();
            let paid_to = pair.payee.to_owned();
            let problem = Problem::VirtualAccount { account, paid_to };
            self.complain(line, 0, &problem)?;
        }
        Ok(Some(Side::Incoming))
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
