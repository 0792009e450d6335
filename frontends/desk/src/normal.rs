//! From the model's values to the objects of the wire and back: the normal form of a statement
//! that `kantor statement parse --json` prints and the office takes, and the batch that a pack
//! writes.

use kantor_model::{
    Abroad, AccountNumber, Balance, Batch, Complaint, CounterpartyView, Currency, Date,
    EntryStatus, EntryView, Flow, Iban, Money, PartView, Party, Severity, StatementFoot,
    StatementHead, StatementSink, Transfer,
};
use kantor_wire::{
    Amount, BalanceWire, BatchDetail, ComplaintWire, CounterpartyWire, EntryWire, PartWire,
    PartyView, StatementWire, TransferView,
};

/// Puts what a reader finds into its normal form, statement by statement, so that memory does not
/// grow with the file: `finished` receives each statement with the complaints that stand in it.
///
/// One fatal complaint anywhere makes the whole file untrustworthy ([`Normaliser::is_trustworthy`]):
/// a file that lies in one place is fetched again, not believed in the others.
pub struct Normaliser<F> {
    open: Option<StatementWire>,
    /// Parts of the entry that comes next.
    parts: Vec<PartWire>,
    statements: u64,
    fatal: bool,
    complaints: Vec<ComplaintWire>,
    finished: F,
}

impl<F: FnMut(StatementWire) -> Flow> Normaliser<F> {
    /// A sink that hands each statement on when it is complete.
    pub fn new(finished: F) -> Normaliser<F> {
        Normaliser {
            open: None,
            parts: Vec::new(),
            statements: 0,
            fatal: false,
            complaints: Vec::new(),
            finished,
        }
    }

    /// Whether statements were read and every fact of them.
    pub fn is_trustworthy(&self) -> bool {
        self.statements > 0 && !self.fatal && self.open.is_none()
    }

    /// Every complaint about the file, in the order in which they came.
    pub fn into_complaints(self) -> Vec<ComplaintWire> {
        self.complaints
    }
}

impl<F: FnMut(StatementWire) -> Flow> StatementSink for Normaliser<F> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.parts.clear();
        self.open = Some(opened(&head));
        Flow::Continue
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        self.parts.push(part_wire(part));
        Flow::Continue
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        let parts = std::mem::take(&mut self.parts);
        if let Some(open) = &mut self.open {
            open.entries.push(entry_wire(entry, parts));
        }
        Flow::Continue
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        let Some(mut statement) = self.open.take() else {
            return Flow::Continue;
        };
        self.statements += 1;
        statement.closing = foot.closing.map(balance_wire);
        (self.finished)(statement)
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.fatal |= complaint.severity == Severity::Fatal;
        let complaint = complaint_wire(&complaint);
        if let Some(open) = &mut self.open {
            open.complaints.push(complaint.clone());
        }
        self.complaints.push(complaint);
        Flow::Continue
    }
}

/// A statement of which only the head is known.
fn opened(head: &StatementHead) -> StatementWire {
    StatementWire {
        format: head.format.name().to_owned(),
        bank: head.bank.clone(),
        account: head.account.as_ref().map(AccountNumber::to_string),
        currency: head.currency.code().to_owned(),
        number: head.number.clone(),
        opening: head.opening.map(balance_wire),
        closing: None,
        entries: Vec::new(),
        complaints: Vec::new(),
    }
}

fn balance_wire(balance: Balance) -> BalanceWire {
    BalanceWire {
        amount: balance.amount.to_decimal_string(),
        date: balance.date.to_string(),
    }
}

fn entry_wire(entry: &EntryView<'_>, parts: Vec<PartWire>) -> EntryWire {
    EntryWire {
        value_date: entry.value_date.map(|date| date.to_string()),
        booking_date: entry.booking_date.map(|date| date.to_string()),
        amount: entry.amount.to_decimal_string(),
        currency: entry.amount.currency().code().to_owned(),
        transaction_code: entry.transaction_code.map(str::to_owned),
        bank_reference: entry.bank_reference.map(str::to_owned),
        customer_reference: entry.customer_reference.map(str::to_owned),
        counterparty: counterparty_wire(&entry.counterparty),
        remittance: entry.remittance.map(str::to_owned),
        reversal: entry.reversal,
        status: match entry.status {
            EntryStatus::Booked => "booked",
            EntryStatus::Pending => "pending",
            EntryStatus::Info => "info",
        }
        .to_owned(),
        original: entry.original.map(amount),
        charges: entry.charges.map(amount),
        return_reason: entry.return_reason.map(str::to_owned),
        parts,
    }
}

fn amount(money: Money) -> Amount {
    Amount::new(money.to_decimal_string(), money.currency().code())
}

fn part_wire(part: &PartView<'_>) -> PartWire {
    PartWire {
        amount: part.amount.map(Money::to_decimal_string),
        bank_reference: part.bank_reference.map(str::to_owned),
        customer_reference: part.customer_reference.map(str::to_owned),
        counterparty: counterparty_wire(&part.counterparty),
        remittance: part.remittance.map(str::to_owned),
        return_reason: part.return_reason.map(str::to_owned),
    }
}

fn counterparty_wire(counterparty: &CounterpartyView<'_>) -> CounterpartyWire {
    CounterpartyWire {
        name: counterparty.name.map(str::to_owned),
        // An IBAN is shown in its electronic form, however it was written.
        account: counterparty
            .account
            .and_then(AccountNumber::from_file)
            .map(|account| account.to_string()),
        bank: counterparty.bank.map(str::to_owned),
    }
}

fn complaint_wire(complaint: &Complaint) -> ComplaintWire {
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
    let date = detail
        .batch
        .date
        .parse::<Date>()
        .map_err(|error| unreadable("date", &detail.batch.date, error.to_string()))?;
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
            abroad: Abroad::default(),
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

    use kantor_model::{Format, Place};

    use super::*;

    fn head(number: &str) -> StatementHead {
        StatementHead {
            format: Format::Mt940,
            bank: Some("mbank".to_owned()),
            account: Some(AccountNumber::Other("odd".to_owned())),
            currency: Currency::PLN,
            number: Some(number.to_owned()),
            opening: None,
            place: Place { line: 1, column: 1 },
        }
    }

    fn complaint(severity: Severity) -> Complaint {
        Complaint {
            place: Place { line: 7, column: 3 },
            code: Cow::Borrowed("some-code"),
            severity,
            message: "something".to_owned(),
            excerpt: String::new(),
        }
    }

    /// Two statements; the story tells what is complained about in the first and after the second.
    fn read(inside: Option<Severity>, after: Option<Severity>) -> (Vec<usize>, bool, usize) {
        let mut counts = Vec::new();
        let mut sink = Normaliser::new(|statement: StatementWire| {
            counts.push(statement.complaints.len());
            Flow::Continue
        });
        let _ = sink.begin(head("1"));
        if let Some(severity) = inside {
            let _ = sink.complaint(complaint(severity));
        }
        let _ = sink.end(StatementFoot::default());
        let _ = sink.begin(head("2"));
        let _ = sink.end(StatementFoot::default());
        if let Some(severity) = after {
            let _ = sink.complaint(complaint(severity));
        }
        let trusted = sink.is_trustworthy();
        let complaints = sink.into_complaints().len();
        (counts, trusted, complaints)
    }

    #[test]
    fn a_complaint_belongs_to_the_statement_in_which_it_came() {
        assert_eq!(read(None, None), (vec![0, 0], true, 0));
        assert_eq!(read(Some(Severity::Notice), None), (vec![1, 0], true, 1));
        assert_eq!(read(None, Some(Severity::Notice)), (vec![0, 0], true, 1));
    }

    #[test]
    fn one_fatal_complaint_makes_the_file_untrustworthy() {
        assert_eq!(read(Some(Severity::Fatal), None), (vec![1, 0], false, 1));
        assert_eq!(read(None, Some(Severity::Fatal)), (vec![0, 0], false, 1));
    }

    #[test]
    fn a_file_without_a_whole_statement_is_not_trustworthy() {
        let mut sink = Normaliser::new(|_| Flow::Continue);
        assert!(!sink.is_trustworthy());
        let _ = sink.begin(head("1"));
        assert!(!sink.is_trustworthy());
    }
}
