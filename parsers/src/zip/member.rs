//! One member of an archive as a source of its own.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::archive::{Archive, Header};
use super::crc::Crc;
use super::{BEGINNING, Fault, Problem};
use crate::source::{ByteSource, SourceError};
use crate::statement::Halt;

/// Statements pack well, and a bomb packs better: so many times, after the first bytes.
const MOST_GROWTH: u64 = 400;
const FREE: u64 = 4 << 20;

/// How the data is packed.
enum Packing {
    /// Not at all; so many bytes are left.
    Stored(u64),
    Deflated(Box<InflateState>),
}

/// A member that is unpacked as it is pulled.
pub(super) struct Member<'a, 's, S: ByteSource> {
    archive: &'a mut Archive<'s, S>,
    packing: Packing,
    /// The checksum that the header tells; `None` where it stands behind the data.
    wanted: Option<u32>,
    crc: Crc,
    begun_at: u64,
    unpacked: u64,
    done: bool,
    problem: Option<Problem>,
}

impl<'a, 's, S: ByteSource> Member<'a, 's, S> {
    /// The member whose header was read last.
    pub(super) fn of(
        archive: &'a mut Archive<'s, S>,
        header: &Header,
    ) -> Result<Member<'a, 's, S>, Problem> {
        if header.is_encrypted() {
            return Err(Problem::Encrypted);
        }
        let packing = match header.method {
            0 if header.is_told_behind() => return Err(Problem::UnknownLength),
            0 => Packing::Stored(header.packed),
            8 => Packing::Deflated(Box::new(InflateState::new(DataFormat::Raw))),
            other => return Err(Problem::Method(other)),
        };
        Ok(Member {
            begun_at: archive.offset(),
            archive,
            packing,
            wanted: (!header.is_told_behind()).then_some(header.crc),
            crc: Crc::new(),
            unpacked: 0,
            done: false,
            problem: None,
        })
    }

    /// What is wrong with the archive, if that is why no more came.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.problem
    }

    /// Reads what the reader of the member left.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        let mut rest = vec![0; 16 << 10];
        while !self.done {
            self.next(&mut rest)?;
        }
        Ok(())
    }

    /// The next bytes; zero at the end, after the checksum was compared.
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        while !self.done {
            let count = match &mut self.packing {
                Packing::Stored(left) => {
                    let held = self.archive.hold(1)?;
                    let most = usize::try_from(*left).unwrap_or(usize::MAX);
                    let count = held.len().min(into.len()).min(most);
                    if count == 0 && *left > 0 {
                        return Err(Problem::Truncated.into());
                    }
                    copy(held, into, count);
                    self.archive.take(count);
                    *left -= count as u64;
                    self.done = *left == 0;
                    count
                }
                Packing::Deflated(state) => {
                    let held = self.archive.hold(1)?;
                    let ends = held.is_empty();
                    let step = inflate(state, held, into, MZFlush::None);
                    self.archive.take(step.bytes_consumed);
                    match step.status {
                        Ok(MZStatus::StreamEnd) => self.done = true,
                        Ok(MZStatus::Ok | MZStatus::NeedDict) => {}
                        Err(MZError::Buf) if ends => return Err(Problem::Truncated.into()),
                        Err(MZError::Buf) => {}
                        Err(_) => return Err(Problem::Damaged.into()),
                    }
                    step.bytes_written
                }
            };
            self.count(into, count)?;
            if self.done {
                self.check()?;
            }
            if count > 0 {
                return Ok(count);
            }
        }
        Ok(0)
    }

    fn count(&mut self, into: &[u8], count: usize) -> Result<(), Problem> {
        let read = into.get(..count).unwrap_or_default();
        if self.unpacked == 0 && read.starts_with(BEGINNING) {
            return Err(Problem::Nested);
        }
        self.crc.add(read);
        self.unpacked += count as u64;
        let packed = (self.archive.offset() - self.begun_at).max(1);
        if self.unpacked > FREE && self.unpacked / packed > MOST_GROWTH {
            return Err(Problem::Bomb);
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), Fault> {
        let wanted = match self.wanted {
            Some(wanted) => wanted,
            None => self.archive.told_behind()?,
        };
        if wanted == self.crc.value() {
            Ok(())
        } else {
            Err(Problem::Checksum.into())
        }
    }
}

fn copy(from: &[u8], into: &mut [u8], count: usize) {
    if let (Some(from), Some(into)) = (from.get(..count), into.get_mut(..count)) {
        into.copy_from_slice(from);
    }
}

impl<S: ByteSource> ByteSource for Member<'_, '_, S> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        match self.next(into) {
            Ok(count) => Ok(count),
            Err(Fault::Halt(Halt::Source(error))) => Err(error),
            Err(Fault::Halt(Halt::Stop)) => Ok(0),
            Err(Fault::Problem(problem)) => {
                // The reader must not take the end of what came for the end of the statement.
                self.problem = Some(problem);
                self.done = true;
                Err(SourceError {
                    reason: problem.message().into_owned(),
                })
            }
        }
    }
}
