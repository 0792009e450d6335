//! Small things about bytes and lines that several formats need.

use kantor_model::Place;

use crate::Charset;

/// The lines of a field, without their ends.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', bytes)
        .chain([bytes.len()])
        .map(move |end| {
            let line = bytes.get(start..end).unwrap_or_default();
            start = end + 1;
            line.strip_suffix(b"\r").unwrap_or(line)
        })
}

/// Spaces and tabs off both ends.
pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

/// Joins the physical lines of a field with nothing between them.
pub(crate) fn join_lines(bytes: &[u8], into: &mut Vec<u8>) {
    into.clear();
    let mut rest = bytes;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let (line, after) = rest.split_at_checked(end).unwrap_or_default();
        into.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        rest = after.get(1..).unwrap_or_default();
    }
    into.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
}

/// Joins lines that were wrapped at `width` characters. A line of the full width goes on without
/// a gap, because a wrap can fall inside a word; a shorter one that lost its trailing space gets
/// one space. Runs of spaces become one, and none stays at the ends.
pub(crate) fn join_wrapped(bytes: &[u8], width: usize, charset: Charset, into: &mut Vec<u8>) {
    into.clear();
    for line in lines(bytes) {
        into.extend_from_slice(line);
        if charset.count(line) < width {
            into.push(b' ');
        }
    }
    into.dedup_by(|next, before| *next == b' ' && *before == b' ');
    if into.last() == Some(&b' ') {
        into.pop();
    }
    if into.first() == Some(&b' ') {
        into.remove(0);
    }
}

/// The text with each run of spaces as one space, and none at its ends.
pub(crate) fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The trimmed text, unless nothing is left.
pub(crate) fn present(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A count as a line or column number.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The place `offset` bytes into `bytes`, which begin at `start`.
pub(crate) fn place_in(bytes: &[u8], offset: usize, start: Place, charset: Charset) -> Place {
    let before = bytes.get(..offset).unwrap_or(bytes);
    match memchr::memrchr(b'\n', before) {
        None => Place {
            line: start.line,
            column: start.column.saturating_add(number(charset.count(before))),
        },
        Some(end) => Place {
            line: start
                .line
                .saturating_add(number(memchr::memchr_iter(b'\n', before).count())),
            column: number(charset.count(before.get(end + 1..).unwrap_or_default()))
                .saturating_add(1),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_join_as_they_were_cut() {
        let check = |field: &str, width: usize, joined: &str| {
            let mut into = Vec::new();
            join_wrapped(field.as_bytes(), width, Charset::Utf8, &mut into);
            assert_eq!(String::from_utf8(into).unwrap(), joined);
        };
        check("TYT.: PRZELEW \r\nSRODKOW", 20, "TYT.: PRZELEW SRODKOW");
        check("TYT.: PRZELEW\r\nSRODKOW", 20, "TYT.: PRZELEW SRODKOW");
        check("TYT.: PRZELEW SROD\r\nKOW", 18, "TYT.: PRZELEW SRODKOW");
        check("A   B  \n\n C ", 65, "A B C");
        check("zażółć gęś\nlą", 10, "zażółć gęślą");
    }

    #[test]
    fn places_count_characters_and_lines() {
        let start = Place { line: 7, column: 5 };
        let check = |offset: usize, line: u32, column: u32| {
            let bytes = "żab\r\nłąka".as_bytes();
            assert_eq!(
                place_in(bytes, offset, start, Charset::Utf8),
                Place { line, column }
            );
        };
        check(0, 7, 5);
        check(2, 7, 6);
        check(6, 8, 1);
        check(10, 8, 3);
    }
}
