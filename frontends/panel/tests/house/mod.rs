//! An office with its two listeners, without a socket: for route tests and for looking at pages.
#![allow(dead_code, unused_imports)] // each test uses a part of it

mod browser;
mod desk;
mod post;
mod store;

use std::sync::Arc;

use kantor_engine::Policy;
use kantor_model::{Moment, Party};
use kantor_office::{Clock, Office, Role, SetClock, TokenRecord};
use kantor_panel::{
    AccessSettings, CustomerServer, FrontServer, Limits, LocalOffice, OfficeServer, Routes,
    Settings, sha256_hex,
};
use kantor_store::{OfficeId, SqliteStore, Store};

pub(crate) use browser::{Answer, Browser, PERSON};
pub(crate) use desk::{Desk, statement};
pub(crate) use post::Post;
use store::Guarded;

/// Accounts of the office: mBank and PKO BP, zlotys and euros.
pub(crate) const OFFICE_ACCOUNTS: [(&str, &str, &str, &str); 4] = [
    (
        "PL46114010100000579009004001",
        "PLN",
        "mBank PLN",
        "50000.00",
    ),
    (
        "PL89114010100000579009004003",
        "EUR",
        "mBank EUR",
        "12000.00",
    ),
    ("PL60102010260000042270201111", "PLN", "PKO PLN", "80000.00"),
    ("PL36102010260000042270202222", "EUR", "PKO EUR", "5000.00"),
];

/// A customer's accounts at mBank.
pub(crate) const CUSTOMER_PLN: &str = "PL27114020040000300201355387";
/// See [`CUSTOMER_PLN`].
pub(crate) const CUSTOMER_EUR: &str = "PL97114020040000300201355388";

/// The office and its listeners.
pub(crate) struct House {
    pub(crate) office: Office,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) customers: CustomerServer,
    pub(crate) desks: OfficeServer,
    pub(crate) port: Arc<LocalOffice>,
    pub(crate) store: Arc<Guarded>,
    _folder: tempfile::TempDir,
}

/// The tokens of the office, by role.
pub(crate) const TOKENS: [(&str, Role); 4] = [
    ("front-token", Role::Front),
    ("cashier-token", Role::Cashier),
    ("approver-token", Role::Approver),
    ("administrator-token", Role::Administrator),
];

impl House {
    /// An office that has only just opened, at nine on a Monday.
    pub(crate) fn empty(settings: Settings) -> House {
        let nine = Moment::from_warsaw("2026-11-23".parse().unwrap(), 9, 0).unwrap();
        House::empty_at(settings, nine)
    }

    /// An office that has only just opened.
    pub(crate) fn empty_at(settings: Settings, now: Moment) -> House {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
        let store = Arc::new(Guarded::new(store));
        let kept: Arc<dyn Store> = store.clone();
        let clock = Arc::new(SetClock::at(now));
        let about = kantor_office::Settings {
            office: OfficeId(1),
            owner: Party {
                name: "Kantor Pod Zegarem".to_owned(),
                street: "ul. Prosta 1".to_owned(),
                city: "00-001 Warszawa".to_owned(),
            },
        };
        let told: Arc<dyn Clock> = clock.clone();
        let office = Office::create(kept, about, told, Policy::initial()).unwrap();
        for (token, role) in TOKENS {
            office
                .add_token(&TokenRecord {
                    name: token.replace("-token", ""),
                    role,
                    token_hash: sha256_hex(token.as_bytes()),
                })
                .unwrap();
        }
        let port = Arc::new(LocalOffice::open(office.clone(), &AccessSettings::default()).unwrap());
        House {
            customers: CustomerServer::open(port.clone(), settings.clone()).unwrap(),
            desks: OfficeServer::open(port.clone(), settings).unwrap(),
            port,
            office,
            clock,
            store,
            _folder: folder,
        }
    }

    /// An office that trades: currencies, accounts and rates are set up through its own API.
    pub(crate) async fn open() -> House {
        let house = House::empty(Settings::default());
        house.set_up().await;
        house
    }

    /// Sets currencies, accounts and rates up.
    pub(crate) async fn set_up(&self) {
        let desk = self.desk("administrator-token");
        for code in ["PLN", "EUR", "USD", "CHF", "GBP"] {
            desk.post("/currencies", &serde_json::json!({ "code": code }))
                .await
                .is(200);
        }
        for (iban, currency, name, opening) in OFFICE_ACCOUNTS {
            desk.post(
                "/accounts",
                &serde_json::json!({
                    "iban": iban, "currency": currency, "name": name,
                    "default": name.starts_with("mBank"),
                    "opening": { "amount": opening, "date": "2026-11-20" },
                    "last_statement": "211/1",
                }),
            )
            .await
            .is(200);
        }
        desk.publish_rates("4.2310").await.is(200);
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.customers.routes())
    }

    /// A desk with a token.
    pub(crate) fn desk(&self, token: &str) -> Desk {
        Desk::new(self.desks.routes(), token)
    }

    /// All routes of the listener for fronts.
    pub(crate) fn fronts(&self) -> Routes {
        FrontServer::new(self.port.clone(), self.port.clone(), Limits::default()).routes()
    }

    /// All customer routes.
    pub(crate) fn routes(&self) -> Routes {
        self.customers.routes()
    }
}
