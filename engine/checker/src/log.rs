//! The log as a chain of hashes, and what each record says, taken apart.

use kantor_model::Moment;
use serde_json::Value;

use crate::digest::{genesis, of_record};
use crate::form::{Fields, Misread};
use crate::values::Actor;
use crate::{Archive, Checks, Digest, Head, Record, must, wrong};

/// How many records, rows or documents are held in memory at once.
pub(crate) const PAGE: usize = 2_000;

/// Where an event stands, when it was, and who caused it.
pub(crate) struct At<'a> {
    pub(crate) seq: u64,
    pub(crate) moment: Moment,
    pub(crate) kind: &'a str,
    pub(crate) by: Actor,
}

impl At<'_> {
    pub(crate) fn fact(&self) -> String {
        format!("event {}", self.seq)
    }

    pub(crate) fn wrong(&self, what: impl ToString) -> crate::Disagreement {
        wrong(self.fact(), what)
    }

    pub(crate) fn must(&self, is_so: bool, what: impl FnOnce() -> String) -> Checks {
        must(is_so, || self.fact(), what)
    }
}

/// Gives every record of the log to `each`, after its hash was recomputed.
pub(crate) fn walk(archive: &dyn Archive, each: &mut dyn FnMut(&Record) -> Checks) -> Checks<Head> {
    let head = archive.head();
    let mut chain = Chain {
        seq: 0,
        hash: genesis(archive.office()),
        moment: None,
    };
    loop {
        let records = page(archive, chain.seq)?;
        if records.is_empty() {
            break;
        }
        for record in &records {
            chain.follow(record, &head)?;
            each(record)?;
        }
    }
    chain.end(&head)?;
    Ok(head)
}

/// The next page. One that cannot be read is read again one by one, to name the record.
fn page(archive: &dyn Archive, after: u64) -> Checks<Vec<Record>> {
    archive
        .records(after, PAGE)
        .or_else(|_| archive.records(after, 1))
        .map_err(|fault| wrong(format!("event {}", after + 1), fault))
}

struct Chain {
    seq: u64,
    hash: Digest,
    moment: Option<Moment>,
}

impl Chain {
    fn follow(&mut self, record: &Record, head: &Head) -> Checks {
        let seq = self.seq + 1;
        let fact = || format!("event {seq}");
        must(record.seq == seq, fact, || {
            format!("it is missing; event {} stands in its place", record.seq)
        })?;
        must(seq <= head.seq, fact, || {
            format!("it lies beyond the head of the log at {}", head.seq)
        })?;
        if let Some(before) = self.moment {
            must(record.moment >= before, fact, || {
                format!(
                    "its moment {} comes before {before}, the moment of the event in front of it",
                    record.moment
                )
            })?;
        }
        let computed = of_record(&self.hash, record);
        must(computed == record.hash, fact, || {
            format!(
                "its hash is recorded as {}, but its content gives {computed}",
                record.hash
            )
        })?;
        self.seq = seq;
        self.hash = computed;
        self.moment = Some(record.moment);
        Ok(())
    }

    fn end(&self, head: &Head) -> Checks {
        let fact = || format!("event {}", self.seq);
        if self.seq < head.seq {
            return Err(wrong(
                format!("event {}", self.seq + 1),
                format!("it is missing; the head of the log is at {}", head.seq),
            ));
        }
        let moment = self.moment.unwrap_or(head.moment);
        must(
            self.hash == head.hash && moment == head.moment,
            fact,
            || "the head of the log does not agree with it".to_owned(),
        )
    }
}

/// A record's body as JSON.
pub(crate) fn body(record: &Record) -> Checks<Value> {
    serde_json::from_slice(&record.body).map_err(|error| {
        wrong(
            format!("event {}", record.seq),
            format!("it cannot be read: {error}"),
        )
    })
}

/// Reads a body, all of it, with what `read` makes of its event.
pub(crate) fn event<'v, T>(
    value: &'v Value,
    seq: u64,
    read: impl FnOnce(&Fields<'v>) -> Result<T, Misread>,
) -> Checks<T> {
    crate::form::whole(value, read).map_err(|Misread(what)| {
        wrong(format!("event {seq}"), format!("it cannot be read: {what}"))
    })
}

/// The archive is a frozen picture: read twice, it is the same.
pub(crate) fn same_head(one: &Head, other: &Head) -> Checks {
    must(
        one == other,
        || format!("event {}", one.seq.max(other.seq)),
        || "the log changed while it was read; verify a snapshot".to_owned(),
    )
}
