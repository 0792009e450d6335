//! From a pack's crate to a folder that a desk can install: library, manifest, profiles, corpus.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use kantor_plugin_host::{Limits, MANIFEST, PackError, PackFacts, Session, sha256};
use kantor_plugin_sdk::abi;

use crate::subject::{SubjectError, library_of};

/// What lies beside a pack's source and goes with the library.
const PROFILE: &str = "profile.toml";
const NOTES: &str = "NOTES.md";
const CORPUS: &str = "corpus";

/// Why there is nothing to install.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The crate has no library yet.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The library is no usable pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The folder is there already.
    #[error(
        "{} is there already; remove it, or name another folder with --out: an installed pack is \
         replaced whole and never mixed",
        .0.display()
    )]
    Exists(PathBuf),
    /// A file cannot be written.
    #[error("{} cannot be written ({source}); choose a folder of yours with --out", .path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Makes the folder `out/ID` of the pack that was built in `folder`, and says where it is.
///
/// The manifest is written from what the library says of itself, asked in a sandboxed child, and
/// from its hash; what stands in a `pack.toml` beside the source is not copied.
///
/// # Errors
/// [`SealError`]. What is there already is never touched.
pub fn seal(folder: &Path, out: &Path, child: Option<PathBuf>) -> Result<PathBuf, SealError> {
    let library = library_of(folder)?;
    let facts = Session::open(child, &library, Limits::default())?
        .facts()
        .clone();
    let sealed = out.join(&facts.id);
    if sealed.exists() {
        return Err(SealError::Exists(sealed));
    }
    let unwritable = |path: &Path| {
        let path = path.to_path_buf();
        move |source| SealError::Unwritable { path, source }
    };
    fs::create_dir_all(&sealed).map_err(unwritable(&sealed))?;
    let copied = |name: &str| -> Result<bool, SealError> {
        let from = folder.join(name);
        let there = from.exists();
        if there {
            copy(&from, &sealed.join(name)).map_err(unwritable(&sealed.join(name)))?;
        }
        Ok(there)
    };
    let with_profile = copied(PROFILE)?;
    let with_corpus = copied(CORPUS)?;
    copied(NOTES)?;
    let name = library
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let placed = sealed.join(&name);
    fs::copy(&library, &placed).map_err(unwritable(&placed))?;
    let hash = sha256(&placed).map_err(unwritable(&placed))?;
    let manifest = manifest(&facts, &name, &hash, with_profile, with_corpus);
    let path = sealed.join(MANIFEST);
    fs::write(&path, manifest).map_err(unwritable(&path))?;
    Ok(sealed)
}

fn manifest(facts: &PackFacts, library: &str, hash: &str, profile: bool, corpus: bool) -> String {
    let text = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let list = |words: &mut dyn Iterator<Item = &str>| {
        let words: Vec<String> = words.map(text).collect();
        format!("[{}]", words.join(", "))
    };
    let writes = facts.writes.iter().map(|format| format.format.as_str());
    let formats = list(&mut facts.reads.iter().map(String::as_str).chain(writes));
    let banks = list(&mut facts.banks.iter().map(String::as_str));
    let mut out = format!(
        "id = {}\nversion = {}\nabi = {}\nlibrary = {}\nsha256 = {}\nbanks = {banks}\nformats = \
         {formats}\n",
        text(&facts.id),
        text(&facts.version),
        abi::MAJOR,
        text(library),
        text(hash),
    );
    // Writing to a string does not fail.
    if profile {
        let _ = writeln!(out, "profiles = [{}]", text(PROFILE));
    }
    if corpus {
        let _ = writeln!(out, "corpus = {}", text(CORPUS));
    }
    out
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
