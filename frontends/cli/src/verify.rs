//! `kantor verify`: recomputes an office and names the first fact that disagrees.

use std::path::PathBuf;

use kantor_desk::{BankPacks, Hints, InstalledPacks};
use kantor_model::{Collector, Complaint, Severity};
use kantor_office::{Clock, Difference, Reading, SystemClock, Verified};
use kantor_store::OfficeId;

use crate::config::{Config, ConfigError, FILE_NAME};
use crate::database::Database;

/// Which office.
#[derive(clap::Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The office's folder (where kantor.toml is).
    dir: Option<PathBuf>,
    /// The office's configuration, instead of its folder.
    #[arg(long, conflicts_with = "dir")]
    config: Option<PathBuf>,
    /// Read the raw statement files again through the packs of today, and show what they read
    /// differently; it fails when money is read differently.
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
    /// Today's packs read other money than was booked.
    #[error(
        "does not verify: {0} facts about money are read differently today (see above); see with the bank which reading is right before a statement is imported with these packs"
    )]
    ReadsOtherMoney(usize),
}

/// Verifies and says what was recomputed.
pub(crate) fn run(args: &VerifyArgs) -> Result<(), VerifyError> {
    let path = match (&args.config, &args.dir) {
        (Some(config), _) => config.clone(),
        (None, Some(dir)) => dir.join(FILE_NAME),
        (None, None) => PathBuf::from(FILE_NAME),
    };
    let config = Config::read(&path)?;
    let (verified, differences) = office(
        &config.office.database,
        config.settings().office,
        args.reparse,
    )?;
    if args.json {
        println!("{}", as_json(&verified, &differences));
    } else {
        print(&verified);
        for difference in &differences {
            println!("read differently today: {difference}");
        }
    }
    match differences.iter().filter(|one| one.is_money).count() {
        0 => Ok(()),
        count => Err(VerifyError::ReadsOtherMoney(count)),
    }
}

/// Verifies one office of a database, also while its server runs; with what today's packs read
/// differently, where that is asked for.
pub(crate) fn office(
    database: &Database,
    office: OfficeId,
    reparse: bool,
) -> Result<(Verified, Vec<Difference>), VerifyError> {
    let database = database.open_to_look()?;
    let view = database.store().view(office)?;
    let verified = kantor_office::verify(&*view, SystemClock.now())?;
    let differences = if reparse {
        let packs = InstalledPacks::find(None);
        kantor_office::verify_reading(&*view, &|bytes, account| read_again(&packs, bytes, account))?
    } else {
        Vec::new()
    };
    database.check_structure()?;
    Ok((verified, differences))
}

/// What the packs of today read in a file's bytes.
fn read_again(packs: &InstalledPacks, bytes: &[u8], account: &str) -> Result<Reading, String> {
    let read = |lenient| {
        let mut collector = Collector::new();
        let hints = Hints {
            account: Some(account),
            lenient,
            ..Hints::default()
        };
        let read = packs
            .read(&mut &bytes[..], None, hints, &mut collector)
            .map_err(|failure| failure.to_string())?;
        Ok::<_, String>((read.pack, collector.finish()))
    };
    let (mut pack, mut collected) = read(false)?;
    let is_fatal = |complaint: &Complaint| complaint.severity == Severity::Fatal;
    // What was booked was read to its end: then somebody had the pack forgive.
    if collected.complaints.iter().any(is_fatal) {
        (pack, collected) = read(true)?;
    }
    Ok(Reading {
        read_by: format!("{} {}", pack.id, pack.version),
        statements: collected.statements,
    })
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

fn as_json(verified: &Verified, differences: &[Difference]) -> serde_json::Value {
    let differences: Vec<_> = differences.iter().map(difference_json).collect();
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
        "differences": differences,
    })
}

fn difference_json(difference: &Difference) -> serde_json::Value {
    serde_json::json!({
        "file": difference.file.to_string(),
        "fact": difference.fact,
        "field": difference.field,
        "was": difference.was,
        "read_then": difference.read_then,
        "now": difference.now,
        "read_now": difference.read_now,
        "money": difference.is_money,
    })
}
