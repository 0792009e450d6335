//! Exactly one server process owns a database file for writing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::OpenError;

/// The ownership of a database: an operating system's lock on `<database>.lock`, which ends with
/// the process however it ends. The file itself stays; it holds the owner's process number.
pub(super) struct Owner {
    _locked: File,
}

impl Owner {
    /// Takes the database, or says who has it.
    pub(super) fn take(database: &Path) -> Result<Owner, OpenError> {
        // Whatever link leads to it, it is one file with one owner.
        let file = database.canonicalize();
        let path = lock_path(file.as_deref().unwrap_or(database));
        let failed = |source| OpenError::LockFile {
            path: path.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse {
                    path: database.to_path_buf(),
                    owner: read_owner(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        write_owner(&mut file).map_err(failed)?;
        Ok(Owner { _locked: file })
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// The process number is a help for people only: where it cannot be read it is left out.
fn read_owner(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_owner(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}
