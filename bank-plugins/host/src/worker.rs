//! The child: raises the walls, loads one pack, makes one call, says what came of it, ends.

use std::ffi::OsString;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use kantor_model::{
    Batch, Complaint, EntryView, Flow, PartView, StatementFoot, StatementHead, StatementSink,
};
use kantor_plugin_sdk::abi;

use crate::PackLibrary;
use crate::call::{self, Answer, PieceSink};
use crate::frame::{FORM, Frame, receive, send};
use crate::sandbox::{self, Room};

/// What the child is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Describe,
    Recognise,
    Read,
    Write,
}

impl Mode {
    const ALL: [Mode; 4] = [Mode::Describe, Mode::Recognise, Mode::Read, Mode::Write];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Mode::Describe => "describe",
            Mode::Recognise => "recognise",
            Mode::Read => "read",
            Mode::Write => "write",
        }
    }
}

struct Arguments {
    mode: Mode,
    library: PathBuf,
    room: Room,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = OsString>) -> Option<Arguments> {
        let mode = words.next()?;
        let arguments = Arguments {
            mode: Mode::ALL.into_iter().find(|known| mode == known.name())?,
            library: PathBuf::from(words.next()?),
            room: Room {
                memory: words.next()?.to_str()?.parse().ok()?,
                processor_seconds: words.next()?.to_str()?.parse().ok()?,
            },
        };
        let same_build = words.next()?.to_str()? == FORM.to_string();
        (same_build && words.next().is_none()).then_some(arguments)
    }
}

/// The exit code of a child that does not understand what it is asked: it was started by hand, or
/// built at another time than the program.
pub(crate) const NOT_UNDERSTOOD: u8 = 2;

/// The whole program `kantor-pack-child MODE LIBRARY MEMORY SECONDS FORM`: bytes or a batch on the
/// standard input, frames on the standard output. Only the host starts it.
pub fn child_main() -> ExitCode {
    let Some(arguments) = Arguments::parse(std::env::args_os().skip(1)) else {
        eprintln!(
            "kantor-pack-child runs a bank pack for Kantor and is not meant to be started by hand; \
             see `kantor plugins list`"
        );
        return ExitCode::from(NOT_UNDERSTOOD);
    };
    let out = io::stdout().lock();
    match run(&arguments, &mut BufWriter::with_capacity(64 * 1024, out)) {
        Ok(()) => ExitCode::SUCCESS,
        // The program went away; there is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(arguments: &Arguments, out: &mut dyn Write) -> io::Result<()> {
    let sandbox = sandbox::before_load(&arguments.library, arguments.room);
    send(out, &Frame::Sandbox(sandbox.clone()))?;
    out.flush()?;
    let pack = match PackLibrary::load(&arguments.library) {
        Ok(pack) => pack,
        Err(error) => {
            send(out, &Frame::LoadFailed(error))?;
            return out.flush();
        }
    };
    let raised = sandbox::after_load(sandbox.clone());
    if raised != sandbox {
        send(out, &Frame::Sandbox(raised))?;
    }
    send(out, &Frame::Facts(pack.facts().clone()))?;
    let answer = match arguments.mode {
        Mode::Describe => Answer::Ok,
        Mode::Recognise => recognise(&pack, out)?,
        Mode::Read => read(&pack, out)?,
        Mode::Write => write(&pack, out)?,
    };
    send(out, &Frame::Done(answer))?;
    out.flush()
}

fn recognise(pack: &PackLibrary, out: &mut dyn Write) -> io::Result<Answer> {
    let mut head = Vec::new();
    io::stdin()
        .lock()
        .take(abi::PIECE_MAX as u64)
        .read_to_end(&mut head)?;
    let (answer, found) = call::recognise(pack, &head);
    send(out, &Frame::Recognised(found.into()))?;
    Ok(answer)
}

/// Sends what it is given; says stop when the program went away.
struct Sending<'a> {
    out: &'a mut dyn Write,
    failed: io::Result<()>,
}

impl Sending<'_> {
    fn send(&mut self, frame: &Frame) -> Flow {
        if self.failed.is_ok() {
            self.failed = send(self.out, frame);
        }
        if self.failed.is_ok() {
            Flow::Continue
        } else {
            Flow::Stop
        }
    }
}

impl StatementSink for Sending<'_> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.send(&Frame::Begin(head.into()))
    }
    fn part(&mut self, _: &PartView<'_>) -> Flow {
        Flow::Continue
    }
    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        self.send(&Frame::Entry(entry.into()))
    }
    fn end(&mut self, foot: StatementFoot) -> Flow {
        self.send(&Frame::End(foot.into()))
    }
    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.send(&Frame::Complaint(complaint.into()))
    }
}

impl PieceSink for Sending<'_> {
    fn push(&mut self, piece: &[u8]) -> Flow {
        self.send(&Frame::Piece(piece.to_vec()))
    }
    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.send(&Frame::Complaint(complaint.into()))
    }
}

fn read(pack: &PackLibrary, out: &mut dyn Write) -> io::Result<Answer> {
    let mut sending = Sending {
        out,
        failed: Ok(()),
    };
    let answer = call::read(pack, &mut io::stdin().lock(), &mut sending)?;
    sending.failed?;
    Ok(answer)
}

fn write(pack: &PackLibrary, out: &mut dyn Write) -> io::Result<Answer> {
    let (format, batch) = ordered(&mut io::BufReader::new(io::stdin().lock()))?;
    let mut sending = Sending {
        out,
        failed: Ok(()),
    };
    let answer = call::write(pack, &format, &batch, &mut sending);
    sending.failed?;
    Ok(answer)
}

/// The batch that the program ordered, with its format.
fn ordered(from: &mut impl Read) -> io::Result<(String, Batch)> {
    let odd = || io::Error::new(io::ErrorKind::InvalidData, "no batch");
    let mut buffer = Vec::new();
    let Some((Frame::Batch(head), _)) = receive(from, &mut buffer)? else {
        return Err(odd());
    };
    let mut transfers = Vec::new();
    for _ in 0..head.transfers {
        let Some((Frame::Transfer(transfer), _)) = receive(from, &mut buffer)? else {
            return Err(odd());
        };
        transfers.push(transfer.try_into().map_err(io::Error::other)?);
    }
    let format = head.format.clone();
    Ok((format, head.with(transfers).map_err(io::Error::other)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_of_the_same_build_is_understood() {
        let form = FORM.to_string();
        let check = |words: &[&str], understood: bool| {
            let found = Arguments::parse(words.iter().map(OsString::from));
            assert_eq!(found.is_some(), understood, "{words:?}");
        };
        check(&["read", "lib.so", "1000", "10", &form], true);
        check(&["read", "lib.so", "1000", "10", "1"], false);
        check(&["read", "lib.so", "1000", "10"], false);
        check(&["read", "lib.so", "1000", "10", &form, "more"], false);
        check(&["dance", "lib.so", "1000", "10", &form], false);
        check(&["read", "lib.so", "much", "10", &form], false);
        check(&[], false);
    }
}
