//! What can be wrong with Elixir-0 lines that are read as a statement.

use std::borrow::Cow;

use kantor_model::{Complaint, Place, Severity};

/// Everything that is said about such a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// No line at all.
    Empty,
    /// A line that no bank writes.
    LineTooLong,
    /// A quote that does not close.
    QuoteUnclosed,
    /// Neither 15 nor 16 fields.
    FieldCount { count: usize },
    /// Neither 110 nor 210.
    KindUnknown { text: String },
    /// The first direct debit of the file.
    DirectDebit,
    /// No eight digits.
    DateUnreadable { text: String },
    /// Eight digits, and no day.
    DateImpossible { text: String },
    /// No whole grosze above zero.
    AmountUnreadable { text: String },
    /// The account that tells the direction is empty.
    AccountMissing,
    /// Wrong check digits.
    AccountCheckDigits { account: String },
    /// Neither account is the same on all lines.
    DirectionUnknown,
    /// The lines so far had an account in common, and this one does not have it.
    AccountChanges { account: String },
    /// The account that a person named is on neither side.
    AccountAbsent { account: String },
    /// The first line that pays to a virtual account of it.
    VirtualAccount { account: String, paid_to: String },
    /// It is on both sides.
    AccountOnBothSides { account: String },
    /// Characters that the code page does not have.
    TextUndecodable,
}

impl Problem {
    fn code(&self) -> (&'static str, Severity) {
        use Severity::{Fatal, Notice};
        match self {
            Problem::Empty => ("no-transfers", Fatal),
            Problem::LineTooLong => ("line-too-long", Fatal),
            Problem::QuoteUnclosed => ("quote-unclosed", Fatal),
            Problem::FieldCount { .. } => ("field-count", Fatal),
            Problem::KindUnknown { .. } => ("kind-unknown", Fatal),
            Problem::DirectDebit => ("direct-debit", Notice),
            Problem::DateUnreadable { .. } => ("date-unreadable", Fatal),
            Problem::DateImpossible { .. } => ("date-impossible", Notice),
            Problem::AmountUnreadable { .. } => ("amount-unreadable", Fatal),
            Problem::AccountMissing => ("account-missing", Fatal),
            Problem::AccountCheckDigits { .. } => ("account-check-digits", Notice),
            Problem::DirectionUnknown => ("direction-unknown", Fatal),
            Problem::AccountChanges { .. } => ("account-changes", Fatal),
            Problem::AccountAbsent { .. } => ("account-absent", Fatal),
            Problem::VirtualAccount { .. } => ("virtual-account", Notice),
            Problem::AccountOnBothSides { .. } => ("account-on-both-sides", Fatal),
            Problem::TextUndecodable => ("text-undecodable", Notice),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::Empty => "the file holds no line, so nothing was booked or ordered; choose another file".into(),
            Problem::LineTooLong => "a line here is longer than any bank writes (64 KiB), so this is no Elixir-0; choose another file".into(),
            Problem::QuoteUnclosed => "a text in quotes does not end before the next comma, so the fields of this line cannot be told apart; get the file from the bank again".into(),
            Problem::FieldCount { count } => format!("the line has {count} fields and Elixir-0 has 15 or 16; get the file from the bank again").into(),
            Problem::KindUnknown { text } => format!("`{text}` is not the type of a transfer (110) or of a direct debit (210), so nobody knows what the line does to the account; get the file from the bank again").into(),
            Problem::DirectDebit => "the file holds direct debits (210); they are read like transfers, from the account of field 6 to that of field 7, compare with the bank which of the two was debited".into(),
            Problem::DateUnreadable { text } => format!("`{text}` is not a day of eight digits (YYYYMMDD); get the file from the bank again").into(),
            Problem::DateImpossible { text } => format!("the calendar does not have the day `{text}`; the entry is kept without the date").into(),
            Problem::AmountUnreadable { text } => format!("`{text}` is not an amount in whole grosze above zero, and nothing is assumed in its place; get the file from the bank again").into(),
            Problem::AccountMissing => "the line has no account on the side that all other lines share, so nobody knows whose line it is; get the file from the bank again".into(),
            Problem::AccountCheckDigits { account } => format!("the check digits of account {account} do not fit its other digits; the number is kept as the bank wrote it, nothing is paid to it before it is corrected").into(),
            Problem::DirectionUnknown => "Elixir-0 does not say whose statement it is, and neither the paying nor the receiving account is the same on all lines, so nobody knows what came and what went; say which account it is".into(),
            Problem::AccountChanges { account } => format!("all lines before were of account {account}, and this one is not; say which account the statement is of").into(),
            Problem::AccountAbsent { account } => format!("the statement was said to be of account {account}, and this line neither debits nor credits it; choose the right account or the right file").into(),
            Problem::VirtualAccount { account, paid_to } => format!("the statement was said to be of account {account}, and this line pays to {paid_to} at the same branch; it and others like it are read as payments to virtual accounts of {account}, choose another account if they are not").into(),
            Problem::AccountOnBothSides { account } => format!("this line pays from {account} to the same account, so it cannot be told whether the balance grows or falls; compare it with the bank").into(),
            Problem::TextUndecodable => "some characters of this entry cannot be read in the file's code page and are shown as \u{FFFD}; if names look wrong, choose the code page by hand".into(),
        }
    }

    pub(super) fn is_fatal(&self) -> bool {
        self.code().1 == Severity::Fatal
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
