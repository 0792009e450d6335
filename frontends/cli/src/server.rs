//! An office in this process: store, runtime, and what happens by itself.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kantor_engine::Policy;
use kantor_office::{Clock, ExecuteError, Office, OpenOfficeError, Role, TokenRecord};
use kantor_panel::journal::{self, Fact};
use kantor_store::AccessError;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::database::Kept;
use crate::listeners::Part;
use crate::mail::MailFolder;
use crate::private::write_private;

/// How often deadlines and notices are looked at.
const TURN: Duration = Duration::from_secs(1);

/// How often what nobody needs any more is removed.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Why an office could not be made or served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] kantor_store::OpenError),
    /// The database that a configuration names.
    #[error("{}: office.database: {error}", path.display())]
    Database {
        /// The configuration.
        path: PathBuf,
        /// Why it cannot be opened.
        error: kantor_store::OpenError,
    },
    /// The number that a configuration names.
    #[error("{}: office.number: {error}", path.display())]
    Number {
        /// The configuration.
        path: PathBuf,
        /// There is no such office.
        error: AccessError,
    },
    /// The database when it is to be left.
    #[error("the database could not be tidied up, and is whole all the same: {0}")]
    Close(#[from] AccessError),
    /// The office in it.
    #[error(transparent)]
    Office(#[from] OpenOfficeError),
    /// Its people.
    #[error(transparent)]
    People(#[from] kantor_office::PeopleError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address} ({section}.listen in kantor.toml): {source}; {}", remedy(source.kind()))]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Whose.
        section: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate.
    #[error(transparent)]
    Tls(#[from] kantor_panel::TlsError),
    /// The listeners' threads.
    #[error(transparent)]
    Panel(#[from] kantor_panel::StartError),
    /// No randomness from the system.
    #[error(transparent)]
    Random(#[from] kantor_panel::NoRandomness),
    /// A file of the office's folder.
    #[error("{path}: {source}; check the folder's rights")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// What to do when an address cannot be listened on.
fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AddrInUse => "choose another port, or stop the program that uses it",
        ErrorKind::AddrNotAvailable => "name an address of this machine",
        ErrorKind::PermissionDenied => {
            "choose a port from 1024 on, or have the service manager open it (kantor.socket)"
        }
        // The system's own list, open for more.
        _ => "choose another address",
    }
}

/// An office in this process, with the store that it is in.
pub(crate) struct Opened {
    pub(crate) office: Office,
    kept: Kept,
}

impl Opened {
    /// Leaves everything in the database's one file; what is acknowledged is on the disk anyway.
    pub(crate) fn close(&self) -> Result<(), ServeError> {
        Ok(self.kept.leave()?)
    }
}

/// Makes a new office's database and its first administrator token.
pub(crate) fn create(
    config: &Config,
    clock: Arc<dyn Clock>,
    policy: Policy,
) -> Result<Opened, ServeError> {
    let kept = config.office.database.open()?;
    let office = Office::create(Arc::clone(&kept.store), config.settings(), clock, policy)?;
    let token = kantor_panel::new_token()?;
    office.add_token(&TokenRecord {
        name: "administrator".to_owned(),
        role: Role::Administrator,
        token_hash: kantor_panel::sha256_hex(token.as_bytes()),
    })?;
    write_secret(&config.desk.token_file, &token)?;
    Ok(Opened { office, kept })
}

/// Opens an office that exists.
pub(crate) fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Opened, ServeError> {
    let kept = config.office.database.open_existing();
    let kept = kept.map_err(|error| ServeError::Database {
        path: config.path.clone(),
        error,
    })?;
    let office = Office::open(Arc::clone(&kept.store), config.settings(), clock);
    let office = office.map_err(|error| match error {
        OpenOfficeError::Access(error @ AccessError::NoSuchOffice(_)) => ServeError::Number {
            path: config.path.clone(),
            error,
        },
        other => ServeError::Office(other),
    })?;
    Ok(Opened { office, kept })
}

/// Writes a secret that only its owner may read.
pub(crate) fn write_secret(path: &Path, secret: &str) -> Result<(), ServeError> {
    let failed = |source| ServeError::File {
        path: path.display().to_string(),
        source,
    };
    write_private(path, &format!("{secret}\n")).map_err(failed)
}

/// What happens by itself, for as long as the process lives: deadlines pass, notices go out. Ends
/// when this process knows what is not in the database any more, or its writer has failed, and it has
/// to begin anew.
pub(crate) fn live(office: Office, config: &Config, part: Part) -> JoinHandle<()> {
    let mail = match part {
        Part::All => MailFolder::new(&config.panel),
        Part::Office => MailFolder::of_panels_elsewhere(&config.panel),
    };
    tokio::spawn(by_itself(office, mail))
}

async fn by_itself(office: Office, mail: MailFolder) {
    let mail = Arc::new(mail);
    let mut swept: Option<Instant> = None;
    loop {
        if swept.is_none_or(|swept| swept.elapsed() > SWEEP) {
            swept = Some(Instant::now());
            let office = office.clone();
            let sweep = tokio::task::spawn_blocking(move || office.sweep());
            if let Ok(Err(error)) = sweep.await {
                journal::note("sweep_failed", &[("fault", Fact::Fault(error.to_string()))]);
            }
        }
        let (office, mail) = (office.clone(), Arc::clone(&mail));
        let turn = tokio::task::spawn_blocking(move || {
            office.ready()?;
            office.tick()?;
            office.send_notices(&*mail)
        });
        if let Ok(Err(error)) = turn.await {
            journal::note("turn_failed", &[("fault", Fact::Fault(error.to_string()))]);
            if matches!(error, ExecuteError::OtherLog { .. } | ExecuteError::Closing) {
                return;
            }
        }
        tokio::time::sleep(TURN).await;
    }
}
