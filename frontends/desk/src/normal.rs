//! From the model's values to the objects of the wire and back: the normal form of a statement
//! that `kantor statement parse --json` prints and the office takes, and the batch that a pack
//! writes.

use kantor_model::{
    AccountNumber, Balance, Batch, Collected, Complaint, Counterparty, Currency, Date, Entry,
    EntryStatus, Iban, Money, Party, Place, Severity, Statement, Transfer,
};
use kantor_wire::{
    BalanceWire, BatchDetail, ComplaintWire, CounterpartyWire, EntryWire, PartyView, StatementWire,
    TransferView,
};

/// What was read from a file, statement by statement, each with the complaints that stand in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Normalised {
    /// The statements that can be trusted, in the file's order.
    pub statements: Vec<StatementWire>,
    /// How many statements are left out because a fact in them is missing or unreadable.
    pub untrusted: usize,
    /// Every complaint about the file, in the order of their places.
    pub complaints: Vec<ComplaintWire>,
}

/// Puts statements and complaints of one file into their normal form. A complaint belongs to the
/// statement in whose lines it stands; one before the first statement is about the whole file.
pub fn normalise(collected: &Collected) -> Normalised {
    let mut complaints: Vec<&Complaint> = collected.complaints.iter().collect();
    complaints.sort_by_key(|complaint| complaint.place);
    let mut normal = Normalised {
        complaints: complaints.iter().map(|c| complaint_wire(c)).collect(),
        ..Normalised::default()
    };
    let mut statements = collected.statements.iter().peekable();
    while let Some(statement) = statements.next() {
        let end = statements.peek().map(|next| next.head.place);
        let own: Vec<&Complaint> = complaints
            .iter()
            .copied()
            .filter(|complaint| stands_between(complaint.place, statement.head.place, end))
            .collect();
        if own.iter().any(|c| c.severity == Severity::Fatal) {
            normal.untrusted += 1;
        } else {
            normal.statements.push(statement_wire(statement, &own));
        }
    }
    normal
}

fn stands_between(place: Place, begin: Place, end: Option<Place>) -> bool {
    place >= begin && end.is_none_or(|end| place < end)
}

/// A statement in its normal form, with the complaints that stand in it.
pub fn statement_wire(statement: &Statement, complaints: &[&Complaint]) -> StatementWire {
    let head = &statement.head;
    StatementWire {
        format: head.format.name().to_owned(),
        bank: head.bank.clone(),
        account: head.account.to_string(),
        currency: head.currency.code().to_owned(),
        number: head.number.clone(),
        opening: head.opening.map(balance_wire),
        closing: statement.foot.closing.map(balance_wire),
        entries: statement.entries.iter().map(entry_wire).collect(),
        complaints: complaints.iter().map(|c| complaint_wire(c)).collect(),
    }
}

fn balance_wire(balance: Balance) -> BalanceWire {
    BalanceWire {
        amount: balance.amount.to_decimal_string(),
        date: balance.date.to_string(),
    }
}

fn entry_wire(entry: &Entry) -> EntryWire {
    EntryWire {
        value_date: entry.value_date.map(|date| date.to_string()),
        booking_date: entry.booking_date.map(|date| date.to_string()),
        amount: entry.amount.to_decimal_string(),
        currency: entry.amount.currency().code().to_owned(),
        transaction_code: entry.transaction_code.clone(),
        bank_reference: entry.bank_reference.clone(),
        customer_reference: entry.customer_reference.clone(),
        counterparty: counterparty_wire(&entry.counterparty),
        remittance: entry.remittance.clone(),
        reversal: entry.reversal,
        status: match entry.status {
            EntryStatus::Booked => "booked",
            EntryStatus::Pending => "pending",
            EntryStatus::Info => "info",
        }
        .to_owned(),
    }
}

fn counterparty_wire(counterparty: &Counterparty) -> CounterpartyWire {
    CounterpartyWire {
        name: counterparty.name.clone(),
        account: counterparty.account.as_ref().map(AccountNumber::to_string),
    }
}

/// A complaint in its normal form.
pub fn complaint_wire(complaint: &Complaint) -> ComplaintWire {
    ComplaintWire {
        line: complaint.place.line,
        column: complaint.place.column,
        code: complaint.code.to_string(),
        fatal: complaint.severity == Severity::Fatal,
        message: complaint.message.clone(),
        excerpt: Some(complaint.excerpt.clone()).filter(|excerpt| !excerpt.is_empty()),
    }
}

/// A batch of the office that the desk cannot write as it stands.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "batch {batch} cannot be written: its {what} `{text}` is not readable ({why}); nothing was written. Desk and office may have different versions: install the same and try again"
)]
pub struct BatchUnreadable {
    /// The batch's id.
    pub batch: String,
    /// Which field.
    pub what: &'static str,
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// The batch that the office fixed, as packs write it.
pub fn batch_of(detail: &BatchDetail) -> Result<Batch, BatchUnreadable> {
    let unreadable = |what, text: &str, why: String| BatchUnreadable {
        batch: detail.batch.id.clone(),
        what,
        text: text.to_owned(),
        why,
    };
    let iban = |what, text: &str| {
        Iban::parse(text).map_err(|error| unreadable(what, text, error.to_string()))
    };
    let date: Date = detail.batch.date.parse().map_err(|error: _| {
        let error: Box<dyn std::error::Error> = Box::from(error);
        unreadable("date", &detail.batch.date, error.to_string())
    })?;
    let transfer = |transfer: &TransferView| -> Result<Transfer, BatchUnreadable> {
        let code = &transfer.amount.currency;
        let currency = Currency::from_code(code)
            .map_err(|error| unreadable("currency", code, error.to_string()))?;
        let amount = Money::parse(&transfer.amount.amount, currency)
            .map_err(|error| unreadable("amount", &transfer.amount.amount, error.to_string()))?;
        Ok(Transfer {
            reference: transfer.reference.clone(),
            amount,
            payee: party(&transfer.payee),
            payee_account: iban("payee's account", &transfer.payee_iban)?,
            title: transfer.title.clone(),
        })
    };
    Ok(Batch {
        debit_account: iban("paying account", &detail.debit_iban)?,
        owner: party(&detail.owner),
        date,
        transfers: detail
            .transfers
            .iter()
            .map(transfer)
            .collect::<Result<_, _>>()?,
    })
}

fn party(view: &PartyView) -> Party {
    Party {
        name: view.name.clone(),
        street: view.street.clone().unwrap_or_default(),
        city: view.city.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use kantor_model::{Format, StatementFoot, StatementHead};

    use super::*;

    fn statement(line: u32, number: &str) -> Statement {
        Statement {
            head: StatementHead {
                format: Format::Mt940,
                bank: Some("mbank".to_owned()),
                account: AccountNumber::Other("odd".to_owned()),
                currency: Currency::PLN,
                number: Some(number.to_owned()),
                opening: None,
                place: Place { line, column: 1 },
            },
            entries: Vec::new(),
            foot: StatementFoot::default(),
        }
    }

    fn complaint(line: u32, severity: Severity) -> Complaint {
        Complaint {
            place: Place { line, column: 3 },
            code: Cow::Borrowed("some-code"),
            severity,
            message: "something".to_owned(),
            excerpt: String::new(),
        }
    }

    #[test]
    fn a_fatal_complaint_takes_its_own_statement_out_and_no_other() {
        let normal = normalise(&Collected {
            statements: vec![statement(1, "1"), statement(10, "2"), statement(20, "3")],
            complaints: vec![
                complaint(12, Severity::Fatal),
                complaint(5, Severity::Notice),
            ],
        });
        let numbers: Vec<_> = normal
            .statements
            .iter()
            .map(|s| (s.number.as_deref(), s.complaints.len()))
            .collect();
        assert_eq!(numbers, [(Some("1"), 1), (Some("3"), 0)]);
        assert_eq!(normal.untrusted, 1);
        let lines: Vec<_> = normal.complaints.iter().map(|c| c.line).collect();
        assert_eq!(lines, [5, 12]);
        assert_eq!(
            normal.complaints.first().and_then(|c| c.excerpt.clone()),
            None
        );
    }
}
