//! Why an act was not queued, or the queue not sent.

use std::io;
use std::path::{Path, PathBuf};

use crate::{ApiError, ImportError};

/// Why an act was not queued, or the queue not sent. Each says what happened, why, and what to do now.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The disk said no. What was to be written is not there at all.
    #[error(
        "the desk's queue cannot be kept: {path} ({source}). Make room or mend the folder, or name another one as [desk] queue in kantor.toml, and try again"
    )]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// The system's word for it.
        source: io::Error,
    },
    /// This desk has not seen the office with this key, so that it is not known whose act it would be.
    #[error(
        "this desk has not seen the office with this key, so nothing was queued; look at something once while the office can be seen, such as `kantor orders list`"
    )]
    Stranger,
    /// Nothing is known of what is to be acted on.
    #[error(
        "this desk has not seen {what} at the office, so nothing was queued: it is not known what would be acted on. Look at it while the office can be seen ({how}), then decide"
    )]
    Unseen {
        /// The order, line, account or file, as it was named.
        what: String,
        /// What shows it.
        how: &'static str,
    },
    /// Another act on the same thing has not come out yet.
    #[error(
        "act {number} on the same order, line or file waits already, so nothing was queued; send that one first (`kantor queue send`) and see what becomes of it, or `kantor queue drop {number} --reason ...`"
    )]
    Waits {
        /// The act that waits.
        number: u64,
    },
    /// Somebody else sends the queue.
    #[error(
        "another program of this desk sends the queue at this moment; try again when it has ended"
    )]
    Busy,
    /// No such act.
    #[error("no act {number} waits or was refused; `kantor queue list` shows them")]
    NoAct {
        /// Its number.
        number: u64,
    },
    /// The file cannot be read, or cannot be trusted.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The office does not answer, or the system gives no random numbers.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl QueueError {
    pub(super) fn disk(path: &Path, source: io::Error) -> QueueError {
        QueueError::Disk {
            path: path.to_owned(),
            source,
        }
    }
}
