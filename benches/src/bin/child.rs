//! What the wall around packs costs: the same MT940 file read by the parsers, and by mBank's pack
//! in its child process, walls, pipe and start of the process included.
//!
//! ```text
//! cargo build --release -p kantor-pack-mbank -p kantor-plugin-host
//! cargo run --release -p kantor-benches --bin child -- [ENTRIES] [TIMES]
//! ```
//!
//! Wall-clock time, because child and program work side by side; the least of all passes counts.
//! Ends with code 1 when the child takes more than one and a half times as long.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use kantor_benches::cases::{Summing, sums_of};
use kantor_benches::corpus::{Corpus, PER_STATEMENT, corpus};
use kantor_benches::paper::Shape;
use kantor_plugin_host::{Hints, Host, Settings};

/// The child may take at most so many times as long as the parser alone.
const LIMIT: f64 = 1.5;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut number = |default| match words.next() {
        Some(word) => word.parse().ok(),
        None => Some(default),
    };
    let (Some(entries), Some(times)) = (number(100_000), number(5)) else {
        eprintln!("usage: child [ENTRIES] [TIMES]");
        return ExitCode::from(2);
    };
    let host = Host::discover(&Settings::beside_executable());
    if host.pack_of_bank("mbank").is_none() {
        eprintln!("child: the pack of mBank is not beside this program; build it first");
        return ExitCode::from(2);
    }
    let Corpus { bytes, sums } = corpus(Shape::MBank, entries, PER_STATEMENT);
    let bare = least(times, || assert_eq!(sums_of(&bytes), sums));
    let child = least(times, || {
        let mut sink = Summing::default();
        let read = host.read_statement(&mut &bytes[..], Some("mbank"), Hints::default(), &mut sink);
        let report = read.expect("a file that is read");
        assert!(report.trustworthy());
        assert_eq!(sink.sums, sums);
    });
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let ratio = child.as_secs_f64() / bare.as_secs_f64();
    println!(
        "{entries} entries: parsers {:.1} ms, through the child {:.1} ms, ratio {ratio:.2}",
        milliseconds(bare),
        milliseconds(child)
    );
    if ratio <= LIMIT {
        ExitCode::SUCCESS
    } else {
        println!("the ratio is over {LIMIT}");
        ExitCode::FAILURE
    }
}

/// The least time of so many passes: whatever else runs can only add.
fn least(times: usize, mut pass: impl FnMut()) -> Duration {
    let one = |_| {
        let begun = Instant::now();
        pass();
        begun.elapsed()
    };
    (0..times.max(1)).map(one).min().unwrap_or_default()
}
