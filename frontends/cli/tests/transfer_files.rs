//! Transfer files on the command line, without a server: written from a list, and read back.

use std::fs;
use std::path::Path;
use std::process::Command;

const TITLES: &str = "order_id,reference,currency,amount,account,name,due_date";
const MBANK: &str = "PL27114020040000300201355387";
const SANTANDER: &str = "PL61109010140000071219812874";
const ALIOR: &str = "PL62249000050000460086241234";
const GERMAN: &str = "DE89370400440532013000";

/// What a run of the program said.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_kantor"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program runs");
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Writes a list into a file of the format.
fn write(folder: &Path, format: &str, list: &str, more: &[&str]) -> Ran {
    fs::write(folder.join("p.csv"), list).expect("written");
    let mut arguments = vec!["payouts", "write", "--payouts", "p.csv", "--out", "out"];
    arguments.extend(["--format", format]);
    if !more.contains(&"--from") {
        arguments.extend(["--from", MBANK]);
    }
    arguments.extend(more);
    run(folder, &arguments)
}

#[test]
fn every_format_is_written_again_byte_for_byte_and_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let domestic = format!(
        "{TITLES}\n1,EX1,PLN,10.50,{SANTANDER},Łucja Żółć,2026-11-23\n2,EX2,PLN,1,{SANTANDER},Jan,2026-11-23\n"
    );
    let euro = domestic.replace("PLN", "EUR").replace(SANTANDER, GERMAN);
    for (format, list, sum) in [
        ("elixir0", &domestic, "Elixir-0: 2 transfers, 11.50 PLN"),
        (
            "pain.001.001.03",
            &domestic,
            "pain.001.001.03: 2 transfers, 11.50 PLN",
        ),
        (
            "pain.001.001.09",
            &euro,
            "pain.001.001.09: 2 transfers, 11.50 EUR",
        ),
        ("pla", &euro, "PLA: 2 transfers, 11.50 EUR"),
        ("mt101", &euro, "MT101: 2 transfers, 11.50 EUR"),
    ] {
        let ran = write(folder, format, list, &[]);
        assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
        let bytes = fs::read(folder.join("out")).expect("the file");
        let again = write(folder, format, list, &["--date", "2026-11-23"]);
        assert_eq!(again.code, Some(0), "{again:?}");
        assert_eq!(fs::read(folder.join("out")).expect("the file"), bytes);

        let read = run(folder, &["payouts", "read", "out"]);
        assert_eq!(read.code, Some(0), "{format}: {read:?}");
        assert!(read.out.contains(sum), "{}", read.out);
        let json = run(folder, &["payouts", "read", "out", "--json"]);
        let file: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
        assert_eq!(file["format"], format);
        assert_eq!(file["transfers"][0]["title"], "EX1");
        assert_eq!(file["transfers"][0]["amount"], "10.50");
        assert_eq!(file["sums"][0]["amount"], "11.50");
        assert_eq!(file["complaints"], serde_json::json!([]));
    }
}

#[test]
fn a_bank_that_does_not_take_the_format_is_told_only_when_it_was_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let list = format!("{TITLES}\n1,EX1,EUR,5,{GERMAN},Jan,2026-11-23\n");
    assert_eq!(write(folder, "pla", &list, &[]).code, Some(0));
    fs::remove_file(folder.join("out")).expect("it is there");
    let refused = write(folder, "pla", &list, &["--bank", "mbank"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("mbank"), "{refused:?}");
    assert!(!folder.join("out").exists());
}

#[test]
fn what_a_transfer_needs_abroad_stands_in_columns_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let row = format!("1,EX1,USD,5,{GERMAN},Jan,2026-11-23");
    let without = write(
        folder,
        "pla",
        &format!("{TITLES}\n{row}\n"),
        &["--from", ALIOR],
    );
    assert_eq!(without.code, Some(1));
    let line = "p.csv:2:1: payee-bank-missing: EX1: the bank of the account DE89370400440532013000 is not known";
    assert!(without.err.contains(line), "{without:?}");
    for (format, bic, charges, country) in [
        ("pla", ":57A:COBADEFF\r\n", ":71A:OUR\r\n", "DE FR\r\n"),
        (
            "mt101",
            ":57A:COBADEFF\r\n",
            ":71A:OUR\r\n",
            ":77B:/BENEFRES/FR\r\n",
        ),
        (
            "pain.001.001.09",
            "<BICFI>COBADEFF</BICFI>",
            "<ChrgBr>DEBT</ChrgBr>",
            "<Ctry>FR</Ctry>",
        ),
    ] {
        let list = format!(
            "{TITLES},bic,country,charges,street,city\n{row},COBADEFF,FR,OUR,rue X 1,75001 Paris\n"
        );
        let ran = write(folder, format, &list, &["--from", ALIOR]);
        assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
        let text = fs::read_to_string(folder.join("out")).expect("the file");
        for piece in [bic, charges, country] {
            assert!(text.contains(piece), "{format}: no {piece} in {text}");
        }
    }
}

#[test]
fn everything_that_a_bank_would_refuse_is_named_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let list = format!(
        "{TITLES}\n1,EX1,EUR,5,{SANTANDER},Jan,2026-11-23\n2,EX2,PLN,5,{GERMAN},Jan,2026-11-23\n\
         3,EX3,PLN,5,{SANTANDER},,2026-11-23\n4,EX4,PLN,5,{SANTANDER},Jan,2026-11-23\n\
         5,EX4,PLN,5,{SANTANDER},Jan,2026-11-23\n"
    );
    let refused = write(folder, "elixir0", &list, &[]);
    assert_eq!(refused.code, Some(1));
    for line in [
        "p.csv:2:1: currency-not-carried: EX1: Elixir-0 carries PLN only",
        "p.csv:3:1: payee-not-polish: EX2: ",
        "p.csv:4:1: payee-missing: EX3: ",
        "p.csv:6:1: paid-twice: EX4: ",
    ] {
        assert!(refused.err.contains(line), "{line}: {}", refused.err);
    }
    assert!(!folder.join("out").exists());
}

#[test]
fn a_file_that_is_not_to_be_sent_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let check = |content: &str, line: &str| {
        fs::write(folder.join("file"), content).expect("written");
        let read = run(folder, &["payouts", "read", "file"]);
        assert_eq!(read.code, Some(1), "{read:?}");
        assert!(read.err.contains(line), "{}", read.err);
    };
    check("hello\n", "file:1:1: not-transfers: ");
    check(":01:1\n:03:2\n", "file:2:5: count-differs: ");
    let missing = run(folder, &["payouts", "read", "nothing"]);
    assert_eq!(missing.code, Some(1));
}
