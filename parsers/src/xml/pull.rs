//! One node after the other.

use kantor_model::Place;

use super::escape::unescape_into;
use super::problem::{Fault, Problem};
use super::scan::{self, Content, Kind, Lack, Name, Token};
use super::tag::Tag;
use super::window::Window;
use crate::charset::Charset;
use crate::source::ByteSource;

/// Elements may stand inside of each other this deep.
const DEEPEST: usize = 64;

/// What comes next in a document. It borrows from the reader, until the next one.
#[derive(Debug)]
pub(crate) enum Node<'x> {
    /// An element begins, and the next thing in it is another element.
    Open(Tag<'x>),
    /// A whole element without elements in it: its tag and its text. References are replaced and
    /// CDATA sections are joined; white space is kept as the file has it.
    Leaf(Tag<'x>, &'x str),
    /// The element ends that was opened last.
    Close,
}

/// A document that is read node by node.
pub(crate) struct Xml<'s, S: ByteSource> {
    window: Window<'s, S>,
    /// The qualified names of the open elements, one after the other, and where each begins.
    names: String,
    open: Vec<usize>,
    /// The text of the last leaf, where it does not stand in the window as it is.
    scratch: String,
    /// Where the last node begins, and where its text does.
    node: usize,
    text: usize,
    begun: bool,
}

impl<'s, S: ByteSource> Xml<'s, S> {
    /// A document from its beginning; a code page that is demanded wins over the declaration.
    pub(crate) fn new(source: &'s mut S, demanded: Option<Charset>) -> Xml<'s, S> {
        Xml {
            window: Window::new(source, demanded),
            names: String::new(),
            open: Vec::new(),
            scratch: String::new(),
            node: 0,
            text: 0,
            begun: false,
        }
    }

    /// The next node; `None` after the root element.
    ///
    /// # Errors
    /// The source failed, or the file is damaged here; nothing can be read after that.
    pub(crate) fn next(&mut self) -> Result<Option<Node<'_>>, Fault> {
        let Some(token) = self.token(false)? else {
            return Ok(None);
        };
        match token.kind {
            Kind::Open(name) => {
                self.push(&name)?;
                Ok(Some(Node::Open(self.tag(&name))))
            }
            Kind::Leaf(name, content) => self.leaf(&name, content).map(Some),
            Kind::Close(_) | Kind::Aside | Kind::Text => Ok(Some(Node::Close)),
        }
    }

    /// Passes over everything up to the end of the element that was opened last. What stands in it
    /// is looked at for its tags only.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let depth = self.open.len();
        while self.open.len() >= depth {
            let Some(token) = self.token(true)? else {
                return Ok(());
            };
            if let Kind::Open(name) = &token.kind {
                self.push(name)?;
            }
        }
        Ok(())
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where the last node begins.
    pub(crate) fn place(&mut self) -> Place {
        self.window.mark(self.node)
    }

    /// Where the text of the last leaf begins; where another node does.
    pub(crate) fn text_place(&self) -> Place {
        self.window.place_of(self.text)
    }

    /// The last node as the file has it, up to the end of its line.
    pub(crate) fn excerpt(&self) -> String {
        self.window.excerpt(self.node)
    }

    /// The code page, as far as interfaces know it; UTF-16 is told as UTF-8.
    pub(crate) fn charset(&self) -> Charset {
        self.window.charset()
    }

    /// Whether something so far could not be read in its encoding, and stands as U+FFFD.
    pub(crate) fn is_lossy(&self) -> bool {
        self.window.is_lossy()
    }

    /// The next token that is a node; closing tags are checked and popped. Text beside elements is
    /// passed over where all is.
    fn token(&mut self, skipping: bool) -> Result<Option<Token>, Fault> {
        loop {
            let at = self.window.position();
            let token = match scan::token(self.window.text(), at) {
                Ok(token) => token,
                Err(Lack::Wrong(problem, at)) => return Err(self.window.broken(&problem, at)),
                Err(Lack::More) if self.window.is_at_end() => return self.end(at),
                Err(Lack::More) => {
                    self.window.fill()?;
                    continue;
                }
            };
            (self.node, self.text) = (at, at);
            match &token.kind {
                Kind::Open(_) | Kind::Leaf(..) if self.open.is_empty() && self.begun => {
                    return Err(self.malformed("a second root element begins here", at));
                }
                Kind::Open(_) | Kind::Leaf(..) => self.begun = true,
                Kind::Close(name) => self.pop(name.start, name.end, at)?,
                Kind::Aside => {
                    self.window.advance_to(token.end);
                    continue;
                }
                Kind::Text if skipping => {
                    let rest = self.window.text().get(token.end..).unwrap_or_default();
                    let next = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
                    self.window.advance_to(token.end + next);
                    continue;
                }
                Kind::Text if self.open.is_empty() && self.begun => {
                    return self.trailing(token.end);
                }
                Kind::Text => {
                    return Err(self.malformed("text stands between elements", token.end));
                }
            }
            self.window.advance_to(token.end);
            return Ok(Some(token));
        }
    }

    fn malformed(&self, what: &'static str, at: usize) -> Fault {
        self.window.broken(&Problem::Malformed(what), at)
    }

    /// No token follows what is at the end of the file.
    fn end(&mut self, at: usize) -> Result<Option<Token>, Fault> {
        let whole = self.open.is_empty() && self.begun && self.window.text().len() == at;
        if whole {
            return Ok(None);
        }
        let open = scan::short(self.innermost());
        let end = self.window.text().len();
        let excerpt = self.window.excerpt(at);
        let place = self.window.place_of(end);
        let problem = Problem::Truncated { open };
        Err(Fault::Broken(Box::new(problem.at(place, excerpt))))
    }

    /// After the root element there is nothing but the byte 0x1A that DOS programs put there.
    fn trailing(&mut self, at: usize) -> Result<Option<Token>, Fault> {
        while !self.window.is_at_end() {
            self.window.fill()?;
        }
        let rest = self.window.text().get(self.window.position()..);
        let nothing = |character: char| character.is_whitespace() || character == '\u{FFFD}';
        if rest.unwrap_or_default().chars().all(nothing) {
            return Ok(None);
        }
        Err(self.malformed("text follows the root element", at))
    }

    fn innermost(&self) -> &str {
        let start = self.open.last().copied().unwrap_or_default();
        self.names.get(start..).unwrap_or_default()
    }

    fn push(&mut self, name: &Name) -> Result<(), Fault> {
        if self.open.len() == DEEPEST {
            return Err(self.window.broken(&Problem::TooDeep, self.node));
        }
        let qualified = self.window.text().get(name.qualified.clone());
        self.open.push(self.names.len());
        self.names.push_str(qualified.unwrap_or_default());
        Ok(())
    }

    fn pop(&mut self, start: usize, end: usize, at: usize) -> Result<(), Fault> {
        let name = self.window.text().get(start..end).unwrap_or_default();
        if self.open.is_empty() {
            return Err(self.malformed("a closing tag closes nothing", at));
        }
        if name != self.innermost() {
            let close = scan::short(name);
            let open = scan::short(self.innermost());
            return Err(self.window.broken(&Problem::Unpaired { open, close }, at));
        }
        if let Some(start) = self.open.pop() {
            self.names.truncate(start);
        }
        Ok(())
    }

    fn tag(&self, name: &Name) -> Tag<'_> {
        let text = self.window.text();
        Tag {
            name: text.get(name.local.clone()).unwrap_or_default(),
            attributes: text.get(name.attributes.clone()).unwrap_or_default(),
        }
    }

    fn leaf(&mut self, name: &Name, content: Content) -> Result<Node<'_>, Fault> {
        let range = match content {
            Content::Plain(range) => {
                self.text = range.start;
                let text = self.window.text().get(range).unwrap_or_default();
                return Ok(Node::Leaf(self.tag(name), text));
            }
            Content::Escaped(range) => {
                self.scratch.clear();
                self.text = range.start;
                let text = self.window.text().get(range.clone()).unwrap_or_default();
                unescape_into(text, &mut self.scratch).map(|()| range)
            }
            Content::Mixed(range) => {
                self.scratch.clear();
                self.text = range.start;
                let text = self.window.text().get(range.clone()).unwrap_or_default();
                joined(text, &mut self.scratch).map(|()| range)
            }
        };
        match range {
            Ok(_) => Ok(Node::Leaf(self.tag(name), &self.scratch)),
            Err(problem) => Err(self.window.broken(&problem, self.text)),
        }
    }
}

/// Adds the text between comments and processing instructions, and that of CDATA sections.
fn joined(text: &str, out: &mut String) -> Result<(), Problem> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        unescape_into(before, out)?;
        let (body, closing) = if let Some(literal) = after.strip_prefix("![CDATA[") {
            let (literal, after) = literal.split_once("]]>").unwrap_or((literal, ""));
            out.push_str(literal);
            rest = after;
            continue;
        } else if let Some(comment) = after.strip_prefix("!--") {
            (comment, "-->")
        } else {
            (after, "?>")
        };
        rest = body.split_once(closing).map_or("", |(_, after)| after);
    }
    unescape_into(rest, out)
}

/// The first elements of a document, from its first bytes: of each the local name and its
/// attributes as written. Empty when this is no XML. For telling what a file is.
pub(crate) fn outline(head: &[u8], most: usize) -> Vec<(String, String)> {
    let mut source = head;
    let mut xml = Xml::new(&mut source, None);
    let mut found = Vec::new();
    while found.len() < most {
        match xml.next() {
            Ok(Some(Node::Open(tag) | Node::Leaf(tag, _))) => {
                found.push((tag.name.to_owned(), tag.attributes.to_owned()));
            }
            Ok(Some(Node::Close)) => {}
            // Telling what a file is does not judge it.
            Ok(None) | Err(_) => break,
        }
    }
    found
}
