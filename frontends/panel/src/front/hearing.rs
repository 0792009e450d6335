//! Whether a panel hears its office: told to the journal when that changes, with the reason.

use std::sync::{Mutex, PoisonError};

use crate::journal::{self, Fact};
use crate::port::{PortError, PortResult};

/// Why the office was not heard the last time; `None` when it was.
#[derive(Default)]
pub(super) struct Hearing(Mutex<Option<String>>);

impl Hearing {
    /// Looks at an answer, and tells where it is another than the one before. The reasons are the
    /// machine's and our own words: no answer of the office is told in them.
    pub(super) fn judge<T>(&self, answer: PortResult<T>) -> PortResult<T> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &answer {
            Err(PortError::Down(why)) => {
                if told.as_ref() != Some(why) {
                    journal::note("office_away", &[("fault", Fact::Fault(why.clone()))]);
                    *told = Some(why.clone());
                }
            }
            // A refusal is an answer.
            Ok(_) | Err(PortError::Refused(_)) => {
                if told.take().is_some() {
                    journal::note("office_back", &[]);
                }
            }
        }
        drop(told);
        answer
    }
}
