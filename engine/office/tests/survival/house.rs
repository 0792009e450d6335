//! An office in a database, and processes that serve it: each with connections, a memory and a
//! writer of its own, as if it ran on a machine of its own.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};

use kantor_engine::rates::Fixed;
use kantor_engine::{Actor, Answer, Command, CustomerAccountId, CustomerId, OrderId, RateVersion};
use kantor_model::{Currency, Iban, Moment, Money};
use kantor_office::{Clock, ExecuteError, Office, Once, Request, SetClock, Verified, verify};
use kantor_postgres_kit::shared;
use kantor_store::{OfficeId, PostgresStore, SqliteStore, Store};

use crate::founding::{
    EUR_ACCOUNT, PAYER, closing, found, line, opening, person, settings, thursday_at_ten,
};

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
        let first = found(place.open(), clock.clone(), 50_000_000);
        let customer = first.register(&person("anna"), "salt", None).unwrap();
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

pub(crate) fn order_of(answer: Answer) -> OrderId {
    match answer {
        Answer::Order(order) => order,
        other => panic!("{other:?}"),
    }
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

/// A statement of the euro account, of so many lines of 100 euros.
pub(crate) fn statement(number: u32, from: i64, titles: &[String], is_closed: bool) -> String {
    let balance = |euros: i64| format!("261119EUR{euros},00");
    let mut text = opening(EUR_ACCOUNT, &format!("{number}/1"), &balance(from));
    for (at, title) in titles.iter().enumerate() {
        text += &line(number as usize * 1000 + at, "100,00", PAYER, title);
    }
    if is_closed {
        text += &closing(&balance(from + 100 * i64::try_from(titles.len()).unwrap()));
    }
    text
}
