//! Whose money is a bank line? (laws 2 and 3)
//!
//! Identification and fulfilment are two things. A strong key (today: the reference with its check
//! character) names an order, whatever the amount; only a line that also fulfils amount, currency
//! and direction lets the order move on by itself. Two strong keys that name different orders are
//! never certain. Without a strong key the line is a question to the cashier.

use kantor_model::{Date, Moment, Money};

use crate::calendar::banking_day_on_or_after;
use crate::order::{HeldReason, Order, OrderState};
use crate::payout::{Payout, PayoutState};
use crate::policy::{DateOnly, Policy};
use crate::reference::{Referent, find_references};
use crate::{AccountId, CustomerId, OrderId, PayoutId};

/// What is known of the payer's account.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Payer {
    /// The bank names no account.
    NotGiven,
    /// These customers have the account in their profiles; nobody, when empty.
    Customers(Vec<CustomerId>),
}

/// A bank line as the decisions see it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LineFacts {
    /// Signed; credit positive.
    pub amount: Money,
    /// The day on which the bank booked it.
    pub booked_on: Option<Date>,
    /// The bank's own time, where the file has one.
    pub booked_at: Option<Moment>,
    /// Title and other texts in which a reference may stand.
    pub text: String,
    /// The other side's account.
    pub payer: Payer,
    /// Undoes an earlier line.
    pub reversal: bool,
    /// See [`crate::chain::evidence`].
    pub evidence: u64,
}

/// How sure a match is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// A unique strong key, and everything fulfilled.
    Certain,
    /// A unique strong key, and a named test failed.
    Likely,
    /// Several orders fit as well.
    Ambiguous,
    /// No strong key.
    None,
}

impl Verdict {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Certain => "certain",
            Verdict::Likely => "likely",
            Verdict::Ambiguous => "ambiguous",
            Verdict::None => "none",
        }
    }
}

/// By which rule a line was given to its order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// The reference in the title.
    Reference,
    /// A person said so.
    ByHand,
}

impl Rule {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Rule::Reference => "reference",
            Rule::ByHand => "by_hand",
        }
    }
}

/// The rules by which this version of the engine matches; recorded with every match (law 7).
pub const MATCHING_VERSION: u32 = 1;

/// Why a line is a question to the cashier (pytanie do kasjera).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// No reference stands in it.
    NoReference,
    /// The reference is well formed, and no order or payout of this office has it.
    UnknownReference,
    /// References of several orders stand in it.
    SeveralOrders(Vec<OrderId>),
    /// Money in, with the reference of an order that has its money already: new money (law 3).
    OrderHasItsMoney(OrderId),
    /// Money out with an order's reference, or money in with a payout's.
    WrongDirection,
    /// A debit names a payout, and amount or account differ.
    PayoutDiffers(PayoutId),
    /// A second debit for a payout that was paid (alarm).
    PaidTwice(PayoutId),
    /// The bank took an earlier line back.
    Reversal,
    /// Not proved by a closing balance yet, and the policy is to wait.
    NotProvedYet,
    /// It was an order's money, or booked, and a person took it back.
    TakenBack,
}

impl Question {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Question::NoReference => "no_reference",
            Question::UnknownReference => "unknown_reference",
            Question::SeveralOrders(_) => "several_orders",
            Question::OrderHasItsMoney(_) => "order_has_its_money",
            Question::WrongDirection => "wrong_direction",
            Question::PayoutDiffers(_) => "payout_differs",
            Question::PaidTwice(_) => "paid_twice",
            Question::Reversal => "reversal",
            Question::NotProvedYet => "not_proved_yet",
            Question::TakenBack => "taken_back",
        }
    }

    /// The orders that the question is about.
    pub fn orders(&self) -> &[OrderId] {
        match self {
            Question::SeveralOrders(orders) => orders,
            Question::OrderHasItsMoney(order) => std::slice::from_ref(order),
            Question::NoReference
            | Question::UnknownReference
            | Question::WrongDirection
            | Question::PayoutDiffers(_)
            | Question::PaidTwice(_)
            | Question::Reversal
            | Question::NotProvedYet
            | Question::TakenBack => &[],
        }
    }
}

/// What a line was found to be.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Match {
    /// This order's money; which test it fails, if any, is for [`fulfilment`] to say.
    Order(OrderId),
    /// The bank's own word that this payout has left.
    Payout(PayoutId),
    /// A second debit of this payout.
    PaidTwice(PayoutId),
    /// A person must say.
    Open(Question),
}

/// Where matching looks orders and payouts up; looking up is all it does (no list is searched).
pub trait Book {
    /// The order of that number.
    fn order(&self, order: OrderId) -> Option<&Order>;
    /// The payout of that number.
    fn payout(&self, payout: PayoutId) -> Option<&Payout>;
}

/// Matches one line of an account.
pub fn match_line(book: &impl Book, account: AccountId, line: &LineFacts) -> Match {
    if line.reversal {
        return Match::Open(Question::Reversal);
    }
    let references = find_references(&line.text);
    if references.is_empty() {
        return Match::Open(Question::NoReference);
    }
    let mut orders = Vec::new();
    let mut payouts = Vec::new();
    for reference in &references {
        match reference.referent() {
            Referent::Order(order) if book.order(order).is_some() => orders.push(order),
            Referent::Payout(payout) if book.payout(payout).is_some() => payouts.push(payout),
            Referent::Order(_) | Referent::Payout(_) => {}
        }
    }
    match (orders.as_slice(), payouts.as_slice()) {
        ([], []) => Match::Open(Question::UnknownReference),
        ([order], []) if line.amount.is_positive() => match_order(book, *order),
        ([], [payout]) if line.amount.is_negative() => match_payout(book, account, *payout, line),
        ([_], []) | ([], [_]) => Match::Open(Question::WrongDirection),
        (orders, _) => Match::Open(Question::SeveralOrders(orders.to_vec())),
    }
}

fn match_order(book: &impl Book, id: OrderId) -> Match {
    match book.order(id).map(|order| order.state) {
        Some(
            OrderState::AwaitingFunds
            | OrderState::AwaitingConsent
            | OrderState::Held(_)
            | OrderState::Expired
            | OrderState::Cancelled,
        ) => Match::Order(id),
        Some(
            OrderState::Funded
            | OrderState::PayingOut
            | OrderState::Completed
            | OrderState::Refunding
            | OrderState::Refunded,
        ) => Match::Open(Question::OrderHasItsMoney(id)),
        None => Match::Open(Question::UnknownReference),
    }
}

fn match_payout(book: &impl Book, account: AccountId, id: PayoutId, line: &LineFacts) -> Match {
    let Some(payout) = book.payout(id) else {
        return Match::Open(Question::UnknownReference);
    };
    let differs =
        payout.facts.account != account || line.amount.negated().ok() != Some(payout.facts.amount);
    match payout.state {
        // Money left twice, or left though nobody owed it: an alarm either way.
        PayoutState::Paid | PayoutState::Withdrawn => Match::PaidTwice(id),
        PayoutState::Due
        | PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Rejected
        | PayoutState::Returned => {
            if differs {
                Match::Open(Question::PayoutDiffers(id))
            } else {
                Match::Payout(id)
            }
        }
    }
}

/// Whether a line fulfils an order: `None` when it does, else the first test that fails.
/// `received` is everything allocated to the order so far, this line included; `None` when some of
/// it is in another currency; so many seconds after the deadline are still in time.
pub fn fulfilment(
    order: &Order,
    line: &LineFacts,
    received: Option<Money>,
    policy: &Policy,
    grace_seconds: i64,
) -> Option<HeldReason> {
    let mut failed = Vec::new();
    if line.amount.currency() != order.gives().currency() {
        failed.push(HeldReason::WrongCurrency);
    }
    match &line.payer {
        // A bank that hides the payer is no proof against him.
        Payer::NotGiven => {}
        Payer::Customers(customers) => {
            if !customers.contains(&order.facts.customer) {
                failed.push(HeldReason::ThirdPartyPayer);
            }
        }
    }
    if order.cancelled {
        failed.push(HeldReason::AfterEnd);
    } else {
        let until = order.deadline.plus_seconds(grace_seconds);
        failed.extend(in_time(until, line, policy).err());
    }
    // What is wrong with the line itself is named before what is wrong with the sum, which the next
    // line may heal.
    failed
        .into_iter()
        .min()
        .or_else(|| order.sum_fails(received))
}

/// Whether a line was in time, by the bank's time. Where the bank gives a date only, a line booked
/// on or before the deadline's banking day (Europe/Warsaw) follows the policy.
fn in_time(deadline: Moment, line: &LineFacts, policy: &Policy) -> Result<(), HeldReason> {
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
    if booked_on > banking_day_on_or_after(deadline.warsaw_date()) {
        return Err(HeldReason::Late);
    }
    match policy.date_only {
        DateOnly::InTime => Ok(()),
        DateOnly::Ask => Err(HeldReason::TimeUnknown),
    }
}
