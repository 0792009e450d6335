//! One line of a history, in buffers that are used again.

use kantor_model::{CounterpartyView, Date, EntryStatus, EntryView, Money, Place};

/// One line. Texts are empty where the bank says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) place: Place,
    pub(crate) booked_on: Option<Date>,
    pub(crate) valued_on: Option<Date>,
    pub(crate) amount: Money,
    /// The balance after it.
    pub(crate) balance: Option<Money>,
    pub(crate) status: EntryStatus,
    pub(crate) code: String,
    pub(crate) bank_reference: String,
    pub(crate) customer_reference: String,
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) title: String,
    pub(crate) original: Option<Money>,
    pub(crate) charges: Option<Money>,
}

impl Line {
    /// A booked line of which only the amount is known.
    pub(crate) fn of_amount(amount: Money) -> Line {
        Line {
            place: Place::default(),
            booked_on: None,
            valued_on: None,
            amount,
            balance: None,
            status: EntryStatus::Booked,
            code: String::new(),
            bank_reference: String::new(),
            customer_reference: String::new(),
            name: String::new(),
            account: String::new(),
            title: String::new(),
            original: None,
            charges: None,
        }
    }

    /// Whether it moves the balance.
    pub(super) fn is_booked(&self) -> bool {
        self.status == EntryStatus::Booked
    }

    /// The day on which it was booked, or else the one that counts for interest.
    pub(super) fn day(&self) -> Option<Date> {
        self.booked_on.or(self.valued_on)
    }

    /// How many bytes of text it holds.
    pub(super) fn size(&self) -> usize {
        [&self.code, &self.bank_reference, &self.customer_reference]
            .into_iter()
            .chain([&self.name, &self.account, &self.title])
            .map(String::len)
            .sum()
    }

    /// The line, to be lent.
    pub(super) fn view(&self) -> EntryView<'_> {
        EntryView {
            value_date: self.valued_on,
            booking_date: self.booked_on,
            transaction_code: present(&self.code),
            bank_reference: present(&self.bank_reference),
            customer_reference: present(&self.customer_reference),
            counterparty: CounterpartyView {
                name: present(&self.name),
                account: present(&self.account),
                bank: None,
            },
            remittance: present(&self.title),
            original: self.original,
            charges: self.charges,
            status: self.status,
            place: self.place,
            ..EntryView::of_amount(self.amount)
        }
    }
}

fn present(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}
