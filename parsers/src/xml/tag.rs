//! The tag that an element begins with: its name and its attributes.

use std::borrow::Cow;

use super::escape::unescape;

/// A tag. It borrows from the reader, until the next node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'x> {
    /// The local name of the element.
    pub(crate) name: &'x str,
    /// Everything between name and end of the tag, as written.
    pub(crate) attributes: &'x str,
}

impl<'x> Tag<'x> {
    /// The value of the attribute of this local name; `None` where there is none, or where it
    /// cannot be read.
    pub(crate) fn attribute(&self, name: &str) -> Option<Cow<'x, str>> {
        let mut rest = self.attributes;
        while let Some((qualified, value, after)) = next_attribute(rest) {
            if local(qualified) == name {
                return unescape(value).ok();
            }
            rest = after;
        }
        None
    }

    /// The namespaces that are declared here, in the order of the file.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &'x str> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (qualified, value, after) = next_attribute(rest)?;
            rest = after;
            Some((qualified, value))
        })
        .filter(|(qualified, _)| *qualified == "xmlns" || qualified.starts_with("xmlns:"))
        .map(|(_, value)| value)
    }
}

/// The part of a name after its prefix.
pub(super) fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// The next name, its value as written, and the rest.
fn next_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, value) = text.split_once('=')?;
    let value = value.trim_ascii_start();
    let quote = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let (value, after) = value.get(1..)?.split_once(quote)?;
    Some((name.trim_ascii(), value, after))
}
