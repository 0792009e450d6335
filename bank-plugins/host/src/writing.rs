//! Asking a pack to write a transfer file: at home or in the child.

use std::io::{self, Write};

use kantor_model::{Batch, Complaint, Flow, Severity};

use crate::call::{self, Answer, PieceSink};
use crate::child::Step;
use crate::frame::{Frame, Outgoing};
use crate::host::{Host, Pack};
use crate::reading::{out_of_turn, settle};
use crate::records::BatchFrame;
use crate::{Limits, PackError, PackFacts, Sandbox};

/// A written transfer file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Id of the pack that wrote it.
    pub pack: String,
    /// Version of that pack.
    pub version: String,
    /// The walls around it.
    pub sandbox: Sandbox,
    /// The file.
    pub bytes: Vec<u8>,
    /// What was written differently from what was asked, such as transliterated letters.
    pub notices: Vec<Complaint>,
    /// Of the file's name, without the dot.
    pub extension: String,
}

/// Collects a written file within the limits.
pub(crate) struct Collecting {
    bytes: Vec<u8>,
    complaints: Vec<Complaint>,
    limits: Limits,
    too_much: Option<(&'static str, u64)>,
}

impl Collecting {
    pub(crate) fn new(limits: Limits) -> Collecting {
        Collecting {
            bytes: Vec::new(),
            complaints: Vec::new(),
            limits,
            too_much: None,
        }
    }

    /// The file, if it is one.
    pub(crate) fn written(
        self,
        facts: &PackFacts,
        sandbox: Sandbox,
        answer: Answer,
        extension: String,
    ) -> Result<Written, PackError> {
        let pack = facts.id.clone();
        if let Some((what, limit)) = self.too_much {
            return Err(PackError::TooMuch { pack, what, limit });
        }
        let fatal = |complaint: &&Complaint| complaint.severity == Severity::Fatal;
        let reason = self
            .complaints
            .iter()
            .find(fatal)
            .map(|complaint| complaint.message.clone());
        // Bytes beside a fatal complaint are no file, whatever the status says.
        if reason.is_some() && matches!(answer, Answer::Ok | Answer::Refused) {
            return Err(PackError::Refused {
                pack,
                complaints: self.complaints,
            });
        }
        settle(&pack, answer, reason)?;
        Ok(Written {
            pack,
            version: facts.version.clone(),
            sandbox,
            bytes: self.bytes,
            notices: self.complaints,
            extension,
        })
    }
}

impl PieceSink for Collecting {
    fn push(&mut self, piece: &[u8]) -> Flow {
        if (self.bytes.len() + piece.len()) as u64 > self.limits.bytes {
            self.too_much.get_or_insert(("bytes", self.limits.bytes));
            return Flow::Stop;
        }
        self.bytes.extend_from_slice(piece);
        Flow::Continue
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        if self.complaints.len() as u64 >= self.limits.complaints {
            self.too_much
                .get_or_insert(("complaints", self.limits.complaints));
            return Flow::Stop;
        }
        self.complaints.push(complaint);
        Flow::Continue
    }
}

/// Lets a pack write a batch.
pub(crate) fn write(
    host: &Host,
    pack: &Pack,
    format: &str,
    batch: &Batch,
) -> Result<Written, PackError> {
    let id = pack.id();
    let extension = offered(pack, format, batch)?;
    let mut collecting = Collecting::new(host.launcher.limits);
    let (facts, sandbox, answer) = match &pack.loaded {
        Some(loaded) => {
            let answer = call::write(loaded, format, batch, &mut collecting);
            (loaded.facts().clone(), Sandbox::in_process(), Some(answer))
        }
        None => {
            let told = host.launcher.call(
                id,
                &pack.info.library,
                crate::worker::Mode::Write,
                |stdin| {
                    // A child that reads no more has its own say.
                    let _ = order(&mut Outgoing::new(stdin), format, batch);
                    Ok(())
                },
                &mut |frame| take(id, frame, &mut collecting),
            )?;
            (told.facts, told.sandbox, told.answer)
        }
    };
    let answer = answer.unwrap_or(Answer::Ok);
    collecting.written(&facts, sandbox, answer, extension)
}

/// The extension of the format, once it is known that the pack offers it for this batch.
fn offered(pack: &Pack, format: &str, batch: &Batch) -> Result<String, PackError> {
    let not_offered = |what: String| PackError::NotOffered {
        pack: pack.id().to_owned(),
        what,
    };
    let writes = &pack.info.facts.writes;
    let Some(known) = writes.iter().find(|known| known.format == format) else {
        return Err(not_offered(format!("write the format `{format}`")));
    };
    let foreign = batch
        .transfers
        .iter()
        .map(|transfer| transfer.amount.currency())
        .find(|currency| !known.currencies.iter().any(|code| code == currency.code()));
    match foreign {
        Some(currency) => Err(not_offered(format!(
            "write {currency} in the format `{format}`"
        ))),
        None => Ok(known.extension.clone()),
    }
}

pub(crate) fn order(to: &mut Outgoing<impl Write>, format: &str, batch: &Batch) -> io::Result<()> {
    to.send(&Frame::Batch(BatchFrame::new(format, batch)))?;
    for transfer in &batch.transfers {
        to.send(&Frame::Transfer(transfer.into()))?;
    }
    to.flush()
}

pub(crate) fn take(
    pack: &str,
    frame: Frame<'_>,
    collecting: &mut Collecting,
) -> Result<Step, PackError> {
    let flow = match frame {
        Frame::Piece(piece) => collecting.push(piece),
        Frame::Complaint(complaint) => collecting.complaint(complaint.into()),
        _ => return Err(out_of_turn(pack)),
    };
    Ok(match flow {
        Flow::Continue => Step::On,
        Flow::Stop => Step::Enough,
    })
}
