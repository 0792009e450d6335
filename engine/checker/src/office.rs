//! The office as the log tells it, and the way through everything that is checked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kantor_model::{Currency, Date, Decimal, Iban, Moment, Money};

use crate::found::Act;
use crate::life::{BatchState, OrderState, PayoutState};
use crate::log::{At, walk};
use crate::nobodys::LineRules;
use crate::parts::ChainLine;
use crate::people::People;
use crate::position::Position;
use crate::rows::Rows;
use crate::rules::{Rowed, Rules, Scope};
use crate::sent::Sent;
use crate::undone::Step;
use crate::values::{Actor, Held, Line, Moves, Payee, Terms};
use crate::{Archive, Checks, Digest, Head};
use crate::{events, files, log};

/// What was checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// Where the log stands.
    pub head: Head,
    /// Bank lines reckoned again.
    pub lines: u64,
    /// Files whose bytes were read.
    pub files: u64,
    /// Lines that were read again in the bank's own file; the others are of formats that only a
    /// pack knows.
    pub lines_read_again: u64,
    /// Every account: its number, what is booked, and what is not proved yet.
    pub balances: Vec<(Iban, Money, Money)>,
}

/// Checks an office as it stands in a picture of its archive: everything, or the first fact that
/// disagrees.
///
/// # Errors
/// [`crate::Disagreement`] names it.
pub fn check(archive: &dyn Archive) -> Checks<Checked> {
    let mut used = files::Used::default();
    let head = walk(archive, &mut |record| used.note(record))?;
    let seen = used.check(archive)?;
    let mut office = Office::new(archive, People::load(archive)?);
    let again = walk(archive, &mut |record| events::follow(&mut office, record))?;
    log::same_head(&head, &again)?;
    office.at_rest(None)?;
    office.batches_at_rest()?;
    office.chains()?;
    office.books()?;
    office.people.check(archive)?;
    Ok(Checked {
        head,
        lines: office
            .accounts
            .values()
            .map(|it| it.lines.len() as u64)
            .sum(),
        files: seen.files + office.transfer_files.len() as u64,
        lines_read_again: seen.lines,
        balances: office.accounts.values().map(Account::balances).collect(),
    })
}

/// The rules in force, as far as what is checked depends on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Policy {
    pub(crate) version: u32,
    pub(crate) order_seconds: i64,
    pub(crate) quote_seconds: i64,
    pub(crate) date_only_in_time: bool,
    pub(crate) provisional_funds: bool,
    pub(crate) four_eyes: bool,
    pub(crate) home: Currency,
    /// Rules for money that did not come as agreed, with whom they are for.
    pub(crate) money: Vec<(Scope, Rules)>,
    /// For each currency how much may be open, and at how much an alarm ends; minor units.
    pub(crate) limits: BTreeMap<Currency, (i64, i64)>,
}

/// A range of a set of rows in a chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    pub(crate) first: u64,
    pub(crate) rows: Digest,
    pub(crate) position: u64,
    pub(crate) count: u64,
    pub(crate) statement: u64,
    pub(crate) shift: i64,
}

pub(crate) struct Account {
    pub(crate) iban: Iban,
    pub(crate) fallback: bool,
    pub(crate) opening: Money,
    pub(crate) lines: Vec<ChainLine>,
    pub(crate) pieces: Vec<Piece>,
    /// The account as its last statements found it, the newest last.
    pub(crate) steps: VecDeque<Step>,
    pub(crate) proved_through: u64,
    pub(crate) proved_balance: i64,
}

impl Account {
    pub(crate) fn currency(&self) -> Currency {
        self.opening.currency()
    }

    /// The balance after a line; after none, what the account began with.
    pub(crate) fn balance_at(&self, ordinal: u64) -> Option<i64> {
        match ordinal.checked_sub(1) {
            None => Some(self.opening.minor()),
            Some(at) => self.line(at + 1).map(|line| line.balance),
        }
    }

    pub(crate) fn line(&self, ordinal: u64) -> Option<&ChainLine> {
        let at = usize::try_from(ordinal.checked_sub(1)?).ok()?;
        self.lines.get(at)
    }

    pub(crate) fn line_mut(&mut self, ordinal: u64) -> Option<&mut ChainLine> {
        let at = usize::try_from(ordinal.checked_sub(1)?).ok()?;
        self.lines.get_mut(at)
    }

    pub(crate) fn count(&self) -> u64 {
        self.lines.len() as u64
    }

    pub(crate) fn balance(&self) -> i64 {
        let last = self.lines.last();
        last.map_or(self.opening.minor(), |line| line.balance)
    }

    /// The piece in which a line stands.
    pub(crate) fn piece_of(&self, ordinal: u64) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.first <= ordinal);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        (ordinal < piece.first + piece.count).then_some(piece)
    }

    fn balances(&self) -> (Iban, Money, Money) {
        let money = |minor| Money::new(minor, self.currency());
        let open = self.balance().saturating_sub(self.proved_balance);
        (self.iban, money(self.proved_balance), money(open))
    }
}

/// A published table of rates.
pub(crate) struct Table {
    pub(crate) version: u64,
    pub(crate) published: Moment,
    pub(crate) lines: Vec<TableLine>,
}

pub(crate) struct TableLine {
    pub(crate) base: Currency,
    pub(crate) quote: Currency,
    pub(crate) buy: Decimal,
    pub(crate) sell: Decimal,
    pub(crate) mid: Decimal,
}

pub(crate) struct CustomerAccount {
    pub(crate) customer: u64,
    pub(crate) currency: Currency,
    pub(crate) bank: Option<String>,
    pub(crate) added: Moment,
}

pub(crate) struct Order {
    pub(crate) customer: u64,
    pub(crate) terms: Terms,
    pub(crate) paid_to: u64,
    pub(crate) pay_out: u64,
    pub(crate) placed: Moment,
    pub(crate) deadline: Moment,
    pub(crate) offer: Option<(Decimal, Moment)>,
    pub(crate) cancelled: bool,
    pub(crate) state: OrderState,
    pub(crate) receipts: Vec<Line>,
    /// What the receipts add up to.
    pub(crate) received: BTreeMap<Currency, i128>,
    /// How many receipts fail each test.
    pub(crate) failures: BTreeMap<Held, u64>,
    /// What of the money was exchanged or is on its way back.
    pub(crate) used: BTreeMap<Currency, i128>,
    pub(crate) payouts: Vec<u64>,
    /// The event that changed its terms last.
    pub(crate) terms_changed: u64,
    /// The last row of what the rules said about its money.
    pub(crate) judged: Option<Rowed>,
    /// What the exchange bore or kept of the sum, and gave back of it: undone with it.
    pub(crate) difference: Moves,
}

/// What a payout is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PayoutKind {
    /// The customer's side of the exchange.
    Exchange,
    /// His own money back.
    Refund,
    /// What came too much, back.
    Difference,
}

pub(crate) struct Payout {
    /// The order that it is for; none, when money of nobody goes back.
    pub(crate) order: Option<u64>,
    pub(crate) kind: PayoutKind,
    pub(crate) amount: Money,
    pub(crate) account: u64,
    pub(crate) payee: Payee,
    pub(crate) state: PayoutState,
    /// The event that raised the alarm that no file in force holds it, and its line.
    pub(crate) without_file: Option<(u64, Line)>,
    /// The batch that it went into last.
    pub(crate) batch: Option<u64>,
    /// The line that paid it, and the one by which it came back.
    pub(crate) paid_by: Option<Line>,
    pub(crate) came_back: Option<Line>,
    /// The last batch with it of which the file was written and then voided.
    pub(crate) void_file: Option<u64>,
}

pub(crate) struct Batch {
    pub(crate) account: u64,
    pub(crate) date: Date,
    pub(crate) payouts: Vec<u64>,
    pub(crate) state: BatchState,
    pub(crate) made_by: Actor,
    /// The file that the approver was shown, and who made it.
    pub(crate) proposed: Option<(Digest, Actor)>,
    pub(crate) is_written: bool,
    /// By which names the bank may speak of which of its payouts.
    pub(crate) names: Vec<(String, Vec<u64>)>,
    /// When somebody is asked what became of it.
    pub(crate) awaited: Option<Moment>,
    /// The bank refused it as a whole.
    pub(crate) is_refused: bool,
}

/// What all events so far add up to, reckoned by the checker.
pub(crate) struct Office<'a> {
    pub(crate) archive: &'a dyn Archive,
    pub(crate) rows: Rows<'a>,
    pub(crate) people: People,
    pub(crate) is_open: bool,
    pub(crate) policy: Option<Policy>,
    pub(crate) currencies: BTreeSet<Currency>,
    pub(crate) accounts: BTreeMap<u64, Account>,
    pub(crate) tables: Vec<Table>,
    pub(crate) customers: u64,
    pub(crate) customer_accounts: Vec<CustomerAccount>,
    pub(crate) accounts_of: BTreeMap<u64, Vec<u64>>,
    pub(crate) orders: Vec<Order>,
    pub(crate) payouts: Vec<Payout>,
    pub(crate) batches: Vec<Batch>,
    pub(crate) statements: u64,
    /// The file that was taken back last.
    pub(crate) undoing: Option<Digest>,
    pub(crate) notices: u64,
    pub(crate) position: Position,
    /// The classes of customers that have one.
    pub(crate) classes: BTreeMap<u64, String>,
    pub(crate) transfer_files: BTreeMap<Digest, u64>,
    pub(crate) sent: Sent,
    pub(crate) ledger: Moves,
    /// Money that orders were paid out for and that the bank did not confirm.
    pub(crate) missing: BTreeMap<Currency, i128>,
    /// Orders of which something happened since the last act was over.
    pub(crate) touched: BTreeSet<u64>,
    /// Lines that were booked since then, to become something.
    pub(crate) fresh: Vec<Line>,
    /// What a statement's lines were found to be since then.
    pub(crate) act: Act,
    /// The orders of a customer that once were to be paid so much.
    pub(crate) wanting: BTreeMap<(u64, Currency, i64), Vec<u64>>,
    /// The rules in force for lines that are nobody's order.
    pub(crate) line_rules: LineRules,
}

impl<'a> Office<'a> {
    fn new(archive: &'a dyn Archive, people: People) -> Office<'a> {
        Office {
            archive,
            rows: Rows::new(archive),
            people,
            is_open: false,
            policy: None,
            currencies: BTreeSet::new(),
            accounts: BTreeMap::new(),
            tables: Vec::new(),
            customers: 0,
            customer_accounts: Vec::new(),
            accounts_of: BTreeMap::new(),
            orders: Vec::new(),
            payouts: Vec::new(),
            batches: Vec::new(),
            statements: 0,
            undoing: None,
            notices: 0,
            position: Position::default(),
            classes: BTreeMap::new(),
            transfer_files: BTreeMap::new(),
            sent: Sent::default(),
            ledger: Moves::new(),
            missing: BTreeMap::new(),
            touched: BTreeSet::new(),
            fresh: Vec::new(),
            act: Act::default(),
            wanting: BTreeMap::new(),
            line_rules: LineRules::default(),
        }
    }

    pub(crate) fn policy(&self, at: &At<'_>) -> Checks<&Policy> {
        self.policy
            .as_ref()
            .ok_or_else(|| at.wrong("no rules are in force yet"))
    }

    pub(crate) fn account(&self, at: &At<'_>, account: u64) -> Checks<&Account> {
        self.accounts
            .get(&account)
            .ok_or_else(|| at.wrong(format!("account {account} was never opened")))
    }

    pub(crate) fn order(&self, at: &At<'_>, order: u64) -> Checks<&Order> {
        nth(&self.orders, order).ok_or_else(|| at.wrong(format!("order {order} was never placed")))
    }

    pub(crate) fn order_mut(&mut self, at: &At<'_>, order: u64) -> Checks<&mut Order> {
        self.touched.insert(order);
        nth_mut(&mut self.orders, order)
            .ok_or_else(|| at.wrong(format!("order {order} was never placed")))
    }

    pub(crate) fn payout(&self, at: &At<'_>, payout: u64) -> Checks<&Payout> {
        nth(&self.payouts, payout).ok_or_else(|| at.wrong(format!("payout {payout} never was due")))
    }

    pub(crate) fn payout_mut(&mut self, at: &At<'_>, payout: u64) -> Checks<&mut Payout> {
        nth_mut(&mut self.payouts, payout)
            .ok_or_else(|| at.wrong(format!("payout {payout} never was due")))
    }

    pub(crate) fn batch(&self, at: &At<'_>, batch: u64) -> Checks<&Batch> {
        nth(&self.batches, batch).ok_or_else(|| at.wrong(format!("batch {batch} was never made")))
    }

    pub(crate) fn batch_mut(&mut self, at: &At<'_>, batch: u64) -> Checks<&mut Batch> {
        nth_mut(&mut self.batches, batch)
            .ok_or_else(|| at.wrong(format!("batch {batch} was never made")))
    }

    pub(crate) fn line(&self, at: &At<'_>, line: Line) -> Checks<&ChainLine> {
        self.account(at, line.account)?
            .line(line.ordinal)
            .ok_or_else(|| at.wrong(format!("line {line} is not in the chain")))
    }

    pub(crate) fn line_mut(&mut self, at: &At<'_>, line: Line) -> Checks<&mut ChainLine> {
        self.accounts
            .get_mut(&line.account)
            .and_then(|account| account.line_mut(line.ordinal))
            .ok_or_else(|| at.wrong(format!("line {line} is not in the chain")))
    }

    /// A customer's own account.
    pub(crate) fn customer_account(&self, account: u64) -> Option<&CustomerAccount> {
        nth(&self.customer_accounts, account)
    }
}

/// The thing of a number, where numbers run from 1.
pub(crate) fn nth<T>(things: &[T], number: u64) -> Option<&T> {
    things.get(usize::try_from(number.checked_sub(1)?).ok()?)
}

pub(crate) fn nth_mut<T>(things: &mut [T], number: u64) -> Option<&mut T> {
    things.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
}
