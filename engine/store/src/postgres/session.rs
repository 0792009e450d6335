//! A connection inside a transaction, used by threads that wait.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use deadpool_postgres::Object;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use super::fault::{damaged, fault, is_lost, silent};
use super::gathered::Gathered;
use super::server::wait;
use super::statement::{Flight, Question, Reply, Write};
use crate::error::{CommitError, Fault};

/// How long a rollback may take before its connection is thrown away instead.
const ROLLBACK: Duration = Duration::from_secs(5);

/// A transaction. Dropped without a commit, it leaves nothing behind.
pub(super) struct Session {
    client: Option<Object>,
    handle: Handle,
    /// How long the server may take to answer.
    patience: Duration,
    /// A statement failed: PostgreSQL takes nothing more in this transaction.
    failed: Cell<bool>,
    /// The connection is gone, or nobody knows where it stands.
    lost: Cell<bool>,
    /// What is to be written before anything else is asked, or at the latest with the commit.
    pub(super) gathered: RefCell<Gathered>,
}

/// The end of a transaction that is to be proved.
pub(super) struct Proof {
    /// The office.
    pub(super) office: i64,
    /// The last position that was written.
    pub(super) seq: i64,
    /// Its hash.
    pub(super) hash: Vec<u8>,
}

const PROOF: &str = "SELECT hash FROM records WHERE office_id = $1 AND seq = $2";

impl Session {
    pub(super) fn new(client: Object, handle: Handle, patience: Duration) -> Session {
        Session {
            client: Some(client),
            handle,
            patience,
            failed: Cell::new(false),
            lost: Cell::new(false),
            gathered: RefCell::new(Gathered::default()),
        }
    }

    fn client(&self, operation: &'static str) -> Result<&Object, Fault> {
        self.client.as_ref().ok_or(Fault {
            operation,
            reason: "the transaction has ended".to_owned(),
            advice: "try again",
        })
    }

    /// Whether something went wrong in this transaction, so that it can only be given up.
    pub(super) fn is_failed(&self) -> bool {
        self.failed.get()
    }

    /// All rows that a question gives, after everything that waits was written.
    pub(super) fn all(
        &self,
        operation: &'static str,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Fault> {
        let question = Question { sql, values };
        let waiting = self.gathered.borrow_mut().take_writes();
        let mut replies = self.send(operation, &waiting, Some(question))?;
        Ok(replies.pop().map_or_else(Vec::new, Reply::rows))
    }

    /// The one row that a question gives, if there is one.
    pub(super) fn one(
        &self,
        operation: &'static str,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, Fault> {
        Ok(self.all(operation, sql, values)?.into_iter().next())
    }

    /// Runs a statement that writes; gives the number of rows that it touched.
    pub(super) fn write(&self, operation: &'static str, write: Write) -> Result<u64, Fault> {
        let touched = self.write_all(operation, vec![write])?;
        Ok(touched.first().copied().unwrap_or(0))
    }

    /// Runs statements that write, all on their way at once behind those that wait; gives the
    /// number of rows that each touched.
    pub(super) fn write_all(
        &self,
        operation: &'static str,
        writes: Vec<Write>,
    ) -> Result<Vec<u64>, Fault> {
        let mut all = self.gathered.borrow_mut().take_writes();
        let waiting = all.len();
        all.extend(writes);
        let replies = self.send(operation, &all, None)?;
        Ok(replies.iter().skip(waiting).map(Reply::touched).collect())
    }

    /// Sends everything at once and looks at every answer.
    fn send(
        &self,
        operation: &'static str,
        writes: &[Write],
        question: Option<Question<'_>>,
    ) -> Result<Vec<Reply>, Fault> {
        let client = self.client(operation)?;
        let sent = async {
            let mut flight = Flight::of(client);
            for write in writes {
                flight.write(write).await?;
            }
            if let Some(question) = question {
                flight.ask(question).await?;
            }
            Ok(flight.go().await)
        };
        let answered = async { timeout(self.patience, sent).await };
        let replies = match wait(&self.handle, answered) {
            Ok(sent) => sent.and_then(|replies| replies.into_iter().collect()),
            Err(_) => {
                self.failed.set(true);
                self.lost.set(true);
                return Err(silent(operation));
            }
        };
        let replies: Vec<Reply> = replies.map_err(|error| self.failure(operation, error))?;
        self.check(operation, writes, &replies)?;
        Ok(replies)
    }

    fn failure(&self, operation: &'static str, error: Error) -> Fault {
        self.failed.set(true);
        self.lost.set(self.lost.get() || is_lost(&error));
        fault(operation)(error)
    }

    /// Whether every statement that must touch rows has touched them.
    fn check(
        &self,
        operation: &'static str,
        writes: &[Write],
        replies: &[Reply],
    ) -> Result<(), Fault> {
        for (write, reply) in writes.iter().zip(replies) {
            let touched = reply.touched();
            if write.touches.is_some_and(|wanted| wanted != touched) {
                self.failed.set(true);
                let wanted = write.touches.unwrap_or(0);
                let reason = format!("the database wrote {touched} of {wanted} rows");
                return Err(damaged(operation, reason));
            }
        }
        Ok(())
    }

    /// Makes everything written durable: what waits, these statements and the commit go out
    /// together, and behind them the question whether the last record is there.
    ///
    /// A transaction that failed is rolled back by `COMMIT` without an error, so the answer of
    /// every statement is looked at, and the proof, before anybody may be told.
    pub(super) fn commit(
        mut self,
        mut last: Vec<Write>,
        proof: Option<Proof>,
    ) -> Result<(), CommitError> {
        let operation = "commit";
        if self.failed.get() {
            return Err(CommitError::Spoiled);
        }
        let mut writes = self.gathered.borrow_mut().take_writes();
        writes.append(&mut last);
        let client = self.client(operation).map_err(CommitError::Failed)?;
        let mut values: Vec<&(dyn ToSql + Sync)> = Vec::new();
        if let Some(proof) = &proof {
            values.push(&proof.office);
            values.push(&proof.seq);
        }
        let sent = async {
            let mut flight = Flight::of(client);
            for write in &writes {
                flight.write(write).await?;
            }
            if proof.is_some() {
                // Known to the connection before the commit, so that all of it goes at once.
                client.prepare_cached(PROOF).await?;
            }
            flight.plain("COMMIT");
            if proof.is_some() {
                let values = &values;
                flight.ask(Question { sql: PROOF, values }).await?;
            }
            Ok(flight.go().await)
        };
        let answered = async { timeout(self.patience, sent).await };
        let done = match wait(&self.handle, answered) {
            Err(_) => Err(CommitError::Unknown(silent(operation))),
            // Nothing was sent yet but questions about statements.
            Ok(Err(error)) => Err(CommitError::Failed(fault(operation)(error))),
            Ok(Ok(answers)) => judge(&writes, answers, proof.as_ref()),
        };
        match &done {
            // Nothing is open any more: the connection goes back to the others as it is.
            Ok(()) => drop(self.client.take()),
            Err(CommitError::Unknown(_)) => self.lost.set(true),
            Err(CommitError::Failed(_) | CommitError::Spoiled) => {}
        }
        done
    }
}

/// What the answers to the last flight of a transaction say.
fn judge(
    writes: &[Write],
    answers: Vec<Result<Reply, Error>>,
    proof: Option<&Proof>,
) -> Result<(), CommitError> {
    let operation = "commit";
    let mut answers = answers.into_iter();
    for (write, answer) in writes.iter().zip(answers.by_ref()) {
        match answer {
            Ok(reply) if write.touches.is_none_or(|wanted| wanted == reply.touched()) => {}
            // It was sent with its commit behind it, so by now it may be there.
            Ok(reply) => {
                let wanted = write.touches.unwrap_or(0);
                let reason = format!("the database wrote {} of {wanted} rows", reply.touched());
                return Err(CommitError::Unknown(damaged(operation, reason)));
            }
            Err(error) => return Err(told(error)),
        }
    }
    match answers.next() {
        Some(Ok(_)) => {}
        // Whoever distributes the commit may fail in the middle of it.
        Some(Err(error)) => return Err(CommitError::Unknown(fault(operation)(error))),
        None => return Err(CommitError::Unknown(silent(operation))),
    }
    let Some(proof) = proof else { return Ok(()) };
    let rows = match answers.next() {
        Some(Ok(reply)) => reply.rows(),
        Some(Err(error)) => return Err(CommitError::Unknown(fault(operation)(error))),
        None => return Err(CommitError::Unknown(silent(operation))),
    };
    let hash: Option<&[u8]> = rows.first().and_then(|row| row.try_get(0).ok());
    if hash == Some(proof.hash.as_slice()) {
        return Ok(());
    }
    let reason = format!("position {} of the log is not what was written", proof.seq);
    Err(CommitError::Unknown(damaged(operation, reason)))
}

/// What an error says of the commit that was sent behind it: a server that refuses a statement has
/// written nothing; a connection that broke leaves it open whether it has.
fn told(error: Error) -> CommitError {
    let is_refused = !is_lost(&error);
    let fault = fault("commit")(error);
    if is_refused {
        CommitError::Failed(fault)
    } else {
        CommitError::Unknown(fault)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else {
            return;
        };
        if self.lost.get() {
            drop(Object::take(client));
            return;
        }
        // Nobody waits for it: the next one who wants what this held waits for the server.
        self.handle.spawn(async move {
            let rolled_back = timeout(ROLLBACK, client.batch_execute("ROLLBACK")).await;
            if !matches!(rolled_back, Ok(Ok(()))) {
                drop(Object::take(client));
            }
        });
    }
}
