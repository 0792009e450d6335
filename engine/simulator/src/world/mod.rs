//! A town around an office, in virtual time: customers with their habits, banks with their files,
//! cashiers with their days, and what goes wrong between them.

mod banks;
mod cashier;
mod customers;
mod opening;
mod payouts;
mod questions;
mod sent;

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::{
    AccountId, Actor, Answer, BatchId, Command, CustomerAccountId, CustomerId, LineId, OrderId,
    PayoutId, RateVersion, Refusal,
};
use kantor_model::{Currency, Date, Iban, Moment, Party};

use crate::auditor::{Auditor, Pair, What};
use crate::bank::SimBank;
use crate::chance::Chance;
use crate::faults::Faults;
use crate::office::{Death, Office, Row};
use crate::plant::Plant;
use crate::run::Counts;

/// How many days faults are away before everything must have ended.
const DAYS_TO_HEAL: i64 = 25;
/// And how many they are away at least: customers who are late may still pay.
const DAYS_AT_LEAST: i64 = 5;

/// An account that a customer has in his profile.
#[derive(Clone, Debug)]
struct OwnAccount {
    id: CustomerAccountId,
    iban: Iban,
    currency: Currency,
}

#[derive(Clone, Debug)]
struct Customer {
    id: CustomerId,
    party: Party,
    accounts: Vec<OwnAccount>,
}

/// An account of the office, and at which of the banks it is.
#[derive(Clone, Copy, Debug)]
struct Drawer {
    account: AccountId,
    iban: Iban,
    currency: Currency,
    bank: usize,
}

/// A payment on its way to the office.
#[derive(Clone, Debug)]
struct Payment {
    account: AccountId,
    minor: i64,
    payer: Party,
    from: Iban,
    title: String,
    what: What,
}

/// A file with transfers on its way to a bank.
#[derive(Clone, Debug)]
struct Sent {
    bank: usize,
    bytes: Vec<u8>,
    /// The batch that it was written from; `None` for what a person pays by hand.
    batch: Option<BatchId>,
    /// What its lines are, where no payout's reference tells.
    what: Option<What>,
}

/// A file on its way from a bank to the desk.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct File {
    bytes: Vec<u8>,
    /// Whose it is, where the file does not say: the cashier knows what he asked for.
    account: Option<Iban>,
}

/// Something that will happen.
#[derive(Clone, Debug)]
enum Deed {
    Customer,
    Pay(Payment),
    Answer(OrderId),
    Cancel(OrderId),
    Rates,
    Due,
    Export,
    Deliver(File),
    DayEnd,
    Cashier,
    TakeFile(Sent),
    ComesBack(PayoutId),
    Answered(Vec<u8>),
}

/// What a cashier remembers.
#[derive(Default)]
struct Desk {
    /// Files to import.
    inbox: Vec<File>,
    /// Files that wait for another one, and the day on which they were tried last.
    again: BTreeSet<File>,
    tried_on: Option<Date>,
    /// Batches whose file the bank refused, or that were to be sent and were not.
    unsent: BTreeSet<BatchId>,
    /// Answers of banks to files, to be recorded.
    answers: Vec<Vec<u8>>,
    /// When an order was first seen held.
    held: BTreeMap<OrderId, Moment>,
    /// Lines whose owner is paid back by hand.
    by_hand: BTreeSet<LineId>,
}

/// See the module.
pub(crate) struct World {
    chance: Chance,
    faults: Faults,
    healing: bool,
    now: Moment,
    seq: u64,
    queue: BTreeMap<(Moment, u64), Deed>,
    banks: Vec<SimBank>,
    drawers: Vec<Drawer>,
    customers: Vec<Customer>,
    strangers: Vec<(Party, Iban)>,
    owners: crate::intake::Owners,
    rates: Vec<(RateVersion, Vec<Pair>)>,
    closed: Date,
    /// How many days have ended.
    day_ends: u32,
    orders_a_day: u64,
    desk: Desk,
    keys: u64,
    pub(crate) office: Office,
    pub(crate) auditor: Auditor,
    pub(crate) counts: Counts,
    /// What is told of the run, where somebody wants to know.
    pub(crate) story: Option<Vec<String>>,
}

impl World {
    /// Lives so many days, heals, and is judged. The violation, if there is one, and when.
    pub(crate) fn live(&mut self, days: u32) -> Option<(Moment, String)> {
        let end = self.now.plus_seconds(i64::from(days) * 86_400);
        self.live_until(end);
        self.healing = true;
        self.faults = Faults::default();
        let begun = self.now;
        for day in 1..=DAYS_TO_HEAL {
            if self.is_broken() || (day > DAYS_AT_LEAST && self.is_at_rest()) {
                break;
            }
            self.live_until(begun.plus_seconds(day * 86_400));
        }
        if !self.is_broken() {
            self.office.replay_all();
            self.auditor.judge_end(&self.office.state);
            self.verify();
        }
        self.counts.checks = self.auditor.checks;
        self.counts.crashes = self.office.deaths;
        self.counts.events = self.office.events() as u64;
        let broken = self.office.broken.take();
        let what = broken.or_else(|| self.auditor.violation.take())?;
        Some((self.now, what))
    }

    fn live_until(&mut self, end: Moment) {
        while !self.is_broken() {
            let Some(((when, _), _)) = self.queue.first_key_value() else {
                return;
            };
            if *when > end {
                self.now = end;
                return;
            }
            if let Some(((when, _), deed)) = self.queue.pop_first() {
                self.now = self.now.max(when);
                self.happens(deed);
            }
        }
    }

    /// The checker reckons everything again, where he is asked.
    fn verify(&mut self) {
        if self.office.verify() {
            self.counts.verified += 1;
        }
    }

    fn is_broken(&self) -> bool {
        self.office.broken.is_some() || self.auditor.violation.is_some()
    }

    /// Whether nothing is left to do.
    fn is_at_rest(&self) -> bool {
        let state = &self.office.state;
        let complete = |drawer: &Drawer| {
            let known = state.accounts.get(&drawer.account);
            let lines = self.auditor.lines_at_bank(drawer.account) as u64;
            known.is_some_and(|known| known.lines == lines && known.proved_through == lines)
        };
        state.questions.is_empty()
            && state.alarms.is_empty()
            && state.orders.values().all(|order| order.state.is_over())
            && state
                .payouts
                .values()
                .all(|payout| matches!(payout.state.name(), "Paid" | "Withdrawn"))
            && self.drawers.iter().all(complete)
            && !self.queue.values().any(|deed| {
                matches!(
                    deed,
                    Deed::Pay(_) | Deed::TakeFile(_) | Deed::ComesBack(_) | Deed::Deliver(_)
                )
            })
    }

    fn at(&mut self, when: Moment, deed: Deed) {
        self.seq += 1;
        self.queue.insert((when, self.seq), deed);
    }

    fn after(&mut self, low: i64, high: i64, deed: Deed) {
        let seconds = self.chance.between(low, high);
        self.at(self.now.plus_seconds(seconds), deed);
    }

    fn happens(&mut self, deed: Deed) {
        match deed {
            Deed::Customer => self.customer_comes(),
            Deed::Pay(payment) => self.pays(payment),
            Deed::Answer(order) => self.customer_answers(order),
            Deed::Cancel(order) => self.customer_cancels(order),
            Deed::Rates => self.rates_move(),
            Deed::Due => self.time_passes(),
            Deed::Export => self.banks_export(),
            Deed::Deliver(file) => self.desk.inbox.push(file),
            Deed::DayEnd => self.day_ends(),
            Deed::Cashier => self.cashier_works(),
            Deed::TakeFile(sent) => self.bank_takes(sent),
            Deed::ComesBack(payout) => self.comes_back(payout),
            Deed::Answered(report) => self.desk.answers.push(report),
        }
    }

    /// Asks the office, as somebody who does not give up when it dies and who may click twice.
    fn ask(&mut self, by: &Actor, command: &Command, rows: &[Row]) -> Result<Answer, Refusal> {
        self.keys += 1;
        let key = self.keys;
        let death = if self.chance.hits(self.faults.crash_before) {
            Some(Death::Before)
        } else if self.chance.hits(self.faults.crash_after) {
            Some(Death::After)
        } else {
            None
        };
        let answer = self.ask_once(key, by, command, rows, death)?;
        if death == Some(Death::After) || self.chance.hits(self.faults.click_again) {
            self.counts.clicks += 1;
            let again = self.ask_once(key, by, command, rows, None);
            if again.as_ref() != Ok(&answer) && self.office.plant != Some(Plant::KeyForgotten) {
                self.auditor
                    .object(format!("one request was answered {answer:?} and {again:?}"));
            }
        }
        Ok(answer)
    }

    fn ask_once(
        &mut self,
        key: u64,
        by: &Actor,
        command: &Command,
        rows: &[Row],
        death: Option<Death>,
    ) -> Result<Answer, Refusal> {
        let now = self.now;
        let outcome = self.office.act(key, by, command, rows, now, death);
        self.tell(by, command, death, &outcome);
        match outcome {
            Ok(done) => {
                self.counts.saw(&done.events);
                self.auditor
                    .saw(command, by, &done.events, &self.office, now);
                let twins = self.auditor.take_twins();
                if !twins.is_empty() {
                    self.twins_changed(&twins);
                }
                Ok(done.answer)
            }
            Err(refusal) => {
                self.counts.refused(&refusal);
                if is_a_fault(&refusal) {
                    self.auditor
                        .object(format!("{command:?} was refused: {refusal}"));
                }
                Err(refusal)
            }
        }
    }

    fn tell(
        &mut self,
        by: &Actor,
        command: &Command,
        death: Option<Death>,
        outcome: &Result<crate::office::Done, Refusal>,
    ) {
        let Some(story) = &mut self.story else { return };
        let asked = match command {
            Command::BookStatement(statement) => {
                let lines: Vec<i64> = statement.lines.iter().map(|it| it.amount.minor()).collect();
                format!(
                    "statement of account {} from {:?} to {:?}, after {} lines of the chain: {lines:?}",
                    statement.facts.account,
                    statement.facts.opening,
                    statement.facts.closing,
                    statement.chain_before.0
                )
            }
            other => format!("{other:?}"),
        };
        let died = death.map_or(String::new(), |death| format!(" (dies: {death:?})"));
        story.push(format!("{} {by:?}{died}: {asked}", self.now.warsaw_text()));
        match outcome {
            Ok(done) => {
                for recorded in &done.events {
                    story.push(format!("    {:?}", recorded.event));
                }
                story.push(format!("    => {:?}", done.answer));
            }
            Err(refusal) => story.push(format!("    refused: {refusal}")),
        }
    }

    /// Asks, and at times asks for the same thing once more, as a second request.
    fn staff(&mut self, command: &Command) -> Result<Answer, Refusal> {
        let by = Actor::Staff("anna".to_owned());
        let answer = self.ask(&by, command, &[]);
        if self.chance.hits(self.faults.act_again) {
            self.counts.acts_again += 1;
            let _ = self.ask(&by, command, &[]);
        }
        answer
    }

    /// What the cashier remembers of a line, he remembers of its twin.
    fn twins_changed(&mut self, twins: &BTreeMap<LineId, LineId>) {
        let place = |line: LineId| twins.get(&line).copied().unwrap_or(line);
        let old = std::mem::take(&mut self.desk.by_hand);
        self.desk.by_hand = old.into_iter().map(place).collect();
        for deed in self.queue.values_mut() {
            if let Deed::TakeFile(sent) = deed
                && let Some(What::HandRefund(line)) = &mut sent.what
            {
                *line = place(*line);
            }
        }
    }

    fn time_passes(&mut self) {
        for command in self.office.due(self.now) {
            // What is due can be done; a crash in between changes nothing.
            if let Err(refusal) = self.ask(&Actor::System, &command, &[]) {
                self.auditor
                    .object(format!("{command:?} is due and refused: {refusal}"));
            }
        }
        self.after(240, 600, Deed::Due);
    }

    fn rates_move(&mut self) {
        let pairs = match self.rates.last() {
            Some((_, pairs)) => pairs.clone(),
            None => Vec::new(),
        };
        let moved: Vec<Pair> = pairs
            .into_iter()
            .map(|pair| {
                let mid = (pair.mid + self.chance.between(-150, 150)).max(10_000);
                let spread = self.chance.between(0, 300);
                Pair {
                    buy: mid - spread,
                    sell: mid + self.chance.between(0, 300),
                    mid,
                    ..pair
                }
            })
            .collect();
        self.publish(moved);
        self.after(600, 7_200, Deed::Rates);
    }

    fn drawer(&self, account: AccountId) -> Option<Drawer> {
        self.drawers
            .iter()
            .copied()
            .find(|drawer| drawer.account == account)
    }
}

/// Refusals that true files and careful people never meet.
fn is_a_fault(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::ChainMoved
            | Refusal::ChainTooShort { .. }
            | Refusal::StatementCurrency { .. }
            | Refusal::Money(_)
            | Refusal::Rate(_)
            | Refusal::NoOffice
            | Refusal::NoReferencesLeft
    )
}
