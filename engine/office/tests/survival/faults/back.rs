//! The database goes back under a running server: a standby without the last commits takes over, or
//! somebody restores a copy. What the server knows is not the log any more.

use kantor_engine::Command;
use kantor_model::Currency;
use kantor_office::{ExecuteError, Request};
use kantor_postgres_kit::shared;

use crate::founding::{cashier, does};
use crate::house::{House, Place};

/// Takes everything after a position out of the database.
fn go_back(house: &House, seq: u64) {
    let Place::Database(url) = &house.place else {
        panic!("a file has one owner and does not go back under it")
    };
    let back = format!(
        "DELETE FROM records WHERE seq > {seq};
         DELETE FROM documents WHERE seq > {seq};
         DELETE FROM answers WHERE seq > {seq};
         UPDATE offices SET (seq, hash, moment) =
             (SELECT seq, hash, moment FROM records WHERE records.seq = {seq})"
    );
    shared().sql(url.rsplit('/').next().unwrap(), &back);
}

/// A server that has seen so many orders that are lost now, while so much else was recorded since by
/// a server that knows nothing of them, records nothing on top of either.
fn check(lost: usize, recorded_since: usize) {
    let house = House::begin();
    let old = house.process();
    let head = old.head();
    let orders: Vec<_> = (0..lost).map(|_| house.order(&old)).collect();
    go_back(&house, head);
    let new = house.process();
    let currencies = [Currency::USD, Currency::CHF, Currency::GBP];
    for currency in currencies.into_iter().take(recorded_since) {
        does(&new, Command::DefineCurrency { currency });
    }
    let cancel = Command::CancelOrder {
        order: *orders.last().unwrap(),
        reason: "the customer called".to_owned(),
    };
    let told = old.execute(Request::new(cashier(), cancel));
    let is_told = matches!(told, Err(ExecuteError::OtherLog { .. }));
    assert!(is_told, "{lost} lost, {recorded_since} since: {told:?}");
    let ready = old.ready();
    assert!(ready.is_err(), "{lost} lost, {recorded_since} since");
    new.ready().unwrap();
    house.order(&new);
    house.verify(&[new]);
}

#[test]
fn a_server_over_a_database_that_went_back_records_nothing() {
    let cases = [(2, 0), (2, 1), (2, 2), (1, 3)];
    for (lost, recorded_since) in cases {
        check(lost, recorded_since);
    }
    println!(
        "counted: a database went back under a server {} times, and nothing was recorded on top of it",
        cases.len()
    );
}
