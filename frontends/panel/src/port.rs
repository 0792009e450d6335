//! What the panel needs of an office, in the words of the wire. The panel knows nothing else of it:
//! behind these traits stands the office of this process, or one across a network.
//!
//! The calls block; the panel makes them from threads that may. A call that is repeated with the
//! same [`Once`] does nothing the second time and answers as the first time.

use std::time::Duration;

use kantor_model::Moment;
use kantor_wire::{
    AccountView, AllocateAsk, BatchDetail, BatchView, BookAsk, BooksView, Changes, CurrencyView,
    CustomerAccount, CustomerOrder, CustomerView, FileStored, ImportAsk, ImportOutcome,
    LineRulesDocument, LineView, NewAccount, NewBatch, NewCustomerAccount, NewOrder, NewRates,
    OfficeView, OrderState, OrderView, Page, PayoutState, PayoutView, Problem, PublicRates,
    QuoteAsk, QuoteView, RateTableView, Role, RulesDocument, VoidAsk, WhatIfView,
};

/// Why the office gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The office says no, and why. Show it; asking again changes nothing.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The office did not answer; whether the act happened is not known. Ask again with the same
    /// [`Once`].
    #[error("the office does not answer: {0}")]
    Down(String),
}

impl From<Problem> for PortError {
    fn from(problem: Problem) -> PortError {
        PortError::Refused(Box::new(problem))
    }
}

/// What the office answers.
pub type PortResult<T> = Result<T, PortError>;

/// Makes a repeated request one act: who asks, his key, and a hash of what he asks for. The office
/// refuses the same key for something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// `customer:ID` or `token:NAME`.
    pub principal: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of method, path and body, lower-case hex.
    pub body: String,
}

/// A checked person who wants to become a customer.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// First names.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Eleven digits with a right check digit.
    pub pesel: String,
    /// In lower case: the login.
    pub email: String,
    /// With the country's code, `+48601602603`.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// `00-950`.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
}

/// What a login is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The customer's id.
    pub customer: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
}

/// A session at rest: the token itself is known to the browser only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRecord {
    /// SHA-256 of the token, lower-case hex.
    pub token_hash: String,
    /// Whose session it is.
    pub customer: String,
    /// It ends then.
    pub until: Moment,
}

/// A bearer token of the office API at rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRecord {
    /// Who holds it; stands in the history as the one who acted.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// SHA-256 of the token, lower-case hex.
    pub token_hash: String,
}

/// The clock and the feed, which both sides need.
pub trait Feed: Send + Sync + 'static {
    /// The office's clock.
    fn now(&self) -> PortResult<Moment>;

    /// Everything that happened after a position, in order and without a gap; at most `limit`.
    fn changes(&self, after: u64, limit: u32) -> PortResult<Changes>;

    /// Waits until something happened after a position, or until the time is over. Answers the
    /// position of the last event.
    fn wait(&self, after: u64, at_most: Duration) -> PortResult<u64>;
}

/// What customers may do. A panel that is taken over can do no more than this.
pub trait CustomerPort: Feed {
    /// The name of the office.
    fn office_name(&self) -> PortResult<String>;

    /// Makes a customer. Refused as `email-taken` when the login exists.
    fn register(&self, customer: NewCustomer, once: &Once) -> PortResult<CustomerView>;

    /// What a login is checked against; `None` when nobody has this e-mail.
    fn credentials(&self, email: &str) -> PortResult<Option<Credentials>>;

    /// A customer as he sees himself.
    fn customer(&self, customer: &str) -> PortResult<CustomerView>;

    /// Begins a session, or moves its end.
    fn save_session(&self, session: SessionRecord) -> PortResult<()>;

    /// The session of a token, unless it ended.
    fn session(&self, token_hash: &str) -> PortResult<Option<SessionRecord>>;

    /// Ends a session; one that does not exist has ended already.
    fn end_session(&self, token_hash: &str) -> PortResult<()>;

    /// The rates in force.
    fn rates(&self) -> PortResult<PublicRates>;

    /// What an exchange would cost now: an answer without an id, and no promise.
    fn price(&self, ask: QuoteAsk) -> PortResult<QuoteView>;

    /// Promises this customer a rate for an amount.
    fn quote(&self, customer: &str, ask: QuoteAsk, once: &Once) -> PortResult<QuoteView>;

    /// A promise that was made to this customer before, also one that has ended.
    fn quote_by_id(&self, customer: &str, quote: &str) -> PortResult<QuoteView>;

    /// The customer's own accounts.
    fn accounts(&self, customer: &str) -> PortResult<Vec<CustomerAccount>>;

    /// Adds one of his own accounts.
    fn add_account(
        &self,
        customer: &str,
        account: NewCustomerAccount,
        once: &Once,
    ) -> PortResult<CustomerAccount>;

    /// Takes an account out of the profile; orders that use it keep it.
    fn remove_account(&self, customer: &str, account: &str, once: &Once) -> PortResult<()>;

    /// Accepts a quote.
    fn place_order(
        &self,
        customer: &str,
        order: NewOrder,
        once: &Once,
    ) -> PortResult<CustomerOrder>;

    /// His orders, newest first.
    fn orders(
        &self,
        customer: &str,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<CustomerOrder>>;

    /// One of his orders. Somebody else's is refused as `order-not-found`.
    fn order(&self, customer: &str, order: &str) -> PortResult<CustomerOrder>;

    /// Cancels an order before money came.
    fn cancel_order(&self, customer: &str, order: &str, once: &Once) -> PortResult<CustomerOrder>;

    /// Says yes or no to a new rate.
    fn consent(
        &self,
        customer: &str,
        order: &str,
        accept: bool,
        once: &Once,
    ) -> PortResult<CustomerOrder>;
}

/// What the desk may do, by the rows of the office API. `by` is the name of the token.
pub trait OfficePort: Feed {
    /// The tokens that open the office API.
    fn tokens(&self) -> PortResult<Vec<TokenRecord>>;

    /// The office, for the token that asks.
    fn office(&self, by: &TokenRecord) -> PortResult<OfficeView>;

    /// The currencies that the office trades.
    fn currencies(&self) -> PortResult<Vec<CurrencyView>>;

    /// Trades a currency from now on.
    fn add_currency(&self, code: &str, once: &Once) -> PortResult<CurrencyView>;

    /// The office's accounts.
    fn office_accounts(&self) -> PortResult<Vec<AccountView>>;

    /// The office's money at a glance: balances, position, cover of customers' money, results.
    fn books(&self) -> PortResult<BooksView>;

    /// The rules in force.
    fn rules(&self) -> PortResult<RulesDocument>;

    /// Puts other rules in force, from now on; answers them with their version.
    fn set_rules(&self, rules: RulesDocument, once: &Once) -> PortResult<RulesDocument>;

    /// What rules would do with the orders that are held, if they were in force.
    fn try_rules(&self, rules: RulesDocument) -> PortResult<Vec<WhatIfView>>;

    /// The rules in force for lines that are nobody's order.
    fn line_rules(&self) -> PortResult<LineRulesDocument>;

    /// Puts other rules for such lines in force; answers them with their version.
    fn set_line_rules(
        &self,
        rules: LineRulesDocument,
        once: &Once,
    ) -> PortResult<LineRulesDocument>;

    /// Adds an account of the office.
    fn add_office_account(&self, account: NewAccount, once: &Once) -> PortResult<AccountView>;

    /// The table in force, with mid rates.
    fn rate_table(&self) -> PortResult<RateTableView>;

    /// Publishes a table.
    fn publish_rates(&self, rates: NewRates, once: &Once) -> PortResult<RateTableView>;

    /// Orders, newest first.
    fn office_orders(
        &self,
        state: Option<OrderState>,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<OrderView>>;

    /// One order.
    fn office_order(&self, order: &str) -> PortResult<OrderView>;

    /// Does something to an order.
    fn act(&self, order: &str, act: OrderAct, once: &Once) -> PortResult<OrderView>;

    /// Keeps the bytes of a file.
    fn store_file(&self, bytes: Vec<u8>) -> PortResult<FileStored>;

    /// Takes statements in.
    fn import(&self, ask: ImportAsk, once: &Once) -> PortResult<ImportOutcome>;

    /// Takes back everything that a file brought, named by its SHA-256.
    fn undo_import(&self, file: &str, reason: String, once: &Once) -> PortResult<()>;

    /// Money whose owner is not known.
    fn suspense(&self) -> PortResult<Vec<LineView>>;

    /// Books such a line to a named ledger account.
    fn book_line(&self, account: &str, ordinal: u64, ask: BookAsk, once: &Once) -> PortResult<()>;

    /// Gives such a line to an order.
    fn allocate_line(
        &self,
        account: &str,
        ordinal: u64,
        ask: AllocateAsk,
        once: &Once,
    ) -> PortResult<OrderView>;

    /// Money owed out.
    fn payouts(&self, state: Option<PayoutState>) -> PortResult<Vec<PayoutView>>;

    /// Puts every due payout of an account into a batch.
    fn new_batch(&self, ask: NewBatch, once: &Once) -> PortResult<BatchView>;

    /// The batches, newest first.
    fn batches(&self) -> PortResult<Vec<BatchView>>;

    /// One batch with its transfers.
    fn batch(&self, batch: &str) -> PortResult<BatchDetail>;

    /// Approves a batch.
    fn approve_batch(&self, batch: &str, once: &Once) -> PortResult<BatchView>;

    /// Archives the file that the desk wrote from a batch.
    fn store_batch_file(
        &self,
        batch: &str,
        format: &str,
        pack: &str,
        bytes: Vec<u8>,
        once: &Once,
    ) -> PortResult<BatchView>;

    /// The archived file of a batch: its name and bytes.
    fn batch_file(&self, batch: &str) -> PortResult<(String, Vec<u8>)>;

    /// Voids a batch that was not sent.
    fn void_batch(&self, batch: &str, ask: VoidAsk, once: &Once) -> PortResult<BatchView>;
}

/// What a cashier does to an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderAct {
    /// Cancels it; money that came goes back.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Accepts a held order as it is.
    Confirm {
        /// Why.
        reason: String,
    },
    /// Sends the money back to the account it came from.
    Refund {
        /// Why.
        reason: String,
    },
    /// Offers another rate.
    Reprice {
        /// The new rate, decimal text.
        rate: String,
        /// Why.
        reason: String,
    },
}
