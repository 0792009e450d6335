//! Where an office is kept: a file of its own, or a PostgreSQL database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kantor_store::{
    AccessError, DatabaseUrl, Fault, OfficeId, OpenError, PostgresStore, SqliteStore, Store,
};
use serde::{Deserialize, Serialize};

/// What `office.database` of kantor.toml names. Shown without any password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Database {
    /// A file that this program alone owns.
    File(PathBuf),
    /// A database on a server, for many processes.
    Server(DatabaseUrl),
}

/// Why the database of `--database` cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// The address is none. It is not shown: a password may stand in it.
    #[error("--database: {0}")]
    Address(Fault),
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// An open store, and what is to be done when it is left.
pub(crate) struct Kept {
    pub(crate) store: Arc<dyn Store>,
    file: Option<Arc<SqliteStore>>,
}

impl Kept {
    /// Leaves everything in the database's one file, where it is one; what is acknowledged is on
    /// the disk anyway.
    pub(crate) fn leave(&self) -> Result<(), AccessError> {
        match &self.file {
            Some(file) => file.write_back(),
            None => Ok(()),
        }
    }
}

impl Database {
    /// What `--database URL` of the command line names.
    pub(crate) fn on_server(url: &str) -> Result<Database, DatabaseError> {
        let url = url.parse().map_err(DatabaseError::Address)?;
        Ok(Database::Server(url))
    }

    /// Opens it for an office that lives in it; makes the file or the tables that it needs.
    pub(crate) fn open(&self) -> Result<Kept, OpenError> {
        match self {
            Database::File(path) => {
                let file = Arc::new(SqliteStore::open(path)?);
                Ok(Kept {
                    store: Arc::<SqliteStore>::clone(&file),
                    file: Some(file),
                })
            }
            Database::Server(url) => Ok(Kept {
                store: Arc::new(PostgresStore::open(url)?),
                file: None,
            }),
        }
    }

    /// Opens it for an office that is in it already: a file has to be there, so that a mistyped path
    /// or a disk that is not mounted does not become an empty database.
    pub(crate) fn open_existing(&self) -> Result<Kept, OpenError> {
        match self {
            Database::File(path) if !path.exists() => Err(OpenError::Missing(path.clone())),
            Database::File(_) | Database::Server(_) => self.open(),
        }
    }

    /// Opens it for somebody who only looks, also while servers write.
    pub(crate) fn open_to_look(&self) -> Result<Box<dyn Look>, OpenError> {
        Ok(match self {
            Database::File(path) => Box::new(SqliteStore::open_read_only(path)?),
            Database::Server(url) => Box::new(PostgresStore::open_read_only(url)?),
        })
    }

    /// The number for a new office in it: a file holds one, a server as many as one likes.
    pub(crate) fn next_office(&self) -> Result<OfficeId, OpenError> {
        match self {
            Database::File(_) => Ok(OfficeId(1)),
            Database::Server(url) => {
                let offices = PostgresStore::open(url)?.offices()?;
                Ok(OfficeId(offices.last().map_or(1, |last| last.0 + 1)))
            }
        }
    }

    /// A path of kantor.toml becomes relative to where the program runs.
    pub(crate) fn settle(&mut self, folder: &Path) {
        if let Database::File(path) = self {
            *path = folder.join(&*path);
        }
    }

    /// Whether a password stands in it.
    pub(crate) fn is_secret(&self) -> bool {
        match self {
            Database::File(_) => false,
            Database::Server(url) => url.has_password(),
        }
    }
}

/// A store to look at, with what can be said of the database itself.
pub(crate) trait Look {
    /// The store.
    fn store(&self) -> &dyn Store;

    /// Checks what no fact stands in: pages, indexes, the schema.
    fn check_structure(&self) -> Result<(), Fault>;
}

impl Look for SqliteStore {
    fn store(&self) -> &dyn Store {
        self
    }

    fn check_structure(&self) -> Result<(), Fault> {
        SqliteStore::check_structure(self)
    }
}

impl Look for PostgresStore {
    fn store(&self) -> &dyn Store {
        self
    }

    /// The server looks after its pages itself (`pg_amcheck`, checksums).
    fn check_structure(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl TryFrom<String> for Database {
    type Error = Fault;

    fn try_from(text: String) -> Result<Database, Fault> {
        if DatabaseUrl::is_one(&text) {
            return text.parse().map(Database::Server);
        }
        Ok(Database::File(PathBuf::from(text)))
    }
}

impl From<Database> for String {
    /// As it stands in kantor.toml, with its password.
    fn from(database: Database) -> String {
        match database {
            Database::File(path) => path.display().to_string(),
            Database::Server(url) => url.secret().to_owned(),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::File(path) => path.display().fmt(f),
            Database::Server(url) => url.fmt(f),
        }
    }
}
