//! The stored form of answers, kept under idempotency keys.

use kantor_engine::{
    AccountId, Answer, BatchId, CoverDealId, CustomerAccountId, CustomerId, OrderId, RateVersion,
    StatementId, StatementOutcome,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Done,
    Account(u64),
    Rates(u64),
    Customer(u64),
    CustomerAccount(u64),
    Order(u64),
    Batch(u64),
    CoverDeal(u64),
    Batches(Vec<u64>),
    Booked {
        statement: u64,
        known: u64,
        new: u64,
        proved: bool,
    },
    Known {
        lines: u64,
    },
}

/// The bytes to keep; `None` for a statement that was only archived: it may be booked when it comes
/// again. Of a booked one is kept what it did to the account, not what became of each line.
pub(crate) fn write(answer: &Answer) -> Option<Vec<u8>> {
    let stored = match answer {
        Answer::Done => Stored::Done,
        Answer::Account(id) => Stored::Account(id.0),
        Answer::Rates(id) => Stored::Rates(id.0),
        Answer::Customer(id) => Stored::Customer(id.0),
        Answer::CustomerAccount(id) => Stored::CustomerAccount(id.0),
        Answer::Order(id) => Stored::Order(id.0),
        Answer::Batch(id) => Stored::Batch(id.0),
        Answer::CoverDeal(id) => Stored::CoverDeal(id.0),
        Answer::Batches(ids) => Stored::Batches(ids.iter().map(|id| id.0).collect()),
        Answer::Statement(StatementOutcome::Booked {
            statement,
            known,
            new,
            proved,
            ..
        }) => Stored::Booked {
            statement: statement.0,
            known: *known,
            new: *new,
            proved: *proved,
        },
        Answer::Statement(StatementOutcome::Known { lines }) => Stored::Known { lines: *lines },
        Answer::Statement(StatementOutcome::Archived(_)) => return None,
    };
    serde_json::to_vec(&stored).ok()
}

/// The answer that was kept.
pub(crate) fn read(body: &[u8]) -> Option<Answer> {
    Some(match serde_json::from_slice(body).ok()? {
        Stored::Done => Answer::Done,
        Stored::Account(id) => Answer::Account(AccountId(id)),
        Stored::Rates(id) => Answer::Rates(RateVersion(id)),
        Stored::Customer(id) => Answer::Customer(CustomerId(id)),
        Stored::CustomerAccount(id) => Answer::CustomerAccount(CustomerAccountId(id)),
        Stored::Order(id) => Answer::Order(OrderId(id)),
        Stored::Batch(id) => Answer::Batch(BatchId(id)),
        Stored::CoverDeal(id) => Answer::CoverDeal(CoverDealId(id)),
        Stored::Batches(ids) => Answer::Batches(ids.into_iter().map(BatchId).collect()),
        Stored::Booked {
            statement,
            known,
            new,
            proved,
        } => Answer::Statement(StatementOutcome::Booked {
            statement: StatementId(statement),
            known,
            new,
            undecided: Vec::new(),
            moved: 0,
            withdrawn: 0,
            proved,
            lines: Vec::new(),
        }),
        Stored::Known { lines } => Answer::Statement(StatementOutcome::Known { lines }),
    })
}
