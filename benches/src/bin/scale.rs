//! Does ten times the work cost about ten times the time and memory?
//!
//! Runs each case at its size and at ten times its size, each in a process of its own, and prints
//! processor time and memory with their ratios. Ends with code 1 when a ratio is over twelve: then
//! some step is worse than linear.
//!
//! ```text
//! cargo run --release -p kantor-benches --bin scale -- [--repeat N] [PART OF A CASE'S NAME]...
//! ```

use std::process::{Command, ExitCode};
use std::time::Duration;

use kantor_benches::cases::{CASES, Case, TENFOLD, named};
use kantor_benches::measure::{Figures, measure};

/// Ten times the entries may cost at most so many times the time, and the memory.
const LIMIT: f64 = 12.0;

/// Below so many KiB of growth memory is noise of the allocator.
const MEMORY_NOISE: u64 = 4 * 1024;

/// Every measurement is repeated, and the least counts: whatever else runs can only add.
const REPEAT: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--one", name, size] => one(name, size),
        ["--repeat", count, names @ ..] => all(count.parse().unwrap_or(REPEAT), names),
        names => all(REPEAT, names),
    }
}

/// Measures one case at one size and prints bare figures.
fn one(name: &str, size: &str) -> ExitCode {
    let (Some(case), Ok(size)) = (named(name), size.parse()) else {
        eprintln!("scale: there is no case {name} of size {size}");
        return ExitCode::from(2);
    };
    let step = (case.prepare)(size);
    let (kept, figures) = measure(step);
    println!(
        "{} {} {}",
        figures.processor.as_nanos(),
        figures.wall.as_nanos(),
        figures.peak.map_or(-1, |peak| peak as i64)
    );
    drop(kept);
    ExitCode::SUCCESS
}

fn all(repeat: usize, names: &[&str]) -> ExitCode {
    let chosen: Vec<&Case> = CASES
        .iter()
        .filter(|case| names.is_empty() || names.iter().any(|name| case.name.contains(name)))
        .collect();
    if chosen.is_empty() {
        eprintln!("scale: no case has such a name");
        return ExitCode::from(2);
    }
    println!(
        "{:<20} {:>7} {:>10} {:>10} {:>6} {:>10} {:>9} {:>9} {:>6}  of what",
        "case", "size", "1x ms", "10x ms", "ratio", "us each", "1x KiB", "10x KiB", "ratio"
    );
    let mut is_linear = true;
    for case in chosen {
        match compared(case, repeat) {
            Ok(linear) => is_linear &= linear,
            Err(why) => {
                eprintln!("scale: {}: {why}", case.name);
                is_linear = false;
            }
        }
    }
    if is_linear {
        println!("every ratio is at most {LIMIT}");
        ExitCode::SUCCESS
    } else {
        println!("a ratio is over {LIMIT}, or a case failed");
        ExitCode::FAILURE
    }
}

/// Measures a case at both sizes, in turns; says whether its ratios are within the limit.
fn compared(case: &Case, repeat: usize) -> Result<bool, String> {
    let sizes = [case.size, case.size * TENFOLD];
    let mut least: [Option<Figures>; 2] = [None, None];
    for _ in 0..repeat.max(1) {
        for (size, least) in sizes.iter().zip(&mut least) {
            let figures = in_a_process(case, *size)?;
            *least = Some(least.map_or(figures, |before| lesser(before, figures)));
        }
    }
    let [Some(small), Some(great)] = least else {
        return Err("it was not measured".to_owned());
    };
    let time = great.processor.as_secs_f64() / small.processor.as_secs_f64();
    let memory = match (small.peak, great.peak) {
        (Some(small), Some(great)) => {
            Some(great.max(MEMORY_NOISE) as f64 / small.max(MEMORY_NOISE) as f64)
        }
        (None, _) | (_, None) => None,
    };
    let linear = time <= LIMIT && memory.is_none_or(|ratio| ratio <= LIMIT);
    let milliseconds = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
    let kib = |peak: Option<u64>| peak.map_or("-".to_owned(), |peak| peak.to_string());
    println!(
        "{:<20} {:>7} {:>10} {:>10} {:>6.1} {:>10.3} {:>9} {:>9} {:>6}  {}{}",
        case.name,
        case.size,
        milliseconds(small.processor),
        milliseconds(great.processor),
        time,
        great.processor.as_secs_f64() * 1e6 / sizes[1] as f64,
        kib(small.peak),
        kib(great.peak),
        memory.map_or("-".to_owned(), |ratio| format!("{ratio:.1}")),
        case.unit,
        if linear { "" } else { "  OVER THE LIMIT" },
    );
    Ok(linear)
}

fn lesser(one: Figures, other: Figures) -> Figures {
    Figures {
        processor: one.processor.min(other.processor),
        wall: one.wall.min(other.wall),
        peak: one.peak.min(other.peak),
    }
}

/// A process of its own, so that no case finds memory that another has left.
fn in_a_process(case: &Case, size: usize) -> Result<Figures, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["--one", case.name, &size.to_string()])
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<i64> = text
        .split_whitespace()
        .filter_map(|figure| figure.parse().ok())
        .collect();
    let [processor, wall, peak] = figures.as_slice() else {
        return Err(format!("the figures cannot be read: {text}"));
    };
    let nanos = |count: i64| Duration::from_nanos(count.unsigned_abs());
    Ok(Figures {
        processor: nanos(*processor),
        wall: nanos(*wall),
        peak: u64::try_from(*peak).ok(),
    })
}
