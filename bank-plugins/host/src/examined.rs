//! The child of a session: one library behind the walls of every child, and as many calls as the
//! program asks for. A second thread stands ready, because two calls may run at the same time.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use kantor_plugin_sdk::pack::Hints;

use crate::PackLibrary;
use crate::call::{self, Answer};
use crate::frame::{Asked, Frame, Incoming, Outgoing};
use crate::sandbox::{self, Room};
use crate::session::Stopping;
use crate::worker::{Sending, order_written};

/// One file to be read.
struct File {
    bytes: Arc<Vec<u8>>,
    piece: usize,
    stop_at: Option<u64>,
}

/// A file whose pieces are no longer than that.
struct Pieces<'a> {
    rest: &'a [u8],
    longest: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.longest);
        self.rest.read(into.get_mut(..most).unwrap_or_default())
    }
}

/// Reads a file and sends what comes, answer included.
fn read(pack: &PackLibrary, file: &File, out: &mut Outgoing<impl Write>) -> io::Result<()> {
    let mut sending = Sending::new(&mut *out);
    let mut source = Pieces {
        rest: &file.bytes,
        longest: file.piece,
    };
    let mut sink = Stopping::new(&mut sending, file.stop_at);
    let answer = call::read(pack, Hints::default(), &mut source, &mut sink)?;
    sending.finish()?;
    out.send(&Frame::Done(answer))
}

/// The second thread, as the first one holds it.
struct Helper {
    files: Sender<(Arc<PackLibrary>, File)>,
    frames: Receiver<io::Result<Vec<u8>>>,
}

impl Helper {
    /// Started behind the wall around files and before the one around system calls, which forbids
    /// threads; the helper raises that one for itself before it takes anything up.
    fn start() -> Helper {
        let (files, taken) = channel::<(Arc<PackLibrary>, File)>();
        let (told, frames) = channel();
        let (ready, waiting) = channel();
        thread::spawn(move || {
            // Its heap is set up while that may still be done.
            std::hint::black_box(vec![0_u8; 64]);
            let _ = ready.send(sandbox::around_thread());
            while let Ok((pack, file)) = taken.recv() {
                let mut frames = Vec::new();
                let mut out = Outgoing::new(&mut frames);
                let outcome = read(&pack, &file, &mut out).and_then(|()| out.flush());
                let outcome = outcome.map(|()| frames);
                if told.send(outcome).is_err() {
                    return;
                }
            }
        });
        // A wall that failed for the helper fails for the first thread, too, which says so.
        let _ = waiting.recv();
        Helper { files, frames }
    }
}

/// The whole life of the child.
pub(crate) fn run(library: &Path, room: Room, out: &mut Outgoing<impl Write>) -> io::Result<()> {
    let mut helper = None;
    let sandbox = sandbox::before_load(library, room, || helper = Some(Helper::start()));
    let Some(helper) = helper else {
        return Err(io::Error::other("no second thread"));
    };
    let Some(pack) = crate::worker::introduce(library, sandbox, out)? else {
        return Ok(());
    };
    let pack = Arc::new(pack);
    let mut from = Incoming::new(io::stdin().lock());
    let mut bytes = Vec::new();
    while let Some((frame, _)) = from.next()? {
        let asked = match frame {
            Frame::Piece(piece) => {
                bytes.extend_from_slice(piece);
                continue;
            }
            Frame::Asked(asked) => asked,
            _ => return Err(io::Error::from(io::ErrorKind::InvalidData)),
        };
        let file = std::mem::take(&mut bytes);
        answer(&pack, &helper, asked, file, &mut from, out)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(
    pack: &Arc<PackLibrary>,
    helper: &Helper,
    asked: Asked,
    bytes: Vec<u8>,
    from: &mut Incoming<impl Read>,
    out: &mut Outgoing<impl Write>,
) -> io::Result<()> {
    match asked {
        Asked::Recognise => {
            let (answer, found) = call::recognise(pack, &bytes);
            out.send(&Frame::Recognised(found.into()))?;
            out.send(&Frame::Done(answer))
        }
        Asked::Read {
            piece,
            stop_at,
            twice,
        } => {
            let shared = Arc::new(bytes);
            let file = || File {
                bytes: Arc::clone(&shared),
                piece: usize::try_from(piece).unwrap_or(usize::MAX),
                stop_at,
            };
            let gone = |_| io::Error::other("the second thread is gone");
            if twice {
                helper
                    .files
                    .send((Arc::clone(pack), file()))
                    .map_err(|_| io::Error::other("the second thread is gone"))?;
            }
            read(pack, &file(), out)?;
            if twice {
                out.pass_on(&helper.frames.recv().map_err(gone)??);
            }
            Ok(())
        }
        Asked::Write => {
            let answer: Answer = order_written(pack, from, out)?;
            out.send(&Frame::Done(answer))
        }
    }
}
