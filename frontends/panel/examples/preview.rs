//! An office with orders in several states on port 8088, to look at the pages while they are made:
//! `cargo run -p kantor-panel --example preview`, then log in as `anna@example.test` with the
//! password `trzy małe koty`.

#[path = "../tests/house/mod.rs"]
mod house;

use house::{CUSTOMER_EUR, CUSTOMER_PLN, House};
use kantor_office::{Clock, SystemClock};
use kantor_panel::Settings;

#[tokio::main]
async fn main() {
    let now = SystemClock.now();
    let house = House::empty_at(Settings::default(), now);
    house.set_up().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    browser.add_account(CUSTOMER_PLN, "PLN").await;
    browser.add_account(CUSTOMER_EUR, "EUR").await;
    let desk = house.desk("administrator-token");
    let day = now.warsaw_date().to_string();

    browser.quote("PLN", "4231,00", "EUR").await;
    let paid = browser.place().await;
    browser.quote("PLN", "850", "EUR").await;
    let held = browser.place().await;
    let title = |path: &str| {
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        let order = kantor_engine::OrderId(id);
        kantor_engine::Reference::of_order(order)
            .unwrap()
            .to_string()
    };
    let (account, ..) = house::OFFICE_ACCOUNTS[0];
    let file = house::statement(
        account,
        "PLN",
        "50000,00",
        &[
            ("4231,00", &title(&paid), CUSTOMER_PLN),
            ("800,00", &title(&held), CUSTOMER_PLN),
        ],
        Some("55031,00"),
    );
    println!("{}", desk.import(&file).await.is(200).body);
    let (euro, ..) = house::OFFICE_ACCOUNTS[1];
    desk.batch_only("2", &day).await;
    let _ = euro;
    browser.quote("EUR", "250", "PLN").await;
    let cancelled = browser.place().await;
    browser
        .submit(&format!("{cancelled}/cancel"), &[])
        .await
        .is(303);
    browser.quote("PLN", "2000", "EUR").await;
    println!("waiting: {}", browser.place().await);
    println!("paid: {paid}, held: {held}, cancelled: {cancelled}");
    println!("cookie: {:?}", browser.cookies);
    house.clock.release();

    let listener = tokio::net::TcpListener::bind("127.0.0.1:8088")
        .await
        .unwrap();
    println!("http://127.0.0.1:8088/");
    house
        .customers
        .clone()
        .run(listener, None, async {
            tokio::signal::ctrl_c().await.unwrap();
        })
        .await;
}
