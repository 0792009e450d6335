//! The store's picture of an office as the archive that the checker reads.

use kantor_checker::{Archive, Digest, Document, Fault, Head, Record, Row, Segment, Side};
use kantor_model::Moment;
use kantor_store::{DocumentFilter, FileError, SideFilter, View};

/// A picture of the store. Side rows that have expired by `now` are not in it.
pub(super) struct Picture<'v> {
    pub(super) view: &'v dyn View,
    pub(super) now: Moment,
}

fn fault(error: impl ToString) -> Fault {
    Fault(error.to_string())
}

fn ours(digest: &Digest) -> kantor_store::Digest {
    kantor_store::Digest(digest.0)
}

impl Archive for Picture<'_> {
    fn office(&self) -> i64 {
        self.view.office().0
    }

    fn head(&self) -> Head {
        let head = self.view.head();
        Head {
            seq: head.seq,
            hash: Digest(head.hash.0),
            moment: head.moment,
        }
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, Fault> {
        let records = self.view.records(after, limit).map_err(fault)?;
        let record = |record: kantor_store::Record| Record {
            seq: record.seq,
            moment: record.moment,
            kind: record.kind,
            version: record.version,
            body: record.body,
            hash: Digest(record.hash.0),
        };
        Ok(records.into_iter().map(record).collect())
    }

    fn rows(&self, set: &Digest, from: u64, limit: usize) -> Result<Option<Vec<Row>>, Fault> {
        let rows = self
            .view
            .staged_rows(&ours(set), from, limit)
            .map_err(fault)?;
        if rows.is_empty()
            && self
                .view
                .staged_entries(&ours(set))
                .map_err(fault)?
                .is_none()
        {
            return Ok(None);
        }
        let row = |row: kantor_store::StagedEntry| Row {
            amount: row.amount,
            balance_after: row.balance_after,
            booked_on: row.booked_on,
            body: row.body,
        };
        Ok(Some(rows.into_iter().map(row).collect()))
    }

    fn rows_count(&self, set: &Digest) -> Result<Option<u64>, Fault> {
        let staged = self.view.staged_entries(&ours(set)).map_err(fault)?;
        Ok(staged.map(|staged| staged.count))
    }

    fn segments(&self, account: u64, from: u64, limit: usize) -> Result<Vec<Segment>, Fault> {
        let bookings = self.view.bookings(account, from, limit).map_err(fault)?;
        let segment = |booking: kantor_store::Booking| Segment {
            account: booking.account,
            first_ordinal: booking.first_ordinal,
            rows: Digest(booking.rows_hash.0),
            position: booking.position,
            count: booking.count,
            statement: booking.statement,
            shift: booking.shift,
        };
        Ok(bookings.into_iter().map(segment).collect())
    }

    fn file(&self, file: &Digest) -> Result<Option<Vec<u8>>, Fault> {
        let mut bytes = Vec::new();
        match self.view.copy_file(&ours(file), &mut bytes) {
            // What the bytes hash to is for the checker to say.
            Ok(_) | Err(FileError::Damaged { .. }) => Ok(Some(bytes)),
            Err(FileError::Missing(_)) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    fn file_length(&self, file: &Digest) -> Result<Option<u64>, Fault> {
        let info = self.view.file(&ours(file)).map_err(fault)?;
        Ok(info.map(|info| info.length))
    }

    fn documents(
        &self,
        kind: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Document>, Fault> {
        let filter = DocumentFilter {
            after,
            ..DocumentFilter::first(limit)
        };
        let documents = self.view.documents(kind, &filter).map_err(fault)?;
        let document = |document: kantor_store::Document| Document {
            kind: document.kind,
            id: document.id,
            owner: document.owner,
            state: document.state,
            seq: document.seq,
            body: document.body,
        };
        Ok(documents.into_iter().map(document).collect())
    }

    fn sides(&self, kind: &str, after: Option<&str>, limit: usize) -> Result<Vec<Side>, Fault> {
        let filter = SideFilter {
            after: after.map(str::to_owned),
            ..SideFilter::first(limit)
        };
        let sides = self.view.sides(kind, &filter, self.now).map_err(fault)?;
        let side = |side: kantor_store::Side| Side {
            kind: side.kind,
            key: side.key,
            owner: side.owner,
            body: side.body,
        };
        Ok(sides.into_iter().map(side).collect())
    }
}
