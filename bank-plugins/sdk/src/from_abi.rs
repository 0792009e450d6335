//! What came from the other side becomes our own values, after every check: sizes, pointers,
//! numbers that stand for variants, currencies, dates.
#![allow(unsafe_code)] // reads pointers of the other side

use std::borrow::Cow;

use kantor_model::{
    Abroad, AccountNumber, Balance, Batch, Complaint, Counterparty, Currency, Date, Entry,
    EntryStatus, Format, Iban, Money, Party, Place, Severity, StatementFoot, StatementHead,
    Transfer,
};

use crate::abi;
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

/// A structure of the header that begins with `struct_size`.
///
/// # Safety
/// Implemented only for `repr(C)` structures of [`abi`] whose first field is `struct_size: u32`.
pub unsafe trait Growing {
    /// Its name in the header.
    const NAME: &'static str;
}

macro_rules! growing {
    ($($rust:ident = $name:literal),* $(,)?) => {
        // SAFETY: the layout test pins `struct_size` to the beginning of each of them.
        $(unsafe impl Growing for abi::$rust { const NAME: &'static str = $name; })*
    };
}

growing!(
    Complaint = "bank_complaint",
    Source = "bank_source",
    StatementHead = "bank_statement_head",
    Entry = "bank_entry",
    StatementFoot = "bank_statement_foot",
    StatementSink = "bank_statement_sink",
    Recognition = "bank_recognition",
    RecognitionSink = "bank_recognition_sink",
    Statements = "bank_statements",
    TransferFormat = "bank_transfer_format",
    Transfer = "bank_transfer",
    Batch = "bank_batch",
    ByteSink = "bank_byte_sink",
    Transfers = "bank_transfers",
    Plugin = "bank_plugin",
);

/// The structure behind a pointer, once it is known to be there whole.
///
/// # Safety
/// `pointer` is null, or leads to a structure of the header whose first four bytes are its size
/// and which stays readable and unchanged for `'a`.
///
/// # Errors
/// [`Misfit::Breach`] for null, a wrong alignment, or a size smaller than ours.
pub unsafe fn whole<'a, T: Growing>(pointer: *const T) -> Result<&'a T, Misfit> {
    if pointer.is_null() {
        return Err(Misfit::breach(format!("{} is null", T::NAME)));
    }
    if !pointer.is_aligned() {
        return Err(Misfit::breach(format!("{} is not aligned", T::NAME)));
    }
    // SAFETY: `Growing` puts the size first, and the caller vouches for four bytes.
    let size = unsafe { *pointer.cast::<u32>() };
    let wanted = abi::size::<T>();
    if size < wanted {
        return Err(Misfit::breach(format!(
            "{} says struct_size {size}, and version 1 has {wanted}",
            T::NAME
        )));
    }
    // SAFETY: the structure is at least as large as ours.
    Ok(unsafe { &*pointer })
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

/// An optional text as our own.
///
/// # Safety
/// As [`abi::Text::read`].
unsafe fn owned(text: abi::Text, what: &str) -> Result<Option<String>, Misfit> {
    // SAFETY: the caller's promise is passed on.
    Ok(unsafe { text.read(what) }?.map(str::to_owned))
}

/// # Safety
/// As [`abi::Text::read`].
unsafe fn account(text: abi::Text, what: &str) -> Result<Option<AccountNumber>, Misfit> {
    // SAFETY: the caller's promise is passed on.
    Ok(unsafe { text.read(what) }?.and_then(AccountNumber::from_file))
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
        let head = whole(head)?;
        let format = head.format.read_present("the statement's format")?;
        Ok(StatementHead {
            format: Format::from_name(format)
                .ok_or_else(|| Misfit::unknown(format!("the format {format}")))?,
            bank: owned(head.dialect, "the statement's dialect")?,
            account: account(head.account, "the statement's account")?,
            currency: currency(head.currency)?,
            number: owned(head.number, "the statement's number")?,
            opening: balance(head.opening)?,
            place: place(head.place),
        })
    }
}

/// One line of a statement.
///
/// # Safety
/// As [`head`].
///
/// # Errors
/// [`Misfit`], naming the field.
pub unsafe fn entry(entry: *const abi::Entry) -> Result<Entry, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let entry = whole(entry)?;
        Ok(Entry {
            value_date: date(entry.value_date)?,
            booking_date: date(entry.booking_date)?,
            amount: money(entry.amount)?,
            transaction_code: owned(entry.transaction_code, "an entry's transaction code")?,
            bank_reference: owned(entry.bank_reference, "an entry's bank reference")?,
            customer_reference: owned(entry.customer_reference, "an entry's customer reference")?,
            counterparty: Counterparty {
                name: owned(entry.counterparty_name, "an entry's counterparty")?,
                account: account(
                    entry.counterparty_account,
                    "an entry's counterparty account",
                )?,
                bank: None,
            },
            remittance: owned(entry.remittance, "an entry's title")?,
            original: None,
            charges: None,
            return_reason: None,
            parts: Vec::new(),
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
        let foot = whole(foot)?;
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
        let complaint = whole(complaint)?;
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
        let found = whole(found)?;
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
unsafe fn transfer(transfer: *const abi::Transfer) -> Result<Transfer, Misfit> {
    // SAFETY: the caller's promise is passed on, here and below.
    unsafe {
        let transfer = whole(transfer)?;
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
            abroad: Abroad::default(),
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
        let lent = whole(batch)?;
        let next = lent
            .next
            .ok_or_else(|| Misfit::breach("a batch has no function `next`"))?;
        let mut transfers = Vec::new();
        loop {
            let mut given: *const abi::Transfer = std::ptr::null();
            if next(lent.context, &raw mut given) != abi::OK {
                return Err(BatchFault::SourceFailed);
            }
            if given.is_null() {
                break;
            }
            transfers.push(transfer(given)?);
        }
        if transfers.len() as u64 != lent.transfers {
            return Err(Misfit::breach(format!(
                "a batch of {} transfers gave {}",
                lent.transfers,
                transfers.len()
            ))
            .into());
        }
        Ok(Batch {
            debit_account: iban(lent.debit_account, "the paying account")?,
            owner: Party {
                name: lent.owner_name.read_present("the owner's name")?.to_owned(),
                street: lent
                    .owner_street
                    .read_present("the owner's street")?
                    .to_owned(),
                city: lent.owner_city.read_present("the owner's town")?.to_owned(),
            },
            date: date(lent.date)?.ok_or_else(|| Misfit::breach("a batch has no day"))?,
            transfers,
        })
    }
}
