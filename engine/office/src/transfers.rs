//! From a batch to a transfer file and back: what the desk is to write, and the proof that it did.

use std::collections::{BTreeSet, VecDeque};

use kantor_engine::batch::TransferFile;
use kantor_engine::payout::{Payee, Payout};
use kantor_engine::{AccountId, Actor, BatchId, Command, LineId, PayoutId};
use kantor_model::{Abroad, Batch, Date, Iban, Party, Transfer};
use kantor_parsers::transfers::{Order, TransferFormat, read_transfers};

use crate::error::TransferError;
use crate::request::{Once, Request};
use crate::runtime::Office;

impl Office {
    /// The transfers of a batch, with everything that a file needs. The same for ever once the
    /// batch is fixed, as long as the payees' data is kept.
    pub fn transfers(&self, id: BatchId) -> Result<Batch, TransferError> {
        let (batch, account, payouts) = self
            .read(|seen| {
                let batch = seen.batches.get(&id)?.clone();
                let account = seen.accounts.get(&batch.account)?.iban;
                let payouts: Vec<Payout> = batch
                    .payouts
                    .iter()
                    .filter_map(|payout| seen.payouts.get(payout).copied())
                    .collect();
                Some((batch, account, payouts))
            })
            .ok_or(TransferError::NoBatch(id))?;
        let transfers = payouts
            .iter()
            .map(|payout| self.transfer(payout))
            .collect::<Result<_, _>>()?;
        Ok(Batch {
            debit_account: account,
            owner: self.settings().owner.clone(),
            date: batch.date,
            transfers,
        })
    }

    /// The command that puts everything due from an account into a batch. A payout whose payee is
    /// not known (a bank that hides the payer, data that was erased) is left out and stays due, so
    /// that it holds nobody else up.
    pub fn batch_of_all_due(
        &self,
        account: AccountId,
        date: Date,
    ) -> Result<Command, TransferError> {
        let due: Vec<Payout> = self.read(|seen| {
            let of_account = (account, PayoutId(0))..=(account, PayoutId(u64::MAX));
            let payouts = seen.due.range(of_account);
            payouts
                .filter_map(|(_, payout)| seen.payouts.get(payout).copied())
                .collect()
        });
        let mut without = BTreeSet::new();
        for payout in &due {
            match self.payee(payout) {
                Ok(_) => {}
                Err(TransferError::NoPayee { .. }) => {
                    without.insert(payout.facts.payout);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(Command::MakeBatch {
            account,
            date,
            without,
        })
    }

    fn transfer(&self, payout: &Payout) -> Result<Transfer, TransferError> {
        let (payee, payee_account) = self.payee(payout)?;
        let reference = payout
            .reference()
            .map(|reference| reference.to_string())
            .unwrap_or_default();
        Ok(Transfer {
            title: reference.clone(),
            reference,
            amount: payout.facts.amount,
            payee,
            payee_account,
            abroad: Abroad::default(),
        })
    }

    /// Who is paid by a payout, and on which account.
    pub fn payee(&self, payout: &Payout) -> Result<(Party, Iban), TransferError> {
        let no_payee = |why: &str| TransferError::NoPayee {
            payout: payout
                .reference()
                .map(|r| r.to_string())
                .unwrap_or_default(),
            why: why.to_owned(),
        };
        match payout.facts.payee {
            Payee::CustomerAccount(account) => {
                let account = self
                    .customer_account(account)?
                    .ok_or_else(|| no_payee("the customer's account was erased; ask him"))?;
                let person = self
                    .person(account.customer)?
                    .ok_or_else(|| no_payee("the customer's data was erased; ask him"))?;
                Ok((person.party(), account.iban))
            }
            Payee::PayerOf(line) => self.payer_of(line, no_payee),
        }
    }

    fn payer_of(
        &self,
        line: LineId,
        no_payee: impl Fn(&str) -> TransferError,
    ) -> Result<(Party, Iban), TransferError> {
        let kept = self.bank_line(line)?;
        let iban = kept
            .counterparty_account()
            .and_then(|account| account.iban())
            .ok_or_else(|| no_payee("the bank did not tell the payer's account; ask him for it"))?;
        let name = kept.said.counterparty_name.unwrap_or_default();
        Ok((
            Party {
                name,
                street: String::new(),
                city: String::new(),
            },
            iban,
        ))
    }

    /// Archives the file that was written from a batch. Where the format is built in, the bytes
    /// are read again here and must carry exactly the batch. The same bytes again change nothing;
    /// other bytes are refused (law 4).
    pub fn archive_transfer_file(
        &self,
        by: &Actor,
        id: BatchId,
        format: &str,
        written_by: &str,
        bytes: &[u8],
        once: Option<Once>,
    ) -> Result<(), TransferError> {
        if let Some(format) = TransferFormat::from_name(format) {
            self.compare(id, format, bytes)?;
        }
        let stored = self.store_file(&mut &bytes[..])?;
        let file = TransferFile {
            digest: stored.hash,
            length: stored.length,
            format: format.to_owned(),
            written_by: written_by.to_owned(),
        };
        let write = Command::WriteBatch {
            batch: id,
            file,
            names: Vec::new(),
        };
        self.execute(Request::new(by.clone(), write).once(once))?;
        Ok(())
    }

    fn compare(
        &self,
        id: BatchId,
        format: TransferFormat,
        bytes: &[u8],
    ) -> Result<(), TransferError> {
        let wanted = self.transfers(id)?;
        let differs = |what: String| TransferError::Differs { batch: id, what };
        let read = read_transfers(bytes, Some(format), None);
        if let Some(complaint) = read.complaints.first() {
            return Err(differs(complaint.to_string()));
        }
        if read.orders.len() != wanted.transfers.len() {
            return Err(differs(format!(
                "it has {} transfers, the batch has {}",
                read.orders.len(),
                wanted.transfers.len()
            )));
        }
        // A format may put transfers of one kind together; else they keep their order, and the
        // first that is left is the one.
        let mut left: VecDeque<&Order> = read.orders.iter().collect();
        for (at, transfer) in wanted.transfers.iter().enumerate() {
            let same = |order: &&Order| {
                order.debit_account.iban() == Some(wanted.debit_account)
                    && order.date == wanted.date
                    && order.amount == transfer.amount
                    && order.payee_account.iban() == Some(transfer.payee_account)
                    && order.title.contains(&transfer.reference)
            };
            let found = left.iter().position(same);
            if found.and_then(|place| left.remove(place)).is_none() {
                let reference = &transfer.reference;
                return Err(differs(format!("transfer {} is not {reference}", at + 1)));
            }
        }
        Ok(())
    }

    /// The archived file of a batch: the same bytes ever after.
    pub fn transfer_file(&self, id: BatchId) -> Result<(TransferFile, Vec<u8>), TransferError> {
        let file = self
            .read(|seen| seen.batches.get(&id).map(|batch| batch.file.clone()))
            .ok_or(TransferError::NoBatch(id))?
            .ok_or(TransferError::NoFile(id))?;
        let mut bytes = Vec::new();
        self.view()?.copy_file(&file.digest, &mut bytes)?;
        Ok((file, bytes))
    }
}
