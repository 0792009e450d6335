//! `kantor verify`: recomputes an office and names the first fact that disagrees.

use std::path::{Path, PathBuf};

use kantor_desk::{BankPacks, Hints, InstalledPacks};
use kantor_model::{Collector, Statement};
use kantor_office::{Clock, SystemClock, Verified};
use kantor_store::{OfficeId, SqliteStore, Store};

use crate::config::{Config, ConfigError, FILE_NAME};

/// Which office.
#[derive(clap::Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The office's folder (where kantor.toml is).
    dir: Option<PathBuf>,
    /// The office's configuration, instead of its folder.
    #[arg(long, conflicts_with = "dir")]
    config: Option<PathBuf>,
    /// Read the raw statement files again through the packs and compare.
    #[arg(long)]
    reparse: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// What does not verify.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be opened.
    #[error("the database cannot be verified: {0}")]
    Open(#[from] kantor_store::OpenError),
    /// The office is not in it.
    #[error("the database cannot be verified: {0}")]
    Access(#[from] kantor_store::AccessError),
    /// The file is damaged where no fact stands.
    #[error("does not verify: database: {0}")]
    Damaged(#[from] kantor_store::Fault),
    /// A fact disagrees.
    #[error("does not verify: {0}; keep a copy of the folder as it is and restore a backup")]
    Disagrees(#[from] kantor_office::Disagreement),
}

/// Verifies and says what was recomputed.
pub(crate) fn run(args: &VerifyArgs) -> Result<(), VerifyError> {
    let path = match (&args.config, &args.dir) {
        (Some(config), _) => config.clone(),
        (None, Some(dir)) => dir.join(FILE_NAME),
        (None, None) => PathBuf::from(FILE_NAME),
    };
    let config = Config::read(&path)?;
    let verified = office(
        &config.office.database,
        config.settings().office,
        args.reparse,
    )?;
    if args.json {
        println!("{}", as_json(&verified));
    } else {
        print(&verified);
    }
    Ok(())
}

/// Verifies one office of a database, also while its server runs.
pub(crate) fn office(
    database: &Path,
    office: OfficeId,
    reparse: bool,
) -> Result<Verified, VerifyError> {
    let store = SqliteStore::open_read_only(database)?;
    let view = store.view(office)?;
    let verified = kantor_office::verify(&*view, SystemClock.now())?;
    if reparse {
        let packs = InstalledPacks::find(None);
        kantor_office::verify_reading(&*view, &|bytes| read_again(&packs, bytes))?;
    }
    store.check_structure()?;
    Ok(verified)
}

/// What the packs of today read in a file's bytes.
fn read_again(packs: &InstalledPacks, bytes: &[u8]) -> Result<Vec<Statement>, String> {
    let mut collector = Collector::new();
    packs
        .read(&mut &bytes[..], None, Hints::default(), &mut collector)
        .map_err(|failure| failure.to_string())?;
    Ok(collector.finish().statements)
}

/// What was verified, for people.
pub(crate) fn print(verified: &Verified) {
    println!(
        "verified: {} events, {} bank lines, {} files, {} read models",
        verified.head.seq, verified.lines, verified.files, verified.documents
    );
    for (account, booked, provisional) in &verified.balances {
        if provisional.is_zero() {
            println!("  {account}  {booked}");
        } else {
            println!("  {account}  {booked} (and {provisional} not proved yet)");
        }
    }
    println!("log hash {}", verified.head.hash);
}

fn as_json(verified: &Verified) -> serde_json::Value {
    let balances: Vec<_> = verified
        .balances
        .iter()
        .map(|(account, booked, provisional)| {
            serde_json::json!({
                "account": account.replace(' ', ""),
                "currency": booked.currency().code(),
                "booked": booked.to_decimal_string(),
                "provisional": provisional.to_decimal_string(),
            })
        })
        .collect();
    serde_json::json!({
        "verified": true,
        "events": verified.head.seq,
        "hash": verified.head.hash.to_string(),
        "lines": verified.lines,
        "files": verified.files,
        "documents": verified.documents,
        "balances": balances,
    })
}
