//! People who cannot come in, and the office's keys: resolved by the staff, with a reason.

use kantor_engine::{CustomerId, Event};
use serde_json::json;

use crate::house::{Browser, House};

const ANNA: &str = "anna@example.test";

fn why(reason: &str) -> serde_json::Value {
    json!({ "reason": reason })
}

pub(crate) async fn log_in(house: &House, password: &str) -> (Browser, u16, String) {
    let mut browser = house.browser();
    browser.get("/login").await.is(200);
    let fields = [("email", ANNA), ("password", password)];
    let answer = browser.submit("/login", &fields).await;
    (browser, answer.status, answer.body)
}

/// What the log says about people and keys: who did it, and why.
fn history(house: &House) -> Vec<(String, String)> {
    let changes = house.office.changes(0, 10_000).unwrap();
    changes
        .iter()
        .filter_map(|change| match &change.recorded.event {
            Event::CustomerHelped { help, reason, .. } => {
                Some((format!("{:?} {help:?}", change.recorded.by), reason.clone()))
            }
            Event::KeyChanged {
                name,
                change: what,
                reason,
            } => Some((
                format!("{:?} {name} {what:?}", change.recorded.by),
                reason.clone(),
            )),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_a_code_that_is_good_once() {
    let house = House::open().await;
    let mut lost = house.browser();
    lost.register(ANNA).await;
    let desk = house.desk("approver-token");
    let path = format!("/people/{}/new-password", ANNA.replace('@', "%40"));
    let told = desk.post(&path, &why("came with her identity card")).await;
    let code = told.is(200).json()["code"].as_str().unwrap().to_owned();
    let mut browser = house.browser();
    browser.get("/forgotten").await.says("I have a code");
    browser.get("/password").await.is(200);
    let chosen =
        |code: &str, password: &str| [("code", code.to_owned()), ("password", password.to_owned())];
    let mut try_with = async |code: &str, password: &str| {
        let fields = chosen(code, password);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        browser.submit("/password", &fields).await
    };
    try_with("AAAAA-BBBBB-CCCCC-DDDDD", "zielone jabłka")
        .await
        .is(422)
        .says("The code is mistyped");
    try_with(&code, "short").await.is(422);
    let typed = code.to_lowercase().replace('-', " ");
    let done = try_with(&typed, "zielone jabłka").await.is(303);
    assert_eq!(done.header("location"), "/login?changed=1");
    assert_eq!(log_in(&house, "zielone jabłka").await.1, 303);
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 401);
    // Whoever was in with the old password is out.
    lost.get("/profile").await.is(303);
    let mut again = house.browser();
    again.get("/password").await;
    let fields = [("code", code.as_str()), ("password", "czerwone jabłka")];
    again.submit("/password", &fields).await.is(422);
    assert_eq!(
        history(&house),
        [(
            "Staff(\"approver\") NewPassword".to_owned(),
            "came with her identity card".to_owned()
        )]
    );
}

#[tokio::test]
async fn a_code_ends_and_a_newer_one_replaces_it() {
    let house = House::open().await;
    house.browser().register(ANNA).await;
    let desk = house.desk("approver-token");
    let mut codes = Vec::new();
    for _ in 0..2 {
        let told = desk.post("/people/1/new-password", &why("called")).await;
        codes.push(told.is(200).json()["code"].as_str().unwrap().to_owned());
    }
    let mut browser = house.browser();
    browser.get("/password").await;
    let first = [("code", codes[0].as_str()), ("password", "zielone jabłka")];
    browser.submit("/password", &first).await.is(422);
    house.clock.advance(4 * 3_600 + 1);
    let second = [("code", codes[1].as_str()), ("password", "zielone jabłka")];
    browser.submit("/password", &second).await.is(422);
}

#[tokio::test]
async fn a_lock_ends_sessions_at_once_and_only_the_right_password_learns_of_it() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register(ANNA).await;
    let cashier = house.desk("cashier-token");
    let locked = cashier
        .post("/people/1/lock", &why("says that it was not her"))
        .await;
    assert_eq!(locked.is(200).json()["locked"], true);
    browser.get("/profile").await.is(303);
    let (_, status, body) = log_in(&house, "trzy małe koty").await;
    assert_eq!(status, 403);
    assert!(
        body.contains("The office has locked this account"),
        "{body}"
    );
    let (_, status, body) = log_in(&house, "a wrong password").await;
    assert_eq!(status, 401);
    assert!(!body.contains("has locked"), "{body}");
    cashier.post("/people/1/unlock", &why("no")).await.is(403);
    let approver = house.desk("approver-token");
    approver.post("/people/1/unlock", &why(" ")).await.is(422);
    let open = approver.post("/people/1/unlock", &why("her son")).await;
    assert_eq!(open.is(200).json()["locked"], false);
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 303);
    assert!(house.office.open_sessions(CustomerId(1)).unwrap() > 0);
}

#[tokio::test]
async fn wrong_passwords_are_forgotten_when_the_staff_says_so() {
    let house = House::open().await;
    house.browser().register(ANNA).await;
    for _ in 0..5 {
        assert_eq!(log_in(&house, "a wrong password").await.1, 401);
    }
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 429);
    let approver = house.desk("approver-token");
    // Whoever is asked why nobody gets in sees it.
    let waits = async || approver.get("/people/1").await.is(200).json()["wait_seconds"].clone();
    assert_eq!(waits().await, 180);
    approver
        .post("/people/1/unlock", &why("called, knows her last order"))
        .await
        .is(200);
    assert_eq!(waits().await, 0);
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 303);
}

#[tokio::test]
async fn a_key_is_made_changed_and_taken_away_at_once() {
    let house = House::open().await;
    let boss = house.desk("administrator-token");
    let new = json!({ "name": "kasa 2", "role": "cashier", "reason": "a second desk" });
    house
        .desk("approver-token")
        .post("/tokens", &new)
        .await
        .is(403);
    let made = boss.post_with_key("/tokens", &new, "once").await.is(200);
    let first = made.json()["token"].as_str().unwrap().to_owned();
    house.desk(&first).get("/orders").await.is(200);
    // The same act again is the same act, and its secret is not told twice.
    let again = boss.post_with_key("/tokens", &new, "once").await.is(409);
    assert_eq!(again.json()["code"], "told-once");
    let twin = boss.post("/tokens", &new).await.is(409);
    assert_eq!(twin.json()["code"], "key-taken");
    let changed = boss
        .post("/tokens/kasa%202/rotate", &why("once a year"))
        .await
        .is(200);
    let second = changed.json()["token"].as_str().unwrap().to_owned();
    house.desk(&first).get("/orders").await.is(401);
    let holder = house.desk(&second);
    assert_eq!(
        holder.get("/office").await.is(200).json()["principal"],
        "kasa 2"
    );
    boss.post("/tokens/kasa%202/revoke", &why("stolen"))
        .await
        .is(204);
    holder.get("/orders").await.is(401);
    boss.post("/tokens/kasa%202/revoke", &why("stolen"))
        .await
        .is(404);
    let last = boss
        .post("/tokens/administrator/revoke", &why("no"))
        .await
        .is(409);
    assert_eq!(last.json()["code"], "last-administrator");
    let listed = boss.get("/tokens").await.is(200);
    assert!(!listed.body.contains("token"), "{}", listed.body);
    let names: Vec<String> = history(&house).into_iter().map(|(what, _)| what).collect();
    assert_eq!(
        names,
        [
            "Staff(\"administrator\") kasa 2 Issued",
            "Staff(\"administrator\") kasa 2 Rotated",
            "Staff(\"administrator\") kasa 2 Revoked",
        ]
    );
}

#[tokio::test]
async fn a_front_that_is_revoked_brings_nobody_in_any_more() {
    let house = House::open().await;
    let boss = house.desk("administrator-token");
    let new = json!({ "name": "panel 1", "role": "front", "reason": "a panel" });
    let made = boss.post("/tokens", &new).await.is(200);
    let key = made.json()["token"].as_str().unwrap().to_owned();
    let ask = async || {
        warp::test::request()
            .method("POST")
            .path("/front/v1/rates")
            .header("authorization", format!("Bearer {key}"))
            .body("[]")
            .reply(&house.fronts())
            .await
            .status()
    };
    assert_eq!(ask().await, 200);
    boss.post("/tokens/panel%201/revoke", &why("moved"))
        .await
        .is(204);
    assert_eq!(ask().await, 401);
}

/// What a telephone shows for a secret in base 32 (RFC 6238).
pub(crate) fn shown_by_telephone(secret: &str, seconds: i64) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut bits = 0_u64;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|l| *l == letter);
        bits = bits << 5 | value.unwrap() as u64;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(seconds as u64 / 30).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_a_lost_one_is_taken_away_by_the_staff() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register(ANNA).await;
    browser.get("/profile").await.is(200).says("/second-factor");
    let page = browser.get("/second-factor").await.is(200);
    let secret = page.body.split("secret=").nth(1).unwrap();
    let secret = secret.split('&').next().unwrap().to_owned();
    let typed: Vec<&str> = secret
        .as_bytes()
        .chunks(4)
        .map(|group| std::str::from_utf8(group).unwrap())
        .collect();
    page.says(&format!(">{}<", typed.join(" ")))
        .says("<svg class=\"qr\"");
    let code = || shown_by_telephone(&secret, house.office.now().as_micros() / 1_000_000);
    let wrong = [("code", "000000")];
    browser.submit("/second-factor/on", &wrong).await.is(422);
    // A factor that was never confirmed is not asked for.
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 303);
    let right = code();
    browser
        .submit("/second-factor/on", &[("code", &right)])
        .await
        .is(303);
    browser.get("/profile").await.says("badge good");
    let (mut other, status, body) = log_in(&house, "trzy małe koty").await;
    assert_eq!(status, 200);
    assert!(body.contains("the app on your telephone shows"), "{body}");
    // Whose password was right has no session yet.
    other.get("/profile").await.is(303);
    let (mut other, ..) = log_in(&house, "trzy małe koty").await;
    let mut try_with = async |code: &str| {
        let fields = [("code", code)];
        other.submit("/login/code", &fields).await
    };
    // A code that was used once opens nothing more.
    try_with(&right).await.is(422).says("used already");
    try_with(" ")
        .await
        .is(401)
        .says("the app on your telephone");
    house.clock.advance(60);
    try_with(&code()).await.is(303);
    // What stood for the password is used up, and ends by itself.
    let (mut late, ..) = log_in(&house, "trzy małe koty").await;
    house.clock.advance(301);
    let fields = [("code", code())];
    let fields = [("code", fields[0].1.as_str())];
    let over = late.submit("/login/code", &fields).await;
    over.is(401).says("too long after the password");
    // With a wrong password nobody learns that there is a second factor.
    let (_, status, body) = log_in(&house, "a wrong password").await;
    assert!(status == 401 && !body.contains("telephone"), "{body}");
    let approver = house.desk("approver-token");
    let person = approver.get("/people/1").await.is(200).json();
    assert_eq!(person["second_factor"], true);
    let lost = why("her telephone fell into a lake");
    house
        .desk("cashier-token")
        .post("/people/1/remove-second-factor", &lost)
        .await
        .is(403);
    approver
        .post("/people/1/remove-second-factor", &lost)
        .await
        .is(200);
    browser.get("/profile").await.is(303);
    assert_eq!(log_in(&house, "trzy małe koty").await.1, 303);
    assert_eq!(
        history(&house),
        [(
            "Staff(\"approver\") SecondFactorRemoved".to_owned(),
            "her telephone fell into a lake".to_owned()
        )]
    );
}

/// Whoever has stolen a session guesses codes to take the second factor away.
#[tokio::test]
async fn codes_are_not_guessed_by_who_is_logged_in() {
    let house = House::open().await;
    let mut browser = house.browser();
    browser.register(ANNA).await;
    let page = browser.get("/second-factor").await.is(200);
    let secret = page.body.split("secret=").nth(1).unwrap();
    let secret = secret.split('&').next().unwrap().to_owned();
    let code = || shown_by_telephone(&secret, house.office.now().as_micros() / 1_000_000);
    browser
        .submit("/second-factor/on", &[("code", &code())])
        .await
        .is(303);
    house.clock.advance(60);
    browser.get("/second-factor").await.is(200);
    for _ in 0..5 {
        let wrong = [("code", "no code")];
        browser.submit("/second-factor/off", &wrong).await.is(422);
    }
    let answer = browser
        .submit("/second-factor/off", &[("code", &code())])
        .await;
    answer.is(429).says("too many wrong codes");
    house.clock.advance(180);
    browser
        .submit("/second-factor/off", &[("code", &code())])
        .await
        .is(303);
}
