//! `kantor match`: the matching engine on its own, as a person or a script runs it. No office, no
//! packs and no configuration are needed.
#![allow(missing_docs)]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const ANNA: &str = "61109010140000071219812874";
const JAN: &str = "27114020040000300201355387";
const EWA: &str = "83105010251000009030000001";

const OWN: &str = "66114020040000300299999999";

const HEAD: &str = "order_id,reference,currency,amount,account,name,due_date";

/// What a run printed, and how it ended.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_kantor"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    Ran {
        code: ran.status.code(),
        out: text(ran.stdout),
        err: text(ran.stderr),
    }
}

/// A folder with a statement of these lines (minor units, payer's account, title) and a list of
/// these orders.
struct Given(TempDir);

impl Given {
    fn new(lines: &[(i64, &str, &str)], orders: &[&str]) -> Given {
        let given = Given(tempfile::tempdir().expect("a folder"));
        given.write("day.sta", &statement(7, lines));
        given.write("orders.csv", &format!("{HEAD}\n{}\n", orders.join("\n")));
        given
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("written");
    }

    fn run(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["match", "day.sta", "--orders", "orders.csv"];
        arguments.extend(more);
        run(self.0.path(), &arguments)
    }

    fn says(&self, more: &[&str]) -> String {
        let ran = self.run(more);
        assert_eq!(ran.code, Some(0), "{more:?}\n{ran:?}");
        ran.out
    }

    /// The findings as programs see them.
    fn findings(&self, more: &[&str]) -> Vec<serde_json::Value> {
        let arguments: Vec<&str> = ["--json"].iter().chain(more).copied().collect();
        self.says(&arguments)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

/// A statement in MT940 that balances.
fn statement(number: u32, lines: &[(i64, &str, &str)]) -> String {
    let money = |minor: i64| format!("{},{:02}", minor.abs() / 100, minor.abs() % 100);
    let sign = |minor: i64| if minor < 0 { 'D' } else { 'C' };
    let mut text =
        format!(":20:ST\r\n:25:/PL{OWN}\r\n:28C:{number:05}/001\r\n:60F:C261122PLN1000,00\r\n");
    let mut balance = 1000_00;
    for (at, (minor, account, title)) in lines.iter().enumerate() {
        balance += minor;
        let (mark, amount) = (sign(*minor), money(*minor));
        text.push_str(&format!(
            ":61:2611231123{mark}{amount}NTRFNONREF//B{number}X{at}\r\n\
             :86:051?00PRZELEW\r\n?20{title}\r\n?30{}?31{account}\r\n?32JAN NOWAK?38PL{account}\r\n",
            &account[2..10],
        ));
    }
    let (mark, amount) = (sign(balance), money(balance));
    text.push_str(&format!(":62F:{mark}261123PLN{amount}\r\n-\r\n"));
    text
}

/// Orders whose references have a Luhn digit, so that the list shows it.
fn orders() -> Vec<String> {
    let rows = [
        ("EX1234567897", "100.00", ANNA),
        ("EX5108772780", "200.00", ANNA),
        ("EX8902182974", "300.00", JAN),
        ("EX2857182568", "50.00", JAN),
        ("EX6731382179", "50.00", JAN),
        ("EX0605592120", "70.00", EWA),
        ("EX5307892173", "31.00", ""),
        ("EX9818185069", "32.00", ""),
        ("EX1111111116", "33.00", ""),
    ];
    let row = |(number, (reference, amount, account)): (u32, (&str, &str, &str))| {
        format!("{number},{reference},PLN,{amount},{account},Jan,2026-11-23")
    };
    (1..).zip(rows).map(row).collect()
}

fn given(lines: &[(i64, &str, &str)]) -> Given {
    let orders = orders();
    let orders: Vec<&str> = orders.iter().map(String::as_str).collect();
    Given::new(lines, &orders)
}

/// Verdict, orders, rivals and rule of each line.
#[track_caller]
fn check(lines: &[(i64, &str, &str)], wanted: &[&str]) -> Given {
    let given = given(lines);
    let found: Vec<String> = given
        .findings(&[])
        .iter()
        .map(|told| {
            let ids = |name: &str| {
                let ids = told[name].as_array().expect("a list").iter();
                ids.map(|id| id.as_str().expect("an id"))
                    .collect::<Vec<_>>()
                    .join("+")
            };
            format!(
                "{} [{}] [{}] {}",
                told["verdict"].as_str().expect("a verdict"),
                ids("orders"),
                ids("rivals"),
                told["rule"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    assert_eq!(found, wanted);
    given
}

#[test]
fn each_line_has_a_verdict_with_its_orders() {
    check(
        &[
            // Whole and mangled references that fulfil, and one that does not.
            (100_00, ANNA, "ZLECENIE EX1234567897"),
            (200_00, ANNA, "ex 510877-2780 dziekuje"),
            (299_00, JAN, "EX8902182974"),
            // Payer and amount name one order; payer and amount name two.
            (70_00, EWA, "za walute"),
            (50_00, JAN, "za walute"),
            // Money out.
            (-5_00, JAN, "PROWIZJA"),
        ],
        &[
            "certain [1] [] reference",
            "certain [2] [] reference",
            "likely [3] [] reference",
            "certain [6] [] payer_and_amount",
            "ambiguous [] [4+5] -",
            "none [] [] -",
        ],
    );
}

#[test]
fn a_used_reference_is_new_money_and_two_orders_in_a_title_are_a_question() {
    check(
        &[
            (100_00, ANNA, "EX1234567897"),
            (100_00, ANNA, "EX1234567897"),
            (32_00, ANNA, "EX5307892173 EX9818185069"),
            // His reference says one order, his account and amount say another.
            (70_00, EWA, "EX9818185069"),
        ],
        &[
            "certain [1] [] reference",
            "likely [] [] -",
            "ambiguous [] [7+8] -",
            "ambiguous [] [8+6] -",
        ],
    );
}

#[test]
fn one_payment_for_several_orders_is_proposed() {
    check(&[(300_00, ANNA, "za obie")], &["likely [1+2] [] -"]);
}

#[test]
fn a_slip_is_a_hint_and_never_a_match() {
    // Two neighbours changed over; the payer is nobody's.
    let given = check(
        &[(100_00, "62114020040000310201355387", "EX1234567987")],
        &["none [] [] -"],
    );
    let told = &given.findings(&["--explain"])[0];
    assert_eq!(told["evidence"][0]["fact"], "no_reference");
    assert_eq!(told["nearest"][0]["order"], "1");
    assert_eq!(told["nearest"][0]["failed"][0]["fact"], "almost_reference");
    assert_eq!(told["nearest"][0]["failed"][0]["for"], false);
    assert_eq!(told["version"], 2);
}

#[test]
fn a_miss_says_what_would_have_made_it_match_in_both_languages() {
    let given = given(&[(299_50, JAN, "za walute")]);
    let reason = |more: &[&str]| {
        let told = &given.findings(more)[0];
        told["reason"].as_str().expect("a reason").to_owned()
    };
    let english = reason(&[]);
    assert!(
        english.starts_with("No reference stands in the title. 3 came near. It is 0.50 PLN less"),
        "{english}"
    );
    let polish = reason(&["--language", "pl"]);
    assert!(
        polish.contains("0.50 PLN") && polish.contains("Blisko"),
        "{polish}"
    );
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let given = given(&[
        (100_00, ANNA, "EX1234567897"),
        (50_00, JAN, "za walute"),
        (12_00, EWA, "cos"),
    ]);
    for form in [&["--json", "--explain"][..], &["--csv"], &[]] {
        let first = given.says(form);
        assert!(!first.is_empty());
        assert_eq!(given.says(form), first, "{form:?}");
    }
}

#[test]
fn findings_are_a_table_for_spreadsheets_and_lines_for_people() {
    let given = given(&[(100_00, ANNA, "EX1234567897"), (50_00, JAN, "za walute")]);
    assert_eq!(
        given.says(&["--csv"]),
        "statement,entry,amount,currency,verdict,orders,rivals,rule,reason\n\
         00007/001,1,100.00,PLN,certain,1,,reference,The reference EX1234567897 stands in the title. The amount is exactly what the order wants. It came from an account of this customer. It came in time.\n\
         00007/001,2,50.00,PLN,ambiguous,,4 5,,\"No reference stands in the title. As good: 4, 5.\"\n"
    );
    assert_eq!(
        given.says(&[]),
        "00007/001 #1  2026-11-23  100.00 PLN  certain  1  reference\n\
         00007/001 #2  2026-11-23  50.00 PLN  ambiguous\n    \
         No reference stands in the title. As good: 4, 5.\n\
         2 lines: 1 certain, 0 likely, 1 ambiguous, 0 none\n"
    );
    let summary = given.says(&["--summary"]);
    assert!(
        summary.starts_with("entries=2 credit=15000 debit=0 t="),
        "{summary}"
    );
    assert!(
        summary.ends_with(" matched=1 ambiguous=1 unmatched=0\n"),
        "{summary}"
    );
}

#[test]
fn several_files_are_matched_as_one_and_told_apart() {
    let given = given(&[(100_00, ANNA, "EX1234567897")]);
    given.write("next.sta", &statement(8, &[(100_00, ANNA, "EX1234567897")]));
    let found = given.findings(&["next.sta"]);
    assert_eq!(found[0]["file"], "day.sta");
    assert_eq!(found[0]["verdict"], "certain");
    assert_eq!(found[1]["file"], "next.sta");
    assert_eq!(found[1]["statement"], "00008/001");
    assert_eq!(found[1]["verdict"], "likely");
}

#[test]
fn a_scheme_is_taken_from_the_command_line() {
    let given = Given::new(&[(5_00, ANNA, "FV 123/26")], &["1,123/26,PLN,5.00,,Jan,"]);
    // A number of five digits in two pieces might be anything.
    assert_eq!(given.findings(&[])[0]["verdict"], "none");
    let given = Given::new(
        &[(5_00, ANNA, "za FV123/26")],
        &["1,FV123/26,PLN,5.00,,Jan,"],
    );
    let found = given.findings(&["--scheme", "FV#####"]);
    assert_eq!(found[0]["verdict"], "likely", "{found:?}");
    let ran = given.run(&["--scheme", "FV-#"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("EX##########+luhn"), "{ran:?}");
}

#[test]
fn a_wrong_list_is_named_line_by_line_and_nothing_is_matched() {
    let given = Given::new(
        &[(5_00, ANNA, "EX1")],
        &[
            "1,EX1,PLN,5.0.0,,Jan,",
            "2,EX2,PLN,5.00,,Jan,23.11.2026",
            "2,EX3,PLN,5.00,,Jan,",
        ],
    );
    let ran = given.run(&["--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    let begins = [
        "orders.csv:2:1: amount-unreadable: ",
        "orders.csv:3:1: date-unreadable: ",
    ];
    for (line, wanted) in ran.err.lines().zip(begins) {
        assert!(line.starts_with(wanted), "{ran:?}");
    }
    assert!(ran.err.contains("mend the lines above"), "{ran:?}");
}

#[test]
fn a_broken_statement_is_named_with_its_place_and_nothing_is_matched() {
    let given = given(&[(100_00, ANNA, "EX1234567897")]);
    let whole = statement(7, &[(100_00, ANNA, "EX1234567897")]);
    given.write(
        "day.sta",
        &whole.replace(":62F:C261123PLN1100,00", ":62F:C261123PLN11O0,00"),
    );
    let ran = given.run(&["--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    assert!(
        ran.err.contains("day.sta:") && ran.err.contains("cannot be trusted"),
        "{ran:?}"
    );
    let ran = given.run(&["nowhere.sta"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn the_help_tells_verdicts_and_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = run(folder.path(), &["match", "--help"]);
    assert_eq!(ran.code, Some(0));
    for word in [
        "certain",
        "likely",
        "ambiguous",
        "none",
        "Exit code",
        "order_id",
        "--scheme",
    ] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }
    let ran = run(folder.path(), &["match", "day.sta"]);
    assert_eq!(ran.code, Some(2), "without a list of orders");
}
