//! A customer at panels in other processes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use tokio::net::TcpListener;

use crate::far::{Far, asked, browser};
use crate::house::{CUSTOMER_EUR, CUSTOMER_PLN, OFFICE_ACCOUNTS, Post, statement};

/// The title that the page of an order tells.
fn title(page: &str) -> String {
    let marker = "id=\"pay-title\" data-copy=\"";
    let start = page.find(marker).unwrap() + marker.len();
    page[start..start + page[start..].find('"').unwrap()].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_forgotten_at_one_panel_is_chosen_at_another() {
    let far = Far::open().await;
    let (one, two) = (far.panel(), far.panel());
    let mut first = browser(&one);
    first.register("anna@example.test").await;
    let mut lost = browser(&one);
    lost.get("/forgotten").await.is(200);
    let email = [("email", "anna@example.test")];
    lost.submit("/forgotten", &email).await.is(200);
    let office = far.house.office.clone();
    let anna = kantor_engine::CustomerId(1);
    let language = asked(move || office.language(anna).unwrap()).await;
    assert_eq!(language.as_deref(), Some("en"));
    let office = far.house.office.clone();
    let codes = asked(move || Post::default().codes(&office)).await;
    let mut found = browser(&two);
    found.get(&format!("/password/{}", codes[0])).await.is(200);
    let password = [("password", "zielone jabłka")];
    found.submit("/password", &password).await.is(303);
    first.get("/profile").await.is(303);
    found.get("/login").await.is(200);
    let fields = [email[0], password[0]];
    found.submit("/login", &fields).await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_begins_at_one_panel_and_goes_on_at_another() {
    let far = Far::open().await;
    let (one, two) = (far.panel(), far.panel());
    let mut first = browser(&one);
    first.register("anna@example.test").await;
    first.add_account(CUSTOMER_PLN, "PLN").await;
    first.add_account(CUSTOMER_EUR, "EUR").await;
    first.get("/exchange").await.is(200);
    let fields = [
        ("gives", "EUR"),
        ("gets", "PLN"),
        ("gives_amount", "1000"),
        ("gets_amount", ""),
    ];
    let quote = first.submit("/exchange", &fields).await.is(303);
    let quote = quote.header("location").to_owned();

    // The same cookie at the other panel: the rate that was promised is kept by the office.
    let mut second = browser(&two);
    second.cookies = first.cookies.clone();
    second.get(&quote).await.is(200).says("4.1870");
    let order = second.place().await;
    let page = first.get(&order).await.is(200);
    let desk = far.house.desk("administrator-token");
    let (iban, ..) = OFFICE_ACCOUNTS[1];
    let line = ("1000,00", title(&page.body), CUSTOMER_EUR);
    let file = statement(
        iban,
        "EUR",
        "12000,00",
        &[(line.0, &line.1, line.2)],
        Some("13000,00"),
    );
    desk.import(&file).await.is(200);
    first
        .get(&order)
        .await
        .is(200)
        .says("data-state=\"Funded\"");

    // Whoever logs out at one panel is logged out at the other.
    first.get("/profile").await.is(200);
    first.submit("/logout", &[]).await.is(303);
    second.get("/profile").await.is(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_named_across_the_network_as_at_home() {
    let far = Far::open().await;
    let panel = far.panel();
    let mut browser = browser(&panel);
    browser.get("/register").await.is(200);
    let mut fields = crate::house::PERSON.with_email("anna@example.test");
    fields[2].1 = "44051401358";
    browser
        .submit("/register", &fields)
        .await
        .is(422)
        .says("The last digit does not fit the others")
        .says("value=\"Żółć\"");
}

/// Reads one event's data from a stream.
fn next_data(stream: &mut BufReader<TcpStream>) -> String {
    loop {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended");
        if let Some(data) = line.trim().strip_prefix("data:") {
            return data.trim().to_owned();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_and_orders_reach_browsers_at_another_process() {
    let far = Far::open().await;
    let panel = far.panel();
    let mut browser = browser(&panel);
    browser.register("anna@example.test").await;
    browser.add_account(CUSTOMER_PLN, "PLN").await;
    browser.add_account(CUSTOMER_EUR, "EUR").await;
    browser.quote("EUR", "1000", "PLN").await.is(200);
    let order = browser.place().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(panel.clone().run(listener, None, async {
        let _ = stopped.await;
    }));
    let cookie = format!("kantor_session={}", browser.cookies["kantor_session"]);
    let open = move |path: String| {
        let cookie = cookie.clone();
        asked(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(
                stream,
                "GET {path} HTTP/1.1\r\nHost: panel\r\nCookie: {cookie}\r\n\r\n"
            )
            .unwrap();
            let mut stream = BufReader::new(stream);
            (next_data(&mut stream), stream)
        })
    };
    let (rates, mut rates_stream) = open("/rates/events".to_owned()).await;
    let (version, mut order_stream) = open(format!("{order}/events")).await;
    let desk = far.house.desk("administrator-token");
    desk.publish_rates("4.4444").await.is(200);
    let newer = asked(move || next_data(&mut rates_stream)).await;
    assert!(newer.parse::<u64>().unwrap() > rates.parse::<u64>().unwrap());
    let id = order.rsplit('/').next().unwrap();
    desk.post(
        &format!("/orders/{id}/cancel"),
        &serde_json::json!({ "reason": "asked by telephone" }),
    )
    .await
    .is(200);
    let newer = asked(move || next_data(&mut order_stream)).await;
    assert!(newer.parse::<u64>().unwrap() > version.parse::<u64>().unwrap());
    drop(stop);
    server.await.unwrap();
}
