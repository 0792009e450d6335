//! Quotes that were shown: a rate for an amount, until a moment, for one customer. They are kept in
//! the store, so that a customer may accept his in whichever process answers him; what an accepted
//! one promised stands in the log, with the order.

use kantor_engine::CustomerId;
use kantor_model::Moment;
use kantor_store::{SideChange, SideError, SideRefusal};

use crate::error::PeopleError;
use crate::request::Request;
use crate::runtime::Office;

/// Kind of row: a quote as it was shown, by its id.
const QUOTE: &str = "quote";
/// Kind of row: a quote that nobody has accepted yet, by its id.
const OPEN_QUOTE: &str = "open-quote";
/// How long a quote is shown after it ended, in seconds.
const SHOWN_AFTER: i64 = 3_600;

impl Office {
    /// Keeps a quote for its customer, in the caller's form. One that is kept already under this id
    /// stays as it is.
    pub fn keep_quote(
        &self,
        id: &str,
        customer: CustomerId,
        until: Moment,
        body: Vec<u8>,
    ) -> Result<(), PeopleError> {
        let row = |kind, body| kantor_store::Side {
            kind: String::from(kind),
            key: id.to_owned(),
            owner: Some(customer.0),
            body,
            expires: Some(until.plus_seconds(SHOWN_AFTER)),
        };
        let open = SideChange::PutNew(row(OPEN_QUOTE, Vec::new()));
        match self.try_sides(&[SideChange::PutNew(row(QUOTE, body)), open]) {
            Err(SideError::Refused(SideRefusal::Exists { .. })) => Ok(()),
            kept => Ok(kept?),
        }
    }

    /// A customer's own quote, also one that has ended not long ago.
    pub fn quote(&self, id: &str, customer: CustomerId) -> Result<Option<Vec<u8>>, PeopleError> {
        let row = self.view()?.side(QUOTE, id, self.now())?;
        Ok(row
            .filter(|row| row.owner == Some(customer.0))
            .map(|row| row.body))
    }
}

impl Request {
    /// The same request, which accepts a quote: a quote is accepted once, whoever races.
    #[must_use]
    pub fn accepting(self, quote: &str) -> Request {
        let (kind, key) = (OPEN_QUOTE.to_owned(), quote.to_owned());
        self.with_sides(move |_| {
            vec![SideChange::Take {
                kind: kind.clone(),
                key: key.clone(),
            }]
        })
    }
}
