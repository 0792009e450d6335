//! Finding packs: development packs beside the executable, installed packs in their folders.

use std::fs;
use std::path::{Path, PathBuf};

use crate::host::{Host, RejectedPack, Rejection, Settings};
use crate::manifest::{MANIFEST, Manifest};
use crate::{Origin, PackError};

/// A library that may be a pack.
pub(crate) struct Candidate {
    pub(crate) library: PathBuf,
    pub(crate) origin: Origin,
    pub(crate) manifest: Option<Manifest>,
}

/// Looks at every candidate. What cannot be used is not lost: it is listed with its reason.
pub(crate) fn discover(host: &mut Host, settings: &Settings) {
    if let Some(folder) = &settings.installed {
        for folder in folders(folder) {
            match Manifest::of_folder(&folder) {
                Ok(manifest) => {
                    let candidate = Candidate {
                        library: folder.join(&manifest.library),
                        origin: match manifest.signature {
                            Some(_) => Origin::InstalledWithSignature,
                            None => Origin::Installed,
                        },
                        manifest: Some(manifest),
                    };
                    look_at(host, candidate);
                }
                Err(error) => host.reject(folder.join(MANIFEST), error.into()),
            }
        }
    }
    for library in development(&settings.development) {
        look_at(
            host,
            Candidate {
                library,
                origin: Origin::Development,
                manifest: None,
            },
        );
    }
}

fn look_at(host: &mut Host, candidate: Candidate) {
    let library = candidate.library.clone();
    match host.describe(candidate) {
        Ok(pack) => {
            if let Some(other) = host.find(pack.id()) {
                let (id, other) = (pack.id().to_owned(), other.info.library.clone());
                host.reject(library, Rejection::SameId { id, other });
            } else {
                host.accept(pack);
            }
        }
        Err(rejection) => host.reject(library, rejection),
    }
}

/// The folders inside a folder that hold a manifest, in the order of their names.
fn folders(folder: &Path) -> Vec<PathBuf> {
    listed(folder, |path| path.join(MANIFEST).is_file())
}

/// Libraries that carry the name of a development pack; where two folders hold the same name,
/// the first.
fn development(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in folders {
        for library in listed(folder, is_development_pack) {
            if !found
                .iter()
                .any(|other| other.file_name() == library.file_name())
            {
                found.push(library);
            }
        }
    }
    found
}

/// `libkantor_pack_*.so`, in the words of the system.
fn is_development_pack(path: &Path) -> bool {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    path.file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.strip_prefix(DLL_PREFIX))
        .and_then(|name| name.strip_suffix(DLL_SUFFIX))
        .is_some_and(|name| name.starts_with("kantor_pack_"))
}

fn listed(folder: &Path, keep: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| keep(path))
        .collect();
    found.sort();
    found
}

impl Host {
    fn reject(&mut self, path: PathBuf, reason: Rejection) {
        self.rejected.push(RejectedPack { path, reason });
    }
}

impl From<PackError> for Rejection {
    fn from(error: PackError) -> Rejection {
        Rejection::Pack(error)
    }
}
