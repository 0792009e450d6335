//! Samples of events about who may come in.

use kantor_engine::access::{Help, KeyChange};
use kantor_engine::{CustomerId, Event};

pub(super) fn samples() -> Vec<Event> {
    let helped = |help, reason: &str| Event::CustomerHelped {
        customer: CustomerId(7),
        help,
        reason: reason.to_owned(),
    };
    let key = |change, reason: &str| Event::KeyChanged {
        name: "kasa 2".to_owned(),
        change,
        reason: reason.to_owned(),
    };
    vec![
        helped(Help::NewPassword, "came with his identity card"),
        helped(Help::Locked, "says that he did not log in"),
        helped(Help::Unlocked, "it was his son"),
        helped(Help::SecondFactorRemoved, "his telephone fell into a lake"),
        key(KeyChange::Issued, "a second desk"),
        key(KeyChange::Rotated, "once a year"),
        key(KeyChange::Revoked, "stolen"),
    ]
}
