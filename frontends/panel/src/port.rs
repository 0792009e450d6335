//! What the panel needs of an office, in the words of the wire. The panel knows nothing else of it:
//! behind these traits stands the office of this process, or one across a network.
//!
//! The calls block; the panel makes them from threads that may. A call that is repeated with the
//! same [`Once`] or [`Key`] does nothing the second time and answers as the first time.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use kantor_model::Moment;
use kantor_wire::{
    AccountView, AllocateAsk, BatchDetail, BatchView, BookAsk, BooksView, Changes, CurrencyView,
    CustomerAccount, CustomerOrder, CustomerView, FileStored, ImportAsk, ImportOutcome, KeyView,
    Language, LineRulesDocument, LineView, LoginAsk, NewAccount, NewBatch, NewCustomerAccount,
    NewKey, NewOrder, NewRates, OfficeView, OrderState, OrderView, Page, PasswordCode, PayoutState,
    PayoutView, PersonView, Problem, PublicRates, QuoteAsk, QuoteView, RateTableView, Registration,
    Role, RulesDocument, UndoAsk, VoidAsk, WhatIfView,
};
use serde::{Deserialize, Serialize};

/// How long a code is good that stands in a letter about a forgotten password, in minutes.
pub const LETTER_MINUTES: i64 = 30;

/// The code of a refusal that is sure to have changed nothing, for want of a database.
pub(crate) const NOTHING_RECORDED: &str = "nothing-recorded";

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

/// Makes a repeated request of the office API one act: who asks, his key, and a hash of what he asks
/// for. The office refuses the same key for something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// `token:NAME`.
    pub principal: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of method, path and body, lower-case hex.
    pub body: String,
}

/// Makes a repeated request of a customer one act. Whose act it is does not stand here: the office
/// knows it from his session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Key {
    /// The `Idempotency-Key`, or what a form carries for it.
    pub key: String,
    /// SHA-256 of method, path and body, lower-case hex.
    pub body: String,
}

/// What a customer's browser proves him by. The office keeps its hash only and judges each call by
/// it; there is no other way to say whose data is meant.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionToken(String);

impl SessionToken {
    /// The token that a browser or a program sent.
    pub fn new(token: impl Into<String>) -> SessionToken {
        SessionToken(token.into())
    }

    /// The token itself, for the browser.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How it is kept.
    pub(crate) fn hash(&self) -> String {
        crate::secrets::sha256_hex(self.0.as_bytes())
    }
}

impl fmt::Debug for SessionToken {
    /// A token does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// A session that begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewSession {
    /// Told once.
    pub token: SessionToken,
    /// It ends then, unless it is used.
    #[serde(with = "micros")]
    pub until: Moment,
}

/// A moment between processes: microseconds since 1970.
mod micros {
    use kantor_model::Moment;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Moment, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.as_micros())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Moment, D::Error> {
        i64::deserialize(from).map(Moment::from_micros)
    }
}

/// What every page needs to know before anything else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Greeting {
    /// The office's clock.
    #[serde(with = "micros")]
    pub now: Moment,
    /// The name of the office.
    pub office: String,
    /// Whose session it is; `None` without a session, or when it has ended.
    pub customer: Option<CustomerView>,
}

/// What the browsers of a panel look at, and the version that each has seen.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Watched {
    /// The version of the rate table; `None` when nobody looks.
    pub rates: Option<u64>,
    /// Orders by the tag that [`CustomerPort::follow`] gave, each with its version.
    pub orders: BTreeMap<String, u64>,
}

/// What is newer than what was seen: the same form, with today's versions.
pub type News = Watched;

/// A second factor that begins: what the customer puts into his telephone. Told to him only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFactor {
    /// The shared secret, base 32.
    pub secret: String,
    /// The same as an address that a telephone opens.
    pub link: String,
}

impl fmt::Debug for NewFactor {
    /// A secret does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewFactor(…)")
    }
}

/// An order that a browser follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Followed {
    /// What [`Watched`] calls it. It says nothing but that something happened to this order.
    pub tag: String,
    /// Its version now.
    pub version: u64,
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

/// The feed of everything that happens, for those who work at the office.
pub trait Feed: Send + Sync + 'static {
    /// Everything that happened after a position, in order and without a gap; at most `limit`.
    fn changes(&self, after: u64, limit: u32) -> PortResult<Changes>;

    /// How long ago a position of the log was recorded, by the office's clock.
    fn age(&self, seq: u64) -> PortResult<Duration>;

    /// Waits until something happened after a position, or until the time is over. Answers the
    /// position of the last event.
    fn wait(&self, after: u64, at_most: Duration) -> PortResult<u64>;
}

/// What customers may do. Each call that is about a customer takes his session, which the office
/// judges: a panel that is taken over can do no more than the customers who are talking to it.
pub trait CustomerPort: Send + Sync + 'static {
    /// Whether the office answers now; asks once, and does not wait for one that is away.
    fn ready(&self) -> PortResult<()>;

    /// Clock, name of the office, and whose session it is. The session's end moves with its use.
    fn greet(&self, session: Option<&SessionToken>) -> PortResult<Greeting>;

    /// Makes a customer, who then logs in. Refused as `fields-refused` with the rule of each field,
    /// and as `email-taken` when the login exists. `from` is where he comes from, for limits.
    fn register(&self, form: &Registration, from: Option<IpAddr>, once: &Key) -> PortResult<()>;

    /// Begins a session with a new token and ends the older one of the same browser. Whatever is
    /// wrong, the refusal is the same and takes as long; tries are limited by where he comes from,
    /// failures by name, whether somebody has it or not. A right password without a code that is
    /// needed is refused as `factor-needed`; its fact `pass` stands for the password in
    /// [`CustomerPort::log_in_with_code`].
    fn log_in(
        &self,
        ask: &LoginAsk,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession>;

    /// The second step of [`CustomerPort::log_in`]: `pass` is what it was refused with as
    /// `factor-needed`. Refused as `factor-wrong`, and as `login-over` when it took too long.
    fn log_in_with_code(
        &self,
        pass: &str,
        code: &str,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession>;

    /// Somebody has forgotten the password of this e-mail: whoever has it is sent a link for a new
    /// one. The answer is the same whether anybody has it or not, and takes as long; refused as
    /// `fields-refused` where it is no e-mail.
    fn forgot_password(
        &self,
        email: &str,
        language: Language,
        from: Option<IpAddr>,
    ) -> PortResult<()>;

    /// Puts a new password in force with a code that the staff told the customer, or that stood in
    /// a letter to him; it is used up by it, and older sessions end. Refused as `code-unknown`, or
    /// as `fields-refused`.
    fn choose_password(&self, code: &str, password: &str, from: Option<IpAddr>) -> PortResult<()>;

    /// Whether this customer's logins take a code.
    fn has_factor(&self, session: &SessionToken) -> PortResult<bool>;

    /// The second factor that this customer has not confirmed yet, a new one if there is none;
    /// `None` when his is in use.
    fn new_factor(&self, session: &SessionToken) -> PortResult<Option<NewFactor>>;

    /// Puts the second factor to use, or takes it away, with a code of it. Refused as
    /// `factor-wrong`.
    fn set_factor(&self, session: &SessionToken, on: bool, code: &str) -> PortResult<()>;

    /// Ends a session; one that does not exist has ended already.
    fn log_out(&self, session: &SessionToken) -> PortResult<()>;

    /// The language that this customer reads, for letters to him from now on.
    fn speaks(&self, session: &SessionToken, language: Language) -> PortResult<()>;

    /// The rates in force.
    fn rates(&self) -> PortResult<PublicRates>;

    /// What an exchange would cost now: an answer without an id, and no promise.
    fn price(&self, ask: &QuoteAsk) -> PortResult<QuoteView>;

    /// Promises this customer a rate for an amount.
    fn quote(&self, session: &SessionToken, ask: &QuoteAsk, once: &Key) -> PortResult<QuoteView>;

    /// A promise that was made to this customer before, also one that has ended.
    fn quote_by_id(&self, session: &SessionToken, quote: &str) -> PortResult<QuoteView>;

    /// The customer's own accounts.
    fn accounts(&self, session: &SessionToken) -> PortResult<Vec<CustomerAccount>>;

    /// Adds one of his own accounts. Refused as `fields-refused` with the rule of each field.
    fn add_account(
        &self,
        session: &SessionToken,
        account: &NewCustomerAccount,
        once: &Key,
    ) -> PortResult<CustomerAccount>;

    /// Takes an account out of the profile; orders that use it keep it. Taking out what is out
    /// already changes nothing.
    fn remove_account(&self, session: &SessionToken, account: &str) -> PortResult<()>;

    /// Accepts a quote.
    fn place_order(
        &self,
        session: &SessionToken,
        order: &NewOrder,
        once: &Key,
    ) -> PortResult<CustomerOrder>;

    /// His orders, newest first.
    fn orders(
        &self,
        session: &SessionToken,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<CustomerOrder>>;

    /// One of his orders. Somebody else's is refused as `order-not-found`.
    fn order(&self, session: &SessionToken, order: &str) -> PortResult<CustomerOrder>;

    /// Cancels an order before money came.
    fn cancel_order(
        &self,
        session: &SessionToken,
        order: &str,
        once: &Key,
    ) -> PortResult<CustomerOrder>;

    /// Says yes or no to a new rate.
    fn consent(
        &self,
        session: &SessionToken,
        order: &str,
        accept: bool,
        once: &Key,
    ) -> PortResult<CustomerOrder>;

    /// One of his orders, to be told when something happens to it.
    fn follow(&self, session: &SessionToken, order: &str) -> PortResult<Followed>;

    /// Waits until something of what is watched is newer than it was seen, or until the time is
    /// over. It compares versions and not positions, so nothing is missed between two calls, in
    /// whichever process of the office they end.
    fn news(&self, watched: &Watched, at_most: Duration) -> PortResult<News>;
}

/// What the desk may do, by the rows of the office API. `by` is the name of the token.
pub trait OfficePort: Feed {
    /// Whether the store answers and the office's head can be read.
    fn ready(&self) -> PortResult<()>;

    /// What the office has counted, in the text form that Prometheus reads.
    fn counted(&self) -> PortResult<String>;

    /// The tokens that open the office API.
    fn tokens(&self) -> PortResult<Vec<TokenRecord>>;

    /// The customer with this id or e-mail.
    fn person(&self, who: &str) -> PortResult<PersonView>;

    /// Lets a customer choose a new password; the code is told once.
    fn allow_new_password(
        &self,
        customer: &str,
        reason: &str,
        once: &Once,
    ) -> PortResult<PasswordCode>;

    /// Takes a customer's lost second factor away.
    fn remove_factor(&self, customer: &str, reason: &str, once: &Once) -> PortResult<PersonView>;

    /// Lets nobody in as a customer, or lets him in again.
    fn lock_person(
        &self,
        customer: &str,
        locked: bool,
        reason: &str,
        once: &Once,
    ) -> PortResult<PersonView>;

    /// Makes a key; its secret is told once.
    fn issue_key(&self, key: NewKey, once: &Once) -> PortResult<KeyView>;

    /// Puts another secret under a key's name; it is told once.
    fn rotate_key(&self, name: &str, reason: &str, once: &Once) -> PortResult<KeyView>;

    /// Takes a key away.
    fn revoke_key(&self, name: &str, reason: &str, once: &Once) -> PortResult<()>;

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

    /// Does something to an order; with a fingerprint, to the order as it was seen only.
    fn act(
        &self,
        order: &str,
        act: OrderAct,
        seen: Option<String>,
        once: &Once,
    ) -> PortResult<OrderView>;

    /// Keeps the bytes of a file.
    fn store_file(&self, bytes: Vec<u8>) -> PortResult<FileStored>;

    /// Takes statements in.
    fn import(&self, ask: ImportAsk, once: &Once) -> PortResult<ImportOutcome>;

    /// Takes back everything that a file brought, named by its SHA-256.
    fn undo_import(&self, file: &str, ask: UndoAsk, once: &Once) -> PortResult<()>;

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
