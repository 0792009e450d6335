//! `kantor backup` and `kantor restore`: a whole office as one file that no database has to know.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use kantor_office::backup::{
    BackedUp, BackupError, RestoreError, back_up, inspect, restore as restore_into,
};
use kantor_office::{Clock, SystemClock};

use crate::config::{Config, ConfigError};
use crate::database::Database;
use crate::private::Private;
use crate::verify::{self, VerifyError};

/// What is backed up, and where.
#[derive(clap::Args, Debug)]
#[command(after_help = AFTER_BACKUP)]
pub(crate) struct BackupArgs {
    /// The file to write; there must be none of that name
    file: PathBuf,
    /// The office's configuration
    #[arg(long, value_name = "FILE", default_value = "kantor.toml")]
    config: PathBuf,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

const AFTER_BACKUP: &str = "\
The file holds everything that the office is: its log, bank lines, files, people and keys. Keep it
as secret as the database; the configuration is not in it. It shows the office as the last commit
before left it, whatever is written meanwhile. It is complete when it has its name; before, that name
goes on and ends in .part.";

/// What is restored, and where.
#[derive(clap::Args, Debug)]
#[command(after_help = AFTER_RESTORE)]
pub(crate) struct RestoreArgs {
    /// The file that `kantor backup` wrote
    file: PathBuf,
    /// The configuration of the office to be; its database must not have this office yet
    #[arg(long, value_name = "FILE", default_value = "kantor.toml")]
    config: PathBuf,
    /// The database to restore into, instead of the configuration's: a new file, or the address of
    /// a PostgreSQL database, postgres://user:password@host/name
    #[arg(long, value_name = "FILE|URL", conflicts_with = "config")]
    database: Option<String>,
    /// Restore into a throw-away database, verify it, and leave nothing behind
    #[arg(long, conflicts_with_all = ["config", "database"])]
    check: bool,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

const AFTER_RESTORE: &str = "\
The file is read to its end before anything is written; one that is torn or changed is refused with
the place. The office appears with everything or not at all. People who were erased after the backup
was made are in it: erase them again. --check needs as much space as the office has, in the folder
for temporary files (TMPDIR).";

/// Why there is no backup, or no office of one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupFailure {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address of the database is none. It is not shown: a password may stand in it.
    #[error("--database: {0}")]
    Address(kantor_store::Fault),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] kantor_store::OpenError),
    /// The office is not in it.
    #[error(transparent)]
    Access(#[from] kantor_store::AccessError),
    /// The backup was not written.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// No office was made of it.
    #[error("{}: {error}", file.display())]
    Restore {
        /// The backup.
        file: PathBuf,
        /// Why.
        error: RestoreError,
    },
    /// The restored office does not verify.
    #[error("the backup is whole, and the office in it {0}")]
    Verify(#[from] VerifyError),
    /// There is a file already.
    #[error("{} is there already; choose another name, backups are never written over", .0.display())]
    Exists(PathBuf),
    /// A file or folder.
    #[error("{}: {error}; check the path, its rights and the space on the disk", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// So much is read or written at once.
const BUFFER: usize = 1024 * 1024;

/// Writes a backup.
pub(crate) fn back(args: &BackupArgs) -> Result<(), BackupFailure> {
    let config = Config::read(&args.config)?;
    if args.file.exists() {
        return Err(BackupFailure::Exists(args.file.clone()));
    }
    let done = write(&config, &args.file)?;
    tell(&done, "backed up", args.json);
    Ok(())
}

fn write(config: &Config, path: &Path) -> Result<BackedUp, BackupFailure> {
    let failed = |error: io::Error| match error.kind() {
        // Another backup was faster.
        io::ErrorKind::AlreadyExists => BackupFailure::Exists(path.to_owned()),
        _ => of_file(path, error),
    };
    let database = config.office.database.open_to_look()?;
    let view = database.store().view(config.settings().office)?;
    let mut private = Private::begin(path).map_err(failed)?;
    let mut file = BufWriter::with_capacity(BUFFER, private.file());
    let done = back_up(view.as_ref(), SystemClock.now(), &mut file)?;
    file.flush().map_err(failed)?;
    drop(file);
    private.put_new().map_err(failed)?;
    Ok(done)
}

/// Makes an office of a backup, or checks that one could be made.
pub(crate) fn restore(args: &RestoreArgs) -> Result<(), BackupFailure> {
    let file = File::open(&args.file).map_err(|error| of_file(&args.file, error))?;
    let mut file = BufReader::with_capacity(BUFFER, file);
    if args.check {
        let folder = tempfile::tempdir().map_err(|error| of_file(&std::env::temp_dir(), error))?;
        let database = Database::File(folder.path().join("kantor.db"));
        let restored = into(&mut file, args, &database, None)?;
        let (verified, _) = verify::office(&database, restored.office, false)?;
        tell(&restored, "can be restored", args.json);
        if !args.json {
            verify::print(&verified);
        }
        return Ok(());
    }
    let (database, wanted) = match &args.database {
        Some(database) => {
            let database = Database::try_from(database.clone());
            (database.map_err(BackupFailure::Address)?, None)
        }
        None => {
            let config = Config::read(&args.config)?;
            let office = config.settings().office;
            (config.office.database, Some(office))
        }
    };
    let restored = into(&mut file, args, &database, wanted)?;
    tell(&restored, "restored", args.json);
    Ok(())
}

fn into(
    file: &mut BufReader<File>,
    args: &RestoreArgs,
    database: &Database,
    wanted: Option<kantor_store::OfficeId>,
) -> Result<BackedUp, BackupFailure> {
    let failed = |error| BackupFailure::Restore {
        file: args.file.clone(),
        error,
    };
    // Read to its end before there is a database: of one that is not whole nothing is written.
    inspect(file).map_err(failed)?;
    file.rewind().map_err(|error| of_file(&args.file, error))?;
    let kept = database.open()?;
    let restored = restore_into(file, kept.store.as_ref(), wanted).map_err(failed)?;
    kept.leave()?;
    Ok(restored)
}

fn of_file(path: &Path, error: io::Error) -> BackupFailure {
    BackupFailure::File {
        path: path.to_owned(),
        error,
    }
}

fn tell(held: &BackedUp, done: &str, json: bool) {
    let BackedUp {
        office,
        head,
        made,
        totals,
        hash,
    } = held;
    if json {
        let told = serde_json::json!({
            "done": done,
            "office": office.0,
            "events": head.seq,
            "log_hash": head.hash.to_string(),
            "moment": head.moment.to_string(),
            "made": made.to_string(),
            "totals": totals,
            "hash": hash.to_string(),
        });
        println!("{told}");
        return;
    }
    println!(
        "{done}: office {office}, {} events, {} lines of statements, {} files ({} bytes), {} read models, {} people and keys",
        head.seq, totals.rows, totals.files, totals.file_bytes, totals.documents, totals.sides
    );
    println!("made {made}, of the office as it was at {}", head.moment);
    println!("backup hash {hash}");
}
