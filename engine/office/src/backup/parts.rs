//! The parts of a backup: packed, hashed, one after the other, each hash covering all before it.

use std::io::{self, Read, Write};

use kantor_store::{BODY_BYTES_MAX, Digest};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{Place, RestoreError};

/// The first line of every backup.
const FIRST_LINE: &[u8] = b"kantor backup 1\n";

/// What first lines of all versions have in common.
const FAMILY: &[u8] = b"kantor backup ";

/// A part is closed when its content has so many bytes.
const PART_BYTES: usize = 256 * 1024;

/// No part is longer than its greatest item after a nearly full part, facts included.
const PART_MOST: usize = PART_BYTES + BODY_BYTES_MAX + 64 * 1024;

/// How hard the content is packed: 1 fast to 10 small.
const LEVEL: u8 = 3;

/// Kind, two lengths, hash.
const HEAD: usize = 1 + 4 + 4 + 32;

/// What a part is about; see the module's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Office,
    Entries,
    File,
    Log,
    Booking,
    Document,
    Side,
    Answer,
    End,
}

impl Kind {
    const ALL: [(Kind, u8, &'static str); 9] = [
        (Kind::Office, b'o', "the office"),
        (Kind::Entries, b'e', "bank lines"),
        (Kind::File, b'f', "files"),
        (Kind::Log, b'l', "the log"),
        (Kind::Booking, b'k', "the chains of accounts"),
        (Kind::Document, b'd', "read models"),
        (Kind::Side, b's', "people and keys"),
        (Kind::Answer, b'a', "answers"),
        (Kind::End, b'z', "the end"),
    ];

    fn of_letter(letter: u8) -> Option<Kind> {
        let mut all = Kind::ALL.iter();
        all.find(|(_, known, _)| *known == letter)
            .map(|(kind, ..)| *kind)
    }

    fn facts(self) -> (u8, &'static str) {
        let mut all = Kind::ALL.iter();
        all.find(|(kind, ..)| *kind == self)
            .map_or((0, "nothing"), |(_, letter, about)| (*letter, about))
    }

    /// What it is about, in words.
    pub(super) fn about(self) -> &'static str {
        self.facts().1
    }
}

/// The hash of a part.
fn chained(before: &Digest, head: &[u8], content: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(before.0);
    hasher.update(head);
    hasher.update(content);
    Digest(hasher.finalize().into())
}

fn length(bytes: usize) -> io::Result<[u8; 4]> {
    u32::try_from(bytes)
        .map(u32::to_be_bytes)
        .map_err(|_| io::Error::other("an item is longer than 4 GiB"))
}

/// Writes parts.
pub(super) struct Writer<'w> {
    sink: &'w mut dyn Write,
    kind: Kind,
    content: Vec<u8>,
    hash: Digest,
}

impl<'w> Writer<'w> {
    pub(super) fn begin(sink: &'w mut dyn Write) -> io::Result<Writer<'w>> {
        sink.write_all(FIRST_LINE)?;
        Ok(Writer {
            sink,
            kind: Kind::Office,
            content: Vec::new(),
            hash: Digest::of(FIRST_LINE),
        })
    }

    /// The next item. Items of one kind share parts.
    pub(super) fn item(
        &mut self,
        kind: Kind,
        facts: &impl Serialize,
        body: &[u8],
    ) -> io::Result<()> {
        if kind != self.kind || self.content.len() >= PART_BYTES {
            self.close()?;
            self.kind = kind;
        }
        let facts = serde_json::to_vec(facts)?;
        self.content.extend(length(facts.len())?);
        self.content.extend(facts);
        self.content.extend(length(body.len())?);
        self.content.extend(body);
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        if self.content.is_empty() {
            return Ok(());
        }
        let packed = compress_to_vec_zlib(&self.content, LEVEL);
        let mut head = vec![self.kind.facts().0];
        head.extend(length(packed.len())?);
        head.extend(length(self.content.len())?);
        self.hash = chained(&self.hash, &head, &packed);
        self.sink.write_all(&head)?;
        self.sink.write_all(&self.hash.0)?;
        self.sink.write_all(&packed)?;
        self.content.clear();
        Ok(())
    }

    /// Writes what is left, and tells the backup's hash.
    pub(super) fn finish(mut self) -> io::Result<Digest> {
        self.close()?;
        self.sink.flush()?;
        Ok(self.hash)
    }
}

/// Reads parts, each checked before it is looked at.
pub(super) struct Reader<'r> {
    source: &'r mut dyn Read,
    kind: Kind,
    content: Vec<u8>,
    /// What of the content was read.
    at: usize,
    hash: Digest,
    /// Where the part begins that is read now.
    part: u64,
    byte: u64,
    next_byte: u64,
}

/// An item as it stands in a part.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) place: Place,
    facts: std::ops::Range<usize>,
    body: std::ops::Range<usize>,
}

impl<'r> Reader<'r> {
    pub(super) fn begin(source: &'r mut dyn Read) -> Result<Reader<'r>, RestoreError> {
        let mut line = Vec::new();
        let most = FIRST_LINE.len() as u64;
        Read::take(&mut *source, most).read_to_end(&mut line)?;
        if line != FIRST_LINE {
            return Err(match line.strip_prefix(FAMILY) {
                Some(_) => {
                    let line = String::from_utf8_lossy(&line);
                    RestoreError::OtherForm(line.trim_end().to_owned())
                }
                None => RestoreError::NotABackup,
            });
        }
        Ok(Reader {
            source,
            kind: Kind::Office,
            content: Vec::new(),
            at: 0,
            hash: Digest::of(FIRST_LINE),
            part: 0,
            byte: 0,
            next_byte: most,
        })
    }

    /// The hash of the part that was read last.
    pub(super) fn hash(&self) -> Digest {
        self.hash
    }

    /// Where the reader stands.
    pub(super) fn place(&self) -> Place {
        Place {
            part: self.part,
            byte: self.byte,
            about: self.kind.about(),
        }
    }

    /// The next item. There is always one before the end; after the end there is none.
    pub(super) fn next(&mut self) -> Result<Found, RestoreError> {
        if self.at == self.content.len() {
            self.open()?;
        }
        let place = self.place();
        let cut = || RestoreError::Contradicts(place, "an item is cut off".to_owned());
        let facts = self.piece().ok_or_else(cut)?;
        let body = self.piece().ok_or_else(cut)?;
        Ok(Found {
            kind: self.kind,
            place,
            facts,
            body,
        })
    }

    fn piece(&mut self) -> Option<std::ops::Range<usize>> {
        let (length, _) = self.content.get(self.at..)?.split_first_chunk::<4>()?;
        let begin = self.at + length.len();
        let end = begin.checked_add(u32::from_be_bytes(*length) as usize)?;
        self.content.get(begin..end)?;
        self.at = end;
        Some(begin..end)
    }

    /// An item's facts.
    pub(super) fn facts<T: DeserializeOwned>(&self, found: &Found) -> Result<T, RestoreError> {
        let facts = self.content.get(found.facts.clone()).unwrap_or_default();
        serde_json::from_slice(facts)
            .map_err(|error| RestoreError::Contradicts(found.place, error.to_string()))
    }

    /// An item's body.
    pub(super) fn body(&self, found: &Found) -> &[u8] {
        self.content.get(found.body.clone()).unwrap_or_default()
    }

    /// Reads the next part and checks it.
    fn open(&mut self) -> Result<(), RestoreError> {
        self.part += 1;
        self.byte = self.next_byte;
        let place = Place {
            about: "of what kind is not known",
            ..self.place()
        };
        let mut head = [0; HEAD];
        self.fill(&mut head, place)?;
        let damaged = |why| RestoreError::Damaged(place, why);
        let ([letter, lengths @ ..], hash) = head
            .split_first_chunk::<9>()
            .ok_or(damaged("its head is cut off"))?;
        let kind = Kind::of_letter(*letter).ok_or(damaged("its kind is none"))?;
        let place = Place {
            about: kind.about(),
            ..place
        };
        let damaged = |why| RestoreError::Damaged(place, why);
        let [s1, s2, s3, s4, p1, p2, p3, p4] = *lengths;
        let stored = u32::from_be_bytes([s1, s2, s3, s4]) as usize;
        let plain = u32::from_be_bytes([p1, p2, p3, p4]) as usize;
        if stored > PART_MOST || plain > PART_MOST {
            return Err(damaged("it says that it is longer than any part"));
        }
        let mut packed = vec![0; stored];
        self.fill(&mut packed, place)?;
        let signed = head.get(..9).unwrap_or_default();
        let computed = chained(&self.hash, signed, &packed);
        if computed.0 != hash {
            return Err(damaged("its hash, or that of a part before it, is another"));
        }
        let content = decompress_to_vec_zlib_with_limit(&packed, plain)
            .map_err(|_| damaged("it cannot be unpacked"))?;
        if content.len() != plain || content.is_empty() {
            return Err(damaged("it has another length when it is unpacked"));
        }
        self.next_byte += (HEAD + stored) as u64;
        (self.kind, self.content, self.at, self.hash) = (kind, content, 0, computed);
        Ok(())
    }

    fn fill(&mut self, into: &mut [u8], place: Place) -> Result<(), RestoreError> {
        self.source.read_exact(into).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                RestoreError::Torn(place)
            } else {
                RestoreError::Source(error)
            }
        })
    }

    /// Nothing stands after the end.
    pub(super) fn finish(&mut self) -> Result<(), RestoreError> {
        let mut one = [0];
        let place = Place {
            part: self.part + 1,
            byte: self.next_byte,
            about: "after the end",
        };
        if self.at == self.content.len() && self.source.read(&mut one)? == 0 {
            return Ok(());
        }
        Err(RestoreError::Damaged(place, "nothing may stand there"))
    }
}
