//! What happened in this process, one JSON object a line, for machines that watch over it.
//!
//! A line holds numbers, moments, words of the program's own, and what the machine says when it
//! fails. A text that a person wrote has no way into it: no fact takes one. So a request is told by
//! the template of its route and never by its path.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kantor_model::Moment;
use serde_json::{Map, Value};

/// Where the lines go; nowhere until somebody says.
static SINK: OnceLock<Mutex<Box<dyn Write + Send>>> = OnceLock::new();

/// The longest fault that is told.
const LONGEST_FAULT: usize = 500;

/// One fact of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A count, a status, a length of time.
    Number(u64),
    /// A word of the program.
    Word(&'static str),
    /// What the machine, its disk, its network or the database says: never what a person wrote.
    Fault(String),
}

/// Sends the lines somewhere, for as long as the process lives. Only the first call counts.
pub fn open(sink: Box<dyn Write + Send>) {
    // Whoever was first has it.
    let _ = SINK.set(Mutex::new(sink));
}

/// Tells what happened.
pub fn note(what: &'static str, facts: &[(&'static str, Fact)]) {
    let Some(sink) = SINK.get() else { return };
    let mut line = Map::new();
    line.insert("at".to_owned(), Value::String(now().to_string()));
    line.insert("what".to_owned(), Value::from(what));
    for (name, fact) in facts {
        let value = match fact {
            Fact::Number(number) => Value::from(*number),
            Fact::Word(word) => Value::from(*word),
            Fact::Fault(text) => text.chars().take(LONGEST_FAULT).collect::<String>().into(),
        };
        line.insert((*name).to_owned(), value);
    }
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    // A journal that cannot be written must not stop the office.
    let _ = writeln!(sink, "{}", Value::Object(line));
    let _ = sink.flush();
}

/// Tells about a request that was answered.
pub(crate) fn request(
    listener: &'static str,
    method: &'static str,
    route: &'static str,
    status: u16,
    took: Duration,
) {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    note(
        "request",
        &[
            ("listener", Fact::Word(listener)),
            ("method", Fact::Word(method)),
            ("route", Fact::Word(route)),
            ("status", Fact::Number(u64::from(status))),
            ("micros", Fact::Number(micros)),
        ],
    );
}

fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
