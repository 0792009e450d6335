//! Line identity (law 1): the place of a statement's lines in the account's balance chain.
//!
//! Every line that an account has had here is a link: amount, balance after it, booking day.
//! A new statement fits where the balance before it equals its opening and where every line that
//! both know is the same. Text and references are evidence for choosing between places that fit
//! equally; they are never identity, because one line arrives with different text in different
//! exports. Two real identical payments have different places and stay two.

mod align;
mod change;
mod marks;
mod step;

use kantor_model::Date;

use crate::matching::LineFacts;
use crate::snapshot::OfficeAccount;

pub use align::{Fate, align, settle};
pub use change::{ChainChange, Moved, Placed, Stretch};
pub use marks::{Likeness, Marks, Says};
pub(crate) use step::remember;
pub use step::{ChainStep, UNDOABLE};

/// One line of an account's chain. Amounts are minor units of the account's currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Link {
    /// Signed amount.
    pub amount: i64,
    /// The booked balance after this line.
    pub balance_after: i64,
    /// The day on which the bank booked it, where the file says so.
    pub booked_on: Option<Date>,
    /// A fingerprint of text and references ([`evidence`]).
    pub evidence: u64,
    /// What it says of itself, mark by mark.
    pub marks: Marks,
}

/// The end of an account's chain, as much of it as was loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainTail<'a> {
    /// The ordinal of the line before the first link; 0 when the whole chain was loaded.
    pub before: u64,
    /// The balance before the first link.
    pub balance_before: i64,
    /// The links, up to the last line of the account.
    pub links: &'a [Link],
}

impl ChainTail<'_> {
    /// Whether a statement can be placed by this much of the chain: everything of it that is not
    /// proved, and everything that the statement's lines may be.
    pub fn is_enough(
        &self,
        account: &OfficeAccount,
        opening: Option<i64>,
        lines: &[NewLine],
    ) -> bool {
        if self.before == 0 {
            return true;
        }
        if self.before > account.proved_through {
            return false;
        }
        match opening {
            Some(opening) => self.is_enough_for(opening, lines),
            None => {
                let loaded_from = self.links.first().and_then(|link| link.booked_on);
                let is_later = |line: &NewLine| line.booked_on > loaded_from;
                lines.is_empty() || (loaded_from.is_some() && lines.iter().all(is_later))
            }
        }
    }

    /// Whether a statement can be placed by this much of the chain: the whole chain is always
    /// enough; where this says no, load more.
    ///
    /// Its opening has to be a balance that was loaded. But a balance comes back, so a statement
    /// that was booked long ago may fit at the end of the chain as well: only when every line of it
    /// is of a later day than what was not loaded (days never run backwards along a chain) can it
    /// not have been booked there.
    pub fn is_enough_for(&self, opening: i64, lines: &[NewLine]) -> bool {
        if self.before == 0 {
            return true;
        }
        let balances = self.links.iter().map(|link| link.balance_after);
        if !balances
            .chain([self.balance_before])
            .any(|balance| balance == opening)
        {
            return false;
        }
        if lines.is_empty() {
            return true;
        }
        let Some(loaded_from) = self.links.first().and_then(|link| link.booked_on) else {
            return false;
        };
        lines
            .iter()
            .all(|line| line.booked_on.is_some_and(|day| day > loaded_from))
    }
}

/// A line of the statement to be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewLine {
    /// Signed amount in minor units.
    pub amount: i64,
    /// The day on which the bank booked it, where the file says so.
    pub booked_on: Option<Date>,
    /// A fingerprint of text and references.
    pub evidence: u64,
    /// What it says of itself, mark by mark.
    pub marks: Marks,
}

impl NewLine {
    /// The line of a statement, with the marks that its file gives it.
    pub fn of(facts: &LineFacts, marks: Marks) -> NewLine {
        NewLine {
            amount: facts.amount.minor(),
            booked_on: facts.booked_on,
            evidence: facts.evidence,
            marks,
        }
    }
}

impl From<&Link> for NewLine {
    fn from(link: &Link) -> NewLine {
        NewLine {
            amount: link.amount,
            booked_on: link.booked_on,
            evidence: link.evidence,
            marks: link.marks,
        }
    }
}

/// Where a statement fits.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Placement {
    /// After the line with this ordinal: so many of its lines are known, the rest is new.
    After {
        /// The ordinal of the line before the statement's first; 0 is the account's opening.
        ordinal: u64,
        /// How many of its lines the chain has already.
        known: usize,
    },
    /// No balance of the chain equals its opening: a statement between is missing.
    Gap,
    /// Its opening fits, but a line differs from what the chain has at that place.
    Contradicts {
        /// The ordinal at which the chain has another line.
        ordinal: u64,
        /// Which line of the statement it is, from 1.
        line: usize,
    },
    /// It fits at several places, and nothing tells them apart.
    Ambiguous {
        /// The ordinals after which it would fit.
        after: Vec<u64>,
    },
}

/// A fingerprint of what a line says of itself; 64 bits of its SHA-256. Letters and digits only,
/// upper case: exports of one line differ in spaces and marks.
pub fn evidence<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    use sha2::Digest as _;
    let mut said = String::new();
    for text in texts {
        for character in text.chars().filter(|c| c.is_alphanumeric()) {
            if character.is_ascii() {
                said.push(character.to_ascii_uppercase());
            } else {
                said.extend(character.to_uppercase());
            }
        }
        said.push('\0');
    }
    let digest: [u8; 32] = sha2::Sha256::digest(said).into();
    digest
        .iter()
        .take(8)
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

/// Finds the place of a statement in the chain, of which enough has to be loaded
/// ([`ChainTail::is_enough_for`]). Linear in the lines of both.
pub fn place(tail: ChainTail<'_>, opening: i64, lines: &[NewLine]) -> Placement {
    let by_amount = overlaps(tail.links, lines, |line| line.amount);
    let by_day = overlaps(tail.links, lines, |line| (line.amount, line.booked_on));
    let places = tail.links.len() + 1;
    let balance_at = |at: usize| {
        at.checked_sub(1)
            .and_then(|before| tail.links.get(before))
            .map_or(tail.balance_before, |link| link.balance_after)
    };
    let mut fitting = Vec::new();
    let mut longest: Option<(usize, usize)> = None;
    for at in (0..places).filter(|&at| balance_at(at) == opening) {
        let shared = lines.len().min(tail.links.len() - at);
        let mut same = by_amount.get(at).copied().unwrap_or(0).min(shared);
        let same_days = by_day.get(at).copied().unwrap_or(0).min(shared);
        if same_days < same && days_differ(tail.links.get(at + same_days), lines.get(same_days)) {
            same = same_days;
        }
        if same == shared {
            fitting.push((at, shared));
        } else if longest.is_none_or(|(_, run)| same >= run) {
            longest = Some((at, same));
        }
    }
    let after = |at: usize| tail.before + at as u64;
    match fitting.as_slice() {
        [] => longest.map_or(Placement::Gap, |(at, same)| Placement::Contradicts {
            ordinal: after(at) + same as u64 + 1,
            line: same + 1,
        }),
        [(at, known)] => Placement::After {
            ordinal: after(*at),
            known: *known,
        },
        several => choose(tail, lines, several),
    }
}

/// Whether a known line and a new one of one amount are of different days. A line without a day
/// may be of any.
fn days_differ(link: Option<&Link>, line: Option<&NewLine>) -> bool {
    let known = link.and_then(|link| link.booked_on);
    let new = line.and_then(|line| line.booked_on);
    matches!((known, new), (Some(known), Some(new)) if known != new)
}

/// Chooses among places that fit by amount and day: where the fewest lines would be new, and the
/// shared ones say the same of themselves, if that is one place. Booking a line twice can pay
/// somebody twice, so a place that adds more lines is never taken while another adds fewer.
fn choose(tail: ChainTail<'_>, lines: &[NewLine], fitting: &[(usize, usize)]) -> Placement {
    let after = |at: usize| tail.before + at as u64;
    if lines.is_empty() {
        // No line is added wherever it stands; the last place is where the account is now.
        let last = fitting.last().map_or(0, |(at, _)| *at);
        return Placement::After {
            ordinal: after(last),
            known: 0,
        };
    }
    let by_evidence = overlaps(tail.links, lines, |line| (line.amount, line.evidence));
    let agreeing: Vec<(usize, usize)> = fitting
        .iter()
        .copied()
        .filter(|(at, shared)| {
            *shared > 0 && by_evidence.get(*at).copied().unwrap_or(0).min(*shared) == *shared
        })
        .collect();
    let known_at_best = fitting.iter().map(|(_, shared)| *shared).max();
    let mut best = agreeing
        .iter()
        .filter(|(_, shared)| Some(*shared) == known_at_best);
    match (best.next(), best.next_back()) {
        (Some((at, known)), None) => Placement::After {
            ordinal: after(*at),
            known: *known,
        },
        // All of it is known, whichever of the equal places is meant.
        (Some(_), Some((last, known))) if *known == lines.len() => Placement::After {
            ordinal: after(*last),
            known: *known,
        },
        (None, _) | (Some(_), Some(_)) => Placement::Ambiguous {
            after: fitting.iter().map(|(at, _)| after(*at)).collect(),
        },
    }
}

/// For each place of the chain, how many of the statement's first lines stand there (the
/// Z-function of the lines followed by the links): linear, whatever repeats.
fn overlaps<K: PartialEq + Copy>(
    links: &[Link],
    lines: &[NewLine],
    key: impl Fn(&NewLine) -> K,
) -> Vec<usize> {
    let keys: Vec<Option<K>> = lines
        .iter()
        .map(|line| Some(key(line)))
        .chain([None]) // nothing equals the mark between the two
        .chain(links.iter().map(|link| Some(key(&NewLine::from(link)))))
        .collect();
    let equal = |a: usize, b: usize| match (keys.get(a), keys.get(b)) {
        (Some(Some(left)), Some(Some(right))) => left == right,
        (None, _) | (_, None) | (Some(None), _) | (_, Some(None)) => false,
    };
    let mut run = vec![0_usize; keys.len()];
    let (mut start, mut end) = (0, 0);
    for at in 1..keys.len() {
        let mut length = if at < end {
            run.get(at - start).copied().unwrap_or(0).min(end - at)
        } else {
            0
        };
        while equal(length, at + length) {
            length += 1;
        }
        if at + length > end {
            (start, end) = (at, at + length);
        }
        if let Some(slot) = run.get_mut(at) {
            *slot = length;
        }
    }
    run.split_off((lines.len() + 1).min(run.len()))
}

#[cfg(test)]
mod tests;
