//! From claims to findings: what a line is, and why.

use std::collections::BTreeSet;

use kantor_model::Money;

use super::book::{Book, OpenOrder, Stands};
use super::claim::{Claim, Claims};
use super::evidence::{Evidence, Explanation};
use super::facts::{Line, PaidBy, VirtualAccount};
use super::fulfil::{fulfilment, window};
use super::named::Named;
use super::nearest::nearest;
use super::own::between_own;
use super::rules::by_rules;
use super::verdict::{Finding, Question, Rule, Verdict, What};
use crate::payout::{Payout, PayoutState};
use crate::policy::Policy;
use crate::{AccountId, LineId, OrderId, PayoutId};

/// Tells the finding of each line.
pub(crate) fn explain(
    book: &impl Book,
    account: AccountId,
    lines: &[Line<'_>],
    policy: &Policy,
    claims: &mut Claims,
    tell: &mut dyn FnMut(usize, Finding),
) {
    let claimed = Claimed {
        book,
        account,
        policy,
        claims,
    };
    let mut taken = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        tell(at, claimed.finding(at, line, &mut taken));
    }
}

/// A statement whose lines were claimed.
struct Claimed<'a, B> {
    book: &'a B,
    account: AccountId,
    policy: &'a Policy,
    claims: &'a Claims,
}

/// A line that names nothing and that is nobody's by payer and amount.
fn nobodys(book: &impl Book, line: &Line<'_>, taken: &mut BTreeSet<LineId>) -> Finding {
    if let PaidBy::Office(other) = line.payer
        && book.share_currency(line.id.account, other)
    {
        return between_own(book, line, other, taken);
    }
    let by_rule = book.line_rules().and_then(|rules| by_rules(rules, line));
    by_rule.unwrap_or_else(|| missed(book, line, Question::NoReference, Evidence::NoReference))
}

impl<B: Book> Claimed<'_, B> {
    /// What the line in this place is; `taken` are lines that stand for the other side of one.
    fn finding(&self, at: usize, line: &Line<'_>, taken: &mut BTreeSet<LineId>) -> Finding {
        let Claimed { book, claims, .. } = *self;
        match claims.get(at) {
            Claim::Named(order) => of_order(book, line, order, claims.failed(at), by_name(line)),
            Claim::Payer(order) => {
                let failed = book.open_order(order).and_then(|order| {
                    let received = order.received.and_then(|sum| sum.plus(line.amount).ok());
                    fulfilment(&order, line, received, self.policy)
                });
                let rule = match line.virtual_account {
                    Some(_) => Rule::VirtualAccount,
                    None => Rule::PayerAndAmount,
                };
                of_order(book, line, order, failed, rule)
            }
            Claim::Payout(payout) => of_payout(book, self.account, line, payout),
            Claim::Reversal => open(Question::Reversal, Vec::new()),
            Claim::WrongDirection => of_wrong_direction(book, line),
            Claim::Unknown => {
                let missing = Evidence::UnknownReference;
                missed(book, line, Question::UnknownReference, missing)
            }
            Claim::Unnamed => nobodys(book, line, taken),
            Claim::SecondPayment(order) => {
                let evidence = vec![Evidence::Reference(order), Evidence::HasItsMoney];
                open(Question::OrderHasItsMoney(order), evidence)
            }
            Claim::Contradicts(named, other) => {
                let mut evidence = vec![Evidence::Reference(named)];
                evidence.extend(weighed(book, line, other));
                with_rivals(
                    Question::SeveralOrders(vec![named, other]),
                    evidence,
                    vec![named, other],
                )
            }
            Claim::NamesSeveral => {
                let orders: Vec<OrderId> = Named::by(book, line).orders().collect();
                let evidence = orders.iter().copied().map(Evidence::Reference).collect();
                with_rivals(Question::SeveralOrders(orders.clone()), evidence, orders)
            }
            Claim::Covers(place) => {
                let shares = claims.covers(place).to_vec();
                let count = u32::try_from(shares.len()).unwrap_or(u32::MAX);
                let evidence = vec![Evidence::NoReference, Evidence::ExactSum(count)];
                open(Question::CoversOrders(shares), evidence)
            }
            Claim::PartOf(order, count) => {
                let evidence = vec![Evidence::NoReference, Evidence::ExactSum(count)];
                open(Question::PartOf(order), evidence)
            }
            Claim::Rivals(place) => {
                let (rivals, too_many) = claims.rivals(place);
                of_rivals(rivals, too_many)
            }
        }
    }
}

fn by_name(line: &Line<'_>) -> Rule {
    match line.virtual_account {
        Some(VirtualAccount::Order(_)) => Rule::VirtualAccount,
        Some(VirtualAccount::Customer(_)) | None => Rule::Reference,
    }
}

fn of_order(
    book: &impl Book,
    line: &Line<'_>,
    id: OrderId,
    failed: Option<crate::order::HeldReason>,
    rule: Rule,
) -> Finding {
    let mut evidence = Vec::with_capacity(4);
    match rule {
        Rule::Reference => evidence.push(Evidence::Reference(id)),
        Rule::VirtualAccount => evidence.push(Evidence::VirtualAccount),
        Rule::PayerAndAmount | Rule::Sum | Rule::OwnTransfer | Rule::LineRule | Rule::ByHand => {
            evidence.push(Evidence::OnlyCandidate);
        }
    }
    evidence.extend(weighed(book, line, id));
    Finding {
        verdict: if failed.is_none() {
            Verdict::Certain
        } else {
            Verdict::Likely
        },
        what: What::Orders(vec![(id, line.amount)]),
        why: Explanation::by(Some(rule), evidence),
    }
}

/// Everything but a reference that speaks for or against a line being an order's money.
pub(crate) fn weighed(book: &impl Book, line: &Line<'_>, id: OrderId) -> Vec<Evidence> {
    book.open_order(id)
        .map(|order| weigh(&order, line).into())
        .unwrap_or_default()
}

/// Payer, amount and time of a line, held against an order.
pub(crate) fn weigh(order: &OpenOrder, line: &Line<'_>) -> [Evidence; 3] {
    let payer = match line.payer {
        PaidBy::NotGiven => Evidence::PayerHidden,
        PaidBy::Customers(customers) if customers.contains(&order.customer) => {
            Evidence::PayerAccount(order.customer)
        }
        PaidBy::Customers([other, ..]) => Evidence::PayerIsAnother(*other),
        PaidBy::Customers([]) | PaidBy::Office(_) => Evidence::PayerUnknown,
    };
    let time = if order.cancelled {
        Evidence::AfterEnd
    } else {
        window(order, line)
    };
    [amount(order, line.amount), payer, time]
}

fn amount(order: &OpenOrder, amount: Money) -> Evidence {
    if order.stands == Stands::HasItsMoney {
        return Evidence::HasItsMoney;
    }
    if amount.currency() != order.gives.currency() {
        return Evidence::OtherCurrency(order.gives.currency());
    }
    let wants = order
        .received
        .map_or(Ok(order.gives), |sum| order.gives.minus(sum));
    let difference = wants.and_then(|wants| amount.minus(wants));
    match difference {
        Ok(difference) if difference.is_zero() => Evidence::AmountExact,
        Ok(difference) if difference.is_positive() => Evidence::AmountAbove(difference),
        Ok(difference) => Evidence::AmountBelow(difference.abs().unwrap_or(difference)),
        // The sums do not fit 64 bits: it is not what the order wants.
        Err(_) => Evidence::AmountAbove(amount),
    }
}

fn of_payout(book: &impl Book, account: AccountId, line: &Line<'_>, id: PayoutId) -> Finding {
    let evidence = vec![Evidence::PayoutReference(id)];
    let Some(payout) = book.payout_seen(id) else {
        return open(Question::UnknownReference, vec![Evidence::UnknownReference]);
    };
    match payout.state {
        // Money left twice, or left though nobody owed it: an alarm either way.
        PayoutState::Paid | PayoutState::Withdrawn => Finding {
            verdict: Verdict::Likely,
            what: What::PaidTwice(id),
            why: Explanation::by(Some(Rule::Reference), evidence),
        },
        PayoutState::Due
        | PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Rejected
        | PayoutState::Returned => {
            if differs(&payout, account, line) {
                open(Question::PayoutDiffers(id), evidence)
            } else {
                Finding {
                    verdict: Verdict::Certain,
                    what: What::Payouts(vec![id]),
                    why: Explanation::by(Some(Rule::Reference), evidence),
                }
            }
        }
    }
}

fn differs(payout: &Payout, account: AccountId, line: &Line<'_>) -> bool {
    payout.facts.account != account || line.amount.negated().ok() != Some(payout.facts.amount)
}

/// Money in with the reference of a payout that had left is that payout coming back; anything else
/// of the wrong direction is a question.
fn of_wrong_direction(book: &impl Book, line: &Line<'_>) -> Finding {
    let named = Named::by(book, line);
    let returned = named
        .only_payout()
        .and_then(|id| book.payout_seen(id))
        .filter(|payout| payout.state == PayoutState::Paid && payout.facts.amount == line.amount);
    if let Some(payout) = returned {
        let id = payout.facts.payout;
        let evidence = vec![Evidence::PayoutReference(id), Evidence::AmountExact];
        return Finding {
            verdict: Verdict::Likely,
            what: What::Returned(id),
            why: Explanation::by(Some(Rule::Reference), evidence),
        };
    }
    let orders = named.orders().map(Evidence::Reference);
    let payouts = named.payouts().map(Evidence::PayoutReference);
    open(Question::WrongDirection, orders.chain(payouts).collect())
}

fn of_rivals(rivals: &[OrderId], too_many: Option<u32>) -> Finding {
    let mut evidence = vec![Evidence::NoReference];
    let question = match rivals {
        [only] => {
            evidence.push(Evidence::AlsoAnotherLine);
            Question::SeveralLines(*only)
        }
        several => Question::SeveralOrders(several.to_vec()),
    };
    evidence.extend(too_many.map(Evidence::TooMany));
    with_rivals(question, evidence, rivals.to_vec())
}

/// A line that names nobody's order, with what would have made it match.
fn missed(book: &impl Book, line: &Line<'_>, question: Question, missing: Evidence) -> Finding {
    let mut finding = open(question, vec![missing]);
    finding.why.nearest = nearest(book, line, missing);
    finding
}

/// A question, with what was seen.
pub(crate) fn open(question: Question, evidence: Vec<Evidence>) -> Finding {
    with_rivals(question, evidence, Vec::new())
}

fn with_rivals(question: Question, evidence: Vec<Evidence>, rivals: Vec<OrderId>) -> Finding {
    Finding {
        verdict: question.verdict(),
        what: What::Open(question),
        why: Explanation {
            rivals,
            ..Explanation::by(None, evidence)
        },
    }
}
