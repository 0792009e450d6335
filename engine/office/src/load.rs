//! What a command needs to see, loaded under the lock.

use std::collections::BTreeMap;

use kantor_engine::chain::{ChainTail, Link, NewLine};
use kantor_engine::matching::{LineFacts, Payer};
use kantor_engine::{
    AccountId, Command, LineId, OfficeAccount, Refusal, Snapshot, StatementFacts, StatementId,
    StatementToBook,
};
use kantor_model::{AccountNumber, Currency, Iban};
use kantor_store::{BookedEntry, Side, SideFilter, View};

use crate::entry_form::BankLine;
use crate::error::ExecuteError;
use crate::intake::StagedStatement;
use crate::people::{PAYER, owner_of_payer_key};
use crate::request::Ask;
use kantor_model::Moment;

/// So many lines before an account's last are looked at first, besides as many as the statement
/// has twice; more, up to the whole chain, where they cannot tell what of a statement is new. Few,
/// because a small export must not cost what a big one does; looking again costs a third more.
const RECENT_LINES: usize = 64;

/// So many customers with one account number are looked up at a time. Nearly every account is one
/// customer's, and the row after his shows that there is no other.
const PAYERS: usize = 2;

/// The command that an ask becomes.
pub(crate) fn command(
    ask: &Ask,
    seen: &Snapshot,
    view: &dyn View,
    now: Moment,
) -> Result<Command, ExecuteError> {
    match ask {
        Ask::Command(command) => Ok(command.clone()),
        Ask::Book(statement) => book(statement, seen, view),
        Ask::Allocate {
            line,
            order,
            reason,
        } => Ok(Command::AllocateLine {
            line: *line,
            facts: line_facts(*line, seen, view, now)?,
            order: *order,
            reason: reason.clone(),
        }),
        Ask::Split {
            line,
            shares,
            reason,
        } => Ok(Command::SplitLine {
            line: *line,
            facts: line_facts(*line, seen, view, now)?,
            shares: shares.clone(),
            reason: reason.clone(),
        }),
        Ask::RefundLine { line, reason } => Ok(Command::RefundLine {
            line: *line,
            amount: bank_line(*line, seen, view)?.amount,
            reason: reason.clone(),
        }),
        Ask::Pair {
            debit,
            credit,
            reason,
        } => Ok(Command::PairOwnTransfer {
            debit: *debit,
            credit: *credit,
            amount: bank_line(*credit, seen, view)?.amount,
            reason: reason.clone(),
        }),
        Ask::BookLine {
            line,
            ledger_account,
            reason,
        } => Ok(Command::BookLine {
            line: *line,
            amount: bank_line(*line, seen, view)?.amount,
            ledger_account: ledger_account.clone(),
            reason: reason.clone(),
        }),
    }
}

fn book(
    staged: &StagedStatement,
    seen: &Snapshot,
    view: &dyn View,
) -> Result<Command, ExecuteError> {
    let account = account(seen, staged.facts.account)?;
    let tail = enough_of_the_chain(staged, account, seen, view)?;
    Ok(Command::BookStatement(Box::new(StatementToBook {
        facts: staged.facts.clone(),
        lines: staged.lines.clone(),
        marks: staged.marks.clone(),
        chain_before: (tail.before, tail.balance_before),
        chain: tail.links,
    })))
}

fn enough_of_the_chain(
    staged: &StagedStatement,
    account: &OfficeAccount,
    seen: &Snapshot,
    view: &dyn View,
) -> Result<Tail, ExecuteError> {
    let marks = staged.marks.iter();
    let new_lines = staged.lines.iter().zip(marks);
    let new_lines: Vec<NewLine> = new_lines
        .map(|(line, marks)| NewLine::of(line, *marks))
        .collect();
    let all = usize::try_from(account.lines).unwrap_or(usize::MAX);
    let unproved = account.lines.saturating_sub(account.proved_through);
    let mut wanted = new_lines
        .len()
        .saturating_mul(2)
        .saturating_add(usize::try_from(unproved).unwrap_or(usize::MAX))
        .saturating_add(RECENT_LINES);
    loop {
        let tail = tail(view, account, seen, wanted)?;
        let is_enough = tail
            .as_engine()
            .is_enough(account, staged.facts.opening, &new_lines);
        if is_enough || wanted >= all {
            return Ok(tail);
        }
        wanted = wanted.saturating_mul(4);
    }
}

struct Tail {
    before: u64,
    balance_before: i64,
    links: Vec<Link>,
}

impl Tail {
    fn as_engine(&self) -> ChainTail<'_> {
        ChainTail {
            before: self.before,
            balance_before: self.balance_before,
            links: &self.links,
        }
    }
}

fn tail(
    view: &dyn View,
    account: &OfficeAccount,
    seen: &Snapshot,
    wanted: usize,
) -> Result<Tail, ExecuteError> {
    let entries = view.chain_tail(account.account.0, wanted)?;
    let before = account.lines.saturating_sub(entries.len() as u64);
    let balance_before = match entries.first() {
        Some(first) => first.entry.balance_after.saturating_sub(first.entry.amount),
        None => account.balance,
    };
    let mut sources: BTreeMap<u64, String> = BTreeMap::new();
    let links = entries
        .iter()
        .map(|booked| {
            let source = sources.entry(booked.statement).or_insert_with(|| {
                let statement = seen.booked.get(&StatementId(booked.statement));
                statement.map_or_else(String::new, |statement| source_of(&statement.facts))
            });
            let line = read(booked, account.currency())?;
            Ok(Link {
                amount: booked.entry.amount,
                balance_after: booked.entry.balance_after,
                booked_on: booked.entry.booked_on,
                evidence: line.evidence(),
                marks: line.marks(source),
            })
        })
        .collect::<Result<_, ExecuteError>>()?;
    Ok(Tail {
        before,
        balance_before,
        links,
    })
}

/// Who wrote a statement in which format: within one source, what is said differently is different.
pub(crate) fn source_of(facts: &StatementFacts) -> String {
    let pack = facts.read_by.split(' ').next().unwrap_or_default();
    let format = facts.format.map_or("", |format| format.name());
    format!("{pack} {format}")
}

fn read(booked: &BookedEntry, currency: Currency) -> Result<BankLine, ExecuteError> {
    BankLine::from_row(&booked.entry, currency)
        .ok_or_else(|| ExecuteError::Damaged(format!("line {}/{}", booked.account, booked.ordinal)))
}

fn account(seen: &Snapshot, id: kantor_engine::AccountId) -> Result<&OfficeAccount, ExecuteError> {
    seen.accounts
        .get(&id)
        .ok_or(ExecuteError::Refused(Refusal::NoAccount { account: id }))
}

/// A kept line of an account.
pub(crate) fn bank_line(
    line: LineId,
    seen: &Snapshot,
    view: &dyn View,
) -> Result<BankLine, ExecuteError> {
    let currency = account(seen, line.account)?.currency();
    line_of(line, currency, view)?.ok_or_else(|| {
        let no_line = Refusal::NoLine {
            account: line.account,
            line: line.ordinal,
        };
        no_line.into()
    })
}

/// A kept line of an account in this currency; `None` where its chain has none in that place.
pub(crate) fn line_of(
    line: LineId,
    currency: Currency,
    view: &dyn View,
) -> Result<Option<BankLine>, ExecuteError> {
    let booked = view.chain(line.account.0, line.ordinal.max(1), 1)?;
    let here = booked.first().filter(|first| first.ordinal == line.ordinal);
    here.map(|booked| read(booked, currency)).transpose()
}

fn line_facts(
    line: LineId,
    seen: &Snapshot,
    view: &dyn View,
    now: Moment,
) -> Result<LineFacts, ExecuteError> {
    let line = bank_line(line, seen, view)?;
    let payer = payer(
        &own_accounts(seen),
        view,
        line.counterparty_account().as_ref(),
        now,
    )?;
    Ok(line.facts(payer))
}

/// The office's accounts, by their number at the bank.
pub(crate) type OwnAccounts = BTreeMap<Iban, AccountId>;

/// The office's accounts, by their number at the bank.
pub(crate) fn own_accounts(seen: &Snapshot) -> OwnAccounts {
    let accounts = seen.accounts.values();
    accounts
        .map(|account| (account.iban, account.account))
        .collect()
}

/// Whose the other side's account is: the office's own, or that of the customers who have it in
/// their profiles.
pub(crate) fn payer(
    own: &OwnAccounts,
    view: &dyn View,
    account: Option<&AccountNumber>,
    now: Moment,
) -> Result<Payer, ExecuteError> {
    let Some(account) = account else {
        return Ok(Payer::NotGiven);
    };
    let Some(iban) = account.iban() else {
        return Ok(Payer::Customers(Vec::new()));
    };
    if let Some(own) = own.get(&iban) {
        return Ok(Payer::Office(*own));
    }
    let prefix = format!("{iban}/");
    let mut customers = Vec::new();
    let mut after = prefix.clone();
    loop {
        let page = view.sides(PAYER, &SideFilter::first(PAYERS).after(after), now)?;
        let own = |side: &&Side| side.key.starts_with(&prefix);
        customers.extend(
            page.iter()
                .take_while(own)
                .filter_map(|side| owner_of_payer_key(&side.key)),
        );
        match page.last().filter(own) {
            Some(last) if page.len() == PAYERS => after = last.key.clone(),
            Some(_) | None => return Ok(Payer::Customers(customers)),
        }
    }
}
