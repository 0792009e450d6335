//! The queue on its way: act by act in order, each moved to its place when the office has answered.

use std::fs;
use std::path::Path;

use kantor_wire::OrderView;
use serde_json::Value;

use super::act::{QueuedAct, QueuedAsk, now, sha256};
use super::error::QueueError;
use super::memory::Sight;
use super::{Entry, FILES, Queue, Standing};
use crate::import::{import_kept, incomplete};
use crate::{
    ApiError, BankPacks, DONE, Hints, ImportError, Imported, Office, PackFailure, REFUSED,
};

/// What became of an act when the queue was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The office did it, now or when it was sent before; its answer.
    Done(Value),
    /// The office refused it, and says why. It is kept for a person to decide.
    Refused(String),
    /// It was not sent and waits on: the reason is the desk's. What follows is sent all the same.
    Held(String),
    /// The office cannot be asked; this act and all that follow wait on.
    Later(String),
}

/// An act that was sent, or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handed {
    /// The act, where it lies now.
    pub entry: Entry,
    /// What became of it.
    pub fate: Fate,
}

/// What became of the whole queue.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Report {
    /// Acts that the office did.
    pub done: usize,
    /// Acts that it refused.
    pub refused: usize,
    /// Acts that wait on.
    pub waiting: usize,
    /// Why the office could not be asked, if so.
    pub stopped: Option<String>,
}

impl Queue {
    /// Whether anything waits to be sent.
    pub fn waits(&self) -> Result<bool, QueueError> {
        Ok(!self.numbers(&self.folder)?.is_empty())
    }

    /// Sends what waits, in order. Each act is told as soon as its fate is known. Stops where the
    /// office cannot be asked; goes on after an act that it refuses.
    pub fn send(
        &self,
        office: &Office,
        packs: &dyn BankPacks,
        mut told: impl FnMut(&Handed),
    ) -> Result<Report, QueueError> {
        let mut report = Report::default();
        if !self.waits()? {
            return Ok(report);
        }
        let _sending = self.sending()?;
        let entries = self.open()?;
        report.waiting = entries.len();
        let seen = match office.office() {
            Ok(seen) => seen,
            Err(error) => {
                report.stopped = Some(error.to_string());
                return Ok(report);
            }
        };
        for entry in entries {
            let fate = match &entry.act {
                None => Fate::Held(entry.why.clone().unwrap_or_default()),
                Some(act) if act.office != seen.name => Fate::Held(format!(
                    "it was queued for {}, and {} answers at this address; name the right office as [desk] url",
                    act.office, seen.name
                )),
                Some(act) if act.by != seen.principal => Fate::Held(format!(
                    "it was queued by {}, and this is the key of {}; send it with the key of {}",
                    act.by, seen.principal, act.by
                )),
                Some(act) => self.carry_out(office, packs, act)?,
            };
            let handed = self.settle(office, entry, fate)?;
            told(&handed);
            match handed.fate {
                Fate::Done(_) => report.done += 1,
                Fate::Refused(_) => report.refused += 1,
                Fate::Held(_) => {}
                Fate::Later(why) => {
                    report.stopped = Some(why);
                    break;
                }
            }
        }
        report.waiting -= report.done + report.refused;
        Ok(report)
    }

    /// Asks the office. That it was asked is written down first: an answer that gets lost, or a desk
    /// that dies here, leaves an act of which it is not known whether it was done.
    fn carry_out(
        &self,
        office: &Office,
        packs: &dyn BankPacks,
        act: &QueuedAct,
    ) -> Result<Fate, QueueError> {
        match &act.ask {
            QueuedAsk::Post { path, body } => {
                self.mark_tried(act)?;
                let answer = office.do_kept(path, body.as_bytes(), &act.key);
                Ok(answer.map_or_else(|error| fate_of(&error), Fate::Done))
            }
            QueuedAsk::Import {
                file,
                name,
                account,
                charset,
                lenient,
            } => {
                let bytes = match self.kept_bytes(file) {
                    Ok(bytes) => bytes,
                    Err(why) => return Ok(Fate::Held(why)),
                };
                self.mark_tried(act)?;
                let hints = Hints {
                    account: account.as_deref(),
                    charset: charset.as_deref(),
                    lenient: *lenient,
                };
                let file = (Path::new(name), bytes.as_slice());
                let outcome = import_kept(office, packs, file, hints, &act.key);
                if let Ok(imported) = &outcome {
                    let seen = Sight::Import(&imported.sha256, &imported.outcome);
                    self.remember(office, seen)?;
                }
                Ok(imported(&outcome))
            }
        }
    }

    fn mark_tried(&self, act: &QueuedAct) -> Result<(), QueueError> {
        let line = format!("sent {}\n", now());
        self.write(&self.tried(act.number), line.as_bytes())
    }

    /// The bytes of a statement file, as they were queued.
    fn kept_bytes(&self, file: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(FILES).join(file);
        match fs::read(&path) {
            Ok(bytes) if sha256(&bytes) == *file => Ok(bytes),
            Ok(_) => Err(format!(
                "{} was changed or torn since it was queued, so it is not sent; import the bank's file again and drop this act",
                path.display()
            )),
            Err(error) => Err(format!(
                "{} cannot be read ({error}), so it is not sent; import the bank's file again and drop this act",
                path.display()
            )),
        }
    }

    /// Puts an act where it belongs now.
    fn settle(&self, office: &Office, entry: Entry, fate: Fate) -> Result<Handed, QueueError> {
        let (standing, path, why) = match &fate {
            Fate::Done(answer) => {
                self.remember_answer(office, answer)?;
                let text = format!("{answer}\n");
                let path = self.put_away(&entry, DONE, "answer", text.as_bytes())?;
                (Standing::Done, path, None)
            }
            Fate::Refused(why) => {
                let text = format!("{why}\n");
                let path = self.put_away(&entry, REFUSED, "txt", text.as_bytes())?;
                (Standing::Refused, path, Some(why.clone()))
            }
            Fate::Held(why) | Fate::Later(why) => {
                let now = self.open_entry(entry.number);
                (now.standing, entry.path.clone(), Some(why.clone()))
            }
        };
        let entry = Entry {
            standing,
            path,
            why,
            ..entry
        };
        Ok(Handed { entry, fate })
    }

    /// An order that the office answered was seen.
    fn remember_answer(&self, office: &Office, answer: &Value) -> Result<(), QueueError> {
        match serde_json::from_value::<OrderView>(answer.clone()) {
            Ok(order) => self.remember(office, Sight::Orders(&[order])),
            Err(_) => Ok(()),
        }
    }
}

fn imported(outcome: &Result<Imported, ImportError>) -> Fate {
    match outcome {
        Ok(imported) if imported.is_complete() => {
            Fate::Done(serde_json::to_value(&imported.outcome).unwrap_or_default())
        }
        Ok(imported) => Fate::Refused(incomplete(imported)),
        Err(ImportError::Api(error)) => fate_of(error),
        Err(ImportError::Pack { failure, .. }) if failure.code == PackFailure::NO_PACK => {
            Fate::Held(failure.to_string())
        }
        Err(error) => Fate::Refused(error.to_string()),
    }
}

/// What the office did not do: because it said no, or because it could not be asked.
fn fate_of(error: &ApiError) -> Fate {
    match error.is_judgement() {
        true => Fate::Refused(error.to_string()),
        false => Fate::Later(error.to_string()),
    }
}
