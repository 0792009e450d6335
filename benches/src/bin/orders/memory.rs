//! What a server takes that has so many orders in its store: `kantor serve` as it is shipped, over an
//! office that has lived as long.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kantor_benches::exchange::{Exchange, OFFICE};
use kantor_benches::years::live;
use kantor_postgres_kit::{Disk, Server};
use kantor_store::{SqliteStore, Store};

use crate::Asked;
use crate::offices::postgres;

/// One order in so many is open, and never more than `OPEN`.
const ONE_OPEN_IN: usize = 5;
const OPEN: usize = 20_000;

/// The server may take so long until it is ready.
const PATIENCE: Duration = Duration::from_secs(900);

/// So long after it was ready it is looked at again: what it does by itself was done once or twice.
const SETTLED: Duration = Duration::from_secs(5);

pub(crate) fn run(asked: &Asked) -> ExitCode {
    match &asked.rest[..] {
        [fill, database, orders] if fill == "--fill" => {
            let orders = orders.parse().expect("a number of orders");
            fill_office(database, orders);
            ExitCode::SUCCESS
        }
        [program, sizes @ ..] if !sizes.is_empty() => {
            let sizes: Result<Vec<usize>, _> = sizes.iter().map(|size| size.parse()).collect();
            let Ok(sizes) = sizes else {
                eprintln!("orders memory: a number of orders is no number");
                return ExitCode::from(2);
            };
            measure(Path::new(program), &sizes, asked.postgres);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: orders memory PROGRAM [--postgres] ORDERS...");
            ExitCode::from(2)
        }
    }
}

fn is_url(database: &str) -> bool {
    database.starts_with("postgres")
}

fn store_of(database: &str) -> Arc<dyn Store> {
    if is_url(database) {
        return postgres(database);
    }
    Arc::new(SqliteStore::open(Path::new(database)).expect("a store"))
}

/// In a process of its own: what it leaves in memory is nobody's.
fn fill_office(database: &str, orders: usize) {
    let begun = Instant::now();
    let mut exchange = Exchange::over(store_of(database));
    live(&mut exchange, orders, OPEN.min(orders / ONE_OPEN_IN));
    let lived = begun.elapsed();
    let view = exchange.store.view(OFFICE).expect("a picture");
    let verified = kantor_office::verify(&*view, exchange.office.now());
    let verified = verified.expect("a sound office");
    println!(
        "# {orders} orders: {} events, {} lines; made through the engine in {:.0} s, verified in {:.0} s",
        verified.head.seq,
        verified.lines,
        lived.as_secs_f64(),
        (begun.elapsed() - lived).as_secs_f64()
    );
}

fn measure(program: &Path, sizes: &[usize], on_postgres: bool) {
    let server = on_postgres.then(|| Server::start(Disk::Kept));
    println!(
        "{:>9} {:>9} {:>10} {:>12} {:>12} {:>12} {:>14}",
        "orders", "store MiB", "ready s", "MiB ready", "MiB settled", "MiB most", "bytes an order"
    );
    // What a server takes without any order.
    let mut empty = None;
    for size in std::iter::once(&0).chain(sizes) {
        let folder = tempfile::tempdir().expect("a folder");
        let office = folder.path().join("office");
        let database = match &server {
            Some(server) => server.database(),
            None => office.join("kantor.db").display().to_string(),
        };
        let addresses = prepare(program, &office, &database);
        let filled = Command::new(std::env::current_exe().expect("this program"))
            .args(["memory", "--fill", &database, &size.to_string()])
            .status();
        assert!(filled.expect("it runs").success(), "an office was made");
        // What a database server keeps is not a file of ours.
        let stored = fs::metadata(office.join("kantor.db")).ok();
        let stored = stored.map_or("-".to_owned(), |file| (file.len() >> 20).to_string());
        let (took, memory) = serve(program, &office, addresses);
        let base = *empty.get_or_insert(memory[1]);
        let each = memory[1].saturating_sub(base) * 1024;
        println!(
            "{size:>9} {stored:>9} {:>10.2} {:>12.1} {:>12.1} {:>12.1} {:>14}",
            took.as_secs_f64(),
            memory[0] as f64 / 1024.0,
            memory[1] as f64 / 1024.0,
            memory[2] as f64 / 1024.0,
            each.checked_div(*size as u64).unwrap_or(0)
        );
    }
}

/// A folder with a configuration, over a database that is still to be filled.
fn prepare(program: &Path, office: &Path, database: &str) -> [SocketAddr; 2] {
    let made = Command::new(program)
        .arg("init")
        .arg(office)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("the program runs").success(), "kantor init");
    // The office in it is of today; ours begins earlier.
    for file in [
        "kantor.db",
        "kantor.db-wal",
        "kantor.db-shm",
        "kantor.db.lock",
    ] {
        let _ = fs::remove_file(office.join(file));
    }
    let free = || TcpListener::bind("127.0.0.1:0").expect("a free port");
    let held = [free(), free()];
    let addresses = held.map(|port| port.local_addr().expect("its number"));
    let path = office.join("kantor.toml");
    let mut config = fs::read_to_string(&path).expect("a configuration");
    for (standing, ours) in ["127.0.0.1:8080", "127.0.0.1:8081"].iter().zip(addresses) {
        config = config.replace(standing, &ours.to_string());
    }
    if is_url(database) {
        config = config.replace("kantor.db", database);
    }
    fs::write(&path, config).expect("a configuration");
    addresses
}

/// Serves it; says after which time it was ready, and its memory then, a while later, and at most,
/// in KiB.
fn serve(program: &Path, office: &Path, [panel, _]: [SocketAddr; 2]) -> (Duration, [u64; 3]) {
    let begun = Instant::now();
    let mut server = Command::new(program)
        .arg("serve")
        .arg("--config")
        .arg(office.join("kantor.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    while !is_ready(panel) {
        let ended = server.try_wait().expect("a process of ours");
        assert!(ended.is_none(), "the server ended: {ended:?}");
        assert!(begun.elapsed() < PATIENCE, "the server is not ready");
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = begun.elapsed();
    let at_once = memory_of(&server, "VmRSS:");
    std::thread::sleep(SETTLED);
    let memory = [
        at_once,
        memory_of(&server, "VmRSS:"),
        memory_of(&server, "VmHWM:"),
    ];
    server.kill().expect("the server can be ended");
    server.wait().expect("the server is gone");
    (took, memory)
}

fn is_ready(panel: SocketAddr) -> bool {
    let asked = TcpStream::connect(panel).and_then(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_millis(500)))?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    });
    asked.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// A figure of a process, in KiB.
fn memory_of(process: &Child, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()));
    let status = status.expect("a system that tells it");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let figure = line.and_then(|line| line.split_whitespace().next());
    figure.and_then(|figure| figure.parse().ok()).unwrap_or(0)
}
