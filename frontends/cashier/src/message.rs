//! What can happen to the window, and what it can ask for. There is exactly one message type,
//! because FLTK's channel is one queue for the whole process.

use std::path::PathBuf;

use kantor_desk::{ApiError, ExportError, Exported, ImportError, Imported};
use kantor_wire::{
    AccountView, Act, BatchView, Language, LineView, OfficeView, OrderView, PayoutView,
};

/// Something that a person did, or that the desk's thread found out.
#[derive(Debug)]
pub enum Message {
    /// The person wants to load statement files.
    LoadStatements,
    /// The person chose statement files.
    StatementsChosen(Vec<PathBuf>),
    /// The person wants transfer files written.
    WriteTransfers,
    /// The person wants another folder for transfer files.
    ChangeFolder,
    /// The person chose a folder for transfer files.
    FolderChosen(PathBuf),
    /// The person wants everything asked for again.
    Refresh,
    /// The person points at something in a table.
    Selected(Subject),
    /// The person wants to do something that needs an answer first.
    Ask(Asked),
    /// The person answered the question that is open.
    Answered(Answer),
    /// The person turned away from the question that is open.
    Dismissed,
    /// The person read the message of a failure.
    FaultRead,
    /// The person wants the transfer file of a batch once more.
    FetchFile(String),
    /// The person copied a text, such as an account number.
    Copied(String),
    /// The person switched the language.
    Speak(Language),
    /// Everything that the office showed at one moment.
    Loaded(Box<Snapshot>),
    /// One order with its history, which the list leaves out.
    OrderLoaded(Box<OrderView>),
    /// The office does not answer.
    Disconnected(ApiError),
    /// A statement file was handed over.
    Imported(Imported),
    /// A statement file was not handed over.
    ImportFailed(PathBuf, ImportError),
    /// A transfer file was saved.
    Exported(Exported),
    /// A transfer file was not saved; the name of the account that was to pay.
    ExportFailed(String, ExportError),
    /// An act was done: what it was about.
    Done(Done),
    /// An act was not done.
    Refused(Done, ApiError),
    /// The desk's thread has nothing more to do for now.
    Idle,
}

/// What can be pointed at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// An order, by id.
    Order(String),
    /// A line whose owner is not known: account and ordinal.
    Line(String, u64),
    /// A payout, by id.
    Payout(String),
    /// An account, by id.
    Account(String),
}

/// What needs an answer before it is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// An act on an order.
    OrderAct(String, Act),
    /// Booking a line to a ledger account.
    Book(String, u64),
    /// Saying which order a line pays.
    Allocate(String, u64),
}

/// What a person typed and chose.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// Why.
    pub reason: String,
    /// Which of the choices, from 0.
    pub choice: Option<usize>,
    /// The new rate.
    pub rate: String,
}

/// An act on its way, or done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// An act on an order: its reference.
    Order(String, Act),
    /// A line was booked to a ledger account.
    Booked(String),
    /// A line was allocated to an order: its reference.
    Allocated(String),
}

/// What the office showed at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    /// The office.
    pub office: OfficeView,
    /// Its orders.
    pub orders: Vec<OrderView>,
    /// Its accounts with their balances.
    pub accounts: Vec<AccountView>,
    /// Money whose owner is not known.
    pub suspense: Vec<LineView>,
    /// Money owed out.
    pub payouts: Vec<PayoutView>,
    /// Batches of payouts.
    pub batches: Vec<BatchView>,
}

/// What the window asks for in return: of the person, or of the desk's thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Let the person choose statement files.
    ChooseStatements,
    /// Let the person choose a folder; this one is shown first.
    ChooseFolder(PathBuf),
    /// Ask the office for everything.
    Load,
    /// Ask the office for one order with its history.
    LoadOrder(String),
    /// Read statement files and hand them over.
    Import(Vec<PathBuf>),
    /// Write the transfer files of these accounts (id and name) into a folder.
    Export(Vec<(String, String)>, PathBuf),
    /// Save the archived file of a batch again.
    Fetch(String, PathBuf),
    /// Do something with an order.
    OrderAct {
        /// The order's id.
        order: String,
        /// Its reference, for the report.
        reference: String,
        /// What to do.
        act: Act,
        /// The new rate, where one is offered.
        rate: String,
        /// Why.
        reason: String,
    },
    /// Book a line to a ledger account.
    Book {
        /// The office account of the line.
        account: String,
        /// The line's place in it.
        ordinal: u64,
        /// Where it is booked.
        ledger_account: String,
        /// Why.
        reason: String,
    },
    /// Say that a line pays an order.
    Allocate {
        /// The office account of the line.
        account: String,
        /// The line's place in it.
        ordinal: u64,
        /// The order's id.
        order: String,
        /// Its reference, for the report.
        reference: String,
        /// Why.
        reason: String,
    },
}
