//! The journal tells what happened and never about whom: personal data is brought to every route
//! that there is, in every place that a request has, and none of it comes out.

mod house;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use house::{CUSTOMER_EUR, CUSTOMER_PLN, House, OFFICE_ACCOUNTS, PERSON, Post, statement};
use kantor_panel::{Routes, journal};
use serde_json::json;

/// Where the journal goes.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const EMAIL: &str = "zofia.tajna@example.test";

/// What must not come out, in any spelling that a request may carry it in.
const SECRETS: [&str; 16] = [
    "Zofia",
    "Tajna",
    "zofia",
    "tajna",
    "44051401359",
    "example.test",
    "601602603",
    "601 602 603",
    "Długa",
    "trzy małe koty",
    "27114020040000300201355387",
    "97114020040000300201355388",
    "ZOFIA",
    "-token",
    "kantor_session",
    "umowa-kupna",
];

/// Personal data as a piece of an address.
const PIECES: [&str; 5] = [
    "zofia.tajna%40example.test",
    "Zofia%20Tajna",
    "44051401359",
    CUSTOMER_PLN,
    "umowa-kupna",
];

/// Every path of a listener's own document, with personal data where an id belongs and after the
/// question mark.
async fn everywhere(routes: &Routes, document: &str, root: &str, tokens: &[&str]) -> usize {
    let answer = warp::test::request().path(document).reply(routes).await;
    let document: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for piece in PIECES {
            let mut filled = format!("{root}{path}");
            while let Some(open) = filled.find('{') {
                let close = filled[open..].find('}').unwrap() + open;
                filled.replace_range(open..=close, piece);
            }
            for token in tokens {
                for method in methods.as_object().unwrap().keys() {
                    asked += 1;
                    warp::test::request()
                        .method(&method.to_uppercase())
                        .path(&format!("{filled}?after={piece}&state={piece}&{piece}"))
                        .header("authorization", format!("Bearer {token}"))
                        .header("idempotency-key", format!("{piece}{asked}"))
                        .header("user-agent", "Zofia")
                        .body(
                            json!({ "name": "Zofia", "iban": CUSTOMER_PLN, "x": EMAIL })
                                .to_string(),
                        )
                        .reply(routes)
                        .await;
                }
            }
        }
    }
    asked
}

#[tokio::test]
async fn personal_data_never_reaches_the_journal() {
    let sink = Sink::default();
    journal::open(Box::new(sink.clone()));
    let house = House::open().await;
    let mut browser = house.browser();
    browser.get("/register").await.is(200);
    let mut fields = PERSON.with_email(EMAIL);
    fields[0].1 = "Zofia";
    fields[1].1 = "Tajna";
    let mut wrong = fields;
    wrong[2].1 = "44051401358";
    browser.submit("/register", &wrong).await.is(422);
    browser.submit("/register", &fields).await.is(303);
    browser.add_account(CUSTOMER_PLN, "PLN").await;
    browser.add_account(CUSTOMER_EUR, "EUR").await;
    browser.quote("PLN", "850", "EUR").await.is(200);
    let order = browser.place().await;
    let mut other = house.browser();
    other.get("/login").await;
    let login = [("email", EMAIL), ("password", "trzy małe kotki")];
    other.submit("/login", &login).await.is(401);
    for email in [EMAIL, "zofia.tajna"] {
        other.get("/forgotten").await;
        other.submit("/forgotten", &[("email", email)]).await;
    }
    house.office.send_notices(&Post::default()).unwrap();
    other.get("/password/umowa-kupna").await.is(200);
    let chosen = [("password", "trzy małe koty")];
    other.submit("/password", &chosen).await.is(422);
    for path in ["/orders", "/profile", "/exchange", "/nowhere"] {
        for piece in PIECES {
            browser.get(&format!("{path}/{piece}?name={piece}")).await;
        }
        browser.get(path).await;
    }
    let (iban, ..) = OFFICE_ACCOUNTS[0];
    let line = ("700,00", "umowa-kupna Zofia Tajna", CUSTOMER_PLN);
    let file = statement(iban, "PLN", "50000,00", &[line], Some("50700,00"));
    let desk = house.desk("administrator-token");
    desk.import(&file.replace("ANNA ZOLC", "ZOFIA TAJNA"))
        .await
        .is(200);
    desk.get("/people/zofia.tajna%40example.test").await.is(200);
    let why = json!({ "reason": "Zofia Tajna called from 601602603" });
    desk.post("/people/1/new-password", &why).await.is(200);
    let id = order.rsplit('/').next().unwrap();
    desk.post(&format!("/orders/{id}/cancel"), &why)
        .await
        .is(200);
    let session = browser.cookies["kantor_session"].clone();
    let tokens = ["administrator-token", session.as_str(), "nobody-token"];
    let desks = everywhere(
        &house.desks.routes(),
        "/office/v1/openapi.json",
        "/office/v1",
        &tokens,
    )
    .await;
    let customers = everywhere(&house.routes(), "/api/v1/openapi.json", "/api/v1", &tokens).await;
    for piece in PIECES {
        for call in [
            "greet",
            "register",
            "log_in",
            "forgot_password",
            "order",
            piece,
        ] {
            warp::test::request()
                .method("POST")
                .path(&format!("/front/v1/{call}"))
                .header("authorization", "Bearer front-token")
                .body(json!([piece, EMAIL]).to_string())
                .reply(&house.fronts())
                .await;
        }
    }
    let journal = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    println!(
        "{desks} + {customers} requests with personal data, {} lines",
        lines.len()
    );
    assert!(desks + customers > 500 && lines.len() > desks + customers);
    for line in &lines {
        let told: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(told["at"].is_string() && told["what"].is_string(), "{line}");
        for secret in SECRETS.iter().copied().chain([session.as_str()]) {
            assert!(!line.contains(secret), "`{secret}` in {line}");
        }
    }
    for listener in ["panel", "customer_api", "office_api", "fronts"] {
        let told = format!("\"listener\":\"{listener}\"");
        assert!(journal.contains(&told), "nothing of {listener}");
    }
    assert!(journal.contains("\"route\":\"/orders/{id}\""));
}
