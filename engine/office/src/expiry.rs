//! What time alone asks for.

use kantor_engine::Actor;

use crate::error::ExecuteError;
use crate::request::Request;
use crate::runtime::Office;

impl Office {
    /// Carries out what is due now: deadlines that have passed. Answers how many commands that
    /// were. Safe to call as often as one likes.
    pub fn tick(&self) -> Result<usize, ExecuteError> {
        let now = self.now();
        let due = self.read(|seen| kantor_engine::due(seen, now));
        let mut done = 0;
        for command in due {
            match self.execute(Request::new(Actor::System, command)) {
                Ok(_) => done += 1,
                // Money came, or somebody ended the order, between the question and the answer.
                Err(ExecuteError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}
