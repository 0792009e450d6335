//! `kantor database`: what the owner of a PostgreSQL database does for an office, and nobody else.

use std::path::PathBuf;
use std::sync::Arc;

use kantor_engine::Actor;
use kantor_office::{PeopleError, Role, SystemClock, TokenRecord};
use kantor_store::{OpenError, PostgresStore, Roles};

use crate::config::{Config, ConfigError};
use crate::database::{Database, DatabaseError};
use crate::private::Private;
use crate::server::{self, ServeError};

/// The key that every office begins with, and who is said to have changed it here.
const ADMINISTRATOR: &str = "administrator";
const WHO_HAS_THE_DATABASE: &str = "database";

/// What is to be done with the database.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum DatabaseCommand {
    /// Makes the tables, or brings them up to date; as their owner, before servers of a new version
    /// start.
    Migrate(MigrateArgs),
    /// Gives two roles their rights: servers add facts and cannot change one, the auditor reads.
    /// Make the roles first (CREATE ROLE ... LOGIN PASSWORD ...).
    Roles(RolesArgs),
    /// A new secret for the key `administrator`, when nobody has one any more: written into the
    /// token file of kantor.toml and into the history. An office in a file has to be stopped before.
    Administrator(AdministratorArgs),
}

/// Which office, and why.
#[derive(clap::Args, Debug)]
pub(crate) struct AdministratorArgs {
    /// The office's configuration.
    #[arg(long, value_name = "FILE", default_value = "kantor.toml")]
    config: PathBuf,
    /// Why; stays in the history.
    #[arg(long)]
    reason: String,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdministerError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The office.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Its keys.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The file for the secret.
    #[error("{}: {error}; mend the folder, or name another file as desk.token_file", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Which database.
#[derive(clap::Args, Debug)]
pub(crate) struct MigrateArgs {
    /// The owner's address of the database, postgres://user:password@host/name.
    #[arg(long, value_name = "URL")]
    database: String,
}

/// Which database, and whose rights.
#[derive(clap::Args, Debug)]
pub(crate) struct RolesArgs {
    /// The owner's address of the database, postgres://user:password@host/name.
    #[arg(long, value_name = "URL", required_unless_present = "print")]
    database: Option<String>,
    /// The role as which servers connect (office.database of kantor.toml).
    #[arg(long, value_name = "ROLE", default_value = "kantor_application")]
    application: String,
    /// The role as which `kantor verify` connects.
    #[arg(long, value_name = "ROLE", default_value = "kantor_auditor")]
    auditor: String,
    /// Print the statements instead of carrying them out.
    #[arg(long)]
    print: bool,
}

/// Does it, and says what was done.
pub(crate) fn run(command: &DatabaseCommand) -> Result<(), AdministerError> {
    match command {
        DatabaseCommand::Migrate(args) => {
            let database = Database::on_server(&args.database)?;
            database.open().map_err(DatabaseError::from)?;
            println!("the tables of {database} are up to date");
        }
        DatabaseCommand::Roles(args) => {
            let roles = Roles {
                application: args.application.clone(),
                auditor: args.auditor.clone(),
            };
            match &args.database {
                Some(url) if !args.print => {
                    let url = url.parse().map_err(DatabaseError::Address)?;
                    let granted: Result<(), OpenError> = PostgresStore::grant(&url, &roles);
                    granted.map_err(DatabaseError::from)?;
                    println!(
                        "{} adds facts to {url} and cannot change one",
                        roles.application
                    );
                    println!("{} reads {url}", roles.auditor);
                }
                Some(_) | None => print!("{}", roles.statements()),
            }
        }
        DatabaseCommand::Administrator(args) => new_administrator(args)?,
    }
    Ok(())
}

/// Whoever has the database has the office; here he gets a key to it, and the log says so.
fn new_administrator(args: &AdministratorArgs) -> Result<(), AdministerError> {
    let config = Config::read(&args.config)?;
    let path = &config.desk.token_file;
    let of_file = |error| AdministerError::File {
        path: path.clone(),
        error,
    };
    let file = Private::begin(path).map_err(of_file)?;
    let opened = server::open(&config, Arc::new(SystemClock))?;
    let token = kantor_panel::new_token().map_err(ServeError::from)?;
    let key = TokenRecord {
        name: ADMINISTRATOR.to_owned(),
        role: Role::Administrator,
        token_hash: kantor_panel::sha256_hex(token.as_bytes()),
    };
    let by = Actor::Staff(WHO_HAS_THE_DATABASE.to_owned());
    let known = opened.office.tokens()?;
    let is_there = |known: &TokenRecord| known.name == key.name && known.role == key.role;
    let (office, reason) = (&opened.office, args.reason.as_str());
    if known.iter().any(is_there) {
        office.rotate_key(by, &key.name, &key.token_hash, reason, None)?;
    } else {
        office.issue_key(by, &key, reason, None)?;
    }
    opened.close()?;
    file.put_text(&format!("{token}\n")).map_err(of_file)?;
    println!("{ADMINISTRATOR}: its new secret is in {}", path.display());
    Ok(())
}
