//! `kantor payouts`: money owed out, and the files that carry it to the bank.

use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};
use kantor_desk::{Exported, Office, export_batch, fetch_batch_file};
use kantor_model::Moment;
use kantor_wire::{AccountView, BatchView, PayoutState, PayoutView};

use super::output::{print, print_json, print_list, words};
use super::{Desk, Failure, status, transfer_file, write};

/// What can be done with payouts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Payouts of the office
    List {
        /// Only those in this state, such as Due
        #[arg(long, value_parser = state)]
        state: Option<PayoutState>,
        #[command(flatten)]
        desk: Desk,
    },
    /// Batches of payouts, newest first
    Batches {
        #[command(flatten)]
        desk: Desk,
    },
    /// Approve a batch; needs the role of an approver
    Approve {
        /// The batch's id
        batch: String,
        #[command(flatten)]
        desk: Desk,
    },
    /// Write the transfer files of accounts with due payouts, or save an archived file again
    #[command(group = ArgGroup::new("what").args(["account", "batch"]))]
    Export {
        /// Only this account, by number or id [default: every account with due payouts]
        #[arg(long)]
        account: Option<String>,
        /// Save the archived file of this batch once more, byte for byte
        #[arg(long)]
        batch: Option<String>,
        /// The day on which the bank is to act [default: the office's today]
        #[arg(long)]
        date: Option<kantor_model::Date>,
        /// Where the file is saved [default: `transfers` of the configuration]
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        #[command(flatten)]
        desk: Desk,
    },
    /// Declare a batch never sent; two people answer for it
    Void {
        /// The batch's id
        batch: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// The second person
        #[arg(long)]
        attested_by: String,
        #[command(flatten)]
        desk: Desk,
    },
    /// Write a transfer file from a list of payouts; needs no server
    Write(write::Write),
    /// Read what a bank says about a transfer file (pain.002); needs no server
    Status(status::Status),
    /// Show the transfers of a file, their sums and what is wrong, before it is sent; needs no server
    Read(transfer_file::ReadFile),
}

fn state(text: &str) -> Result<PayoutState, String> {
    PayoutState::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = PayoutState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect();
        format!("the states are {}", names.join(", "))
    })
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { state, desk } => print_list(
            &desk.office()?.payouts(*state)?,
            desk.json,
            &[
                "reference",
                "state",
                "kind",
                "amount",
                "payee",
                "account",
                "order",
                "batch",
            ],
            payout_row,
        ),
        Command::Batches { desk } => print_list(
            &desk.office()?.batches()?,
            desk.json,
            &["id", "state", "account", "date", "count", "sum", "file"],
            batch_row,
        ),
        Command::Approve { batch, desk } => show_batch(&desk.office()?.approve_batch(batch)?, desk),
        Command::Void {
            batch,
            reason,
            attested_by,
            desk,
        } => show_batch(
            &desk.office()?.void_batch(batch, reason, attested_by)?,
            desk,
        ),
        Command::Export {
            account,
            batch,
            date,
            to,
            desk,
        } => {
            let folder = match to {
                Some(folder) => folder.clone(),
                None => desk.config()?.transfers,
            };
            match batch {
                Some(batch) => saved(&fetch_batch_file(&desk.office()?, batch, &folder)?, desk),
                None => export(account.as_deref(), *date, &folder, desk),
            }
        }
        Command::Write(write) => write::run(write),
        Command::Status(status) => status::run(status),
        Command::Read(asked) => transfer_file::run(asked),
    }
}

fn export(
    account: Option<&str>,
    date: Option<kantor_model::Date>,
    folder: &std::path::Path,
    desk: &Desk,
) -> Result<(), Failure> {
    let (office, packs) = (desk.office()?, desk.packs()?);
    let accounts = match account {
        Some(text) => vec![account_id(&office.accounts()?, text)?],
        None => accounts_to_pay(&office)?,
    };
    if accounts.is_empty() {
        return print("No payout is waiting for a transfer file.");
    }
    let date = match date {
        Some(date) => date,
        None => today(&office)?,
    };
    for account in accounts {
        let exported = export_batch(&office, &packs, &account, &date.to_string(), folder)?;
        saved(&exported, desk)?;
    }
    Ok(())
}

/// The office's day; its clock decides, not this computer's.
fn today(office: &Office) -> Result<kantor_model::Date, Failure> {
    let now = office.office()?.now;
    now.parse::<Moment>()
        .map(Moment::warsaw_date)
        .map_err(|error| {
            Failure::Asked(format!(
                "the office's clock shows `{now}`, which is no moment ({error}); give --date"
            ))
        })
}

/// The accounts whose payouts have not been written into a file yet.
fn accounts_to_pay(office: &Office) -> Result<Vec<String>, Failure> {
    let payouts = office.payouts(None)?;
    let waits = |payout: &PayoutView| {
        matches!(
            payout.state,
            PayoutState::Due | PayoutState::InBatch | PayoutState::Approved
        )
    };
    Ok(office
        .accounts()?
        .into_iter()
        .map(|account| account.id)
        .filter(|id| payouts.iter().any(|p| p.account == *id && waits(p)))
        .collect())
}

/// The id of an account that is named by its number or its id.
pub(crate) fn account_id(accounts: &[AccountView], text: &str) -> Result<String, Failure> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    accounts
        .iter()
        .find(|account| {
            account.id == plain
                || account.iban.eq_ignore_ascii_case(&plain)
                || account.iban.strip_prefix("PL") == Some(plain.as_str())
        })
        .map(|account| account.id.clone())
        .ok_or_else(|| {
            Failure::Asked(format!(
                "the office has no account {text}; `kantor accounts list` shows them"
            ))
        })
}

fn saved(exported: &Exported, desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        return print_json(&exported.batch);
    }
    print(&format!(
        "{}: batch {}, {} transfers, {}; give it to the bank",
        exported.path.display(),
        exported.batch.id,
        exported.batch.count,
        words().amount(&exported.batch.sum)
    ))
}

fn show_batch(batch: &BatchView, desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        return print_json(batch);
    }
    print(&format!(
        "batch {}: {}, {} transfers, {}",
        batch.id,
        batch.state,
        batch.count,
        words().amount(&batch.sum)
    ))
}

fn payout_row(payout: &PayoutView) -> Vec<String> {
    vec![
        payout.reference.clone(),
        payout.state.to_string(),
        payout.kind.to_string(),
        words().amount(&payout.amount),
        payout.payee_name.clone(),
        payout.account.clone(),
        payout.order.clone(),
        payout.batch.clone().unwrap_or_default(),
    ]
}

fn batch_row(batch: &BatchView) -> Vec<String> {
    vec![
        batch.id.clone(),
        batch.state.to_string(),
        batch.account.clone(),
        batch.date.clone(),
        batch.count.to_string(),
        words().amount(&batch.sum),
        batch
            .file
            .as_ref()
            .map(|file| file.name.clone())
            .unwrap_or_default(),
    ]
}
