//! A panel process that somebody has taken over: he has its configuration, its key, and the session
//! of a customer who is talking to it. He gets what that customer may see, and nothing else.

use std::net::IpAddr;
use std::time::Duration;

use kantor_panel::RemoteOffice;
use kantor_panel::port::{CustomerPort, Key, PortError, PortResult, SessionToken, Watched};
use kantor_wire::{LoginAsk, NewOrder};

use crate::far::{Far, asked, browser};
use crate::house::{CUSTOMER_EUR, CUSTOMER_PLN};

const SECRETS: [&str; 5] = [
    "44051401359",
    "601602603",
    "Żółć",
    "jan@example.test",
    "argon2",
];

fn key(key: &str) -> Key {
    Key {
        key: key.to_owned(),
        body: key.to_owned(),
    }
}

/// The code of a refusal.
#[track_caller]
fn code<T: std::fmt::Debug>(answer: PortResult<T>) -> String {
    match answer {
        Err(PortError::Refused(problem)) => problem.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Two customers with an order each; what the panel knows of the first.
struct TakenOver {
    far: Far,
    office: RemoteOffice,
    anna: SessionToken,
    own: String,
    janes: String,
    janes_quote: String,
}

async fn taken_over() -> TakenOver {
    let far = Far::open().await;
    let panel = far.panel();
    let mut known = Vec::new();
    for email in ["anna@example.test", "jan@example.test"] {
        let mut browser = browser(&panel);
        browser.register(email).await;
        browser.add_account(CUSTOMER_PLN, "PLN").await;
        browser.add_account(CUSTOMER_EUR, "EUR").await;
        browser.quote("PLN", "850", "EUR").await.is(200);
        let order = browser.place().await;
        let id = order.rsplit('/').next().unwrap().to_owned();
        browser.get("/exchange").await;
        let fields = [
            ("gives", "PLN"),
            ("gets", "EUR"),
            ("gives_amount", "100"),
            ("gets_amount", ""),
        ];
        let quote = browser.submit("/exchange", &fields).await.is(303);
        let quote = quote
            .header("location")
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        known.push((
            SessionToken::new(&browser.cookies["kantor_session"]),
            id,
            quote,
        ));
    }
    let (_, janes, janes_quote) = known.pop().unwrap();
    let (anna, own, _) = known.pop().unwrap();
    TakenOver {
        office: far.with_key("front-token"),
        far,
        anna,
        own,
        janes,
        janes_quote,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_customer_is_read_or_moved() {
    let it = taken_over().await;
    let house = &it.far.house;
    let before = house.office.head();
    let (office, anna) = (it.office.clone(), it.anna.clone());
    let (janes, quote) = (it.janes.clone(), it.janes_quote.clone());
    asked(move || {
        assert_eq!(code(office.order(&anna, &janes)), "no_order");
        assert_eq!(code(office.follow(&anna, &janes)), "no_order");
        assert_eq!(
            code(office.cancel_order(&anna, &janes, &key("1"))),
            "no_order"
        );
        assert_eq!(
            code(office.consent(&anna, &janes, true, &key("2"))),
            "no_order"
        );
        assert_eq!(code(office.quote_by_id(&anna, &quote)), "quote-not-found");
        let order = NewOrder {
            quote,
            pay_from: "1".to_owned(),
            pay_to: "2".to_owned(),
        };
        assert_eq!(
            code(office.place_order(&anna, &order, &key("3"))),
            "quote-not-found"
        );
        // Jan's accounts are the third and fourth; taking them out of Anna's profile does nothing.
        office.remove_account(&anna, "3").unwrap();
        let all = office.orders(&anna, None, 500).unwrap();
        assert_eq!(all.items.len(), 1);
        let seen = serde_json::to_string(&(
            all.items,
            office.accounts(&anna).unwrap(),
            office.greet(Some(&anna)).unwrap(),
        ))
        .unwrap();
        assert!(
            !seen.contains("jan@example.test") && !seen.contains("argon2"),
            "{seen}"
        );
    })
    .await;
    assert_eq!(house.office.head(), before, "nothing was recorded");
    let jan = house
        .office
        .customer_accounts(kantor_engine::CustomerId(2))
        .unwrap();
    assert_eq!(jan.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_another_order_cannot_be_made() {
    let it = taken_over().await;
    let (office, anna, own, janes) = (it.office, it.anna, it.own, it.janes);
    let known = it.far.house.office.version_of(kantor_engine::OrderId(2));
    assert!(known > 0);
    asked(move || {
        let followed = office.follow(&anna, &own).unwrap();
        let proof = followed.tag.split_once('.').unwrap().1;
        let news = |tag: String| {
            let watched = Watched {
                rates: None,
                orders: [(tag, 0)].into(),
            };
            office.news(&watched, Duration::ZERO).unwrap().orders.len()
        };
        assert_eq!(news(followed.tag.clone()), 1);
        for forged in [
            format!("{janes}.{proof}"),
            format!("{janes}."),
            janes.clone(),
            format!("0{}", followed.tag),
        ] {
            assert_eq!(news(forged.clone()), 0, "{forged}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_customers_data_without_a_session() {
    let it = taken_over().await;
    let office = it.office;
    asked(move || {
        for nobody in ["", "1", "customer:1", "front-token"] {
            let nobody = SessionToken::new(nobody);
            assert_eq!(office.greet(Some(&nobody)).unwrap().customer, None);
            assert_eq!(code(office.accounts(&nobody)), "token-unknown");
            assert_eq!(code(office.orders(&nobody, None, 10)), "token-unknown");
            assert_eq!(code(office.order(&nobody, "1")), "token-unknown");
            assert_eq!(code(office.follow(&nobody, "1")), "token-unknown");
            assert_eq!(code(office.remove_account(&nobody, "1")), "token-unknown");
            assert_eq!(code(office.new_factor(&nobody)), "token-unknown");
            assert_eq!(
                code(office.set_factor(&nobody, false, "1")),
                "token-unknown"
            );
            assert_eq!(
                code(office.cancel_order(&nobody, "1", &key("1"))),
                "token-unknown"
            );
        }
    })
    .await;
}

/// Every route of the office API that its own document names: path with ids filled in, and whether
/// it is an act.
async fn office_routes(far: &Far) -> Vec<(String, bool, String)> {
    let desk = far.house.desk("administrator-token");
    let document = desk.get("/openapi.json").await.is(200).json();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if method != "get" && method != "post" {
                continue;
            }
            let mut filled = path.clone();
            while let Some(open) = filled.find('{') {
                let close = filled[open..].find('}').unwrap() + open;
                filled.replace_range(open..=close, "1");
            }
            let id = operation["operationId"].as_str().unwrap().to_owned();
            routes.push((filled, method == "post", id));
        }
    }
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_no_payout_and_nothing_else_of_the_office() {
    let it = taken_over().await;
    let routes = office_routes(&it.far).await;
    for expected in [
        "importStatements",
        "payouts",
        "batches",
        "suspense",
        "books",
    ] {
        assert!(
            routes.iter().any(|(_, _, id)| id == expected),
            "{expected} is not among {routes:?}"
        );
    }
    let before = it.far.house.office.head();
    // The key and the session at the office API, route by route.
    for secret in ["front-token", it.anna.as_str()] {
        let thief = it.far.house.desk(secret);
        for (path, is_act, _) in &routes {
            let answer = match is_act {
                true => thief.post(path, &serde_json::json!({})).await,
                false => thief.get(path).await,
            };
            let wanted = if secret == "front-token" { 403 } else { 401 };
            assert_eq!(answer.status, wanted, "{path}: {}", answer.body);
            for secret in SECRETS {
                assert!(!answer.body.contains(secret), "{path} says {secret}");
            }
        }
    }
    // The same at the listener for fronts: it has the calls of customers and no other.
    let front = it.far.house.fronts();
    for (path, _, id) in &routes {
        for path in [
            format!("/front/v1/{id}"),
            format!("/front/v1{path}"),
            format!("/office/v1{path}"),
        ] {
            let answer = warp::test::request()
                .method("POST")
                .path(&path)
                .header("authorization", "Bearer front-token")
                .body("[]")
                .reply(&front)
                .await;
            let call = path.strip_prefix("/front/v1/").unwrap_or_default();
            let is_call = CUSTOMER_CALLS.contains(&call);
            assert_eq!(
                answer.status() != 404,
                is_call,
                "{path}: {}",
                answer.status()
            );
        }
    }
    assert_eq!(it.far.house.office.head(), before, "nothing was recorded");
}

/// Calls of customers whose name the office API uses as well; they mean another thing there.
const CUSTOMER_CALLS: [&str; 4] = ["rates", "accounts", "orders", "order"];

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_known_opens_nothing_and_is_not_the_customers_trouble() {
    let far = Far::open().await;
    for wrong in ["another-key", "cashier-token", "administrator-token"] {
        let office = far.with_key(wrong);
        let answer = asked(move || office.rates()).await;
        let Err(PortError::Down(why)) = answer else {
            panic!("{answer:?}");
        };
        assert!(why.contains("kantor tokens add"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_holds_wherever_the_panel_says_that_the_guesser_is() {
    let it = taken_over().await;
    let office = it.office;
    asked(move || {
        let guess = |at: u8, password: &str| {
            let ask = LoginAsk {
                email: "jan@example.test".to_owned(),
                password: password.to_owned(),
                code: None,
            };
            office.log_in(&ask, Some(IpAddr::from([198, 51, 100, at])), None)
        };
        for at in 0..5 {
            assert_eq!(code(guess(at, "a wrong password")), "login-wrong");
        }
        assert_eq!(code(guess(9, "trzy małe koty")), "login-locked");
    })
    .await;
}
