//! One line of a statement: owned, and as a reader lends it.

use crate::{AccountNumber, Date, Money, Place};

/// Whether an entry moves the booked balance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EntryStatus {
    /// Booked: part of the balance.
    Booked,
    /// Announced or held, not yet booked.
    Pending,
    /// Told for information only; never part of a balance (PKO: off-book).
    Info,
}

/// Who stands on the other side of an entry, as far as the bank says.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Counterparty {
    /// Name, and what the bank writes with it.
    pub name: Option<String>,
    /// His account.
    pub account: Option<AccountNumber>,
    /// His bank: a BIC or a sort code, as written.
    pub bank: Option<String>,
}

/// One line of a statement (pozycja wyciągu).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The day from which the bank counts interest; `None` when the file's date does not exist.
    pub value_date: Option<Date>,
    /// The day on which the bank booked it.
    pub booking_date: Option<Date>,
    /// Signed: credit positive, debit negative; a reversal has the sign of what it does now.
    pub amount: Money,
    /// The bank's code of the operation, such as `NTRF` or `N152`.
    pub transaction_code: Option<String>,
    /// The bank's own reference.
    pub bank_reference: Option<String>,
    /// The reference that the customer gave; absent when the bank writes `NONREF`.
    pub customer_reference: Option<String>,
    /// Who paid, or was paid.
    pub counterparty: Counterparty,
    /// The title (tytuł przelewu) as one text.
    pub remittance: Option<String>,
    /// What was ordered, before the bank exchanged it; positive, in a currency of its own.
    pub original: Option<Money>,
    /// What the bank took for it, positive, where the bank tells it with the entry.
    pub charges: Option<Money>,
    /// Why a payment came back: the ISO 20022 reason code, or the bank's words.
    pub return_reason: Option<String>,
    /// Undoes an earlier entry (MT940 marks RC and RD).
    pub reversal: bool,
    /// Whether it moves the booked balance.
    pub status: EntryStatus,
    /// Where the entry begins in the file.
    pub place: Place,
    /// The transactions that the bank booked together in this one line; empty for most.
    pub parts: Vec<Part>,
}

/// One transaction of an entry that the bank booked for several together. It is evidence for whom
/// the money is from, and never counts in a balance beside its entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Part {
    /// Signed like the entry; `None` when the bank tells only the sum.
    pub amount: Option<Money>,
    /// The bank's own reference.
    pub bank_reference: Option<String>,
    /// The reference that the customer gave.
    pub customer_reference: Option<String>,
    /// Who paid, or was paid.
    pub counterparty: Counterparty,
    /// The title as one text.
    pub remittance: Option<String>,
    /// Why it came back, when it did.
    pub return_reason: Option<String>,
    /// Where it begins in the file.
    pub place: Place,
}

/// A counterparty that is lent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CounterpartyView<'a> {
    /// See [`Counterparty::name`].
    pub name: Option<&'a str>,
    /// The account as the bank writes it.
    pub account: Option<&'a str>,
    /// See [`Counterparty::bank`].
    pub bank: Option<&'a str>,
}

/// An entry that is lent for one call, so that a reader can use its buffers again. Texts are
/// never empty: what is absent is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EntryView<'a> {
    /// See [`Entry::value_date`].
    pub value_date: Option<Date>,
    /// See [`Entry::booking_date`].
    pub booking_date: Option<Date>,
    /// See [`Entry::amount`].
    pub amount: Money,
    /// See [`Entry::transaction_code`].
    pub transaction_code: Option<&'a str>,
    /// See [`Entry::bank_reference`].
    pub bank_reference: Option<&'a str>,
    /// See [`Entry::customer_reference`].
    pub customer_reference: Option<&'a str>,
    /// See [`Entry::counterparty`].
    pub counterparty: CounterpartyView<'a>,
    /// See [`Entry::remittance`].
    pub remittance: Option<&'a str>,
    /// See [`Entry::original`].
    pub original: Option<Money>,
    /// See [`Entry::charges`].
    pub charges: Option<Money>,
    /// See [`Entry::return_reason`].
    pub return_reason: Option<&'a str>,
    /// See [`Entry::reversal`].
    pub reversal: bool,
    /// See [`Entry::status`].
    pub status: EntryStatus,
    /// See [`Entry::place`].
    pub place: Place,
}

/// A part that is lent for one call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PartView<'a> {
    /// See [`Part::amount`].
    pub amount: Option<Money>,
    /// See [`Part::bank_reference`].
    pub bank_reference: Option<&'a str>,
    /// See [`Part::customer_reference`].
    pub customer_reference: Option<&'a str>,
    /// See [`Part::counterparty`].
    pub counterparty: CounterpartyView<'a>,
    /// See [`Part::remittance`].
    pub remittance: Option<&'a str>,
    /// See [`Part::return_reason`].
    pub return_reason: Option<&'a str>,
    /// See [`Part::place`].
    pub place: Place,
}

impl CounterpartyView<'_> {
    fn to_counterparty(self) -> Counterparty {
        Counterparty {
            name: self.name.map(str::to_owned),
            account: self.account.and_then(AccountNumber::from_file),
            bank: self.bank.map(str::to_owned),
        }
    }
}

impl Counterparty {
    fn view(&self) -> CounterpartyView<'_> {
        CounterpartyView {
            name: self.name.as_deref(),
            account: self.account.as_ref().map(AccountNumber::as_str),
            bank: self.bank.as_deref(),
        }
    }
}

impl EntryView<'_> {
    /// A booked entry of which only the amount is known.
    pub const fn of_amount(amount: Money) -> EntryView<'static> {
        EntryView {
            value_date: None,
            booking_date: None,
            amount,
            transaction_code: None,
            bank_reference: None,
            customer_reference: None,
            counterparty: CounterpartyView {
                name: None,
                account: None,
                bank: None,
            },
            remittance: None,
            original: None,
            charges: None,
            return_reason: None,
            reversal: false,
            status: EntryStatus::Booked,
            place: Place { line: 0, column: 0 },
        }
    }

    /// The same entry, to be kept; without parts, which are lent before it.
    pub fn to_entry(&self) -> Entry {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Entry {
            value_date: self.value_date,
            booking_date: self.booking_date,
            amount: self.amount,
            transaction_code: owned(self.transaction_code),
            bank_reference: owned(self.bank_reference),
            customer_reference: owned(self.customer_reference),
            counterparty: self.counterparty.to_counterparty(),
            remittance: owned(self.remittance),
            original: self.original,
            charges: self.charges,
            return_reason: owned(self.return_reason),
            reversal: self.reversal,
            status: self.status,
            place: self.place,
            parts: Vec::new(),
        }
    }
}

impl Entry {
    /// The entry, to be lent; its parts are lent one by one before it.
    pub fn view(&self) -> EntryView<'_> {
        EntryView {
            value_date: self.value_date,
            booking_date: self.booking_date,
            amount: self.amount,
            transaction_code: self.transaction_code.as_deref(),
            bank_reference: self.bank_reference.as_deref(),
            customer_reference: self.customer_reference.as_deref(),
            counterparty: self.counterparty.view(),
            remittance: self.remittance.as_deref(),
            original: self.original,
            charges: self.charges,
            return_reason: self.return_reason.as_deref(),
            reversal: self.reversal,
            status: self.status,
            place: self.place,
        }
    }
}

impl PartView<'_> {
    /// The same part, to be kept.
    pub fn to_part(&self) -> Part {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Part {
            amount: self.amount,
            bank_reference: owned(self.bank_reference),
            customer_reference: owned(self.customer_reference),
            counterparty: self.counterparty.to_counterparty(),
            remittance: owned(self.remittance),
            return_reason: owned(self.return_reason),
            place: self.place,
        }
    }
}

impl Part {
    /// The part, to be lent.
    pub fn view(&self) -> PartView<'_> {
        PartView {
            amount: self.amount,
            bank_reference: self.bank_reference.as_deref(),
            customer_reference: self.customer_reference.as_deref(),
            counterparty: self.counterparty.view(),
            remittance: self.remittance.as_deref(),
            return_reason: self.return_reason.as_deref(),
            place: self.place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn what_is_lent_can_be_kept_and_lent_again() {
        let counterparty = CounterpartyView {
            name: Some("Żółw sp. z o.o."),
            account: Some("PL61109010140000071219812874"),
            bank: Some("WBKPPLPP"),
        };
        let entry = EntryView {
            counterparty,
            remittance: Some("KZ1234567"),
            original: Some(Money::new(5_00, Currency::EUR)),
            ..EntryView::of_amount(Money::new(-12_34, Currency::PLN))
        };
        assert_eq!(entry.to_entry().view(), entry);
        let part = PartView {
            amount: Some(Money::new(-1, Currency::PLN)),
            counterparty,
            return_reason: Some("AC04"),
            ..PartView::default()
        };
        assert_eq!(part.to_part().view(), part);
    }
}
