//! From the bytes of a file to statements that the engine can decide about, as the runtime does it.

use std::collections::BTreeMap;

use kantor_engine::chain::{Link, Marks, NewLine, Says, evidence};
use kantor_engine::matching::{LineFacts, LinePart, Payer};
use kantor_engine::{AccountId, Digest, StatementFacts, StatementToBook};
use kantor_model::{Entry, EntryStatus, Format, Iban, Part, Severity, Statement};
use kantor_office::BankLine;
use kantor_parsers::{Options, parse_all_with};

use crate::office::{Office, Row};

/// The readers that are built in, at the version of this program: whoever reads a file again with
/// them has to find every word of it.
const READ_BY: &str = concat!("generic-simulated ", env!("CARGO_PKG_VERSION"));

/// Who has which account in his profile.
pub(crate) type Owners = BTreeMap<Iban, Payer>;

/// A statement of a file with the rows of its lines.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    pub(crate) account: AccountId,
    statement: StatementToBook,
    pub(crate) rows: Vec<Row>,
}

/// Reads a file. Banks write what our readers read: a complaint is a fault of one of the two.
pub(crate) fn read(
    bytes: &[u8],
    account: Option<Iban>,
    office: &mut Office,
    owners: &Owners,
) -> Result<Vec<Paper>, String> {
    let options = Options {
        account: account.as_ref().map(|account| account.as_str()),
        ..Options::default()
    };
    let read = parse_all_with(bytes, options);
    let fatal = read
        .complaints
        .iter()
        .find(|it| it.severity == Severity::Fatal);
    match fatal {
        // A table of a day without lines.
        Some(complaint) if complaint.code == "no-entries" => return Ok(Vec::new()),
        Some(complaint) => {
            return Err(format!(
                "a bank's own file is complained about: {complaint}"
            ));
        }
        None => {}
    }
    office.archive(bytes);
    let file = Digest::of(bytes);
    read.statements
        .iter()
        .zip(0..)
        .map(|(statement, index)| paper(statement, file, index, office, owners))
        .collect()
}

fn paper(
    statement: &Statement,
    file: Digest,
    index: u32,
    office: &mut Office,
    owners: &Owners,
) -> Result<Paper, String> {
    let iban = statement.head.account.as_ref().and_then(|it| it.iban());
    let account = iban
        .and_then(|iban| office.state.account_of(&iban))
        .map(|account| account.account)
        .ok_or_else(|| "a statement names no account of the office".to_owned())?;
    let opening = statement.head.opening.map(|it| it.amount.minor());
    let mut balance = opening.unwrap_or(0);
    let booked = statement
        .entries
        .iter()
        .filter(|entry| entry.status == EntryStatus::Booked);
    let mut rows = Vec::new();
    let mut staged = Vec::new();
    for entry in booked {
        balance = balance.saturating_add(entry.amount.minor());
        rows.push(row(entry, balance, owners, statement.head.format));
        if office.shelves.is_some() {
            staged.push(BankLine::of(entry, balance).to_row());
        }
    }
    let rows_hash = match &mut office.shelves {
        Some(shelves) => shelves.stage(staged),
        None => Digest::of(format!("{file} {index}").as_bytes()),
    };
    let lines: Vec<LineFacts> = rows.iter().map(|row| row.facts.clone()).collect();
    let marks: Vec<Marks> = rows.iter().map(|row| row.link.marks).collect();
    let closing = statement.foot.closing;
    Ok(Paper {
        account,
        statement: StatementToBook {
            facts: StatementFacts {
                account,
                file,
                index,
                read_by: READ_BY.to_owned(),
                format: Some(statement.head.format),
                number: statement.head.number.clone(),
                opening,
                closing: closing.map(|it| it.amount.minor()),
                closing_on: closing.map(|it| it.date),
                rows: rows_hash,
                lines: lines.len() as u64,
            },
            lines,
            marks,
            chain_before: (0, 0),
            chain: Vec::new(),
        },
        rows,
    })
}

fn row(entry: &Entry, balance_after: i64, owners: &Owners, format: Format) -> Row {
    let other = entry.counterparty.account.as_ref();
    let iban = other.and_then(|account| account.iban());
    let payer = match other {
        None => Payer::NotGiven,
        Some(_) => iban
            .and_then(|iban| owners.get(&iban).cloned())
            .unwrap_or(Payer::Customers(Vec::new())),
    };
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let texts = [&entry.remittance, &entry.customer_reference];
    let text: Vec<String> = texts.into_iter().flatten().cloned().collect();
    let booked_on = entry.booking_date.or(entry.value_date);
    let fingerprint = evidence([
        said(&entry.bank_reference).as_str(),
        said(&entry.customer_reference).as_str(),
        said(&entry.remittance).as_str(),
    ]);
    let says = Says {
        source: format.name(),
        reference: entry.bank_reference.as_deref(),
        title: entry.remittance.as_deref(),
        account: iban.as_ref().map(|iban| iban.as_str()),
    };
    Row {
        facts: LineFacts {
            amount: entry.amount,
            booked_on,
            booked_at: None,
            text: text.join("\n"),
            code: entry.transaction_code.clone(),
            payer,
            virtual_account: None,
            reversal: entry.reversal,
            returned: entry.return_reason.clone(),
            parts: parts(entry),
            evidence: fingerprint,
        },
        link: Link {
            amount: entry.amount.minor(),
            balance_after,
            booked_on,
            evidence: fingerprint,
            marks: says.marks(),
        },
        bank_reference: entry.bank_reference.clone(),
        other: iban,
        name: said(&entry.counterparty.name),
        title: entry.remittance.clone(),
    }
}

/// The transactions that the bank booked together in a line.
fn parts(entry: &Entry) -> Vec<LinePart> {
    let part = |part: &Part| {
        let texts = [&part.remittance, &part.customer_reference];
        let text: Vec<String> = texts.into_iter().flatten().cloned().collect();
        LinePart {
            amount: part.amount,
            text: text.join("\n"),
        }
    };
    entry.parts.iter().map(part).collect()
}

impl Paper {
    /// Whether it states a closing balance.
    pub(crate) fn closes(&self) -> bool {
        self.statement.facts.closing.is_some()
    }

    /// The command's statement, with as much of the chain as it needs, as it stands now.
    pub(crate) fn against(&self, office: &Office) -> StatementToBook {
        let marks = self.statement.marks.iter();
        let lines = self.statement.lines.iter().zip(marks);
        let lines: Vec<NewLine> = lines
            .map(|(line, marks)| NewLine::of(line, *marks))
            .collect();
        let opening = self.statement.facts.opening;
        let (chain_before, chain) = office.tail(self.account, opening, &lines);
        StatementToBook {
            chain_before,
            chain,
            ..self.statement.clone()
        }
    }
}
