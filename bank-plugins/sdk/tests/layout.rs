//! The two descriptions of the contract, `abi.rs` and `bank_plugin.h`, lay every structure out
//! alike, and as they did when version 1 was fixed.
//!
//! Sizes may grow at the end of a structure that has a `struct_size`; an offset that changes is a
//! new major version. `UPDATE_EXPECT=1` rewrites `layout.txt`: decide first which of the two it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use kantor_plugin_sdk::abi;

/// Appends `name size align` and `name.field offset` lines.
macro_rules! layout {
    ($text:ident, $($rust:ident = $c:literal { $($field:ident),* })*) => {
        $(
            writeln!($text, "{} size {} align {}", $c, size_of::<abi::$rust>(), align_of::<abi::$rust>()).unwrap();
            $(
                writeln!($text, "{}.{} at {}", $c, stringify!($field), std::mem::offset_of!(abi::$rust, $field)).unwrap();
            )*
        )*
    };
}

fn rust_layout() -> String {
    let mut text = String::new();
    layout! { text,
        Text = "bank_text" { data, length }
        Bytes = "bank_bytes" { data, length }
        Date = "bank_date" { year, month, day }
        Place = "bank_place" { line, column }
        Currency = "bank_currency" { letters, scale }
        Money = "bank_money" { minor, currency, reserved }
        Balance = "bank_balance" { amount, date, reserved }
        Complaint = "bank_complaint" { struct_size, severity, place, code, message, excerpt }
        Source = "bank_source" { struct_size, flags, context, pull, account, charset }
        StatementHead = "bank_statement_head" {
            struct_size, reserved, place, format, dialect, account, number, opening, currency, reserved2
        }
        Entry = "bank_entry" {
            struct_size, flags, place, amount, value_date, booking_date, status, reserved,
            transaction_code, bank_reference, customer_reference, counterparty_name,
            counterparty_account, remittance, counterparty_bank, return_reason, original, charges
        }
        Part = "bank_part" {
            struct_size, reserved, place, amount, bank_reference, customer_reference,
            counterparty_name, counterparty_account, counterparty_bank, remittance, return_reason
        }
        StatementFoot = "bank_statement_foot" { struct_size, reserved, closing, available }
        StatementSink = "bank_statement_sink" {
            struct_size, reserved, context, begin, entry, end, complaint, part
        }
        Recognition = "bank_recognition" { struct_size, confidence, format, dialect, why }
        RecognitionSink = "bank_recognition_sink" { struct_size, reserved, context, found }
        Statements = "bank_statements" { struct_size, reserved, formats, recognise, read }
        TransferFormat = "bank_transfer_format" { struct_size, reserved, format, currencies, extension }
        Transfer = "bank_transfer" {
            struct_size, charges, amount, reference, payee_name, payee_street, payee_city,
            payee_account, title, payee_country, payee_bank
        }
        Batch = "bank_batch" {
            struct_size, date, debit_account, owner_name, owner_street, owner_city, transfers,
            context, next
        }
        ByteSink = "bank_byte_sink" { struct_size, reserved, context, push, complaint }
        Transfers = "bank_transfers" { struct_size, format_count, formats, write }
        Plugin = "bank_plugin" {
            struct_size, reserved, id, name, version, build, banks, get_extension
        }
    }
    text
}

/// The numbers and ids that both sides spell out, as C expressions that must hold.
fn constants() -> Vec<String> {
    let numbers = [
        ("BANK_PLUGIN_MAJOR", abi::MAJOR.into()),
        ("BANK_PLUGIN_MINOR", abi::MINOR.into()),
        ("BANK_TEXT_MAX", abi::TEXT_MAX as i64),
        ("BANK_PIECE_MAX", abi::PIECE_MAX as i64),
        ("BANK_ID_MAX", abi::ID_MAX as i64),
        ("BANK_OK", abi::OK.into()),
        ("BANK_UNREADABLE", abi::UNREADABLE.into()),
        ("BANK_REFUSED", abi::REFUSED.into()),
        ("BANK_SOURCE_FAILED", abi::SOURCE_FAILED.into()),
        ("BANK_PANICKED", abi::PANICKED.into()),
        ("BANK_CONTINUE", abi::CONTINUE.into()),
        ("BANK_STOP", abi::STOP.into()),
        ("BANK_NOTICE", abi::NOTICE.into()),
        ("BANK_FATAL", abi::FATAL.into()),
        ("BANK_LENIENT", abi::LENIENT.into()),
        ("BANK_CHARGES_USUAL", abi::CHARGES_USUAL.into()),
        ("BANK_CHARGES_SHARED", abi::CHARGES_SHARED.into()),
        ("BANK_CHARGES_PAYER", abi::CHARGES_PAYER.into()),
        ("BANK_CHARGES_PAYEE", abi::CHARGES_PAYEE.into()),
        ("BANK_ENTRY_REVERSAL", abi::ENTRY_REVERSAL.into()),
        ("BANK_BOOKED", abi::BOOKED.into()),
        ("BANK_PENDING", abi::PENDING.into()),
        ("BANK_INFO", abi::INFO.into()),
        ("BANK_CONFIDENCE_NONE", abi::CONFIDENCE_NONE.into()),
        ("BANK_CONFIDENCE_GENERIC", abi::CONFIDENCE_GENERIC.into()),
        ("BANK_CONFIDENCE_LIKELY", abi::CONFIDENCE_LIKELY.into()),
        ("BANK_CONFIDENCE_CERTAIN", abi::CONFIDENCE_CERTAIN.into()),
    ];
    let mut all: Vec<String> = numbers
        .iter()
        .map(|(name, value)| format!("{name} == {value}"))
        .collect();
    for (name, id) in [
        ("BANK_STATEMENTS_ID", abi::STATEMENTS_ID),
        ("BANK_TRANSFERS_ID", abi::TRANSFERS_ID),
    ] {
        all.push(format!("sizeof({name}) == {}", id.len() + 1));
        for (at, byte) in id.bytes().enumerate() {
            all.push(format!("{name}[{at}] == {byte}"));
        }
    }
    all
}

/// One C assertion a line of the layout.
fn assertion(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [name, "size", size, "align", align] => format!(
            "_Static_assert(sizeof({name}) == {size} && _Alignof({name}) == {align}, \"{line}\");"
        ),
        [place, "at", offset] => {
            let (name, field) = place.split_once('.').unwrap();
            format!("_Static_assert(offsetof({name}, {field}) == {offset}, \"{line}\");")
        }
        other => panic!("not a line of the layout: {other:?}"),
    }
}

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn layout_is_the_one_that_version_1_fixed() {
    let path = sdk().join("tests/layout.txt");
    let found = rust_layout();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        found, expected,
        "abi.rs no longer has the layout of layout.txt"
    );
}

/// What version 1.0 fixed: fields may have got another name, and structures an end.
#[test]
fn every_field_of_1_0_is_still_in_its_place() {
    let place = |line: &str| -> Option<(String, String)> {
        let (field, offset) = line.split_once(" at ")?;
        let (name, _) = field.split_once('.')?;
        Some((name.to_owned(), offset.to_owned()))
    };
    let size = |line: &str| -> Option<(String, u32)> {
        let (name, rest) = line.split_once(" size ")?;
        let (size, _) = rest.split_once(' ')?;
        Some((name.to_owned(), size.parse().ok()?))
    };
    let now = rust_layout();
    let first = std::fs::read_to_string(sdk().join("tests/layout-1.0.txt")).unwrap();
    for line in first.lines() {
        if let Some(before) = place(line) {
            let kept = now.lines().filter_map(place).any(|after| after == before);
            assert!(kept, "`{line}` is gone: that is a new major version");
        } else {
            let (name, before) = size(line).unwrap();
            let found = now
                .lines()
                .filter_map(size)
                .find(|(after, _)| *after == name);
            let (_, after) = found.unwrap();
            assert!(
                after >= before,
                "{name} shrank: that is a new major version"
            );
        }
    }
}

#[test]
fn c_compiler_lays_the_header_out_alike() {
    let mut program = String::from("#include \"bank_plugin.h\"\n#include <stddef.h>\n");
    for line in rust_layout().lines() {
        writeln!(program, "{}", assertion(line)).unwrap();
    }
    let mut numbers = String::new();
    for fact in constants() {
        // Letters of a string are no constant expression in C: these run.
        writeln!(numbers, "    if (!({fact})) return __LINE__;").unwrap();
    }
    write!(program, "int main(void) {{\n{numbers}    return 0;\n}}\n").unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (source, binary) = (folder.path().join("layout.c"), folder.path().join("layout"));
    std::fs::write(&source, program).unwrap();
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(sdk().join("include"))
        .args([&source])
        .arg("-o")
        .arg(&binary)
        .output()
        .expect("a C compiler called `cc` is needed for this test");
    assert!(
        compiled.status.success(),
        "the header differs from abi.rs:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let run = Command::new(&binary).status().unwrap();
    assert!(
        run.success(),
        "a constant differs; line {:?} of the generated program",
        run.code()
    );
}
