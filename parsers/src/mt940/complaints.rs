//! What can be wrong with a file of MT940 or its siblings: code, severity and sentence of every complaint.

use std::borrow::Cow;

use super::totals::Tally;
use kantor_model::{AmountError, Complaint, Currency, Money, Place, Severity};

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    NotMt940,
    Utf16,
    MessageForeign {
        number: u16,
    },
    FieldTooLong,
    Truncated,
    TrailerDamaged,
    TrailerMissing,
    EndMarkMissing,
    EndMissing,
    StrayLine,
    ReferenceMissing,
    AccountMissing,
    AccountCheckDigits {
        account: String,
    },
    OpeningMissing,
    BalanceTwice,
    CurrencyMissing,
    CurrencyUnknown {
        code: String,
    },
    CurrencyDiffers {
        first: Currency,
        second: Currency,
    },
    BalanceUnreadable,
    BalanceDay,
    AmountUnreadable {
        error: AmountError,
    },
    AvailableUnreadable,
    EntryUnreadable,
    EntryOutside,
    DateImpossible,
    StatusUnknown,
    TextWithoutEntry,
    TextUndecodable,
    TextAmountUnreadable,
    TotalUnreadable,
    TotalMismatch {
        stated: Tally,
        computed: Tally,
    },
    BelowFloor {
        stated: Tally,
        computed: Tally,
    },
    ValueUnreadable,
    ValueMissing,
    DirectionUnknown,
    BalanceMismatch {
        stated: Money,
        computed: Money,
        difference: Money,
    },
    SumTooLarge,
    PageMissing,
    EarlierPageMissing,
    PageMismatch {
        before: Money,
        after: Money,
    },
}

use Severity::{Fatal, Notice};

impl Problem {
    fn code(&self) -> (&'static str, Severity) {
        match self {
            Problem::NotMt940 => ("not-a-statement", Fatal),
            Problem::Utf16 => ("charset-utf16", Fatal),
            Problem::MessageForeign { .. } => ("message-foreign", Fatal),
            Problem::FieldTooLong => ("field-too-long", Fatal),
            Problem::Truncated => ("truncated", Fatal),
            Problem::TrailerDamaged => ("trailer-damaged", Fatal),
            Problem::TrailerMissing => ("trailer-missing", Fatal),
            Problem::EndMarkMissing => ("end-mark-missing", Notice),
            Problem::EndMissing => ("end-missing", Notice),
            Problem::StrayLine => ("stray-line", Notice),
            Problem::ReferenceMissing => ("reference-missing", Notice),
            Problem::AccountMissing => ("account-missing", Notice),
            Problem::AccountCheckDigits { .. } => ("account-check-digits", Notice),
            Problem::OpeningMissing => ("opening-missing", Notice),
            Problem::BalanceTwice => ("balance-twice", Fatal),
            Problem::CurrencyMissing => ("currency-missing", Fatal),
            Problem::CurrencyUnknown { .. } => ("currency-unknown", Fatal),
            Problem::CurrencyDiffers { .. } => ("currency-differs", Fatal),
            Problem::BalanceUnreadable => ("balance-unreadable", Fatal),
            Problem::BalanceDay => ("balance-date-impossible", Fatal),
            Problem::AmountUnreadable { .. } => ("amount-unreadable", Fatal),
            Problem::AvailableUnreadable => ("available-unreadable", Notice),
            Problem::EntryUnreadable => ("entry-unreadable", Fatal),
            Problem::EntryOutside => ("entry-outside-statement", Fatal),
            Problem::DateImpossible => ("date-impossible", Notice),
            Problem::StatusUnknown => ("status-unknown", Notice),
            Problem::TextWithoutEntry => ("text-without-entry", Notice),
            Problem::TextUndecodable => ("text-undecodable", Notice),
            Problem::TextAmountUnreadable => ("text-amount-unreadable", Notice),
            Problem::TotalUnreadable => ("total-unreadable", Fatal),
            Problem::TotalMismatch { .. } => ("total-mismatch", Fatal),
            Problem::BelowFloor { .. } => ("total-differs", Notice),
            Problem::ValueUnreadable => ("value-unreadable", Fatal),
            Problem::ValueMissing => ("value-missing", Fatal),
            Problem::DirectionUnknown => ("direction-unknown", Fatal),
            Problem::BalanceMismatch { .. } => ("balance-mismatch", Notice),
            Problem::SumTooLarge => ("sum-too-large", Fatal),
            Problem::PageMissing => ("page-missing", Notice),
            Problem::EarlierPageMissing => ("earlier-page-missing", Notice),
            Problem::PageMismatch { .. } => ("page-mismatch", Notice),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::NotMt940 => "no line of this file begins a field of MT940 (:20:, :25:, :60F:), so it is something else; choose the statement file that the bank calls MT940 or STA".into(),
            Problem::Utf16 => "the file is in UTF-16, which no bank sends, so a program has saved it again; load the file as the bank gave it".into(),
            Problem::MessageForeign { number } => format!("the envelope says that this message is MT{number}, which tells nothing that happened on an account; load a statement (MT940), a notice of the day (MT942) or an announcement (MT900, MT910)").into(),
            Problem::FieldTooLong => "a field here is longer than any bank writes (64 KiB), so this is no MT940 or it is damaged; get the file from the bank again".into(),
            Problem::Truncated => "the file stops in the middle of a statement, so the rest is missing; get the file from the bank again".into(),
            Problem::TrailerDamaged => "the message ends with } and not with -} as SWIFT has it, so lines may be missing at its end; get the file from the bank again, or read it leniently and compare".into(),
            Problem::TrailerMissing => "the message begins with FIN blocks and the file stops before -} ends it, so lines may be missing; get the file from the bank again, or read it leniently and compare".into(),
            Problem::EndMarkMissing => "the file begins with the bank's start mark (0x01) but its end mark (0x03) is missing, so statements may be missing at the end; compare the accounts with the bank's list".into(),
            Problem::EndMissing => "the file ends without a closing balance and without an end line (-); if this is no export of a running day, get it from the bank again".into(),
            Problem::StrayLine => "this line belongs to no field and is left out; look at it, and get the file from the bank again if it belongs to a payment".into(),
            Problem::ReferenceMissing => "a statement begins here without :20:, so the beginning of the file may be missing; compare the first entries with the bank".into(),
            Problem::AccountMissing => "the file does not say whose account this is (:25: is missing or empty); name the account when you load it".into(),
            Problem::AccountCheckDigits { account } => format!("the check digits of account {account} do not fit its other digits; the line is kept as the bank wrote it, compare the number before you pay to it").into(),
            Problem::OpeningMissing => "the statement has no opening balance (:60F:), so its entries cannot be proven; look for the same entries in a whole statement".into(),
            Problem::BalanceTwice => "the statement has two opening or two closing balances, so statements have run into each other; get the file from the bank again".into(),
            Problem::CurrencyMissing => "the statement does not say its currency (no readable :60F: before the entries), so no amount can be read; get the file from the bank again".into(),
            Problem::CurrencyUnknown { code } => format!("{code} is no currency of the dictionary, so the amounts cannot be read; check the file with the bank, or have the currency added").into(),
            Problem::CurrencyDiffers { first, second } => format!("the opening balance is in {first} and this one is in {second}; a statement has one currency, get the file from the bank again").into(),
            Problem::BalanceUnreadable => "this is not a balance: expected C or D, six digits of the day, three letters of the currency and an amount with a comma; get the file from the bank again".into(),
            Problem::BalanceDay => "the calendar does not have the day of this balance; check the file with the bank".into(),
            Problem::AmountUnreadable { error } => format!("{error}; nothing is assumed in its place, get the file from the bank again").into(),
            Problem::AvailableUnreadable => "the available balance cannot be read and is left out; the booked balance is not affected, nothing needs to be done".into(),
            Problem::EntryUnreadable => "this is not an entry: expected a date of six digits, C, D, RC or RD, and an amount with a comma; get the file from the bank again".into(),
            Problem::EntryOutside => "an entry stands outside of any statement, so nobody knows its account; get the file from the bank again".into(),
            Problem::DateImpossible => "the calendar does not have this day (banks write 30 February for interest); the entry is kept without the date".into(),
            Problem::StatusUnknown => "the bank marks entries 0 (booked) or 1 (off-book), and this one otherwise; it is counted as booked, compare the balance".into(),
            Problem::TextWithoutEntry => "this text (:86:) follows no entry and is left out; an entry may be missing before it, compare with the bank".into(),
            Problem::TextUndecodable => "some characters of this entry cannot be read in the file's code page and are shown as \u{FFFD}; if names look wrong, choose the code page by hand".into(),
            Problem::TextAmountUnreadable => "the text of this entry names an amount before exchange or charges, and they cannot be read; they are left out, look them up when they matter".into(),
            Problem::TotalUnreadable => "this is not a total: expected a number of entries, three letters of the currency and an amount with a comma; get the file from the bank again, or read it leniently".into(),
            Problem::TotalMismatch { stated, computed } => format!("the bank tells {} entries of {} together, and the file has {} of {}, so entries are missing; get the file from the bank again, or read it leniently", stated.count, stated.sum, computed.count, computed.sum).into(),
            Problem::BelowFloor { stated, computed } => format!("the bank tells {} entries of {} together, and the file has {} of {}; entries that are smaller than the floor (:34F:) are counted and not told, the statement will have them", stated.count, stated.sum, computed.count, computed.sum).into(),
            Problem::ValueUnreadable => "this is not the value of an announcement: expected six digits of the day, three letters of the currency and an amount with a comma; get the file from the bank again".into(),
            Problem::ValueMissing => "this message announces a debit or a credit (MT900, MT910) and has no amount (:32A:), so nothing can be expected of it; ask the bank what it means".into(),
            Problem::DirectionUnknown => "this announcement does not tell whether it is a debit (MT900) or a credit (MT910): it has no envelope and no field that only one of them has; get it from the bank with its envelope".into(),
            Problem::BalanceMismatch { stated, computed, difference } => format!("the bank's closing balance is {stated}, but opening balance and entries give {computed}: {difference} cannot be explained; the statement is kept and must not be booked before the difference is found").into(),
            Problem::SumTooLarge => "the entries add up to more than any account can hold, so amounts are damaged; get the file from the bank again".into(),
            Problem::PageMissing => "this page says that another one follows (:62M:), and it does not; load the file that holds the missing page".into(),
            Problem::EarlierPageMissing => "this page continues an earlier one (:60M:) that is not in the file before it; load the file that holds the earlier page".into(),
            Problem::PageMismatch { before, after } => format!("the page before ended with {before} and this one begins with {after}, so a page is missing or changed; get all pages from the bank again").into(),
        }
    }

    /// The complaint for people and programs.
    pub(super) fn at(&self, place: Place, excerpt: String) -> Complaint {
        let (code, severity) = self.code();
        Complaint {
            place,
            code: Cow::Borrowed(code),
            severity,
            message: self.message().into_owned(),
            excerpt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_complaint_has_a_broken_file() {
        let page = include_str!("../../corpus/broken/README.md");
        let pln = Money::zero(Currency::PLN);
        let text = String::new;
        let tally = Tally { count: 1, sum: pln };
        for problem in [
            Problem::NotMt940,
            Problem::Utf16,
            Problem::MessageForeign { number: 103 },
            Problem::Truncated,
            Problem::TrailerDamaged,
            Problem::TrailerMissing,
            Problem::EndMarkMissing,
            Problem::EndMissing,
            Problem::StrayLine,
            Problem::ReferenceMissing,
            Problem::AccountMissing,
            Problem::AccountCheckDigits { account: text() },
            Problem::OpeningMissing,
            Problem::BalanceTwice,
            Problem::CurrencyMissing,
            Problem::CurrencyUnknown { code: text() },
            Problem::CurrencyDiffers {
                first: Currency::PLN,
                second: Currency::EUR,
            },
            Problem::BalanceUnreadable,
            Problem::BalanceDay,
            Problem::AmountUnreadable {
                error: AmountError::NotAnAmount { text: text() },
            },
            Problem::AvailableUnreadable,
            Problem::EntryUnreadable,
            Problem::EntryOutside,
            Problem::DateImpossible,
            Problem::StatusUnknown,
            Problem::TextWithoutEntry,
            Problem::TextUndecodable,
            Problem::TextAmountUnreadable,
            Problem::TotalUnreadable,
            Problem::TotalMismatch {
                stated: tally,
                computed: tally,
            },
            Problem::BelowFloor {
                stated: tally,
                computed: tally,
            },
            Problem::ValueUnreadable,
            Problem::ValueMissing,
            Problem::DirectionUnknown,
            Problem::BalanceMismatch {
                stated: pln,
                computed: pln,
                difference: pln,
            },
            Problem::SumTooLarge,
            Problem::PageMissing,
            Problem::EarlierPageMissing,
            Problem::PageMismatch {
                before: pln,
                after: pln,
            },
        ] {
            let (code, _) = problem.code();
            assert!(
                page.contains(&format!(": {code}: ")),
                "{code} has no broken file"
            );
        }
    }
}
