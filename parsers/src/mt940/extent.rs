//! How far a field goes: the quick way through most of a file.

use super::tag::Tag;
use super::window::LONGEST_FIELD;

/// Where a field lies from the read position on.
pub(super) struct Extent {
    pub(super) tag: Tag,
    /// The bytes before its tag.
    pub(super) before: usize,
    pub(super) tag_length: usize,
    /// All up to its last line end.
    pub(super) length: usize,
    /// All with its last line end.
    pub(super) taken: usize,
    pub(super) lines: u32,
    pub(super) unfinished: bool,
}

impl Extent {
    /// The field at the beginning of these bytes, which are ASCII without 0x01 and 0x03: one that
    /// holds text and is there whole, up to the field that follows it. `None` leaves it to a closer
    /// look, which finds the same.
    pub(super) fn of_text(plain: &[u8]) -> Option<Extent> {
        let (tag, tag_length) = Tag::of_line(plain, false).filter(|(tag, _)| tag.holds_text())?;
        let first = memchr::memchr(b'\n', plain)? + 1;
        let more = TextLines::held(plain.get(first..)?);
        let taken = first + more.taken;
        let whole = more.field_follows && taken <= LONGEST_FIELD;
        whole.then(|| Extent {
            tag,
            before: 0,
            tag_length,
            length: without_line_end(plain.get(..taken).unwrap_or_default()).len(),
            taken,
            lines: more.count.saturating_add(1),
            unfinished: false,
        })
    }
}

/// Lines in the middle of a text about which there is no doubt: the quick way through most of a
/// file. What may be an end, and what is not held to its line end, is left to a closer look.
#[derive(Default)]
pub(super) struct TextLines {
    /// The bytes of all of them, without the last line end.
    pub(super) length: usize,
    /// The bytes of all of them.
    pub(super) taken: usize,
    pub(super) count: u32,
    /// After them a field begins.
    pub(super) field_follows: bool,
}

impl TextLines {
    pub(super) fn held(bytes: &[u8]) -> TextLines {
        let mut text = TextLines::default();
        loop {
            let next = bytes.get(text.taken..).unwrap_or_default();
            match next.first() {
                Some(b':') => {
                    // `:20:` may be text, and tags of the header are.
                    text.field_follows =
                        Tag::of_line(next, true).is_some_and(|(tag, _)| tag != Tag::Reference);
                    break;
                }
                Some(b'-' | b'{' | b'}' | 0x01 | 0x03 | 0x1A) | None => break,
                Some(_) => {}
            }
            let Some(end) = memchr::memchr(b'\n', next) else {
                break;
            };
            text.taken += end + 1;
            text.count += 1;
        }
        text.length = without_line_end(bytes.get(..text.taken).unwrap_or_default()).len();
        text
    }
}

/// The lines without the last line end.
fn without_line_end(lines: &[u8]) -> &[u8] {
    let line = lines.strip_suffix(b"\n").unwrap_or(lines);
    line.strip_suffix(b"\r").unwrap_or(line)
}
