//! Asking a pack what it is, what it thinks of a file, and to read one: at home or in the child.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ChildStdin;

use kantor_model::{EntryView, Flow, PartView, StatementSink};
use kantor_plugin_sdk::pack::{Hints, Recognition};

use crate::call::{self, Answer};
use crate::child::{Launcher, Step};
use crate::frame::{Frame, Outgoing};
use crate::guard::{Counts, Fault, Guard};
use crate::host::{Host, Opinion, Pack};
use crate::worker::Mode;
use crate::{PackError, PackFacts, Sandbox};

/// How a statement file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadReport {
    /// Id of the pack that read it.
    pub pack: String,
    /// Version of that pack.
    pub version: String,
    /// The walls around it. An import that ran without them says so.
    pub sandbox: Sandbox,
    /// What every pack thought of the file; empty when the pack was named.
    pub opinions: Vec<Opinion>,
    /// Statements that began.
    pub statements: u64,
    /// Entries of all statements.
    pub entries: u64,
    /// Complaints that leave the statements trustworthy.
    pub notices: u64,
    /// Complaints that do not.
    pub fatal: u64,
    /// The sink wanted no more before the file was at its end.
    pub stopped: bool,
}

impl ReadReport {
    /// Whether the whole file was read and every fact in it: only then is anything booked.
    pub fn trustworthy(&self) -> bool {
        self.fatal == 0 && !self.stopped
    }
}

/// The facts and the walls of a library that is not yet a pack of ours.
pub(crate) fn describe(
    launcher: &Launcher,
    library: &Path,
) -> Result<(PackFacts, Sandbox), PackError> {
    let name = library.display().to_string();
    let told = launcher.call(&name, library, Mode::Describe, nothing, &mut |_| {
        Err(out_of_turn(&name))
    })?;
    Ok((told.facts, told.sandbox))
}

/// What a pack thinks of the head of a file.
pub(crate) fn recognise(host: &Host, pack: &Pack, head: &[u8]) -> Result<Recognition, PackError> {
    let id = pack.id();
    if let Some(loaded) = &pack.loaded {
        let (answer, found) = call::recognise(loaded, head);
        settle(id, answer, None)?;
        return Ok(found);
    }
    let mut found = None;
    let told = host.launcher.call(
        id,
        &pack.info.library,
        Mode::Recognise,
        |mut stdin| {
            // The child may have ended already; its end says why.
            let _ = stdin.write_all(head);
            Ok(())
        },
        &mut |frame| match frame {
            Frame::Recognised(said) if found.is_none() => {
                found = Some(value(id, said.try_into())?);
                Ok(Step::On)
            }
            _ => Err(out_of_turn(id)),
        },
    )?;
    settle(id, told.answer.unwrap_or(Answer::Ok), None)?;
    found.ok_or_else(|| out_of_turn(id))
}

/// Lets a pack read a file, behind the guard.
pub(crate) fn read(
    host: &Host,
    pack: &Pack,
    hints: Hints<'_>,
    source: &mut (dyn Read + Send),
    sink: &mut dyn StatementSink,
) -> Result<ReadReport, PackError> {
    let id = pack.id();
    if pack.info.facts.reads.is_empty() {
        return Err(PackError::NotOffered {
            pack: id.to_owned(),
            what: "read statements".to_owned(),
        });
    }
    let mut guard = Guard::new(sink, host.launcher.limits);
    let (facts, sandbox, answer) = match &pack.loaded {
        Some(loaded) => {
            let answer = call::read(loaded, hints, source, &mut guard)
                .map_err(|source| PackError::Source { source })?;
            (loaded.facts().clone(), Sandbox::in_process(), Some(answer))
        }
        None => {
            let told = host.launcher.call(
                id,
                &pack.info.library,
                Mode::Read,
                |stdin| pour(hints, source, stdin),
                &mut |frame| take(id, frame, &mut guard),
            )?;
            (told.facts, told.sandbox, told.answer)
        }
    };
    if facts.id != id {
        return Err(PackError::BrokeContract {
            pack: id.to_owned(),
            what: format!("its library now calls itself `{}`", facts.id),
        });
    }
    report(&facts, sandbox, guard, answer.unwrap_or(Answer::Ok))
}

/// What a reading came to, once everything that came through the guard is settled.
pub(crate) fn report(
    facts: &PackFacts,
    sandbox: Sandbox,
    mut guard: Guard<'_>,
    answer: Answer,
) -> Result<ReadReport, PackError> {
    guard.finish(&answer);
    if let Some(fault) = guard.fault.take() {
        return Err(fault_error(&facts.id, fault));
    }
    let stopped = guard.stopped_by_caller();
    settle(&facts.id, answer, guard.last_fatal.take())?;
    let Counts {
        statements,
        entries,
        notices,
        fatal,
    } = guard.counts;
    Ok(ReadReport {
        pack: facts.id.clone(),
        version: facts.version.clone(),
        sandbox,
        opinions: Vec::new(),
        statements,
        entries,
        notices,
        fatal,
        stopped,
    })
}

/// One frame of a reading child through the guard.
pub(crate) fn take(pack: &str, frame: Frame<'_>, guard: &mut Guard<'_>) -> Result<Step, PackError> {
    let flow = match frame {
        Frame::Begin(head) => guard.begin(value(pack, head.try_into())?),
        Frame::Part(part) => guard.part(&value(pack, PartView::try_from(part))?),
        Frame::Entry(entry) => guard.entry(&value(pack, EntryView::try_from(entry))?),
        Frame::End(foot) => guard.end(value(pack, foot.try_into())?),
        Frame::Complaint(complaint) => guard.complaint(complaint.into()),
        _ => return Err(out_of_turn(pack)),
    };
    Ok(match flow {
        Flow::Continue => Step::On,
        Flow::Stop => Step::Enough,
    })
}

fn fault_error(pack: &str, fault: Fault) -> PackError {
    let pack = pack.to_owned();
    match fault {
        Fault::Breach(what) => PackError::BrokeContract { pack, what },
        Fault::TooMuch { what, limit } => PackError::TooMuch { pack, what, limit },
    }
}

/// What an answer means, apart from `Refused`, which only a writer gives.
pub(crate) fn settle(
    pack: &str,
    answer: Answer,
    last_fatal: Option<String>,
) -> Result<(), PackError> {
    let pack = pack.to_owned();
    Err(match answer {
        Answer::Ok | Answer::Unreadable => return Ok(()),
        Answer::Panicked => PackError::Panicked {
            pack,
            reason: last_fatal.unwrap_or_else(|| {
                "it met a bug of its own and did not say which; nothing of this attempt is used: \
                 update the pack, or send the file to its author"
                    .to_owned()
            }),
        },
        Answer::Breach(what) => PackError::BrokeContract { pack, what },
        Answer::Unknown(what) => PackError::Unknown { pack, what },
        Answer::Refused => PackError::BrokeContract {
            pack,
            what: "it refused without a reason".to_owned(),
        },
        Answer::SourceFailed => PackError::BrokeContract {
            pack,
            what: "it said that its source failed, and it had not".to_owned(),
        },
    })
}

/// A value from the child, or the breach that it is none.
pub(crate) fn value<T>(pack: &str, value: Result<T, String>) -> Result<T, PackError> {
    value.map_err(|what| PackError::BrokeContract {
        pack: pack.to_owned(),
        what,
    })
}

pub(crate) fn out_of_turn(pack: &str) -> PackError {
    PackError::BrokeContract {
        pack: pack.to_owned(),
        what: "its process spoke out of turn; a pack must not print".to_owned(),
    }
}

fn nothing(_: ChildStdin) -> io::Result<()> {
    Ok(())
}

/// Copies the file to the child. An error of the file is returned; a child that reads no more is
/// none, because it has its own say.
fn pour(hints: Hints<'_>, source: &mut (dyn Read + Send), mut stdin: ChildStdin) -> io::Result<()> {
    let mut out = Outgoing::new(&mut stdin);
    if out.send(&Frame::Hints(hints.into())).is_err() || out.flush().is_err() {
        return Ok(());
    }
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if stdin
            .write_all(buffer.get(..count).unwrap_or_default())
            .is_err()
        {
            return Ok(());
        }
    }
}
