//! A bank line as matching sees it: owned in a command, lent to the matching of a whole statement.

use kantor_model::{Date, Moment, Money};

use crate::{AccountId, CustomerId, LineId, OrderId};

/// What is known of the other side's account.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Payer {
    /// The bank names no account.
    NotGiven,
    /// These customers have the account in their profiles; nobody, when empty.
    Customers(Vec<CustomerId>),
    /// It is an account of the office's own.
    Office(AccountId),
}

/// Whose the virtual account is that the money was paid to (rachunek wirtualny): a number that the
/// bank gives out for one payer or one order, and that nobody else is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum VirtualAccount {
    /// It was given out for one order.
    Order(OrderId),
    /// It was given out to one customer.
    Customer(CustomerId),
}

/// One of several transactions that a bank booked as one line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LinePart {
    /// Signed as the line; `None` where the bank tells the sum only.
    pub amount: Option<Money>,
    /// Texts in which a reference may stand.
    pub text: String,
}

/// A bank line as the decisions see it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LineFacts {
    /// Signed; credit positive.
    pub amount: Money,
    /// The day on which the bank booked it.
    pub booked_on: Option<Date>,
    /// The bank's own time, where the file has one.
    pub booked_at: Option<Moment>,
    /// Title and other texts in which a reference may stand.
    pub text: String,
    /// The bank's code of the operation, such as `NTRF` or `S073`.
    pub code: Option<String>,
    /// The other side's account.
    pub payer: Payer,
    /// The virtual account that it was paid to.
    pub virtual_account: Option<VirtualAccount>,
    /// Undoes an earlier line.
    pub reversal: bool,
    /// Why a payment came back, in the bank's code, where it says so: `AC04`.
    pub returned: Option<String>,
    /// The transactions that the bank booked together in it, where it tells them apart.
    pub parts: Vec<LinePart>,
    /// See [`crate::chain::evidence`].
    pub evidence: u64,
}

/// The other side's account, lent; see [`Payer`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaidBy<'a> {
    /// The bank names no account.
    NotGiven,
    /// These customers have it; nobody, when empty.
    Customers(&'a [CustomerId]),
    /// It is an account of the office's own.
    Office(AccountId),
}

/// A bank line that is lent to matching: small and without allocations of its own, because a
/// statement may have a million of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line<'a> {
    /// Its place.
    pub id: LineId,
    /// See [`LineFacts::amount`].
    pub amount: Money,
    /// See [`LineFacts::booked_on`].
    pub booked_on: Option<Date>,
    /// See [`LineFacts::booked_at`].
    pub booked_at: Option<Moment>,
    /// See [`LineFacts::text`].
    pub text: &'a str,
    /// See [`LineFacts::code`].
    pub code: Option<&'a str>,
    /// See [`LineFacts::payer`].
    pub payer: PaidBy<'a>,
    /// See [`LineFacts::virtual_account`].
    pub virtual_account: Option<VirtualAccount>,
    /// See [`LineFacts::reversal`].
    pub reversal: bool,
}

impl<'a> Line<'a> {
    /// A line at its place.
    pub fn of(id: LineId, facts: &'a LineFacts) -> Line<'a> {
        Line {
            id,
            amount: facts.amount,
            booked_on: facts.booked_on,
            booked_at: facts.booked_at,
            text: &facts.text,
            code: facts.code.as_deref(),
            payer: match &facts.payer {
                Payer::NotGiven => PaidBy::NotGiven,
                Payer::Customers(customers) => PaidBy::Customers(customers),
                Payer::Office(account) => PaidBy::Office(*account),
            },
            virtual_account: facts.virtual_account,
            reversal: facts.reversal,
        }
    }

    /// The customers who are known to have sent it: by the account it came from, or by the virtual
    /// account that it was paid to, which says more.
    pub(crate) fn senders(&self) -> impl Iterator<Item = CustomerId> + use<'a> {
        let told = match self.virtual_account {
            Some(VirtualAccount::Customer(customer)) => Some(customer),
            Some(VirtualAccount::Order(_)) | None => None,
        };
        let bound = match (told, self.payer) {
            (None, PaidBy::Customers(customers)) => customers,
            (Some(_), _) | (None, PaidBy::NotGiven | PaidBy::Office(_)) => &[],
        };
        told.into_iter().chain(bound.iter().copied())
    }
}
