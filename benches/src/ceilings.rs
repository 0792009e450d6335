//! What disk and databases do by themselves: nobody who makes every command durable is faster, but
//! by making several durable at once.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio_postgres::NoTls;

use crate::load::{Served, micros, serve};
use crate::random::Random;

/// A page of the disk, as databases write them.
const PAGE: usize = 4096;

/// How far ahead the file is there before it is written to.
const FILE: usize = 64 << 20;

/// A row of ten columns; as many as a record, a read model and an answer have together.
const TABLE: &str = "(id BIGINT PRIMARY KEY, moment BIGINT, kind TEXT, version BIGINT,
    owner BIGINT, state TEXT, amount BIGINT, reference BIGINT, account BIGINT, body TEXT)";

/// And two indexes whose keys come in no order.
const INDEXES: [&str; 2] = ["reference", "account"];

const BODY: &str = "What an order of a customer says in the log: whose it is, what he gives and \
    gets, at which rate and by which table, from which account he pays and to which he is paid, \
    and until when the money has to be there; a few hundred letters, as an event has them.";

/// A file that is there before it is written to.
pub struct Disk(Mutex<File>);

impl Disk {
    /// Makes the file.
    pub fn new(folder: &Path) -> Disk {
        let mut file = File::create(folder.join("pages")).expect("a file");
        for _ in 0..FILE / PAGE {
            file.write_all(&[7; PAGE]).expect("space for it");
        }
        file.sync_all().expect("a disk");
        Disk(Mutex::new(file))
    }

    /// Overwrites a page and waits until the disk has it, again and again.
    pub fn pages(&self, time: Duration) -> Served {
        let page = [9_u8; PAGE];
        serve(1, time, |_, number| {
            let mut file = self.0.lock().expect("one client");
            if number % (FILE / PAGE) == 0 {
                file.seek(SeekFrom::Start(0)).expect("its beginning");
            }
            file.write_all(&page).expect("space for it");
            file.sync_data().expect("a disk");
        })
    }
}

/// A table in an SQLite file that waits for the disk at every commit.
pub struct Rows(Mutex<Table>);

struct Table {
    connection: Connection,
    random: Random,
    rows: i64,
}

impl Table {
    fn insert(&mut self) {
        let random = &mut self.random;
        let mut any = || i64::try_from(random.below(1 << 62)).unwrap_or(0);
        let sql = "INSERT INTO facts VALUES (?1, ?2, ?3, 1, 7, ?4, ?5, ?6, ?7, ?8)";
        let row = params![
            self.rows,
            any(),
            "order_placed",
            "AwaitingFunds",
            10_000,
            any(),
            any(),
            BODY
        ];
        let inserted = self.connection.prepare_cached(sql);
        inserted
            .and_then(|mut insert| insert.execute(row))
            .expect("a row");
        self.rows += 1;
    }
}

impl Rows {
    /// Makes it, and lets the log that is written ahead reach its full length: as long as it grows
    /// a commit costs more.
    pub fn new(folder: &Path) -> Rows {
        let path = folder.join("rows.db");
        let connection = Connection::open(&path).expect("a new file");
        let tables = format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000;
             CREATE TABLE facts {TABLE};
             CREATE INDEX first ON facts ({}); CREATE INDEX second ON facts ({});",
            INDEXES[0], INDEXES[1]
        );
        connection.execute_batch(&tables).expect("a new table");
        let mut table = Table {
            connection,
            random: Random::seeded(3),
            rows: 0,
        };
        while !is_log_long(&path) {
            table.connection.execute_batch("BEGIN").expect("a turn");
            (0..100).for_each(|_| table.insert());
            table.connection.execute_batch("COMMIT").expect("a disk");
        }
        Rows(Mutex::new(table))
    }

    /// Adds one row a commit, again and again.
    pub fn add(&self, time: Duration) -> Served {
        serve(1, time, |_, _| self.0.lock().expect("one client").insert())
    }
}

/// Whether the log that SQLite writes ahead of a database has its full length: the writer moves it
/// into the database every 8000 pages, and begins it anew over what is there.
pub fn is_log_long(database: &Path) -> bool {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 8000 * PAGE as u64)
}

/// One row a commit in a PostgreSQL database, by so many clients: prepared statements, each client a
/// connection, all of them tasks of one thread, so that the clients cost little.
pub fn postgres(url: &str, clients: usize, time: Duration) -> Served {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(inserts(url, clients, time))
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a server");
    tokio::spawn(connection);
    client
}

async fn inserts(url: &str, clients: usize, time: Duration) -> Served {
    let first = connect(url).await;
    let tables = format!(
        "CREATE TABLE IF NOT EXISTS facts {TABLE}; TRUNCATE facts;
         CREATE INDEX IF NOT EXISTS first ON facts ({});
         CREATE INDEX IF NOT EXISTS second ON facts ({});",
        INDEXES[0], INDEXES[1]
    );
    first.batch_execute(&tables).await.expect("a new table");
    let over = Arc::new(AtomicBool::new(false));
    let mut all = Vec::new();
    for client in 0..clients {
        let connection = connect(url).await;
        let sql = "INSERT INTO facts VALUES ($1, $2, $3, 1, 7, $4, $5, $6, $7, $8)";
        let insert = connection.prepare(sql).await.expect("a statement");
        all.push((client, connection, insert));
    }
    let begun = Instant::now();
    let tasks: Vec<_> = all
        .into_iter()
        .map(|(client, connection, insert)| {
            let over = Arc::clone(&over);
            tokio::spawn(async move {
                let mut random = Random::seeded(client as u64);
                let mut waits = Vec::new();
                let mut number = i64::try_from(client).unwrap_or(0) << 40;
                while !over.load(Ordering::Relaxed) {
                    let mut any = || i64::try_from(random.below(1 << 62)).unwrap_or(0);
                    let asked = Instant::now();
                    let (moment, reference, account) = (any(), any(), any());
                    connection
                        .execute(
                            &insert,
                            &[
                                &number,
                                &moment,
                                &"order_placed",
                                &"AwaitingFunds",
                                &10_000_i64,
                                &reference,
                                &account,
                                &BODY,
                            ],
                        )
                        .await
                        .expect("a row");
                    number += 1;
                    waits.push(micros(asked.elapsed()));
                }
                waits
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.expect("no client fails"));
    }
    let served = Served::new(begun.elapsed(), waits);
    let rows = first.query_one("SELECT count(*) FROM facts", &[]).await;
    let rows: i64 = rows.expect("a count").get(0);
    assert_eq!(rows, served.done as i64, "every row is there");
    served
}
