//! Files that were sent: what the banks answer, and what the desk does about payouts that were
//! refused, came back, or raised an alarm.

use kantor_engine::bank_answer::{BankAnswer, FileName, Rejection};
use kantor_engine::payout::{PayoutKind, PayoutState};
use kantor_engine::{BatchId, Command, CustomerAccountId, Digest, PayoutId};
use kantor_parsers::pain002::{self, Found, Standing, StatusReport};

use super::{Deed, World};
use crate::bank::answer::{Told, report};

/// The name by which the bank speaks of a batch's file.
pub(super) fn name_of(batch: BatchId) -> String {
    format!("KANTOR{:012}", batch.0)
}

impl World {
    pub(super) fn names_of(&self, batch: BatchId) -> Vec<FileName> {
        vec![FileName {
            name: name_of(batch),
            payouts: self.payouts_of(batch),
        }]
    }

    fn payouts_of(&self, batch: BatchId) -> Vec<PayoutId> {
        let batch = self.office.state.batches.get(&batch);
        batch.map(|batch| batch.payouts.clone()).unwrap_or_default()
    }

    /// The bank refuses a file as a whole: it answers, or the desk learns it on the telephone.
    pub(super) fn refuses(&mut self, batch: BatchId, code: &'static str) {
        for payout in self.payouts_of(batch) {
            self.auditor.bank_said(payout, false);
        }
        if self.chance.hits(self.faults.answers) && !self.chance.hits(self.faults.answer_lost) {
            let answer = report(&name_of(batch), Some(code), &[]);
            self.after(60, 20_000, Deed::Answered(answer));
        } else {
            self.desk.unsent.insert(batch);
        }
    }

    /// The bank takes a file but for one transfer: which, and what it carries out.
    pub(super) fn refuses_one(&mut self, batch: BatchId) -> Option<(PayoutId, Vec<u8>)> {
        if !self.chance.hits(self.faults.refuses_one) {
            return None;
        }
        let payouts = self.payouts_of(batch);
        let payout = self.chance.any(&payouts).filter(|_| payouts.len() > 1)?;
        let (_, bytes) = self.file_without(batch, "", Some(payout))?;
        self.counts.fault("bank refuses one");
        Some((payout, bytes))
    }

    /// The bank answers to a file that it carries out.
    pub(super) fn answers(&mut self, batch: BatchId, refused: Option<PayoutId>) {
        let payouts = self.payouts_of(batch);
        for payout in &payouts {
            self.auditor.bank_said(*payout, Some(*payout) != refused);
        }
        let tells =
            self.chance.hits(self.faults.answers) && !self.chance.hits(self.faults.answer_lost);
        if !tells && refused.is_none() {
            return;
        }
        let code = if self.chance.hits(500) {
            "AC04"
        } else {
            "MS03"
        };
        let told: Vec<Told> = payouts
            .iter()
            .filter_map(|payout| {
                let reference = kantor_engine::Reference::of_payout(*payout)?;
                Some(Told {
                    id: reference.to_string(),
                    refused: (Some(*payout) == refused).then_some(code),
                })
            })
            .collect();
        self.counts.fault("bank answers");
        let answer = report(&name_of(batch), None, &told);
        self.after(60, 100_000, Deed::Answered(answer));
    }

    /// Reads the banks' answers into the office.
    pub(super) fn record_answers(&mut self) {
        for bytes in std::mem::take(&mut self.desk.answers) {
            let read = pain002::read(&mut bytes.as_slice(), None).ok();
            let Some(report) = read.and_then(|read| read.report) else {
                self.auditor
                    .object("a bank's own answer cannot be read".to_owned());
                return;
            };
            let names = &self.office.state.file_names;
            let Some(batch) = names.get(&report.original_message_id).copied() else {
                self.auditor.object(format!(
                    "nobody knows the file {}",
                    report.original_message_id
                ));
                return;
            };
            self.office.archive(&bytes);
            let answer = self.answer_of(batch, Digest::of(&bytes), &report);
            let _ = self.staff(&Command::RecordBankAnswer { batch, answer });
        }
    }

    fn answer_of(&self, batch: BatchId, digest: Digest, report: &StatusReport) -> BankAnswer {
        let mut answer = BankAnswer {
            report: digest,
            accepted: Vec::new(),
            rejected: Vec::new(),
            unclear: Vec::new(),
            whole: None,
        };
        for payout in self.payouts_of(batch) {
            let Some(reference) = kantor_engine::Reference::of_payout(payout) else {
                continue;
            };
            match report.find(&reference.to_string(), None) {
                Found::Told(told) if told.status.standing() == Standing::Refused => {
                    let code = told.reasons.iter().find_map(|reason| reason.code.clone());
                    answer.rejected.push(Rejection { payout, code });
                }
                Found::Told(_) => answer.accepted.push(payout),
                Found::Unsaid | Found::Several(_) => {}
            }
        }
        let group = report.of_group();
        if let Some(told) = group.filter(|told| told.status.standing() == Standing::Refused) {
            let code = told.reasons.iter().find_map(|reason| reason.code.clone());
            answer.whole = Some(code.unwrap_or_else(|| told.status.code().to_owned()));
        }
        answer
    }

    /// The desk knows that the bank does not carry a file out. Where a payout of it has left all the
    /// same, by hand, that is the bank's word and not two people's.
    pub(super) fn was_not_carried_out(&mut self, batch: BatchId) {
        if self.void(batch) {
            return;
        }
        let rejected = self.payouts_of(batch).into_iter();
        let rejected = rejected.map(|payout| Rejection { payout, code: None });
        let word = "FF01".to_owned();
        let told = format!("told on the telephone about {batch}");
        self.office.archive(told.as_bytes());
        let answer = BankAnswer {
            report: Digest::of(told.as_bytes()),
            accepted: Vec::new(),
            rejected: rejected.collect(),
            unclear: Vec::new(),
            whole: Some(word),
        };
        let _ = self.staff(&Command::RecordBankAnswer { batch, answer });
    }

    /// Payouts that the bank refused or sent back are paid again: to another account of the
    /// customer, or as they were.
    pub(super) fn mend_payouts(&mut self) {
        let waiting: Vec<PayoutId> = self
            .office
            .state
            .payouts
            .values()
            .filter(|it| matches!(it.state, PayoutState::Rejected | PayoutState::Returned))
            .map(|payout| payout.facts.payout)
            .collect();
        for payout in waiting {
            if !self.healing && !self.chance.hits(300) {
                continue;
            }
            let reason = "the customer was asked".to_owned();
            let command = match self.other_account(payout) {
                Some(account) => Command::CorrectPayee {
                    payout,
                    account,
                    reason,
                    second_factor: false,
                },
                None => Command::PayAgain {
                    payout,
                    reason,
                    attested_by: Vec::new(),
                },
            };
            let _ = self.staff(&command);
        }
    }

    /// An account of the customer, where he is to be paid on another one.
    fn other_account(&mut self, payout: PayoutId) -> Option<CustomerAccountId> {
        let payout = self.office.state.payouts.get(&payout)?;
        if payout.facts.kind != PayoutKind::Exchange {
            return None;
        }
        let order = self.office.state.orders.get(&payout.facts.order?)?;
        let (who, currency) = (order.facts.customer, payout.facts.amount.currency());
        let customer = self.customers.iter().find(|it| it.id == who)?;
        let own = customer.accounts.iter();
        let own: Vec<CustomerAccountId> = own
            .filter(|account| account.currency == currency)
            .map(|account| account.id)
            .collect();
        self.chance.any(&own).filter(|_| self.chance.hits(500))
    }

    /// What an alarm is about was looked at.
    pub(super) fn close_alarms(&mut self) {
        let open: Vec<_> = self.office.state.alarms.keys().copied().collect();
        for alarm in open {
            if self.healing || self.chance.hits(200) {
                let reason = "looked at, and claimed back".to_owned();
                let _ = self.staff(&Command::CloseAlarm { alarm, reason });
            }
        }
    }
}
