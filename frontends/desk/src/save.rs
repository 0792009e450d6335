//! Files written so that a crash leaves either the whole file or none, and never over another file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Another file has the name already.
    #[error(
        "{path} exists and holds something else; nothing was written. Move that file away, or choose another folder, and save again"
    )]
    Occupied {
        /// The file that stands there.
        path: PathBuf,
    },
    /// The name is not one for a file.
    #[error(
        "`{name}` is not a file name; nothing was written. Tell the maker of the pack that named the file so"
    )]
    Name {
        /// What was to be the name.
        name: String,
    },
    /// The disk said no.
    #[error(
        "{path} could not be written ({source}); choose another folder or make room, and save again"
    )]
    Disk {
        /// The file.
        path: PathBuf,
        /// The system's word for it.
        source: io::Error,
    },
}

/// Saves bytes under a name in a folder: first whole and flushed under a temporary name, then
/// renamed. The same bytes under the same name are left alone, other bytes are refused.
pub fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, SaveError> {
    if !is_file_name(name) {
        return Err(SaveError::Name {
            name: name.to_owned(),
        });
    }
    let path = folder.join(name);
    match fs::read(&path) {
        Ok(there) if there == bytes => return Ok(path),
        Ok(_) => return Err(SaveError::Occupied { path }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(SaveError::Disk { path, source }),
    }
    match replace(&path, bytes) {
        Ok(()) => Ok(path),
        Err(source) => Err(SaveError::Disk { path, source }),
    }
}

/// Saves bytes at a path, whatever stood there before: a reader sees the old file or the new one.
pub fn save_over(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    replace(path, bytes).map_err(|source| SaveError::Disk {
        path: path.to_owned(),
        source,
    })
}

/// Puts bytes at a path, whatever stood there before: the reader sees the old file or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // The folder of a plain name is where the program runs.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".part");
    let temporary = PathBuf::from(temporary);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if let Err(error) = written {
        // The half of a file is worth nothing; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    flush(folder);
    Ok(())
}

/// What was renamed in a folder stays so when the power goes.
pub(crate) fn flush(folder: &Path) {
    // A folder can be flushed on Unix only; elsewhere the rename is already durable.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// One plain component that every file system takes.
fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && !name
            .chars()
            .any(|c| c.is_control() || "/\\:*?\"<>|".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_absent_and_never_over_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = save(folder.path(), "a.txt", b"one").expect("saved");
        assert_eq!(fs::read(&path).expect("read"), b"one");
        assert_eq!(save(folder.path(), "a.txt", b"one").expect("same"), path);
        assert!(matches!(
            save(folder.path(), "a.txt", b"two"),
            Err(SaveError::Occupied { .. })
        ));
        assert_eq!(fs::read(&path).expect("read"), b"one");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "", ".", "..", "../a", "a/b", "a\\b", "C:a", "a\n", ".hidden",
        ] {
            assert!(
                matches!(save(folder.path(), name, b"x"), Err(SaveError::Name { .. })),
                "{name:?}"
            );
        }
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 0);
    }
}
