//! The journeys that matter, in a real browser against a real office whose clock stands. The bank
//! and the desk are played through the office API.

mod house;

#[path = "browser/driver.rs"]
mod driver;

use driver::{Driver, Page, Size};
use house::{CUSTOMER_EUR, CUSTOMER_PLN, House, OFFICE_ACCOUNTS, PERSON, statement};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The panel on a port of its own, until it is dropped.
struct Served {
    runtime: Runtime,
    house: House,
    base: String,
    stop: Option<oneshot::Sender<()>>,
    server: Option<tokio::task::JoinHandle<()>>,
}

impl Served {
    fn start() -> Served {
        let runtime = Runtime::new().unwrap();
        let (house, base, stop, server) = runtime.block_on(async {
            let house = House::open().await;
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let (stop, stopped) = oneshot::channel::<()>();
            let panel = house.customers.clone();
            let server = tokio::spawn(panel.run(listener, None, async {
                let _ = stopped.await;
            }));
            (house, base, stop, server)
        });
        Served {
            runtime,
            house,
            base,
            stop: Some(stop),
            server: Some(server),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What the bank and the desk do while a customer looks at his page.
    fn import(&self, account: usize, opening: &str, line: (&str, &str, &str), closing: &str) {
        let (iban, currency, ..) = OFFICE_ACCOUNTS[account];
        let file = statement(iban, currency, opening, &[line], Some(closing));
        let desk = self.house.desk("administrator-token");
        self.runtime
            .block_on(async { desk.import(&file).await.is(200) });
    }

    fn pay_out(&self, account: &str) -> serde_json::Value {
        let desk = self.house.desk("administrator-token");
        self.runtime.block_on(desk.pay_out(account, "2026-11-23"))
    }
}

impl Drop for Served {
    /// Stops the server while a browser still follows an order: it must end by itself.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server).unwrap();
        }
    }
}

fn register(page: &Page<'_>, base: &str) {
    page.go(&format!("{base}/register"));
    for (name, value) in PERSON.with_email("anna@example.test") {
        page.fill(name, value);
    }
    page.find("main button[type=submit]").click();
    page.find("#accounts");
}

/// Adds his two accounts, each once the page shows the one before.
fn add_accounts(page: &Page<'_>) {
    for (at, iban, currency) in [(1, CUSTOMER_PLN, "PLN"), (2, CUSTOMER_EUR, "EUR")] {
        add_account(page, iban, currency);
        page.find(&format!(".accounts li:nth-child({at})"));
    }
}

fn add_account(page: &Page<'_>, iban: &str, currency: &str) {
    page.fill("iban", iban);
    page.choose("currency", currency);
    page.find("form[action$=\"/profile/accounts\"] button")
        .click();
}

fn state_is(state: &str) -> String {
    format!("document.getElementById('order-state')?.dataset.state === '{state}'")
}

#[test]
fn a_customer_registers_orders_pays_and_sees_completed() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let served = Served::start();
    let page = driver.open(Size::Desk, true);
    register(&page, &served.base);
    add_accounts(&page);

    page.go(&served.url("/exchange?gives=EUR&gets=PLN"));
    page.fill("gives_amount", "1000");
    page.wait_until("document.getElementById('gets_amount').value === '4,187.00'");
    page.find("main button.wide-button").click();
    assert!(page.find(".deal").text().contains("1 EUR = 4.1870 PLN"));
    page.find(".place button").click();

    let title = page.find("#pay-title").text();
    assert_eq!(
        page.find("#pay-account").text().replace(' ', ""),
        OFFICE_ACCOUNTS[1].0
    );
    assert_eq!(page.find("#pay-amount").text(), "1,000.00 EUR");
    assert!(page.find("[data-clock]").text().starts_with("1"));
    page.find("button.copy");

    // From here on nobody touches the browser: the page follows by itself.
    served.import(1, "12000,00", ("1000,00", &title, CUSTOMER_EUR), "13000,00");
    page.wait_until(&state_is("Funded"));
    let batch = served.pay_out("1");
    page.wait_until(&state_is("PayingOut"));
    let reference = batch["transfers"][0]["reference"].as_str().unwrap();
    served.import(
        0,
        "50000,00",
        ("-4187,00", reference, CUSTOMER_PLN),
        "45813,00",
    );
    page.wait_until(&state_is("Completed"));
    assert_eq!(page.find("#order-state").text(), "Completed");
    page.go(&served.url("/orders"));
    assert!(page.find(".order-list .badge").text().contains("Completed"));
}

#[test]
fn the_way_to_an_order_needs_no_script() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let served = Served::start();
    let page = driver.open(Size::Phone, false);
    register(&page, &served.base);
    page.go(&served.url("/?gives=PLN&gets=EUR"));
    page.fill("gives_amount", "850");
    page.find("button.scriptless").click();
    page.find("#gets_amount[value=\"200.89\"]");
    page.find("button[formaction$=\"/exchange\"]").click();
    page.find("main button.wide-button").click();
    for (iban, currency) in [(CUSTOMER_PLN, "PLN"), (CUSTOMER_EUR, "EUR")] {
        let form = format!("form:has([name=currency][value={currency}])");
        page.find(&format!("{form} [name=iban]")).type_text(iban);
        page.find(&format!("{form} button")).click();
        page.find(&format!(
            "[name={}]",
            if currency == "PLN" {
                "pay_from"
            } else {
                "pay_to"
            }
        ));
    }
    page.find(".place button").click();
    let title = page.find("#pay-title").text();
    served.import(0, "50000,00", ("850,00", &title, CUSTOMER_PLN), "50850,00");
    let order = page.url();
    page.go(&order);
    page.find("#order-state[data-state=Funded]");
}

#[test]
fn new_rates_show_without_a_reload() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let served = Served::start();
    let page = driver.open(Size::Desk, true);
    page.go(&served.base);
    page.wait_until("document.querySelector('.live:not([hidden])') !== null");
    let desk = served.house.desk("cashier-token");
    served
        .runtime
        .block_on(async { desk.publish_rates("4.4444").await.is(200) });
    page.wait_until("document.querySelector('.rates').textContent.includes('4.4444')");
    assert!(!page.picture().is_empty());
    // The server ends although the browser still follows the rates.
    drop(served);
}

#[test]
fn no_page_is_wider_than_a_telephone() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let served = Served::start();
    let page = driver.open(Size::Phone, true);
    register(&page, &served.base);
    add_accounts(&page);
    page.go(&served.url("/exchange"));
    page.fill("gives_amount", "123456,78");
    page.find("main button.wide-button").click();
    let place = page.find(".place button");
    page.wait_until("document.documentElement.scrollWidth <= innerWidth");
    place.click();
    page.find("#pay-title");
    let order = page.url();
    for path in ["/", "/exchange", "/orders", "/profile", "/nowhere"] {
        page.go(&served.url(path));
        page.wait_until("document.documentElement.scrollWidth <= innerWidth");
    }
    page.go(&order);
    page.wait_until("document.documentElement.scrollWidth <= innerWidth");
}
