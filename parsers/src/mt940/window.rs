//! The bytes that are held of a stream: from the read position on, as many as were asked for.

use crate::source::{ByteSource, SourceError};

/// A line or a field may have this many bytes. SWIFT knows 390, MultiCash 800; a longer one is not
/// MT940.
pub(crate) const LONGEST_FIELD: usize = 64 << 10;

/// The first size. It doubles until it holds what is looked at together.
const FIRST_SIZE: usize = 64 << 10;

/// A window on a source.
pub(crate) struct Window<'s, S: ByteSource> {
    source: &'s mut S,
    bytes: Vec<u8>,
    /// The unread part of `bytes`.
    start: usize,
    end: usize,
    at_end: bool,
    begun: bool,
    /// `@@` stands for a line end, as German BTX files have it.
    btx: bool,
    /// From here on all that is held is ASCII without 0x01 and 0x03.
    plain_from: usize,
}

/// What a line is.
pub(crate) struct Line {
    /// Its bytes without its end.
    pub(crate) length: usize,
    /// Its bytes with its end.
    pub(crate) taken: usize,
    /// It has no end: the file stops here.
    pub(crate) unfinished: bool,
}

impl<'s, S: ByteSource> Window<'s, S> {
    pub(crate) fn new(source: &'s mut S) -> Window<'s, S> {
        Window {
            source,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            at_end: false,
            begun: false,
            btx: false,
            plain_from: 0,
        }
    }

    /// What is held from the read position on.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether all of it is ASCII without the marks 0x01 and 0x03, looked at once as it comes: such
    /// bytes read alike in every code page, and nothing is hidden before a tag.
    pub(crate) fn is_plain(&self) -> bool {
        self.start >= self.plain_from
    }

    /// What is held from `offset` bytes after the read position on.
    pub(crate) fn from(&self, offset: usize) -> &[u8] {
        self.rest().get(offset..).unwrap_or_default()
    }

    /// The next bytes: so many, or as many as the file has.
    pub(crate) fn hold(&mut self, count: usize) -> Result<&[u8], SourceError> {
        while self.end - self.start < count && !self.at_end {
            self.fill()?;
        }
        let rest = self.rest();
        Ok(rest.get(..count).unwrap_or(rest))
    }

    /// Moves the read position on; the bytes that were passed stay where they are until more are
    /// held.
    pub(crate) fn take(&mut self, count: usize) -> &[u8] {
        let from = self.start;
        self.start = (from + count).min(self.end);
        self.bytes.get(from..self.start).unwrap_or_default()
    }

    /// Settles how lines end, and passes the mark of UTF-8; says whether there was one. Only the
    /// first call looks.
    pub(crate) fn begin(&mut self) -> Result<bool, SourceError> {
        if self.begun {
            return Ok(false);
        }
        self.begun = true;
        let first = self.hold(3)?;
        if first == b"\xEF\xBB\xBF" {
            self.take(3);
            return Ok(true);
        }
        if first.starts_with(b"@@") {
            self.btx = true;
            self.replace_btx(self.start);
        }
        Ok(false)
    }

    fn fill(&mut self) -> Result<(), SourceError> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.plain_from = self.plain_from.saturating_sub(self.start);
            self.start = 0;
        }
        if self.bytes.is_empty() {
            // Fresh zeros cost nothing.
            self.bytes = vec![0; FIRST_SIZE];
        } else if self.end == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let capacity = room.len();
        let count = self.source.pull(room)?.min(capacity);
        let fresh = room.get(..count).unwrap_or_default();
        if !fresh.is_ascii() || memchr::memchr2(0x01, 0x03, fresh).is_some() {
            self.plain_from = self.end + count;
        }
        self.at_end = count == 0;
        self.end += count;
        if self.btx {
            // The mark may have been cut in two by the end of what was held.
            self.replace_btx((self.end - count).saturating_sub(1));
        }
        Ok(())
    }

    /// `@@` becomes a line end of the same length.
    fn replace_btx(&mut self, from: usize) {
        let mut at = from;
        while let Some(found) = self
            .bytes
            .get(at..self.end)
            .and_then(|bytes| memchr::memmem::find(bytes, b"@@"))
        {
            let begin = at + found;
            if let Some(pair) = self.bytes.get_mut(begin..begin + 2) {
                pair.copy_from_slice(b"\r\n");
            }
            at = begin + 2;
        }
    }

    /// The line that begins `offset` bytes after the read position; `None` at the end of the file.
    /// Holds more until the line is whole, or until it is longer than [`LONGEST_FIELD`].
    pub(crate) fn line_at(&mut self, offset: usize) -> Result<Option<Line>, SourceError> {
        let mut searched = 0;
        loop {
            let bytes = self.from(offset);
            if let Some(found) = memchr::memchr(b'\n', bytes.get(searched..).unwrap_or_default()) {
                let end = searched + found;
                let line = bytes.get(..end).unwrap_or_default();
                return Ok(Some(Line {
                    length: line.strip_suffix(b"\r").unwrap_or(line).len(),
                    taken: end + 1,
                    unfinished: false,
                }));
            }
            searched = bytes.len();
            if self.at_end || searched > LONGEST_FIELD {
                let length = without_end_of_file(bytes).len();
                return Ok((searched > 0).then_some(Line {
                    length,
                    taken: searched,
                    unfinished: true,
                }));
            }
            self.fill()?;
        }
    }
}

/// Without the byte 0x1A that DOS programs put at the end of a file.
fn without_end_of_file(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., 0x1A | b'\r'] = bytes {
        bytes = rest;
    }
    bytes
}
