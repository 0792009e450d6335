//! Many calls of one pack in one child, for those who examine packs: what costs a process each in
//! an office costs microseconds here, behind the same walls.
//!
//! A call that the pack does not survive ends the child and is told as it would be in an office;
//! the next call starts another child.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kantor_model::{
    Batch, Complaint, EntryView, Flow, PartView, StatementFoot, StatementHead, StatementSink,
};
use kantor_plugin_sdk::abi;
use kantor_plugin_sdk::pack::Recognition;

use crate::call::Answer;
use crate::child::Launcher;
use crate::frame::{Asked, Frame, Incoming, Outgoing};
use crate::guard::Guard;
use crate::reading::{self, out_of_turn, report, settle, value};
use crate::worker::Mode;
use crate::writing::{self, Collecting, Written, order};
use crate::{Limits, PackError, PackFacts, ReadReport, Sandbox};

/// How a file is given to a pack, and how much of its records is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The most bytes in one piece; at least 1.
    pub piece: usize,
    /// The sink says stop at this record, counted from 1 with complaints.
    pub stop_at: Option<u64>,
}

impl Way {
    /// In pieces as an office gives them, and to the end.
    pub const WHOLE: Way = Way {
        piece: 64 * 1024,
        stop_at: None,
    };
}

/// One pack in a child of its own.
#[derive(Debug)]
pub struct Session {
    launcher: Launcher,
    library: PathBuf,
    facts: PackFacts,
    sandbox: Sandbox,
    running: Option<Running>,
    started: u64,
}

#[derive(Debug)]
struct Running {
    child: Mutex<Child>,
    pipes: Pipes,
}

impl Running {
    /// Ends the child and says how it had ended, or would have.
    fn end(self) -> std::io::Result<ExitStatus> {
        end(&self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = end(&self.child);
    }
}

/// Harmless where it has ended already: its status is kept until somebody waits for it.
fn end(child: &Mutex<Child>) -> std::io::Result<ExitStatus> {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = child.kill();
    child.wait()
}

#[derive(Debug)]
struct Pipes {
    stdin: Outgoing<ChildStdin>,
    stdout: Incoming<ChildStdout>,
}

impl Pipes {
    /// Gives the child its bytes and says what to do with them. It takes all of it before it says
    /// anything; one that has died has its own say.
    fn ask(&mut self, bytes: &[u8], asked: Asked) {
        let mut say = || {
            for piece in bytes.chunks(abi::PIECE_MAX) {
                self.stdin.send(&Frame::Piece(piece))?;
            }
            self.stdin.send(&Frame::Asked(asked))?;
            self.stdin.flush()
        };
        let _ = say();
    }

    /// The next frame.
    fn next(&mut self, pack: &str) -> Result<(Frame<'_>, u64), Ended> {
        match self.stdout.next() {
            Ok(Some(heard)) => Ok(heard),
            Ok(None) => Err(Ended::Silent),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(Ended::Silent),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                Err(Ended::Error(PackError::BrokeContract {
                    pack: pack.to_owned(),
                    what: format!("its process sent {error}; a pack must not print"),
                }))
            }
            Err(source) => Err(Ended::Error(PackError::Child { source })),
        }
    }

    /// Everything until the answer.
    fn hear(
        &mut self,
        pack: &str,
        limits: Limits,
        mut on_frame: impl FnMut(Frame<'_>) -> Result<(), PackError>,
    ) -> Result<Answer, Ended> {
        let mut bytes = 0;
        loop {
            let (frame, length) = self.next(pack)?;
            bytes += length;
            if bytes > limits.bytes {
                return Err(Ended::Error(PackError::TooMuch {
                    pack: pack.to_owned(),
                    what: "bytes",
                    limit: limits.bytes,
                }));
            }
            match frame {
                Frame::Done(answer) => return Ok(answer),
                frame => on_frame(frame)?,
            }
        }
    }
}

/// Why a conversation ended: the pack's child fell silent, or said something that settles it.
enum Ended {
    Silent,
    Error(PackError),
}

impl From<PackError> for Ended {
    fn from(error: PackError) -> Ended {
        Ended::Error(error)
    }
}

impl Session {
    /// Starts a child, `kantor-pack-child` beside this program unless `child` names it, and asks
    /// the library what it is.
    ///
    /// # Errors
    /// [`PackError`], as for a pack that is discovered.
    pub fn open(
        child: Option<PathBuf>,
        library: &Path,
        limits: Limits,
    ) -> Result<Session, PackError> {
        let name = library.display().to_string();
        let mut session = Session {
            launcher: Launcher {
                program: child,
                limits,
            },
            library: library
                .canonicalize()
                .unwrap_or_else(|_| library.to_path_buf()),
            facts: PackFacts {
                id: name,
                name: String::new(),
                version: String::new(),
                build: None,
                banks: Vec::new(),
                reads: Vec::new(),
                writes: Vec::new(),
            },
            sandbox: Sandbox::Enforced,
            running: None,
            started: 0,
        };
        session.talk(|_, _| Ok(()))?;
        Ok(session)
    }

    /// What the pack says of itself.
    pub fn facts(&self) -> &PackFacts {
        &self.facts
    }

    /// The walls around it.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// How many children were needed so far; one that lives through everything is one.
    pub fn children(&self) -> u64 {
        self.started
    }

    /// Asks what the pack thinks of the head of a file.
    ///
    /// # Errors
    /// [`PackError`].
    pub fn recognise(&mut self, head: &[u8]) -> Result<Recognition, PackError> {
        let head = head.get(..abi::PIECE_MAX).unwrap_or(head);
        let (id, limits) = (self.facts.id.clone(), self.launcher.limits);
        self.talk(|pipes, _| {
            pipes.ask(head, Asked::Recognise);
            let mut found = None;
            let answer = pipes.hear(&id, limits, |frame| match frame {
                Frame::Recognised(said) if found.is_none() => {
                    found = Some(value(&id, said.try_into())?);
                    Ok(())
                }
                _ => Err(out_of_turn(&id)),
            })?;
            settle(&id, answer, None)?;
            found.ok_or_else(|| out_of_turn(&id).into())
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`PackError`], as in an office.
    pub fn read(
        &mut self,
        bytes: &[u8],
        way: Way,
        sink: &mut dyn StatementSink,
    ) -> Result<ReadReport, PackError> {
        self.reads(bytes, way, [sink])
            .map(|[report]: [ReadReport; 1]| report)
    }

    /// Reads a file twice at the same time, on two threads of one process.
    ///
    /// # Errors
    /// [`PackError`], as in an office.
    pub fn read_twice_at_once(
        &mut self,
        bytes: &[u8],
        sinks: [&mut dyn StatementSink; 2],
    ) -> Result<[ReadReport; 2], PackError> {
        self.reads(bytes, Way::WHOLE, sinks)
    }

    fn reads<const N: usize>(
        &mut self,
        bytes: &[u8],
        way: Way,
        sinks: [&mut dyn StatementSink; N],
    ) -> Result<[ReadReport; N], PackError> {
        let (facts, limits) = (self.facts.clone(), self.launcher.limits);
        let asked = Asked::Read {
            piece: way.piece.clamp(1, abi::PIECE_MAX) as u64,
            stop_at: way.stop_at,
            twice: N == 2,
        };
        self.talk(|pipes, sandbox| {
            pipes.ask(bytes, asked);
            let mut reports = Vec::new();
            for sink in sinks {
                let mut stopping = Stopping::new(sink, way.stop_at);
                let mut guard = Guard::new(&mut stopping, limits);
                let answer = pipes.hear(&facts.id, limits, |frame| {
                    reading::take(&facts.id, frame, &mut guard).map(|_| ())
                })?;
                reports.push(report(&facts, sandbox.clone(), guard, answer)?);
            }
            reports
                .try_into()
                .map_err(|_| Ended::Error(out_of_turn(&facts.id)))
        })
    }

    /// Writes a batch in one of the formats that the pack offers.
    ///
    /// # Errors
    /// [`PackError`], as in an office.
    pub fn write(&mut self, format: &str, batch: &Batch) -> Result<Written, PackError> {
        let (facts, limits) = (self.facts.clone(), self.launcher.limits);
        self.talk(|pipes, sandbox| {
            pipes.ask(&[], Asked::Write);
            // A child that reads no more has its own say.
            let _ = order(&mut pipes.stdin, format, batch);
            let mut collecting = Collecting::new(limits);
            let answer = pipes.hear(&facts.id, limits, |frame| {
                writing::take(&facts.id, frame, &mut collecting).map(|_| ())
            })?;
            let extension = facts
                .writes
                .iter()
                .find(|known| known.format == format)
                .map_or_else(String::new, |known| known.extension.clone());
            Ok(collecting.written(&facts, sandbox.clone(), answer, extension)?)
        })
    }

    /// One conversation with the child, within the limit of time; a child that fails it is ended.
    fn talk<T>(
        &mut self,
        conversation: impl FnOnce(&mut Pipes, &Sandbox) -> Result<T, Ended>,
    ) -> Result<T, PackError> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let limit = self.launcher.limits.time;
        let (late, sandbox) = (AtomicBool::new(false), &self.sandbox);
        let Running { child, pipes } = &mut running;
        let outcome = within(limit, child, &late, || conversation(pipes, sandbox));
        let error = match outcome {
            Ok(told) => {
                self.running = Some(running);
                return Ok(told);
            }
            Err(ended) => self.ended(running, ended),
        };
        if late.load(Ordering::SeqCst) {
            return Err(PackError::TimedOut {
                pack: self.facts.id.clone(),
                after: limit,
            });
        }
        Err(error)
    }

    fn ended(&self, running: Running, ended: Ended) -> PackError {
        match ended {
            Ended::Error(error) => error,
            Ended::Silent => match running.end() {
                Ok(status) => self.launcher.silence(&self.facts.id, status),
                Err(source) => PackError::Child { source },
            },
        }
    }

    /// Starts a child and takes down what it says before it is asked anything.
    fn start(&mut self) -> Result<Running, PackError> {
        self.started += 1;
        let mut child = self.launcher.start(&self.library, Mode::Examine)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PackError::Child {
                source: std::io::Error::other("no pipes"),
            });
        };
        let mut running = Running {
            child: Mutex::new(child),
            pipes: Pipes {
                stdin: Outgoing::new(stdin),
                stdout: Incoming::new(stdout),
            },
        };
        let (limit, late) = (self.launcher.limits.time, AtomicBool::new(false));
        let pack = self.facts.id.clone();
        let Running { child, pipes } = &mut running;
        match within(limit, child, &late, || introduced(pipes, &pack)) {
            Ok((facts, sandbox)) => {
                (self.facts, self.sandbox) = (facts, sandbox);
                Ok(running)
            }
            Err(_) if late.load(Ordering::SeqCst) => {
                Err(PackError::TimedOut { pack, after: limit })
            }
            Err(ended) => Err(self.ended(running, ended)),
        }
    }
}

/// What a child says of itself before the first call.
fn introduced(pipes: &mut Pipes, pack: &str) -> Result<(PackFacts, Sandbox), Ended> {
    let mut sandbox = None;
    loop {
        match (pipes.next(pack)?.0, &sandbox) {
            (Frame::Sandbox(said), _) => sandbox = Some(said),
            (Frame::LoadFailed(error), Some(_)) => return Err(Ended::Error(error.into())),
            (Frame::Facts(facts), Some(sandbox)) => return Ok((facts, sandbox.clone())),
            _ => return Err(Ended::Error(out_of_turn(pack))),
        }
    }
}

/// Does something that the child's end interrupts, and ends the child when it takes too long.
fn within<T>(
    limit: Duration,
    child: &Mutex<Child>,
    late: &AtomicBool,
    work: impl FnOnce() -> T,
) -> T {
    std::thread::scope(|scope| {
        let (done, watched) = channel::<()>();
        scope.spawn(move || {
            if watched.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                late.store(true, Ordering::SeqCst);
                let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = child.kill();
            }
        });
        let outcome = work();
        drop(done);
        outcome
    })
}

/// Says stop at one record, as a caller does who has enough.
pub(crate) struct Stopping<'a> {
    sink: &'a mut dyn StatementSink,
    at: Option<u64>,
    given: u64,
}

impl<'a> Stopping<'a> {
    pub(crate) fn new(sink: &'a mut dyn StatementSink, at: Option<u64>) -> Stopping<'a> {
        Stopping { sink, at, given: 0 }
    }

    fn pass(&mut self, flow: Flow) -> Flow {
        self.given += 1;
        if self.at.is_some_and(|at| self.given >= at) {
            Flow::Stop
        } else {
            flow
        }
    }
}

impl StatementSink for Stopping<'_> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        let flow = self.sink.begin(head);
        self.pass(flow)
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        let flow = self.sink.part(part);
        self.pass(flow)
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        let flow = self.sink.entry(entry);
        self.pass(flow)
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        let flow = self.sink.end(foot);
        self.pass(flow)
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        let flow = self.sink.complaint(complaint);
        self.pass(flow)
    }
}
