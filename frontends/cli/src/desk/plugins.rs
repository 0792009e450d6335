//! `kantor plugins`: which bank packs there are, and whether they can be used.

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
    /// Like `list`, and fails when something cannot be used or nothing is there
    Check(Where),
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
        Command::Check(place) => {
            let packs = InstalledPacks::find(place.packs.as_deref());
            list(&packs, place.json)?;
            check(&packs)
        }
    }
}

fn check(packs: &InstalledPacks) -> Result<(), Failure> {
    match (packs.packs().count(), packs.rejected().len()) {
        (0, 0) => Err(Failure::Asked(
            "there are no bank packs; build the whole workspace, or name their folder with --packs"
                .to_owned(),
        )),
        (_, 0) => Ok(()),
        (_, rejected) => Err(Failure::Asked(format!(
            "{rejected} packs cannot be used; the reasons stand above"
        ))),
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

fn row(pack: &PackInfo) -> Vec<String> {
    let writes: Vec<String> = pack
        .facts
        .writes
        .iter()
        .map(|format| format!("{} ({})", format.format, format.currencies.join(" ")))
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
