//! Connections: one that writes, in turns, and a few that read.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::fault::fault;
use super::turn::{Turn, Turns};
use crate::error::{CommitError, Fault};

/// How many idle reading connections are kept.
const IDLE_READERS_MAX: usize = 8;

/// Only a foreign program can hold the file; our own writers take turns.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The writer keeps 64 MiB of pages and writes the log back every 32 MiB: with SQLite's small
/// defaults big imports run at two thirds of the speed.
const WRITER_PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 8000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
";

const READER_PRAGMAS: &str = "
    PRAGMA cache_size = -8192;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
";

/// How many prepared statements a connection keeps.
const STATEMENTS_KEPT: usize = 64;

pub(super) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    make_private(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, WRITER_PRAGMAS)
}

/// Makes the file of a new database: people's data will be in it, and nobody else of this machine
/// reads it. SQLite gives the files beside it the same rights. What is wrong with the place, SQLite
/// says.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, READER_PRAGMAS)
}

fn open(path: &Path, flags: OpenFlags, pragmas: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.execute_batch(pragmas)?;
    Ok(connection)
}

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// It does: what is acknowledged survives a power cut.
    Full,
    /// It does not. For uploads: they count for nothing until a full commit names them, and that
    /// commit's wait covers everything that was written to the same file before it.
    Relaxed,
}

/// The one connection that writes.
pub(super) struct Writer {
    turns: Turns,
    state: Mutex<WriterState>,
}

struct WriterState {
    connection: Connection,
    durability: Durability,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Writer {
        Writer {
            turns: Turns::default(),
            state: Mutex::new(WriterState {
                connection,
                durability: Durability::Full,
            }),
        }
    }

    /// Waits for its turn and begins to write.
    pub(super) fn begin(&self, durability: Durability) -> Result<Transaction<'_>, Fault> {
        let failed = fault("begin to write");
        let turn = self.turns.take();
        // A writer that panicked rolled back when it went, so the connection is as good as new.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.durability != durability {
            let pragma = match durability {
                Durability::Full => "PRAGMA synchronous = FULL",
                Durability::Relaxed => "PRAGMA synchronous = NORMAL",
            };
            state.connection.execute_batch(pragma).map_err(&failed)?;
            state.durability = durability;
        }
        execute(&state.connection, "BEGIN IMMEDIATE").map_err(&failed)?;
        Ok(Transaction { state, _turn: turn })
    }

    /// Waits for its turn and moves the write-ahead log into the database, as far as readers let it.
    pub(super) fn write_back(&self) -> Result<(), Fault> {
        let _turn = self.turns.take();
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(fault("write the log back into the database"))
    }
}

/// A turn of writing. Dropped without a commit, it leaves nothing behind.
pub(super) struct Transaction<'w> {
    // Declared in the order in which they must go: the connection first, then the turn.
    state: MutexGuard<'w, WriterState>,
    _turn: Turn<'w>,
}

impl Transaction<'_> {
    /// Makes everything written in this turn durable.
    pub(super) fn commit(self) -> Result<(), CommitError> {
        let connection = &self.state.connection;
        match execute(connection, "COMMIT") {
            Ok(()) => Ok(()),
            // Still open: nothing of it was written, and dropping the turn rolls it back.
            Err(error) if !connection.is_autocommit() => {
                Err(CommitError::Failed(fault("commit")(error)))
            }
            // SQLite gave the transaction up itself, after the disk failed in the middle of it.
            // Whether the last page reached the disk, only reading again can tell.
            Err(error) => Err(CommitError::Unknown(fault("commit")(error))),
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.state.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        roll_back(&self.state.connection);
    }
}

/// The connections that read. Each gives one frozen picture at a time.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Readers {
        Readers {
            path: path.to_path_buf(),
            idle: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to read. The picture is frozen by the first read that follows.
    pub(super) fn begin(&self) -> Result<Reading<'_>, Fault> {
        let failed = fault("begin to read");
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open_reader(&self.path).map_err(&failed)?,
        };
        execute(&connection, "BEGIN DEFERRED").map_err(&failed)?;
        Ok(Reading {
            connection: Some(connection),
            readers: self,
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A frozen picture; its connection goes back to the others when it is dropped.
pub(super) struct Reading<'r> {
    connection: Option<Connection>,
    readers: &'r Readers,
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("the connection is there until the picture is dropped"),
        }
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        roll_back(&connection);
        let mut idle = self.readers.idle();
        if connection.is_autocommit() && idle.len() < IDLE_READERS_MAX {
            idle.push(connection);
        }
    }
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        // A rollback that fails leaves the transaction open, and the next BEGIN says so.
        let _ = execute(connection, "ROLLBACK");
    }
}

/// Runs a prepared statement without parameters.
fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
