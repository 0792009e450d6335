//! A statement file on its way to the office: read by a pack, sent with its raw bytes, answered
//! statement by statement.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kantor_model::Flow;
use kantor_wire::{
    ComplaintWire, ImportAsk, ImportOutcome, Language, PackUsed, StatementOutcome, StatementWire,
    Words,
};

use crate::normal::Normaliser;
use crate::{ApiError, BankPacks, Hints, Office, PackFailure, Verdict};

/// A statement file that was read and can be trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParsedFile {
    /// The file.
    pub path: PathBuf,
    /// Which pack read it.
    pub pack: PackUsed,
    /// The statements, in the file's order.
    pub statements: Vec<StatementWire>,
    /// Every complaint about the file.
    pub complaints: Vec<ComplaintWire>,
}

/// What became of a file that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// SHA-256 of the file's bytes, as the office names it.
    pub sha256: String,
    /// What was sent.
    pub file: ParsedFile,
    /// What the office did with it.
    pub outcome: ImportOutcome,
}

impl Imported {
    /// Whether every statement of the file is in the books now (or was before). One that was kept
    /// without being booked, or refused, needs a person.
    pub fn is_complete(&self) -> bool {
        self.outcome
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
    #[error("{}:1:1: {}: {failure}", path.display(), failure.code)]
    Pack {
        /// The file.
        path: PathBuf,
        /// The host's sentence.
        failure: PackFailure,
    },
    /// The pack read it, and something in it cannot be trusted. Nothing was sent.
    #[error("{}", untrustworthy(path, complaints))]
    Untrustworthy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        complaints: Vec<ComplaintWire>,
    },
    /// The file does not say whose it is, and nobody else did.
    #[error(
        "{} does not name its account, so nothing was sent; say which of the office's accounts it \
         is of (--account) and import it again",
        path.display()
    )]
    NoAccount {
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
            | ImportError::NoAccount { .. }
            | ImportError::Api(_) => &[],
        }
    }
}

fn untrustworthy(path: &Path, complaints: &[ComplaintWire]) -> String {
    let mut text = format!(
        "{} cannot be trusted, so nothing was sent. Fetch the file from the bank again",
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

/// Reads the bytes of a statement file through a pack; asks no server.
pub(crate) fn parse(
    packs: &dyn BankPacks,
    path: &Path,
    bytes: &[u8],
    hints: Hints<'_>,
) -> Result<ParsedFile, ImportError> {
    let mut statements = Vec::new();
    let mut sink = Normaliser::new(|statement| {
        statements.push(statement);
        Flow::Continue
    });
    let mut source = bytes;
    let read = packs
        .read(&mut source, None, hints, &mut sink)
        .map_err(|failure| ImportError::Pack {
            path: path.to_owned(),
            failure,
        })?;
    let trustworthy = sink.is_trustworthy();
    let complaints = sink.into_complaints();
    if !trustworthy {
        return Err(ImportError::Untrustworthy {
            path: path.to_owned(),
            complaints,
        });
    }
    if statements
        .iter()
        .any(|statement| statement.account.is_none())
    {
        return Err(ImportError::NoAccount {
            path: path.to_owned(),
        });
    }
    Ok(ParsedFile {
        path: path.to_owned(),
        pack: read.pack,
        statements,
        complaints,
    })
}

/// Imports a statement file: a pack reads it, the raw bytes are stored, then the statements are
/// handed over. Nothing is sent when a fact of the file is missing or unreadable. Importing a file
/// twice changes nothing.
pub fn import_statement(
    office: &Office,
    packs: &dyn BankPacks,
    path: &Path,
    hints: Hints<'_>,
) -> Result<Imported, ImportError> {
    read_and_hand_over(office, packs, path, hints, Intent::Import)
}

/// What importing a statement file would do: read, stored and handed over as for an import, and
/// nothing becomes of it.
pub fn preview_statement(
    office: &Office,
    packs: &dyn BankPacks,
    path: &Path,
    hints: Hints<'_>,
) -> Result<Imported, ImportError> {
    read_and_hand_over(office, packs, path, hints, Intent::Preview)
}

/// Imports a statement file as a preview showed it. Where something else would become of it by now,
/// nothing is imported, and the problem `preview-stale` names what.
pub fn import_previewed(
    office: &Office,
    packs: &dyn BankPacks,
    path: &Path,
    hints: Hints<'_>,
    shown: &ImportOutcome,
) -> Result<Imported, ImportError> {
    read_and_hand_over(office, packs, path, hints, Intent::AsShown(shown))
}

/// Imports bytes that a desk kept, under a key that it kept with them. The key goes with what a pack
/// reads in them: read otherwise by another version of the pack, it is another request, and lines
/// that are known stay known.
pub(crate) fn import_kept(
    office: &Office,
    packs: &dyn BankPacks,
    (path, bytes): (&Path, &[u8]),
    hints: Hints<'_>,
    key: &str,
) -> Result<Imported, ImportError> {
    hand_over(office, packs, (path, bytes), hints, Intent::Kept(key))
}

/// What the office is asked to do with the statements.
enum Intent<'a> {
    Import,
    Kept(&'a str),
    Preview,
    AsShown(&'a ImportOutcome),
}

fn read_and_hand_over(
    office: &Office,
    packs: &dyn BankPacks,
    path: &Path,
    hints: Hints<'_>,
    intent: Intent<'_>,
) -> Result<Imported, ImportError> {
    // Read once: what is stored is what the pack has seen.
    let bytes = fs::read(path).map_err(|source| ImportError::File {
        path: path.to_owned(),
        source,
    })?;
    hand_over(office, packs, (path, &bytes), hints, intent)
}

fn hand_over(
    office: &Office,
    packs: &dyn BankPacks,
    (path, bytes): (&Path, &[u8]),
    hints: Hints<'_>,
    intent: Intent<'_>,
) -> Result<Imported, ImportError> {
    let mut file = parse(packs, path, bytes, hints)?;
    let stored = office.store_file(bytes)?;
    let ask = ImportAsk {
        file: stored.sha256,
        pack: file.pack.clone(),
        statements: std::mem::take(&mut file.statements),
        account: hints.account.map(str::to_owned),
        lenient: hints.lenient,
        preview: matches!(intent, Intent::Preview),
        previewed: match intent {
            Intent::AsShown(shown) => Some(shown.statements.clone()),
            Intent::Import | Intent::Kept(_) | Intent::Preview => None,
        },
    };
    let outcome = match intent {
        Intent::Kept(key) => office.import_kept(&ask, key)?,
        Intent::Import | Intent::Preview | Intent::AsShown(_) => office.import(&ask)?,
    };
    file.statements = ask.statements;
    Ok(Imported {
        sha256: ask.file,
        file,
        outcome,
    })
}

/// What the watcher of a folder is to do with a file after its import. What is not the file's own
/// fault (no office, no pack, no right token) leaves it where it is.
pub fn verdict(outcome: &Result<Imported, ImportError>) -> Verdict {
    match outcome {
        Ok(imported) if imported.is_complete() => Verdict::Imported,
        Ok(imported) => Verdict::Refused(incomplete(imported)),
        Err(error) => match error {
            ImportError::File { .. } => Verdict::Later(error.to_string()),
            ImportError::Pack { failure, .. } if failure.code == PackFailure::NO_PACK => {
                Verdict::Later(error.to_string())
            }
            ImportError::Api(ApiError::Refused { problem })
                if problem.status < 500 && !matches!(problem.status, 401 | 403 | 429) =>
            {
                Verdict::Refused(error.to_string())
            }
            ImportError::Api(_) => Verdict::Later(error.to_string()),
            ImportError::Pack { .. }
            | ImportError::NoAccount { .. }
            | ImportError::Untrustworthy { .. } => Verdict::Refused(error.to_string()),
        },
    }
}

/// What the office said of each statement, in English.
pub(crate) fn incomplete(imported: &Imported) -> String {
    let words = Words::of(Language::En);
    let lines: Vec<String> = imported
        .outcome
        .statements
        .iter()
        .map(|statement| {
            format!(
                "{} {}: {}: {}",
                statement.account,
                statement.number.as_deref().unwrap_or("without a number"),
                words.text(&format!("outcome.{}", statement.outcome)),
                words.say(&statement.message)
            )
        })
        .collect();
    lines.join("\n")
}
