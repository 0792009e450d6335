//! Changing side rows, alone or as a part of a unit of work.

use kantor_model::Moment;
use rusqlite::{Connection, params};

use super::rows::write;
use crate::error::{Fault, SideRefusal, Unfit};
use crate::log::OfficeId;
use crate::side::{Side, SideChange};
use crate::unit::{fit_body, fit_text};

const OPERATION: &str = "change a side row";

/// Why a change was not made, for both ways in.
pub(super) enum Stopped {
    Refused(SideRefusal),
    Unfit(Unfit),
    Fault(Fault),
}

impl From<Unfit> for Stopped {
    fn from(unfit: Unfit) -> Stopped {
        Stopped::Unfit(unfit)
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Stopped {
        Stopped::Fault(fault)
    }
}

pub(super) fn change(
    connection: &Connection,
    office: OfficeId,
    now: Moment,
    change: &SideChange,
) -> Result<(), Stopped> {
    match change {
        SideChange::Put(side) => put(connection, office, side),
        SideChange::PutNew(side) => {
            remove_expired(connection, office, now, &side.kind, &side.key)?;
            put_new(connection, office, side)
        }
        SideChange::Delete { kind, key } => {
            delete(connection, office, kind, key)?;
            Ok(())
        }
        SideChange::Take { kind, key } => {
            remove_expired(connection, office, now, kind, key)?;
            match delete(connection, office, kind, key)? {
                0 => Err(Stopped::Refused(SideRefusal::Missing {
                    kind: kind.clone(),
                })),
                _ => Ok(()),
            }
        }
        SideChange::DeleteOwned { kind, owner } => {
            let sql = "DELETE FROM side WHERE office_id = ?1 AND kind = ?2 AND owner = ?3";
            write(connection, OPERATION, sql, params![office, kind, owner])?;
            Ok(())
        }
    }
}

fn put(connection: &Connection, office: OfficeId, side: &Side) -> Result<(), Stopped> {
    let sql = "INSERT INTO side (office_id, kind, key, owner, body, expires)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (office_id, kind, key) DO UPDATE SET
                   owner = excluded.owner, body = excluded.body, expires = excluded.expires";
    insert(connection, office, side, sql)?;
    Ok(())
}

fn put_new(connection: &Connection, office: OfficeId, side: &Side) -> Result<(), Stopped> {
    let sql = "INSERT INTO side (office_id, kind, key, owner, body, expires)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (office_id, kind, key) DO NOTHING";
    match insert(connection, office, side, sql)? {
        0 => Err(Stopped::Refused(SideRefusal::Exists {
            kind: side.kind.clone(),
        })),
        _ => Ok(()),
    }
}

fn insert(
    connection: &Connection,
    office: OfficeId,
    side: &Side,
    sql: &str,
) -> Result<usize, Stopped> {
    fit_text("kind of a side row", &side.kind)?;
    fit_text("key of a side row", &side.key)?;
    fit_body("body of a side row", &side.body)?;
    let params = params![
        office,
        side.kind,
        side.key,
        side.owner,
        side.body,
        side.expires.map(Moment::as_micros)
    ];
    Ok(write(connection, OPERATION, sql, params)?)
}

fn delete(
    connection: &Connection,
    office: OfficeId,
    kind: &str,
    key: &str,
) -> Result<usize, Fault> {
    let sql = "DELETE FROM side WHERE office_id = ?1 AND kind = ?2 AND key = ?3";
    write(connection, OPERATION, sql, params![office, kind, key])
}

/// An expired row that no sweep has removed yet must neither block its key nor be taken.
fn remove_expired(
    connection: &Connection,
    office: OfficeId,
    now: Moment,
    kind: &str,
    key: &str,
) -> Result<(), Fault> {
    let sql = "DELETE FROM side
               WHERE office_id = ?1 AND kind = ?2 AND key = ?3 AND expires <= ?4";
    write(
        connection,
        OPERATION,
        sql,
        params![office, kind, key, now.as_micros()],
    )?;
    Ok(())
}
