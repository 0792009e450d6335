//! The program's side of the child: starts it, feeds it, listens within limits, and ends it.

use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::call::Answer;
use crate::error::Crash;
use crate::frame::{FORM, Frame, Incoming};
use crate::library::beside_executable;
use crate::traps::{Attempt, OUT_OF_MEMORY};
use crate::worker::{Mode, NOT_UNDERSTOOD};
use crate::{Limits, PackError, PackFacts, Sandbox, pipe};

/// Where the program that runs packs is, and what its packs may take.
#[derive(Debug, Clone)]
pub(crate) struct Launcher {
    pub(crate) program: Option<PathBuf>,
    pub(crate) limits: Limits,
}

/// What a call told. Only a call that ended in order tells anything.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) sandbox: Sandbox,
    pub(crate) facts: PackFacts,
    /// `None` when we had enough before the pack was done.
    pub(crate) answer: Option<Answer>,
}

/// Whether to listen on.
pub(crate) enum Step {
    On,
    Enough,
}

/// Ends the child when dropped, also while a panic passes through.
struct Ending<'a>(&'a Mutex<Child>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        kill(self.0);
    }
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Harmless where the child has ended already: its status is kept until somebody waits for it.
fn kill(child: &Mutex<Child>) {
    let _ = lock(child).kill();
}

impl Launcher {
    fn program(&self) -> Result<PathBuf, PackError> {
        let name = format!("kantor-pack-child{}", std::env::consts::EXE_SUFFIX);
        let looked_at: Vec<PathBuf> = match &self.program {
            Some(program) => vec![program.clone()],
            None => beside_executable()
                .into_iter()
                .map(|folder| folder.join(&name))
                .collect(),
        };
        match looked_at.iter().find(|path| path.is_file()) {
            Some(program) => Ok(program.clone()),
            None => Err(PackError::NoChild { looked_at }),
        }
    }

    pub(crate) fn start(&self, library: &Path, mode: Mode) -> Result<Child, PackError> {
        let mut command = Command::new(self.program()?);
        command
            .arg(mode.name())
            .arg(library)
            .arg(self.limits.memory.to_string())
            .arg(self.limits.processor_seconds.to_string())
            .arg(FORM.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Passwords and tokens stand in environments; a pack needs none of it.
            .env_clear();
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root); // without it Windows loads no library
        }
        command
            .spawn()
            .map_err(|source| PackError::Child { source })
    }

    /// Makes one call in a child. `feed` writes what the child reads and returns only errors of its
    /// own source; `on_frame` takes what the pack gave.
    pub(crate) fn call(
        &self,
        pack: &str,
        library: &Path,
        mode: Mode,
        feed: impl FnOnce(ChildStdin) -> io::Result<()> + Send,
        on_frame: &mut dyn FnMut(Frame<'_>) -> Result<Step, PackError>,
    ) -> Result<Told, PackError> {
        // Resolved, because the child may open files of the library's real folder only.
        let real = library
            .canonicalize()
            .unwrap_or_else(|_| library.to_path_buf());
        let mut child = self.start(&real, mode)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PackError::Child {
                source: io::Error::other("no pipes"),
            });
        };
        pipe::widen(&stdin);
        pipe::widen(&stdout);
        let child = Mutex::new(child);
        let late = AtomicBool::new(false);
        let (heard, status, fed) = std::thread::scope(|scope| {
            let (done, watched) = channel::<()>();
            let ending = Ending(&child);
            let feeder = scope.spawn(move || feed(stdin));
            scope.spawn(|| {
                let watched = watched;
                if watched.recv_timeout(self.limits.time) == Err(RecvTimeoutError::Timeout) {
                    late.store(true, Ordering::SeqCst);
                    kill(&child);
                }
            });
            let heard = self.listen(pack, stdout, on_frame);
            drop(done);
            drop(ending);
            let status = lock(&child).wait();
            let fed = feeder
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (heard, status, fed)
        });
        if late.load(Ordering::SeqCst) {
            let (pack, after) = (pack.to_owned(), self.limits.time);
            return Err(PackError::TimedOut { pack, after });
        }
        // A file that breaks off in our own hands looks complete to the pack.
        fed.map_err(|source| PackError::Source { source })?;
        match heard? {
            Some(told) => Ok(told),
            None => {
                let status = status.map_err(|source| PackError::Child { source })?;
                Err(self.silence(pack, status))
            }
        }
    }

    /// What the child told; `None` when it fell silent before it was done.
    fn listen(
        &self,
        pack: &str,
        stdout: impl Read,
        on_frame: &mut dyn FnMut(Frame<'_>) -> Result<Step, PackError>,
    ) -> Result<Option<Told>, PackError> {
        let breach = |what: &str| PackError::BrokeContract {
            pack: pack.to_owned(),
            what: what.to_owned(),
        };
        let mut from = Incoming::new(stdout);
        let mut bytes = 0_u64;
        let mut sandbox = None;
        let mut facts = None;
        loop {
            let frame = match from.next() {
                Ok(Some((frame, length))) => {
                    bytes += length;
                    frame
                }
                Ok(None) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    return Err(breach(&format!(
                        "its process sent {error}; a pack must not print"
                    )));
                }
                Err(source) => return Err(PackError::Child { source }),
            };
            if bytes > self.limits.bytes {
                let (pack, limit) = (pack.to_owned(), self.limits.bytes);
                return Err(PackError::TooMuch {
                    pack,
                    what: "bytes",
                    limit,
                });
            }
            match (frame, &sandbox, &facts) {
                (Frame::Sandbox(said), None, None) => sandbox = Some(said),
                // The second wall may fail where the first stood; it cannot mend the first.
                (Frame::Sandbox(Sandbox::Unsandboxed(reason)), Some(_), None) => {
                    sandbox = Some(Sandbox::Unsandboxed(reason));
                }
                (Frame::LoadFailed(error), Some(_), None) => return Err(error.into()),
                (Frame::Facts(said), Some(_), None) => facts = Some(said),
                (Frame::Done(answer), Some(sandbox), Some(facts)) => {
                    return Ok(Some(Told {
                        sandbox: sandbox.clone(),
                        facts: facts.clone(),
                        answer: Some(answer),
                    }));
                }
                (frame, Some(sandbox), Some(facts)) => match on_frame(frame)? {
                    Step::On => {}
                    Step::Enough => {
                        return Ok(Some(Told {
                            sandbox: sandbox.clone(),
                            facts: facts.clone(),
                            answer: None,
                        }));
                    }
                },
                _ => {
                    return Err(breach(
                        "its process spoke out of turn; a pack must not print",
                    ));
                }
            }
        }
    }

    pub(crate) fn silence(&self, pack: &str, status: ExitStatus) -> PackError {
        let pack = pack.to_owned();
        let how = crash(status);
        if let Some(Crash::Exit(code)) = how
            && let Some(attempt) = Attempt::of_code(code)
        {
            let what = attempt.what().to_owned();
            return PackError::BrokeContract { pack, what };
        }
        match how {
            // The handler of the traps could not run: threads are started with signals blocked.
            Some(Crash::Signal(SYS)) => PackError::BrokeContract {
                pack,
                what: "it asked the system for what no pack may have".to_owned(),
            },
            Some(Crash::Exit(OUT_OF_MEMORY)) => PackError::OutOfMemory {
                pack,
                limit: self.limits.memory,
            },
            Some(Crash::Signal(XCPU)) => PackError::TimedOut {
                pack,
                after: std::time::Duration::from_secs(self.limits.processor_seconds),
            },
            Some(Crash::Exit(code)) if code == i32::from(NOT_UNDERSTOOD) => PackError::OtherBuild,
            Some(how) => PackError::Crashed { pack, how },
            None => PackError::BrokeContract {
                pack,
                what: "it ended its process instead of returning".to_owned(),
            },
        }
    }
}

/// The signal for a process that used up its processor time (Linux).
const XCPU: i32 = 24;

/// The signal for a forbidden call of the system (Linux).
const SYS: i32 = 31;

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// How a process crashed; `None` when it ended in order.
fn crash(status: ExitStatus) -> Option<Crash> {
    match (signal(status), status.code()) {
        (Some(signal), _) => Some(Crash::Signal(signal)),
        (None, Some(0)) => None,
        (None, Some(code)) => Some(Crash::Exit(code)),
        (None, None) => Some(Crash::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Outgoing;
    use crate::reading::out_of_turn;

    fn facts() -> Frame<'static> {
        Frame::Facts(PackFacts {
            id: "x".to_owned(),
            name: "X".to_owned(),
            version: "1".to_owned(),
            build: None,
            banks: Vec::new(),
            reads: Vec::new(),
            writes: Vec::new(),
        })
    }

    /// What is made of the frames that a child sends.
    fn check(frames: &[Frame<'_>], expected: &str) {
        let launcher = Launcher {
            program: None,
            limits: Limits::default(),
        };
        let mut sent = Vec::new();
        let mut out = Outgoing::new(&mut sent);
        for frame in frames {
            out.send(frame).unwrap();
        }
        out.flush().unwrap();
        let found = match launcher.listen("x", sent.as_slice(), &mut |_| Err(out_of_turn("x"))) {
            Ok(Some(told)) => told.sandbox.to_string(),
            Ok(None) => "silence".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn a_wall_that_is_missing_is_told_and_cannot_be_mended_by_a_pack() {
        let missing = || Frame::Sandbox(Sandbox::Unsandboxed("no landlock".to_owned()));
        let enforced = || Frame::Sandbox(Sandbox::Enforced);
        let done = || Frame::Done(Answer::Ok);
        check(&[enforced(), facts(), done()], "sandboxed");
        check(&[missing(), facts(), done()], "not sandboxed: no landlock");
        check(
            &[enforced(), missing(), facts(), done()],
            "not sandboxed: no landlock",
        );
        check(
            &[missing(), enforced(), facts(), done()],
            "spoke out of turn",
        );
    }

    #[test]
    fn frames_out_of_turn_are_a_breach() {
        let enforced = || Frame::Sandbox(Sandbox::Enforced);
        check(&[], "silence");
        check(&[enforced(), facts()], "silence");
        check(&[facts()], "spoke out of turn");
        check(&[enforced(), Frame::Done(Answer::Ok)], "spoke out of turn");
        check(&[enforced(), facts(), facts()], "spoke out of turn");
    }

    /// A child that was built at another time would take one frame for another, and its pack would
    /// be blamed for it.
    #[test]
    #[cfg(unix)] // statuses are made up from numbers
    fn a_child_of_another_build_is_told_and_no_pack_is_blamed() {
        use std::os::unix::process::ExitStatusExt;
        let launcher = Launcher {
            program: None,
            limits: Limits::default(),
        };
        let check = |raw: i32, expected: &str| {
            let found = launcher.silence("x", ExitStatus::from_raw(raw)).to_string();
            assert!(found.contains(expected), "{found}");
        };
        check(i32::from(NOT_UNDERSTOOD) << 8, "is of another build");
        check(1 << 8, "crashed (exit code 1)");
        check(0, "ended its process");
        check(11, "crashed (signal 11 SIGSEGV)");
        check(XCPU, "did not finish within 300 seconds");
    }
}
