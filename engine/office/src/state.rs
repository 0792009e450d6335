//! What the log adds up to in memory, and the way from its records to it.

use std::num::NonZeroUsize;

use kantor_engine::tree::TreeSet;
use kantor_engine::{Digest, OrderId, Recorded, Snapshot, StatementId, Touched};
use kantor_store::{Head, Record, View, genesis, record_hash};

use crate::error::{Changed, ExecuteError};
use crate::load;
use crate::request::Seen;

/// How many records are read at a time when a log is replayed.
const REPLAY_PAGE: usize = 4_000;

/// So many records are worth a thread of their own when they are taken out of their stored form.
const DECODED_BY_ONE: usize = 250;

/// The office's state with the history of its orders. A copy shares with it what is equal in both.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) snapshot: Snapshot,
    pub(crate) seq: u64,
    /// The hash of the log up to there; `None` before the first position.
    hash: Option<Digest>,
    /// At which positions of the log something happened to which order.
    positions: TreeSet<(OrderId, u64)>,
    /// The last position that changed a bank line, or what came of one.
    pub(crate) lines_seq: u64,
}

impl State {
    /// Takes the next page of the log in, when it goes on where this state ends: with the hash that
    /// follows from what was read.
    pub(crate) fn take_page(&mut self, view: &dyn View) -> Result<(), ExecuteError> {
        let records = view.records(self.seq, REPLAY_PAGE)?;
        let next = self.seq.saturating_add(1);
        let Some((first, last)) = records.first().zip(records.last()) else {
            return Err(missing(next));
        };
        if first.seq != next {
            return Err(missing(next));
        }
        let before = self.hash.unwrap_or_else(|| genesis(view.office()));
        let Record { kind, version, .. } = first;
        if record_hash(&before, next, first.moment, kind, *version, &first.body) != first.hash {
            return Err(ExecuteError::OtherLog { seq: self.seq });
        }
        for (seq, recorded) in decoded(&records)? {
            self.take(seq, &recorded);
        }
        self.hash = Some(last.hash);
        Ok(())
    }

    /// The log that it was read from, or was written from it, ends with this.
    pub(crate) fn ends_with(&mut self, head: Head) {
        self.hash = Some(head.hash);
    }

    /// Whether a head that is not behind it is the head of the log that it was read from. A database
    /// may have gone back: to a copy, to a standby without the last commits.
    pub(crate) fn is_of(&self, head: Head) -> Result<(), ExecuteError> {
        let is_behind = self.seq < head.seq;
        let is_there = self.seq == head.seq && self.hash.is_none_or(|hash| hash == head.hash);
        if is_behind || is_there {
            return Ok(());
        }
        Err(ExecuteError::OtherLog { seq: self.seq })
    }

    /// Takes one more position of the log in.
    pub(crate) fn take(&mut self, seq: u64, recorded: &Recorded) {
        self.seq = seq;
        let touched = Touched::by(&recorded.event, |_| Vec::new());
        if !touched.lines.is_empty() || !touched.accounts.is_empty() {
            self.lines_seq = seq;
        }
        for order in touched.orders {
            self.positions.insert((order, seq));
        }
        kantor_engine::apply(&mut self.snapshot, recorded);
    }

    /// At which positions something happened to an order.
    pub(crate) fn positions_of(&self, order: OrderId) -> Vec<u64> {
        let of_order = (order, 0)..=(order, u64::MAX);
        let positions = self.positions.range(of_order);
        positions.map(|(_, seq)| *seq).collect()
    }

    /// Where the last event of an order stands, and what it is. The place alone would not do: an
    /// office that was restored from a backup gives the same places and numbers again. Two releases
    /// may say it differently: then somebody looks again, and nothing is done by mistake.
    pub(crate) fn fingerprint_of(&self, order: OrderId) -> Option<String> {
        let last = self.positions_of(order).pop()?;
        let order = self.snapshot.orders.get(&order)?;
        let what = Digest::of(format!("{:?} {:?}", order.facts, order.state).as_bytes());
        Some(format!("{last}-{}", short(&what)))
    }

    /// Whether a thing is as somebody saw it.
    pub(crate) fn is_as_seen(&self, seen: &Seen, view: &dyn View) -> Result<(), ExecuteError> {
        let (is_it, changed) = match seen {
            Seen::Order(order, fingerprint) => (
                // What is not there at all is the engine's to say.
                (self.fingerprint_of(*order)).is_none_or(|now| now == *fingerprint),
                Changed::Order(*order),
            ),
            Seen::Line(line, fingerprint) => (
                load::bank_line(*line, &self.snapshot, view)?.fingerprint() == *fingerprint,
                Changed::Line(*line),
            ),
            Seen::Import(file, statements) => {
                let later = StatementId(statements.saturating_add(1))..;
                let mut later = self.snapshot.booked.range(later);
                (
                    !later.any(|(_, booked)| booked.facts.file == *file),
                    Changed::Import(*file),
                )
            }
        };
        if is_it { Ok(()) } else { Err(changed.into()) }
    }

    /// Reads what the log has more than this state.
    pub(crate) fn catch_up(&mut self, view: &dyn View) -> Result<(), ExecuteError> {
        while self.seq < view.head().seq {
            self.take_page(view)?;
        }
        self.is_of(view.head())
    }
}

/// The beginning of a digest: enough to tell things apart that nobody chooses.
pub(crate) fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(16).collect()
}

fn missing(seq: u64) -> ExecuteError {
    ExecuteError::Damaged(format!("position {seq} of the log is missing"))
}

/// What records hold. Of opening an old office half is this, so all processors take part.
fn decoded(records: &[Record]) -> Result<Vec<(u64, Recorded)>, ExecuteError> {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let each = records.len().div_ceil(processors).max(DECODED_BY_ONE);
    let decode = |records: &[Record]| -> Result<Vec<(u64, Recorded)>, ExecuteError> {
        records
            .iter()
            .map(|record| {
                let recorded = kantor_store::codec::decode(record)
                    .map_err(|error| ExecuteError::Damaged(error.to_string()))?;
                Ok((record.seq, recorded))
            })
            .collect()
    };
    let (mine, others) = records.split_at(each.min(records.len()));
    std::thread::scope(|scope| {
        let others: Vec<_> = others
            .chunks(each)
            .map(|records| scope.spawn(move || decode(records)))
            .collect();
        let mut all = decode(mine)?;
        for other in others {
            let stopped = |_| ExecuteError::Damaged("a record stopped its reader".to_owned());
            all.extend(other.join().map_err(stopped)??);
        }
        Ok(all)
    })
}
