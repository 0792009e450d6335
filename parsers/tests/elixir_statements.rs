//! Elixir-0 lines as a statement: whose it is, and laws that hold for every file.

use kantor_model::{Collected, Collector, Money, Severity};
use kantor_parsers::{ByteSource, Options, SourceError, parse_all, parse_all_with, read_statement};
use proptest::prelude::*;

const ACCOUNTS: [&str; 4] = [
    "61109010140000071219812874",
    "06114010100000111111001001",
    "52106000760000321000055801",
    "83114020040000360276543210",
];

/// A line between two accounts that are named by a letter.
fn line(payer: char, payee: char, grosze: u64) -> String {
    let account = |letter: char| ACCOUNTS[letter as usize - 'a' as usize];
    let (payer, payee) = (account(payer), account(payee));
    format!(
        "110,20261123,{grosze},{},0,\"{payer}\",\"{payee}\",\"P\",\"Q\",0,{},\"T\",\"\",\"\",\"51\",\"\"\r\n",
        &payer[2..10],
        &payee[2..10]
    )
}

/// Lines as `payer>payee`, what a person says of the account, and what is read: amounts in grosze,
/// or codes of complaints without the one about check digits.
#[track_caller]
fn check(lines: &str, told: Option<char>, expected: &str) {
    let file: String = lines
        .split_whitespace()
        .zip(1..)
        .map(|(pair, grosze)| {
            let letters: Vec<char> = pair.chars().collect();
            line(letters[0], letters[2], grosze)
        })
        .collect();
    let account = told.map(|letter| ACCOUNTS[letter as usize - 'a' as usize]);
    let options = Options {
        account,
        ..Options::default()
    };
    let read = parse_all_with(file.as_bytes(), options);
    let said = read.complaints.iter().map(|one| one.code.to_string());
    let mut words: Vec<String> = said.filter(|code| code != "account-check-digits").collect();
    for statement in &read.statements {
        let account = statement.head.account.as_ref().unwrap().as_str();
        let letter = ACCOUNTS.iter().position(|known| account.ends_with(known));
        words.push(format!("of {}:", char::from(b'a' + letter.unwrap() as u8)));
        let amounts = statement.entries.iter().map(|entry| entry.amount.minor());
        words.extend(amounts.map(|minor| minor.to_string()));
    }
    assert_eq!(words.join(" "), expected, "{lines}, told {told:?}");
}

#[test]
fn the_direction_follows_what_a_person_says_and_else_what_all_lines_share() {
    check("a>b a>c", None, "of a: -1 -2");
    check("a>b c>b", None, "of b: 1 2");
    check("a>b a>b", None, "of a: -1 -2");
    check("a>b a>b c>b", None, "of b: 1 2 3");
    check("a>b", Some('b'), "of b: 1");
    check("a>b b>c", Some('b'), "of b: 1 -2");
    check("a>b b>c", None, "direction-unknown");
    check("a>b a>c c>a", None, "account-changes");
    check("a>b c>d", Some('b'), "account-absent");
    check("b>b", Some('b'), "account-on-both-sides");
    check("a>b a>c", Some('d'), "account-absent account-absent");
}

#[test]
fn an_account_is_the_same_however_a_person_writes_it() {
    let file = line('a', 'b', 5);
    for written in [
        "PL06114010100000111111001001",
        "06 1140 1010 0000 1111 1100 1001",
        " PL06 1140 1010 0000 1111 1100 1001 ",
    ] {
        let options = Options {
            account: Some(written),
            ..Options::default()
        };
        let read = parse_all_with(file.as_bytes(), options);
        assert_eq!(read.statements[0].entries[0].amount.minor(), 5, "{written}");
    }
}

#[test]
fn payments_to_virtual_accounts_of_the_named_one_come_in() {
    let lines = [
        ("61109010140000071219812874", "27132015372025031010000001"),
        ("52106000760000321000055801", "27132015372025031010000002"),
    ];
    let file: String = lines
        .iter()
        .map(|(payer, payee)| {
            line('a', 'b', 700)
                .replace(ACCOUNTS[0], payer)
                .replace(ACCOUNTS[1], payee)
        })
        .collect();
    let read = parse_all(file.as_bytes());
    assert_eq!(read.complaints.last().unwrap().code, "direction-unknown");
    let options = Options {
        account: Some("96132015370000000000000017"),
        ..Options::default()
    };
    let read = parse_all_with(file.as_bytes(), options);
    let codes: Vec<&str> = read
        .complaints
        .iter()
        .map(|one| one.code.as_ref())
        .collect();
    assert_eq!(
        codes
            .iter()
            .filter(|code| **code == "virtual-account")
            .count(),
        1,
        "{codes:?}"
    );
    let entries = &read.statements[0].entries;
    assert!(entries.iter().all(|entry| entry.amount.minor() == 700));
    let references = entries
        .iter()
        .map(|entry| entry.customer_reference.as_deref());
    assert_eq!(
        references.collect::<Vec<_>>(),
        lines.map(|(_, payee)| Some(payee))
    );
}

#[test]
fn a_long_file_between_two_accounts_is_decided_within_a_bound() {
    let count = 5_000;
    let mut file: String = (1..=count).map(|grosze| line('a', 'b', grosze)).collect();
    let read = parse_all(file.as_bytes());
    assert_eq!(read.statements[0].entries.len() as u64, count);
    // It was decided before this line came, and is not taken back.
    file.push_str(&line('c', 'b', 1));
    let read = parse_all(file.as_bytes());
    assert_eq!(read.statements, []);
    assert_eq!(read.complaints.last().unwrap().code, "account-changes");
}

#[test]
fn a_line_without_end_is_refused() {
    let mut file = line('a', 'b', 1).trim_end().to_owned();
    file.push_str(&" ".repeat(200 << 10));
    let read = parse_all(file.as_bytes());
    assert_eq!(read.complaints[0].code, "line-too-long");
}

/// Gives at most so many bytes at a time.
struct Pieces<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl ByteSource for Pieces<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let size = self.size.min(into.len());
        self.bytes.pull(&mut into[..size])
    }
}

fn in_pieces(bytes: &[u8], size: usize) -> Collected {
    let mut collector = Collector::new();
    let mut source = Pieces { bytes, size };
    read_statement(&mut source, Options::default(), &mut collector).unwrap();
    collector.finish()
}

proptest! {
    #[test]
    fn what_is_written_is_read(amounts in prop::collection::vec(1_u64..10_000_000_000, 1..40), size in 1_usize..200) {
        let payees = ['b', 'c'];
        let file: String = amounts.iter().zip(payees.iter().cycle()).map(|(grosze, payee)| line('a', *payee, *grosze)).collect();
        let read = parse_all(file.as_bytes());
        let found: Vec<i64> = read.statements[0].entries.iter().map(|entry| entry.amount.minor()).collect();
        let wanted: Vec<i64> = amounts.iter().map(|grosze| -(*grosze as i64)).collect();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(in_pieces(file.as_bytes(), size), read);
    }

    #[test]
    fn damage_never_makes_money(at in 0_usize..400, byte in any::<u8>()) {
        let mut bytes = [line('a', 'b', 123), line('a', 'c', 45_600)].concat().into_bytes();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        let read = parse_all(&bytes);
        let fatal = read.complaints.iter().any(|complaint| complaint.severity == Severity::Fatal);
        prop_assert!(fatal || !read.statements.is_empty());
        for statement in &read.statements {
            prop_assert!(statement.entries.iter().all(|entry| !entry.amount.is_zero()));
        }
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_no_panic() {
    let file = [line('a', 'b', 123), line('a', 'c', 45_600)].concat();
    for end in 0..file.len() {
        let read = parse_all(&file.as_bytes()[..end]);
        let sums: Vec<Money> = read
            .statements
            .iter()
            .flat_map(|statement| &statement.entries)
            .map(|entry| entry.amount)
            .collect();
        let known = [-123, -45_600];
        assert!(
            sums.iter().all(|amount| known.contains(&amount.minor())),
            "{end}"
        );
    }
}
