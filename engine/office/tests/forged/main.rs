//! Facts are forged, and the checker names them: one byte of each kind of stored fact, and forgeries
//! of meaning whose every hash was made to fit.

mod copy;
mod forgeries;
#[path = "../founding/mod.rs"]
mod founding;
mod office;

use std::sync::OnceLock;

use kantor_checker::{Disagreement, check};
use kantor_store::OfficeId;

use copy::Copy;
use forgeries::forgeries;

/// The office as it was, once for all tests.
fn honest() -> Copy {
    static COPY: OnceLock<Copy> = OnceLock::new();
    let lived = || {
        let town = office::Town::lived();
        let view = town.store.view(OfficeId(1)).unwrap();
        Copy::of(&*view)
    };
    COPY.get_or_init(lived).clone()
}

fn named(copy: &Copy) -> Disagreement {
    check(&**copy).expect_err("nothing is named")
}

#[test]
fn an_honest_office_is_confirmed() {
    let mut copy = honest();
    let checked = check(&*copy).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(checked.lines, 24);
    assert_eq!(checked.lines_read_again, 25);
    assert_eq!(checked.files, 14);
    copy.rehash();
    assert_eq!(copy.head, honest().head, "the hashes are the store's");
}

/// Every forgery is named by the fact that is wrong, although every hash fits.
#[test]
fn forged_meaning_is_named() {
    let mut wrong = Vec::new();
    for (name, forge, what) in forgeries() {
        let mut copy = honest();
        let fact = forge(&mut copy);
        copy.rehash();
        match check(&*copy) {
            Ok(_) => wrong.push(format!("{name}: nothing is named")),
            Err(found) if found.fact == fact && found.what.contains(what) => {}
            Err(found) => wrong.push(format!("{name}: not {fact}: ... {what} ...: {found}")),
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// A byte of a record, the head, a row, a file or a side row is named without any rehashing.
#[test]
fn one_byte_of_each_kind_of_fact_is_named() {
    let flip = |bytes: &mut Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    for at in 0..honest().records.len() {
        let mut copy = honest();
        flip(&mut copy.records[at].body);
        assert_eq!(named(&copy).fact, format!("event {}", at + 1));
        let mut copy = honest();
        copy.records[at].hash.0[7] ^= 1;
        assert_eq!(named(&copy).fact, format!("event {}", at + 1));
    }
    let mut copy = honest();
    copy.head.hash.0[7] ^= 1;
    assert_eq!(named(&copy).fact, format!("event {}", copy.head.seq));
    for set in honest().rows.keys() {
        for at in 0..honest().rows[set].len() {
            let mut copy = honest();
            flip(&mut copy.rows.get_mut(set).unwrap()[at].body);
            let fact = named(&copy).fact;
            assert!(
                fact.starts_with("line ") || fact.starts_with("statement "),
                "{fact}"
            );
            let mut copy = honest();
            copy.rows.get_mut(set).unwrap()[at].amount ^= 1;
            assert!(named(&copy).fact.starts_with("line "));
        }
    }
    for file in honest().files.keys() {
        let mut copy = honest();
        flip(copy.files.get_mut(file).unwrap());
        assert!(named(&copy).fact.starts_with(&format!("file {file}")));
    }
    for at in 0..honest().sides.len() {
        let mut copy = honest();
        let side = copy.sides.values_mut().nth(at).unwrap();
        match side.kind.as_str() {
            // The password is committed to by nobody.
            "login" => side.owner = Some(99),
            _ if side.body == b"{}" || side.kind == "payer" => side.key.push('9'),
            _ => flip(&mut side.body),
        }
        let kind = side.kind.clone();
        let fact = named(&copy).fact;
        assert!(fact.contains(&kind), "{kind}: {fact}");
    }
}

/// What is lost is missed.
#[test]
fn what_is_gone_is_named() {
    let mut copy = honest();
    copy.records.pop();
    assert_eq!(named(&copy).fact, format!("event {}", copy.head.seq));
    for file in honest().files.keys() {
        let mut copy = honest();
        copy.files.remove(file);
        assert!(named(&copy).fact.starts_with(&format!("file {file}")));
    }
    let mut copy = honest();
    copy.segments.clear();
    assert_eq!(named(&copy).fact, "line 1/1 (statement 3)");
}
