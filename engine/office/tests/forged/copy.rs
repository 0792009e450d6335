//! What an office has stored, in memory, to be forged: an archive whose hashes can be made to fit.

use std::ops::{Deref, DerefMut};

use kantor_checker::{Digest, Head, Memory, Record, Row, Segment, Side};
use kantor_model::Moment;
use kantor_store::{RowsHasher, SideFilter, StagedEntry, View, genesis, record_hash};
use serde_json::{Value, json};

/// All that the checker reads.
#[derive(Clone)]
pub(crate) struct Copy(Memory);

impl Deref for Copy {
    type Target = Memory;

    fn deref(&self) -> &Memory {
        &self.0
    }
}

impl DerefMut for Copy {
    fn deref_mut(&mut self) -> &mut Memory {
        &mut self.0
    }
}

fn digest(found: kantor_store::Digest) -> Digest {
    Digest(found.0)
}

impl Copy {
    pub(crate) fn of(view: &dyn View) -> Copy {
        let head = view.head();
        let records = view.records(0, 100_000).unwrap();
        let stands = Head {
            seq: head.seq,
            hash: digest(head.hash),
            moment: head.moment,
        };
        let mut copy = Copy(Memory::at(view.office().0, stands));
        for record in records {
            let body: Value = serde_json::from_slice(&record.body).unwrap();
            copy.load(view, &body["event"]);
            copy.records.push(Record {
                seq: record.seq,
                moment: record.moment,
                kind: record.kind,
                version: record.version,
                body: record.body,
                hash: digest(record.hash),
            });
        }
        for kind in ["person", "login", "customer-account", "payer"] {
            let late = Moment::from_micros(i64::MAX / 2);
            for side in view.sides(kind, &SideFilter::first(1_000), late).unwrap() {
                copy.put_side(Side {
                    kind: side.kind,
                    key: side.key,
                    owner: side.owner,
                    body: side.body,
                });
            }
        }
        copy
    }

    /// Loads what an event names.
    fn load(&mut self, view: &dyn View, event: &Value) {
        let named = |value: &Value| kantor_store::Digest::from_hex(value.as_str()?);
        if let Some(set) = named(&event["booking"]["facts"]["rows"]) {
            let rows = view.staged_rows(&set, 0, 100_000).unwrap();
            let row = |row: StagedEntry| Row {
                amount: row.amount,
                balance_after: row.balance_after,
                booked_on: row.booked_on,
                body: row.body,
            };
            self.rows
                .insert(digest(set), rows.into_iter().map(row).collect());
        }
        let files = [
            &event["booking"]["facts"]["file"],
            &event["facts"]["file"],
            &event["file"],
            &event["file"]["digest"],
            &event["answer"]["report"],
            &event["report"],
        ];
        for file in files.into_iter().filter_map(named) {
            let mut bytes = Vec::new();
            view.copy_file(&file, &mut bytes).unwrap();
            self.files.insert(digest(file), bytes);
        }
        if let Some(account) = event["account"].as_u64() {
            let bookings = view.bookings(account, 1, 100_000).unwrap();
            let segment = |booking: kantor_store::Booking| Segment {
                account: booking.account,
                first_ordinal: booking.first_ordinal,
                rows: digest(booking.rows_hash),
                position: booking.position,
                count: booking.count,
                statement: booking.statement,
                shift: booking.shift,
            };
            self.segments
                .insert(account, bookings.into_iter().map(segment).collect());
        }
    }

    /// The position of the nth event of a kind, from 1.
    pub(crate) fn find(&self, kind: &str, nth: usize) -> u64 {
        let mut of_kind = self.records.iter().filter(|record| record.kind == kind);
        let found = of_kind.nth(nth - 1);
        found.unwrap_or_else(|| panic!("no {kind} {nth}")).seq
    }

    /// How many events of a kind there are.
    pub(crate) fn count(&self, kind: &str) -> usize {
        let of_kind = self.records.iter().filter(|record| record.kind == kind);
        of_kind.count()
    }

    /// The text at a place of an event.
    pub(crate) fn text_of(&self, kind: &str, nth: usize, place: &str) -> String {
        let seq = usize::try_from(self.find(kind, nth)).unwrap();
        let body: Value = serde_json::from_slice(&self.records[seq - 1].body).unwrap();
        body.pointer(place).unwrap().as_str().unwrap().to_owned()
    }

    fn at(&mut self, seq: u64) -> &mut Record {
        &mut self.records[usize::try_from(seq).unwrap() - 1]
    }

    /// Changes an event's body.
    pub(crate) fn edit(&mut self, kind: &str, nth: usize, edit: impl FnOnce(&mut Value)) -> String {
        let seq = self.find(kind, nth);
        let record = self.at(seq);
        let mut body: Value = serde_json::from_slice(&record.body).unwrap();
        let before = body.clone();
        edit(&mut body);
        assert_ne!(before, body, "{kind} {nth} is as it was");
        record.body = serde_json::to_vec(&body).unwrap();
        format!("event {seq}")
    }

    /// Writes another value over the one at a place such as `/event/order`.
    pub(crate) fn set(&mut self, kind: &str, nth: usize, place: &str, value: Value) -> String {
        self.edit(kind, nth, |body| {
            *body.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        })
    }

    pub(crate) fn remove(&mut self, kind: &str, nth: usize) -> u64 {
        let seq = self.find(kind, nth);
        self.records.remove(usize::try_from(seq).unwrap() - 1);
        self.number();
        seq
    }

    /// Puts an event behind another one.
    pub(crate) fn insert(
        &mut self,
        after: u64,
        kind: &str,
        event: Value,
        postings: Value,
    ) -> String {
        let mut record = self.at(after).clone();
        record.kind = kind.to_owned();
        let (_, version) = kantor_checker::KINDS
            .iter()
            .rev()
            .find(|(known, _)| *known == kind)
            .unwrap();
        record.version = *version;
        let body = json!({ "by": "staff:anna", "event": event, "postings": postings });
        record.body = serde_json::to_vec(&body).unwrap();
        self.records.insert(usize::try_from(after).unwrap(), record);
        self.number();
        format!("event {}", after + 1)
    }

    fn number(&mut self) {
        for (record, seq) in self.records.iter_mut().zip(1..) {
            record.seq = seq;
        }
    }

    /// Makes every hash of the log fit what stands there now.
    pub(crate) fn rehash(&mut self) {
        let mut hash = genesis(kantor_store::OfficeId(self.office));
        for record in &mut self.records {
            let Record {
                seq,
                moment,
                kind,
                version,
                body,
                ..
            } = record;
            hash = record_hash(&hash, *seq, *moment, kind, *version, body);
            record.hash = digest(hash);
        }
        let last = self.records.last().unwrap();
        self.head = Head {
            seq: last.seq,
            hash: last.hash,
            moment: last.moment,
        };
    }

    /// Writes another digest for one, wherever the log names it.
    fn rename(&mut self, old: Digest, new: Digest) {
        for record in &mut self.records {
            let body = String::from_utf8(record.body.clone()).unwrap();
            record.body = body
                .replace(&old.to_string(), &new.to_string())
                .into_bytes();
        }
    }

    /// Changes the rows of the nth statement, with their hash.
    pub(crate) fn rerow(&mut self, nth: usize, edit: impl FnOnce(&mut Vec<Row>)) {
        let seq = self.find("StatementBooked", nth);
        let body: Value = serde_json::from_slice(&self.at(seq).body).unwrap();
        let name = body["event"]["booking"]["facts"]["rows"].as_str().unwrap();
        let old = digest(kantor_store::Digest::from_hex(name).unwrap());
        let mut rows = self.rows.remove(&old).unwrap();
        edit(&mut rows);
        let mut hasher = RowsHasher::new();
        for row in &rows {
            hasher.add(&StagedEntry {
                amount: row.amount,
                balance_after: row.balance_after,
                booked_on: row.booked_on,
                body: row.body.clone(),
            });
        }
        let new = digest(hasher.finish().rows_hash);
        self.rows.insert(new, rows);
        self.rename(old, new);
        for segment in self.segments.values_mut().flatten() {
            if segment.rows == old {
                segment.rows = new;
            }
        }
    }

    /// Changes the bytes of a file that an event names, with their hash and length.
    pub(crate) fn refile(
        &mut self,
        kind: &str,
        nth: usize,
        place: &str,
        edit: impl FnOnce(String) -> String,
    ) -> Digest {
        let seq = self.find(kind, nth);
        let body: Value = serde_json::from_slice(&self.at(seq).body).unwrap();
        let name = body.pointer(place).unwrap().as_str().unwrap();
        let old = digest(kantor_store::Digest::from_hex(name).unwrap());
        // Each byte as the character of its number, whatever the file's code page is.
        let text: String = self.files[&old]
            .iter()
            .map(|byte| char::from(*byte))
            .collect();
        let forged = edit(text.clone());
        assert_ne!(text, forged, "the file is as it was");
        let bytes: Vec<u8> = forged.chars().map(|it| u8::try_from(it).unwrap()).collect();
        let length = bytes.len();
        let new = Digest::of(&bytes);
        self.files.insert(new, bytes);
        self.rename(old, new);
        if body.pointer("/event/file/length").is_some() {
            let record = self.at(seq);
            let mut body: Value = serde_json::from_slice(&record.body).unwrap();
            body["event"]["file"]["length"] = json!(length);
            record.body = serde_json::to_vec(&body).unwrap();
        }
        new
    }
}
