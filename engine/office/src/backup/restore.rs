//! A backup becomes an office of a store.

use std::io::Read;

use kantor_model::Moment;
use kantor_store::{
    AccessError, CreateError, FileInfo, Item, Locked, NewRecord, OfficeId, Record, StagedEntries,
    StagedEntry, Store, UnitOfWork, View,
};

use super::read::{Target, walk};
use super::{BackedUp, Place, RestoreError};

/// Restores an office into a store that does not have it, or has it empty. The office appears with
/// everything or not at all: of a backup that is not whole nothing is left but uploads that nothing
/// refers to, and a restore that broke off is simply begun again. Let [`super::inspect`] read it first,
/// and there is not even that.
///
/// # Errors
/// Why there is no office of the backup in the store.
pub fn restore(
    source: &mut dyn Read,
    store: &dyn Store,
    wanted: Option<OfficeId>,
) -> Result<BackedUp, RestoreError> {
    let mut target = Restoring {
        store,
        wanted,
        office: OfficeId(0),
        now: Moment::from_micros(0),
        named: Vec::new(),
        locked: None,
        waiting: Waiting::default(),
    };
    let restored = walk(source, &mut target)?;
    target.commit()?;
    Ok(restored)
}

/// So many records, or bytes of them, are appended at once.
const UNIT_RECORDS: usize = 500;
const UNIT_BYTES: usize = 4 * 1024 * 1024;

/// Records of one moment that are not appended yet.
#[derive(Default)]
struct Waiting {
    records: Vec<NewRecord>,
    moment: Option<Moment>,
    bytes: usize,
}

struct Restoring<'s> {
    store: &'s dyn Store,
    wanted: Option<OfficeId>,
    /// The backup's, from its first part on.
    office: OfficeId,
    now: Moment,
    /// Sets and files that were uploaded, until the office is locked.
    named: Vec<(Item, Place)>,
    locked: Option<Box<dyn Locked + 's>>,
    waiting: Waiting,
}

impl<'s> Restoring<'s> {
    /// The office, locked. From here on nothing is uploaded any more.
    fn locked(&mut self) -> Result<&mut Box<dyn Locked + 's>, RestoreError> {
        if self.locked.is_none() {
            let mut locked = self.store.lock(self.office)?;
            // Somebody may have come first.
            is_empty(locked.view())?;
            for (item, place) in std::mem::take(&mut self.named) {
                locked
                    .take_in(&item)
                    .map_err(|error| RestoreError::Append(place, error))?;
            }
            self.locked = Some(locked);
        }
        let gone = AccessError::NoSuchOffice(self.office);
        self.locked.as_mut().ok_or(RestoreError::Access(gone))
    }

    fn append(&mut self, place: Place) -> Result<(), RestoreError> {
        let Waiting {
            records, moment, ..
        } = std::mem::take(&mut self.waiting);
        let Some(moment) = moment else { return Ok(()) };
        let locked = self.locked()?;
        let after = locked.view().head().seq;
        let unit = UnitOfWork {
            records,
            ..UnitOfWork::new(after, moment)
        };
        locked
            .append(&unit)
            .map_err(|error| RestoreError::Append(place, error))?;
        Ok(())
    }

    fn commit(mut self) -> Result<(), RestoreError> {
        self.append(Place::of_the_log())?;
        self.locked()?;
        if let Some(locked) = self.locked.take() {
            locked.commit()?;
        }
        Ok(())
    }
}

/// Nothing of an office is there but its number.
fn is_empty(view: &dyn View) -> Result<(), RestoreError> {
    if view.head().seq == 0 && view.inventory(None, 1)?.is_empty() {
        Ok(())
    } else {
        Err(RestoreError::NotEmpty(view.office()))
    }
}

impl Target for Restoring<'_> {
    fn office(&mut self, office: OfficeId, begun: Moment) -> Result<(), RestoreError> {
        if let Some(wanted) = self.wanted.filter(|wanted| *wanted != office) {
            let found = office;
            return Err(RestoreError::OtherOffice { found, wanted });
        }
        (self.office, self.now) = (office, begun);
        match self.store.create_office(office, begun) {
            Ok(_) => Ok(()),
            Err(CreateError::Exists(_)) => is_empty(self.store.view(office)?.as_ref()),
            Err(error) => Err(error.into()),
        }
    }

    fn entries(
        &mut self,
        rows: &mut dyn Iterator<Item = StagedEntry>,
    ) -> Result<StagedEntries, RestoreError> {
        Ok(self.store.stage_entries(self.office, self.now, rows)?)
    }

    fn file(&mut self, bytes: &mut dyn Read) -> Result<FileInfo, RestoreError> {
        Ok(self.store.stage_file(self.office, self.now, bytes)?)
    }

    fn record(&mut self, record: Record, place: Place) -> Result<(), RestoreError> {
        let waiting = &self.waiting;
        let is_full = waiting.records.len() >= UNIT_RECORDS || waiting.bytes >= UNIT_BYTES;
        if is_full || waiting.moment != Some(record.moment) {
            self.append(place)?;
        }
        self.waiting.moment = Some(record.moment);
        self.waiting.bytes += record.body.len();
        self.waiting.records.push(NewRecord {
            kind: record.kind,
            version: record.version,
            body: record.body,
        });
        Ok(())
    }

    fn item(&mut self, item: Item, place: Place) -> Result<(), RestoreError> {
        match item {
            Item::Entries(_) | Item::File(_) => {
                self.named.push((item, place));
                Ok(())
            }
            Item::Booking(_) | Item::Document(_) | Item::Side(_) | Item::Answer(..) => {
                self.append(place)?;
                self.locked()?
                    .take_in(&item)
                    .map_err(|error| RestoreError::Append(place, error))
            }
        }
    }
}
