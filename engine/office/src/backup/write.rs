//! Writing a backup from one picture of the store.

use std::io::{self, Write};

use kantor_model::Moment;
use kantor_store::{FileInfo, Item, LogWalk, RowsHasher, StagedEntries, View};

use super::forms::SideForm;
use super::forms::{
    AnswerForm, BookingForm, DocumentForm, EntriesForm, FileForm, OfficeForm, PieceForm,
    RecordForm, RowForm,
};
use super::parts::{Kind, Writer};
use super::{BackedUp, BackupError, Totals};

/// So many rows of the store are held in memory at once.
const PAGE: usize = 500;

/// Writes everything of an office as it stands in a picture of the store, also while the office
/// works. What was written is a backup only when this returns `Ok`.
pub fn back_up(view: &dyn View, made: Moment, to: &mut dyn Write) -> Result<BackedUp, BackupError> {
    let head = view.head();
    let begun = view.records(0, 1)?.first().map(|record| record.moment);
    let office = OfficeForm::of(view.office(), begun.unwrap_or(head.moment), &head, made);
    let mut writing = Writing {
        view,
        parts: Writer::begin(to)?,
        totals: Totals::default(),
    };
    writing.parts.item(Kind::Office, &office, &[])?;
    let mut after: Option<Item> = None;
    let mut is_log_written = false;
    loop {
        let page = view.inventory(after.as_ref(), PAGE)?;
        for item in &page {
            // Sets and files come before the log that names them, everything else after it.
            let is_before = matches!(item, Item::Entries(_) | Item::File(_));
            if !is_before && !is_log_written {
                writing.log()?;
                is_log_written = true;
            }
            writing.item(item)?;
        }
        let Some(last) = page.into_iter().next_back() else {
            break;
        };
        after = Some(last);
    }
    if !is_log_written {
        writing.log()?;
    }
    let Writing {
        mut parts, totals, ..
    } = writing;
    parts.item(Kind::End, &totals, &[])?;
    Ok(BackedUp {
        office: view.office(),
        head,
        made,
        totals,
        hash: parts.finish()?,
    })
}

struct Writing<'v, 'w> {
    view: &'v dyn View,
    parts: Writer<'w>,
    totals: Totals,
}

impl Writing<'_, '_> {
    /// Every record is checked on its way: of a log that is not whole nothing could be restored, and
    /// that must be known while there are older backups.
    fn log(&mut self) -> Result<(), BackupError> {
        for record in LogWalk::new(self.view) {
            let record = record?;
            let form = RecordForm::of(&record);
            self.parts.item(Kind::Log, &form, &record.body)?;
            self.totals.records += 1;
        }
        Ok(())
    }

    fn item(&mut self, item: &Item) -> Result<(), BackupError> {
        let Writing { parts, totals, .. } = self;
        match item {
            Item::Entries(entries) => return self.entries(entries),
            Item::File(file) => return self.file(file),
            Item::Booking(booking) => {
                totals.bookings += 1;
                parts.item(Kind::Booking, &BookingForm::of(booking), &[])?;
            }
            Item::Document(document) => {
                totals.documents += 1;
                parts.item(Kind::Document, &DocumentForm::of(document), &document.body)?;
            }
            Item::Side(side) => {
                totals.sides += 1;
                parts.item(Kind::Side, &SideForm::of(side), &side.body)?;
            }
            Item::Answer(key, answer) => {
                totals.answers += 1;
                parts.item(Kind::Answer, &AnswerForm::of(key, answer), &answer.body)?;
            }
        }
        Ok(())
    }

    fn entries(&mut self, entries: &StagedEntries) -> Result<(), BackupError> {
        let form = EntriesForm::of(entries);
        self.parts.item(Kind::Entries, &form, &[])?;
        self.totals.entry_sets += 1;
        let mut hasher = RowsHasher::new();
        let mut from = 0;
        while from < entries.count {
            let page = self.view.staged_rows(&entries.rows_hash, from, PAGE)?;
            if page.is_empty() {
                break;
            }
            from += page.len() as u64;
            for row in &page {
                hasher.add(row);
                self.parts
                    .item(Kind::Entries, &RowForm::of(row), &row.body)?;
                self.totals.rows += 1;
            }
        }
        if hasher.finish() == *entries {
            Ok(())
        } else {
            Err(BackupError::Rows(entries.rows_hash))
        }
    }

    fn file(&mut self, file: &FileInfo) -> Result<(), BackupError> {
        let form = FileForm::of(file);
        self.parts.item(Kind::File, &form, &[])?;
        self.totals.files += 1;
        let mut pieces = Pieces {
            parts: &mut self.parts,
            written: 0,
        };
        self.view.copy_file(&file.hash, &mut pieces)?;
        self.totals.file_bytes += pieces.written;
        Ok(())
    }
}

/// Takes a file's bytes as the store gives them out.
struct Pieces<'p, 'w> {
    parts: &'p mut Writer<'w>,
    written: u64,
}

/// The longest piece.
const PIECE: usize = 128 * 1024;

impl Write for Pieces<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.chunks(PIECE) {
            self.parts.item(Kind::File, &PieceForm {}, piece)?;
        }
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
