//! SHA-256, and how values of different lengths enter it.

use std::fmt;

use kantor_model::{Date, Moment};
use sha2::{Digest as _, Sha256};

use crate::{Record, Row};

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(
    /// The 32 bytes.
    pub [u8; 32],
);

impl Digest {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits in lower case.
    pub(crate) fn from_hex(text: &str) -> Option<Digest> {
        let mut bytes = [0_u8; 32];
        let mut digits = text.chars().map(|digit| match digit {
            '0'..='9' | 'a'..='f' => digit.to_digit(16),
            _ => None,
        });
        for byte in &mut bytes {
            let (high, low) = (digits.next()??, digits.next()??);
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        digits.next().is_none().then_some(Digest(bytes))
    }

    /// What the log keeps of personal data: each field with its length before it.
    pub(crate) fn commitment<'a>(fields: impl IntoIterator<Item = &'a str>) -> Digest {
        let mut hash = Sha256::new();
        for field in fields {
            measured(&mut hash, field.as_bytes());
        }
        Digest(hash.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn measured(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

/// The hash before the first record: it binds a log to its office.
pub(crate) fn genesis(office: i64) -> Digest {
    let mut hash = Sha256::new();
    measured(&mut hash, b"kantor log 1");
    hash.update(office.to_be_bytes());
    Digest(hash.finalize().into())
}

/// The hash that a record must have after the one before it.
pub(crate) fn of_record(previous: &Digest, record: &Record) -> Digest {
    let mut hash = Sha256::new();
    hash.update(previous.0);
    hash.update(record.seq.to_be_bytes());
    hash.update(micros(record.moment).to_be_bytes());
    hash.update(u64::from(record.version).to_be_bytes());
    measured(&mut hash, record.kind.as_bytes());
    measured(&mut hash, &record.body);
    Digest(hash.finalize().into())
}

fn micros(moment: Moment) -> i64 {
    moment.as_micros()
}

/// The hash of a set of rows, which is its name.
pub(crate) struct RowsHash {
    hash: Sha256,
    count: u64,
}

impl RowsHash {
    pub(crate) fn new() -> RowsHash {
        let mut hash = Sha256::new();
        measured(&mut hash, b"kantor rows 1");
        RowsHash { hash, count: 0 }
    }

    pub(crate) fn add(&mut self, row: &Row) {
        self.hash.update(row.amount.to_be_bytes());
        self.hash.update(row.balance_after.to_be_bytes());
        self.hash.update(number_of(row.booked_on).to_be_bytes());
        self.hash.update(Digest::of(&row.body).0);
        self.count += 1;
    }

    pub(crate) fn finish(mut self) -> Digest {
        self.hash.update(self.count.to_be_bytes());
        Digest(self.hash.finalize().into())
    }
}

/// yyyymmdd, or 0 for no day.
fn number_of(day: Option<Date>) -> i64 {
    day.map_or(0, |day| {
        (i64::from(day.year()) * 100 + i64::from(day.month())) * 100 + i64::from(day.day())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_read_in_one_form_only() {
        let digest = Digest::of(b"x");
        let text = digest.to_string();
        assert_eq!(Digest::from_hex(&text), Some(digest));
        for other in [
            text.to_uppercase(),
            text.replacen('2', "g", 1),
            format!("{text}0"),
            text.chars().skip(1).collect(),
        ] {
            assert_eq!(Digest::from_hex(&other), None, "{other}");
        }
    }
}
