//! The bytes of an archive: headers, and what stands between them.

use super::{Fault, Problem};
use crate::source::ByteSource;
use crate::statement::Halt;

/// So much of the archive is held.
const HELD: usize = 64 << 10;

/// The header of a member, as it stands before its data.
pub(super) struct Header {
    pub(super) name: String,
    flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    /// How long the packed data is; nothing where it is told behind it.
    pub(super) packed: u64,
}

impl Header {
    /// Not a folder, and nothing that a file manager put there for itself.
    pub(super) fn is_file(&self) -> bool {
        let last = self.name.rsplit('/').next().unwrap_or_default();
        !last.is_empty() && !last.starts_with('.') && !self.name.starts_with("__MACOSX/")
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Checksum and lengths stand behind the data.
    pub(super) fn is_told_behind(&self) -> bool {
        self.flags & 8 != 0
    }
}

/// An archive that is pulled from a source.
pub(super) struct Archive<'s, S: ByteSource> {
    source: &'s mut S,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    taken: u64,
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    found.map_or(0, |word| u32::from_le_bytes(*word))
}

fn half(bytes: &[u8], at: usize) -> u16 {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>());
    found.map_or(0, |half| u16::from_le_bytes(*half))
}

impl<'s, S: ByteSource> Archive<'s, S> {
    pub(super) fn new(source: &'s mut S) -> Archive<'s, S> {
        Archive {
            source,
            bytes: vec![0; HELD],
            start: 0,
            end: 0,
            at_end: false,
            taken: 0,
        }
    }

    /// How many bytes of the archive were passed.
    pub(super) fn offset(&self) -> u64 {
        self.taken
    }

    /// What is held, at least so many bytes unless the archive ends.
    pub(super) fn hold(&mut self, count: usize) -> Result<&[u8], Halt> {
        while self.end - self.start < count && !self.at_end {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let room = self.bytes.get_mut(self.end..).unwrap_or_default();
            let capacity = room.len();
            let pulled = self.source.pull(room)?.min(capacity);
            self.at_end = pulled == 0;
            self.end += pulled;
        }
        Ok(self.bytes.get(self.start..self.end).unwrap_or_default())
    }

    /// Passes bytes that are held.
    pub(super) fn take(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.taken += count as u64;
    }

    /// The header of the next member; `None` where the directory begins.
    pub(super) fn header(&mut self) -> Result<Option<Header>, Fault> {
        const LENGTH: usize = 30;
        let bytes = self.hold(LENGTH)?;
        if bytes.starts_with(b"PK\x01\x02") || bytes.starts_with(super::EMPTY) {
            return Ok(None);
        }
        if bytes.len() < LENGTH {
            return Err(Problem::Truncated.into());
        }
        if !bytes.starts_with(super::BEGINNING) {
            return Err(Problem::Damaged.into());
        }
        let (name_length, extra_length) = (half(bytes, 26).into(), usize::from(half(bytes, 28)));
        let header = Header {
            name: String::new(),
            flags: half(bytes, 6),
            method: half(bytes, 8),
            crc: word(bytes, 14),
            packed: word(bytes, 18).into(),
        };
        self.take(LENGTH);
        let name = self.named(name_length)?;
        let packed = self.long(extra_length, header.packed)?;
        Ok(Some(Header {
            name,
            packed,
            ..header
        }))
    }

    /// The name of a member, for people.
    fn named(&mut self, length: usize) -> Result<String, Fault> {
        let bytes = self.hold(length)?;
        let Some(name) = bytes.get(..length) else {
            return Err(Problem::Truncated.into());
        };
        let name = String::from_utf8_lossy(name);
        let shown = name.chars().filter(|it| !it.is_control()).take(200);
        let name = shown.collect();
        self.take(length);
        Ok(name)
    }

    /// Passes the extra fields; one of them tells a length of more than 4 GiB.
    fn long(&mut self, length: usize, packed: u64) -> Result<u64, Fault> {
        let bytes = self.hold(length)?;
        let Some(mut extra) = bytes.get(..length) else {
            return Err(Problem::Truncated.into());
        };
        let mut found = packed;
        while let Some((head, rest)) = extra.split_at_checked(4) {
            let size = usize::from(half(head, 2));
            let field = rest.get(..size).unwrap_or_default();
            // The unpacked length stands before the packed one.
            if half(head, 0) == 1 && packed == u64::from(u32::MAX) {
                let chunk = field.get(8..).and_then(|rest| rest.first_chunk::<8>());
                found = chunk.map_or(found, |chunk| u64::from_le_bytes(*chunk));
            }
            extra = rest.get(size..).unwrap_or_default();
        }
        self.take(length);
        Ok(found)
    }

    /// Passes checksum and lengths behind a member's data, and gives the checksum. The lengths have
    /// four or eight bytes, and a signature may stand before them: what follows tells.
    pub(super) fn told_behind(&mut self) -> Result<u32, Fault> {
        let bytes = self.hold(4 + 4 + 16 + 4)?;
        let signed = if bytes.starts_with(b"PK\x07\x08") {
            4
        } else {
            0
        };
        let next = |at: usize| bytes.get(at..).unwrap_or_default();
        let goes_on =
            |at: usize| next(at).starts_with(b"PK\x03\x04") || next(at).starts_with(b"PK\x01\x02");
        let length = [12, 20]
            .into_iter()
            .map(|length| signed + length)
            .find(|length| goes_on(*length));
        let crc = word(bytes, signed);
        match length {
            Some(length) => {
                self.take(length);
                Ok(crc)
            }
            None if bytes.len() < signed + 16 => Err(Problem::Truncated.into()),
            None => Err(Problem::Damaged.into()),
        }
    }
}
