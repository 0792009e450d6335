//! A server that is killed at any moment loses nothing that it acknowledged, and leaves nothing
//! by half.
//!
//! This program starts itself as a server that commits as fast as it can and says each commit on
//! its standard output; then kills it (SIGKILL) at some moment, opens the store and looks.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kantor_model::Moment;
use kantor_store::{
    Booking, Digest, Document, DocumentChange, DocumentFilter, NewAnswer, NewRecord, OfficeId,
    SqliteStore, StagedEntry, Store, Sweep, UnitOfWork, View, check_entries, check_file, check_log,
};

const OFFICE: OfficeId = OfficeId(1);
const ACCOUNT: u64 = 1;
const NOW: Moment = Moment::from_micros(1_793_606_400_000_000);
const ROUNDS: u64 = 20;
const SERVER: &str = "KANTOR_CRASH_DATABASE";

fn main() {
    if let Some(database) = env::var_os(SERVER) {
        return serve(Path::new(&database));
    }
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("kantor.db");
    let store = SqliteStore::open(&database).unwrap();
    store.create_office(OFFICE, NOW).unwrap();
    drop(store);
    let mut head = 0;
    let more = env::var("KANTOR_FAULTS").ok();
    let more: u64 = more.map_or(1, |text| text.parse().expect("KANTOR_FAULTS is a number"));
    let rounds = ROUNDS * more;
    for round in 0..rounds {
        let acknowledged = run_and_kill(&database, round);
        let store = SqliteStore::open(&database).unwrap();
        let found = examine(&store);
        assert!(
            found >= acknowledged,
            "round {round}: position {acknowledged} was acknowledged, and the log ends at {found}"
        );
        assert!(found >= head, "round {round}: the log was shortened");
        head = found;
        sweep(&store);
        assert_eq!(examine(&store), head);
    }
    assert!(head > rounds, "the server hardly wrote anything: {head}");
    println!(
        "counted: the writer of an SQLite store killed -9 {rounds} times; {head} positions, none lost"
    );
}

/// Lets a server work for a while and kills it; returns the last position that it acknowledged.
fn run_and_kill(database: &Path, round: u64) -> u64 {
    let mut server = Command::new(env::current_exe().unwrap())
        .env(SERVER, database)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    for _ in 0..=round % ROUNDS {
        acknowledged = lines.next().unwrap().unwrap().parse().unwrap();
    }
    // Somewhere in the middle of the next commit, another place in each round.
    let moment = Instant::now() + Duration::from_micros(round * 97 % 1_000);
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
    server.kill().unwrap();
    server.wait().unwrap();
    // What it said before it died and we had not read yet; its last line may be cut off.
    let mut rest = Vec::new();
    for line in lines {
        rest.push(line.unwrap());
    }
    let complete = rest.len().saturating_sub(1);
    rest.iter()
        .take(complete)
        .fold(acknowledged, |_, line| line.parse().unwrap())
}

/// The server: each commit takes one to three commands with everything that a command can write.
fn serve(database: &Path) {
    let store = SqliteStore::open(database).unwrap();
    let mut said = std::io::stdout().lock();
    loop {
        let first = store.view(OFFICE).unwrap().head().seq;
        let file = store
            .stage_file(OFFICE, NOW, &mut file_of(first).as_slice())
            .unwrap();
        let rows = store
            .stage_entries(OFFICE, NOW, &mut entries_after(first))
            .unwrap();
        let mut locked = store.lock(OFFICE).unwrap();
        for turn in 0..=first % 3 {
            let head = locked.view().head();
            let mut unit = command(head.seq);
            if turn == 0 {
                unit.files.push(file.hash);
                unit.bookings.push(Booking {
                    account: ACCOUNT,
                    first_ordinal: next_ordinal(locked.view()),
                    rows_hash: rows.rows_hash,
                    position: 0,
                    count: rows.count,
                    statement: first + 1,
                    shift: 0,
                });
            }
            locked.append(&unit).unwrap();
        }
        let head = locked.commit().unwrap();
        writeln!(said, "{}", head.seq).unwrap();
        said.flush().unwrap();
    }
}

/// What stands at the position after `head`: a record, a document, an answer, a counter.
fn command(head: u64) -> UnitOfWork {
    let seq = head + 1;
    let document = |kind: &str, id| {
        DocumentChange::Put(Document {
            kind: kind.to_owned(),
            id,
            owner: Some(seq % 5),
            state: seq.to_string(),
            seq: 0,
            body: Vec::new(),
        })
    };
    UnitOfWork {
        records: vec![NewRecord {
            kind: "noted".to_owned(),
            version: 1,
            body: seq.to_string().into_bytes(),
        }],
        documents: vec![document("order", seq), document("counter", 1)],
        answer: Some(NewAnswer {
            key: format!("key {seq}"),
            fingerprint: Digest::of(seq.to_string().as_bytes()),
            body: Vec::new(),
        }),
        ..UnitOfWork::new(head, NOW)
    }
}

/// Sometimes a file of several pieces.
fn file_of(position: u64) -> Vec<u8> {
    let length = if position.is_multiple_of(7) {
        600_000
    } else {
        100
    };
    let mut bytes = vec![1; length];
    bytes.extend(position.to_be_bytes());
    bytes
}

/// Sometimes more entries than one piece of an upload.
fn entries_after(position: u64) -> impl Iterator<Item = StagedEntry> {
    let count = if position.is_multiple_of(5) { 1500 } else { 3 };
    (0..count).map(move |line| StagedEntry {
        amount: 1,
        balance_after: i64::from(line),
        booked_on: None,
        body: format!("{position}/{line}").into_bytes(),
    })
}

fn next_ordinal(view: &dyn View) -> u64 {
    let tail = view.chain_tail(ACCOUNT, 1).unwrap();
    tail.first().map_or(1, |line| line.ordinal + 1)
}

/// Checks that the office is whole, and returns the position of its head.
fn examine(store: &dyn Store) -> u64 {
    let view = store.view(OFFICE).unwrap();
    let view = view.as_ref();
    let head = check_log(view).unwrap().seq;
    let orders = view
        .documents("order", &DocumentFilter::first(usize::MAX))
        .unwrap();
    let numbers: Vec<u64> = orders.iter().map(|order| order.id).collect();
    assert_eq!(numbers, (1..=head).collect::<Vec<_>>());
    assert!(orders.iter().all(|order| order.seq == order.id));
    let counter = view.document("counter", 1).unwrap();
    assert_eq!(counter.map_or(0, |counter| counter.seq), head);
    for seq in 1..=head {
        assert!(view.answer(&format!("key {seq}")).unwrap().is_some());
    }
    assert_eq!(view.answer(&format!("key {}", head + 1)), Ok(None));
    let mut next = 1;
    for booking in view.bookings(ACCOUNT, 1, usize::MAX).unwrap() {
        assert_eq!(booking.first_ordinal, next);
        next += booking.count;
        assert!(booking.statement <= head);
        check_entries(view, &booking.rows_hash).unwrap();
        let file = Digest::of(&file_of(booking.statement - 1));
        check_file(view, &file).unwrap();
    }
    assert_eq!(next_ordinal(view), next);
    head
}

/// Half an upload of the killed server must neither hurt nor stay.
fn sweep(store: &dyn Store) {
    let everything = Sweep {
        uploads_before: NOW.plus_seconds(1),
        answers_before: NOW,
        now: NOW,
    };
    store.sweep(OFFICE, &everything).unwrap();
    assert_eq!(store.sweep(OFFICE, &everything).unwrap().uploads, 0);
}
