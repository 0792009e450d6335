//! Payouts: into batches, into files, to the bank; and what people do to them.

use std::collections::BTreeSet;

use kantor_engine::batch::{BatchState, TransferFile};
use kantor_engine::payout::{Payee, Payout};
use kantor_engine::{AccountId, Actor, Answer, BatchId, Command, Digest, PayoutId, Refusal};
use kantor_model::{Abroad, Batch, Currency, Iban, Money, Party, Transfer};
use kantor_parsers::transfers::{TransferFormat, write_batch};

use super::{Deed, Drawer, Sent, World};
use crate::auditor::What;
use crate::plant::Plant;

/// The office as the ordering party.
pub(super) fn owner() -> Party {
    Party {
        name: "Kantor Sp. z o.o.".to_owned(),
        street: "ul. Prosta 1".to_owned(),
        city: "00-001 Warszawa".to_owned(),
    }
}

impl World {
    pub(super) fn payouts_go_out(&mut self) {
        if self.banking_day().is_none() {
            return;
        }
        if self.chance.hits(self.faults.by_hand) {
            self.somebody_pays_by_hand();
        }
        for drawer in self.drawers.clone() {
            if self.healing || self.chance.hits(500) {
                self.make_batch(drawer);
            }
        }
        let open: Vec<(BatchId, BatchState)> = self
            .office
            .state
            .batches
            .iter()
            .rev()
            .take(40)
            .map(|(id, batch)| (*id, batch.state))
            .collect();
        for (batch, state) in open {
            match state {
                BatchState::Fixed => self.approve(batch),
                BatchState::Approved => self.write(batch),
                _ => {}
            }
        }
        self.record_answers();
        for batch in std::mem::take(&mut self.desk.unsent) {
            self.was_not_carried_out(batch);
        }
        self.mend_payouts();
        self.close_alarms();
    }

    fn make_batch(&mut self, drawer: Drawer) {
        let account = drawer.account;
        let all = (account, PayoutId(0))..=(account, PayoutId(u64::MAX));
        if self.office.state.due.range(all).next().is_none() {
            return;
        }
        let without: BTreeSet<PayoutId> = BTreeSet::new();
        let date = self.now.warsaw_date();
        let _ = self.staff(&Command::MakeBatch {
            account,
            date,
            without,
        });
    }

    fn approve(&mut self, batch: BatchId) {
        if self.chance.hits(self.faults.void) {
            self.counts.fault("void");
            self.void(batch);
            return;
        }
        let who = if self.chance.hits(900) {
            "boss"
        } else {
            "anna"
        };
        let _ = self.ask(
            &Actor::Staff(who.to_owned()),
            &Command::ApproveBatch { batch, seen: None },
            &[],
        );
        self.void_if_paid_meanwhile(batch);
    }

    /// A batch with a payout that left by hand cannot go: void it, and make a new one.
    fn void_if_paid_meanwhile(&mut self, id: BatchId) {
        let Some(batch) = self.office.state.batches.get(&id) else {
            return;
        };
        let paid = batch.payouts.iter().any(|payout| {
            let payout = self.office.state.payouts.get(payout);
            payout.is_some_and(|payout| payout.state.name() == "Paid")
        });
        if paid && matches!(batch.state, BatchState::Fixed | BatchState::Approved) {
            self.void(id);
        }
    }

    /// Writes the file of a batch and takes it to the bank.
    fn write(&mut self, id: BatchId) {
        let Some((drawer, file)) = self.file_of(id, "") else {
            return;
        };
        let names = self.names_of(id);
        let command = |bytes: &[u8]| Command::WriteBatch {
            batch: id,
            file: TransferFile {
                digest: Digest::of(bytes),
                length: bytes.len() as u64,
                format: format_of(drawer.currency).name().to_owned(),
                written_by: "simulator 1".to_owned(),
            },
            names: names.clone(),
        };
        self.office.archive(&file);
        let answer = self.staff(&command(&file));
        if matches!(answer, Err(Refusal::FileOfAnother { .. })) {
            // Paid again on the same day: another day makes another file.
            self.void(id);
            return;
        }
        if answer != Ok(Answer::Batch(id)) {
            self.void_if_paid_meanwhile(id);
            return;
        }
        // A second file for the same payouts: refused, and nobody sends what was refused.
        if self.chance.hits(self.faults.act_again)
            && let Some((_, other)) = self.file_of(id, " kopia")
        {
            self.office.archive(&other);
            let refused = self.staff(&command(&other)).is_err();
            if !refused || self.office.plant == Some(Plant::SecondExport) {
                self.send(drawer, id, other);
            }
        }
        if self.chance.hits(self.faults.void) {
            // Forgotten, and declared void; and at times it was sent after all.
            self.counts.fault("void of a written file");
            self.void(id);
            if self.chance.hits(self.faults.sent_after_all) {
                self.counts.fault("sent after all");
                self.excuse_all(id);
                self.send(drawer, id, file);
            }
            return;
        }
        self.send(drawer, id, file);
    }

    fn send(&mut self, drawer: Drawer, batch: BatchId, bytes: Vec<u8>) {
        let sent = Sent {
            bank: drawer.bank,
            bytes,
            batch: Some(batch),
            what: None,
        };
        self.after(120, 5_000, Deed::TakeFile(sent));
    }

    fn excuse_all(&mut self, id: BatchId) {
        let batch = self.office.state.batches.get(&id);
        let payouts = batch.map(|batch| batch.payouts.clone()).unwrap_or_default();
        for payout in payouts {
            self.auditor.excuse(payout);
        }
    }

    /// Declares a batch void; whether it is.
    pub(super) fn void(&mut self, batch: BatchId) -> bool {
        let voided = self.staff(&Command::VoidBatch {
            batch,
            reason: "not sent".to_owned(),
            attested_by: vec!["Anna".to_owned(), "Jan".to_owned()],
        });
        voided.is_ok()
    }

    /// The bytes of a batch's file.
    fn file_of(&self, id: BatchId, note: &str) -> Option<(Drawer, Vec<u8>)> {
        self.file_without(id, note, None)
    }

    /// The same, without one of its payouts.
    pub(super) fn file_without(
        &self,
        id: BatchId,
        note: &str,
        without: Option<PayoutId>,
    ) -> Option<(Drawer, Vec<u8>)> {
        let state = &self.office.state;
        let batch = state.batches.get(&id)?;
        let drawer = self.drawer(batch.account)?;
        let transfers: Vec<Transfer> = batch
            .payouts
            .iter()
            .filter(|payout| Some(**payout) != without)
            .filter_map(|payout| self.transfer(state.payouts.get(payout)?, note))
            .collect();
        let mut orders = Batch {
            debit_account: drawer.iban,
            owner: owner(),
            date: batch.date,
            transfers,
        };
        if let (Some(plant), Some((_, stranger))) = (self.office.plant, self.strangers.first()) {
            crate::bends::bend_batch(plant, *stranger, &mut orders);
        }
        let written = write_batch(format_of(drawer.currency), &orders, None).ok()?;
        Some((drawer, written.bytes))
    }

    fn transfer(&self, payout: &Payout, note: &str) -> Option<Transfer> {
        let (payee, payee_account) = self.payee(payout)?;
        let reference = payout.reference()?.to_string();
        Some(Transfer {
            title: format!("{reference}{note}"),
            reference,
            amount: payout.facts.amount,
            payee,
            payee_account,
            abroad: Abroad::default(),
        })
    }

    /// Who is paid, by the office's own data.
    pub(super) fn payee(&self, payout: &Payout) -> Option<(Party, Iban)> {
        match payout.facts.payee {
            Payee::CustomerAccount(account) => self.iban_of(account),
            Payee::PayerOf(line) => {
                let row = self.office.row(line)?;
                Some((super::opening::person(&row.name), row.other?))
            }
        }
    }

    /// Somebody pays a payout by hand, with its reference as the title.
    fn somebody_pays_by_hand(&mut self) {
        let due: Vec<PayoutId> = self.office.state.due.iter().map(|(_, id)| *id).collect();
        let Some(id) = self.chance.any(&due) else {
            return;
        };
        let Some(payout) = self.office.state.payouts.get(&id).copied() else {
            return;
        };
        let (Some((payee, to)), Some(reference)) = (self.payee(&payout), payout.reference()) else {
            return;
        };
        self.counts.fault("by hand");
        self.auditor.excuse(id);
        let from = payout.facts.account;
        self.pay_by_hand(
            from,
            payee,
            to,
            payout.facts.amount,
            &reference.to_string(),
            None,
        );
    }

    /// A transfer that a person makes in the bank's own pages.
    pub(super) fn pay_by_hand(
        &mut self,
        from: AccountId,
        payee: Party,
        payee_account: Iban,
        amount: Money,
        title: &str,
        what: Option<What>,
    ) {
        let Some(drawer) = self.drawer(from) else {
            return;
        };
        self.keys += 1;
        let orders = Batch {
            debit_account: drawer.iban,
            owner: owner(),
            date: self.closed,
            transfers: vec![Transfer {
                reference: format!("R{}", self.keys),
                amount,
                payee,
                payee_account,
                title: title.to_owned(),
                abroad: Abroad::default(),
            }],
        };
        match write_batch(format_of(drawer.currency), &orders, None) {
            Ok(written) => {
                let bytes = written.bytes;
                let sent = Sent {
                    bank: drawer.bank,
                    bytes,
                    batch: None,
                    what,
                };
                self.after(60, 3_000, Deed::TakeFile(sent));
            }
            Err(why) => self
                .auditor
                .object(format!("a transfer cannot be written: {why}")),
        }
    }

    /// Money between two accounts of the office.
    pub(super) fn own_transfer(&mut self) {
        let (Some(from), Some(to)) = (
            self.chance.any(&self.drawers),
            self.chance.any(&self.drawers),
        ) else {
            return;
        };
        if from.currency != to.currency || from.account == to.account {
            return;
        }
        let minor = self.chance.between(1_00, 50_000_00);
        let amount = Money::new(minor, from.currency);
        let what = Some(What::Own);
        self.pay_by_hand(
            from.account,
            owner(),
            to.iban,
            amount,
            "przelew własny",
            what,
        );
    }
}

/// Złoty leave by Elixir-0, other currencies by pain.001.
fn format_of(currency: Currency) -> TransferFormat {
    if currency == Currency::PLN {
        TransferFormat::Elixir0
    } else {
        TransferFormat::Pain001V03
    }
}
