//! Banks' tables: whose they are, told by content; what a person may say beside the file.

use std::path::Path;

use kantor_model::{Collected, Format, Severity};
use kantor_parsers::{Charset, Options, Profile, parse_all, parse_all_with, recognise};

fn ours(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    std::fs::read(path).unwrap()
}

const FILES: [&str; 16] = [
    "alior-history.csv",
    "deutsche-history.csv",
    "ing-list.csv",
    "ing-two-accounts.csv",
    "mbank-list.csv",
    "mbank-list-balances.csv",
    "mbank-short.csv",
    "mbank-statement.csv",
    "mbank-two-accounts.csv",
    "millennium-history.csv",
    "pekao-collect.csv",
    "pekao-history.csv",
    "pko-history.csv",
    "raiffeisen-history.csv",
    "santander-history.csv",
    "unicredit-history.csv",
];

fn codes(collected: &Collected) -> Vec<&str> {
    collected
        .complaints
        .iter()
        .map(|complaint| complaint.code.as_ref())
        .collect()
}

fn with(bytes: &[u8], options: Options<'_>) -> Collected {
    parse_all_with(bytes, options)
}

fn named(bytes: &[u8], profile: &Profile) -> Collected {
    with(
        bytes,
        Options {
            profile: Some(profile),
            ..Options::default()
        },
    )
}

#[test]
fn every_table_is_told_to_be_of_its_bank_and_of_no_other() {
    for name in FILES {
        let bytes = ours(name);
        let found = recognise(&bytes);
        let bank = name.split(['-', '.']).next();
        assert_eq!(found.format, Some(Format::Csv), "{name}: {}", found.why);
        assert_eq!(found.bank.as_deref(), bank, "{name}: {}", found.why);
        assert!(found.why.starts_with("CSV, "), "{name}: {}", found.why);
        for profile in Profile::built_in() {
            if profile.csv.is_empty() || Some(profile.id.as_str()) == bank {
                continue;
            }
            // Two layouts take whatever columns a person says they are.
            if ["generic-csv", "credit-agricole"].contains(&profile.id.as_str()) {
                continue;
            }
            let read = named(&bytes, profile);
            assert!(read.statements.is_empty(), "{name} as {}", profile.id);
            assert_eq!(
                codes(&read),
                ["columns-missing"],
                "{name} as {}",
                profile.id
            );
        }
    }
}

#[test]
fn a_table_is_told_by_a_few_kilobytes() {
    for name in FILES {
        let bytes = ours(name);
        let whole = recognise(&bytes);
        let head = recognise(&bytes[..bytes.len().min(4096)]);
        assert_eq!(
            (head.format, head.bank),
            (whole.format, whole.bank),
            "{name}"
        );
    }
}

#[test]
fn what_no_profile_knows_is_no_table() {
    for text in [
        "imie;nazwisko\nJan;Kowalski\n",
        "Data;Opis;Kwota\n2026-11-02;Kawa;-10,00\n",
        "order_id,reference,currency,amount\n1,EX1,PLN,10.00\n",
        "#Data operacji;#Opis operacji;#Kategoria\n",
    ] {
        let found = recognise(text.as_bytes());
        assert_eq!((found.format, found.bank), (None, None), "{text}");
    }
}

const TWO: &str = r#"
id = "two"
name = "Two layouts"
[[csv]]
layout = "one"
separator = ";"
date = ["YYYY-MM-DD"]
decimal = "comma"
columns = { booking_date = "Data", amount = "Kwota" }
[[csv]]
layout = "other"
separator = ";"
date = ["YYYY-MM-DD"]
decimal = "comma"
columns = { booking_date = "Data", amount = "Kwota", balance = "Saldo" }
"#;

#[test]
fn two_layouts_that_fit_are_refused_by_name() {
    let profile = Profile::parse(TWO).unwrap();
    let read = named(b"Data;Kwota;Opis\n2026-11-02;1,00;A\n", &profile);
    assert_eq!(codes(&read), ["layout-ambiguous"]);
    let message = &read.complaints[0].message;
    assert!(
        message.contains("two: one") && message.contains("two: other"),
        "{message}"
    );
}

#[test]
fn columns_that_are_not_found_are_named() {
    let generic = Profile::of_id("generic-csv").unwrap();
    let read = named(
        b"Historia\n\nData;Tytu\xB3;Suma\n2026-11-02;A;1,00\n",
        generic,
    );
    assert_eq!(codes(&read), ["columns-missing"]);
    let complaint = &read.complaints[0];
    assert_eq!(complaint.place.line, 3);
    assert!(
        complaint.message.contains("lacks: Kwota|Kwota operacji"),
        "{complaint}"
    );
}

#[test]
fn somebodys_own_bank_is_read_with_his_profile() {
    let profile = r#"
        id = "mine"
        name = "My bank"
        [[csv]]
        layout = "my export"
        separator = ","
        quote = '"'
        date = ["DD/MM/YYYY"]
        decimal = "dot"
        currency = "EUR"
        order = "newest-first"
        footers = ["Total"]
        [csv.columns]
        booking_date = "Day"
        debit = "Out"
        credit = "In"
        balance = "Left"
        title = ["What", "More"]
        [[csv.facts]]
        fact = "account"
        label = "Account:"
        within = true
    "#;
    let profile = Profile::parse(profile).unwrap();
    let file = "Account: DE89370400440532013000\nDay,What,More,Out,In,Left\n\
        04/11/2026,\"b, c\",d,10.00,,95.00\n03/11/2026,a,,,105.00,105.00\nTotal,,,10.00,105.00,\n";
    let read = named(file.replace("Total", "Sum").as_bytes(), &profile);
    assert_eq!(
        codes(&read),
        ["date-unreadable"],
        "the profile does not know it"
    );
    let read = named(file.as_bytes(), &profile);
    assert!(read.complaints.is_empty(), "{:?}", read.complaints);
    let statement = &read.statements[0];
    assert_eq!(statement.head.bank.as_deref(), Some("mine"));
    let account = statement
        .head
        .account
        .as_ref()
        .map(|account| account.as_str());
    assert_eq!(account, Some("DE89370400440532013000"));
    assert_eq!(statement.entries[0].amount.to_string(), "105.00 EUR");
    assert_eq!(statement.entries[1].amount.to_string(), "-10.00 EUR");
    assert_eq!(statement.entries[1].remittance.as_deref(), Some("b, c d"));
    let opening = statement.head.opening.unwrap();
    assert_eq!(opening.amount.to_string(), "0.00 EUR");
}

#[test]
fn a_profile_with_a_key_that_does_not_exist_is_refused_by_that_key() {
    let error = Profile::parse(&TWO.replace("decimal =", "decimals =")).unwrap_err();
    assert!(error.to_string().contains("decimals"), "{error}");
}

#[test]
fn the_account_is_what_the_file_says_then_what_a_person_says_and_never_a_guess() {
    let check = |name: &str, said: Option<&str>, account: Option<&str>, code: &[&str]| {
        let options = Options {
            account: said,
            ..Options::default()
        };
        let read = with(&ours(name), options);
        let found = read.statements[0].head.account.as_ref();
        let found = found.map(|account| account.as_str());
        assert_eq!(found, account, "{name} {said:?}");
        assert_eq!(codes(&read), code, "{name} {said:?}");
    };
    const MINE: &str = "61 1090 1014 0000 0712 1981 2874";
    const SAME: &str = "PL61109010140000071219812874";
    check("pko-history.csv", None, None, &[]);
    check("pko-history.csv", Some(MINE), Some(SAME), &[]);
    check("santander-history.csv", Some(MINE), Some(SAME), &[]);
    let own = Some("PL25249000050000453029547384");
    check("alior-history.csv", Some(MINE), own, &["account-differs"]);
    // The file tells the first and the last digits: 1111 ... 2222.
    check(
        "mbank-list-balances.csv",
        Some(MINE),
        None,
        &["account-differs"],
    );
    let fitting = "11114020040000300012342222";
    check(
        "mbank-list-balances.csv",
        Some(fitting),
        Some(fitting),
        &["account-check-digits"],
    );
}

#[test]
fn a_lenient_reading_forgives_a_count_and_a_trailer_and_says_so() {
    for (name, code) in [
        ("broken/table-count-mismatch.csv", "count-mismatch"),
        ("broken/table-trailer-missing.csv", "trailer-missing"),
    ] {
        let strict = parse_all(&ours(name));
        assert!(strict.statements.is_empty(), "{name}");
        let options = Options {
            lenient: true,
            ..Options::default()
        };
        let read = with(&ours(name), options);
        assert_eq!(codes(&read), [code], "{name}");
        assert_eq!(read.complaints[0].severity, Severity::Notice, "{name}");
        assert_eq!(read.statements.len(), 1, "{name}");
    }
    let options = Options {
        lenient: true,
        ..Options::default()
    };
    let amount = with(&ours("broken/table-amount-unreadable.csv"), options);
    assert!(amount.statements.is_empty(), "an amount is never forgiven");
}

/// The same text in another code page, with other line ends, in quotes or with its mark.
fn respelt(text: &str, charset: Charset, ends: &str, mark: bool) -> Vec<u8> {
    let text = text.replace("\r\n", "\n").replace('\n', ends);
    let mut bytes = if mark {
        b"\xEF\xBB\xBF".to_vec()
    } else {
        Vec::new()
    };
    bytes.extend(charset.encode(&text).bytes);
    bytes
}

#[test]
fn code_page_line_ends_and_mark_change_nothing() {
    for name in FILES {
        let bytes = ours(name);
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let plain = recognise(bytes).charset;
        let text = match plain {
            Charset::Utf8 => String::from_utf8(bytes.to_vec()).unwrap(),
            // A no-break space is a plain one in every page for this comparison.
            page => bytes
                .split_inclusive(|byte| *byte == b'\n')
                .map(|line| {
                    let (line, end) = line.split_at(line.len() - 1);
                    page.decode(line.strip_suffix(b"\r").unwrap_or(line))
                        .into_owned()
                        + std::str::from_utf8(end).unwrap()
                })
                .collect(),
        };
        let text = text.replace('\u{a0}', " ");
        let whole = parse_all(&respelt(&text, Charset::Utf8, "\n", false));
        assert!(!whole.statements.is_empty(), "{name}");
        for charset in Charset::ALL {
            for ends in ["\n", "\r\n"] {
                let read = parse_all(&respelt(&text, charset, ends, false));
                assert_eq!(read.statements, whole.statements, "{name} in {charset}");
            }
        }
        let marked = parse_all(&respelt(&text, Charset::Utf8, "\r\n", true));
        assert_eq!(marked.statements, whole.statements, "{name} with its mark");
        let unended = parse_all(respelt(&text, Charset::Utf8, "\n", false).trim_ascii_end());
        assert_eq!(
            unended.statements, whole.statements,
            "{name} without its end"
        );
    }
}
