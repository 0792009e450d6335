//! An office under load: orders a second through the whole engine, how long a change is on its way to
//! those who follow, and what a server with a million orders takes. Beside each figure stands what
//! the disk and the databases do by themselves in the same run.
//!
//! ```text
//! cargo run --release -p kantor-benches --bin orders -- commands [--seconds S] [--repeat N] [--clients A,B]
//! cargo run --release -p kantor-benches --bin orders -- feed [--seconds S] [--repeat N]
//! cargo run --release -p kantor-benches --bin orders -- memory PROGRAM [--postgres] ORDERS...
//! ```
//!
//! `PROGRAM` is the `kantor` of a release build. PostgreSQL is started in a folder of its own, with
//! fsync, and gone afterwards. Every run asks the store at its end whether everything that was
//! acknowledged is there, and `kantor verify`'s checker whether the office is sound.

mod commands;
mod feed;
mod memory;
mod offices;

use std::process::ExitCode;
use std::time::Duration;

/// What was asked for besides names.
struct Asked {
    seconds: Duration,
    repeat: usize,
    clients: Vec<usize>,
    postgres: bool,
    rest: Vec<String>,
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let what = words.next();
    let asked = read(words);
    match (what.as_deref(), asked) {
        (Some("commands"), Some(asked)) => commands::run(&asked),
        (Some("feed"), Some(asked)) => feed::run(&asked),
        (Some("memory"), Some(asked)) => return memory::run(&asked),
        _ => {
            eprintln!(
                "usage: orders commands [--seconds S] [--repeat N] [--clients A,B]\n       \
                 orders feed [--seconds S] [--repeat N]\n       \
                 orders memory PROGRAM [--postgres] ORDERS..."
            );
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Asked> {
    let mut asked = Asked {
        seconds: Duration::from_secs(2),
        repeat: 3,
        clients: vec![1, 8, 32, 128],
        postgres: false,
        rest: Vec::new(),
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => {
                let seconds: f64 = words.next()?.parse().ok()?;
                asked.seconds = Duration::try_from_secs_f64(seconds).ok()?;
            }
            "--repeat" => asked.repeat = words.next()?.parse().ok().filter(|count| *count > 0)?,
            "--clients" => {
                let list = words.next()?;
                let list: Result<Vec<usize>, _> = list.split(',').map(str::parse).collect();
                asked.clients = list.ok().filter(|list| !list.contains(&0))?;
            }
            "--postgres" => asked.postgres = true,
            _ => asked.rest.push(word),
        }
    }
    Some(asked)
}
