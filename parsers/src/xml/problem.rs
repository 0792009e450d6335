//! What can be wrong with XML itself.

use std::borrow::Cow;

use kantor_model::{Complaint, Place, Severity};

use crate::source::SourceError;

/// Why reading cannot go on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The source failed.
    Source(SourceError),
    /// The file is no XML that is read here, from some place on. Always fatal.
    Broken(Box<Complaint>),
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Fault {
        Fault::Source(error)
    }
}

/// The code of a file that stops before its last closing tag.
pub(crate) const TRUNCATED: &str = "xml-truncated";

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Problem {
    /// Something that no XML has: a tag without an end, a name that is none.
    Malformed(&'static str),
    /// An element is closed by another one's name.
    Unpaired { open: String, close: String },
    /// The file stops inside of this element.
    Truncated { open: String },
    /// A document type declaration.
    Doctype,
    /// A reference to something that only a document type declaration could tell.
    Entity { name: String },
    /// More elements inside of each other than any bank writes.
    TooDeep,
    /// A tag, text or comment that is longer than any bank writes.
    TooLong,
    /// The declaration names an encoding that nobody knows.
    Encoding { name: String },
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Problem::Malformed(_) | Problem::Unpaired { .. } => "xml-malformed",
            Problem::Truncated { .. } => TRUNCATED,
            Problem::Doctype => "xml-doctype",
            Problem::Entity { .. } => "xml-entity",
            Problem::TooDeep => "xml-too-deep",
            Problem::TooLong => "xml-too-long",
            Problem::Encoding { .. } => "xml-encoding",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::Malformed(what) => format!("{what}, so the file is damaged from here on; get it from the bank again").into(),
            Problem::Unpaired { open, close } => format!("<{open}> is closed by </{close}>, so something between them is missing or damaged; get the file from the bank again").into(),
            Problem::Truncated { open } if open.is_empty() => "the file holds no XML element; get it from the bank again".into(),
            Problem::Truncated { open } => format!("the file stops inside of <{open}>, so the rest is missing; get the file from the bank again").into(),
            Problem::Doctype => "the file declares its own document type or entities, which no bank does and which can be used to attack a reader, so it is not read; get the file from the bank itself".into(),
            Problem::Entity { name } => format!("&{name}; stands for something that the file does not say; get the file from the bank again").into(),
            Problem::TooDeep => "more than 64 elements stand inside of each other, which no bank writes; check where the file comes from".into(),
            Problem::TooLong => "a tag, a text or a comment here is longer than any bank writes (256 KiB), so the file is damaged; get it from the bank again".into(),
            Problem::Encoding { name } => format!("the file says that it is written in {name}, which is no encoding that is known here; choose the code page by hand").into(),
        }
    }

    /// The complaint for people and programs.
    pub(crate) fn at(&self, place: Place, excerpt: String) -> Complaint {
        Complaint {
            place,
            code: Cow::Borrowed(self.code()),
            severity: Severity::Fatal,
            message: self.message().into_owned(),
            excerpt,
        }
    }
}
