//! Zip archives of statement files, read member by member as they come.
//!
//! A source is pulled once and in order, so the directory at an archive's end is not asked: each
//! member's own header says how it is packed, and packed data says where it ends. Members are read
//! like files of their own, and complaints name them. An archive in an archive, a member that is
//! encrypted, and one that grows more than any statement does, are refused.

mod archive;
mod crc;
mod member;

use std::borrow::Cow;

use kantor_model::{Complaint, Place, Severity, StatementSink};

use crate::charset::Charset;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options, read_member};
use archive::Archive;
use member::Member;

/// How every archive begins.
const BEGINNING: &[u8] = b"PK\x03\x04";
/// An archive without members is only the end of its directory.
const EMPTY: &[u8] = b"PK\x05\x06";

/// An archive may have so many members.
const MOST_MEMBERS: u32 = 1_000;

/// What is wrong with an archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Problem {
    Truncated,
    Damaged,
    Checksum,
    Encrypted,
    Method(u16),
    UnknownLength,
    TooMany,
    Bomb,
    Nested,
    Empty,
    NoStatement,
}

impl Problem {
    fn code(self) -> &'static str {
        match self {
            Problem::Truncated => "zip-truncated",
            Problem::Damaged | Problem::Checksum => "zip-damaged",
            Problem::Encrypted => "zip-encrypted",
            Problem::Method(_) | Problem::UnknownLength => "zip-method",
            Problem::TooMany => "zip-too-many",
            Problem::Bomb => "zip-bomb",
            Problem::Nested => "zip-nested",
            Problem::Empty => "zip-empty",
            Problem::NoStatement => "not-a-statement",
        }
    }

    fn message(self) -> Cow<'static, str> {
        match self {
            Problem::Truncated => "the archive stops before its end, so the rest is missing; get it from the bank again".into(),
            Problem::Damaged => "the archive is damaged here and cannot be unpacked any further; get it from the bank again".into(),
            Problem::Checksum => "what was unpacked is not what was packed (its checksum differs); get the archive from the bank again".into(),
            Problem::Encrypted => "the archive is locked with a password, so it cannot be read; unpack it and load the files in it".into(),
            Problem::Method(method) => format!("the archive is packed in a way that is not known here (method {method}); unpack it and load the files in it").into(),
            Problem::UnknownLength => "the archive does not say how long this file is; unpack it and load the files in it".into(),
            Problem::TooMany => "the archive holds more than 1000 files, so it is no bank's; unpack it and load the statements in it".into(),
            Problem::Bomb => "this file becomes more than 400 times as long when it is unpacked, which no statement does, so it is not read; check where the archive comes from".into(),
            Problem::Nested => "an archive lies in the archive; unpack it and load the inner one".into(),
            Problem::Empty => "the archive holds no file; get it from the bank again".into(),
            Problem::NoStatement => "nothing in this file is a statement; unpack the archive and load the statements in it".into(),
        }
    }

    /// An archive has no lines: the column is the byte, from 1.
    fn at(self, offset: u64) -> Complaint {
        Complaint {
            place: Place {
                line: 1,
                column: u32::try_from(offset.saturating_add(1)).unwrap_or(u32::MAX),
            },
            code: Cow::Borrowed(self.code()),
            severity: Severity::Fatal,
            message: self.message().into_owned(),
            excerpt: String::new(),
        }
    }
}

/// Whether a file that begins so is an archive.
pub(crate) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(BEGINNING) || head.starts_with(EMPTY)
}

/// The name and the beginning of the first member that is a file, from the beginning of an archive.
pub(crate) fn first_member(head: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut source = head;
    let mut archive = Archive::new(&mut source);
    loop {
        let header = archive.header().ok()??;
        let is_file = header.is_file();
        let name = header.name.clone();
        let mut member = Member::of(&mut archive, &header).ok()?;
        if !is_file {
            member.finish().ok()?;
            continue;
        }
        let mut bytes = vec![0; crate::peeked::HEAD];
        let mut held = 0;
        while let Some(room) = bytes.get_mut(held..).filter(|room| !room.is_empty()) {
            match member.pull(room) {
                // What is held of the archive may end anywhere.
                Ok(0) | Err(_) => break,
                Ok(count) => held += count,
            }
        }
        bytes.truncate(held);
        return Some((name, bytes));
    }
}

/// Reads every member of an archive.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let mut archive = Archive::new(source);
    let mut charset = Charset::Utf8;
    let mut members = 0_u32;
    loop {
        let offset = archive.offset();
        let header = match archive.header() {
            Ok(Some(header)) => header,
            Ok(None) if members == 0 => {
                sink.complaint(Problem::Empty.at(offset))?;
                return Ok(charset);
            }
            Ok(None) => return Ok(charset),
            Err(fault) => return told(fault, sink, offset).map(|()| charset),
        };
        members += u32::from(header.is_file());
        if members > MOST_MEMBERS {
            sink.complaint(Problem::TooMany.at(offset))?;
            return Ok(charset);
        }
        sink.name_member(Some(header.name.clone()));
        let read = one(&mut archive, &header, options, sink);
        match read {
            Ok(found) => charset = found.unwrap_or(charset),
            Err(fault) => return told(fault, sink, offset).map(|()| charset),
        }
        sink.name_member(None);
    }
}

/// Why an archive is read no further.
enum Fault {
    Halt(Halt),
    Problem(Problem),
}

impl From<Halt> for Fault {
    fn from(halt: Halt) -> Fault {
        Fault::Halt(halt)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Fault {
        Fault::Problem(problem)
    }
}

fn told<K: StatementSink + ?Sized>(
    fault: Fault,
    sink: &mut Counted<'_, K>,
    offset: u64,
) -> Result<(), Halt> {
    match fault {
        Fault::Halt(halt) => Err(halt),
        Fault::Problem(problem) => sink.complaint(problem.at(offset)),
    }
}

/// Reads one member to its end, and says which code page it was in, if it is a file.
fn one<S: ByteSource, K: StatementSink + ?Sized>(
    archive: &mut Archive<'_, S>,
    header: &archive::Header,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Option<Charset>, Fault> {
    let mut member = Member::of(archive, header)?;
    if !header.is_file() {
        member.finish()?;
        return Ok(None);
    }
    let before = sink.found();
    let read = read_member(&mut member, options, sink);
    // A source that failed because of the archive is no failure of the source.
    if let Some(problem) = member.problem() {
        return Err(problem.into());
    }
    let charset = read?;
    member.finish()?;
    if sink.found() == before {
        sink.complaint(Problem::NoStatement.at(0))?;
    }
    Ok(Some(charset))
}

#[cfg(test)]
mod tests;
