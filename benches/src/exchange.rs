//! An exchange office to measure: in memory, as the engine sees it, and over a store, with its
//! writer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kantor_engine::chain::Marks;
use kantor_engine::matching::{LineFacts, Payer};
use kantor_engine::rates::{Fixed, RateLine};
use kantor_engine::{
    AccountId, Actor, Answer, Command, CustomerAccountId, CustomerId, Digest, OrderId, Outcome,
    Policy, RateVersion, Reference, Snapshot, StatementFacts, StatementOutcome, StatementToBook,
    apply, decide,
};
use kantor_model::{Currency, Date, Format, Iban, Moment, Money, Party, Rate, Transfer};
use kantor_office::{Import, NewPerson, Office, Once, PeopleError, Request, SetClock, Settings};
use kantor_store::{OfficeId, SqliteStore, Store};
use tempfile::TempDir;

use crate::corpus::account;
use crate::paper::{Line, Shape, Sheet, write};
use crate::random::Random;

/// The office's number in its store.
pub const OFFICE: OfficeId = OfficeId(1);

/// The account that customers are paid zlotys from; the first that the office opens.
pub const ZLOTY_ACCOUNT: AccountId = AccountId(1);

/// The account that customers pay euros to; the second.
pub const EURO_ACCOUNT: AccountId = AccountId(2);

/// The day on which everything happens.
pub const TODAY: Date = Date::constant(2026, 11, 19);

const ZLOTY_IBAN: &str = "PL46114010100000579009004001";
const EURO_IBAN: &str = "PL89114010100000579009004003";

/// Statements begin long before, so that no order is late however many days they are of.
const FIRST_STATEMENT: Date = Date::constant(2024, 11, 19);

/// Minor units on the accounts when the office opens.
const EURO_OPENING: i64 = 100_000;
const ZLOTY_OPENING: i64 = 100_000_000_000;

/// One customer has so many orders.
const ORDERS_EACH: usize = 10;

/// An order that waits for its money.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Its number.
    pub order: OrderId,
    /// What is to be paid, minor units of the euro.
    pub gives: i64,
    /// Whose it is.
    pub customer: CustomerId,
    /// From where it will be paid.
    pub payer: Iban,
}

/// A customer with his accounts.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// Who he is.
    pub customer: CustomerId,
    pays_from: CustomerAccountId,
    paid_to: CustomerAccountId,
    iban: Iban,
}

/// Who works at the counter.
pub fn staff() -> Actor {
    Actor::Staff("anna".to_owned())
}

fn now() -> Moment {
    Moment::from_warsaw(TODAY, 10, 0).expect("an hour of that day")
}

/// What an office does before its first customer comes.
fn beginning() -> Vec<Command> {
    let mut commands: Vec<Command> = [Currency::PLN, Currency::EUR]
        .into_iter()
        .map(|currency| Command::DefineCurrency { currency })
        .collect();
    for (iban, opening) in [
        (ZLOTY_IBAN, Money::new(ZLOTY_OPENING, Currency::PLN)),
        (EURO_IBAN, Money::new(EURO_OPENING, Currency::EUR)),
    ] {
        commands.push(Command::OpenAccount {
            iban: Iban::parse(iban).expect("an account"),
            name: "mBank".to_owned(),
            fallback: true,
            opening,
            opened_on: Date::constant(2026, 11, 18),
            last_statement: Some("211/1".to_owned()),
        });
    }
    let (from, to) = (Currency::EUR, Currency::PLN);
    let line = RateLine::new(
        Rate::parse("4.2000", from, to).expect("a rate"),
        Rate::parse("4.3000", from, to).expect("a rate"),
        Rate::parse("4.2500", from, to).expect("a rate"),
    );
    commands.push(Command::PublishRates {
        source: "benches".to_owned(),
        lines: vec![line.expect("rates of one pair")],
    });
    commands
}

fn place(client: &Client, at: usize) -> (Command, i64) {
    place_of(client, 10_000 + (at % 10_000) as i64)
}

fn place_of(client: &Client, gives: i64) -> (Command, i64) {
    let command = Command::PlaceOrder {
        customer: client.customer,
        fixed: Fixed::Gives(Money::new(gives, Currency::EUR)),
        other: Currency::PLN,
        rates: RateVersion(1),
        pays_from: client.pays_from,
        paid_to: client.paid_to,
    };
    (command, gives)
}

fn title(order: OrderId) -> String {
    let reference = Reference::of_order(order).expect("a small number");
    format!("WYMIANA WALUT {reference}")
}

fn clients_of(orders: usize) -> usize {
    orders.div_ceil(ORDERS_EACH)
}

/// An office in memory: decisions and their events, no store.
#[derive(Default)]
pub struct Memory {
    /// What all events so far add up to.
    pub state: Snapshot,
}

impl Memory {
    /// An office that is open, with so many orders that wait for money.
    pub fn with_orders(count: usize) -> (Memory, Vec<Waiting>) {
        let gives = |at: usize| 10_000 + (at % 10_000) as i64;
        Memory::with_orders_of(count, clients_of(count), gives)
    }

    /// The same with so many customers, who give what `gives` says of the order's place.
    pub fn with_orders_of(
        count: usize,
        clients: usize,
        gives: impl Fn(usize) -> i64,
    ) -> (Memory, Vec<Waiting>) {
        let mut office = Memory::default();
        office.act(&Command::OpenOffice {
            name: "Kantor".to_owned(),
            policy: Policy::initial(),
        });
        for command in beginning() {
            office.act(&command);
        }
        let mut random = Random::seeded(7);
        let clients: Vec<Client> = (0..clients)
            .map(|_| office.client(account(&mut random)))
            .collect();
        let orders = (0..count)
            .map(|at| {
                let client = &clients[at % clients.len()];
                let (command, gives) = place_of(client, gives(at));
                let Answer::Order(order) = office.act(&command) else {
                    unreachable!("an order was placed");
                };
                waiting(client, order, gives)
            })
            .collect();
        (office, orders)
    }

    fn client(&mut self, iban: Iban) -> Client {
        let profile = Digest([7; 32]);
        let Answer::Customer(customer) = self.act(&Command::RegisterCustomer { profile }) else {
            unreachable!("a customer was registered");
        };
        let mut own = |currency| {
            let answer = self.act(&Command::AddCustomerAccount {
                customer,
                currency,
                bank: None,
                number: profile,
            });
            let Answer::CustomerAccount(account) = answer else {
                unreachable!("an account was added");
            };
            account
        };
        Client {
            customer,
            pays_from: own(Currency::EUR),
            paid_to: own(Currency::PLN),
            iban,
        }
    }

    /// Decides a command and applies what it leads to.
    pub fn act(&mut self, command: &Command) -> Answer {
        let outcome = self.decided(command);
        self.apply(&outcome);
        outcome.answer
    }

    /// What a command leads to.
    pub fn decided(&self, command: &Command) -> Outcome {
        decide(command, &staff(), &self.state, now()).expect("a fitting command")
    }

    /// Lets it happen.
    pub fn apply(&mut self, outcome: &Outcome) {
        for recorded in &outcome.events {
            apply(&mut self.state, recorded);
        }
    }
}

fn waiting(client: &Client, order: OrderId, gives: i64) -> Waiting {
    Waiting {
        order,
        gives,
        customer: client.customer,
        payer: client.iban,
    }
}

/// The bank lines that pay the orders, as decisions see them.
pub fn facts(orders: &[Waiting]) -> Vec<LineFacts> {
    orders
        .iter()
        .map(|waiting| LineFacts {
            amount: Money::new(waiting.gives, Currency::EUR),
            booked_on: Some(TODAY),
            booked_at: None,
            text: title(waiting.order),
            payer: Payer::Customers(vec![waiting.customer]),
            code: None,
            virtual_account: None,
            reversal: false,
            returned: None,
            parts: Vec::new(),
            evidence: waiting.order.0,
        })
        .collect()
}

/// The command that books those lines as one proved statement.
pub fn statement_of(lines: Vec<LineFacts>) -> Command {
    let sum: i64 = lines.iter().map(|line| line.amount.minor()).sum();
    Command::BookStatement(Box::new(StatementToBook {
        facts: StatementFacts {
            account: EURO_ACCOUNT,
            file: Digest([1; 32]),
            index: 0,
            read_by: "benches".to_owned(),
            format: Some(Format::Mt940),
            number: Some("212/1".to_owned()),
            opening: Some(EURO_OPENING),
            closing: Some(EURO_OPENING + sum),
            closing_on: Some(TODAY),
            rows: Digest([2; 32]),
            lines: lines.len() as u64,
        },
        marks: vec![Marks::default(); lines.len()],
        lines,
        chain_before: (0, EURO_OPENING),
        chain: Vec::new(),
    }))
}

/// An office over a store, with its running writer.
pub struct Exchange {
    /// The running office.
    pub office: Office,
    /// Its store.
    pub store: Arc<dyn Store>,
    /// Its clock.
    pub clock: Arc<SetClock>,
    euros: Paper,
    zlotys: Paper,
    _folder: Option<TempDir>,
}

/// The statements of an account that were written so far.
struct Paper {
    iban: Iban,
    currency: Currency,
    /// The balance after the last of them.
    balance: i64,
    /// Its number.
    number: usize,
    /// The day of the next one.
    day: Date,
}

impl Paper {
    fn new(iban: &str, currency: Currency, balance: i64) -> Paper {
        Paper {
            iban: Iban::parse(iban).expect("an account"),
            currency,
            balance,
            number: 211,
            day: FIRST_STATEMENT,
        }
    }

    /// The statement of the next day, as mBank writes it.
    fn write(&mut self, lines: &[Line]) -> Vec<u8> {
        self.number += 1;
        let sheet = Sheet {
            account: self.iban,
            currency: self.currency,
            number: self.number,
            date: self.day,
            opening: self.balance,
            lines,
        };
        let mut file = Vec::new();
        self.balance = write(Shape::MBank, &sheet, &mut file);
        self.day = self.day.tomorrow().expect("a day after");
        file
    }
}

impl Exchange {
    /// Opens one over a new embedded store in a folder of its own.
    pub fn begin() -> Exchange {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kantor.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).expect("a new store"));
        Exchange {
            _folder: Some(folder),
            ..Exchange::over(store)
        }
    }

    /// Opens one over a store that has no office yet.
    pub fn over(store: Arc<dyn Store>) -> Exchange {
        let clock = Arc::new(SetClock::at(now()));
        let policy = Policy::initial();
        let office = Office::create(Arc::clone(&store), settings(), clock.clone(), policy);
        let exchange = Exchange {
            office: office.expect("a new office"),
            store,
            clock,
            euros: Paper::new(EURO_IBAN, Currency::EUR, EURO_OPENING),
            zlotys: Paper::new(ZLOTY_IBAN, Currency::PLN, ZLOTY_OPENING),
            _folder: None,
        };
        for command in beginning() {
            exchange.does(command);
        }
        exchange
    }

    /// Another handle on the same store, as after a restart: its log is replayed.
    pub fn open_again(&self) -> Office {
        self.open_over(Arc::clone(&self.store))
    }

    /// The same office as another process serves it, with a way of its own to the store.
    pub fn open_over(&self, store: Arc<dyn Store>) -> Office {
        Office::open(store, settings(), self.clock.clone()).expect("the same office")
    }

    /// Carries a command out.
    pub fn does(&self, command: Command) -> Answer {
        let request = Request::new(staff(), command);
        self.office.execute(request).expect("a fitting command")
    }

    /// Customers, each with an account for euros and one for zlotys.
    pub fn clients(&self, count: usize, threads: usize) -> Vec<Client> {
        let mut random = Random::seeded(7);
        let ibans: Vec<Iban> = (0..count).map(|_| account(&mut random)).collect();
        together(threads, count, |at| {
            let person = person(at);
            let customer = self.office.register(&person, "salt", None);
            let customer = customer.expect("a new customer");
            let own = |currency| {
                self.office
                    .add_customer_account(customer, ibans[at], currency, "mine", "salt", None)
                    .expect("a new account")
            };
            Client {
                customer,
                pays_from: own(Currency::EUR),
                paid_to: own(Currency::PLN),
                iban: ibans[at],
            }
        })
    }

    /// Registers the first customer's address once more; says whether that is refused.
    pub fn registers_again(&self) -> bool {
        let again = self.office.register(&person(0), "salt", None);
        matches!(again, Err(PeopleError::LoginTaken))
    }

    /// Orders of these customers, placed by so many threads at once.
    pub fn orders(&self, clients: &[Client], count: usize, threads: usize) -> Vec<Waiting> {
        together(threads, count, |at| {
            let client = &clients[at % clients.len()];
            let (command, gives) = place(client, at);
            let Answer::Order(order) = self.does(command) else {
                unreachable!("an order was placed");
            };
            waiting(client, order, gives)
        })
    }

    /// What a customer's browser asks for when he orders, under a key of its own.
    pub fn ordering(client: &Client, at: usize) -> Request {
        let (command, _) = place(client, at);
        let customer = client.customer;
        Request::new(Actor::Customer(customer), command).once(Some(Once {
            principal: format!("customer:{customer}"),
            // Begins with what grows, as UUIDs of version 7 do.
            key: format!("{at:012}-4f1c-9e1e-bench"),
            body: vec![7; 32],
        }))
    }

    /// An open office with so many orders that wait for money.
    pub fn with_orders(count: usize) -> (Exchange, Vec<Waiting>) {
        let exchange = Exchange::begin();
        let clients = exchange.clients(clients_of(count), MANY);
        let orders = exchange.orders(&clients, count, MANY);
        (exchange, orders)
    }

    /// The statement of the next day of the euro account, as mBank writes it: these orders are
    /// paid.
    pub fn statement(&mut self, paid: &[Waiting]) -> Vec<u8> {
        let lines: Vec<Line> = paid
            .iter()
            .map(|waiting| Line {
                amount: waiting.gives,
                title: title(waiting.order),
                name: "ANNA NOWAK".to_owned(),
                street: "UL. DLUGA 2".to_owned(),
                city: "00-950 WARSZAWA".to_owned(),
                account: waiting.payer,
                number: waiting.order.0,
            })
            .collect();
        self.euros.write(&lines)
    }

    /// The statement of the next day of the zloty account: these payouts left.
    pub fn paid_out(&mut self, payouts: &[Transfer]) -> Vec<u8> {
        let lines: Vec<Line> = payouts
            .iter()
            .zip(1..)
            .map(|(payout, number)| Line {
                amount: -payout.amount.minor(),
                title: payout.title.clone(),
                name: payout.payee.name.clone(),
                street: payout.payee.street.clone(),
                city: payout.payee.city.clone(),
                account: payout.payee_account,
                number,
            })
            .collect();
        self.zlotys.write(&lines)
    }

    /// Takes a statement file in as the desk sends it, and says how many lines were new.
    pub fn import(&self, file: &[u8]) -> u64 {
        let stored = self.office.store_file(&mut &*file).expect("a stored file");
        let import = Import {
            file: stored.hash,
            read_by: "mbank 0.1.0".to_owned(),
            statements: kantor_parsers::parse_all(file).statements,
            account: None,
            lenient: false,
        };
        let imported = self.office.import(&staff(), &import).expect("an import");
        imported
            .iter()
            .map(|one| match &one.outcome {
                Ok(StatementOutcome::Booked { new, .. }) => *new,
                other => panic!("not booked: {other:?}"),
            })
            .sum()
    }
}

/// So many threads are many: more than one transaction's worth never waits.
pub const MANY: usize = 64;

/// What the office is.
pub fn settings() -> Settings {
    Settings {
        office: OFFICE,
        owner: Party {
            name: "Kantor".to_owned(),
            street: "ul. Prosta 1".to_owned(),
            city: "00-001 Warszawa".to_owned(),
        },
    }
}

fn person(at: usize) -> NewPerson {
    NewPerson {
        first_name: "Anna".to_owned(),
        last_name: "Nowak".to_owned(),
        pesel: "44051401359".to_owned(),
        email: format!("customer{at}@example.test"),
        phone: "+48601602603".to_owned(),
        street: "ul. Długa 2".to_owned(),
        postal_code: "00-950".to_owned(),
        city: "Warszawa".to_owned(),
        password_hash: "$argon2id$".to_owned(),
    }
}

/// Does something for each number below `count`, on so many threads; the results in order.
pub fn together<T: Send>(threads: usize, count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    let result = act(at);
                    done.lock().expect("no thread fails").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread fails");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
