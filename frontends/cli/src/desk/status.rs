//! `kantor payouts status`: what a bank says about a transfer file (pain.002), without a server.

use std::path::{Path, PathBuf};

use clap::Args;
use kantor_model::{Complaint, Severity};
use kantor_parsers::pain002::{self, Level, Reason, StatusReport, Told, TransactionStatus};
use serde_json::json;

use super::Failure;
use super::output::{print, print_json};

/// Which file, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The bank's status report (pain.002)
    file: PathBuf,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the report with what it means. Complaints go to standard error.
pub(crate) fn run(status: &Status) -> Result<(), Failure> {
    let bytes = load(&status.file)?;
    let read = pain002::read(&mut bytes.as_slice(), None)
        .map_err(|error| Failure::Asked(error.to_string()))?;
    if let Some(report) = &read.report {
        if status.json {
            print_json(&for_programs(report))?;
        } else {
            print(&for_people(report))?;
        }
    }
    judge(&status.file, &read.complaints)
}

/// The bytes of a file.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Failure::Read {
        path: path.to_owned(),
        source,
    })
}

/// Tells the complaints on standard error; a fatal one is a failure.
pub(super) fn judge(path: &Path, complaints: &[Complaint]) -> Result<(), Failure> {
    for complaint in complaints {
        eprintln!("{}:{complaint}", path.display());
    }
    let fatal = |complaint: &Complaint| complaint.severity == Severity::Fatal;
    if complaints.iter().any(fatal) {
        return Err(Failure::Untrustworthy {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn for_people(report: &StatusReport) -> String {
    let mut lines = vec![format!("about the file {}", report.original_message_id)];
    if let Some(told) = report.of_group() {
        tell("the file", told, 1, &mut lines);
    }
    for payment in &report.payments {
        let id = payment.payment_id.as_deref().unwrap_or("without an id");
        if let Some(told) = report.of_payment(payment) {
            tell(&format!("block {id}"), told, 1, &mut lines);
        }
    }
    for one in &report.transactions {
        let amount = one.amount.map(|amount| format!(", {amount}"));
        let what = format!("transfer {}{}", name(one), amount.unwrap_or_default());
        match report.of_transaction(one) {
            Some(told) => tell(&what, told, 2, &mut lines),
            None => lines.push(format!("    {what}: the bank says nothing of it yet")),
        }
    }
    lines.join("\n")
}

fn name(one: &TransactionStatus) -> &str {
    let ids = one.end_to_end_id.as_ref().or(one.instruction_id.as_ref());
    ids.map_or("without an id", String::as_str)
}

fn tell(what: &str, told: Told<'_>, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let (status, meaning) = (told.status, told.status.sentence());
    lines.push(format!("{indent}{what}: {status}, {meaning}"));
    let reasons = told.reasons.iter().filter_map(Reason::words);
    lines.extend(reasons.map(|words| format!("{indent}  {words}")));
}

fn for_programs(report: &StatusReport) -> serde_json::Value {
    let payments: Vec<serde_json::Value> = report
        .payments
        .iter()
        .map(|payment| {
            let mut value = told_for_programs(report.of_payment(payment));
            value["payment_id"] = json!(payment.payment_id);
            value
        })
        .collect();
    let transactions: Vec<serde_json::Value> = report
        .transactions
        .iter()
        .map(|one| {
            let mut value = told_for_programs(report.of_transaction(one));
            value["end_to_end_id"] = json!(one.end_to_end_id);
            value["instruction_id"] = json!(one.instruction_id);
            value["payment_id"] = json!(one.payment_id);
            value["amount"] = json!(one.amount.map(|amount| amount.to_decimal_string()));
            value["currency"] = json!(one.amount.map(|amount| amount.currency().code()));
            value
        })
        .collect();
    let mut value = told_for_programs(report.of_group());
    value["version"] = json!(report.version);
    value["message_id"] = json!(report.message_id);
    value["created"] = json!(report.created);
    value["original_message_id"] = json!(report.original_message_id);
    value["original_kind"] = json!(report.original_kind);
    value["original_count"] = json!(report.original_count);
    value["payments"] = json!(payments);
    value["transactions"] = json!(transactions);
    value
}

/// The status that holds, who says it, what it means and why; `null` where nothing is said.
fn told_for_programs(told: Option<Told<'_>>) -> serde_json::Value {
    let reasons = told.map_or(&[][..], |told| told.reasons);
    let reasons: Vec<serde_json::Value> = reasons.iter().map(reason_for_programs).collect();
    json!({
        "status": told.map(|told| told.status.code()),
        "meaning": told.map(|told| told.status.sentence()),
        "said_of": told.map(|told| match told.level {
            Level::Group => "file",
            Level::Payment => "block",
            Level::Transaction => "transfer",
        }),
        "reasons": reasons,
    })
}

fn reason_for_programs(reason: &Reason) -> serde_json::Value {
    json!({
        "code": reason.code,
        "meaning": reason.code.as_deref().and_then(pain002::sentence),
        "texts": reason.texts,
    })
}
