//! Chance from one seed: the same numbers on every machine, for ever.
//!
//! The generator is xoshiro256** (Blackman and Vigna, 2018), its state filled from the seed by
//! SplitMix64, as its authors advise. Both are a few lines of whole-number arithmetic, so a seed in
//! a report of two years ago still tells the same story.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    state: [u64; 4],
}

impl Chance {
    pub(crate) fn of_seed(seed: u64) -> Chance {
        let mut filler = seed;
        let mut split_mix = || {
            filler = filler.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = filler;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ (mixed >> 31)
        };
        Chance {
            state: [split_mix(), split_mix(), split_mix(), split_mix()],
        }
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// From 0 up to, and without, `end`; 0 when `end` is 0. The bias of the remainder is less than
    /// one in a billion for the small numbers of an office.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).unsigned_abs().saturating_add(1);
        low.saturating_add_unsigned(self.below(span))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(crate) fn hits(&mut self, permille: u32) -> bool {
        self.below(1_000) < u64::from(permille)
    }

    /// Any of them; `None` when there is none.
    pub(crate) fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        let at = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of.get(at).cloned()
    }

    /// Puts them in another order, each order as likely (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let at = usize::try_from(self.below(end as u64 + 1)).unwrap_or(0);
            items.swap(at, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Old reports name seeds: their numbers may never change.
    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut chance = Chance::of_seed(1);
        let numbers: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(
            numbers,
            [
                0xB3F2_AF6D_0FC7_10C5,
                0x853B_5596_4736_4CEA,
                0x92F8_9756_082A_4514
            ]
        );
    }

    #[test]
    fn bounds_are_kept() {
        let mut chance = Chance::of_seed(7);
        assert!((0..100).all(|_| (-2..=2).contains(&chance.between(-2, 2))));
        assert_eq!(chance.below(0), 0);
    }
}
