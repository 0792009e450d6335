//! Who takes part: a desk that is far from its office, and the town around both.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kantor_model::{Currency, Date, Iban, Money, Party};
use kantor_office::{Clock, SystemClock};
use kantor_simulator::SimBank;
use kantor_wire::Role;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::customer::{Act, Customer};
use crate::kill::{bank, own_account};
use crate::kit::{Ended, program, text};
use crate::server::{Server, configure};

/// A cashier's desk in a folder of its own, far from the office's.
pub(crate) struct Away {
    folder: TempDir,
}

impl Away {
    /// A desk with a key of its own.
    pub(crate) fn new(server: &Server) -> Away {
        let key = server.desk();
        let key = key.issue_key("kasa-2", Role::Approver, "a second desk");
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("desk.token"),
            key.unwrap().token.unwrap(),
        )
        .unwrap();
        let config = "[desk]\nurl = \"http://127.0.0.1:1\"\ntoken_file = \"desk.token\"\n";
        fs::write(folder.path().join("kantor.toml"), config).unwrap();
        let away = Away { folder };
        away.joins(server);
        away
    }

    /// The office can be seen from here now.
    pub(crate) fn joins(&self, server: &Server) {
        configure(&self.config(), "desk", "url", server.office());
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("kantor.toml")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .args(["--config", text(&self.config())]);
        command
    }

    pub(crate) fn asks(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().unwrap())
    }

    pub(crate) fn does(&self, arguments: &[&str]) -> String {
        let ended = self.asks(arguments);
        ended.succeeded();
        ended.out
    }

    pub(crate) fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let out = self.asks(&[arguments, &["--json"]].concat()).out;
        let rows = out.lines().map(serde_json::from_str);
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// How many acts stand where.
    pub(crate) fn standings(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for row in self.rows(&["queue", "list", "--all"]) {
            let standing = row["standing"].as_str().unwrap().to_owned();
            *counts.entry(standing).or_default() += 1;
        }
        counts
    }
}

/// The world outside the office: a customer who orders, and the bank.
pub(crate) struct Town {
    pub(crate) anna: Customer,
    /// Her account in euros.
    pub(crate) from: String,
    bank: SimBank,
    pub(crate) today: Date,
    orders: Vec<Value>,
}

impl Town {
    pub(crate) fn new(server: &Server) -> Town {
        let today = SystemClock.now().warsaw_date();
        let anna = Customer::log_in(&server.panel, "anna@example.test");
        Town {
            from: own_account(&anna, "EUR", "iban"),
            anna,
            bank: bank(&server.desk(), today),
            today,
            orders: Vec::new(),
        }
    }

    pub(crate) fn order(&mut self) -> &Value {
        let number = self.orders.len();
        let order = order(&self.anna, &format!("{}.00", 100 + number));
        self.orders.push(order);
        &self.orders[number]
    }

    pub(crate) fn id(&self, order: usize) -> &str {
        self.orders[order]["id"].as_str().unwrap()
    }

    pub(crate) fn reference(&self, order: usize) -> &str {
        self.orders[order]["reference"].as_str().unwrap()
    }

    pub(crate) fn pay(
        &mut self,
        to: &str,
        from: &str,
        (amount, currency): (&str, Currency),
        title: &str,
    ) {
        let payer = Party {
            name: "Ktoś Ważny".to_owned(),
            street: "ul. Daleka 1".to_owned(),
            city: "00-001 Warszawa".to_owned(),
        };
        let iban = |text| Iban::parse(text).unwrap();
        let amount = Money::parse(amount, currency).unwrap();
        self.bank
            .receive(iban(to), self.today, amount, &payer, iban(from), title)
            .unwrap();
    }

    /// The statement of the day.
    pub(crate) fn statement(&mut self, account: &str, path: &Path) {
        let account = Iban::parse(account).unwrap();
        fs::write(path, self.bank.statement(account, self.today).unwrap()).unwrap();
    }
}

/// An order of a customer for so many euros.
pub(crate) fn order(customer: &Customer, euros: &str) -> Value {
    let quote = json!({ "gives": "EUR", "gets": "PLN", "fix": "gives", "amount": euros });
    let quote = Act::new("/quotes", format!("quote-{euros}"), quote);
    let quote = customer.act(&quote).unwrap();
    let body = json!({
        "quote": quote["id"],
        "pay_from": own_account(customer, "EUR", "id"),
        "pay_to": own_account(customer, "PLN", "id"),
    });
    let order = Act::new("/orders", format!("order-{euros}"), body);
    customer.act(&order).unwrap()
}
