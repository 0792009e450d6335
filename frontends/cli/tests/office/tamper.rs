//! One byte is changed behind the office's back: `kantor verify` names the fact.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::database::{self, Cell, FACTS};
use crate::kit::{Dice, Ended, copy_of_demo, demo, verify};

/// A copy of the demo that holds just what verification reads, all of it in one file.
fn copy() -> TempDir {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    let database = WHOLE.get_or_init(|| {
        let whole = copy_of_demo();
        drop(database::open(whole.path()));
        fs::read(whole.path().join("kantor.db")).unwrap()
    });
    let copy = tempfile::tempdir().unwrap();
    fs::write(copy.path().join("kantor.db"), database).unwrap();
    fs::copy(
        demo().folder.join("kantor.toml"),
        copy.path().join("kantor.toml"),
    )
    .unwrap();
    copy
}

/// What verification says after one bit of a cell was flipped; `None` when it holds nothing.
fn after_flip(cell: &Cell, at: u64) -> Option<Ended> {
    let copy = copy();
    let connection = database::open(copy.path());
    let flipped = cell.flip(&connection, at);
    drop(connection);
    flipped.then(|| verify(copy.path()))
}

/// Answers of the untouched database, for the words that are expected.
fn value(sql: &str) -> String {
    database::text(&database::open(copy().path()), sql)
}

#[track_caller]
fn check(table: &'static str, column: &'static str, row: &str, words: &[&str]) {
    let cell = Cell::new(table, column, row);
    let answers: Vec<Ended> = [0, 13 * 8 + 1]
        .into_iter()
        .filter_map(|at| after_flip(&cell, at))
        .collect();
    assert!(!answers.is_empty(), "nothing to flip in {cell:?}");
    for ended in answers {
        ended.refused(&[&["does not verify: "], words].concat());
    }
}

#[test]
fn a_byte_of_the_log_names_the_event() {
    for column in ["body", "moment", "kind", "version", "hash", "seq"] {
        check("records", column, "seq = 6", &["event 6"]);
    }
}

#[test]
fn a_byte_of_the_head_names_the_last_event() {
    let last = value("SELECT seq FROM offices");
    for column in ["hash", "moment"] {
        check(
            "offices",
            column,
            "true",
            &[&format!("event {last}"), "head"],
        );
    }
    check("offices", "seq", "true", &["event "]);
}

#[test]
fn a_byte_of_a_line_names_the_line_or_its_statement() {
    // The fee: the last line of its day on the second account.
    let row = "upload = (SELECT upload FROM bookings WHERE account = 2 AND first <= 2
                         ORDER BY first DESC LIMIT 1)
               AND position = (SELECT 2 - first + position FROM bookings
                               WHERE account = 2 AND first <= 2 ORDER BY first DESC LIMIT 1)";
    for column in ["amount", "balance_after"] {
        check("entries", column, row, &["line 2/2"]);
    }
    for column in ["booked_on", "body"] {
        check("entries", column, row, &["statement "]);
    }
}

#[test]
fn a_byte_of_a_file_names_the_file() {
    for kind in ["StatementBooked", "BatchWritten"] {
        let hash = value(&format!(
            "SELECT lower(hex(hash)) FROM uploads WHERE kind = 'file' AND state = 'kept'
             AND (SELECT body FROM records WHERE kind = '{kind}' ORDER BY seq LIMIT 1)
                 LIKE '%' || lower(hex(hash)) || '%'"
        ));
        let row = format!("upload = (SELECT upload FROM uploads WHERE hash = x'{hash}')");
        check("file_chunks", "bytes", &row, &[&format!("file {hash}")]);
    }
}

#[test]
fn a_byte_of_a_read_model_names_the_thing() {
    for (kind, named) in [
        ("account", "account 2"),
        ("order", "order 2"),
        ("payout", "payout 2"),
        ("batch", "batch 2"),
        ("line", "line 2/2"),
    ] {
        let id = value(&format!(
            "SELECT id FROM documents WHERE kind = '{kind}'
             ORDER BY id = 2 DESC, id = (2 << 40) + 2 DESC LIMIT 1"
        ));
        for column in ["body", "state"] {
            let row = format!("kind = '{kind}' AND id = {id}");
            check("documents", column, &row, &[named]);
        }
    }
    check(
        "documents",
        "owner",
        "kind = 'order' AND id = 2",
        &["order 2"],
    );
}

#[test]
fn a_byte_of_a_persons_data_names_the_row() {
    // The name, the PESEL and the rest are committed to by the log, salt and all.
    let key = |id: u64| format!("key = '{id:020}'");
    let person = format!("kind = 'person' AND {}", key(2));
    let account = format!("kind = 'customer-account' AND {}", key(3));
    for column in ["body", "owner"] {
        check("side", column, &person, &["person 2"]);
        check("side", column, &account, &["customer-account 3"]);
    }
}

#[test]
fn no_fact_changes_unnoticed() {
    let mut dice = Dice::new(20_261_102);
    let original = database::open(copy().path());
    for facts in &FACTS {
        let rows = facts.rows(&original);
        for column in facts.columns {
            // Three rows of each; some hold nothing in this column.
            for _ in 0..3 {
                let row = &rows[usize::try_from(dice.below(rows.len() as u64)).unwrap()];
                let cell = Cell::new(facts.table, column, row);
                if let Some(ended) = after_flip(&cell, dice.below(1 << 20)) {
                    assert_eq!(ended.code, Some(1), "{cell:?} was changed: {}", ended.out);
                    ended.refused(&["verif"]);
                }
            }
        }
    }
}

/// Bytes of the file itself, of tables, indexes, free pages and headers alike: what is verified is
/// what was there before, and what is not is told in a sentence.
#[test]
fn whatever_byte_of_the_file_changes_the_answer_is_a_sentence() {
    let mut dice = Dice::new(7);
    let facts = {
        let copy = copy();
        database::dump(&database::open(copy.path())).unwrap()
    };
    let (mut verified, mut refused) = (0, 0);
    for _ in 0..rounds(60) {
        let copy = copy();
        let flips = 1 + dice.below(3);
        let at: Vec<u64> = flip_bytes(copy.path(), flips, &mut dice);
        let ended = verify(copy.path());
        match ended.code {
            Some(0) => {
                let now = database::dump(&database::open(copy.path()));
                assert!(
                    now.as_ref() == Ok(&facts),
                    "changed unnoticed: bytes {at:?}"
                );
                verified += 1;
            }
            Some(1) => {
                ended.sentence();
                refused += 1;
            }
            code => panic!("exit {code:?} after {at:?}: {}", ended.err),
        }
    }
    println!("{refused} refused, {verified} verified unchanged");
    assert!(refused > 0);
}

/// `KANTOR_ROUNDS` searches longer.
fn rounds(usual: u64) -> u64 {
    std::env::var("KANTOR_ROUNDS").map_or(usual, |text| text.parse().unwrap())
}

fn flip_bytes(folder: &Path, flips: u64, dice: &mut Dice) -> Vec<u64> {
    let path = folder.join("kantor.db");
    let mut bytes = fs::read(&path).unwrap();
    let places: Vec<u64> = (0..flips).map(|_| dice.below(bytes.len() as u64)).collect();
    for place in &places {
        bytes[usize::try_from(*place).unwrap()] ^= 1 << dice.below(8);
    }
    fs::write(&path, bytes).unwrap();
    places
}
