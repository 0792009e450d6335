//! One node after the other.

use kantor_model::{Complaint, Place};

use super::escape::unescape_into;
use super::problem::{Fault, Problem};
use super::scan::{self, Content, Kind, Lack, Passed, Token};
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
        let Some(token) = self.token()? else {
            return Ok(None);
        };
        match token.kind {
            Kind::Open => {
                self.push(&token)?;
                Ok(Some(Node::Open(self.tag(&token))))
            }
            Kind::Leaf(Content::Plain) => {
                self.text = token.text().start;
                let text = self.window.text().get(token.text()).unwrap_or_default();
                Ok(Some(Node::Leaf(self.tag(&token), text)))
            }
            Kind::Leaf(content) => self.written_otherwise(&token, content).map(Some),
            Kind::Close | Kind::Aside | Kind::Text => Ok(Some(Node::Close)),
        }
    }

    /// Passes over everything up to the end of the element that was opened last. What stands in it
    /// is looked at for where tags begin and end only.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let mut inside = 0;
        loop {
            let at = self.window.position();
            let passed = scan::pass(self.window.text().as_bytes(), at);
            match passed {
                Ok(Passed::Closing(mark)) if inside == 0 => {
                    self.window.advance_to(mark);
                    return self.token().map(|_| ());
                }
                Ok(Passed::Closing(mark)) => {
                    inside -= 1;
                    self.window.advance_to(mark + 1);
                }
                Ok(Passed::Opening(mark, _)) if self.open.len() + inside >= DEEPEST => {
                    return Err(self.window.broken(&Problem::TooDeep, mark));
                }
                Ok(Passed::Opening(_, end)) => {
                    inside += 1;
                    self.window.advance_to(end);
                }
                Ok(Passed::Other(end)) => self.window.advance_to(end),
                Err(Lack::Wrong(problem, at)) => return Err(self.window.broken(&problem, at)),
                Err(Lack::More) if self.window.is_at_end() => return self.end(at).map(|_| ()),
                Err(Lack::More) => self.window.fill()?,
            }
        }
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

    /// The next token that is a node; closing tags are checked and popped.
    fn token(&mut self) -> Result<Option<Token>, Fault> {
        loop {
            let at = self.window.position();
            let name = self.innermost().as_bytes();
            if let Some(end) = scan::closes(self.window.text().as_bytes(), at, name) {
                self.close();
                (self.node, self.text) = (at, at);
                self.window.advance_to(end);
                return Ok(Some(Token::bare(Kind::Close, end)));
            }
            let token = match scan::token(self.window.text().as_bytes(), at) {
                Ok(token) => token,
                Err(Lack::Wrong(problem, at)) => return Err(self.window.broken(&problem, at)),
                Err(Lack::More) if self.window.is_at_end() => return self.end(at),
                Err(Lack::More) => {
                    self.window.fill()?;
                    continue;
                }
            };
            (self.node, self.text) = (at, at);
            match token.kind {
                Kind::Open | Kind::Leaf(_) if self.open.is_empty() && self.begun => {
                    return Err(self.malformed("a second root element begins here", at));
                }
                Kind::Open | Kind::Leaf(_) => self.begun = true,
                Kind::Close => self.pop(&token, at)?,
                Kind::Aside => {
                    self.window.advance_to(token.end());
                    continue;
                }
                Kind::Text if self.open.is_empty() && self.begun => {
                    return self.trailing(token.end());
                }
                Kind::Text => {
                    return Err(self.malformed("text stands between elements", token.end()));
                }
            }
            self.window.advance_to(token.end());
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
        let open = scan::short(self.innermost().as_bytes());
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

    fn push(&mut self, token: &Token) -> Result<(), Fault> {
        if self.open.len() == DEEPEST {
            return Err(self.window.broken(&Problem::TooDeep, self.node));
        }
        let qualified = self.window.text().get(token.qualified());
        self.open.push(self.names.len());
        self.names.push_str(qualified.unwrap_or_default());
        Ok(())
    }

    fn pop(&mut self, token: &Token, at: usize) -> Result<(), Fault> {
        let text = self.window.text();
        let name = text.get(token.qualified()).unwrap_or_default();
        if self.open.is_empty() {
            return Err(self.malformed("a closing tag closes nothing", at));
        }
        let open = self.innermost();
        if name != open {
            let close = scan::short(name.as_bytes());
            let open = scan::short(open.as_bytes());
            return Err(self.window.broken(&Problem::Unpaired { open, close }, at));
        }
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        if let Some(start) = self.open.pop() {
            self.names.truncate(start);
        }
    }

    fn tag(&self, token: &Token) -> Tag<'_> {
        let text = self.window.text();
        Tag {
            name: text.get(token.local()).unwrap_or_default(),
            attributes: text.get(token.attributes()).unwrap_or_default(),
        }
    }

    /// A leaf whose text is not what the window holds.
    fn written_otherwise(&mut self, token: &Token, content: Content) -> Result<Node<'_>, Fault> {
        self.scratch.clear();
        self.text = token.text().start;
        let text = self.window.text().get(token.text()).unwrap_or_default();
        let done = match content {
            Content::Mixed => joined(text, &mut self.scratch),
            Content::Plain | Content::Escaped => unescape_into(text, &mut self.scratch),
        };
        match done {
            Ok(()) => Ok(Node::Leaf(self.tag(token), &self.scratch)),
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
    match begun(head, most, None) {
        // Names are ASCII in any encoding, also in one that is not known.
        (found, Some(_)) if found.is_empty() => begun(head, most, Some(Charset::Windows1250)).0,
        (found, _) => found,
    }
}

/// What is wrong with a document before its first element.
pub(crate) fn first_fault(head: &[u8]) -> Option<Complaint> {
    match begun(head, 1, None) {
        (found, Some(Fault::Broken(complaint))) if found.is_empty() => Some(*complaint),
        (_, Some(Fault::Broken(_) | Fault::Source(_)) | None) => None,
    }
}

fn begun(
    head: &[u8],
    most: usize,
    demanded: Option<Charset>,
) -> (Vec<(String, String)>, Option<Fault>) {
    let mut source = head;
    let mut xml = Xml::new(&mut source, demanded);
    let mut found = Vec::new();
    while found.len() < most {
        match xml.next() {
            Ok(Some(Node::Open(tag) | Node::Leaf(tag, _))) => {
                found.push((tag.name.to_owned(), tag.attributes.to_owned()));
            }
            Ok(Some(Node::Close)) => {}
            Ok(None) => break,
            // Telling what a file is does not judge it.
            Err(fault) => return (found, Some(fault)),
        }
    }
    (found, None)
}
