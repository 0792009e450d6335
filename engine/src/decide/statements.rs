//! Booking a statement: proof, place in the chain, and what its lines lead to.

use std::collections::BTreeSet;

use kantor_model::{Money, MoneyError};

use super::draft::Draft;
use super::lines::{close_batch, pay, question, receive};
use crate::chain::{ChainTail, NewLine, Placement, place};
use crate::command::{Answer, LineOutcome, StatementOutcome, StatementToBook};
use crate::event::{Event, NotBooked, StatementBooking};
use crate::ledger::{LedgerAccount, Posting};
use crate::matching::{Book, Match, Question, match_line};
use crate::policy::Provisional;
use crate::refusal::Refusal;
use crate::snapshot::OfficeAccount;
use crate::{LineId, StatementId};

pub(super) fn book(draft: &mut Draft<'_>, statement: &StatementToBook) -> Result<Answer, Refusal> {
    let account = draft.account_of(statement.account)?.clone();
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
    match fit(statement, &account)? {
        Fit::NotBooked(why) => Ok(archive(draft, statement, why)),
        Fit::At { after, known } => book_at(draft, statement, &account, after, known),
    }
}

enum Fit {
    At { after: u64, known: usize },
    NotBooked(NotBooked),
}

/// Proves a statement by its own balances and finds its place.
fn fit(statement: &StatementToBook, account: &OfficeAccount) -> Result<Fit, Refusal> {
    let Some(opening) = statement.opening else {
        return Ok(Fit::NotBooked(NotBooked::NoOpening));
    };
    let computed = statement
        .lines
        .iter()
        .try_fold(Money::new(opening, account.currency()), |sum, line| {
            sum.plus(line.amount)
        })?;
    if let Some(closing) = statement.closing
        && closing != computed.minor()
    {
        let closing = Money::new(closing, account.currency());
        let difference = closing.minus(computed)?.minor();
        return Ok(Fit::NotBooked(NotBooked::Unbalanced { difference }));
    }
    let lines: Vec<NewLine> = statement.lines.iter().map(NewLine::from).collect();
    let tail = ChainTail {
        before: statement.chain_before.0,
        balance_before: statement.chain_before.1,
        links: &statement.chain,
    };
    if !tail.is_enough_for(opening, &lines) {
        return Err(Refusal::ChainTooShort {
            account: account.account,
        });
    }
    Ok(match place(tail, opening, &lines) {
        Placement::After { ordinal, known } => Fit::At {
            after: ordinal,
            known,
        },
        Placement::Gap => Fit::NotBooked(NotBooked::Gap {
            opening,
            balance: account.balance,
        }),
        Placement::Contradicts { ordinal, line } => Fit::NotBooked(NotBooked::Contradicts {
            ordinal,
            line: line as u64,
        }),
        Placement::Ambiguous { .. } => Fit::NotBooked(NotBooked::Ambiguous),
    })
}

/// Keeps a statement that cannot be booked. The same one again changes nothing.
fn archive(draft: &mut Draft<'_>, statement: &StatementToBook, why: NotBooked) -> Answer {
    if !draft
        .seen
        .archived
        .contains(&(statement.file, statement.index))
    {
        draft.record(Event::StatementArchived {
            account: statement.account,
            file: statement.file,
            index: statement.index,
            why: why.clone(),
        });
    }
    Answer::Statement(StatementOutcome::Archived(why))
}

fn book_at(
    draft: &mut Draft<'_>,
    statement: &StatementToBook,
    account: &OfficeAccount,
    after: u64,
    known: usize,
) -> Result<Answer, Refusal> {
    let last = after + statement.lines.len() as u64;
    // A closing balance proves its lines only where its opening stands on proved ground.
    let proved = statement
        .closing
        .filter(|_| after <= account.proved_through);
    let proved = proved.filter(|_| last > account.proved_through);
    let new = statement.lines.get(known..).unwrap_or_default();
    if new.is_empty() && proved.is_none() {
        let lines = statement.lines.len() as u64;
        return Ok(Answer::Statement(StatementOutcome::Known { lines }));
    }
    let outcomes = match_lines(draft, statement, account, after, known, proved.is_some())?;
    let net = Money::sum(account.currency(), new.iter().map(|line| line.amount))?;
    let booking = StatementBooking {
        statement: StatementId(draft.seen.statements + 1),
        account: account.account,
        file: statement.file,
        index: statement.index,
        read_by: statement.read_by.clone(),
        number: statement.number.clone(),
        opening: statement.opening.unwrap_or(account.balance),
        closing: statement.closing,
        after,
        known: known as u64,
        new: new.len() as u64,
        rows: statement.rows,
        net: net.minor(),
        proved_through: if proved.is_some() {
            last
        } else {
            account.proved_through
        },
        proved_balance: proved.unwrap_or(account.proved_balance),
    };
    let questions = outcomes
        .iter()
        .filter_map(|outcome| Some((outcome.line.ordinal, outcome.question.clone()?)))
        .collect();
    let answer = StatementOutcome::Booked {
        statement: booking.statement,
        after: after + known as u64,
        known: booking.known,
        new: booking.new,
        proved: proved.is_some(),
        lines: outcomes,
    };
    let postings = postings(account, &booking)?;
    draft.record_first(Event::StatementBooked { booking, questions }, postings);
    Ok(Answer::Statement(answer))
}

/// Matches the new lines, and known ones that waited for proof and have it now.
fn match_lines(
    draft: &mut Draft<'_>,
    statement: &StatementToBook,
    account: &OfficeAccount,
    after: u64,
    known: usize,
    proved: bool,
) -> Result<Vec<LineOutcome>, Refusal> {
    let may_fund = proved || draft.policy().provisional == Provisional::Fund;
    let mut outcomes = Vec::new();
    let mut batches = BTreeSet::new();
    for (at, facts) in statement.lines.iter().enumerate() {
        let line = LineId {
            account: account.account,
            ordinal: after + at as u64 + 1,
        };
        let waits = draft.seen.questions.get(&line) == Some(&Question::NotProvedYet);
        if at < known && !(proved && waits) {
            continue;
        }
        if !may_fund {
            outcomes.push(question(line, facts.amount, Question::NotProvedYet));
            continue;
        }
        outcomes.push(match match_line(draft, account.account, facts) {
            Match::Order(order) => receive(draft, line, facts, order, None)?,
            Match::Payout(payout) => {
                batches.extend(draft.payout(payout).and_then(|payout| payout.batch));
                pay(draft, line, facts, payout)?
            }
            Match::PaidTwice(payout) => {
                draft.record(Event::PaidTwice { payout, line });
                question(line, facts.amount, Question::PaidTwice(payout))
            }
            Match::Open(why) => question(line, facts.amount, why),
        });
    }
    for batch in batches {
        close_batch(draft, batch);
    }
    Ok(outcomes)
}

/// A statement in the books: every new line goes to suspense, from where its owner takes it; what
/// the bank has confirmed stands in the bank's account, the rest of a running day beside it.
fn postings(
    account: &OfficeAccount,
    booking: &StatementBooking,
) -> Result<Vec<Posting>, MoneyError> {
    let money = |minor| Money::new(minor, account.currency());
    let (net, proved_before) = (money(booking.net), money(account.proved_balance));
    let proved = money(booking.proved_balance).minus(proved_before)?;
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
