//! The position (pozycja walutowa): what the office has bought and not sold again, what that was
//! worth when it was taken, what closes it, and what it is worth today.
//!
//! Each exchange is carried at the reference rate of its moment, so the customer's spread is income
//! at once. What the market moves by afterwards is a result of its own: a revaluation brings what is
//! carried to the reference rates of a named table, and the next one begins from there. So nothing
//! is earned twice.

use std::collections::BTreeMap;

use kantor_model::{Currency, Date, Decimal, Mid, Money, Rate, Rounding};

use crate::event::{Event, Recorded};
use crate::ledger::LedgerAccount;
use crate::order::{Order, OrderState};
use crate::payout::PayoutState;
use crate::rates::RateTable;
use crate::snapshot::Snapshot;
use crate::{LineId, OrderId, RateVersion};

/// What is open of a currency, minor units.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Carried {
    /// What customers' orders brought (positive) or took.
    pub orders: i64,
    /// What cover deals bought (positive) or sold.
    pub covered: i64,
    /// What both together were worth in the home currency when they were taken, or at the last
    /// revaluation.
    pub cost: i64,
}

impl Carried {
    /// What is open: positive when the office has more than it owes (long).
    pub fn open(&self) -> i64 {
        self.orders.saturating_add(self.covered)
    }
}

/// An exchange of the office itself: two bank lines in two currencies.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CoverDeal {
    /// The line on which the bought money came, and how much, positive.
    pub bought: (LineId, Money),
    /// The line on which the sold money left, and how much, positive.
    pub sold: (LineId, Money),
    /// What the base amount was worth at the reference rate when the deal was booked, in the quote
    /// currency, and the table of that rate; `None` where no rate joined the two.
    pub at_mid: Option<(RateVersion, Money)>,
    /// The orders that it covers, as far as somebody said so.
    pub covers: Vec<OrderId>,
}

impl CoverDeal {
    /// Its two lines.
    pub fn lines(&self) -> [LineId; 2] {
        [self.bought.0, self.sold.0]
    }
}

/// A currency at its reference rate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RevaluedCurrency {
    /// What is open of it.
    pub open: Money,
    /// The currency of which one unit is priced by `mid`: this one, or the home currency.
    pub base: Currency,
    /// The reference rate.
    pub mid: Decimal,
    /// What it is worth at that rate, in the home currency, to the nearest minor unit.
    pub value: Money,
    /// What rounding took of that, in minor units of the quote currency, exactly.
    pub remainder: Decimal,
}

/// The last time that the position was valued.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Revalued {
    /// The day whose result it was.
    pub day: Date,
    /// The table of reference rates.
    pub table: RateVersion,
}

/// What an account still owes out, by how far it is, minor units.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Owed {
    /// Due, or due again once the payee is corrected.
    pub due: i64,
    /// In a batch without a file.
    pub in_batch: i64,
    /// In a transfer file, and not seen leaving.
    pub exported: i64,
}

impl Owed {
    /// All of it: what the account must keep back.
    pub fn total(&self) -> i64 {
        self.due
            .saturating_add(self.in_batch)
            .saturating_add(self.exported)
    }

    /// Counts a payout in its state; a negative amount counts it out.
    pub(crate) fn count(&mut self, state: PayoutState, minor: i64) {
        let part = match state {
            PayoutState::Due | PayoutState::Rejected | PayoutState::Returned => &mut self.due,
            PayoutState::InBatch | PayoutState::Approved => &mut self.in_batch,
            PayoutState::Exported | PayoutState::Accepted | PayoutState::Unknown => {
                &mut self.exported
            }
            PayoutState::Paid | PayoutState::Withdrawn => return,
        };
        *part = part.saturating_add(minor);
    }
}

/// The value of an amount at the reference rate of a table, in another currency, and the rate's
/// base; `None` where no line joins the two, or the value is too large.
pub(crate) fn value_at(
    table: &RateTable,
    amount: Money,
    into: Currency,
) -> Option<RevaluedCurrency> {
    let from = amount.currency();
    let line = table.lines.iter().find(|line| {
        (line.base(), line.quote()) == (from, into) || (line.base(), line.quote()) == (into, from)
    })?;
    let mid: Rate<Mid> = line.mid;
    let converted = if mid.base() == from {
        mid.to_quote(amount, Rounding::HalfEven)
    } else {
        mid.to_base(amount, Rounding::HalfEven)
    };
    let converted = converted.ok()?;
    Some(RevaluedCurrency {
        open: amount,
        base: mid.base(),
        mid: mid.value(),
        value: converted.money,
        remainder: converted.remainder,
    })
}

/// What an event makes of the position: what its postings bought and sold, at what they cost.
pub(crate) fn follow(state: &mut Snapshot, recorded: &Recorded) {
    if let Event::PositionRevalued { currencies, .. } = &recorded.event {
        for valued in currencies {
            let carried = state.carried.entry(valued.open.currency()).or_default();
            carried.cost = valued.value.minor();
        }
        return;
    }
    let mut bought: BTreeMap<Currency, i64> = BTreeMap::new();
    for posting in &recorded.postings {
        if posting.account == LedgerAccount::Position {
            let sum = bought.entry(posting.amount.currency()).or_default();
            *sum = sum.saturating_sub(posting.amount.minor());
        }
    }
    if bought.is_empty() {
        return;
    }
    let home = state.policy.as_ref().map(|policy| policy.home);
    let in_home = home.and_then(|home| bought.remove(&home)).unwrap_or(0);
    let is_cover = matches!(
        recorded.event,
        Event::CoverDealBooked { .. } | Event::CoverDealReversed { .. }
    );
    // What was paid in the home currency is what the first currency cost; of an exchange of two
    // others, what the second is worth at the reference rate in force.
    let mut cost = in_home.saturating_neg();
    let first = bought.keys().next().copied();
    for (currency, minor) in bought {
        let carried = state.carried.entry(currency).or_default();
        let part = if is_cover {
            &mut carried.covered
        } else {
            &mut carried.orders
        };
        *part = part.saturating_add(minor);
        if Some(currency) == first {
            continue;
        }
        let table = state.rates.back();
        let amount = Money::new(minor, currency);
        let valued = table
            .zip(home)
            .and_then(|(table, home)| value_at(table, amount, home));
        let worth = valued.map_or(0, |valued| valued.value.minor());
        carried.cost = carried.cost.saturating_add(worth);
        cost = cost.saturating_sub(worth);
    }
    if let Some(carried) = first.and_then(|first| state.carried.get_mut(&first)) {
        carried.cost = carried.cost.saturating_add(cost);
    }
}

/// Adds what rounding took when an order is exchanged, and takes it away when that is undone.
pub(crate) fn count_remainder(
    remainders: &mut BTreeMap<Currency, Decimal>,
    order: &Order,
    was: OrderState,
) {
    let remainder = order.terms.remainder;
    let change = match (was.is_exchanged(), order.state.is_exchanged()) {
        (false, true) => remainder,
        (true, false) => -remainder,
        (true, true) | (false, false) => return,
    };
    let sum = remainders.entry(order.terms.quote()).or_default();
    *sum = sum.checked_add(change).unwrap_or(*sum);
}
