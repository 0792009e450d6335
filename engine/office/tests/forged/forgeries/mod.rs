//! The forgeries of meaning: what is forged, how, and what the checker is to say.

mod lines;
mod log;
mod matching;
mod orders;
mod payouts;
mod sent;
mod sums;
mod taken_back;

use serde_json::{Value, json};

use crate::copy::Copy;

/// A name, the forgery (it answers the fact that is to be named), and a part of what is said of it.
pub(crate) type Forgery = (&'static str, fn(&mut Copy) -> String, &'static str);

fn seq(fact: &str) -> u64 {
    let (_, number) = fact.split_once(' ').unwrap();
    number.parse().unwrap()
}

/// Writes another minor amount over each posting of an event, signs as they are.
fn repost(body: &mut Value, minor: i64) {
    for posting in body["postings"].as_array_mut().unwrap() {
        let sign = posting["amount"]["minor"].as_i64().unwrap().signum();
        posting["amount"]["minor"] = json!(minor * sign);
    }
}

fn text_of(rows: &mut kantor_checker::Row, edit: impl FnOnce(&mut Value)) {
    let mut body: Value = serde_json::from_slice(&rows.body).unwrap();
    edit(&mut body);
    // The order of fields is not looked at.
    rows.body = serde_json::to_vec(&body).unwrap();
}

/// All of them.
pub(crate) fn forgeries() -> impl Iterator<Item = &'static Forgery> {
    [
        lines::FORGERIES,
        matching::FORGERIES,
        orders::FORGERIES,
        payouts::FORGERIES,
        sent::FORGERIES,
        taken_back::FORGERIES,
        sums::FORGERIES,
        log::FORGERIES,
    ]
    .into_iter()
    .flatten()
}
