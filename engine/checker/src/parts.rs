//! What a bank line is: as a whole, or part by part.

use kantor_model::Money;

use crate::values::{Held, Line, Question};

/// What a bank line is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Is {
    /// Of a statement that is being booked: nothing yet.
    New,
    /// A person has to say, of all of it.
    Question(Box<Question>),
    /// Parts of it are somebody's; what is left, if anything, is a question.
    Parts(Vec<Part>),
    /// The end of a payout.
    Payout(u64),
    /// One debit for payouts of a batch: those that it closed, and what of it had left before.
    Together(Box<(Vec<u64>, Money)>),
    /// It brought a payout back; the banks kept the rest.
    Returned(Box<(u64, Money)>),
    /// The bank took this receipt back with that line.
    ReversedBy(Line),
    /// It took that receipt back.
    Reverses(Line),
    /// One side of an exchange of the office itself.
    Cover(u64),
    /// One side of a transfer between accounts of the office; this line is the other.
    Own(Line),
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Part {
    /// Minor units, signed as the line.
    pub(crate) amount: i64,
    pub(crate) of: Of,
}

/// Whose a part of a line is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Of {
    /// An order's money, with the test that it failed when it came.
    Receipt { order: u64, failed: Option<Held> },
    /// A named account of the books.
    Booked(String),
    /// It goes back to where it came from, by this payout.
    Refunded(u64),
}

/// A line of an account's chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ChainLine {
    pub(crate) amount: i64,
    pub(crate) balance: i64,
    pub(crate) is: Is,
}

impl ChainLine {
    pub(crate) fn parts(&self) -> &[Part] {
        match &self.is {
            Is::Parts(parts) => parts,
            Is::New | Is::Question(_) => &[],
            Is::Payout(_) | Is::Together(_) | Is::Returned(_) => &[],
            Is::ReversedBy(_) | Is::Reverses(_) | Is::Cover(_) | Is::Own(_) => &[],
        }
    }

    /// How much of it is nobody's yet; `None` where that is nothing.
    pub(crate) fn open(&self) -> Option<i64> {
        match &self.is {
            Is::New | Is::Question(_) => Some(self.amount),
            Is::Parts(parts) => {
                let sum = |sum: i64, part: &Part| sum.saturating_add(part.amount);
                let left = self.amount.saturating_sub(parts.iter().fold(0, sum));
                (left != 0).then_some(left)
            }
            Is::Payout(_) | Is::Together(_) | Is::Returned(_) => None,
            Is::ReversedBy(_) | Is::Reverses(_) | Is::Cover(_) | Is::Own(_) => None,
        }
    }

    /// Nothing of it is anybody's yet.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.is, Is::New | Is::Question(_))
    }

    /// All of it is a question to a person.
    pub(crate) fn is_question(&self) -> bool {
        matches!(self.is, Is::Question(_))
    }

    /// How much of it is an order's money, and what failed when it came.
    pub(crate) fn share_of(&self, own: u64) -> Option<(i64, Option<Held>)> {
        self.parts().iter().find_map(|part| match part.of {
            Of::Receipt { order, failed } if order == own => Some((part.amount, failed)),
            Of::Receipt { .. } | Of::Booked(_) | Of::Refunded(_) => None,
        })
    }

    /// The orders that have a share of it.
    pub(crate) fn orders(&self) -> impl Iterator<Item = u64> + '_ {
        self.parts().iter().filter_map(|part| match part.of {
            Of::Receipt { order, .. } => Some(order),
            Of::Booked(_) | Of::Refunded(_) => None,
        })
    }

    /// A part of it is somebody's from here on.
    pub(crate) fn give(&mut self, part: Part) {
        match &mut self.is {
            Is::Parts(parts) => parts.push(part),
            _ => self.is = Is::Parts(vec![part]),
        }
    }

    /// The first such part is nobody's any more.
    pub(crate) fn take_back(&mut self, is_it: impl Fn(&Of) -> bool) -> Option<Part> {
        let Is::Parts(parts) = &mut self.is else {
            return None;
        };
        let at = parts.iter().position(|part| is_it(&part.of))?;
        let part = parts.remove(at);
        if parts.is_empty() {
            self.is = Is::Question(Box::new(Question::plain("taken_back")));
        }
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_line_is_open() {
        let mut line = ChainLine {
            amount: 100,
            balance: 0,
            is: Is::New,
        };
        assert_eq!(line.open(), Some(100));
        let receipt = |amount, order| Part {
            amount,
            of: Of::Receipt {
                order,
                failed: None,
            },
        };
        line.give(receipt(60, 1));
        assert_eq!(
            (line.open(), line.share_of(1)),
            (Some(40), Some((60, None)))
        );
        line.give(receipt(40, 2));
        assert_eq!((line.open(), line.orders().count()), (None, 2));
        let of = |own| move |of: &Of| matches!(of, Of::Receipt { order, .. } if *order == own);
        assert!(line.take_back(of(3)).is_none());
        assert!(line.take_back(of(1)).is_some());
        assert_eq!(line.open(), Some(60));
        assert!(line.take_back(of(2)).is_some());
        assert!(line.is_question() && line.is_whole());
    }
}
