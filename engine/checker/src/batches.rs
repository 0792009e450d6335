//! Batches: which payouts leave together, the people who let them, and the one file.

use kantor_model::Date;

use crate::Checks;
use crate::form::{Fields, Misread};
use crate::life::{BatchState, PayoutState, batch_after, payout_after};
use crate::log::At;
use crate::office::{Batch, Office, nth};
use crate::transfers::File;
use crate::values::{Actor, Moves};

/// A batch as it was made.
pub(crate) struct Fixed {
    batch: u64,
    account: u64,
    date: Date,
    payouts: Vec<u64>,
}

impl Fixed {
    pub(crate) fn read(event: &Fields<'_>) -> Result<Fixed, Misread> {
        Ok(Fixed {
            batch: event.get("batch")?,
            account: event.get("account")?,
            date: event.get("date")?,
            payouts: event.get("payouts")?,
        })
    }
}

impl Office<'_> {
    pub(crate) fn batch_fixed(&mut self, at: &At<'_>, fixed: Fixed) -> Checks<Moves> {
        let number = self.batches.len() as u64 + 1;
        at.must(fixed.batch == number, || {
            format!("the batch is number {number}, not {}", fixed.batch)
        })?;
        self.account(at, fixed.account)?;
        at.must(!fixed.payouts.is_empty(), || "nothing is in it".to_owned())?;
        for payout in &fixed.payouts {
            let known = self.payout(at, *payout)?;
            at.must(known.account == fixed.account, || {
                format!("payout {payout} leaves from account {}", known.account)
            })?;
            self.payout_step(at, *payout)?;
            self.payout_mut(at, *payout)?.batch = Some(number);
        }
        self.nothing_is_stopped(at, &fixed.payouts)?;
        self.batches.push(Batch {
            account: fixed.account,
            date: fixed.date,
            payouts: fixed.payouts,
            state: BatchState::Fixed,
            made_by: at.by.clone(),
            proposed: None,
            is_written: false,
            names: Vec::new(),
            awaited: None,
            is_refused: false,
        });
        Ok(Moves::new())
    }

    pub(crate) fn batch_step(&mut self, at: &At<'_>, batch: u64) -> Checks<BatchState> {
        let before = self.batch(at, batch)?.state;
        let next = batch_after(before, at.kind).ok_or_else(|| {
            at.wrong(format!(
                "batch {batch} is {}, and {} cannot be",
                before.name(),
                at.kind
            ))
        })?;
        self.batch_mut(at, batch)?.state = next;
        Ok(before)
    }

    /// The payouts of a batch that went into no later one.
    pub(crate) fn members(&self, at: &At<'_>, batch: u64) -> Checks<Vec<u64>> {
        let mut members = Vec::new();
        for payout in &self.batch(at, batch)?.payouts {
            if self.payout(at, *payout)?.batch == Some(batch) {
                members.push(*payout);
            }
        }
        Ok(members)
    }

    /// Whether nobody knows of one of its payouts whether it has left.
    pub(crate) fn asks_again(&self, at: &At<'_>, batch: u64) -> Checks<bool> {
        let members = self.members(at, batch)?.into_iter();
        let mut states = members.filter_map(|payout| Some(nth(&self.payouts, payout)?.state));
        Ok(states.any(|state| state == PayoutState::Unknown))
    }

    /// A written batch is not over while nobody knows of one of its payouts whether it has left.
    pub(crate) fn batches_at_rest(&self) -> Checks {
        let unknown = self.payouts.iter().zip(1_u64..);
        let unknown = unknown.filter(|(payout, _)| payout.state == PayoutState::Unknown);
        for (payout, number) in unknown {
            let number_of = payout.batch.unwrap_or_default();
            let closed = nth(&self.batches, number_of)
                .is_some_and(|batch| batch.is_written && batch.state == BatchState::Closed);
            crate::must(
                !closed,
                || format!("batch {number_of}"),
                || format!("it is Closed, and nobody knows whether payout {number} has left"),
            )?;
        }
        Ok(())
    }

    /// Moves the payouts of a batch that can move with it; one that went on by itself stays.
    fn members_step(&mut self, at: &At<'_>, batch: u64) -> Checks {
        for payout in self.members(at, batch)? {
            let state = self.payout(at, payout)?.state;
            if payout_after(state, at.kind).is_some() {
                self.payout_step(at, payout)?;
            }
        }
        Ok(())
    }

    /// A payout that has left is not in a file that is still to go.
    fn nothing_left(&self, at: &At<'_>, batch: u64) -> Checks {
        for payout in &self.batch(at, batch)?.payouts {
            let state = self.payout(at, *payout)?.state;
            at.must(state != PayoutState::Paid, || {
                format!("payout {payout} has left already")
            })?;
        }
        let payouts = &self.batch(at, batch)?.payouts;
        self.nothing_is_stopped(at, payouts)
    }

    /// What an open alarm is about does not leave.
    fn nothing_is_stopped(&self, at: &At<'_>, payouts: &[u64]) -> Checks {
        for payout in payouts {
            let known = self.payout(at, *payout)?;
            let stopped = self.sent.stops(known.order, known.void_file);
            at.must(!stopped, || {
                format!("payout {payout} must not leave while an alarm about it is open")
            })?;
        }
        Ok(())
    }

    pub(crate) fn batch_approved(&mut self, at: &At<'_>, batch: u64) -> Checks<Moves> {
        self.nothing_left(at, batch)?;
        let known = self.batch(at, batch)?;
        let limit = self
            .sent
            .limits
            .get(&self.account(at, known.account)?.currency());
        let above = limit.is_some_and(|limit| self.sum_of(&known.payouts) > i128::from(*limit));
        let showed = known.proposed.as_ref().is_some_and(|(_, by)| *by == at.by);
        let alone = known.made_by == at.by || showed;
        at.must(!(alone && (above || self.policy(at)?.four_eyes)), || {
            format!("batch {batch} is approved by the one who made it, and the rules want another")
        })?;
        at.must(!above || known.proposed.is_some(), || {
            format!("batch {batch} is above the limit, and nobody saw its file")
        })?;
        self.batch_step(at, batch)?;
        self.members_step(at, batch)?;
        Ok(Moves::new())
    }

    pub(crate) fn batch_written(&mut self, at: &At<'_>, batch: u64, file: &File) -> Checks<Moves> {
        self.nothing_left(at, batch)?;
        let shown = self.batch(at, batch)?.proposed.as_ref();
        let is_shown = shown.is_none_or(|(shown, _)| *shown == file.digest);
        at.must(is_shown, || {
            "another file was shown to the approver".to_owned()
        })?;
        self.carries(at, batch, file)?;
        self.batch_step(at, batch)?;
        self.members_step(at, batch)?;
        self.batch_mut(at, batch)?.is_written = true;
        Ok(Moves::new())
    }

    /// The approver is shown this file.
    pub(crate) fn batch_proposed(&mut self, at: &At<'_>, batch: u64, file: &File) -> Checks<Moves> {
        let state = self.batch(at, batch)?.state;
        at.must(state == BatchState::Fixed, || {
            format!("batch {batch} is {}", state.name())
        })?;
        self.carries(at, batch, file)?;
        self.batch_mut(at, batch)?.proposed = Some((file.digest, at.by.clone()));
        Ok(Moves::new())
    }

    fn sum_of(&self, payouts: &[u64]) -> i128 {
        let known = payouts
            .iter()
            .filter_map(|payout| nth(&self.payouts, *payout));
        known.map(|payout| i128::from(payout.amount.minor())).sum()
    }

    pub(crate) fn batch_voided(
        &mut self,
        at: &At<'_>,
        batch: u64,
        reason: &str,
        people: &[String],
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        at.must(matches!(at.by, Actor::Staff(_)), || {
            "nobody of the staff says so".to_owned()
        })?;
        let before = self.batch_step(at, batch)?;
        if before == BatchState::Written {
            self.was_not_sent(at, batch, people)?;
        }
        self.members_step(at, batch)?;
        let is_written = {
            let known = self.batch_mut(at, batch)?;
            known.awaited = None;
            known.is_written
        };
        for payout in self.members(at, batch)? {
            if is_written {
                self.payout_mut(at, payout)?.void_file = Some(batch);
            }
        }
        Ok(Moves::new())
    }

    /// Two people attest that a written file was not sent, or the bank refused it as a whole; and no
    /// line or answer of the bank says otherwise.
    fn was_not_sent(&self, at: &At<'_>, batch: u64, people: &[String]) -> Checks {
        let known = self.batch(at, batch)?;
        let states: Vec<PayoutState> = self
            .members(at, batch)?
            .iter()
            .filter_map(|payout| Some(nth(&self.payouts, *payout)?.state))
            .collect();
        for payout in &known.payouts {
            let state = self.payout(at, *payout)?.state;
            at.must(state != PayoutState::Paid, || {
                format!("payout {payout} has left already")
            })?;
        }
        at.must(!states.contains(&PayoutState::Accepted), || {
            "the bank says that it has it".to_owned()
        })?;
        let is_ended =
            |state: &PayoutState| matches!(state, PayoutState::Due | PayoutState::Rejected);
        if known.is_refused && states.iter().all(is_ended) {
            return Ok(());
        }
        at.must(are_two(people), || {
            "a written file is void when two people attest that it was not sent".to_owned()
        })
    }

    pub(crate) fn batch_closed(&mut self, at: &At<'_>, batch: u64) -> Checks<Moves> {
        for payout in self.members(at, batch)? {
            let state = self.payout(at, payout)?.state;
            let is_open = matches!(
                state,
                PayoutState::InBatch
                    | PayoutState::Approved
                    | PayoutState::Exported
                    | PayoutState::Accepted
                    | PayoutState::Unknown
            );
            at.must(!is_open, || {
                format!("payout {payout} of batch {batch} is {}", state.name())
            })?;
        }
        self.batch_step(at, batch)?;
        self.batch_mut(at, batch)?.awaited = None;
        Ok(Moves::new())
    }
}

/// Two people, by their names.
pub(crate) fn are_two(people: &[String]) -> bool {
    let mut names: Vec<String> = people
        .iter()
        .map(|name| name.trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names.len() == 2
}
