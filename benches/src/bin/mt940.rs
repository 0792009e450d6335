//! Writes a sample statement file, and reads one, for `side_by_side.py`.
//!
//! ```text
//! mt940 write less|tilde|question|mbank|pko ENTRIES FILE
//! mt940 read|kept|slices|newlines FILE [TIMES]
//! ```
//!
//! `read` streams the file through the parser, `kept` keeps everything in memory, `slices` and
//! `newlines` are the floors. One line a pass: processor seconds, then what was found.

use std::fs;
use std::process::ExitCode;

use kantor_benches::cases::sums_of;
use kantor_benches::corpus::{PER_STATEMENT, Sums, corpus};
use kantor_benches::floor;
use kantor_benches::measure::measure;
use kantor_benches::paper::Shape;

const USAGE: &str =
    "usage: mt940 write SHAPE ENTRIES FILE | read|kept|slices|newlines FILE [TIMES]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["write", shape, entries, file] => write(shape, entries, file),
        [way, file] => read(way, file, "1"),
        [way, file, times] => read(way, file, times),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn write(shape: &str, entries: &str, file: &str) -> Result<(), String> {
    let shape = match shape {
        "less" => Shape::Less,
        "tilde" => Shape::Tilde,
        "question" => Shape::Question,
        "mbank" => Shape::MBank,
        "pko" => Shape::Pko,
        _ => return Err(USAGE.to_owned()),
    };
    let entries = entries.parse().map_err(|_| USAGE.to_owned())?;
    let corpus = corpus(shape, entries, PER_STATEMENT);
    fs::write(file, &corpus.bytes).map_err(|error| format!("{file}: {error}"))?;
    show(0.0, &corpus.sums);
    Ok(())
}

fn read(way: &str, file: &str, times: &str) -> Result<(), String> {
    let bytes = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    for _ in 0..times.parse().map_err(|_| USAGE.to_owned())? {
        let (sums, figures) = match way {
            "read" => measure(|| sums_of(&bytes)),
            "kept" => measure(|| kept(&bytes)),
            "slices" => measure(|| floor::slices(&bytes, mark_of(&bytes))),
            "newlines" => measure(|| Sums {
                entries: floor::newlines(&bytes) as u64,
                ..Sums::default()
            }),
            _ => return Err(USAGE.to_owned()),
        };
        show(figures.processor.as_secs_f64(), &sums);
    }
    Ok(())
}

fn kept(bytes: &[u8]) -> Sums {
    let mut sums = Sums::default();
    for statement in kantor_parsers::parse_all(bytes).statements {
        for entry in statement.entries {
            sums.add(entry.amount.minor());
        }
    }
    sums
}

/// The character after the code of the first structured text.
fn mark_of(bytes: &[u8]) -> u8 {
    let text = memchr::memmem::find(bytes, b":86:");
    text.and_then(|at| bytes.get(at + 7))
        .copied()
        .unwrap_or(b'?')
}

fn show(seconds: f64, sums: &Sums) {
    println!(
        "cpu={seconds:.6} entries={} credit={} debit={}",
        sums.entries, sums.credit, sums.debit
    );
}
