//! The file of a batch: its bytes, and that each payout stands in it once, and nothing else.

use std::collections::BTreeMap;

use kantor_model::{AccountNumber, Iban};
use kantor_parsers::transfers::{Order, TransferFormat, read_transfers};

use crate::form::{Fields, Misread};
use crate::life::BatchState;
use crate::log::At;
use crate::office::Office;
use crate::reference::{Referent, references_in};
use crate::values::Payee;
use crate::{Archive, Checks, Digest, wrong};

/// The file that was written from a batch.
pub(crate) struct File {
    pub(crate) digest: Digest,
    length: u64,
    format: String,
}

impl File {
    pub(crate) fn read(file: &Fields<'_>) -> Result<File, Misread> {
        file.get::<String>("written_by")?;
        Ok(File {
            digest: file.get("digest")?,
            length: file.get("length")?,
            format: file.get("format")?,
        })
    }
}

/// The bytes of an archived file, which are those of its hash and as many as everybody says.
pub(crate) fn bytes(
    archive: &dyn Archive,
    file: &Digest,
    fact: &dyn Fn() -> String,
    length: Option<u64>,
) -> Checks<Vec<u8>> {
    let fault = |fault| wrong(fact(), fault);
    let bytes = archive.file(file).map_err(fault)?;
    let bytes = bytes.ok_or_else(|| wrong(fact(), "it is not in the archive"))?;
    let found = Digest::of(&bytes);
    crate::must(found == *file, fact, || {
        format!("its bytes have changed: they hash to {found} now")
    })?;
    let has = bytes.len() as u64;
    let recorded = archive.file_length(file).map_err(fault)?;
    for said in [length, recorded].into_iter().flatten() {
        crate::must(said == has, fact, || {
            format!("it has {has} bytes, not {said}")
        })?;
    }
    Ok(bytes)
}

impl Office<'_> {
    /// The archived file carries exactly the batch.
    pub(crate) fn carries(&mut self, at: &At<'_>, batch: u64, file: &File) -> Checks {
        let fact = || format!("file {} (of event {})", file.digest, at.seq);
        let bytes = bytes(self.archive, &file.digest, &fact, Some(file.length))?;
        // The same payouts on the same day are the same bytes, once the file before is void.
        if let Some(before) = self.transfer_files.insert(file.digest, batch) {
            // Nor does it say anything new that the approver saw it before it was written.
            let known = self.batch(at, before)?;
            let is_void = known.state == BatchState::Voided || !known.is_written;
            at.must(is_void || before == batch, || {
                format!("file {} was written from batch {before}", file.digest)
            })?;
        }
        let Some(format) = TransferFormat::from_name(&file.format) else {
            // Of a format that only a pack knows: the hash is all there is.
            return Ok(());
        };
        let read = read_transfers(&bytes, Some(format), None);
        if let Some(complaint) = read.complaints.first() {
            return Err(wrong(fact(), complaint));
        }
        let mut orders: BTreeMap<u64, &Order> = BTreeMap::new();
        for order in &read.orders {
            let place = order.place.line;
            match references_in(&order.title)[..] {
                [Referent::Payout(payout)] if orders.insert(payout, order).is_none() => {}
                _ => {
                    let what = format!("the transfer in line {place} is no payout, or one twice");
                    return Err(wrong(fact(), what));
                }
            }
        }
        let known = self.batch(at, batch)?;
        let account = self.account(at, known.account)?.iban;
        for payout in &known.payouts {
            let same = match orders.remove(payout) {
                Some(order) => self.is_transfer_of(at, *payout, order, &account, known.date)?,
                None => false,
            };
            crate::must(same, fact, || {
                format!("payout {payout} does not stand in it as it is owed")
            })?;
        }
        let extra = orders.keys().next();
        crate::must(extra.is_none(), fact, || {
            let payout = extra.copied().unwrap_or_default();
            format!("payout {payout} stands in it and is not in batch {batch}")
        })
    }

    fn is_transfer_of(
        &self,
        at: &At<'_>,
        payout: u64,
        order: &Order,
        account: &Iban,
        date: kantor_model::Date,
    ) -> Checks<bool> {
        let known = self.payout(at, payout)?;
        let payee = self.payee(at, known.payee)?;
        Ok(order.debit_account.iban() == Some(*account)
            && order.date == date
            && order.amount == known.amount
            && payee.is_none_or(|payee| order.payee_account.iban() == Some(payee)))
    }

    /// The account that is paid; `None` where the rows that tell are erased.
    fn payee(&self, at: &At<'_>, payee: Payee) -> Checks<Option<Iban>> {
        Ok(match payee {
            Payee::CustomerAccount(account) => self.people.account(account).map(|row| row.iban),
            Payee::PayerOf(line) => {
                let (_, said) = self.said(at, line)?;
                let written = said.counterparty_account.as_deref();
                let account = written.and_then(AccountNumber::from_file);
                account.and_then(|account| account.iban())
            }
        })
    }
}
