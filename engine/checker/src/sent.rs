//! What follows when a file is sent: the bank's answers, what is asked about, alarms, and the rules.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Currency, Date, Moment, Money};
use serde_json::Value;

use crate::batches::are_two;
use crate::form::{Fields, Form, Misread, whole};
use crate::life::{BatchState, OrderState, PayoutState, payout_after};
use crate::log::At;
use crate::office::{Office, PayoutKind, nth};
use crate::orders::reasoned;
use crate::transfers::bytes;
use crate::values::{Actor, Line, Moves, Payee};
use crate::{Checks, Digest};

/// An alarm that a person has to close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub(crate) enum Alarm {
    PaidTwice { payout: u64, line: Line },
    PaidWithoutFile { payout: u64, line: Line },
    PaidFromVoidFile { payout: u64, line: Line, batch: u64 },
    VoidFileAccepted { batch: u64 },
    ReversedTooLate { order: u64, line: Line },
}

/// What the checker remembers of files that were sent.
#[derive(Default)]
pub(crate) struct Sent {
    /// The version of the rules for payouts.
    version: u32,
    /// Above so many minor units a batch needs a second person who saw its file.
    pub(crate) limits: BTreeMap<Currency, i64>,
    /// Open alarms, by their numbers.
    alarms: BTreeMap<u64, Alarm>,
    raised: u64,
    /// By which name the bank may speak of which batch.
    pub(crate) names: BTreeMap<String, u64>,
    /// The payout that did not come back, by the event before.
    pub(crate) stayed_away: Option<u64>,
    /// A debit for several payouts that is not confirmed, and those of it that are still to be told.
    pub(crate) unproved: Option<(Line, Vec<u64>)>,
}

impl Sent {
    pub(crate) fn raise(&mut self, alarm: Alarm) {
        self.raised += 1;
        self.alarms.insert(self.raised, alarm);
    }

    pub(crate) fn is_open(&self, wanted: Alarm) -> bool {
        self.alarms.values().any(|alarm| *alarm == wanted)
    }

    pub(crate) fn left_twice(&self, payout: u64) -> bool {
        let mut alarms = self.alarms.values();
        alarms.any(|alarm| matches!(alarm, Alarm::PaidTwice { payout: it, .. } if *it == payout))
    }

    /// Whether an open alarm says that a payout of this order, or of this void file, must not leave.
    pub(crate) fn stops(&self, order: Option<u64>, void_file: Option<u64>) -> bool {
        self.alarms.values().any(|alarm| match alarm {
            Alarm::ReversedTooLate { order: it, .. } => Some(*it) == order,
            Alarm::VoidFileAccepted { batch } => Some(*batch) == void_file,
            Alarm::PaidTwice { .. }
            | Alarm::PaidWithoutFile { .. }
            | Alarm::PaidFromVoidFile { .. } => false,
        })
    }

    /// Lines that alarms name have other places.
    pub(crate) fn follow(&mut self, place: &impl Fn(&mut Line)) {
        for alarm in self.alarms.values_mut() {
            match alarm {
                Alarm::PaidTwice { line, .. }
                | Alarm::PaidWithoutFile { line, .. }
                | Alarm::PaidFromVoidFile { line, .. }
                | Alarm::ReversedTooLate { line, .. } => place(line),
                Alarm::VoidFileAccepted { .. } => {}
            }
        }
    }
}

/// What the rules for payouts say that is held against batches.
pub(crate) struct Rules {
    version: u32,
    limits: Vec<Money>,
}

impl Rules {
    pub(crate) fn read(rules: &Fields<'_>) -> Result<Rules, Misread> {
        rules.get::<Vec<Hours>>("banks")?;
        rules.get::<Vec<Opening>>("opening")?;
        rules.get::<Vec<Date>>("closed")?;
        Ok(Rules {
            version: rules.get("version")?,
            limits: rules.get("four_eyes_above")?,
        })
    }
}

/// The hours of a bank; nothing here depends on them.
struct Hours;

impl Form for Hours {
    fn read(value: &Value) -> Result<Hours, Misread> {
        whole(value, |hours| {
            hours.get::<String>("bank")?;
            hours.get::<Vec<u32>>("sends")?;
            hours.get::<Vec<u32>>("receives")?;
            hours.get::<u32>("abroad")?;
            hours.get::<u32>("ask_after")?;
            hours.get::<String>("evidence")?;
            Ok(Hours)
        })
    }
}

/// When the office is open; nothing here depends on it.
struct Opening;

impl Form for Opening {
    fn read(value: &Value) -> Result<Opening, Misread> {
        whole(value, |opening| {
            opening.get::<u32>("weekday")?;
            opening.get::<u32>("from")?;
            opening.get::<u32>("until")?;
            Ok(Opening)
        })
    }
}

/// A name of a file or of a block of it, with the payouts in it.
pub(crate) struct Name(String, Vec<u64>);

impl Form for Name {
    fn read(value: &Value) -> Result<Name, Misread> {
        whole(value, |name| {
            Ok(Name(name.get("name")?, name.get("payouts")?))
        })
    }
}

/// One payout that the bank refused, and its reason code.
pub(crate) struct Rejection(pub(crate) u64, pub(crate) Option<String>);

impl Form for Rejection {
    fn read(value: &Value) -> Result<Rejection, Misread> {
        whole(value, |one| {
            Ok(Rejection(one.get("payout")?, one.get("code")?))
        })
    }
}

/// What the bank answered, as an event states it.
pub(crate) struct Answer {
    pub(crate) report: Digest,
    pub(crate) accepted: Vec<u64>,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) unclear: Vec<u64>,
    whole: Option<String>,
}

impl Answer {
    pub(crate) fn read(answer: &Fields<'_>) -> Result<Answer, Misread> {
        Ok(Answer {
            report: answer.get("report")?,
            accepted: answer.get("accepted")?,
            rejected: answer.get("rejected")?,
            unclear: answer.get("unclear")?,
            whole: answer.get("whole")?,
        })
    }
}

/// A payout that is owed again.
pub(crate) struct DueAgain {
    pub(crate) payout: u64,
    pub(crate) reason: String,
    pub(crate) attested_by: Vec<String>,
}

/// A payee that was corrected.
pub(crate) struct Corrected {
    pub(crate) payout: u64,
    pub(crate) payee: Payee,
    pub(crate) reason: String,
    pub(crate) second_factor: bool,
}

impl Office<'_> {
    pub(crate) fn payout_rules_set(&mut self, at: &At<'_>, rules: &Rules) -> Checks<Moves> {
        let next = self.sent.version.saturating_add(1);
        at.must(rules.version == next, || {
            format!("its version {} does not follow {}", rules.version, next - 1)
        })?;
        let limits: BTreeMap<Currency, i64> = rules
            .limits
            .iter()
            .map(|limit| (limit.currency(), limit.minor()))
            .collect();
        let is_plain = limits.len() == rules.limits.len() && limits.values().all(|it| *it >= 0);
        at.must(is_plain, || {
            "a currency has two limits, or one below nothing".to_owned()
        })?;
        self.sent.version = next;
        self.sent.limits = limits;
        Ok(Moves::new())
    }

    /// From here on the bank's lines are awaited, and it may speak of the file by these names: its
    /// file was written, or a line that closed it is not confirmed.
    pub(crate) fn batch_awaited(
        &mut self,
        at: &At<'_>,
        batch: u64,
        until: Moment,
        names: Vec<Name>,
    ) -> Checks<Moves> {
        let before = self.batch_step(at, batch)?;
        let known = self.batch(at, batch)?;
        let asks = before == BatchState::Written || self.asks_again(at, batch)?;
        at.must(known.is_written && asks, || {
            format!("nothing of batch {batch} is awaited")
        })?;
        at.must(known.awaited.is_none() && until > at.moment, || {
            format!("nothing of batch {batch} can be awaited until {until}")
        })?;
        for Name(name, payouts) in &names {
            let inside = payouts.iter().all(|payout| known.payouts.contains(payout));
            at.must(inside, || {
                format!("{name} names payouts that are not in batch {batch}")
            })?;
        }
        for Name(name, _) in &names {
            self.sent.names.insert(plain(name), batch);
        }
        let known = self.batch_mut(at, batch)?;
        known.awaited = Some(until);
        known.names = names.into_iter().map(|it| (plain(&it.0), it.1)).collect();
        Ok(Moves::new())
    }

    /// The bank's answer is in the archive, and moves payouts as they can move.
    pub(crate) fn bank_answered(
        &mut self,
        at: &At<'_>,
        batch: u64,
        answer: &Answer,
    ) -> Checks<Moves> {
        let known = self.batch(at, batch)?;
        at.must(known.state == BatchState::Written, || {
            format!("batch {batch} is {}", known.state.name())
        })?;
        let rejected = answer.rejected.iter().map(|one| one.0);
        let named: Vec<u64> = answer
            .accepted
            .iter()
            .chain(&answer.unclear)
            .copied()
            .chain(rejected.clone())
            .collect();
        let once: BTreeSet<u64> = named.iter().copied().collect();
        at.must(once.len() == named.len() && !named.is_empty(), || {
            "it says nothing, or two things of one payout".to_owned()
        })?;
        let members = self.members(at, batch)?;
        let stranger = named.iter().find(|payout| !members.contains(payout));
        at.must(stranger.is_none(), || {
            format!("it speaks of payout {stranger:?}, which is not in batch {batch}")
        })?;
        self.stands_in_report(at, answer)?;
        let accepted = answer.accepted.iter().map(|it| (*it, "accepted"));
        let unclear = answer.unclear.iter().map(|it| (*it, "unclear"));
        let rejected = rejected.map(|it| (it, "rejected"));
        for (payout, what) in accepted.chain(unclear).chain(rejected) {
            self.payout_moves(at, payout, what)?;
        }
        if answer.whole.is_some() {
            self.batch_mut(at, batch)?.is_refused = true;
        }
        Ok(Moves::new())
    }

    /// The lines of a batch have not come in time: nobody knows what became of its payouts.
    pub(crate) fn batch_unanswered(
        &mut self,
        at: &At<'_>,
        batch: u64,
        again: Moment,
    ) -> Checks<Moves> {
        let until = self.batch(at, batch)?.awaited;
        let is_time = until.is_some_and(|until| at.moment > until) && again > at.moment;
        at.must(is_time, || {
            format!("batch {batch} has time until {until:?}")
        })?;
        for payout in self.members(at, batch)? {
            let state = self.payout(at, payout)?.state;
            if payout_after(state, "unclear").is_some() {
                self.payout_moves(at, payout, "unclear")?;
            }
        }
        self.batch_mut(at, batch)?.awaited = Some(again);
        Ok(Moves::new())
    }

    pub(crate) fn void_file_accepted(
        &mut self,
        at: &At<'_>,
        batch: u64,
        report: &Digest,
    ) -> Checks<Moves> {
        let known = self.batch(at, batch)?;
        at.must(known.state == BatchState::Voided, || {
            format!("batch {batch} is {}", known.state.name())
        })?;
        let alarm = Alarm::VoidFileAccepted { batch };
        at.must(!self.sent.is_open(alarm), || {
            "that alarm is open already".to_owned()
        })?;
        let fact = || format!("file {report} (of event {})", at.seq);
        bytes(self.archive, report, &fact, None)?;
        self.sent.raise(alarm);
        Ok(Moves::new())
    }

    /// A person of the staff says what was done about an alarm.
    pub(crate) fn alarm_closed(&mut self, at: &At<'_>, alarm: u64, reason: &str) -> Checks<Moves> {
        reasoned(at, reason)?;
        at.must(matches!(at.by, Actor::Staff(_)), || {
            "nobody of the staff says so".to_owned()
        })?;
        at.must(self.sent.alarms.remove(&alarm).is_some(), || {
            format!("alarm {alarm} is not open")
        })?;
        Ok(Moves::new())
    }

    /// Another account of the same customer, of the same currency.
    pub(crate) fn payee_corrected(&mut self, at: &At<'_>, it: &Corrected) -> Checks<Moves> {
        let payout = it.payout;
        let known = self.payout(at, payout)?;
        let order = known
            .order
            .ok_or_else(|| at.wrong("money goes back only to the account that it came from"))?;
        let customer = self.order(at, order)?.customer;
        self.acts_for(at, customer)?;
        match at.by {
            Actor::Customer(_) => at.must(it.second_factor, || {
                "the customer did not show his second factor".to_owned()
            })?,
            Actor::Staff(_) | Actor::System => reasoned(at, &it.reason)?,
        }
        at.must(known.kind == PayoutKind::Exchange, || {
            "money goes back only to the account that it came from".to_owned()
        })?;
        let waits = matches!(known.state, PayoutState::Rejected | PayoutState::Returned);
        at.must(waits, || {
            format!("payout {payout} is {}", known.state.name())
        })?;
        let account = match it.payee {
            Payee::CustomerAccount(account) => self.customer_account(account),
            Payee::PayerOf(_) => None,
        };
        let currency = known.amount.currency();
        let is_his =
            account.is_some_and(|own| own.customer == customer && own.currency == currency);
        at.must(is_his, || {
            format!("that is no {currency} account of customer {customer}")
        })?;
        self.payout_mut(at, payout)?.payee = it.payee;
        Ok(Moves::new())
    }

    pub(crate) fn payout_due_again(&mut self, at: &At<'_>, it: &DueAgain) -> Checks<Moves> {
        let known = self.payout(at, it.payout)?;
        if !matches!(at.by, Actor::Customer(_)) {
            reasoned(at, &it.reason)?;
        }
        let unknown = known.state == PayoutState::Unknown;
        at.must(!unknown || are_two(&it.attested_by), || {
            "what may have left is paid again when two people attest that it has not".to_owned()
        })?;
        self.payout_step(at, it.payout)?;
        Ok(Moves::new())
    }

    /// A payout that was paid came back: the order is open again.
    pub(crate) fn order_reopened(&mut self, at: &At<'_>, order: u64) -> Checks<Moves> {
        let came_back = self
            .live_payouts(order)
            .any(|(_, payout)| payout.state == PayoutState::Returned);
        at.must(came_back, || format!("nothing of order {order} came back"))?;
        let known = self.order_mut(at, order)?;
        if known.state == OrderState::Refunded {
            known.state = OrderState::Refunding;
            return Ok(Moves::new());
        }
        self.order_stepped(at, order)
    }

    /// The bank took money back when it was on its way out.
    pub(crate) fn reversed_too_late(
        &mut self,
        at: &At<'_>,
        order: u64,
        receipt: Line,
        line: Line,
    ) -> Checks<Moves> {
        let state = self.order(at, order)?.state;
        let is_out = matches!(
            state,
            OrderState::PayingOut
                | OrderState::Completed
                | OrderState::Refunding
                | OrderState::Refunded
        );
        at.must(is_out, || {
            format!("the money of order {order} is here: {}", state.name())
        })?;
        let its = self.line(at, receipt)?.share_of(order).is_some();
        at.must(its && self.undoes(at, line, receipt)?, || {
            format!("line {line} does not take line {receipt} back")
        })?;
        self.sent.raise(Alarm::ReversedTooLate { order, line });
        Ok(Moves::new())
    }

    /// Payouts that stand together in one debit, by its transactions, its text, or the name of a
    /// file; none where they are not its sum.
    pub(crate) fn together(&self, at: &At<'_>, line: Line) -> Checks<Vec<u64>> {
        let (row, said) = self.said(at, line)?;
        if said.reversal || row.amount >= 0 {
            return Ok(Vec::new());
        }
        let in_text = |text: &str| -> Vec<u64> {
            let named = self.known_in(text);
            named.iter().filter_map(|it| it.payout()).collect()
        };
        let parts: Vec<Vec<u64>> = said.parts.iter().map(|it| in_text(&it.text())).collect();
        let alone = parts.len() > 1 && parts.iter().all(|named| named.len() == 1);
        let by_parts = if alone { parts.concat() } else { Vec::new() };
        let by_text = in_text(&said.text());
        let fits = |payouts: &Vec<u64>| {
            let once: BTreeSet<&u64> = payouts.iter().collect();
            let known = payouts.iter().filter_map(|it| nth(&self.payouts, *it));
            let sum: i128 = known
                .filter(|payout| payout.account == line.account)
                .map(|payout| i128::from(payout.amount.minor()))
                .sum();
            once.len() == payouts.len() && sum == -i128::from(row.amount)
        };
        let found = [by_parts, by_text].into_iter().filter(|it| it.len() > 1);
        let found = found.chain(self.of_names(&said.text())).find(fits);
        Ok(found.unwrap_or_default())
    }

    /// Whether a line names the file that was written from a batch.
    pub(crate) fn names_file(&self, at: &At<'_>, line: Line, batch: u64) -> Checks<bool> {
        let (_, said) = self.said(at, line)?;
        let text = said.text();
        let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
        let mut words = words.map(plain).filter(|word| word.len() >= NAME_AT_LEAST);
        Ok(words.any(|word| {
            let known = self.sent.names.range(word.clone()..);
            let mut known = known.take_while(|(name, _)| name.starts_with(&word));
            known.any(|(_, of)| *of == batch)
        }))
    }

    /// The payouts of files, and of blocks of them, that a text names.
    fn of_names(&self, text: &str) -> Vec<Vec<u64>> {
        let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
        let mut found = Vec::new();
        for word in words.map(plain).filter(|word| word.len() >= NAME_AT_LEAST) {
            let known = self.sent.names.range(word.clone()..);
            let known = known.take_while(|(name, _)| name.starts_with(&word));
            for batch in known.filter_map(|(_, batch)| nth(&self.batches, *batch)) {
                let names = batch.names.iter();
                let names = names.filter(|(name, _)| name.starts_with(&word));
                for (_, payouts) in names {
                    let taken = payouts.iter().copied().filter(|it| {
                        let known = nth(&self.payouts, *it);
                        known.is_some_and(|it| it.state != PayoutState::Rejected)
                    });
                    found.extend([payouts.clone(), taken.collect()]);
                }
            }
        }
        found
    }
}

/// A shorter name says too little of a file.
const NAME_AT_LEAST: usize = 14;

fn plain(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|it| it.to_ascii_uppercase()).collect()
}
