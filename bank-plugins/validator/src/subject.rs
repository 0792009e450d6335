//! What is examined: a library, what is listed about it, its own files and those of others.

use std::path::{Path, PathBuf};

use kantor_plugin_host::{MANIFEST, Manifest, ManifestError};
use kantor_plugin_sdk::corpus::{EXPECTED, File, files};

/// A file with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// For people.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A pack to be examined.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its library.
    pub library: PathBuf,
    /// What its folder lists about it, where it is installed.
    pub manifest: Option<Manifest>,
    /// Its own files; empty when there are none.
    pub corpus: Vec<File>,
    /// Files of other packs, which it must not claim.
    pub others: Vec<Sample>,
}

/// Why there is nothing to examine.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// The folder's manifest does not hold.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The corpus cannot be read.
    #[error("{0}")]
    Corpus(String),
    /// No library is there.
    #[error(
        "there is no bank pack at {}; name a library, the folder of an installed pack, or the \
         folder of a pack's crate after `cargo build`",
        .0.display()
    )]
    NothingThere(PathBuf),
}

impl Subject {
    /// The pack at a path: a library, a folder with `pack.toml` and a library, or a pack's crate
    /// that has been built. Its corpus is looked for beside it, unless it is named.
    ///
    /// # Errors
    /// [`SubjectError`].
    pub fn at(path: &Path, corpus: Option<&Path>) -> Result<Subject, SubjectError> {
        if path.is_file() {
            let folder = path.parent().unwrap_or(Path::new("."));
            return Subject::new(path.to_path_buf(), folder, None, corpus);
        }
        let listed = path.join(MANIFEST).is_file();
        let manifest = listed.then(|| Manifest::of_folder(path)).transpose()?;
        let installed = manifest
            .as_ref()
            .map(|manifest| path.join(&manifest.library))
            .filter(|library| library.is_file());
        match installed {
            Some(library) => Subject::new(library, path, manifest, corpus),
            None => Subject::new(built(path)?, path, None, corpus),
        }
    }

    fn new(
        library: PathBuf,
        folder: &Path,
        manifest: Option<Manifest>,
        corpus: Option<&Path>,
    ) -> Result<Subject, SubjectError> {
        let beside = folder.join("corpus");
        let folder = match corpus {
            Some(folder) => Some(folder),
            None => beside.is_dir().then_some(beside.as_path()),
        };
        let corpus = match folder {
            Some(folder) => files(folder).map_err(SubjectError::Corpus)?,
            None => Vec::new(),
        };
        Ok(Subject {
            library,
            manifest,
            corpus,
            others: Vec::new(),
        })
    }

    /// The files of its corpus that are to be trusted.
    pub(crate) fn good(&self) -> impl Iterator<Item = &File> {
        self.corpus.iter().filter(|file| !file.is_broken())
    }

    /// Its own files as files of others, for the next pack.
    pub fn samples(&self) -> Vec<Sample> {
        self.good()
            .map(|file| Sample {
                name: file.name.clone(),
                bytes: file.bytes.clone(),
            })
            .collect()
    }

    /// Writes down what each file of the corpus says where nothing, or something else, is
    /// expected.
    pub(crate) fn expected(file: &File) -> Result<String, String> {
        std::fs::read_to_string(&file.expected).map_err(|error| {
            format!(
                "{}{EXPECTED} cannot be read ({error}); --accept writes it, then look at it",
                file.name
            )
        })
    }
}

/// The library of a pack's crate, or the file itself.
pub(crate) fn library_of(path: &Path) -> Result<PathBuf, SubjectError> {
    if path.is_file() {
        return Ok(path.to_path_buf());
    }
    built(path)
}

/// The library that cargo built for a pack's crate: the newest in its target folder.
fn built(folder: &Path) -> Result<PathBuf, SubjectError> {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| folder.join("target"), PathBuf::from);
    let is_pack = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| {
                name.starts_with(&format!("{DLL_PREFIX}kantor_pack_")) && name.ends_with(DLL_SUFFIX)
            })
    };
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = ["debug", "release"]
        .iter()
        .filter_map(|profile| std::fs::read_dir(target.join(profile)).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(is_pack)
        .filter(|path| names_folder(path, folder))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    found.sort();
    found
        .pop()
        .map(|(_, path)| path)
        .ok_or_else(|| SubjectError::NothingThere(folder.to_path_buf()))
}

/// Whether a library in a target folder that several crates may share is that of this crate.
fn names_folder(library: &Path, folder: &Path) -> bool {
    let name = std::fs::read_to_string(folder.join("Cargo.toml"))
        .ok()
        .and_then(|text| {
            let line = text
                .lines()
                .find(|line| line.starts_with("name"))?
                .to_owned();
            Some(line.split('"').nth(1)?.replace('-', "_"))
        });
    let (Some(name), Some(file)) = (name, library.file_name().and_then(|file| file.to_str()))
    else {
        return false;
    };
    file.contains(&name)
}
