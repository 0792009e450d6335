//! What can go wrong, by operation.

use kantor_engine::{AccountId, BatchId, Digest, LineId, OrderId, Refusal};
use kantor_model::Moment;
use kantor_store::{AccessError, CommitError, CreateError, Fault, FileError, SideRefusal};

/// A thing that is not as it was seen by the one who acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Changed {
    /// Something happened to the order.
    #[error(
        "order {0} has changed since it was looked at, so nothing was done; look at it again and decide anew"
    )]
    Order(OrderId),
    /// Another line stands in the place.
    #[error(
        "line {0} is not the line that was looked at, so nothing was done; look at the questions again and decide anew"
    )]
    Line(LineId),
    /// The file was brought in again.
    #[error(
        "file {0} was imported again since it was looked at, so nothing was taken back; look at what it brought and decide anew"
    )]
    Import(Digest),
    /// What an act brought in before was taken back.
    #[error(
        "file {0} was imported by this act before and taken back since, so nothing was imported now; if it is right after all, import it anew"
    )]
    TakenBack(Digest),
}

impl Changed {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Changed::Order(_) => "order-changed",
            Changed::Line(_) => "line-changed",
            Changed::Import(_) => "import-changed",
            Changed::TakenBack(_) => "import-taken-back",
        }
    }
}

/// Why a request was not carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecuteError {
    /// A state of the world stops it. Asking again changes nothing.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What it acts on is not as it was seen. Look again, and decide anew under a new key.
    #[error(transparent)]
    Changed(#[from] Changed),
    /// The same key came with another request. Use a new key.
    #[error("this key was used for another request; make a new key for a new request")]
    KeyReused,
    /// A name that must be unique is taken.
    #[error(transparent)]
    Side(#[from] SideRefusal),
    /// The machine's clock is behind the log.
    #[error(
        "the clock of this machine shows {shown}, but the office's log is already at {head}; \
         set the clock right and try again"
    )]
    ClockBehind {
        /// What the clock shows.
        shown: Moment,
        /// Where the log is.
        head: Moment,
    },
    /// It is not known whether it was written. Ask again with the same key.
    #[error("it is not known whether this was recorded ({0}); ask again with the same key")]
    Unknown(Fault),
    /// The store failed; nothing was written.
    #[error("{0}; nothing was recorded")]
    Store(String),
    /// A stored fact cannot be read back.
    #[error("a stored fact cannot be read: {0}; run `kantor verify`")]
    Damaged(String),
    /// The database does not hold the log that this process has read: nothing that it knows counts.
    #[error(
        "the database was put back to an earlier state: the log that this server has read, up to \
         position {seq}, is not in it; nothing was recorded, stop this server and start it again"
    )]
    OtherLog {
        /// Where the log ends that this process has read.
        seq: u64,
    },
    /// The office is being closed.
    #[error("the office is closing; try again when it is open")]
    Closing,
}

impl From<Fault> for ExecuteError {
    fn from(fault: Fault) -> ExecuteError {
        ExecuteError::Store(fault.to_string())
    }
}

impl From<AccessError> for ExecuteError {
    fn from(error: AccessError) -> ExecuteError {
        ExecuteError::Store(error.to_string())
    }
}

impl From<CommitError> for ExecuteError {
    fn from(error: CommitError) -> ExecuteError {
        match error {
            CommitError::Unknown(fault) => ExecuteError::Unknown(fault),
            CommitError::Failed(_) | CommitError::Spoiled => ExecuteError::Store(error.to_string()),
        }
    }
}

/// Why an office could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenOfficeError {
    /// The store does not have it, or failed.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// It could not be made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// Its log cannot be replayed.
    #[error(
        "the office's log cannot be read: {0}; run `kantor verify` to see which fact is damaged"
    )]
    Damaged(String),
    /// The first commands were refused.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The machine gives no thread.
    #[error("the office's writer could not be started: {0}")]
    Thread(std::io::Error),
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bytes were not uploaded.
    #[error("the file {file} has not been uploaded; upload its bytes first")]
    NoFile {
        /// Its SHA-256.
        file: String,
    },
    /// The statement is of an account that the office does not have.
    #[error(
        "the statement is of account {account}, which this office does not have; \
         open the account here first, or check which file this is"
    )]
    UnknownAccount {
        /// The account as the file names it.
        account: String,
    },
    /// The statement is in another currency than the account.
    #[error(
        "the statement of {account} is in {found}, and the office keeps that account in {expected}; check which file this is"
    )]
    OtherCurrency {
        /// The account.
        account: String,
        /// Of the file.
        found: String,
        /// Of the account.
        expected: String,
    },
    /// What the desk sent is not what stands in the bytes.
    #[error(
        "the statement that was sent differs from the file's bytes: {what}; \
         the pack that read it is not to be trusted with this file"
    )]
    Differs {
        /// The first difference.
        what: String,
    },
    /// The server's own reading of the bytes found something fatal.
    #[error("the file cannot be trusted: {complaint}")]
    Unreadable {
        /// `line:column: code: message`.
        complaint: String,
    },
    /// An amount does not fit.
    #[error(transparent)]
    Money(#[from] kantor_model::MoneyError),
    /// The command was not carried out.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

impl From<Fault> for ImportError {
    fn from(fault: Fault) -> ImportError {
        ImportError::Execute(fault.into())
    }
}

impl From<AccessError> for ImportError {
    fn from(error: AccessError) -> ImportError {
        ImportError::Execute(error.into())
    }
}

/// Why people's data could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The login is taken.
    #[error("this e-mail address is registered already; log in, or use another one")]
    LoginTaken,
    /// The customer has this account in his profile already.
    #[error("this account is in the profile already; nothing is to be done")]
    AccountTaken,
    /// There is no key of this name.
    #[error("there is no key `{name}`; look at the list of keys")]
    NoKey {
        /// Its name.
        name: String,
    },
    /// Two keys would have one name, and the history could not tell them apart.
    #[error("there is a key `{name}` already; rotate it, or take another name")]
    KeyTaken {
        /// Its name.
        name: String,
    },
    /// Nobody would be left who can make keys.
    #[error("this is the last administrator's key; make another one first")]
    LastAdministrator,
    /// A stored row cannot be read back.
    #[error("the row of {kind} `{key}` cannot be read; run `kantor verify`")]
    Damaged {
        /// What kind of row.
        kind: &'static str,
        /// Which.
        key: String,
    },
    /// The command was not carried out.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The store failed.
    #[error("{0}")]
    Store(String),
}

impl From<Fault> for PeopleError {
    fn from(fault: Fault) -> PeopleError {
        PeopleError::Store(fault.to_string())
    }
}

impl From<AccessError> for PeopleError {
    fn from(error: AccessError) -> PeopleError {
        PeopleError::Store(error.to_string())
    }
}

impl From<kantor_store::SideError> for PeopleError {
    fn from(error: kantor_store::SideError) -> PeopleError {
        PeopleError::Store(error.to_string())
    }
}

/// Why a transfer file was not made or archived.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// No such batch.
    #[error("there is no batch {0}; look at the list of payouts")]
    NoBatch(BatchId),
    /// No such account.
    #[error("there is no account {0}; look at the list of accounts")]
    NoAccount(AccountId),
    /// The batch has no file yet.
    #[error("batch {0} has no file yet; write it first")]
    NoFile(BatchId),
    /// The payee's account number is not known.
    #[error("the account to pay payout {payout} to is not known: {why}")]
    NoPayee {
        /// Which payout.
        payout: String,
        /// Why it is not known, and what to do.
        why: String,
    },
    /// A line that should exist does not.
    #[error("line {0} cannot be found; run `kantor verify`")]
    NoLine(LineId),
    /// The file is not what the batch says.
    #[error("the file does not carry batch {batch}: {what}; it was not archived, do not send it")]
    Differs {
        /// Which batch.
        batch: BatchId,
        /// The first difference.
        what: String,
    },
    /// The archived bytes are damaged or gone.
    #[error("the archived file cannot be read: {0}; run `kantor verify`")]
    File(String),
    /// People's data could not be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The command was not carried out.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

impl From<FileError> for TransferError {
    fn from(error: FileError) -> TransferError {
        TransferError::File(error.to_string())
    }
}

impl From<AccessError> for TransferError {
    fn from(error: AccessError) -> TransferError {
        TransferError::Execute(error.into())
    }
}

impl From<Fault> for TransferError {
    fn from(fault: Fault) -> TransferError {
        TransferError::Execute(fault.into())
    }
}
