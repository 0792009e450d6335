//! Following the office: every change once, in order, across restarts of the desk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kantor_wire::{Change, Changes};

use crate::save::replace;
use crate::{ApiError, Office};

/// A place in the office's feed of changes.
#[derive(Debug)]
pub struct Feed {
    position: u64,
    file: Option<PathBuf>,
}

/// Why the feed cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The office could not be asked.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Positions must follow one another, and these do not.
    #[error(
        "the office's feed jumps from {after} to {found}; the desk has lost its place. Load everything again, and have the office checked with `kantor verify`"
    )]
    Gap {
        /// The last position that the desk knows.
        after: u64,
        /// The position that came instead of the next.
        found: u64,
    },
    /// The office is shorter than what the desk has seen of it.
    #[error(
        "the office ends at {head}, and this desk has seen {position}: it is another office, or an older copy of it. Point [desk] url at the right one, or load everything again"
    )]
    Behind {
        /// Where the office's log ends.
        head: u64,
        /// What the desk has seen.
        position: u64,
    },
    /// The place could not be kept.
    #[error("{path} cannot be read or written ({source}); the desk cannot keep its place there")]
    File {
        /// The file that keeps the place.
        path: PathBuf,
        /// The system's word for it.
        source: io::Error,
    },
}

impl Feed {
    /// Follows from a known position on, and forgets it at the end.
    pub fn from_position(position: u64) -> Feed {
        Feed {
            position,
            file: None,
        }
    }

    /// Follows from the place that the file keeps; from the beginning when there is no file yet.
    pub fn resumed(file: &Path) -> Result<Feed, FeedError> {
        let failed = |source| FeedError::File {
            path: file.to_owned(),
            source,
        };
        let position = match fs::read_to_string(file) {
            Ok(text) => text.trim().parse().map_err(|_| {
                failed(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it does not hold a position; remove it to begin again",
                ))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(failed(error)),
        };
        Ok(Feed {
            position,
            file: Some(file.to_owned()),
        })
    }

    /// The last position that was handled.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Asks for what comes next, and keeps the new place only after `handle` has returned: after a
    /// crash a change may be seen twice, never lost.
    pub fn poll(
        &mut self,
        office: &Office,
        wait_seconds: u32,
        handle: impl FnOnce(&[Change]),
    ) -> Result<usize, FeedError> {
        let changes = office.changes(self.position, wait_seconds)?;
        let position = next_position(self.position, &changes)?;
        if position == self.position {
            return Ok(0);
        }
        handle(&changes.changes);
        self.position = position;
        if let Some(file) = &self.file {
            replace(file, position.to_string().as_bytes()).map_err(|source| FeedError::File {
                path: file.clone(),
                source,
            })?;
        }
        Ok(changes.changes.len())
    }
}

/// The position after a list of changes, which must go on without a gap.
fn next_position(position: u64, changes: &Changes) -> Result<u64, FeedError> {
    if changes.head < position {
        return Err(FeedError::Behind {
            head: changes.head,
            position,
        });
    }
    changes.changes.iter().try_fold(position, |after, change| {
        if change.seq == after + 1 {
            Ok(change.seq)
        } else {
            Err(FeedError::Gap {
                after,
                found: change.seq,
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(head: u64, positions: &[u64]) -> Changes {
        Changes {
            head,
            changes: positions
                .iter()
                .map(|&seq| Change {
                    seq,
                    at: "2026-11-02T10:00:00Z".to_owned(),
                    kind: "OrderPlaced".to_owned(),
                    order: None,
                    payout: None,
                    batch: None,
                    account: None,
                })
                .collect(),
        }
    }

    #[test]
    fn a_gap_is_noticed() {
        assert_eq!(next_position(4, &changes(6, &[5, 6])).expect("follows"), 6);
        assert_eq!(next_position(4, &changes(4, &[])).expect("nothing"), 4);
        assert!(matches!(
            next_position(4, &changes(6, &[6])),
            Err(FeedError::Gap { after: 4, found: 6 })
        ));
        assert!(matches!(
            next_position(4, &changes(3, &[])),
            Err(FeedError::Behind { .. })
        ));
    }
}
