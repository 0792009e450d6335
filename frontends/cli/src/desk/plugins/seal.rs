//! `kantor plugins seal`: from a pack's crate to a folder that a desk can install.

use std::path::PathBuf;

use kantor_plugin_validator::seal;

use super::super::Failure;
use super::super::output::print;

/// Which pack, and where its folder goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Seal {
    /// The folder of the pack's crate, after cargo build
    folder: PathBuf,
    /// The folder of installed packs, in which ID is made
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(asked: &Seal) -> Result<(), Failure> {
    let sealed =
        seal(&asked.folder, &asked.out, None).map_err(|error| Failure::Asked(error.to_string()))?;
    print(&format!("{} can be installed", sealed.display()))
}
