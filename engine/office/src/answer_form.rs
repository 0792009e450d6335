//! The stored form of answers, kept under idempotency keys.

use kantor_engine::{
    AccountId, Answer, BatchId, CoverDealId, CustomerAccountId, CustomerId, OrderId, RateVersion,
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
}

/// The bytes to keep; `None` for statements, whose import is the same act however often it is
/// repeated, key or no key.
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
        Answer::Statement(_) => return None,
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
    })
}
