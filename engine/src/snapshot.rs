//! The office as decisions see it: what all events so far add up to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kantor_model::{Currency, Date, Decimal, Iban, Money};

use crate::alarm::{Alarm, AlarmId};
use crate::batch::PayoutBatch;
use crate::chain::{ChainStep, Placed};
use crate::event::StatementFacts;
use crate::ledger::{Ledger, LedgerAccount};
use crate::matching::{
    Asked, Book, Each, EachMirror, LineRules, OpenOrder, OwnTransfers, Question, Wanting,
};
use crate::order::{Order, OrderLists};
use crate::pairing::Candidate;
use crate::payout::Payout;
use crate::payout_rules::PayoutRules;
use crate::policy::{CustomerClass, Policy};
use crate::position::{Carried, CoverDeal, Owed, Revalued};
use crate::rates::RateTable;
use crate::receipt::Receipt;
use crate::tree::{Tree, TreeSet};
use crate::{
    AccountId, BatchId, CoverDealId, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    PayoutId, RateVersion, StatementId,
};

/// How many replaced tables of rates are remembered, so that an offer on the screen can still be
/// accepted for a moment.
pub(crate) const REMEMBERED_TABLES: usize = 8;

/// A bank account of the office (rachunek kantoru).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficeAccount {
    /// Its number with us.
    pub account: AccountId,
    /// Its number at the bank.
    pub iban: Iban,
    /// What the office calls it.
    pub name: String,
    /// Serves customers of banks where the office has none.
    pub fallback: bool,
    /// What was on it when it was taken into the books.
    pub opening: Money,
    /// On which day that was.
    pub opened_on: Date,
    /// The bank's number of the last statement before that day.
    pub last_statement: Option<String>,
    /// How many lines its chain has.
    pub lines: u64,
    /// The balance after the last line, minor units.
    pub balance: i64,
    /// Up to which line closing balances prove the chain.
    pub proved_through: u64,
    /// The balance there, minor units: what the bank has confirmed.
    pub proved_balance: i64,
    /// The bank's number of the last statement that was booked.
    pub last_booked: Option<String>,
    /// The bank's number of the last statement that told a day to its end and proved it.
    pub last_proved: Option<String>,
    /// What its last statements did, the newest last: so far they can be taken back.
    pub steps: VecDeque<ChainStep>,
    /// What stands after the proved lines.
    pub end: Vec<Placed>,
    /// The last day that the bank has told to its end.
    pub covered_through: Option<Date>,
}

impl OfficeAccount {
    /// The currency of the account.
    pub fn currency(&self) -> Currency {
        self.opening.currency()
    }

    /// The account as pairing sees it.
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            account: self.account,
            bank: self.iban.bank().map(|bank| bank.id),
            currency: self.currency(),
            fallback: self.fallback,
        }
    }
}

/// A customer's own account, without its number, which is personal data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomerAccount {
    /// Whose it is.
    pub customer: CustomerId,
    /// Its currency.
    pub currency: Currency,
    /// The short name of its bank, where the sort code tells it.
    pub bank: Option<String>,
}

/// What became of a line that is no question any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settled {
    /// It is an order's money; a share of it, where other parts are somebody else's.
    Receipt(OrderId),
    /// It closed a payout.
    Payout(PayoutId),
    /// It was one debit for payouts of a batch.
    Batch {
        /// Which.
        batch: BatchId,
        /// Those that it closed.
        payouts: Vec<PayoutId>,
        /// What of it had left before, positive.
        twice: Money,
    },
    /// It brought a payout back.
    Returned {
        /// Which.
        payout: PayoutId,
        /// What the banks kept of it.
        cost: Money,
    },
    /// It was an order's money, and the bank took it back with that line.
    ReversedBy(LineId),
    /// The bank took an earlier line back with it.
    Reverses(LineId),
    /// It was booked to a ledger account.
    Booked {
        /// Where.
        account: LedgerAccount,
        /// How much, signed.
        amount: Money,
    },
    /// It is one of the two sides of an exchange of the office itself.
    CoverDeal(CoverDealId),
    /// It is one side of a transfer between accounts of the office; this line is the other.
    OwnTransfer(LineId),
    /// It goes back to where it came from, by this payout.
    Refunded(PayoutId),
    /// Several of these, each a part of the line.
    Parts(Vec<Settled>),
}

impl Settled {
    /// The parts; itself, where it is one.
    pub fn parts(&self) -> &[Settled] {
        match self {
            Settled::Parts(parts) => parts,
            Settled::Receipt(_)
            | Settled::ReversedBy(_)
            | Settled::Reverses(_)
            | Settled::Payout(_)
            | Settled::Batch { .. }
            | Settled::Returned { .. }
            | Settled::Booked { .. }
            | Settled::CoverDeal(_)
            | Settled::OwnTransfer(_)
            | Settled::Refunded(_) => std::slice::from_ref(self),
        }
    }
}

/// A booked statement, as much of it as is asked for again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BookedStatement {
    /// What it is.
    pub facts: StatementFacts,
    /// How many lines it added.
    pub new: u64,
}

/// The key of a statement that waits: its account, its opening balance, its file and place in it.
pub type WaitingKey = (AccountId, i64, Digest, u32);

/// What all events so far add up to (stan kantoru).
///
/// What grows with the years is kept in trees of which copies share what is equal in them, so a copy
/// costs the same in an old office as in a new one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    /// The office's name, once it is open.
    pub name: Option<String>,
    /// The rules in force.
    pub policy: Option<Policy>,
    /// The currencies it deals in.
    pub currencies: BTreeSet<Currency>,
    /// Its bank accounts.
    pub accounts: Tree<AccountId, OfficeAccount>,
    /// Tables of rates, the newest last.
    pub rates: VecDeque<RateTable>,
    /// How many customers there are; their numbers run from 1.
    pub customers: u64,
    /// Customers' accounts.
    pub customer_accounts: Tree<CustomerAccountId, CustomerAccount>,
    /// The classes of customers who have one.
    pub customer_classes: Tree<CustomerId, CustomerClass>,
    /// Orders.
    pub orders: Tree<OrderId, Order>,
    /// Orders by customer and by state.
    pub lists: OrderLists,
    /// Orders that want money, by customer and by amount.
    pub wanting: Wanting,
    /// Orders that wait for money, by deadline: what [`crate::due`] looks at.
    pub deadlines: TreeSet<(kantor_model::Moment, OrderId)>,
    /// Receipts, by the line that they are of and the order that they are for.
    pub receipts: Tree<(LineId, OrderId), Receipt>,
    /// Payouts.
    pub payouts: Tree<PayoutId, Payout>,
    /// Payouts that are due, by account.
    pub due: TreeSet<(AccountId, PayoutId)>,
    /// Batches.
    pub batches: Tree<BatchId, PayoutBatch>,
    /// The rules for payouts in force.
    pub payout_rules: PayoutRules,
    /// By which name the bank speaks of which written batch.
    pub file_names: Tree<String, BatchId>,
    /// The last batch that was written to each file.
    pub files: Tree<Digest, BatchId>,
    /// Batches of which the bank's lines are awaited, by the moment after which somebody is asked:
    /// what [`crate::due`] looks at.
    pub awaited: BTreeSet<(kantor_model::Moment, BatchId)>,
    /// Payouts of which nobody knows whether the bank has them; somebody is asked until it does.
    pub unknown: BTreeSet<PayoutId>,
    /// Alarms that no person has closed.
    pub alarms: BTreeMap<AlarmId, Alarm>,
    /// Lines that wait for a person, with the question.
    pub questions: Tree<LineId, Question>,
    /// What is known of lines that are or were a question.
    pub asked: Tree<LineId, Asked>,
    /// Lines between accounts of the office that wait for their other side.
    pub own_transfers: OwnTransfers,
    /// The rules for lines that are nobody's order.
    pub line_rules: LineRules,
    /// Lines that are no question any more, or of which a part is none.
    pub settled: Tree<LineId, Settled>,
    /// Lines that a person gave to an order or booked, as long as they are that.
    pub by_hand: TreeSet<LineId>,
    /// How many statements were booked.
    pub statements: u64,
    /// Booked statements.
    pub booked: Tree<StatementId, BookedStatement>,
    /// Statements that were kept and not booked: file and place in it.
    pub archived: TreeSet<(Digest, u32)>,
    /// Statements that begin with a balance which no proved line has yet: they wait for the
    /// statement before them.
    pub waiting: BTreeMap<WaitingKey, StatementFacts>,
    /// Money that orders were paid out for and that the bank did not confirm (alarm).
    pub missing: BTreeMap<OrderId, Money>,
    /// Balances of the office's books.
    pub ledger: Ledger,
    /// Exchanges of the office itself that stand.
    pub cover_deals: Tree<CoverDealId, CoverDeal>,
    /// What is open of each currency, and what it was worth when it was taken.
    pub carried: BTreeMap<Currency, Carried>,
    /// The last time that the position was valued.
    pub revalued: Option<Revalued>,
    /// Currencies of which more is open than the limit, until the alarm is over.
    pub over_limit: BTreeSet<Currency>,
    /// What each account still owes out.
    pub owed: BTreeMap<AccountId, Owed>,
    /// What rounding took in the exchanges that stand, in minor units of the quote currency,
    /// exactly.
    pub remainders: BTreeMap<Currency, Decimal>,
    /// Numbers given out last: orders, payouts, batches, accounts, rates, customer accounts.
    pub last: LastNumbers,
    /// Up to which position of the log notices have gone out.
    pub notices_sent: u64,
}

/// The last number given out of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct LastNumbers {
    pub account: u64,
    pub rates: u64,
    pub customer_account: u64,
    pub order: u64,
    pub payout: u64,
    pub batch: u64,
    pub cover_deal: u64,
    pub alarm: u64,
}

impl Snapshot {
    /// An office before its first event.
    pub fn new() -> Snapshot {
        Snapshot::default()
    }

    /// The table of rates in force.
    pub fn current_rates(&self) -> Option<&RateTable> {
        self.rates.back()
    }

    /// A remembered table of rates.
    pub fn rate_table(&self, version: RateVersion) -> Option<&RateTable> {
        self.rates.iter().find(|table| table.version == version)
    }

    /// So many seconds after its deadline money of an order is still in time, as the policy says.
    pub fn grace(&self, order: &Order) -> i64 {
        let Some(policy) = &self.policy else { return 0 };
        let class = self.customer_classes.get(&order.facts.customer);
        let pair = (order.terms.base(), order.terms.quote());
        policy.money_rules(pair, class).1.late.grace_seconds
    }

    /// The only written batch with a file of which the name begins so.
    pub(crate) fn batch_named(&self, name: &str) -> Option<BatchId> {
        named(&self.file_names, name)
    }

    /// Whether an alarm is open that a payout left twice.
    pub(crate) fn left_twice(&self, payout: PayoutId) -> bool {
        self.alarms.values().any(
            |alarm| matches!(alarm, Alarm::PaidTwice { payout: twice, .. } if *twice == payout),
        )
    }

    /// The office account with this number at the bank.
    pub fn account_of(&self, iban: &Iban) -> Option<&OfficeAccount> {
        self.accounts.values().find(|account| account.iban == *iban)
    }
}

/// The only batch with a file of which the name begins so: banks cut long names.
pub(crate) fn named(names: &Tree<String, BatchId>, name: &str) -> Option<BatchId> {
    let mut found = names
        .range(name.to_owned()..)
        .take_while(|(known, _)| known.starts_with(name))
        .map(|(_, batch)| *batch);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

impl Book for Snapshot {
    fn open_order(&self, order: OrderId) -> Option<OpenOrder> {
        let order = self.orders.get(&order)?;
        Some(OpenOrder::of(order).with_grace(self.grace(order)))
    }

    fn payout_seen(&self, payout: PayoutId) -> Option<Payout> {
        self.payouts.get(&payout).copied()
    }

    fn wanting(&self, customer: CustomerId, amount: Money, each: Each<'_>) {
        self.wanting.wanting(customer, amount, each);
    }

    fn of_customer(&self, customer: CustomerId, currency: Currency, each: Each<'_>) {
        self.wanting.of_customer(customer, currency, each);
    }

    fn of_amount(&self, amount: Money, each: Each<'_>) {
        self.wanting.of_amount(amount, each);
    }

    fn mirrors(&self, account: AccountId, other: AccountId, amount: Money, each: EachMirror<'_>) {
        self.own_transfers
            .open(account, other, amount.minor(), &mut |line| {
                each(
                    line,
                    self.asked.get(&line).and_then(|asked| asked.booked_on),
                )
            });
    }

    fn share_currency(&self, account: AccountId, other: AccountId) -> bool {
        let currency = |account| self.accounts.get(&account).map(OfficeAccount::currency);
        account != other && currency(account).is_some() && currency(account) == currency(other)
    }

    fn line_rules(&self) -> Option<&LineRules> {
        Some(&self.line_rules)
    }
}
