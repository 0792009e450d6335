//! What matching says of a line, as data: the words are made elsewhere.

use kantor_model::Money;

use super::evidence::Explanation;
use crate::{AccountId, BatchId, LineId, OrderId, PayoutId};

/// How sure a match is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// A unique strong key, and everything fulfilled.
    Certain,
    /// Either a unique strong key, and a named test failed; or no strong key, and one exact way in
    /// which the sums come out, which a person may take.
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

/// By which rule a line was found to be what it is. The first four are the levels of matching: each
/// takes from what the stronger ones have left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// The reference in the title.
    Reference,
    /// The virtual account that was paid to.
    VirtualAccount,
    /// The payer's account is the customer's, the amount is exact, and no other order fits.
    PayerAndAmount,
    /// Amounts of one customer that sum up exactly; only ever proposed.
    Sum,
    /// The same amount out of one of the office's accounts and into another.
    OwnTransfer,
    /// One of the office's rules for lines that are nobody's order.
    LineRule,
    /// A person said so.
    ByHand,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 7] = [
        Rule::Reference,
        Rule::VirtualAccount,
        Rule::PayerAndAmount,
        Rule::Sum,
        Rule::OwnTransfer,
        Rule::LineRule,
        Rule::ByHand,
    ];

    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Rule::Reference => "reference",
            Rule::VirtualAccount => "virtual_account",
            Rule::PayerAndAmount => "payer_and_amount",
            Rule::Sum => "sum",
            Rule::OwnTransfer => "own_transfer",
            Rule::LineRule => "line_rule",
            Rule::ByHand => "by_hand",
        }
    }
}

/// The rules by which this version of the engine matches; recorded with every match (law 7).
pub const MATCHING_VERSION: u32 = 2;

/// Why a line is a question to the cashier (pytanie do kasjera).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// No reference stands in it, and nothing else names one order.
    NoReference,
    /// The reference is well formed, and no order or payout of this office has it.
    UnknownReference,
    /// Several orders fit, or strong keys name different ones.
    SeveralOrders(Vec<OrderId>),
    /// Several lines without a reference fit this one order.
    SeveralLines(OrderId),
    /// It is exactly what these orders of one customer want together; a person may split it so.
    CoversOrders(Vec<(OrderId, Money)>),
    /// With other lines of the same customer, or with what came before, it is exactly what this
    /// order wants.
    PartOf(OrderId),
    /// Money in, with the reference of an order that has its money already: new money (law 3).
    OrderHasItsMoney(OrderId),
    /// Money out with an order's reference, or money in with a payout's.
    WrongDirection,
    /// A debit names a payout, and amount or account differ.
    PayoutDiffers(PayoutId),
    /// A second debit for a payout that was paid (alarm).
    PaidTwice(PayoutId),
    /// A credit names a payout, and it is not certain that it is its return.
    ReturnUnsure(PayoutId),
    /// A debit names a batch, and is not the sum of its payouts.
    BatchDiffers(BatchId),
    /// To or from an own account of the office, whose line has not come yet.
    OwnTransfer(AccountId),
    /// A rule of the office says which ledger account it belongs to, and that a person decides.
    Proposed(String),
    /// The bank took an earlier line back.
    Reversal,
    /// Not proved by a closing balance yet, and the policy is to wait.
    NotProvedYet,
    /// What is left of a line of which the rest is settled.
    Rest(Money),
    /// It was an order's money, or booked, and a person took it back.
    TakenBack,
}

impl Question {
    /// The stable word: the reason code of the desk.
    pub const fn word(&self) -> &'static str {
        match self {
            Question::NoReference => "no_reference",
            Question::UnknownReference => "unknown_reference",
            Question::SeveralOrders(_) => "several_orders",
            Question::SeveralLines(_) => "several_lines",
            Question::CoversOrders(_) => "covers_orders",
            Question::PartOf(_) => "part_of",
            Question::OrderHasItsMoney(_) => "order_has_its_money",
            Question::WrongDirection => "wrong_direction",
            Question::PayoutDiffers(_) => "payout_differs",
            Question::PaidTwice(_) => "paid_twice",
            Question::ReturnUnsure(_) => "return_unsure",
            Question::BatchDiffers(_) => "batch_differs",
            Question::OwnTransfer(_) => "own_transfer",
            Question::Proposed(_) => "proposed",
            Question::Reversal => "reversal",
            Question::NotProvedYet => "not_proved_yet",
            Question::Rest(_) => "rest",
            Question::TakenBack => "taken_back",
        }
    }

    /// Whether only the bank's next news is waited for: then nobody has to do anything yet.
    pub const fn waits_for_the_bank(&self) -> bool {
        match self {
            Question::OwnTransfer(_) | Question::NotProvedYet => true,
            Question::NoReference
            | Question::UnknownReference
            | Question::SeveralOrders(_)
            | Question::SeveralLines(_)
            | Question::CoversOrders(_)
            | Question::PartOf(_)
            | Question::OrderHasItsMoney(_)
            | Question::WrongDirection
            | Question::PayoutDiffers(_)
            | Question::PaidTwice(_)
            | Question::ReturnUnsure(_)
            | Question::BatchDiffers(_)
            | Question::Proposed(_)
            | Question::Reversal
            | Question::Rest(_)
            | Question::TakenBack => false,
        }
    }

    /// The orders that the question is about.
    pub fn orders(&self) -> Vec<OrderId> {
        match self {
            Question::SeveralOrders(orders) => orders.clone(),
            Question::CoversOrders(shares) => shares.iter().map(|(order, _)| *order).collect(),
            Question::OrderHasItsMoney(order)
            | Question::SeveralLines(order)
            | Question::PartOf(order) => vec![*order],
            Question::NoReference
            | Question::UnknownReference
            | Question::WrongDirection
            | Question::PayoutDiffers(_)
            | Question::PaidTwice(_)
            | Question::ReturnUnsure(_)
            | Question::BatchDiffers(_)
            | Question::OwnTransfer(_)
            | Question::Proposed(_)
            | Question::Reversal
            | Question::NotProvedYet
            | Question::Rest(_)
            | Question::TakenBack => Vec::new(),
        }
    }

    /// How sure we are of a line that is such a question.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Question::SeveralOrders(_) | Question::SeveralLines(_) => Verdict::Ambiguous,
            Question::CoversOrders(_)
            | Question::PartOf(_)
            | Question::OrderHasItsMoney(_)
            | Question::PayoutDiffers(_)
            | Question::PaidTwice(_)
            | Question::ReturnUnsure(_)
            | Question::BatchDiffers(_)
            | Question::OwnTransfer(_)
            | Question::Proposed(_) => Verdict::Likely,
            Question::NoReference
            | Question::UnknownReference
            | Question::WrongDirection
            | Question::Reversal
            | Question::NotProvedYet
            | Question::Rest(_)
            | Question::TakenBack => Verdict::None,
        }
    }
}

/// What a line was found to be.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// These orders' money, so much for each; today one order, with the whole line.
    Orders(Vec<(OrderId, Money)>),
    /// The bank's own word that these payouts have left.
    Payouts(Vec<PayoutId>),
    /// A second debit of this payout, or one that nobody owes any more.
    PaidTwice(PayoutId),
    /// This payout, which had left, came back.
    Returned(PayoutId),
    /// The other side of this line of another account of the office.
    OwnTransfer(LineId),
    /// A rule of the office books it: the rule's name and the named ledger account.
    Classified {
        /// The rule.
        rule: String,
        /// The name of the ledger account.
        ledger_account: String,
    },
    /// A person must say, or the bank's next news.
    Open(Question),
}

/// What matching found of one line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Finding {
    /// How sure.
    pub verdict: Verdict,
    /// What it is.
    pub what: What,
    /// Why, and why not otherwise.
    pub why: Explanation,
}
