//! The second factor of a customer: a secret that his telephone shares with the office.

use kantor_engine::access::Help;
use kantor_engine::{Actor, CustomerId};
use kantor_model::Moment;
use kantor_store::{Side, SideChange, SideError, SideRefusal};
use serde::{Deserialize, Serialize};

use crate::access::{forget, gone};
use crate::error::PeopleError;
use crate::people::{SESSION, WayIn, number_key, other_way_in, read, side};
use crate::request::Once;
use crate::runtime::Office;

/// Kind of row: a customer's second factor, by his number.
const FACTOR: &str = "second-factor";
/// Kind of row: a code that was used, by `customer/step`.
const USED: &str = "used-code";
/// Kind of row: a login whose password was right and whose code is still missing, by the hash of
/// what the browser was given for it.
pub(crate) const HALF: &str = "half-login";
/// How long a used code is remembered, in seconds: longer than it could be used again.
const REMEMBERED: i64 = 300;

/// A customer's second factor.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// The shared secret, in the caller's form.
    pub secret: String,
    /// He has shown a code of it: from then on it is asked for.
    pub confirmed: bool,
}

impl Office {
    /// A customer's second factor, also one that he has not confirmed yet.
    pub fn second_factor(&self, customer: CustomerId) -> Result<Option<SecondFactor>, PeopleError> {
        let row = self
            .view()?
            .side(FACTOR, &number_key(customer.0), self.now())?;
        row.map(|row| read(FACTOR, &row)).transpose()
    }

    /// Keeps a customer's second factor.
    pub fn keep_second_factor(
        &self,
        customer: CustomerId,
        factor: &SecondFactor,
    ) -> Result<(), PeopleError> {
        let row = side(FACTOR, number_key(customer.0), Some(customer.0), factor);
        Ok(self.try_sides(&[SideChange::Put(row)])?)
    }

    /// Takes a customer's second factor away, as he asked for with a code of it.
    pub fn end_second_factor(&self, customer: CustomerId) -> Result<(), PeopleError> {
        Ok(self.try_sides(&[gone(FACTOR, &number_key(customer.0))])?)
    }

    /// Uses the code of a step, once, whoever races. `false` when it was used before.
    pub fn use_code(&self, customer: CustomerId, step: u64) -> Result<bool, PeopleError> {
        let key = format!("{}/{step}", customer.0);
        let row = Side {
            expires: Some(self.now().plus_seconds(REMEMBERED)),
            ..side(USED, key, Some(customer.0), &())
        };
        match self.try_sides(&[SideChange::PutNew(row)]) {
            Ok(()) => Ok(true),
            Err(SideError::Refused(SideRefusal::Exists { .. })) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps a login whose password was right until its code comes too.
    pub fn keep_half_login(
        &self,
        (customer, way_in): (CustomerId, WayIn),
        token_hash: &str,
        until: Moment,
    ) -> Result<(), PeopleError> {
        let row = side(HALF, token_hash.to_owned(), Some(customer.0), &way_in);
        let row = Side {
            expires: Some(until),
            ..row
        };
        Ok(self.try_sides(&[SideChange::Put(row)])?)
    }

    /// Whose half login it is and by what it began, unless it has ended.
    pub fn half_login(&self, token_hash: &str) -> Result<Option<(CustomerId, WayIn)>, PeopleError> {
        let Some(row) = self.view()?.side(HALF, token_hash, self.now())? else {
            return Ok(None);
        };
        let way_in: Option<WayIn> = read(HALF, &row)?;
        let way_in = way_in.unwrap_or_default();
        Ok(row.owner.map(|customer| (CustomerId(customer), way_in)))
    }

    /// Ends the half logins of a customer: he is in.
    pub fn end_half_logins(&self, customer: CustomerId) -> Result<(), PeopleError> {
        Ok(self.try_sides(&[forget(HALF, customer)])?)
    }

    /// Takes a lost second factor away; the customer's sessions end.
    pub fn remove_second_factor(
        &self,
        by: Actor,
        customer: CustomerId,
        reason: &str,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let changes = vec![
            gone(FACTOR, &number_key(customer.0)),
            other_way_in(customer, self.now()),
            forget(SESSION, customer),
        ];
        self.help(
            by,
            customer,
            Help::SecondFactorRemoved,
            reason,
            changes,
            once,
        )
    }
}
