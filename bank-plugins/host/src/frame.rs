//! What the program and the child that runs a pack say to each other: frames of a length (four
//! bytes, little endian) and a postcard. Both ends are the same build, so the form has no version.
//!
//! The child is not trusted: a frame is bounded before it is read, and becomes a value of
//! kantor-model only through the same doors as a file does.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use kantor_model::{
    Abroad, AccountNumber, Balance, Batch, Complaint, Counterparty, Currency, Date, Entry,
    EntryStatus, EntryView, Format, Iban, Money, Party, Place, Severity, StatementFoot,
    StatementHead, Transfer,
};
use kantor_plugin_sdk::abi;
use kantor_plugin_sdk::pack::{Confidence, Recognition};
use serde::{Deserialize, Serialize};

use crate::call::Answer;
use crate::{LoadError, PackFacts, Sandbox};

/// Tells builds apart that speak different frames: a hash (FNV-1a) of this very file. A child that
/// was not built with the program would otherwise be misunderstood, and its pack blamed.
pub(crate) const FORM: u64 = {
    let text = include_bytes!("frame.rs");
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
};

/// The longest frame: the longest piece and the longest entry fit.
const FRAME_MAX: usize = abi::PIECE_MAX + 4096;

/// One thing said.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Frame {
    // From the child, in this order: sandbox first, before any code of the pack ran.
    Sandbox(Sandbox),
    Facts(PackFacts),
    LoadFailed(LoadError),
    Recognised(RecognitionFrame),
    Begin(HeadFrame),
    Entry(EntryFrame),
    End(FootFrame),
    Complaint(ComplaintFrame),
    Piece(Vec<u8>),
    Done(Answer),
    // To the child, when it is to write.
    Batch(BatchFrame),
    Transfer(TransferFrame),
    // To the child of a session: what to do with the pieces that came before.
    Asked(Asked),
}

/// What the child of a session is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Asked {
    Recognise,
    Read {
        /// The most bytes in one piece.
        piece: u64,
        /// The sink says stop at this record.
        stop_at: Option<u64>,
        /// Once on each of two threads, at the same time; told one after the other.
        twice: bool,
    },
    /// A batch and its transfers follow.
    Write,
}

/// Writes a frame.
pub(crate) fn send(out: &mut dyn Write, frame: &Frame) -> io::Result<()> {
    let bytes = postcard::to_stdvec(frame).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&bytes)
}

/// Reads a frame by way of a buffer that is kept between frames, and says how many bytes it took;
/// `None` at the end.
///
/// # Errors
/// What the pipe said; `UnexpectedEof` inside a frame; `InvalidData` for anything that is no frame.
pub(crate) fn receive(
    from: &mut impl Read,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<(Frame, u64)>> {
    let mut length = [0; 4];
    let mut filled = 0;
    while filled < length.len() {
        match from.read(length.get_mut(filled..).unwrap_or_default()) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > FRAME_MAX {
        return Err(invalid("a frame longer than any may be"));
    }
    buffer.clear();
    buffer.resize(length, 0);
    from.read_exact(buffer)?;
    let (frame, rest) = postcard::take_from_bytes(buffer)
        .map_err(|_| invalid("a frame that cannot be understood"))?;
    if !rest.is_empty() {
        return Err(invalid("a frame with more in it than it says"));
    }
    Ok(Some((frame, 4 + length as u64)))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Why a frame from the child is no value of ours, as a sentence without an end.
type NoValue = String;

type PlaceFrame = (u32, u32);
type DateFrame = (i16, i8, i8);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct MoneyFrame {
    minor: i64,
    currency: [u8; 3],
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct BalanceFrame {
    amount: MoneyFrame,
    date: DateFrame,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HeadFrame {
    format: String,
    bank: Option<String>,
    account: Option<String>,
    currency: [u8; 3],
    number: Option<String>,
    opening: Option<BalanceFrame>,
    place: PlaceFrame,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EntryFrame {
    value_date: Option<DateFrame>,
    booking_date: Option<DateFrame>,
    amount: MoneyFrame,
    transaction_code: Option<String>,
    bank_reference: Option<String>,
    customer_reference: Option<String>,
    name: Option<String>,
    account: Option<String>,
    bank: Option<String>,
    remittance: Option<String>,
    original: Option<MoneyFrame>,
    charges: Option<MoneyFrame>,
    return_reason: Option<String>,
    reversal: bool,
    status: u8,
    place: PlaceFrame,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FootFrame {
    closing: Option<BalanceFrame>,
    available: Option<BalanceFrame>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ComplaintFrame {
    place: PlaceFrame,
    code: String,
    fatal: bool,
    message: String,
    excerpt: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RecognitionFrame {
    confidence: u32,
    format: Option<String>,
    dialect: Option<String>,
    why: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BatchFrame {
    pub(crate) format: String,
    debit_account: String,
    owner: [String; 3],
    date: DateFrame,
    pub(crate) transfers: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TransferFrame {
    reference: String,
    amount: MoneyFrame,
    payee: [String; 3],
    payee_account: String,
    title: String,
}

fn to_place(place: Place) -> PlaceFrame {
    (place.line, place.column)
}

fn from_place((line, column): PlaceFrame) -> Place {
    Place { line, column }
}

fn to_date(date: Date) -> DateFrame {
    (date.year(), date.month(), date.day())
}

fn from_date((year, month, day): DateFrame) -> Result<Date, NoValue> {
    Date::new(year, month, day).map_err(|_| format!("{year}-{month}-{day} is no day"))
}

fn to_currency(currency: Currency) -> [u8; 3] {
    let mut letters = [0; 3];
    for (to, from) in letters.iter_mut().zip(currency.code().bytes()) {
        *to = from;
    }
    letters
}

fn from_currency(letters: [u8; 3]) -> Result<Currency, NoValue> {
    std::str::from_utf8(&letters)
        .ok()
        .and_then(|code| Currency::from_code(code).ok())
        .ok_or_else(|| format!("{letters:?} are not the letters of a currency"))
}

fn to_money(money: Money) -> MoneyFrame {
    MoneyFrame {
        minor: money.minor(),
        currency: to_currency(money.currency()),
    }
}

fn from_money(money: MoneyFrame) -> Result<Money, NoValue> {
    Ok(Money::new(money.minor, from_currency(money.currency)?))
}

fn to_balance(balance: Balance) -> BalanceFrame {
    BalanceFrame {
        amount: to_money(balance.amount),
        date: to_date(balance.date),
    }
}

fn from_balance(balance: BalanceFrame) -> Result<Balance, NoValue> {
    Ok(Balance {
        amount: from_money(balance.amount)?,
        date: from_date(balance.date)?,
    })
}

fn to_party(party: &Party) -> [String; 3] {
    [party.name.clone(), party.street.clone(), party.city.clone()]
}

fn from_party([name, street, city]: [String; 3]) -> Party {
    Party { name, street, city }
}

impl From<StatementHead> for HeadFrame {
    fn from(head: StatementHead) -> HeadFrame {
        HeadFrame {
            format: head.format.name().to_owned(),
            bank: head.bank,
            account: head.account.map(|account| account.as_str().to_owned()),
            currency: to_currency(head.currency),
            number: head.number,
            opening: head.opening.map(to_balance),
            place: to_place(head.place),
        }
    }
}

impl TryFrom<HeadFrame> for StatementHead {
    type Error = NoValue;
    fn try_from(head: HeadFrame) -> Result<StatementHead, NoValue> {
        Ok(StatementHead {
            format: Format::from_name(&head.format)
                .ok_or_else(|| format!("`{}` is no format", head.format))?,
            bank: head.bank,
            account: head.account.as_deref().and_then(AccountNumber::from_file),
            currency: from_currency(head.currency)?,
            number: head.number,
            opening: head.opening.map(from_balance).transpose()?,
            place: from_place(head.place),
        })
    }
}

impl From<&EntryView<'_>> for EntryFrame {
    fn from(entry: &EntryView<'_>) -> EntryFrame {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        EntryFrame {
            value_date: entry.value_date.map(to_date),
            booking_date: entry.booking_date.map(to_date),
            amount: to_money(entry.amount),
            transaction_code: owned(entry.transaction_code),
            bank_reference: owned(entry.bank_reference),
            customer_reference: owned(entry.customer_reference),
            name: owned(entry.counterparty.name),
            account: owned(entry.counterparty.account),
            bank: owned(entry.counterparty.bank),
            remittance: owned(entry.remittance),
            original: entry.original.map(to_money),
            charges: entry.charges.map(to_money),
            return_reason: owned(entry.return_reason),
            reversal: entry.reversal,
            status: match entry.status {
                EntryStatus::Booked => 0,
                EntryStatus::Pending => 1,
                EntryStatus::Info => 2,
            },
            place: to_place(entry.place),
        }
    }
}

impl TryFrom<EntryFrame> for Entry {
    type Error = NoValue;
    fn try_from(entry: EntryFrame) -> Result<Entry, NoValue> {
        Ok(Entry {
            value_date: entry.value_date.map(from_date).transpose()?,
            booking_date: entry.booking_date.map(from_date).transpose()?,
            amount: from_money(entry.amount)?,
            transaction_code: entry.transaction_code,
            bank_reference: entry.bank_reference,
            customer_reference: entry.customer_reference,
            counterparty: Counterparty {
                name: entry.name,
                account: entry.account.as_deref().and_then(AccountNumber::from_file),
                bank: entry.bank,
            },
            remittance: entry.remittance,
            original: entry.original.map(from_money).transpose()?,
            charges: entry.charges.map(from_money).transpose()?,
            return_reason: entry.return_reason,
            parts: Vec::new(),
            reversal: entry.reversal,
            status: match entry.status {
                0 => EntryStatus::Booked,
                1 => EntryStatus::Pending,
                2 => EntryStatus::Info,
                other => return Err(format!("an entry has status {other}")),
            },
            place: from_place(entry.place),
        })
    }
}

impl From<StatementFoot> for FootFrame {
    fn from(foot: StatementFoot) -> FootFrame {
        FootFrame {
            closing: foot.closing.map(to_balance),
            available: foot.available.map(to_balance),
        }
    }
}

impl TryFrom<FootFrame> for StatementFoot {
    type Error = NoValue;
    fn try_from(foot: FootFrame) -> Result<StatementFoot, NoValue> {
        Ok(StatementFoot {
            closing: foot.closing.map(from_balance).transpose()?,
            available: foot.available.map(from_balance).transpose()?,
        })
    }
}

impl From<Complaint> for ComplaintFrame {
    fn from(complaint: Complaint) -> ComplaintFrame {
        ComplaintFrame {
            place: to_place(complaint.place),
            code: complaint.code.into_owned(),
            fatal: complaint.severity == Severity::Fatal,
            message: complaint.message,
            excerpt: complaint.excerpt,
        }
    }
}

impl From<ComplaintFrame> for Complaint {
    fn from(complaint: ComplaintFrame) -> Complaint {
        Complaint {
            place: from_place(complaint.place),
            code: Cow::Owned(complaint.code),
            severity: if complaint.fatal {
                Severity::Fatal
            } else {
                Severity::Notice
            },
            message: complaint.message,
            excerpt: complaint.excerpt,
        }
    }
}

impl From<Recognition> for RecognitionFrame {
    fn from(found: Recognition) -> RecognitionFrame {
        RecognitionFrame {
            confidence: found.confidence.number(),
            format: found.format,
            dialect: found.dialect,
            why: found.why,
        }
    }
}

impl TryFrom<RecognitionFrame> for Recognition {
    type Error = NoValue;
    fn try_from(found: RecognitionFrame) -> Result<Recognition, NoValue> {
        Ok(Recognition {
            confidence: Confidence::from_number(found.confidence)
                .ok_or_else(|| format!("a recognition has confidence {}", found.confidence))?,
            format: found.format,
            dialect: found.dialect,
            why: found.why,
        })
    }
}

impl BatchFrame {
    pub(crate) fn new(format: &str, batch: &Batch) -> BatchFrame {
        BatchFrame {
            format: format.to_owned(),
            debit_account: batch.debit_account.as_str().to_owned(),
            owner: to_party(&batch.owner),
            date: to_date(batch.date),
            transfers: batch.transfers.len() as u64,
        }
    }

    pub(crate) fn with(self, transfers: Vec<Transfer>) -> Result<Batch, NoValue> {
        Ok(Batch {
            debit_account: Iban::parse(&self.debit_account).map_err(|error| error.to_string())?,
            owner: from_party(self.owner),
            date: from_date(self.date)?,
            transfers,
        })
    }
}

impl From<&Transfer> for TransferFrame {
    fn from(transfer: &Transfer) -> TransferFrame {
        TransferFrame {
            reference: transfer.reference.clone(),
            amount: to_money(transfer.amount),
            payee: to_party(&transfer.payee),
            payee_account: transfer.payee_account.as_str().to_owned(),
            title: transfer.title.clone(),
        }
    }
}

impl TryFrom<TransferFrame> for Transfer {
    type Error = NoValue;
    fn try_from(transfer: TransferFrame) -> Result<Transfer, NoValue> {
        Ok(Transfer {
            reference: transfer.reference,
            amount: from_money(transfer.amount)?,
            payee: from_party(transfer.payee),
            payee_account: Iban::parse(&transfer.payee_account)
                .map_err(|error| error.to_string())?,
            title: transfer.title,
            abroad: Abroad::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let found = match receive(&mut &*bytes, &mut Vec::new()) {
            Ok(Some((frame, length))) => format!("{frame:?} of {length} bytes"),
            Ok(None) => "the end".to_owned(),
            Err(error) => format!("{:?}: {error}", error.kind()),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn frames_are_bounded_before_they_are_read() {
        let mut sent = Vec::new();
        send(&mut sent, &Frame::Piece(vec![7, 8])).unwrap();
        check(&sent, "Piece([7, 8]) of 8 bytes");
        check(b"", "the end");
        check(&sent[..3], "UnexpectedEof: unexpected end of file");
        check(&sent[..6], "UnexpectedEof: failed to fill whole buffer");
        check(&[0xFF; 16], "InvalidData: a frame longer than any may be");
        check(
            &[1, 0, 0, 0, 0xEE],
            "InvalidData: a frame that cannot be understood",
        );
        let mut longer = sent.clone();
        longer[0] += 1;
        longer.push(0);
        check(&longer, "InvalidData: a frame with more in it than it says");
    }

    #[test]
    fn numbers_that_stand_for_nothing_become_no_value() {
        let amount = MoneyFrame {
            minor: 1,
            currency: *b"QQQ",
        };
        assert!(from_money(amount).is_err());
        assert!(from_date((2026, 2, 30)).is_err());
        let found = RecognitionFrame {
            confidence: 9,
            format: None,
            dialect: None,
            why: String::new(),
        };
        assert!(Recognition::try_from(found).is_err());
    }
}
