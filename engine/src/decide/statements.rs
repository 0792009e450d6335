//! Booking a statement: what it does to the chain, and what its lines lead to.

use std::collections::BTreeSet;

use kantor_model::{Money, MoneyError};

use super::batches::close_batch;
use super::draft::Draft;
use super::lines::{follow, question, record_explanations};
use super::placing::{Found, Placing, Plan};
use super::withdraw::{Gone, withdraw};
use crate::chain::ChainChange;
use crate::command::{Answer, LineOutcome, StatementOutcome, StatementToBook};
use crate::event::{Event, NotBooked, StatementBooking};
use crate::ledger::{LedgerAccount, Posting};
use crate::matching::{Explanation, Line, LineFacts, Question, match_lines};
use crate::policy::Provisional;
use crate::refusal::Refusal;
use crate::snapshot::OfficeAccount;
use crate::{AccountId, LineId, StatementId};

pub(super) fn book(draft: &mut Draft<'_>, statement: &StatementToBook) -> Result<Answer, Refusal> {
    let account = draft.account_of(statement.facts.account)?.clone();
    for line in &statement.lines {
        if line.amount.currency() != account.currency() {
            return Err(Refusal::StatementCurrency {
                account: account.account,
                found: line.amount.currency(),
                expected: account.currency(),
            });
        }
    }
    let (before, balance_before) = statement.chain_before;
    let end = before.checked_add(statement.chain.len() as u64);
    let balance = statement
        .chain
        .last()
        .map_or(balance_before, |link| link.balance_after);
    if end != Some(account.lines) || balance != account.balance {
        return Err(Refusal::ChainMoved);
    }
    let number = StatementId(draft.seen.statements + 1);
    match Placing::new(statement, &account, number).find()? {
        Found::NotBooked(why) => Ok(archive(draft, statement, why)),
        Found::Place(plan) => book_at(draft, statement, &account, number, plan),
    }
}

/// Keeps a statement that cannot be booked. The same one again changes nothing.
fn archive(draft: &mut Draft<'_>, statement: &StatementToBook, why: NotBooked) -> Answer {
    let facts = &statement.facts;
    if !draft.seen.archived.contains(&(facts.file, facts.index)) {
        draft.record(Event::StatementArchived {
            facts: facts.clone(),
            why: why.clone(),
        });
    }
    Answer::Statement(StatementOutcome::Archived(why))
}

fn book_at(
    draft: &mut Draft<'_>,
    statement: &StatementToBook,
    account: &OfficeAccount,
    number: StatementId,
    plan: Plan,
) -> Result<Answer, Refusal> {
    let change = &plan.change;
    let is_proof = change.proved_through > account.proved_through;
    if plan.new.is_empty() && !is_proof && change.cut == 0 && !covers_more(statement, account) {
        return Ok(if plan.undecided.is_empty() {
            let lines = statement.lines.len() as u64;
            Answer::Statement(StatementOutcome::Known { lines })
        } else {
            let lines = numbers(&plan.undecided);
            archive(draft, statement, NotBooked::Undecided { lines })
        });
    }
    for ordinal in &change.withdrawn {
        withdraw(draft, line_of(account, *ordinal), Gone::NotConfirmed)?;
    }
    let booking = StatementBooking {
        statement: number,
        facts: statement.facts.clone(),
        known: plan.known() as u64,
        new: plan.new.len() as u64,
        undecided: numbers(&plan.undecided),
        change: change.clone(),
    };
    let postings = postings(account, &booking.change)?;
    draft.record_statement(booking, postings);
    let lines = match_told(draft, statement, account, &plan)?;
    let questions = lines
        .iter()
        .filter_map(|outcome| Some((outcome.line.ordinal, outcome.question.clone()?)))
        .collect();
    draft.ask(account.account, questions);
    Ok(Answer::Statement(StatementOutcome::Booked {
        statement: number,
        known: plan.known() as u64,
        new: plan.new.len() as u64,
        undecided: numbers(&plan.undecided),
        moved: change
            .moves
            .iter()
            .filter(|moved| moved.from != moved.to)
            .fold(0, |sum, moved| sum + moved.count),
        withdrawn: change.withdrawn.len() as u64,
        proved: is_proof || covers_more(statement, account),
        lines,
    }))
}

fn numbers(lines: &[usize]) -> Vec<u64> {
    lines.iter().map(|at| *at as u64).collect()
}

fn line_of(account: &OfficeAccount, ordinal: u64) -> LineId {
    LineId {
        account: account.account,
        ordinal,
    }
}

/// Whether a statement without a new line tells another day to its end: an empty one is a proof too.
fn covers_more(statement: &StatementToBook, account: &OfficeAccount) -> bool {
    let facts = &statement.facts;
    facts.ends_its_day()
        && facts.closing == Some(account.proved_balance)
        && facts.closing_on > account.covered_through
        && facts.closing_on >= Some(account.opened_on)
}

/// A line that is matched now, and the question that it was before.
struct Told<'a> {
    line: LineId,
    facts: &'a LineFacts,
    asked: Option<Question>,
}

/// Matches the new lines, known ones that waited for proof and have it now, and questions about
/// lines of which the statement says more.
fn match_told(
    draft: &mut Draft<'_>,
    statement: &StatementToBook,
    account: &OfficeAccount,
    plan: &Plan,
) -> Result<Vec<LineOutcome>, Refusal> {
    let waits_for_proof = draft.policy().provisional == Provisional::Wait;
    let mut outcomes = Vec::new();
    let mut told = Vec::new();
    for (facts, place) in statement.lines.iter().zip(&plan.places) {
        let Some(ordinal) = *place else { continue };
        let line = line_of(account, ordinal);
        let proved = ordinal <= plan.change.proved_through;
        let asked = match asked_before(draft, account, plan, ordinal) {
            Asked::Answered => continue,
            Asked::New => None,
            Asked::Open(known) => {
                let told_again = plan.retold && ordinal > plan.change.keeps;
                if !(proved && (told_again || known == Question::NotProvedYet)) {
                    continue;
                }
                Some(known)
            }
        };
        if waits_for_proof && !proved {
            let why = Explanation::none();
            outcomes.push(question(line, facts, Question::NotProvedYet, why));
        } else {
            told.push(Told { line, facts, asked });
        }
    }
    outcomes.extend(matched(draft, account.account, &told)?);
    outcomes.sort_by_key(|outcome| outcome.line);
    Ok(outcomes)
}

/// Matches lines as a whole, and lets what they are about follow, line by line. A line that is the
/// question that it was has no outcome, and keeps its explanation.
fn matched(
    draft: &mut Draft<'_>,
    account: AccountId,
    told: &[Told<'_>],
) -> Result<Vec<LineOutcome>, Refusal> {
    let lent: Vec<Line<'_>> = told
        .iter()
        .map(|told| Line::of(told.line, told.facts))
        .collect();
    let findings = match_lines(draft, account, &lent, draft.policy());
    let mut outcomes = Vec::with_capacity(told.len());
    let mut batches = BTreeSet::new();
    for (told, finding) in told.iter().zip(findings) {
        let asked = told.asked.as_ref();
        let outcome = follow(draft, told.line, told.facts, (asked, finding))?;
        let payout = outcome.payout.and_then(|payout| draft.payout(payout));
        batches.extend(payout.and_then(|payout| payout.batch));
        batches.extend(outcome.batch);
        // A bank may name a void file of which the payouts stand in a later one.
        let members = outcome.batch.and_then(|batch| draft.batch_of(batch).ok());
        let members = members.into_iter().flat_map(|batch| &batch.payouts);
        batches.extend(members.filter_map(|payout| draft.payout(*payout)?.batch));
        if asked.is_none() || outcome.question.as_ref() != asked {
            outcomes.push((outcome, told.facts));
        }
    }
    for batch in batches {
        close_batch(draft, batch);
    }
    record_explanations(draft, account, &outcomes);
    Ok(outcomes.into_iter().map(|(outcome, _)| outcome).collect())
}

/// What was known of a line before.
enum Asked {
    /// Nothing: it is new.
    New,
    /// It was this question.
    Open(Question),
    /// It is settled, as a whole or in part, or a person took it back.
    Answered,
}

fn asked_before(draft: &Draft<'_>, account: &OfficeAccount, plan: &Plan, ordinal: u64) -> Asked {
    let Some(origin) = plan.change.origin_of(ordinal) else {
        return Asked::New;
    };
    match draft.seen.questions.get(&line_of(account, origin)) {
        Some(Question::TakenBack | Question::Rest(_)) | None => Asked::Answered,
        Some(question) => Asked::Open(question.clone()),
    }
}

/// A change of an account's chain in the books: every new line goes to suspense, from where its owner takes it; what
/// the bank has confirmed stands in the bank's account, the rest of a running day beside it.
pub(super) fn postings(
    account: &OfficeAccount,
    change: &ChainChange,
) -> Result<Vec<Posting>, MoneyError> {
    let money = |minor| Money::new(minor, account.currency());
    let (net, proved_before) = (money(change.net), money(account.proved_balance));
    let proved = money(change.proved_balance).minus(proved_before)?;
    let mut postings = Vec::new();
    let mut post = |account, amount: Money| {
        if !amount.is_zero() {
            postings.push(Posting { account, amount });
        }
    };
    post(LedgerAccount::Bank(account.account), proved);
    post(
        LedgerAccount::BankProvisional(account.account),
        net.minus(proved)?,
    );
    post(LedgerAccount::Suspense, net.negated()?);
    Ok(postings)
}
