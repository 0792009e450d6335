//! The office of this process behind the panel's port: asks it, and says its answers in the words
//! of the wire.
//!
//! ```text
//! customers · desk     the two sides of the port
//! views                what the office holds, as the wire shows it
//! factor               the second factor
//! staff                people who cannot come in, and keys
//! counts               what the office counts of itself
//! books                the office's money at a glance
//! say                  what happened, as sentences of the word files
//! read                 what the desk sent, as the office takes it
//! refused              why not, as problem details
//! access               who comes: registration, login, sessions
//! ```

mod access;
mod batches;
mod books;
mod counts;
mod customers;
mod desk;
mod factor;
mod intake;
mod preview;
mod read;
mod refused;
mod rules;
mod say;
mod staff;
mod suspense;
mod views;

use std::sync::Arc;
use std::time::Duration;

use kantor_engine::Actor;
use kantor_office::Office;
use kantor_wire::{Change, Changes};

use crate::port::{Feed, Key, Once, PortError, PortResult};
use crate::serve::StartError;
use access::Access;
use refused::refuse;

pub use access::AccessSettings;

/// An office that runs in this process, as the panel's port.
#[derive(Clone)]
pub struct LocalOffice {
    office: Office,
    access: Arc<Access>,
}

impl LocalOffice {
    /// The port of an open office. Starts the threads that check passwords.
    pub fn open(office: Office, settings: &AccessSettings) -> Result<LocalOffice, StartError> {
        Ok(LocalOffice {
            office,
            access: Arc::new(Access::open(settings)?),
        })
    }
}

impl Feed for LocalOffice {
    fn changes(&self, after: u64, limit: u32) -> PortResult<Changes> {
        let changes = self.office.changes(after, limit as usize).map_err(refuse)?;
        Ok(Changes {
            head: self.office.head(),
            changes: changes.iter().map(change).collect(),
        })
    }

    fn age(&self, seq: u64) -> PortResult<Duration> {
        let changes = self.office.changes(seq.saturating_sub(1), 1);
        let at = changes.map_err(refuse)?.first().map(|change| change.at);
        let now = self.office.now().as_micros();
        let micros = at.map_or(0, |at| now.saturating_sub(at.as_micros()));
        Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    fn wait(&self, after: u64, at_most: Duration) -> PortResult<u64> {
        Ok(self.office.wait(after, at_most))
    }
}

fn change(change: &kantor_office::Change) -> Change {
    Change {
        seq: change.seq,
        at: change.at.to_string(),
        kind: change.kind().to_owned(),
        order: change.order().map(|id| id.to_string()),
        payout: change.payout().map(|id| id.to_string()),
        batch: change.batch().map(|id| id.to_string()),
        account: change.account().map(|id| id.to_string()),
    }
}

/// The office's form of an act that happens once.
fn once(once: &Once) -> Option<kantor_office::Once> {
    Some(kantor_office::Once {
        principal: once.principal.clone(),
        key: once.key.clone(),
        body: once.body.clone().into_bytes(),
    })
}

/// A customer's act: whose it is, the office knows itself.
fn once_of(principal: &str, once: &Key) -> kantor_office::Once {
    kantor_office::Once {
        principal: principal.to_owned(),
        key: once.key.clone(),
        body: once.body.clone().into_bytes(),
    }
}

/// Who acts: the name of the token stands in the history.
fn staff(once: &Once) -> Actor {
    let name = once
        .principal
        .strip_prefix("token:")
        .unwrap_or(&once.principal);
    Actor::Staff(name.to_owned())
}

/// Reads an id of the wire; one that is no number belongs to nothing.
fn number(id: &str) -> Option<u64> {
    id.parse().ok()
}

/// Salt for commitments, from the system.
fn salt() -> PortResult<String> {
    crate::secrets::new_token().map_err(|error| PortError::Down(error.to_string()))
}
