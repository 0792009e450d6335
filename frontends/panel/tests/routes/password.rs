//! Forgotten passwords: a letter brings a link that is good once and for a short time.

use kantor_office::NoticeKind;
use serde_json::json;

use crate::house::{Browser, House, Post};
use crate::people::{log_in, shown_by_telephone};

const ANNA: &str = "anna@example.test";
const NOBODY: &str = "nobody@example.test";

/// Says that the password of this e-mail is forgotten; answers what the page said, without what
/// differs between any two pages.
async fn forget(browser: &mut Browser, email: &str) -> String {
    browser.get("/forgotten").await.is(200);
    let page = browser.submit("/forgotten", &[("email", email)]).await;
    page.is(200).body.replace(email, "E-MAIL")
}

/// Follows the link of a letter.
async fn choose(house: &House, code: &str, password: &str) -> (u16, String) {
    let mut browser = house.browser();
    let page = browser.get(&format!("/password/{code}")).await.is(200);
    page.says_not("name=\"code\"");
    let answer = browser.submit("/password", &[("password", password)]).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn a_letter_brings_a_link_for_a_new_password_once() {
    let (house, post) = (House::open().await, Post::default());
    let mut lost = house.browser();
    lost.register(ANNA).await;
    let mut browser = house.browser();
    let login = browser.get("/login").await;
    login.says("Forgotten your password?").says("/forgotten");
    let said = forget(&mut browser, " Anna@Example.test ").await;
    assert!(said.contains("a message with a link"), "{said}");
    let letters = post.collect(&house.office, NoticeKind::ForgottenPassword);
    let [(letter, code)] = letters.as_slice() else {
        panic!("{letters:?}");
    };
    assert_eq!(letter.language.as_deref(), Some("en"));
    assert!(!format!("{letter:?}").contains(code.as_str()));
    assert_eq!(post.codes(&house.office).len(), 0, "a letter goes out once");
    // A program that guards a mailbox looks at the link first.
    house.browser().get(&format!("/password/{code}")).await;
    let (status, body) = choose(&house, code, "short").await;
    assert!(status == 422 && body.contains("10 to 200"), "{body}");
    assert_eq!(choose(&house, code, "zielone jabłka").await.0, 303);
    assert_eq!(log_in(&house, "zielone jabłka").await.1, 303);
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 401);
    lost.get("/profile").await.is(303);
    let (status, body) = choose(&house, code, "czerwone jabłka").await;
    assert!(
        status == 422 && body.contains("This link was used"),
        "{body}"
    );
    assert!(body.contains("/forgotten"), "{body}");
    let told = post.collect(&house.office, NoticeKind::PasswordChanged);
    assert_eq!(told.len(), 1, "he is told that his password is another one");
}

/// Whoever reads the pages in a language gets his letters in it.
#[tokio::test]
async fn letters_follow_the_language_of_the_pages() {
    let house = House::open().await;
    let customer = kantor_engine::CustomerId(1);
    let known = || house.office.language(customer).unwrap();
    let mut browser = house.browser();
    // Who has not come in is nobody yet.
    browser.get("/language/pl?back=/").await.is(303);
    assert_eq!(known(), None);
    browser.get("/language/en?back=/").await.is(303);
    browser.register(ANNA).await;
    assert_eq!(known().as_deref(), Some("en"));
    browser.get("/language/pl?back=/profile").await.is(303);
    assert_eq!(known().as_deref(), Some("pl"));
    browser.get("/language/xx?back=/profile").await.is(303);
    assert_eq!(known().as_deref(), Some("pl"));
    // At another browser, which is in English.
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 303);
    assert_eq!(known().as_deref(), Some("en"));
}

#[tokio::test]
async fn whether_anybody_has_an_e_mail_is_not_told() {
    let (house, post) = (House::open().await, Post::default());
    house.browser().register(ANNA).await;
    let mut pages = Vec::new();
    for email in [ANNA, NOBODY] {
        let mut browser = house.browser();
        // The fourth in a row brings no letter, and the answer is the same.
        for _ in 0..4 {
            pages.push(forget(&mut browser, email).await);
        }
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
    let mut browser = house.browser();
    browser.get("/forgotten").await;
    let typed = [("email", "anna")];
    let page = browser.submit("/forgotten", &typed).await.is(422);
    page.says("An e-mail address looks like");
    assert_eq!(post.codes(&house.office).len(), 1, "nobody has no letters");
}

#[tokio::test]
async fn letters_are_few_and_a_stranger_takes_nothing_away() {
    let (house, post) = (House::open().await, Post::default());
    house.browser().register(ANNA).await;
    let desk = house.desk("approver-token");
    let why = json!({ "reason": "called" });
    let told = desk.post("/people/1/new-password", &why).await.is(200);
    let told = told.json()["code"].as_str().unwrap().to_owned();
    let mut codes = Vec::new();
    for _ in 0..5 {
        forget(&mut house.browser(), ANNA).await;
        codes.extend(post.codes(&house.office));
    }
    assert_eq!(codes.len(), 3, "three at once");
    house.clock.advance(20 * 60);
    forget(&mut house.browser(), ANNA).await;
    assert_eq!(post.codes(&house.office).len(), 1, "and one more later");
    // What was told before is good still, and the first that is used ends all.
    assert_eq!(choose(&house, &codes[0], "zielone jabłka").await.0, 303);
    for code in [&codes[1], &told] {
        assert_eq!(choose(&house, code, "czerwone jabłka").await.0, 422);
    }
    // From one address, no more than a handful either.
    let mut browser = house.browser();
    let mut last = 200;
    for n in 0..20 {
        browser.get("/forgotten").await;
        let email = format!("nobody{n}@example.test");
        let answer = browser.submit("/forgotten", &[("email", &email)]).await;
        last = answer.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_link_ends_by_itself_and_brings_nobody_into_a_locked_account() {
    let (house, post) = (House::open().await, Post::default());
    house.browser().register(ANNA).await;
    forget(&mut house.browser(), ANNA).await;
    let late = post.codes(&house.office);
    house.clock.advance(30 * 60 + 1);
    assert_eq!(choose(&house, &late[0], "zielone jabłka").await.0, 422);
    // A letter that could not go out in time does not go out at all.
    forget(&mut house.browser(), ANNA).await;
    house.clock.advance(30 * 60 + 1);
    assert_eq!(post.codes(&house.office).len(), 0);
    forget(&mut house.browser(), ANNA).await;
    let open = post.codes(&house.office);
    forget(&mut house.browser(), ANNA).await;
    let desk = house.desk("approver-token");
    let why = json!({ "reason": "says that it was not her" });
    desk.post("/people/1/lock", &why).await.is(200);
    assert_eq!(choose(&house, &open[0], "zielone jabłka").await.0, 422);
    house.clock.advance(3_600);
    forget(&mut house.browser(), ANNA).await;
    assert_eq!(post.codes(&house.office).len(), 0);
}

#[tokio::test]
async fn a_link_does_not_replace_the_second_factor() {
    let (house, post) = (House::open().await, Post::default());
    let mut browser = house.browser();
    browser.register(ANNA).await;
    let page = browser.get("/second-factor").await.is(200);
    let secret = page.body.split("secret=").nth(1).unwrap();
    let secret = secret.split('&').next().unwrap().to_owned();
    let code = || shown_by_telephone(&secret, house.office.now().as_micros() / 1_000_000);
    let typed = [("code", code())];
    let typed = [("code", typed[0].1.as_str())];
    browser.submit("/second-factor/on", &typed).await.is(303);
    forget(&mut house.browser(), ANNA).await;
    let codes = post.codes(&house.office);
    assert_eq!(choose(&house, &codes[0], "zielone jabłka").await.0, 303);
    let (_, status, body) = log_in(&house, "zielone jabłka").await;
    assert_eq!(status, 200);
    assert!(body.contains("the app on your telephone shows"), "{body}");
}
