//! Requests that are carried out together or not at all, when somebody has seen what each would be
//! answered.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use kantor_engine::Answer;

use super::{AllDone, Stopped, Writer, first_answer};
use crate::counts::Tally;
use crate::error::ExecuteError;
use crate::request::Request;

/// Requests whose answers somebody looks at before anything is committed. The office's turn is held
/// until he says.
pub(crate) struct Together {
    pub(crate) requests: Vec<Request>,
    /// The answers, each as it would be.
    pub(crate) shown: SyncSender<Answers>,
    /// Whether they are to be kept.
    pub(crate) keep: Receiver<bool>,
    /// Whether they were kept.
    pub(crate) done: SyncSender<Result<bool, ExecuteError>>,
}

/// The answers to requests, in their order.
pub(crate) type Answers = Result<Vec<Result<Answer, ExecuteError>>, ExecuteError>;

impl Writer {
    pub(super) fn write_together(&mut self, together: &Together) {
        let done = match self.try_together(together) {
            Ok(kept) => Ok(kept),
            Err(error) => {
                // Where the answers were shown already, nobody waits for them any more.
                let _ = together.shown.try_send(Err(error.clone()));
                self.shared.counts.failed(together.requests.len());
                Err(error)
            }
        };
        if !matches!(done, Ok(true)) {
            self.forget();
        }
        let _ = together.done.send(done);
    }

    /// The last request is only decided until its answer is to be kept: to look at what one request
    /// would do costs what deciding it costs, however big the office is.
    fn try_together(&mut self, together: &Together) -> Result<bool, ExecuteError> {
        let shared = Arc::clone(&self.shared);
        let begun = Instant::now();
        let mut locked = shared.store.lock(shared.settings.office)?;
        let head = self.catch_up(locked.view())?;
        let now = self.now(&*locked, head)?;
        let Some((last, before)) = together.requests.split_last() else {
            return Ok(false);
        };
        let AllDone {
            mut head,
            mut answers,
            mut written,
        } = self.carry_out_all(&mut *locked, before.iter(), head, now)?;
        let (answer, outcome) = match first_answer(&*locked, last).transpose() {
            Some(first) => (first, None),
            None => match self.decide(&*locked, last, now) {
                Ok(outcome) => (Ok(outcome.answer.clone()), Some(outcome)),
                Err(error) => (Err(error), None),
            },
        };
        answers.push(answer);
        let tally = Tally::of(&answers);
        // Who asked may be gone: then nothing is kept.
        let is_shown = together.shown.send(Ok(answers)).is_ok();
        if !is_shown || together.keep.recv() != Ok(true) {
            return Ok(false);
        }
        if let Some(outcome) = outcome {
            match self.record(&mut *locked, last, outcome, head, now) {
                Ok(done) => {
                    head = done.head;
                    written.extend(done.written);
                }
                Err(Stopped::Refused(error) | Stopped::Spoiled(error)) => return Err(error),
            }
        }
        let committed = locked.commit()?;
        debug_assert_eq!(committed.seq, head.seq);
        self.committed(begun, &written, tally);
        Ok(true)
    }
}
