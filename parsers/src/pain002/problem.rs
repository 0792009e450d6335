//! What can be wrong with a status report.

use std::borrow::Cow;

use kantor_model::{AmountError, Complaint, Place, Severity};

/// Everything that is said about a report, besides what is said about XML itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// Another document.
    NotAReport { root: String },
    /// A second report in one document.
    SecondReport,
    /// Nobody knows which file it is about.
    OriginalMissing,
    /// No level says anything.
    StatusMissing,
    /// A code that ISO 20022 does not have.
    StatusUnknown { code: String },
    /// A level above says something that cannot be true of a transfer.
    StatusContradicts { above: String, below: String },
    /// The number of transfers is no number.
    CountUnreadable { text: String },
    /// A currency that nobody knows.
    CurrencyUnknown { code: String },
    /// An amount that cannot be read.
    AmountUnreadable { error: AmountError },
    /// A transfer without any id of the original file.
    TransferUnnamed,
    /// Bytes that are not in the file's encoding.
    TextUndecodable,
}

impl Problem {
    fn code(&self) -> (&'static str, Severity) {
        use Severity::{Fatal, Notice};
        match self {
            Problem::NotAReport { .. } => ("not-a-status-report", Fatal),
            Problem::SecondReport => ("second-report", Fatal),
            Problem::OriginalMissing => ("original-missing", Fatal),
            Problem::StatusMissing => ("status-missing", Fatal),
            Problem::StatusUnknown { .. } => ("status-unknown", Notice),
            Problem::StatusContradicts { .. } => ("status-contradicts", Notice),
            Problem::CountUnreadable { .. } => ("count-unreadable", Notice),
            Problem::CurrencyUnknown { .. } => ("currency-unknown", Notice),
            Problem::AmountUnreadable { .. } => ("amount-unreadable", Notice),
            Problem::TransferUnnamed => ("transfer-unnamed", Notice),
            Problem::TextUndecodable => ("text-undecodable", Notice),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::NotAReport { root } => format!("the document is <{root}> and not a status report (pain.002); choose another file").into(),
            Problem::SecondReport => "a second report begins in one document, which the standard does not know; get the file from the bank again".into(),
            Problem::OriginalMissing => "the report does not name the file that it is about (OrgnlMsgId), so it is used for none; get it from the bank again".into(),
            Problem::StatusMissing => "the report holds no status, neither of the file nor of a block nor of a transfer; get it from the bank again".into(),
            Problem::StatusUnknown { code } => format!("`{code}` is not a status of ISO 20022; it is kept as written and changes no payout, ask the bank what it means").into(),
            Problem::StatusContradicts { above, below } => format!("the file or the block is {above} and this transfer of it is {below}; the transfer's own status is taken, compare it with the statement").into(),
            Problem::CountUnreadable { text } => format!("`{text}` is not a number of transfers; it is left out, no status depends on it").into(),
            Problem::CurrencyUnknown { code } => format!("`{code}` is not a currency of ISO 4217, so the amount that the bank repeats is left out; the amount of the payout holds").into(),
            Problem::AmountUnreadable { error } => format!("{error}; the amount that the bank repeats is left out, the amount of the payout holds").into(),
            Problem::TransferUnnamed => "this transfer has no id of the original file, so its status can be given to no payout; ask the bank which one is meant".into(),
            Problem::TextUndecodable => "some characters cannot be read in the file's encoding and are shown as \u{FFFD}; no status depends on them".into(),
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
