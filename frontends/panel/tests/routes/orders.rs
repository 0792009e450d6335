//! A customer's way: account, quote, order, payment, payout.

use serde_json::json;

use crate::house::{Browser, CUSTOMER_EUR, CUSTOMER_PLN, House, OFFICE_ACCOUNTS, statement};

/// An office with a customer who has his two accounts, logged in.
pub(crate) async fn with_customer() -> (House, Browser) {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    browser.add_account(CUSTOMER_PLN, "PLN").await;
    browser.add_account(CUSTOMER_EUR, "EUR").await;
    (house, browser)
}

/// The title that the page of an order tells.
fn title(page: &str) -> String {
    let marker = "id=\"pay-title\" data-copy=\"";
    let start = page.find(marker).unwrap() + marker.len();
    page[start..start + page[start..].find('"').unwrap()].to_owned()
}

#[tokio::test]
async fn a_wrong_account_number_is_refused_with_its_rule() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    browser
        .get("/profile")
        .await
        .says("You have no accounts yet");
    let wrong = CUSTOMER_PLN.replace("PL27", "PL28");
    let fields = [
        ("iban", wrong.as_str()),
        ("currency", "PLN"),
        ("name", "home"),
    ];
    browser
        .submit("/profile/accounts", &fields)
        .await
        .is(422)
        .says("The check digits do not fit the number")
        .says("value=\"home\"");
    let spaced = "27 1140 2004 0000 3002 0135 5387";
    let fields = [("iban", spaced), ("currency", "PLN"), ("name", "home")];
    browser.submit("/profile/accounts", &fields).await.is(303);
    browser
        .get("/profile")
        .await
        .says("mBank")
        .says("PL27 1140 2004 0000 3002 0135 5387");
}

#[tokio::test]
async fn an_account_can_be_taken_out_again() {
    let (_house, mut browser) = with_customer().await;
    browser.get("/profile").await.is(200);
    browser
        .submit("/profile/accounts/1/remove", &[])
        .await
        .is(303);
    browser
        .get("/profile")
        .await
        .says_not("PL27 1140")
        .says("PL97 1140");
}

#[tokio::test]
async fn the_order_page_tells_how_to_pay() {
    let (_house, mut browser) = with_customer().await;
    browser
        .quote("PLN", "4231", "EUR")
        .await
        .is(200)
        .says("1,000.00\u{a0}EUR")
        .says("data-countdown=\"60\"");
    let order = browser.place().await;
    let page = browser.get(&order).await.is(200);
    assert!(title(&page.body).starts_with("KZ"), "{}", page.body);
    page.says("4,231.00\u{a0}PLN")
        .says("PL46 1140 1010 0000 5790 0900 4001")
        .says("Kantor Pod Zegarem")
        .says("data-countdown=\"900\"")
        .says("09:15")
        .says("This account is at your bank")
        .says("<noscript><meta http-equiv=\"refresh\"")
        .says("Awaiting payment");
    browser.get("/orders").await.says("4,231.00\u{a0}PLN");
}

#[tokio::test]
async fn a_missing_account_is_added_on_the_way() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    let page = browser.quote("PLN", "100", "EUR").await.is(200);
    let page = page.says("Your profile has no account yet in");
    assert!(page.body.contains("disabled"), "cannot order yet");
    for (iban, currency) in [(CUSTOMER_PLN, "PLN"), (CUSTOMER_EUR, "EUR")] {
        let page = browser.quote("PLN", "100", "EUR").await.body;
        let start = page.find("action=\"/quotes/").unwrap() + 8;
        let path = page[start..start + page[start..].find('"').unwrap()].to_owned();
        assert!(path.ends_with("/accounts"), "{path}");
        let fields = [("iban", iban), ("currency", currency)];
        let answer = browser.submit(&path, &fields).await;
        browser.follow(answer).await.is(200);
    }
    let order = browser.place().await;
    browser.get(&order).await.is(200);
}

#[tokio::test]
async fn the_same_form_twice_is_one_order() {
    let (house, mut browser) = with_customer().await;
    let page = browser.quote("PLN", "1000", "EUR").await;
    let start = page.body.find("action=\"/quotes/").unwrap() + 8;
    let path = page.body[start..start + page.body[start..].find('"').unwrap()].to_owned();
    let fields = browser.filled(&path, &[]);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let first = browser.post_raw(&path, &fields).await.is(303);
    let second = browser.post_raw(&path, &fields).await.is(303);
    assert_eq!(first.header("location"), second.header("location"));
    house.clock.advance(120);
    let late = browser.post_raw(&path, &fields).await.is(303);
    assert_eq!(first.header("location"), late.header("location"));
    assert_eq!(house.office.read(|seen| seen.orders.len()), 1);
    let quote = path.trim_end_matches("/order");
    browser.get(quote).await.is(200);
    browser.submit("/exchange", &[]).await.is(303);
}

#[tokio::test]
async fn a_rate_that_has_ended_is_not_ordered() {
    let (house, mut browser) = with_customer().await;
    let page = browser.quote("PLN", "1000", "EUR").await;
    let start = page.body.find("action=\"/quotes/").unwrap() + 8;
    let path = page.body[start..start + page.body[start..].find('"').unwrap()].to_owned();
    house.clock.advance(61);
    browser
        .submit(&path, &[])
        .await
        .is(409)
        .says("This rate is no longer valid");
    assert_eq!(house.office.read(|seen| seen.orders.len()), 0);
    let answer = browser.submit("/exchange", &[]).await;
    browser
        .follow(answer)
        .await
        .is(200)
        .says("data-countdown=\"60\"");
}

#[tokio::test]
async fn somebody_elses_order_does_not_exist() {
    let (house, mut browser) = with_customer().await;
    browser.quote("PLN", "1000", "EUR").await;
    let order = browser.place().await;
    let mut other = house.browser();
    other.register("jan@example.test").await;
    other.get(&order).await.is(404).says("no such order");
    other.get("/orders/999").await.is(404);
    other.get("/orders/abc").await.is(404);
    other.get(&format!("{order}/events")).await.is(404);
    let mut stranger = house.browser();
    stranger.get(&order).await.is(303);
}

#[tokio::test]
async fn a_customer_cancels_before_he_pays() {
    let (_house, mut browser) = with_customer().await;
    browser.quote("PLN", "1000", "EUR").await;
    let order = browser.place().await;
    let cancel = format!("{order}/cancel");
    let answer = browser.submit(&cancel, &[]).await;
    browser
        .follow(answer)
        .await
        .is(200)
        .says("The order was cancelled")
        .says("Order again")
        .says_not("id=\"pay-title\"");
}

#[tokio::test]
async fn an_expired_order_says_that_nothing_is_lost() {
    let (house, mut browser) = with_customer().await;
    browser.quote("PLN", "1000", "EUR").await;
    let order = browser.place().await;
    house.clock.advance(901);
    house.office.tick().unwrap();
    browser
        .get(&order)
        .await
        .is(200)
        .says("nothing is lost")
        .says("Expired");
}

#[tokio::test]
async fn an_exchange_is_ordered_paid_and_completed() {
    let (house, mut browser) = with_customer().await;
    browser.quote("EUR", "1000", "PLN").await;
    let order = browser.place().await;
    let page = browser.get(&order).await.body;
    let desk = house.desk("approver-token");
    let (euro, ..) = OFFICE_ACCOUNTS[1];
    let (zloty, ..) = OFFICE_ACCOUNTS[0];
    let paid = statement(
        euro,
        "EUR",
        "12000,00",
        &[("1000,00", &title(&page), CUSTOMER_EUR)],
        Some("13000,00"),
    );
    let outcome = desk.import(&paid).await.is(200).json();
    assert_eq!(outcome["statements"][0]["outcome"], "booked");
    assert_eq!(outcome["statements"][0]["matches"][0]["verdict"], "certain");
    browser.get(&order).await.says("We have your money");

    let batch = desk.pay_out("1", "2026-11-23").await;
    browser.get(&order).await.says("We are sending the money");
    let reference = batch["transfers"][0]["reference"].as_str().unwrap();
    assert_eq!(batch["transfers"][0]["amount"]["amount"], "4187.00");
    assert!(reference.starts_with("KW"));
    let confirmed = statement(
        zloty,
        "PLN",
        "50000,00",
        &[("-4187,00", reference, CUSTOMER_PLN)],
        Some("45813,00"),
    );
    let outcome = desk.import(&confirmed).await.is(200).json();
    assert_eq!(outcome["statements"][0]["matches"][0]["payout"], "1");
    browser
        .get(&order)
        .await
        .says("Done. The money was sent and the bank confirmed it.")
        .says("data-state=\"Completed\"")
        .says_not("http-equiv=\"refresh\"");
    let known = desk.import(&confirmed).await.is(200).json();
    assert_eq!(known["statements"][0]["outcome"], "known");
}

#[tokio::test]
async fn money_that_does_not_fit_is_held_and_said_so() {
    let (house, mut browser) = with_customer().await;
    browser.quote("PLN", "1000", "EUR").await;
    let order = browser.place().await;
    let page = browser.get(&order).await.body;
    let (zloty, ..) = OFFICE_ACCOUNTS[0];
    let desk = house.desk("cashier-token");
    let less = statement(
        zloty,
        "PLN",
        "50000,00",
        &[("900,00", &title(&page), CUSTOMER_PLN)],
        Some("50900,00"),
    );
    desk.import(&less).await.is(200);
    browser
        .get(&order)
        .await
        .says("Less came in than the order says")
        .says("Your money is with us and safe");
    let id = order.rsplit('/').next().unwrap();
    let view = desk.get(&format!("/orders/{id}")).await.is(200).json();
    assert_eq!(view["held_reason"], "under");
    assert_eq!(view["received"]["amount"], "900.00");
    let refund = json!({ "reason": "too little" });
    let after = desk
        .post(&format!("/orders/{id}/refund"), &refund)
        .await
        .is(200)
        .json();
    assert_eq!(after["state"], "Refunding");
    browser.get(&order).await.says("sending the money back");
}

#[tokio::test]
async fn a_worse_rate_needs_the_customers_consent() {
    let (house, mut browser) = with_customer().await;
    browser.quote("PLN", "1000", "EUR").await;
    let order = browser.place().await;
    let id = order.rsplit('/').next().unwrap().to_owned();
    let desk = house.desk("cashier-token");
    let worse = json!({ "rate": "4.50", "reason": "the market moved" });
    let view = desk
        .post(&format!("/orders/{id}/reprice"), &worse)
        .await
        .is(200)
        .json();
    assert_eq!(view["state"], "AwaitingConsent");
    browser
        .get(&order)
        .await
        .says("We offer a new rate")
        .says("4.5000");
    let consent = format!("{order}/consent");
    let answer = browser.submit(&consent, &[("answer", "yes")]).await;
    browser
        .follow(answer)
        .await
        .says("222.22\u{a0}EUR")
        .says("Awaiting payment");
}
