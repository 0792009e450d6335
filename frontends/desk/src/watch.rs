//! A folder into which a bank's program or a person puts statement files: each new file is
//! imported once it has come to rest, then moved to `done/`, or to `refused/` beside a text that
//! says why. A file is never deleted, and stays where it is as long as the office does not answer.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::save::replace;

/// Where files go that were imported.
pub const DONE: &str = "done";
/// Where files go that were refused.
pub const REFUSED: &str = "refused";

/// What became of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The office has it.
    Imported,
    /// It cannot be imported; the text says what happened, why and what to do.
    Refused(String),
    /// The office cannot be asked now; the file waits where it is.
    Later(String),
}

/// What was done with one file, for whoever watches the watcher.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handled {
    /// The file as it lay in the folder.
    pub file: PathBuf,
    /// Where it lies now.
    pub now: PathBuf,
    /// What became of it.
    pub verdict: Verdict,
}

/// The state of a file between two looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Look {
    length: u64,
    changed: Option<SystemTime>,
}

type Listing = BTreeMap<PathBuf, Look>;

/// Watches one folder by looking at it again and again.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: Listing,
}

impl Watch {
    /// Watches a folder; makes it when it is not there.
    pub fn new(folder: &Path) -> io::Result<Watch> {
        fs::create_dir_all(folder)?;
        Ok(Watch {
            folder: folder.to_owned(),
            seen: Listing::new(),
        })
    }

    /// Looks once. Files that did not change since the look before are imported, in the order of
    /// their names; the caller waits between looks.
    pub fn look(&mut self, mut import: impl FnMut(&Path) -> Verdict) -> io::Result<Vec<Handled>> {
        let now = list(&self.folder)?;
        let mut handled = Vec::new();
        for file in at_rest(&self.seen, &now) {
            let verdict = import(&file);
            handled.push(self.put_away(file, verdict)?);
        }
        self.seen = now;
        Ok(handled)
    }

    fn put_away(&self, file: PathBuf, verdict: Verdict) -> io::Result<Handled> {
        let now = match &verdict {
            Verdict::Imported => move_to(&self.folder.join(DONE), &file)?,
            Verdict::Refused(why) => {
                let folder = self.folder.join(REFUSED);
                let now = free_place(&folder, &file);
                // The reason first: a refused file without a reason would be a riddle.
                replace(&with_suffix(&now, ".txt"), format!("{why}\n").as_bytes())?;
                fs::rename(&file, &now)?;
                now
            }
            Verdict::Later(_) => file.clone(),
        };
        Ok(Handled { file, now, verdict })
    }
}

/// The files that are the same at two looks: nobody writes into them any more.
fn at_rest(before: &Listing, now: &Listing) -> Vec<PathBuf> {
    now.iter()
        .filter(|(path, look)| before.get(*path) == Some(look))
        .map(|(path, _)| path.clone())
        .collect()
}

/// Plain files of the folder, without hidden ones and those that a program is still writing.
fn list(folder: &Path) -> io::Result<Listing> {
    let mut listing = Listing::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A file may be gone between the list and the look; then it is simply not there.
        let Ok(facts) = fs::metadata(&path) else {
            continue;
        };
        if facts.is_file() && !is_unfinished(&path) {
            listing.insert(
                path,
                Look {
                    length: facts.len(),
                    changed: facts.modified().ok(),
                },
            );
        }
    }
    Ok(listing)
}

fn is_unfinished(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    name.starts_with('.')
        || [".part", ".tmp", ".crdownload", ".partial", "~"]
            .iter()
            .any(|end| name.ends_with(end))
}

fn move_to(folder: &Path, file: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let now = free_place(folder, file);
    fs::rename(file, &now)?;
    Ok(now)
}

/// A name in the folder that nothing has yet: `a.sta`, `a.sta.2`, `a.sta.3`...
fn free_place(folder: &Path, file: &Path) -> PathBuf {
    let wanted = folder.join(file.file_name().unwrap_or_default());
    let taken = |path: &Path| path.exists() || with_suffix(path, ".txt").exists();
    if !taken(&wanted) {
        return wanted;
    }
    (2_u64..)
        .map(|count| with_suffix(&wanted, &format!(".{count}")))
        .find(|path| !taken(path))
        .unwrap_or(wanted)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(suffix);
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .map(|entries| {
                entries
                    .map(|entry| {
                        entry
                            .expect("an entry")
                            .file_name()
                            .to_string_lossy()
                            .into_owned()
                    })
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_imported_once_it_rests() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::new(folder.path()).expect("a watch");
        let file = folder.path().join("a.sta");
        fs::write(&file, "half").expect("written");
        let never = |_: &Path| -> Verdict { panic!("the file is still being written") };
        assert_eq!(watch.look(never).expect("a look"), []);
        fs::write(&file, "half and the rest").expect("written");
        assert_eq!(watch.look(never).expect("a look"), []);
        let handled = watch.look(|_| Verdict::Imported).expect("a look");
        assert_eq!(handled.len(), 1);
        assert_eq!(names(&folder.path().join(DONE)), ["a.sta"]);
        assert_eq!(names(folder.path()), ["done"]);
    }

    #[test]
    fn a_refused_file_lies_beside_its_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::new(folder.path()).expect("a watch");
        for round in 0..2 {
            fs::write(folder.path().join("a.sta"), format!("round {round}")).expect("written");
            watch.look(|_| Verdict::Imported).expect("a look");
            watch
                .look(|_| Verdict::Refused(format!("no {round}")))
                .expect("a look");
        }
        let refused = folder.path().join(REFUSED);
        assert_eq!(
            names(&refused),
            ["a.sta", "a.sta.2", "a.sta.2.txt", "a.sta.txt"]
        );
        assert_eq!(
            fs::read_to_string(refused.join("a.sta.2.txt")).expect("read"),
            "no 1\n"
        );
    }

    #[test]
    fn a_file_waits_while_the_office_is_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::new(folder.path()).expect("a watch");
        fs::write(folder.path().join("a.sta"), "x").expect("written");
        let mut asked = 0;
        for _ in 0..3 {
            watch
                .look(|_| {
                    asked += 1;
                    Verdict::Later("away".to_owned())
                })
                .expect("a look");
        }
        assert_eq!(asked, 2);
        assert_eq!(names(folder.path()), ["a.sta"]);
    }

    #[test]
    fn hidden_and_unfinished_files_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::new(folder.path()).expect("a watch");
        for name in [".a", "b.part", "c.TMP", "d.crdownload"] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        for _ in 0..2 {
            assert_eq!(
                watch.look(|_| Verdict::Imported).expect("a look"),
                Vec::new()
            );
        }
    }
}
