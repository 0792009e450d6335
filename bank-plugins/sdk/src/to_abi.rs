//! Our own values are lent to the other side for the time of one call: the structure stands on
//! the stack, its texts point into our values, and both are gone when the call is over.

use kantor_model::{
    Balance, Batch, Charges, Complaint, Currency, Date, EntryStatus, EntryView, Money, PartView,
    Place, Severity, StatementFoot, StatementHead, Transfer,
};

use crate::abi::{self, Text};
use crate::pack::Recognition;
use crate::text::{clean, clean_and_cut};

fn place(place: Place) -> abi::Place {
    abi::Place {
        line: place.line,
        column: place.column,
    }
}

/// A day; absent where there is none. Days outside the years 1 to 9999 cannot cross and are
/// absent: no statement means them.
pub fn date(date: Option<Date>) -> abi::Date {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    match date.map(|date| (u16::try_from(date.year()), date)) {
        Some((Ok(year @ 1..), date)) => abi::Date {
            year,
            month: part(date.month()),
            day: part(date.day()),
        },
        Some((Ok(0) | Err(_), _)) | None => abi::Date::default(),
    }
}

fn currency(currency: Currency) -> abi::Currency {
    let mut letters = [0; 3];
    for (to, from) in letters.iter_mut().zip(currency.code().bytes()) {
        *to = from;
    }
    abi::Currency {
        letters,
        scale: u8::try_from(currency.minor_digits()).unwrap_or_default(),
    }
}

/// An amount.
pub fn money(money: Money) -> abi::Money {
    abi::Money {
        minor: money.minor(),
        currency: currency(money.currency()),
        reserved: 0,
    }
}

/// An amount that may be absent.
fn optional_money(given: Option<Money>) -> abi::Money {
    const ABSENT: abi::Money = abi::Money {
        minor: 0,
        currency: abi::Currency {
            letters: [0; 3],
            scale: 0,
        },
        reserved: 0,
    };
    given.map_or(ABSENT, money)
}

fn balance(balance: Balance) -> abi::Balance {
    abi::Balance {
        amount: money(balance.amount),
        date: date(Some(balance.date)),
        reserved: 0,
    }
}

fn pointer(balance: &Option<abi::Balance>) -> *const abi::Balance {
    balance
        .as_ref()
        .map_or(std::ptr::null(), std::ptr::from_ref)
}

/// Lends what stands before the entries.
pub fn head<R>(head: &StatementHead, call: impl FnOnce(&abi::StatementHead) -> R) -> R {
    let dialect = head.bank.as_deref().map(clean);
    let account = head.account.as_ref().map(|account| clean(account.as_str()));
    let number = head.number.as_deref().map(clean);
    let opening = head.opening.map(balance);
    call(&abi::StatementHead {
        struct_size: abi::size::<abi::StatementHead>(),
        reserved: 0,
        place: place(head.place),
        format: Text::of(head.format.name()),
        dialect: Text::of_optional(dialect.as_deref()),
        account: Text::of_optional(account.as_deref()),
        number: Text::of_optional(number.as_deref()),
        opening: pointer(&opening),
        currency: currency(head.currency),
        reserved2: 0,
    })
}

/// Lends one line of a statement.
pub fn entry<R>(entry: &EntryView<'_>, call: impl FnOnce(&abi::Entry) -> R) -> R {
    let transaction_code = entry.transaction_code.map(clean);
    let bank_reference = entry.bank_reference.map(clean);
    let customer_reference = entry.customer_reference.map(clean);
    let name = entry.counterparty.name.map(clean);
    let account = entry.counterparty.account.map(clean);
    let bank = entry.counterparty.bank.map(clean);
    let remittance = entry.remittance.map(clean);
    let return_reason = entry.return_reason.map(clean);
    call(&abi::Entry {
        struct_size: abi::size::<abi::Entry>(),
        flags: if entry.reversal {
            abi::ENTRY_REVERSAL
        } else {
            0
        },
        place: place(entry.place),
        amount: money(entry.amount),
        value_date: date(entry.value_date),
        booking_date: date(entry.booking_date),
        status: match entry.status {
            EntryStatus::Booked => abi::BOOKED,
            EntryStatus::Pending => abi::PENDING,
            EntryStatus::Info => abi::INFO,
        },
        reserved: 0,
        transaction_code: Text::of_optional(transaction_code.as_deref()),
        bank_reference: Text::of_optional(bank_reference.as_deref()),
        customer_reference: Text::of_optional(customer_reference.as_deref()),
        counterparty_name: Text::of_optional(name.as_deref()),
        counterparty_account: Text::of_optional(account.as_deref()),
        remittance: Text::of_optional(remittance.as_deref()),
        counterparty_bank: Text::of_optional(bank.as_deref()),
        return_reason: Text::of_optional(return_reason.as_deref()),
        original: optional_money(entry.original),
        charges: optional_money(entry.charges),
    })
}

/// Lends a part of the entry that comes next.
pub fn part<R>(part: &PartView<'_>, call: impl FnOnce(&abi::Part) -> R) -> R {
    let bank_reference = part.bank_reference.map(clean);
    let customer_reference = part.customer_reference.map(clean);
    let name = part.counterparty.name.map(clean);
    let account = part.counterparty.account.map(clean);
    let bank = part.counterparty.bank.map(clean);
    let remittance = part.remittance.map(clean);
    let return_reason = part.return_reason.map(clean);
    call(&abi::Part {
        struct_size: abi::size::<abi::Part>(),
        reserved: 0,
        place: place(part.place),
        amount: optional_money(part.amount),
        bank_reference: Text::of_optional(bank_reference.as_deref()),
        customer_reference: Text::of_optional(customer_reference.as_deref()),
        counterparty_name: Text::of_optional(name.as_deref()),
        counterparty_account: Text::of_optional(account.as_deref()),
        counterparty_bank: Text::of_optional(bank.as_deref()),
        remittance: Text::of_optional(remittance.as_deref()),
        return_reason: Text::of_optional(return_reason.as_deref()),
    })
}

/// Lends what stands after the entries.
pub fn foot<R>(foot: &StatementFoot, call: impl FnOnce(&abi::StatementFoot) -> R) -> R {
    let closing = foot.closing.map(balance);
    let available = foot.available.map(balance);
    call(&abi::StatementFoot {
        struct_size: abi::size::<abi::StatementFoot>(),
        reserved: 0,
        closing: pointer(&closing),
        available: pointer(&available),
    })
}

/// Lends a complaint; its message and excerpt are cut when they are longer than may cross.
pub fn complaint<R>(complaint: &Complaint, call: impl FnOnce(&abi::Complaint) -> R) -> R {
    let code = clean_and_cut(&complaint.code);
    let message = clean_and_cut(&complaint.message);
    let excerpt = clean_and_cut(&complaint.excerpt);
    call(&abi::Complaint {
        struct_size: abi::size::<abi::Complaint>(),
        severity: match complaint.severity {
            Severity::Notice => abi::NOTICE,
            Severity::Fatal => abi::FATAL,
        },
        place: place(complaint.place),
        code: Text::of(&code),
        message: Text::of(&message),
        excerpt: if excerpt.is_empty() {
            Text::ABSENT
        } else {
            Text::of(&excerpt)
        },
    })
}

/// Lends what a pack thinks of a file.
pub fn recognition<R>(found: &Recognition, call: impl FnOnce(&abi::Recognition) -> R) -> R {
    let format = found.format.as_deref().map(clean_and_cut);
    let dialect = found.dialect.as_deref().map(clean_and_cut);
    let why = clean_and_cut(&found.why);
    call(&abi::Recognition {
        struct_size: abi::size::<abi::Recognition>(),
        confidence: found.confidence.number(),
        format: Text::of_optional(format.as_deref()),
        dialect: Text::of_optional(dialect.as_deref()),
        why: Text::of(&why),
    })
}

/// One transfer whose texts point into `transfer`; `None` when a text of it may not cross.
pub fn transfer(transfer: &Transfer) -> Option<abi::Transfer> {
    let Transfer {
        reference,
        amount,
        payee,
        payee_account,
        title,
        abroad,
    } = transfer;
    Some(abi::Transfer {
        struct_size: abi::size::<abi::Transfer>(),
        charges: match abroad.charges {
            None => abi::CHARGES_USUAL,
            Some(Charges::Shared) => abi::CHARGES_SHARED,
            Some(Charges::Payer) => abi::CHARGES_PAYER,
            Some(Charges::Payee) => abi::CHARGES_PAYEE,
        },
        amount: money(*amount),
        reference: fact(reference)?,
        payee_name: fact(&payee.name)?,
        payee_street: fact(&payee.street)?,
        payee_city: fact(&payee.city)?,
        payee_account: fact(payee_account.as_str())?,
        title: fact(title)?,
        payee_country: Text::of_optional(abroad.country.as_ref().map(|country| country.as_str())),
        payee_bank: Text::of_optional(abroad.bank.as_ref().map(|bank| bank.as_str())),
    })
}

/// A batch without its transfers, whose texts point into `batch`: `context` and `next` are the
/// caller's to fill in. `None` when a text of it may not cross.
pub fn batch(batch: &Batch) -> Option<abi::Batch> {
    let Batch {
        debit_account,
        owner,
        date: day,
        transfers,
    } = batch;
    Some(abi::Batch {
        struct_size: abi::size::<abi::Batch>(),
        date: date(Some(*day)),
        debit_account: fact(debit_account.as_str())?,
        owner_name: fact(&owner.name)?,
        owner_street: fact(&owner.street)?,
        owner_city: fact(&owner.city)?,
        transfers: transfers.len() as u64,
        context: std::ptr::null_mut(),
        next: None,
    })
}

/// A text that goes into a payment order: crosses as it is, or not at all.
fn fact(text: &str) -> Option<Text> {
    (text.len() <= abi::TEXT_MAX && !text.contains('\0')).then(|| Text::of(text))
}
