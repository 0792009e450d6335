//! The statement that is being read: its head, its running sum, its last entry.

use std::ops::Range;

use kantor_model::{
    AccountNumber, Balance, Currency, Date, Format, Money, Place, StatementFoot, StatementHead,
};

use super::announcement::Announcement;
use super::field25::page;
use super::known::Known;
use super::totals::Counts;

/// An opening or closing balance, and whether it is that of a page (60M, 62M).
#[derive(Clone, Copy, Debug)]
pub(super) struct Stated {
    pub(super) balance: Balance,
    pub(super) of_page: bool,
    pub(super) place: Place,
}

/// What `:61:` says of an entry whose texts may still come. Texts are parts of the held bytes.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) value_date: Option<Date>,
    pub(super) booking_date: Option<Date>,
    pub(super) amount: Money,
    pub(super) reversal: bool,
    pub(super) place: Place,
    pub(super) code: Range<usize>,
    pub(super) references: Range<usize>,
    pub(super) customer_reference: Range<usize>,
    pub(super) bank_reference: Range<usize>,
    pub(super) second_line: Range<usize>,
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
pub(super) struct Open<'p> {
    pub(super) place: Place,
    /// Told by the message's envelope or its fields; MT940 until then.
    pub(super) format: Format,
    /// `:20:`, `:25:` and `:28C:` as written, by which an empty statement's shape is known.
    pub(super) reference: Vec<u8>,
    pub(super) account_written: Vec<u8>,
    pub(super) number_written: Vec<u8>,
    pub(super) account: Option<AccountNumber>,
    /// The currency that some banks write in `:25:`.
    pub(super) account_currency: Option<Currency>,
    /// The currency of the floor (`:34F:`) or of the totals of MT942.
    pub(super) intraday_currency: Option<Currency>,
    pub(super) number: Option<String>,
    pub(super) opening: Option<Stated>,
    pub(super) closing: Option<Stated>,
    pub(super) available: Option<Balance>,
    pub(super) known: Option<Known<'p>>,
    pub(super) told: Told,
    /// Opening plus booked entries, where there is an opening.
    pub(super) sum: Option<Money>,
    /// Credits and debits so far, for the totals of MT942.
    pub(super) counts: Counts,
    /// Entries below an amount are not told (`:34F:`).
    pub(super) has_floor: bool,
    /// Totals (`:90C:`, `:90D:`) were read: no entry comes any more.
    pub(super) has_totals: bool,
    pub(super) draft: Option<Draft>,
    /// What an announcement (MT900, MT910) says.
    pub(super) announcement: Announcement,
    /// The last entry had a text, and what always ends it.
    pub(super) last_text: Option<Option<bool>>,
}

impl<'p> Open<'p> {
    pub(super) fn new(place: Place, reference: &[u8], format: Format) -> Open<'p> {
        Open {
            place,
            format,
            reference: reference.to_vec(),
            account_written: Vec::new(),
            number_written: Vec::new(),
            account: None,
            account_currency: None,
            intraday_currency: None,
            number: None,
            opening: None,
            closing: None,
            available: None,
            known: None,
            told: Told::Nothing,
            sum: None,
            counts: Counts::default(),
            has_floor: false,
            has_totals: false,
            draft: None,
            announcement: Announcement::default(),
            last_text: None,
        }
    }

    pub(super) fn is_broken(&self) -> bool {
        self.told == Told::Broken
    }

    /// A closing balance or totals were read, or it is an announcement: nothing has to follow.
    pub(super) fn is_complete(&self) -> bool {
        self.closing.is_some() || self.has_totals || self.is_announcement()
    }

    pub(super) fn is_announcement(&self) -> bool {
        matches!(self.format, Format::Mt900 | Format::Mt910) || self.announcement.is_there()
    }

    pub(super) fn currency(&self) -> Option<Currency> {
        self.opening
            .or(self.closing)
            .map(|stated| stated.balance.amount.currency())
            .or(self.intraday_currency)
            .or(self.account_currency)
    }

    /// The currency of the entries, once there are any.
    pub(super) fn currency_of_entries(&self) -> Option<Currency> {
        self.currency().filter(|_| self.had_entries())
    }

    /// The head, when the currency is known.
    pub(super) fn head(&self, bank: Option<&str>) -> Option<StatementHead> {
        Some(StatementHead {
            format: self.format,
            bank: bank.map(str::to_owned),
            account: self.account.clone(),
            currency: self.currency()?,
            number: self.number.clone(),
            opening: self.opening.map(|stated| stated.balance),
            place: self.place,
        })
    }

    /// What stands after the last entry.
    pub(super) fn foot(&self) -> StatementFoot {
        StatementFoot {
            closing: self.closing.map(|closing| closing.balance),
            available: self.available,
        }
    }

    /// Whether a file that stops here without closing balance or end line stops too early.
    pub(super) fn stops_early(&self) -> bool {
        let is_banks = || {
            self.known
                .as_ref()
                .is_some_and(|known| known.profile().is_some())
        };
        let last = match self.last_text {
            None => is_banks(),
            Some(whole) => whole == Some(false),
        };
        !self.has_head() || (self.had_entries() && last)
    }

    /// Whether the last text is whole for certain.
    pub(super) fn last_is_whole(&self) -> bool {
        self.last_text == Some(Some(true))
    }

    /// The currency is known, so the statement can be begun.
    pub(super) fn has_head(&self) -> bool {
        self.currency().is_some()
    }

    fn had_entries(&self) -> bool {
        self.known.is_some()
    }

    /// Whether this page continues `before`: same account, currency and number, the next page, and
    /// both say so (62M, 60M).
    pub(super) fn continues(&self, before: &Open<'_>) -> bool {
        let pages = |open: &Open<'_>| {
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
