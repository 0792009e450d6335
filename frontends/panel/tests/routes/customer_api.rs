//! The customer API: what the pages do, for programs.

use kantor_panel::Routes;
use serde_json::{Value, json};

use crate::house::{Answer, CUSTOMER_EUR, CUSTOMER_PLN, House};

struct Program {
    routes: Routes,
    token: String,
}

impl Program {
    async fn send(&self, method: &str, path: &str, key: &str, body: &Value) -> Answer {
        let mut request = warp::test::request()
            .method(method)
            .path(&format!("/api/v1{path}"))
            .remote_addr("198.51.100.7:1".parse().unwrap());
        if method == "POST" {
            request = request.header("idempotency-key", key).json(body);
        }
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let response = request.reply(&self.routes).await;
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.body().to_vec(),
            body: String::from_utf8_lossy(response.body()).into_owned(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", &Value::Null).await
    }

    async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send("POST", path, key, &body).await
    }

    async fn log_in(house: &House, email: &str) -> Program {
        let mut program = Program {
            routes: house.routes(),
            token: String::new(),
        };
        let login = json!({ "email": email, "password": "trzy małe koty" });
        let session = program.post("/sessions", "in", login).await.is(200).json();
        program.token = session["token"].as_str().unwrap().to_owned();
        program
    }
}

#[tokio::test]
async fn anybody_may_ask_for_rates_and_prices() {
    let house = House::open().await;
    let program = Program {
        routes: house.routes(),
        token: String::new(),
    };
    let rates = program.get("/rates").await.is(200);
    assert_eq!(rates.json()["rates"][0]["base"], "EUR");
    rates.says_not("mid");
    let ask = json!({ "gives": "PLN", "gets": "EUR", "fix": "gets", "amount": "100" });
    let quote = program
        .post("/quotes", "q", ask.clone())
        .await
        .is(200)
        .json();
    assert_eq!(quote["id"], Value::Null);
    assert_eq!(quote["gives"]["amount"], "423.10");
    program.post("/quotes", "", ask).await.is(400);
    let none = json!({ "gives": "EUR", "gets": "USD", "fix": "gives", "amount": "100" });
    program.post("/quotes", "n", none).await.is(422);
    let silly = json!({ "gives": "PLN", "gets": "EUR", "fix": "gives", "amount": "-1" });
    program.post("/quotes", "s", silly).await.is(422);
    program.get("/orders").await.is(401);
    program.get("/me").await.is(401);
}

#[tokio::test]
async fn a_program_orders_once() {
    let house = House::open().await;
    house.browser().register("anna@example.test").await;
    let program = Program::log_in(&house, "anna@example.test").await;
    program.get("/me").await.is(200).says("Anna Żółć");
    let mut accounts = Vec::new();
    for (key, iban, currency) in [("a", CUSTOMER_PLN, "PLN"), ("b", CUSTOMER_EUR, "EUR")] {
        let account = json!({ "iban": iban, "currency": currency, "name": "" });
        let added = program.post("/accounts", key, account).await.is(200).json();
        assert_eq!(added["bank"], "mBank");
        accounts.push(added["id"].clone());
    }
    let wrong = json!({ "iban": "PL12", "currency": "PLN", "name": "" });
    let refused = program.post("/accounts", "w", wrong).await.is(422).json();
    assert_eq!(refused["errors"][0]["field"], "iban");

    let ask = json!({ "gives": "PLN", "gets": "EUR", "fix": "gives", "amount": "1000" });
    let quote = program
        .post("/quotes", "q", ask.clone())
        .await
        .is(200)
        .json();
    let again = program.post("/quotes", "q", ask).await.is(200).json();
    assert_eq!(quote, again);
    let id = quote["id"].as_str().unwrap();
    assert_eq!(
        program.get(&format!("/quotes/{id}")).await.is(200).json(),
        quote
    );
    let order = json!({ "quote": id, "pay_from": accounts[0], "pay_to": accounts[1] });
    let placed = program
        .post("/orders", "o", order.clone())
        .await
        .is(200)
        .json();
    let replayed = program
        .post("/orders", "o", order.clone())
        .await
        .is(200)
        .json();
    assert_eq!(placed, replayed);
    let second = program.post("/orders", "p", order).await.is(409).json();
    assert_eq!(second["code"], "quote-accepted");
    assert_eq!(placed["state"], "AwaitingFunds");
    assert_eq!(placed["pay_in"]["bank"], "mBank");
    let list = program.get("/orders").await.is(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let id = placed["id"].as_str().unwrap();
    let path = format!("/orders/{id}/cancel");
    let cancelled = program.post(&path, "c", Value::Null).await.is(200).json();
    assert_eq!(cancelled["state"], "Cancelled");
    program
        .post("/sessions/end", "e", Value::Null)
        .await
        .is(204);
    program.get("/orders").await.is(401);
}

#[tokio::test]
async fn a_long_list_is_read_in_parts() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    browser.add_account(CUSTOMER_PLN, "PLN").await;
    browser.add_account(CUSTOMER_EUR, "EUR").await;
    for amount in ["100", "200", "300"] {
        browser.quote("PLN", amount, "EUR").await;
        browser.place().await;
    }
    let program = Program::log_in(&house, "anna@example.test").await;
    let first = program.get("/orders?limit=2").await.is(200).json();
    assert_eq!(first["items"][0]["id"], "3");
    let next = first["next"].as_str().unwrap();
    let rest = program.get(&format!("/orders?limit=2&after={next}")).await;
    let rest = rest.is(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], Value::Null);
}

#[tokio::test]
async fn the_pages_session_serves_the_api_but_not_from_other_sites() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    browser.get("/api/v1/me").await.is(200);
    let cookie = format!("kantor_session={}", browser.cookies["kantor_session"]);
    let from_elsewhere = warp::test::request()
        .path("/api/v1/me")
        .header("cookie", cookie)
        .header("sec-fetch-site", "cross-site")
        .reply(&house.routes())
        .await;
    assert_eq!(from_elsewhere.status(), 401);
}
