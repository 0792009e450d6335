//! In which order the rows of a file stand, and whether their balances follow from each other.

use super::profile::Order;
use super::row::Row;

/// The balances of one account, row by row as they happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chain {
    /// The last balance that was told.
    balance: Option<i128>,
    /// What was booked since.
    since: i128,
    /// The sum of all.
    pub(super) sum: i128,
    /// Every booked row had a balance, and it followed from the one before.
    broken: bool,
    rows: u64,
}

/// What the next row's balance says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Link {
    /// It follows from the one before, or there is nothing to compare.
    Holds,
    /// It should be this one.
    Breaks(i128),
    /// It is not told.
    Missing,
}

impl Chain {
    /// A chain that begins at a balance that the file tells.
    pub(super) fn from(opening: Option<i64>) -> Chain {
        Chain {
            balance: opening.map(i128::from),
            ..Chain::default()
        }
    }

    /// Takes the next row.
    pub(super) fn step(&mut self, row: &Row) -> Link {
        if !row.is_booked() {
            return Link::Holds;
        }
        let amount = i128::from(row.amount.minor());
        self.rows += 1;
        self.sum += amount;
        self.since += amount;
        let Some(balance) = row.balance.map(i128::from) else {
            self.broken = true;
            return Link::Missing;
        };
        let expected = self.balance.map(|before| before + self.since);
        // Rows without a balance (cards) may or may not be part of the account's.
        let without = self.balance.map(|before| before + amount);
        self.balance = Some(balance);
        self.since = 0;
        match expected {
            Some(expected) if expected != balance && without != Some(balance) => {
                self.broken = true;
                Link::Breaks(expected)
            }
            Some(_) | None => Link::Holds,
        }
    }

    /// Every booked row had a balance that followed from the one before, and there was one.
    pub(super) fn is_whole(&self) -> bool {
        self.rows > 0 && !self.broken
    }
}

/// What speaks for an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Signs {
    /// Balances that follow from the row above, and that do not.
    above: [u64; 2],
    /// Balances that follow from the row below, and that do not.
    below: [u64; 2],
    /// Days that are later than in the row above.
    later: u64,
    /// Days that are earlier.
    earlier: u64,
}

impl Signs {
    /// What the rows of a file say, in the file's order. Balances are compared within an account.
    pub(super) fn of(rows: &[Row]) -> Signs {
        let mut signs = Signs::default();
        let mut day = None;
        for row in rows {
            if let (Some(before), Some(now)) = (day, row.day()) {
                signs.later += u64::from(now > before);
                signs.earlier += u64::from(now < before);
            }
            day = row.day().or(day);
        }
        let mut groups: Vec<Option<Row>> = Vec::new();
        for row in rows.iter().filter(|row| row.is_booked()) {
            let group = row.group as usize;
            if groups.len() <= group {
                groups.resize(group + 1, None);
            }
            let Some(slot) = groups.get_mut(group) else {
                continue;
            };
            if let Some(above) = slot.replace(*row) {
                signs.compare(&above, row);
            }
        }
        signs
    }

    fn compare(&mut self, above: &Row, row: &Row) {
        let (Some(upper), Some(lower)) = (above.balance, row.balance) else {
            return;
        };
        let (upper, lower) = (i128::from(upper), i128::from(lower));
        let count = |holds: bool, into: &mut [u64; 2]| {
            let [held, broken] = into;
            *(if holds { held } else { broken }) += 1;
        };
        count(
            upper + i128::from(row.amount.minor()) == lower,
            &mut self.above,
        );
        count(
            lower + i128::from(above.amount.minor()) == upper,
            &mut self.below,
        );
    }

    /// The order that the balances prove; else that of most days; else what the layout is known for.
    pub(super) fn order(self, known: Order) -> Order {
        let [above, above_broken] = self.above;
        let [below, below_broken] = self.below;
        let proven = match (above_broken, below_broken) {
            (0, 1..) => Some(Order::OldestFirst),
            (1.., 0) => Some(Order::NewestFirst),
            (_, _) if above > below => Some(Order::OldestFirst),
            (_, _) if above < below => Some(Order::NewestFirst),
            (_, _) => None,
        };
        let dated = match self.later.cmp(&self.earlier) {
            std::cmp::Ordering::Greater => Some(Order::OldestFirst),
            std::cmp::Ordering::Less => Some(Order::NewestFirst),
            std::cmp::Ordering::Equal => None,
        };
        proven.or(dated).unwrap_or(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kantor_model::{Currency, Date, EntryStatus, Money};

    fn rows(text: &str) -> Vec<Row> {
        text.split_whitespace()
            .map(|row| {
                let mut parts = row.split('/');
                let mut next = || parts.next().unwrap_or_default();
                let day: i8 = next().parse().unwrap();
                let amount: i64 = next().parse().unwrap();
                Row {
                    line: 1,
                    amount: Money::new(amount, Currency::PLN),
                    balance: next().parse().ok(),
                    booking_date: Some(Date::constant(2026, 11, day)),
                    value_date: None,
                    original: None,
                    status: EntryStatus::Booked,
                    own: 0,
                    group: 0,
                }
            })
            .collect()
    }

    #[test]
    fn the_balances_decide_the_order_then_the_days_then_the_layout() {
        let check = |text: &str, known: Order, order: Order| {
            assert_eq!(Signs::of(&rows(text)).order(known), order, "{text}");
        };
        use Order::{NewestFirst as New, OldestFirst as Old};
        check("1/5/105 1/-3/102 1/1/103", New, Old);
        check("1/1/103 1/-3/102 1/5/105", Old, New);
        // The days say the contrary of the balances.
        check("2/5/105 1/-3/102", New, Old);
        check("2/5/ 1/-3/", Old, New);
        check("1/5/ 2/-3/", New, Old);
        check("1/5/ 1/-3/", New, New);
        check("1/5/ 1/-3/", Old, Old);
        // A break somewhere does not turn the file round.
        check("1/5/105 1/-3/102 1/1/203 1/2/205", New, Old);
    }

    #[test]
    fn a_break_is_found_where_it_is() {
        let mut chain = Chain::default();
        let links: Vec<Link> = rows("1/5/105 1/-3/102 1/7/ 1/1/110 1/1/112")
            .iter()
            .map(|row| chain.step(row))
            .collect();
        use Link::{Breaks, Holds, Missing};
        assert_eq!(links, [Holds, Holds, Missing, Holds, Breaks(111)]);
        assert!(!chain.is_whole());
        assert_eq!(chain.sum, 11);
    }
}
