//! The log of an office: gapless, ordered, each record's hash covering everything before it.

use std::fmt;

use kantor_engine::Digest;
use kantor_model::Moment;

use crate::digest::Hasher;

/// The number of an exchange office (kantor): the unit of order, and the first column of every key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OfficeId(pub i64);

impl fmt::Display for OfficeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an office's log stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// The position of the last record; 0 before the first.
    pub seq: u64,
    /// The hash of the last record; [`genesis`] before the first.
    pub hash: Digest,
    /// When the last record was written, or the office opened. No later record has an earlier one.
    pub moment: Moment,
}

/// A fact about to be recorded. The store treats the body as opaque bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewRecord {
    /// The name of the kind of event, such as `order_placed`.
    pub kind: String,
    /// The version of the body's form.
    pub version: u32,
    /// The event in its stored form.
    pub body: Vec<u8>,
}

/// A recorded fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its position: 1, 2, 3 and so on without a gap.
    pub seq: u64,
    /// When it was recorded; never before the record in front of it.
    pub moment: Moment,
    /// The name of the kind of event.
    pub kind: String,
    /// The version of the body's form.
    pub version: u32,
    /// The event in its stored form.
    pub body: Vec<u8>,
    /// The hash of this record and, through the one before it, of the whole log up to here.
    pub hash: Digest,
}

/// The hash before the first record: SHA-256 of the length of the text `kantor log 1`, that text,
/// and the office's number. It binds a log to its office and to this way of hashing.
pub fn genesis(office: OfficeId) -> Digest {
    let mut hasher = Hasher::new("kantor log 1");
    hasher.number(office.0);
    hasher.finish()
}

/// The hash of a record: SHA-256 of
///
/// ```text
/// previous hash   32 bytes
/// seq              8 bytes, big endian
/// moment           8 bytes, big endian, microseconds since 1970 UTC
/// version          8 bytes, big endian
/// kind             8 bytes length, then UTF-8
/// body             8 bytes length, then the bytes
/// ```
///
/// Every part has a fixed length or is preceded by it, so no two records share an encoding.
pub fn record_hash(
    previous: &Digest,
    seq: u64,
    moment: Moment,
    kind: &str,
    version: u32,
    body: &[u8],
) -> Digest {
    let mut hasher = Hasher::after(previous);
    hasher.count(seq);
    hasher.number(moment.as_micros());
    hasher.count(u64::from(version));
    hasher.bytes(kind.as_bytes());
    hasher.bytes(body);
    hasher.finish()
}

impl Head {
    /// The head of a log without records.
    pub fn of_new_office(office: OfficeId, moment: Moment) -> Head {
        Head {
            seq: 0,
            hash: genesis(office),
            moment,
        }
    }

    /// The head after one more record.
    pub fn after(&self, record: &NewRecord, moment: Moment) -> Head {
        let seq = self.seq + 1;
        let NewRecord {
            kind,
            version,
            body,
        } = record;
        Head {
            seq,
            hash: record_hash(&self.hash, seq, moment, kind, *version, body),
            moment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of a log of two records, pinned: a change here makes every log in the world
    /// unverifiable. Computed independently with Python's hashlib.
    #[test]
    fn the_chain_is_the_documented_one() {
        let office = OfficeId(7);
        let at = Moment::from_micros(1_763_900_000_000_000);
        let head = Head::of_new_office(office, at);
        let placed = NewRecord {
            kind: "order_placed".into(),
            version: 1,
            body: br#"{"order":1}"#.to_vec(),
        };
        let paid = NewRecord {
            kind: "order_paid".into(),
            version: 2,
            body: Vec::new(),
        };
        let first = head.after(&placed, at);
        let second = first.after(&paid, at.plus_seconds(1));
        let seen = [head, first, second].map(|head| head.hash.to_string());
        assert_eq!(
            seen,
            [
                "1bb4b3f53702bc98881c418a76afbb3f0804c8f00cbc7bf75a9933353deaa2d5",
                "f822ac28f0f0984d28e2d0ddde6747542ac3d243cfae67850a3ab64ee65f6625",
                "5190e2c3451abc6d016458bec84bceecb2ec142013ceafd8c129786b41612f6f",
            ]
        );
    }

    #[test]
    fn two_offices_never_share_a_chain() {
        assert_ne!(genesis(OfficeId(1)), genesis(OfficeId(2)));
    }
}
