//! Statements with the values that they carry, on their way together.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

/// A value for a statement, owned so that a statement can wait until there is more to send.
pub(super) type Value = Box<dyn ToSql + Sync + Send>;

/// A statement that writes.
pub(super) struct Write {
    pub(super) sql: &'static str,
    pub(super) values: Vec<Value>,
    /// How many rows it must touch; a database that touches others has not done what it was told.
    pub(super) touches: Option<u64>,
}

impl Write {
    pub(super) fn new(sql: &'static str, values: Vec<Value>) -> Write {
        Write {
            sql,
            values,
            touches: None,
        }
    }

    /// The same, and it has to touch so many rows.
    pub(super) fn touching(self, rows: usize) -> Write {
        Write {
            touches: Some(rows as u64),
            ..self
        }
    }

    fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        borrowed(&self.values)
    }
}

/// A statement that asks.
#[derive(Clone, Copy)]
pub(super) struct Question<'q> {
    pub(super) sql: &'q str,
    pub(super) values: &'q [&'q (dyn ToSql + Sync)],
}

/// A number of ours as SQL takes it: more than the database can hold is more than there is.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A limit as SQL takes it: more than the database can hold is no limit.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn borrowed(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value.as_ref() as &(dyn ToSql + Sync))
        .collect()
}

/// What a statement gave.
pub(super) enum Reply {
    /// The rows that were asked for.
    Rows(Vec<Row>),
    /// The number of rows that were written.
    Touched(u64),
    /// It was done.
    Done,
}

impl Reply {
    pub(super) fn rows(self) -> Vec<Row> {
        match self {
            Reply::Rows(rows) => rows,
            Reply::Touched(_) | Reply::Done => Vec::new(),
        }
    }

    pub(super) fn touched(&self) -> u64 {
        match self {
            Reply::Touched(rows) => *rows,
            Reply::Rows(_) | Reply::Done => 0,
        }
    }
}

type Coming<'f> = Pin<Box<dyn Future<Output = Result<Reply, Error>> + 'f>>;

/// Statements that are sent all at once; their answers come in the same order.
pub(super) struct Flight<'f> {
    client: &'f ClientWrapper,
    sent: Vec<Coming<'f>>,
}

impl<'f> Flight<'f> {
    pub(super) fn of(client: &'f ClientWrapper) -> Flight<'f> {
        Flight {
            client,
            sent: Vec::new(),
        }
    }

    /// A statement of the transaction's own: `BEGIN`, `COMMIT`.
    pub(super) fn plain(&mut self, sql: &'f str) {
        let client = self.client;
        self.sent.push(Box::pin(async move {
            client.batch_execute(sql).await.map(|()| Reply::Done)
        }));
    }

    pub(super) async fn write(&mut self, write: &'f Write) -> Result<(), Error> {
        let client = self.client;
        let statement = client.prepare_cached(write.sql).await?;
        self.sent.push(Box::pin(async move {
            let values = write.values();
            client
                .execute(&statement, &values)
                .await
                .map(Reply::Touched)
        }));
        Ok(())
    }

    pub(super) async fn ask(&mut self, question: Question<'f>) -> Result<(), Error> {
        let client = self.client;
        let statement = client.prepare_cached(question.sql).await?;
        self.sent.push(Box::pin(async move {
            client
                .query(&statement, question.values)
                .await
                .map(Reply::Rows)
        }));
        Ok(())
    }

    /// Sends everything and waits for all answers. The driver sends a statement when its future is
    /// polled first, so the first round over all of them puts them on the wire in their order.
    pub(super) async fn go(self) -> Vec<Result<Reply, Error>> {
        let mut coming: Vec<(Option<Result<Reply, Error>>, Coming<'f>)> =
            self.sent.into_iter().map(|one| (None, one)).collect();
        poll_fn(|context| {
            for (answer, one) in &mut coming {
                if let Poll::Ready(there) = one.as_mut().poll(context) {
                    *answer = Some(there);
                }
            }
            Poll::Ready(())
        })
        .await;
        let mut answers = Vec::with_capacity(coming.len());
        for (answer, one) in coming {
            answers.push(match answer {
                Some(there) => there,
                None => one.await,
            });
        }
        answers
    }
}
