//! How an account's chain changes: the only way in which lines come, move and go.

use crate::{Digest, StatementId};

/// A run of rows of one uploaded statement that stands in an account's chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Stretch {
    /// The statement that brought it.
    pub statement: StatementId,
    /// The uploaded rows, by their hash.
    pub rows: Digest,
    /// The first of them, from 0.
    pub position: u64,
    /// How many.
    pub count: u64,
    /// What the balances in the rows lack, minor units: rows of a file without an opening balance
    /// count from zero, and unproved lines move.
    pub shift: i64,
}

/// A stretch with its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Placed {
    /// The ordinal of its first line.
    pub first: u64,
    /// What stands there.
    pub stretch: Stretch,
}

impl Placed {
    /// The ordinal after its last line.
    pub const fn end(&self) -> u64 {
        self.first.saturating_add(self.stretch.count)
    }

    /// The part of it from one ordinal on and before another; `None` where there is none.
    pub fn part(&self, from: u64, to: u64) -> Option<Placed> {
        let (first, end) = (self.first.max(from), self.end().min(to));
        let count = end.checked_sub(first).filter(|count| *count > 0)?;
        Some(Placed {
            first,
            stretch: Stretch {
                position: self.stretch.position.saturating_add(first - self.first),
                count,
                ..self.stretch
            },
        })
    }
}

/// Lines that have other places now: `count` lines from `from` on stand from `to` on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Moved {
    /// The ordinal of the first of them before.
    pub from: u64,
    /// Its ordinal now.
    pub to: u64,
    /// How many.
    pub count: u64,
}

/// A change of an account's chain. The chain is kept up to a line; what stood after it is taken
/// off; what stands there now is put on. Lines on both sides have moved, and the only lines that
/// can be taken off are those that no closing balance has proved.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ChainChange {
    /// The last ordinal that stays as it is.
    pub keeps: u64,
    /// How many lines after it are taken off.
    pub cut: u64,
    /// What stands after it now, in the chain's order.
    pub end: Vec<Stretch>,
    /// The lines that were taken off and stand there again.
    pub moves: Vec<Moved>,
    /// The lines that were taken off and are gone: the bank does not confirm them.
    pub withdrawn: Vec<u64>,
    /// By how much the account's balance changes, minor units.
    pub net: i64,
    /// Up to which ordinal closing balances prove the chain now.
    pub proved_through: u64,
    /// The balance there, minor units.
    pub proved_balance: i64,
}

impl ChainChange {
    /// How many lines the account has after it.
    pub fn lines(&self) -> u64 {
        self.end
            .iter()
            .fold(self.keeps, |sum, stretch| sum.saturating_add(stretch.count))
    }

    /// Where a line stands now; `None` when it is gone.
    pub fn place_of(&self, ordinal: u64) -> Option<u64> {
        if ordinal <= self.keeps {
            return Some(ordinal);
        }
        let at = self.moves.partition_point(|moved| moved.from <= ordinal);
        let moved = self.moves.get(at.checked_sub(1)?)?;
        let offset = ordinal.checked_sub(moved.from)?;
        (offset < moved.count).then(|| moved.to.saturating_add(offset))
    }

    /// Where a line that stands here now stood before; `None` when it is new.
    pub fn origin_of(&self, ordinal: u64) -> Option<u64> {
        if ordinal <= self.keeps {
            return Some(ordinal);
        }
        self.moves.iter().find_map(|moved| {
            let offset = ordinal.checked_sub(moved.to)?;
            (offset < moved.count).then(|| moved.from.saturating_add(offset))
        })
    }

    /// Puts what is said of single lines together into runs, in the order of the old places.
    pub fn moves_of(pairs: &mut [(u64, u64)]) -> Vec<Moved> {
        pairs.sort_unstable();
        let mut moves: Vec<Moved> = Vec::new();
        for (from, to) in pairs.iter().copied() {
            match moves.last_mut() {
                Some(last) if last.from + last.count == from && last.to + last.count == to => {
                    last.count += 1;
                }
                Some(_) | None => moves.push(Moved { from, to, count: 1 }),
            }
        }
        moves
    }

    /// Makes the stretches of a chain those after the change. It costs what it changes.
    pub fn apply_to(&self, stretches: &mut Vec<Placed>) {
        let mut first = self.keeps.saturating_add(1);
        while let Some(last) = stretches.pop() {
            if last.end() <= first {
                stretches.push(last);
                break;
            }
            stretches.extend(last.part(0, first));
            if last.first < first {
                break;
            }
        }
        for stretch in &self.end {
            let placed = Placed {
                first,
                stretch: *stretch,
            };
            first = placed.end();
            stretches.push(placed);
        }
    }

    /// The stretches of an account's unproved end after the change, of those before it.
    pub fn end_after(&self, before: &[Placed]) -> Vec<Placed> {
        let mut end = before.to_vec();
        self.apply_to(&mut end);
        end.iter()
            .filter_map(|placed| placed.part(self.proved_through.saturating_add(1), u64::MAX))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(position: u64, count: u64) -> Stretch {
        Stretch {
            statement: StatementId(1),
            rows: Digest::of(b"rows"),
            position,
            count,
            shift: 0,
        }
    }

    #[test]
    fn a_change_says_where_each_line_went() {
        let change = ChainChange {
            keeps: 10,
            cut: 4,
            end: vec![stretch(0, 5)],
            moves: ChainChange::moves_of(&mut [(14, 11), (11, 13), (12, 14)]),
            withdrawn: vec![13],
            ..ChainChange::default()
        };
        assert_eq!(change.lines(), 15);
        let places: Vec<_> = (10..=14).map(|line| change.place_of(line)).collect();
        assert_eq!(places, [Some(10), Some(13), Some(14), None, Some(11)]);
        let origins: Vec<_> = (10..=15).map(|line| change.origin_of(line)).collect();
        assert_eq!(
            origins,
            [Some(10), Some(14), None, Some(11), Some(12), None]
        );
        assert_eq!(change.moves.len(), 2);
    }

    #[test]
    fn the_unproved_end_begins_after_the_proof() {
        let before = [Placed {
            first: 3,
            stretch: stretch(0, 4),
        }];
        let change = ChainChange {
            keeps: 5,
            cut: 1,
            end: vec![stretch(7, 2)],
            proved_through: 4,
            ..ChainChange::default()
        };
        let wanted = [
            Placed {
                first: 5,
                stretch: stretch(2, 1),
            },
            Placed {
                first: 6,
                stretch: stretch(7, 2),
            },
        ];
        assert_eq!(change.end_after(&before), wanted);
    }
}
