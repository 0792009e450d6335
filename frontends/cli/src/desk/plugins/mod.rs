//! `kantor plugins`: which bank packs there are, whether they keep the contract, and new ones.

mod check;
mod new;
mod seal;

use std::path::PathBuf;

use clap::Subcommand;
use kantor_desk::{InstalledPacks, PackInfo, RejectedPack};
use serde_json::json;

use super::Failure;
use super::output::{print, print_json, table};

/// What can be done with packs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Packs with their banks and formats; what cannot be used is named with its reason
    List(Where),
    /// Examine packs with their own files and with hostile input; fails when a check does
    Check(check::Check),
    /// Begin a pack for another bank
    New(new::New),
    /// Make the folder of a built pack that a desk can install: library, manifest, profile, files
    Seal(seal::Seal),
}

/// Where packs are.
#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// The folder of the packs [default: the packs beside this program]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// One JSON object a line, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List(place) => list(&InstalledPacks::find(place.packs.as_deref()), place.json),
        Command::Check(check) => check::run(check),
        Command::New(new) => new::run(new),
        Command::Seal(seal) => seal::run(seal),
    }
}

fn list(packs: &InstalledPacks, json: bool) -> Result<(), Failure> {
    for RejectedPack { path, reason } in packs.rejected() {
        eprintln!("{}: {reason}", path.display());
    }
    if json {
        return packs
            .packs()
            .try_for_each(|pack| print_json(&as_json(pack)));
    }
    let rows: Vec<Vec<String>> = packs.packs().map(row).collect();
    print(&table(
        &[
            "id", "name", "version", "banks", "reads", "writes", "origin", "walls",
        ],
        &rows,
    ))
}

/// More currencies than these are not worth a line each; `--json` names them all.
const CURRENCIES_NAMED: usize = 8;

fn row(pack: &PackInfo) -> Vec<String> {
    let writes: Vec<String> = pack
        .facts
        .writes
        .iter()
        .map(|format| match format.currencies.len() {
            0..=CURRENCIES_NAMED => format!("{} ({})", format.format, format.currencies.join(" ")),
            _ => format!("{} (any currency)", format.format),
        })
        .collect();
    vec![
        pack.facts.id.clone(),
        pack.facts.name.clone(),
        pack.facts.version.clone(),
        pack.facts.banks.join(", "),
        pack.facts.reads.join(", "),
        writes.join(", "),
        pack.origin.label().to_owned(),
        pack.sandbox.to_string(),
    ]
}

fn as_json(pack: &PackInfo) -> serde_json::Value {
    json!({
        "id": pack.facts.id,
        "name": pack.facts.name,
        "version": pack.facts.version,
        "banks": pack.facts.banks,
        "reads": pack.facts.reads,
        "writes": pack.facts.writes,
        "origin": pack.origin.label(),
        "sandbox": pack.sandbox.to_string(),
        "library": pack.library.display().to_string(),
    })
}
