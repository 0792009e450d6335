//! A statement file on its way to the office: read by a pack, sent with its raw bytes, answered
//! statement by statement.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kantor_wire::{
    ComplaintWire, ImportAsk, ImportOutcome, PackUsed, StatementOutcome, StatementWire,
};

use crate::normal::normalise;
use crate::{ApiError, BankPacks, Office, PackFailure};

/// A statement file that was read and can be trusted, at least in part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParsedFile {
    /// The file.
    pub path: PathBuf,
    /// Which pack read it.
    pub pack: PackUsed,
    /// The statements that can be trusted, in the file's order.
    pub statements: Vec<StatementWire>,
    /// How many statements are left out because a fact in them is missing or unreadable.
    pub untrusted: usize,
    /// Every complaint about the file.
    pub complaints: Vec<ComplaintWire>,
}

/// What became of a file that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// What was sent.
    pub file: ParsedFile,
    /// What the office did with it.
    pub outcome: ImportOutcome,
}

impl Imported {
    /// Whether every statement of the file is in the books now (or was before). One that was left
    /// out, kept without being booked, or refused, needs a person.
    pub fn is_complete(&self) -> bool {
        self.file.untrusted == 0
            && self
                .outcome
                .statements
                .iter()
                .all(|statement| match statement.outcome {
                    StatementOutcome::Booked
                    | StatementOutcome::Provisional
                    | StatementOutcome::Known => true,
                    StatementOutcome::Archived | StatementOutcome::Refused => false,
                })
    }
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened.
    #[error(
        "{path} cannot be read ({source}); see that the file is there and may be read, and try again"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word for it.
        source: io::Error,
    },
    /// No pack could read it, or the pack that tried failed.
    #[error("{path}: {failure}")]
    Pack {
        /// The file.
        path: PathBuf,
        /// The host's sentence.
        failure: PackFailure,
    },
    /// The pack read it and found nothing that can be trusted. Nothing was sent.
    #[error("{}", untrustworthy(path, complaints))]
    Untrustworthy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        complaints: Vec<ComplaintWire>,
    },
    /// The file changed between reading and sending. Nothing was sent.
    #[error(
        "{path} changed while it was read; nothing was sent. Wait until the bank's program has finished writing it, then import it again"
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The office did not take it.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl ImportError {
    /// The complaints about the file, when that is why.
    pub fn complaints(&self) -> &[ComplaintWire] {
        match self {
            ImportError::Untrustworthy { complaints, .. } => complaints,
            ImportError::File { .. }
            | ImportError::Pack { .. }
            | ImportError::Changed { .. }
            | ImportError::Api(_) => &[],
        }
    }
}

fn untrustworthy(path: &Path, complaints: &[ComplaintWire]) -> String {
    let mut text = format!(
        "{}: nothing in it can be trusted; nothing was sent. Fetch the file from the bank again",
        path.display()
    );
    for complaint in complaints {
        text.push('\n');
        text.push_str(&complaint_line(path, complaint));
    }
    text
}

/// A complaint as tools and people read it: `path:line:column: code: message`.
pub fn complaint_line(path: &Path, complaint: &ComplaintWire) -> String {
    format!(
        "{}:{}:{}: {}: {}",
        path.display(),
        complaint.line,
        complaint.column,
        complaint.code,
        complaint.message
    )
}

/// Reads a statement file through a pack; asks no server.
pub fn parse_statement(
    packs: &impl BankPacks,
    path: &Path,
    bank: Option<&str>,
) -> Result<ParsedFile, ImportError> {
    // Opened here first: "no such file" is the desk's sentence, not a pack's.
    fs::File::open(path).map_err(|source| ImportError::File {
        path: path.to_owned(),
        source,
    })?;
    let reading = packs
        .read(path, bank)
        .map_err(|failure| ImportError::Pack {
            path: path.to_owned(),
            failure,
        })?;
    let normal = normalise(&reading.collected);
    if normal.statements.is_empty() {
        return Err(ImportError::Untrustworthy {
            path: path.to_owned(),
            complaints: normal.complaints,
        });
    }
    Ok(ParsedFile {
        path: path.to_owned(),
        pack: reading.pack,
        statements: normal.statements,
        untrusted: normal.untrusted,
        complaints: normal.complaints,
    })
}

/// Imports a statement file: a pack reads it, the raw bytes are stored, then the statements are
/// handed over. Nothing is sent when nothing trustworthy was read. Importing a file twice changes
/// nothing.
pub fn import_statement(
    office: &Office,
    packs: &impl BankPacks,
    path: &Path,
) -> Result<Imported, ImportError> {
    let file_error = |source| ImportError::File {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::read(path).map_err(file_error)?;
    let file = parse_statement(packs, path, None)?;
    // The pack read the file by itself: what is stored must be what was read.
    if fs::read(path).map_err(file_error)? != bytes {
        return Err(ImportError::Changed {
            path: path.to_owned(),
        });
    }
    let stored = office.store_file(&bytes)?;
    let outcome = office.import(&ImportAsk {
        file: stored.sha256,
        pack: file.pack.clone(),
        statements: file.statements.clone(),
    })?;
    Ok(Imported { file, outcome })
}
