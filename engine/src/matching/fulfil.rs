//! Whether a line fulfils the order that it was given to, and whether it came in its time.

use kantor_model::{Date, Moment, Money};

use super::book::OpenOrder;
use super::evidence::Evidence;
use super::facts::{Line, PaidBy};
use crate::calendar::banking_day_on_or_after;
use crate::order::{HeldReason, sum_fails};
use crate::policy::{DateOnly, Policy};

/// Whether a line fulfils an order: `None` when it does, else the first test that fails.
/// `received` is everything allocated to the order so far, this line included; `None` when some of
/// it is in another currency.
pub fn fulfilment(
    order: &OpenOrder,
    line: &Line<'_>,
    received: Option<Money>,
    policy: &Policy,
) -> Option<HeldReason> {
    let mut failed = None;
    let mut fails = |reason: HeldReason| {
        failed = Some(failed.map_or(reason, |known: HeldReason| known.min(reason)));
    };
    if line.amount.currency() != order.gives.currency() {
        fails(HeldReason::WrongCurrency);
    }
    match line.payer {
        // A bank that hides the payer is no proof against him.
        PaidBy::NotGiven => {}
        PaidBy::Customers(customers) => {
            if !customers.contains(&order.customer) {
                fails(HeldReason::ThirdPartyPayer);
            }
        }
        PaidBy::Office(_) => fails(HeldReason::ThirdPartyPayer),
    }
    if order.cancelled {
        fails(HeldReason::AfterEnd);
    } else if let Err(reason) = in_time(order.deadline, line, policy) {
        fails(reason);
    }
    // What is wrong with the line itself is named before what is wrong with the sum, which the next
    // line may heal.
    failed.or_else(|| sum_fails(order.gives, received))
}

/// Whether a line was in time, by the bank's time. Where the bank gives a date only, a line booked
/// on or before the deadline's banking day (Europe/Warsaw) follows the policy.
fn in_time(deadline: Moment, line: &Line<'_>, policy: &Policy) -> Result<(), HeldReason> {
    if let Some(moment) = line.booked_at {
        return if moment <= deadline {
            Ok(())
        } else {
            Err(HeldReason::Late)
        };
    }
    let Some(booked_on) = line.booked_on else {
        return Err(HeldReason::TimeUnknown);
    };
    if booked_on > last_day(deadline) {
        return Err(HeldReason::Late);
    }
    match policy.date_only {
        DateOnly::InTime => Ok(()),
        DateOnly::Ask => Err(HeldReason::TimeUnknown),
    }
}

/// The last day on which money that was sent in time can be booked.
fn last_day(deadline: Moment) -> Date {
    banking_day_on_or_after(deadline.warsaw_date())
}

/// Where a line stands in an order's window, from its placing to its deadline, by the bank's time;
/// where the bank gives a date only, by days.
pub(crate) fn window(order: &OpenOrder, line: &Line<'_>) -> Evidence {
    if let Some(moment) = line.booked_at {
        return if moment < order.placed {
            Evidence::EarlyBySeconds(order.placed.seconds_since(moment))
        } else if moment > order.deadline {
            Evidence::LateBySeconds(moment.seconds_since(order.deadline))
        } else {
            Evidence::InTime
        };
    }
    let Some(booked_on) = line.booked_on else {
        return Evidence::TimeUnknown;
    };
    let (first, last) = (order.placed.warsaw_date(), last_day(order.deadline));
    if booked_on < first {
        Evidence::EarlyByDays(days(booked_on, first))
    } else if booked_on > last {
        Evidence::LateByDays(days(last, booked_on))
    } else {
        Evidence::InTime
    }
}

fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
