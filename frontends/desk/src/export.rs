//! Payouts on their way to the bank: the office fixes a batch, a pack writes it, the office
//! archives the bytes, and only then the file is saved.

use std::path::{Path, PathBuf};

use kantor_model::Iban;
use kantor_wire::{BatchDetail, BatchState, BatchView};
use sha2::{Digest, Sha256};

use crate::normal::{BatchUnreadable, batch_of};
use crate::save::{SaveError, save};
use crate::{ApiError, BankPacks, Office, PackFailure};

/// A transfer file that was archived and saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exported {
    /// The batch it carries.
    pub batch: BatchView,
    /// Where it was saved.
    pub path: PathBuf,
}

/// Why no transfer file was saved.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The office says no, or cannot be asked.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Somebody else has to approve the batch first.
    #[error(
        "batch {batch} waits for approval ({why}); ask an approver to run `kantor payouts approve {batch}`, then export again"
    )]
    AwaitsApproval {
        /// The batch.
        batch: String,
        /// The office's reason.
        why: String,
    },
    /// The office's batch does not make sense to this desk.
    #[error(transparent)]
    Batch(#[from] BatchUnreadable),
    /// No pack could write it.
    #[error("batch {batch} was not written: {failure}")]
    Pack {
        /// The batch; it stays approved and can be exported again.
        batch: String,
        /// The host's sentence.
        failure: PackFailure,
    },
    /// What the office archived is not what was sent or asked for.
    #[error(
        "the archived file of batch {batch} does not have the hash that the office names ({wanted}); nothing was saved. Have the office checked with `kantor verify`"
    )]
    Archive {
        /// The batch.
        batch: String,
        /// The hash that the office names.
        wanted: String,
    },
    /// The batch has no file yet.
    #[error("batch {batch} has no transfer file yet; export it first")]
    NotWritten {
        /// The batch.
        batch: String,
    },
    /// The file is archived, and could not be saved here.
    #[error(
        "{0} (the file is archived in the office: `kantor payouts export --batch` fetches it again)"
    )]
    Save(#[from] SaveError),
}

/// Writes the transfer file of an account. A batch that was begun before and not written is
/// finished first; else every due payout goes into a new one.
pub fn export_batch(
    office: &Office,
    packs: &dyn BankPacks,
    account: &str,
    date: &str,
    folder: &Path,
) -> Result<Exported, ExportError> {
    let batch = match unfinished(&office.batches()?, account) {
        Some(batch) => batch,
        None => office.create_batch(account, date)?,
    };
    let batch = approved(office, batch)?;
    let detail = office.batch(&batch.id)?;
    let written = packs
        .write(&batch_of(&detail)?, bank_of(&detail), None)
        .map_err(|failure| ExportError::Pack {
            batch: batch.id.clone(),
            failure,
        })?;
    let pack = format!("{}/{}", written.pack.id, written.pack.version);
    let archived = office.archive_batch_file(&batch.id, &written.format, &pack, &written.bytes)?;
    save_archived(archived, &written.bytes, folder)
}

/// Saves the archived file of a batch again, byte for byte.
pub fn fetch_batch_file(
    office: &Office,
    batch: &str,
    folder: &Path,
) -> Result<Exported, ExportError> {
    let batch = office.batch(batch)?.batch;
    let bytes = office.batch_file(&batch.id)?;
    save_archived(batch, &bytes, folder)
}

/// The oldest batch of the account that is begun and has no file yet.
fn unfinished(batches: &[BatchView], account: &str) -> Option<BatchView> {
    // The office lists the newest first.
    batches
        .iter()
        .rev()
        .find(|batch| {
            batch.account == account
                && match batch.state {
                    BatchState::Open | BatchState::Fixed | BatchState::Approved => true,
                    BatchState::Written | BatchState::Closed | BatchState::Voided => false,
                }
        })
        .cloned()
}

fn approved(office: &Office, batch: BatchView) -> Result<BatchView, ExportError> {
    match batch.state {
        BatchState::Approved | BatchState::Written | BatchState::Closed | BatchState::Voided => {
            Ok(batch)
        }
        BatchState::Open | BatchState::Fixed => {
            office
                .approve_batch(&batch.id)
                .map_err(|error| match error {
                    ApiError::Refused { problem } if problem.status == 403 => {
                        ExportError::AwaitsApproval {
                            batch: batch.id,
                            why: problem.detail,
                        }
                    }
                    other => ExportError::Api(other),
                })
        }
    }
}

/// The bank whose profile the file must follow: the one that keeps the paying account.
fn bank_of(detail: &BatchDetail) -> Option<&'static str> {
    Iban::parse(&detail.debit_iban)
        .ok()
        .and_then(|iban| iban.bank())
        .map(|bank| bank.id)
}

fn save_archived(batch: BatchView, bytes: &[u8], folder: &Path) -> Result<Exported, ExportError> {
    let Some(file) = &batch.file else {
        return Err(ExportError::NotWritten { batch: batch.id });
    };
    if !file.sha256.eq_ignore_ascii_case(&sha256(bytes)) {
        return Err(ExportError::Archive {
            wanted: file.sha256.clone(),
            batch: batch.id,
        });
    }
    let path = save(folder, &file.name, bytes)?;
    Ok(Exported { batch, path })
}

/// The hash of bytes as the office writes it: lower-case hex.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
