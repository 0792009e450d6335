//! `kantor plugins new`: the beginning of a pack.

use std::path::PathBuf;

use kantor_plugin_validator::scaffold::{self, Name};

use super::super::Failure;
use super::super::output::print;

/// Which pack, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// The bank's short name, such as mybank: a-z, digits and dashes
    name: String,
    /// The folder in which the pack's folder is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The folder of kantor-plugin-sdk [default: the one that this program was built from]
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

pub(crate) fn run(new: &New) -> Result<(), Failure> {
    let failed = |error: scaffold::ScaffoldError| Failure::Asked(error.to_string());
    let name = Name::parse(&new.name).map_err(failed)?;
    let made = scaffold::create(&name, &new.dir, new.sdk.as_deref()).map_err(failed)?;
    let folder = made.folder.display();
    let mut lines = vec![format!("{folder} is made:")];
    lines.extend(made.files.iter().map(|file| format!("  {file}")));
    lines.push("Next:".to_owned());
    lines.push(format!("  cd {folder}"));
    lines.push("  cargo test                  # reads corpus/ and compares".to_owned());
    lines.push("  cargo build".to_owned());
    lines.push("  kantor plugins check .      # the conformance kit".to_owned());
    print(&lines.join("\n"))
}
