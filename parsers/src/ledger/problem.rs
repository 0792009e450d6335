//! What can be wrong with a history, whatever its format.

use std::borrow::Cow;

use kantor_model::{AmountError, Complaint, Currency, Money, Place, Severity};

/// The three amounts of a sum that does not come out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Amounts {
    pub(crate) stated: Money,
    pub(crate) computed: Money,
}

/// Everything that is said about such a file, besides what is said about XML itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Problem {
    /// The file does not say whose it is.
    AccountMissing,
    /// Wrong check digits.
    AccountCheckDigits { account: String },
    /// Nobody says in which currency.
    CurrencyMissing,
    /// Nobody says in which currency, and the format's own one is taken.
    CurrencyAssumed { currency: Currency },
    /// A code that ISO 4217 does not have.
    CurrencyUnknown { code: String },
    /// A line in another currency than the account.
    CurrencyDiffers { first: Currency, second: Currency },
    /// A line without an amount.
    AmountMissing,
    /// A text that is no amount.
    AmountUnreadable { error: AmountError },
    /// A text that is no balance.
    BalanceUnreadable { error: AmountError },
    /// A text that is no day.
    DateUnreadable { text: String },
    /// A day that does not exist.
    DateImpossible,
    /// A balance, and no day to it.
    PeriodMissing,
    /// A balance after a line does not follow from the one before.
    LineMismatch(Amounts),
    /// The closing balance does not follow from the opening one.
    BalanceMismatch(Amounts),
    /// The lines add up to more than 64 bits hold.
    SumTooLarge,
    /// The newest line stands first, and there are too many of them to turn them.
    TooLong { lines: usize },
    /// The file tells another number of lines.
    CountMismatch { told: u64, found: u64 },
    /// The file tells other sums.
    SumMismatch {
        what: &'static str,
        amounts: Amounts,
    },
    /// The part that tells number and sums is missing.
    ControlMissing,
    /// A number that is no number.
    CountUnreadable { text: String },
    /// Lines are numbered, and one number is missing or there twice.
    NumberGap { told: u64, expected: u64 },
    /// Letters that are not in the file's encoding.
    TextUndecodable,
    /// The file is of this format, and nothing of it can be read.
    NoStatement,
}

impl Problem {
    fn code(&self) -> (&'static str, Severity) {
        use Severity::{Fatal, Notice};
        match self {
            Problem::AccountMissing => ("account-missing", Notice),
            Problem::AccountCheckDigits { .. } => ("account-check-digits", Notice),
            Problem::CurrencyMissing => ("currency-missing", Fatal),
            Problem::CurrencyAssumed { .. } => ("currency-assumed", Notice),
            Problem::CurrencyUnknown { .. } => ("currency-unknown", Fatal),
            Problem::CurrencyDiffers { .. } => ("currency-differs", Fatal),
            Problem::AmountMissing => ("amount-missing", Fatal),
            Problem::AmountUnreadable { .. } => ("amount-unreadable", Fatal),
            Problem::BalanceUnreadable { .. } => ("balance-unreadable", Fatal),
            Problem::DateUnreadable { .. } => ("date-unreadable", Fatal),
            Problem::DateImpossible => ("date-impossible", Notice),
            Problem::PeriodMissing => ("period-missing", Notice),
            Problem::LineMismatch(_) => ("line-balance-mismatch", Notice),
            Problem::BalanceMismatch(_) => ("balance-mismatch", Notice),
            Problem::SumTooLarge => ("sum-too-large", Fatal),
            Problem::TooLong { .. } => ("history-too-long", Fatal),
            Problem::CountMismatch { .. } => ("count-mismatch", Fatal),
            Problem::SumMismatch { .. } => ("sum-mismatch", Notice),
            Problem::ControlMissing => ("control-missing", Fatal),
            Problem::CountUnreadable { .. } => ("count-unreadable", Fatal),
            Problem::NumberGap { .. } => ("number-gap", Notice),
            Problem::TextUndecodable => ("text-undecodable", Notice),
            Problem::NoStatement => ("not-a-statement", Fatal),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::AccountMissing => "the file does not say whose statement it is; say which account it is when it is loaded".into(),
            Problem::AccountCheckDigits { account } => format!("the check digits of account {account} do not fit its other digits; the number is kept as the bank wrote it, nothing is paid to it before it is corrected").into(),
            Problem::CurrencyMissing => "the file does not say in which currency it is, so no amount of it can be used; get the whole file from the bank".into(),
            Problem::CurrencyAssumed { currency } => format!("the part of the file that tells the currency is missing; it is read as {currency}, the currency of such files, compare it with the account").into(),
            Problem::CurrencyUnknown { code } => format!("`{code}` is not a currency of ISO 4217, so no amount can be read; get the file from the bank again").into(),
            Problem::CurrencyDiffers { first, second } => format!("the account is in {first} and this line in {second}, and one of them must be wrong; get the file from the bank again").into(),
            Problem::AmountMissing => "this line has no amount, and nothing is assumed in its place; get the file from the bank again".into(),
            Problem::AmountUnreadable { error } => format!("{error}; nothing is assumed in its place, get the file from the bank again").into(),
            Problem::BalanceUnreadable { error } => format!("this is not a balance ({error}); get the file from the bank again").into(),
            Problem::DateUnreadable { text } => format!("`{text}` is not a day (YYYY-MM-DD); get the file from the bank again").into(),
            Problem::DateImpossible => "the calendar does not have this day; the entry is kept without the date".into(),
            Problem::PeriodMissing => "the file has neither a period nor a line with a day, so nobody knows when its balances held, and they are left out; get the whole file from the bank".into(),
            Problem::LineMismatch(Amounts { stated, computed }) => format!("the balance after this line is {stated}, but the one before it and the amount give {computed}; a line may be missing here, compare with the bank").into(),
            Problem::BalanceMismatch(amounts) => {
                let Amounts { stated, computed } = amounts;
                format!("the bank's closing balance is {stated}, but opening balance and entries give {computed}: {} cannot be explained; the statement is kept and must not be booked before the difference is found", amounts.difference()).into()
            }
            Problem::SumTooLarge => "the entries add up to more than any account can hold, so amounts are damaged; get the file from the bank again".into(),
            Problem::TooLong { lines } => format!("the newest line stands first, and more than {lines} lines cannot be turned at once; get the file from the bank in shorter periods").into(),
            Problem::CountMismatch { told, found } => format!("the file says that it has {told} lines and has {found}, so some are missing or there twice; get the file from the bank again").into(),
            Problem::SumMismatch { what, amounts } => format!("the file says that the {what} are {} in all, and they are {}; compare the lines with the bank before they are booked", amounts.stated, amounts.computed).into(),
            Problem::ControlMissing => "the part with the number and the sums of the lines is missing, so the file may stop too early; get it from the bank again".into(),
            Problem::CountUnreadable { text } => format!("`{text}` is not a number of lines, so nobody knows whether all of them are here; get the file from the bank again").into(),
            Problem::NumberGap { told, expected } => format!("this line has the number {told} and should have {expected}; a line may be missing or there twice, compare with the bank").into(),
            Problem::TextUndecodable => "some characters cannot be read in the file's encoding and are shown as \u{FFFD}; if names look wrong, choose the code page by hand".into(),
            Problem::NoStatement => "the file holds no account, no balance and no line, so there is nothing to book; choose another file".into(),
        }
    }

    pub(crate) fn is_fatal(&self) -> bool {
        self.code().1 == Severity::Fatal
    }

    /// The complaint for people and programs.
    pub(crate) fn at(&self, place: Place, excerpt: String) -> Complaint {
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

impl Amounts {
    /// What the stated amount has more than the computed one, for people.
    fn difference(self) -> String {
        self.stated.minus(self.computed).map_or_else(
            |error| error.to_string(),
            |difference| difference.to_string(),
        )
    }
}
