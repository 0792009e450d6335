//! What the desk sent, as the office takes it. Whatever cannot be read is refused and named.

use kantor_engine::Digest;
use kantor_engine::rates::{Fixed, RateLine};
use kantor_model::{
    AccountNumber, Balance, Counterparty, Currency, Date, Entry, EntryStatus, Format, Iban, Money,
    Part, Place, Rate, Statement, StatementFoot, StatementHead,
};
use kantor_wire::{
    Amount, BalanceWire, CounterpartyWire, EntryWire, FixedSide, PartWire, QuoteAsk, RateRow,
    StatementWire,
};

use super::refused::unreadable;
use crate::port::{PortError, PortResult};

fn bad(what: &str, error: impl std::fmt::Display) -> PortError {
    unreadable(
        "value-unreadable",
        &format!("{what} cannot be read: {error}"),
    )
}

/// A currency by its code.
pub(super) fn currency(code: &str) -> PortResult<Currency> {
    Currency::from_code(code).map_err(|error| bad("a currency", error))
}

/// An amount of a currency.
pub(super) fn money(text: &str, currency: Currency) -> PortResult<Money> {
    Money::parse(text, currency).map_err(|error| bad("an amount", error))
}

/// A day.
pub(super) fn date(text: &str) -> PortResult<Date> {
    text.parse().map_err(|error| bad("a date", error))
}

/// An account number of the office.
pub(super) fn iban(text: &str) -> PortResult<Iban> {
    Iban::parse(text).map_err(|error| bad("an account number", error))
}

/// The two sides of a quote: the fixed amount and the other currency.
pub(super) fn fixed(ask: &QuoteAsk) -> PortResult<(Fixed, Currency)> {
    let (gives, gets) = (currency(&ask.gives)?, currency(&ask.gets)?);
    Ok(match ask.fix {
        FixedSide::Gives => (Fixed::Gives(money(&ask.amount, gives)?), gets),
        FixedSide::Gets => (Fixed::Gets(money(&ask.amount, gets)?), gives),
    })
}

/// A line of a table of rates.
pub(super) fn rate_line(row: &RateRow) -> PortResult<RateLine> {
    let (base, quote) = (currency(&row.base)?, currency(&row.quote)?);
    let buy = Rate::parse(&row.buy, base, quote).map_err(|error| bad("a buying rate", error))?;
    let sell = Rate::parse(&row.sell, base, quote).map_err(|error| bad("a selling rate", error))?;
    let mid = Rate::parse(&row.mid, base, quote).map_err(|error| bad("a mid rate", error))?;
    RateLine::new(buy, sell, mid).ok_or_else(|| {
        unreadable(
            "rates-crossed",
            &format!(
                "the rates of {base}/{quote} are not in order: buy {} must not be above mid {}, \
                 nor mid above sell {}; correct them and publish again",
                row.buy, row.mid, row.sell
            ),
        )
    })
}

fn balance(wire: &BalanceWire, currency: Currency) -> PortResult<Balance> {
    Ok(Balance {
        amount: money(&wire.amount, currency)?,
        date: date(&wire.date)?,
    })
}

/// An amount with its currency.
/// The bytes of a file that is kept.
pub(super) fn digest(text: &str) -> PortResult<Digest> {
    Digest::from_hex(text).ok_or_else(|| {
        unreadable(
            "file-hash",
            "the file is named by the 64 hexadecimal digits that storing it answered",
        )
    })
}

fn amount(wire: &Amount) -> PortResult<Money> {
    money(&wire.amount, currency(&wire.currency)?)
}

fn counterparty(wire: &CounterpartyWire) -> Counterparty {
    Counterparty {
        name: wire.name.clone(),
        account: wire.account.as_deref().and_then(AccountNumber::from_file),
        bank: wire.bank.clone(),
    }
}

fn part(wire: &PartWire, currency: Currency) -> PortResult<Part> {
    let amount = wire.amount.as_deref();
    Ok(Part {
        amount: amount.map(|text| money(text, currency)).transpose()?,
        bank_reference: wire.bank_reference.clone(),
        customer_reference: wire.customer_reference.clone(),
        counterparty: counterparty(&wire.counterparty),
        remittance: wire.remittance.clone(),
        return_reason: wire.return_reason.clone(),
        place: Place::default(),
    })
}

fn entry(wire: &EntryWire) -> PortResult<Entry> {
    let currency = currency(&wire.currency)?;
    let day = |text: &Option<String>| text.as_deref().map(date).transpose();
    let status = match wire.status.as_str() {
        "booked" => EntryStatus::Booked,
        "pending" => EntryStatus::Pending,
        "info" => EntryStatus::Info,
        other => return Err(bad("an entry's status", format!("`{other}`"))),
    };
    Ok(Entry {
        value_date: day(&wire.value_date)?,
        booking_date: day(&wire.booking_date)?,
        amount: money(&wire.amount, currency)?,
        transaction_code: wire.transaction_code.clone(),
        bank_reference: wire.bank_reference.clone(),
        customer_reference: wire.customer_reference.clone(),
        counterparty: counterparty(&wire.counterparty),
        remittance: wire.remittance.clone(),
        original: wire.original.as_ref().map(amount).transpose()?,
        charges: wire.charges.as_ref().map(amount).transpose()?,
        return_reason: wire.return_reason.clone(),
        parts: wire
            .parts
            .iter()
            .map(|wire| part(wire, currency))
            .collect::<Result<_, _>>()?,
        reversal: wire.reversal,
        status,
        place: Place::default(),
    })
}

/// A statement that a pack read.
pub(super) fn statement(wire: &StatementWire) -> PortResult<Statement> {
    let currency = currency(&wire.currency)?;
    let side = |balance_wire: &Option<BalanceWire>| {
        balance_wire
            .as_ref()
            .map(|wire| balance(wire, currency))
            .transpose()
    };
    Ok(Statement {
        head: StatementHead {
            format: Format::from_name(&wire.format)
                .ok_or_else(|| bad("the format", format!("`{}`", wire.format)))?,
            bank: wire.bank.clone(),
            account: wire.account.as_deref().and_then(AccountNumber::from_file),
            currency,
            number: wire.number.clone(),
            opening: side(&wire.opening)?,
            place: Place::default(),
        },
        entries: wire.entries.iter().map(entry).collect::<Result<_, _>>()?,
        foot: StatementFoot {
            closing: side(&wire.closing)?,
            available: None,
        },
    })
}
