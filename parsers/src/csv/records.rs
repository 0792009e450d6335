//! From bytes to records: lines divided into cells, each with its place.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use crate::source::{ByteSource, SourceError};
use crate::text::number;

/// A record may have this many bytes. No bank writes a line of more than a few kilobytes; a
/// longer one is a quote that nobody closed.
pub(super) const LONGEST_RECORD: usize = 64 << 10;

/// The first size of what is held of the file. It doubles while the file goes on, up to twice the
/// longest record.
const FIRST_SIZE: usize = 4 << 10;

/// What divides a line into cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cut {
    pub(super) separator: u8,
    pub(super) quote: Option<u8>,
}

impl Cut {
    fn reader(self) -> Reader {
        let mut builder = ReaderBuilder::new();
        builder
            .delimiter(self.separator)
            .terminator(Terminator::Any(b'\n'))
            .quoting(self.quote.is_some())
            .quote(self.quote.unwrap_or(b'"'));
        builder.build()
    }
}

/// A record: one line, or several when a quoted cell goes on over line ends.
#[derive(Default, Debug)]
pub(super) struct Record {
    /// Where it begins.
    pub(super) line: u32,
    /// Its bytes as they stand in the file, without the last line end.
    pub(super) raw: Vec<u8>,
    /// Its cells one after the other, without quotes; what is behind them is of another record.
    cells: Vec<u8>,
    /// Where each cell ends; only the first so many are of this record.
    ends: Vec<usize>,
    count: usize,
    /// The file ends before the line does.
    pub(super) unfinished: bool,
}

impl Record {
    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The cell of that index; nothing where there is none.
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        let (cells, ends) = self.parts();
        cell(cells, ends, index)
    }

    /// The cells in turn.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// All cells, and where they end.
    pub(super) fn parts(&self) -> (&[u8], &[usize]) {
        let ends = self.ends.get(..self.count).unwrap_or_default();
        let used = ends.last().copied().unwrap_or(0);
        (self.cells.get(..used).unwrap_or_default(), ends)
    }

    /// Other cells in place of these; for rows whose separators were text.
    pub(super) fn replace(&mut self, cells: Vec<u8>, ends: Vec<usize>) {
        self.count = ends.len();
        self.cells = cells;
        self.ends = ends;
    }

    /// Makes room for the cells of so many bytes, so that the reader never stops for want of it.
    fn make_room(&mut self, bytes: usize) {
        if self.cells.len() < bytes || self.ends.len() < bytes {
            self.cells.resize(2 * bytes, 0);
            self.ends.resize(2 * bytes, 0);
        }
    }
}

/// The cell of that index among cells that end there.
pub(super) fn cell<'c>(cells: &'c [u8], ends: &[usize], index: usize) -> &'c [u8] {
    let Some(&end) = ends.get(index) else {
        return &[];
    };
    let start = index
        .checked_sub(1)
        .and_then(|before| ends.get(before))
        .copied()
        .unwrap_or(0);
    cells.get(start..end).unwrap_or_default()
}

/// How a record came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// It is in the caller's hands.
    Record,
    /// The file has no more.
    End,
    /// It is longer than [`LONGEST_RECORD`].
    TooLong,
    /// A quote was opened and never closed.
    Unclosed,
}

/// The records of a source.
pub(super) struct Records<'s, S: ByteSource> {
    source: &'s mut S,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// The line that comes next.
    line: u32,
    /// The file begins with the mark of UTF-8.
    pub(super) marked: bool,
    reader: Reader,
}

impl<'s, S: ByteSource> Records<'s, S> {
    pub(super) fn new(source: &'s mut S, cut: Cut) -> Result<Records<'s, S>, SourceError> {
        let mut records = Records {
            source,
            bytes: vec![0; FIRST_SIZE],
            start: 0,
            end: 0,
            at_end: false,
            line: 1,
            marked: false,
            reader: cut.reader(),
        };
        while records.end < 3 && !records.at_end {
            records.fill()?;
        }
        if records.bytes.starts_with(b"\xEF\xBB\xBF") && records.end >= 3 {
            records.start = 3;
            records.marked = true;
        }
        Ok(records)
    }

    /// Where the reading stands: the line that comes next.
    pub(super) fn next_line(&self) -> u32 {
        self.line
    }

    fn fill(&mut self) -> Result<(), SourceError> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > self.bytes.len() / 2 && self.bytes.len() < 2 * LONGEST_RECORD {
            self.bytes.resize(2 * self.bytes.len(), 0);
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let capacity = room.len();
        let count = self.source.pull(room)?.min(capacity);
        self.at_end = count == 0;
        self.end += count;
        Ok(())
    }

    /// The next line without its end, and whether it has one; `None` past the last. A line that is
    /// too long comes out as longer than [`LONGEST_RECORD`].
    fn line(&mut self) -> Result<Option<(std::ops::Range<usize>, bool)>, SourceError> {
        let mut searched = 0;
        loop {
            let rest = self.bytes.get(self.start..self.end).unwrap_or_default();
            let fresh = rest.get(searched..).unwrap_or_default();
            if let Some(found) = memchr::memchr(b'\n', fresh) {
                let range = self.start..self.start + searched + found;
                self.start = range.end + 1;
                return Ok(Some((range, true)));
            }
            searched = rest.len();
            if self.at_end || searched > LONGEST_RECORD {
                let range = self.start..self.end;
                self.start = self.end;
                return Ok((!range.is_empty()).then_some((range, false)));
            }
            self.fill()?;
        }
    }

    /// Reads the next record that is not an empty line.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<Found, SourceError> {
        record.raw.clear();
        record.count = 0;
        record.unfinished = false;
        let (mut cells, mut ends) = (0, 0);
        loop {
            let Some((range, ended)) = self.line()? else {
                return Ok(if record.raw.is_empty() {
                    Found::End
                } else {
                    Found::Unclosed
                });
            };
            let content = without_end(self.bytes.get(range).unwrap_or_default(), ended);
            let line = self.line;
            self.line = line.saturating_add(1);
            if record.raw.is_empty() {
                if content.is_empty() {
                    continue;
                }
                record.line = line;
            } else {
                record.raw.push(b'\n');
            }
            record.raw.extend_from_slice(content);
            if record.raw.len() > LONGEST_RECORD {
                return Ok(Found::TooLong);
            }
            record.unfinished = !ended;
            record.make_room(record.raw.len() + 2);
            for piece in [content, b"\n"] {
                if piece.is_empty() {
                    continue;
                }
                let room = record.cells.get_mut(cells..).unwrap_or_default();
                let stops = record.ends.get_mut(ends..).unwrap_or_default();
                let (result, _, written, stopped) = self.reader.read_record(piece, room, stops);
                cells += written;
                ends += stopped;
                if result == ReadRecordResult::Record {
                    record.count = ends;
                    return Ok(Found::Record);
                }
            }
            // The line end stands inside quotes; in a text it is a space.
            if let Some(last) = cells.checked_sub(1).and_then(|at| record.cells.get_mut(at))
                && *last == b'\n'
            {
                *last = b' ';
            }
        }
    }
}

/// Without the return before the line end, and without the byte 0x1A that DOS programs put at the
/// end of a file.
fn without_end(line: &[u8], ended: bool) -> &[u8] {
    let line = match line {
        [rest @ .., 0x1A] if !ended => rest,
        all => all,
    };
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// At which character of its line the cell of that index begins, from 1. Slow: only for complaints.
pub(super) fn column_of(raw: &[u8], index: usize, cut: Cut, charset: crate::Charset) -> u32 {
    let mut seen = 0;
    let mut quoted = false;
    for (at, &byte) in raw.iter().enumerate() {
        if seen == index {
            let before = raw.get(..at).unwrap_or_default();
            let line = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
            let before = before.get(line..).unwrap_or_default();
            return number(charset.count(before)).saturating_add(1);
        }
        if Some(byte) == cut.quote {
            quoted = !quoted;
        } else if byte == cut.separator && !quoted {
            seen += 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEMICOLONS: Cut = Cut {
        separator: b';',
        quote: Some(b'"'),
    };

    fn told(bytes: &[u8], cut: Cut) -> Vec<String> {
        let mut source = bytes;
        let mut records = Records::new(&mut source, cut).unwrap();
        let mut record = Record::default();
        let mut out = Vec::new();
        loop {
            let found = records.next(&mut record).unwrap();
            if found != Found::Record {
                if found != Found::End {
                    out.push(format!("{}:{found:?}", record.line));
                }
                return out;
            }
            let cells: Vec<String> = record
                .cells()
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect();
            out.push(format!("{}:{}", record.line, cells.join("|")));
        }
    }

    #[test]
    fn lines_are_divided_into_cells_with_their_places() {
        let check = |bytes: &[u8], expected: &[&str]| {
            assert_eq!(
                told(bytes, SEMICOLONS),
                expected,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        };
        check(b"a;b\r\n\r\n\n\"c;\"\"d\";e\r\n", &["1:a|b", "4:c;\"d|e"]);
        check(b"\xEF\xBB\xBFa;b\nc", &["1:a|b", "2:c"]);
        check(b"a;\"b\nc\";d\ne\n", &["1:a|b c|d", "3:e"]);
        check(b"a;;\n;;b", &["1:a||", "2:||b"]);
        check(b"a;ul. \"X\" 1;b\n", &["1:a|ul. \"X\" 1|b"]);
        check(b"a;b\n\"c;d\ne;f\n", &["1:a|b", "2:Unclosed"]);
        check(b"a;b\n\x1A", &["1:a|b"]);
        check(b"", &[]);
        check(b"\n\n", &[]);
    }

    #[test]
    fn without_quotes_a_quote_is_a_letter() {
        let cut = Cut {
            separator: b';',
            quote: None,
        };
        assert_eq!(told(b"\"a;b\"\n", cut), ["1:\"a|b\""]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let long = vec![b'x'; LONGEST_RECORD + 1];
        assert_eq!(told(&long, SEMICOLONS), ["1:TooLong"]);
        let mut quoted = b"a;b\n\"".to_vec();
        for _ in 0..LONGEST_RECORD {
            quoted.extend(b"x\n");
        }
        assert_eq!(told(&quoted, SEMICOLONS), ["1:a|b", "2:TooLong"]);
    }

    #[test]
    fn the_column_of_a_cell_counts_characters() {
        let raw = "zażółć;\"a;b\";c".as_bytes();
        let check = |index: usize, column: u32| {
            assert_eq!(
                column_of(raw, index, SEMICOLONS, crate::Charset::Utf8),
                column
            );
        };
        check(0, 1);
        check(1, 8);
        check(2, 14);
    }
}
