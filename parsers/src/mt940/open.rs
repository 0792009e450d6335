//! The statement that is being read: its head, its running sum, its last entry.

use kantor_model::{
    AccountNumber, Balance, Currency, Entry, EntryStatus, Format, Money, Place, StatementHead,
};

use super::dialect::Dialect;
use super::field25::page;
use super::field86::{Details, Shape};

/// An opening or closing balance, and whether it is that of a page (60M, 62M).
#[derive(Clone, Copy, Debug)]
pub(super) struct Stated {
    pub(super) balance: Balance,
    pub(super) of_page: bool,
    pub(super) place: Place,
}

/// An entry whose text may still come.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) entry: Entry,
    /// The fifth character of PKO's second line: `0` booked, `1` off-book.
    pub(super) kind: Option<u8>,
    pub(super) details: Option<Details>,
}

impl Draft {
    pub(super) fn shape(&self) -> Option<&Shape> {
        self.details.as_ref().map(|details| &details.shape)
    }

    /// Whether PKO's mark is one of those that its document knows.
    pub(super) fn kind_is_known(&self) -> bool {
        matches!(self.kind, None | Some(b'0' | b'1'))
    }

    /// The entry with what its text told.
    pub(super) fn entry(self, dialect: Dialect) -> Entry {
        let Draft {
            mut entry,
            kind,
            details,
        } = self;
        if dialect == Dialect::Pko && kind == Some(b'1') {
            entry.status = EntryStatus::Info;
        }
        if let Some(details) = details {
            entry.counterparty.name = details.name;
            entry.counterparty.account = details.account;
            entry.remittance = details.remittance;
            entry.customer_reference = entry.customer_reference.or(details.customer_reference);
            entry.bank_reference = entry.bank_reference.or(details.bank_reference);
        }
        entry
    }
}

/// How far the sink knows of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// Nothing yet.
    Nothing,
    /// Its head.
    Head,
    /// Nothing any more: something in it cannot be trusted.
    Broken,
}

/// A statement that began and did not end yet.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) place: Place,
    /// `:20:`, by which an empty statement's dialect is told.
    pub(super) reference: Vec<u8>,
    pub(super) account: Option<AccountNumber>,
    /// The currency that some banks write in `:25:`.
    pub(super) account_currency: Option<Currency>,
    pub(super) number: Option<String>,
    pub(super) opening: Option<Stated>,
    pub(super) closing: Option<Stated>,
    pub(super) available: Option<Balance>,
    pub(super) dialect: Option<Dialect>,
    pub(super) told: Told,
    /// Opening plus booked entries, where there is an opening.
    pub(super) sum: Option<Money>,
    pub(super) draft: Option<Draft>,
    /// Some entry had a text, so entries of this statement have texts.
    pub(super) has_texts: bool,
    /// The last entry had a text, and what always ends it.
    pub(super) last_text: Option<Option<bool>>,
}

impl Open {
    pub(super) fn new(place: Place, reference: &[u8]) -> Open {
        Open {
            place,
            reference: reference.to_vec(),
            account: None,
            account_currency: None,
            number: None,
            opening: None,
            closing: None,
            available: None,
            dialect: None,
            told: Told::Nothing,
            sum: None,
            draft: None,
            has_texts: false,
            last_text: None,
        }
    }

    pub(super) fn is_broken(&self) -> bool {
        self.told == Told::Broken
    }

    pub(super) fn currency(&self) -> Option<Currency> {
        self.opening
            .or(self.closing)
            .map(|stated| stated.balance.amount.currency())
            .or(self.account_currency)
    }

    /// The head, when account and currency are known.
    pub(super) fn head(&self, dialect: Dialect) -> Option<StatementHead> {
        Some(StatementHead {
            format: Format::Mt940,
            bank: dialect.bank().map(str::to_owned),
            account: Some(self.account.clone()?),
            currency: self.currency()?,
            number: self.number.clone(),
            opening: self.opening.map(|stated| stated.balance),
            place: self.place,
        })
    }

    /// Whether a file that stops here without closing balance or end line stops too early.
    pub(super) fn stops_early(&self) -> bool {
        let last = match self.last_text {
            None => self.has_texts || self.dialect.is_some_and(|dialect| dialect.bank().is_some()),
            Some(whole) => whole == Some(false),
        };
        !self.has_head() || (self.had_entries() && last)
    }

    /// Whether the last text is whole for certain.
    pub(super) fn last_is_whole(&self) -> bool {
        self.last_text == Some(Some(true))
    }

    /// Account and currency are known.
    pub(super) fn has_head(&self) -> bool {
        self.account.is_some() && self.currency().is_some()
    }

    fn had_entries(&self) -> bool {
        self.dialect.is_some()
    }

    /// Whether this page continues `before`: same account, currency and number, the next page, and
    /// both say so (62M, 60M).
    pub(super) fn continues(&self, before: &Open) -> bool {
        let pages = |open: &Open| {
            let (statement, page) = page(open.number.as_deref()?)?;
            Some((statement.to_owned(), page))
        };
        let next = match (pages(before), pages(self)) {
            (Some((first, page)), Some((second, next))) => {
                first == second && page.checked_add(1) == Some(next)
            }
            (None, _) | (_, None) => false,
        };
        next && self.account == before.account
            && self.currency() == before.currency()
            && self.opening.is_some_and(|opening| opening.of_page)
    }
}
