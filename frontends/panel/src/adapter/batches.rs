//! Batches and their files, as the wire shows them.

use kantor_engine::BatchId;
use kantor_engine::batch::PayoutBatch;
use kantor_model::{Money, Party};
use kantor_wire::{BatchDetail, BatchFile, BatchState, BatchView, PartyView, TransferView};

use super::refused::{missing, transfers};
use super::{LocalOffice, views};
use crate::port::{PortError, PortResult};

/// A name with an address.
pub(super) fn party(party: &Party) -> PartyView {
    let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    PartyView {
        name: party.name.clone(),
        street: known(&party.street),
        city: known(&party.city),
    }
}

/// The name under which the desk saves a transfer file: the same for the same batch.
pub(super) fn file_name(batch: &PayoutBatch) -> String {
    format!("przelewy-{}-{}.txt", batch.date, batch.batch)
}

impl LocalOffice {
    /// A batch as lists show it.
    pub(super) fn batch_view(&self, id: BatchId) -> PortResult<BatchView> {
        let (batch, sum) = self
            .office
            .read(|seen| {
                let batch = seen.batches.get(&id)?.clone();
                let currency = seen.accounts.get(&batch.account)?.currency();
                let amounts = batch
                    .payouts
                    .iter()
                    .filter_map(|payout| seen.payouts.get(payout))
                    .map(|payout| payout.facts.amount);
                let sum = Money::sum(currency, amounts);
                Some((batch, sum))
            })
            .ok_or_else(|| missing("no_batch", "There is no such batch."))?;
        let sum = sum.map_err(|error| PortError::Down(error.to_string()))?;
        Ok(BatchView {
            id: id.to_string(),
            account: batch.account.to_string(),
            state: BatchState::from_name(batch.state.name()).unwrap_or(BatchState::Open),
            date: batch.date.to_string(),
            count: batch.payouts.len() as u64,
            sum: views::amount(sum),
            format: batch.file.as_ref().map(|file| file.format.clone()),
            file: batch.file.as_ref().map(|file| BatchFile {
                name: file_name(&batch),
                sha256: file.digest.to_string(),
            }),
        })
    }

    /// A batch with everything that a file needs.
    pub(super) fn batch_detail(&self, id: BatchId) -> PortResult<BatchDetail> {
        let file = self.office.transfers(id).map_err(transfers)?;
        Ok(BatchDetail {
            batch: self.batch_view(id)?,
            debit_iban: file.debit_account.as_str().to_owned(),
            owner: party(&file.owner),
            transfers: file
                .transfers
                .iter()
                .map(|transfer| TransferView {
                    reference: transfer.reference.clone(),
                    amount: views::amount(transfer.amount),
                    payee: party(&transfer.payee),
                    payee_iban: transfer.payee_account.as_str().to_owned(),
                    title: transfer.title.clone(),
                })
                .collect(),
        })
    }
}
