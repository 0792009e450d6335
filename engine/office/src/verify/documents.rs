//! Read models, against what the log says.

use std::collections::BTreeMap;

use kantor_checker::Disagreement;
use kantor_engine::Snapshot;
use kantor_model::Moment;
use kantor_store::{Document, DocumentFilter, View};

use super::{PAGE, wrong};
use crate::read_model::{KINDS, Keys, line_of_number};

/// Where in the log each thing was touched last, and where units of work may end.
#[derive(Default)]
struct Touches {
    last: BTreeMap<(&'static str, u64), u64>,
    /// The last position of each run of records with one moment: no unit of work goes beyond it.
    run_ends: Vec<u64>,
    moment: Option<Moment>,
}

impl Touches {
    /// Takes in what one record touched.
    fn add(&mut self, seq: u64, moment: Moment, keys: &Keys) {
        if self.moment == Some(moment) {
            self.run_ends.pop();
        }
        self.moment = Some(moment);
        self.run_ends.push(seq);
        self.last.extend(keys.numbers().map(|key| (key, seq)));
    }

    /// Whether a read model can have been written at this position: the store notes the last one
    /// of the unit of work that touched the thing.
    fn allows(&self, document: &Document) -> bool {
        let key = KINDS
            .into_iter()
            .find(|kind| *kind == document.kind)
            .map(|kind| (kind, document.id));
        let Some(touched) = key.and_then(|key| self.last.get(&key)) else {
            return false;
        };
        let run = self.run_ends.partition_point(|end| end < touched);
        let end = self.run_ends.get(run).copied().unwrap_or(*touched);
        (*touched..=end).contains(&document.seq)
    }
}

/// The read models say what the log says. Answers how many there are.
pub(super) fn verify(view: &dyn View) -> Result<u64, Disagreement> {
    let mut log = Log::default();
    let mut after = 0;
    while after < view.head().seq {
        let records = view
            .records(after, PAGE)
            .map_err(|fault| wrong("log", fault))?;
        for record in records {
            after = record.seq;
            let recorded = kantor_store::codec::decode(&record)
                .map_err(|error| wrong(format!("event {}", record.seq), error))?;
            kantor_engine::apply(&mut log.state, &recorded);
            let mut keys = Keys::default();
            keys.add(&log.state, &recorded);
            log.touches.add(record.seq, record.moment, &keys);
            log.keys.join(keys);
        }
    }
    log.documents(view)
}

/// What the log says, and where it says so last.
#[derive(Default)]
struct Log {
    state: Snapshot,
    keys: Keys,
    touches: Touches,
}

impl Log {
    fn documents(&self, view: &dyn View) -> Result<u64, Disagreement> {
        let mut compared = 0;
        let mut wanted: BTreeMap<(String, u64), Document> = self
            .keys
            .documents(&self.state)
            .into_iter()
            .map(|document| ((document.kind.clone(), document.id), document))
            .collect();
        for kind in KINDS {
            let mut after = None;
            loop {
                let filter = DocumentFilter {
                    after,
                    ..DocumentFilter::first(PAGE)
                };
                let page = view
                    .documents(kind, &filter)
                    .map_err(|fault| wrong(format!("read models of kind {kind}"), fault))?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                for found in page {
                    let fact = named(kind, found.id);
                    let expected = wanted
                        .remove(&(found.kind.clone(), found.id))
                        .ok_or_else(|| wrong(fact.clone(), "the log knows nothing of it"))?;
                    // The position is the store's.
                    let seq = found.seq;
                    if (Document { seq, ..expected }) != found {
                        return Err(wrong(fact, "it does not say what the log says"));
                    }
                    if !self.touches.allows(&found) {
                        let what = format!("event {seq} did not touch it last");
                        return Err(wrong(fact, what));
                    }
                    compared += 1;
                }
            }
        }
        match wanted.keys().next() {
            Some((kind, id)) => Err(wrong(named(kind, *id), "its read model is missing")),
            None => Ok(compared),
        }
    }
}

/// A thing as people know it: `order 4`, `line 2/5`.
fn named(kind: &str, id: u64) -> String {
    if kind == "line" {
        format!("line {}", line_of_number(id))
    } else {
        format!("{kind} {id}")
    }
}
