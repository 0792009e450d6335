//! The code page of a stream, settled by a window of bounded size at the first letter that needs it.

use super::detect::{detect_preferring, tells_apart};
use super::{Charset, Evidence, FILLER};

/// How many bytes are looked at, counted from the beginning of the field that holds the first
/// byte above ASCII. A file that is shorter from there on is looked at whole.
pub(crate) const WINDOW: usize = 256 << 10;

/// What is known of a stream's code page so far.
///
/// ASCII reads the same in every page, so nothing is decided before the first byte above it, however
/// late that comes; then the next [`WINDOW`] bytes decide. While they leave Windows-1250 and
/// ISO-8859-2 equal, both read the text the same, and the first byte on which they differ opens
/// another window. So the decision depends on the bytes alone, not on how they were cut into chunks,
/// and is that of the whole file for every file up to the window's size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Settling {
    /// Nothing above ASCII was seen yet.
    Open,
    /// Windows-1250 or ISO-8859-2; all text so far reads the same in both.
    Either,
    /// Settled for the rest of the file.
    Settled(Charset),
}

impl Settling {
    /// The page to decode with now.
    pub(crate) fn charset(self) -> Charset {
        match self {
            Settling::Open | Settling::Either => Charset::Windows1250,
            Settling::Settled(charset) => charset,
        }
    }

    /// Whether these bytes cannot be decoded before a window was looked at.
    pub(crate) fn needs_window(self, bytes: &[u8]) -> bool {
        match self {
            Settling::Open => {
                !bytes.is_ascii() && bytes.iter().any(|byte| !byte.is_ascii() && *byte != FILLER)
            }
            Settling::Either => !bytes.is_ascii() && bytes.iter().any(|byte| tells_apart(*byte)),
            Settling::Settled(_) => false,
        }
    }

    /// What is known after looking at a window.
    pub(crate) fn after(self, window: &[u8]) -> Settling {
        self.after_preferring(window, &[])
    }

    /// As [`Settling::after`], with the pages that the bank is known to use, which decide where the
    /// letters speak for several alike.
    pub(crate) fn after_preferring(self, window: &[u8], preferred: &[Charset]) -> Settling {
        let detection = detect_preferring(window, preferred);
        match (self, detection.evidence, detection.charset) {
            (Settling::Settled(charset), _, _) => Settling::Settled(charset),
            (known, Evidence::Ascii, _) => known,
            (_, Evidence::SameText, _) => Settling::Either,
            // Text was already delivered as one of these two; another page cannot be meant.
            (Settling::Either, _, Charset::Utf8 | Charset::Cp852) => {
                Settling::Settled(Charset::Windows1250)
            }
            (
                Settling::Open | Settling::Either,
                Evidence::Mark | Evidence::WellFormed | Evidence::Letters { .. },
                charset,
            ) => Settling::Settled(charset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_and_fillers_leave_it_open() {
        assert!(!Settling::Open.needs_window(b"PRZELEW ~21\xFF"));
        assert_eq!(Settling::Open.after(b"abc\xFF"), Settling::Open);
    }

    #[test]
    fn two_equal_pages_wait_for_a_byte_that_tells_them_apart() {
        let either = Settling::Open.after(b"\xD3SMY");
        assert_eq!(either, Settling::Either);
        assert!(!either.needs_window(b"\xD3"));
        assert!(either.needs_window(b"\xA1"));
        assert_eq!(
            either.after(b"URZ\xA1D"),
            Settling::Settled(Charset::Iso8859_2)
        );
    }
}
