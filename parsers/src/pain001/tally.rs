//! Numbers and sums of transfers: what a head says, and what is there.

use kantor_model::{Money, Place};

use super::complaints::Complaints;
use super::message::Totals;
use super::sum::Sum;

/// Transfers counted, and their amounts added as long as each could be read.
#[derive(Clone, Copy)]
pub(super) struct Tally {
    count: u64,
    sum: Option<Sum>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            count: 0,
            sum: Some(Sum::default()),
        }
    }
}

impl Tally {
    /// One transfer more; without an amount the sum is not known any more.
    pub(super) fn add(&mut self, amount: Option<Money>) {
        self.count += 1;
        self.sum = self.sum.zip(amount).map(|(mut sum, amount)| {
            sum.add(amount);
            sum
        });
    }

    pub(super) fn count(self) -> u64 {
        self.count
    }

    pub(super) fn totals(self) -> Totals {
        Totals {
            transfers: Some(self.count),
            sum: self.sum.map(Sum::text),
        }
    }
}

/// What a head says, and where.
#[derive(Default)]
pub(super) struct Told {
    count: Option<(u64, Place)>,
    sum: Option<(Sum, Place)>,
    sum_text: Option<String>,
}

impl Told {
    /// Takes NbOfTxs.
    pub(super) fn take_count(&mut self, text: &str, place: Place, complaints: &mut Complaints) {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|_| digits) {
            Some(count) => self.count = Some((count, place)),
            None => complaints.fatal(
                place,
                "count-unreadable",
                format!("`{text}` is not a number of transfers; have the file made anew"),
                excerpt("NbOfTxs", text),
            ),
        }
    }

    /// Takes CtrlSum.
    pub(super) fn take_sum(&mut self, text: &str, place: Place, complaints: &mut Complaints) {
        match Sum::parse(text) {
            Some(sum) => {
                self.sum = Some((sum, place));
                self.sum_text = Some(text.to_owned());
            }
            None => complaints.fatal(
                place,
                "sum-unreadable",
                format!("`{text}` is not a control sum; have the file made anew"),
                excerpt("CtrlSum", text),
            ),
        }
    }

    /// Complains about each number that is not that of the content. A sum that could not be made,
    /// because of an amount that could not be read, was complained about there.
    pub(super) fn compare(&self, found: Tally, what: &str, complaints: &mut Complaints) {
        if let Some((count, place)) = self.count.filter(|(count, _)| *count != found.count) {
            complaints.fatal(
                place,
                "count-mismatch",
                format!(
                    "{what} says that it has {count} transfers, and it has {}; a part is missing or was added, so have the file made anew",
                    found.count
                ),
                excerpt("NbOfTxs", &count.to_string()),
            );
        }
        if let (Some((sum, place)), Some(really)) = (self.sum, found.sum)
            && !sum.equals(really)
        {
            let text = self.sum_text.as_deref().unwrap_or_default();
            complaints.fatal(
                place,
                "sum-mismatch",
                format!(
                    "{what} says that its amounts add up to {text}, and they add up to {}; a part is missing or was changed, so have the file made anew",
                    really.text()
                ),
                excerpt("CtrlSum", text),
            );
        }
    }

    pub(super) fn totals(&self) -> Totals {
        Totals {
            transfers: self.count.map(|(count, _)| count),
            sum: self.sum_text.clone(),
        }
    }
}

fn excerpt(name: &str, text: &str) -> String {
    let text: String = text.chars().take(40).collect();
    format!("<{name}>{text}</{name}>")
}
