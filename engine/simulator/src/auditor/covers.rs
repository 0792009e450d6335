//! Exchanges of the office itself.

use std::collections::BTreeMap;

use kantor_engine::CoverDealId;
use kantor_engine::position::CoverDeal;
use kantor_model::Currency;

use super::books::{Balances, add};
use super::{Auditor, Cover, What};

impl Auditor {
    /// Two lines of one exchange, each what it is at the bank, and each once.
    pub(super) fn cover_booked(&mut self, id: CoverDealId, deal: &CoverDeal) {
        let lines = deal.lines().map(|line| self.real_of(line));
        let whats = lines.map(|line| self.truth(line).map(|truth| truth.what.clone()));
        let pair = matches!(
            &whats,
            [Some(What::Cover(one)), Some(What::Cover(other))] if one == other
        );
        self.check(pair, || {
            format!("cover deal {id} is made of lines of two deals")
        });
        let (bought, sold) = (deal.bought.1, deal.sold.1);
        let foreign = if bought.currency() == Currency::PLN {
            sold
        } else {
            bought
        };
        let board = self.tables.last_key_value();
        let value = board.and_then(|(_, pairs)| {
            let mut pairs = pairs.iter();
            let pair = pairs.find(|pair| pair.base == foreign.currency())?;
            i64::try_from(pair.value(foreign.minor().into())).ok()
        });
        for line in lines {
            let free = self.named.insert(line, format!("cover {id}")).is_none()
                && !self.payers.contains_key(&line)
                && self.given.get(&line).is_none_or(BTreeMap::is_empty);
            self.check(free, || {
                format!("line {line} is a cover deal and something else")
            });
        }
        let cover = Cover {
            lines,
            bought,
            sold,
            value: value.unwrap_or_default(),
        };
        self.covers.insert(id, cover);
    }

    pub(super) fn cover_reversed(&mut self, id: CoverDealId) {
        let cover = self.covers.remove(&id);
        self.check(cover.is_some(), || format!("there is no cover deal {id}"));
        for line in cover.iter().flat_map(|cover| cover.lines) {
            self.named.remove(&line);
        }
    }

    /// What they make of the position, and what they gained or cost.
    pub(super) fn add_covers(&self, wanted: &mut Balances) {
        for cover in self.covers.values() {
            let (bought, sold) = (cover.bought, cover.sold);
            let value = i128::from(cover.value);
            let (got, gave) = (i128::from(bought.minor()), i128::from(sold.minor()));
            let (at_got, at_gave, result) = if bought.currency() == Currency::PLN {
                (value, gave, value - got)
            } else {
                (got, value, gave - value)
            };
            add(wanted, "position", bought.currency(), -at_got);
            add(wanted, "position", sold.currency(), at_gave);
            add(wanted, "cover-result", Currency::PLN, result);
        }
    }
}
