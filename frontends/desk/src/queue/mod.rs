//! The offline queue: what a cashier decided while the office could not be seen, kept in a folder
//! of the desk until the office has answered.
//!
//! ```text
//! 000003.json   waits: one act a file, written whole and synced, in the order of its number
//! 000003.tried  it was sent at least once, and no answer is known
//! done/         carried out, with the office's answer beside it
//! refused/      refused, with the office's reason beside it: a person decides
//! dropped/      a person decided that it is not to be done, with his reason
//! files/        bytes of statement files, by their SHA-256
//! seen.json     what this desk saw of orders, lines and imports: what an act may be decided on
//! lock, sending held while the folder is changed, and while it is sent
//! ```
//!
//! Nothing is deleted. Each act has the idempotency key that it was given when it was queued, so that
//! it is one act however often it is sent; and it names what was seen of the thing it acts on, so
//! that the office does nothing where that has changed.

mod act;
mod error;
mod memory;
mod send;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use act::{QueuedAct, QueuedAsk};
pub use error::QueueError;
pub use memory::Sight;
pub use send::{Fate, Handed, Report};

use crate::import::parse;
use crate::keys::ActKey;
use crate::save::{flush, replace};
use crate::{BankPacks, DONE, DeskConfig, Hints, ImportError, Office, REFUSED};
use memory::Memory;

const DROPPED: &str = "dropped";
const FILES: &str = "files";

/// What a cashier wants done when the office is back. Only what stays right when it comes later:
/// nothing at a rate, nothing that sends a batch out, nothing about people or keys.
#[derive(Clone, Copy, Debug)]
pub enum Wish<'a> {
    /// Cancel an order, named by reference or id.
    Cancel {
        /// The order.
        order: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Send an order's money back to the account that paid.
    Refund {
        /// The order.
        order: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// An open line pays an order.
    Allocate {
        /// The office account, by number or id.
        account: &'a str,
        /// The line's place in it.
        ordinal: u64,
        /// The order.
        order: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// An open line is nobody's order.
    Book {
        /// The office account, by number or id.
        account: &'a str,
        /// The line's place in it.
        ordinal: u64,
        /// Where it is booked to.
        ledger_account: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Take back what a file brought, named by its SHA-256.
    Undo {
        /// The file.
        file: &'a str,
        /// Why.
        reason: &'a str,
    },
}

/// Where an act of the queue stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// It was never sent.
    Waiting,
    /// It was sent, and what became of it is not known: it is sent again, as the same act.
    Unknown,
    /// Its file was torn or changed; it is not sent, and a person decides.
    Damaged,
    /// The office refused it; a person decides.
    Refused,
    /// The office did it.
    Done,
    /// A person decided that it is not to be done.
    Dropped,
}

impl Standing {
    /// A stable word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Unknown => "unknown",
            Standing::Damaged => "damaged",
            Standing::Refused => "refused",
            Standing::Done => "done",
            Standing::Dropped => "dropped",
        }
    }
}

/// One act of the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its number, the place in the order in which acts were queued.
    pub number: u64,
    /// Where it stands.
    pub standing: Standing,
    /// The act; `None` when its file was torn or changed.
    pub act: Option<QueuedAct>,
    /// Why it stands there, when there is something to say.
    pub why: Option<String>,
    /// Its file.
    pub path: PathBuf,
}

/// The queue of one desk. Several programs may have it at once.
#[derive(Clone, Debug)]
pub struct Queue {
    folder: PathBuf,
}

impl Queue {
    /// The queue in a folder, which is made when something is put into it.
    pub fn at(folder: &Path) -> Queue {
        Queue {
            folder: folder.to_owned(),
        }
    }

    /// The queue of a configuration, if it names a folder for it.
    pub fn of(config: &DeskConfig) -> Option<Queue> {
        config.queue.as_deref().map(Queue::at)
    }

    /// Where the queue is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps an act until the office has answered it. Asks the office nothing. Refused when this desk
    /// has not seen what it acts on, or when another act on the same thing waits: the second is
    /// decided when the first has come out.
    pub fn add(&self, office: &Office, wish: &Wish<'_>) -> Result<QueuedAct, QueueError> {
        let _lock = self.lock()?;
        let memory = Memory::load(&self.folder);
        self.keep(office, &memory, memory.draft(wish)?)
    }

    /// Keeps a statement file until the office has taken it in. A pack reads it at once: what is
    /// wrong with it is told now, not hours later. Nothing else needs to have been seen, because
    /// lines that the office has by then are known.
    pub fn add_file(
        &self,
        office: &Office,
        packs: &dyn BankPacks,
        path: &Path,
        hints: Hints<'_>,
    ) -> Result<QueuedAct, QueueError> {
        let bytes = fs::read(path).map_err(|source| ImportError::File {
            path: path.to_owned(),
            source,
        })?;
        parse(packs, path, &bytes, hints)?;
        let file = act::sha256(&bytes);
        let _lock = self.lock()?;
        // The bytes first: an act without them could not be carried out.
        self.write(&self.folder.join(FILES).join(&file), &bytes)?;
        let draft = act::Draft::of_file(file, path, hints);
        self.keep(office, &Memory::load(&self.folder), draft)
    }

    /// Gives an act its number and its key, and writes it down; the folder is locked.
    fn keep(
        &self,
        office: &Office,
        memory: &Memory,
        draft: act::Draft,
    ) -> Result<QueuedAct, QueueError> {
        let (by, of) = memory.holder(office.holder())?;
        for entry in self.open()? {
            let about = |act: &QueuedAct| draft.about.iter().any(|it| act.about.contains(it));
            if entry.act.as_ref().is_some_and(about) {
                let number = entry.number;
                return Err(QueueError::Waits { number });
            }
        }
        let act = QueuedAct {
            number: self.next_number()?,
            key: ActKey::fresh()?.as_str().to_owned(),
            queued_at: act::now(),
            office: of,
            by,
            what: draft.what,
            about: draft.about,
            ask: draft.ask,
        };
        self.write(&self.file_of(act.number), &act.to_bytes())?;
        Ok(act)
    }

    /// What has not come out yet and what a person has to decide about, in order; with `all`, also
    /// what is over.
    pub fn list(&self, all: bool) -> Result<Vec<Entry>, QueueError> {
        let mut entries = self.open()?;
        entries.extend(self.over(REFUSED, Standing::Refused)?);
        if all {
            entries.extend(self.over(DONE, Standing::Done)?);
            entries.extend(self.over(DROPPED, Standing::Dropped)?);
        }
        entries.sort_by_key(|entry| (entry.number, entry.standing));
        Ok(entries)
    }

    /// Decides that an act which waits or was refused is not to be done. It is kept, with the reason.
    pub fn drop(&self, number: u64, reason: &str) -> Result<Entry, QueueError> {
        // One that is on its way to the office cannot be dropped.
        let _sending = self.sending()?;
        let mut open = self.open()?;
        open.extend(self.over(REFUSED, Standing::Refused)?);
        let entry = open.into_iter().find(|entry| entry.number == number);
        let entry = entry.ok_or(QueueError::NoAct { number })?;
        let mut why = format!("dropped: {reason}\n");
        match (entry.standing, &entry.why) {
            (Standing::Unknown, _) => why.push_str(
                "It was sent and its answer got lost: look whether the office has done it.\n",
            ),
            (_, Some(before)) => why.push_str(&format!("before: {before}\n")),
            (_, None) => {}
        }
        let path = self.put_away(&entry, DROPPED, "txt", why.as_bytes())?;
        Ok(Entry {
            standing: Standing::Dropped,
            why: Some(why.trim_end().to_owned()),
            path,
            ..entry
        })
    }

    /// Remembers what was seen at the office, so that acts can be decided on it while the office
    /// cannot be seen.
    pub fn remember(&self, office: &Office, sight: Sight<'_>) -> Result<(), QueueError> {
        let known = Memory::load(&self.folder).holder(office.holder()).is_ok();
        // Asked once for each key, before the folder is locked.
        let seen = if known { None } else { Some(office.office()?) };
        let _lock = self.lock()?;
        let mut memory = Memory::load(&self.folder);
        if let Some(seen) = seen {
            memory.meet(office.holder(), &seen);
        }
        memory.take(sight);
        match memory.changed_bytes(&self.folder) {
            Some(bytes) => self.write(&memory::file(&self.folder), &bytes),
            None => Ok(()),
        }
    }

    /// The acts that have not come out yet.
    fn open(&self) -> Result<Vec<Entry>, QueueError> {
        let numbers = self.numbers(&self.folder)?;
        Ok(numbers
            .into_iter()
            .map(|number| self.open_entry(number))
            .collect())
    }

    fn open_entry(&self, number: u64) -> Entry {
        let path = self.file_of(number);
        let standing = if self.tried(number).exists() {
            Standing::Unknown
        } else {
            Standing::Waiting
        };
        let read = fs::read(&path).map_err(|error| error.to_string());
        match read.and_then(|bytes| QueuedAct::from_bytes(&bytes, number)) {
            Ok(act) => Entry {
                number,
                standing,
                act: Some(act),
                why: None,
                path,
            },
            Err(what) => Entry {
                number,
                standing: Standing::Damaged,
                act: None,
                why: Some(format!(
                    "{}: {what}; it is kept and not sent. Find out what it was, do that anew, then `kantor queue drop {number} --reason ...`",
                    path.display()
                )),
                path,
            },
        }
    }

    /// The acts of a folder in which nothing changes any more.
    fn over(&self, name: &str, standing: Standing) -> Result<Vec<Entry>, QueueError> {
        let folder = self.folder.join(name);
        let numbers = self.numbers(&folder)?;
        let entry = |number: u64| {
            let path = folder.join(file_name(number));
            let act = fs::read(&path).ok();
            let why = fs::read_to_string(path.with_extension("txt"));
            Entry {
                number,
                standing,
                act: act.and_then(|bytes| QueuedAct::from_bytes(&bytes, number).ok()),
                why: why.ok().map(|why| why.trim_end().to_owned()),
                path,
            }
        };
        Ok(numbers.into_iter().map(entry).collect())
    }

    /// The numbers of the acts in a folder.
    fn numbers(&self, folder: &Path) -> Result<BTreeSet<u64>, QueueError> {
        let failed = |source| QueueError::disk(folder, source);
        let listing = match fs::read_dir(folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut numbers = BTreeSet::new();
        for entry in listing {
            let name = entry.map_err(failed)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".json"));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        Ok(numbers)
    }

    /// One more than any act ever had. Looks through what is over as well: a desk queues hundreds of
    /// acts in a year, and a listing costs less than the sync that follows.
    fn next_number(&self) -> Result<u64, QueueError> {
        let mut last = 0;
        for name in ["", DONE, REFUSED, DROPPED] {
            let numbers = self.numbers(&self.folder.join(name))?;
            last = numbers.last().copied().unwrap_or(0).max(last);
        }
        Ok(last.saturating_add(1))
    }

    /// Moves an act to where it stays, after what there is to say of it: an act that is over without
    /// a word would be a riddle.
    fn put_away(
        &self,
        entry: &Entry,
        name: &str,
        beside: &str,
        said: &[u8],
    ) -> Result<PathBuf, QueueError> {
        let _lock = self.lock()?;
        let folder = self.folder.join(name);
        let path = folder.join(file_name(entry.number));
        self.write(&path.with_extension(beside), said)?;
        fs::rename(&entry.path, &path).map_err(|source| QueueError::disk(&path, source))?;
        // Told only when it stays there: a dropped act that came back would be sent.
        flush(&folder);
        flush(&self.folder);
        // The mark of an act that is over says nothing any more.
        let _ = fs::remove_file(self.tried(entry.number));
        Ok(path)
    }

    fn file_of(&self, number: u64) -> PathBuf {
        self.folder.join(file_name(number))
    }

    /// The mark that an act was sent.
    fn tried(&self, number: u64) -> PathBuf {
        self.file_of(number).with_extension("tried")
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), QueueError> {
        replace(path, bytes).map_err(|source| QueueError::disk(path, source))
    }

    /// Waits until nobody else changes the folder.
    fn lock(&self) -> Result<File, QueueError> {
        let file = self.lock_file("lock")?;
        let locked = file.lock();
        locked.map_err(|source| QueueError::disk(&self.folder, source))?;
        Ok(file)
    }

    /// Held while the queue is sent; refused when somebody else sends it.
    fn sending(&self) -> Result<File, QueueError> {
        let file = self.lock_file("sending")?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(QueueError::Busy),
            Err(fs::TryLockError::Error(source)) => Err(QueueError::disk(&self.folder, source)),
        }
    }

    fn lock_file(&self, name: &str) -> Result<File, QueueError> {
        let opened = make_folder(&self.folder).and_then(|()| {
            let mut options = File::options();
            let options = options.create(true).truncate(false).write(true);
            options.open(self.folder.join(name))
        });
        opened.map_err(|source| QueueError::disk(&self.folder, source))
    }
}

/// Statement files and reasons are nobody else's business on this machine.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn file_name(number: u64) -> String {
    format!("{number:06}.json")
}
