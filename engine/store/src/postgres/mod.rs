//! The server store: PostgreSQL 15 or later, for as many server processes as there are.

mod address;
mod fault;
mod gathered;
mod inventory;
mod locked;
mod notice;
mod patience;
mod roles;
mod rows;
mod schema;
mod server;
mod session;
mod side;
mod sql;
mod staging;
mod statement;
mod tls;
mod view;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use kantor_model::Moment;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

pub use self::address::DatabaseUrl;
use self::locked::PostgresLocked;
use self::patience::How;
pub use self::roles::Roles;
use self::server::Server;
use self::side::Wanted;
use self::staging::Staging;
use self::statement::{Question, Value, Write};
use self::view::PostgresView;
use crate::entries::{StagedEntries, StagedEntry, Sweep, Swept};
use crate::error::{AccessError, CreateError, Fault, OpenError, SideError, StageError};
use crate::log::{Head, OfficeId};
use crate::pieces::Uploads;
use crate::side::SideChange;
use crate::store::{FileInfo, Locked, Store, View};

/// A store in a PostgreSQL database, for as many server processes as there are.
///
/// The office is the unit of order: a commit holds the office's row in `offices`
/// (`SELECT ... FOR UPDATE`, READ COMMITTED), so offices never wait for each other, whoever writes.
/// A commit has reached the disk before it returns, unless the server was told otherwise
/// (`synchronous_commit`).
pub struct PostgresStore {
    server: Server,
    is_read_only: bool,
}

const HEAD: &str = "SELECT seq, hash, moment FROM offices WHERE office_id = $1";

const HEAD_TAKEN: &str = "SELECT seq, hash, moment FROM offices WHERE office_id = $1 FOR UPDATE";

/// Asked after the lock was had: it may have been waited for.
const CLOCK: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// Which of some idempotency keys have an answer: a look-up a key.
const ANSWERED_KEYS: &str = "SELECT key FROM unnest($2::text[]) AS wanted (key)
    WHERE (SELECT true FROM answers WHERE office_id = $1 AND answers.key = wanted.key)";

impl PostgresStore {
    /// Connects to a database and brings its schema up to date, if it is not.
    ///
    /// # Errors
    /// The database cannot be reached, is not ours, has no schema or one of another version that
    /// this role may not change, or the role may only read.
    pub fn open(url: &DatabaseUrl) -> Result<PostgresStore, OpenError> {
        let server = Server::new(url)?;
        let name = url.to_string();
        let mut client = server.first_connection(&name)?;
        server.wait(async {
            schema::migrate(&mut client, &name).await?;
            schema::may_write(&client, &name).await
        })?;
        drop(client);
        server.notices.run(server.handle());
        Ok(PostgresStore {
            server,
            is_read_only: false,
        })
    }

    /// Connects to a database for reading, also with a role that may do nothing else.
    ///
    /// # Errors
    /// The database cannot be reached or is not of this program's schema.
    pub fn open_read_only(url: &DatabaseUrl) -> Result<PostgresStore, OpenError> {
        let server = Server::new(url)?;
        let name = url.to_string();
        let client = server.first_connection(&name)?;
        let recognised = schema::recognise(&client, &name);
        server.wait(recognised)?;
        drop(client);
        Ok(PostgresStore {
            server,
            is_read_only: true,
        })
    }

    fn writable(&self) -> Result<(), AccessError> {
        if self.is_read_only {
            return Err(AccessError::ReadOnly);
        }
        Ok(())
    }

    fn staging(&self, office: OfficeId) -> Result<Staging<'_>, AccessError> {
        self.writable()?;
        Ok(Staging {
            server: &self.server,
            office,
        })
    }

    /// Begins a transaction that sees the office, with the answers to its first questions, of
    /// which the head is the first.
    fn begin(
        &self,
        office: OfficeId,
        how: How,
        questions: &[Question<'_>],
    ) -> Result<(PostgresView, Vec<Vec<Row>>), AccessError> {
        let operation = "read the head";
        let (session, rows) = self.server.begin(operation, how, questions)?;
        let head = rows.first().and_then(|rows| rows.first());
        let head = rows::option(operation, head, rows::head)?;
        let view = PostgresView {
            session,
            office,
            head: Cell::new(head.ok_or(AccessError::NoSuchOffice(office))?),
            free: RefCell::new(BTreeSet::new()),
        };
        Ok((view, rows))
    }

    fn see(&self, office: OfficeId, how: How) -> Result<PostgresView, AccessError> {
        let values: [&(dyn ToSql + Sync); 1] = [&office.0];
        let head = Question {
            sql: HEAD,
            values: &values,
        };
        Ok(self.begin(office, how, &[head])?.0)
    }
}

impl Store for PostgresStore {
    fn create_office(&self, office: OfficeId, now: Moment) -> Result<Head, CreateError> {
        if self.is_read_only {
            return Err(CreateError::ReadOnly);
        }
        let operation = "create an office";
        let head = Head::of_new_office(office, now);
        let (turn, _) = self.server.begin(operation, How::Write, &[])?;
        let sql = "INSERT INTO offices (office_id, seq, hash, moment) VALUES ($1, 0, $2, $3)
                   ON CONFLICT (office_id) DO NOTHING";
        let values: Vec<Value> = vec![
            Box::new(office.0),
            Box::new(head.hash.0.to_vec()),
            Box::new(head.moment.as_micros()),
        ];
        if turn.write(operation, Write::new(sql, values))? == 0 {
            return Err(CreateError::Exists(office));
        }
        turn.commit(Vec::new(), None)?;
        Ok(head)
    }

    fn offices(&self) -> Result<Vec<OfficeId>, Fault> {
        let operation = "list offices";
        let (reading, _) = self.server.begin(operation, How::Read, &[])?;
        let sql = "SELECT office_id FROM offices ORDER BY office_id";
        let found = reading.all(operation, sql, &[])?;
        rows::each(operation, &found, |row| row.get(0).map(OfficeId))
    }

    fn view(&self, office: OfficeId) -> Result<Box<dyn View + Send + '_>, AccessError> {
        Ok(Box::new(self.see(office, How::Read)?))
    }

    fn lock_for(
        &self,
        office: OfficeId,
        keys: &[String],
    ) -> Result<Box<dyn Locked + '_>, AccessError> {
        self.writable()?;
        let keys: Vec<&String> = keys.iter().filter(|key| !view::is_nowhere(key)).collect();
        let of_office: [&(dyn ToSql + Sync); 1] = [&office.0];
        let of_keys: [&(dyn ToSql + Sync); 2] = [&office.0, &keys];
        let mut questions = vec![
            Question {
                sql: HEAD_TAKEN,
                values: &of_office,
            },
            Question {
                sql: CLOCK,
                values: &[],
            },
        ];
        if !keys.is_empty() {
            questions.push(Question {
                sql: ANSWERED_KEYS,
                values: &of_keys,
            });
        }
        let (view, rows) = self.begin(office, How::Write, &questions)?;
        let clock = time_of(rows.get(1).and_then(|rows| rows.first()))?;
        let answered = rows.get(2).map_or(&[][..], Vec::as_slice);
        let answered = rows::each("read answers", answered, |row| row.get::<String>(0))?;
        let mut free: BTreeSet<String> = keys.into_iter().cloned().collect();
        for key in &answered {
            free.remove(key);
        }
        *view.free.borrow_mut() = free;
        let notices = Arc::clone(&self.server.notices);
        Ok(Box::new(PostgresLocked::new(view, clock, notices)))
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
        self.writable()?;
        let mut writes = Vec::new();
        let mut wanted = Vec::new();
        for change in changes {
            for (write, meaning) in side::writes(office, now, change)? {
                writes.push(write);
                wanted.push(meaning);
            }
        }
        // Read for its refusal only: an office that is not there.
        let there = self.see(office, How::Write)?;
        let touched = there.session.write_all("change a side row", writes)?;
        for (rows, meaning) in touched.into_iter().zip(wanted) {
            match meaning {
                Wanted::OneRow(refusal) if rows == 0 => return Err(SideError::Refused(refusal)),
                Wanted::OneRow(_) | Wanted::Any => {}
            }
        }
        there.session.commit(Vec::new(), None)?;
        Ok(())
    }

    fn clock(&self) -> Result<Option<Moment>, Fault> {
        let clock = Question {
            sql: CLOCK,
            values: &[],
        };
        let (_, rows) = self
            .server
            .begin("read the database's clock", How::Read, &[clock])?;
        time_of(rows.first().and_then(|rows| rows.first())).map(Some)
    }

    fn follow(
        &self,
        office: OfficeId,
        after: u64,
        at_most: Duration,
    ) -> Result<Option<u64>, AccessError> {
        let notices = &self.server.notices;
        let heard = notices.wait(office, after, at_most);
        let head = self.see(office, How::Read)?.head.get().seq;
        notices.stands_at(office, heard, head);
        Ok(Some(head))
    }

    fn sweep(&self, office: OfficeId, sweep: &Sweep) -> Result<Swept, AccessError> {
        let staging = self.staging(office)?;
        drop(self.see(office, How::Read)?);
        Ok(staging.sweep(sweep)?)
    }
}

/// What the database's clock shows.
fn time_of(row: Option<&Row>) -> Result<Moment, Fault> {
    let operation = "read the database's clock";
    let shown = rows::option(operation, row, |row| row.moment(0))?;
    shown.ok_or_else(|| Fault {
        operation,
        reason: "it gave no answer".to_owned(),
        advice: "try again",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: OfficeId = OfficeId(1);

    /// A plan is kept by its connection; one that reads a small table as a whole would go on so
    /// when there are a million answers.
    #[test]
    fn keys_are_looked_up_by_their_index_also_while_there_are_few() {
        let url = kantor_postgres_kit::shared().database();
        let store = PostgresStore::open(&url.parse().unwrap()).unwrap();
        let begin = |how| store.server.begin("look up", how, &[]).unwrap().0;
        let turn = begin(How::Write);
        let some = "INSERT INTO answers (office_id, key, fingerprint, seq, moment, body)
            SELECT 1, 'key ' || n, decode(repeat('00', 32), 'hex'), n, n, ''
            FROM generate_series(1, 200) AS n";
        for sql in [some, "ANALYZE answers"] {
            turn.write("look up", Write::new(sql, Vec::new())).unwrap();
        }
        turn.commit(Vec::new(), None).unwrap();
        let keys: Vec<String> = (0..32).map(|key| format!("new {key}")).collect();
        let explain = format!("EXPLAIN {ANSWERED_KEYS}");
        for how in [How::Write, How::Read] {
            let turn = begin(how);
            let plan = turn.all("look up", &explain, &[&OFFICE.0, &keys]).unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
            let plan = plan.join("\n");
            assert!(
                plan.contains("answers_pkey") && !plan.contains("Seq Scan"),
                "{plan}"
            );
        }
    }
}
