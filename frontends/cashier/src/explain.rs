//! Failures in the language of the window: what happened, why, and what to do now. What the office,
//! a bank pack or the system says is passed on as it is.

use std::path::Path;

use kantor_desk::{ApiError, ExportError, ImportError, complaint_line};
use kantor_wire::{ComplaintWire, Words};

/// How many complaints about a file are shown; the file has the rest.
const COMPLAINTS: usize = 8;

/// Why the office gave no good answer.
pub(crate) fn api(words: &Words, error: &ApiError) -> String {
    match error {
        ApiError::Address { url, .. } => words.with("desk_fault.address", &[("url", url)]),
        ApiError::Token { path, why } => words.with(
            "desk_fault.token",
            &[("path", &path.display().to_string()), ("why", why)],
        ),
        ApiError::Authority { path, why } => words.with(
            "desk_fault.authority",
            &[("path", &path.display().to_string()), ("why", why)],
        ),
        ApiError::Unreachable { url, why } => {
            words.with("desk_fault.unreachable", &[("url", url), ("why", why)])
        }
        ApiError::Lost { url, why } => words.with("desk_fault.lost", &[("url", url), ("why", why)]),
        ApiError::Refused { problem } => {
            let mut text = words.problem(problem);
            for field in &problem.errors {
                text.push_str(&format!("\n{}: {}", field.field, words.rule(field)));
            }
            text
        }
        ApiError::NotAnOffice { url, why, .. } => {
            words.with("desk_fault.not_an_office", &[("url", url), ("why", why)])
        }
        ApiError::NoRandomness { why } => words.with("desk_fault.no_randomness", &[("why", why)]),
    }
}

/// Why a statement file was not handed over.
pub(crate) fn import(words: &Words, path: &Path, error: &ImportError) -> String {
    match error {
        ImportError::File { source, .. } => words.with(
            "desk_fault.file",
            &[
                ("path", &path.display().to_string()),
                ("why", &source.to_string()),
            ],
        ),
        ImportError::Pack { failure, .. } => {
            words.with("desk_fault.pack", &[("why", &failure.to_string())])
        }
        ImportError::Untrustworthy { complaints, .. } => format!(
            "{}\n{}",
            words.text("desk_fault.untrustworthy"),
            complaint_lines(path, complaints)
        ),
        ImportError::NoAccount { .. } => words.text("desk_fault.no_account").to_owned(),
        ImportError::Api(error) => api(words, error),
    }
}

/// Complaints about a file, one a line; a long list is cut and says so.
fn complaint_lines(path: &Path, complaints: &[ComplaintWire]) -> String {
    let name = Path::new(path.file_name().unwrap_or(path.as_os_str()));
    let mut lines: Vec<String> = complaints
        .iter()
        .take(COMPLAINTS)
        .map(|complaint| complaint_line(name, complaint))
        .collect();
    if complaints.len() > COMPLAINTS {
        lines.push(format!("… +{}", complaints.len() - COMPLAINTS));
    }
    lines.join("\n")
}

/// Why a transfer file was not saved.
pub(crate) fn export(words: &Words, error: &ExportError) -> String {
    match error {
        ExportError::Api(error) => api(words, error),
        ExportError::AwaitsApproval { batch, .. } => {
            words.with("desk_fault.awaits_approval", &[("batch", batch)])
        }
        ExportError::Batch(error) => words.with("desk_fault.batch", &[("why", &error.to_string())]),
        ExportError::Pack { failure, .. } => {
            words.with("desk_fault.pack_writes", &[("why", &failure.to_string())])
        }
        ExportError::Archive { batch, .. } => words.with("desk_fault.archive", &[("batch", batch)]),
        ExportError::NotWritten { batch } => {
            words.with("desk_fault.not_written", &[("batch", batch)])
        }
        ExportError::Save(error) => words.with("desk_fault.save", &[("why", &error.to_string())]),
    }
}
