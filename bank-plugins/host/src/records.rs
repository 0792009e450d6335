//! The values of kantor-model as frames carry them. Texts of entries are lent on both ways: they
//! point into what the pack gave, and into what came through the pipe.

use std::borrow::Cow;

use kantor_model::{
    Abroad, AccountNumber, Balance, Batch, Bic, Charges, Complaint, CounterpartyView, Country,
    Currency, Date, EntryStatus, EntryView, Format, Iban, Money, PartView, Party, Place, Severity,
    StatementFoot, StatementHead, Transfer,
};
use kantor_plugin_sdk::pack::{Confidence, Hints, Recognition};
use serde::{Deserialize, Serialize};

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

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct CounterpartyFrame<'a> {
    #[serde(borrow)]
    name: Option<&'a str>,
    account: Option<&'a str>,
    bank: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct EntryFrame<'a> {
    value_date: Option<DateFrame>,
    booking_date: Option<DateFrame>,
    amount: MoneyFrame,
    #[serde(borrow)]
    transaction_code: Option<&'a str>,
    bank_reference: Option<&'a str>,
    customer_reference: Option<&'a str>,
    counterparty: CounterpartyFrame<'a>,
    remittance: Option<&'a str>,
    original: Option<MoneyFrame>,
    charges: Option<MoneyFrame>,
    return_reason: Option<&'a str>,
    reversal: bool,
    status: u8,
    place: PlaceFrame,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct PartFrame<'a> {
    amount: Option<MoneyFrame>,
    #[serde(borrow)]
    bank_reference: Option<&'a str>,
    customer_reference: Option<&'a str>,
    counterparty: CounterpartyFrame<'a>,
    remittance: Option<&'a str>,
    return_reason: Option<&'a str>,
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
    country: Option<String>,
    bank: Option<String>,
    charges: Option<u8>,
}

/// What a person knows of the file that is to be read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HintsFrame<'a> {
    #[serde(borrow)]
    account: Option<&'a str>,
    charset: Option<&'a str>,
    lenient: bool,
}

impl<'a> From<Hints<'a>> for HintsFrame<'a> {
    fn from(hints: Hints<'a>) -> HintsFrame<'a> {
        let Hints {
            account,
            charset,
            lenient,
        } = hints;
        HintsFrame {
            account,
            charset,
            lenient,
        }
    }
}

impl<'a> From<HintsFrame<'a>> for Hints<'a> {
    fn from(frame: HintsFrame<'a>) -> Hints<'a> {
        let HintsFrame {
            account,
            charset,
            lenient,
        } = frame;
        Hints {
            account,
            charset,
            lenient,
        }
    }
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

impl<'a> From<CounterpartyView<'a>> for CounterpartyFrame<'a> {
    fn from(view: CounterpartyView<'a>) -> CounterpartyFrame<'a> {
        let CounterpartyView {
            name,
            account,
            bank,
        } = view;
        CounterpartyFrame {
            name,
            account,
            bank,
        }
    }
}

impl<'a> From<CounterpartyFrame<'a>> for CounterpartyView<'a> {
    fn from(frame: CounterpartyFrame<'a>) -> CounterpartyView<'a> {
        let CounterpartyFrame {
            name,
            account,
            bank,
        } = frame;
        CounterpartyView {
            name,
            account,
            bank,
        }
    }
}

impl<'a> From<&EntryView<'a>> for EntryFrame<'a> {
    fn from(entry: &EntryView<'a>) -> EntryFrame<'a> {
        EntryFrame {
            value_date: entry.value_date.map(to_date),
            booking_date: entry.booking_date.map(to_date),
            amount: to_money(entry.amount),
            transaction_code: entry.transaction_code,
            bank_reference: entry.bank_reference,
            customer_reference: entry.customer_reference,
            counterparty: entry.counterparty.into(),
            remittance: entry.remittance,
            original: entry.original.map(to_money),
            charges: entry.charges.map(to_money),
            return_reason: entry.return_reason,
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

impl<'a> TryFrom<EntryFrame<'a>> for EntryView<'a> {
    type Error = NoValue;
    fn try_from(entry: EntryFrame<'a>) -> Result<EntryView<'a>, NoValue> {
        Ok(EntryView {
            value_date: entry.value_date.map(from_date).transpose()?,
            booking_date: entry.booking_date.map(from_date).transpose()?,
            amount: from_money(entry.amount)?,
            transaction_code: entry.transaction_code,
            bank_reference: entry.bank_reference,
            customer_reference: entry.customer_reference,
            counterparty: entry.counterparty.into(),
            remittance: entry.remittance,
            original: entry.original.map(from_money).transpose()?,
            charges: entry.charges.map(from_money).transpose()?,
            return_reason: entry.return_reason,
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

impl<'a> From<&PartView<'a>> for PartFrame<'a> {
    fn from(part: &PartView<'a>) -> PartFrame<'a> {
        PartFrame {
            amount: part.amount.map(to_money),
            bank_reference: part.bank_reference,
            customer_reference: part.customer_reference,
            counterparty: part.counterparty.into(),
            remittance: part.remittance,
            return_reason: part.return_reason,
            place: to_place(part.place),
        }
    }
}

impl<'a> TryFrom<PartFrame<'a>> for PartView<'a> {
    type Error = NoValue;
    fn try_from(part: PartFrame<'a>) -> Result<PartView<'a>, NoValue> {
        Ok(PartView {
            amount: part.amount.map(from_money).transpose()?,
            bank_reference: part.bank_reference,
            customer_reference: part.customer_reference,
            counterparty: part.counterparty.into(),
            remittance: part.remittance,
            return_reason: part.return_reason,
            place: from_place(part.place),
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
            country: transfer.abroad.country.map(|country| country.to_string()),
            bank: transfer.abroad.bank.map(|bank| bank.to_string()),
            charges: transfer.abroad.charges.map(|charges| match charges {
                Charges::Shared => 0,
                Charges::Payer => 1,
                Charges::Payee => 2,
            }),
        }
    }
}

impl TryFrom<TransferFrame> for Transfer {
    type Error = NoValue;
    fn try_from(transfer: TransferFrame) -> Result<Transfer, NoValue> {
        let country =
            |text: String| Country::parse(&text).ok_or_else(|| format!("`{text}` is no country"));
        let bank = |text: String| Bic::parse(&text).map_err(|error| error.to_string());
        let charges = |number| match number {
            0 => Ok(Charges::Shared),
            1 => Ok(Charges::Payer),
            2 => Ok(Charges::Payee),
            other => Err(format!("a transfer has charges {other}")),
        };
        Ok(Transfer {
            reference: transfer.reference,
            amount: from_money(transfer.amount)?,
            payee: from_party(transfer.payee),
            payee_account: Iban::parse(&transfer.payee_account)
                .map_err(|error| error.to_string())?,
            title: transfer.title,
            abroad: Abroad {
                country: transfer.country.map(country).transpose()?,
                bank: transfer.bank.map(bank).transpose()?,
                charges: transfer.charges.map(charges).transpose()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
