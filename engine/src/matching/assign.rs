//! Which lines go to which orders in *every* best assignment (F9).
//!
//! Lines stand on the one side, orders on the other, and an edge says that they fit. An assignment
//! gives each line at most one order and each order at most one line; the best ones have the most
//! edges. An edge is certain when every best assignment has it: only then would another way to
//! look at the statement not have paid somebody else.

/// So many lines, and so many orders, are told apart in one group; a bigger group is ambiguous. One
/// group costs at most so many steps to the third power, so a line at most its square.
pub const GROUP: usize = 64;

/// Lines and orders that may fit each other. At most [`GROUP`] of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// For each line, the orders that it fits, one bit each.
    fits: Vec<u64>,
}

impl Group {
    /// Adds a line with the orders that it fits.
    pub(crate) fn line(&mut self, fits: u64) {
        self.fits.push(fits);
    }

    /// For each line the order that it has in every best assignment.
    pub(crate) fn certain(&self) -> Vec<Option<u32>> {
        let mut holders = [None; GROUP];
        for line in 0..self.fits.len() {
            self.place(line, &mut holders, &mut 0, None);
        }
        let mut certain = vec![None; self.fits.len()];
        for (order, holder) in (0..).zip(holders) {
            let Some(line) = holder else { continue };
            if !self.goes_otherwise(&holders, (line, order))
                && let Some(found) = certain.get_mut(line)
            {
                *found = Some(order);
            }
        }
        certain
    }

    /// Whether an assignment as good exists without this edge of a best one: exactly when, with the
    /// edge gone, some line without an order finds one.
    fn goes_otherwise(&self, holders: &Holders, edge: (usize, u32)) -> bool {
        let mut holders = *holders;
        if let Some(holder) = holders.get_mut(edge.1 as usize) {
            *holder = None;
        }
        let mut placed = vec![false; self.fits.len()];
        for line in holders.iter().flatten() {
            if let Some(placed) = placed.get_mut(*line) {
                *placed = true;
            }
        }
        let mut seen = 0;
        let without_order = placed.iter().enumerate().filter(|(_, placed)| !**placed);
        // An order that led nowhere for one line leads nowhere for the next, so all share `seen`.
        without_order
            .map(|(line, _)| line)
            .any(|line| self.place(line, &mut holders, &mut seen, Some(edge)))
    }

    /// Finds an order for a line, moving others to other orders where that is needed.
    fn place(
        &self,
        line: usize,
        holders: &mut Holders,
        seen: &mut u64,
        forbidden: Option<(usize, u32)>,
    ) -> bool {
        let mut open = self.fits.get(line).copied().unwrap_or(0);
        if let Some((at, order)) = forbidden
            && at == line
        {
            open &= !(1 << order);
        }
        loop {
            let left = open & !*seen;
            if left == 0 {
                return false;
            }
            let order = left.trailing_zeros();
            *seen |= 1 << order;
            let Some(holder) = holders.get(order as usize).copied() else {
                return false;
            };
            let free = match holder {
                None => true,
                Some(other) => self.place(other, holders, seen, forbidden),
            };
            if free && let Some(place) = holders.get_mut(order as usize) {
                *place = Some(line);
                return true;
            }
        }
    }
}

/// For each order, the line that has it.
type Holders = [Option<usize>; GROUP];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(fits: &[u64]) -> Group {
        Group {
            fits: fits.to_vec(),
        }
    }

    fn check(fits: &[u64], certain: &[Option<u32>]) {
        assert_eq!(group(fits).certain(), certain, "{fits:?}");
    }

    #[test]
    fn only_what_every_best_assignment_has_is_certain() {
        check(&[0b1], &[Some(0)]);
        check(&[0b11], &[None]);
        // Two lines for one order, two orders for two lines: any way round is as good.
        check(&[0b1, 0b1], &[None, None]);
        check(&[0b11, 0b11], &[None, None]);
        // The first fits one order only, so the second has the other. First fit would have given
        // the first line's order to whoever came first.
        check(&[0b01, 0b11], &[Some(0), Some(1)]);
        check(&[0b11, 0b01], &[Some(1), Some(0)]);
        check(&[0b001, 0b011, 0b110], &[Some(0), Some(1), Some(2)]);
        // A third line that wants the same order makes the chain uncertain from its end.
        check(&[0b01, 0b11, 0b01], &[None, Some(1), None]);
        check(&[], &[]);
        check(&[0], &[None]);
    }

    /// All assignments of the most edges, by trying everything.
    fn best(fits: &[u64]) -> Vec<Vec<Option<u32>>> {
        let mut all: Vec<Vec<Option<u32>>> = vec![Vec::new()];
        for &line in fits {
            let mut longer = Vec::new();
            for begun in &all {
                let mut with = begun.clone();
                with.push(None);
                longer.push(with);
                for order in 0..8 {
                    if line & (1 << order) != 0 && !begun.contains(&Some(order)) {
                        let mut with = begun.clone();
                        with.push(Some(order));
                        longer.push(with);
                    }
                }
            }
            all = longer;
        }
        let size = |one: &Vec<Option<u32>>| one.iter().flatten().count();
        let most = all.iter().map(size).max().unwrap_or(0);
        all.retain(|one| size(one) == most);
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Certain edges are in every best assignment, and all such edges are certain.
        #[test]
        fn agrees_with_trying_everything(fits in prop::collection::vec(0..32_u64, 0..6)) {
            let best = best(&fits);
            let wanted: Vec<Option<u32>> = (0..fits.len())
                .map(|line| {
                    let first = best[0][line];
                    best.iter().all(|one| one[line] == first).then_some(first).flatten()
                })
                .collect();
            prop_assert_eq!(group(&fits).certain(), wanted);
        }
    }

    #[test]
    fn the_biggest_group_ends() {
        let fits = vec![u64::MAX; GROUP];
        check(&fits, &[None; GROUP]);
    }
}
