//! The database goes right after an act was recorded: nobody is told that it was not.

use serde_json::json;

use crate::orders::with_customer;

#[tokio::test]
async fn what_was_done_is_not_called_unrecorded_when_it_cannot_be_shown() {
    let (house, mut browser) = with_customer().await;
    browser.quote("EUR", "100", "PLN").await;
    browser.place().await;
    let desk = house.desk("administrator-token");
    let reason = json!({ "reason": "he asked for it" });
    // What is told once is told no second time.
    let acts = [
        ("/orders/1/cancel", 200),
        ("/people/1/lock", 200),
        ("/tokens/front/rotate", 409),
    ];
    for (at, (path, status)) in acts.into_iter().enumerate() {
        let key = format!("act-{at}");
        let head = house.office.head();
        house.store.shut_after_one_act();
        let sent = desk.post_with_key(path, &reason, &key).await;
        assert!(house.office.head() > head, "{path}");
        let told = sent.is(503).json();
        assert_eq!(told["code"], "office-down", "{path}: {told}");
        house.store.open();
        desk.post_with_key(path, &reason, &key).await.is(status);
    }
}

/// Browsers are sent to a page of what was done. Where it cannot be shown, the customer must not read
/// that nothing was recorded: he would order once more.
#[tokio::test]
async fn a_page_that_cannot_be_shown_says_nothing_of_what_was_done() {
    let (house, mut browser) = with_customer().await;
    browser.quote("EUR", "100", "PLN").await;
    let head = house.office.head();
    house.store.shut_after_one_act();
    let answer = browser.order().await;
    assert!(house.office.head() > head, "it was placed");
    let pages = [
        answer,
        browser.get("/orders/1").await,
        browser.get("/rates").await,
    ];
    for page in pages {
        page.is(503)
            .says_not("nothing was recorded")
            .says("before you repeat");
    }
    house.store.open();
    browser.get("/orders/1").await.is(200);
}
