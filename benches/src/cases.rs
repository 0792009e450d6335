//! The things that are measured, each at any size.

use std::any::Any;
use std::hint::black_box;

use kantor_engine::matching::{Line, LineFacts, What, match_lines as match_all};
use kantor_engine::{Answer, StatementOutcome};
use kantor_model::{
    Abroad, Batch, Complaint, Currency, Date, EntryView, Flow, Iban, Money, PartView, Party,
    StatementFoot, StatementHead, StatementSink, Transfer,
};
use kantor_parsers::elixir0::{self, Profile};
use kantor_parsers::transfers::TransferFormat;
use kantor_parsers::{Options, pain001, parse_all, read_statement};

use crate::camt;
use crate::corpus::{Corpus, PER_STATEMENT, Sums, corpus, line};
use crate::exchange::{EURO_ACCOUNT, Exchange, MANY, Memory, OFFICE, facts, statement_of};
use crate::floor;
use crate::paper::Shape;
use crate::random::Random;

/// The part of a case that is measured. What it gives back is dropped outside of the measurement.
pub type Step = Box<dyn FnOnce() -> Box<dyn Any>>;

/// A thing that is measured.
pub struct Case {
    /// By which it is chosen: `parse/pko`.
    pub name: &'static str,
    /// What there are `size` of.
    pub unit: &'static str,
    /// The smaller of the two sizes; the other is ten times as much.
    pub size: usize,
    /// Makes everything that the step needs for a size. Each step checks its own result.
    pub prepare: fn(usize) -> Step,
}

/// Ten times the work may cost at most twelve times the time.
pub const TENFOLD: usize = 10;

/// All of them.
pub const CASES: &[Case] = &[
    case("parse/less", "entries", 10_000, |n| parse(Shape::Less, n)),
    case("parse/tilde", "entries", 10_000, |n| parse(Shape::Tilde, n)),
    case("parse/question", "entries", 10_000, |n| {
        parse(Shape::Question, n)
    }),
    case("parse/mbank", "entries", 10_000, |n| parse(Shape::MBank, n)),
    case("parse/pko", "entries", 10_000, |n| parse(Shape::Pko, n)),
    case(
        "parse/one-statement",
        "entries",
        10_000,
        parse_one_statement,
    ),
    case("parse/kept", "entries", 10_000, parse_kept),
    case("parse/camt", "entries", 10_000, parse_camt),
    case("transfers/write", "transfers", 10_000, write_transfers),
    case("transfers/read", "transfers", 10_000, read_transfers),
    case("transfers/pain001", "transfers", 10_000, write_pain001),
    case(
        "transfers/pain001-floor",
        "transfers",
        10_000,
        write_pain001_floor,
    ),
    case("transfers/pain001-read", "transfers", 10_000, read_pain001),
    case("match/lines", "lines and orders", 10_000, match_lines),
    case(
        "match/open-orders",
        "open orders, 10 000 lines",
        10_000,
        match_open_orders,
    ),
    case("match/book", "lines of one statement", 10_000, book_lines),
    case("commands/one-by-one", "orders, one thread", 300, one_by_one),
    case("commands/batched", "orders, 64 threads", 3_000, batched),
    case(
        "commands/refused",
        "open orders, 100 taken addresses",
        1_000,
        refused,
    ),
    case(
        "intake/one-file",
        "lines paying orders",
        1_000,
        intake_one_file,
    ),
    case("intake/days", "statements of 20 lines", 50, intake_days),
    case("office/open", "orders in the log", 2_000, open_office),
    case("office/verify", "statements of one file", 20, verify_office),
];

const fn case(
    name: &'static str,
    unit: &'static str,
    size: usize,
    prepare: fn(usize) -> Step,
) -> Case {
    Case {
        name,
        unit,
        size,
        prepare,
    }
}

fn step<T: 'static>(run: impl FnOnce() -> T + 'static) -> Step {
    Box::new(|| Box::new(run()))
}

/// Counts and sums entries, and keeps none.
#[derive(Default)]
pub struct Summing {
    /// What came so far.
    pub sums: Sums,
}

impl StatementSink for Summing {
    fn begin(&mut self, head: StatementHead) -> Flow {
        black_box(head);
        Flow::Continue
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        black_box(part);
        Flow::Continue
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        self.sums.add(entry.amount.minor());
        black_box(entry);
        Flow::Continue
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        black_box(foot);
        Flow::Continue
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        panic!("a generated file is complained about: {complaint}");
    }
}

fn parse_camt(entries: usize) -> Step {
    let corpus = camt::corpus(entries);
    step(move || assert_eq!(sums_of(&corpus.bytes), corpus.sums))
}

/// Reads a file as a stream; panics when anything is complained about.
pub fn sums_of(mut bytes: &[u8]) -> Sums {
    let mut sink = Summing::default();
    read_statement(&mut bytes, Options::default(), &mut sink).expect("a slice never fails");
    sink.sums
}

fn parse(shape: Shape, entries: usize) -> Step {
    let Corpus { bytes, sums } = corpus(shape, entries, PER_STATEMENT);
    step(move || assert_eq!(sums_of(&bytes), sums))
}

fn parse_one_statement(entries: usize) -> Step {
    let Corpus { bytes, sums } = corpus(Shape::MBank, entries, entries);
    step(move || assert_eq!(sums_of(&bytes), sums))
}

fn parse_kept(entries: usize) -> Step {
    let Corpus { bytes, sums } = corpus(Shape::Pko, entries, PER_STATEMENT);
    step(move || {
        let collected = parse_all(&bytes);
        let kept: usize = collected.statements.iter().map(|s| s.entries.len()).sum();
        assert_eq!(kept as u64, sums.entries);
        collected
    })
}

fn batch(transfers: usize) -> Batch {
    let mut random = Random::seeded(11);
    let transfers = (0..transfers).map(|_| {
        let line = line(Shape::Pko, &mut random);
        Transfer {
            reference: line.title.clone(),
            amount: Money::new(line.amount.abs(), Currency::PLN),
            payee: Party {
                name: line.name,
                street: line.street,
                city: line.city,
            },
            payee_account: line.account,
            title: line.title,
            abroad: Abroad::default(),
        }
    });
    Batch {
        debit_account: Iban::parse("PL46114010100000579009004001").expect("an account"),
        owner: Party {
            name: "KANTOR SP. Z O.O.".to_owned(),
            street: "UL. PROSTA 1".to_owned(),
            city: "00-001 WARSZAWA".to_owned(),
        },
        date: Date::constant(2026, 11, 23),
        transfers: transfers.collect(),
    }
}

fn write_transfers(count: usize) -> Step {
    let batch = batch(count);
    step(move || {
        let written = elixir0::write(&batch, &Profile::DEFAULT).expect("a good batch");
        let lines = memchr::memchr_iter(b'\n', &written.bytes).count();
        assert_eq!(lines, batch.transfers.len());
        written
    })
}

fn read_transfers(count: usize) -> Step {
    let written = elixir0::write(&batch(count), &Profile::DEFAULT).expect("a good batch");
    step(move || {
        let read = elixir0::read(&written.bytes, None);
        let batches = elixir0::batches(&read.orders).expect("good accounts");
        assert_eq!(batches[0].transfers.len(), count);
        batches
    })
}

/// Piece by piece, as into a file.
fn write_pain001(count: usize) -> Step {
    let batch = numbered(count);
    let profile = pain001::Profile::default();
    step(move || {
        let mut bytes = 0;
        let version = TransferFormat::Pain001V03;
        pain001::write_to(&batch, version, &profile, &mut |piece: &[u8]| {
            bytes += piece.len();
            Flow::Continue
        })
        .expect("a good batch");
        assert!(bytes > 300 * count);
    })
}

fn write_pain001_floor(count: usize) -> Step {
    let batch = numbered(count);
    step(move || {
        let text = floor::pain001(&batch);
        assert!(text.len() > 300 * count);
        text
    })
}

fn read_pain001(count: usize) -> Step {
    let profile = pain001::Profile::default();
    let written = pain001::write(&numbered(count), TransferFormat::Pain001V03, &profile);
    let written = written.expect("a good batch");
    step(move || {
        let message = pain001::read(&written.bytes, None);
        assert_eq!(message.read.orders.len(), count);
        message
    })
}

/// A batch whose references are all different.
fn numbered(count: usize) -> Batch {
    let mut batch = batch(count);
    for (index, transfer) in batch.transfers.iter_mut().enumerate() {
        transfer.reference = format!("EX{index:09}");
    }
    batch
}

fn matched(office: &Memory, lines: &[LineFacts]) -> usize {
    let lent: Vec<Line<'_>> = lines
        .iter()
        .zip(1..)
        .map(|(facts, ordinal)| {
            let account = EURO_ACCOUNT;
            Line::of(kantor_engine::LineId { account, ordinal }, facts)
        })
        .collect();
    let policy = kantor_engine::Policy::initial();
    match_all(&office.state, EURO_ACCOUNT, &lent, &policy)
        .iter()
        .filter(|found| matches!(found.what, What::Orders(_)))
        .count()
}

fn match_lines(count: usize) -> Step {
    let (office, orders) = Memory::with_orders(count);
    let lines = facts(&orders);
    step(move || {
        assert_eq!(matched(&office, &lines), lines.len());
        office
    })
}

fn match_open_orders(count: usize) -> Step {
    let (office, orders) = Memory::with_orders(count);
    let every = orders.len() / 10_000;
    let few: Vec<_> = orders.into_iter().step_by(every.max(1)).collect();
    let lines = facts(&few);
    step(move || {
        assert_eq!(matched(&office, &lines), lines.len());
        office
    })
}

fn book_lines(count: usize) -> Step {
    let (mut office, orders) = Memory::with_orders(count);
    let command = statement_of(facts(&orders));
    step(move || {
        let answer = office.act(&command);
        assert_booked(&answer, count);
        office
    })
}

fn assert_booked(answer: &Answer, count: usize) {
    match answer {
        Answer::Statement(StatementOutcome::Booked { lines, .. }) => {
            let given = lines.iter().filter(|line| line.order.is_some()).count();
            assert_eq!(given, count);
        }
        other => panic!("{other:?}"),
    }
}

fn place_orders(count: usize, threads: usize) -> Step {
    let exchange = Exchange::begin();
    let clients = exchange.clients(count.div_ceil(10), MANY);
    step(move || {
        let orders = exchange.orders(&clients, count, threads);
        assert_eq!(orders.len(), count);
        exchange
    })
}

fn one_by_one(count: usize) -> Step {
    place_orders(count, 1)
}

fn batched(count: usize) -> Step {
    place_orders(count, MANY)
}

/// Somebody registers an address that is taken, again and again: that must not cost what the
/// office has.
fn refused(count: usize) -> Step {
    let (exchange, _) = Exchange::with_orders(count);
    step(move || {
        for _ in 0..100 {
            assert!(exchange.registers_again());
        }
        exchange
    })
}

fn intake_one_file(count: usize) -> Step {
    let (mut exchange, orders) = Exchange::with_orders(count);
    let file = exchange.statement(&orders);
    step(move || {
        assert_eq!(exchange.import(&file), count as u64);
        exchange
    })
}

/// How many lines each of many statements has.
const LINES_A_DAY: usize = 20;

fn intake_days(count: usize) -> Step {
    let (mut exchange, orders) = Exchange::with_orders(count * LINES_A_DAY);
    let files: Vec<Vec<u8>> = orders
        .chunks(LINES_A_DAY)
        .map(|paid| exchange.statement(paid))
        .collect();
    step(move || {
        for file in &files {
            assert_eq!(exchange.import(file), LINES_A_DAY as u64);
        }
        exchange
    })
}

fn open_office(count: usize) -> Step {
    let (exchange, orders) = Exchange::with_orders(count);
    step(move || {
        let office = exchange.open_again();
        assert_eq!(office.read(|seen| seen.orders.len()), orders.len());
        (office, exchange)
    })
}

fn verify_office(count: usize) -> Step {
    let (mut exchange, orders) = Exchange::with_orders(count * LINES_A_DAY);
    let file: Vec<u8> = orders
        .chunks(LINES_A_DAY)
        .flat_map(|paid| exchange.statement(paid))
        .collect();
    assert_eq!(exchange.import(&file), orders.len() as u64);
    step(move || {
        {
            let view = exchange.store.view(OFFICE).expect("a picture");
            let verified = kantor_office::verify(&*view, exchange.office.now());
            let verified = verified.expect("a sound office");
            assert_eq!(verified.lines, orders.len() as u64);
        }
        exchange
    })
}

/// The case of that name.
pub fn named(name: &str) -> Option<&'static Case> {
    CASES.iter().find(|case| case.name == name)
}
