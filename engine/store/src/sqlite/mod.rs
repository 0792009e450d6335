//! The embedded store: one SQLite file, owned by one server process.

mod connection;
mod fault;
mod inventory;
mod locked;
mod owner;
mod rows;
mod schema;
mod side;
mod sql;
mod staging;
mod turn;
mod view;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use kantor_model::Moment;
use rusqlite::params;

use self::connection::{Durability, Readers, Writer, open_reader, open_writer};
use self::fault::fault;
use self::locked::SqliteLocked;
use self::owner::Owner;
use self::side::Stopped;
use self::staging::Staging;
use self::view::SqliteView;
use crate::entries::{StagedEntries, StagedEntry, Sweep, Swept};
use crate::error::{AccessError, CreateError, Fault, OpenError, SideError, StageError};
use crate::log::{Head, OfficeId};
use crate::pieces::Uploads;
use crate::side::SideChange;
use crate::store::{FileInfo, Locked, Store, View};

/// A store in one SQLite file with its write-ahead log beside it.
///
/// Exactly one process owns the file for writing; others may read it while it runs
/// ([`SqliteStore::open_read_only`]). A commit has reached the disk before it returns
/// (`synchronous=FULL`). Deleted rows are overwritten (`secure_delete`), so that erased personal
/// data does not stay readable in the file; old copies of a page leave the write-ahead log when
/// it is written back, at the latest when the store is closed.
///
/// Offices in one file share one writer: a lock on one makes writers of all others wait.
pub struct SqliteStore {
    // Declared in the order in which they must go: the readers, the writer, the ownership.
    readers: Readers,
    writer: Option<Writer>,
    _owner: Option<Owner>,
}

impl SqliteStore {
    /// Opens the database, creates it if there is none, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<SqliteStore, OpenError> {
        let owner = Owner::take(path)?;
        let mut connection = open_writer(path).map_err(|error| open_error(error, path))?;
        schema::claim(&connection, path)?;
        schema::migrate(&mut connection, path)?;
        Ok(SqliteStore {
            readers: Readers::new(path),
            writer: Some(Writer::new(connection)),
            _owner: Some(owner),
        })
    }

    /// Opens the database for reading, also while a server owns it. Each view is a consistent
    /// picture of the last commit.
    pub fn open_read_only(path: &Path) -> Result<SqliteStore, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing(path.to_path_buf()));
        }
        let connection = open_reader(path).map_err(|error| open_error(error, path))?;
        schema::recognise(&connection, path)?;
        Ok(SqliteStore {
            readers: Readers::new(path),
            writer: None,
            _owner: None,
        })
    }

    /// Writes a consistent copy of the whole database to a new file, also while it is written to.
    /// The copy holds nothing that was deleted. It is complete when this returns `Ok`; before
    /// that it has the name `<to>.part`.
    pub fn backup(&self, to: &Path) -> Result<(), Fault> {
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let operation = "write a backup";
        let failed = |error: std::io::Error| Fault {
            operation,
            reason: format!("{}: {error}", to.display()),
            advice: "choose a new file on a disk with enough space, and try again",
        };
        if to.exists() {
            let there = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(failed(there));
        }
        match fs::remove_file(part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        // VACUUM INTO wants no transaction around it, so this is no reading from the pool.
        let connection = open_reader(self.readers.path()).map_err(fault(operation))?;
        let name = part.to_str().ok_or_else(|| {
            failed(std::io::Error::other(
                "the name of the file is not valid UTF-8",
            ))
        })?;
        connection
            .execute("VACUUM INTO ?1", [name])
            .map_err(fault(operation))?;
        let copy = File::options().write(true).open(part).map_err(failed)?;
        copy.sync_all().map_err(failed)?;
        fs::rename(part, to).map_err(failed)
    }

    /// Checks the file itself: every page, every index against its table, what a sweep goes by, and
    /// the schema.
    /// What the rows say is checked by [`crate::check_log`] and its like; an index that lost a row
    /// would hide a fact that is there.
    pub fn check_structure(&self) -> Result<(), Fault> {
        let operation = "check the database's structure";
        let connection = self.readers.begin()?;
        let damaged = |sql| rows::one(&connection, operation, sql, [], |row| row.get(0));
        let mut damage: Option<String> = damaged("PRAGMA integrity_check(1)")?;
        if damage.as_deref() == Some("ok") {
            damage = damaged(sql::UPLOAD_IN_NO_STATE)?;
        }
        if damage.is_none() {
            damage = schema::difference(&connection)?;
        }
        match damage {
            None => Ok(()),
            Some(reason) => Err(Fault {
                operation,
                reason,
                advice: "keep a copy of the file, and restore the database from a backup",
            }),
        }
    }

    /// Moves everything from the write-ahead log into the database's one file, so that a copy of
    /// that file alone is a whole office. Waits for readers a moment, and leaves to the next time
    /// what they still need.
    pub fn write_back(&self) -> Result<(), AccessError> {
        Ok(self.writer()?.write_back()?)
    }

    fn writer(&self) -> Result<&Writer, AccessError> {
        self.writer.as_ref().ok_or(AccessError::ReadOnly)
    }

    fn staging(&self, office: OfficeId) -> Result<Staging<'_>, AccessError> {
        let writer = self.writer()?;
        Ok(Staging { writer, office })
    }
}

fn open_error(error: rusqlite::Error, path: &Path) -> OpenError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => OpenError::NotKantor(path.to_path_buf()),
        _ => OpenError::Fault(fault("open the database")(error)),
    }
}

impl Store for SqliteStore {
    fn create_office(&self, office: OfficeId, now: Moment) -> Result<Head, CreateError> {
        let Some(writer) = &self.writer else {
            return Err(CreateError::ReadOnly);
        };
        let head = Head::of_new_office(office, now);
        let turn = writer.begin(Durability::Full)?;
        let sql = "INSERT INTO offices (office_id, seq, hash, moment) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (office_id) DO NOTHING";
        let params = params![office, head.seq, head.hash.0, now.as_micros()];
        if rows::write(&turn, "create an office", sql, params)? == 0 {
            return Err(CreateError::Exists(office));
        }
        turn.commit()?;
        Ok(head)
    }

    fn offices(&self) -> Result<Vec<OfficeId>, Fault> {
        let sql = "SELECT office_id FROM offices ORDER BY office_id";
        let reading = self.readers.begin()?;
        rows::all(&reading, "list offices", sql, [], |row| row.get(0))
    }

    fn view(&self, office: OfficeId) -> Result<Box<dyn View + Send + '_>, AccessError> {
        Ok(Box::new(SqliteView::of(self.readers.begin()?, office)?))
    }

    fn lock_for(
        &self,
        office: OfficeId,
        _: &[String],
    ) -> Result<Box<dyn Locked + '_>, AccessError> {
        let turn = self.writer()?.begin(Durability::Full)?;
        Ok(Box::new(SqliteLocked::new(SqliteView::of(turn, office)?)))
    }

    fn stage_file(
        &self,
        office: OfficeId,
        now: Moment,
        source: &mut dyn Read,
    ) -> Result<FileInfo, StageError> {
        self.staging(office)?.file(now, source)
    }

    fn stage_entries(
        &self,
        office: OfficeId,
        now: Moment,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, StageError> {
        self.staging(office)?.entries(now, rows)
    }

    fn change_side(
        &self,
        office: OfficeId,
        now: Moment,
        changes: &[SideChange],
    ) -> Result<(), SideError> {
        let turn = self.writer()?.begin(Durability::Full)?;
        // Read for its refusal only: an office that is not there.
        let there = SqliteView::of(turn, office)?;
        for change in changes {
            side::change(&there.connection, office, now, change).map_err(
                |stopped| match stopped {
                    Stopped::Refused(refusal) => SideError::Refused(refusal),
                    Stopped::Unfit(unfit) => SideError::Unfit(unfit),
                    Stopped::Fault(fault) => SideError::from(fault),
                },
            )?;
        }
        Ok(there.connection.commit()?)
    }

    fn clock(&self) -> Result<Option<Moment>, Fault> {
        Ok(None)
    }

    /// Nobody else writes to a file that this process owns. Who only reads is asked by nobody to
    /// follow: `None` all the same.
    fn follow(&self, _: OfficeId, _: u64, _: Duration) -> Result<Option<u64>, AccessError> {
        Ok(None)
    }

    fn sweep(&self, office: OfficeId, sweep: &Sweep) -> Result<Swept, AccessError> {
        Ok(self.staging(office)?.sweep(sweep)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_log;
    use crate::error::{AppendError, CommitError};
    use crate::log::NewRecord;
    use crate::unit::UnitOfWork;

    const OFFICE: OfficeId = OfficeId(1);
    const NOW: Moment = Moment::from_micros(0);

    fn unit(after: u64) -> UnitOfWork {
        UnitOfWork {
            records: vec![NewRecord {
                kind: "noted".to_owned(),
                version: 1,
                body: vec![7; 1_000_000],
            }],
            ..UnitOfWork::new(after, NOW)
        }
    }

    /// Leaves so much room on the disk, in pages.
    fn limit(store: &SqliteStore, pages: u32) {
        let turn = store.writer().unwrap().begin(Durability::Full).unwrap();
        turn.pragma_update(None, "max_page_count", pages).unwrap();
    }

    /// Nothing that was acknowledged is lost, nothing is half written, and after somebody made
    /// room the office goes on.
    #[test]
    fn a_full_disk_is_told_and_nothing_is_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
        store.create_office(OFFICE, NOW).unwrap();
        for (pages, after, fits) in [(1000, 0, true), (300, 1, false), (1000, 1, true)] {
            limit(&store, pages);
            let mut locked = store.lock(OFFICE).unwrap();
            let appended = locked.append(&unit(after));
            if fits {
                appended.unwrap();
                locked.commit().unwrap();
            } else {
                let refused = appended.unwrap_err();
                assert!(matches!(refused, AppendError::Fault(_)));
                assert!(refused.to_string().contains("free some space"), "{refused}");
                assert_eq!(locked.commit(), Err(CommitError::Spoiled));
            }
            let view = store.view(OFFICE).unwrap();
            let seq = after + u64::from(fits);
            assert_eq!(check_log(view.as_ref()).unwrap().seq, seq);
        }
    }
}
