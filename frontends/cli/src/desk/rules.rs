//! `kantor rules`: what the office decides in advance.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use kantor_wire::{LineRulesDocument, WhatIfView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::output::{print, print_json};
use super::{Desk, Failure};

/// What can be done with the office's rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The rules in force, as a file to edit
    Show {
        #[command(flatten)]
        desk: Desk,
    },
    /// What rules of a file would do with the orders that are held; nothing is changed
    Try {
        /// The file, as `rules show` prints it
        file: PathBuf,
        #[command(flatten)]
        desk: Desk,
    },
    /// Put the rules of a file in force; needs the role of an administrator
    Set {
        /// The file, as `rules show` prints it
        file: PathBuf,
        #[command(flatten)]
        desk: Desk,
    },
    /// The rules for lines that are nobody's order: fees, interest, taxes
    #[command(subcommand)]
    Lines(Lines),
}

/// What can be done with the rules for lines that are nobody's order.
#[derive(Debug, Subcommand)]
pub(crate) enum Lines {
    /// Those in force, as a file to edit
    Show {
        #[command(flatten)]
        desk: Desk,
    },
    /// Put the rules of a file in force; needs the role of an administrator
    Set {
        /// The file, as `rules lines show` prints it
        file: PathBuf,
        #[command(flatten)]
        desk: Desk,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Show { desk } => show(&desk.office()?.rules()?, desk),
        Command::Try { file, desk } => {
            let would = desk.office()?.try_rules(&read(file)?)?;
            if desk.json {
                return print_json(&would);
            }
            print(&told(&would))
        }
        Command::Set { file, desk } => show(&desk.office()?.set_rules(&read(file)?)?, desk),
        Command::Lines(Lines::Show { desk }) => show(&desk.office()?.line_rules()?, desk),
        Command::Lines(Lines::Set { file, desk }) => {
            let rules: LineRulesDocument = read(file)?;
            show(&desk.office()?.set_line_rules(&rules)?, desk)
        }
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::Read {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|error| {
        Failure::Asked(format!(
            "{} cannot be read as rules:\n{error}correct it, or begin with `kantor rules show`",
            path.display()
        ))
    })
}

fn show(rules: &impl Serialize, desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        return print_json(rules);
    }
    let text = toml::to_string_pretty(rules)
        .map_err(|error| Failure::Asked(format!("the rules cannot be shown as TOML: {error}")))?;
    print(text.trim_end())
}

fn told(would: &[WhatIfView]) -> String {
    let differs = |what: &&WhatIfView| what.is != what.would_be || what.said != what.would_say;
    let mut lines: Vec<String> = would
        .iter()
        .filter(differs)
        .map(|what| {
            let rows = |rows: &[String]| match rows {
                [] => "nothing".to_owned(),
                rows => rows.join(", "),
            };
            format!(
                "{} ({}): {} -> {}; now {}, then {}",
                what.order,
                what.reference,
                what.is,
                what.would_be,
                rows(&what.said),
                rows(&what.would_say)
            )
        })
        .collect();
    lines.push(format!(
        "{} of {} held orders would go another way; nothing was changed",
        lines.len(),
        would.len()
    ));
    lines.join("\n")
}
