//! Text at the wall: lending ours out, and reading theirs only after it was checked.
#![allow(unsafe_code)] // reads pointers of the other side

use std::borrow::Cow;

use crate::abi::{Bytes, PIECE_MAX, TEXT_MAX, Text};
use crate::from_abi::Misfit;

impl Text {
    /// No text.
    pub const ABSENT: Text = Text {
        data: std::ptr::null(),
        length: 0,
    };

    /// Lends a text out. Whoever passes it on keeps `text` alive for as long as the header says.
    pub const fn of(text: &str) -> Text {
        Text {
            data: text.as_ptr(),
            length: text.len() as u64,
        }
    }

    /// Lends out what may be absent.
    pub fn of_optional(text: Option<&str>) -> Text {
        text.map_or(Text::ABSENT, Text::of)
    }

    /// The text, or `None` when it is absent.
    ///
    /// # Safety
    /// `data` leads to `length` bytes that stay readable and unchanged for `'a`.
    ///
    /// # Errors
    /// [`Misfit::Breach`] for text that is too long, not UTF-8, or holds U+0000.
    pub unsafe fn read<'a>(self, what: &str) -> Result<Option<&'a str>, Misfit> {
        if self.data.is_null() {
            return if self.length == 0 {
                Ok(None)
            } else {
                Err(Misfit::breach(format!("{what} is null and has a length")))
            };
        }
        // SAFETY: not null, and the caller vouches for the rest.
        let bytes = unsafe { slice(self.data, self.length, TEXT_MAX, what) }?;
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Misfit::breach(format!("{what} is not UTF-8")))?;
        if text.contains('\0') {
            return Err(Misfit::breach(format!("{what} holds U+0000")));
        }
        Ok(Some(text))
    }

    /// A text that must be present.
    ///
    /// # Safety
    /// As [`Text::read`].
    ///
    /// # Errors
    /// As [`Text::read`], and [`Misfit::Breach`] when it is absent.
    pub unsafe fn read_present<'a>(self, what: &str) -> Result<&'a str, Misfit> {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.read(what) }?.ok_or_else(|| Misfit::breach(format!("{what} is absent")))
    }
}

impl Bytes {
    /// Lends bytes out. Whoever passes them on keeps them alive for as long as the header says.
    pub const fn of(bytes: &[u8]) -> Bytes {
        Bytes {
            data: bytes.as_ptr(),
            length: bytes.len() as u64,
        }
    }

    /// The bytes.
    ///
    /// # Safety
    /// `data` leads to `length` bytes that stay readable and unchanged for `'a`.
    ///
    /// # Errors
    /// [`Misfit::Breach`] for more than [`PIECE_MAX`] bytes, or some bytes at null.
    pub unsafe fn read<'a>(self, what: &str) -> Result<&'a [u8], Misfit> {
        if self.length == 0 {
            return Ok(&[]);
        }
        if self.data.is_null() {
            return Err(Misfit::breach(format!("{what} is null and has a length")));
        }
        // SAFETY: not null, and the caller vouches for the rest.
        unsafe { slice(self.data, self.length, PIECE_MAX, what) }
    }
}

/// # Safety
/// `data` is not null and leads to `length` bytes that stay readable and unchanged for `'a`.
unsafe fn slice<'a>(
    data: *const u8,
    length: u64,
    most: usize,
    what: &str,
) -> Result<&'a [u8], Misfit> {
    match usize::try_from(length) {
        // SAFETY: the caller's promise, for no more bytes than `most`.
        Ok(length) if length <= most => Ok(unsafe { std::slice::from_raw_parts(data, length) }),
        _ => Err(Misfit::breach(format!(
            "{what} has {length} bytes and may have {most}"
        ))),
    }
}

/// Text without U+0000, which may not cross: a stray one is shown as U+FFFD, not dropped.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// As [`clean`], and cut to the limit with an ellipsis: for text about a fact, never for a fact.
pub(crate) fn clean_and_cut(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT_MAX {
        return clean(text);
    }
    let mut end = TEXT_MAX / 2;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (start, _) = text.split_at(end);
    Cow::Owned(format!("{}…", clean(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: Text, expected: Result<Option<&str>, &str>) {
        // SAFETY: the tests lend literals.
        let found = unsafe { text.read("title") };
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(misfit), Err(part)) => {
                let misfit = misfit.to_string();
                assert!(misfit.contains(part), "{misfit}");
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn absent_empty_and_broken_texts_are_told_apart() {
        check(Text::ABSENT, Ok(None));
        check(Text::of(""), Ok(Some("")));
        check(Text::of("zażółć"), Ok(Some("zażółć")));
        check(Text::of("a\0b"), Err("U+0000"));
        check(
            Text {
                length: 3,
                ..Text::ABSENT
            },
            Err("null and has a length"),
        );
        let latin = Bytes::of(b"\xB1\xE6");
        check(
            Text {
                data: latin.data,
                length: latin.length,
            },
            Err("not UTF-8"),
        );
        let long = "x".repeat(TEXT_MAX + 1);
        check(Text::of(&long), Err("65537 bytes and may have 65536"));
    }

    #[test]
    fn zero_characters_are_shown() {
        assert_eq!(clean("a\0b"), "a\u{FFFD}b");
        let long = format!("{}ł", "ż".repeat(TEXT_MAX));
        let cut = clean_and_cut(&long);
        assert!(cut.len() <= TEXT_MAX && cut.ends_with("ż…"));
    }
}
