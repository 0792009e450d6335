//! Bringing the schema up to date, and whether it is ours.

use deadpool_postgres::Object;

use super::fault::{damaged, fault};
use crate::error::{Fault, OpenError};

// Brings in a module `migrations` with the files of that folder.
refinery::embed_migrations!("migrations/postgres");

/// The tables that somebody made in the schema that we would use.
const OTHERS: &str = "SELECT count(*) FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'";

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
            Err(_) if attempt < ATTEMPTS => {}
            Err(error) => {
                let operation = "bring the database's schema up to date";
                return Err(OpenError::Fault(damaged(operation, error.to_string())));
            }
        }
    }
    recognise(client, name).await
}

async fn has_tables(client: &Object) -> Result<bool, Fault> {
    let failed = fault("look for other tables");
    let row = client.query_one(OTHERS, &[]).await.map_err(&failed)?;
    let tables: i64 = row.try_get(0).map_err(&failed)?;
    Ok(tables > 0)
}
