//! In which order the lines of a file stand.

use super::line::Line;

/// Which line stands first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// The one that happened first.
    OldestFirst,
    /// The one that happened last.
    NewestFirst,
}

impl Order {
    /// What the balances say, and where they say nothing, the days. `None` when neither does.
    pub(super) fn of(lines: &[Line]) -> Option<Order> {
        let booked: Vec<&Line> = lines.iter().filter(|line| line.is_booked()).collect();
        let mut balances = Votes::default();
        let mut days = Votes::default();
        for pair in booked.windows(2) {
            let [above, below] = pair else { continue };
            if let (Some(before), Some(after)) = (above.balance, below.balance) {
                balances.oldest += u64::from(before.plus(below.amount) == Ok(after));
                balances.newest += u64::from(after.plus(above.amount) == Ok(before));
            }
            if let (Some(before), Some(after)) = (above.booked_on, below.booked_on) {
                days.oldest += u64::from(before < after);
                days.newest += u64::from(before > after);
            }
        }
        balances.winner().or(days.winner())
    }
}

#[derive(Default)]
struct Votes {
    oldest: u64,
    newest: u64,
}

impl Votes {
    fn winner(&self) -> Option<Order> {
        match self.oldest.cmp(&self.newest) {
            std::cmp::Ordering::Greater => Some(Order::OldestFirst),
            std::cmp::Ordering::Less => Some(Order::NewestFirst),
            std::cmp::Ordering::Equal => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use kantor_model::{Currency, Date, Money};

    use super::*;

    /// Words `amount/balance/day`, each but the amount may be empty.
    fn check(text: &str, order: Option<Order>) {
        let lines: Vec<Line> = text
            .split_whitespace()
            .map(|word| {
                let parts: Vec<&str> = word.split('/').collect();
                let money = |text: &str| {
                    text.parse()
                        .ok()
                        .map(|minor| Money::new(minor, Currency::PLN))
                };
                let mut line = Line::of_amount(money(parts[0]).unwrap());
                line.balance = money(parts[1]);
                let day = parts[2].parse().ok();
                line.booked_on = day.map(|day: i8| Date::constant(2026, 11, day));
                line
            })
            .collect();
        assert_eq!(Order::of(&lines), order, "{text}");
    }

    #[test]
    fn balances_say_the_order_and_days_where_these_are_silent() {
        check("5/105/1 -3/102/1", Some(Order::OldestFirst));
        check("-3/102/1 5/105/1", Some(Order::NewestFirst));
        check("5//1 -3//2", Some(Order::OldestFirst));
        check("5/105/2 -3/999/1", Some(Order::NewestFirst));
        check("5/105/1", None);
        check("5//1 5//1", None);
        // Balances are stronger than days.
        check("5/105/2 -3/102/1", Some(Order::OldestFirst));
    }
}
