//! Our camt.053 reader beside the floor, on one generated message, in one run.
//!
//! ```text
//! camt [ENTRIES] [TIMES]
//! ```
//!
//! The floor is quick-xml's event loop over the whole message in memory, which reads no field.
//! A pair is measured in turns; the ratio that counts is that of the least times. Then the message
//! is read as a stream that is written meanwhile, for the memory that reading takes.

use std::hint::black_box;
use std::process::ExitCode;

use kantor_benches::camt::{Message, corpus};
use kantor_benches::cases::{Summing, sums_of};
use kantor_benches::floor;
use kantor_benches::measure::measure;
use kantor_parsers::{Options, read_statement};

fn main() -> ExitCode {
    let arguments: Result<Vec<usize>, _> = std::env::args()
        .skip(1)
        .map(|argument| argument.parse())
        .collect();
    let (entries, times) = match arguments.as_deref() {
        Ok([]) => (100_000, 7),
        Ok([entries]) => (*entries, 7),
        Ok([entries, times]) => (*entries, *times),
        Ok(_) | Err(_) => {
            eprintln!("usage: camt [ENTRIES] [TIMES]");
            return ExitCode::from(2);
        }
    };
    let (_, streamed) = measure(|| {
        let mut sink = Summing::default();
        let mut message = Message::of(entries);
        read_statement(&mut message, Options::default(), &mut sink).expect("it never fails");
        assert_eq!(sink.sums, message.sums);
    });
    let whole = corpus(entries);
    let (mut ours, mut floor) = (f64::MAX, f64::MAX);
    for _ in 0..times {
        let (sums, figures) = measure(|| sums_of(&whole.bytes));
        assert_eq!(sums, whole.sums);
        ours = ours.min(figures.processor.as_secs_f64());
        let (events, figures) = measure(|| floor::events(&whole.bytes));
        black_box(events);
        floor = floor.min(figures.processor.as_secs_f64());
    }
    let megabytes = whole.bytes.len() as f64 / 1e6;
    println!("{entries} entries, {megabytes:.1} MB, the least of {times} in processor seconds");
    println!("ours    {ours:.4}  {:.0} MB/s", megabytes / ours);
    println!("events  {floor:.4}  {:.0} MB/s", megabytes / floor);
    println!(
        "ours is {:.2} times as fast as the events of quick-xml",
        floor / ours
    );
    match streamed.peak {
        Some(kibibytes) => println!("reading a stream took {kibibytes} KiB"),
        None => println!("this system does not tell how much memory reading a stream took"),
    }
    ExitCode::SUCCESS
}
