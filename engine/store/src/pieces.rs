//! Uploads are cut into pieces, so that no order waits for more than one of them.

use std::io::{ErrorKind, Read};

use crate::entries::StagedEntry;
use crate::error::StageError;
use crate::unit::fit_body;

/// One piece of a file.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

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

/// Reads until the piece is full or the source ends.
pub(crate) fn fill<'c>(chunk: &'c mut [u8], source: &mut dyn Read) -> std::io::Result<&'c [u8]> {
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
pub(crate) fn next_slice(
    rows: &mut dyn Iterator<Item = StagedEntry>,
) -> Result<Vec<StagedEntry>, StageError> {
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
