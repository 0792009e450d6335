//! Lines that are about money that went out: batch debits, returns, reversals. They are looked at when
//! their turn comes, and not with the whole statement: a line before may have paid the payout.

use kantor_model::Money;

use super::{LineFacts, Question};
use crate::batch::PayoutBatch;
use crate::payout::{Payout, PayoutState};
use crate::reference::{Referent, find_references};
use crate::{AccountId, BatchId, LineId, OrderId, PayoutId};

/// Where payouts, their batches and receipts are looked up.
pub(crate) trait Outgoing {
    /// The payout of that number.
    fn payout_of(&self, payout: PayoutId) -> Option<&Payout>;
    /// Whether there is an order of that number.
    fn has_order(&self, order: OrderId) -> bool;
    /// The batch of that number.
    fn batch(&self, batch: BatchId) -> Option<&PayoutBatch>;
    /// The written batch that goes by this name, or by one that begins so.
    fn batch_named(&self, name: &str) -> Option<BatchId>;
    /// An order's receipts, each a whole line.
    fn receipts_of(&self, order: OrderId) -> Vec<(LineId, Money)>;
    /// Whether an alarm is open that a payout left twice.
    fn left_twice(&self, payout: PayoutId) -> bool;
}

/// What a line is that is about money that went out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outgone {
    /// One debit for these payouts of a batch.
    Batch(BatchId, Vec<PayoutId>),
    /// A payout that had left came back.
    Returned(PayoutId),
    /// The bank takes this receipt of an order back.
    Reversed(OrderId, LineId),
    /// A person must say.
    Open(Question),
}

/// What a line is that the other levels leave: a debit for several payouts, a payout that came back,
/// a receipt that was taken back. `None` when it is none of these.
pub(crate) fn match_outgone(
    book: &impl Outgoing,
    account: AccountId,
    line: &LineFacts,
) -> Option<Outgone> {
    if line.amount.is_negative() && !line.reversal {
        return match_batch(book, account, line);
    }
    let (mut orders, mut payouts) = (Vec::new(), Vec::new());
    for reference in find_references(&line.text) {
        match reference.referent() {
            Referent::Order(order) if book.has_order(order) => orders.push(order),
            Referent::Payout(payout) if book.payout_of(payout).is_some() => payouts.push(payout),
            Referent::Order(_) | Referent::Payout(_) => {}
        }
    }
    match (orders.as_slice(), payouts.as_slice()) {
        ([order], []) if line.amount.is_negative() => {
            Some(match_reversal(book, account, *order, line))
        }
        ([], [payout]) if line.amount.is_positive() => {
            Some(match_return(book, account, *payout, line))
        }
        _ => None,
    }
}

/// Words by which banks mark a return where they have no field for it.
const RETURNS: [&str; 8] = [
    "ZWROT",
    "ZWROTNY",
    "ZWROTNE",
    "RETURN",
    "RETURNED",
    "REJECTED",
    "ODRZUCONY",
    "ODRZUCONE",
];

/// A shorter name says too little of a file.
const NAME_AT_LEAST: usize = 14;

/// A file's name as it is compared: letters and digits only, in capitals.
pub(crate) fn plain_name(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// A credit that names a payout: its return, when it left, came back in the same amount on the same
/// account, and the bank says that it is a return. Everything else is asked.
fn match_return(
    book: &impl Outgoing,
    account: AccountId,
    id: PayoutId,
    line: &LineFacts,
) -> Outgone {
    let Some(payout) = book.payout_of(id) else {
        return Outgone::Open(Question::UnknownReference);
    };
    let is_whole = payout.facts.account == account && payout.facts.amount == line.amount;
    let left = payout.state == PayoutState::Paid;
    // Where it left twice, nobody knows which of the two came back.
    if left && is_whole && says_that_it_came_back(line) && !book.left_twice(id) {
        Outgone::Returned(id)
    } else {
        Outgone::Open(Question::ReturnUnsure(id))
    }
}

fn says_that_it_came_back(line: &LineFacts) -> bool {
    let mut words = line.text.split(|letter: char| !letter.is_alphanumeric());
    line.returned.is_some()
        || line.reversal
        || words.any(|word| RETURNS.contains(&word.to_uppercase().as_str()))
}

/// A debit by which the bank takes a receipt back: the only receipt of the order on this account
/// with this amount.
fn match_reversal(
    book: &impl Outgoing,
    account: AccountId,
    id: OrderId,
    line: &LineFacts,
) -> Outgone {
    let wanted = line.amount.negated().ok();
    let receipts = book.receipts_of(id).into_iter();
    let mut fitting = receipts
        .filter(|(line, amount)| line.account == account && Some(*amount) == wanted)
        .map(|(line, _)| line);
    match (fitting.next(), fitting.next()) {
        (Some(receipt), None) => Outgone::Reversed(id, receipt),
        (Some(_) | None, _) => Outgone::Open(Question::Reversal),
    }
}

/// One debit for several payouts: told by the transactions in it, by their references in its title,
/// or by the name of the file. `None` when nothing of this stands in it.
fn match_batch(book: &impl Outgoing, account: AccountId, line: &LineFacts) -> Option<Outgone> {
    by_parts(book, account, line)
        .or_else(|| by_references(book, account, line))
        .or_else(|| by_name(book, account, line))
}

/// Every transaction in the line names one payout, each by its own amount where the bank tells it.
fn by_parts(book: &impl Outgoing, account: AccountId, line: &LineFacts) -> Option<Outgone> {
    if line.parts.len() < 2 {
        return None;
    }
    let mut payouts = Vec::with_capacity(line.parts.len());
    for part in &line.parts {
        let named = payouts_in(book, &part.text);
        let [payout] = named.as_slice() else {
            return None;
        };
        let ordered = book.payout_of(*payout)?.facts.amount;
        let told = part.amount.and_then(|amount| amount.negated().ok());
        if told.is_some_and(|told| told != ordered) {
            return None;
        }
        payouts.push(*payout);
    }
    Some(all_or_asked(book, account, line, payouts))
}

fn by_references(book: &impl Outgoing, account: AccountId, line: &LineFacts) -> Option<Outgone> {
    let named = payouts_in(book, &line.text);
    if named.len() < 2 {
        return None;
    }
    Some(all_or_asked(book, account, line, named))
}

/// The message id of a file, or the id of one of its blocks, stands in the line.
fn by_name(book: &impl Outgoing, account: AccountId, line: &LineFacts) -> Option<Outgone> {
    let words = line
        .text
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    for word in words {
        let word = plain_name(word);
        if word.len() < NAME_AT_LEAST {
            continue;
        }
        let Some(id) = book.batch_named(&word) else {
            continue;
        };
        let batch = book.batch(id)?;
        if batch.account != account {
            continue;
        }
        let fitting = batch
            .names
            .iter()
            .filter(|name| plain_name(&name.name).starts_with(&word))
            .flat_map(|name| [name.payouts.clone(), taken(book, &name.payouts)])
            .find(|payouts| is_sum_of(book, line, payouts));
        return Some(match fitting {
            Some(payouts) => Outgone::Batch(id, payouts),
            None => Outgone::Open(Question::BatchDiffers(id)),
        });
    }
    None
}

/// Those of them that the bank has not refused.
fn taken(book: &impl Outgoing, payouts: &[PayoutId]) -> Vec<PayoutId> {
    let is_taken = |id: &PayoutId| {
        let payout = book.payout_of(*id);
        payout.is_some_and(|payout| payout.state != PayoutState::Rejected)
    };
    payouts.iter().copied().filter(is_taken).collect()
}

/// The payouts that stand in a text, each once.
fn payouts_in(book: &impl Outgoing, text: &str) -> Vec<PayoutId> {
    find_references(text)
        .iter()
        .filter_map(|reference| match reference.referent() {
            Referent::Payout(payout) if book.payout_of(payout).is_some() => Some(payout),
            Referent::Payout(_) | Referent::Order(_) => None,
        })
        .collect()
}

/// The line is exactly these payouts of one batch, or somebody is asked.
fn all_or_asked(
    book: &impl Outgoing,
    account: AccountId,
    line: &LineFacts,
    mut payouts: Vec<PayoutId>,
) -> Outgone {
    let batch_of = |id: &PayoutId| -> Option<BatchId> {
        let payout = book.payout_of(*id)?;
        payout.batch.filter(|_| payout.facts.account == account)
    };
    let first = payouts.first().copied();
    let batch = first.as_ref().and_then(batch_of);
    let count = payouts.len();
    let fits = is_sum_of(book, line, &payouts);
    payouts.sort();
    payouts.dedup();
    let one_batch = payouts.iter().all(|payout| batch_of(payout) == batch);
    match (batch, first) {
        (Some(batch), Some(_)) if one_batch && fits && payouts.len() == count => {
            Outgone::Batch(batch, payouts)
        }
        (Some(batch), Some(_)) if one_batch => Outgone::Open(Question::BatchDiffers(batch)),
        (_, Some(payout)) => Outgone::Open(Question::PayoutDiffers(payout)),
        (_, None) => Outgone::Open(Question::NoReference),
    }
}

fn is_sum_of(book: &impl Outgoing, line: &LineFacts, payouts: &[PayoutId]) -> bool {
    let amounts = payouts
        .iter()
        .filter_map(|payout| book.payout_of(*payout))
        .map(|payout| payout.facts.amount);
    let sum = Money::sum(line.amount.currency(), amounts).ok();
    !payouts.is_empty() && sum.is_some() && sum == line.amount.negated().ok()
}
