//! What the tests of the simulated banks share.

use kantor_model::{Balance, Currency, Date, Entry, Iban, Money, Party, SortCode, Statement};
use kantor_parsers::parse_all;
use kantor_simulator::{BankKind, Line, SimBank};

pub(crate) const BANKS: [BankKind; 2] = [BankKind::MBank, BankKind::Pko];

/// An account of a bank by the first digits of its sort code; its check digits are computed.
pub(crate) fn account(sort_code: &str, number: u64) -> Iban {
    let sort_code = SortCode::parse(sort_code).unwrap();
    Iban::polish(sort_code, &format!("{number:016}")).unwrap()
}

/// The office's account number `n` at the bank.
pub(crate) fn own(kind: BankKind, n: u64) -> Iban {
    match kind {
        BankKind::MBank => account("11401010", 111_111_001_000 + n),
        BankKind::Pko => account("10205561", 380_209_739_000 + n),
    }
}

/// Somebody's account at a third bank.
pub(crate) fn elsewhere() -> Iban {
    account("10901014", 71_219_812_874)
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn pln(minor: i64) -> Money {
    Money::new(minor, Currency::PLN)
}

/// `name|street|city`.
pub(crate) fn party(text: &str) -> Party {
    let mut parts = text.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Party {
        name: next(),
        street: next(),
        city: next(),
    }
}

/// A bank with account 1 in zloty, which had statement 211 on 2026-11-20 and 1000.00 PLN.
pub(crate) fn bank(kind: BankKind) -> SimBank {
    let mut bank = SimBank::new(kind);
    let last = Balance {
        amount: pln(100_000),
        date: day("2026-11-20"),
    };
    bank.open_account(own(kind, 1), last, 211).unwrap();
    bank
}

/// The statements of a file that gives no cause for complaint.
#[track_caller]
pub(crate) fn read(file: &[u8]) -> Vec<Statement> {
    let read = parse_all(file);
    assert_eq!(read.complaints, [], "{}", String::from_utf8_lossy(file));
    read.statements
}

/// The only statement of a file.
#[track_caller]
pub(crate) fn read_one(file: &[u8]) -> Statement {
    let mut statements = read(file);
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

/// What a statement tells of a line.
#[derive(PartialEq, Debug)]
pub(crate) struct Facts {
    amount: Money,
    value_date: Option<Date>,
    booking_date: Option<Date>,
    name: Option<String>,
    account: Option<Iban>,
    title: Option<String>,
    bank_reference: Option<String>,
}

/// What was read.
pub(crate) fn told(entries: &[Entry]) -> Vec<Facts> {
    let facts = |entry: &Entry| Facts {
        amount: entry.amount,
        value_date: entry.value_date,
        booking_date: entry.booking_date,
        name: entry.counterparty.name.clone(),
        account: entry.counterparty.account.as_ref().and_then(|a| a.iban()),
        title: entry.remittance.clone(),
        bank_reference: entry.bank_reference.clone(),
    };
    entries.iter().map(facts).collect()
}

/// What the bank knows; PKO BP has room for 54 characters of name and address.
pub(crate) fn known(kind: BankKind, lines: &[Line]) -> Vec<Facts> {
    let room = match kind {
        BankKind::MBank => usize::MAX,
        BankKind::Pko => 54,
    };
    let present = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let facts = |line: &Line| Facts {
        amount: line.amount,
        value_date: Some(line.date),
        booking_date: Some(line.date),
        name: present(line.party_text().chars().take(room).collect()),
        account: line.account,
        title: present(line.title.clone()),
        bank_reference: present(line.bank_reference.clone()),
    };
    lines.iter().map(facts).collect()
}
