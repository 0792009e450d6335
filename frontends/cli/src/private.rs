//! Files that only their owner may read: written under a name of their own, and at their place only
//! when they are whole and on the disk.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// A file that is not at its place yet. Dropped without that, it leaves nothing behind.
pub(crate) struct Private<'p> {
    written: NamedTempFile,
    place: &'p Path,
}

impl<'p> Private<'p> {
    /// Begins a new file beside its place; its name ends in `.part`. Nobody else had it open before,
    /// and nobody else may.
    pub(crate) fn begin(place: &'p Path) -> io::Result<Private<'p>> {
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".");
        let written = Builder::new()
            .prefix(&name)
            .suffix(".part")
            .tempfile_in(folder_of(place))?;
        Ok(Private { written, place })
    }

    /// What is written to.
    pub(crate) fn file(&mut self) -> &mut File {
        self.written.as_file_mut()
    }

    /// Puts it at its place, where nothing may stand.
    pub(crate) fn put_new(self) -> io::Result<()> {
        self.written.as_file().sync_all()?;
        self.written.persist_noclobber(self.place)?;
        flush(self.place)
    }

    /// Writes what belongs into it and puts it at its place, whatever stood there: a reader sees
    /// that or this.
    pub(crate) fn put_text(mut self, text: &str) -> io::Result<()> {
        self.file().write_all(text.as_bytes())?;
        self.written.as_file().sync_all()?;
        self.written.persist(self.place)?;
        flush(self.place)
    }
}

/// Writes a file that only its owner may read; what stood there before is replaced as a whole.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    Private::begin(path)?.put_text(text)
}

/// The folder of a plain name is where the program runs.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Only with its folder a name is on the disk, where the system lets a folder be opened for that.
fn flush(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path)) {
        Ok(folder) => folder.sync_all(),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Who holds what stood there before, or had made it, reads nothing of what comes.
    #[test]
    fn a_secret_takes_the_place_of_a_file_and_not_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, held) = (folder.path().join("a.token"), folder.path().join("held"));
        fs::write(&path, "before").unwrap();
        fs::hard_link(&path, &held).unwrap();
        write_private(&path, "secret").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
        assert_eq!(fs::read_to_string(&held).unwrap(), "before");
        // One that is begun and never ended: nothing happened.
        drop(Private::begin(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        #[cfg(unix)]
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn what_is_new_is_put_over_nothing_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.kantor");
        let mut first = Private::begin(&path).unwrap();
        let second = Private::begin(&path).unwrap();
        first.file().write_all(b"first").unwrap();
        first.put_new().unwrap();
        assert!(second.put_new().is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        drop(Private::begin(&path).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }
}
