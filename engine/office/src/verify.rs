//! Verification: recomputes the office from its log, its rows and its files, and names the first
//! fact that disagrees (law 8).

use std::collections::BTreeMap;

use kantor_engine::ledger::{LedgerAccount, imbalance};
use kantor_engine::{
    AccountId, CustomerAccountId, CustomerId, Event, Recorded, Snapshot, StatementBooking,
};
use kantor_model::{Currency, Moment, Money};
use kantor_store::{DocumentFilter, Head, SideFilter, View, check_entries, check_file, check_log};

use crate::entry_form::BankLine;
use crate::people::{COMMITTED, account_commitment, person_commitment};
use crate::read_model::{KINDS, Keys};

const PAGE: usize = 2_000;

/// The first fact that disagrees with the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fact}: {what}")]
pub struct Disagreement {
    /// Which fact: `event 17`, `line 2/5`, `file 3f…`, `order 4`, `balance of account 1`.
    pub fact: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Where the log stands.
    pub head: Head,
    /// Bank lines recomputed.
    pub lines: u64,
    /// Files whose bytes were read.
    pub files: u64,
    /// Read models recomputed.
    pub documents: u64,
    /// Every account with its booked and its provisional balance.
    pub balances: Vec<(String, Money, Money)>,
}

fn wrong(fact: impl Into<String>, what: impl ToString) -> Disagreement {
    Disagreement {
        fact: fact.into(),
        what: what.to_string(),
    }
}

/// Recomputes an office as it stands in a picture of the store.
pub fn verify(view: &dyn View, now: Moment) -> Result<Verified, Disagreement> {
    let head = check_log(view).map_err(|fault| wrong(format!("event {}", fault.seq), &fault))?;
    let mut checker = Checker::default();
    let mut after = 0;
    while after < head.seq {
        let records = view
            .records(after, PAGE)
            .map_err(|fault| wrong("log", fault))?;
        if records.is_empty() {
            return Err(wrong(format!("event {}", after + 1), "it is missing"));
        }
        for record in &records {
            let recorded = kantor_store::codec::decode(record)
                .map_err(|error| wrong(format!("event {}", record.seq), error))?;
            checker.event(view, record.seq, &recorded)?;
            after = record.seq;
        }
    }
    checker.chains(view)?;
    checker.books()?;
    checker.documents(view)?;
    checker.people(view, now)?;
    Ok(Verified {
        head,
        lines: checker.lines,
        files: checker.files,
        documents: checker.compared,
        balances: checker.balances(),
    })
}

/// State, owner and body of a read model.
type Shown = (String, Option<u64>, Vec<u8>);

#[derive(Default)]
struct Checker {
    state: Snapshot,
    keys: Keys,
    bookings: BTreeMap<AccountId, Vec<StatementBooking>>,
    profiles: BTreeMap<CustomerId, kantor_engine::Digest>,
    accounts: BTreeMap<CustomerAccountId, kantor_engine::Digest>,
    lines: u64,
    files: u64,
    compared: u64,
}

impl Checker {
    fn event(
        &mut self,
        view: &dyn View,
        seq: u64,
        recorded: &Recorded,
    ) -> Result<(), Disagreement> {
        if let Some((currency, sum)) = imbalance(&recorded.postings).first() {
            let what = format!("its postings in {currency} sum to {sum} minor units, not to zero");
            return Err(wrong(format!("event {seq}"), what));
        }
        match &recorded.event {
            Event::CustomerRegistered { customer, profile } => {
                self.profiles.insert(*customer, *profile);
            }
            Event::CustomerAccountAdded {
                account, number, ..
            } => {
                self.accounts.insert(*account, *number);
            }
            Event::StatementBooked { booking, .. } => {
                self.file(view, seq, &booking.file)?;
                self.booking(view, seq, booking)?;
            }
            Event::StatementArchived { file, .. } => self.file(view, seq, file)?,
            Event::BatchWritten { file, .. } => self.file(view, seq, &file.digest)?,
            Event::PayoutPaid { payout, line } => self.payment(view, seq, *payout, *line)?,
            Event::ReceiptAllocated { line, amount, .. } => {
                self.amount_of_line(view, seq, *line, *amount)?;
            }
            _ => {}
        }
        kantor_engine::apply(&mut self.state, recorded);
        self.keys.add(&self.state, recorded);
        Ok(())
    }

    fn file(
        &mut self,
        view: &dyn View,
        seq: u64,
        file: &kantor_engine::Digest,
    ) -> Result<(), Disagreement> {
        check_file(view, file)
            .map_err(|error| wrong(format!("file {file} (of event {seq})"), error))?;
        self.files += 1;
        Ok(())
    }

    /// A booked statement: its rows are those of its hash, and they stand where it says.
    fn booking(
        &mut self,
        view: &dyn View,
        seq: u64,
        booking: &StatementBooking,
    ) -> Result<(), Disagreement> {
        let fact = || format!("statement {} (event {seq})", booking.statement);
        if booking.new > 0 {
            let rows = check_entries(view, &booking.rows).map_err(|fault| wrong(fact(), fault))?;
            if rows.count != booking.known + booking.new {
                let what = format!(
                    "it has {} rows, the event says {}",
                    rows.count,
                    booking.known + booking.new
                );
                return Err(wrong(fact(), what));
            }
        }
        let account = self
            .state
            .accounts
            .get(&booking.account)
            .ok_or_else(|| wrong(fact(), "its account was never opened"))?;
        if booking.after + booking.known != account.lines {
            let what = format!(
                "its new lines begin after line {}, the account has {}",
                booking.after + booking.known,
                account.lines
            );
            return Err(wrong(fact(), what));
        }
        self.bookings
            .entry(booking.account)
            .or_default()
            .push(booking.clone());
        Ok(())
    }

    fn payment(
        &self,
        view: &dyn View,
        seq: u64,
        payout: kantor_engine::PayoutId,
        line: kantor_engine::LineId,
    ) -> Result<(), Disagreement> {
        let fact = || format!("event {seq}");
        let known = self.state.payouts.get(&payout).ok_or_else(|| {
            wrong(
                fact(),
                format!("it pays payout {payout}, which never was due"),
            )
        })?;
        let negated = known
            .facts
            .amount
            .negated()
            .map_err(|error| wrong(fact(), error))?;
        self.amount_of_line(view, seq, line, negated)
    }

    fn amount_of_line(
        &self,
        view: &dyn View,
        seq: u64,
        line: kantor_engine::LineId,
        wanted: Money,
    ) -> Result<(), Disagreement> {
        let found = view
            .chain(line.account.0, line.ordinal, 1)
            .map_err(|fault| wrong(format!("line {line}"), fault))?;
        match found.first() {
            Some(booked)
                if booked.ordinal == line.ordinal && booked.entry.amount == wanted.minor() =>
            {
                Ok(())
            }
            Some(booked) if booked.ordinal == line.ordinal => Err(wrong(
                format!("line {line}"),
                format!("its amount is not the {wanted} of event {seq}"),
            )),
            Some(_) | None => Err(wrong(
                format!("line {line}"),
                format!("event {seq} names it, and it is missing"),
            )),
        }
    }

    /// Every account's chain: each balance is the one before plus the line, and the closing
    /// balances of the bank stand where its statements end.
    fn chains(&mut self, view: &dyn View) -> Result<(), Disagreement> {
        let accounts: Vec<_> = self.state.accounts.values().cloned().collect();
        for account in accounts {
            let bookings = self.bookings.remove(&account.account).unwrap_or_default();
            let closings: BTreeMap<u64, (i64, String)> = bookings
                .iter()
                .filter_map(|booking| {
                    let last = booking.after + booking.known + booking.new;
                    let name = format!("statement {}", booking.statement);
                    Some((last, (booking.closing?, name)))
                })
                .collect();
            let mut balance = account.opening.minor();
            let mut ordinal = 0;
            while ordinal < account.lines {
                let page = view
                    .chain(account.account.0, ordinal + 1, PAGE)
                    .map_err(|fault| wrong(format!("account {}", account.account), fault))?;
                if page.is_empty() {
                    return Err(wrong(
                        format!("line {}/{}", account.account, ordinal + 1),
                        "it is missing",
                    ));
                }
                for booked in page {
                    ordinal += 1;
                    let fact = format!("line {}/{ordinal}", account.account);
                    if booked.ordinal != ordinal || ordinal > account.lines {
                        return Err(wrong(
                            fact,
                            "the chain has a gap here, or goes on beyond the log",
                        ));
                    }
                    BankLine::from_row(&booked.entry, account.currency())
                        .ok_or_else(|| wrong(fact.clone(), "its text cannot be read"))?;
                    balance = balance.saturating_add(booked.entry.amount);
                    if balance != booked.entry.balance_after {
                        return Err(wrong(
                            fact,
                            "its balance is not the one before plus its amount",
                        ));
                    }
                    if let Some((closing, statement)) = closings.get(&ordinal)
                        && *closing != balance
                    {
                        let what = format!("{statement} closes with another balance");
                        return Err(wrong(fact, what));
                    }
                    self.lines += 1;
                }
            }
            if balance != account.balance {
                let fact = format!("balance of account {}", account.account);
                return Err(wrong(
                    fact,
                    "the lines add up to another one than the log says",
                ));
            }
        }
        Ok(())
    }

    /// The office's books: what the ledger says of a bank account is what its chain says.
    fn books(&self) -> Result<(), Disagreement> {
        for account in self.state.accounts.values() {
            let of = |ledger: &LedgerAccount| {
                self.state
                    .ledger
                    .balance(ledger, account.currency())
                    .minor()
            };
            let booked = of(&LedgerAccount::Bank(account.account));
            let provisional = of(&LedgerAccount::BankProvisional(account.account));
            let fact = || format!("balance of account {}", account.account);
            if booked != account.proved_balance {
                let what = format!(
                    "the books say {booked} minor units, the bank's closing balance is {}",
                    account.proved_balance
                );
                return Err(wrong(fact(), what));
            }
            if booked.saturating_add(provisional) != account.balance {
                return Err(wrong(
                    fact(),
                    "booked and provisional do not add up to the chain",
                ));
            }
        }
        for (currency, wanted) in self.open_money() {
            for (ledger, minor) in wanted {
                let found = self.state.ledger.balance(&ledger, currency).minor();
                if found.saturating_neg() != minor {
                    let what = format!(
                        "the books say {} {currency} minor units, the open items add up to {minor}",
                        found.saturating_neg()
                    );
                    return Err(wrong(format!("ledger account {ledger}"), what));
                }
            }
        }
        Ok(())
    }

    /// What is owed out, by the payouts themselves.
    fn open_money(&self) -> BTreeMap<Currency, Vec<(LedgerAccount, i64)>> {
        use kantor_engine::payout::PayoutState;
        let mut owed: BTreeMap<Currency, i64> = BTreeMap::new();
        for currency in &self.state.currencies {
            owed.entry(*currency).or_default();
        }
        for payout in self.state.payouts.values() {
            let entry = owed.entry(payout.facts.amount.currency()).or_default();
            if !matches!(payout.state, PayoutState::Paid | PayoutState::Withdrawn) {
                *entry = entry.saturating_add(payout.facts.amount.minor());
            }
        }
        owed.into_iter()
            .map(|(currency, minor)| (currency, vec![(LedgerAccount::PayoutsDue, minor)]))
            .collect()
    }

    /// The read models say what the log says.
    fn documents(&mut self, view: &dyn View) -> Result<(), Disagreement> {
        let mut wanted: BTreeMap<(String, u64), Shown> = self
            .keys
            .documents(&self.state)
            .into_iter()
            .map(|doc| ((doc.kind, doc.id), (doc.state, doc.owner, doc.body)))
            .collect();
        for kind in KINDS {
            let mut after = None;
            loop {
                let filter = DocumentFilter {
                    after,
                    ..DocumentFilter::first(PAGE)
                };
                let page = view
                    .documents(kind, &filter)
                    .map_err(|fault| wrong(format!("read models of kind {kind}"), fault))?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                for found in page {
                    let fact = format!("{kind} {}", found.id);
                    let expected = wanted
                        .remove(&(found.kind, found.id))
                        .ok_or_else(|| wrong(fact.clone(), "the log knows nothing of it"))?;
                    if expected != (found.state, found.owner, found.body) {
                        return Err(wrong(fact, "it does not say what the log says"));
                    }
                    self.compared += 1;
                }
            }
        }
        match wanted.keys().next() {
            Some((kind, id)) => Err(wrong(format!("{kind} {id}"), "it is missing")),
            None => Ok(()),
        }
    }

    /// People's data that is still kept is what the log committed to.
    fn people(&self, view: &dyn View, now: Moment) -> Result<(), Disagreement> {
        for kind in COMMITTED {
            let mut after: Option<String> = None;
            loop {
                let filter = SideFilter {
                    after,
                    ..SideFilter::first(PAGE)
                };
                let page = view
                    .sides(kind, &filter, now)
                    .map_err(|fault| wrong(format!("rows of kind {kind}"), fault))?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                for row in &page {
                    let fact = || format!("{kind} {}", row.key.trim_start_matches('0'));
                    let agrees = if kind == COMMITTED[0] {
                        person_commitment(row)
                            .map(|(id, digest)| self.profiles.get(&id) == Some(&digest))
                    } else {
                        account_commitment(row)
                            .map(|(id, digest)| self.accounts.get(&id) == Some(&digest))
                    };
                    match agrees {
                        Some(true) => {}
                        Some(false) => return Err(wrong(fact(), "it is not what was registered")),
                        None => return Err(wrong(fact(), "it cannot be read")),
                    }
                }
            }
        }
        Ok(())
    }

    fn balances(&self) -> Vec<(String, Money, Money)> {
        self.state
            .accounts
            .values()
            .map(|account| {
                let currency = account.currency();
                let booked = Money::new(account.proved_balance, currency);
                let provisional = account.balance.saturating_sub(account.proved_balance);
                (
                    account.iban.grouped(),
                    booked,
                    Money::new(provisional, currency),
                )
            })
            .collect()
    }
}

/// Reads raw statement bytes again: what stands in them, or why that cannot be said.
pub type Reread<'r> = dyn Fn(&[u8]) -> Result<Vec<kantor_model::Statement>, String> + 'r;

/// Reads every archived statement file again and compares it with the booked rows. Answers how
/// many statements were compared; names the first that reads differently today.
pub fn verify_reading(view: &dyn View, reread: &Reread<'_>) -> Result<u64, Disagreement> {
    let mut compared = 0;
    let mut after = 0;
    let mut last: Option<(kantor_engine::Digest, Vec<kantor_model::Statement>)> = None;
    while after < view.head().seq {
        for record in view
            .records(after, PAGE)
            .map_err(|fault| wrong("log", fault))?
        {
            after = record.seq;
            let recorded = kantor_store::codec::decode(&record)
                .map_err(|error| wrong(format!("event {}", record.seq), error))?;
            let Event::StatementBooked { booking, .. } = recorded.event else {
                continue;
            };
            let fact = || format!("file {} (statement {})", booking.file, booking.statement);
            if last.as_ref().is_none_or(|(file, _)| *file != booking.file) {
                let mut bytes = Vec::new();
                view.copy_file(&booking.file, &mut bytes)
                    .map_err(|error| wrong(fact(), error))?;
                let statements = reread(&bytes).map_err(|why| wrong(fact(), why))?;
                last = Some((booking.file, statements));
            }
            let index = booking.index as usize;
            let statement = last
                .as_ref()
                .and_then(|(_, statements)| statements.get(index))
                .ok_or_else(|| wrong(fact(), "the statement is not in the file any more"))?;
            compare_rows(view, &booking, statement, fact)?;
            compared += 1;
        }
    }
    Ok(compared)
}

fn compare_rows(
    view: &dyn View,
    booking: &StatementBooking,
    statement: &kantor_model::Statement,
    fact: impl Fn() -> String,
) -> Result<(), Disagreement> {
    let count = usize::try_from(booking.new).unwrap_or(usize::MAX);
    let rows = view
        .staged_rows(&booking.rows, booking.known, count)
        .map_err(|fault| wrong(fact(), fault))?;
    let known = usize::try_from(booking.known).unwrap_or(usize::MAX);
    let booked = statement
        .entries
        .iter()
        .filter(|entry| entry.status == kantor_model::EntryStatus::Booked)
        .skip(known);
    let lines: Vec<_> = booked.collect();
    if lines.len() != rows.len() {
        let what = format!(
            "it reads as {} new lines, {} are booked",
            lines.len(),
            rows.len()
        );
        return Err(wrong(fact(), what));
    }
    for (at, (row, entry)) in rows.iter().zip(lines).enumerate() {
        if BankLine::of(entry, row.balance_after).to_row() != *row {
            let ordinal = booking.after + booking.known + at as u64 + 1;
            let what = format!(
                "line {}/{ordinal} reads differently today (line {} of the file)",
                booking.account, entry.place.line
            );
            return Err(wrong(fact(), what));
        }
    }
    Ok(())
}
