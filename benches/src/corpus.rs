//! Statement files of a given size, the same every time.
//!
//! An entry has a title with a reference of ten digits and the Luhn digit, a payer with name,
//! street, town and a valid account, and one entry in fifty is a fee of nobody's order.

use kantor_model::{Currency, Date, Iban, SortCode};

use crate::paper::{Line, Shape, Sheet, write};
use crate::random::Random;

const NAMES: [&str; 8] = [
    "JAN",
    "ANNA",
    "PIOTR",
    "MARIA",
    "KRZYSZTOF",
    "EWA",
    "TOMASZ",
    "MAGDALENA",
];
const FAMILIES: [&str; 8] = [
    "KOWALSKI",
    "NOWAK",
    "WISNIEWSKI",
    "WOJCIK",
    "KAMINSKI",
    "LEWANDOWSKI",
    "ZIELINSKI",
    "WOZNIAK",
];
const FAMILIES_WITH_MARKS: [&str; 4] = ["WÓJCIK", "ŻÓŁKIEWSKI", "DĄBROWSKA", "WIŚNIEWSKI"];
const STREETS: [&str; 6] = ["DLUGA", "KROTKA", "POLNA", "LESNA", "SLONECZNA", "OGRODOWA"];
const TOWNS: [&str; 6] = ["WARSZAWA", "KRAKOW", "LODZ", "WROCLAW", "POZNAN", "GDANSK"];
const WORDS: [&str; 4] = [
    "WYMIANA WALUT",
    "ZLECENIE",
    "PRZELEW ZA ZLECENIE NR",
    "ZAKUP WALUTY",
];
const SORT_CODES: [&str; 6] = [
    "10201026", "11402004", "10501025", "12401037", "16001462", "10901665",
];

/// How many entries a statement has, unless a case says otherwise.
pub const PER_STATEMENT: usize = 500;

/// A generated file, and what a reader must find in it.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it holds.
    pub sums: Sums,
}

/// Counts and sums of a file, by which every reader is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    /// Entries.
    pub entries: u64,
    /// Sum of the credits, minor units of whatever currency.
    pub credit: i64,
    /// Sum of the debits, positive.
    pub debit: i64,
}

impl Sums {
    /// Adds an entry.
    pub fn add(&mut self, minor: i64) {
        self.entries += 1;
        if minor < 0 {
            self.debit -= minor;
        } else {
            self.credit += minor;
        }
    }
}

/// A file of that shape with so many entries.
pub fn corpus(shape: Shape, entries: usize, per_statement: usize) -> Corpus {
    let mut random = Random::seeded(20_261_123);
    let mut corpus = Corpus {
        bytes: Vec::with_capacity(entries * 260),
        sums: Sums::default(),
    };
    let own: Vec<(Currency, Iban)> = [Currency::PLN, Currency::EUR, Currency::USD]
        .into_iter()
        .map(|currency| (currency, account(&mut random)))
        .collect();
    let mut number = 0;
    let mut left = entries;
    while left > 0 {
        let count = left.min(per_statement);
        let (currency, account) = own[number % own.len()];
        let lines: Vec<Line> = (0..count).map(|_| line(shape, &mut random)).collect();
        for line in &lines {
            corpus.sums.add(line.amount);
        }
        let sheet = Sheet {
            account,
            currency,
            number,
            date: day(number / own.len()),
            opening: 10_000_000 + random.below(100_000_000) as i64,
            lines: &lines,
        };
        write(shape, &sheet, &mut corpus.bytes);
        number += 1;
        left -= count;
    }
    corpus
}

/// A day of June 2026; after 28 days the first comes again.
fn day(number: usize) -> Date {
    Date::constant(2026, 6, 1 + (number % 28) as i8)
}

/// An account number with right check digits, at one of some banks.
pub fn account(random: &mut Random) -> Iban {
    let code = SortCode::parse(random.one_of(&SORT_CODES)).expect("eight digits");
    let digits = format!("{:016}", random.below(10_u64.pow(16)));
    Iban::polish(code, &digits).expect("sixteen digits")
}

/// A line of somebody; the title is `words` and a reference.
pub fn line(shape: Shape, random: &mut Random) -> Line {
    let number = random.below(1_000_000);
    let is_fee = random.below(50) == 0;
    let title = if is_fee {
        "PROWIZJA ZA PROWADZENIE RACHUNKU".to_owned()
    } else {
        format!("{} {}", random.one_of(&WORDS), reference(random))
    };
    let amount = 2_000 + random.below(3_000_000) as i64;
    let has_marks = matches!(shape, Shape::MBank | Shape::Pko) && random.below(3) == 0;
    let family = if has_marks {
        random.one_of(&FAMILIES_WITH_MARKS)
    } else {
        random.one_of(&FAMILIES)
    };
    Line {
        amount: if is_fee { -amount } else { amount },
        title,
        name: format!("{} {family}", random.one_of(&NAMES)),
        street: format!("UL. {} {}", random.one_of(&STREETS), 1 + random.below(200)),
        city: format!("00-{:03} {}", random.below(1000), random.one_of(&TOWNS)),
        account: account(random),
        number,
    }
}

/// `EX`, nine digits and their Luhn digit.
fn reference(random: &mut Random) -> String {
    let digits = format!("{:09}", random.below(1_000_000_000));
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = digit * 2;
            match at % 2 {
                0 if doubled > 9 => doubled - 9,
                0 => doubled,
                _ => digit,
            }
        })
        .sum();
    format!("EX{digits}{}", (10 - sum % 10) % 10)
}
