//! Everything that the office of a run would have stored, in memory and in its stored form: what
//! `kantor verify` reads. The checker knows neither the engine nor the auditor, and has to agree
//! with every log that a town makes.

use kantor_checker::{Digest, Head, Memory, Record, Row, Segment, Side, check};
use kantor_engine::chain::ChainChange;
use kantor_engine::{AccountId, CustomerAccountId, CustomerId, Event, Recorded};
use kantor_model::{Currency, Iban, Moment};
use kantor_store::{OfficeId, RowsHasher, StagedEntry, codec, genesis, record_hash};

const OFFICE: OfficeId = OfficeId(1);

/// Kinds of rows about people, as the runtime keeps them.
const ACCOUNT: &str = "customer-account";
const PAYER: &str = "payer";

/// See the module.
pub(crate) struct Shelves(Memory);

impl Shelves {
    pub(crate) fn new() -> Shelves {
        let head = Head {
            seq: 0,
            hash: Digest(genesis(OFFICE).0),
            moment: Moment::from_micros(0),
        };
        Shelves(Memory::at(OFFICE.0, head))
    }

    /// Appends an event to the log, as the store would.
    pub(crate) fn append(&mut self, recorded: &Recorded, moment: Moment) {
        match &recorded.event {
            Event::StatementBooked { booking, .. } => {
                self.rechain(booking.facts.account, &booking.change);
            }
            Event::StatementUndone {
                account, change, ..
            } => self.rechain(*account, change),
            _ => {}
        }
        let new = codec::encode(recorded);
        let seq = self.0.head.seq + 1;
        let before = kantor_engine::Digest(self.0.head.hash.0);
        let hash = record_hash(&before, seq, moment, &new.kind, new.version, &new.body);
        self.0.head = Head {
            seq,
            hash: Digest(hash.0),
            moment,
        };
        self.0.records.push(Record {
            seq,
            moment,
            kind: new.kind,
            version: new.version,
            body: new.body,
            hash: self.0.head.hash,
        });
    }

    /// What is taken off the end of an account's chain, and what stands there now.
    fn rechain(&mut self, account: AccountId, change: &ChainChange) {
        let chain = self.0.segments.entry(account.0).or_default();
        chain.retain(|segment| segment.first_ordinal <= change.keeps);
        if let Some(last) = chain.last_mut() {
            last.count = last.count.min(change.keeps + 1 - last.first_ordinal);
        }
        let mut first = change.keeps + 1;
        for stretch in &change.end {
            chain.push(Segment {
                account: account.0,
                first_ordinal: first,
                rows: Digest(stretch.rows.0),
                position: stretch.position,
                count: stretch.count,
                statement: stretch.statement.0,
                shift: stretch.shift,
            });
            first += stretch.count;
        }
    }

    /// Keeps the rows of a statement, under the hash that names them.
    pub(crate) fn stage(&mut self, rows: Vec<StagedEntry>) -> kantor_engine::Digest {
        let mut hasher = RowsHasher::new();
        rows.iter().for_each(|row| hasher.add(row));
        let name = hasher.finish().rows_hash;
        let row = |row: StagedEntry| Row {
            amount: row.amount,
            balance_after: row.balance_after,
            booked_on: row.booked_on,
            body: row.body,
        };
        self.0
            .rows
            .entry(Digest(name.0))
            .or_insert_with(|| rows.into_iter().map(row).collect());
        name
    }

    /// Keeps the bytes of a file.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.0
            .files
            .entry(Digest::of(bytes))
            .or_insert_with(|| bytes.to_vec());
    }

    /// Keeps the row of a customer's account, to which the log is bound by [`commitment`].
    pub(crate) fn put_account(
        &mut self,
        account: CustomerAccountId,
        customer: CustomerId,
        currency: Currency,
        iban: Iban,
    ) {
        let body = format!(
            r#"{{"customer":{customer},"iban":"{iban}","currency":"{currency}","name":"","salt":"{SALT}"}}"#
        );
        self.put_side(ACCOUNT, format!("{:020}", account.0), customer, body);
        self.put_side(PAYER, format!("{iban}/{customer}"), customer, String::new());
    }

    fn put_side(&mut self, kind: &'static str, key: String, customer: CustomerId, body: String) {
        let side = Side {
            kind: kind.to_owned(),
            key,
            owner: Some(customer.0),
            body: body.into_bytes(),
        };
        self.0.put_side(side);
    }

    /// What the checker finds wrong, in his words.
    pub(crate) fn verified(&self) -> Result<(), String> {
        match check(&self.0) {
            Ok(_) => Ok(()),
            Err(wrong) => Err(format!("the checker names {wrong}")),
        }
    }
}

/// Nobody is to be protected here.
const SALT: &str = "salt";

/// What the log keeps of a customer's account, as the runtime reckons it: each field with its
/// length before it.
pub(crate) fn commitment(iban: Iban, currency: Currency) -> kantor_engine::Digest {
    let (iban, currency) = (iban.to_string(), currency.to_string());
    let mut bytes = Vec::new();
    for field in [SALT, &iban, &currency] {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
    kantor_engine::Digest::of(&bytes)
}
