//! What every page is, whoever looks.

use kantor_panel::Settings;

use crate::house::{CUSTOMER_EUR, CUSTOMER_PLN, House, OFFICE_ACCOUNTS};

#[tokio::test]
async fn a_visitor_sees_rates_and_computes_either_side() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser
        .get("/")
        .await
        .is(200)
        .says("4.2310")
        .says("US Dollar");
    let compute = |gives: &str, was: &str, gets: &str, was_gets: &str| {
        format!(
            "/calculator?gives=PLN&gets=EUR&gives_amount={gives}&was_gives_amount={was}\
             &gets_amount={gets}&was_gets_amount={was_gets}&fix=gives"
        )
    };
    let page = browser.get(&compute("4231", "", "", "")).await.is(200);
    page.says("value=\"1,000.00\"");
    let page = browser.get(&compute("5", "5", "100", "1")).await.is(200);
    page.says("value=\"423.10\"");
    let page = browser.get(&compute("abc", "", "", "")).await.is(200);
    page.says("Enter an amount such as");
    let page = browser.get(&compute("0", "", "", "")).await.is(200);
    page.says("must be more than zero");
}

#[tokio::test]
async fn an_office_without_rates_says_so() {
    let house = House::empty(Settings::default());
    house
        .browser()
        .get("/")
        .await
        .is(200)
        .says("There are no rates at the moment");
}

#[tokio::test]
async fn nothing_runs_inline_and_nothing_comes_from_elsewhere() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register("anna@example.test").await;
    browser.add_account(CUSTOMER_PLN, "PLN").await;
    browser.quote("PLN", "1000", "EUR").await.is(200);
    browser.add_account(CUSTOMER_EUR, "EUR").await;
    browser.quote("PLN", "1000", "EUR").await.is(200);
    let order = browser.place().await;
    let mut stranger = house.browser();
    let mut pages = vec![
        stranger.get("/login").await,
        stranger.get("/register").await,
    ];
    for path in [
        "/",
        "/exchange",
        "/orders",
        order.as_str(),
        "/profile",
        "/nowhere",
    ] {
        pages.push(browser.get(path).await);
    }
    for page in pages {
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let page = page.says_not(" style=").says_not(" onclick=");
        let page = page.says_not("<style").says_not("<script>");
        page.says_not("src=\"http").says_not("href=\"http");
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so_in_the_visitors_language() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser
        .get("/nowhere")
        .await
        .is(404)
        .says("There is no such page");
    browser.language = "pl-PL,pl;q=0.9,en;q=0.8";
    browser
        .get("/nowhere")
        .await
        .is(404)
        .says("Nie ma takiej strony")
        .says("<html lang=\"pl\">");
    browser.post_raw("/rates", &[]).await.is(405);
}

#[tokio::test]
async fn the_language_is_kept_and_never_leads_away() {
    let house = House::open().await;
    let mut browser = house.browser();
    let check = |answer: crate::house::Answer, wanted: &str| {
        assert_eq!(answer.is(303).header("location"), wanted);
    };
    check(browser.get("/language/pl?back=%2Flogin").await, "/login");
    browser.get("/login").await.says("Zaloguj się");
    check(browser.get("/language/en?back=//evil.test/").await, "/");
    check(
        browser.get("/language/en?back=https://evil.test/").await,
        "/",
    );
    check(browser.get("/language/en?back=/%0d%0aevil").await, "/");
    check(browser.get("/language/en?back=/%5cevil.test").await, "/");
}

#[tokio::test]
async fn the_pages_live_under_any_prefix() {
    let house = House::empty(Settings::default().with_prefix("wymiana/kantor/"));
    house.set_up().await;
    let mut browser = house.browser();
    let page = browser.get("/wymiana/kantor/").await.is(200);
    page.says("href=\"/wymiana/kantor/login\"")
        .says("src=\"/wymiana/kantor/static/app.js?v=");
    browser.get("/wymiana/kantor/login").await.is(200);
    browser.get("/wymiana/kantor/api/v1/rates").await.is(200);
    browser.get("/login").await.is(404);
    let answer = browser.get("/wymiana/kantor/orders").await.is(303);
    assert!(
        answer
            .header("location")
            .starts_with("/wymiana/kantor/login?next="),
        "{}",
        answer.header("location")
    );
    let answer = browser.get("/wymiana/kantor/language/en").await;
    assert!(
        answer
            .header("set-cookie")
            .contains("Path=/wymiana/kantor/;")
    );
}

#[tokio::test]
async fn over_tls_cookies_stay_with_tls() {
    let house = House::empty(Settings {
        tls: true,
        ..Settings::default()
    });
    let mut browser = house.browser();
    let page = browser.get("/login").await.is(200);
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-kantor_visitor="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    assert!(page.header("strict-transport-security").contains("max-age"));
}

#[tokio::test]
async fn files_are_kept_by_browsers_and_known_by_their_bytes() {
    let house = House::open().await;
    let mut browser = house.browser();
    let page = browser.get("/").await.body;
    let start = page.find("/static/app.css?v=").unwrap();
    let path = &page[start..start + page[start..].find('"').unwrap()];
    let file = browser.get(path).await.is(200);
    assert_eq!(file.header("content-type"), "text/css; charset=utf-8");
    assert!(file.header("cache-control").contains("immutable"));
    browser.get("/static/../Cargo.toml").await.is(404);
    browser.get("/static/other.js").await.is(404);
}

#[tokio::test]
async fn health_and_metrics_answer() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.get("/health").await.is(200).says("ok");
    browser.get("/nowhere").await.is(404);
    browser
        .get("/metrics")
        .await
        .is(200)
        .says("kantor_http_answers_total{class=\"4xx\"} 1");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    browser.get("/metrics").await.says_not(account);
}
