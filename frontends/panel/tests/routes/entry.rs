//! Coming in: registration, login, sessions, forms that are ours.

use kantor_panel::{Settings, sha256_hex};

use crate::house::{House, PERSON};

#[tokio::test]
async fn a_refused_field_names_its_rule_and_the_rest_is_kept() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.get("/register").await.is(200);
    let mut fields = PERSON.with_email("anna@example.test");
    for field in &mut fields {
        match field.0 {
            "pesel" => field.1 = "44051401358",
            "postal_code" => field.1 = "9000",
            _ => {}
        }
    }
    browser
        .submit("/register", &fields)
        .await
        .is(422)
        .says("The last digit does not fit the others")
        .says("A postal code has five digits")
        .says("value=\"44051401358\"")
        .says("value=\"Żółć\"")
        .says_not("trzy małe koty");
    browser
        .submit("/register", &PERSON.with_email("anna@example.test"))
        .await
        .is(303);
    let mut other = house.browser();
    other.get("/register").await;
    other
        .submit("/register", &PERSON.with_email("ANNA@example.test"))
        .await
        .is(409)
        .says("No account can be opened with this e-mail");
}

#[tokio::test]
async fn what_is_entered_never_becomes_markup() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.get("/register").await;
    let mut fields = PERSON.with_email("anna@example.test");
    fields[0].1 = "\"><script>alert(1)</script>";
    browser
        .submit("/register", &fields)
        .await
        .is(422)
        .says_not("<script>alert");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let house = House::open().await;
    house.browser().register("anna@example.test").await;
    let mut answers = Vec::new();
    for email in ["anna@example.test", "nobody@example.test"] {
        let mut browser = house.browser();
        browser.get("/login").await;
        let fields = [("email", email), ("password", "wrong password")];
        let mut texts = Vec::new();
        for _ in 0..6 {
            let page = browser.submit("/login", &fields).await;
            texts.push((page.status, page.body.contains("logging in is locked for")));
        }
        answers.push(texts);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][4], (401, false));
    assert_eq!(answers[0][5], (429, true));
}

#[tokio::test]
async fn a_lock_ends_by_itself() {
    let house = House::open().await;
    house.browser().register("anna@example.test").await;
    let mut browser = house.browser();
    browser.get("/login").await;
    let wrong = [
        ("email", "anna@example.test"),
        ("password", "wrong password"),
    ];
    for _ in 0..5 {
        browser.submit("/login", &wrong).await.is(401);
    }
    let right = [
        ("email", "anna@example.test"),
        ("password", "trzy małe koty"),
    ];
    browser.submit("/login", &right).await.is(429);
    house.clock.advance(181);
    browser.submit("/login", &right).await.is(303);
    browser.get("/orders").await.is(200);
}

#[tokio::test]
async fn a_session_is_new_at_each_login_and_hashed_at_rest() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    let first = browser.cookies["kantor_session"].clone();
    assert!(house.office.session(&first).unwrap().is_none());
    let kept = house.office.session(&sha256_hex(first.as_bytes())).unwrap();
    assert!(kept.is_some());
    browser.get("/profile").await;
    let answer = browser.submit("/logout", &[]).await.is(303);
    assert!(
        answer
            .header("set-cookie")
            .contains("HttpOnly; SameSite=Lax")
    );
    browser
        .cookies
        .insert("kantor_session".to_owned(), first.clone());
    browser.get("/profile").await.is(303);
    browser.cookies.remove("kantor_session");
    browser.get("/login").await;
    let right = [
        ("email", "Anna@Example.test "),
        ("password", "trzy małe koty"),
    ];
    browser.submit("/login", &right).await.is(303);
    assert_ne!(browser.cookies["kantor_session"], first);
}

#[tokio::test]
async fn a_session_ends_without_use_and_lives_with_it() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    for _ in 0..4 {
        house.clock.advance(50 * 60);
        browser.get("/profile").await.is(200);
    }
    house.clock.advance(61 * 60);
    let answer = browser.get("/profile").await.is(303);
    assert_eq!(answer.header("location"), "/login?next=%2Fprofile");
}

#[tokio::test]
async fn a_form_that_is_not_ours_does_nothing() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    let fields = [("iban", crate::house::CUSTOMER_PLN), ("currency", "PLN")];
    browser
        .post_raw("/profile/accounts", &fields)
        .await
        .is(403)
        .says("nothing was saved");
    let mut other = house.browser();
    other.register("jan@example.test").await;
    other.get("/profile").await;
    let stolen = other.filled("/profile/accounts", &fields);
    let stolen: Vec<(&str, &str)> = stolen
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post_raw("/profile/accounts", &stolen).await.is(403);
    browser
        .get("/profile")
        .await
        .says("You have no accounts yet");
    let mut stranger = house.browser();
    let login = [
        ("email", "anna@example.test"),
        ("password", "trzy małe koty"),
    ];
    stranger.post_raw("/login", &login).await.is(403);
}

#[tokio::test]
async fn registrations_from_one_address_are_limited() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.get("/register").await;
    let mut fields = PERSON.with_email("anna@example.test");
    fields[2].1 = "1";
    for _ in 0..10 {
        browser.submit("/register", &fields).await.is(422);
        browser.get("/register").await.is(200);
    }
    let answer = browser.submit("/register", &fields).await.is(429);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    house.clock.advance(60);
    browser.get("/register").await.is(200);
    browser.submit("/register", &fields).await.is(422);
}

#[tokio::test]
async fn behind_a_proxy_the_customers_address_counts() {
    let house = House::empty(Settings {
        behind_proxy: true,
        ..Settings::default()
    });
    let routes = house.routes();
    let ask = |from: &str| {
        warp::test::request()
            .method("POST")
            .path("/api/v1/sessions")
            .header("idempotency-key", "k")
            .header("x-forwarded-for", format!("203.0.113.9, {from}"))
            .body("{\"email\":\"x@y.pl\",\"password\":\"x\"}")
    };
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(ask("198.51.100.1").reply(&routes).await.status().as_u16());
    }
    assert_eq!(statuses[20], 429);
    let other = ask("198.51.100.2").reply(&routes).await;
    let text = String::from_utf8_lossy(other.body()).into_owned();
    assert!(text.contains("login-locked"), "{text}");
}
