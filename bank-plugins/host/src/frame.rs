//! What the program and the child that runs a pack say to each other: frames of a length (four
//! bytes, little endian) and a postcard. Both ends are the same build, so the form has no version.
//!
//! The child is not trusted: a frame is bounded before it is read, and becomes a value of
//! kantor-model only through the same doors as a file does.

use std::io::{self, Read, Write};

use kantor_plugin_sdk::abi;
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::call::Answer;
use crate::records::{
    BatchFrame, ComplaintFrame, EntryFrame, FootFrame, HeadFrame, HintsFrame, PartFrame,
    RecognitionFrame, TransferFrame,
};
use crate::{LoadError, PackFacts, Sandbox};

/// Tells builds apart that speak different frames: a hash (FNV-1a) of the files that say what
/// frames are. A child that was not built with the program would otherwise be misunderstood, and
/// its pack blamed.
pub(crate) const FORM: u64 = hashed(
    hashed(0xcbf2_9ce4_8422_2325, include_bytes!("frame.rs")),
    include_bytes!("records.rs"),
);

const fn hashed(mut hash: u64, text: &[u8]) -> u64 {
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The longest frame: the longest piece and the longest entry fit.
const FRAME_MAX: usize = abi::PIECE_MAX + 4096;

/// How much is written and read at once. The other side works meanwhile.
const AT_ONCE: usize = 128 * 1024;

/// One thing said. What it holds points into what it was made of.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Frame<'a> {
    // From the child, in this order: sandbox first, before any code of the pack ran.
    Sandbox(Sandbox),
    Facts(PackFacts),
    LoadFailed(LoadError),
    Recognised(RecognitionFrame),
    Begin(HeadFrame),
    #[serde(borrow)]
    Part(PartFrame<'a>),
    Entry(EntryFrame<'a>),
    End(FootFrame),
    Complaint(ComplaintFrame),
    Piece(&'a [u8]),
    Done(Answer),
    // To the child: before the bytes of a file that it is to read, or when it is to write.
    Hints(HintsFrame<'a>),
    Batch(BatchFrame),
    Transfer(TransferFrame),
    // To the child of a session: what to do with the pieces that came before.
    Asked(Asked),
}

/// What the child of a session is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Asked {
    Recognise,
    Read {
        /// The most bytes in one piece.
        piece: u64,
        /// The sink says stop at this record.
        stop_at: Option<u64>,
        /// Once on each of two threads, at the same time; told one after the other.
        twice: bool,
    },
    /// A batch and its transfers follow.
    Write,
}

/// Frames on their way out, many in one write.
#[derive(Debug)]
pub(crate) struct Outgoing<W> {
    to: W,
    waiting: Vec<u8>,
}

impl<W: Write> Outgoing<W> {
    pub(crate) fn new(to: W) -> Outgoing<W> {
        Outgoing {
            to,
            waiting: Vec::with_capacity(2 * AT_ONCE),
        }
    }

    /// Takes a frame over, and writes when enough has gathered.
    pub(crate) fn send(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let start = self.waiting.len();
        self.waiting.extend_from_slice(&[0; 4]);
        postcard::serialize_with_flavor(frame, Behind(&mut self.waiting))
            .map_err(io::Error::other)?;
        let length = u32::try_from(self.waiting.len() - start - 4).map_err(io::Error::other)?;
        if let Some(place) = self.waiting.get_mut(start..start + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        if self.waiting.len() >= AT_ONCE {
            self.flush()?;
        }
        Ok(())
    }

    /// Takes frames over that were made elsewhere.
    pub(crate) fn pass_on(&mut self, frames: &[u8]) {
        self.waiting.extend_from_slice(frames);
    }

    /// Writes what waits.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.waiting)?;
        self.waiting.clear();
        self.to.flush()
    }
}

/// Puts a postcard behind what waits; postcard's own ways copy byte by byte.
struct Behind<'a>(&'a mut Vec<u8>);

impl Flavor for Behind<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Frames on their way in, which lend what they hold until the next one.
#[derive(Debug)]
pub(crate) struct Incoming<R> {
    from: R,
    buffer: Vec<u8>,
    /// What is read and not yet taken.
    start: usize,
    end: usize,
}

impl<R: Read> Incoming<R> {
    pub(crate) fn new(from: R) -> Incoming<R> {
        Incoming {
            from,
            buffer: vec![0; AT_ONCE],
            start: 0,
            end: 0,
        }
    }

    /// The next frame, and how many bytes it took; `None` at the end.
    ///
    /// # Errors
    /// What the pipe said; `UnexpectedEof` inside a frame; `InvalidData` for anything that is no
    /// frame.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Frame<'_>, u64)>> {
        if !self.fill(4)? {
            return match self.start == self.end {
                true => Ok(None),
                false => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
        let length = match self.buffer.get(self.start..self.start + 4) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]) as usize,
            _ => 0,
        };
        if length > FRAME_MAX {
            return Err(invalid("a frame longer than any may be"));
        }
        if !self.fill(4 + length)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let begin = self.start + 4;
        self.start = begin + length;
        let bytes = self.buffer.get(begin..self.start).unwrap_or_default();
        let (frame, rest) = postcard::take_from_bytes(bytes)
            .map_err(|_| invalid("a frame that cannot be understood"))?;
        if !rest.is_empty() {
            return Err(invalid("a frame with more in it than it says"));
        }
        Ok(Some((frame, 4 + length as u64)))
    }

    /// What was read behind the last frame, and where more comes from.
    pub(crate) fn into_rest(self) -> (Vec<u8>, R) {
        let rest = self.buffer.get(self.start..self.end).unwrap_or_default();
        (rest.to_vec(), self.from)
    }

    /// Reads until so many bytes wait; `false` when the end comes before.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        while self.end - self.start < wanted {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.buffer.len() < wanted {
                self.buffer.resize(wanted, 0);
            }
            match self
                .from
                .read(self.buffer.get_mut(self.end..).unwrap_or_default())
            {
                Ok(0) => return Ok(false),
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(frames: &[Frame<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut out = Outgoing::new(&mut bytes);
        for frame in frames {
            out.send(frame).unwrap();
        }
        out.flush().unwrap();
        bytes
    }

    fn check(bytes: &[u8], expected: &str) {
        let found = match Incoming::new(bytes).next() {
            Ok(Some((frame, length))) => format!("{frame:?} of {length} bytes"),
            Ok(None) => "the end".to_owned(),
            Err(error) => format!("{:?}: {error}", error.kind()),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn frames_are_bounded_before_they_are_read() {
        let sent = sent(&[Frame::Piece(&[7, 8])]);
        check(&sent, "Piece([7, 8]) of 8 bytes");
        check(b"", "the end");
        check(&sent[..3], "UnexpectedEof: unexpected end of file");
        check(&sent[..6], "UnexpectedEof: unexpected end of file");
        check(&[0xFF; 16], "InvalidData: a frame longer than any may be");
        check(
            &[1, 0, 0, 0, 0xEE],
            "InvalidData: a frame that cannot be understood",
        );
        let mut longer = sent.clone();
        longer[0] += 1;
        longer.push(0);
        check(&longer, "InvalidData: a frame with more in it than it says");
    }

    #[test]
    fn frames_of_every_length_come_one_after_the_other() {
        let pieces: Vec<Vec<u8>> = [0, 1, 70_000, 3, abi::PIECE_MAX, 5]
            .into_iter()
            .map(|length| vec![length as u8; length])
            .collect();
        let frames: Vec<Frame<'_>> = pieces.iter().map(|piece| Frame::Piece(piece)).collect();
        let bytes = sent(&frames);
        let mut incoming = Incoming::new(bytes.as_slice());
        for piece in &pieces {
            let Ok(Some((Frame::Piece(found), _))) = incoming.next() else {
                panic!("no piece");
            };
            assert_eq!(found, piece);
        }
        assert!(matches!(incoming.next(), Ok(None)));
    }
}
