//! What the desk's thread found out, as notes of the journal and failures to be read.

use std::path::Path;

use kantor_desk::{BUILT_IN, ExportError, Exported, ImportError, Imported};
use kantor_wire::{StatementImport, StatementOutcome, Verdict};

use crate::explain;
use crate::message::Done;
use crate::model::{Fault, Model, Tone};

pub(crate) fn fail(model: &mut Model, title: String, text: String) {
    model.note(Tone::Bad, title.clone());
    model.fault = Some(Fault { title, text });
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

pub(crate) fn report_import(model: &mut Model, what: &Imported) {
    let name = file_name(&what.file.path);
    for statement in &what.outcome.statements {
        let text = statement_text(model, &name, statement);
        model.note(outcome_tone(statement.outcome), text);
    }
    if !what.file.complaints.is_empty() {
        let text = model.words().with(
            "cashier.import_complaints",
            &[
                ("file", &name),
                ("count", &what.file.complaints.len().to_string()),
            ],
        );
        model.note(Tone::Warn, text);
    }
    if !what.file.pack.sandbox && what.file.pack.id != BUILT_IN {
        let text = model
            .words()
            .with("cashier.no_sandbox", &[("pack", &what.file.pack.id)]);
        model.note(Tone::Quiet, text);
    }
    if !what.is_complete() {
        let title = model
            .words()
            .with("cashier.import_incomplete", &[("file", &name)]);
        let lines: Vec<String> = what
            .outcome
            .statements
            .iter()
            .filter(|statement| outcome_tone(statement.outcome) == Tone::Bad)
            .map(|statement| model.words().say(&statement.message))
            .collect();
        model.fault = Some(Fault {
            title,
            text: lines.join("\n"),
        });
    }
}

fn statement_text(model: &Model, file: &str, statement: &StatementImport) -> String {
    let words = model.words();
    let account = model
        .accounts
        .iter()
        .find(|account| account.iban == statement.account)
        .map_or(statement.account.as_str(), |account| &account.name);
    let mut text = format!("{file} · {account}: {}", words.say(&statement.message));
    let with = |verdict: Verdict| {
        statement
            .matches
            .iter()
            .filter(|found| found.verdict == verdict)
            .count()
    };
    if !statement.matches.is_empty() {
        let open = with(Verdict::Ambiguous) + with(Verdict::None);
        text.push(' ');
        text.push_str(&words.with(
            "cashier.import_matches",
            &[
                ("certain", &with(Verdict::Certain).to_string()),
                ("likely", &with(Verdict::Likely).to_string()),
                ("open", &open.to_string()),
            ],
        ));
    }
    text
}

fn outcome_tone(outcome: StatementOutcome) -> Tone {
    match outcome {
        StatementOutcome::Booked | StatementOutcome::Provisional => Tone::Good,
        StatementOutcome::Known => Tone::Plain,
        StatementOutcome::Archived | StatementOutcome::Refused => Tone::Bad,
    }
}

pub(crate) fn import_failed(model: &mut Model, path: &Path, error: &ImportError) {
    let title = model
        .words()
        .with("cashier.import_failed", &[("file", &file_name(path))]);
    let text = explain::import(model.words(), path, error);
    fail(model, title, text);
}

pub(crate) fn exported(model: &mut Model, exported: &Exported) {
    let words = model.words();
    let text = words.with(
        "cashier.exported",
        &[
            ("path", &exported.path.display().to_string()),
            (
                "transfers",
                &words.count("count.transfers", exported.batch.count),
            ),
            ("sum", &words.amount(&exported.batch.sum)),
        ],
    );
    model.note(Tone::Good, text);
}

pub(crate) fn export_failed(model: &mut Model, account: &str, error: &ExportError) {
    let title = model
        .words()
        .with("cashier.export_failed", &[("account", account)]);
    let text = explain::export(model.words(), error);
    fail(model, title, text);
}

/// The sentence of an act that was done (`done`) or refused (`refused`).
pub(crate) fn done_text(model: &Model, how: &str, done: &Done) -> String {
    let words = model.words();
    match done {
        Done::Order(reference, act) => words.with(
            &format!("cashier.{how}_order"),
            &[
                ("reference", reference),
                ("act", words.text(&format!("act.{act}"))),
            ],
        ),
        Done::Booked(account) => words.with(
            &format!("cashier.{how}_book"),
            &[("account", words.text(&format!("ledger.{account}")))],
        ),
        Done::Allocated(reference) => words.with(
            &format!("cashier.{how}_allocate"),
            &[("reference", reference)],
        ),
    }
}
