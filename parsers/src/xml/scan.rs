//! What stands next in a text: one token of XML, or too little of it.
//!
//! Positions are offsets in the whole text, so that nothing borrows from a window that may move.

use std::ops::Range;

use super::problem::Problem;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// `<name ...>`; what follows is another element.
    Open,
    /// `<name ...>text</name>` or `<name/>`.
    Leaf(Content),
    /// `</name>`.
    Close,
    /// A comment, a processing instruction, white space.
    Aside,
    /// Text beside elements, from where the token ends on; or a CDATA section.
    Text,
}

/// The text of a leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// As it stands.
    Plain,
    /// With references.
    Escaped,
    /// With comments or CDATA sections between.
    Mixed,
}

/// One token, and where its parts stand. A window is far shorter than 4 GiB, and small numbers
/// are moved faster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    name: u32,
    local: u32,
    name_end: u32,
    attributes_end: u32,
    text: u32,
    text_end: u32,
    end: u32,
}

impl Token {
    pub(super) fn bare(kind: Kind, end: usize) -> Token {
        Token {
            kind,
            name: 0,
            local: 0,
            name_end: 0,
            attributes_end: 0,
            text: 0,
            text_end: 0,
            end: small(end),
        }
    }

    /// The name with its prefix.
    pub(super) fn qualified(&self) -> Range<usize> {
        self.name as usize..self.name_end as usize
    }

    pub(super) fn local(&self) -> Range<usize> {
        self.local as usize..self.name_end as usize
    }

    pub(super) fn attributes(&self) -> Range<usize> {
        self.name_end as usize..self.attributes_end as usize
    }

    /// The text of a leaf.
    pub(super) fn text(&self) -> Range<usize> {
        self.text as usize..self.text_end as usize
    }

    pub(super) fn end(&self) -> usize {
        self.end as usize
    }
}

fn small(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum Lack {
    /// It is not whole: more text is needed.
    More,
    /// It is wrong, at this offset.
    Wrong(Box<Problem>, usize),
}

type Scan<T> = Result<T, Lack>;

#[cold]
fn wrong<T>(what: &'static str, at: usize) -> Scan<T> {
    Err(Lack::Wrong(Box::new(Problem::Malformed(what)), at))
}

/// The next byte that is searched for, at or after `from`.
fn find(bytes: &[u8], from: usize, byte: u8) -> Scan<usize> {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(byte, rest)
        .map(|found| from + found)
        .ok_or(Lack::More)
}

/// The token at `at`.
pub(super) fn token(bytes: &[u8], at: usize) -> Scan<Token> {
    match bytes.get(at) {
        None => return Err(Lack::More),
        Some(b'<') => {}
        Some(_) => return Ok(beside(bytes, at)),
    }
    match bytes.get(at + 1) {
        None => Err(Lack::More),
        Some(b'/') => close(bytes, at),
        Some(b'!' | b'?') => {
            let end = aside(bytes, at)?;
            let rest = bytes.get(at..).unwrap_or_default();
            let kind = if rest.starts_with(b"<![CDATA[") {
                Kind::Text
            } else {
                Kind::Aside
            };
            Ok(Token::bare(kind, end))
        }
        Some(_) => element(bytes, at),
    }
}

/// White space or text up to the next tag.
fn beside(bytes: &[u8], at: usize) -> Token {
    let rest = bytes.get(at..).unwrap_or_default();
    let blank = rest
        .iter()
        .position(|byte| !is_space(*byte))
        .unwrap_or(rest.len());
    let kind = match rest.get(blank) {
        Some(b'<') => Kind::Aside,
        // White space is passed as it comes, however much of it there is.
        None => Kind::Aside,
        Some(_) => Kind::Text,
    };
    Token::bare(kind, at + blank)
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Where a comment, a processing instruction or a CDATA section ends.
fn aside(bytes: &[u8], at: usize) -> Scan<usize> {
    let rest = bytes.get(at..).unwrap_or_default();
    for (opening, closing) in [
        (&b"<?"[..], &b"?>"[..]),
        (b"<!--", b"-->"),
        (b"<![CDATA[", b"]]>"),
    ] {
        if let Some(body) = rest.strip_prefix(opening) {
            return memchr::memmem::find(body, closing)
                .map(|found| at + opening.len() + found + closing.len())
                .ok_or(Lack::More);
        }
        if opening.starts_with(rest) {
            return Err(Lack::More);
        }
    }
    Err(Lack::Wrong(Box::new(Problem::Doctype), at))
}

fn close(bytes: &[u8], at: usize) -> Scan<Token> {
    let name = at + 2;
    let rest = bytes.get(name..).unwrap_or_default();
    // Names are short: a search would take longer to begin.
    let length = rest
        .iter()
        .position(|byte| *byte == b'>')
        .ok_or(Lack::More)?;
    let inner = rest.get(..length).unwrap_or_default();
    Ok(Token {
        name: small(name),
        name_end: small(name + inner.trim_ascii_end().len()),
        ..Token::bare(Kind::Close, name + length + 1)
    })
}

/// Where the tag `</name>` ends, if it stands at `at` just so.
pub(super) fn closes(bytes: &[u8], at: usize, name: &[u8]) -> Option<usize> {
    if name.is_empty() || bytes.get(at + 1) != Some(&b'/') || bytes.get(at) != Some(&b'<') {
        return None;
    }
    let after = at + 2 + name.len();
    let closed = bytes.get(at + 2..after)?;
    (bytes.get(after) == Some(&b'>') && is_same(closed, name)).then_some(after + 1)
}

/// What is passed on the way to the end of an element that nobody asks for.
pub(super) enum Passed {
    /// A closing tag, by its `<`.
    Closing(usize),
    /// A tag that opens an element: its `<`, and where it ends.
    Opening(usize, usize),
    /// Text, an empty element, a comment, up to here.
    Other(usize),
}

/// The next thing that counts for where an element ends.
pub(super) fn pass(bytes: &[u8], at: usize) -> Scan<Passed> {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some(found) = memchr::memchr(b'<', rest) else {
        return if rest.is_empty() {
            Err(Lack::More)
        } else {
            Ok(Passed::Other(bytes.len()))
        };
    };
    let mark = at + found;
    match bytes.get(mark + 1) {
        None => Err(Lack::More),
        Some(b'/') => Ok(Passed::Closing(mark)),
        Some(b'!' | b'?') => aside(bytes, mark).map(Passed::Other),
        Some(_) => {
            let (token, empty) = tag(bytes, mark)?;
            Ok(if empty {
                Passed::Other(token.end())
            } else {
                Passed::Opening(mark, token.end())
            })
        }
    }
}

/// A tag that begins an element, with the whole element where it holds text only.
fn element(bytes: &[u8], at: usize) -> Scan<Token> {
    let (mut token, empty) = tag(bytes, at)?;
    let end = token.end();
    (token.text, token.text_end) = (token.end, token.end);
    if empty {
        token.kind = Kind::Leaf(Content::Plain);
        return Ok(token);
    }
    let rest = bytes.get(end..).unwrap_or_default();
    let first = end + first_mark(rest).ok_or(Lack::More)?;
    let escaped = bytes.get(first) == Some(&b'&');
    let next = if escaped {
        find(bytes, first, b'<')?
    } else {
        first
    };
    match bytes.get(next + 1) {
        None => Err(Lack::More),
        Some(b'/') if escaped => leaf(bytes, token, Content::Escaped, next),
        Some(b'/') => leaf(bytes, token, Content::Plain, next),
        Some(b'!' | b'?') => broken_leaf(bytes, token, next),
        Some(_) => Ok(token),
    }
}

/// The next `<` or `&`. Most texts are short: a few bytes are looked at one by one first.
fn first_mark(rest: &[u8]) -> Option<usize> {
    const NEAR: usize = 12;
    let near = rest.get(..NEAR).unwrap_or(rest);
    near.iter()
        .position(|byte| matches!(byte, b'<' | b'&'))
        .or_else(|| {
            let far = rest.get(NEAR..)?;
            memchr::memchr2(b'<', b'&', far).map(|found| NEAR + found)
        })
}

/// The closing tag of a leaf, at `at`.
fn leaf(bytes: &[u8], token: Token, content: Content, at: usize) -> Scan<Token> {
    let qualified = bytes.get(token.qualified()).unwrap_or_default();
    let whole = Token {
        kind: Kind::Leaf(content),
        text_end: small(at),
        ..token
    };
    let after = at + 2 + qualified.len();
    let closed = bytes.get(at + 2..after).unwrap_or_default();
    if bytes.get(after) == Some(&b'>') && is_same(closed, qualified) {
        return Ok(Token {
            end: small(after + 1),
            ..whole
        });
    }
    let closing = close(bytes, at)?;
    let closed = bytes.get(closing.qualified()).unwrap_or_default();
    if closed != qualified {
        let open = short(qualified);
        let close = short(closed);
        return Err(Lack::Wrong(Box::new(Problem::Unpaired { open, close }), at));
    }
    Ok(Token {
        end: closing.end,
        ..whole
    })
}

/// The same bytes; quicker than a call for the few that names have.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one == other)
}

/// An element whose text is broken by comments or CDATA sections, the first of them at `at`.
fn broken_leaf(bytes: &[u8], token: Token, at: usize) -> Scan<Token> {
    let mut at = at;
    loop {
        match bytes.get(at + 1) {
            None => return Err(Lack::More),
            Some(b'/') => return leaf(bytes, token, Content::Mixed, at),
            Some(b'!' | b'?') => at = find(bytes, aside(bytes, at)?, b'<')?,
            Some(_) => return Ok(token),
        }
    }
}

/// The tag at `at`: its parts and where it ends; and whether the element ends with it.
fn tag(bytes: &[u8], at: usize) -> Scan<(Token, bool)> {
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
    let mut token = Token {
        name: small(begin),
        local: small(local),
        name_end: small(end),
        attributes_end: small(end),
        ..Token::bare(Kind::Open, end + 1)
    };
    if last == b'>' {
        return Ok((token, false));
    }
    let close = end_of_tag(bytes, at, end)?;
    let inner = bytes.get(end..close).unwrap_or_default();
    let empty = inner.last() == Some(&b'/');
    token.attributes_end = small(close - usize::from(empty));
    token.end = small(close + 1);
    Ok((token, empty))
}

/// The `>` of a tag; values in quotes may hold one as well.
fn end_of_tag(bytes: &[u8], tag: usize, from: usize) -> Scan<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let found = rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\'' | b'>' | b'<'))
            .ok_or(Lack::More)?;
        match rest.get(found) {
            Some(quote @ (b'"' | b'\'')) => {
                let close = find(bytes, at + found + 1, *quote)?;
                let value = bytes.get(at + found + 1..close).unwrap_or_default();
                if value.contains(&b'<') {
                    return wrong("the value of an attribute has no end", tag);
                }
                at = close + 1;
            }
            Some(b'<') => return wrong("a tag has no end before the next one begins", tag),
            _ => return Ok(at + found),
        }
    }
}

/// A name, cut where it is long.
pub(super) fn short(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(40).collect()
}
