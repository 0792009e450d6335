//! The stored form of the engine's events: JSON, with a version for each kind.
//!
//! ```text
//! kind     OrderExpired
//! version  1
//! body     {"by":"system","event":{"order":7},"postings":[]}
//! ```
//!
//! The bytes are canonical: fields in the order of `events`, no spaces, so that one event has one
//! form and its hash means something. Money is whole minor units with a currency code, rates are
//! decimal texts, days and moments are ISO 8601, digests are hexadecimal, absent facts are `null`.
//! An auditor reads them with any JSON tool.
//!
//! What is stored once is readable for ever. When the form of an event changes, its line in
//! `events` gets the next version, and a function in `old` brings bodies of the old version into the
//! new form before they are read. `tests/golden/events.txt` holds every form ever written.

mod events;
mod json;
mod old;
mod values;

use kantor_engine::{Actor, Recorded};
use thiserror::Error;

use self::json::{Fields, Object, Problem};
use crate::log::{NewRecord, Record};

pub use self::events::KINDS;

/// A record whose body this program cannot read. Nothing of it may be used: stop, keep the
/// database, and look at what it says.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error(
    "event {kind} version {version} cannot be read: {at}: {problem}; \
     use the program version that wrote it, or a newer one"
)]
pub struct Unreadable {
    /// The kind of event.
    pub kind: String,
    /// The version of its form.
    pub version: u32,
    /// The field, such as `event.facts.terms.rate`.
    pub at: String,
    /// What is wrong with it.
    pub problem: String,
}

/// The stored form of an event, ready for a [`crate::UnitOfWork`].
pub fn encode(recorded: &Recorded) -> NewRecord {
    let mut body = String::with_capacity(512);
    let mut object = Object::begin(&mut body);
    object.field("by", &recorded.by);
    events::write(&recorded.event, object.raw("event"));
    object.field("postings", &recorded.postings);
    object.end();
    NewRecord {
        kind: recorded.event.kind().to_owned(),
        version: events::version(&recorded.event),
        body: body.into_bytes(),
    }
}

/// The event that a record holds.
pub fn decode(record: &Record) -> Result<Recorded, Unreadable> {
    read(&record.kind, record.version, &record.body).map_err(|problem| Unreadable {
        kind: record.kind.clone(),
        version: record.version,
        at: problem.at(),
        problem: problem.what,
    })
}

fn read(kind: &str, version: u32, body: &[u8]) -> Result<Recorded, Problem> {
    let value = json::parsed(body)?;
    let mut fields = Fields::of(&value)?;
    let by: Actor = fields.take("by")?;
    let event = fields.take_with("event", |value| events::read(kind, version, value))?;
    let postings = fields.take("postings")?;
    fields.end()?;
    Ok(Recorded {
        by,
        event,
        postings,
    })
}
