//! What the units of a batch write, gathered so that a whole batch goes out as a few statements:
//! its columns travel as arrays.

use std::collections::BTreeMap;

use kantor_model::Moment;

use super::statement::{Value, Write, number};
use crate::document::{Document, DocumentChange};
use crate::log::{Head, NewRecord, OfficeId};
use crate::unit::NewAnswer;

/// What waits to be written.
#[derive(Default)]
pub(super) struct Gathered {
    office: i64,
    /// How many bytes of bodies wait.
    bytes: usize,
    records: Records,
    /// By kind and number; of two changes of one document the later one stays.
    documents: BTreeMap<(String, i64), Option<Stored>>,
    sides: Vec<Write>,
    answers: Answers,
}

#[derive(Default)]
struct Records {
    seqs: Vec<i64>,
    moments: Vec<i64>,
    kinds: Vec<String>,
    versions: Vec<i64>,
    bodies: Vec<Vec<u8>>,
    hashes: Vec<Vec<u8>>,
}

struct Stored {
    owner: Option<i64>,
    state: String,
    seq: i64,
    body: Vec<u8>,
}

#[derive(Default)]
struct Answers {
    keys: Vec<String>,
    fingerprints: Vec<Vec<u8>>,
    seqs: Vec<i64>,
    moments: Vec<i64>,
    bodies: Vec<Vec<u8>>,
}

const APPEND: &str = "INSERT INTO records (office_id, seq, moment, kind, version, body, hash)
    SELECT $1::bigint, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bytea[],
                             $7::bytea[])";

const PUT_DOCUMENTS: &str =
    "INSERT INTO documents (office_id, kind, id, owner, state, seq, body)
     SELECT $1::bigint, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
                              $7::bytea[])
     ON CONFLICT (office_id, kind, id) DO UPDATE SET
         owner = excluded.owner, state = excluded.state,
         seq = excluded.seq, body = excluded.body";

const REMOVE_DOCUMENT: &str =
    "DELETE FROM documents WHERE office_id = $1 AND kind = $2 AND id = $3";

/// A key that is not free after all fails the statement, and with it the whole batch.
const KEEP_ANSWERS: &str = "INSERT INTO answers (office_id, key, fingerprint, seq, moment, body)
    SELECT $1::bigint, * FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::bigint[],
                                     $6::bytea[])";

/// So many bytes of bodies go out at once; the server takes a statement as one piece.
const BYTES: usize = 8 * 1024 * 1024;

/// And so many changes of side rows, each of which is a statement.
const SIDES: usize = 1000;

impl Gathered {
    /// Whose all of it is; stays so until the end of the transaction.
    pub(super) fn of(&mut self, office: OfficeId) -> &mut Gathered {
        self.office = office.0;
        self
    }

    pub(super) fn record(&mut self, head: &Head, record: &NewRecord, moment: Moment) {
        self.bytes += record.body.len();
        let records = &mut self.records;
        records.seqs.push(number(head.seq));
        records.moments.push(moment.as_micros());
        records.kinds.push(record.kind.clone());
        records.versions.push(i64::from(record.version));
        records.bodies.push(record.body.clone());
        records.hashes.push(head.hash.0.to_vec());
    }

    pub(super) fn document(&mut self, change: &DocumentChange, seq: u64) {
        let (key, stored) = match change {
            DocumentChange::Put(document) => {
                let Document {
                    kind,
                    id,
                    owner,
                    state,
                    seq: _,
                    body,
                } = document;
                self.bytes += body.len();
                let stored = Stored {
                    owner: owner.map(number),
                    state: state.clone(),
                    seq: number(seq),
                    body: body.clone(),
                };
                ((kind.clone(), number(*id)), Some(stored))
            }
            DocumentChange::Remove { kind, id } => ((kind.clone(), number(*id)), None),
        };
        self.documents.insert(key, stored);
    }

    /// A change of a side row that cannot be refused.
    pub(super) fn side(&mut self, write: Write) {
        self.sides.push(write);
    }

    /// An answer under a key that is known to be free.
    pub(super) fn answer(&mut self, answer: &NewAnswer, seq: u64, moment: Moment) {
        self.bytes += answer.body.len();
        let answers = &mut self.answers;
        answers.keys.push(answer.key.clone());
        answers.fingerprints.push(answer.fingerprint.0.to_vec());
        answers.seqs.push(number(seq));
        answers.moments.push(moment.as_micros());
        answers.bodies.push(answer.body.clone());
    }

    /// Whether it is so much that it should not wait.
    pub(super) fn is_much(&self) -> bool {
        self.bytes >= BYTES || self.sides.len() >= SIDES
    }

    /// The statements that write all of it; nothing waits any more.
    pub(super) fn take_writes(&mut self) -> Vec<Write> {
        let office = self.office;
        let nothing = Gathered {
            office,
            ..Gathered::default()
        };
        let waiting = std::mem::replace(self, nothing);
        let mut writes = Vec::new();
        if !waiting.records.seqs.is_empty() {
            writes.push(waiting.records.write(office));
        }
        writes.extend(documents(office, waiting.documents));
        writes.extend(waiting.sides);
        if !waiting.answers.keys.is_empty() {
            writes.push(waiting.answers.write(office));
        }
        writes
    }
}

impl Records {
    fn write(self, office: i64) -> Write {
        let count = self.seqs.len();
        let values: Vec<Value> = vec![
            Box::new(office),
            Box::new(self.seqs),
            Box::new(self.moments),
            Box::new(self.kinds),
            Box::new(self.versions),
            Box::new(self.bodies),
            Box::new(self.hashes),
        ];
        Write::new(APPEND, values).touching(count)
    }
}

impl Answers {
    fn write(self, office: i64) -> Write {
        let count = self.keys.len();
        let values: Vec<Value> = vec![
            Box::new(office),
            Box::new(self.keys),
            Box::new(self.fingerprints),
            Box::new(self.seqs),
            Box::new(self.moments),
            Box::new(self.bodies),
        ];
        Write::new(KEEP_ANSWERS, values).touching(count)
    }
}

fn documents(office: i64, changes: BTreeMap<(String, i64), Option<Stored>>) -> Vec<Write> {
    let mut writes = Vec::new();
    let (mut kinds, mut ids, mut owners) = (Vec::new(), Vec::new(), Vec::new());
    let (mut states, mut seqs, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for ((kind, id), stored) in changes {
        match stored {
            Some(stored) => {
                kinds.push(kind);
                ids.push(id);
                owners.push(stored.owner);
                states.push(stored.state);
                seqs.push(stored.seq);
                bodies.push(stored.body);
            }
            None => {
                let values: Vec<Value> = vec![Box::new(office), Box::new(kind), Box::new(id)];
                writes.push(Write::new(REMOVE_DOCUMENT, values));
            }
        }
    }
    if !kinds.is_empty() {
        let count = kinds.len();
        let values: Vec<Value> = vec![
            Box::new(office),
            Box::new(kinds),
            Box::new(ids),
            Box::new(owners),
            Box::new(states),
            Box::new(seqs),
            Box::new(bodies),
        ];
        writes.push(Write::new(PUT_DOCUMENTS, values).touching(count));
    }
    writes
}
