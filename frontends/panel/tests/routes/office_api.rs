//! The office API: tokens, roles, keys, the feed, files, and its own document.

use kantor_panel::Settings;
use serde_json::{Value, json};

use crate::house::{CUSTOMER_PLN, House, OFFICE_ACCOUNTS, statement};
use crate::orders::with_customer;

/// An account that no customer has.
const STRANGER: &str = "PL61109010140000071219812874";

#[tokio::test]
async fn only_a_known_token_with_its_role_gets_in() {
    let house = House::open().await;
    let nobody = house.desk("made-up").get("/office").await.is(401);
    assert_eq!(nobody.header("www-authenticate"), "Bearer");
    assert_eq!(nobody.header("content-type"), "application/problem+json");
    let missing = warp::test::request()
        .path("/office/v1/office")
        .reply(&house.desks.routes())
        .await;
    assert_eq!(missing.status(), 401);
    let cashier = house.desk("cashier-token");
    let office = cashier.get("/office").await.is(200).json();
    assert_eq!(office["principal"], "cashier");
    assert_eq!(office["order_minutes"], 15);
    assert_eq!(office["quote_seconds"], 60);
    let refused = cashier
        .post("/currencies", &json!({ "code": "NOK" }))
        .await
        .is(403)
        .json();
    assert_eq!(refused["code"], "role-too-small");
    let administrator = house.desk("administrator-token");
    administrator
        .post("/currencies", &json!({ "code": "NOK" }))
        .await
        .is(200)
        .says("korona norweska");
}

#[tokio::test]
async fn a_key_makes_a_request_one_act() {
    let house = House::open().await;
    let desk = house.desk("administrator-token");
    let head = house.office.head();
    let ask = json!({ "code": "SEK" });
    let problem = desk
        .post_with_key("/currencies", &ask, "")
        .await
        .is(400)
        .json();
    assert_eq!(problem["code"], "idempotency-key-missing");
    let first = desk.post_with_key("/currencies", &ask, "one").await.is(200);
    let again = desk.post_with_key("/currencies", &ask, "one").await.is(200);
    assert_eq!(first.body, again.body);
    assert_eq!(house.office.head(), head + 1);
    let other = json!({ "code": "DKK" });
    let reused = desk
        .post_with_key("/currencies", &other, "one")
        .await
        .is(409);
    assert_eq!(reused.json()["code"], "key-reused");
    let refused = desk.post_with_key("/currencies", &ask, "two").await.is(409);
    assert_eq!(refused.json()["code"], "currency_exists");
}

#[tokio::test]
async fn the_feed_has_no_gap_and_waits_for_news() {
    let house = House::open().await;
    let desk = house.desk("cashier-token");
    let all = desk.get("/changes?after=0").await.is(200).json();
    let seqs: Vec<u64> = all["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=house.office.head()).collect::<Vec<_>>());
    assert_eq!(all["head"], house.office.head());
    let head = house.office.head();
    let path = format!("/changes?after={head}&wait=30");
    let (news, _) = tokio::join!(desk.get(&path), async {
        tokio::task::yield_now().await;
        house
            .desk("cashier-token")
            .publish_rates("4.2400")
            .await
            .is(200)
    });
    let news = news.is(200).json();
    assert_eq!(news["changes"][0]["kind"], "RatesPublished");
    let nothing = format!("/changes?after={}", house.office.head());
    let nothing = desk.get(&nothing).await.is(200).json();
    assert_eq!(nothing["changes"], json!([]));
    desk.get("/changes?after=minus").await.is(400);
}

#[tokio::test]
async fn accounts_show_booked_available_and_waiting() {
    let house = House::open().await;
    let desk = house.desk("cashier-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let line = [("250,00", "nobody's money", CUSTOMER_PLN)];
    let part = statement(account, "PLN", "50000,00", &line, None);
    let outcome = desk.import(&part).await.is(200).json();
    assert_eq!(outcome["statements"][0]["outcome"], "provisional");
    let view = desk.get("/accounts").await.is(200).json()[0].clone();
    assert_eq!(view["booked"], "50000.00");
    assert_eq!(view["available"], "50250.00");
    assert_eq!(view["bank_name"], "mBank");
    assert_eq!(view["proved_through"], "2026-11-20");
    let whole = statement(account, "PLN", "50000,00", &line, Some("50250,00"));
    desk.import(&whole).await.is(200);
    let view = desk.get("/accounts").await.is(200).json()[0].clone();
    assert_eq!(view["booked"], "50250.00");
    assert_eq!(view["proved_through"], "2026-11-23");
    assert_eq!(view["last_statement"], "212/1");
}

#[tokio::test]
async fn the_books_show_balances_and_the_cover_of_unknown_money() {
    let house = House::open().await;
    let desk = house.desk("cashier-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let line = [("250,00", "nobody's money", CUSTOMER_PLN)];
    let whole = statement(account, "PLN", "50000,00", &line, Some("50250,00"));
    desk.import(&whole).await.is(200);
    let books = desk.get("/books").await.is(200).json();
    assert_eq!(books["accounts"][0]["booked"]["amount"], "50250.00");
    assert_eq!(books["accounts"][0]["available"]["amount"], "50250.00");
    assert_eq!(books["accounts"][0]["difference"]["amount"], "0.00");
    let cover = books["cover"].as_array().unwrap();
    let pln = cover
        .iter()
        .find(|row| row["owed"]["currency"] == "PLN")
        .unwrap();
    assert_eq!(pln["unknown"]["amount"], "250.00");
    assert_eq!(pln["owed"]["amount"], "250.00");
    assert_eq!(books["position"], json!([]));
}

#[tokio::test]
async fn a_line_that_is_nobodys_order_is_a_question_until_it_is_booked() {
    let (house, mut browser) = with_customer().await;
    browser.quote("PLN", "250", "EUR").await;
    browser.place().await;
    let desk = house.desk("cashier-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let lines = [
        ("250,00", "forgot the title", STRANGER),
        ("-15,00", "OPLATA", CUSTOMER_PLN),
    ];
    let file = statement(account, "PLN", "50000,00", &lines, Some("50235,00"));
    desk.import(&file).await.is(200);
    let open = desk.get("/suspense").await.is(200).json();
    assert_eq!(open.as_array().unwrap().len(), 2);
    assert_eq!(open[0]["reasons"][0]["code"], "reason-no_reference");
    let near = &open[0]["candidates"][0];
    assert_eq!(near["order"], "1");
    assert_eq!(near["failed"][0]["code"], "reason-no_reference");
    assert_eq!(near["failed"][1]["code"], "reason-payer_unknown");
    assert_eq!(near["failed"][2], json!(null));
    assert_eq!(open[0]["counterparty"]["account"], STRANGER);
    assert_eq!(open[1]["candidates"], json!([]));
    // An order of exactly as much may be what it is for also when it came later.
    browser.quote("PLN", "250", "EUR").await;
    browser.place().await;
    let open = desk.get("/suspense").await.is(200).json();
    let candidates = open[0]["candidates"].as_array().unwrap().iter();
    let orders: Vec<&Value> = candidates.map(|one| &one["order"]).collect();
    assert_eq!(orders, ["1", "2"]);
    let book = json!({ "ledger_account": "bank-fees", "reason": "monthly" });
    desk.post("/suspense/1/2/book", &book).await.is(204);
    let learned_from = || house.office.counted().lines_learned_from;
    for _ in 0..3 {
        desk.get("/suspense").await.is(200);
        assert_eq!(learned_from(), 1, "a decided line is read once");
    }
    let allocate = json!({ "order": "1", "reason": "the customer called" });
    let order = desk
        .post("/suspense/1/1/allocate", &allocate)
        .await
        .is(200)
        .json();
    // Money of a stranger's account: somebody has to decide.
    assert_eq!(order["state"], "Held");
    assert_eq!(desk.get("/suspense").await.json(), json!([]));
    assert_eq!(learned_from(), 1, "without a question nothing is read");
    desk.post("/suspense/1/77/book", &book).await.is(404);
    desk.post("/suspense/1/x/book", &book).await.is(404);
}

#[tokio::test]
async fn a_statement_that_does_not_add_up_is_kept_and_named() {
    let house = House::open().await;
    let desk = house.desk("cashier-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let line = [("250,00", "x", CUSTOMER_PLN)];
    let wrong = statement(account, "PLN", "50000,00", &line, Some("50251,00"));
    let outcome = desk.import(&wrong).await.is(200).json();
    let statement_outcome = &outcome["statements"][0];
    assert_eq!(statement_outcome["outcome"], "archived");
    assert_eq!(statement_outcome["difference"]["amount"], "1.00");
    assert_eq!(statement_outcome["message"]["code"], "import-difference");
    let other = statement(
        "PL19114010100000579009004002",
        "PLN",
        "0,00",
        &line,
        Some("250,00"),
    );
    let outcome = desk.import(&other).await.is(200).json();
    assert_eq!(outcome["statements"][0]["outcome"], "refused");
    assert_eq!(
        outcome["statements"][0]["message"]["code"],
        "import-unknown-account"
    );
}

#[tokio::test]
async fn a_batch_has_one_file_for_ever() {
    let (house, mut browser) = with_customer().await;
    browser.quote("EUR", "100", "PLN").await;
    let order = browser.place().await;
    let page = browser.get(&order).await.body;
    let marker = "id=\"pay-title\" data-copy=\"";
    let start = page.find(marker).unwrap() + marker.len();
    let title = page[start..start + 9].to_owned();
    let (euro, ..) = OFFICE_ACCOUNTS[1];
    let line = [("100,00", title.as_str(), crate::house::CUSTOMER_EUR)];
    let desk = house.desk("administrator-token");
    let file = statement(euro, "EUR", "12000,00", &line, Some("12100,00"));
    desk.import(&file).await.is(200);
    let due = desk.get("/payouts?state=Due").await.is(200).json();
    assert_eq!(due[0]["payee_iban"], CUSTOMER_PLN);
    let batch = desk.pay_out("1", "2026-11-23").await;
    let id = batch["id"].as_str().unwrap();
    let path = format!("/batches/{id}/file");
    let archived = desk.get(&path).await.is(200);
    assert!(
        archived
            .header("content-disposition")
            .contains("przelewy-2026-11-23-1.txt")
    );
    let query = format!("{path}?format=elixir0&pack=test");
    let bytes = archived.bytes;
    desk.post_bytes(&query, &bytes, "again").await.is(200);
    let other = [bytes.as_slice(), b"\r\n"].concat();
    let second = desk.post_bytes(&query, &other, "other").await;
    assert!(second.status >= 400, "{}", second.body);
    let after = desk.get(&path).await.is(200);
    assert_eq!(after.bytes, bytes);
    desk.post_bytes(&query, b"garbage", "garbage").await.is(422);
    let nothing = json!({ "account": "1", "date": "2026-11-23" });
    desk.post("/batches", &nothing)
        .await
        .is(409)
        .says("nothing_due");
}

#[tokio::test]
async fn what_the_office_counts_is_told_near_by_or_with_a_key() {
    let house = House::open().await;
    let ask = async |from: &str, token: &str| {
        warp::test::request()
            .path("/metrics")
            .remote_addr(from.parse().unwrap())
            .header("authorization", format!("Bearer {token}"))
            .reply(&house.desks.routes())
            .await
            .status()
            .as_u16()
    };
    assert_eq!(ask("127.0.0.1:9", "").await, 200);
    assert_eq!(ask("192.0.2.1:9", "").await, 401);
    assert_eq!(ask("192.0.2.1:9", "nobody").await, 401);
    // A panel's key says nothing about how much the office trades.
    assert_eq!(ask("192.0.2.1:9", "front-token").await, 403);
    assert_eq!(ask("192.0.2.1:9", "cashier-token").await, 200);
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let house = House::empty(Settings {
        largest_file: 1_000,
        ..Settings::default()
    });
    let desk = house.desk("cashier-token");
    desk.post_bytes("/files", &[b'x'; 1_000], "fits")
        .await
        .is(200);
    let refused = desk
        .post_bytes("/files", &[b'x'; 1_001], "too-large")
        .await
        .is(413)
        .json();
    assert_eq!(refused["code"], "body-too-large");
    let mut browser = house.browser();
    let long = "x".repeat(70_000);
    browser
        .post_raw("/login", &[("email", &long)])
        .await
        .is(413)
        .says("More was sent than this page takes");
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let house = House::open().await;
    let desk = house.desk("administrator-token");
    let check = |answer: crate::house::Answer, status: u16, code: &str| {
        assert_eq!(answer.is(status).json()["code"], code);
    };
    check(
        desk.post("/rates", &json!({})).await,
        400,
        "body-unreadable",
    );
    check(desk.get("/nowhere").await, 404, "not-found");
    check(
        desk.post("/office", &json!({})).await,
        405,
        "method-not-allowed",
    );
    check(desk.get("/orders/77").await, 404, "no_order");
    check(
        desk.get("/orders?state=Lost").await,
        400,
        "query-unreadable",
    );
    let crossed = json!({ "source": "x", "rates": [
        { "base": "EUR", "quote": "PLN", "buy": "4.3", "sell": "4.2", "mid": "4.25" } ] });
    check(desk.post("/rates", &crossed).await, 422, "rates-crossed");
    let account = json!({ "iban": "PL00", "currency": "PLN", "name": "x",
        "opening": { "amount": "1.00", "date": "2026-11-20" }, "last_statement": null });
    check(
        desk.post("/accounts", &account).await,
        422,
        "value-unreadable",
    );
}

#[tokio::test]
async fn the_document_holds_every_route_and_every_route_is_there() {
    let house = House::open().await;
    let mut browser = house.browser();
    let office = house.desk("administrator-token").get("/openapi.json").await;
    let customer = browser.get("/api/v1/openapi.json").await;
    let (office_routes, customer_routes) = (house.desks.routes(), house.routes());
    for (answer, base, routes, least) in [
        (office, "/office/v1", office_routes, 27),
        (customer, "/api/v1", customer_routes, 14),
    ] {
        let document = answer.is(200).json();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], base);
        let mut count = 0;
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                count += 1;
                let path = path
                    .replace("{id}", "1")
                    .replace("{account}", "1")
                    .replace("{ordinal}", "1");
                let response = warp::test::request()
                    .method(&method.to_uppercase())
                    .path(&format!("{base}{path}"))
                    .reply(&routes)
                    .await;
                let text = String::from_utf8_lossy(response.body()).into_owned();
                assert!(
                    !text.contains("\"not-found\"") && response.status() != 405,
                    "{method} {path}: {text}"
                );
                assert!(operation["operationId"].is_string(), "{method} {path}");
                let keyed = operation["parameters"]
                    .to_string()
                    .contains("Idempotency-Key");
                assert_eq!(keyed, method == "post", "{method} {path}");
            }
        }
        assert!(count >= least, "{base} has {count} operations");
        references_resolve(&document, &document);
    }
}

/// Every `$ref` of the document points to something in it.
fn references_resolve(document: &serde_json::Value, part: &serde_json::Value) {
    match part {
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                if name == "$ref" {
                    let pointer = member.as_str().unwrap().trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{pointer}");
                }
                references_resolve(document, member);
            }
        }
        serde_json::Value::Array(items) => {
            items
                .iter()
                .for_each(|item| references_resolve(document, item));
        }
        _ => {}
    }
}
