//! What can be wrong with a camt statement.

use std::borrow::Cow;

use kantor_model::{AmountError, Complaint, Currency, Money, Place, Severity};

use super::value::Unreadable;

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    StatementMissing,
    AccountMissing,
    AccountCheckDigits {
        account: String,
    },
    CurrencyMissing,
    CurrencyUnknown {
        code: String,
    },
    CurrencyDiffers {
        first: Currency,
        second: Currency,
    },
    AmountUnreadable {
        error: AmountError,
    },
    AmountCurrencyMissing,
    BalanceUnreadable,
    BalanceDay,
    BalanceTwice,
    BalanceCurrency {
        statement: Currency,
        balance: Money,
    },
    OpeningMissing,
    AvailableUnreadable,
    EntryAmountMissing,
    EntrySignMissing,
    DateImpossible,
    StatusUnknown {
        status: String,
    },
    OriginalUnreadable,
    PartAmountMissing,
    PartsMismatch {
        sum: Money,
        entry: Money,
    },
    PartsCount {
        stated: u64,
        found: u64,
    },
    SummaryMismatch {
        what: &'static str,
        stated: String,
        found: String,
    },
    TextUndecodable,
    BalanceMismatch {
        stated: Money,
        computed: Money,
        difference: Money,
    },
    SumTooLarge,
    PageMissing,
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Problem {
        match unreadable {
            Unreadable::NoCurrency => Problem::AmountCurrencyMissing,
            Unreadable::Currency { code } => Problem::CurrencyUnknown { code },
            Unreadable::Amount(error) => Problem::AmountUnreadable { error },
        }
    }
}

impl Problem {
    pub(super) fn code(&self) -> (&'static str, Severity) {
        use Severity::{Fatal, Notice};
        match self {
            Problem::StatementMissing => ("statement-missing", Fatal),
            Problem::AccountMissing => ("account-missing", Fatal),
            Problem::AccountCheckDigits { .. } => ("account-check-digits", Notice),
            Problem::CurrencyMissing => ("currency-missing", Fatal),
            Problem::CurrencyUnknown { .. } => ("currency-unknown", Fatal),
            Problem::CurrencyDiffers { .. } => ("currency-differs", Fatal),
            Problem::AmountUnreadable { .. } => ("amount-unreadable", Fatal),
            Problem::AmountCurrencyMissing => ("amount-currency-missing", Fatal),
            Problem::BalanceUnreadable => ("balance-unreadable", Fatal),
            Problem::BalanceDay => ("balance-date-impossible", Fatal),
            Problem::BalanceTwice => ("balance-twice", Fatal),
            Problem::BalanceCurrency { .. } => ("balance-currency", Notice),
            Problem::OpeningMissing => ("opening-missing", Notice),
            Problem::AvailableUnreadable => ("available-unreadable", Notice),
            Problem::EntryAmountMissing => ("entry-amount-missing", Fatal),
            Problem::EntrySignMissing => ("entry-sign-missing", Fatal),
            Problem::DateImpossible => ("date-impossible", Notice),
            Problem::StatusUnknown { .. } => ("status-unknown", Notice),
            Problem::OriginalUnreadable => ("original-unreadable", Notice),
            Problem::PartAmountMissing => ("part-amount-missing", Notice),
            Problem::PartsMismatch { .. } => ("parts-mismatch", Notice),
            Problem::PartsCount { .. } => ("parts-count", Notice),
            Problem::SummaryMismatch { .. } => ("summary-mismatch", Notice),
            Problem::TextUndecodable => ("text-undecodable", Notice),
            Problem::BalanceMismatch { .. } => ("balance-mismatch", Notice),
            Problem::SumTooLarge => ("sum-too-large", Fatal),
            Problem::PageMissing => ("page-missing", Notice),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::StatementMissing => "the message holds no statement (Stmt, Rpt or Ntfctn), so there is nothing to book; get the file from the bank again if one should be there".into(),
            Problem::AccountMissing => "the statement does not say whose account it is (Acct/Id is missing or empty), so it cannot be booked; get the file from the bank again".into(),
            Problem::AccountCheckDigits { account } => format!("the check digits of account {account} do not fit its other digits; the number is kept as the bank wrote it, compare it before you pay to it").into(),
            Problem::CurrencyMissing => "the statement does not say its currency (Acct/Ccy, a balance or an entry), so no amount can be read; get the file from the bank again".into(),
            Problem::CurrencyUnknown { code } => format!("{code} is no currency of the dictionary, so the amount cannot be read; check the file with the bank, or have the currency added").into(),
            Problem::CurrencyDiffers { first, second } => format!("the statement is in {first} and this entry is in {second}, so it cannot be part of its balance; check the file with the bank").into(),
            Problem::AmountUnreadable { error } => format!("{error}; nothing is assumed in its place, get the file from the bank again").into(),
            Problem::AmountCurrencyMissing => "the amount does not say its currency (attribute Ccy), so it cannot be read; get the file from the bank again".into(),
            Problem::BalanceUnreadable => "this balance has no amount or no sign (CRDT or DBIT), so nothing can be proven with it; get the file from the bank again".into(),
            Problem::BalanceDay => "the balance has no day that the calendar knows; check the file with the bank".into(),
            Problem::BalanceTwice => "the statement has two opening or two closing balances that differ, so one of them is not of it; get the file from the bank again".into(),
            Problem::BalanceCurrency { statement, balance } => format!("the statement is in {statement} and this balance is {balance}, so it proves nothing and is left out; check the file with the bank").into(),
            Problem::OpeningMissing => "the statement has no opening balance (OPBD or PRCD), so its entries cannot be proven; look for the same entries in a whole statement".into(),
            Problem::AvailableUnreadable => "the available balance cannot be read and is left out; the booked balance is not affected, nothing needs to be done".into(),
            Problem::EntryAmountMissing => "the entry has no amount of its own (Amt); nothing is assumed in its place, get the file from the bank again".into(),
            Problem::EntrySignMissing => "the entry does not say whether money came or went (CdtDbtInd is neither CRDT nor DBIT); get the file from the bank again".into(),
            Problem::DateImpossible => "this is no day of the calendar; the entry is kept without it".into(),
            Problem::StatusUnknown { status } if status.is_empty() => "the entry does not say whether it is booked (Sts); it is counted as booked, compare the balance".into(),
            Problem::StatusUnknown { status } => format!("the bank marks entries BOOK, PDNG, INFO or FUTR, and this one {status}; it is counted as booked, compare the balance").into(),
            Problem::OriginalUnreadable => "the amount before exchange, or a charge, cannot be read and is left out; the booked amount is not affected, ask the bank if you need it".into(),
            Problem::PartAmountMissing => "a transaction of this batch does not say its amount in the entry's currency, so the parts cannot be compared with the entry; book by the entry, and ask the bank for the parts".into(),
            Problem::PartsMismatch { sum, entry } => format!("the entry is {entry} and its transactions make {sum}; the entry counts, find the difference before you book by its parts").into(),
            Problem::PartsCount { stated, found } => format!("the batch is said to have {stated} transactions and {found} are told here; the entry counts, ask the bank for the others").into(),
            Problem::SummaryMismatch { what, stated, found } => format!("the bank's own summary says {stated} for {what} and the entries give {found}, so entries may be missing; compare with the bank's list").into(),
            Problem::TextUndecodable => "some characters of this entry cannot be read in the file's encoding and are shown as \u{FFFD}; if names look wrong, choose the code page by hand".into(),
            Problem::BalanceMismatch { stated, computed, difference } => format!("the bank's closing balance is {stated}, but opening balance and entries give {computed}: {difference} cannot be explained; the statement is kept and must not be booked before the difference is found").into(),
            Problem::SumTooLarge => "the entries add up to more than any account can hold, so amounts are damaged; get the file from the bank again".into(),
            Problem::PageMissing => "the message says that it is not the last of its pages (LastPgInd), so more entries stand in other files; load them, too".into(),
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
    #[test]
    fn every_complaint_has_a_broken_file() {
        let page = include_str!("../../corpus/broken/README.md");
        let source = include_str!("complaints.rs");
        let codes = source.split("=> (\"").skip(1);
        let mut checked = 0;
        for code in codes.filter_map(|rest| rest.split('"').next()) {
            let shown = page
                .lines()
                .any(|line| line.starts_with("camt-") && line.contains(&format!(": {code}: ")));
            assert!(shown, "{code} has no broken file");
            checked += 1;
        }
        assert!(checked >= 27, "{checked}");
    }
}
