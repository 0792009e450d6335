//! The text that is held of a document: from the read position on, as much as the longest token.

use kantor_model::Place;

use super::decode::Decoding;
use super::problem::{Fault, Problem};
use crate::charset::Charset;
use crate::source::{ByteSource, SourceError};

/// A tag, a text or a comment may have this many bytes.
pub(super) const LONGEST_TOKEN: usize = 256 << 10;

/// So many bytes are decoded at a time. Few in tests, so that every token is cut somewhere.
const BLOCK: usize = if cfg!(test) { 64 } else { 64 << 10 };

/// A window on the decoded text of a source.
pub(super) struct Window<'s, S: ByteSource> {
    source: &'s mut S,
    demanded: Option<Charset>,
    /// Settled by the first block.
    decoding: Option<Decoding>,
    block: Vec<u8>,
    text: String,
    /// The read position in `text`.
    start: usize,
    at_end: bool,
    /// A position in `text` whose place is known; places are counted from here on.
    known: (usize, Place),
}

impl<'s, S: ByteSource> Window<'s, S> {
    pub(super) fn new(source: &'s mut S, demanded: Option<Charset>) -> Window<'s, S> {
        Window {
            source,
            demanded,
            decoding: None,
            block: Vec::new(),
            text: String::new(),
            start: 0,
            at_end: false,
            known: (0, Place { line: 1, column: 1 }),
        }
    }

    /// Everything that is held, the part before the read position included.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The read position in [`Window::text`]; what is held before it may be gone after `fill`.
    pub(super) fn position(&self) -> usize {
        self.start
    }

    pub(super) fn advance_to(&mut self, position: usize) {
        self.start = position;
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    pub(super) fn charset(&self) -> Charset {
        self.decoding
            .as_ref()
            .map_or(Charset::Utf8, |decoding| decoding.charset)
    }

    /// Something of what was read so far was not readable in its encoding.
    pub(super) fn is_lossy(&self) -> bool {
        self.decoding
            .as_ref()
            .is_some_and(|decoding| decoding.lossy)
    }

    /// Reads the next block behind what is held, and forgets what was passed.
    pub(super) fn fill(&mut self) -> Result<(), Fault> {
        if self.text.len() - self.start > LONGEST_TOKEN {
            return Err(self.broken(&Problem::TooLong, self.start));
        }
        self.forget();
        let mut read = self.read_block()?;
        if self.decoding.is_none() {
            let head = self.block.get(..read).unwrap_or_default();
            let (decoding, mark) = match Decoding::of(head, self.demanded) {
                Ok(found) => found,
                Err(problem) => return Err(self.broken(&problem, 0)),
            };
            self.decoding = Some(decoding);
            self.block.copy_within(mark..read, 0);
            read -= mark;
        }
        let bytes = self.block.get(..read).unwrap_or_default();
        if let Some(decoding) = &mut self.decoding {
            decoding.decode(bytes, self.at_end, &mut self.text);
        }
        Ok(())
    }

    /// Fills the block, so that how the source cuts its bytes makes no difference.
    fn read_block(&mut self) -> Result<usize, SourceError> {
        self.block.resize(BLOCK, 0);
        let mut read = 0;
        while let Some(room) = self.block.get_mut(read..).filter(|room| !room.is_empty()) {
            let capacity = room.len();
            let count = self.source.pull(room)?.min(capacity);
            if count == 0 {
                self.at_end = true;
                break;
            }
            read += count;
        }
        Ok(read)
    }

    fn forget(&mut self) {
        let passed = self.start;
        if passed == 0 || !self.text.is_char_boundary(passed) {
            return;
        }
        self.known = (0, self.mark(passed));
        self.text.drain(..passed);
        self.start = 0;
    }

    /// The place of a position at or behind the last one that was marked.
    pub(super) fn place_of(&self, position: usize) -> Place {
        let (from, place) = self.known;
        after(place, self.text.get(from..position).unwrap_or_default())
    }

    /// The same, for a position that nobody will ask behind of any more.
    pub(super) fn mark(&mut self, position: usize) -> Place {
        if position > self.known.0 {
            self.known = (position, self.place_of(position));
        }
        self.known.1
    }

    /// The line around a position, cut where it is long.
    pub(super) fn excerpt(&self, position: usize) -> String {
        let rest = self.text.get(position..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        line.chars().take(80).collect()
    }

    pub(super) fn broken(&self, problem: &Problem, position: usize) -> Fault {
        let place = self.place_of(position);
        Fault::Broken(Box::new(problem.at(place, self.excerpt(position))))
    }
}

/// The place after a text that begins at `place`.
pub(super) fn after(place: Place, text: &str) -> Place {
    let count = |bytes: &[u8]| {
        if bytes.is_ascii() {
            bytes.len()
        } else {
            Charset::Utf8.count(bytes)
        }
    };
    let bytes = text.as_bytes();
    let number = crate::text::number;
    match memchr::memrchr(b'\n', bytes) {
        None => Place {
            line: place.line,
            column: place.column.saturating_add(number(count(bytes))),
        },
        Some(end) => Place {
            line: place
                .line
                .saturating_add(number(memchr::memchr_iter(b'\n', bytes).count())),
            column: number(count(bytes.get(end + 1..).unwrap_or_default())).saturating_add(1),
        },
    }
}
