//! The archived files that the log names: their bytes, and the statements in them.

use std::collections::BTreeMap;

use kantor_model::Iban;
use serde_json::Value;

use crate::chain::{Booking, Facts};
use crate::form::Fields;
use crate::reading::{Kept, Question, read_again};
use crate::rows::Rows;
use crate::transfers::bytes;
use crate::{Archive, Checks, Digest, Record, log};

/// What the log says of the archived statement files.
#[derive(Default)]
pub(crate) struct Used {
    accounts: BTreeMap<u64, Iban>,
    files: BTreeMap<Digest, Vec<Kept>>,
    first: BTreeMap<Digest, u64>,
}

/// What was read.
pub(crate) struct Seen {
    pub(crate) files: u64,
    pub(crate) lines: u64,
}

impl Used {
    /// Remembers which statements of which file were booked, or kept without it.
    pub(crate) fn note(&mut self, record: &Record) -> Checks {
        let (file, kept) = match record.kind.as_str() {
            "AccountOpened" => {
                let (account, iban) = event(record, |event| {
                    Ok((event.get("account")?, event.get("iban")?))
                })?;
                self.accounts.insert(account, iban);
                return Ok(());
            }
            "StatementBooked" => {
                let booking = event(record, |event| event.inside("booking", Booking::read))?;
                (booking.facts.file, self.booked(record.seq, booking))
            }
            "StatementArchived" => self.archived(record)?,
            _ => return Ok(()),
        };
        self.first.entry(file).or_insert(record.seq);
        self.files.entry(file).or_default().extend(kept);
        Ok(())
    }

    /// A booking of an account that was never opened is named when its event is looked at.
    fn booked(&self, seq: u64, booking: Booking) -> Option<Kept> {
        Some(Kept {
            seq,
            iban: *self.accounts.get(&booking.facts.account)?,
            index: booking.facts.index,
            read_by: booking.facts.read_by.clone(),
            asks: Question::Booked(Box::new(booking)),
        })
    }

    fn archived(&self, record: &Record) -> Checks<(Digest, Option<Kept>)> {
        event(record, |event| {
            let why: Value = event.value("why")?.clone();
            if event.holds("facts") {
                let facts = event.inside("facts", Facts::read)?;
                return Ok((facts.file, self.kept(record.seq, &facts, why)));
            }
            let account: u64 = event.get("account")?;
            let index = event.get("index")?;
            let kept = self.accounts.get(&account).map(|iban| Kept {
                seq: record.seq,
                iban: *iban,
                index,
                read_by: String::new(),
                asks: Question::Archived(why),
            });
            Ok((event.get("file")?, kept))
        })
    }

    fn kept(&self, seq: u64, facts: &Facts, why: Value) -> Option<Kept> {
        Some(Kept {
            seq,
            iban: *self.accounts.get(&facts.account)?,
            index: facts.index,
            read_by: facts.read_by.clone(),
            asks: Question::Archived(why),
        })
    }

    /// Reads every file: the bytes of its hash, and in them the statements as they were booked.
    pub(crate) fn check(self, archive: &dyn Archive) -> Checks<Seen> {
        let mut seen = Seen { files: 0, lines: 0 };
        let mut in_order: Vec<(u64, Digest)> =
            self.first.iter().map(|(file, seq)| (*seq, *file)).collect();
        in_order.sort_unstable();
        for (seq, file) in in_order {
            let fact = || format!("file {file} (of event {seq})");
            let bytes = bytes(archive, &file, &fact, None)?;
            let kept = self.files.get(&file).map_or(&[][..], Vec::as_slice);
            seen.files += 1;
            if kept.iter().all(|kept| rows_are_whole(archive, kept)) {
                seen.lines += read_again(archive, &file, &bytes, kept)?;
            }
        }
        Ok(seen)
    }
}

/// Whether a statement's rows are those of their hash. Where they are not, that is what is wrong,
/// and it is named when the event is followed.
fn rows_are_whole(archive: &dyn Archive, kept: &Kept) -> bool {
    match &kept.asks {
        Question::Booked(booking) if booking.brings_rows() => {
            let rows = Rows::new(archive);
            rows.all(&booking.facts.rows, &String::new, &mut |_| {})
                .is_ok()
        }
        Question::Booked(_) | Question::Archived(_) => true,
    }
}

/// An event's own fields; what else stands there is looked at when it is followed.
fn event<T>(
    record: &Record,
    read: impl FnOnce(&Fields<'_>) -> Result<T, crate::form::Misread>,
) -> Checks<T> {
    let body = log::body(record)?;
    let misread = |crate::form::Misread(what)| {
        crate::wrong(
            format!("event {}", record.seq),
            format!("it cannot be read: {what}"),
        )
    };
    let fields = Fields::of(&body).map_err(misread)?;
    let event = fields.value("event").map_err(misread)?;
    read(&Fields::of(event).map_err(misread)?).map_err(misread)
}
