//! Bringing the schema up to date, and whether it is ours.

use deadpool_postgres::Object;
use refinery::error::Kind;
use tokio_postgres::error::SqlState;

use super::fault::{damaged, fault, fault_of};
use crate::error::{Fault, OpenError};

// Brings in a module `migrations` with the files of that folder.
refinery::embed_migrations!("migrations/postgres");

/// The tables that somebody made in the schema that we would use, also those that our role may not
/// see (the information schema lists only what it may).
const OTHERS: &str = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";

/// Whether our role may add to the log.
const MAY_WRITE: &str = "SELECT has_table_privilege('records', 'INSERT')";

const HISTORY: &str = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";

const VERSION: &str = "SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history";

/// So many servers that start at once may get in each other's way.
const ATTEMPTS: usize = 5;

fn ours() -> Option<i64> {
    migrations::runner()
        .get_migrations()
        .iter()
        .map(|migration| i64::from(migration.version()))
        .max()
}

/// The version of the schema that is there, 0 when it is only being made; `None` when there is none.
async fn version(client: &Object) -> Result<Option<i64>, Fault> {
    let failed = fault("read the schema's version");
    let there = client.query_one(HISTORY, &[]).await.map_err(&failed)?;
    if !there.try_get::<_, bool>(0).map_err(&failed)? {
        return Ok(None);
    }
    let row = client.query_one(VERSION, &[]).await.map_err(&failed)?;
    row.try_get(0).map(Some).map_err(&failed)
}

/// Refuses a database that is not of exactly this program's schema. `name` is how people know it.
pub(super) async fn recognise(client: &Object, name: &str) -> Result<(), OpenError> {
    let there = version(client).await?;
    if there == ours() {
        return Ok(());
    }
    let Some(there) = there else {
        return Err(OpenError::NotKantor(name.into()));
    };
    let ours = ours().unwrap_or(0);
    Err(OpenError::OtherSchema {
        path: name.into(),
        reason: format!("it has version {there}, this program works with {ours}"),
    })
}

/// Brings the schema up to date, all steps in one transaction: a crash leaves the old one. A
/// schema that is up to date is only looked at, so that a role without rights over it can serve.
///
/// Of servers that start at once one makes the tables; the others stumble over them and look again.
pub(super) async fn migrate(client: &mut Object, name: &str) -> Result<(), OpenError> {
    for attempt in 1..=ATTEMPTS {
        let there = version(client).await?;
        if there == ours() {
            return Ok(());
        }
        if there > ours() {
            return recognise(client, name).await;
        }
        // Tables that came meanwhile are those of a server that started with us.
        if there.is_none() && has_tables(client).await? && version(client).await?.is_none() {
            return Err(OpenError::NotKantor(name.into()));
        }
        let run = migrations::runner()
            .set_grouped(true)
            .run_async(&mut ***client)
            .await;
        match run {
            Ok(_) => return Ok(()),
            Err(error) if is_forbidden(&error) => {
                return Err(OpenError::NotMigrated {
                    path: name.into(),
                    state: match there {
                        None | Some(0) => "has no tables yet",
                        Some(_) => "has the tables of an older program",
                    },
                });
            }
            Err(_) if attempt < ATTEMPTS => {}
            Err(error) => return Err(OpenError::Fault(failed(&error))),
        }
    }
    recognise(client, name).await
}

/// What the database said of a migration that it did not make.
fn said(error: &refinery::Error) -> Option<&tokio_postgres::Error> {
    match error.kind() {
        Kind::Connection(_, source) => source.downcast_ref(),
        // The library's own list: what is wrong with the migrations themselves.
        _ => None,
    }
}

fn is_forbidden(error: &refinery::Error) -> bool {
    let code = said(error).and_then(tokio_postgres::Error::code);
    code == Some(&SqlState::INSUFFICIENT_PRIVILEGE)
}

fn failed(error: &refinery::Error) -> Fault {
    let operation = "bring the database's schema up to date";
    match said(error) {
        Some(said) => fault_of(operation, said),
        None => damaged(operation, error.to_string()),
    }
}

/// Refuses a role that may only read: its server would start, and fail at everything it does.
pub(super) async fn may_write(client: &Object, name: &str) -> Result<(), OpenError> {
    let failed = fault("look what this role may do");
    let row = client.query_one(MAY_WRITE, &[]).await.map_err(&failed)?;
    match row.try_get(0).map_err(&failed)? {
        true => Ok(()),
        false => Err(OpenError::MayOnlyRead(name.into())),
    }
}

async fn has_tables(client: &Object) -> Result<bool, Fault> {
    let failed = fault("look for other tables");
    let row = client.query_one(OTHERS, &[]).await.map_err(&failed)?;
    let tables: i64 = row.try_get(0).map_err(&failed)?;
    Ok(tables > 0)
}
