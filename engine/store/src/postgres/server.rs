//! The connections of a process, and the threads of the driver that carry their bytes.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolConfig, QueueMode, RecyclingMethod, Runtime as Timer,
    Timeouts,
};
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use tokio::task::block_in_place;
use tokio::time::timeout;
use tokio_postgres::Row;

use super::address::DatabaseUrl;
use super::fault::{fault, is_lost, silent, unconnected};
use super::notice::Notices;
use super::patience::{Beginnings, How, Patience};
use super::session::Session;
use super::statement::{Flight, Question, Reply};
use crate::error::{Fault, OpenError};

/// How many connections one process reads through at most. A view holds one while it lives.
/// PostgreSQL allows a hundred to all processes together unless it is told otherwise.
const READERS: usize = 12;

/// How many it writes through: one holds an office, the others upload and change side rows. Of
/// their own, so that no writer waits for readers.
const WRITERS: usize = 4;

/// The threads that carry bytes; whoever asks waits on a thread of his own.
const THREADS: usize = 2;

/// After so long without a word the system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Connections, and the threads that carry their bytes. The store's callers wait on threads of
/// their own.
pub(super) struct Server {
    readers: Pool,
    writers: Pool,
    pub(super) notices: Arc<Notices>,
    /// Taken when the store goes; it must not wait for its own threads there.
    runtime: Option<Runtime>,
    handle: Handle,
    patience: Patience,
    beginnings: Beginnings,
}

impl Server {
    /// Gets ready to connect; nothing is connected yet.
    pub(super) fn new(url: &DatabaseUrl) -> Result<Server, OpenError> {
        let (mut config, way) = (url.config(), url.way()?);
        let patience = url.patience();
        let failed = |reason: String| Fault {
            operation: "connect to the database",
            reason,
            advice: "try again",
        };
        config
            .application_name("kantor")
            .connect_timeout(patience.connect())
            .keepalives_idle(KEEPALIVE)
            .tcp_user_timeout(patience.answer());
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("kantor-postgres")
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let pool = |most| {
            let recycling_method = RecyclingMethod::Fast;
            let config = config.clone();
            let manager =
                Manager::from_config(config, way.clone(), ManagerConfig { recycling_method });
            Pool::builder(manager)
                .config(PoolConfig {
                    max_size: most,
                    timeouts: Timeouts {
                        wait: Some(patience.answer()),
                        create: Some(patience.connect()),
                        recycle: Some(patience.connect()),
                    },
                    // The one that was used last knows its statements best.
                    queue_mode: QueueMode::Lifo,
                })
                .runtime(Timer::Tokio1)
                .build()
                .map_err(|error| failed(error.to_string()))
        };
        Ok(Server {
            readers: pool(READERS)?,
            writers: pool(WRITERS)?,
            notices: Notices::of(config.clone(), way.clone()),
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
            beginnings: patience.beginnings(),
            patience,
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn wait<F: Future>(&self, future: F) -> F::Output {
        wait(&self.handle, future)
    }

    /// A connection outside of any transaction.
    pub(super) fn connection(&self, operation: &'static str) -> Result<Object, Fault> {
        let got = self.wait(self.writers.get());
        got.map_err(unconnected(operation))
    }

    /// The first connection of a process, which may fail because of what somebody wrote: it says
    /// to which database it was to be.
    pub(super) fn first_connection(&self, name: &str) -> Result<Object, Fault> {
        let got = self.connection("connect to the database");
        got.map_err(|fault| Fault {
            reason: format!("{name}: {}", fault.reason),
            ..fault
        })
    }

    /// Begins a transaction, and asks its first questions on the same way.
    pub(super) fn begin(
        &self,
        operation: &'static str,
        how: How,
        questions: &[Question<'_>],
    ) -> Result<(Session, Vec<Vec<Row>>), Fault> {
        let (how_sql, patience) = (self.beginnings.sql(how), self.patience.answer());
        self.wait(async {
            // A connection that died while it lay idle is found out here. Nothing was written yet,
            // so another one is tried; a whole pool may have died with its server.
            let pool = if how == How::Read {
                &self.readers
            } else {
                &self.writers
            };
            let mut left = pool.status().available;
            loop {
                let client = pool.get().await.map_err(unconnected(operation))?;
                let begun = timeout(patience, begin(&client, how_sql, questions)).await;
                match begun {
                    Ok(Ok(rows)) => {
                        let session = Session::new(client, self.handle.clone(), patience);
                        return Ok((session, rows));
                    }
                    Ok(Err(error)) if is_lost(&error) && left > 0 => {
                        left -= 1;
                        drop(Object::take(client));
                    }
                    Ok(Err(error)) => {
                        drop(Object::take(client));
                        return Err(fault(operation)(error));
                    }
                    Err(_) => {
                        drop(Object::take(client));
                        return Err(silent(operation));
                    }
                }
            }
        })
    }
}

/// Waits on this thread. Who asks from a task of his own runtime stops one of its threads; that is
/// his to know, and no reason to fail him.
pub(super) fn wait<F: Future>(on: &Handle, future: F) -> F::Output {
    let theirs = Handle::try_current().ok();
    match theirs.map(|handle| handle.runtime_flavor()) {
        Some(RuntimeFlavor::MultiThread) => block_in_place(|| on.block_on(future)),
        Some(_) | None => on.block_on(future),
    }
}

async fn begin(
    client: &Object,
    how: &str,
    questions: &[Question<'_>],
) -> Result<Vec<Vec<Row>>, tokio_postgres::Error> {
    for question in questions {
        client.prepare_cached(question.sql).await?;
    }
    let mut flight = Flight::of(client);
    flight.plain(how);
    for question in questions {
        flight.ask(*question).await?;
    }
    let replies: Vec<Reply> = flight.go().await.into_iter().collect::<Result<_, _>>()?;
    Ok(replies.into_iter().skip(1).map(Reply::rows).collect())
}

impl Drop for Server {
    fn drop(&mut self) {
        self.readers.close();
        self.writers.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
