//! What may become of money that goes out, drawn at random: the bank answers, refuses, keeps silent,
//! sends back, takes back, books a file as one debit; people correct, attest and close alarms.

use kantor_engine::alarm::AlarmId;
use kantor_engine::bank_answer::{BankAnswer, FileName, Rejection};
use kantor_engine::batch::TransferFile;
use kantor_engine::matching::{LinePart, Payer};
use kantor_engine::payout::PayoutKind;
use kantor_engine::payout_rules::PayoutRules;
use kantor_engine::{
    AccountId, Actor, BatchId, Command, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    PayoutId, Reference, WantedBatch,
};
use kantor_model::{Currency, Money};

use super::{Said, Town, staff};

/// How many things may happen.
pub(crate) const VERBS: u8 = 16;

pub(super) fn file(batch: BatchId) -> TransferFile {
    TransferFile {
        digest: Digest::of(batch.to_string().as_bytes()),
        length: 1,
        format: "elixir0".to_owned(),
        written_by: "test 1".to_owned(),
    }
}

/// The name of a file: as long as the bank's own, and different for each batch.
pub(super) fn name_of(batch: BatchId) -> String {
    format!("20261116-{:020}", batch.0)
}

impl Town {
    pub(super) fn names_of(&self, batch: BatchId) -> Vec<FileName> {
        let payouts = match self.office.state.batches.get(&batch) {
            Some(batch) => batch.payouts.clone(),
            None => Vec::new(),
        };
        vec![FileName {
            name: name_of(batch),
            payouts,
        }]
    }

    pub(super) fn after_the_file(&mut self, verb: u8, number: u64) {
        let batch = BatchId(super::deeds::one_of(
            self.office.state.batches.len(),
            number,
        ));
        let payout = PayoutId(super::deeds::one_of(
            self.office.state.payouts.len(),
            number,
        ));
        match verb {
            0..=4 => self.bank_answers(verb, batch, payout),
            5 => self.correct(payout, number),
            6 => self.ask(
                &staff(),
                Command::PayAgain {
                    payout,
                    reason: "because".to_owned(),
                    attested_by: vec!["Ewa".to_owned(), "Jan".to_owned()],
                },
            ),
            7 | 8 => self.bank_returns(payout, verb == 8),
            9 => self.bank_takes_back(number),
            10 => self.one_debit(batch, number),
            11 => self.ask(
                &staff(),
                Command::CloseAlarm {
                    alarm: AlarmId(number % (self.office.state.last.alarm + 1)),
                    reason: "looked at".to_owned(),
                },
            ),
            12 => self.by_hand(payout, number),
            13 => {
                let file = file(batch);
                self.ask(&staff(), Command::ProposeFile { batch, file });
            }
            14 => self.batch_everything(),
            _ => self.ask(
                &staff(),
                Command::SetPayoutRules {
                    rules: PayoutRules {
                        four_eyes_above: vec![Money::new(50_000, Currency::EUR)],
                        ..PayoutRules::default()
                    },
                },
            ),
        }
    }

    fn bank_answers(&mut self, verb: u8, id: BatchId, one: PayoutId) {
        let Some(batch) = self.office.state.batches.get(&id) else {
            return;
        };
        let all = batch.payouts.clone();
        let one: Vec<PayoutId> = all
            .iter()
            .copied()
            .filter(|payout| *payout == one)
            .collect();
        let rejected = |payouts: &[PayoutId], code: &str| {
            payouts
                .iter()
                .map(|payout| Rejection {
                    payout: *payout,
                    code: Some(code.to_owned()),
                })
                .collect()
        };
        let mut answer = BankAnswer {
            report: Digest::of(b"report"),
            accepted: Vec::new(),
            rejected: Vec::new(),
            unclear: Vec::new(),
            whole: None,
        };
        match verb {
            0 => answer.accepted = all,
            1 => answer.rejected = rejected(&one, "AC04"),
            2 => {
                answer.rejected = rejected(&all, "AM04");
                answer.whole = Some("AM04".to_owned());
            }
            3 => answer.unclear = one,
            _ => {
                answer.rejected = rejected(&one, "AM04");
                answer.accepted = all.into_iter().filter(|id| !one.contains(id)).collect();
            }
        }
        self.ask(&staff(), Command::RecordBankAnswer { batch: id, answer });
    }

    /// Payers correct their own payouts; at times somebody else's, or without their code.
    fn correct(&mut self, id: PayoutId, number: u64) {
        let Some(payout) = self.office.state.payouts.get(&id) else {
            return;
        };
        let order = payout
            .facts
            .order
            .map(|order| self.office.state.orders.get(&order).unwrap());
        let customer = order.map_or(CustomerId(1), |order| order.facts.customer);
        let currency = payout.facts.amount.currency();
        let own = customer.0 * 2 - u64::from(currency == Currency::PLN);
        let account = if number.is_multiple_of(5) {
            number % 7
        } else {
            own
        };
        let command = Command::CorrectPayee {
            payout: id,
            account: CustomerAccountId(account),
            reason: "because".to_owned(),
            second_factor: !number.is_multiple_of(3),
        };
        let by = if number.is_multiple_of(2) {
            Actor::Customer(customer)
        } else {
            staff()
        };
        self.ask(&by, command);
    }

    fn bank_returns(&mut self, id: PayoutId, sure: bool) {
        let Some(payout) = self.office.state.payouts.get(&id) else {
            return;
        };
        let (account, minor) = (payout.facts.account, payout.facts.amount.minor());
        let marks = Said {
            returned: sure.then(|| "AC04".to_owned()),
            ..Said::default()
        };
        let text = format!("{:?}", Reference::of_payout(id));
        self.marked_line(account, minor, Payer::NotGiven, &text, marks);
    }

    fn bank_takes_back(&mut self, number: u64) {
        let orders = &self.office.state.orders;
        let id = OrderId(super::deeds::one_of(orders.len(), number));
        let receipts = orders.get(&id).map(|order| order.receipts.as_slice());
        let Some(line) = receipts.and_then(|receipts| receipts.last().copied()) else {
            return;
        };
        let minor = self
            .office
            .state
            .receipts
            .get(&(line, id))
            .unwrap()
            .amount
            .minor();
        let marks = Said {
            reversal: true,
            ..Said::default()
        };
        let text = format!("{:?}", Reference::of_order(id));
        self.marked_line(line.account, -minor, Payer::NotGiven, &text, marks);
    }

    /// The bank books a whole file as one debit, and says so by its name or by its transactions.
    fn one_debit(&mut self, id: BatchId, number: u64) {
        let Some(batch) = self.office.state.batches.get(&id) else {
            return;
        };
        let payouts = &self.office.state.payouts;
        let amount = |payout: &PayoutId| payouts.get(payout).unwrap().facts.amount;
        let sum: i64 = batch.payouts.iter().map(|id| amount(id).minor()).sum();
        let parts = batch.payouts.iter().map(|id| LinePart {
            amount: amount(id).negated().ok(),
            text: format!("{:?}", Reference::of_payout(*id)),
        });
        let by_parts = number.is_multiple_of(2);
        let marks = Said {
            parts: parts.filter(|_| by_parts).collect(),
            ..Said::default()
        };
        let account = batch.account;
        self.marked_line(account, -sum, Payer::NotGiven, &name_of(id), marks);
    }

    /// A person says what a question is: a return, or a receipt taken back.
    fn by_hand(&mut self, payout: PayoutId, number: u64) {
        let questions: Vec<LineId> = self.office.state.questions.keys().copied().collect();
        let Some(line) = questions.get(number as usize % questions.len().max(1)) else {
            return;
        };
        let (line, reason) = (*line, "because".to_owned());
        let Some(amount) = self.office.line(line).map(|kept| kept.facts.amount) else {
            return;
        };
        let wanted = amount.negated().ok();
        let receipts = self.office.state.receipts.values();
        let receipt = receipts
            .filter(|receipt| Some(receipt.amount) == wanted)
            .map(|receipt| receipt.line)
            .next_back();
        let command = match receipt {
            Some(receipt) => Command::ReverseReceipt {
                line,
                amount,
                receipt,
                reason,
            },
            None => Command::ReturnPayout {
                line,
                amount,
                payout,
                reason,
            },
        };
        self.ask(&staff(), command);
    }

    fn batch_everything(&mut self) {
        let date = self.office.now.warsaw_date();
        let payouts = self.office.state.payouts.values();
        // Refunds go another way than exchanges.
        let refunds: std::collections::BTreeSet<PayoutId> = payouts
            .filter(|payout| payout.facts.kind == PayoutKind::Refund)
            .map(|payout| payout.facts.payout)
            .collect();
        let mut wanted = Vec::new();
        for account in (1..=3).map(AccountId) {
            for without in [refunds.clone(), std::collections::BTreeSet::new()] {
                wanted.push(WantedBatch {
                    account,
                    date,
                    without,
                });
            }
        }
        self.ask(&staff(), Command::MakeBatches { wanted });
    }
}
