//! Batches: which payouts leave together, the people who let them, and the one file.

use kantor_model::Date;

use crate::Checks;
use crate::form::{Fields, Misread};
use crate::life::{BatchState, PayoutState, batch_after, payout_after};
use crate::log::At;
use crate::office::{Batch, Office};
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
        }
        self.batches.push(Batch {
            account: fixed.account,
            date: fixed.date,
            payouts: fixed.payouts,
            state: BatchState::Fixed,
            made_by: at.by.clone(),
        });
        Ok(Moves::new())
    }

    fn batch_step(&mut self, at: &At<'_>, batch: u64) -> Checks<BatchState> {
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

    /// Moves the payouts of a batch that can move with it; one that went on by itself stays.
    fn members_step(&mut self, at: &At<'_>, batch: u64) -> Checks {
        for payout in self.batch(at, batch)?.payouts.clone() {
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
        Ok(())
    }

    pub(crate) fn batch_approved(&mut self, at: &At<'_>, batch: u64) -> Checks<Moves> {
        self.nothing_left(at, batch)?;
        let made_by = &self.batch(at, batch)?.made_by;
        let alone = self.policy(at)?.four_eyes && *made_by == at.by;
        at.must(!alone, || {
            format!("batch {batch} is approved by the one who made it, and the rules want another")
        })?;
        self.batch_step(at, batch)?;
        self.members_step(at, batch)?;
        Ok(Moves::new())
    }

    pub(crate) fn batch_written(&mut self, at: &At<'_>, batch: u64, file: &File) -> Checks<Moves> {
        self.nothing_left(at, batch)?;
        self.carries(at, batch, file)?;
        self.batch_step(at, batch)?;
        self.members_step(at, batch)?;
        Ok(Moves::new())
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
            self.nothing_left(at, batch)?;
            let mut names: Vec<String> = people
                .iter()
                .map(|name| name.trim().to_lowercase())
                .filter(|name| !name.is_empty())
                .collect();
            names.sort();
            names.dedup();
            at.must(names.len() == 2, || {
                "a written file is void when two people attest that it was not sent".to_owned()
            })?;
        }
        self.members_step(at, batch)?;
        Ok(Moves::new())
    }

    pub(crate) fn batch_closed(&mut self, at: &At<'_>, batch: u64) -> Checks<Moves> {
        for payout in &self.batch(at, batch)?.payouts {
            let state = self.payout(at, *payout)?.state;
            at.must(state == PayoutState::Paid, || {
                format!("payout {payout} of batch {batch} is {}", state.name())
            })?;
        }
        self.batch_step(at, batch)?;
        Ok(Moves::new())
    }
}
