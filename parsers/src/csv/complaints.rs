//! What can be wrong with a bank's table: code, severity and sentence of every complaint.

use std::borrow::Cow;

use kantor_model::{AmountError, Complaint, Currency, Money, Place, Severity};

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    NoProfile,
    SeveralLayouts {
        names: String,
    },
    HeaderMissing {
        layout: String,
        missing: Vec<String>,
    },
    RecordTooLong,
    QuoteUnclosed,
    Truncated,
    RowTooShort {
        cells: usize,
        needed: usize,
    },
    RowTooWide {
        cells: usize,
        width: usize,
    },
    LineUnknown,
    DateUnreadable {
        text: String,
    },
    DateMissing,
    AmountUnreadable {
        text: String,
    },
    AmountRefused {
        error: AmountError,
    },
    AmountMissing,
    AmountTwice,
    BalanceUnreadable {
        text: String,
    },
    CurrencyUnknown {
        code: String,
    },
    CurrencyMissing,
    CurrencyDiffers {
        first: String,
        second: Currency,
    },
    FactUnreadable {
        text: String,
    },
    NoEntries,
    TableTooLong {
        rows: usize,
    },
    CountMismatch {
        told: u64,
        found: u64,
    },
    AboutCountMismatch {
        told: u64,
        found: u64,
    },
    TrailerMissing,
    TotalMismatch {
        what: &'static str,
        told: Money,
        found: Money,
    },
    BalanceBreak {
        expected: Money,
        found: Money,
    },
    BalanceMissing,
    BalanceMismatch {
        stated: Money,
        computed: Money,
        difference: Money,
    },
    SumTooLarge,
    AccountCheckDigits {
        account: String,
    },
    AccountDiffers {
        file: String,
        said: String,
    },
    AccountUnclear {
        text: String,
    },
    AccountsTooMany {
        most: usize,
    },
    SignContradicts,
    TextInPieces,
    TextUndecodable,
}

use Severity::{Fatal, Notice};

impl Problem {
    fn code(&self) -> (&'static str, Severity) {
        match self {
            Problem::NoProfile => ("layout-unknown", Fatal),
            Problem::SeveralLayouts { .. } => ("layout-ambiguous", Fatal),
            Problem::HeaderMissing { .. } => ("columns-missing", Fatal),
            Problem::RecordTooLong => ("line-too-long", Fatal),
            Problem::QuoteUnclosed => ("quote-unclosed", Fatal),
            Problem::Truncated => ("truncated", Fatal),
            Problem::RowTooShort { .. } => ("row-too-short", Fatal),
            Problem::RowTooWide { .. } => ("row-too-wide", Fatal),
            Problem::LineUnknown => ("line-unknown", Fatal),
            Problem::DateUnreadable { .. } => ("date-unreadable", Fatal),
            Problem::DateMissing => ("date-missing", Fatal),
            Problem::AmountUnreadable { .. } | Problem::AmountRefused { .. } => {
                ("amount-unreadable", Fatal)
            }
            Problem::AmountMissing => ("amount-missing", Fatal),
            Problem::AmountTwice => ("amount-twice", Fatal),
            Problem::BalanceUnreadable { .. } => ("balance-unreadable", Fatal),
            Problem::CurrencyUnknown { .. } => ("currency-unknown", Fatal),
            Problem::CurrencyMissing => ("currency-missing", Fatal),
            Problem::CurrencyDiffers { .. } => ("currency-differs", Fatal),
            Problem::FactUnreadable { .. } => ("total-unreadable", Notice),
            Problem::NoEntries => ("no-entries", Fatal),
            Problem::TableTooLong { .. } => ("table-too-long", Fatal),
            // Raised where it may be forgiven.
            Problem::CountMismatch { .. } => ("count-mismatch", Fatal),
            Problem::AboutCountMismatch { .. } => ("count-differs", Notice),
            Problem::TrailerMissing => ("trailer-missing", Fatal),
            Problem::TotalMismatch { .. } => ("totals-mismatch", Notice),
            Problem::BalanceBreak { .. } => ("balance-break", Notice),
            Problem::BalanceMissing => ("balance-missing", Notice),
            Problem::BalanceMismatch { .. } => ("balance-mismatch", Notice),
            Problem::SumTooLarge => ("sum-too-large", Fatal),
            Problem::AccountCheckDigits { .. } => ("account-check-digits", Notice),
            Problem::AccountDiffers { .. } => ("account-differs", Notice),
            Problem::AccountUnclear { .. } => ("account-unclear", Notice),
            Problem::AccountsTooMany { .. } => ("accounts-too-many", Fatal),
            Problem::SignContradicts => ("sign-contradicts-account", Notice),
            Problem::TextInPieces => ("text-in-pieces", Notice),
            Problem::TextUndecodable => ("text-undecodable", Notice),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::NoProfile => "this is a table, and no known layout has its columns, so nobody knows which column is what; name the bank if it is a known one, or describe the columns in a [[csv]] section of a profile (copy bank-plugins/generic-csv)".into(),
            Problem::SeveralLayouts { names } => format!("the file fits more than one layout ({names}), and they would read it differently; name the bank").into(),
            Problem::HeaderMissing { layout, missing } if missing.is_empty() => format!("the first lines do not look like the layout `{layout}`, so no row can be read; check that the file is of that bank and kind, or correct the shape in its profile").into(),
            Problem::HeaderMissing { layout, missing } => format!("no line has all columns of the layout `{layout}`; this one comes nearest and lacks: {}; check that the file is of that bank and kind, or correct the column names in its profile", missing.join(", ")).into(),
            Problem::RecordTooLong => "a line here is longer than any bank writes (64 KiB), most likely because a quote is not closed; get the file from the bank again".into(),
            Problem::QuoteUnclosed => "a quote opens here and is not closed before the file ends, so its cells cannot be told apart; get the file from the bank again".into(),
            Problem::Truncated => "the file stops in the middle of this line, so the rest is missing; get the file from the bank again".into(),
            Problem::RowTooShort { cells, needed } => format!("this line has {cells} cells, and date and amount stand in the first {needed}; it is cut, or no entry; nothing is left out silently, get the file from the bank again").into(),
            Problem::RowTooWide { cells, width } => format!("this line has {cells} cells where the columns are {width}, so a text holds the separator and nobody knows which amount is which; get the file from the bank again").into(),
            Problem::LineUnknown => "this line is no entry, and the profile does not know it either; nothing is left out silently: look at it, and add its beginning to the profile's footers if it says nothing of money".into(),
            Problem::DateUnreadable { text } => format!("`{text}` is no day in the way this layout writes days; get the file from the bank again, or correct the date in the profile").into(),
            Problem::DateMissing => "this entry has no day at all; get the file from the bank again".into(),
            Problem::AmountUnreadable { text } => format!("`{text}` is no amount; nothing is assumed in its place, get the file from the bank again").into(),
            Problem::AmountRefused { error } => format!("{error}; nothing is assumed in its place, get the file from the bank again").into(),
            Problem::AmountMissing => "this entry has no amount; nothing is assumed in its place, get the file from the bank again".into(),
            Problem::AmountTwice => "this entry has an amount both as a debit and as a credit, so its sign is not known; get the file from the bank again".into(),
            Problem::BalanceUnreadable { text } => format!("`{text}` is no balance; nothing is assumed in its place, get the file from the bank again").into(),
            Problem::CurrencyUnknown { code } => format!("{code} is no currency of the dictionary, so the amount cannot be read; check the file with the bank, or have the currency added").into(),
            Problem::CurrencyMissing => "the currency of this amount stands nowhere in the file, so it cannot be read; get the file from the bank again".into(),
            Problem::CurrencyDiffers { first, second } => format!("this amount is said to be in {first} and in {second}; get the file from the bank again").into(),
            Problem::FactUnreadable { text } => format!("`{text}` is no number, so this total cannot be compared with the entries; the entries are not affected").into(),
            Problem::NoEntries => "the table has no rows and does not say whose account it is, so there is nothing to book; choose a period with entries".into(),
            Problem::TableTooLong { rows } => format!("the file has more than {rows} rows and they cannot be told in the bank's order as they come (the last one stands first, or several accounts are mixed); export a shorter period").into(),
            Problem::CountMismatch { told, found } => format!("the file says that it has {told} entries and it has {found}, so lines are missing or doubled; get the file from the bank again").into(),
            Problem::AboutCountMismatch { told, found } => format!("the bank counted {told} entries and this file has {found}; if you did not filter the list, get the file from the bank again").into(),
            Problem::TrailerMissing => "the last line of the file, which counts the entries, is missing, so entries may be missing too; get the file from the bank again".into(),
            Problem::TotalMismatch { what, told, found } => format!("the file says that its {what} are {told} and they add up to {found}, so lines were left out or added; if you did not filter the list, get the file from the bank again").into(),
            Problem::BalanceBreak { expected, found } => format!("the balance after this entry should be {expected} and is {found}, so entries before it are missing, doubled or changed; if you did not filter the list, get the file from the bank again").into(),
            Problem::BalanceMissing => "this entry has no balance and others have one, so it cannot be proven; compare it with the bank".into(),
            Problem::BalanceMismatch { stated, computed, difference } => format!("the bank's closing balance is {stated}, but opening balance and entries give {computed}: {difference} cannot be explained; the statement is kept and must not be booked before the difference is found").into(),
            Problem::SumTooLarge => "the entries add up to more than any account can hold, so amounts are damaged; get the file from the bank again".into(),
            Problem::AccountCheckDigits { account } => format!("the check digits of account {account} do not fit its other digits; the line is kept as the bank wrote it, compare the number before you pay to it").into(),
            Problem::AccountDiffers { file, said } => format!("the file is of account {file}, and {said} was named; the file's own word is kept, check that you chose the right file").into(),
            Problem::AccountUnclear { text } => format!("the file names {} in place of the account's number, so nobody knows which of the accounts these entries belong to; name the account", if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }).into(),
            Problem::AccountsTooMany { most } => format!("the rows are of more than {most} own accounts, which no bank exports into one file, so the columns are not what they seem; check that the file is of that bank and kind").into(),
            Problem::SignContradicts => "by its sign this entry would be one of another account than the file's, so it may be told from the other side; compare it with the bank".into(),
            Problem::TextInPieces => "a text of this entry holds the separator, and nobody can tell which one; the amount is certain, the name or the title may have words in the wrong place".into(),
            Problem::TextUndecodable => "some characters of this entry cannot be read in the file's code page and are shown as \u{FFFD}; if names look wrong, choose the code page by hand".into(),
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
