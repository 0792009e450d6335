//! The child: raises the walls, loads one pack, makes one call, says what came of it, ends.

use std::ffi::OsString;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kantor_model::{
    Batch, Complaint, EntryView, Flow, PartView, StatementFoot, StatementHead, StatementSink,
};
use kantor_plugin_sdk::abi;
use kantor_plugin_sdk::pack::Hints;

use crate::call::{self, Answer, PieceSink};
use crate::frame::{FORM, Frame, Incoming, Outgoing};
use crate::sandbox::{self, Room};
use crate::{PackLibrary, Sandbox, examined};

/// What the child is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Describe,
    Recognise,
    Read,
    Write,
    Examine,
}

impl Mode {
    const ALL: [Mode; 5] = [
        Mode::Describe,
        Mode::Recognise,
        Mode::Read,
        Mode::Write,
        Mode::Examine,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Mode::Describe => "describe",
            Mode::Recognise => "recognise",
            Mode::Read => "read",
            Mode::Write => "write",
            Mode::Examine => "examine",
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
    match run(&arguments, &mut Outgoing::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        // The program went away; there is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(arguments: &Arguments, out: &mut Outgoing<impl Write>) -> io::Result<()> {
    let (library, room) = (&arguments.library, arguments.room);
    if arguments.mode == Mode::Examine {
        return examined::run(library, room, out);
    }
    let sandbox = sandbox::before_load(library, room, || {});
    let Some(pack) = introduce(library, sandbox, out)? else {
        return Ok(());
    };
    let answer = match arguments.mode {
        Mode::Describe | Mode::Examine => Answer::Ok,
        Mode::Recognise => recognise(&pack, out)?,
        Mode::Read => read(&pack, out)?,
        Mode::Write => order_written(&pack, &mut Incoming::new(io::stdin().lock()), out)?,
    };
    out.send(&Frame::Done(answer))?;
    out.flush()
}

/// Loads the library behind the first walls, raises the second, and says what stands and what the
/// pack is; `None` when it is none, which is said, too.
pub(crate) fn introduce(
    library: &Path,
    sandbox: Sandbox,
    out: &mut Outgoing<impl Write>,
) -> io::Result<Option<PackLibrary>> {
    out.send(&Frame::Sandbox(sandbox.clone()))?;
    out.flush()?;
    let pack = match PackLibrary::load(library) {
        Ok(pack) => pack,
        Err(error) => {
            out.send(&Frame::LoadFailed(error))?;
            out.flush()?;
            return Ok(None);
        }
    };
    let raised = sandbox::after_load(sandbox.clone());
    if raised != sandbox {
        out.send(&Frame::Sandbox(raised))?;
    }
    out.send(&Frame::Facts(pack.facts().clone()))?;
    out.flush()?;
    Ok(Some(pack))
}

fn recognise(pack: &PackLibrary, out: &mut Outgoing<impl Write>) -> io::Result<Answer> {
    let mut head = Vec::new();
    io::stdin()
        .lock()
        .take(abi::PIECE_MAX as u64)
        .read_to_end(&mut head)?;
    let (answer, found) = call::recognise(pack, &head);
    out.send(&Frame::Recognised(found.into()))?;
    Ok(answer)
}

/// Sends what it is given; says stop when the program went away.
pub(crate) struct Sending<'a, W> {
    out: &'a mut Outgoing<W>,
    failed: io::Result<()>,
}

impl<'a, W: Write> Sending<'a, W> {
    pub(crate) fn new(out: &'a mut Outgoing<W>) -> Sending<'a, W> {
        Sending {
            out,
            failed: Ok(()),
        }
    }

    /// Whether the program heard everything.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.failed
    }

    fn send(&mut self, frame: &Frame<'_>) -> Flow {
        if self.failed.is_ok() {
            self.failed = self.out.send(frame);
        }
        if self.failed.is_ok() {
            Flow::Continue
        } else {
            Flow::Stop
        }
    }
}

impl<W: Write> StatementSink for Sending<'_, W> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.send(&Frame::Begin(head.into()))
    }
    fn part(&mut self, part: &PartView<'_>) -> Flow {
        self.send(&Frame::Part(part.into()))
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

impl<W: Write> PieceSink for Sending<'_, W> {
    fn push(&mut self, piece: &[u8]) -> Flow {
        self.send(&Frame::Piece(piece))
    }
    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.send(&Frame::Complaint(complaint.into()))
    }
}

fn read(pack: &PackLibrary, out: &mut Outgoing<impl Write>) -> io::Result<Answer> {
    let mut incoming = Incoming::new(io::stdin().lock());
    let Some((Frame::Hints(hints), _)) = incoming.next()? else {
        return Err(odd("no hints"));
    };
    let said = Said::new(hints.into());
    let (rest, stdin) = incoming.into_rest();
    let mut source = Cursor::new(rest).chain(stdin);
    let mut sending = Sending::new(out);
    let answer = call::read(pack, said.hints(), &mut source, &mut sending)?;
    sending.finish()?;
    Ok(answer)
}

/// Lets the pack write the batch that comes in.
pub(crate) fn order_written(
    pack: &PackLibrary,
    from: &mut Incoming<impl Read>,
    out: &mut Outgoing<impl Write>,
) -> io::Result<Answer> {
    let (format, batch) = ordered(from)?;
    let mut sending = Sending::new(out);
    let answer = call::write(pack, &format, &batch, &mut sending);
    sending.finish()?;
    Ok(answer)
}

/// What the program said of a file, kept while the file comes.
struct Said {
    account: Option<String>,
    charset: Option<String>,
    lenient: bool,
}

impl Said {
    fn new(hints: Hints<'_>) -> Said {
        Said {
            account: hints.account.map(str::to_owned),
            charset: hints.charset.map(str::to_owned),
            lenient: hints.lenient,
        }
    }

    fn hints(&self) -> Hints<'_> {
        Hints {
            account: self.account.as_deref(),
            charset: self.charset.as_deref(),
            lenient: self.lenient,
        }
    }
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The batch that the program ordered, with its format.
fn ordered(from: &mut Incoming<impl Read>) -> io::Result<(String, Batch)> {
    let Some((Frame::Batch(head), _)) = from.next()? else {
        return Err(odd("no batch"));
    };
    let mut transfers = Vec::new();
    for _ in 0..head.transfers {
        let Some((Frame::Transfer(transfer), _)) = from.next()? else {
            return Err(odd("no transfer"));
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
