//! A small office as each test here begins with: who owns it, its accounts, its rates and the
//! people who come to it; and statements as its bank prints them.

use std::sync::Arc;

use kantor_engine::rates::RateLine;
use kantor_engine::{Actor, Answer, Command, OrderId, Policy, Reference};
use kantor_model::{Currency, Direction, Iban, Moment, Money, Party, Rate};
use kantor_office::{Clock, Import, NewPerson, Office, Request, Settings};
use kantor_store::{OfficeId, Store};

pub(crate) const PLN_ACCOUNT: &str = "PL46114010100000579009004001";
pub(crate) const EUR_ACCOUNT: &str = "PL89114010100000579009004003";
/// An account at another bank.
pub(crate) const PAYER: &str = "PL61109010140000071219812874";

pub(crate) fn settings() -> Settings {
    Settings {
        office: OfficeId(1),
        owner: Party {
            name: "Kantor Testowy".to_owned(),
            street: "ul. Prosta 1".to_owned(),
            city: "00-001 Warszawa".to_owned(),
        },
    }
}

/// The moment at which it is founded.
pub(crate) fn thursday_at_ten() -> Moment {
    let thursday = "2026-11-19".parse().unwrap();
    Moment::from_warsaw(thursday, 10, 0).unwrap()
}

/// The cashier.
pub(crate) fn cashier() -> Actor {
    Actor::Staff("anna".to_owned())
}

/// Carries out a cashier's command that nothing stands against.
pub(crate) fn does(office: &Office, command: Command) -> Answer {
    office.execute(Request::new(cashier(), command)).unwrap()
}

/// A new office with two accounts, so many grosze in the one for zlotys, and a table of rates.
pub(crate) fn found(store: Arc<dyn Store>, clock: Arc<dyn Clock>, zlotys: i64) -> Office {
    let office = Office::create(store, settings(), clock, Policy::initial()).unwrap();
    for currency in [Currency::PLN, Currency::EUR] {
        does(&office, Command::DefineCurrency { currency });
    }
    for (iban, opening) in [
        (PLN_ACCOUNT, Money::new(zlotys, Currency::PLN)),
        (EUR_ACCOUNT, Money::new(100_000, Currency::EUR)),
    ] {
        let open = Command::OpenAccount {
            iban: Iban::parse(iban).unwrap(),
            name: "mBank".to_owned(),
            fallback: true,
            opening,
            opened_on: "2026-11-18".parse().unwrap(),
            last_statement: Some("211/1".to_owned()),
        };
        does(&office, open);
    }
    does(&office, rates(["4.2000", "4.3000", "4.2500"]));
    office
}

/// A table of rates for the euro: buying, selling, middle.
pub(crate) fn rates(line: [&str; 3]) -> Command {
    fn rate<D: Direction>(text: &str) -> Rate<D> {
        Rate::parse(text, Currency::EUR, Currency::PLN).unwrap()
    }
    let [buy, sell, mid] = line;
    let line = RateLine::new(rate(buy), rate(sell), rate(mid)).unwrap();
    Command::PublishRates {
        source: "test".to_owned(),
        lines: vec![line],
    }
}

/// Somebody who wants to be a customer, with an address of his own.
pub(crate) fn person(name: &str) -> NewPerson {
    NewPerson {
        first_name: name.to_owned(),
        last_name: "Żółć".to_owned(),
        pesel: "44051401359".to_owned(),
        email: format!("{name}@example.test"),
        phone: "+48601602603".to_owned(),
        street: "ul. Długa 2".to_owned(),
        postal_code: "00-950".to_owned(),
        city: "Łódź".to_owned(),
        password_hash: "$argon2id$".to_owned(),
    }
}

/// The title under which an order is paid.
pub(crate) fn title(order: OrderId) -> String {
    Reference::of_order(order).unwrap().to_string()
}

/// How a statement in mBank's shape begins: account, number, day and amount of its opening balance,
/// as `261118EUR1000,00`.
pub(crate) fn opening(iban: &str, number: &str, balance: &str) -> String {
    format!(":20:ST261119CYC/1\n:25:{iban}\n:28C:{number}\n:60F:C{balance}\n")
}

/// A line of such a statement, with its number at the bank; an amount with a minus leaves.
pub(crate) fn line(id: usize, amount: &str, account: &str, title: &str) -> String {
    let (sign, digits) = match amount.strip_prefix('-') {
        Some(digits) => ("DR", digits),
        None => ("CR", amount),
    };
    let account = account.trim_start_matches("PL");
    format!(
        ":61:2611191119{sign}{digits}NTRFNONREF//EL{id:06}-000970\n770-PRZELEW\n\
         :86:770 PRZELEW; Z RACH.: {account}; OD: ANNA ZOLC; TYT.: {title}; TNR: 1452710161{id:05}.040001\n"
    )
}

/// How it ends, if it does: with the balance after its lines, as `261119EUR1100,00`.
pub(crate) fn closing(balance: &str) -> String {
    format!(":62F:C{balance}\n")
}

/// The file uploaded through an office, as its desk read it.
pub(crate) fn uploaded(office: &Office, file: &str) -> Import {
    let stored = office.store_file(&mut file.as_bytes()).unwrap();
    Import {
        file: stored.hash,
        read_by: "mbank 0.1.0".to_owned(),
        statements: kantor_parsers::parse_all(file.as_bytes()).statements,
        account: None,
        lenient: false,
    }
}
