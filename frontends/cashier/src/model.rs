//! Everything that the window shows, as values. Nothing here draws, asks or waits.

use std::path::PathBuf;

use kantor_wire::{
    AccountView, BatchView, Language, LineView, OfficeView, OrderView, PayoutState, PayoutView,
    Words,
};

use crate::message::{Asked, Subject};

/// The ledger accounts to which a line can be booked that is nobody's order.
pub const LEDGER_ACCOUNTS: &[&str] = &[
    "cover",
    "capital",
    "suppliers",
    "salaries",
    "taxes",
    "bank-fees",
];

/// How many lines the journal keeps.
const JOURNAL: usize = 200;

/// The state of the window.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// The language of every word.
    pub language: Language,
    /// Whether the office answers.
    pub connection: Connection,
    /// The office, once it has answered.
    pub office: Option<OfficeView>,
    /// Its orders.
    pub orders: Vec<OrderView>,
    /// Its accounts.
    pub accounts: Vec<AccountView>,
    /// Money whose owner is not known.
    pub suspense: Vec<LineView>,
    /// Money owed out.
    pub payouts: Vec<PayoutView>,
    /// Batches of payouts.
    pub batches: Vec<BatchView>,
    /// What the person points at.
    pub selected: Option<Subject>,
    /// The question that is open.
    pub question: Option<Question>,
    /// The desk's thread is at work on an act; what it does, in words.
    pub busy: Option<String>,
    /// The last failure, until the person has read it.
    pub fault: Option<Fault>,
    /// What happened at this desk, newest first.
    pub journal: Vec<Note>,
    /// Where transfer files are saved.
    pub folder: PathBuf,
    /// The wall clock, as the window's loop last set it.
    pub clock: String,
}

/// Whether the office answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Connection {
    /// Not asked yet.
    Opening,
    /// It answers.
    Up,
    /// It does not; what is shown is what it said last.
    Down,
}

/// A failure as the person reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What did not work.
    pub title: String,
    /// What happened, why, and what to do.
    pub text: String,
}

/// What a note means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Said and done.
    Plain,
    /// Less important than the rest.
    Quiet,
    /// More important than the rest.
    Strong,
    /// As it should be.
    Good,
    /// On its way.
    Busy,
    /// Somebody should look.
    Warn,
    /// Wrong.
    Bad,
}

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The wall clock, `14:05:33`.
    pub at: String,
    /// What it means.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// A question that is open: what it is about, and why the last answer was not enough.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// What it is about.
    pub about: About,
    /// Why the answer cannot be taken, in words.
    pub objection: Option<String>,
}

/// What a question is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// An act that needs a reason, perhaps a choice or a rate.
    Act(Asked),
    /// Which transfer files will be written, and where.
    Export(Vec<Due>),
}

/// Payouts that leave one account together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// The account's id.
    pub account: String,
    /// What the office calls it.
    pub name: String,
    /// How many payouts.
    pub count: usize,
    /// Their sum and currency, for people.
    pub sum: String,
}

impl Model {
    /// A window that has not asked yet.
    pub fn new(language: Language, folder: PathBuf) -> Model {
        Model {
            language,
            connection: Connection::Opening,
            office: None,
            orders: Vec::new(),
            accounts: Vec::new(),
            suspense: Vec::new(),
            payouts: Vec::new(),
            batches: Vec::new(),
            selected: None,
            question: None,
            busy: None,
            fault: None,
            journal: Vec::new(),
            folder,
            clock: String::new(),
        }
    }

    /// The words of the window's language.
    pub fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// An order by its id.
    pub fn order(&self, id: &str) -> Option<&OrderView> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// A line whose owner is not known.
    pub fn line(&self, account: &str, ordinal: u64) -> Option<&LineView> {
        self.suspense
            .iter()
            .find(|line| line.account == account && line.ordinal == ordinal)
    }

    /// An account by its id.
    pub fn account(&self, id: &str) -> Option<&AccountView> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// What the office calls an account; its id when it is not known here.
    pub fn account_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.account(id).map_or(id, |account| &account.name)
    }

    /// The orders to which a line can be allocated: the office's candidates first, then the other
    /// orders that are still open. Id and label.
    pub fn allocation_choices(&self, line: &LineView) -> Vec<(String, String)> {
        let mut choices: Vec<(String, String)> = Vec::new();
        let label = |order: &OrderView| {
            format!(
                "{} · {} · {}",
                order.reference,
                order.customer.name,
                self.words().amount(&order.gives)
            )
        };
        for candidate in &line.candidates {
            let text = self.order(&candidate.order).map_or_else(
                || format!("{} · {}", candidate.reference, candidate.customer),
                label,
            );
            choices.push((candidate.order.clone(), text));
        }
        for order in self.orders.iter().filter(|order| is_open(order)) {
            if choices.iter().all(|(id, _)| *id != order.id) {
                choices.push((order.id.clone(), label(order)));
            }
        }
        choices
    }

    /// Payouts that a transfer file would carry now, account by account.
    pub fn due(&self) -> Vec<Due> {
        self.accounts
            .iter()
            .filter_map(|account| {
                let amounts: Vec<&str> = self
                    .payouts
                    .iter()
                    .filter(|payout| payout.account == account.id && waits_for_file(payout))
                    .map(|payout| payout.amount.amount.as_str())
                    .collect();
                if amounts.is_empty() {
                    return None;
                }
                Some(Due {
                    account: account.id.clone(),
                    name: account.name.clone(),
                    count: amounts.len(),
                    sum: crate::text::sum(self.words(), &amounts, &account.currency),
                })
            })
            .collect()
    }

    /// Writes a line into the journal, newest first.
    pub fn note(&mut self, tone: Tone, text: String) {
        self.journal.insert(
            0,
            Note {
                at: self.clock.clone(),
                tone,
                text,
            },
        );
        self.journal.truncate(JOURNAL);
    }
}

/// Whether a payout has not been written into a file yet, and could be.
pub fn waits_for_file(payout: &PayoutView) -> bool {
    match payout.state {
        PayoutState::Due | PayoutState::InBatch | PayoutState::Approved => true,
        PayoutState::Exported
        | PayoutState::Accepted
        | PayoutState::Unknown
        | PayoutState::Paid
        | PayoutState::Rejected
        | PayoutState::Returned => false,
    }
}

/// Whether money can still be expected or decided for an order.
pub fn is_open(order: &OrderView) -> bool {
    use kantor_wire::OrderState::{
        AwaitingConsent, AwaitingFunds, Cancelled, Completed, Expired, Funded, Held, PayingOut,
        Refunded, Refunding,
    };
    match order.state {
        AwaitingFunds | AwaitingConsent | Funded | Held | Expired => true,
        PayingOut | Completed | Refunding | Refunded | Cancelled => false,
    }
}
