//! The bank's own words about a file (pain.002), read again: what an event says of a payout stands
//! there.

use kantor_parsers::pain002::{self, Found, Standing, Status, StatusReport};

use crate::log::At;
use crate::office::Office;
use crate::reference::payout_reference;
use crate::sent::Answer;
use crate::transfers::bytes;
use crate::{Checks, must};

impl Office<'_> {
    /// What the answer says is what its file says, where that is one that we read.
    pub(crate) fn stands_in_report(&self, at: &At<'_>, answer: &Answer) -> Checks {
        let fact = || format!("file {} (of event {})", answer.report, at.seq);
        let bytes = bytes(self.archive, &answer.report, &fact, None)?;
        let read = pain002::read(&mut bytes.as_slice(), None).ok();
        let Some(report) = read.and_then(|read| read.report) else {
            // A person read it: the hash is all there is.
            return Ok(());
        };
        let said = |payout: u64, wanted: &str| {
            let found = told(&report, payout);
            must(found == wanted, fact, || {
                format!("it says {found} of payout {payout}, not {wanted}")
            })
        };
        for payout in &answer.accepted {
            said(*payout, "accepted")?;
        }
        for rejection in &answer.rejected {
            said(rejection.0, "rejected")?;
            let code = code_of(&report, rejection.0);
            must(code == rejection.1, fact, || {
                format!("it refuses payout {} for {code:?}", rejection.0)
            })?;
        }
        for payout in &answer.unclear {
            said(*payout, "unclear")?;
        }
        Ok(())
    }
}

fn told(report: &StatusReport, payout: u64) -> &'static str {
    let id = payout_reference(payout).unwrap_or_default();
    match report.find(&id, None) {
        // Held back: nothing was paid, and it may still be.
        Found::Told(told) if *told.status == Status::Blocked => "unclear",
        Found::Told(told) => match told.status.standing() {
            Standing::Underway | Standing::Settled => "accepted",
            Standing::Refused => "rejected",
            Standing::Mixed | Standing::Unknown => "unclear",
        },
        Found::Unsaid => "nothing",
        Found::Several(_) => "unclear",
    }
}

fn code_of(report: &StatusReport, payout: u64) -> Option<String> {
    let id = payout_reference(payout).unwrap_or_default();
    match report.find(&id, None) {
        Found::Told(told) => told.reasons.iter().find_map(|reason| reason.code.clone()),
        Found::Unsaid | Found::Several(_) => None,
    }
}
