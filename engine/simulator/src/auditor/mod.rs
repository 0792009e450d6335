//! The auditor: who trusts nothing that the office says. He knows what really happened at the banks
//! (he stands beside their books, not beside their files), what customers agreed to and why they
//! paid, and what people decided. From that he keeps books of his own, in plain whole numbers, and
//! judges every event, every transfer that leaves, and every balance.
//!
//! Nothing of the engine's rules is called here: rates, deadlines, ownership and sums are reckoned
//! anew.

mod books;
mod covers;
mod events;
mod funding;
mod lines;
mod payouts;
mod places;
mod rates;

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::{
    AccountId, Actor, BatchId, CoverDealId, CustomerAccountId, CustomerId, LineId, OrderId,
    PayoutId, RateVersion,
};
use kantor_model::{Currency, Date, Iban, Moment, Money};

pub(crate) use rates::{Agreed, Pair};

/// What a line at a bank really is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// Money in, for these orders; whether one can read in it for which.
    Payment { meant: Vec<OrderId>, readable: bool },
    /// A payout that left, by a file or by hand.
    Payout(PayoutId),
    /// All of these left with one debit.
    Payouts(Vec<PayoutId>),
    /// A payout that came back.
    Back(PayoutId),
    /// A person sent a payment back by hand, without any reference.
    HandRefund(LineId),
    /// A person paid anew by hand what had come back.
    HandPayout(PayoutId),
    /// Fees, capital, moves between the office's own accounts: nobody's order.
    Own,
    /// One half of an exchange of the office itself, by its number.
    Cover(u64),
}

/// A line at a bank, as it really is.
#[derive(Clone, Debug)]
pub(crate) struct TrueLine {
    pub(crate) minor: i64,
    pub(crate) date: Date,
    pub(crate) balance_after: i64,
    pub(crate) other: Option<Iban>,
    pub(crate) bank_reference: String,
    pub(crate) title: String,
    pub(crate) what: What,
}

/// An account of the office at its bank.
#[derive(Clone, Debug)]
struct Account {
    currency: Currency,
    opening: i64,
    lines: Vec<TrueLine>,
    /// Which of them each of the office's lines is, in the office's order.
    places: Vec<usize>,
    /// How many of the office's lines are proved.
    proved: usize,
}

impl Account {
    fn balance_at(&self, lines: usize) -> i64 {
        lines
            .checked_sub(1)
            .and_then(|last| self.lines.get(last))
            .map_or(self.opening, |line| line.balance_after)
    }
}

/// How far an order is, as far as money is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Life {
    Open,
    Exchanged,
    GoingBack,
    Over,
}

/// When money came, beside the deadline; banks tell days only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Came {
    InTime,
    Late,
    /// On the deadline's day or before, in an office where only a person may call that in time.
    OnItsDay,
}

#[derive(Clone, Debug)]
struct Deal {
    customer: CustomerId,
    agreed: Agreed,
    deadline: Moment,
    paid_to: CustomerAccountId,
    life: Life,
    /// What it was given, and when that came.
    money: BTreeMap<LineId, (i64, Came)>,
    /// The rate that the customer was offered.
    offered: Option<i64>,
    cancelled: bool,
    /// What the office bore (positive) or kept of the sum, and on which account of its books.
    absorbed: Option<(String, i64)>,
}

/// An exchange of the office itself.
#[derive(Clone, Copy, Debug)]
struct Cover {
    lines: [LineId; 2],
    bought: Money,
    sold: Money,
    /// The value of its foreign side at the reference rate of its moment, in PLN.
    value: i64,
}

#[derive(Clone, Debug)]
struct Owed {
    /// The order that it is for; none, when money of nobody goes back.
    order: Option<OrderId>,
    account: AccountId,
    amount: Money,
    /// To whom; `None` where the bank hides the payer.
    payee: Option<Iban>,
    /// The line that goes back; `None` for the fruit of an exchange.
    of: Option<LineId>,
    live: bool,
    paid: bool,
    left: u32,
    came_back: u32,
    /// A person did what nobody may do: it may leave once more, and an alarm must say so.
    excused: u32,
    alarmed: bool,
}

impl Owed {
    /// What it is owed for, in words.
    fn of_what(&self) -> String {
        match self.order {
            Some(order) => format!("of order {order}"),
            None => "of nobody's money".to_owned(),
        }
    }
}

/// What the run was set up with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) order_seconds: i64,
    pub(crate) four_eyes: bool,
    pub(crate) asks_about_days: bool,
    pub(crate) lenient: Lenient,
}

/// What the office decided in advance about money that does not come as agreed; nothing of it, by
/// default. Amounts are minor units of any currency, parts are ten-thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lenient {
    /// Late money keeps its rate where the market moved against the office by no more than this.
    pub(crate) honours_within: Option<i64>,
    /// A late customer is asked about today's rate, unless that is no worse for him.
    pub(crate) asks_the_late: bool,
    /// So much less is taken as whole.
    pub(crate) bears: i64,
    /// So much more is kept.
    pub(crate) keeps: i64,
    /// An order with too little is scaled.
    pub(crate) scales_down: bool,
    /// An order is scaled up by so much.
    pub(crate) scales_up: i64,
    /// What is too much goes back.
    pub(crate) returns_excess: bool,
    /// Money of strangers goes back.
    pub(crate) refunds_strangers: bool,
    /// Money of another currency goes back.
    pub(crate) refunds_other_currencies: bool,
}

/// See the module.
pub(crate) struct Auditor {
    accounts: BTreeMap<AccountId, Account>,
    /// Every account that is in somebody's profile.
    owners: BTreeMap<Iban, Vec<CustomerId>>,
    ibans: BTreeMap<CustomerAccountId, Iban>,
    tables: BTreeMap<RateVersion, Vec<Pair>>,
    rules: Rules,
    deals: BTreeMap<OrderId, Deal>,
    owed: BTreeMap<PayoutId, Owed>,
    by_order: BTreeMap<OrderId, Vec<PayoutId>>,
    references: BTreeMap<String, PayoutId>,
    made_by: BTreeMap<BatchId, Actor>,
    written: BTreeSet<BatchId>,
    /// Whose money each line is.
    given: BTreeMap<LineId, BTreeMap<OrderId, i64>>,
    /// Lines that paid a payout.
    payers: BTreeMap<LineId, PayoutId>,
    /// What of a debit for several payouts had left before.
    twice: BTreeMap<LineId, i64>,
    /// What the banks said of payouts: taken (true) or refused.
    told: BTreeSet<(PayoutId, bool)>,
    /// Lines booked to named accounts.
    named: BTreeMap<LineId, String>,
    /// Whether what is looked at takes an import back.
    undoing: bool,
    /// Lines that go back to where they came from, by which payout and how much.
    sent_back: BTreeMap<LineId, (PayoutId, i64)>,
    /// Exchanges of the office itself: what was bought, what was sold, at which reference rate.
    covers: BTreeMap<CoverDealId, Cover>,
    /// Orders that customers placed, by distinct requests.
    placed: BTreeSet<OrderId>,
    /// Lines that changed places with their twins.
    twins: BTreeMap<LineId, LineId>,
    /// Orders that went on with too much in this request: the rest must go back in it.
    returning: Vec<OrderId>,
    /// What the position gained by revaluations, in PLN.
    gained: i64,
    /// What is wrong; the first one is kept.
    pub(crate) violation: Option<String>,
    pub(crate) checks: u64,
}

impl Auditor {
    pub(crate) fn new(rules: Rules) -> Auditor {
        Auditor {
            accounts: BTreeMap::new(),
            owners: BTreeMap::new(),
            ibans: BTreeMap::new(),
            tables: BTreeMap::new(),
            rules,
            deals: BTreeMap::new(),
            owed: BTreeMap::new(),
            by_order: BTreeMap::new(),
            references: BTreeMap::new(),
            made_by: BTreeMap::new(),
            written: BTreeSet::new(),
            given: BTreeMap::new(),
            payers: BTreeMap::new(),
            twice: BTreeMap::new(),
            told: BTreeSet::new(),
            named: BTreeMap::new(),
            undoing: false,
            sent_back: BTreeMap::new(),
            covers: BTreeMap::new(),
            placed: BTreeSet::new(),
            twins: BTreeMap::new(),
            returning: Vec::new(),
            gained: 0,
            violation: None,
            checks: 0,
        }
    }

    /// Names a violation; the first one stands.
    pub(crate) fn object(&mut self, what: String) {
        self.violation.get_or_insert(what);
    }

    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.checks += 1;
        if !holds {
            self.object(what());
        }
    }

    /// An account of the office at a bank, with what was on it.
    pub(crate) fn account_opened(&mut self, account: AccountId, opening: Money) {
        self.accounts.insert(
            account,
            Account {
                currency: opening.currency(),
                opening: opening.minor(),
                lines: Vec::new(),
                places: Vec::new(),
                proved: 0,
            },
        );
    }

    /// A customer showed that the account is his.
    pub(crate) fn owns(&mut self, customer: CustomerId, account: CustomerAccountId, iban: Iban) {
        self.owners.entry(iban).or_default().push(customer);
        self.ibans.insert(account, iban);
    }

    /// The office put up rates.
    pub(crate) fn published(&mut self, version: RateVersion, pairs: Vec<Pair>) {
        self.tables.insert(version, pairs);
    }

    /// A customer agreed to an exchange.
    pub(crate) fn agreed(&mut self, order: OrderId) {
        self.placed.insert(order);
    }

    /// Something was booked at a bank.
    pub(crate) fn bank_booked(&mut self, account: AccountId, line: TrueLine) {
        if let Some(account) = self.accounts.get_mut(&account) {
            account.lines.push(line);
        }
    }

    pub(crate) fn lines_at_bank(&self, account: AccountId) -> usize {
        self.accounts.get(&account).map_or(0, |it| it.lines.len())
    }

    /// The payout that a title names.
    pub(crate) fn payout_in(&self, title: &str) -> Option<PayoutId> {
        let plain: Vec<char> = title.chars().filter(|c| c.is_alphanumeric()).collect();
        plain.windows(9).find_map(|window| {
            let reference: String = window.iter().collect();
            self.references.get(&reference).copied()
        })
    }

    /// A person does with a payout what nobody may do: pays it by hand, or sends a void file.
    pub(crate) fn excuse(&mut self, payout: PayoutId) {
        if let Some(owed) = self.owed.get_mut(&payout) {
            owed.excused += 1;
        }
    }

    /// The bank carries out a transfer of the office's: who gets how much, and with which title.
    pub(crate) fn transfer_left(
        &mut self,
        account: AccountId,
        to: Option<Iban>,
        minor: i64,
        title: &str,
    ) -> Option<PayoutId> {
        let Some(id) = self.payout_in(title) else {
            self.object(format!("a transfer left that nobody is owed: {title}"));
            return None;
        };
        let owed = self.owed.get_mut(&id)?;
        owed.left += 1;
        let owed = owed.clone();
        self.check(owed.payee == to || owed.excused > 0, || {
            format!(
                "payout {id} {} went to another account than it is owed to",
                owed.of_what()
            )
        });
        self.check(
            owed.amount.minor() == minor && owed.account == account,
            || {
                format!(
                    "payout {id} left as {minor} from account {account}, and {} is owed from {}",
                    owed.amount, owed.account
                )
            },
        );
        self.check(owed.live || owed.excused > 0, || {
            format!("payout {id} left, and it is not owed any more")
        });
        self.check(owed.left <= 1 + owed.came_back + owed.excused, || {
            format!("payout {id} {} left {} times", owed.of_what(), owed.left)
        });
        Some(id)
    }

    /// A bank says what it does with a transfer.
    pub(crate) fn bank_said(&mut self, payout: PayoutId, taken: bool) {
        self.told.insert((payout, taken));
    }

    /// Whether more of it has left than came back.
    pub(crate) fn is_out(&self, payout: PayoutId) -> bool {
        let owed = self.owed.get(&payout);
        owed.is_some_and(|owed| owed.left > owed.came_back)
    }

    /// A transfer came back.
    pub(crate) fn transfer_came_back(&mut self, payout: PayoutId) {
        if let Some(owed) = self.owed.get_mut(&payout) {
            owed.came_back += 1;
        }
    }
}
