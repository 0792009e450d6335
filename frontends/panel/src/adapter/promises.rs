//! Quotes that were shown: a rate for an amount, until a moment, for one customer.
//!
//! They are kept in memory. What an accepted one promised stands in the log, with the order; one
//! that a restart forgets costs a customer one look at the current rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kantor_engine::rates::Fixed;
use kantor_engine::{CustomerId, RateVersion};
use kantor_model::{Currency, Moment};
use kantor_wire::QuoteView;

/// How long a quote is shown after it ended, in seconds.
const SHOWN_AFTER: i64 = 3_600;
/// Quotes kept at most; past it, ended ones go first, and then no new ones are kept.
const KEPT: usize = 100_000;

/// A quote.
#[derive(Clone)]
pub(super) struct Promise {
    pub(super) customer: CustomerId,
    pub(super) fixed: Fixed,
    pub(super) other: Currency,
    pub(super) rates: RateVersion,
    pub(super) until: Moment,
    pub(super) view: QuoteView,
    /// The key of the act that accepted it: a quote is accepted once.
    accepted_by: Option<String>,
}

impl Promise {
    /// A quote that nobody accepted yet.
    pub(super) fn new(
        customer: CustomerId,
        fixed: Fixed,
        other: Currency,
        rates: RateVersion,
        until: Moment,
        view: QuoteView,
    ) -> Promise {
        Promise {
            customer,
            fixed,
            other,
            rates,
            until,
            view,
            accepted_by: None,
        }
    }
}

/// The quotes of this process.
#[derive(Default)]
pub(super) struct Promises(Mutex<HashMap<String, Promise>>);

impl Promises {
    /// The quote of an id, if it is this customer's.
    pub(super) fn find(&self, id: &str, customer: CustomerId) -> Option<Promise> {
        let promises = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        promises
            .get(id)
            .filter(|promise| promise.customer == customer)
            .cloned()
    }

    /// Keeps a quote; one that is kept already under this id stays as it is. `false` when there is
    /// no room.
    pub(super) fn keep(&self, id: &str, promise: Promise, now: Moment) -> bool {
        let mut promises = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if promises.len() >= KEPT {
            promises.retain(|_, kept| kept.until.plus_seconds(SHOWN_AFTER) > now);
        }
        if promises.len() >= KEPT {
            return false;
        }
        promises.entry(id.to_owned()).or_insert(promise);
        true
    }

    /// Marks a quote as accepted by an act; `false` when another act did so before.
    pub(super) fn accept(&self, id: &str, key: &str) -> bool {
        let mut promises = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match promises.get_mut(id) {
            Some(promise) => {
                let accepted = promise.accepted_by.get_or_insert_with(|| key.to_owned());
                accepted == key
            }
            None => false,
        }
    }

    /// The act that had accepted it was refused: it may be accepted again.
    pub(super) fn release(&self, id: &str) {
        let mut promises = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(promise) = promises.get_mut(id) {
            promise.accepted_by = None;
        }
    }
}
