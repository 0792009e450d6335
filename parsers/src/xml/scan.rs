//! What stands next in a text: one token of XML, or too little of it.
//!
//! Positions are offsets in the whole text, so that nothing borrows from a window that may move.

use std::ops::Range;

use super::problem::Problem;

/// One token, and where it ends.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// `<name ...>`; what follows is another element.
    Open(Name),
    /// `<name ...>text</name>` or `<name/>`.
    Leaf(Name, Content),
    /// `</name>`.
    Close(Range<usize>),
    /// A comment, a processing instruction, white space.
    Aside,
    /// Text beside elements, from where the token ends on; or a CDATA section.
    Text,
}

/// Where the parts of a tag stand.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// The name with its prefix.
    pub(super) qualified: Range<usize>,
    /// The local name.
    pub(super) local: Range<usize>,
    pub(super) attributes: Range<usize>,
}

/// The text of a leaf.
#[derive(Debug)]
pub(super) enum Content {
    /// As it stands.
    Plain(Range<usize>),
    /// With references.
    Escaped(Range<usize>),
    /// With comments or CDATA sections between.
    Mixed(Range<usize>),
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum Lack {
    /// It is not whole: more text is needed.
    More,
    /// It is wrong, at this offset.
    Wrong(Problem, usize),
}

type Scan<T> = Result<T, Lack>;

fn wrong<T>(what: &'static str, at: usize) -> Scan<T> {
    Err(Lack::Wrong(Problem::Malformed(what), at))
}

/// The next byte that is searched for, at or after `from`.
fn find(text: &str, from: usize, byte: u8) -> Scan<usize> {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    memchr::memchr(byte, rest)
        .map(|found| from + found)
        .ok_or(Lack::More)
}

/// The token at `at`.
pub(super) fn token(text: &str, at: usize) -> Scan<Token> {
    let bytes = text.as_bytes();
    match bytes.get(at) {
        None => return Err(Lack::More),
        Some(b'<') => {}
        Some(_) => return beside(text, at),
    }
    match bytes.get(at + 1) {
        None => Err(Lack::More),
        Some(b'/') => close(text, at),
        Some(b'!' | b'?') => {
            let end = aside(text, at)?;
            let rest = text.get(at..).unwrap_or_default();
            let kind = if rest.starts_with("<![CDATA[") {
                Kind::Text
            } else {
                Kind::Aside
            };
            Ok(Token { kind, end })
        }
        Some(_) => element(text, at),
    }
}

/// White space or text up to the next tag.
fn beside(text: &str, at: usize) -> Scan<Token> {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let blank = rest
        .iter()
        .position(|byte| !is_space(*byte))
        .unwrap_or(rest.len());
    let end = at + blank;
    match rest.get(blank) {
        Some(b'<') => Ok(Token {
            kind: Kind::Aside,
            end,
        }),
        // White space is passed as it comes, however much of it there is.
        None if blank > 0 => Ok(Token {
            kind: Kind::Aside,
            end,
        }),
        _ => Ok(Token {
            kind: Kind::Text,
            end,
        }),
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Where a comment, a processing instruction or a CDATA section ends.
fn aside(text: &str, at: usize) -> Scan<usize> {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let until = |opening: &[u8], closing: &[u8]| {
        let body = rest.get(opening.len()..).unwrap_or_default();
        memchr::memmem::find(body, closing)
            .map(|found| at + opening.len() + found + closing.len())
            .ok_or(Lack::More)
    };
    for (opening, closing) in [
        (&b"<?"[..], &b"?>"[..]),
        (b"<!--", b"-->"),
        (b"<![CDATA[", b"]]>"),
    ] {
        if rest.starts_with(opening) {
            return until(opening, closing);
        }
        if opening.starts_with(rest) {
            return Err(Lack::More);
        }
    }
    Err(Lack::Wrong(Problem::Doctype, at))
}

fn close(text: &str, at: usize) -> Scan<Token> {
    let end = find(text, at, b'>')?;
    let name = text.get(at + 2..end).unwrap_or_default();
    let length = name.trim_ascii_end().len();
    Ok(Token {
        kind: Kind::Close(at + 2..at + 2 + length),
        end: end + 1,
    })
}

/// A tag that begins an element, with the whole element where it holds text only.
fn element(text: &str, at: usize) -> Scan<Token> {
    let (name, end, empty) = tag(text, at)?;
    if empty {
        return Ok(Token {
            kind: Kind::Leaf(name, Content::Plain(end..end)),
            end,
        });
    }
    let bytes = text.as_bytes();
    let rest = bytes.get(end..).unwrap_or_default();
    let first = end + memchr::memchr2(b'<', b'&', rest).ok_or(Lack::More)?;
    let escaped = bytes.get(first) == Some(&b'&');
    let next = if escaped {
        find(text, first, b'<')?
    } else {
        first
    };
    match bytes.get(next + 1) {
        None => Err(Lack::More),
        Some(b'/') => {
            let content = if escaped {
                Content::Escaped(end..next)
            } else {
                Content::Plain(end..next)
            };
            leaf(text, name, content, next)
        }
        Some(b'!' | b'?') => broken_leaf(text, name, end, next),
        Some(_) => Ok(Token {
            kind: Kind::Open(name),
            end,
        }),
    }
}

/// The closing tag of a leaf, at `at`.
fn leaf(text: &str, name: Name, content: Content, at: usize) -> Scan<Token> {
    let bytes = text.as_bytes();
    let qualified = bytes.get(name.qualified.clone()).unwrap_or_default();
    let after = at + 2 + qualified.len();
    if bytes.get(at + 2..after) == Some(qualified) && bytes.get(after) == Some(&b'>') {
        return Ok(Token {
            kind: Kind::Leaf(name, content),
            end: after + 1,
        });
    }
    let token = close(text, at)?;
    match &token.kind {
        Kind::Close(closed) if bytes.get(closed.clone()) != Some(qualified) => {
            let text_of = |range: &Range<usize>| short(text.get(range.clone()).unwrap_or_default());
            let open = text_of(&name.qualified);
            let close = text_of(closed);
            Err(Lack::Wrong(Problem::Unpaired { open, close }, at))
        }
        _ => Ok(Token {
            kind: Kind::Leaf(name, content),
            end: token.end,
        }),
    }
}

/// An element whose text is broken by comments or CDATA sections, the first of them at `at`.
fn broken_leaf(text: &str, name: Name, start: usize, at: usize) -> Scan<Token> {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        match bytes.get(at + 1) {
            None => return Err(Lack::More),
            Some(b'/') => return leaf(text, name, Content::Mixed(start..at), at),
            Some(b'!' | b'?') => at = find(text, aside(text, at)?, b'<')?,
            Some(_) => {
                return Ok(Token {
                    kind: Kind::Open(name),
                    end: start,
                });
            }
        }
    }
}

/// The tag at `at`: its parts, where it ends, and whether the element ends with it.
fn tag(text: &str, at: usize) -> Scan<(Name, usize, bool)> {
    let bytes = text.as_bytes();
    let begin = at + 1;
    let mut local = begin;
    let mut end = begin;
    let last = loop {
        match bytes.get(end) {
            None => return Err(Lack::More),
            Some(byte @ (b'>' | b'/' | b' ' | b'\n' | b'\r' | b'\t')) => break *byte,
            Some(b'<' | b'=' | b'"' | b'\'' | b'&') => {
                return wrong("a < begins no tag with a name", at);
            }
            Some(b':') => local = end + 1,
            Some(_) => {}
        }
        end += 1;
    };
    if local == end {
        return wrong("a < begins no tag with a name", at);
    }
    let name = |attributes: Range<usize>| Name {
        qualified: begin..end,
        local: local..end,
        attributes,
    };
    if last == b'>' {
        return Ok((name(end..end), end + 1, false));
    }
    let close = end_of_tag(text, at, end)?;
    let inner = text.get(end..close).unwrap_or_default();
    let (attributes, empty) = match inner.strip_suffix('/') {
        Some(attributes) => (attributes, true),
        None => (inner, false),
    };
    Ok((name(end..end + attributes.len()), close + 1, empty))
}

/// The `>` of a tag; values in quotes may hold one as well.
fn end_of_tag(text: &str, tag: usize, from: usize) -> Scan<usize> {
    let mut at = from;
    loop {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let found = memchr::memchr3(b'"', b'\'', b'>', rest).ok_or(Lack::More)?;
        if memchr::memchr(b'<', rest.get(..found).unwrap_or_default()).is_some() {
            return wrong("a tag has no end before the next one begins", tag);
        }
        match rest.get(found) {
            Some(quote @ (b'"' | b'\'')) => {
                let close = find(text, at + found + 1, *quote)?;
                let value = text.as_bytes().get(at + found + 1..close);
                if memchr::memchr(b'<', value.unwrap_or_default()).is_some() {
                    return wrong("the value of an attribute has no end", tag);
                }
                at = close + 1;
            }
            _ => return Ok(at + found),
        }
    }
}

/// A name, cut where it is long.
pub(super) fn short(name: &str) -> String {
    name.chars().take(40).collect()
}
