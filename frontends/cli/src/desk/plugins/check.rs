//! `kantor plugins check`: the conformance kit over one pack, or over all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kantor_desk::{InstalledPacks, Origin, PackInfo, RejectedPack};
use kantor_plugin_validator::{self as kit, Report, Settings, Subject};

use super::super::Failure;
use super::super::output::{print, print_json};

/// What to examine, and how it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The id of a pack, its library, its folder, or the folder of its crate [default: all packs]
    #[arg(value_name = "ID|LIBRARY|FOLDER")]
    target: Option<PathBuf>,
    /// The folder with the pack's own files [default: `corpus` beside the pack]; for packs that
    /// are named by id, or for all, also the folder that holds ID/corpus
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Only this check, such as truncation; may be given several times
    #[arg(long, value_name = "CHECK", value_parser = named)]
    only: Vec<kit::Check>,
    /// Write down what the pack's files say beside them instead of comparing it
    #[arg(long)]
    accept: bool,
    /// Keep the bytes of each first failing case in this folder
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// The folder of the packs [default: the packs beside this program]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// One JSON object a line, one line a pack
    #[arg(long)]
    json: bool,
}

fn named(name: &str) -> Result<kit::Check, String> {
    kit::Check::of_name(name).ok_or_else(|| {
        let names: Vec<&str> = kit::Check::ALL.iter().map(|check| check.name()).collect();
        format!("the checks are {}", names.join(", "))
    })
}

pub(crate) fn run(check: &Check) -> Result<(), Failure> {
    let (subjects, unusable) = subjects(check)?;
    let settings = Settings {
        only: check.only.iter().copied().collect::<BTreeSet<_>>(),
        accept: check.accept,
        ..Settings::default()
    };
    let samples: Vec<_> = subjects.iter().map(Subject::samples).collect();
    let mut failed = 0;
    for (index, mut subject) in subjects.into_iter().enumerate() {
        subject.others = samples
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .flat_map(|(_, samples)| samples.clone())
            .collect();
        let report =
            kit::examine(&subject, &settings).map_err(|error| Failure::Asked(error.to_string()))?;
        if check.json {
            print_json(&report.json())?;
        } else {
            print(&report.text())?;
        }
        if let Some(folder) = &check.save {
            save(folder, &report)?;
        }
        failed += usize::from(!report.passed());
    }
    match (failed, unusable) {
        (0, 0) => Ok(()),
        (0, unusable) => Err(Failure::Asked(format!(
            "{unusable} packs cannot be used; the reasons stand above"
        ))),
        (failed, _) => Err(Failure::Asked(format!(
            "{failed} packs do not keep the plugin contract; the first failing cases stand above"
        ))),
    }
}

/// What is to be examined, and how many packs cannot be: those are named at once.
fn subjects(check: &Check) -> Result<(Vec<Subject>, usize), Failure> {
    let corpus = check.corpus.as_deref();
    if let Some(target) = &check.target
        && (target.exists() || target.components().count() > 1)
    {
        let subject = Subject::at(target, corpus);
        return Ok((vec![subject.map_err(no_subject)?], 0));
    }
    let packs = InstalledPacks::find(check.packs.as_deref());
    let mut subjects = Vec::new();
    for pack in packs.packs() {
        let wanted = |target: &PathBuf| target.as_os_str() == pack.facts.id.as_str();
        if check.target.as_ref().is_none_or(wanted) {
            subjects.push(subject_of(pack, corpus).map_err(no_subject)?);
        }
    }
    if let Some(target) = check.target.as_ref().filter(|_| subjects.is_empty()) {
        return Err(Failure::Asked(format!(
            "there is no pack `{}` and no file of that name; `kantor plugins list` shows the packs",
            target.display()
        )));
    }
    let rejected = if check.target.is_none() {
        packs.rejected()
    } else {
        &[]
    };
    for RejectedPack { path, reason } in rejected {
        eprintln!("{}: {reason}", path.display());
    }
    if subjects.is_empty() && rejected.is_empty() {
        return Err(Failure::Asked(
            "there are no bank packs; build the whole workspace, or name their folder with --packs"
                .to_owned(),
        ));
    }
    Ok((subjects, rejected.len()))
}

fn no_subject(error: kit::SubjectError) -> Failure {
    Failure::Asked(error.to_string())
}

/// A pack that the desk has, with the corpus that is meant for it.
fn subject_of(pack: &PackInfo, corpus: Option<&Path>) -> Result<Subject, kit::SubjectError> {
    let path = match pack.origin {
        Origin::Installed | Origin::InstalledWithSignature => {
            pack.library.parent().unwrap_or(&pack.library)
        }
        Origin::Development => &pack.library,
    };
    let corpus = corpus.map(|folder| {
        let of_pack = folder.join(&pack.facts.id).join("corpus");
        if of_pack.is_dir() {
            of_pack
        } else {
            folder.to_path_buf()
        }
    });
    Subject::at(path, corpus.as_deref())
}

/// Puts the bytes of the failing cases into files that are named after check and pack.
fn save(folder: &Path, report: &Report) -> Result<(), Failure> {
    for (check, failure) in report.failures() {
        let Some(bytes) = &failure.bytes else {
            continue;
        };
        let path = folder.join(format!("{}-{}.bin", report.facts.id, check.name()));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, bytes))
            .map_err(|error| {
                Failure::Asked(format!(
                    "{} cannot be written ({error}); name a folder of yours with --save",
                    path.display()
                ))
            })?;
        eprintln!("kept {}", path.display());
    }
    Ok(())
}
