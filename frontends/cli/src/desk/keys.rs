//! `kantor tokens`: the keys of desks and panels.

use std::path::PathBuf;

use clap::Subcommand;
use kantor_wire::{KeyView, Role};

use super::output::{print, print_json, print_list};
use super::{Desk, Failure};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Every key, by name
    List {
        #[command(flatten)]
        desk: Desk,
    },
    /// Make a key; its secret is told once
    Add {
        /// Its name, as the history will show it
        name: String,
        /// What it allows: front (a panel in a process of its own), cashier, approver, administrator
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        told: Told,
        #[command(flatten)]
        desk: Desk,
    },
    /// Put another secret under a key's name; the old one opens nothing from then on
    Rotate {
        /// Its name
        name: String,
        #[command(flatten)]
        told: Told,
        #[command(flatten)]
        desk: Desk,
    },
    /// Take a key away, at once and everywhere
    Revoke {
        /// Its name
        name: String,
        /// Why; stays in the history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        desk: Desk,
    },
}

/// Why, and where the secret goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Told {
    /// Why; stays in the history
    #[arg(long)]
    reason: String,
    /// Write the secret to this file, readable to its owner only, instead of showing it
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("`{text}` is no role; there are {}", names.join(", "))
    })
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { desk } => {
            let keys = desk.office()?.keys()?;
            print_list(&keys, desk.json, &["name", "role"], |key| {
                vec![key.name.clone(), key.role.to_string()]
            })
        }
        Command::Add {
            name,
            role,
            told,
            desk,
        } => tell(
            desk.office()?.issue_key(name, *role, &told.reason)?,
            told,
            desk,
        ),
        Command::Rotate { name, told, desk } => {
            tell(desk.office()?.rotate_key(name, &told.reason)?, told, desk)
        }
        Command::Revoke { name, reason, desk } => {
            desk.office()?.revoke_key(name, reason)?;
            print(&format!("{name}: opens nothing any more"))
        }
    }
}

fn tell(key: KeyView, told: &Told, desk: &Desk) -> Result<(), Failure> {
    let secret = key.token.clone().unwrap_or_default();
    match &told.file {
        Some(path) => {
            crate::server::write_secret(path, &secret)
                .map_err(|error| Failure::Asked(error.to_string()))?;
            let shown = KeyView { token: None, ..key };
            match desk.json {
                true => print_json(&shown),
                false => print(&format!(
                    "{}: {}, its secret is in {}",
                    shown.name,
                    shown.role,
                    path.display()
                )),
            }
        }
        None if desk.json => print_json(&key),
        None => print(&format!(
            "{}: {}\n{secret}\nKeep it secret: it is not shown again.",
            key.name, key.role
        )),
    }
}
