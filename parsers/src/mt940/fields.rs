//! Cuts a stream of bytes into the fields of MT940.

use std::ops::Range;

use kantor_model::Place;

use super::extent::{Extent, TextLines};
use super::tag::Tag;
use super::window::{LONGEST_FIELD, Line, Window};
use crate::charset::{Charset, Settling, WINDOW};
use crate::source::{ByteSource, SourceError};
use crate::text::{number, place_in, trim};

/// A complaint shows this many bytes of a line.
const EXCERPT_LENGTH: usize = 80;

/// A piece of the file that means something.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A tag with its value, which may have several lines.
    Field(Field<'a>),
    /// A line `-`, `-}` or the like: the message ends.
    End,
    /// A line `}` or `}{5:` where `-}` should end a message in FIN blocks.
    DamagedEnd(Place),
    /// A line `{1:...}{2:...}{4:` or the constant line of a bank before the first field.
    Envelope(Field<'a>),
    /// A line that belongs to no field.
    Stray(Field<'a>),
    /// A field or line that is longer than [`LONGEST_FIELD`].
    TooLong(Place),
}

/// A field, borrowed from the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// What it is; [`Tag::Unused`] for lines without a tag.
    pub(super) tag: Tag,
    /// The whole field from its tag on, without the last line end.
    pub(super) raw: &'a [u8],
    /// Where the tag stands.
    pub(super) place: Place,
    /// How many bytes of it are the tag.
    pub(super) tag_length: usize,
    /// The code page of the file, as far as it had to be settled for this field.
    pub(super) charset: Charset,
    /// The file stops in this field, without a line end.
    pub(super) unfinished: bool,
}

impl<'a> Field<'a> {
    /// Everything after the tag.
    pub(super) fn value(&self) -> &'a [u8] {
        self.raw.get(self.tag_length..).unwrap_or_default()
    }

    /// The place of the byte `offset` of the value.
    pub(super) fn place_of(&self, offset: usize) -> Place {
        place_in(self.raw, self.tag_length + offset, self.place, self.charset)
    }

    /// The line of the file that holds the byte `offset` of the value, for people to find it.
    pub(super) fn excerpt(&self, offset: usize) -> String {
        let at = (self.tag_length + offset).min(self.raw.len());
        let (before, after) = self.raw.split_at_checked(at).unwrap_or((self.raw, &[]));
        let from = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        let to = memchr::memchr(b'\n', after).map_or(self.raw.len(), |end| at + end);
        let line = self.raw.get(from..to).unwrap_or_default();
        let shown = line.get(..EXCERPT_LENGTH).unwrap_or(line);
        self.charset.decode(shown.trim_ascii_end()).into_owned()
    }
}

/// The fields of a source, one after another.
pub(super) struct Fields<'s, S: ByteSource> {
    window: Window<'s, S>,
    /// The line of the next unread byte.
    line: u32,
    settling: Settling,
    /// Code pages that the bank is known to use.
    preferred: Vec<Charset>,
    /// 0x01 was seen, as mBank and Deutsche Bank PL begin their statements, and not yet the 0x03
    /// that ends them.
    pub(super) in_marks: bool,
    /// Block 4 of FIN was opened and not closed yet.
    pub(super) in_block: bool,
}

impl<'s, S: ByteSource> Fields<'s, S> {
    pub(super) fn new(source: &'s mut S, charset: Option<Charset>) -> Fields<'s, S> {
        Fields {
            window: Window::new(source),
            line: 1,
            settling: charset.map_or(Settling::Open, Settling::Settled),
            preferred: Vec::new(),
            in_marks: false,
            in_block: false,
        }
    }

    /// The same, where letters leave the code page open, with those that the bank is known to use.
    pub(super) fn preferring(mut self, pages: impl Iterator<Item = Charset>) -> Fields<'s, S> {
        self.preferred.extend(pages);
        self
    }

    /// The code page that the file was read in so far.
    pub(super) fn charset(&self) -> Charset {
        self.settling.charset()
    }

    /// The next two bytes, to tell files of another kind.
    pub(super) fn peek(&mut self) -> Result<&[u8], SourceError> {
        self.window.hold(2)
    }

    /// Where the next unread byte stands.
    pub(super) fn place(&self) -> Place {
        Place {
            line: self.line,
            column: 1,
        }
    }

    /// The next piece; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>, SourceError> {
        if self.window.begin()? && self.settling == Settling::Open {
            self.settling = Settling::Settled(Charset::Utf8);
        }
        let plain = self.window.is_plain().then(|| self.window.rest());
        if let Some(extent) = plain.and_then(Extent::of_text) {
            return Ok(Some(Piece::Field(self.take(extent))));
        }
        loop {
            let Some(line) = self.window.line_at(0)? else {
                return Ok(None);
            };
            if line.taken > LONGEST_FIELD {
                return Ok(Some(Piece::TooLong(self.place())));
            }
            let bytes = self.window.rest().get(..line.length).unwrap_or_default();
            let visible = trim_marks(bytes);
            let (blank, ends) = (visible.is_empty(), visible.first() == Some(&b'-'));
            let damaged = self.in_block && is_damaged_end(visible);
            let marks_first = bytes.iter().take_while(|byte| **byte == 0x01).count();
            // `{` may stand before the first tag on the same line (Alior); 0x01 as well.
            let before = if visible.first() == Some(&b'{') {
                memchr::memmem::find(bytes, b":20:").unwrap_or(marks_first)
            } else {
                marks_first
            };
            let mark = memchr::memchr2(0x01, 0x03, bytes);
            let tag = Tag::of_line(bytes.get(before..).unwrap_or_default(), false);
            if mark.is_some() {
                // Deutsche Bank ends a file with both of them.
                self.in_marks = !bytes.contains(&0x03);
            }
            if blank || ends || damaged {
                let place = self.place();
                self.in_block &= blank;
                self.skip(&line);
                if damaged {
                    return Ok(Some(Piece::DamagedEnd(place)));
                }
                if ends {
                    return Ok(Some(Piece::End));
                }
                continue;
            }
            return match tag {
                Some((tag, length)) => self.field(tag, before, length, line).map(Some),
                None => self.whole_line(line).map(Some),
            };
        }
    }

    fn skip(&mut self, line: &Line) {
        self.window.take(line.taken);
        self.line = self.line.saturating_add(u32::from(!line.unfinished));
    }

    /// Settles the code page, if the next `length` bytes cannot be decoded without.
    fn settle(&mut self, length: usize) -> Result<(), SourceError> {
        let bytes = self.window.rest().get(..length).unwrap_or_default();
        if self.settling.needs_window(bytes) {
            let window = self.window.hold(WINDOW)?;
            self.settling = self.settling.after_preferring(window, &self.preferred);
        }
        Ok(())
    }

    fn whole_line(&mut self, line: Line) -> Result<Piece<'_>, SourceError> {
        self.settle(line.length)?;
        let place = self.place();
        let charset = self.settling.charset();
        self.line = self.line.saturating_add(u32::from(!line.unfinished));
        let taken = self.window.take(line.taken);
        let raw = taken.get(..line.length).unwrap_or_default();
        let field = Field {
            tag: Tag::Unused,
            raw,
            place,
            tag_length: 0,
            charset,
            unfinished: line.unfinished,
        };
        Ok(if is_envelope(trim_marks(raw)) {
            self.in_block |= memchr::memmem::find(raw, b"{4:").is_some();
            Piece::Envelope(field)
        } else {
            Piece::Stray(field)
        })
    }

    /// A field goes on until a line that begins something else.
    fn field(
        &mut self,
        tag: Tag,
        before: usize,
        tag_length: usize,
        line: Line,
    ) -> Result<Piece<'_>, SourceError> {
        let mut taken = line.taken;
        let mut length = line.length;
        let mut unfinished = line.unfinished;
        let mut lines = u32::from(!line.unfinished);
        while !unfinished {
            if tag.holds_text() {
                let text = TextLines::held(self.window.from(taken));
                if text.count > 0 {
                    length = taken + text.length;
                    taken += text.taken;
                    lines = lines.saturating_add(text.count);
                }
                if taken > LONGEST_FIELD {
                    return Ok(Piece::TooLong(self.place()));
                }
                if text.field_follows {
                    break;
                }
            }
            let Some(more) = self.window.line_at(taken)? else {
                break;
            };
            if taken + more.taken > LONGEST_FIELD {
                return Ok(Piece::TooLong(self.place()));
            }
            if self.begins_something(tag, before + tag_length..length, taken, &more)? {
                break;
            }
            length = taken + more.length;
            taken += more.taken;
            unfinished = more.unfinished;
            lines = lines.saturating_add(u32::from(!more.unfinished));
        }
        self.settle(length)?;
        Ok(Piece::Field(self.take(Extent {
            tag,
            before,
            tag_length,
            length,
            taken,
            lines,
            unfinished,
        })))
    }

    /// Takes a field whose extent is known.
    fn take(&mut self, extent: Extent) -> Field<'_> {
        let place = Place {
            line: self.line,
            column: number(extent.before).saturating_add(1),
        };
        self.line = self.line.saturating_add(extent.lines);
        let raw = self.window.take(extent.taken);
        Field {
            tag: extent.tag,
            raw: raw.get(extent.before..extent.length).unwrap_or_default(),
            place,
            tag_length: extent.tag_length,
            charset: self.settling.charset(),
            unfinished: extent.unfinished,
        }
    }

    /// Whether a line after the first of a field of `tag` is not part of it any more; `value` is
    /// where the field's value lies so far.
    fn begins_something(
        &mut self,
        tag: Tag,
        value: Range<usize>,
        from: usize,
        more: &Line,
    ) -> Result<bool, SourceError> {
        let (to, taken) = (from + more.length, more.taken);
        let line = self.window.rest().get(from..to).unwrap_or_default();
        match line.first() {
            Some(b':') => match Tag::of_line(line, tag.holds_text()) {
                None => Ok(false),
                Some((Tag::Reference, _)) if tag.holds_text() => self.header_follows(from + taken),
                Some(_) => Ok(true),
            },
            Some(b'-') if is_end(line) => Ok(!tag.holds_text()
                || line.contains(&b'}')
                || line.contains(&0x03)
                || self.message_follows(from + taken)?),
            Some(b'-') => Ok(!tag.holds_text()),
            Some(b'{') => Ok(is_envelope(line) || !tag.holds_text()),
            Some(b'}') if self.in_block && is_damaged_end(trim_marks(line)) => Ok(true),
            Some(0x01 | 0x03 | 0x1A) => Ok(true),
            Some(_) => {
                let value = || self.window.rest().get(value).unwrap_or_default();
                Ok(tag.has_one_line() && !trim(line).is_empty() && !trim(value()).is_empty())
            }
            None => Ok(false),
        }
    }

    /// Whether the line at `offset` belongs to a header, so that the `:20:` before it was none of
    /// a text.
    fn header_follows(&mut self, offset: usize) -> Result<bool, SourceError> {
        let Some(line) = self.window.line_at(offset)? else {
            return Ok(false);
        };
        let bytes = self.window.from(offset);
        let bytes = bytes.get(..line.length).unwrap_or_default();
        Ok(matches!(
            bytes,
            [b':', b'2', b'1' | b'5' | b'8', ..] | [b':', b'6', b'0', ..]
        ))
    }

    /// Whether after a line `-` comes the end of the file or another message: the line was the end
    /// of one and not text.
    fn message_follows(&mut self, from: usize) -> Result<bool, SourceError> {
        let mut offset = from;
        while let Some(line) = self.window.line_at(offset)? {
            let bytes = self.window.from(offset);
            let bytes = bytes.get(..line.length).unwrap_or_default();
            if !trim(bytes).is_empty() {
                return Ok(bytes.first() == Some(&0x01)
                    || bytes.first() == Some(&0x03)
                    || bytes.starts_with(b":20:")
                    || is_envelope(bytes));
            }
            offset += line.taken;
            if offset - from > LONGEST_FIELD {
                return Ok(true);
            }
        }
        Ok(true)
    }
}

/// Without spaces and the control bytes that some banks put around a message; 0x1A is the end of
/// file of DOS.
fn trim_marks(mut bytes: &[u8]) -> &[u8] {
    while let [0x01 | 0x03 | 0x1A | b' ' | b'\t' | b'\r', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., 0x01 | 0x03 | 0x1A | b' ' | b'\t' | b'\r'] = bytes {
        bytes = rest;
    }
    bytes
}

/// `-`, `-}`, `-` with ETX.
fn is_end(line: &[u8]) -> bool {
    let visible = trim_marks(line);
    visible == b"-" || visible.starts_with(b"-}")
}

/// `}` alone, or with the next block after it.
fn is_damaged_end(visible: &[u8]) -> bool {
    visible == b"}" || visible.starts_with(b"}{")
}

/// FIN blocks, or one of the constant lines that foreign banks put before the first tag.
fn is_envelope(line: &[u8]) -> bool {
    match line {
        [b'{', digit, b':', ..] => digit.is_ascii_digit(),
        b"{" | b":940:" => true,
        _ => line.starts_with(b"940 ") || line.starts_with(b"0000 "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file with its line ends as `|`, and the pieces it is cut into.
    fn check(file: &str, pieces: &[&str]) {
        let bytes = file.replace('|', "\r\n");
        for chunk in [1, 2, 3, 7, 64, 100_000] {
            let mut source = Chunks {
                bytes: bytes.as_bytes(),
                chunk,
            };
            let mut fields = Fields::new(&mut source, None);
            let mut found = Vec::new();
            while let Some(piece) = fields.next().unwrap() {
                found.push(match piece {
                    Piece::Field(field) => format!(
                        "{}:{} {:?} {}{}",
                        field.place.line,
                        field.place.column,
                        field.tag,
                        field
                            .charset
                            .decode(field.value())
                            .replace("\u{FFFD}\u{FFFD}", "|"),
                        if field.unfinished { " ..." } else { "" }
                    ),
                    Piece::End => "End".to_owned(),
                    Piece::DamagedEnd(place) => {
                        format!("{}:{} DamagedEnd", place.line, place.column)
                    }
                    Piece::Envelope(_) => "Envelope".to_owned(),
                    Piece::Stray(line) => format!("Stray {}", line.charset.decode(line.raw)),
                    Piece::TooLong(_) => "TooLong".to_owned(),
                });
            }
            assert_eq!(found, pieces, "chunks of {chunk}");
        }
    }

    struct Chunks<'a> {
        bytes: &'a [u8],
        chunk: usize,
    }

    impl ByteSource for Chunks<'_> {
        fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
            let size = self.chunk.min(into.len());
            self.bytes.pull(&mut into[..size])
        }
    }

    #[test]
    fn fields_lines_and_ends() {
        check(
            ":20:A|:25:1|:61:x|SUP|:86:t|u|:62F:C|-|",
            &[
                "1:1 Reference A",
                "2:1 Account 1",
                "3:1 Entry x|SUP",
                "5:1 Text t|u",
                "7:1 Closing C",
                "End",
            ],
        );
    }

    #[test]
    fn the_last_line_may_miss_its_end() {
        check(":62F:C|-", &["1:1 Closing C", "End"]);
        check(":62F:C", &["1:1 Closing C ..."]);
        check(":86:abc|de", &["1:1 Text abc|de ..."]);
    }

    #[test]
    fn text_may_look_like_tags_and_ends() {
        check(
            ":86:a|-|b|-2014 c|:12:11|:25:30|:20:15|:K: 1|:61:y|",
            &[
                "1:1 Text a|-|b|-2014 c|:12:11|:25:30|:20:15|:K: 1",
                "9:1 Entry y",
            ],
        );
    }

    #[test]
    fn a_message_may_end_inside_a_text() {
        check(
            ":86:a|-|:20:B|:25:2|",
            &["1:1 Text a", "End", "3:1 Reference B", "4:1 Account 2"],
        );
        check(
            ":86:a|:20:B|:25:2|",
            &["1:1 Text a", "2:1 Reference B", "3:1 Account 2"],
        );
        check(
            ":86:a|-}{5:}|{1:F01}{2:I940}{4:|:20:B|",
            &["1:1 Text a", "End", "Envelope", "4:1 Reference B"],
        );
    }

    #[test]
    fn marks_of_mbank_and_alior() {
        check(
            "\u{1}|:20:A|:62F:C|-\u{3}|",
            &["2:1 Reference A", "3:1 Closing C", "End"],
        );
        check("{:20:A|:25:1|", &["1:2 Reference A", "2:1 Account 1"]);
        check("{|:20:A|", &["Envelope", "2:1 Reference A"]);
    }

    #[test]
    fn other_lines_are_kept_to_be_complained_about() {
        check("Wyciąg|:20:A|", &["Stray Wyciąg", "2:1 Reference A"]);
    }

    #[test]
    fn german_line_ends() {
        check("@@:20:A@@:25:1@@", &["2:1 Reference A", "3:1 Account 1"]);
    }

    #[test]
    fn an_endless_field_is_given_up() {
        let mut file = b":86:".to_vec();
        file.resize(LONGEST_FIELD + 10, b'x');
        let mut source = file.as_slice();
        let mut fields = Fields::new(&mut source, None);
        assert!(matches!(fields.next(), Ok(Some(Piece::TooLong(_)))));
    }
}
