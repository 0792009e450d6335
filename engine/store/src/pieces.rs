//! Uploads are cut into pieces, so that no order waits for more than one of them. Every store cuts
//! them alike, and tells by the hash of the whole what it was given and what it gives out.

use std::io::{ErrorKind, Read};

use kantor_engine::Digest;
use kantor_model::Moment;

use crate::digest::Hasher;
use crate::entries::{RowsHasher, StagedEntries, StagedEntry};
use crate::error::{FileError, StageError};
use crate::store::FileInfo;
use crate::unit::fit_body;

/// One piece of a file.
const CHUNK_BYTES: usize = 256 * 1024;

/// One piece of a statement: so many entries, or as many as make up one piece of a file.
const SLICE_ROWS: usize = 1000;

/// What an upload is: the two share their life, not their content.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    File,
    Entries,
}

impl Kind {
    /// As the stores write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::File => "file",
            Kind::Entries => "entries",
        }
    }
}

/// The uploads of one office, each call a short turn of its own.
pub(crate) trait Uploads {
    /// Gives the upload a number that was never used before.
    fn begin(&self, kind: Kind, now: Moment) -> Result<i64, StageError>;

    /// Writes one piece of a file, unless the upload was given up meanwhile.
    fn chunk(&self, upload: i64, position: i64, bytes: &[u8]) -> Result<(), StageError>;

    /// Writes one piece of a statement, its first row in that position, unless the upload was given
    /// up meanwhile.
    fn rows(&self, upload: i64, first: i64, rows: Vec<StagedEntry>) -> Result<(), StageError>;

    /// Makes a complete upload findable by its hash; of two equal ones the first stays.
    fn finish(
        &self,
        upload: i64,
        kind: Kind,
        hash: &Digest,
        size: u64,
        now: Moment,
    ) -> Result<(), StageError>;

    /// Uploads a file.
    fn file(&self, now: Moment, source: &mut dyn Read) -> Result<FileInfo, StageError> {
        let upload = self.begin(Kind::File, now)?;
        let mut hasher = Hasher::plain();
        let mut length = 0_u64;
        let mut chunk = vec![0_u8; CHUNK_BYTES];
        for position in 0_i64.. {
            let bytes = fill(&mut chunk, source).map_err(StageError::Source)?;
            if bytes.is_empty() {
                break;
            }
            hasher.part(bytes);
            length += bytes.len() as u64;
            self.chunk(upload, position, bytes)?;
        }
        let hash = hasher.finish();
        self.finish(upload, Kind::File, &hash, length, now)?;
        Ok(FileInfo { hash, length })
    }

    /// Uploads the entries of a statement.
    fn entries(
        &self,
        now: Moment,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, StageError> {
        let upload = self.begin(Kind::Entries, now)?;
        let mut hasher = RowsHasher::new();
        let mut first = 0_i64;
        loop {
            // The source may be slow; it is asked before the turn is taken, never during it.
            let slice = next_slice(rows)?;
            if slice.is_empty() {
                break;
            }
            slice.iter().for_each(|row| hasher.add(row));
            // A piece is a thousand rows at the most.
            let count = slice.len() as i64;
            self.rows(upload, first, slice)?;
            first += count;
        }
        let staged = hasher.finish();
        self.finish(upload, Kind::Entries, &staged.rows_hash, staged.count, now)?;
        Ok(staged)
    }
}

/// What was given out is the file that was asked for, or it was changed in the store.
pub(crate) fn checked(given: FileInfo, asked: &Digest) -> Result<FileInfo, FileError> {
    if given.hash == *asked {
        return Ok(given);
    }
    Err(FileError::Damaged {
        recorded: *asked,
        found: given.hash,
    })
}

/// Reads until the piece is full or the source ends.
fn fill<'c>(chunk: &'c mut [u8], source: &mut dyn Read) -> std::io::Result<&'c [u8]> {
    let mut filled = 0;
    while let Some(rest) = chunk.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(chunk.get(..filled).unwrap_or_default())
}

/// The next entries, as many as make up a piece; none at the end.
fn next_slice(rows: &mut dyn Iterator<Item = StagedEntry>) -> Result<Vec<StagedEntry>, StageError> {
    let mut slice = Vec::new();
    let mut bytes = 0;
    while slice.len() < SLICE_ROWS && bytes < CHUNK_BYTES {
        let Some(row) = rows.next() else { break };
        fit_body("body of an entry", &row.body)?;
        bytes += row.body.len();
        slice.push(row);
    }
    Ok(slice)
}
