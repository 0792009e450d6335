//! `kantor payouts write`: a transfer file from a list of payouts, without a server.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use kantor_desk::{BankPacks, InstalledPacks, save_over};
use kantor_model::{Batch, Date, Iban};
use kantor_parsers::Profile;
use kantor_parsers::transfers::{TransferFormat, write_batch};

use super::Failure;
use super::output::print;
use super::payout_list::{PayoutList, party};

/// What to write. The file depends on this alone, never on the clock.
#[derive(Debug, Args)]
pub(crate) struct Write {
    /// elixir0, pain.001.001.03, pain.001.001.09, pla or mt101, or another that a pack writes
    #[arg(long)]
    format: String,
    /// The account that pays
    #[arg(long, value_name = "ACCOUNT")]
    from: String,
    /// Who pays: name, street, postal code and town
    #[arg(long, value_name = "NAME|STREET|CITY", default_value = "Kantor")]
    owner: String,
    /// The bank whose profile is followed [default: that of the paying account]
    #[arg(long, value_name = "ID")]
    bank: Option<String>,
    /// The day on which the bank is to act [default: the one due date of all rows]
    #[arg(long)]
    date: Option<Date>,
    /// The list: order_id,reference,currency,amount,account,name,due_date and, where wanted,
    /// street,city,country,bic,charges (SHA, OUR or BEN),title
    #[arg(long, value_name = "FILE.csv")]
    payouts: PathBuf,
    /// The file to write; a file of that name is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The folder of the bank packs [default: the packs beside this program]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

pub(crate) fn run(write: &Write) -> Result<(), Failure> {
    let text = fs::read_to_string(&write.payouts).map_err(|source| Failure::Read {
        path: write.payouts.clone(),
        source,
    })?;
    let from = Iban::parse(&write.from).map_err(|error| Failure::Asked(error.to_string()))?;
    let list = PayoutList::read(&text, write.date)
        .map_err(|wrong| Failure::Asked(told(write, wrong.iter().map(ToString::to_string))))?;
    let batch = Batch {
        debit_account: from,
        owner: party(&write.owner),
        date: list.date,
        transfers: list.transfers,
    };
    let packs = InstalledPacks::find(write.packs.as_deref());
    let bank = write.bank.as_deref().or_else(|| {
        from.bank()
            .map(|bank| bank.id)
            .filter(|bank| packs.writes(bank, &write.format))
    });
    examine(write, &batch, bank, &list.lines)?;
    let written = packs.write(&batch, bank, Some(&write.format))?;
    for notice in &written.notices {
        eprintln!("{}: {notice}", write.out.display());
    }
    save_over(&write.out, &written.bytes)?;
    print(&format!(
        "{}: {} transfers",
        write.out.display(),
        batch.transfers.len()
    ))
}

/// Before anything is asked of a pack, everything is named that the bank would refuse, with its
/// line of the list. A format or a bank that is not ours is examined by its pack alone.
fn examine(
    write: &Write,
    batch: &Batch,
    bank: Option<&str>,
    lines: &[usize],
) -> Result<(), Failure> {
    let profile = bank.and_then(Profile::of_id);
    let Some(format) = TransferFormat::from_name(&write.format) else {
        return Ok(());
    };
    if bank.is_some() && profile.is_none() {
        return Ok(());
    }
    let Err(unwritable) = write_batch(format, batch, profile) else {
        return Ok(());
    };
    let wrong = unwritable.problems.iter().map(|problem| {
        let number = problem.line().checked_sub(1);
        let line = number.and_then(|number| lines.get(number)).unwrap_or(&1);
        let what = problem
            .at()
            .map_or_else(String::new, |at| format!("{}: ", at.reference));
        format!("{line}:1: {}: {what}{}", problem.code(), problem.sentence())
    });
    Err(Failure::Asked(told(write, wrong)))
}

/// Each thing on a line of its own, behind the path of the list.
fn told(write: &Write, wrong: impl Iterator<Item = String>) -> String {
    let path = write.payouts.display();
    let lines: Vec<String> = wrong.map(|wrong| format!("{path}:{wrong}")).collect();
    lines.join("\n")
}
