//! `kantor database`: what the owner of a PostgreSQL database does for an office, and nobody else.

use kantor_store::{PostgresStore, Roles};

use crate::database::{Database, DatabaseError};

/// What is to be done with the database.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum DatabaseCommand {
    /// Makes the tables, or brings them up to date; as their owner, before servers of a new version
    /// start.
    Migrate(MigrateArgs),
    /// Gives two roles their rights: servers add facts and cannot change one, the auditor reads.
    /// Make the roles first (CREATE ROLE ... LOGIN PASSWORD ...).
    Roles(RolesArgs),
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
pub(crate) fn run(command: &DatabaseCommand) -> Result<(), DatabaseError> {
    match command {
        DatabaseCommand::Migrate(args) => {
            let database = Database::on_server(&args.database)?;
            database.open()?;
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
                    PostgresStore::grant(&url, &roles)?;
                    println!(
                        "{} adds facts to {url} and cannot change one",
                        roles.application
                    );
                    println!("{} reads {url}", roles.auditor);
                }
                Some(_) | None => print!("{}", roles.statements()),
            }
        }
    }
    Ok(())
}
