//! Why a command did not do what it was asked for.

use std::io;
use std::path::PathBuf;

use kantor_desk::{ApiError, ConfigError, ExportError, PackFailure, SaveError};

/// Why a command did not do what it was asked for. Each says what happened, why, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The office says no, or cannot be asked.
    #[error(transparent)]
    Api(#[from] ApiError),
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
