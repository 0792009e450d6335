//! Acts on things as they were seen (I7): where a thing is otherwise by now, nothing is done.

use serde_json::{Value, json};

use crate::house::{CUSTOMER_EUR, CUSTOMER_PLN, Desk, OFFICE_ACCOUNTS, statement};
use crate::orders::with_customer;

/// A fact of an order, as its desk sees it.
async fn fingerprint(desk: &Desk, order: &str) -> Value {
    let shown = desk.get(&format!("/orders/{order}")).await.is(200).json();
    let listed = desk.get("/orders").await.is(200).json();
    let mut listed = listed["items"].as_array().unwrap().iter();
    let listed = listed.find(|listed| listed["id"] == order).unwrap();
    assert_eq!(shown["fingerprint"], listed["fingerprint"]);
    shown["fingerprint"].clone()
}

#[tokio::test]
async fn an_order_that_changed_is_not_acted_on_as_the_one_that_was_seen() {
    let (house, mut browser) = with_customer().await;
    let desk = house.desk("cashier-token");
    for _ in 0..2 {
        browser.quote("EUR", "100", "PLN").await;
        browser.place().await;
    }
    let (first, second) = (fingerprint(&desk, "1").await, fingerprint(&desk, "2").await);
    assert_ne!(first, second, "two orders are never alike");

    // Money comes for the first, and not as agreed.
    let title = desk.get("/orders/1").await.json()["reference"].clone();
    let line = [("90,00", title.as_str().unwrap(), CUSTOMER_EUR)];
    let (euros, ..) = OFFICE_ACCOUNTS[1];
    let file = statement(euros, "EUR", "12000,00", &line, Some("12090,00"));
    desk.import(&file).await.is(200);
    let held = fingerprint(&desk, "1").await;
    assert_ne!(held, first);
    assert_eq!(fingerprint(&desk, "2").await, second);

    let head = house.office.head();
    let refund = |seen: &Value| json!({ "reason": "he asked for it", "seen": seen });
    for act in ["refund", "confirm", "cancel"] {
        let path = format!("/orders/1/{act}");
        let refused = desk.post(&path, &refund(&first)).await.is(409).json();
        assert_eq!(refused["code"], "order-changed");
    }
    assert_eq!(house.office.head(), head, "nothing was done");
    let reprice = json!({ "rate": "4.3000", "reason": "x", "seen": first });
    desk.post("/orders/1/reprice", &reprice).await.is(409);

    // What was done once is answered the same, although the order has changed by it.
    for _ in 0..2 {
        let path = "/orders/1/refund";
        let done = desk.post_with_key(path, &refund(&held), "kept").await;
        assert_eq!(done.is(200).json()["state"], "Refunding");
    }
    // The other order is as it was seen, whatever happened to its neighbour.
    let cancelled = desk.post("/orders/2/cancel", &refund(&second)).await;
    assert_eq!(cancelled.is(200).json()["state"], "Cancelled");
    desk.post("/orders/77/cancel", &refund(&second))
        .await
        .is(404);
}

#[tokio::test]
async fn a_line_that_moved_is_not_taken_for_the_one_that_stands_in_its_place() {
    let (house, mut browser) = with_customer().await;
    browser.quote("PLN", "250", "EUR").await;
    browser.place().await;
    let desk = house.desk("cashier-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let (early, late) = (
        ("15,00", "WPLATA WCZESNIEJSZA", CUSTOMER_PLN),
        ("30,00", "WPLATA POZNIEJSZA", CUSTOMER_PLN),
    );
    let export = statement(account, "PLN", "50000,00", &[late], None);
    desk.import(&export).await.is(200);
    let seen = desk.get("/suspense").await.is(200).json()[0].clone();
    assert_eq!(
        (&seen["ordinal"], &seen["amount"]["amount"]),
        (&json!(1), &json!("30.00"))
    );

    // The statement of the day knows a line before it.
    let lines = [late, early];
    let day = statement(account, "PLN", "50000,00", &lines, Some("50045,00"));
    let (head, rest) = day.split_at(day.find(":61:").unwrap());
    let (one, rest) = rest.split_at(rest.rfind(":61:").unwrap());
    let (other, foot) = rest.split_at(rest.find(":62F:").unwrap());
    let day = format!("{head}{other}{one}{foot}");
    desk.import(&day).await.is(200);
    let open = desk.get("/suspense").await.is(200).json();
    assert_eq!(open[1]["ordinal"], 2);
    assert_eq!(open[1]["fingerprint"], seen["fingerprint"]);
    let order = fingerprint(&desk, "1").await;
    let book = json!({
        "ledger_account": "bank-fees", "reason": "x", "seen": seen["fingerprint"],
    });
    let allocate = |order: &Value| {
        json!({
            "order": "1", "reason": "x", "seen": seen["fingerprint"], "seen_order": order,
        })
    };
    let head = house.office.head();
    for (path, ask, code) in [
        ("/suspense/1/1/book", book.clone(), "line-changed"),
        ("/suspense/1/1/allocate", allocate(&order), "line-changed"),
        (
            "/suspense/1/2/allocate",
            allocate(&json!("other")),
            "order-changed",
        ),
    ] {
        let refused = desk.post(path, &ask).await.is(409).json();
        assert_eq!(refused["code"], code, "{path}");
    }
    assert_eq!(house.office.head(), head);
    desk.post("/suspense/1/2/allocate", &allocate(&order))
        .await
        .is(200);
    desk.post("/suspense/1/2/book", &book).await.is(409);
    desk.post("/suspense/1/77/book", &book).await.is(404);
}

#[tokio::test]
async fn a_file_that_was_imported_again_is_not_taken_back_for_the_first_time() {
    let (house, _) = with_customer().await;
    let desk = house.desk("approver-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let line = [("15,00", "WPLATA", CUSTOMER_PLN)];
    let file = statement(account, "PLN", "50000,00", &line, Some("50015,00"));
    let first = desk.import(&file).await.is(200).json()["booked"].clone();
    let path = format!(
        "/statements/{}/undo",
        kantor_panel::sha256_hex(file.as_bytes())
    );
    let undo = |seen: &Value| json!({ "reason": "the wrong file", "seen": seen });
    // Somebody else takes it back, and imports it again as it should be.
    desk.post(&path, &undo(&first)).await.is(204);
    let second = desk.import(&file).await.is(200).json()["booked"].clone();
    assert_ne!(second, first);
    let refused = desk.post(&path, &undo(&first)).await.is(409).json();
    assert_eq!(refused["code"], "import-changed");
    desk.post(&path, &undo(&second)).await.is(204);
    desk.post(&path, &undo(&second)).await.is(404);
}

/// Its answer got lost, and the desk asks again: at once, and hours later, when somebody else has
/// taken the file back.
#[tokio::test]
async fn an_import_that_comes_again_is_the_same_act() {
    let (house, _) = with_customer().await;
    let desk = house.desk("approver-token");
    let (account, ..) = OFFICE_ACCOUNTS[0];
    let line = [("15,00", "WPLATA", CUSTOMER_PLN)];
    let file = statement(account, "PLN", "50000,00", &line, Some("50015,00"));
    let plain = desk.import_ask(&file).await;
    let mut look = plain.clone();
    look["preview"] = json!(true);
    let shown = desk.post("/statements", &look).await.is(200).json();
    let mut as_shown = plain.clone();
    as_shown["previewed"] = shown["statements"].clone();
    for (ask, key) in [(as_shown, "as-shown"), (plain, "plain")] {
        let sent = || desk.post_with_key("/statements", &ask, key);
        let outcome = |answer: Value| answer["statements"][0]["outcome"].clone();
        let first = sent().await.is(200).json();
        assert_eq!(outcome(first.clone()), "booked");
        let again = sent().await.is(200).json();
        assert_eq!(outcome(again.clone()), "booked");
        assert_eq!(again["statements"][0]["new"], first["statements"][0]["new"]);
        let path = format!(
            "/statements/{}/undo",
            kantor_panel::sha256_hex(file.as_bytes())
        );
        let undo = json!({ "reason": "the wrong file" });
        desk.post(&path, &undo).await.is(204);
        let head = house.office.head();
        let late = sent().await.is(200).json();
        assert_eq!(outcome(late.clone()), "refused");
        assert!(late.to_string().contains("taken back since"), "{late}");
        assert_eq!(house.office.head(), head, "nothing was done");
    }
    // Whoever decides anew brings it in.
    let anew = desk.import(&file).await.is(200).json();
    assert_eq!(anew["statements"][0]["outcome"], "booked");
}
