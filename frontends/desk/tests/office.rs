//! The desk against a small office behind a real socket: files in, files out, and what happens
//! when answers get lost.
#![allow(missing_docs)]

mod fake;

use std::fs;
use std::path::Path;

use fake::packs::FakePacks;
use fake::samples::{PLN_ACCOUNT, small_office};
use fake::{FakeOffice, TOKEN};
use kantor_desk::{
    ApiError, ExportError, Feed, Hints, ImportError, Office, export_batch, fetch_batch_file,
    import_statement,
};
use kantor_wire::{OrderState, StatementOutcome};

fn desk(office: &FakeOffice) -> Office {
    Office::new(&office.url, TOKEN).expect("a desk")
}

fn file(folder: &Path, text: &str) -> std::path::PathBuf {
    let path = folder.join("wyciag.sta");
    fs::write(&path, text).expect("written");
    path
}

fn paid(folder: &Path) -> std::path::PathBuf {
    file(
        folder,
        &format!(
            "{PLN_ACCOUNT} PLN 12/1 125000.00 129381.50\n4281.50 KZ11111A7\n100.00 na prezent\n"
        ),
    )
}

#[test]
fn a_statement_moves_orders_and_the_second_time_changes_nothing() {
    let office = FakeOffice::start(small_office());
    let folder = tempfile::tempdir().expect("a folder");
    let path = paid(folder.path());
    let first =
        import_statement(&desk(&office), &FakePacks, &path, Hints::default()).expect("imported");
    assert!(first.is_complete());
    let outcomes: Vec<_> = first
        .outcome
        .statements
        .iter()
        .map(|s| (s.outcome, s.new, s.known))
        .collect();
    assert_eq!(outcomes, [(StatementOutcome::Booked, 2, 0)]);
    let again =
        import_statement(&desk(&office), &FakePacks, &path, Hints::default()).expect("imported");
    assert_eq!(
        again.outcome.statements.first().map(|s| s.outcome),
        Some(StatementOutcome::Known)
    );
    let orders = desk(&office).orders(None, 10).expect("orders");
    assert_eq!(orders.first().map(|o| o.state), Some(OrderState::Funded));
    let calls: Vec<_> = office
        .state()
        .requests
        .iter()
        .filter(|r| r.method == "POST")
        .map(|r| r.path.clone())
        .collect();
    assert_eq!(calls, ["/files", "/statements", "/files", "/statements"]);
}

#[test]
fn nothing_is_sent_when_nothing_trustworthy_was_read() {
    let office = FakeOffice::start(small_office());
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(
        folder.path(),
        &format!("{PLN_ACCOUNT} PLN 12/1 1.00 2.00\n1O.OO KZ11111A7\n"),
    );
    let refused = import_statement(&desk(&office), &FakePacks, &path, Hints::default())
        .expect_err("an unreadable amount");
    assert!(matches!(refused, ImportError::Untrustworthy { .. }));
    assert!(
        refused
            .to_string()
            .contains(&format!("{}:2:1: amount-unreadable: ", path.display())),
        "{refused}"
    );
    let path = file(folder.path(), "not a statement");
    let refused = import_statement(&desk(&office), &FakePacks, &path, Hints::default())
        .expect_err("no statement");
    assert!(matches!(refused, ImportError::Pack { .. }));
    assert!(office.state().requests.is_empty());
}

#[test]
fn a_file_that_names_no_account_is_sent_once_a_person_does() {
    let office = FakeOffice::start(small_office());
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "PL PLN 12/1 125000.00 125000.00\n");
    let refused = import_statement(&desk(&office), &FakePacks, &path, Hints::default())
        .expect_err("no account");
    assert!(matches!(refused, ImportError::NoAccount { .. }));
    assert!(refused.to_string().contains("--account"), "{refused}");
    assert!(office.state().requests.is_empty());
    let hints = Hints {
        account: Some(PLN_ACCOUNT),
        ..Hints::default()
    };
    let sent = import_statement(&desk(&office), &FakePacks, &path, hints).expect("sent");
    let account = sent.file.statements[0].account.as_deref();
    assert_eq!(account, Some(PLN_ACCOUNT));
}

#[test]
fn a_statement_of_a_foreign_account_is_named() {
    let office = FakeOffice::start(small_office());
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(
        folder.path(),
        "PL61109010140000071219812874 PLN 1/1 1.00 1.00\n",
    );
    let imported =
        import_statement(&desk(&office), &FakePacks, &path, Hints::default()).expect("answered");
    assert!(!imported.is_complete());
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let office = FakeOffice::start(small_office());
    office.state().lose_answers = 2;
    let order = desk(&office)
        .cancel("1", "the customer asked")
        .expect("cancelled in the end");
    assert_eq!(order.state, OrderState::Cancelled);
    let state = office.state();
    let keys: Vec<_> = state.requests.iter().map(|r| r.key.clone()).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]));
    assert_eq!(state.head(), 5, "done once");
}

#[test]
fn an_act_whose_answer_stays_lost_keeps_its_key_for_the_next_try() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    office.state().lose_answers = 3;
    let lost = desk.cancel("1", "the customer asked").expect_err("lost");
    assert!(matches!(lost, ApiError::Lost { .. }), "{lost}");
    let order = desk.cancel("1", "the customer asked").expect("answered");
    assert_eq!(order.state, OrderState::Cancelled);
    assert_eq!(office.state().head(), 5, "done once");
}

#[test]
fn an_act_whose_answer_is_not_understood_keeps_its_key() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    office.state().garble_answers = 1;
    let garbled = desk.cancel("1", "the customer asked").expect_err("garbled");
    assert!(matches!(garbled, ApiError::NotAnOffice { .. }), "{garbled}");
    let order = desk.cancel("1", "the customer asked").expect("answered");
    assert_eq!(order.state, OrderState::Cancelled);
    assert_eq!(office.state().head(), 5, "done once");
}

/// The office has done it, and the next two tries do not come as far as to be told so.
#[test]
fn an_act_that_was_turned_away_at_the_door_keeps_its_key() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    (office.state().lose_answers, office.state().turn_away) = (1, 2);
    for _ in 0..2 {
        let late = desk.cancel("1", "the customer asked").expect_err("late");
        assert_eq!(late.code(), Some("too-slow"));
    }
    let order = desk.cancel("1", "the customer asked").expect("answered");
    assert_eq!(order.state, OrderState::Cancelled);
    let state = office.state();
    let keys: Vec<_> = state.requests.iter().map(|asked| &asked.key).collect();
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(state.head(), 5, "done once");
}

#[test]
fn a_transfer_file_is_archived_before_it_is_saved() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    let folder = tempfile::tempdir().expect("a folder");
    import_statement(&desk, &FakePacks, &paid(folder.path()), Hints::default()).expect("imported");
    let transfers = folder.path().join("transfers");
    let exported =
        export_batch(&desk, &FakePacks, "a2", "2026-11-23", &transfers).expect("exported");
    let bytes = fs::read(&exported.path).expect("saved");
    assert_eq!(office.state().batch_files.get("b1"), Some(&bytes));
    let text = String::from_utf8(bytes.clone()).expect("text");
    assert!(
        text.contains("1000.00 EUR PL79102010130000000201000002 KW11111A7"),
        "{text}"
    );

    fs::remove_file(&exported.path).expect("lost");
    let again = fetch_batch_file(&desk, "b1", &transfers).expect("fetched");
    assert_eq!(again.path, exported.path);
    assert_eq!(fs::read(&again.path).expect("saved"), bytes);

    let nothing = export_batch(&desk, &FakePacks, "a2", "2026-11-23", &transfers)
        .expect_err("nothing is due any more");
    assert!(matches!(&nothing, ExportError::Api(error) if error.code() == Some("nothing-due")));
}

#[test]
fn a_batch_that_waits_for_an_approver_is_finished_later() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    let folder = tempfile::tempdir().expect("a folder");
    import_statement(&desk, &FakePacks, &paid(folder.path()), Hints::default()).expect("imported");
    office.state().only_cashier = true;
    let export = || export_batch(&desk, &FakePacks, "a2", "2026-11-23", folder.path());
    assert!(matches!(
        export().expect_err("an approver is needed"),
        ExportError::AwaitsApproval { .. }
    ));
    office.state().only_cashier = false;
    let exported = export().expect("exported");
    assert_eq!(exported.batch.id, "b1");
    assert_eq!(office.state().batches.len(), 1);
}

#[test]
fn the_feed_goes_on_where_it_stopped() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("feed");
    let mut seen = Vec::new();
    let mut feed = Feed::resumed(&place).expect("a feed");
    feed.poll(&desk, 0, |news| seen.extend(news.iter().map(|c| c.seq)))
        .expect("polled");
    office.state().happened("OrderExpired");
    let mut feed = Feed::resumed(&place).expect("a feed");
    feed.poll(&desk, 0, |news| seen.extend(news.iter().map(|c| c.seq)))
        .expect("polled");
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[test]
fn an_act_that_may_have_arrived_is_never_called_unsent() {
    let office = FakeOffice::start(small_office());
    let desk = desk(&office);
    office.state().die_after_act = true;
    let lost = desk.cancel("1", "x").expect_err("the office is gone");
    assert!(matches!(lost, ApiError::Lost { .. }), "{lost}");
    assert_eq!(office.state().orders[0].state, OrderState::Cancelled);
    let unsent = desk.cancel("1", "x").expect_err("the office is gone");
    assert!(matches!(unsent, ApiError::Unreachable { .. }), "{unsent}");
    // However often nobody listened since, it is the same act when the office is back.
    office.comes_back();
    desk.cancel("1", "x").expect("the first answer");
    let state = office.state();
    let keys: Vec<_> = state.requests.iter().map(|asked| &asked.key).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn refusals_come_through_in_the_offices_words() {
    let office = FakeOffice::start(small_office());
    let stranger = Office::new(&office.url, "another").expect("a desk");
    let refused = stranger.office().expect_err("not known");
    assert_eq!(refused.code(), Some("token-unknown"));
    assert!(refused.to_string().contains("ask an administrator"));
    let nobody = Office::new("http://127.0.0.1:1", TOKEN).expect("a desk");
    let away = nobody.office().expect_err("nobody listens");
    assert!(matches!(away, ApiError::Unreachable { .. }), "{away}");
    for url in ["https://a", "127.0.0.1:1", "http://"] {
        assert!(matches!(
            Office::new(url, TOKEN),
            Err(ApiError::Address { .. })
        ));
    }
}
