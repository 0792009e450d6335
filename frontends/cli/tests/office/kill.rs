//! A server is killed at any moment of its work: what it acknowledged is there, nothing is doubled,
//! and it goes on where it was. Where several serve one office, the others go on meanwhile.
//!
//! With `KANTOR_FAULTS=10` there are ten times as many kills.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use kantor_desk::{ApiError, ImportError, Office, export_batch};
use kantor_engine::calendar::banking_day_on_or_after;
use kantor_model::{Balance, Currency, Date, Iban, Money, Party};
use kantor_office::{Clock, SystemClock};
use kantor_simulator::{BankKind, SimBank};
use kantor_wire::{OrderState, OrderView};
use serde_json::{Value, json};

use crate::customer::{Act, Customer, NoAnswer};
use crate::kit::{Dice, copy_of_demo, times, verify};
use crate::processes::House;
use crate::server::{Server, account, import, verified};

pub(crate) const EUROS: &str = "PL89114010100000579009004003";
pub(crate) const ZLOTYS: &str = "PL46114010100000579009004001";

/// Counts what was acknowledged; the killer waits for a number of it.
#[derive(Default)]
struct Acknowledged {
    count: Mutex<u64>,
    more: Condvar,
}

impl Acknowledged {
    fn one(&self) {
        *self.count.lock().unwrap() += 1;
        self.more.notify_all();
    }

    fn count(&self) -> u64 {
        *self.count.lock().unwrap()
    }

    fn wait_for(&self, number: u64) {
        let patience = Duration::from_secs(60);
        let count = self.count.lock().unwrap();
        let waited = self
            .more
            .wait_timeout_while(count, patience, |count| *count < number)
            .unwrap();
        assert!(!waited.1.timed_out(), "the server does nothing any more");
    }
}

/// Anna's program: one order after the other, each asked for until it is answered.
struct Ordering {
    token: String,
    pay_from: String,
    pay_to: String,
    acts: u64,
    /// The act whose answer got lost.
    open: Option<Act>,
    /// Every order that was acknowledged.
    orders: BTreeMap<String, Value>,
    paid: Sender<(String, String)>,
}

impl Ordering {
    /// Orders until the connection breaks.
    fn until_lost(&mut self, panel: &str, acknowledged: &Acknowledged) {
        let customer = Customer::with_token(panel, self.token.clone());
        loop {
            let act = match self.open.take() {
                Some(act) => act,
                None => self.quote(),
            };
            match customer.act(&act) {
                Ok(answer) => {
                    acknowledged.one();
                    self.open = self.answered(&answer);
                }
                Err(NoAnswer::QuoteAccepted) => panic!("two orders of one quote"),
                Err(NoAnswer::Lost) => {
                    self.open = Some(act);
                    return;
                }
            }
        }
    }

    fn key(&mut self) -> String {
        self.acts += 1;
        format!("act-{}", self.acts)
    }

    fn quote(&mut self) -> Act {
        let key = self.key();
        // Small ones: the office pays thousands of them out of what it has.
        let amount = format!("{}.{:02}", 1 + self.acts % 5, self.acts % 100);
        let body = json!({ "gives": "EUR", "gets": "PLN", "fix": "gives", "amount": amount });
        Act::new("/quotes", key, body)
    }

    /// Takes an answer in: a quote is accepted next, an order is paid.
    fn answered(&mut self, answer: &Value) -> Option<Act> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        if answer.get("reference").is_none() {
            let body = json!({
                "quote": answer["id"], "pay_from": self.pay_from, "pay_to": self.pay_to,
            });
            return Some(Act::new("/orders", self.key(), body));
        }
        let pay_in = &answer["pay_in"];
        assert_eq!(pay_in["iban"], EUROS);
        // The bank is another one's machine: it is still there when the server is not.
        let _ = self
            .paid
            .send((text(&pay_in["title"]), text(&answer["gives"]["amount"])));
        let before = self.orders.insert(text(&answer["id"]), answer.clone());
        assert_eq!(before, None, "one answer for two acts");
        None
    }
}

/// The bank and the cashier: payments come in, the running day is exported and imported.
struct Banking<'f> {
    folder: &'f Path,
    /// The customer's account in euros.
    from: Iban,
    bank: SimBank,
    today: Date,
    paid: Receiver<(String, String)>,
    strangers: i64,
    /// How many lines of the account were imported and acknowledged.
    imported: usize,
}

impl Banking<'_> {
    fn pay(&mut self, amount: Money, title: &str) {
        let anna = Party {
            name: "Anna Kowalska-Żółć".to_owned(),
            street: "ul. Świętokrzyska 14/3".to_owned(),
            city: "00-050 Warszawa".to_owned(),
        };
        let account = Iban::parse(EUROS).unwrap();
        self.bank
            .receive(account, self.today, amount, &anna, self.from, title)
            .unwrap();
    }

    fn lines(&self) -> usize {
        self.bank.lines(Iban::parse(EUROS).unwrap()).len()
    }

    /// What customers sent, and one payment of a stranger.
    fn receive(&mut self) {
        while let Ok((title, amount)) = self.paid.try_recv() {
            self.pay(Money::parse(&amount, Currency::EUR).unwrap(), &title);
        }
        self.strangers += 1;
        self.pay(Money::new(self.strangers, Currency::EUR), "for a bicycle");
    }

    /// Imports the running day; `false` when the connection broke.
    fn import(&mut self, desk: &Office) -> bool {
        let account = Iban::parse(EUROS).unwrap();
        let bytes = self.bank.partial_export(account, self.today).unwrap();
        let path = self.folder.join("running.sta");
        std::fs::write(&path, bytes).unwrap();
        match import(desk, &path) {
            Ok(imported) => {
                assert!(imported.is_complete(), "{imported:?}");
                self.imported = self.lines();
                true
            }
            Err(ImportError::Api(ApiError::Lost { .. } | ApiError::Unreachable { .. })) => false,
            Err(other) => panic!("{other}"),
        }
    }

    fn until_lost(&mut self, desk: &Office, acknowledged: &Acknowledged) {
        loop {
            self.receive();
            if !self.import(desk) {
                return;
            }
            acknowledged.one();
        }
    }
}

/// The bank that goes on where the demo's bank ended.
pub(crate) fn bank(desk: &Office, today: Date) -> SimBank {
    let mut bank = SimBank::new(BankKind::MBank);
    for (iban, currency) in [(EUROS, Currency::EUR), (ZLOTYS, Currency::PLN)] {
        let amount = Money::parse(&account(desk, iban).booked, currency).unwrap();
        let date = today.yesterday().unwrap();
        let last = Balance { amount, date };
        bank.open_account(Iban::parse(iban).unwrap(), last, 300)
            .unwrap();
    }
    bank
}

#[test]
fn killed_at_any_moment_nothing_is_lost_or_doubled() {
    let folder = copy_of_demo();
    let folders = [folder.path().to_owned()];
    let servers = vec![Server::start(folder.path())];
    let tally = kill_again_and_again(&folders, servers, times(20));
    println!("counted: the server of an office in a file {tally}");
}

#[test]
fn one_of_two_servers_on_one_database_killed_at_any_moment() {
    let House { folder, servers } = House::open(2);
    let folders = ["0", "1"].map(|own| folder.path().join(own));
    let tally = kill_again_and_again(&folders, servers, times(8));
    println!("counted: one of two servers of an office in PostgreSQL {tally}");
}

/// Kills one server after the other while it works, in so many rounds; what it acknowledged is
/// looked for at another one, or else after it was started again.
fn kill_again_and_again(folders: &[PathBuf], mut servers: Vec<Server>, rounds: u32) -> String {
    let mut dice = Dice::new(SystemClock.now().as_micros().unsigned_abs());
    let folder = folders[0].as_path();
    let lines_before = verified(folder)["lines"].as_u64().unwrap();
    let anna = Customer::log_in(&servers[0].panel, "anna@example.test");
    let orders_before = anna.orders().len();
    let (paid, payments) = channel();
    let mut ordering = ordering(&anna, paid);
    let today = SystemClock.now().warsaw_date();
    let mut banking = Banking {
        folder,
        from: Iban::parse(&own_account(&anna, "EUR", "iban")).unwrap(),
        bank: bank(&servers[0].desk(), today),
        today,
        paid: payments,
        strangers: 0,
        imported: 0,
    };
    let acknowledged = Acknowledged::default();
    for _ in 0..rounds {
        let victim = usize::try_from(dice.below(servers.len() as u64)).unwrap();
        let server = servers.remove(victim);
        let (panel, desk) = (server.panel.clone(), server.desk());
        std::thread::scope(|round| {
            round.spawn(|| ordering.until_lost(&panel, &acknowledged));
            round.spawn(|| banking.until_lost(&desk, &acknowledged));
            acknowledged.wait_for(acknowledged.count() + 1 + dice.below(12));
            // A moment inside whatever is being done now; no test waits for this.
            let moment = Instant::now() + Duration::from_micros(dice.below(20_000));
            while Instant::now() < moment {
                std::hint::spin_loop();
            }
            server.kill();
        });
        verify(folder).succeeded();
        if servers.is_empty() {
            servers.push(Server::start(&folders[victim]));
        }
        let lines = verified(folder)["lines"].as_u64().unwrap() - lines_before;
        let (least, most) = (banking.imported as u64, banking.lines() as u64);
        assert!(
            (least..=most).contains(&lines),
            "{least} <= {lines} <= {most}"
        );
        let anna = Customer::with_token(&servers[0].panel, ordering.token.clone());
        let listed = shown(&anna, orders_before + ordering.orders.len());
        compare(&listed, orders_before, &ordering);
        if servers.len() < folders.len() {
            servers.insert(victim, Server::start(&folders[victim]));
        }
    }
    quiet_end(&servers[0], &mut ordering, &mut banking, orders_before);
    let lines = verified(folder)["lines"].as_u64().unwrap() - lines_before;
    assert!(!ordering.orders.is_empty() && banking.imported > 0);
    format!(
        "killed -9 {rounds} times: {} acts acknowledged, {} orders and {lines} bank lines, none \
         lost, none doubled",
        acknowledged.count(),
        ordering.orders.len()
    )
}

/// The customer's orders as soon as there are so many: another server needs a moment to hear of
/// them.
fn shown(anna: &Customer, least: usize) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let listed = anna.orders();
        if listed.len() >= least || begun.elapsed() > Duration::from_secs(30) {
            return listed;
        }
    }
}

/// A fact of the customer's account in a currency.
pub(crate) fn own_account(anna: &Customer, currency: &str, fact: &str) -> String {
    let accounts = anna.get("/accounts");
    let mut accounts = accounts.as_array().unwrap().iter();
    let found = accounts.find(|account| account["currency"] == currency);
    found.unwrap()[fact].as_str().unwrap().to_owned()
}

fn ordering(anna: &Customer, paid: Sender<(String, String)>) -> Ordering {
    Ordering {
        token: anna.token(),
        pay_from: own_account(anna, "EUR", "id"),
        pay_to: own_account(anna, "PLN", "id"),
        acts: 0,
        open: None,
        orders: BTreeMap::new(),
        paid,
    }
}

/// Every acknowledged order is there once, with its terms; besides, there is at most the one whose
/// answer got lost.
fn compare(listed: &[Value], before: usize, ordering: &Ordering) {
    let mut listed: BTreeMap<&str, &Value> = listed
        .iter()
        .map(|order| (order["id"].as_str().unwrap(), order))
        .collect();
    for (id, order) in &ordering.orders {
        let found = listed.remove(id.as_str()).expect("an acknowledged order");
        for term in ["reference", "gives", "gets", "rate", "pay_in", "placed_at"] {
            assert_eq!(found[term], order[term], "{id}");
        }
    }
    let unknown = listed.len() - before;
    let lost = ordering.open.as_ref().is_some_and(|act| act.is_order());
    assert!(unknown <= usize::from(lost), "{listed:?}");
}

/// Nobody is killed any more: what is open is asked for again, paid, imported, paid out once and
/// confirmed by the bank.
fn quiet_end(server: &Server, ordering: &mut Ordering, banking: &mut Banking<'_>, before: usize) {
    let desk = server.desk();
    let anna = Customer::with_token(&server.panel, ordering.token.clone());
    while let Some(act) = ordering.open.take() {
        // The office keeps its quotes: whatever was asked is answered.
        let answer = anna.act(&act).expect("an answer");
        ordering.open = ordering.answered(&answer);
    }
    let listed = anna.orders();
    assert_eq!(listed.len(), before + ordering.orders.len());
    compare(&listed, before, ordering);

    banking.receive();
    assert!(banking.import(&desk));
    let euros = Iban::parse(EUROS).unwrap();
    let there = banking.bank.balance(euros).unwrap().to_decimal_string();
    assert_eq!(account(&desk, EUROS).available, there);

    let zlotys = account(&desk, ZLOTYS);
    let transfers = banking.folder.join("transfers");
    // The bank works when it is open.
    let day = banking_day_on_or_after(banking.today);
    let exported = export_batch(
        &desk,
        &crate::server::packs(),
        &zlotys.id,
        &day.to_string(),
        &transfers,
    )
    .unwrap();
    let bytes = std::fs::read(&exported.path).unwrap();
    let taken = banking.bank.take_transfers(&bytes, day).unwrap();
    assert_eq!(taken.len(), ordering.orders.len());
    let accounts = [Iban::parse(ZLOTYS).unwrap(), euros];
    let path = banking.folder.join("day.sta");
    std::fs::write(&path, banking.bank.statements(&accounts, day).unwrap()).unwrap();
    assert!(import(&desk, &path).unwrap().is_complete());
    for (iban, number) in [(ZLOTYS, accounts[0]), (EUROS, accounts[1])] {
        let there = banking.bank.balance(number).unwrap().to_decimal_string();
        assert_eq!(account(&desk, iban).booked, there);
    }
    let orders: Vec<OrderView> = desk.orders(None, 10_000).unwrap();
    for id in ordering.orders.keys() {
        let order = orders.iter().find(|order| order.id == *id).unwrap();
        assert_eq!(order.state, OrderState::Completed, "{order:?}");
        assert_eq!(order.payouts.len(), 1, "{order:?}");
    }
    assert_eq!(
        desk.suspense().unwrap().len(),
        usize::try_from(banking.strangers).unwrap()
    );
}

/// The answer got lost with the server that gave it; the quote went with it, the order did not.
#[test]
fn an_order_whose_answer_got_lost_is_the_same_order_after_a_restart() {
    let folder = copy_of_demo();
    let server = Server::start(folder.path());
    let anna = Customer::log_in(&server.panel, "anna@example.test");
    let (paid, _payments) = channel();
    let mut ordering = ordering(&anna, paid);
    let quote = ordering.quote();
    let accepting = ordering.answered(&anna.act(&quote).unwrap()).unwrap();
    let order = anna.act(&accepting).unwrap();
    let all = anna.orders().len();
    server.kill();

    let server = Server::start(folder.path());
    let anna = Customer::with_token(&server.panel, anna.token());
    let again = anna.act(&accepting).unwrap();
    assert_eq!(again["reference"], order["reference"]);
    // Another act may not accept the quote a second time.
    let other = accepting.with_key("another-act");
    assert_eq!(anna.act(&other), Err(NoAnswer::QuoteAccepted));
    assert_eq!(anna.orders().len(), all);
}
