//! The same office on PostgreSQL: the demo unchanged, and several servers, each a process of its own,
//! over one database.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Barrier, OnceLock};
use std::time::{Duration, Instant};

use kantor_desk::{Exported, Office, export_batch};
use kantor_engine::calendar::banking_day_on_or_after;
use kantor_model::{Currency, Date, Iban, Money, Party};
use kantor_office::{Clock, SystemClock};
use kantor_postgres_kit::{OWNER, shared};
use kantor_simulator::SimBank;
use kantor_wire::OrderState;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::customer::{Act, Customer};
use crate::kill::{EUROS, ZLOTYS, bank, own_account};
use crate::kit::{Ended, copy_folder, copy_of_demo, demo, kantor, own_place, text, verify};
use crate::server::{Server, account, configure, import, packs, verified};

/// How many servers there are.
const SERVERS: usize = 3;

/// How long one server may take to show what another did.
const PATIENCE: Duration = Duration::from_secs(30);

/// The demo, played on PostgreSQL.
struct Played {
    folder: PathBuf,
    /// A copy of its database that nobody connects to: what somebody looks into cannot be copied.
    template: String,
    ended: Ended,
}

fn on_postgres() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let folder = own_place("demo-on-postgres");
        let url = shared().database();
        let arguments = ["demo", "--once", "--dir", text(&folder), "--database", &url];
        let ended = kantor(&arguments);
        let database = url.rsplit('/').next().unwrap();
        let template = format!("{database}_template");
        copy_database(database, &template);
        Played {
            folder,
            template,
            ended,
        }
    })
}

fn copy_database(from: &str, to: &str) {
    let make = format!("CREATE DATABASE {to} TEMPLATE {from}");
    shared().sql("postgres", &make);
}

#[test]
fn the_demo_runs_unchanged_on_postgresql() {
    let (played, embedded) = (on_postgres(), demo());
    played.ended.succeeded();
    let last = |ended: &Ended| -> Vec<String> {
        let lines: Vec<&str> = ended.out.lines().collect();
        lines[lines.len() - 9..]
            .iter()
            .map(|line| (*line).to_owned())
            .collect()
    };
    assert_eq!(last(&played.ended), last(&embedded.ended));
    // Salts are random, so the hash of the log is another one; every number is the same.
    let numbers = |folder| -> Vec<String> {
        let verified = verify(folder);
        verified.succeeded();
        let lines = verified
            .out
            .lines()
            .filter(|line| !line.starts_with("log hash"));
        lines.map(str::to_owned).collect()
    };
    let here = numbers(&played.folder);
    assert_eq!(here, numbers(&embedded.folder));
    assert!(here[0].starts_with("verified: "), "{here:?}");
    assert!(!played.folder.join("kantor.db").exists());
    kantor(&["verify", text(&played.folder), "--reparse"]).succeeded();
}

#[test]
fn many_offices_share_a_database_and_no_password_is_shown() {
    let url = shared().database();
    let folder = tempfile::tempdir().unwrap();
    for office in ["first", "second"] {
        let dir = folder.path().join(office);
        let made = kantor(&["init", text(&dir), "--database", &url]);
        made.succeeded();
        verify(&dir).succeeded();
    }
    let config = fs::read_to_string(folder.path().join("second/kantor.toml")).unwrap();
    assert!(config.contains("number = 2"), "{config}");
    let dir = folder.path().join("third");
    for (address, words) in [
        (
            "postgres://anna:hush@127.0.0.1:1/kantor",
            "see that PostgreSQL runs",
        ),
        ("postgres://anna:hush@127.0.0.1:1", "it names no database"),
        ("anna:hush@127.0.0.1", "does not begin with postgres://"),
    ] {
        let refused = kantor(&["init", text(&dir), "--database", address]);
        refused.refused(&[words]);
        assert!(!refused.err.contains("hush"), "{}", refused.err);
    }
    assert!(!dir.join("kantor.toml").exists());
}

/// Servers over a copy of the played office, each with a folder of its own.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) servers: Vec<Server>,
}

impl House {
    /// So many servers.
    pub(crate) fn open(count: usize) -> House {
        static COPIES: AtomicU32 = AtomicU32::new(0);
        let played = on_postgres();
        played.ended.succeeded();
        let number = COPIES.fetch_add(1, Ordering::SeqCst);
        let copy = format!("{}_{number}", played.template);
        copy_database(&played.template, &copy);
        let url = shared().url(OWNER, &copy);
        let folder = tempfile::tempdir().unwrap();
        let servers = (0..count)
            .map(|server| {
                let own = folder.path().join(server.to_string());
                copy_folder(&played.folder, &own);
                configure(&own.join("kantor.toml"), "office", "database", &url);
                Server::start(&own)
            })
            .collect();
        House { folder, servers }
    }

    fn desks(&self) -> Vec<Office> {
        self.servers.iter().map(Server::desk).collect()
    }

    /// The configuration of the first server.
    fn first(&self) -> PathBuf {
        self.folder.path().join("0")
    }
}

/// Everybody does it at the same moment, each on his own server.
fn at_once<T: Send>(desks: &[Office], act: impl Fn(usize, &Office) -> T + Sync) -> Vec<T> {
    let gate = Barrier::new(desks.len());
    std::thread::scope(|scope| {
        let racing: Vec<_> = desks
            .iter()
            .enumerate()
            .map(|(number, desk)| {
                let (gate, act) = (&gate, &act);
                scope.spawn(move || {
                    gate.wait();
                    act(number, desk)
                })
            })
            .collect();
        let ended = racing.into_iter().map(|racer| racer.join().unwrap());
        ended.collect()
    })
}

/// A customer accepts a quote for so many euros.
pub(crate) fn place(anna: &Customer, key: &str, euros: u32) -> Value {
    let body = json!({
        "gives": "EUR", "gets": "PLN", "fix": "gives", "amount": format!("{euros}.00"),
    });
    let quote = anna
        .act(&Act::new("/quotes", format!("quote-{key}"), body))
        .unwrap();
    let body = json!({
        "quote": quote["id"],
        "pay_from": own_account(anna, "EUR", "id"),
        "pay_to": own_account(anna, "PLN", "id"),
    });
    anna.act(&Act::new("/orders", format!("order-{key}"), body))
        .unwrap()
}

/// Asks a server until it shows what is wanted; answers how long that took.
fn shown(what: &str, is_there: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_there() {
        assert!(
            begun.elapsed() < PATIENCE,
            "another server does not show {what}"
        );
    }
    begun.elapsed()
}

/// The customer pays his orders, and the bank exports its running day.
fn pay(bank: &mut SimBank, from: Iban, today: Date, orders: &[Value]) -> Vec<u8> {
    let anna = Party {
        name: "Anna Kowalska-Żółć".to_owned(),
        street: "ul. Świętokrzyska 14/3".to_owned(),
        city: "00-050 Warszawa".to_owned(),
    };
    let account = Iban::parse(EUROS).unwrap();
    for order in orders {
        let amount = order["gives"]["amount"].as_str().unwrap();
        let amount = Money::parse(amount, Currency::EUR).unwrap();
        let title = order["pay_in"]["title"].as_str().unwrap();
        bank.receive(account, today, amount, &anna, from, title)
            .unwrap();
    }
    bank.partial_export(account, today).unwrap()
}

/// Customers and cashiers are spread over three processes: each payment is booked once, each payout
/// stands in one file, whoever asked for it, and everybody sees all of it.
#[test]
fn three_servers_are_one_office() {
    const ROUNDS: u32 = 3;
    let house = House::open(SERVERS);
    let desks = house.desks();
    let today = SystemClock.now().warsaw_date();
    let day = banking_day_on_or_after(today);
    let mut bank = bank(&desks[0], today);
    let first = Customer::log_in(&house.servers[0].panel, "anna@example.test");
    // A session of one server is a session of all.
    let customers: Vec<Customer> = house
        .servers
        .iter()
        .map(|server| Customer::with_token(&server.panel, first.token()))
        .collect();
    let from = Iban::parse(&own_account(&first, "EUR", "iban")).unwrap();
    let zlotys = account(&desks[0], ZLOTYS).id;
    let (mut lines, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    let mut files = BTreeSet::new();
    for round in 0..ROUNDS {
        let orders: Vec<Value> = customers
            .iter()
            .enumerate()
            .map(|(at, anna)| place(anna, &format!("{round}-{at}"), 100 + round))
            .collect();
        for anna in &customers {
            let is_there = || {
                let all = anna.orders();
                let ids: BTreeSet<&str> = all.iter().filter_map(|one| one["id"].as_str()).collect();
                orders
                    .iter()
                    .all(|order| ids.contains(order["id"].as_str().unwrap()))
            };
            slowest = slowest.max(shown("an order", is_there));
        }
        let export = house.folder.path().join(format!("{round}.sta"));
        fs::write(&export, pay(&mut bank, from, today, &orders)).unwrap();
        let new = at_once(&desks, |_, desk| {
            let imported = import(desk, &export).unwrap();
            assert!(imported.is_complete(), "{imported:?}");
            imported.outcome.statements[0].new
        });
        let new: u64 = new.into_iter().sum();
        assert_eq!(new, orders.len() as u64, "lines booked once");
        lines += new;
        let exported = at_once(&desks, |number, desk| {
            let transfers = house
                .folder
                .path()
                .join(number.to_string())
                .join("transfers");
            export_batch(desk, &packs(), &zlotys, &day.to_string(), &transfers)
        });
        refused += exported.iter().filter(|one| one.is_err()).count();
        let written: Vec<Exported> = exported.into_iter().filter_map(Result::ok).collect();
        assert!(!written.is_empty());
        let bytes: BTreeSet<Vec<u8>> = written
            .iter()
            .map(|one| fs::read(&one.path).unwrap())
            .collect();
        assert_eq!(bytes.len(), 1, "one batch is one file, byte for byte");
        let bytes = bytes.into_iter().next().unwrap();
        assert_eq!(
            bank.take_transfers(&bytes, day).unwrap().len(),
            orders.len()
        );
        assert!(files.insert(bytes));
    }
    let accounts = [ZLOTYS, EUROS].map(|iban| Iban::parse(iban).unwrap());
    let path = house.folder.path().join("day.sta");
    fs::write(&path, bank.statements(&accounts, day).unwrap()).unwrap();
    assert!(import(&desks[1], &path).unwrap().is_complete());
    for desk in &desks {
        let is_done = || {
            let orders = desk.orders(None, 10_000).unwrap();
            let done = orders
                .iter()
                .filter(|order| order.state == OrderState::Completed);
            done.count() >= SERVERS * ROUNDS as usize
        };
        slowest = slowest.max(shown("the end of the orders", is_done));
        let there = bank.balance(accounts[0]).unwrap().to_decimal_string();
        assert_eq!(account(desk, ZLOTYS).booked, there);
    }
    let folder = house.first();
    drop(house.servers);
    let verified = verified(&folder);
    println!(
        "counted: {SERVERS} processes: {lines} lines imported by all at once and booked once, {} files, \
         {refused} exports refused, shown elsewhere within {slowest:?}; {} events verified",
        files.len(),
        verified["events"]
    );
}

/// The owner makes the tables and gives rights; a server runs and `verify` looks without his.
#[test]
fn an_office_is_served_without_the_owners_rights() {
    let owner = shared().database();
    let database = owner.rsplit('/').next().unwrap();
    let roles = ["application", "auditor"].map(|role| format!("{database}_{role}"));
    for role in &roles {
        shared().sql(database, &format!("CREATE ROLE {role} LOGIN"));
    }
    let [application, auditor] = &roles;
    kantor(&["database", "migrate", "--database", &owner]).succeeded();
    let names = ["--application", application, "--auditor", auditor];
    let grant = ["database", "roles", "--database", &owner];
    kantor(&[&grant[..], &names].concat()).succeeded();
    let printed = kantor(&[&["database", "roles", "--print"][..], &names].concat());
    printed.succeeded();
    assert!(
        printed.out.contains("GRANT SELECT, INSERT ON records TO"),
        "{}",
        printed.out
    );

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("office");
    let url = shared().url(application, database);
    kantor(&["init", text(&dir), "--database", &url]).succeeded();
    let server = Server::start(&dir);
    server.desk().add_currency("EUR").unwrap();
    let config = dir.join("kantor.toml");
    configure(
        &config,
        "office",
        "database",
        &shared().url(auditor, database),
    );
    verify(&dir).succeeded();
    drop(server);
}

/// An office grows out of its file into a server, and back: every fact and every hash is the same.
#[test]
fn an_office_moves_to_a_server_and_back() {
    let copy = copy_of_demo();
    let folder = copy.path();
    let config = folder.join("kantor.toml");
    let backup = |name: &str| {
        let file = folder.join(name);
        kantor(&["backup", text(&file), "--config", text(&config)]).succeeded();
        file
    };
    let verified = || {
        let verified = verify(folder);
        verified.succeeded();
        verified.out
    };
    let before = verified();
    let url = shared().database();
    let again = folder.join("again.db");
    for (name, database) in [("first", url.as_str()), ("second", text(&again))] {
        let file = backup(name);
        kantor(&["restore", text(&file), "--check"]).succeeded();
        kantor(&["restore", text(&file), "--database", database]).succeeded();
        configure(&config, "office", "database", database);
        assert_eq!(verified(), before, "{name}");
    }
}
