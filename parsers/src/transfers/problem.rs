//! Why a batch cannot be written.

use std::fmt;

use kantor_model::{Currency, Date, Iban};

use super::TransferFormat;

/// Which transfer of a batch: its number from 1, as lines of the file are counted, and what we
/// call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// Its number, from 1.
    pub line: usize,
    /// Its reference.
    pub reference: String,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} ({})", self.line, self.reference)
    }
}

/// Why one thing cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteProblem {
    /// A batch without transfers.
    #[error("the batch holds no transfer, so there is nothing to write; add a payout first")]
    Empty,
    /// More transfers than the bank takes in one file.
    #[error(
        "the batch has {count} transfers, and this bank takes {limit} in one file; split it into files of {limit}"
    )]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many the bank takes.
        limit: usize,
    },
    /// The account that pays is not Polish.
    #[error(
        "the paying account {account} is not Polish, and {format} knows only Polish accounts; choose another account or another format"
    )]
    PayerNotPolish {
        /// The format.
        format: TransferFormat,
        /// The account.
        account: Iban,
    },
    /// The ordering party has no name.
    #[error(
        "the office has no name in this batch, and the bank asks for one; set the owner's name"
    )]
    OwnerMissing,
    /// The format cannot carry the day.
    #[error(
        "the day {date} cannot be written in {format}, which takes the years {from} to {to}; choose another day"
    )]
    Date {
        /// The format.
        format: TransferFormat,
        /// The day.
        date: Date,
        /// The first year it has.
        from: i16,
        /// The last.
        to: i16,
    },
    /// A currency that the format does not carry.
    #[error(
        "{at}: {format} carries {}, and this amount is in {currency}; put it into a format that carries {currency}",
        format.carried()
    )]
    CurrencyNotCarried {
        /// The transfer.
        at: At,
        /// The format.
        format: TransferFormat,
        /// The currency.
        currency: Currency,
    },
    /// Nothing, or less.
    #[error(
        "{at}: {amount} is not more than zero, so there is nothing to pay; take it out of the batch"
    )]
    NotPositive {
        /// The transfer.
        at: At,
        /// The amount with its currency.
        amount: String,
    },
    /// More digits than the format has place for.
    #[error("{at}: {amount} has more digits than {format} has place for; split the payment")]
    AmountTooLong {
        /// The transfer.
        at: At,
        /// The format.
        format: TransferFormat,
        /// The amount with its currency.
        amount: String,
    },
    /// The sum of the file has more digits than its header has place for.
    #[error(
        "the amounts of the batch add up to more digits than the header of {format} has place for; split the batch"
    )]
    SumTooLong {
        /// The format.
        format: TransferFormat,
    },
    /// The same payment twice.
    #[error(
        "{at}: the same amount goes to the same account under the same reference as in line {first}, so somebody would be paid twice; take one out, or give it a reference of its own"
    )]
    Twice {
        /// The transfer.
        at: At,
        /// The number of the first one.
        first: usize,
    },
    /// A reference that another transfer has, in a format that names transfers by it.
    #[error(
        "{at}: line {first} has the same reference, and {format} names each transfer by its own; give it another"
    )]
    ReferenceTwice {
        /// The transfer.
        at: At,
        /// The format.
        format: TransferFormat,
        /// The number of the first one.
        first: usize,
    },
    /// No reference, in a format that names transfers by it.
    #[error("{at}: the reference is empty, and {format} names each transfer by it; give it one")]
    ReferenceMissing {
        /// The transfer.
        at: At,
        /// The format.
        format: TransferFormat,
    },
    /// The reference does not fit; a cut one would not be recognised.
    #[error(
        "{at}: the reference has {length} characters and {format} holds {room}; a cut one would not be recognised, so shorten it"
    )]
    ReferenceTooLong {
        /// The transfer.
        at: At,
        /// The format.
        format: TransferFormat,
        /// Its characters, as they would be written.
        length: usize,
        /// How many fit.
        room: usize,
    },
    /// The payee's account is not Polish.
    #[error(
        "{at}: the payee's account {account} is not Polish, and {format} knows only Polish accounts; pay it by a foreign transfer"
    )]
    PayeeNotPolish {
        /// The transfer.
        at: At,
        /// The format.
        format: TransferFormat,
        /// The account.
        account: Iban,
    },
    /// The payee has no name.
    #[error("{at}: the payee has no name, and the bank asks for one; complete it")]
    PayeeMissing {
        /// The transfer.
        at: At,
    },
    /// The payee's bank is not known.
    #[error(
        "{at}: the bank of the account {account} is not known, and a transfer in {currency} needs its BIC; ask the payee for it"
    )]
    PayeeBankMissing {
        /// The transfer.
        at: At,
        /// The account.
        account: Iban,
        /// The currency.
        currency: Currency,
    },
    /// No title.
    #[error(
        "{at}: the title is empty, so the payment could not be recognised on the statement; give it its reference"
    )]
    TitleMissing {
        /// The transfer.
        at: At,
    },
    /// The title does not fit.
    #[error(
        "{at}: the title has {length} characters and {lines} lines of {width} hold {}; a cut title may lose the reference, so shorten it",
        lines * width
    )]
    TitleTooLong {
        /// The transfer.
        at: At,
        /// Its characters, as they would be written.
        length: usize,
        /// How many lines it may have.
        lines: usize,
        /// How many characters a line holds.
        width: usize,
    },
    /// Something about the whole batch that only one format or bank asks for; the sentence says
    /// what happened, why, and what to do.
    #[error("{message}")]
    Whole {
        /// The sentence.
        message: String,
    },
    /// Something that only one format or bank asks for; the sentence says what happened, why, and
    /// what to do.
    #[error("{at}: {message}")]
    Rule {
        /// The transfer.
        at: At,
        /// The sentence.
        message: String,
    },
}

impl WriteProblem {
    /// Which transfer it is about; `None` when it is about the whole batch.
    pub fn at(&self) -> Option<&At> {
        match self {
            WriteProblem::Empty
            | WriteProblem::TooMany { .. }
            | WriteProblem::PayerNotPolish { .. }
            | WriteProblem::OwnerMissing
            | WriteProblem::Whole { .. }
            | WriteProblem::Date { .. }
            | WriteProblem::SumTooLong { .. } => None,
            WriteProblem::CurrencyNotCarried { at, .. }
            | WriteProblem::NotPositive { at, .. }
            | WriteProblem::AmountTooLong { at, .. }
            | WriteProblem::Twice { at, .. }
            | WriteProblem::ReferenceTwice { at, .. }
            | WriteProblem::ReferenceMissing { at, .. }
            | WriteProblem::ReferenceTooLong { at, .. }
            | WriteProblem::PayeeNotPolish { at, .. }
            | WriteProblem::PayeeMissing { at }
            | WriteProblem::PayeeBankMissing { at, .. }
            | WriteProblem::TitleMissing { at }
            | WriteProblem::TitleTooLong { at, .. }
            | WriteProblem::Rule { at, .. } => Some(at),
        }
    }

    /// The number of the transfer that it is about; 0 when it is about the whole batch.
    pub fn line(&self) -> usize {
        self.at().map_or(0, |at| at.line)
    }

    /// A stable word for programs, lower case with dashes.
    pub fn code(&self) -> &'static str {
        match self {
            WriteProblem::Empty => "no-transfers",
            WriteProblem::TooMany { .. } => "too-many-transfers",
            WriteProblem::PayerNotPolish { .. } => "payer-not-polish",
            WriteProblem::OwnerMissing => "owner-missing",
            WriteProblem::Whole { .. } => "batch-refused",
            WriteProblem::Date { .. } => "date-impossible",
            WriteProblem::SumTooLong { .. } => "sum-too-long",
            WriteProblem::CurrencyNotCarried { .. } => "currency-not-carried",
            WriteProblem::NotPositive { .. } => "amount-not-positive",
            WriteProblem::AmountTooLong { .. } => "amount-too-long",
            WriteProblem::Twice { .. } => "paid-twice",
            WriteProblem::ReferenceTwice { .. } => "reference-twice",
            WriteProblem::ReferenceMissing { .. } => "reference-missing",
            WriteProblem::ReferenceTooLong { .. } => "reference-too-long",
            WriteProblem::PayeeNotPolish { .. } => "payee-not-polish",
            WriteProblem::PayeeMissing { .. } => "payee-missing",
            WriteProblem::PayeeBankMissing { .. } => "payee-bank-missing",
            WriteProblem::TitleMissing { .. } => "title-missing",
            WriteProblem::TitleTooLong { .. } => "title-too-long",
            WriteProblem::Rule { .. } => "transfer-refused",
        }
    }

    /// The sentence without the transfer that it is about, for who shows that in another way.
    pub fn sentence(&self) -> String {
        let text = self.to_string();
        let place = self.at().map(|at| format!("{at}: "));
        match place.as_deref().and_then(|place| text.strip_prefix(place)) {
            Some(sentence) => sentence.to_owned(),
            None => text,
        }
    }
}

/// The batch cannot be written; nothing was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the transfer file was not written: {}", list(.problems))]
pub struct Unwritable {
    /// Everything that stands in the way, in the order of the batch; never empty.
    pub problems: Vec<WriteProblem>,
}

fn list(problems: &[WriteProblem]) -> String {
    let sentences: Vec<String> = problems.iter().map(WriteProblem::to_string).collect();
    sentences.join("; ")
}
