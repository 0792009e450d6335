//! Matching so many lines with as many open orders, in one process: time, memory, and what came of
//! it; a real day, and what an enemy would send. Beside it the floor that no matcher can be under:
//! a hash join on the whole reference and nothing else.
//!
//! ```text
//! cargo run --release -p kantor-benches --bin matching -- [--repeat N] [--sizes A,B] [NAME]...
//! cargo run --release -p kantor-benches --bin matching -- --path LINES     # the whole way of a statement
//! ```
//!
//! Each measurement is a process of its own. Ends with code 1 when ten times the lines cost more
//! than twelve times the processor time, and also more than the hash join beside them has grown: a
//! million orders leave the caches, and every look-up then costs more, the join's as ours. A search
//! over all orders would cost a hundred times.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use kantor_benches::corpus::{PER_STATEMENT, corpus};
use kantor_benches::exchange::{Memory, statement_of};
use kantor_benches::measure::{Figures, measure};
use kantor_benches::mixture::{MIXTURES, Mixture, Verdicts, lent, matched, named};
use kantor_benches::paper::Shape;
use kantor_engine::matching::LineFacts;
use kantor_engine::{OrderId, Reference};

/// Ten times the lines may cost at most so many times the time, where memory costs nothing.
const LIMIT: f64 = 12.0;

/// Where it does, they may cost so much more than the join of the same run has grown. The join is
/// one look-up a line, linear by its nature: what it grows over ten is the machine's memory. A step
/// of ours that is worse than linear grows by its own factor on top of that.
const BESIDE_JOIN: f64 = 1.2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let usage = || {
        eprintln!("usage: matching [--repeat N] [--sizes A,B] [NAME]... | --path LINES");
        ExitCode::from(2)
    };
    let (mut repeat, mut sizes) = (3, vec![100_000, 1_000_000]);
    let mut rest = words.as_slice();
    loop {
        rest = match rest {
            ["--one", name, size] => return one(name, size).unwrap_or_else(usage),
            ["--path", size] => return size.parse().map_or_else(|_| usage(), path),
            ["--repeat", count, rest @ ..] => {
                let Ok(count) = count.parse() else {
                    return usage();
                };
                repeat = count;
                rest
            }
            ["--sizes", list, rest @ ..] => {
                let list: Result<Vec<usize>, _> = list.split(',').map(str::parse).collect();
                let Ok(list) = list else { return usage() };
                sizes = list;
                rest
            }
            names => return all(repeat, &sizes, names),
        }
    }
}

/// Measures one mixture at one size and prints bare figures.
fn one(name: &str, size: &str) -> Option<ExitCode> {
    let (mixture, size) = (named(name)?, size.parse().ok()?);
    let (office, lines) = (mixture.make)(size);
    let lent = lent(&lines);
    let (verdicts, figures) = measure(|| matched(&office, &lent));
    let Verdicts {
        certain,
        likely,
        ambiguous,
        none,
    } = verdicts;
    let (found, floor) = measure(|| joined(size, &lines));
    println!(
        "{} {} {} {certain} {likely} {ambiguous} {none} {} {found}",
        figures.processor.as_nanos(),
        figures.wall.as_nanos(),
        figures.peak.unwrap_or(0),
        floor.processor.as_nanos(),
    );
    drop(office);
    Some(ExitCode::SUCCESS)
}

/// What a user writes himself: a table of references, and one look-up for each word of a title.
fn joined(orders: usize, lines: &[LineFacts]) -> usize {
    let reference = |order| {
        let reference = Reference::of_order(OrderId(order)).expect("a small number");
        (reference.to_string(), order)
    };
    let table: HashMap<String, u64> = (1..=orders as u64).map(reference).collect();
    let named = |line: &&LineFacts| line.text.split(' ').any(|word| table.contains_key(word));
    black_box(lines.iter().filter(named).count())
}

/// What one measurement printed.
struct Measured {
    figures: Figures,
    verdicts: [u64; 4],
    floor: Duration,
}

fn in_a_process(mixture: &Mixture, size: usize) -> Result<Measured, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["--one", mixture.name, &size.to_string()])
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<u64> = text
        .split_whitespace()
        .filter_map(|figure| figure.parse().ok())
        .collect();
    let [
        processor,
        wall,
        peak,
        certain,
        likely,
        ambiguous,
        none,
        floor,
        _,
    ] = numbers.as_slice()
    else {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("the figures cannot be read: {text}{said}"));
    };
    Ok(Measured {
        figures: Figures {
            processor: Duration::from_nanos(*processor),
            wall: Duration::from_nanos(*wall),
            peak: Some(*peak),
        },
        verdicts: [*certain, *likely, *ambiguous, *none],
        floor: Duration::from_nanos(*floor),
    })
}

fn all(repeat: usize, sizes: &[usize], names: &[&str]) -> ExitCode {
    let chosen = MIXTURES
        .iter()
        .filter(|mixture| names.is_empty() || names.contains(&mixture.name));
    let mut is_linear = true;
    println!(
        "{:<14} {:>8} {:>9} {:>9} {:>7} {:>9} {:>9} {:>6}  certain/likely/ambiguous/none",
        "mixture", "lines", "cpu s", "wall s", "us each", "MiB", "join s", "x join"
    );
    for mixture in chosen {
        println!("# {}: {}", mixture.name, mixture.about);
        let mut before: Option<(usize, Duration, Duration)> = None;
        for size in sizes {
            let runs: Result<Vec<Measured>, String> = (0..repeat.max(1))
                .map(|_| in_a_process(mixture, *size))
                .collect();
            let best = runs.map(|runs| {
                let least = |run: &Measured| run.figures.processor;
                runs.into_iter().min_by_key(least)
            });
            let best = match best {
                Ok(Some(best)) => best,
                Ok(None) => continue,
                Err(why) => {
                    eprintln!("matching: {}: {why}", mixture.name);
                    is_linear = false;
                    continue;
                }
            };
            show(mixture, *size, &best);
            let (took, join) = (best.figures.processor, best.floor);
            if let Some((small, time, join_before)) = before {
                let tenfold = *size as f64 / small as f64 / 10.0;
                let ratio = took.as_secs_f64() / time.as_secs_f64() / tenfold;
                let joins = join.as_secs_f64() / join_before.as_secs_f64() / tenfold;
                let allowed = LIMIT.max(joins * BESIDE_JOIN);
                println!(
                    "{:<14} ten times the lines cost {ratio:.1} times the time, the join {joins:.1}; allowed {allowed:.1}",
                    ""
                );
                is_linear &= ratio <= allowed;
            }
            before = Some((*size, took, join));
        }
    }
    if is_linear {
        println!("ten times the lines never cost more than is allowed");
        ExitCode::SUCCESS
    } else {
        println!("ten times the lines cost more than is allowed, or a case failed");
        ExitCode::FAILURE
    }
}

fn show(mixture: &Mixture, size: usize, measured: &Measured) {
    let [certain, likely, ambiguous, none] = measured.verdicts;
    let (took, floor) = (measured.figures.processor, measured.floor);
    println!(
        "{:<14} {:>8} {:>9.3} {:>9.3} {:>7.2} {:>9.1} {:>9.3} {:>6.1}  {certain}/{likely}/{ambiguous}/{none}",
        mixture.name,
        size,
        took.as_secs_f64(),
        measured.figures.wall.as_secs_f64(),
        took.as_secs_f64() * 1e6 / size as f64,
        measured.figures.peak.unwrap_or(0) as f64 / 1024.0,
        floor.as_secs_f64(),
        took.as_secs_f64() / floor.as_secs_f64(),
    );
}

/// Where the time of a whole statement goes: its bytes read, its lines matched, everything decided,
/// everything applied.
fn path(size: usize) -> ExitCode {
    let tell = |what: &str, figures: Figures, of: f64| {
        println!(
            "{what:<28} {:>8.3} s  {:>6.2} us a line  {:>5.1} x the matching",
            figures.processor.as_secs_f64(),
            figures.processor.as_secs_f64() * 1e6 / size as f64,
            figures.processor.as_secs_f64() / of,
        );
    };
    let mixture = &MIXTURES[0];
    let (mut office, lines): (Memory, Vec<LineFacts>) = (mixture.make)(size);
    let bytes = corpus(Shape::Less, size, PER_STATEMENT).bytes;
    let (_, parsed) = measure(|| black_box(kantor_parsers::parse_all(&bytes)));
    let lent = lent(&lines);
    let (_, matching) = measure(|| matched(&office, &lent));
    drop(lent);
    let command = statement_of(lines);
    let (outcome, decided) = measure(|| office.decided(&command));
    let (_, applied) = measure(|| office.apply(&outcome));
    let begun = Instant::now();
    drop(outcome);
    drop(command);
    let gone = begun.elapsed();
    let of = matching.processor.as_secs_f64();
    tell("read (MT940, kept)", parsed, of);
    tell("match (a part of decide)", matching, of);
    tell("decide", decided, of);
    tell("apply", applied, of);
    println!(
        "{:<28} {:>8.3} s",
        "drop what was decided",
        gone.as_secs_f64()
    );
    ExitCode::SUCCESS
}
