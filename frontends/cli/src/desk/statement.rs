//! `kantor statement`: look into a file, import files, watch a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use kantor_desk::{
    ApiError, BUILT_IN, BankPacks, Hints, ImportError, Imported, InstalledPacks, Office, Sight,
    Verdict, Watch, Wish, complaint_line, import_previewed, import_statement, preview_statement,
    verdict,
};
use kantor_wire::{ImportOutcome, StatementImport};

use super::output::{print, print_json, words};
use super::{Desk, Failure, parse, queue};

/// What can be done with statements.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what stands in a file; needs no server
    Parse(parse::Parse),
    /// Hand files over to the office; the same file twice changes nothing
    Import {
        /// The statement files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only show what would become of them; nothing is imported
        #[arg(long)]
        preview: bool,
        /// Import one file exactly as a preview showed it (what `--preview --json` printed), or not
        /// at all
        #[arg(long, value_name = "PREVIEW", conflicts_with = "preview")]
        as_previewed: Option<PathBuf>,
        #[command(flatten)]
        known: parse::Known,
        #[command(flatten)]
        desk: Desk,
    },
    /// Take back everything that a file brought, as long as no money went out because of it
    Undo {
        /// The file, or the SHA-256 of its bytes
        file: PathBuf,
        /// Why; it stays in the history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        desk: Desk,
    },
    /// Import every file that appears in a folder, then move it to done/ or refused/
    Watch {
        /// The folder [default: `watch` of the configuration]
        folder: Option<PathBuf>,
        /// Seconds between two looks; a file is imported when it did not change between them
        #[arg(long, value_name = "SECONDS", default_value_t = 2)]
        every: u64,
        /// Import what lies there now, then end
        #[arg(long)]
        once: bool,
        #[command(flatten)]
        desk: Desk,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Parse(parse) => parse::run(parse),
        Command::Import {
            files,
            preview,
            as_previewed,
            known,
            desk,
        } => match as_previewed {
            Some(shown) => as_shown(files, shown, known.hints(), desk),
            None if desk.queue && !preview => queue::put_off_files(desk, files, known.hints()),
            None => import(files, *preview, known.hints(), desk),
        },
        Command::Undo { file, reason, desk } => undo(file, reason, desk),
        Command::Watch {
            folder,
            every,
            once,
            desk,
        } => watch(folder.as_deref(), Duration::from_secs(*every), *once, desk),
    }
}

fn import(files: &[PathBuf], preview: bool, hints: Hints<'_>, desk: &Desk) -> Result<(), Failure> {
    let (office, packs) = (desk.office()?, desk.packs()?);
    let (mut failed, mut is_away) = (0, false);
    for file in files {
        let outcome = if preview {
            preview_statement(&office, &packs, file, hints)
        } else {
            import_statement(&office, &packs, file, hints)
        };
        if !outcome.as_ref().is_ok_and(Imported::is_complete) {
            failed += 1;
        }
        if let (Ok(imported), false) = (&outcome, preview) {
            let seen = Sight::Import(&imported.sha256, &imported.outcome);
            desk.saw(&office, seen);
        }
        is_away |= matches!(
            &outcome,
            Err(ImportError::Api(ApiError::Unreachable { .. }))
        );
        report(file, &outcome, desk.json)?;
        if let (true, false, Ok(seen)) = (preview, desk.json, &outcome) {
            print(&format!(
                "{}: a preview, nothing was imported (fingerprint {})",
                file.display(),
                seen.outcome.fingerprint
            ))?;
        }
    }
    if is_away && !preview {
        eprintln!("with --queue the files are kept and imported when the office can be seen");
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::Incomplete {
            failed,
            all: files.len(),
        })
    }
}

fn undo(file: &Path, reason: &str, desk: &Desk) -> Result<(), Failure> {
    let written = file.to_string_lossy();
    let is_hash = written.len() == 64 && written.chars().all(|c| c.is_ascii_hexdigit());
    let hash = if is_hash && !file.exists() {
        written.to_ascii_lowercase()
    } else {
        let bytes = std::fs::read(file).map_err(|source| Failure::Read {
            path: file.to_owned(),
            source,
        })?;
        kantor_panel::sha256_hex(&bytes)
    };
    if desk.queue {
        let file = &hash;
        return queue::put_off(desk, &Wish::Undo { file, reason });
    }
    let done = desk.office()?.undo_import(&hash, reason);
    done.map_err(|error| Failure::from(error).may_wait())?;
    print(&format!("{written}: what it brought is taken back"))
}

/// One file as its preview showed it, or not at all.
fn as_shown(
    files: &[PathBuf],
    preview: &Path,
    hints: Hints<'_>,
    desk: &Desk,
) -> Result<(), Failure> {
    let [file] = files else {
        return Err(Failure::Asked(
            "a preview is of one file; name just that file with --as-previewed".to_owned(),
        ));
    };
    let bytes = std::fs::read(preview).map_err(|source| Failure::Read {
        path: preview.to_owned(),
        source,
    })?;
    let shown: ImportOutcome = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::Asked(format!(
            "{} is no preview ({error}); make one with `kantor statement import --preview --json`",
            preview.display()
        ))
    })?;
    let outcome = import_previewed(&desk.office()?, &desk.packs()?, file, hints, &shown);
    let is_complete = outcome.as_ref().is_ok_and(Imported::is_complete);
    report(file, &outcome, desk.json)?;
    if is_complete {
        Ok(())
    } else {
        Err(Failure::Incomplete { failed: 1, all: 1 })
    }
}

fn report(file: &Path, outcome: &Result<Imported, ImportError>, json: bool) -> Result<(), Failure> {
    match outcome {
        Ok(imported) => {
            for complaint in &imported.file.complaints {
                eprintln!("{}", complaint_line(file, complaint));
            }
            if !imported.file.pack.sandbox && imported.file.pack.id != BUILT_IN {
                eprintln!("{}: the pack ran without a sandbox", file.display());
            }
            if json {
                return print_json(&imported.outcome);
            }
            imported
                .outcome
                .statements
                .iter()
                .try_for_each(|statement| print(&statement_text(file, statement)))
        }
        Err(error) => {
            eprintln!("{error}");
            Ok(())
        }
    }
}

fn statement_text(file: &Path, statement: &StatementImport) -> String {
    let mut text = format!(
        "{}: {} {}: {}",
        file.display(),
        statement.account,
        words().text(&format!("outcome.{}", statement.outcome)),
        words().say(&statement.message)
    );
    for note in &statement.notes {
        text.push_str(&format!("\n  {}", words().say(note)));
    }
    for found in &statement.matches {
        text.push_str(&format!(
            "\n  line {} {} {}: {}",
            found.ordinal,
            words().amount(&found.amount),
            words().text(&format!("verdict.{}", found.verdict)),
            words().say(&found.reason)
        ));
    }
    text
}

fn watch(folder: Option<&Path>, every: Duration, once: bool, desk: &Desk) -> Result<(), Failure> {
    let config = desk.config()?;
    let folder = folder
        .map(Path::to_owned)
        .or(config.watch.clone())
        .ok_or_else(|| {
            Failure::Asked(
                "no folder to watch; name one, or write `watch` under [desk] in kantor.toml"
                    .to_owned(),
            )
        })?;
    let office = Office::of(&config)?;
    let packs = InstalledPacks::find(config.packs.as_deref());
    let unreadable = |source| Failure::Read {
        path: folder.clone(),
        source,
    };
    let mut watch = Watch::new(&folder).map_err(unreadable)?;
    let mut waiting = queue::InPassing::of(&config);
    let mut told = None;
    for look in 0_u64.. {
        if look > 0 {
            std::thread::sleep(every);
        }
        // What was decided before comes before what comes in now.
        waiting.send(&office, &packs);
        let handled = watch
            .look(|file| import_one(&office, &packs, file, desk.json))
            .map_err(unreadable)?;
        for one in handled {
            match &one.verdict {
                Verdict::Imported | Verdict::Refused(_) => {
                    eprintln!("{} -> {}", one.file.display(), one.now.display());
                    told = None;
                }
                // Said once, not at every look.
                Verdict::Later(why) if told.as_ref() != Some(why) => {
                    eprintln!("{} waits: {why}", one.file.display());
                    told = Some(why.clone());
                }
                Verdict::Later(_) => {}
            }
        }
        if once && look > 0 {
            break;
        }
    }
    Ok(())
}

fn import_one(office: &Office, packs: &dyn BankPacks, file: &Path, json: bool) -> Verdict {
    let outcome = import_statement(office, packs, file, Hints::default());
    let verdict = verdict(&outcome);
    if !matches!(verdict, Verdict::Later(_)) {
        // Nobody reads the report: the file is put away all the same.
        let _ = report(file, &outcome, json);
    }
    verdict
}
