//! The facts of a backup's items, as they stand in JSON.

use kantor_model::{Date, Moment};
use kantor_store::{
    Answer, Booking, Digest, Document, FileInfo, Head, Item, OfficeId, Record, Side, StagedEntries,
    StagedEntry,
};
use serde::{Deserialize, Serialize};

/// The office, and where its log stands.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfficeForm {
    office: i64,
    begun: i64,
    seq: u64,
    hash: String,
    moment: i64,
    made: i64,
    program: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntriesForm {
    hash: String,
    count: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowForm {
    amount: i64,
    balance: i64,
    day: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileForm {
    hash: String,
    length: u64,
}

/// A piece of a file has nothing but its bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PieceForm {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordForm {
    seq: u64,
    moment: i64,
    kind: String,
    version: u32,
    hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingForm {
    account: u64,
    first: u64,
    rows: String,
    position: u64,
    count: u64,
    statement: u64,
    shift: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentForm {
    kind: String,
    id: u64,
    owner: Option<u64>,
    state: String,
    seq: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SideForm {
    kind: String,
    key: String,
    owner: Option<u64>,
    expires: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerForm {
    key: String,
    fingerprint: String,
    seq: u64,
    moment: i64,
}

/// A hash of 64 hexadecimal digits.
fn digest(text: &str) -> Option<Digest> {
    Digest::from_hex(text)
}

impl OfficeForm {
    pub(super) fn of(office: OfficeId, begun: Moment, head: &Head, made: Moment) -> OfficeForm {
        OfficeForm {
            office: office.0,
            begun: begun.as_micros(),
            seq: head.seq,
            hash: head.hash.to_string(),
            moment: head.moment.as_micros(),
            made: made.as_micros(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    pub(super) fn head(&self) -> Option<Head> {
        Some(Head {
            seq: self.seq,
            hash: digest(&self.hash)?,
            moment: Moment::from_micros(self.moment),
        })
    }

    pub(super) fn office(&self) -> OfficeId {
        OfficeId(self.office)
    }

    /// When its log began.
    pub(super) fn begun(&self) -> Moment {
        Moment::from_micros(self.begun)
    }

    pub(super) fn made(&self) -> Moment {
        Moment::from_micros(self.made)
    }
}

impl EntriesForm {
    pub(super) fn of(entries: &StagedEntries) -> EntriesForm {
        EntriesForm {
            hash: entries.rows_hash.to_string(),
            count: entries.count,
        }
    }

    pub(super) fn entries(&self) -> Option<StagedEntries> {
        Some(StagedEntries {
            rows_hash: digest(&self.hash)?,
            count: self.count,
        })
    }
}

impl RowForm {
    pub(super) fn of(row: &StagedEntry) -> RowForm {
        let number = |day: Date| {
            i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
        };
        RowForm {
            amount: row.amount,
            balance: row.balance_after,
            day: row.booked_on.map(number),
        }
    }

    pub(super) fn row(&self, body: &[u8]) -> Option<StagedEntry> {
        let day = |number: i64| {
            let year = i16::try_from(number / 10_000).ok()?;
            let month = i8::try_from(number / 100 % 100).ok()?;
            let day = i8::try_from(number % 100).ok()?;
            Date::new(year, month, day).ok()
        };
        Some(StagedEntry {
            amount: self.amount,
            balance_after: self.balance,
            booked_on: match self.day {
                None => None,
                Some(number) => Some(day(number)?),
            },
            body: body.to_vec(),
        })
    }
}

impl FileForm {
    pub(super) fn of(file: &FileInfo) -> FileForm {
        FileForm {
            hash: file.hash.to_string(),
            length: file.length,
        }
    }

    pub(super) fn file(&self) -> Option<FileInfo> {
        Some(FileInfo {
            hash: digest(&self.hash)?,
            length: self.length,
        })
    }
}

impl RecordForm {
    pub(super) fn of(record: &Record) -> RecordForm {
        RecordForm {
            seq: record.seq,
            moment: record.moment.as_micros(),
            kind: record.kind.clone(),
            version: record.version,
            hash: record.hash.to_string(),
        }
    }

    pub(super) fn record(self, body: &[u8]) -> Option<Record> {
        Some(Record {
            seq: self.seq,
            moment: Moment::from_micros(self.moment),
            hash: digest(&self.hash)?,
            kind: self.kind,
            version: self.version,
            body: body.to_vec(),
        })
    }
}

impl BookingForm {
    pub(super) fn of(booking: &Booking) -> BookingForm {
        BookingForm {
            account: booking.account,
            first: booking.first_ordinal,
            rows: booking.rows_hash.to_string(),
            position: booking.position,
            count: booking.count,
            statement: booking.statement,
            shift: booking.shift,
        }
    }

    pub(super) fn item(&self) -> Option<Item> {
        Some(Item::Booking(Booking {
            account: self.account,
            first_ordinal: self.first,
            rows_hash: digest(&self.rows)?,
            position: self.position,
            count: self.count,
            statement: self.statement,
            shift: self.shift,
        }))
    }
}

impl DocumentForm {
    pub(super) fn of(document: &Document) -> DocumentForm {
        DocumentForm {
            kind: document.kind.clone(),
            id: document.id,
            owner: document.owner,
            state: document.state.clone(),
            seq: document.seq,
        }
    }

    pub(super) fn item(self, body: &[u8]) -> Item {
        Item::Document(Document {
            kind: self.kind,
            id: self.id,
            owner: self.owner,
            state: self.state,
            seq: self.seq,
            body: body.to_vec(),
        })
    }
}

impl SideForm {
    pub(super) fn of(side: &Side) -> SideForm {
        SideForm {
            kind: side.kind.clone(),
            key: side.key.clone(),
            owner: side.owner,
            expires: side.expires.map(Moment::as_micros),
        }
    }

    pub(super) fn item(self, body: &[u8]) -> Item {
        Item::Side(Side {
            kind: self.kind,
            key: self.key,
            owner: self.owner,
            body: body.to_vec(),
            expires: self.expires.map(Moment::from_micros),
        })
    }
}

impl AnswerForm {
    pub(super) fn of(key: &str, answer: &Answer) -> AnswerForm {
        AnswerForm {
            key: key.to_owned(),
            fingerprint: answer.fingerprint.to_string(),
            seq: answer.seq,
            moment: answer.moment.as_micros(),
        }
    }

    pub(super) fn item(self, body: &[u8]) -> Option<Item> {
        let answer = Answer {
            fingerprint: digest(&self.fingerprint)?,
            seq: self.seq,
            moment: Moment::from_micros(self.moment),
            body: body.to_vec(),
        };
        Some(Item::Answer(self.key, answer))
    }
}
