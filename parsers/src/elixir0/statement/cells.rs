//! The fields of a line as text.

use std::borrow::Cow;

use crate::charset::Charset;
use crate::elixir0::field::Field;
use crate::transfers::wrap::{WIDTH, unwrap};

/// The fields of a line as text; an absent one is empty.
pub(super) struct Cells<'f, 'l> {
    pub(super) fields: &'f [Field<'l>],
    pub(super) charset: Charset,
}

impl<'f> Cells<'f, '_> {
    pub(super) fn bytes(&self, index: usize) -> &'f [u8] {
        self.fields.get(index).map_or(b"", |field| &field.value)
    }

    pub(super) fn offset(&self, index: usize) -> usize {
        self.fields.get(index).map_or(0, |field| field.offset)
    }

    pub(super) fn text(&self, index: usize) -> Cow<'f, str> {
        self.charset.decode(self.bytes(index).trim_ascii())
    }

    /// A text of several lines as one; lines that are left empty say nothing.
    pub(super) fn lines(&self, index: usize) -> Cow<'f, str> {
        let bytes = self.bytes(index);
        if !bytes.contains(&b'|') {
            return self.text(index);
        }
        let text = self.charset.decode(bytes);
        let lines = text.split('|').filter(|line| !line.trim().is_empty());
        Cow::Owned(unwrap(lines, WIDTH).trim().to_owned())
    }
}

/// The text, unless it is empty.
pub(super) fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
