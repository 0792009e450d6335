//! An office in a database, and processes that serve it: each with connections, a memory and a
//! writer of its own, as if it ran on a machine of its own.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};

use kantor_engine::rates::{Fixed, RateLine};
use kantor_engine::{
    Actor, Answer, Command, CustomerAccountId, CustomerId, OrderId, Policy, RateVersion, Reference,
};
use kantor_model::{Currency, Iban, Moment, Money, Party, Rate};
use kantor_office::{
    Clock, ExecuteError, Import, NewPerson, Office, Once, Request, SetClock, Settings, Verified,
    verify,
};
use kantor_postgres_kit::shared;
use kantor_store::{OfficeId, PostgresStore, SqliteStore, Store};

pub(crate) const PLN_ACCOUNT: &str = "PL46114010100000579009004001";
pub(crate) const EUR_ACCOUNT: &str = "PL89114010100000579009004003";
pub(crate) const PAYER: &str = "PL61109010140000071219812874";

/// Where an office is kept.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// In a PostgreSQL database, for many processes.
    Database(String),
    /// In a file, for one.
    File(PathBuf),
}

impl Place {
    /// Opened for a process that serves the office.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        match self {
            Place::Database(url) => Arc::new(PostgresStore::open(&url.parse().unwrap()).unwrap()),
            Place::File(path) => Arc::new(SqliteStore::open(path).unwrap()),
        }
    }

    /// Opened for somebody who looks.
    pub(crate) fn look(&self) -> Arc<dyn Store> {
        match self {
            Place::Database(url) => {
                Arc::new(PostgresStore::open_read_only(&url.parse().unwrap()).unwrap())
            }
            Place::File(path) => Arc::new(SqliteStore::open_read_only(path).unwrap()),
        }
    }
}

/// The one office of a test's database.
pub(crate) struct House {
    pub(crate) place: Place,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) first: Office,
    pub(crate) customer: CustomerId,
    pub(crate) pays_from: CustomerAccountId,
    pub(crate) paid_to: CustomerAccountId,
}

pub(crate) fn staff() -> Actor {
    Actor::Staff("anna".to_owned())
}

fn settings() -> Settings {
    Settings {
        office: OfficeId(1),
        owner: Party {
            name: "Kantor Testowy".to_owned(),
            street: "ul. Prosta 1".to_owned(),
            city: "00-001 Warszawa".to_owned(),
        },
    }
}

fn anna() -> NewPerson {
    NewPerson {
        first_name: "Anna".to_owned(),
        last_name: "Żółć".to_owned(),
        pesel: "44051401359".to_owned(),
        email: "anna@example.test".to_owned(),
        phone: "+48601602603".to_owned(),
        street: "ul. Długa 2".to_owned(),
        postal_code: "00-950".to_owned(),
        city: "Łódź".to_owned(),
        password_hash: "$argon2id$".to_owned(),
    }
}

/// Carries out a command that nothing stands against.
pub(crate) fn does(office: &Office, command: Command) -> Answer {
    office.execute(Request::new(staff(), command)).unwrap()
}

impl House {
    /// A new office in the server that all tests share, on a Thursday at ten.
    pub(crate) fn begin() -> House {
        House::begin_in(Place::Database(shared().database()))
    }

    /// A new office on a Thursday at ten.
    pub(crate) fn begin_in(place: Place) -> House {
        House::begin_by(place, Arc::new(SetClock::at(thursday_at_ten())))
    }

    /// A new office with two accounts, a rate and a customer, by a clock.
    pub(crate) fn begin_by(place: Place, clock: Arc<dyn Clock>) -> House {
        let policy = Policy::initial();
        let first = Office::create(place.open(), settings(), clock.clone(), policy).unwrap();
        for currency in [Currency::PLN, Currency::EUR] {
            does(&first, Command::DefineCurrency { currency });
        }
        for (iban, opening) in [
            (PLN_ACCOUNT, Money::new(50_000_000, Currency::PLN)),
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
            does(&first, open);
        }
        let line = RateLine::new(
            Rate::parse("4.2000", Currency::EUR, Currency::PLN).unwrap(),
            Rate::parse("4.3000", Currency::EUR, Currency::PLN).unwrap(),
            Rate::parse("4.2500", Currency::EUR, Currency::PLN).unwrap(),
        );
        let publish = Command::PublishRates {
            source: "test".to_owned(),
            lines: vec![line.unwrap()],
        };
        does(&first, publish);
        let customer = first.register(&anna(), "salt", None).unwrap();
        let account = |currency| {
            let iban = Iban::parse(PAYER).unwrap();
            let added = first.add_customer_account(customer, iban, currency, "mine", "salt", None);
            added.unwrap()
        };
        let (pays_from, paid_to) = (account(Currency::EUR), account(Currency::PLN));
        House {
            place,
            clock,
            first,
            customer,
            pays_from,
            paid_to,
        }
    }

    /// The same office in another place, where its bytes are.
    pub(crate) fn moved(&self, place: Place) -> House {
        House {
            first: Office::open(place.open(), settings(), self.clock.clone()).unwrap(),
            place,
            clock: self.clock.clone(),
            ..*self
        }
    }

    /// One more process, by the house's clock.
    pub(crate) fn process(&self) -> Office {
        self.process_with(self.clock.clone())
    }

    pub(crate) fn process_with(&self, clock: Arc<dyn Clock>) -> Office {
        Office::open(self.place.open(), settings(), clock).unwrap()
    }

    pub(crate) fn processes(&self, count: usize) -> Vec<Office> {
        (0..count).map(|_| self.process()).collect()
    }

    /// Anna orders zlotys for 100 euros.
    pub(crate) fn ordering(&self) -> Request {
        let place = Command::PlaceOrder {
            customer: self.customer,
            fixed: Fixed::Gives(Money::new(10_000, Currency::EUR)),
            other: Currency::PLN,
            rates: RateVersion(1),
            pays_from: self.pays_from,
            paid_to: self.paid_to,
        };
        Request::new(Actor::Customer(self.customer), place)
    }

    pub(crate) fn order(&self, office: &Office) -> OrderId {
        order_of(office.execute(self.ordering()).unwrap())
    }

    /// Everything agrees, and so do the processes.
    pub(crate) fn verify(&self, processes: &[Office]) -> Verified {
        let store = self.place.look();
        let view = store.view(OfficeId(1)).unwrap();
        let seen = verify(&*view, Moment::from_micros(i64::MAX / 2)).unwrap();
        let looking = Office::open(self.place.look(), settings(), self.clock.clone()).unwrap();
        let snapshot = looking.read(Clone::clone);
        for office in processes {
            let head = office.wait(seen.head.seq - 1, std::time::Duration::from_secs(30));
            assert_eq!(head, seen.head.seq, "a process does not follow");
            assert!(
                office.read(|own| *own == snapshot),
                "a process saw another office"
            );
        }
        seen
    }
}

pub(crate) fn thursday_at_ten() -> Moment {
    let thursday = "2026-11-19".parse().unwrap();
    Moment::from_warsaw(thursday, 10, 0).unwrap()
}

pub(crate) fn order_of(answer: Answer) -> OrderId {
    match answer {
        Answer::Order(order) => order,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn title(order: OrderId) -> String {
    Reference::of_order(order).unwrap().to_string()
}

pub(crate) fn once(key: &str) -> Option<Once> {
    Some(Once {
        principal: "customer:1".to_owned(),
        key: key.to_owned(),
        body: b"order".to_vec(),
    })
}

/// All processes do it at the same moment.
pub(crate) fn at_once<T: Send>(
    processes: &[Office],
    act: impl Fn(usize, &Office) -> T + Sync,
) -> Vec<T> {
    let gate = Barrier::new(processes.len());
    std::thread::scope(|scope| {
        let racing: Vec<_> = processes
            .iter()
            .enumerate()
            .map(|(number, office)| {
                let (gate, act) = (&gate, &act);
                scope.spawn(move || {
                    gate.wait();
                    act(number, office)
                })
            })
            .collect();
        racing
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    })
}

/// A refusal, and nothing worse.
pub(crate) fn is_refusal<T>(answer: &Result<T, ExecuteError>) -> bool {
    matches!(answer, Err(ExecuteError::Refused(_)))
}

/// A statement of the euro account in mBank's shape, of so many lines of 100 euros.
pub(crate) fn statement(number: u32, opening: i64, titles: &[String], is_closed: bool) -> String {
    let amount = |euros: i64| format!("{euros},00");
    let mut text = format!(
        ":20:ST261119CYC/1\n:25:{EUR_ACCOUNT}\n:28C:{number}/1\n:60F:C261119EUR{}\n",
        amount(opening)
    );
    for (at, title) in titles.iter().enumerate() {
        let id = u64::from(number) * 1000 + at as u64;
        text += &format!(
            ":61:2611191119CR100,00NTRFNONREF//EL{id:06}-000970\n770-PRZELEW\n\
             :86:770 PRZELEW; Z RACH.: {}; OD: ANNA ZOLC; TYT.: {title}; TNR: 1452710161{id:05}.040001\n",
            &PAYER[2..]
        );
    }
    if is_closed {
        let closing = opening + 100 * i64::try_from(titles.len()).unwrap();
        text += &format!(":62F:C261119EUR{}\n", amount(closing));
    }
    text
}

/// The file uploaded through a process, as its desk read it.
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
