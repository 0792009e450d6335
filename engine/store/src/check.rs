//! Recomputing what is stored, and naming the first fact that disagrees.

use kantor_engine::Digest;
use kantor_model::Moment;
use thiserror::Error;

use crate::entries::{RowsHasher, StagedEntries};
use crate::error::{Fault, FileError};
use crate::log::{Head, OfficeId, Record, genesis, record_hash};
use crate::store::{FileInfo, View};

/// How many rows a check holds in memory at once.
const PAGE: usize = 1000;

/// The first position of a log that cannot be trusted.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("log of office {office}, record {seq}: {what}; restore the database from a backup")]
pub struct LogFault {
    /// The office.
    pub office: OfficeId,
    /// The position.
    pub seq: u64,
    /// What is wrong there.
    pub what: LogFaultKind,
}

/// What is wrong with a record.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum LogFaultKind {
    /// There is no such record, though later ones or the head say that there was.
    #[error("it is missing")]
    Missing,
    /// It is not counted by the head.
    #[error("it lies beyond the head of the log at {head}")]
    BeyondHead {
        /// The head's position.
        head: u64,
    },
    /// It lies before the record in front of it in time.
    #[error("its moment {found} comes before {previous}, the moment of the record in front of it")]
    TimeRunsBack {
        /// The moment of the record in front of it.
        previous: Moment,
        /// Its own.
        found: Moment,
    },
    /// Its content, or one before it, is not what was recorded.
    #[error("its hash is recorded as {recorded}, but its content gives {computed}")]
    HashDiffers {
        /// The hash recorded with it.
        recorded: Digest,
        /// The hash of what is there now.
        computed: Digest,
    },
    /// The head names another hash or moment than the last record.
    #[error("the head of the log does not agree with it")]
    HeadDiffers,
    /// The database cannot give it out.
    #[error("{0}")]
    Unreadable(Fault),
}

/// Walks over a log record by record, checks each, and ends at the first fault.
/// After the last record it has checked the head as well.
pub struct LogWalk<'v> {
    view: &'v dyn View,
    page: std::vec::IntoIter<Record>,
    seq: u64,
    hash: Digest,
    moment: Option<Moment>,
    done: bool,
}

impl<'v> LogWalk<'v> {
    /// Begins before the first record.
    pub fn new(view: &'v dyn View) -> LogWalk<'v> {
        LogWalk {
            view,
            page: Vec::new().into_iter(),
            seq: 0,
            hash: genesis(view.office()),
            moment: None,
            done: false,
        }
    }

    fn fault(&mut self, seq: u64, what: LogFaultKind) -> LogFault {
        self.done = true;
        LogFault {
            office: self.view.office(),
            seq,
            what,
        }
    }

    fn next_record(&mut self) -> Result<Option<Record>, LogFault> {
        if let Some(record) = self.page.next() {
            return Ok(Some(record));
        }
        // A page that cannot be read is read again one by one, to name the record.
        let page = match self.view.records(self.seq, PAGE) {
            Ok(page) => page,
            Err(_) => match self.view.records(self.seq, 1) {
                Ok(page) => page,
                Err(fault) => {
                    return Err(self.fault(self.seq + 1, LogFaultKind::Unreadable(fault)));
                }
            },
        };
        self.page = page.into_iter();
        Ok(self.page.next())
    }

    fn check(&mut self, record: &Record) -> Result<(), LogFault> {
        let seq = self.seq + 1;
        let head = self.view.head().seq;
        if record.seq != seq {
            return Err(self.fault(seq, LogFaultKind::Missing));
        }
        if seq > head {
            return Err(self.fault(seq, LogFaultKind::BeyondHead { head }));
        }
        let computed = record_hash(
            &self.hash,
            seq,
            record.moment,
            &record.kind,
            record.version,
            &record.body,
        );
        if computed != record.hash {
            let recorded = record.hash;
            let what = LogFaultKind::HashDiffers { recorded, computed };
            return Err(self.fault(seq, what));
        }
        if let Some(previous) = self.moment.filter(|previous| record.moment < *previous) {
            let found = record.moment;
            return Err(self.fault(seq, LogFaultKind::TimeRunsBack { previous, found }));
        }
        self.seq = seq;
        self.hash = computed;
        self.moment = Some(record.moment);
        Ok(())
    }

    fn check_head(&mut self) -> Result<(), LogFault> {
        self.done = true;
        let head = self.view.head();
        if head.seq > self.seq {
            return Err(self.fault(self.seq + 1, LogFaultKind::Missing));
        }
        let moment_agrees = self.moment.is_none_or(|last| last == head.moment);
        if head.hash != self.hash || !moment_agrees {
            return Err(self.fault(self.seq, LogFaultKind::HeadDiffers));
        }
        Ok(())
    }
}

impl Iterator for LogWalk<'_> {
    type Item = Result<Record, LogFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.next_record() {
            Ok(Some(record)) => Some(self.check(&record).map(|()| record)),
            Ok(None) => self.check_head().err().map(Err),
            Err(fault) => Some(Err(fault)),
        }
    }
}

/// Recomputes the whole hash chain of an office and returns its head, or the first fault.
pub fn check_log(view: &dyn View) -> Result<Head, LogFault> {
    for record in LogWalk::new(view) {
        record?;
    }
    Ok(view.head())
}

/// A set of entries is not what was uploaded.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum RowsFault {
    /// There is no such set.
    #[error("the entries {0} are not in the database; restore it from a backup")]
    Missing(Digest),
    /// Rows were lost, added or changed.
    #[error(
        "the entries recorded as {} ({} rows) have changed: they are now {} ({} rows); \
         restore the database from a backup",
        recorded.rows_hash, recorded.count, found.rows_hash, found.count
    )]
    Differs {
        /// What was uploaded.
        recorded: StagedEntries,
        /// What is there now.
        found: StagedEntries,
    },
    /// The database cannot give them out.
    #[error("the entries {rows_hash} cannot be read: {fault}")]
    Unreadable {
        /// The set.
        rows_hash: Digest,
        /// What the database said.
        fault: Fault,
    },
}

/// Recomputes the hash of a set of entries from its stored columns and bodies.
pub fn check_entries(view: &dyn View, rows_hash: &Digest) -> Result<StagedEntries, RowsFault> {
    let unreadable = |fault| RowsFault::Unreadable {
        rows_hash: *rows_hash,
        fault,
    };
    let recorded = view
        .staged_entries(rows_hash)
        .map_err(unreadable)?
        .ok_or(RowsFault::Missing(*rows_hash))?;
    let mut hasher = RowsHasher::new();
    let mut position = 0;
    loop {
        let page = view
            .staged_rows(rows_hash, position, PAGE)
            .map_err(unreadable)?;
        page.iter().for_each(|row| hasher.add(row));
        position += page.len() as u64;
        // Not "until nothing comes": a row whose place was changed would come again for ever.
        if page.len() < PAGE {
            break;
        }
    }
    let found = hasher.finish();
    if found == recorded {
        Ok(recorded)
    } else {
        Err(RowsFault::Differs { recorded, found })
    }
}

/// Reads a file to its end and compares it with its hash.
pub fn check_file(view: &dyn View, hash: &Digest) -> Result<FileInfo, FileError> {
    view.copy_file(hash, &mut std::io::sink())
}
