//! What came from the other side becomes our own values, after every check: sizes, pointers,
//! numbers that stand for variants, currencies, dates.
#![allow(unsafe_code)] // reads pointers of the other side

use std::borrow::Cow;

use kantor_model::{
    Abroad, AccountNumber, Balance, Batch, Bic, Charges, Complaint, CounterpartyView, Country,
    Currency, Date, EntryStatus, EntryView, Format, Iban, Money, PartView, Party, Place, Severity,
    StatementFoot, StatementHead, Transfer,
};

use crate::abi;
use crate::growing::taken;
use crate::pack::{Confidence, Recognition};

/// Why something from the other side cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It breaks the contract of `bank_plugin.h`.
    #[error("{what}")]
    Breach {
        /// What is wrong, as a sentence without an end.
        what: String,
    },
    /// It keeps the contract, and names something that this version of Kantor does not know.
    #[error("{what}")]
    Unknown {
        /// What is not known.
        what: String,
    },
}

impl Misfit {
    /// A breach of the contract.
    pub fn breach(what: impl Into<String>) -> Misfit {
        Misfit::Breach { what: what.into() }
    }

    fn unknown(what: impl Into<String>) -> Misfit {
        Misfit::Unknown { what: what.into() }
    }
}

fn place(place: abi::Place) -> Place {
    Place {
        line: place.line,
        column: place.column,
    }
}

fn date(date: abi::Date) -> Result<Option<Date>, Misfit> {
    if date == abi::Date::default() {
        return Ok(None);
    }
    let abi::Date { year, month, day } = date;
    match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
        (Ok(y @ 1..=9999), Ok(m), Ok(d)) => Date::new(y, m, d).ok(),
        _ => None,
    }
    .map(Some)
    .ok_or_else(|| Misfit::breach(format!("{year}-{month}-{day} is no day")))
}

fn currency(currency: abi::Currency) -> Result<Currency, Misfit> {
    let code = std::str::from_utf8(&currency.letters)
        .ok()
        .filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()))
        .ok_or_else(|| {
            Misfit::breach(format!(
                "{:?} are not three letters of a currency",
                currency.letters
            ))
        })?;
    if currency.scale > 9 {
        return Err(Misfit::breach(format!(
            "{code} counts with {} decimal places and may with 9",
            currency.scale
        )));
    }
    Currency::from_code(code).map_err(|_| Misfit::unknown(format!("the currency {code}")))
}

/// An amount in our own minor units, whatever number of places the other side counts with.
///
/// # Errors
/// [`Misfit`] when the currency is not known, or the amount does not come out in its minor unit.
pub fn money(money: abi::Money) -> Result<Money, Misfit> {
    let ours = currency(money.currency)?;
    let theirs = u32::from(money.currency.scale);
    let digits = ours.minor_digits();
    let off = || {
        Misfit::breach(format!(
            "{} / 10^{theirs} {ours} is no amount in minor units of {ours}, which has {digits} places",
            money.minor
        ))
    };
    let minor = if theirs <= digits {
        10_i64
            .checked_pow(digits - theirs)
            .and_then(|factor| money.minor.checked_mul(factor))
    } else {
        10_i64
            .checked_pow(theirs - digits)
            .filter(|factor| money.minor % factor == 0)
            .map(|factor| money.minor / factor)
    };
    Ok(Money::new(minor.ok_or_else(off)?, ours))
}

/// An amount that may be absent.
fn optional_money(given: abi::Money) -> Result<Option<Money>, Misfit> {
    if given.currency.letters == [0; 3] && given.minor == 0 {
        return Ok(None);
    }
    money(given).map(Some)
}

/// # Safety
/// `balance` is null or leads to a balance that stays readable during the call.
unsafe fn balance(balance: *const abi::Balance) -> Result<Option<Balance>, Misfit> {
    if balance.is_null() {
        return Ok(None);
    }
    if !balance.is_aligned() {
        return Err(Misfit::breach("bank_balance is not aligned"));
    }
    // SAFETY: not null, aligned, and the caller vouches for the rest.
    let balance = unsafe { *balance };
    Ok(Some(Balance {
        amount: money(balance.amount)?,
        date: date(balance.date)?.ok_or_else(|| Misfit::breach("a balance has no day"))?,
    }))
}

/// A text that may be absent; an empty one says nothing and is absent, too.
///
/// # Safety
/// As [`abi::Text::read`].
unsafe fn lent<'a>(text: abi::Text, what: &str) -> Result<Option<&'a str>, Misfit> {
    // SAFETY: the caller's promise is passed on.
    Ok(unsafe { text.read(what) }?.filter(|text| !text.is_empty()))
}

/// A text that may be absent, as our own.
///
/// # Safety
/// As [`abi::Text::read`].
unsafe fn owned(text: abi::Text, what: &str) -> Result<Option<String>, Misfit> {
    // SAFETY: the caller's promise is passed on.
    Ok(unsafe { lent(text, what) }?.map(str::to_owned))
}

/// What stands before the entries of a statement.
///
/// # Safety
/// `head` and all it leads to keep what the header promises for the time of this call.
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn head(head: *const abi::StatementHead) -> Result<StatementHead, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let head = taken(head)?;
        let format = head.format.read_present("the statement's format")?;
        Ok(StatementHead {
            format: Format::from_name(format)
                .ok_or_else(|| Misfit::unknown(format!("the format {format}")))?,
            bank: owned(head.dialect, "the statement's dialect")?,
            account: lent(head.account, "the statement's account")?
                .and_then(AccountNumber::from_file),
            currency: currency(head.currency)?,
            number: owned(head.number, "the statement's number")?,
            opening: balance(head.opening)?,
            place: place(head.place),
        })
    }
}

/// One line of a statement; its texts stay the other side's.
///
/// # Safety
/// As [`head`], for all of `'a`.
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn entry<'a>(entry: *const abi::Entry) -> Result<EntryView<'a>, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let entry = taken(entry)?;
        Ok(EntryView {
            value_date: date(entry.value_date)?,
            booking_date: date(entry.booking_date)?,
            amount: money(entry.amount)?,
            transaction_code: lent(entry.transaction_code, "an entry's transaction code")?,
            bank_reference: lent(entry.bank_reference, "an entry's bank reference")?,
            customer_reference: lent(entry.customer_reference, "an entry's customer reference")?,
            counterparty: CounterpartyView {
                name: lent(entry.counterparty_name, "an entry's counterparty")?,
                account: lent(
                    entry.counterparty_account,
                    "an entry's counterparty account",
                )?,
                bank: lent(entry.counterparty_bank, "an entry's counterparty bank")?,
            },
            remittance: lent(entry.remittance, "an entry's title")?,
            original: optional_money(entry.original)?,
            charges: optional_money(entry.charges)?,
            return_reason: lent(entry.return_reason, "an entry's return reason")?,
            reversal: match entry.flags {
                0 => false,
                abi::ENTRY_REVERSAL => true,
                other => return Err(Misfit::breach(format!("an entry has flags {other}"))),
            },
            status: match entry.status {
                abi::BOOKED => EntryStatus::Booked,
                abi::PENDING => EntryStatus::Pending,
                abi::INFO => EntryStatus::Info,
                other => return Err(Misfit::breach(format!("an entry has status {other}"))),
            },
            place: place(entry.place),
        })
    }
}

/// A part of an entry; its texts stay the other side's.
///
/// # Safety
/// As [`entry`].
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn part<'a>(part: *const abi::Part) -> Result<PartView<'a>, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let part = taken(part)?;
        Ok(PartView {
            amount: optional_money(part.amount)?,
            bank_reference: lent(part.bank_reference, "a part's bank reference")?,
            customer_reference: lent(part.customer_reference, "a part's customer reference")?,
            counterparty: CounterpartyView {
                name: lent(part.counterparty_name, "a part's counterparty")?,
                account: lent(part.counterparty_account, "a part's counterparty account")?,
                bank: lent(part.counterparty_bank, "a part's counterparty bank")?,
            },
            remittance: lent(part.remittance, "a part's title")?,
            return_reason: lent(part.return_reason, "a part's return reason")?,
            place: place(part.place),
        })
    }
}

/// What stands after the entries.
///
/// # Safety
/// As [`head`].
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn foot(foot: *const abi::StatementFoot) -> Result<StatementFoot, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let foot = taken(foot)?;
        Ok(StatementFoot {
            closing: balance(foot.closing)?,
            available: balance(foot.available)?,
        })
    }
}

/// A complaint.
///
/// # Safety
/// As [`head`].
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn complaint(complaint: *const abi::Complaint) -> Result<Complaint, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let complaint = taken(complaint)?;
        let code = complaint.code.read_present("a complaint's code")?;
        Ok(Complaint {
            place: place(complaint.place),
            code: Cow::Owned(code.to_owned()),
            severity: match complaint.severity {
                abi::NOTICE => Severity::Notice,
                abi::FATAL => Severity::Fatal,
                other => return Err(Misfit::breach(format!("a complaint has severity {other}"))),
            },
            message: complaint
                .message
                .read_present("a complaint's message")?
                .to_owned(),
            excerpt: owned(complaint.excerpt, "a complaint's excerpt")?.unwrap_or_default(),
        })
    }
}

/// What a pack thinks of a file.
///
/// # Safety
/// As [`head`].
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn recognition(found: *const abi::Recognition) -> Result<Recognition, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let found = taken(found)?;
        Ok(Recognition {
            confidence: Confidence::from_number(found.confidence).ok_or_else(|| {
                Misfit::breach(format!("a recognition has confidence {}", found.confidence))
            })?,
            format: owned(found.format, "a recognition's format")?,
            dialect: owned(found.dialect, "a recognition's dialect")?,
            why: found.why.read_present("a recognition's reason")?.to_owned(),
        })
    }
}

/// # Safety
/// As [`abi::Text::read`].
unsafe fn iban(text: abi::Text, what: &str) -> Result<Iban, Misfit> {
    // SAFETY: the caller's promise is passed on.
    let text = unsafe { text.read_present(what) }?;
    Iban::parse(text).map_err(|error| Misfit::breach(format!("{what}: {error}")))
}

/// # Safety
/// As [`head`].
unsafe fn abroad(transfer: &abi::Transfer) -> Result<Abroad, Misfit> {
    // SAFETY: the caller's promise is passed on.
    let (country, bank) = unsafe {
        (
            lent(transfer.payee_country, "a payee's country")?,
            lent(transfer.payee_bank, "a payee's bank")?,
        )
    };
    let no_country = |text: &str| Misfit::breach(format!("`{text}` is no country of a payee"));
    Ok(Abroad {
        country: country
            .map(|text| Country::parse(text).ok_or_else(|| no_country(text)))
            .transpose()?,
        bank: bank
            .map(|text| Bic::parse(text).map_err(|error| Misfit::breach(error.to_string())))
            .transpose()?,
        charges: match transfer.charges {
            abi::CHARGES_USUAL => None,
            abi::CHARGES_SHARED => Some(Charges::Shared),
            abi::CHARGES_PAYER => Some(Charges::Payer),
            abi::CHARGES_PAYEE => Some(Charges::Payee),
            other => return Err(Misfit::breach(format!("a transfer has charges {other}"))),
        },
    })
}

/// # Safety
/// As [`head`].
unsafe fn transfer(transfer: *const abi::Transfer) -> Result<Transfer, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let transfer = taken(transfer)?;
        Ok(Transfer {
            reference: transfer.reference.read_present("a reference")?.to_owned(),
            amount: money(transfer.amount)?,
            payee: Party {
                name: transfer
                    .payee_name
                    .read_present("a payee's name")?
                    .to_owned(),
                street: transfer
                    .payee_street
                    .read_present("a payee's street")?
                    .to_owned(),
                city: transfer
                    .payee_city
                    .read_present("a payee's town")?
                    .to_owned(),
            },
            payee_account: iban(transfer.payee_account, "a payee's account")?,
            title: transfer.title.read_present("a title")?.to_owned(),
            abroad: abroad(&transfer)?,
        })
    }
}

/// Why a lent batch could not be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BatchFault {
    /// It does not keep the contract.
    Misfit(Misfit),
    /// The host could not give a transfer.
    SourceFailed,
}

impl From<Misfit> for BatchFault {
    fn from(misfit: Misfit) -> BatchFault {
        BatchFault::Misfit(misfit)
    }
}

/// A batch with all its transfers.
///
/// # Safety
/// As [`head`]; `next` may be called.
pub(crate) unsafe fn batch(batch: *const abi::Batch) -> Result<Batch, BatchFault> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let batch = taken(batch)?;
        let next = batch
            .next
            .ok_or_else(|| Misfit::breach("a batch has no function `next`"))?;
        let mut transfers = Vec::new();
        loop {
            let mut given: *const abi::Transfer = std::ptr::null();
            if next(batch.context, &raw mut given) != abi::OK {
                return Err(BatchFault::SourceFailed);
            }
            if given.is_null() {
                break;
            }
            transfers.push(transfer(given)?);
        }
        if transfers.len() as u64 != batch.transfers {
            return Err(Misfit::breach(format!(
                "a batch of {} transfers gave {}",
                batch.transfers,
                transfers.len()
            ))
            .into());
        }
        Ok(Batch {
            debit_account: iban(batch.debit_account, "the paying account")?,
            owner: Party {
                name: batch
                    .owner_name
                    .read_present("the owner's name")?
                    .to_owned(),
                street: batch
                    .owner_street
                    .read_present("the owner's street")?
                    .to_owned(),
                city: batch
                    .owner_city
                    .read_present("the owner's town")?
                    .to_owned(),
            },
            date: date(batch.date)?.ok_or_else(|| Misfit::breach("a batch has no day"))?,
            transfers,
        })
    }
}
