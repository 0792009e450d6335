//! Archived statement files, read again today: by newer packs, or by newer parsers of ours.

use std::collections::BTreeMap;
use std::fmt;

use kantor_checker::Disagreement;
use kantor_engine::{AccountId, Digest, Event, StatementBooking};
use kantor_model::{EntryStatus, Statement};
use kantor_store::{StagedEntry, View};
use serde_json::{Map, Value};

use super::{PAGE, wrong};
use crate::entry_form::BankLine;

/// What stands in a file as it is read today.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The pack that read it, with its version.
    pub read_by: String,
    /// The statements, in the file's order.
    pub statements: Vec<Statement>,
}

/// Reads raw statement bytes again, of the account that is named: what stands in them, or why that
/// cannot be said.
pub type Reread<'r> = dyn Fn(&[u8], &str) -> Result<Reading, String> + 'r;

/// A fact that is read differently today from how it was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The archived file.
    pub file: Digest,
    /// The place in the chain, `2/17`, with the line of the file; or `statement 3`.
    pub fact: String,
    /// What of it: `remittance`, `amount`, `lines`.
    pub field: String,
    /// What is booked; `None`: nothing.
    pub was: Option<String>,
    /// The pack that read it then.
    pub read_then: String,
    /// What stands there today.
    pub now: Option<String>,
    /// The pack that reads it today.
    pub read_now: String,
    /// Whether money or a day is another: then the books would be others.
    pub is_money: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| match value {
            Some(text) => format!("`{text}`"),
            None => "nothing".to_owned(),
        };
        write!(
            f,
            "file {} {}: {} was {} ({}) and is {} ({})",
            self.file,
            self.fact,
            self.field,
            shown(&self.was),
            self.read_then,
            shown(&self.now),
            self.read_now
        )
    }
}

/// Reads every archived statement file again and compares it with the booked rows, line by line.
///
/// # Errors
/// [`Disagreement`] when log or files cannot be read at all. That a file reads differently is
/// none: it is in what is returned.
pub fn verify_reading(
    view: &dyn View,
    reread: &Reread<'_>,
) -> Result<Vec<Difference>, Disagreement> {
    let mut found = Vec::new();
    let mut accounts: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut last: Option<(Digest, Result<Reading, String>)> = None;
    let mut after = 0;
    while after < view.head().seq {
        for record in view
            .records(after, PAGE)
            .map_err(|fault| wrong("log", fault))?
        {
            after = record.seq;
            let recorded = kantor_store::codec::decode(&record)
                .map_err(|error| wrong(format!("event {}", record.seq), error))?;
            if let Event::AccountOpened { account, iban, .. } = &recorded.event {
                accounts.insert(*account, iban.to_string());
            }
            let Event::StatementBooked { booking, .. } = recorded.event else {
                continue;
            };
            if last
                .as_ref()
                .is_none_or(|(file, _)| *file != booking.facts.file)
            {
                let mut bytes = Vec::new();
                view.copy_file(&booking.facts.file, &mut bytes)
                    .map_err(|error| wrong(format!("file {}", booking.facts.file), error))?;
                let account = accounts.get(&booking.facts.account);
                let account = account.map_or("", String::as_str);
                last = Some((booking.facts.file, reread(&bytes, account)));
            }
            if let Some((_, reading)) = &last {
                compared(view, &booking, reading, &mut found)?;
            }
        }
    }
    Ok(found)
}

/// One statement as it was booked, and as it reads today.
struct Compared<'a> {
    booking: &'a StatementBooking,
    read_now: &'a str,
    found: &'a mut Vec<Difference>,
}

impl Compared<'_> {
    fn note(&mut self, fact: &str, field: &str, sides: [Option<String>; 2], is_money: bool) {
        let [was, now] = sides;
        if was != now {
            self.found.push(Difference {
                file: self.booking.facts.file,
                fact: fact.to_owned(),
                field: field.to_owned(),
                was,
                read_then: self.booking.facts.read_by.clone(),
                now,
                read_now: self.read_now.to_owned(),
                is_money,
            });
        }
    }

    fn line(&mut self, fact: &str, row: &StagedEntry, now: &StagedEntry) {
        let day = |row: &StagedEntry| row.booked_on.map(|day| day.to_string());
        let amount = |row: &StagedEntry| Some(format!("{} minor units", row.amount));
        self.note(fact, "amount", [amount(row), amount(now)], true);
        self.note(fact, "day", [day(row), day(now)], true);
        let (then, now) = (said(row), said(now));
        let mut fields: Vec<&String> = then.keys().chain(now.keys()).collect();
        fields.sort();
        fields.dedup();
        for field in fields {
            let text = |side: &Map<String, Value>| match side.get(field) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            };
            let is_money = matches!(field.as_str(), "value_date" | "reversal");
            self.note(fact, field, [text(&then), text(&now)], is_money);
        }
    }
}

/// What the bank said of a line, field by field as it is kept.
fn said(row: &StagedEntry) -> Map<String, Value> {
    serde_json::from_slice(&row.body).unwrap_or_default()
}

fn compared(
    view: &dyn View,
    booking: &StatementBooking,
    reading: &Result<Reading, String>,
    found: &mut Vec<Difference>,
) -> Result<(), Disagreement> {
    let fact = format!("statement {}", booking.statement);
    let read_now = reading
        .as_ref()
        .map_or("no pack", |reading| reading.read_by.as_str());
    let mut compared = Compared {
        booking,
        read_now,
        found,
    };
    let there = || Some("in the file".to_owned());
    let statement = match reading {
        Err(why) => {
            compared.note(&fact, "reading", [there(), Some(why.clone())], true);
            return Ok(());
        }
        Ok(reading) => reading.statements.get(booking.facts.index as usize),
    };
    let Some(statement) = statement else {
        compared.note(&fact, "statement", [there(), None], true);
        return Ok(());
    };
    let closing = statement.foot.closing.map(|closing| closing.amount.minor());
    let minor = |amount: Option<i64>| amount.map(|amount| format!("{amount} minor units"));
    compared.note(
        &fact,
        "closing balance",
        [minor(booking.facts.closing), minor(closing)],
        true,
    );
    let rows = view
        .staged_rows(&booking.facts.rows, 0, usize::MAX)
        .map_err(|fault| wrong(&fact, fault))?;
    let entries: Vec<_> = statement
        .entries
        .iter()
        .filter(|entry| entry.status == EntryStatus::Booked)
        .collect();
    let lines = |count: usize| Some(count.to_string());
    compared.note(
        &fact,
        "number of lines",
        [lines(rows.len()), lines(entries.len())],
        true,
    );
    let mut first = booking.change.keeps.saturating_add(1);
    for stretch in &booking.change.end {
        let brought = stretch.statement == booking.statement;
        for step in (0..stretch.count).filter(|_| brought) {
            let at = usize::try_from(stretch.position + step).unwrap_or(usize::MAX);
            let (Some(row), Some(entry)) = (rows.get(at), entries.get(at)) else {
                continue;
            };
            let fact = format!(
                "line {}/{} (line {} of the file)",
                booking.facts.account,
                first.saturating_add(step),
                entry.place.line
            );
            let now = BankLine::of(entry, row.balance_after).to_row();
            compared.line(&fact, row, &now);
        }
        first = first.saturating_add(stretch.count);
    }
    Ok(())
}
