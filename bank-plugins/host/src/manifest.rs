//! Installed packs: a folder with `pack.toml`, which lists the library and its hash. An installed
//! desk loads nothing that is not listed.
//!
//! ```toml
//! id = "mbank"
//! version = "1.2.0"
//! abi = 1
//! library = "libkantor_pack_mbank.so"
//! sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//! banks = ["mbank"]
//! formats = ["MT940", "elixir0"]
//! profiles = ["profile.toml"]
//! corpus = "corpus"
//! signature = "pack.sig"
//! ```
//!
//! `abi`, `profiles`, `corpus` and `signature` may be left out. A signature is a file of its own,
//! over the bytes of `pack.toml`, which lists the library's hash. This version makes and checks
//! none: a pack without one is shown as unsigned, and one that names one as not checked.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use kantor_plugin_sdk::abi;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::PackFacts;

/// The file that makes a folder a pack.
pub const MANIFEST: &str = "pack.toml";

/// What `pack.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The pack's id.
    pub id: String,
    /// The pack's version.
    pub version: String,
    /// The library's file name, in the same folder.
    pub library: String,
    /// Of the library's bytes, in hexadecimal.
    pub sha256: String,
    /// Ids of the banks that it knows.
    pub banks: Vec<String>,
    /// Formats that it reads and writes.
    pub formats: Vec<String>,
    /// The major version of the plugin contract that it speaks.
    #[serde(default)]
    pub abi: Option<u32>,
    /// The file names of its profiles, in the same folder: what it was built from, for people.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// The folder with its own files, in the same folder; `kantor plugins check` reads them.
    #[serde(default)]
    pub corpus: Option<String>,
    /// The file name of its detached signature, in the same folder.
    #[serde(default)]
    pub signature: Option<String>,
}

/// Why a folder is not a pack that may be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// `pack.toml` or the library cannot be read.
    #[error("{} cannot be read: {source}; install the pack again", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `pack.toml` is not what it should be.
    #[error("{} is no manifest of a pack: {reason}; install the pack again", .path.display())]
    NotAManifest {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Something that is listed is not in the pack's own folder.
    #[error(
        "{} names {what} `{file}`, which is not a plain file name; install the pack again",
        .path.display()
    )]
    Elsewhere {
        /// Which manifest.
        path: PathBuf,
        /// `the library`, `the profile`, `the corpus`, `the signature`.
        what: &'static str,
        /// What it names.
        file: String,
    },
    /// Something that is listed is not there.
    #[error("{} names {what} `{file}`, which is not there; install the pack again", .path.display())]
    Missing {
        /// Which manifest.
        path: PathBuf,
        /// `the profile`, `the corpus`, `the signature`.
        what: &'static str,
        /// What it names.
        file: String,
    },
    /// It speaks another major version of the contract.
    #[error(
        "{} lists version {found} of the plugin contract and this program speaks version {ours}; \
         install a pack for version {ours}, or a newer program",
        .path.display()
    )]
    OtherMajor {
        /// Which manifest.
        path: PathBuf,
        /// What it lists.
        found: u32,
        /// What we speak.
        ours: u32,
    },
    /// The library is not the one that was listed.
    #[error(
        "{} was changed since it was installed: its sha-256 is {found}, and {expected} is listed; \
         do not use it, and install the pack again",
        .path.display()
    )]
    HashDiffers {
        /// Which library.
        path: PathBuf,
        /// What is listed.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The library says something else of itself than its manifest does.
    #[error(
        "{} lists {what} `{expected}` and the library says `{found}`; install the pack again",
        .path.display()
    )]
    Contradiction {
        /// Which manifest.
        path: PathBuf,
        /// `the id`, `the version`, `the banks`, `the formats`.
        what: &'static str,
        /// What is listed.
        expected: String,
        /// What the library says.
        found: String,
    },
}

impl Manifest {
    /// Reads the manifest of a folder, and checks what can be checked without loading.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn of_folder(folder: &Path) -> Result<Manifest, ManifestError> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(|source| ManifestError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let manifest: Manifest =
            toml::from_str(&text).map_err(|error| ManifestError::NotAManifest {
                path: path.clone(),
                reason: error.message().to_owned(),
            })?;
        manifest.check_names(folder, &path)?;
        Ok(manifest)
    }

    /// Everything that is listed lies in the pack's own folder, and is there. The library is
    /// looked at, with its hash, before each call.
    fn check_names(&self, folder: &Path, path: &Path) -> Result<(), ManifestError> {
        let path = || path.to_path_buf();
        if let Some(found) = self.abi.filter(|abi| *abi != abi::MAJOR) {
            let ours = abi::MAJOR;
            let path = path();
            return Err(ManifestError::OtherMajor { path, found, ours });
        }
        let beside = self
            .profiles
            .iter()
            .map(|file| ("the profile", file))
            .chain(self.corpus.iter().map(|file| ("the corpus", file)))
            .chain(self.signature.iter().map(|file| ("the signature", file)));
        let library = std::iter::once(("the library", &self.library));
        for (what, file) in library.chain(beside.clone()) {
            if Path::new(file).file_name() != Some(OsStr::new(file)) {
                let (path, file) = (path(), file.clone());
                return Err(ManifestError::Elsewhere { path, what, file });
            }
        }
        for (what, file) in beside {
            if !folder.join(file).exists() {
                let (path, file) = (path(), file.clone());
                return Err(ManifestError::Missing { path, what, file });
            }
        }
        Ok(())
    }

    /// Whether the library still is the one that was listed. Looked at before each call.
    ///
    /// # Errors
    /// [`ManifestError::HashDiffers`], or [`ManifestError::Unreadable`].
    pub fn check_library(&self, library: &Path) -> Result<(), ManifestError> {
        let found = sha256(library).map_err(|source| ManifestError::Unreadable {
            path: library.to_path_buf(),
            source,
        })?;
        if found.eq_ignore_ascii_case(&self.sha256) {
            return Ok(());
        }
        Err(ManifestError::HashDiffers {
            path: library.to_path_buf(),
            expected: self.sha256.clone(),
            found,
        })
    }

    /// Whether the library says of itself what the manifest says.
    ///
    /// # Errors
    /// [`ManifestError::Contradiction`], with the first fact that differs.
    pub fn check_facts(&self, folder: &Path, facts: &PackFacts) -> Result<(), ManifestError> {
        let formats: Vec<&str> = facts
            .reads
            .iter()
            .map(String::as_str)
            .chain(facts.writes.iter().map(|format| format.format.as_str()))
            .collect();
        let pairs = [
            ("the id", self.id.clone(), facts.id.clone()),
            ("the version", self.version.clone(), facts.version.clone()),
            ("the banks", self.banks.join(" "), facts.banks.join(" ")),
            ("the formats", self.formats.join(" "), formats.join(" ")),
        ];
        for (what, expected, found) in pairs {
            if expected != found {
                return Err(ManifestError::Contradiction {
                    path: folder.join(MANIFEST),
                    what,
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }
}

/// The sha-256 of a file's bytes in hexadecimal, as `pack.toml` lists it.
///
/// # Errors
/// What the system said.
pub fn sha256(file: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(file)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => break,
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
    Ok(hash
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
}
