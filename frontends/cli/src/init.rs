//! `kantor init DIR`: a new office.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kantor_engine::Policy;
use kantor_model::Party;
use kantor_office::SystemClock;

use crate::config::{Config, ConfigError, FILE_NAME};
use crate::database::DatabaseError;
use crate::server::{self, ServeError};

/// Where a new office listens until its configuration says otherwise.
const PANEL: ([u8; 4], u16) = ([127, 0, 0, 1], 8080);
const OFFICE_API: ([u8; 4], u16) = ([127, 0, 0, 1], 8081);

/// What a new office is called.
#[derive(clap::Args, Debug)]
pub(crate) struct InitArgs {
    /// The folder of the new office; made when it does not exist.
    dir: PathBuf,
    /// The name of the business, as transfers carry it.
    #[arg(long, default_value = "Kantor")]
    name: String,
    /// Street and number.
    #[arg(long, default_value = "")]
    street: String,
    /// Postal code and town.
    #[arg(long, default_value = "")]
    city: String,
    /// Keep the office in a PostgreSQL database, postgres://user:password@host/name, instead of a
    /// file in its folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Why no office was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    /// There is one already.
    #[error("{} holds an office already; choose another folder", .0.display())]
    Exists(PathBuf),
    /// The folder cannot be made.
    #[error("{} cannot be made: {source}; choose another folder", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration cannot be written.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The office cannot be made.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Makes the folder of an office that has none yet.
pub(crate) fn fresh_folder(dir: &Path) -> Result<(), InitError> {
    if dir.join(FILE_NAME).exists() {
        return Err(InitError::Exists(dir.to_owned()));
    }
    let failed = |source| InitError::Folder {
        path: dir.to_owned(),
        source,
    };
    std::fs::create_dir_all(dir).map_err(failed)?;
    // The database holds people's data: nobody else on this machine looks into the folder.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Makes an office and says what to do next.
pub(crate) fn run(args: &InitArgs) -> Result<(), InitError> {
    fresh_folder(&args.dir)?;
    let owner = Party {
        name: args.name.clone(),
        street: args.street.clone(),
        city: args.city.clone(),
    };
    let mut config = Config::new(
        &owner,
        SocketAddr::from(PANEL),
        SocketAddr::from(OFFICE_API),
    );
    config.keep_in(args.database.as_deref())?;
    let written = config.write(&args.dir)?;
    let config = Config::read(&written)?;
    server::create(&config, Arc::new(SystemClock), Policy::initial())?.close()?;
    println!("A new office: {}", args.dir.display());
    println!("  configuration        {}", written.display());
    println!("  database             {}", config.office.database);
    println!(
        "  administrator token  {} (keep it secret)",
        config.desk.token_file.display()
    );
    println!("Next: kantor serve --config {}", written.display());
    Ok(())
}
