//! Reading a backup: every part is whole, and the parts fit each other.

use std::io::{self, Read};

use kantor_model::Moment;
use kantor_store::{
    Digest, FileInfo, Head, Item, OfficeId, Record, RowsHasher, StagedEntries, StagedEntry,
    record_hash,
};
use sha2::{Digest as _, Sha256};

use super::forms::{
    AnswerForm, BookingForm, DocumentForm, EntriesForm, FileForm, OfficeForm, RecordForm, RowForm,
    SideForm,
};
use super::parts::{Found, Kind, Reader};
use super::{BackedUp, Place, RestoreError, Totals};

/// Reads a backup to its end, beside any store, and says what it holds.
///
/// # Errors
/// What is not whole or does not fit, with its place.
pub fn inspect(source: &mut dyn Read) -> Result<BackedUp, RestoreError> {
    walk(source, &mut Nowhere)
}

/// Where what is read goes.
pub(super) trait Target {
    /// The office begins.
    fn office(&mut self, office: OfficeId, begun: Moment) -> Result<(), RestoreError>;
    /// A set of bank lines; tells what came.
    fn entries(
        &mut self,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, RestoreError>;
    /// A file; tells what came.
    fn file(&mut self, bytes: &mut dyn Read) -> Result<FileInfo, RestoreError>;
    /// A record of the log, whose hash is right.
    fn record(&mut self, record: Record, place: Place) -> Result<(), RestoreError>;
    /// Anything else; a set or a file after it came.
    fn item(&mut self, item: Item, place: Place) -> Result<(), RestoreError>;
}

/// Reads a backup into a target.
pub(super) fn walk(
    source: &mut dyn Read,
    target: &mut dyn Target,
) -> Result<BackedUp, RestoreError> {
    let mut parts = Reader::begin(source)?;
    let first = parts.next()?;
    if first.kind != Kind::Office {
        return Err(contradicts(&first, "the office has to stand first"));
    }
    let form: OfficeForm = parts.facts(&first)?;
    let head = form.head().ok_or_else(|| unreadable(&first))?;
    target.office(form.office(), form.begun())?;
    let mut walk = Walk {
        parts,
        target,
        log: Head::of_new_office(form.office(), form.begun()),
        head,
        totals: Totals::default(),
    };
    let mut kind = Kind::Office;
    loop {
        let found = walk.parts.next()?;
        if found.kind < kind || found.kind == Kind::Office {
            return Err(contradicts(&found, "the parts stand in another order"));
        }
        kind = found.kind;
        if kind > Kind::Log {
            walk.log_is_whole(&found)?;
        }
        if kind == Kind::End {
            walk.end(&found)?;
            return Ok(BackedUp {
                office: form.office(),
                head,
                made: form.made(),
                totals: walk.totals,
                hash: walk.parts.hash(),
            });
        }
        walk.one(&found)?;
    }
}

struct Walk<'r, 't> {
    parts: Reader<'r>,
    target: &'t mut dyn Target,
    /// Where the log stands after the records that were read.
    log: Head,
    /// Where it has to stand in the end.
    head: Head,
    totals: Totals,
}

impl Walk<'_, '_> {
    fn one(&mut self, found: &Found) -> Result<(), RestoreError> {
        let totals = &mut self.totals;
        let item = match found.kind {
            Kind::Office | Kind::End => return Ok(()),
            Kind::Entries => return self.entries(found),
            Kind::File => return self.file(found),
            Kind::Log => return self.record(found),
            Kind::Booking => {
                totals.bookings += 1;
                self.parts.facts::<BookingForm>(found)?.item()
            }
            Kind::Document => {
                totals.documents += 1;
                let form: DocumentForm = self.parts.facts(found)?;
                Some(form.item(self.parts.body(found)))
            }
            Kind::Side => {
                totals.sides += 1;
                let form: SideForm = self.parts.facts(found)?;
                Some(form.item(self.parts.body(found)))
            }
            Kind::Answer => {
                totals.answers += 1;
                let form: AnswerForm = self.parts.facts(found)?;
                form.item(self.parts.body(found))
            }
        };
        let item = item.ok_or_else(|| unreadable(found))?;
        self.target.item(item, found.place)
    }

    fn entries(&mut self, found: &Found) -> Result<(), RestoreError> {
        let form: EntriesForm = self.parts.facts(found)?;
        let told = form.entries().ok_or_else(|| unreadable(found))?;
        let mut rows = Rows {
            parts: &mut self.parts,
            left: told.count,
            failed: None,
        };
        let came = self.target.entries(&mut rows);
        if let Some(failed) = rows.failed {
            return Err(failed);
        }
        if came? != told {
            let what = format!("the bank lines {} have another hash", told.rows_hash);
            return Err(RestoreError::Contradicts(found.place, what));
        }
        self.totals.entry_sets += 1;
        self.totals.rows += told.count;
        self.target.item(Item::Entries(told), found.place)
    }

    fn file(&mut self, found: &Found) -> Result<(), RestoreError> {
        let form: FileForm = self.parts.facts(found)?;
        let told = form.file().ok_or_else(|| unreadable(found))?;
        let mut bytes = Pieces {
            parts: &mut self.parts,
            left: told.length,
            piece: None,
            failed: None,
        };
        let came = self.target.file(&mut bytes);
        if let Some(failed) = bytes.failed {
            return Err(failed);
        }
        if came? != told {
            let what = format!("the file {} has another hash", told.hash);
            return Err(RestoreError::Contradicts(found.place, what));
        }
        self.totals.files += 1;
        self.totals.file_bytes += told.length;
        self.target.item(Item::File(told), found.place)
    }

    fn record(&mut self, found: &Found) -> Result<(), RestoreError> {
        let form: RecordForm = self.parts.facts(found)?;
        let record = form.record(self.parts.body(found));
        let record = record.ok_or_else(|| unreadable(found))?;
        let before = &self.log;
        let hash = record_hash(
            &before.hash,
            before.seq + 1,
            record.moment,
            &record.kind,
            record.version,
            &record.body,
        );
        if record.seq != before.seq + 1 || record.hash != hash || record.moment < before.moment {
            let what = format!(
                "record {} does not follow record {}",
                record.seq, before.seq
            );
            return Err(RestoreError::Contradicts(found.place, what));
        }
        self.log = Head {
            seq: record.seq,
            hash,
            moment: record.moment,
        };
        self.totals.records += 1;
        self.target.record(record, found.place)
    }

    fn log_is_whole(&self, found: &Found) -> Result<(), RestoreError> {
        let (log, head) = (&self.log, &self.head);
        if (log.seq, log.hash) == (head.seq, head.hash) {
            return Ok(());
        }
        let what = format!(
            "the log ends at {}, and its head is at {}",
            log.seq, head.seq
        );
        Err(RestoreError::Contradicts(found.place, what))
    }

    fn end(&mut self, found: &Found) -> Result<(), RestoreError> {
        let told: Totals = self.parts.facts(found)?;
        if told != self.totals {
            return Err(contradicts(
                found,
                "there is more or less than its end says",
            ));
        }
        self.parts.finish()
    }
}

fn contradicts(found: &Found, what: &str) -> RestoreError {
    RestoreError::Contradicts(found.place, what.to_owned())
}

fn unreadable(found: &Found) -> RestoreError {
    contradicts(found, "a hash or a day cannot be read")
}

/// The lines of a set, as they come; ends early at the first thing that is wrong.
struct Rows<'p, 'r> {
    parts: &'p mut Reader<'r>,
    left: u64,
    failed: Option<RestoreError>,
}

impl Rows<'_, '_> {
    fn row(&mut self) -> Result<StagedEntry, RestoreError> {
        let found = self.parts.next()?;
        if found.kind != Kind::Entries {
            return Err(contradicts(&found, "a set of bank lines is cut off"));
        }
        let form: RowForm = self.parts.facts(&found)?;
        form.row(self.parts.body(&found))
            .ok_or_else(|| unreadable(&found))
    }
}

impl Iterator for Rows<'_, '_> {
    type Item = StagedEntry;

    fn next(&mut self) -> Option<StagedEntry> {
        if self.left == 0 || self.failed.is_some() {
            return None;
        }
        self.left -= 1;
        self.row().map_err(|failed| self.failed = Some(failed)).ok()
    }
}

/// The bytes of a file, as they come; fails at the first thing that is wrong.
struct Pieces<'p, 'r> {
    parts: &'p mut Reader<'r>,
    left: u64,
    /// The piece that is read, and how much of it was.
    piece: Option<(Found, usize)>,
    failed: Option<RestoreError>,
}

impl Pieces<'_, '_> {
    fn copy(&mut self, into: &mut [u8]) -> Result<usize, RestoreError> {
        let (found, at) = match self.piece.take() {
            Some(piece) => piece,
            None => (self.parts.next()?, 0),
        };
        let bytes = self.parts.body(&found).get(at..).unwrap_or_default();
        let too_long = bytes.len() as u64 > self.left;
        if found.kind != Kind::File || bytes.is_empty() || too_long {
            return Err(contradicts(&found, "a file is cut off"));
        }
        let count = bytes.len().min(into.len());
        let (target, _) = into.split_at_mut(count);
        target.copy_from_slice(bytes.get(..count).unwrap_or_default());
        if count < bytes.len() {
            self.piece = Some((found, at + count));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

impl Read for Pieces<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || into.is_empty() {
            return Ok(0);
        }
        self.copy(into).map_err(|failed| {
            self.failed = Some(failed);
            io::Error::other("the backup is not whole")
        })
    }
}

/// Hashes what comes, and keeps nothing.
struct Nowhere;

impl Target for Nowhere {
    fn office(&mut self, _: OfficeId, _: Moment) -> Result<(), RestoreError> {
        Ok(())
    }

    fn entries(
        &mut self,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, RestoreError> {
        let mut hasher = RowsHasher::new();
        rows.for_each(|row| hasher.add(&row));
        Ok(hasher.finish())
    }

    fn file(&mut self, bytes: &mut dyn Read) -> Result<FileInfo, RestoreError> {
        let mut hasher = Sha256::new();
        let mut piece = vec![0; 64 * 1024];
        let mut length = 0;
        loop {
            let count = bytes.read(&mut piece)?;
            if count == 0 {
                break;
            }
            length += count as u64;
            hasher.update(piece.get(..count).unwrap_or_default());
        }
        let hash = Digest(hasher.finalize().into());
        Ok(FileInfo { hash, length })
    }

    fn record(&mut self, _: Record, _: Place) -> Result<(), RestoreError> {
        Ok(())
    }

    fn item(&mut self, _: Item, _: Place) -> Result<(), RestoreError> {
        Ok(())
    }
}
