//! What is asked of the office: a command, or something that becomes one under the lock.

use std::sync::Arc;

use kantor_engine::{Actor, Answer, Command, Digest, LineId, OrderId};
use kantor_model::Money;
use kantor_store::SideChange;

use crate::intake::StagedStatement;

/// Makes a repeated request one act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// Who asks, such as `customer:7` or `token:anna`.
    pub principal: String,
    /// His key for this act.
    pub key: String,
    /// A hash of what he asks for: the same key for something else is refused.
    pub body: Vec<u8>,
}

/// What somebody had seen of a thing when he decided to act on it. Where it is otherwise by now,
/// nothing is done: what he decided was about something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Seen {
    /// An order, with its fingerprint ([`crate::Office::fingerprint_of`]).
    Order(OrderId, String),
    /// A bank line, with its fingerprint ([`crate::BankLine::fingerprint`]): another line may stand
    /// in its place by now.
    Line(LineId, String),
    /// What a file brought, when the office had booked so many statements: it may have been taken
    /// back and brought again since.
    Import(Digest, u64),
}

/// Side rows that belong to what a command made; its numbers are known only then.
pub(crate) type Sides = Arc<dyn Fn(&Answer) -> Vec<SideChange> + Send + Sync>;

/// Something asked of the office, by somebody, once.
#[derive(Clone)]
pub struct Request {
    pub(crate) by: Actor,
    pub(crate) ask: Ask,
    pub(crate) once: Option<Once>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) sides: Option<Sides>,
}

/// A command, or what becomes one when the rows it is about are loaded under the lock.
#[derive(Clone)]
pub(crate) enum Ask {
    Command(Command),
    Book(Arc<StagedStatement>),
    Allocate {
        line: LineId,
        order: OrderId,
        reason: String,
    },
    Split {
        line: LineId,
        shares: Vec<(OrderId, Money)>,
        reason: String,
    },
    RefundLine {
        line: LineId,
        reason: String,
    },
    Pair {
        debit: LineId,
        credit: LineId,
        reason: String,
    },
    BookLine {
        line: LineId,
        ledger_account: String,
        reason: String,
    },
}

impl Request {
    /// A command of somebody.
    pub fn new(by: Actor, command: Command) -> Request {
        Request::asking(by, Ask::Command(command))
    }

    pub(crate) fn asking(by: Actor, ask: Ask) -> Request {
        Request {
            by,
            ask,
            once: None,
            seen: Vec::new(),
            sides: None,
        }
    }

    /// A line of suspense that is to become an order's money.
    pub fn allocate(by: Actor, line: LineId, order: OrderId, reason: String) -> Request {
        Request::asking(
            by,
            Ask::Allocate {
                line,
                order,
                reason,
            },
        )
    }

    /// A line of suspense that is to become several orders' money, so much for each.
    pub fn split(
        by: Actor,
        line: LineId,
        shares: Vec<(OrderId, Money)>,
        reason: String,
    ) -> Request {
        Request::asking(
            by,
            Ask::Split {
                line,
                shares,
                reason,
            },
        )
    }

    /// A line of suspense that goes back to the account it came from.
    pub fn refund_line(by: Actor, line: LineId, reason: String) -> Request {
        Request::asking(by, Ask::RefundLine { line, reason })
    }

    /// Two lines of suspense that are the two sides of a transfer between the office's accounts.
    pub fn pair(by: Actor, debit: LineId, credit: LineId, reason: String) -> Request {
        Request::asking(
            by,
            Ask::Pair {
                debit,
                credit,
                reason,
            },
        )
    }

    /// A line of suspense that is nobody's order, booked to a named ledger account.
    pub fn book_line(by: Actor, line: LineId, ledger_account: String, reason: String) -> Request {
        Request::asking(
            by,
            Ask::BookLine {
                line,
                ledger_account,
                reason,
            },
        )
    }

    /// Carried out once, however often it is sent.
    pub fn once(self, once: Option<Once>) -> Request {
        Request { once, ..self }
    }

    /// Carried out only as long as these things are as they were seen. Asked under the lock, so that
    /// nothing comes between the question and the act; one that was carried out before stays so.
    pub fn as_seen(self, seen: impl IntoIterator<Item = Seen>) -> Request {
        Request {
            seen: seen.into_iter().collect(),
            ..self
        }
    }

    pub(crate) fn with_sides(
        self,
        sides: impl Fn(&Answer) -> Vec<SideChange> + Send + Sync + 'static,
    ) -> Request {
        Request {
            sides: Some(Arc::new(sides)),
            ..self
        }
    }
}
