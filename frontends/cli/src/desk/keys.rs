//! `kantor tokens`: the keys of desks and panels.

use std::path::PathBuf;

use clap::Subcommand;
use kantor_desk::{ApiError, Office};
use kantor_wire::{KeyView, Role};

use super::output::{print, print_json, print_list};
use super::{Desk, Failure};
use crate::private::Private;

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
        } => told.tell(desk, |office| office.issue_key(name, *role, &told.reason)),
        Command::Rotate { name, told, desk } => {
            told.tell(desk, |office| office.rotate_key(name, &told.reason))
        }
        Command::Revoke { name, reason, desk } => {
            desk.office()?.revoke_key(name, reason)?;
            print(&format!("{name}: opens nothing any more"))
        }
    }
}

impl Told {
    /// Has a secret made and tells it. The file is begun before: a key whose secret nobody has opens
    /// nothing, and the last administrator's would be nobody's for ever.
    fn tell(
        &self,
        desk: &Desk,
        make: impl FnOnce(Office) -> Result<KeyView, ApiError>,
    ) -> Result<(), Failure> {
        let office = desk.office()?;
        let Some(path) = &self.file else {
            let key = make(office)?;
            return match desk.json {
                true => print_json(&key),
                false => print(&format!(
                    "{}\nKeep it secret: it is not shown again.",
                    shown(&key)
                )),
            };
        };
        let of_file = |error| {
            Failure::Asked(format!(
                "{}: {error}; choose another file, or make room for it",
                path.display()
            ))
        };
        let file = Private::begin(path).map_err(of_file)?;
        let key = make(office)?;
        let secret = key.token.clone().unwrap_or_default();
        if let Err(error) = file.put_text(&format!("{secret}\n")) {
            print(&format!(
                "{}\nKeep it secret: it could not be written, and is not shown again.",
                shown(&key)
            ))?;
            return Err(of_file(error));
        }
        let key = KeyView { token: None, ..key };
        match desk.json {
            true => print_json(&key),
            false => print(&format!(
                "{}: {}, its secret is in {}",
                key.name,
                key.role,
                path.display()
            )),
        }
    }
}

fn shown(key: &KeyView) -> String {
    let secret = key.token.as_deref().unwrap_or_default();
    format!("{}: {}\n{secret}", key.name, key.role)
}
