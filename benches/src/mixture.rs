//! Bank lines as a real day brings them, and as an enemy would: what matching is measured with.

use kantor_engine::matching::{Finding, Line, LineFacts, Payer, Verdict, match_each};
use kantor_engine::{CustomerId, LineId, Policy, Reference};
use kantor_model::{Currency, Money};

use crate::exchange::{EURO_ACCOUNT, Memory, TODAY, Waiting};
use crate::random::Random;

/// A mixture of lines and the orders that they are matched with.
pub struct Mixture {
    /// How it is called on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Makes it with so many orders and as many lines.
    pub make: fn(usize) -> (Memory, Vec<LineFacts>),
}

/// All of them.
pub const MIXTURES: &[Mixture] = &[
    Mixture {
        name: "day",
        about: "90 % exact reference, 4 % mangled, 2 % payer and amount, 2 % wrong amount, 2 % unrelated",
        make: day,
    },
    Mixture {
        name: "one-amount",
        about: "every order and line has one amount, each its own payer, no reference",
        make: one_amount,
    },
    Mixture {
        name: "one-payer",
        about: "every order and line has one amount and one payer, no reference",
        make: one_payer,
    },
    Mixture {
        name: "one-chain",
        about: "every order and line has one amount, each account is of two customers, all connected",
        make: one_chain,
    },
    Mixture {
        name: "one-reference",
        about: "every line names the same order, with one amount and one payer",
        make: one_reference,
    },
    Mixture {
        name: "one-sum",
        about: "ten orders a customer, ten lines a customer, sums that come out in no way",
        make: one_sum,
    },
];

/// The mixture of that name.
pub fn named(name: &str) -> Option<&'static Mixture> {
    MIXTURES.iter().find(|mixture| mixture.name == name)
}

/// How many lines have which verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Verdicts {
    /// Certain.
    pub certain: usize,
    /// Likely.
    pub likely: usize,
    /// Ambiguous.
    pub ambiguous: usize,
    /// None.
    pub none: usize,
}

/// Lines as matching takes them.
pub fn lent(lines: &[LineFacts]) -> Vec<Line<'_>> {
    let account = EURO_ACCOUNT;
    let lines = lines.iter().zip(1..);
    lines
        .map(|(facts, ordinal)| Line::of(LineId { account, ordinal }, facts))
        .collect()
}

/// Matches lines with everything that is open, and counts.
pub fn matched(office: &Memory, lines: &[Line<'_>]) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let mut count = |_: usize, finding: Finding| match finding.verdict {
        Verdict::Certain => verdicts.certain += 1,
        Verdict::Likely => verdicts.likely += 1,
        Verdict::Ambiguous => verdicts.ambiguous += 1,
        Verdict::None => verdicts.none += 1,
    };
    let policy = Policy::initial();
    match_each(&office.state, EURO_ACCOUNT, lines, &policy, &mut count);
    verdicts
}

/// A payment of so much, by customers who have the account, with a title.
pub fn payment(minor: i64, customers: Vec<CustomerId>, text: String, evidence: u64) -> LineFacts {
    LineFacts {
        amount: Money::new(minor, Currency::EUR),
        booked_on: Some(TODAY),
        booked_at: None,
        text,
        payer: Payer::Customers(customers),
        code: None,
        virtual_account: None,
        reversal: false,
        returned: None,
        parts: Vec::new(),
        evidence,
    }
}

fn reference(waiting: &Waiting) -> String {
    let reference = Reference::of_order(waiting.order).expect("a small number");
    reference.to_string()
}

/// A reference as people and banks mangle it.
fn mangled(reference: &str, random: &mut Random) -> String {
    let at = 2 + random.below(6) as usize;
    let (before, after) = reference.split_at(at);
    match random.below(5) {
        0 => format!("{before} {after}"),
        1 => format!("{before}-{after}"),
        2 => reference.to_lowercase(),
        3 => reference.replace('0', "O"),
        _ => {
            let mut swapped = reference.as_bytes().to_vec();
            swapped.swap(at, at + 1);
            String::from_utf8_lossy(&swapped).into_owned()
        }
    }
}

fn day(count: usize) -> (Memory, Vec<LineFacts>) {
    // Amounts of one customer differ, as they do in life.
    let gives = |at: usize| {
        2_000
            + (at as i64)
                .wrapping_mul(2_654_435_761)
                .rem_euclid(3_000_000)
    };
    let (office, orders) = Memory::with_orders_of(count, count.div_ceil(8), gives);
    let mut random = Random::seeded(11);
    let mut lines: Vec<LineFacts> = orders
        .iter()
        .zip(0..)
        .map(|(waiting, at)| {
            let his = vec![waiting.customer];
            let whole = reference(waiting);
            let (minor, customers, text) = match random.below(100) {
                0..90 => (waiting.gives, his, format!("WYMIANA WALUT {whole}")),
                90..94 => {
                    let title = mangled(&whole, &mut random);
                    (waiting.gives, his, format!("ZLECENIE {title}"))
                }
                94..96 => (waiting.gives, his, "ZAKUP WALUTY".to_owned()),
                96..98 => {
                    let other = 1 + random.below(999) as i64;
                    (waiting.gives + other, his, format!("{whole} WPLATA"))
                }
                _ => (
                    waiting.gives + 7,
                    Vec::new(),
                    "CZYNSZ NAJMU LOKALU".to_owned(),
                ),
            };
            payment(minor, customers, text, at)
        })
        .collect();
    // The bank's order is not ours.
    for at in (1..lines.len()).rev() {
        lines.swap(at, random.below(at as u64 + 1) as usize);
    }
    (office, lines)
}

fn one_amount(count: usize) -> (Memory, Vec<LineFacts>) {
    let (office, orders) = Memory::with_orders_of(count, count, |_| 10_000);
    let line = |(waiting, at): (&Waiting, u64)| {
        payment(
            10_000,
            vec![waiting.customer],
            "ZAKUP WALUTY".to_owned(),
            at,
        )
    };
    let lines = orders.iter().zip(0..).map(line).collect();
    (office, lines)
}

fn one_payer(count: usize) -> (Memory, Vec<LineFacts>) {
    let (office, orders) = Memory::with_orders_of(count, 1, |_| 10_000);
    let line = |(waiting, at): (&Waiting, u64)| {
        payment(
            10_000,
            vec![waiting.customer],
            "ZAKUP WALUTY".to_owned(),
            at,
        )
    };
    let lines = orders.iter().zip(0..).map(line).collect();
    (office, lines)
}

fn one_chain(count: usize) -> (Memory, Vec<LineFacts>) {
    let (office, orders) = Memory::with_orders_of(count, count, |_| 10_000);
    let line = |at: usize| {
        let pair = [at, (at + 1) % count].map(|at| orders[at].customer);
        payment(10_000, pair.to_vec(), "ZAKUP WALUTY".to_owned(), at as u64)
    };
    let lines = (0..count).map(line).collect();
    (office, lines)
}

fn one_reference(count: usize) -> (Memory, Vec<LineFacts>) {
    let (office, orders) = Memory::with_orders_of(count, 1, |_| 10_000);
    let title = reference(&orders[0]);
    let customer = orders[0].customer;
    let line = |at| payment(9_999, vec![customer], title.clone(), at);
    let lines = (0..count as u64).map(line).collect();
    (office, lines)
}

fn one_sum(count: usize) -> (Memory, Vec<LineFacts>) {
    // Even amounts are wanted, odd ones come: every set is tried and none is exact.
    let clients = count.div_ceil(10);
    let (office, orders) =
        Memory::with_orders_of(count, clients, |at| 2 * (1_000 + at as i64 % 97));
    let line = |(waiting, at): (&Waiting, u64)| {
        let much = 8_001 + 2 * (at as i64 % 89);
        payment(much, vec![waiting.customer], "ZAKUP WALUTY".to_owned(), at)
    };
    let lines = orders.iter().zip(0..).map(line).collect();
    (office, lines)
}
