//! What an account's chain was before a statement, so that the statement can be taken back.

use std::collections::VecDeque;

use kantor_model::Date;

use super::change::{ChainChange, Moved, Placed};
use crate::{Digest, StatementId};

/// So many statements of an account are remembered well enough to be taken back.
pub const UNDOABLE: usize = 64;

/// An account's chain before a statement, and what the statement did to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChainStep {
    /// The statement.
    pub statement: StatementId,
    /// The file it came with.
    pub file: Digest,
    /// What it did.
    pub change: ChainChange,
    /// The balance before it, minor units.
    pub balance: i64,
    /// Up to which line the chain was proved before it.
    pub proved_through: u64,
    /// The balance there, minor units.
    pub proved_balance: i64,
    /// What stood after the proved lines.
    pub end: Vec<Placed>,
    /// The last day that the bank had told to its end.
    pub covered_through: Option<Date>,
    /// The bank's number of the statement that was booked before it.
    pub last_booked: Option<String>,
    /// The bank's number of the statement that told a day to its end before it.
    pub last_proved: Option<String>,
}

impl ChainStep {
    /// The change that makes a chain of so many lines and such a balance what it was before the
    /// statement. Only right as long as the statement is the account's last.
    pub fn undoing(&self, lines: u64, balance: i64) -> ChainChange {
        let keeps = self.proved_through;
        let first = keeps.saturating_add(1);
        let stayed = self.change.keeps.saturating_sub(keeps);
        let mut moves = Vec::with_capacity(self.change.moves.len() + 1);
        if stayed > 0 {
            moves.push(Moved {
                from: first,
                to: first,
                count: stayed,
            });
        }
        moves.extend(self.change.moves.iter().map(|moved| Moved {
            from: moved.to,
            to: moved.from,
            count: moved.count,
        }));
        moves.sort_unstable_by_key(|moved| moved.from);
        let change = ChainChange {
            keeps,
            cut: lines.saturating_sub(keeps),
            end: self.end.iter().map(|placed| placed.stretch).collect(),
            moves,
            withdrawn: Vec::new(),
            net: self.balance.saturating_sub(balance),
            proved_through: self.proved_through,
            proved_balance: self.proved_balance,
        };
        let brought = (first..=lines).filter(|ordinal| change.place_of(*ordinal).is_none());
        ChainChange {
            withdrawn: brought.collect(),
            ..change
        }
    }
}

/// Remembers a step, and forgets the oldest of too many.
pub(crate) fn remember(steps: &mut VecDeque<ChainStep>, step: ChainStep) {
    steps.push_back(step);
    while steps.len() > UNDOABLE {
        steps.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::super::change::Stretch;
    use super::*;

    fn stretch(statement: u64, position: u64, count: u64) -> Stretch {
        Stretch {
            statement: StatementId(statement),
            rows: Digest::of(&statement.to_be_bytes()),
            position,
            count,
            shift: 0,
        }
    }

    #[test]
    fn a_statement_that_told_the_end_anew_is_undone_line_by_line() {
        // Ten proved lines and three unproved ones; the statement proves two of them in another
        // order with a new one between, and withdraws the third.
        let before = vec![Placed {
            first: 11,
            stretch: stretch(1, 0, 3),
        }];
        let step = ChainStep {
            statement: StatementId(2),
            file: Digest::of(b"file"),
            change: ChainChange {
                keeps: 10,
                cut: 3,
                end: vec![stretch(2, 0, 3)],
                moves: ChainChange::moves_of(&mut [(11, 13), (12, 11)]),
                withdrawn: vec![13],
                net: 5,
                proved_through: 13,
                proved_balance: 105,
            },
            balance: 100,
            proved_through: 10,
            proved_balance: 90,
            end: before.clone(),
            covered_through: None,
            last_booked: None,
            last_proved: None,
        };
        let undoing = step.undoing(13, 105);
        assert_eq!(undoing.lines(), 13);
        assert_eq!(undoing.net, -5);
        assert_eq!(undoing.withdrawn, [12], "the new line goes");
        let places: Vec<_> = (10..=13).map(|line| undoing.place_of(line)).collect();
        assert_eq!(places, [Some(10), Some(12), None, Some(11)]);
        assert_eq!(undoing.end_after(&[]), before);
    }
}
