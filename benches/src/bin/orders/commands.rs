//! Orders a second through the whole engine, durable before they are answered, beside the ceilings.

use kantor_benches::ceilings::{self, Disk as Pages, Rows};
use kantor_benches::load::{Middle, Served};
use kantor_benches::measure::processor_time;
use kantor_postgres_kit::{Disk, Server};

use crate::Asked;
use crate::offices::Measured;

/// What is measured with each number of clients. The first two know one client only.
const ROWS: [&str; 6] = [
    "disk: 4 KiB, fdatasync",
    "SQLite: a row a commit",
    "PostgreSQL: INSERT",
    "office, SQLite",
    "office, PostgreSQL",
    "2 processes, PostgreSQL",
];
const DISK: usize = 0;
const SQLITE: usize = 1;
const POSTGRES: usize = 2;
const OFFICE_SQLITE: usize = 3;
const OFFICE_POSTGRES: usize = 4;

/// One row, measured once.
struct Figure {
    served: Served,
    /// Commands that one commit made durable, on the average.
    together: f64,
    /// Processor time of this process for each, in microseconds: of the clients too, of the database
    /// server not. A busy machine disturbs it less than the clock on the wall.
    processor: f64,
}

/// What has no office in it.
struct Bare {
    pages: Pages,
    rows: Rows,
    database: String,
}

/// All rows one after the other, as often as they were measured.
type Rounds = Vec<[Figure; ROWS.len()]>;

pub(crate) fn run(asked: &Asked) {
    let server = Server::start(Disk::Kept);
    let mut levels: Vec<Rounds> = asked.clients.iter().map(|_| Vec::new()).collect();
    for _ in 0..asked.repeat {
        let folder = tempfile::tempdir().expect("a folder");
        let bare = Bare {
            pages: Pages::new(folder.path()),
            rows: Rows::new(folder.path()),
            database: server.database(),
        };
        let offices = [
            Measured::sqlite(folder.path()),
            Measured::postgres(&server.database(), 1),
            Measured::postgres(&server.database(), 2),
        ];
        for (rounds, clients) in levels.iter_mut().zip(&asked.clients) {
            rounds.push(round(asked, *clients, &bare, &offices));
        }
        offices.iter().for_each(Measured::check);
    }
    println!(
        "{:<24} {:>7} {:>26} {:>8} {:>8} {:>9} {:>7} {:>22} {:>22} {:>22}",
        "",
        "clients",
        "a second",
        "p50 us",
        "p99 us",
        "a commit",
        "cpu us",
        "x fdatasync",
        "x SQLite row",
        "x INSERT"
    );
    for (rounds, clients) in levels.iter().zip(&asked.clients) {
        show(rounds, *clients);
    }
    for (rounds, clients) in levels.iter().zip(&asked.clients) {
        goals(rounds, *clients);
    }
    println!("every acknowledged order is there, and every office is sound");
}

/// Every row once, each right after the other, so that whatever else runs meets all of them.
fn round(
    asked: &Asked,
    clients: usize,
    bare: &Bare,
    offices: &[Measured; 3],
) -> [Figure; ROWS.len()] {
    let time = asked.seconds;
    let figure = |serve: &dyn Fn() -> Served, commits: &dyn Fn() -> Option<u64>| {
        let (begun, before) = (processor_time(), commits());
        let served = serve();
        let each = processor_time().saturating_sub(begun).as_secs_f64() * 1e6;
        let all = served.done.max(1) as f64;
        let made = commits().zip(before).map(|(now, before)| now - before);
        Figure {
            together: made.map_or(1.0, |made| all / made.max(1) as f64),
            processor: each / all,
            served,
        }
    };
    let alone = |serve: &dyn Fn() -> Served| figure(serve, &|| None);
    let ours =
        |office: &Measured| figure(&|| office.orders(clients, time), &|| Some(office.commits()));
    let [sqlite, postgres, two] = offices;
    [
        alone(&|| bare.pages.pages(time)),
        alone(&|| bare.rows.add(time)),
        alone(&|| ceilings::postgres(&bare.database, clients, time)),
        ours(sqlite),
        ours(postgres),
        ours(two),
    ]
}

/// How much faster one row was than another, in each round.
fn ratio(rounds: &Rounds, row: usize, than: usize) -> Middle {
    let ratio = |round: &[Figure; ROWS.len()]| round[row].served.rate() / round[than].served.rate();
    Middle::of(rounds.iter().map(ratio).collect())
}

fn show(rounds: &Rounds, clients: usize) {
    for (row, name) in ROWS.iter().enumerate() {
        let of = |what: &dyn Fn(&Figure) -> f64| {
            Middle::of(rounds.iter().map(|round| what(&round[row])).collect())
        };
        let clients = if row <= SQLITE { 1 } else { clients };
        println!(
            "{name:<24} {clients:>7} {:>26} {:>8.0} {:>8.0} {:>9.1} {:>7.0} {:>22} {:>22} {:>22}",
            of(&|figure| figure.served.rate()),
            of(&|figure| figure.served.percentile(50) as f64).median,
            of(&|figure| figure.served.percentile(99) as f64).median,
            of(&|figure| figure.together).median,
            of(&|figure| figure.processor).median,
            ratio(rounds, row, DISK),
            ratio(rounds, row, SQLITE),
            ratio(rounds, row, POSTGRES),
        );
    }
}

/// What was to be reached (`performance.md`, G8 and G9), and whether it is.
fn goals(rounds: &Rounds, clients: usize) {
    let wanted: &[(&str, usize, f64)] = match clients {
        1 => &[
            ("G8, one client: SQLite row", SQLITE, 1.0),
            ("G8, one client: PostgreSQL INSERT", POSTGRES, 1.4),
            ("G8, one client: fdatasync", DISK, 0.8),
        ],
        32 => &[
            ("G9, 32 clients: PostgreSQL INSERT", POSTGRES, 2.5),
            ("G9, 32 clients: SQLite row", SQLITE, 8.0),
            ("G9, 32 clients: fdatasync", DISK, 6.0),
        ],
        _ => &[],
    };
    for (goal, than, times) in wanted {
        for office in [OFFICE_SQLITE, OFFICE_POSTGRES] {
            let ratio = ratio(rounds, office, *than);
            let met = if ratio.median >= *times {
                "met"
            } else {
                "not met"
            };
            println!(
                "{goal:<36} at least x {times:<4} {:<20} x {ratio:<24} {met}",
                ROWS[office]
            );
        }
    }
}
