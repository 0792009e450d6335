//! What histories of accounts have in common that tell a balance with each line (banks' own XML,
//! JPK_WB): in which order they stand, and whether each balance follows from the one before.
//!
//! A sink hears of entries as they happened, the oldest first, because the balance chain of an
//! account is built on that order. A file that stands the other way round is held (a bounded
//! number of lines) and turned; any other is passed on line by line.

mod cell;
mod line;
mod order;
mod problem;
mod teller;

pub(crate) use cell::{Cell, amount_unreadable, balance_unreadable};
pub(crate) use line::Line;
pub(crate) use order::Order;
pub(crate) use problem::{Amounts, Problem};
pub(crate) use teller::{Account, Teller};

use kantor_model::{AmountError, Currency, Date, Money, Place, StatementSink};

use crate::charset::Charset;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt};
use crate::xml::{Fault, Xml};

/// Why reading does not go on: the document is damaged, the source failed, or nobody listens.
pub(crate) enum Stop {
    /// Of the document.
    Fault(Fault),
    /// Of the sink.
    Halt(Halt),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Stop {
        Stop::Halt(halt)
    }
}

/// One step of reading a document into a sink.
pub(crate) type Step = Result<(), Stop>;

/// Reads a document to its end by `read`, says what stopped it, and which code page it is in.
pub(crate) fn document<S: ByteSource, K: StatementSink + ?Sized>(
    xml: &mut Xml<'_, S>,
    sink: &mut Counted<'_, K>,
    read: impl FnOnce(&mut Xml<'_, S>, &mut Counted<'_, K>) -> Step,
) -> Result<Charset, Halt> {
    match read(xml, sink) {
        Ok(()) => {}
        Err(Stop::Fault(Fault::Broken(complaint))) => sink.complaint(*complaint)?,
        Err(Stop::Fault(Fault::Source(error))) => return Err(Halt::Source(error)),
        Err(Stop::Halt(halt)) => return Err(halt),
    }
    if xml.is_lossy() {
        let place = Place { line: 1, column: 1 };
        sink.complaint(Problem::TextUndecodable.at(place, String::new()))?;
    }
    Ok(xml.charset())
}

/// What stands where a day should.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Day {
    /// A day.
    Known(Date),
    /// The calendar does not have it.
    Impossible,
    /// It is no day at all.
    Unreadable,
}

/// `YYYY-MM-DD`, also with a time or a zone after it.
pub(crate) fn day(text: &str) -> Day {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let shape = date.len() == 10
        && date.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && (rest.is_empty() || rest.starts_with(['T', ' ', 'Z', '+']));
    let part = |from: usize, to: usize| date.get(from..to)?.parse::<i16>().ok();
    let parts = (part(0, 4), part(5, 7), part(8, 10));
    let (Some(year), Some(month), Some(day), true) = (parts.0, parts.1, parts.2, shape) else {
        return Day::Unreadable;
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Day::Unreadable;
    };
    Date::new(year, month, day).map_or(Day::Impossible, Day::Known)
}

/// An amount with its sign; spaces between thousands are taken out.
pub(crate) fn money(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let space = |character: char| matches!(character, ' ' | '\u{A0}' | '\u{202F}');
    let text = text.trim();
    if text.contains(space) {
        Money::parse(&text.replace(space, ""), currency)
    } else {
        Money::parse(text, currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_with_and_without_a_time() {
        let known = Day::Known(Date::constant(2026, 11, 23));
        assert_eq!(day("2026-11-23"), known);
        assert_eq!(day(" 2026-11-23T10:00:00+01:00 "), known);
        assert_eq!(day("2026-11-23Z"), known);
        assert_eq!(day("2026-02-30"), Day::Impossible);
        for text in [
            "",
            "23.11.2026",
            "2026-11-2",
            "2026-11-231",
            "20261123",
            "2026-1-123",
        ] {
            assert_eq!(day(text), Day::Unreadable, "{text}");
        }
    }

    #[test]
    fn amounts_may_have_spaces_between_thousands() {
        let check = |text: &str, minor: Option<i64>| {
            let found = money(text, Currency::PLN).ok();
            assert_eq!(found.map(Money::minor), minor, "{text}");
        };
        check("-70.50", Some(-70_50));
        check("+18 420.06", Some(18_420_06));
        check("1\u{A0}000,00", Some(1_000_00));
        check("", None);
        check("W rozliczeniu", None);
    }
}
