//! Whose file it is, and bringing its schema up to date.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OptionalExtension};

use super::fault::{corrupt, fault, fault_of};
use super::rows;
use crate::error::{Fault, OpenError};

// Brings in a module `migrations` with the files of that folder.
refinery::embed_migrations!("migrations/sqlite");

/// `KNTR`: how `file` and other programs can tell a Kantor database.
const APPLICATION_ID: i32 = 0x4B4E_5452;

/// Refuses a file that belongs to something else; an empty one becomes ours.
pub(super) fn claim(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let id = application_id(connection, path)?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let failed = fault("open the database");
    let things: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(&failed)?;
    if id != 0 || things != 0 {
        return Err(OpenError::NotKantor(path.to_path_buf()));
    }
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(&failed)?;
    Ok(())
}

/// Refuses a file that is not a Kantor database of exactly this program's schema.
pub(super) fn recognise(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    if application_id(connection, path)? != APPLICATION_ID {
        return Err(OpenError::NotKantor(path.to_path_buf()));
    }
    let there: Option<i64> = connection
        .query_row(
            "SELECT max(version) FROM refinery_schema_history",
            [],
            |row| row.get(0),
        )
        .optional()
        .map_err(fault("read the schema's version"))?
        .flatten();
    let ours = migrations::runner()
        .get_migrations()
        .iter()
        .map(|migration| i64::from(migration.version()))
        .max();
    if there != ours {
        let number = |version: Option<i64>| version.map_or("none".into(), |n| n.to_string());
        return Err(OpenError::OtherSchema {
            path: path.to_path_buf(),
            reason: format!(
                "it has version {}, this program works with {}",
                number(there),
                number(ours)
            ),
        });
    }
    Ok(())
}

/// Brings the schema up to date, all steps in one transaction: a crash leaves the old one.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(fault("switch the database to its write-ahead log"))?;
    if mode != "wal" {
        return Err(OpenError::Fault(Fault {
            operation: "switch the database to its write-ahead log",
            reason: format!("the file system offers only {mode}"),
            advice: "keep the database on a local disk",
        }));
    }
    match migrations::runner().set_grouped(true).run(connection) {
        Ok(_) => Ok(()),
        Err(error) => Err(migration_error(error, path)),
    }
}

/// What in the schema is not what this program's migrations make; `None` when all is. SQLite does
/// not look at the CHECKs of a database that is open for reading only, so a schema that was
/// damaged there would stop nobody but the next server.
pub(super) fn difference(connection: &Connection) -> Result<Option<String>, Fault> {
    let operation = "check the database's schema";
    let failed = fault(operation);
    let mut model = Connection::open_in_memory().map_err(&failed)?;
    migrations::runner()
        .run(&mut model)
        .map_err(|error| corrupt(operation, error.to_string()))?;
    let sql = "SELECT name, sql FROM sqlite_schema ORDER BY name";
    let things = |connection: &Connection| {
        rows::all(connection, operation, sql, [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    };
    let wanted: Vec<(String, Option<String>)> = things(&model)?;
    let found = things(connection)?;
    let pairs = wanted.iter().zip(&found);
    let differing = pairs.into_iter().find(|(wanted, found)| wanted != found);
    Ok(match differing {
        Some(((name, _), _)) => Some(format!(
            "`{name}` is not defined as this program defines it"
        )),
        None if wanted.len() != found.len() => Some("it has other tables or indexes".to_owned()),
        None => None,
    })
}

fn migration_error(error: refinery::Error, path: &Path) -> OpenError {
    use refinery::error::Kind;
    let operation = "bring the database's schema up to date";
    let reason = error.to_string();
    match error.kind() {
        Kind::DivergentVersion(..) | Kind::MissingVersion(_) => OpenError::OtherSchema {
            path: path.to_path_buf(),
            reason,
        },
        Kind::Connection(_, source) => OpenError::Fault(match source.downcast_ref() {
            Some(said) => fault_of(operation, said),
            None => corrupt(operation, reason),
        }),
        _ => OpenError::Fault(corrupt(operation, reason)),
    }
}

fn application_id(connection: &Connection, path: &Path) -> Result<i32, OpenError> {
    connection
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotKantor(path.to_path_buf()),
            _ => OpenError::Fault(fault("open the database")(error)),
        })
}
