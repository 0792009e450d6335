//! Why a command did not do what it was asked for.

use std::io;
use std::path::PathBuf;

use kantor_desk::{ApiError, ConfigError, ExportError, PackFailure, QueueError, SaveError};

/// Why a command did not do what it was asked for. Each says what happened, why, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The office says no, or cannot be asked.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The office cannot be asked now, and what was asked for may wait.
    #[error("{0}; or give --queue as well, and it is kept until the office can be seen")]
    MayWait(ApiError),
    /// Nothing was queued, or the queue was not sent.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Not everything that waited was done.
    #[error(
        "{refused} acts were refused and are kept with the office's reason, {waiting} wait on; `kantor queue list` shows them{}",
        stopped.as_ref().map_or_else(String::new, |why| format!(". {why}"))
    )]
    NotAllDone {
        /// So many were refused.
        refused: usize,
        /// So many wait.
        waiting: usize,
        /// Why the office could not be asked.
        stopped: Option<String>,
    },
    /// No transfer file was written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A file could not be saved.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// No pack did it.
    #[error(transparent)]
    Pack(#[from] PackFailure),
    /// A file cannot be read.
    #[error("{path} cannot be read ({source}); see that it is there and may be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word for it.
        source: io::Error,
    },
    /// Nobody reads what is printed.
    #[error("the output cannot be written ({0})")]
    Output(io::Error),
    /// A statement file cannot be trusted; its complaints stand above.
    #[error(
        "{path} cannot be trusted: see the complaints above, and fetch the file from the bank again"
    )]
    Untrustworthy {
        /// The file.
        path: PathBuf,
    },
    /// Some of several files were not imported; the reasons stand above.
    #[error(
        "{failed} of {all} files were not imported, or not completely; the reasons stand above"
    )]
    Incomplete {
        /// How many were not.
        failed: usize,
        /// How many there are.
        all: usize,
    },
    /// What was typed names nothing, or more than one thing.
    #[error("{0}")]
    Asked(String),
}

impl Failure {
    /// Says that it may wait, where nothing was sent because nobody answers.
    pub(crate) fn may_wait(self) -> Failure {
        match self {
            Failure::Api(error @ ApiError::Unreachable { .. }) => Failure::MayWait(error),
            other => other,
        }
    }
}
