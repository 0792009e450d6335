//! XML as banks write it, read once from the beginning to the end, in memory that does not grow
//! with the file.
//!
//! [`Xml`] gives one [`Node`] after the other: an element with elements in it opens and closes,
//! an element with text is one [`Leaf`](Node::Leaf). Names are local names: prefixes are cut off.
//! Comments, processing instructions and white space between elements are passed over.
//!
//! Nothing is ever looked up or replaced: a document type declaration is a complaint, and the only
//! references are the five of XML itself and characters by number. Depth and length are bounded.
//! The encoding is that of the byte order mark, else the one that the XML declaration names, else
//! UTF-8.

mod decode;
mod escape;
mod problem;
mod pull;
mod scan;
mod tag;
mod window;

pub(crate) use problem::{Fault, TRUNCATED};
pub(crate) use pull::{Node, Xml, first_fault, outline};
pub(crate) use tag::Tag;

use crate::Charset;

/// The code page of an XML file that begins so, and why; `None` where it is no XML.
pub(crate) fn encoding(head: &[u8]) -> Option<(Charset, String)> {
    decode::Decoding::evidence(head)
}

#[cfg(test)]
mod tests;
