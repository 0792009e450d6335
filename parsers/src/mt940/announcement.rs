//! MT900 and MT910: one debit or credit is announced. They never book.

use std::ops::Range;

use kantor_model::{
    AccountNumber, CounterpartyView, Currency, Date, EntryStatus, EntryView, Format, Money,
    StatementFoot, StatementSink,
};

use super::balance::{signed, text};
use super::complaints::Problem;
use super::date::WrittenDate;
use super::details::{put, told};
use super::fields::Field;
use super::open::{Open, Told};
use super::reader::{Reader, Step};
use crate::charset::Charset;
use crate::text::{lines, trim};

/// What an announcement says beside account and reference.
#[derive(Default, Debug)]
pub(super) struct Announcement {
    /// `:32A:`: the value date (some days do not exist), the amount.
    value: Option<(Option<Date>, Money)>,
    related: String,
    name: String,
    account: Option<AccountNumber>,
    bank: String,
    information: String,
    /// Fields that only a credit has were there: who pays, the bank between.
    only_credit: bool,
    /// The ordering bank was there, which both may have.
    has_institution: bool,
    /// A field of payment orders was there.
    is_order: bool,
}

impl Announcement {
    /// Whether the message is one, as far as its fields tell.
    pub(super) fn is_there(&self) -> bool {
        self.value.is_some() && !self.is_order
    }
}

/// `:32A:`: 6!n3!a15d.
fn value(field: &[u8]) -> Option<(WrittenDate, &[u8], Range<usize>)> {
    let trimmed = field.trim_ascii_end();
    let date = WrittenDate::from_six(trimmed.get(..6)?)?;
    let code = trimmed.get(6..9)?;
    (trimmed.len() > 9).then_some((date, code, 9..trimmed.len()))
}

impl<K: StatementSink + ?Sized> Reader<'_, '_, '_, K> {
    /// The amount of an announcement.
    pub(super) fn announced_value(&mut self, field: &Field<'_>) -> Step {
        self.flush()?;
        let open = self.head(field, |_| false)?;
        if open.is_broken() {
            return Ok(());
        }
        let problem = match value(field.value()) {
            _ if field.unfinished => Problem::Truncated,
            None => Problem::ValueUnreadable,
            Some((date, code, amount)) => {
                let written = field.value().get(amount).unwrap_or_default();
                let code = text(code);
                match Currency::from_code(code) {
                    Err(_) => Problem::CurrencyUnknown {
                        code: code.to_owned(),
                    },
                    Ok(currency) => match Money::parse(text(written), currency) {
                        Ok(amount) if !amount.is_negative() => {
                            if let Some(first) = open.currency_of_entries()
                                && first != currency
                            {
                                return self.same_currency(first, currency, field);
                            }
                            open.announcement.value = Some((date.existing(), amount));
                            open.intraday_currency = Some(currency);
                            if date.existing().is_none() {
                                return self.complain_in(&Problem::DateImpossible, field, 0);
                            }
                            return Ok(());
                        }
                        Ok(_) => Problem::ValueUnreadable,
                        Err(error) => Problem::AmountUnreadable { error },
                    },
                }
            }
        };
        open.told = Told::Broken;
        self.complain_in(&problem, field, 0)
    }

    /// `:21:`, what the announcement answers.
    pub(super) fn related(&mut self, field: &Field<'_>) -> Step {
        if let Some(open) = &mut self.open {
            let text = field.charset.decode(trim(field.value()));
            if text != "NONREF" {
                put(&mut open.announcement.related, &text);
            }
        }
        Ok(())
    }

    /// Who pays, and through which banks.
    pub(super) fn announced_party(&mut self, field: &Field<'_>, is_payer: bool) {
        let Some(open) = &mut self.open else { return };
        let announcement = &mut open.announcement;
        announcement.only_credit |= is_payer;
        announcement.has_institution |= !is_payer;
        // `:52A:` and `:50A:` name a BIC, the others a name.
        let is_bic = field.raw.get(3) == Some(&b'A');
        let mut party = Party::of(field.value(), field.charset);
        if is_bic {
            put(&mut announcement.bank, party.name.trim());
        } else {
            put(&mut announcement.name, &party.name);
        }
        if is_payer {
            announcement.account = announcement.account.take().or(party.account.take());
        }
    }

    pub(super) fn announced_information(&mut self, field: &Field<'_>) {
        if let Some(open) = &mut self.open {
            let information = &mut open.announcement.information;
            for line in lines(field.value()) {
                let line = field.charset.decode(line);
                let plain = line.strip_prefix("//").unwrap_or(&line);
                if !information.is_empty() {
                    information.push(' ');
                }
                information.push_str(plain.trim());
            }
        }
    }

    /// The bank between, which only a credit names; and fields of payment orders.
    pub(super) fn announced_other(&mut self, is_order: bool) {
        if let Some(open) = &mut self.open {
            open.announcement.is_order |= is_order;
            open.announcement.only_credit |= !is_order;
        }
    }

    /// Hands on an announcement: a statement of one entry that is not booked.
    pub(super) fn announce(&mut self) -> Step {
        let Some(mut open) = self.open.take().filter(|open| !open.is_broken()) else {
            return Ok(());
        };
        let place = open.place;
        let Some((value_date, amount)) = open.announcement.value else {
            return self.complain(&Problem::ValueMissing, place, String::new());
        };
        if let Some(first) = open.currency().filter(|first| *first != amount.currency()) {
            let second = amount.currency();
            return self.complain(
                &Problem::CurrencyDiffers { first, second },
                place,
                String::new(),
            );
        }
        let Some(debit) = open.announces_debit() else {
            return self.complain(&Problem::DirectionUnknown, place, String::new());
        };
        open.format = if debit { Format::Mt900 } else { Format::Mt910 };
        let Ok(amount) = signed(amount, debit) else {
            return self.complain(&Problem::SumTooLarge, place, String::new());
        };
        self.name_account(&mut open)?;
        let bank = self.options.profile.map(|profile| profile.id.as_str());
        let Some(head) = open.head(bank) else {
            return Ok(());
        };
        let reference = String::from_utf8_lossy(&open.reference).into_owned();
        let told_by = &open.announcement;
        let entry = EntryView {
            value_date,
            bank_reference: told(&reference),
            customer_reference: told(&told_by.related),
            counterparty: CounterpartyView {
                name: told(&told_by.name),
                account: told_by.account.as_ref().map(AccountNumber::as_str),
                bank: told(&told_by.bank),
            },
            remittance: told(&told_by.information),
            status: EntryStatus::Pending,
            place,
            ..EntryView::of_amount(amount)
        };
        self.sink.begin(head)?;
        self.sink.entry(&entry)?;
        self.sink.end(StatementFoot::default())
    }
}

impl Open<'_> {
    /// Whether a debit is announced. Without an envelope the fields tell: a credit names who pays,
    /// and a debit names nobody but perhaps the ordering bank, which a credit may name, too.
    fn announces_debit(&self) -> Option<bool> {
        let told = &self.announcement;
        if matches!(self.format, Format::Mt900 | Format::Mt910) {
            Some(self.format == Format::Mt900)
        } else if told.only_credit {
            Some(false)
        } else {
            (!told.has_institution).then_some(true)
        }
    }
}

/// Account, then name and address or BIC, of a party field.
struct Party {
    account: Option<AccountNumber>,
    name: String,
}

impl Party {
    fn of(value: &[u8], charset: Charset) -> Party {
        let mut party = Party {
            account: None,
            name: String::new(),
        };
        for line in lines(value).map(trim).filter(|line| !line.is_empty()) {
            let line = charset.decode(line);
            if let Some(account) = line.strip_prefix('/') {
                // `/C/` and `/D/` say which side the account is on.
                let account = account.strip_prefix("C/").unwrap_or(account);
                let account = account.strip_prefix("D/").unwrap_or(account);
                party.account = party.account.or(AccountNumber::from_file(account));
                continue;
            }
            // Option F numbers its lines: `1/NAME`, `2/STREET`, `3/PL/TOWN`.
            let plain = match line.as_bytes() {
                [b'1'..=b'8', b'/', ..] => line.get(2..).unwrap_or_default(),
                _ => &line,
            };
            if !party.name.is_empty() {
                party.name.push(' ');
            }
            party.name.push_str(plain);
        }
        party
    }
}
